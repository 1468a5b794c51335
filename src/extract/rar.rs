// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a RAR archive into the names of its members: nothing here opens them, as the only reader
//! there is has a licence that ours does not go with.

use crate::message::{PartPath, charset};

use super::sniff::{self, Kind};
use super::{Format, Source, Why, Work};

/// How the archive begins, before version 5 and since.
const OLD: &[u8] = b"Rar!\x1a\x07\0";
const NEW: &[u8] = b"Rar!\x1a\x07\x01\0";

/// Headers that are looked at: more than a message may have parts.
const MOST_HEADERS: usize = 20_000;

/// A RAR archive.
pub(super) struct Rar;

impl Format for Rar {
    fn name(&self) -> &'static str {
        "RAR"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        sniff::kind(source.bytes) == Kind::Rar
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let list = list(source.bytes);
        let container = source.as_container();
        work.text(
            &PartPath::name(&container.0),
            list.names.join("\n"),
            Vec::new(),
        );
        let (why, detail) = if list.is_encrypted {
            (Why::Encrypted, "a RAR archive encrypted with a password")
        } else {
            (
                Why::Unreadable,
                "a RAR archive, of which only the names are read",
            )
        };
        work.unreadable(source.path, why, detail);
    }
}

/// What the headers tell.
#[derive(Default)]
struct List {
    names: Vec<String>,
    /// Its headers or one of its files need a password.
    is_encrypted: bool,
}

fn list(bytes: &[u8]) -> List {
    let mut list = List::default();
    // What breaks off ends the list.
    if let Some(rest) = bytes.strip_prefix(NEW) {
        let _end = list.read_new(rest);
    } else if let Some(rest) = bytes.strip_prefix(OLD) {
        let _end = list.read_old(rest);
    }
    list
}

impl List {
    /// Reads the headers of an archive before version 5 (RAR 3 technote).
    fn read_old(&mut self, mut rest: &[u8]) -> Option<()> {
        const ARCHIVE: u8 = 0x73;
        const FILE: u8 = 0x74;
        const ENCRYPTED_HEADERS: u16 = 0x80;
        const ENCRYPTED_FILE: u16 = 4;
        const WIDE: u16 = 0x100;
        const HAS_DATA: u16 = 0x8000;
        for _ in 0..MOST_HEADERS {
            let (kind, flags) = (*rest.get(2)?, short(rest, 3)?);
            let size = usize::from(short(rest, 5)?);
            let header = rest.get(..size)?;
            let mut data = 0;
            if kind == FILE || flags & HAS_DATA != 0 {
                data = usize::try_from(long(header, 7)?).ok()?;
            }
            if kind == ARCHIVE && flags & ENCRYPTED_HEADERS != 0 {
                self.is_encrypted = true;
                return None;
            }
            if kind == FILE {
                self.is_encrypted |= flags & ENCRYPTED_FILE != 0;
                let length = usize::from(short(header, 26)?);
                let mut at = 32;
                if flags & WIDE != 0 {
                    let high = usize::try_from(long(header, 32)?).ok()?;
                    data = data.checked_add(high.checked_shl(32)?)?;
                    at += 8;
                }
                let name = header.get(at..at + length)?;
                // Behind a NUL stands the same name again, packed for wide characters.
                let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
                self.add(&charset::decode(name, Some("cp850")));
            }
            // A header of no size would be read for ever.
            rest = rest.get(size.max(7).checked_add(data)?..)?;
        }
        None
    }

    /// Reads the headers of an archive since version 5 (RAR 5.0 archive format).
    fn read_new(&mut self, mut rest: &[u8]) -> Option<()> {
        const FILE: u64 = 2;
        const ENCRYPTION: u64 = 4;
        const HAS_EXTRA: u64 = 1;
        const HAS_DATA: u64 = 2;
        for _ in 0..MOST_HEADERS {
            let mut ahead = rest.get(4..)?;
            let size = usize::try_from(number(&mut ahead)?).ok()?;
            let mut header = ahead.get(..size)?;
            let behind = ahead.get(size..)?;
            let kind = number(&mut header)?;
            let flags = number(&mut header)?;
            let extra = if flags & HAS_EXTRA == 0 {
                0
            } else {
                number(&mut header)?
            };
            let data = if flags & HAS_DATA == 0 {
                0
            } else {
                number(&mut header)?
            };
            if kind == ENCRYPTION {
                self.is_encrypted = true;
                return None;
            }
            if kind == FILE {
                self.read_file(header, usize::try_from(extra).ok()?)?;
            }
            rest = behind.get(usize::try_from(data).ok()?..)?;
        }
        None
    }

    fn read_file(&mut self, mut header: &[u8], extra: usize) -> Option<()> {
        const HAS_TIME: u64 = 2;
        const HAS_SUM: u64 = 4;
        let flags = number(&mut header)?;
        let (_size, _attributes) = (number(&mut header)?, number(&mut header)?);
        let fixed = [HAS_TIME, HAS_SUM]
            .iter()
            .filter(|flag| flags & **flag != 0);
        header = header.get(4 * fixed.count()..)?;
        let (_compression, _system) = (number(&mut header)?, number(&mut header)?);
        let length = usize::try_from(number(&mut header)?).ok()?;
        self.add(&String::from_utf8_lossy(header.get(..length)?));
        let mut extra = header.get(header.len().checked_sub(extra)?..)?;
        while !extra.is_empty() {
            let size = usize::try_from(number(&mut extra)?).ok()?;
            // A record of type 1 tells how the file is encrypted.
            self.is_encrypted |= number(&mut extra.get(..size)?)? == 1;
            extra = extra.get(size..)?;
        }
        Some(())
    }

    fn add(&mut self, name: &str) {
        self.names
            .push(name.replace('\\', "/").replace(['\r', '\n'], " "));
    }
}

/// A number of seven bits a byte, the low ones first.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..10 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(7 * place)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of version 5 with its fields, its data, and its extra area.
    fn new(kind: u8, fields: &[u8], data: &[u8], extra: &[u8]) -> Vec<u8> {
        let flags = u8::from(!extra.is_empty()) | u8::from(!data.is_empty()) << 1;
        let mut header = vec![kind, flags];
        header.extend((!extra.is_empty()).then_some(u8::try_from(extra.len()).unwrap()));
        header.extend((!data.is_empty()).then_some(u8::try_from(data.len()).unwrap()));
        header.extend([fields, extra].concat());
        let size = u8::try_from(header.len()).unwrap();
        [&[0, 0, 0, 0, size][..], &header, data].concat()
    }

    #[test]
    fn names_are_listed_since_version_5() {
        let file = |name: &str| {
            let length = u8::try_from(name.len()).unwrap();
            [&[4, 5, 0, 1, 2, 3, 4, 0, 0, length][..], name.as_bytes()].concat()
        };
        let whole = |extra: &[u8]| {
            let main = new(1, &[0], &[], &[]);
            let files = [
                new(2, &file("a/é.csv"), b"data", &[]),
                new(2, &file("b"), b"d", extra),
            ];
            [NEW, &main, &files.concat()].concat()
        };
        let plain = list(&whole(&[]));
        assert_eq!(
            (plain.names, plain.is_encrypted),
            (vec!["a/é.csv".into(), "b".into()], false)
        );
        assert!(list(&whole(&[2, 1, 0])).is_encrypted);
        let hidden = [NEW, &new(4, &[0], &[], &[])].concat();
        assert!(list(&hidden).is_encrypted);
        assert_eq!(list(&whole(&[])[..48]).names, ["a/é.csv"]);
    }

    #[test]
    fn names_are_listed_before_version_5() {
        let file = |name: &[u8], flags: u16| {
            let mut header = vec![0; 32];
            header[2] = 0x74;
            header[3..5].copy_from_slice(&flags.to_le_bytes());
            header[5] = 32 + u8::try_from(name.len()).unwrap();
            header[7] = 3;
            header[26] = u8::try_from(name.len()).unwrap();
            header.extend(name);
            header.extend(b"xyz");
            header
        };
        let main = [0, 0, 0x73, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0];
        let plain = list(&[OLD, &main, &file(b"M\x81ller.csv", 0), &file(b"b\0xx", 0)].concat());
        assert_eq!(
            (plain.names, plain.is_encrypted),
            (vec!["Müller.csv".into(), "b".into()], false)
        );
        assert!(list(&[OLD, &main, &file(b"a", 4)].concat()).is_encrypted);
        let locked = [0, 0, 0x73, 0x80, 0, 13, 0, 0, 0, 0, 0, 0, 0];
        assert!(list(&[OLD, &locked].concat()).is_encrypted);
        // A header of no size ends.
        assert_eq!(list(&[OLD, &[0; 64]].concat()).names, [""; 0]);
    }
}
