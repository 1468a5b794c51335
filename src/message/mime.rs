// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a raw mail into its part tree; the only file that knows mail-parser.
//!
//! mail-parser reads what stands in MIME header values (parameters, RFC 2231) and knows charsets.
//! The tree is cut here: mail-parser follows nested messages without limit and aborts when it drops
//! 50,000 of them, and decodes every body, which we do ourselves. Depth is bounded by our own
//! limit, nothing recurses, and every offset is one of the root mail.

use std::ops::Range;

use mail_parser::parsers::MessageStream;
use mail_parser::{ContentType, HeaderValue, decoders::charsets::map::charset_decoder};
use memchr::memmem;

use super::{Field, Limits, Part, PartPath, charset, header, transfer};

pub use super::words::decode_words;

/// A longer value of a MIME header field is not read to its end, which is said in `left_out`: the
/// library's reader of parameters is quadratic in the worst case.
const LONGEST_VALUE: usize = 64 << 10;

/// The part tree, flattened, and what was left out of it.
///
/// Paths number parts as IMAP does (RFC 9051, 6.4.5): `1` is the only part of a simple mail, `2.1`
/// the first part in the second. A multipart that is the whole body of a message, which IMAP leaves
/// without number, is `0`, that of the message in part 2 is `2.0`.
pub fn parts(raw: &[u8], limits: Limits) -> (Vec<Part>, Vec<(PartPath, String)>) {
    let mut tree = Tree {
        raw,
        limits,
        parts: Vec::new(),
        left_out: Vec::new(),
        ahead: Vec::new(),
    };
    if !raw.is_empty() {
        tree.ahead
            .push(Entity::message(String::new(), 0..raw.len(), 1));
    }
    while let Some(entity) = tree.ahead.pop() {
        tree.read(entity);
    }
    (tree.parts, tree.left_out)
}

/// The decoder of a charset that only mailers know (UTF-7, DOS and Macintosh code pages).
pub fn charset_table(label: &str) -> Option<fn(&[u8]) -> String> {
    charset_decoder(label.as_bytes())
}

/// A header and a body, not yet looked at.
struct Entity {
    /// What stands before its number.
    prefix: String,
    /// Its number in a multipart; none for the body of a message.
    number: Option<usize>,
    range: Range<usize>,
    /// How many levels down it is; the mail itself is 1.
    depth: usize,
    alternative_of: Option<PartPath>,
    is_in_digest: bool,
}

impl Entity {
    fn message(prefix: String, range: Range<usize>, depth: usize) -> Self {
        Self {
            prefix,
            number: None,
            range,
            depth,
            alternative_of: None,
            is_in_digest: false,
        }
    }

    fn path(&self, is_multipart: bool) -> PartPath {
        let number = self.number.unwrap_or(usize::from(!is_multipart));
        PartPath(format!("{}{number}", self.prefix))
    }

    /// What stands before the numbers of its members.
    fn below(&self, is_multipart: bool) -> String {
        if is_multipart && self.number.is_none() {
            return self.prefix.clone();
        }
        format!("{}.", self.path(is_multipart))
    }
}

/// A tree in the making.
struct Tree<'a> {
    raw: &'a [u8],
    limits: Limits,
    parts: Vec<Part>,
    left_out: Vec<(PartPath, String)>,
    /// What is still to be read, the next one last.
    ahead: Vec<Entity>,
}

impl Tree<'_> {
    fn read(&mut self, entity: Entity) {
        if self.parts.len() >= self.limits.parts {
            let why = format!(
                "this part and all behind it: there are more than {} parts",
                self.limits.parts
            );
            self.left_out.push((entity.path(false), why));
            self.ahead.clear();
            return;
        }
        let bytes = self.raw.get(entity.range.clone()).unwrap_or_default();
        let (fields, body) = header::split(bytes);
        let head = Head::read(&fields, bytes, entity.is_in_digest);
        let content = entity.range.start + body..entity.range.end;
        let encoded = transfer::is_encoding(&head.encoding);
        let members = if head.media_type.starts_with("multipart/") {
            let room = self.limits.parts - self.parts.len();
            members(self.raw, &content, &head.boundary, room)
        } else {
            Vec::new()
        };
        let is_multipart = !members.is_empty();
        let is_message = is_message(&head.media_type) && !encoded && !content.is_empty();
        let path = entity.path(is_multipart);
        if head.is_cut {
            let why =
                format!("a MIME header field of more than {LONGEST_VALUE} bytes, read in part");
            self.left_out.push((path.clone(), why));
        }
        if is_multipart || is_message {
            self.go_down(&entity, &path, &head, members, &content);
        }
        self.parts.push(Part {
            path,
            media_type: head.media_type,
            charset: head.charset,
            encoding: head.encoding,
            file_name: head.file_name,
            is_attachment: head.is_attachment,
            content,
            depth: entity.depth,
            is_container: is_multipart || is_message,
            alternative_of: entity.alternative_of,
        });
    }

    /// Puts the members of a container ahead. There are none: then it is a message.
    fn go_down(
        &mut self,
        entity: &Entity,
        path: &PartPath,
        head: &Head,
        members: Vec<Range<usize>>,
        content: &Range<usize>,
    ) {
        let depth = entity.depth + 1;
        if depth > self.limits.depth {
            let why = format!(
                "what stands in this part: it is nested deeper than {} levels",
                self.limits.depth
            );
            self.left_out.push((path.clone(), why));
            return;
        }
        if members.is_empty() {
            let inner = Entity::message(entity.below(false), content.clone(), depth);
            self.ahead.push(inner);
            return;
        }
        let is_alternative = head.media_type == "multipart/alternative";
        let alternative_of = if is_alternative {
            Some(path.clone())
        } else {
            entity.alternative_of.clone()
        };
        for (at, range) in members.into_iter().enumerate().rev() {
            self.ahead.push(Entity {
                prefix: entity.below(true),
                number: Some(at + 1),
                range,
                depth,
                alternative_of: alternative_of.clone(),
                is_in_digest: head.media_type == "multipart/digest",
            });
        }
    }
}

/// True for types whose content is a message (RFC 2046, 5.2.1; RFC 6532, 3.7).
pub fn is_message(media_type: &str) -> bool {
    ["message/rfc822", "message/global"].contains(&media_type)
}

/// What the header of an entity says.
struct Head {
    media_type: String,
    charset: Option<String>,
    boundary: Vec<u8>,
    encoding: String,
    file_name: Option<String>,
    is_attachment: bool,
    /// A value was too long to be read to its end.
    is_cut: bool,
}

impl Head {
    fn read(fields: &[Field], bytes: &[u8], is_in_digest: bool) -> Self {
        let values = |name: &'static str| {
            let named = fields.iter().filter(move |field| field.is(name));
            named.filter_map(|field| bytes.get(field.value.clone()))
        };
        // Of two types the one that has members says more.
        let is_multipart = |value: &&[u8]| starts_with(value, b"multipart/");
        let kind = values("Content-Type").find(is_multipart);
        let kind = kind.or_else(|| values("Content-Type").next());
        let disposition = values("Content-Disposition").next();
        let parsed = kind.and_then(parameters);
        let disposed = disposition.and_then(parameters);
        let default = if is_in_digest && kind.is_none() {
            "message/rfc822"
        } else {
            "text/plain"
        };
        let declared = parsed.as_ref().and_then(|parsed| {
            let subtype = parsed.c_subtype.as_ref().filter(|text| !text.is_empty())?;
            Some(format!("{}/{subtype}", parsed.c_type).to_ascii_lowercase())
        });
        let attribute = |of: &Option<ContentType<'_>>, name: &str| {
            of.as_ref()
                .and_then(|of| of.attribute(name))
                .map(str::to_owned)
        };
        let name = attribute(&disposed, "filename").or_else(|| attribute(&parsed, "name"));
        let encoding = values("Content-Transfer-Encoding")
            .next()
            .unwrap_or_default();
        let encoding = String::from_utf8_lossy(encoding).to_ascii_lowercase();
        // Comments and what else stands behind the word are no part of it (RFC 2045, 6.1).
        let word = encoding
            .split([' ', '\t', '\r', '\n', ';', '('])
            .find(|word| !word.is_empty());
        Self {
            media_type: declared.unwrap_or_else(|| default.to_owned()),
            charset: attribute(&parsed, "charset"),
            boundary: kind.map(boundary).unwrap_or_default(),
            encoding: word.unwrap_or_default().to_owned(),
            file_name: name
                .map(|name| decode_words(name.as_bytes()))
                .filter(|n| !n.is_empty()),
            is_attachment: disposed.is_some_and(|disposed| disposed.is_attachment()),
            is_cut: [kind, disposition]
                .iter()
                .flatten()
                .any(|v| v.len() > LONGEST_VALUE),
        }
    }
}

/// True where a value begins with this text, blanks and case apart.
fn starts_with(value: &[u8], text: &[u8]) -> bool {
    let start = value.trim_ascii_start().get(..text.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(text))
}

/// The type or disposition in a value, with its parameters decoded.
fn parameters(value: &[u8]) -> Option<ContentType<'static>> {
    let value = value
        .get(..value.len().min(LONGEST_VALUE))
        .unwrap_or_default();
    let mut text = charset::decode(value, None);
    text.push('\n');
    match MessageStream::new(text.as_bytes())
        .parse_content_type()
        .into_owned()
    {
        HeaderValue::ContentType(parsed) => Some(parsed),
        _ => None,
    }
}

/// The boundary parameter byte for byte, as it stands in the delimiter lines.
fn boundary(value: &[u8]) -> Vec<u8> {
    let lower = value.to_ascii_lowercase();
    let after_name = memmem::find_iter(&lower, b"boundary").find_map(|at| {
        let rest = value.get(at + b"boundary".len()..)?.trim_ascii_start();
        rest.strip_prefix(b"=").map(<[u8]>::trim_ascii_start)
    });
    let after_name = after_name.unwrap_or_default();
    let Some(quoted) = after_name.strip_prefix(b"\"") else {
        let end = |b: &u8| b.is_ascii_whitespace() || *b == b';';
        let length = after_name.iter().position(end);
        return after_name
            .get(..length.unwrap_or(after_name.len()))
            .unwrap_or_default()
            .to_vec();
    };
    let mut text = Vec::new();
    let mut escaped = false;
    for byte in quoted {
        match byte {
            b'\r' | b'\n' => {}
            b'\\' if !escaped => escaped = true,
            b'"' if !escaped => break,
            _ => {
                escaped = false;
                text.push(*byte);
            }
        }
    }
    text.trim_ascii_end().to_vec()
}

/// The members of a multipart, header and body each, as ranges of the mail (RFC 2046, 5.1.1). One
/// more than `most` at the most. A missing last delimiter is no fault; empty where there is none.
fn members(raw: &[u8], content: &Range<usize>, boundary: &[u8], most: usize) -> Vec<Range<usize>> {
    let bytes = raw.get(content.clone()).unwrap_or_default();
    let mut found: Vec<Range<usize>> = Vec::new();
    if boundary.is_empty() {
        return found;
    }
    let delimiter = [b"--", boundary].concat();
    for at in memmem::find_iter(bytes, &delimiter) {
        let before = bytes.get(..at).unwrap_or_default();
        if !before.is_empty() && !before.ends_with(b"\n") {
            continue;
        }
        let Some((is_last, next)) = delimiter_end(bytes, at + delimiter.len()) else {
            continue;
        };
        if let Some(open) = found.last_mut() {
            let end = before.strip_suffix(b"\n").unwrap_or(before);
            let end = end.strip_suffix(b"\r").unwrap_or(end).len();
            open.end = (content.start + end).max(open.start);
        }
        if is_last || found.len() > most {
            return found;
        }
        found.push(content.start + next..content.end);
    }
    found
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
mod tests;
