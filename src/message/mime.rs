// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a raw mail into its part tree; the only file that knows mail-parser.
//!
//! Of mail-parser we take the charsets that nobody else knows. The tree is cut here: mail-parser
//! follows nested messages without limit and aborts when it drops 50,000 of them, it decodes every
//! body, which we do ourselves, and it puts blanks between the encoded words of a file name. Depth is
//! bounded by our own limit, nothing recurses, and every offset is one of the root mail.

use std::ops::Range;

use mail_parser::decoders::charsets::map::charset_decoder;
use memchr::memmem;

use super::parameters::Parameters;
use super::{Field, Limits, Part, PartPath, header, transfer};

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
}

impl Head {
    fn read(fields: &[Field], bytes: &[u8], is_in_digest: bool) -> Self {
        let values = |name: &'static str| {
            let named = fields.iter().filter(move |field| field.is(name));
            named.filter_map(|field| bytes.get(field.value.clone()))
        };
        let kinds: Vec<Parameters> = values("Content-Type").map(Parameters::read).collect();
        // Of two types the one that has members says more.
        let kind = kinds
            .iter()
            .find(|kind| kind.word.starts_with("multipart/"));
        let kind = kind.or(kinds.first());
        let disposition = values("Content-Disposition").next();
        let disposition = disposition.map(Parameters::read).unwrap_or_default();
        let default = if is_in_digest && kind.is_none() {
            "message/rfc822"
        } else {
            "text/plain"
        };
        let declared = kind.map(|kind| kind.word.as_str());
        let is_type = |word: &&str| {
            let halves = word.split_once('/');
            halves.is_some_and(|(kind, subtype)| !kind.is_empty() && !subtype.is_empty())
        };
        let encoding = values("Content-Transfer-Encoding").next();
        // What else stands behind the word is no part of it (RFC 2045, 6.1).
        let encoding = encoding.map(Parameters::read).unwrap_or_default().word;
        let name = disposition.text("filename");
        Self {
            media_type: declared.filter(is_type).unwrap_or(default).to_owned(),
            charset: kind.and_then(|kind| kind.text("charset")),
            boundary: kind
                .and_then(|kind| kind.bytes("boundary"))
                .unwrap_or_default()
                .to_vec(),
            encoding: encoding
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
            file_name: name.or_else(|| kind.and_then(|kind| kind.text("name"))),
            is_attachment: disposition.word == "attachment",
        }
    }
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
