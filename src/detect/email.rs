// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns an `@` into a mail address, if it is the middle of one.

use super::candidate::{Candidate, Form};

/// The most a local part and a domain may have, in bytes (RFC 5321, 4.5.3.1).
const MAX_LOCAL: usize = 64;
const MAX_DOMAIN: usize = 255;
/// More digits than this before the `@` are those of a message's id, not of a mailbox.
const MAX_DIGITS: usize = 11;

/// The address around the `@` at `at`, in the form people use: no quotes, no comments, no literals.
pub(super) fn find(text: &str, at: usize) -> Option<Candidate> {
    let before = text.get(..at)?;
    let local = before
        .char_indices()
        .rev()
        .take_while(|(start, c)| at - start <= MAX_LOCAL && is_local(*c));
    let start = local.last()?.0;
    let local = text.get(start..at)?;
    let local = local.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let start = at - local.len();
    let rest = text.get(at + 1..)?;
    let domain = rest.char_indices().take_while(|(end, c)| {
        *end < MAX_DOMAIN && (c.is_alphanumeric() || matches!(c, '.' | '-'))
    });
    let length = domain.map(|(end, c)| end + c.len_utf8()).last()?;
    let domain = rest.get(..length)?.trim_end_matches(['.', '-']);
    let last = domain.rsplit_once('.')?.1;
    let labels = domain
        .split('.')
        .all(|label| !label.is_empty() && label.len() <= 63);
    let named = last.len() >= 2 && last.chars().all(char::is_alphabetic);
    let digits = local.bytes().filter(u8::is_ascii_digit).count();
    let end = at + 1 + domain.len();
    let beside = [
        text.get(..start)?.chars().next_back(),
        text.get(end..)?.chars().next(),
    ];
    let sound = !local.is_empty()
        && !local.ends_with('.')
        && !local.contains("..")
        && labels
        && named
        && digits <= MAX_DIGITS
        && !beside.contains(&Some('@'));
    if !sound {
        return None;
    }
    let (local, domain) = (local.to_lowercase(), domain.to_lowercase());
    let value = format!("{local}@{domain}");
    Some(Candidate {
        span: start..end,
        form: Form::Grouped,
        why: vec![super::mailbox::mailbox(&value).as_str().to_owned()],
        value,
    })
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(
            c,
            '.' | '_' | '%' | '+' | '-' | '&' | '\'' | '#' | '$' | '~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let ats = memchr::memchr_iter(b'@', text.as_bytes());
        ats.filter_map(|at| find(text, at))
            .map(|found| &text[found.span])
            .collect()
    }

    #[test]
    fn finds_addresses() {
        assert_eq!(
            found("an <anna.o'neil+x@example.org>."),
            ["anna.o'neil+x@example.org"]
        );
        assert_eq!(
            found("'jürg@zürich.example.ch.'"),
            ["jürg@zürich.example.ch"]
        );
        assert_eq!(found("mailto:a@b.ch,c@d.ch"), ["a@b.ch", "c@d.ch"]);
    }

    #[test]
    fn passes_over_what_is_none() {
        for text in [
            "@",
            "a@",
            "@b.ch",
            "a@b",
            "a@b.c",
            "a@b..ch",
            "a@@b.ch",
            "a@b.ch@c.ch",
            "a@1.2",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
        assert_eq!(found("<70602876505112.968131@mail7.example.net>"), [""; 0]);
    }
}
