// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a compound file (MS-CFB) into the text of the program that wrote it: Word, Excel,
//! PowerPoint, Outlook.

mod encrypted;
mod properties;

use std::io::{self, Cursor, Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::{Format, Source, Why, Work, doc, msg, object, ppt, xls};

const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// The stream of an Office document that was encrypted as a whole (MS-OFFCRYPTO, 2.3.4.4).
const ENCRYPTED: &str = "EncryptedPackage";

/// A compound file.
pub(super) struct Compound;

impl Format for Compound {
    fn name(&self) -> &'static str {
        "compound file"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        source.bytes.starts_with(MAGIC)
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let read = catch_unwind(AssertUnwindSafe(|| match Ole::open(source.bytes) {
            Some(mut ole) => by_program(&mut ole, source, work),
            None => damaged(source, work),
        }));
        if read.is_err() {
            work.unreadable(source.path, Why::Unreadable, "the file broke its reader");
        }
    }
}

/// Reads by the streams that the program gave the file.
fn by_program(ole: &mut Ole<'_>, source: &Source<'_>, work: &mut Work) {
    let has = |name: &str| ole.holds(&Path::new("/").join(name));
    if has(ENCRYPTED) || has("EncryptedSummary") || has("\u{9}DRMContent") {
        by_password(ole, source, work);
    } else if has(msg::PROPERTIES) {
        work.is_rather("Outlook message");
        msg::read(ole, Path::new("/"), source, work);
    } else if has("WordDocument") {
        work.is_rather("document");
        doc::read(ole, source, work);
    } else if has("PowerPoint Document") {
        work.is_rather("presentation");
        ppt::read(ole, source, work);
    } else if has("Workbook") || has("Book") {
        work.is_rather("workbook");
        xls::read(ole, source, work);
    } else if object::is_object(ole) {
        return object::read(ole, source, work);
    } else {
        let detail = "a compound file of a program that is not known";
        work.unreadable(source.path, Why::Unreadable, detail);
    }
    properties::read(ole, source, work);
    object::embedded(ole, source, work);
}

/// Reads a document that was encrypted as a whole, if a password stands in the mail.
fn by_password(ole: &mut Ole<'_>, source: &Source<'_>, work: &mut Work) {
    let mut stream = |name| ole.stream(&Path::new("/").join(name)).unwrap_or_default();
    let (info, package) = (stream("EncryptionInfo"), stream(ENCRYPTED));
    let opened = work.unlock(source.path, |word| encrypted::open(&info, &package, word));
    let Some(bytes) = opened else {
        let detail = "an Office document encrypted with a password";
        return work.unreadable(source.path, Why::Encrypted, detail);
    };
    if work.admits(source.path, source.depth + 1) {
        work.open(&Source {
            bytes: &bytes,
            file_name: source.file_name.clone(),
            depth: source.depth + 1,
            ..*source
        });
    }
}

/// A file whose directory cannot be read. The name of a stream in it still tells encryption.
fn damaged(source: &Source<'_>, work: &mut Work) {
    let name: Vec<u8> = ENCRYPTED
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    if memmem::find(source.bytes, &name).is_some() {
        let detail = "an Office document encrypted with a password";
        return work.unreadable(source.path, Why::Encrypted, detail);
    }
    let detail = "a damaged compound file (Word, Excel, PowerPoint or Outlook)";
    work.unreadable(source.path, Why::Unreadable, detail);
}

/// Adds the text of a document, or says that there is none.
pub(super) fn finish(text: String, kind: &str, source: &Source<'_>, work: &mut Work) {
    if text.trim().is_empty() {
        let detail = format!("a {kind} file in which no text was found");
        work.unreadable(source.path, Why::Unreadable, detail);
    }
    work.text(source.path, text, Vec::new());
}

/// A number of four bytes.
pub(super) fn long(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

type Copied = cfb::CompoundFile<Cursor<Vec<u8>>>;

/// The streams of a compound file.
pub(super) struct Ole<'a> {
    file: cfb::CompoundFile<Cursor<&'a [u8]>>,
    /// Bytes that may still be read: in a sound file no byte is in two streams.
    left: u64,
}

impl<'a> Ole<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
        let left = 2 * u64::try_from(bytes.len()).ok()?;
        Some(Self { file, left })
    }

    /// True where there is a stream or a storage of this path.
    pub fn holds(&self, path: &Path) -> bool {
        self.file.exists(path)
    }

    /// The bytes of a stream.
    pub fn stream(&mut self, path: &Path) -> Option<Vec<u8>> {
        let size = self.file.entry(path).ok()?.len();
        self.left = self.left.checked_sub(size)?;
        let mut bytes = Vec::new();
        // What can be read of a damaged stream counts.
        let read = self.file.open_stream(path).ok()?.read_to_end(&mut bytes);
        (read.is_ok() || !bytes.is_empty()).then_some(bytes)
    }

    /// A storage as a file of its own.
    pub fn as_file(&mut self, root: &Path) -> Option<Vec<u8>> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).ok()?;
        self.copy(root, root, &mut file).ok()?;
        file.flush().ok()?;
        Some(file.into_inner().into_inner())
    }

    fn copy(&mut self, root: &Path, from: &Path, into: &mut Copied) -> io::Result<()> {
        let inside = |path: &Path| {
            let path = path.strip_prefix(root).map_err(io::Error::other)?;
            Ok::<PathBuf, io::Error>(Path::new("/").join(path))
        };
        for path in self.children(from, false) {
            if let Some(bytes) = self.stream(&path) {
                into.create_stream(inside(&path)?)?.write_all(&bytes)?;
            }
        }
        for path in self.children(from, true) {
            into.create_storage(inside(&path)?)?;
            self.copy(root, &path, into)?;
        }
        Ok(())
    }

    /// The storages in a storage, or its streams, in their order.
    pub fn children(&self, root: &Path, are_storages: bool) -> Vec<PathBuf> {
        let Ok(entries) = self.file.read_storage(root) else {
            return Vec::new();
        };
        let entries = entries.filter(|entry| entry.is_storage() == are_storages);
        entries.map(|entry| entry.path().to_path_buf()).collect()
    }
}
