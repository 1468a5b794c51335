// SPDX-License-Identifier: GPL-3.0-or-later
//! Cuts the body of a multipart into its members, and keeps the text that no member owns (RFC 2046, 5.1.1).

use std::ops::Range;

use memchr::memmem;

/// A multipart, cut. All ranges are of the mail.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Header and body of each member; one more than asked for at the most. Empty where there is no
    /// delimiter.
    pub members: Vec<Range<usize>>,
    /// What stands before and behind them, but for blank lines.
    pub unowned: Vec<Range<usize>>,
    /// Members follow the last delimiter. Some programs read them, others do not.
    pub goes_on: bool,
    /// Where lines begin that start like a delimiter and go on.
    pub loose: Vec<usize>,
}

impl Cut {
    /// Cuts at the lines of a boundary. A missing last delimiter is no fault.
    pub fn new(raw: &[u8], content: &Range<usize>, boundary: &[u8], most: usize) -> Self {
        let mut cut = Self::default();
        let bytes = raw.get(content.clone()).unwrap_or_default();
        if boundary.is_empty() {
            return cut;
        }
        let delimiter = [b"--", boundary].concat();
        let (mut is_open, mut is_closed, mut unowned) = (false, false, content.start);
        for at in memmem::find_iter(bytes, &delimiter) {
            let before = bytes.get(..at).unwrap_or_default();
            if !before.is_empty() && !before.ends_with(b"\n") {
                continue;
            }
            let Some((is_last, next)) = delimiter_end(bytes, at + delimiter.len()) else {
                if cut.loose.len() < most {
                    cut.loose.push(content.start + at);
                }
                continue;
            };
            let end = before.strip_suffix(b"\n").unwrap_or(before);
            let end = content.start + end.strip_suffix(b"\r").unwrap_or(end).len();
            match cut.members.last_mut() {
                Some(open) if is_open => open.end = end.max(open.start),
                _ => cut.leave(raw, unowned..end),
            }
            if cut.members.len() > most || cut.unowned.len() > most {
                return cut;
            }
            if !is_last {
                cut.goes_on |= is_closed;
                cut.members.push(content.start + next..content.end);
            }
            (is_open, is_closed) = (!is_last, is_closed || is_last);
            unowned = content.start + next;
        }
        if is_closed && !is_open {
            cut.leave(raw, unowned..content.end);
        }
        cut
    }

    /// Keeps text that is no member's.
    fn leave(&mut self, raw: &[u8], range: Range<usize>) {
        let text = raw.get(range.clone()).unwrap_or_default();
        if !text.trim_ascii().is_empty() {
            self.unowned.push(range);
        }
    }
}

/// The boundary that a body seems to have: of the first line that begins with `--` and has a field
/// of a part behind it.
pub fn guess(body: &[u8]) -> Option<&[u8]> {
    let starts = memmem::find_iter(body, b"\n--").map(|at| at + 1);
    let first = body.starts_with(b"--").then_some(0);
    first.into_iter().chain(starts).find_map(|at| {
        let rest = body.get(at + 2..)?;
        let end = memchr::memchr(b'\n', rest)?;
        let line = rest.get(..end)?.trim_ascii_end();
        let behind = rest.get(end + 1..)?.get(..b"Content-".len())?;
        let is_field = behind.eq_ignore_ascii_case(b"Content-");
        (is_field && !line.is_empty()).then_some(line)
    })
}

/// Whether a delimiter is the last one, and where the line behind it begins; `None` where more
/// stands on its line, which then is another boundary that starts alike.
fn delimiter_end(bytes: &[u8], at: usize) -> Option<(bool, usize)> {
    let rest = bytes.get(at..).unwrap_or_default();
    let after = rest.strip_prefix(b"--");
    let is_last = after.is_some();
    let after = after.unwrap_or(rest);
    let blanks = after
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t' | b'\r'))
        .count();
    let next = bytes.len() - after.len() + blanks;
    match after.get(blanks) {
        None => Some((is_last, next)),
        Some(b'\n') => Some((is_last, next + 1)),
        // Text on the line of the last delimiter is epilogue.
        Some(_) if is_last && blanks > 0 => Some((true, next)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(body: &str) -> (Vec<&str>, Vec<&str>, bool) {
        let cut = Cut::new(body.as_bytes(), &(0..body.len()), b"b", 10);
        let texts = |ranges: &[Range<usize>]| ranges.iter().map(|one| &body[one.clone()]).collect();
        (texts(&cut.members), texts(&cut.unowned), cut.goes_on)
    }

    #[test]
    fn text_of_no_member_is_kept() {
        assert_eq!(
            cut("before\n--b\n\none\n--b\n\ntwo\n--b--\nbehind"),
            (vec!["\none", "\ntwo"], vec!["before", "behind"], false)
        );
        assert_eq!(cut("\n--b\n\none"), (vec!["\none"], vec![], false));
        assert_eq!(cut("no delimiter"), (vec![], vec![], false));
    }

    #[test]
    fn members_behind_the_last_delimiter_are_members() {
        assert_eq!(
            cut("--b\nx\n--b--\nbetween\n--b\n\nlate\n--b--\n"),
            (vec!["x", "\nlate"], vec!["between"], true)
        );
    }

    #[test]
    fn lines_that_begin_like_a_delimiter_are_told() {
        let body = "--b\n\none\n--bc\n x--b\n--b--";
        assert_eq!(
            Cut::new(body.as_bytes(), &(0..body.len()), b"b", 9).loose,
            [9]
        );
    }

    #[test]
    fn a_boundary_is_guessed_from_a_field_behind_it() {
        assert_eq!(
            guess(b"-- \nmfg\n--x y \r\ncontent-type: a/b\n"),
            Some(&b"x y"[..])
        );
        assert_eq!(guess(b"--x\n\ntext"), None);
        assert_eq!(guess(&b"\n--".repeat(1_000_000)), None);
    }
}
