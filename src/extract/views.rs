// SPDX-License-Identifier: GPL-3.0-or-later
//! Reads content in the other ways in which programs may read it: by fields that disagree, and by
//! what it looks like rather than what it says to be.
//!
//! What sound mail costs here is a look at its first bytes, and a search for a sign or two.

use memchr::{memchr_iter, memmem};

use crate::message::{Part, Reading, charset, header, multipart, transfer};

use super::html::{self, Html};
use super::mail::Mail;
use super::sniff::{self, Kind};
use super::{Format, Source, Why, Work, escape, inner, plain, tree};

/// Text that is shorter is no base64, whatever its letters; in characters.
const SHORT: usize = 20;

/// So many lines that end with CR alone are none by chance.
const LINES: usize = 8;

/// So many signs of quoted-printable are none by chance.
const MARKS: usize = 3;

/// Content that is looked at to tell sense from noise, in characters.
const SAMPLE: usize = 4096;

/// A mail most of whose lines end with CR, with LF instead.
pub(super) fn with_lines(raw: &[u8]) -> Option<Vec<u8>> {
    let bare = memchr_iter(b'\r', raw).filter(|at| raw.get(at + 1) != Some(&b'\n'));
    let bare = bare.count();
    if bare < LINES.max(memchr_iter(b'\n', raw).count() / 2) || !plain::is_text(raw) {
        return None;
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let [byte, behind @ ..] = rest {
        let is_end = matches!(byte, b'\r' | b'\n');
        out.push(if is_end { b'\n' } else { *byte });
        let is_pair = is_end
            && behind
                .first()
                .is_some_and(|next| matches!(next, b'\r' | b'\n') && next != byte);
        rest = behind.get(usize::from(is_pair)..).unwrap_or_default();
    }
    Some(out)
}

/// Reads a part by the other readings that the fields of its header allow.
pub(super) fn others(raw: &[u8], part: &Part, work: &mut Work) {
    for reading in &part.others {
        let encoded = raw.get(part.content.clone()).unwrap_or_default();
        let bytes = tree::decode(encoded, &reading.encoding);
        // Of base64 nobody reads the letters.
        if reading.encoding.is_empty() && transfer::is_base64(&bytes, SHORT) {
            continue;
        }
        let source = Source {
            media_type: &reading.media_type,
            charset: reading.charset.as_deref(),
            ..tree::source(part)
        };
        otherwise(&source, &differing(part, reading), &bytes, work);
    }
}

/// In what a reading differs from the first one, in words.
fn differing(part: &Part, reading: &Reading) -> String {
    let kind = || reading.media_type.rsplit('/').next().unwrap_or_default();
    let charset = reading.charset.as_deref().unwrap_or_default();
    match () {
        () if reading.encoding == part.encoding && reading.media_type == part.media_type => {
            format!("as {}", charset.replace('/', " "))
        }
        () if reading.encoding == part.encoding => format!("as {}", kind()),
        () if reading.encoding.is_empty() => format!("as {} in clear", kind()),
        () => format!("as {} in {}", kind(), reading.encoding.replace('/', " ")),
    }
}

/// Reads content by what it looks like, where it says to be something else.
pub(super) fn of(source: &Source<'_>, work: &mut Work) {
    let bytes = source.bytes;
    let doubt = if transfer::is_base64(bytes, SHORT) {
        let decoded = transfer::base64(bytes);
        let is_read = otherwise(source, "as base64", &decoded, work);
        // Of letters that are text to their end nobody reads the letters.
        let is_whole =
            || std::str::from_utf8(&decoded).is_ok_and(|text| !text.contains(plain::is_control));
        if is_read && is_whole() {
            work.forget(source.path);
        }
        is_read.then_some("it is base64, which no field says")
    } else if source.media_type.starts_with("text/") && is_quoted(bytes) {
        let decoded = transfer::quoted_printable(bytes);
        let is_read = otherwise(source, "as quoted-printable", &decoded, work);
        is_read.then_some("it is quoted-printable, which no field says")
    } else {
        None
    };
    if let Some(doubt) = doubt {
        work.unreadable(source.path, Why::Ambiguous, doubt);
    }
    if let Some(archive) = sniff::archive_behind(bytes)
        && otherwise(source, "as archive", archive, work)
    {
        let doubt = "an archive stands behind it";
        work.unreadable(source.path, Why::Ambiguous, doubt);
    }
    let is_text = source.media_type.starts_with("text/");
    let is_message = is_text && of_text(source, work);
    if doubt.is_none() && !is_message && (is_text || plain::is_text(bytes)) && !Html.takes(source) {
        for content in inner::contents(bytes) {
            if otherwise(source, "as base64 within", &content, work) {
                let doubt = "base64 stands within it";
                work.unreadable(source.path, Why::Ambiguous, doubt);
            }
        }
    }
}

/// The same for what says to be text. True where a message stands in it.
fn of_text(source: &Source<'_>, work: &mut Work) -> bool {
    let bytes = source.bytes;
    let is_page = Html.takes(source);
    for (label, text) in charset::guesses(bytes, source.charset) {
        let text = if is_page {
            html::text(&text)
        } else {
            plain::with_lf(text)
        };
        work.again(source.path, &format!("as {label}"), text);
        let doubt = format!("it may be in the charset {label}, which no field says");
        work.unreadable(source.path, Why::Ambiguous, doubt);
    }
    if is_page {
        if !html::is_declared(source) {
            let text = plain::with_lf(charset::decode(bytes, source.charset));
            work.again(source.path, "as text", text);
        }
        if let (Some(said), Some(own)) = (source.charset, html::declared(bytes))
            && charset::is_of_its_own(&own)
            && !own.eq_ignore_ascii_case(said)
        {
            let source = Source {
                charset: Some(&own),
                ..source.again()
            };
            otherwise(&source, &format!("as {own}"), bytes, work);
        }
        return false;
    }
    if Mail.takes(source) {
        return true;
    }
    if let Some(text) = escape::resolved(&charset::decode(bytes, source.charset)) {
        work.again(source.path, "with escapes resolved", plain::with_lf(text));
    }
    let Some((media_type, inner)) = mail_in(bytes) else {
        return false;
    };
    let inner_source = Source {
        media_type,
        charset: None,
        ..source.again()
    };
    otherwise(&inner_source, "as message", inner, work)
}

/// How the fields of a part begin (RFC 2045, 3).
const OF_A_PART: &[u8] = b"Content-T";

/// A message, or the parts of one, that stands in a text with an encoding of its own.
fn mail_in(text: &[u8]) -> Option<(&'static str, &[u8])> {
    // A blank line before the header of a part makes text of it.
    let start = text.trim_ascii_start();
    if start
        .get(..OF_A_PART.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(OF_A_PART))
    {
        return Some(("message/rfc822", start));
    }
    let field = memmem::find(text, b"Content-Transfer-Encoding:")
        .or_else(|| memmem::find(text, b"content-transfer-encoding:"))?;
    if multipart::guess(text).is_some() {
        return Some(("multipart/mixed", text));
    }
    let before = text.get(..field)?;
    let start = [&b"\n\n"[..], b"\n\r\n"].into_iter();
    let start = start.filter_map(|gap| memmem::rfind(before, gap).map(|at| at + gap.len()));
    let inner = text.get(start.max().unwrap_or(0)..)?;
    header::begins(inner).then_some(("message/rfc822", inner))
}

/// Reads content that may be read so, too. What the first reading says as well is not said again, and
/// what is nonsense so is passed over: nobody is shown it. True where there was something.
pub(super) fn otherwise(source: &Source<'_>, how: &str, bytes: &[u8], work: &mut Work) -> bool {
    let is_sense = !bytes.trim_ascii().is_empty() && makes_sense(bytes, source.charset);
    if !is_sense || !work.admits(source.path, source.depth + 1) {
        return false;
    }
    let path = source.path.member(how);
    if !work.spend(&path, bytes.len()) {
        return false;
    }
    let before = work.said();
    let inner = Source {
        path: &path,
        bytes,
        depth: source.depth + 1,
        ..source.again()
    };
    work.open_paid(&inner);
    of(&inner, work);
    work.settle_again(before, source.path, &path)
}

/// True for content that is of a known kind, or text.
fn makes_sense(bytes: &[u8], charset: Option<&str>) -> bool {
    if sniff::kind(bytes) != Kind::Other || plain::is_text(bytes) {
        return true;
    }
    let sample = bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default();
    let text = charset::decode(sample, charset);
    let all = text.chars().count();
    let odd = text
        .chars()
        .filter(|c| plain::is_control(*c) || *c == char::REPLACEMENT_CHARACTER);
    let ours = text
        .chars()
        .filter(|c| c.is_ascii() || c.is_numeric())
        .count();
    odd.count() * 100 <= all && ours * 5 >= all * 4
}

/// True where each `=` begins a byte or a soft line break, and there are several.
fn is_quoted(bytes: &[u8]) -> bool {
    let mut marks = 0;
    for at in memchr_iter(b'=', bytes) {
        let is_hex = |byte: &u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte);
        match bytes.get(at + 1..).unwrap_or_default() {
            [] | [b'\n', ..] | [b'\r', b'\n', ..] => marks += 1,
            [high, low, ..] if is_hex(high) && is_hex(low) => marks += 1,
            _ => return false,
        }
    }
    marks >= MARKS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tests::{extract, reasons, texts};

    /// The texts of a mail with such a header and body, and what is said of its parts.
    fn read(header: &str, body: &str) -> (Vec<(String, String)>, Vec<Why>) {
        let extract = extract(format!("{header}\n\n{body}").as_bytes());
        let texts = texts(&extract).into_iter();
        let texts = texts.map(|(part, text)| (part.to_owned(), text.to_owned()));
        let reasons = reasons(&extract).into_iter().map(|(_, why)| why);
        (texts.collect(), reasons.collect())
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        let of = of.iter();
        of.map(|(part, text)| ((*part).to_owned(), (*text).to_owned()))
            .collect()
    }

    const CODE: &str = "QUhWIDc1Ni45MjE3LjA3NjkuODU=";
    const TEXT: &str = "AHV 756.9217.0769.85";

    #[test]
    fn fields_that_disagree_are_read_in_each_way() {
        let (found, why) = read(
            "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64",
            CODE,
        );
        assert_eq!(found, pairs(&[("1/as base64", TEXT)]));
        assert_eq!(why[0], Why::Ambiguous);
        let types = "Content-Type: text/plain\nContent-Type: text/html";
        let (found, _) = read(types, "7<b>5</b>6");
        let expected = [("1", "7<b>5</b>6"), ("1/as html", "756")];
        assert_eq!(found, pairs(&expected));
        // Ways that say the same are one.
        let (found, why) = read(types, "756");
        assert_eq!((found, why), (pairs(&[("1", "756")]), vec![Why::Ambiguous]));
    }

    #[test]
    fn encodings_that_no_field_names_are_read() {
        let (found, why) = read("To: b@c", CODE);
        assert_eq!(found, pairs(&[("1/as base64", TEXT)]));
        assert_eq!(why, [Why::Ambiguous]);
        // What is read so only in part is read in clear as well.
        let (found, _) = read("To: b@c", &format!("{CODE}\n7569217076985756"));
        assert_eq!(found.len(), 2);
        let (found, why) = read("To: b@c", "AHV =37=35=36.9217");
        assert_eq!(
            found[1],
            ("1/as quoted-printable".into(), "AHV 756.9217".into())
        );
        assert_eq!(why, [Why::Ambiguous]);
        for sound in [
            "a=b=\n=20",
            "https://x.ch/?a=12&b=34",
            "Donaudampfschifffahrt",
            "a=3D",
        ] {
            let (found, why) = read("To: b@c", sound);
            assert_eq!((found, why), (pairs(&[("1", sound)]), vec![]), "{sound}");
        }
    }

    #[test]
    fn text_that_says_to_be_base64_is_read_in_clear() {
        let (found, _) = read("Content-Transfer-Encoding: base64", TEXT);
        assert!(
            found.contains(&("1/in clear".into(), TEXT.into())),
            "{found:?}"
        );
    }

    #[test]
    fn a_message_in_a_text_is_read() {
        let inner = format!("From: a\nSubject: b\nContent-Transfer-Encoding: base64\n\n{CODE}\n");
        let (found, _) = read("To: b@c", &format!("Your mail came back.\n\n{inner}"));
        let inside = ("1/as message.1".into(), TEXT.into());
        assert!(found.contains(&inside), "{found:?}");
    }

    #[test]
    fn pages_that_say_to_be_text_are_both() {
        let page = "<html>7<b>5</b>6</html>";
        let (found, _) = read("Content-Type: text/plain", page);
        assert_eq!(found, pairs(&[("1", "756"), ("1/as text", page)]));
    }
}
