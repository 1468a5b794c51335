// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds files that stand in a text under yEnc (version 1.3), as newsreaders do.

use memchr::memmem;

/// How a file begins and ends, at the start of a line.
const BEGIN: &[u8] = b"=ybegin ";
const END: &[u8] = b"=yend";
/// A second line of a file that was cut.
const PART: &[u8] = b"=ypart ";

/// Names and bytes of the files.
pub(super) fn files(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut rest = text;
    while let Some(at) = memmem::find(rest, BEGIN) {
        let is_line = at == 0 || rest.get(at - 1) == Some(&b'\n');
        rest = rest.get(at + BEGIN.len()..).unwrap_or_default();
        if !is_line {
            continue;
        }
        let mut lines = rest.split_inclusive(|byte| *byte == b'\n');
        let head = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
        let name = head.split_once("name=").map_or("", |(_, name)| name.trim());
        let mut bytes = Vec::new();
        for line in lines.take_while(|line| !line.starts_with(END)) {
            if !line.starts_with(PART) {
                decode(line, &mut bytes);
            }
        }
        files.push((name.to_owned(), bytes));
    }
    files
}

fn decode(line: &[u8], bytes: &mut Vec<u8>) {
    let mut signs = line.iter().filter(|byte| !matches!(byte, b'\r' | b'\n'));
    while let Some(sign) = signs.next() {
        let shift = if *sign == b'=' { 64 + 42 } else { 42 };
        let sign = if *sign == b'=' {
            signs.next()
        } else {
            Some(sign)
        };
        bytes.extend(sign.map(|sign| sign.wrapping_sub(shift)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_shifted() {
        let text = b"Hallo\r\n=ybegin line=128 size=4 name=a b.txt\r\nm\x8b=}\x9e\r\n=yend size=4\r\nGruss";
        assert_eq!(files(text), [("a b.txt".to_owned(), b"Ca\x13t".to_vec())]);
        assert_eq!(files(b"=ybegin "), [(String::new(), vec![])]);
        assert_eq!(files(b"x =ybegin \n"), []);
    }
}
