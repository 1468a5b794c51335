// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a tar archive into its members (POSIX.1-2017, pax, and what GNU tar adds to it).

use crate::message::{PartPath, charset};

use super::sniff::{self, Kind};
use super::{Format, Source, Why, Work};

/// Headers and content come in blocks of so many bytes.
const BLOCK: usize = 512;

/// A tar archive.
pub(super) struct Tar;

impl Format for Tar {
    fn name(&self) -> &'static str {
        "tar"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        sniff::kind(source.bytes) == Kind::Tar
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let container = source.as_container();
        let mut names = Vec::new();
        let mut members = Members {
            bytes: source.bytes,
            at: 0,
            is_cut: false,
        };
        while let Some((name, content)) = members.next() {
            if !work.admits_member(source, names.len()) {
                break;
            }
            let path = container.member(&name);
            names.push(name);
            work.open_member(source, &path, content.len(), content);
        }
        if members.is_cut {
            work.unreadable(
                source.path,
                Why::Partly,
                "the archive is damaged or cut short",
            );
        }
        work.text(&PartPath::name(&container.0), names.join("\n"), Vec::new());
    }
}

/// The files of an archive.
struct Members<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The archive ends within a member, or goes on with something else.
    is_cut: bool,
}

impl<'a> Members<'a> {
    fn next(&mut self) -> Option<(String, &'a [u8])> {
        let mut long_name = None;
        loop {
            let header = self.bytes.get(self.at..self.at.checked_add(BLOCK)?);
            let Some(header) = header else {
                self.is_cut |= self.at < self.bytes.len();
                return None;
            };
            if header.iter().all(|byte| *byte == 0) {
                return None;
            }
            let size = header.get(124..136).and_then(size);
            let size = size.and_then(|size| usize::try_from(size).ok());
            let Some(size) = size.filter(|_| sniff::kind(header) == Kind::Tar) else {
                self.is_cut = true;
                return None;
            };
            let start = self.at + BLOCK;
            let end = start.saturating_add(size).min(self.bytes.len());
            self.is_cut |= end - start < size;
            let content = self.bytes.get(start..end).unwrap_or_default();
            self.at = start.saturating_add(size.div_ceil(BLOCK).saturating_mul(BLOCK));
            match header.get(156) {
                // A long name of the next member, GNU's way and that of POSIX.
                Some(b'L') => long_name = Some(text(content)),
                Some(b'x') => long_name = pax_path(content).or(long_name),
                Some(b'K' | b'g') => {}
                _ if content.is_empty() => long_name = None,
                _ => return Some((long_name.unwrap_or_else(|| name(header)), content)),
            }
        }
    }
}

/// The size field: octal, or binary where its first bit is set (GNU).
fn size(field: &[u8]) -> Option<u64> {
    match field {
        [0x80, _, _, _, rest @ ..] => rest.iter().try_fold(0_u64, |sum, byte| {
            sum.checked_mul(256)?.checked_add(u64::from(*byte))
        }),
        _ => octal(field).or(Some(0)),
    }
}

fn name(header: &[u8]) -> String {
    let name = text(header.get(..100).unwrap_or_default());
    let is_ustar = header.get(257..262) == Some(b"ustar");
    let prefix = header.get(345..500).filter(|_| is_ustar);
    match prefix.map(text) {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}/{name}"),
        _ => name,
    }
}

/// The `path` of an extended header: lines of "length key=value".
fn pax_path(content: &[u8]) -> Option<String> {
    let mut rest = content;
    while !rest.is_empty() {
        let blank = rest.iter().position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(rest.get(..blank)?).ok()?.parse().ok()?;
        let record = rest.get(blank + 1..length)?;
        if let Some(path) = record.strip_prefix(b"path=") {
            return Some(text(path.trim_ascii_end()));
        }
        rest = rest.get(length.max(1)..)?;
    }
    None
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0);
    let field = field.get(..end.unwrap_or(field.len())).unwrap_or_default();
    charset::decode(field, None).replace(['\r', '\n'], " ")
}

/// A number in a tar header: octal digits between blanks and NUL.
pub(super) fn octal(field: &[u8]) -> Option<u64> {
    let is_filler = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !is_filler(byte))?;
    let digits = field.get(start..)?.split(is_filler).next()?;
    digits.iter().try_fold(0_u64, |sum, digit| match digit {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Budget, document};

    /// A header as GNU tar writes it, with its content.
    fn member(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut header = vec![0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        let size = format!("{:011o}", content.len());
        header[124..135].copy_from_slice(size.as_bytes());
        header[148..156].fill(b' ');
        header[156] = kind;
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        header.extend(content);
        header.resize(header.len().div_ceil(BLOCK) * BLOCK, 0);
        header
    }

    fn texts(bytes: &[u8]) -> Vec<(String, String)> {
        let extract = document("a.tar", bytes, &Budget::default());
        let texts = extract.texts.into_iter();
        texts.map(|text| (text.part.0, text.content)).collect()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        let of = of.iter();
        of.map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect()
    }

    #[test]
    fn members_are_read_with_their_long_names() {
        let long = "long/".repeat(30) + "b.txt";
        let pax = format!("{} path={long}\n", long.len() + 10);
        let mut bytes = member("a.txt", b'0', b"one");
        bytes.extend(member("d/", b'5', b""));
        bytes.extend(member("././@LongLink", b'L', long.as_bytes()));
        bytes.extend(member("cut", b'0', b"two"));
        bytes.extend(member("pax", b'x', pax.as_bytes()));
        bytes.extend(member("cut", b'0', b"three"));
        bytes.extend([0; 1024]);
        let member = format!("1/a.tar/{long}");
        let expected = [
            ("1/a.tar/a.txt", "one"),
            (&member, "two"),
            (&member, "three"),
            ("name:1/a.tar", &format!("a.txt\n{long}\n{long}")),
        ];
        assert_eq!(texts(&bytes), pairs(&expected));
    }

    #[test]
    fn what_is_cut_short_is_read_and_said() {
        let bytes = member("a.txt", b'0', &b"line\n".repeat(200));
        let extract = document("x", &bytes[..BLOCK + 300], &Budget::default());
        assert_eq!(extract.texts[0].content.len(), 300);
        assert_eq!(extract.unreadable[0].why, Why::Partly);
    }
}
