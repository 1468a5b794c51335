// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns false ends of objects, which stand within streams, into what the library takes for none.
//!
//! It reads an object up to the first `endobj`. A stream may hold that word as it is, a PDF that is
//! attached to another for example, and goes on behind it for everybody else.

use memchr::memmem;

const END: &[u8] = b"endobj";
const NO_END: &[u8] = b"endob\0";
const STREAM: &[u8] = b"stream";
const STREAM_END: &[u8] = b"endstream";

/// How far before a stream its dictionary is looked for.
const DICTIONARY: usize = 1024;

/// So many lengths that stand in objects of their own are looked up.
const MOST_LOOKUPS: usize = 64;

/// The file, of the same length, without false ends.
pub(super) fn hidden(bytes: &[u8]) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    let mut at = 0;
    let mut lookups = 0;
    let (mut stream_end, mut end) = (Ahead::of(STREAM_END), Ahead::of(END));
    while let Some(keyword) = find(bytes, at, STREAM) {
        at = keyword + STREAM.len();
        let start = at + line_end(bytes, at);
        let Some(nearest) = stream_end.from(bytes, start) else {
            break;
        };
        let is_false = end.from(bytes, start).is_some_and(|end| end < nearest);
        if !is_false
            || bytes
                .get(..keyword)
                .is_none_or(|before| before.ends_with(b"end"))
        {
            continue;
        }
        let Some(stop) = length(bytes, keyword, &mut lookups).and_then(|n| start.checked_add(n))
        else {
            continue;
        };
        let behind = bytes.get(stop..).unwrap_or_default().trim_ascii_start();
        if behind.starts_with(STREAM_END) {
            hide(copy.get_mut(start..stop).unwrap_or_default());
            at = stop;
        }
    }
    copy
}

/// What a stream held before its false ends were hidden.
pub(super) fn shown(mut bytes: Vec<u8>) -> Vec<u8> {
    replace(&mut bytes, NO_END, END);
    bytes
}

fn hide(bytes: &mut [u8]) {
    replace(bytes, END, NO_END);
}

/// Writes one word for another of the same length.
fn replace(bytes: &mut [u8], word: &[u8], by: &[u8]) {
    let found: Vec<usize> = memmem::find_iter(bytes, word).collect();
    for at in found {
        if let Some(place) = bytes.get_mut(at..at + by.len()) {
            place.copy_from_slice(by);
        }
    }
}

fn find(bytes: &[u8], from: usize, word: &[u8]) -> Option<usize> {
    memmem::find(bytes.get(from..)?, word).map(|at| from + at)
}

/// The next place of a word, which is looked for once.
struct Ahead {
    word: &'static [u8],
    found: Option<usize>,
    is_searched: bool,
}

impl Ahead {
    fn of(word: &'static [u8]) -> Self {
        Self {
            word,
            found: None,
            is_searched: false,
        }
    }

    /// The first place from here on; places are asked for in their order.
    fn from(&mut self, bytes: &[u8], start: usize) -> Option<usize> {
        if !self.is_searched || self.found.is_some_and(|found| found < start) {
            self.found = find(bytes, start, self.word);
            self.is_searched = true;
        }
        self.found
    }
}

/// The length of the line end behind the word `stream` (ISO 32000-1, 7.3.8.1).
fn line_end(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..).unwrap_or_default() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// The length that the dictionary before the word says.
fn length(bytes: &[u8], keyword: usize, lookups: &mut usize) -> Option<usize> {
    let before = bytes.get(keyword.saturating_sub(DICTIONARY)..keyword)?;
    let own = before.get(memmem::rfind(before, b"obj").map_or(0, |at| at + 3)..)?;
    let value = own.get(memmem::find(own, b"/Length")? + b"/Length".len()..)?;
    let (first, rest) = number(value)?;
    let Some((generation, rest)) = number(rest) else {
        return Some(first);
    };
    if !rest.trim_ascii_start().starts_with(b"R") {
        return Some(first);
    }
    *lookups += 1;
    if *lookups > MOST_LOOKUPS {
        return None;
    }
    let head = format!("\n{first} {generation} obj");
    let object = find(bytes, 0, head.as_bytes())? + head.len();
    number(bytes.get(object..)?).map(|(length, _)| length)
}

/// A number behind blanks, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let bytes = bytes.trim_ascii_start();
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (number, rest) = bytes.split_at_checked(digits)?;
    Some((str::from_utf8(number).ok()?.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(length: &str, content: &str) -> String {
        format!("3 0 obj\n<< /Length {length} >>\nstream\n{content}\nendstream\nendobj\n")
    }

    #[test]
    fn only_ends_within_a_stream_are_hidden() {
        let content = "BT % endobj\nendstream\nendobj ET";
        let length = content.len().to_string();
        let apart = format!("{}\n9 0 obj\n{length}\nendobj\n", stream("9 0 R", content));
        for pdf in [stream(&length, content), apart] {
            let hidden = hidden(pdf.as_bytes());
            assert_eq!(hidden.len(), pdf.len());
            let text = String::from_utf8(hidden.clone()).unwrap();
            assert!(
                text.contains("endob\0\nendstream\nendob\0 ET\nendstream\nendobj"),
                "{text}"
            );
            assert_eq!(shown(hidden), pdf.as_bytes());
        }
    }

    #[test]
    fn what_is_sound_or_says_nothing_true_stays() {
        let lie = stream("7", "BT % endobj ET");
        let plain = stream("5", "BT ET");
        for pdf in [
            lie,
            plain,
            "stream".repeat(100_000),
            "stream endobj endstream".repeat(10_000),
        ] {
            assert_eq!(hidden(pdf.as_bytes()), pdf.as_bytes());
        }
    }
}
