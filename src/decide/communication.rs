// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message into the types of communication that it is, by what it says of itself.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::classify::Classification;
use crate::detect::Entity;
use crate::message::{Address, Message, mime, words};
use crate::nearest::instead;

/// A type of communication. A message can be of several. All of it is only what a message says of
/// itself, so a row of the table for one may protect more than its kind's own, never less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Communication {
    /// None of reply, forward and auto-reply.
    New,
    /// It answers a message.
    Reply,
    /// It passes a message on.
    Forward,
    /// It goes to many at once.
    Collective,
    /// It advertises.
    Prospecting,
    /// It is, or holds, an invoice.
    Invoice,
    /// A program wrote it (RFC 3834, 5: `auto-generated`).
    Application,
    /// A mailing list distributes it (RFC 2919, RFC 2369).
    List,
    /// A program answers with it: absence, receipt, bounce (RFC 3834, 5: `auto-replied`).
    AutoReply,
}

/// The types of communication that a message is.
pub type Communications = BTreeSet<Communication>;

/// What mail programs write before the subject of an answer, in small letters without the colon.
const ANSWERS: &[&str] = &[
    "re", "aw", "antw", "antwort", "r", "rif", "réf", "rép", "sv", "vs",
];

/// The same for what is passed on.
const PASSED_ON: &[&str] = &["fwd", "fw", "wg", "tr", "i", "doorst", "rv", "vb", "wtr"];

impl Communication {
    /// All of them, in the order in which rows of one strictness speak.
    pub const ALL: [Self; 9] = [
        Self::New,
        Self::Reply,
        Self::Forward,
        Self::Collective,
        Self::Prospecting,
        Self::Invoice,
        Self::Application,
        Self::List,
        Self::AutoReply,
    ];

    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Reply => "reply",
            Self::Forward => "forward",
            Self::Collective => "collective",
            Self::Prospecting => "prospecting",
            Self::Invoice => "invoice",
            Self::Application => "application",
            Self::List => "list",
            Self::AutoReply => "auto-reply",
        }
    }

    /// All sets that a message can be.
    pub fn coherent() -> Vec<Communications> {
        let mut sets = vec![Communications::new()];
        for one in Self::ALL {
            let with = sets.clone().into_iter().map(|mut set| {
                set.insert(one);
                set
            });
            sets.extend(with.collect::<Vec<_>>());
        }
        sets.retain(|set| {
            let follows = [Self::Reply, Self::Forward, Self::AutoReply];
            set.contains(&Self::New) != follows.iter().any(|one| set.contains(one))
        });
        sets
    }

    /// What a message is. It is collective from `many` recipients on.
    pub fn of(message: &Message, classification: &Classification, many: usize) -> Communications {
        let said = Said(message);
        let has_fact = |entity| {
            classification
                .facts
                .iter()
                .any(|fact| fact.entity == entity)
        };
        let (answers, passes_on) = (said.answers(), said.passes_on());
        let is_auto_reply = said.is_auto_reply();
        let holds = [
            (Self::New, !answers && !passes_on && !is_auto_reply),
            (Self::Reply, answers),
            (Self::Forward, passes_on),
            (Self::Collective, said.recipients() >= many),
            (Self::Prospecting, has_fact(Entity::Prospecting)),
            (Self::Invoice, has_fact(Entity::Invoice)),
            (Self::Application, said.auto_submitted("auto-generated")),
            (Self::List, said.is_of_a_list()),
            (Self::AutoReply, is_auto_reply),
        ];
        let held = holds.into_iter().filter(|(_, holds)| *holds);
        held.map(|(communication, _)| communication).collect()
    }
}

impl FromStr for Communication {
    type Err = String;

    /// # Errors
    /// One sentence that names the types.
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str);
            let instead = instead(text, &known);
            format!("\"{text}\" is no type of communication{instead}")
        })
    }
}

/// What header and envelope say.
struct Said<'a>(&'a Message);

impl Said<'_> {
    fn values(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        let fields = self.0.fields.iter().filter(move |field| field.is(name));
        fields.filter_map(|field| self.0.raw.get(field.value.clone()))
    }

    fn has(&self, name: &'static str) -> bool {
        self.values(name)
            .any(|value| !value.trim_ascii().is_empty())
    }

    /// True where the first word of a field is this one.
    fn first_word(&self, name: &'static str, word: &str) -> bool {
        self.values(name).any(|value| {
            let value = String::from_utf8_lossy(value).to_lowercase();
            let mut words = value.split([';', ' ', '\t', '\r', '\n']);
            words.find(|word| !word.is_empty()) == Some(word)
        })
    }

    fn auto_submitted(&self, word: &str) -> bool {
        self.first_word("Auto-Submitted", word)
    }

    /// Bounces and receipts count: they may quote what came in. Machines answer as nobody (RFC 3834, 3.3).
    fn is_auto_reply(&self) -> bool {
        self.0.envelope.sender.as_str().is_empty()
            || self.auto_submitted("auto-replied")
            || self.first_word("Precedence", "auto_reply")
            || self.has("X-Autoreply")
            || self.has("X-Autorespond")
    }

    fn is_of_a_list(&self) -> bool {
        self.has("List-Id") || self.has("List-Post") || self.first_word("Precedence", "list")
    }

    fn answers(&self) -> bool {
        let refers = self.has("In-Reply-To") || self.has("References");
        self.begins_with(ANSWERS) || refers && !self.begins_with(PASSED_ON)
    }

    fn passes_on(&self) -> bool {
        let holds_mail = self
            .0
            .parts
            .iter()
            .any(|part| mime::is_message(&part.media_type));
        holds_mail || self.has("Resent-From") || self.begins_with(PASSED_ON)
    }

    /// True where the first mark before a subject is one of these.
    fn begins_with(&self, marks: &[&str]) -> bool {
        self.values("Subject").any(|value| {
            let subject = words::decode_words(value).to_lowercase();
            let mark = subject.split_once(':').map(|(mark, _)| mark.trim());
            // Some count: `Re[2]: `.
            let bare = mark.map(|mark| mark.split('[').next().unwrap_or(mark).trim());
            bare.is_some_and(|mark| marks.contains(&mark))
        })
    }

    /// Those of the envelope or those who see each other, whichever are more.
    fn recipients(&self) -> usize {
        let listed = self.values("To").chain(self.values("Cc"));
        let listed = listed.flat_map(Address::list).count();
        self.0.envelope.recipients.len().max(listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Envelope, Limits};

    fn of(header: &str, sender: &str) -> Vec<&'static str> {
        let envelope = Envelope {
            sender: Address::new(sender),
            ..Envelope::nobody("2026-11-25".parse().unwrap())
        };
        let limits = Limits {
            depth: 9,
            parts: 9,
            header: 999,
        };
        let raw = format!("{header}\r\n\r\nHello\r\n").into_bytes();
        let message = Message::read(envelope, raw, limits);
        let found = Communication::of(&message, &Classification::default(), 3);
        found.into_iter().map(Communication::as_str).collect()
    }

    #[test]
    fn a_message_says_what_it_is() {
        for (header, expected) in [
            ("Subject: Offer", &["new"][..]),
            ("Subject: AW: Offer", &["reply"]),
            ("Subject: =?utf-8?q?R=C3=89P?= : Offre", &["reply"]),
            ("Subject: Re[2]: x", &["reply"]),
            ("Subject: Regarding: x", &["new"]),
            ("Subject: Offer\r\nIn-Reply-To: <a@b>", &["reply"]),
            ("Subject: Offer\r\nIn-Reply-To:", &["new"]),
            ("Subject: WG: Offer\r\nReferences: <a@b>", &["forward"]),
            ("Subject: Re: WG: Offer", &["reply"]),
            ("Content-Type: message/rfc822", &["forward"]),
            ("To: a@x.ch, b@x.ch\r\nCc: c@x.ch", &["new", "collective"]),
            ("To: a@x.ch, b@x.ch", &["new"]),
            ("List-Id: <x.example>", &["new", "list"]),
            (
                "Auto-Submitted: auto-generated; x=y",
                &["new", "application"],
            ),
            ("Auto-Submitted: auto-replied (vacation)", &["auto-reply"]),
            ("Auto-Submitted: no", &["new"]),
        ] {
            assert_eq!(of(header, "<a@example.ch>"), expected, "{header}");
        }
        assert_eq!(of("Subject: failure", "<>"), ["auto-reply"]);
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for one in Communication::ALL {
            assert_eq!(one.as_str().parse(), Ok(one));
            assert_eq!(
                serde_json::to_string(&one).unwrap(),
                format!("\"{}\"", one.as_str())
            );
        }
        let error = "replay".parse::<Communication>().unwrap_err();
        assert_eq!(
            error,
            "\"replay\" is no type of communication; did you mean \"reply\"?"
        );
    }
}
