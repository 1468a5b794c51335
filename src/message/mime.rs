// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a raw mail into its part tree; the only file that knows mail-parser.
//!
//! Of mail-parser we take the charsets that nobody else knows. The tree is cut here: mail-parser
//! follows nested messages without limit and aborts when it drops 50,000 of them, it decodes every
//! body, which we do ourselves, and it puts blanks between the encoded words of a file name. Depth is
//! bounded by our own limit, nothing recurses, and every offset is one of the root mail.

use std::ops::Range;

use mail_parser::decoders::charsets::map::charset_decoder;

use super::multipart::{self, Cut};
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
        let mut doubt = head.doubt;
        let cut = if head.media_type.starts_with("multipart/") {
            self.cut(&content, &head.boundary, encoded, &mut doubt)
        } else {
            Cut::default()
        };
        let is_multipart = !cut.members.is_empty();
        let is_message = is_message(&head.media_type) && !encoded && !content.is_empty();
        let path = entity.path(is_multipart);
        if is_multipart || is_message {
            self.go_down(&entity, &path, &head, cut.members, &content);
        }
        let unowned = cut.unowned.into_iter().filter(|_| is_multipart);
        let unowned: Vec<Part> = unowned
            .map(|text| Part::unowned(&path, text, entity.depth + 1))
            .collect();
        self.parts.push(Part {
            path,
            media_type: head.media_type,
            charset: head.charset,
            encoding: head.encoding,
            file_name: head.file_name,
            other_name: head.other_name,
            is_attachment: head.is_attachment,
            content,
            depth: entity.depth,
            is_container: is_multipart || is_message,
            alternative_of: entity.alternative_of,
            doubt,
        });
        self.parts.extend(unowned);
    }

    /// Cuts a multipart; by the boundary that it seems to have, where it has not the one it names.
    fn cut(
        &self,
        content: &Range<usize>,
        boundary: &[u8],
        encoded: bool,
        doubt: &mut Option<&'static str>,
    ) -> Cut {
        let room = self.limits.parts - self.parts.len();
        let cut = Cut::new(self.raw, content, boundary, room);
        if cut.goes_on {
            *doubt = Some("parts stand behind the line that ends the multipart");
        }
        if encoded || !cut.members.is_empty() {
            return cut;
        }
        let body = self.raw.get(content.clone()).unwrap_or_default();
        let Some(seeming) = multipart::guess(body) else {
            return cut;
        };
        *doubt = Some("a multipart whose delimiter lines are not those that it names");
        Cut::new(self.raw, content, seeming, room)
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
    other_name: Option<String>,
    is_attachment: bool,
    doubt: Option<&'static str>,
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
        let encodings = values("Content-Transfer-Encoding").map(Parameters::read);
        // What else stands behind the word is no part of it (RFC 2045, 6.1).
        let encodings: Vec<String> = encodings
            .map(|one| one.word.split_whitespace().next().map(str::to_owned))
            .map(|word| transfer::spelt(&word.unwrap_or_default()).to_owned())
            .collect();
        let doubt = if differ(kinds.iter().map(|kind| kind.word.as_str())) {
            Some("several Content-Type fields that do not agree")
        } else if differ(encodings.iter().map(String::as_str)) {
            Some("several Content-Transfer-Encoding fields that do not agree")
        } else {
            None
        };
        let encoding = encodings.into_iter().next().unwrap_or_default();
        let names = [
            disposition.text("filename"),
            kind.and_then(|kind| kind.text("name")),
        ];
        let mut names = names.into_iter().flatten();
        let file_name = names.next();
        let other_name = names.next().filter(|name| Some(name) != file_name.as_ref());
        Self {
            media_type: declared.filter(is_type).unwrap_or(default).to_owned(),
            charset: kind.and_then(|kind| kind.text("charset")),
            boundary: kind
                .and_then(|kind| kind.bytes("boundary"))
                .unwrap_or_default()
                .to_vec(),
            encoding,
            file_name,
            other_name,
            is_attachment: disposition.word == "attachment",
            doubt,
        }
    }
}

/// True where words that should be one are several.
fn differ<'a>(mut words: impl Iterator<Item = &'a str>) -> bool {
    let first = words.next();
    words.any(|word| Some(word) != first)
}

#[cfg(test)]
mod tests;
