// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a Subject into a marked one, and sees the marks that a person typed.
//!
//! A subject is judged as a client shows it (decoded) and marked as little as possible: where its
//! bytes are printable ASCII they stay, encoded words of whatever charset included, and the mark
//! stands before or behind them in clear; only what cannot stay is encoded anew.

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::field;
use crate::message::words::decode_words;

/// What may stand before a mark that a reply or a forward has carried along: `Re:`, `AW:`, `RE :`,
/// `Re[2]:` in the languages around us, a gateway's `[EXT]`, another relay's `<im>`.
const LEAD: &str = r"(?:\s*(?:(?:re|r|aw|antw|antwort|ant|tr|wg|fwd|fw|i|rif|réf|ref|rv|res|sv|vs|vb|vl|odp|pd)\s*(?:[\[(]\d{1,3}[\])])?\s*[:：]|\[[^\[\]]{1,40}\]|<[a-z]{1,3}>))*\s*";

/// A subject mark: what is added, where, and what counts as being there already.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Mark {
    /// The mark itself, printable ASCII.
    pub add: String,
    /// Before or behind the subject.
    pub place: Place,
    /// Who writes it.
    pub by: By,
    present: Regex,
    asking: Regex,
}

/// Where a mark stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Before the subject, a blank between.
    Start,
    /// Behind it.
    End,
}

/// Who writes a mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// We do, for all recipients of the message.
    #[default]
    Filter,
    /// The MTA does, when it hands the message to the relay, and only there.
    Delivery,
}

/// A mark as a profile writes it.
#[derive(Deserialize)]
#[serde(rename = "subject", deny_unknown_fields)]
struct Raw {
    add: String,
    #[serde(rename = "where")]
    place: Place,
    #[serde(default)]
    by: By,
    unless: Option<String>,
    asks: Option<String>,
}

impl TryFrom<Raw> for Mark {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let Raw {
            add,
            place,
            by,
            unless,
            asks,
        } = raw;
        if add.is_empty() || add.len() > 40 || !field::is_plain(&add) || add.trim() != add {
            return Err(format!(
                "subject.add {add:?} cannot be a mark; write 1 to 40 printable ASCII characters"
            ));
        }
        let unless = unless.unwrap_or_else(|| regex::escape(&add));
        let present = compile("unless", &unless, place)?;
        let asking = compile("asks", asks.as_deref().unwrap_or(&unless), place)?;
        if !present.is_match(&add) {
            return Err(format!(
                "subject.unless does not match {add:?}, so a mail would be marked twice; write a pattern that does"
            ));
        }
        Ok(Self {
            add,
            place,
            by,
            present,
            asking,
        })
    }
}

fn compile(key: &str, pattern: &str, place: Place) -> Result<Regex, String> {
    let whole = match place {
        Place::Start => format!("^{LEAD}(?:{pattern})"),
        Place::End => format!(r"(?:{pattern})\s*$"),
    };
    let built = RegexBuilder::new(&whole)
        .case_insensitive(true)
        .size_limit(1 << 20)
        .build();
    built.map_err(|error| {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default();
        format!("subject.{key} is no regular expression: {last}")
    })
}

impl Mark {
    /// True where the subject, as a client shows it, is marked already, by us or by a person.
    pub fn is_in(&self, text: &str) -> bool {
        self.present.is_match(text)
    }

    /// The regular expression of a subject that is marked already, for an MTA that asks the same.
    pub fn pattern(&self) -> &str {
        self.present.as_str()
    }

    /// True where a person typed a mark that asks for the relay.
    pub fn is_asked_by(&self, text: &str) -> bool {
        self.asking.is_match(text)
    }

    /// A decoded subject with the mark, once.
    pub fn add_to(&self, text: &str) -> String {
        let mut around = Around::default();
        around.add(self, text);
        around.join(text)
    }
}

/// The marks to be written before and behind a subject.
#[derive(Default)]
struct Around {
    head: String,
    tail: String,
}

impl Around {
    /// Takes a mark on, unless the subject or another mark says it already.
    fn add(&mut self, mark: &Mark, text: &str) {
        if mark.is_in(&self.join(text)) {
            return;
        }
        match mark.place {
            Place::Start => self.head = join([&mark.add, &self.head, ""]),
            Place::End => self.tail = join([&self.tail, &mark.add, ""]),
        }
    }

    fn join(&self, text: &str) -> String {
        join([&self.head, text, &self.tail])
    }
}

fn join(parts: [&str; 3]) -> String {
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// The subject of a field as a client shows it, without control characters.
pub(super) fn shown(value: &[u8]) -> String {
    field::clean(&decode_words(value))
}

/// The new value of a Subject field with these marks, folded; nothing where it has them.
pub(super) fn mark(value: &[u8], marks: &[&Mark]) -> Option<String> {
    write(value, &shown(value), marks)
}

/// The same for a value that shows as `text`.
fn write(value: &[u8], text: &str, marks: &[&Mark]) -> Option<String> {
    let mut around = Around::default();
    for mark in marks {
        around.add(mark, text);
    }
    if around.head.is_empty() && around.tail.is_empty() {
        return None;
    }
    let readable = (field::is_plain(text) && !text.contains("=?")).then(|| text.to_owned());
    let kept = field::unfold(value).or(readable);
    let kept = kept.map(|kept| field::fold("Subject", &around.join(&kept)));
    let kept = kept.filter(|folded| field::fits("Subject", folded));
    kept.or_else(|| Some(field::fold("Subject", &around.join(&field::encode(text)))))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Random, decode, generic, incamail};
    use super::*;

    /// Marks a value as IncaMail does, decoding with the tests' own decoder.
    fn marked(value: &[u8]) -> Option<String> {
        let relay = incamail();
        write(
            value,
            &field::clean(&decode(value)),
            &[relay.subject.as_ref().unwrap()],
        )
    }

    #[test]
    fn ascii_stays_in_clear() {
        assert_eq!(marked(b" Your contract").unwrap(), "<im><c> Your contract");
        assert_eq!(marked(b"").unwrap(), "<im><c>");
        assert_eq!(marked(b" \r\n ").unwrap(), "<im><c>");
        assert_eq!(marked(b" one\r\n\ttwo\r\n").unwrap(), "<im><c> one\ttwo");
        assert_eq!(marked(b" <br> 5 < 6").unwrap(), "<im><c> <br> 5 < 6");
    }

    #[test]
    fn encoded_words_stay_and_raw_bytes_become_some() {
        let japanese = b" =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=";
        assert_eq!(
            marked(japanese).unwrap(),
            "<im><c> =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?="
        );
        let value = marked("Prämie für März".as_bytes()).unwrap();
        assert_eq!(value, "<im><c> =?UTF-8?Q?Pr=C3=A4mie_f=C3=BCr_M=C3=A4rz?=");
        let value = marked("給与明細".as_bytes()).unwrap();
        assert_eq!(value, "<im><c> =?UTF-8?B?57Wm5LiO5piO57Sw?=");
    }

    #[test]
    fn a_mark_is_never_written_twice() {
        for there in [
            "<im><c> x",
            " <im> <c> x",
            "<c> x",
            "<p>x",
            "<im><r> x",
            "<im><p>",
            "<im> x",
            "<IM><C> x",
            "Re: <im><c> x",
            "AW: <im><c> x",
            "TR: <im><c> x",
            "WG: RE : <im><c> x",
            "RE\u{a0}: <c> x",
            "Fwd: Fw: <im><c> x",
            "R: I: <im><c> x",
            "Antw: SV: VS: <im><r> x",
            "Réf : <im><c> x",
            "Re[2]: <im><c> x",
            "Re (3): <im><c> x",
            "[EXT] AW: <im><c> x",
            "Re:<im><c>x",
            "=?utf-8?q?<im><c>_Pr=C3=A4mie?=",
            "=?utf-8?b?QVc6IDxpbT48Yz4gUHLDpG1pZQ==?=",
        ] {
            assert_eq!(marked(there.as_bytes()), None, "{there}");
        }
        for without in [
            "im c x",
            "Re: x <im><c>",
            "Report: <im><c>",
            "<img> x",
            "<1> x",
            "Ar: <c>",
        ] {
            assert!(
                marked(without.as_bytes()).unwrap().starts_with("<im><c> "),
                "{without}"
            );
        }
    }

    #[test]
    fn only_known_classes_ask_for_the_relay() {
        let relay = incamail();
        let mark = relay.subject.unwrap();
        let asks = |text| mark.is_asked_by(text);
        assert!(asks("<p> x") && asks("Re: <im><r> x") && asks("<im> x") && asks("<c>"));
        assert!(!asks("<b> x") && !asks("x <p>") && !asks("the <im> tag"));
    }

    #[test]
    fn two_relays_mark_once_each() {
        let (one, two) = (incamail().subject.unwrap(), generic().subject.unwrap());
        for marks in [[&one, &two], [&two, &one]] {
            let once = mark(b" x", &marks).unwrap();
            assert!(
                once.contains("<im><c>") && once.contains("[secure]"),
                "{once}"
            );
            assert_eq!(mark(once.as_bytes(), &marks), None);
        }
    }

    #[test]
    fn nothing_can_be_injected() {
        for hostile in [
            &b" x\r\nBcc: eve@evil.test"[..],
            b" x\rBcc: eve@evil.test",
            b" x\0y\x0b\x7f",
            b" =?utf-8?q?x=0D=0ABcc:_eve@evil.test?= \xff",
            b" x\n\nbody",
        ] {
            let value = marked(hostile).unwrap();
            let lines: Vec<&str> = value.split('\n').collect();
            assert!(
                lines[1..].iter().all(|line| line.starts_with([' ', '\t'])),
                "{value:?}"
            );
            assert!(field::is_plain(&value.replace('\n', "")), "{value:?}");
        }
    }

    #[test]
    fn any_subject_keeps_its_text_gains_one_mark_and_folds() {
        let (front, back) = (incamail().subject.unwrap(), generic().subject.unwrap());
        let mut random = Random(7);
        for _ in 0..1500 {
            let text = field::clean(&random.text(300));
            let text = text.split("=?").collect::<String>();
            for mark in [&front, &back] {
                let Some(value) = write(text.as_bytes(), &text, &[mark]) else {
                    assert!(mark.is_in(&text));
                    continue;
                };
                assert!(value.starts_with(&mark.add));
                assert!(field::fits("Subject", &value), "{value:?}");
                assert!(field::is_plain(&value.replace('\n', "")), "{value:?}");
                assert!(
                    !value.split('\n').any(|line| line.trim().is_empty()),
                    "{value:?}"
                );
                let shown = decode(value.as_bytes());
                assert_eq!(shown, mark.add_to(&text));
                assert_eq!(write(value.as_bytes(), &shown, &[mark]), None);
            }
        }
    }

    #[test]
    fn a_huge_subject_takes_no_huge_time() {
        let start = std::time::Instant::now();
        for unit in ["Re: ", "[x]", "<im", "ä", " ", "=?", "a", "\r\n "] {
            marked(unit.repeat(60_000 / unit.len()).as_bytes());
        }
        assert!(start.elapsed().as_secs() < 20);
    }
}
