// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a ZIP archive into its members, those too that its directory does not list (APPNOTE 6.3.10).
//!
//! Programs differ in what they show of an archive that is damaged, has something before it, or names
//! a file twice. We read everything that any of them may find.

mod directory;
mod locked;
mod sum;

use std::io::{self, Read};
use std::ops::Range;

use bzip2::bufread::BzDecoder;
use flate2::bufread::DeflateDecoder;
use memchr::memmem;

use crate::message::{PartPath, charset};

use super::sniff::{self, Kind};
use super::work::Unpacked;
use super::{Format, Source, Why, Work, epub, gzip, odf, ooxml, plain};
use sum::Summed;

/// A ZIP archive, and what is packed in one.
pub(super) struct Zip;

impl Format for Zip {
    fn name(&self) -> &'static str {
        "ZIP"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        sniff::kind(source.bytes) == Kind::Zip
    }

    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let archive = Archive::read(source.bytes);
        if archive.is_cut || archive.entries.is_empty() && !is_empty(source.bytes) {
            let is_lost = archive.entries.is_empty();
            let why = if is_lost {
                Why::Unreadable
            } else {
                Why::Partly
            };
            work.unreadable(source.path, why, "the archive is damaged or cut short");
        }
        if ooxml::is_package(&archive) {
            return ooxml::read(&archive, source, work);
        }
        if odf::is_document(&archive) {
            return odf::read(&archive, source, work);
        }
        if epub::is_book(&archive) {
            return epub::read(&archive, source, work);
        }
        members(&archive, source, work);
    }
}

/// Reads every file of an archive.
fn members(archive: &Archive<'_>, source: &Source<'_>, work: &mut Work) {
    let container = source.as_container();
    let comment = charset::decode(archive.comment(), None);
    work.text(
        &container.member("comment"),
        plain::with_lf(comment),
        Vec::new(),
    );
    let names: Vec<&str> = archive.entries.iter().map(|entry| &*entry.name).collect();
    work.text(&PartPath::name(&container.0), names.join("\n"), Vec::new());
    let files = archive.entries.iter().filter(|entry| !entry.is_folder());
    for (at, entry) in files.enumerate() {
        if !work.admits_member(source, at) {
            return;
        }
        archive.open(entry, source, &container.member(&entry.name), work);
    }
}

/// An archive of nothing is its end record.
fn is_empty(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x05\x06")
}

/// A ZIP archive, its entries read.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    /// The files and folders, in the order of the directory.
    pub entries: Vec<Entry>,
    /// It has no directory, or not all of it.
    pub is_cut: bool,
}

/// A file in an archive.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its name with its folders.
    pub name: String,
    method: u16,
    flags: u16,
    /// CRC-32 of what it unpacks to; none where the archive does not tell.
    sum: Option<u32>,
    /// Where its packed bytes lie.
    data: Range<usize>,
    /// It says to be larger than what is there.
    is_cut: bool,
    /// How it is encrypted, if with AES.
    aes: Option<locked::Strength>,
    /// The last byte of the head before a file that is encrypted with ZipCrypto.
    check: u8,
}

impl Entry {
    /// True for a folder.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/') && self.data.is_empty()
    }

    /// By which word it is protected, if it is (APPNOTE, 4.4.4 and appendix E).
    pub fn protection(&self) -> Option<(Why, &'static str)> {
        const ENCRYPTED: u16 = 1;
        const STRONG: u16 = 1 << 6;
        if self.method == locked::AES {
            Some((Why::Encrypted, "encrypted in the archive with AES"))
        } else if self.flags & ENCRYPTED == 0 {
            None
        } else if self.flags & STRONG != 0 {
            Some((Why::Encrypted, "encrypted in the archive"))
        } else {
            let detail = "protected by ZipCrypto, which anyone can break";
            Some((Why::WeaklyEncrypted, detail))
        }
    }
}

impl<'a> Archive<'a> {
    /// Finds the entries: those of the directory, then those that stand only in the archive.
    pub fn read(bytes: &'a [u8]) -> Self {
        let mut archive = Self {
            bytes,
            entries: Vec::new(),
            is_cut: false,
        };
        archive.is_cut = archive.directory().is_none();
        archive.unlisted();
        archive
    }

    /// What was written beside the archive (4.3.16).
    fn comment(&self) -> &'a [u8] {
        let end = memmem::rfind(self.bytes, b"PK\x05\x06");
        let comment = end.and_then(|at| self.bytes.get(at + 22..));
        comment.unwrap_or_default()
    }

    /// The first entry of this name; the case of letters does not count, as for Office.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// Unpacks an entry for a format that is itself an archive.
    pub fn unpack(&self, entry: &Entry, part: &PartPath, work: &mut Work) -> Option<Unpacked> {
        let data = self.bytes.get(entry.data.clone()).unwrap_or_default();
        let reader = match reader(entry, data) {
            Ok(reader) => reader,
            Err(error) => {
                let detail = format!("{} cannot be unpacked: {error}", entry.name);
                work.unreadable(part, Why::Partly, detail);
                return None;
            }
        };
        work.unpack(part, data.len(), reader)
    }

    /// Reads an entry as a part of its own.
    pub fn open(&self, entry: &Entry, source: &Source<'_>, path: &PartPath, work: &mut Work) {
        let mut data = self.bytes.get(entry.data.clone()).unwrap_or_default();
        let unlocked;
        if let Some((why, detail)) = entry.protection() {
            match work.unlock(source.path, |word| locked::unlock(entry, data, word)) {
                Some(plain) => {
                    unlocked = plain;
                    data = &unlocked;
                }
                None => return work.unreadable(path, why, detail),
            }
        }
        if entry.is_cut {
            work.unreadable(path, Why::Partly, "the archive ends within it");
        }
        match reader(entry, data) {
            Ok(reader) => {
                work.open_member(source, path, data.len(), reader);
            }
            Err(error) => {
                work.unreadable(
                    path,
                    Why::Unreadable,
                    format!("it cannot be unpacked: {error}"),
                );
            }
        }
    }
}

/// What unpacks an entry by its method (4.4.5), and ends with a fault where the sum is wrong.
fn reader<'a>(entry: &Entry, data: &'a [u8]) -> io::Result<Box<dyn Read + 'a>> {
    let method = entry
        .aes
        .filter(|_| entry.method == locked::AES)
        .map(|aes| aes.method);
    let reader: Box<dyn Read + 'a> = match method.unwrap_or(entry.method) {
        0 => Box::new(data),
        8 => Box::new(DeflateDecoder::new(data)),
        12 => Box::new(BzDecoder::new(data)),
        93 => gzip::reader(Kind::Zstd, data)?,
        95 => gzip::reader(Kind::Xz, data)?,
        method => {
            let told = format!("there is no reader for the method {method}");
            return Err(io::Error::other(told));
        }
    };
    Ok(match entry.sum {
        Some(sum) => Box::new(Summed::new(reader, sum)),
        None => reader,
    })
}

#[cfg(test)]
pub(super) mod tests;
