// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a 7z archive (7zFormat.txt) into its members.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, Error, Password};

use crate::message::PartPath;

use super::sniff::{self, Kind};
use super::{Format, Source, Why, Work};

/// What a decoder may take for its dictionary, in KiB: twice what 7-Zip takes at its strongest.
const MEMORY: usize = 128 << 10;

/// A 7z archive.
pub(super) struct SevenZip;

impl Format for SevenZip {
    fn name(&self) -> &'static str {
        "7z"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        sniff::kind(source.bytes) == Kind::SevenZip
    }

    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let read = catch_unwind(AssertUnwindSafe(|| read(source, work)));
        if read.is_err() {
            work.unreadable(source.path, Why::Unreadable, "the archive broke its reader");
        }
    }
}

fn read(source: &Source<'_>, work: &mut Work) {
    let (archive, password) = match open(source, &Password::empty()) {
        Ok(archive) => (archive, Password::empty()),
        // Its names are encrypted too.
        Err(Error::PasswordRequired) => {
            let opened = work.unlock(source.path, |word| {
                let password = Password::new(word);
                Some((open(source, &password).ok()?, password))
            });
            match opened {
                Some(opened) => opened,
                None => return encrypted(source, work),
            }
        }
        Err(_) => {
            let detail = "the archive is damaged, or packed in a way that is not known";
            return work.unreadable(source.path, Why::Unreadable, detail);
        }
    };
    let container = source.as_container();
    let names: Vec<&str> = archive.files.iter().map(ArchiveEntry::name).collect();
    work.text(&PartPath::name(&container.0), names.join("\n"), Vec::new());
    let is_locked = |file: usize| archive.is_file_encrypted(file);
    let password = if password.is_empty() && (0..archive.files.len()).any(is_locked) {
        let opened = work.unlock(source.path, |word| {
            Some(Password::new(word)).filter(|word| is_right(&archive, source, word))
        });
        opened.unwrap_or_else(|| {
            encrypted(source, work);
            password
        })
    } else {
        password
    };
    members(&archive, &password, source, work);
}

fn encrypted(source: &Source<'_>, work: &mut Work) {
    let detail = "a 7z archive encrypted with a password";
    work.unreadable(source.path, Why::Encrypted, detail);
}

fn open(source: &Source<'_>, password: &Password) -> Result<Archive, Error> {
    Archive::read_with_memory_limit(&mut Cursor::new(source.bytes), password, MEMORY)
}

/// True where the first encrypted file can be unpacked: a wrong password gives a wrong checksum.
fn is_right(archive: &Archive, source: &Source<'_>, password: &Password) -> bool {
    let blocks = 0..archive.blocks.len();
    let first = blocks.into_iter().find(|block| is_locked(archive, *block));
    first.is_some_and(|block| {
        let mut bytes = Cursor::new(source.bytes);
        let decoder =
            BlockDecoder::new_with_memory_limit(1, MEMORY, block, archive, password, &mut bytes);
        let mut is_right = false;
        // One file is enough: the rest is not decoded.
        let read = decoder.for_each_entries(&mut |_, content| {
            is_right = std::io::copy(content, &mut std::io::sink()).is_ok();
            Ok(false)
        });
        is_right && read.is_ok()
    })
}

fn is_locked(archive: &Archive, block: usize) -> bool {
    let first = archive.stream_map.block_first_file_index.get(block);
    first.is_some_and(|file| archive.is_file_encrypted(*file))
}

/// Reads every file, block after block; those of a block are packed in one.
fn members(archive: &Archive, password: &Password, source: &Source<'_>, work: &mut Work) {
    let container = source.as_container();
    let mut bytes = Cursor::new(source.bytes);
    let (mut is_full, mut is_damaged, mut count) = (false, false, 0);
    for block in 0..archive.blocks.len() {
        if is_full || password.is_empty() && is_locked(archive, block) {
            continue;
        }
        let decoder =
            BlockDecoder::new_with_memory_limit(1, MEMORY, block, archive, password, &mut bytes);
        let read = decoder.for_each_entries(&mut |entry, content| {
            if entry.is_directory() {
                return Ok(true);
            }
            is_full = !work.admits_member(source, count)
                || !work.open_member(
                    source,
                    &container.member(&shown(entry)),
                    source.bytes.len(),
                    content,
                );
            count += 1;
            Ok(!is_full)
        });
        is_damaged |= read.is_err();
    }
    if is_damaged {
        let detail =
            "some of it cannot be unpacked: it is damaged, or packed in a way that is not known";
        work.unreadable(source.path, Why::Partly, detail);
    }
}

fn shown(entry: &ArchiveEntry) -> String {
    entry.name().replace('\\', "/").replace(['\r', '\n'], " ")
}
