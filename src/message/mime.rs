// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a raw mail into its part tree; the only file that knows mail-parser.
//!
//! Of mail-parser we take the charsets that nobody else knows. The tree is cut here: mail-parser
//! follows nested messages without limit and aborts when it drops 50,000 of them, it decodes every
//! body, which we do ourselves, and it puts blanks between the encoded words of a file name. Depth is
//! bounded by our own limit, nothing recurses, and every offset is one of the root mail.

use std::ops::Range;

use mail_parser::decoders::charsets::map::charset_decoder;

use super::head::{self, Head};
use super::header::Section;
use super::multipart::{self, Cut};
use super::{Field, Limits, Part, PartPath, header, transfer};

/// How often in one mail a multipart is cut in another way too, where it names several boundaries.
const MOST_CUTS: usize = 16;

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
        loose: Vec::new(),
        cuts_left: MOST_CUTS,
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

    /// The fields of its header that a person may read; those of a message stand with the message.
    fn own_fields(&self, mut fields: Vec<Field>) -> Vec<Field> {
        if self.number.is_none() {
            return Vec::new();
        }
        fields.retain(|field| !head::is_of_programs(field));
        for field in &mut fields {
            let value = &mut field.value;
            *value = value.start + self.range.start..value.end + self.range.start;
        }
        fields
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
    /// Lines that begin like the delimiter of a multipart and go on.
    loose: Vec<usize>,
    /// How often a multipart may still be cut in another way.
    cuts_left: usize,
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
        let section = Section::read(bytes, self.limits.header);
        let head = Head::read(&section.fields, bytes, entity.is_in_digest);
        let start = entity.range.start;
        let content = start + section.body..entity.range.end;
        let mut doubt = head.doubt;
        let mut cuts = if head.reading.media_type.starts_with("multipart/") {
            self.cuts(&content, &head, &mut doubt)
        } else {
            Vec::new()
        };
        let is_multipart = !cuts.is_empty();
        // Many programs pass over the encoding of a message, which it may not have.
        let body = self.raw.get(content.clone()).unwrap_or_default();
        let encoding = head.reading.encoding.as_str();
        let is_in_clear = !transfer::is_encoding(encoding)
            || encoding != transfer::QUOTED_PRINTABLE && header::begins(body);
        let is_message = is_message(&head.reading.media_type) && !body.is_empty() && is_in_clear;
        let path = entity.path(is_multipart);
        let mut unowned = Vec::new();
        if is_multipart {
            let first = cuts.remove(0);
            for (at, cut) in cuts.into_iter().enumerate().rev() {
                let prefix = format!("{path}/as {}.", at + 2);
                self.go_down(&entity, &path, &head, &prefix, cut.members);
            }
            let below = entity.below(true);
            self.go_down(&entity, &path, &head, &below, first.members);
            unowned = first.unowned;
        } else if is_message && self.may_go_down(&entity, &path) {
            let inner = Entity::message(entity.below(false), content.clone(), entity.depth + 1);
            self.ahead.push(inner);
        } else if !is_message && self.go_on_behind_loose_lines(&entity, &path, &content) {
            doubt = Some("a line of it begins like a delimiter and goes on");
        }
        if let Some(other) = section.other_body {
            let end = match transfer::is_encoding(&head.reading.encoding) {
                true => content.end,
                false => content.start,
            };
            unowned.push(start + other..end);
            if section.fields.iter().any(|field| field.name.is_empty()) {
                doubt = doubt.or(Some("its header has a line that is no field"));
            }
        }
        if section.is_cut {
            let why = format!(
                "the fields behind the first {} bytes of its header",
                self.limits.header
            );
            self.left_out.push((path.clone(), why));
        }
        let unowned: Vec<Part> = unowned
            .into_iter()
            .map(|text| Part::unowned(&path, text, entity.depth + 1))
            .collect();
        self.parts.push(Part {
            path,
            media_type: head.reading.media_type,
            charset: head.reading.charset,
            encoding: head.reading.encoding,
            others: head.others,
            names: head.names,
            remarks: head.remarks,
            fields: entity.own_fields(section.fields),
            is_attachment: head.is_attachment,
            content,
            depth: entity.depth,
            is_container: is_multipart || is_message,
            alternative_of: entity.alternative_of,
            doubt,
        });
        self.parts.extend(unowned);
    }

    /// Cuts a multipart at each boundary that it names and has, one as a rule; where it has none of
    /// them, at the one that it seems to have.
    fn cuts(
        &mut self,
        content: &Range<usize>,
        head: &Head,
        doubt: &mut Option<&'static str>,
    ) -> Vec<Cut> {
        let room = self.limits.parts - self.parts.len();
        let mut cuts: Vec<Cut> = Vec::new();
        for boundary in &head.boundaries {
            if !cuts.is_empty() {
                let Some(left) = self.cuts_left.checked_sub(1) else {
                    break;
                };
                self.cuts_left = left;
            }
            let cut = Cut::new(self.raw, content, boundary, room);
            let room = self.limits.parts.saturating_sub(self.loose.len());
            self.loose.extend(cut.loose.iter().take(room));
            if cut.goes_on {
                *doubt = Some("parts stand behind the line that ends the multipart");
            }
            if !cut.members.is_empty() {
                cuts.push(cut);
            }
        }
        if cuts.len() > 1 {
            *doubt = Some("a multipart with several boundaries");
        }
        let body = self.raw.get(content.clone()).unwrap_or_default();
        if cuts.is_empty()
            && !transfer::is_encoding(&head.reading.encoding)
            && let Some(seeming) = multipart::guess(body)
        {
            *doubt = Some("a multipart whose delimiter lines are not those that it names");
            cuts.push(Cut::new(self.raw, content, seeming, room));
        }
        cuts
    }

    /// Puts what stands behind lines that begin like a delimiter of an outer multipart ahead; some
    /// programs take those for delimiters (RFC 2046, 5.1.2). True where there are any.
    fn go_on_behind_loose_lines(
        &mut self,
        entity: &Entity,
        path: &PartPath,
        content: &Range<usize>,
    ) -> bool {
        let loose = self.loose.iter().filter(|at| content.contains(at));
        let mut bounds: Vec<usize> = loose.copied().collect();
        bounds.sort_unstable();
        if bounds.is_empty() || !self.may_go_down(entity, path) {
            return false;
        }
        let ends = bounds.iter().skip(1).copied().chain([content.end]);
        let mut members = Vec::new();
        for (at, end) in bounds.iter().copied().zip(ends) {
            let line = self.raw.get(at..end).unwrap_or_default();
            let length = memchr::memchr(b'\n', line).map_or(line.len(), |length| length + 1);
            let is_blank = line
                .get(length..)
                .is_none_or(|text| text.trim_ascii().is_empty());
            members.extend((!is_blank).then_some(at + length..end));
        }
        let is_any = !members.is_empty();
        self.push(entity, &format!("{path}/as "), None, false, members);
        is_any
    }

    /// Puts the members of a multipart ahead.
    fn go_down(
        &mut self,
        entity: &Entity,
        path: &PartPath,
        head: &Head,
        prefix: &str,
        members: Vec<Range<usize>>,
    ) {
        if !self.may_go_down(entity, path) {
            return;
        }
        let kind = head.reading.media_type.as_str();
        let alternative_of = match kind {
            "multipart/alternative" => Some(path),
            _ => entity.alternative_of.as_ref(),
        };
        let is_in_digest = kind == "multipart/digest";
        self.push(entity, prefix, alternative_of, is_in_digest, members);
    }

    /// True where a container at this place may have members. Where not, that is told.
    fn may_go_down(&mut self, entity: &Entity, path: &PartPath) -> bool {
        let may = entity.depth < self.limits.depth;
        if !may {
            let why = format!(
                "what stands in this part: it is nested deeper than {} levels",
                self.limits.depth
            );
            self.left_out.push((path.clone(), why));
        }
        may
    }

    fn push(
        &mut self,
        entity: &Entity,
        prefix: &str,
        alternative_of: Option<&PartPath>,
        is_in_digest: bool,
        members: Vec<Range<usize>>,
    ) {
        for (at, range) in members.into_iter().enumerate().rev() {
            self.ahead.push(Entity {
                prefix: prefix.to_owned(),
                number: Some(at + 1),
                range,
                depth: entity.depth + 1,
                alternative_of: alternative_of.cloned(),
                is_in_digest,
            });
        }
    }
}

/// True for types whose content is a message (RFC 2046, 5.2.1; RFC 6532, 3.7).
pub fn is_message(media_type: &str) -> bool {
    ["message/rfc822", "message/global"].contains(&media_type)
}

#[cfg(test)]
mod tests;
