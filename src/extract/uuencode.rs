// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds files that stand in a text under uuencode (POSIX.1-2017, `uuencode`, the way in base64 too).

use memchr::memmem;

use crate::message::transfer;

/// Names and bytes of the files.
pub(super) fn files(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    if memmem::find(text.as_bytes(), b"begin").is_none() {
        return files;
    }
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        // In an answer each line has the marks of a quotation before it.
        let marks = line.len() - line.trim_start_matches(['>', ' ']).len();
        let (mark, line) = line.split_at(marks);
        let Some((is_base64, name)) = head(line) else {
            continue;
        };
        let mut lines = lines
            .by_ref()
            .map(|line| line.strip_prefix(mark).unwrap_or(line));
        let mut bytes = Vec::new();
        // A mail cut short has no end line.
        if is_base64 {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "====").collect();
            bytes = transfer::base64(body.join("\n").as_bytes());
        } else {
            for line in lines.by_ref() {
                if line.trim_end() == "end" || !decode(line, &mut bytes) {
                    break;
                }
            }
        }
        if !bytes.is_empty() {
            files.push((name.to_owned(), bytes));
        }
    }
    files
}

/// The name in a line `begin 644 name` or `begin-base64 644 name`, and whether it is the latter.
fn head(line: &str) -> Option<(bool, &str)> {
    let rest = line.strip_prefix("begin")?;
    let is_base64 = rest.starts_with("-base64 ");
    let rest = rest.strip_prefix("-base64").unwrap_or(rest);
    let (mode, name) = rest.strip_prefix(' ')?.split_once(' ')?;
    let is_mode = (3..=4).contains(&mode.len()) && mode.bytes().all(|b| (b'0'..=b'7').contains(&b));
    is_mode.then(|| (is_base64, name.trim()))
}

/// Adds the bytes of a line. False for one that is none.
fn decode(line: &str, bytes: &mut Vec<u8>) -> bool {
    let value = |byte: u8| (b' '..=b'`').contains(&byte).then(|| (byte - b' ') & 0x3f);
    let mut values = line.bytes().map(value);
    let Some(Some(length)) = values.next() else {
        // A line of nothing is what a blank for 0 becomes on its way.
        return line.is_empty();
    };
    let values: Option<Vec<u8>> = values.collect();
    let Some(mut values) = values else {
        return false;
    };
    // Blanks at the end of a line get lost on the way.
    let length = usize::from(length);
    values.resize(length.div_ceil(3) * 4, 0);
    let (groups, _) = values.as_chunks::<4>();
    let line = groups
        .iter()
        .flat_map(|[a, b, c, d]| [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
    bytes.extend(line.take(length));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_uuencode_wrote() {
        let text =
            "Hallo\n\nbegin 644 a b.txt\n#0V%T\n`\nend\nGruss\nbegin 9 x\nbegin 644 y\n%0V%T(2\n";
        let expected = [
            ("a b.txt".to_owned(), b"Cat".to_vec()),
            ("y".to_owned(), b"Cat! ".to_vec()),
        ];
        let mut found = files(text);
        found[1].1[4] = b' ';
        assert_eq!(found, expected);
        let code = "begin-base64 644 z\nQ2F0\n====\n";
        assert_eq!(files(code), [("z".to_owned(), b"Cat".to_vec())]);
        assert_eq!(files("begin 644 a\n"), []);
        assert_eq!(files("to begin 644 days\nend"), []);
    }
}
