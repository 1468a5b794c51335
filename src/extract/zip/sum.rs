// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a reader into one that ends with a fault where what it gave is not what was packed.

use std::io::{self, Read};

use flate2::Crc;

/// A reader that sums up what it gives (CRC-32; APPNOTE, 4.4.7).
pub(super) struct Summed<R> {
    reader: R,
    sum: Crc,
    expected: u32,
}

impl<R> Summed<R> {
    /// Expects this sum at the end.
    pub fn new(reader: R, expected: u32) -> Self {
        Self {
            reader,
            sum: Crc::new(),
            expected,
        }
    }
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(into)?;
        self.sum.update(into.get(..count).unwrap_or_default());
        if count == 0 && !into.is_empty() && self.sum.sum() != self.expected {
            return Err(io::Error::other("its checksum is wrong"));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_packed_ends_with_a_fault() {
        let mut packed = Crc::new();
        packed.update(b"one");
        let read = |bytes: &[u8]| {
            let mut all = Vec::new();
            let ended = Summed::new(bytes, packed.sum()).read_to_end(&mut all);
            (all, ended.is_ok())
        };
        assert_eq!(read(b"one"), (b"one".to_vec(), true));
        assert_eq!(read(b"0ne"), (b"0ne".to_vec(), false));
        assert_eq!(read(b"on"), (b"on".to_vec(), false));
    }
}
