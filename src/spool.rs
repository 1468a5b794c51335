// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the bytes of messages while they come in: all of them within one budget, large ones in
//! memory that is the kernel's (memfd), none in a file that has a name.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rustix::fs::{MemfdFlags, memfd_create};

/// A message moves into a memfd when it is longer than this, in bytes: so the heap stays small, and
/// what it took goes back to the system at once.
const HEAP: usize = 1 << 20;

/// How much is read from a memfd at once, in bytes.
const PIECE: usize = 256 << 10;

/// What all messages that come in may hold together.
#[derive(Debug)]
pub struct Budget {
    limit: AtomicU64,
    used: AtomicU64,
    /// Descriptors that are left for memfds.
    files: AtomicUsize,
}

/// There was no room for more of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// The bytes of one message.
#[derive(Debug)]
pub struct Spool {
    budget: Arc<Budget>,
    bytes: Bytes,
    /// Where its header ends.
    header: usize,
}

enum Bytes {
    Heap(Vec<u8>),
    Memory { file: File, length: usize },
}

impl Budget {
    /// A budget of so many bytes, and so many descriptors.
    pub fn new(limit: u64, files: usize) -> Arc<Self> {
        Arc::new(Self {
            limit: limit.into(),
            used: 0.into(),
            files: files.into(),
        })
    }

    /// Changes the number of bytes. Messages that are in stay.
    pub fn set(&self, limit: u64) {
        self.limit.store(limit, Ordering::Relaxed);
    }

    /// True where a message of this size would fit in now.
    pub fn has_room(&self, bytes: u64) -> bool {
        let used = self.used.load(Ordering::Relaxed);
        used.saturating_add(bytes) <= self.limit.load(Ordering::Relaxed)
    }

    /// Bytes that messages hold now.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> Result<(), Full> {
        let limit = self.limit.load(Ordering::Relaxed);
        let taken = self
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes as u64).filter(|sum| *sum <= limit)
            });
        taken.map(drop).map_err(|_| Full)
    }

    fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes as u64, Ordering::Relaxed);
    }

    /// A memfd, where there is one to have: without, the heap serves as well.
    fn file(&self) -> Option<File> {
        let one_less = |files: usize| files.checked_sub(1);
        let counted = self
            .files
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        counted.ok()?;
        let made = memfd_create("pii-milter-message", MemfdFlags::CLOEXEC);
        if made.is_err() {
            self.files.fetch_add(1, Ordering::Relaxed);
        }
        made.ok().map(File::from)
    }
}

impl Spool {
    /// Room for one message.
    pub fn new(budget: Arc<Budget>) -> Self {
        Self {
            budget,
            bytes: Bytes::Heap(Vec::new()),
            header: 0,
        }
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// Where the budget is used up. What is there stays as it was.
    pub fn append(&mut self, more: &[u8]) -> Result<(), Full> {
        self.budget.take(more.len())?;
        if let Bytes::Heap(bytes) = &self.bytes
            && bytes.len() + more.len() > HEAP
            && let Some(file) = self.budget.file()
        {
            let length = bytes.len();
            let written = file.write_all_at(bytes, 0);
            self.bytes = match written {
                Ok(()) => Bytes::Memory { file, length },
                Err(_) => return Err(self.refuse(more.len())),
            };
        }
        match &mut self.bytes {
            Bytes::Heap(bytes) => bytes.extend_from_slice(more),
            Bytes::Memory { file, length } => {
                if file.write_all_at(more, *length as u64).is_err() {
                    return Err(self.refuse(more.len()));
                }
                *length += more.len();
            }
        }
        Ok(())
    }

    /// Marks what is there as the header.
    pub fn end_header(&mut self) {
        self.header = self.len();
    }

    /// Forgets all but the header; all, where there is no header yet.
    ///
    /// # Errors
    /// What the system says; all stays then.
    pub fn keep_header(&mut self) -> io::Result<()> {
        let header = self.header()?;
        let freed = self.len() - header.len();
        self.release();
        self.budget.give_back(freed);
        self.bytes = Bytes::Heap(header);
        Ok(())
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.header = 0;
        self.budget.give_back(self.len());
        self.release();
        self.bytes = Bytes::Heap(Vec::new());
    }

    /// The header.
    ///
    /// # Errors
    /// What the system says.
    pub fn header(&self) -> io::Result<Vec<u8>> {
        let mut header = vec![0; self.header];
        match &self.bytes {
            Bytes::Heap(bytes) => {
                header.clear();
                header.extend_from_slice(bytes.get(..self.header).unwrap_or(bytes));
            }
            Bytes::Memory { file, .. } => file.read_exact_at(&mut header, 0)?,
        }
        Ok(header)
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        match &self.bytes {
            Bytes::Heap(bytes) => bytes.len(),
            Bytes::Memory { length, .. } => *length,
        }
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next bytes from `at` on; `None` at the end. `space` lends the room.
    ///
    /// # Errors
    /// What the system says.
    pub fn piece<'a>(&'a self, at: usize, space: &'a mut Vec<u8>) -> io::Result<Option<&'a [u8]>> {
        match &self.bytes {
            Bytes::Heap(bytes) => Ok(bytes.get(at..).filter(|rest| !rest.is_empty())),
            Bytes::Memory { file, length } => {
                space.resize(PIECE.min(length.saturating_sub(at)), 0);
                file.read_exact_at(space, at as u64)?;
                Ok(Some(space.as_slice()).filter(|piece| !piece.is_empty()))
            }
        }
    }

    fn refuse(&self, bytes: usize) -> Full {
        self.budget.give_back(bytes);
        Full
    }

    /// Gives the descriptor back, if it has one.
    fn release(&mut self) {
        if matches!(self.bytes, Bytes::Memory { .. }) {
            self.budget.files.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        self.budget.give_back(self.len());
        self.release();
    }
}

impl fmt::Debug for Bytes {
    /// Without the bytes: they are mail.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Heap(_) => "Heap",
            Self::Memory { .. } => "Memory",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(spool: &Spool) -> Vec<u8> {
        let (mut all, mut space) = (Vec::new(), Vec::new());
        while let Some(piece) = spool.piece(all.len(), &mut space).unwrap() {
            all.extend_from_slice(piece);
        }
        all
    }

    #[test]
    fn what_went_in_comes_out_on_either_side_of_the_heap() {
        let budget = Budget::new(8 << 20, 1);
        for files in [1, 0] {
            budget.files.store(files, Ordering::Relaxed);
            let mut spool = Spool::new(Arc::clone(&budget));
            let mut expected = Vec::new();
            for byte in 0..50 {
                let chunk = vec![byte; 65_535];
                spool.append(&chunk).unwrap();
                expected.extend(chunk);
                if byte == 1 {
                    spool.end_header();
                }
            }
            assert_eq!(matches!(spool.bytes, Bytes::Memory { .. }), files == 1);
            assert_eq!(budget.used(), expected.len() as u64);
            assert!(all(&spool) == expected);
            spool.keep_header().unwrap();
            assert!(all(&spool) == expected[..2 * 65_535]);
            assert_eq!(budget.used(), 2 * 65_535);
            drop(spool);
            assert_eq!(budget.used(), 0);
            assert_eq!(budget.files.load(Ordering::Relaxed), files);
        }
    }

    #[test]
    fn all_messages_share_the_budget() {
        let budget = Budget::new(100, 0);
        let (mut one, mut other) = (
            Spool::new(Arc::clone(&budget)),
            Spool::new(Arc::clone(&budget)),
        );
        one.append(&[b'x'; 60]).unwrap();
        assert_eq!(other.append(&[b'x'; 60]), Err(Full));
        assert_eq!((other.len(), budget.used()), (0, 60));
        assert!(budget.has_room(40) && !budget.has_room(41));
        drop(one);
        other.append(&[b'x'; 60]).unwrap();
        assert!(!budget.has_room(u64::MAX));
    }
}
