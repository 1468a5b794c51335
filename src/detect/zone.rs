// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a mail's text into zones: greeting, signature, the head of a quoted mail, disclaimer, body.

use std::sync::LazyLock;

use super::names::word::{Kinds, Word};
use super::phrases::Phrases;

/// What a line of a mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// What the mail says.
    Body,
    /// A line that greets.
    Greeting,
    /// From the closing formula to the end of the block below it.
    Signature,
    /// A line that says whose mail is quoted below.
    Quoted,
    /// A paragraph of legal boilerplate.
    Disclaimer,
}

/// The zones of a text.
#[derive(Debug, Default)]
pub struct Zones(Vec<(usize, Zone)>);

/// The most lines of a signature, and the longest line of one, in bytes.
const MAX_LINES: usize = 12;
const MAX_LINE: usize = 110;
/// How much of a line is read, in bytes.
const MAX_SEEN: usize = 400;

/// How closing formulas begin, in small letters.
const CLOSINGS: &[&str] = &[
    "cordialement",
    "bien cordialement",
    "bien à vous",
    "bien a vous",
    "salutations",
    "meilleures salutations",
    "avec mes",
    "sincères salutations",
    "respectueusement",
    "confraternellement",
    "amicalement",
    "fraternellement",
    "mit freundlichen",
    "mit besten",
    "mit lieben",
    "mit herzlichen",
    "freundliche gr",
    "beste gr",
    "viele gr",
    "liebe gr",
    "herzliche gr",
    "schöne gr",
    "gruss",
    "gruß",
    "hochachtungsvoll",
    "mfg",
    "vielen dank und gr",
    "danke und gr",
    "besten dank und gr",
    "cordiali saluti",
    "distinti saluti",
    "cordialmente",
    "un cordiale saluto",
    "saluti",
    "grazie e saluti",
    "grazie e buona",
    "buona giornata",
    "un caro saluto",
    "met vriendelijke",
    "vriendelijke gr",
    "hartelijke gr",
    "groet",
    "hoogachtend",
    "mvg",
    "alvast bedankt",
    "kind regards",
    "best regards",
    "regards",
    "warm regards",
    "best wishes",
    "yours sincerely",
    "yours faithfully",
    "yours truly",
    "sincerely",
    "cheers",
    "many thanks",
    "merci d'avance",
];
/// Short thanks that close a mail where they have the line for themselves.
const THANKS: &[&str] = &[
    "merci",
    "merci,",
    "danke",
    "danke,",
    "grazie",
    "grazie,",
    "bedankt",
    "bedankt,",
    "thanks",
    "thanks,",
    "thank you,",
];
/// How the head of a quoted mail begins.
const HEADS: &[&str] = &[
    "from:",
    "to:",
    "cc:",
    "sent:",
    "de :",
    "de:",
    "à :",
    "envoyé :",
    "objet :",
    "von:",
    "an:",
    "gesendet:",
    "betreff:",
    "da:",
    "a:",
    "inviato:",
    "oggetto:",
    "van:",
    "aan:",
    "verzonden:",
    "onderwerp:",
    "subject:",
    "date:",
];
const WROTE: &[&str] = &[
    "a écrit",
    "schrieb",
    "ha scritto",
    "schreef",
    "wrote",
    "het volgende geschreven",
];
/// Words of disclaimers.
static LEGAL: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::of(&[
        "confidentiel",
        "destinataire",
        "vertraulich",
        "irrtümlich",
        "adressat",
        "datenschutz",
        "riservat",
        "destinatari",
        "vertrouwelijk",
        "geadresseerde",
        "ontvanger",
        "confidential",
        "intended for",
        "addressee",
        "privacy notice",
    ])
});

impl Zones {
    /// Reads a text line by line.
    pub fn of(text: &str) -> Self {
        let mut zones: Vec<(usize, Zone)> = Vec::new();
        let mut state = Reader::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let zone = state.line(line);
            if zones.last().is_none_or(|(_, last)| *last != zone) {
                zones.push((start, zone));
            }
            start += line.len();
        }
        Self(zones)
    }

    /// The zone of a byte.
    pub fn at(&self, byte: usize) -> Zone {
        let after = self.0.partition_point(|(start, _)| *start <= byte);
        let zone = after.checked_sub(1).and_then(|at| self.0.get(at));
        zone.map_or(Zone::Body, |(_, zone)| *zone)
    }
}

#[derive(Default)]
struct Reader {
    depth: usize,
    /// In a signature: its lines so far.
    signature: Option<usize>,
    is_legal: bool,
}

impl Reader {
    fn line(&mut self, line: &str) -> Zone {
        let inner = line.trim_start_matches(['>', ' ']);
        let depth = line.len() - inner.len();
        let depth = line
            .bytes()
            .take(depth)
            .filter(|byte| *byte == b'>')
            .count();
        let dashes = inner.trim_end() == "--";
        let inner = inner.trim_matches(|c: char| c.is_whitespace() || c == '*');
        if depth != self.depth {
            *self = Self {
                depth,
                ..Self::default()
            };
        }
        if inner.is_empty() {
            self.is_legal = false;
            if self.signature.is_some_and(|lines| lines > 1) {
                self.signature = None;
            }
            return self.signature.map_or(Zone::Body, |_| Zone::Signature);
        }
        let near = inner.get(..inner.floor_char_boundary(MAX_SEEN));
        let near = near.unwrap_or(inner);
        if is_head(near) {
            self.signature = None;
            return Zone::Quoted;
        }
        if self.is_legal || (inner.len() > 60 && is_legal(near)) {
            (self.is_legal, self.signature) = (true, None);
            return Zone::Disclaimer;
        }
        if dashes || (inner.len() < 60 && closes(inner)) {
            self.signature = Some(0);
            return Zone::Signature;
        }
        if let Some(lines) = &mut self.signature {
            *lines += 1;
            if *lines <= MAX_LINES && inner.len() <= MAX_LINE {
                return Zone::Signature;
            }
            self.signature = None;
        }
        let greets = inner.len() < 80
            && Word::at(inner, 0)
                .is_some_and(|word| word.kinds.is(Kinds::GREETING) && word.is_capital)
            && !inner.trim_end_matches(['.', '!']).contains(". ");
        if greets { Zone::Greeting } else { Zone::Body }
    }
}

/// True where two words of disclaimers stand.
fn is_legal(line: &str) -> bool {
    let mut words = LEGAL.all(line).map(|word| word.as_str());
    let first = words.next();
    first.is_some_and(|first| words.any(|word| !word.eq_ignore_ascii_case(first)))
}

/// True for a closing formula.
fn closes(line: &str) -> bool {
    let low = line.to_lowercase();
    CLOSINGS.iter().any(|one| low.starts_with(one)) || THANKS.contains(&low.as_str())
}

/// True for `On … Anna <a@x> wrote:` and `Von: …`.
fn is_head(line: &str) -> bool {
    let has_at = line.contains('@');
    if !has_at && !line.ends_with(':') {
        return false;
    }
    let low = line.to_lowercase();
    WROTE.iter().any(|word| low.contains(word))
        || (has_at && HEADS.iter().any(|head| low.starts_with(head)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_zones_apart() {
        let text = "Dear Ms Bell,\n\nthe number is 1.\n\nKind regards,\n\nAnna Muster\nHead of Staff\nTel. 2\n\n\
                    This e-mail is confidential and intended for the addressee only. Delete it.\n\n\
                    On 3 May, Beat <b@x.ch> wrote:\n> Guten Tag\n> die Nummer 4\n> Freundliche Grüsse\n> Beat\n\nund 5\n";
        let zones = Zones::of(text);
        for (part, zone) in [
            ("Bell", Zone::Greeting),
            ("number is", Zone::Body),
            ("Muster", Zone::Signature),
            ("Tel. 2", Zone::Signature),
            ("confidential", Zone::Disclaimer),
            ("b@x.ch", Zone::Quoted),
            ("Nummer 4", Zone::Body),
            ("> Beat", Zone::Signature),
            ("und 5", Zone::Body),
        ] {
            assert_eq!(zones.at(text.find(part).unwrap() + 1), zone, "{part}");
        }
    }
}
