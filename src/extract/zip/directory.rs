// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the directory of a ZIP archive, and the headers before its files, into entries (APPNOTE, 4.3).

use std::ops::Range;

use memchr::memmem;

use super::{Archive, Entry, locked};
use crate::message::charset;

/// Entries of a directory that are looked at: more than a message may have parts.
const MOST_ENTRIES: usize = 20_000;

/// The extra field of values that do not fit 32 bits.
const ZIP64: u16 = 1;

impl Archive<'_> {
    /// Reads the directory; none where there is none, or where it breaks off.
    pub(super) fn directory(&mut self) -> Option<()> {
        let end_at = memmem::rfind(self.bytes, b"PK\x05\x06")?;
        let end = self.bytes.get(end_at..)?;
        let (mut size, mut offset) = (u64::from(u32_at(end, 12)?), u64::from(u32_at(end, 16)?));
        let mut directory_end = end_at;
        if size == u64::from(u32::MAX) || offset == u64::from(u32::MAX) {
            // ZIP64 (4.3.14).
            let at = memmem::rfind(self.bytes.get(..end_at)?, b"PK\x06\x06")?;
            let record = self.bytes.get(at..)?;
            (size, offset) = (u64_at(record, 40)?, u64_at(record, 48)?);
            directory_end = at;
        }
        let offset = usize::try_from(offset).ok()?;
        // Where something stands before the archive, the offsets do not count it.
        let start = directory_end.checked_sub(usize::try_from(size).ok()?)?;
        let is_start = |at: usize| {
            let signature = self.bytes.get(at..).unwrap_or_default();
            signature.starts_with(b"PK\x01\x02")
        };
        let start = if is_start(start) || size == 0 {
            start
        } else {
            offset
        };
        let before = start.saturating_sub(offset);
        let mut at = start;
        while at < directory_end && self.entries.len() < MOST_ENTRIES {
            at = self.listed(at, before)?;
        }
        // A directory that is not where its end says has none of what was promised.
        let promised = usize::from(u16_at(end, 10)?);
        let is_whole = promised == usize::from(u16::MAX) || self.entries.len() >= promised;
        is_whole.then_some(())
    }

    /// Reads an entry of the directory (4.3.12); gives where the next one stands.
    fn listed(&mut self, at: usize, before: usize) -> Option<usize> {
        let record = self.bytes.get(at..)?;
        record.strip_prefix(b"PK\x01\x02")?;
        let lengths = [
            u16_at(record, 28)?,
            u16_at(record, 30)?,
            u16_at(record, 32)?,
        ];
        let [name, extra, comment] = lengths.map(usize::from);
        let name_bytes = record.get(46..46 + name)?;
        let extra_bytes = record.get(46 + name..46 + name + extra)?;
        let flags = u16_at(record, 8)?;
        let [packed, offset] = wide(
            extra_bytes,
            u32_at(record, 24)?,
            [u32_at(record, 20)?, u32_at(record, 42)?],
        );
        let header = before.saturating_add(usize::try_from(offset).ok()?);
        let packed = usize::try_from(packed).unwrap_or(usize::MAX);
        let start = data_start(self.bytes, header);
        let start_or_end = start.unwrap_or(self.bytes.len());
        let end = start_or_end.saturating_add(packed).min(self.bytes.len());
        self.entries.push(Entry {
            name: entry_name(name_bytes, flags),
            method: u16_at(record, 10)?,
            flags,
            sum: u32_at(record, 16).filter(|sum| *sum != 0),
            data: start_or_end..end,
            is_cut: end - start_or_end < packed,
            aes: locked::strength(extra_bytes),
            check: locked::check(flags, u16_at(record, 12)?, u32_at(record, 16)?),
        });
        Some(at + 46 + name + extra + comment)
    }

    /// Adds what stands between the files that the directory lists.
    pub(super) fn unlisted(&mut self) {
        let mut known: Vec<Range<usize>> = self.entries.iter().map(|e| e.data.clone()).collect();
        known.sort_by_key(|range| range.start);
        let starts: Vec<usize> = known.iter().map(|range| range.start).collect();
        let mut at = 0;
        let mut behind = known.iter().peekable();
        while self.entries.len() < MOST_ENTRIES {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let Some(found) = memmem::find(rest, b"PK\x03\x04") else {
                break;
            };
            let header = at + found;
            at = header + 4;
            while let Some(range) = behind.next_if(|range| range.start <= header) {
                at = at.max(range.end);
            }
            let is_inside = at > header + 4;
            let Some(start) = data_start(self.bytes, header).filter(|_| !is_inside) else {
                continue;
            };
            if starts.binary_search(&start).is_err()
                && let Some(entry) = self.local(header, start)
            {
                at = at.max(entry.data.end.min(start + sure_size(self.bytes, header)));
                self.entries.push(entry);
            }
        }
    }

    /// Reads a file by the header before it (4.3.7).
    fn local(&self, header: usize, start: usize) -> Option<Entry> {
        let record = self.bytes.get(header..)?;
        let name = record.get(30..30 + usize::from(u16_at(record, 26)?))?;
        let extra = usize::from(u16_at(record, 28)?);
        let flags = u16_at(record, 6)?;
        let size = sure_size(self.bytes, header);
        let method = u16_at(record, 8)?;
        let end = if size > 0 {
            start.saturating_add(size)
        } else if method == 0 {
            let rest = self.bytes.get(start..)?;
            memmem::find(rest, b"PK").map_or(self.bytes.len(), |length| start + length)
        } else {
            self.bytes.len()
        };
        Some(Entry {
            name: entry_name(name, flags),
            method,
            flags,
            sum: u32_at(record, 14).filter(|sum| *sum != 0),
            data: start..end.min(self.bytes.len()),
            is_cut: end > self.bytes.len(),
            aes: self
                .bytes
                .get(start - extra..start)
                .and_then(locked::strength),
            check: locked::check(flags, u16_at(record, 10)?, u32_at(record, 14)?),
        })
    }
}

/// The packed size that a local header tells; zero where it stands behind the file.
fn sure_size(bytes: &[u8], header: usize) -> usize {
    let record = bytes.get(header..).unwrap_or_default();
    let size = u32_at(record, 18).filter(|size| *size != u32::MAX);
    size.and_then(|size| usize::try_from(size).ok())
        .unwrap_or(0)
}

/// Where the bytes of the file behind this local header begin.
fn data_start(bytes: &[u8], header: usize) -> Option<usize> {
    let record = bytes.get(header..)?;
    record.strip_prefix(b"PK\x03\x04")?;
    let name = usize::from(u16_at(record, 26)?);
    let extra = usize::from(u16_at(record, 28)?);
    let start = header + 30 + name + extra;
    (start <= bytes.len()).then_some(start)
}

/// Values that do not fit 32 bits stand in the ZIP64 field, in this order (4.5.3).
fn wide(extra: &[u8], unpacked: u32, values: [u32; 2]) -> [u64; 2] {
    let mut field = field(extra, ZIP64);
    let mut next = |value: u32| {
        let wide = field
            .filter(|_| value == u32::MAX)
            .and_then(|field| u64_at(field, 0));
        if wide.is_some() {
            field = field.and_then(|field| field.get(8..));
        }
        wide.unwrap_or(u64::from(value))
    };
    next(unpacked);
    values.map(next)
}

/// The extra field of this number (4.5).
pub(super) fn field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let (id, length) = (u16_at(extra, 0)?, usize::from(u16_at(extra, 2)?));
        if id == wanted {
            return extra.get(4..4 + length);
        }
        extra = extra.get(4 + length..)?;
    }
}

/// A name is in UTF-8 where the flag says so or it can be, else in the first code page of DOS
/// (appendix D).
fn entry_name(bytes: &[u8], flags: u16) -> String {
    const UTF_8: u16 = 1 << 11;
    let is_utf8 = flags & UTF_8 != 0 || std::str::from_utf8(bytes).is_ok();
    let name = charset::decode(bytes, Some(if is_utf8 { "utf-8" } else { "cp850" }));
    name.replace('\\', "/").replace(['\r', '\n'], " ")
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(field.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(field.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(field.try_into().ok()?))
}
