// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the files of a trail: the one that is written, older ones named by their first record, and a head
//! that says how far it goes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::chain::{Hash, Link, PublicKey, Signer, is_signed};

/// Digits of the first record's number in the name of an older file.
const DIGITS: usize = 12;

/// No line is longer, in bytes: what is, was not written by us.
pub const LONGEST: u64 = 16 << 20;

/// Where a trail lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(PathBuf);

/// How far a trail goes. It is written after the records, and never before they are on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// The last record.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

/// The end of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Its last whole line.
    pub link: Link,
    /// The hash of that.
    pub hash: Hash,
    /// Bytes up to its end; what comes behind was not finished.
    pub length: u64,
}

impl Place {
    /// The trail whose file that is written has this path.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The file that is written.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file that says how far it goes.
    pub fn head(&self) -> PathBuf {
        self.beside("head")
    }

    /// The file with the keys that check signatures.
    pub fn public(&self) -> PathBuf {
        self.beside("pub")
    }

    /// The name of a file whose first record is this, once it is no longer written.
    pub fn older(&self, first: u64) -> PathBuf {
        self.beside(&format!("{first:0DIGITS$}"))
    }

    /// The files no longer written, with their first record, the oldest first.
    ///
    /// # Errors
    /// What the system says.
    pub fn olders(&self) -> io::Result<Vec<(u64, PathBuf)>> {
        let mut files = Vec::new();
        let prefix = format!("{}.", self.name());
        for entry in fs::read_dir(self.folder())? {
            let entry = entry?;
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(&prefix));
            let number = number.filter(|text| text.len() >= DIGITS);
            if let Some(first) = number.and_then(|text| text.parse().ok()) {
                files.push((first, entry.path()));
            }
        }
        files.sort();
        Ok(files)
    }

    /// All files that are there, the oldest first.
    ///
    /// # Errors
    /// What the system says.
    pub fn all(&self) -> io::Result<Vec<PathBuf>> {
        let mut files: Vec<PathBuf> = self.olders()?.into_iter().map(|(_, path)| path).collect();
        if self.0.try_exists()? {
            files.push(self.0.clone());
        }
        Ok(files)
    }

    /// The folder of all of them.
    pub fn folder(&self) -> &Path {
        let parent = self.0.parent().filter(|path| !path.as_os_str().is_empty());
        parent.unwrap_or(Path::new("."))
    }

    /// Has the folder on the disk as it is.
    ///
    /// # Errors
    /// What the system says.
    pub fn sync_folder(&self) -> io::Result<()> {
        File::open(self.folder())?.sync_all()
    }

    fn name(&self) -> String {
        let name = self.0.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn beside(&self, what: &str) -> PathBuf {
        self.folder().join(format!("{}.{what}", self.name()))
    }
}

impl Head {
    /// Reads it; `None` where there is none. The second says whether its signature holds.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(path: &Path, keys: &[PublicKey]) -> io::Result<Option<(Option<Self>, bool)>> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
            Err(error) => return Err(error),
        };
        let line = text.trim_end();
        if line.is_empty() && !text.contains('\0') {
            return Ok(None);
        }
        let head = serde_json::from_str(line).ok();
        Ok(Some((head, is_signed(line, keys) == Some(true))))
    }

    /// Writes it in its place: always as long, in one sector.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, to: &File, signer: &Signer) -> io::Result<()> {
        let object = format!("{{\"seq\":{:>20},\"hash\":\"{}\"}}", self.seq, self.hash);
        to.write_all_at(format!("{}\n", signer.sign(&object)).as_bytes(), 0)
    }
}

/// Opens a file to write at its end, for its owner alone.
///
/// # Errors
/// What the system says.
pub fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600).open(path)
}

/// The end of a file; `None` where no line of it is whole.
///
/// # Errors
/// What the system says; or a last line that is no record.
pub fn tail(path: &Path) -> io::Result<Option<Tail>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut window = 64 << 10;
    loop {
        let from = length.saturating_sub(window);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        (&mut file).take(window).read_to_end(&mut bytes)?;
        let end = bytes.iter().rposition(|byte| *byte == b'\n');
        let line = end.and_then(|end| {
            let whole = bytes.get(..end)?;
            let before = whole.iter().rposition(|byte| *byte == b'\n');
            match before {
                Some(at) => whole.get(at + 1..),
                None => (from == 0).then_some(whole),
            }
        });
        match (line, end) {
            (Some(line), Some(end)) => {
                let wrong = |_| io::Error::other("its last line is no record");
                let link = serde_json::from_slice(line).map_err(wrong)?;
                let length = from + u64::try_from(end).unwrap_or_default() + 1;
                let hash = Hash::of(line);
                return Ok(Some(Tail { link, hash, length }));
            }
            _ if from == 0 => return Ok(None),
            _ if window >= LONGEST => {
                return Err(io::Error::other("its last line is too long for a record"));
            }
            _ => window *= 4,
        }
    }
}

/// The first line of a file; `None` where it has none.
///
/// # Errors
/// What the system says.
pub fn first(path: &Path) -> io::Result<Option<String>> {
    let mut line = String::new();
    let mut file = BufReader::new(File::open(path)?).take(LONGEST);
    let read = file.read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim_end().to_owned()))
}

/// Opens a file that is read and written in its place, for its owner alone.
///
/// # Errors
/// What the system says.
pub fn in_place(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).truncate(false);
    options.mode(0o600).open(path)
}
