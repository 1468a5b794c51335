// SPDX-License-Identifier: GPL-3.0-or-later
//! A mail address, parsed once and compared rightly, and the patterns an admin writes for addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An envelope address without its angle brackets. The empty one is the null sender.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// Takes an address as SMTP gives it, with or without angle brackets.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let inner = text.strip_prefix('<').and_then(|t| t.strip_suffix('>'));
        Self(inner.unwrap_or(text).to_owned())
    }

    /// The addresses of an address list (RFC 5322, 3.4). Display names, quoted strings and comments
    /// are no addresses, whatever they hold.
    pub fn list(value: &[u8]) -> Vec<Self> {
        let mut found = Vec::new();
        let (mut bare, mut angled) = (String::new(), None);
        let (mut comment, mut quoted, mut escaped) = (0_usize, false, false);
        for c in String::from_utf8_lossy(value).chars().chain([',']) {
            let was_escaped = std::mem::replace(&mut escaped, false);
            match c {
                _ if was_escaped => (),
                '\\' if quoted || comment > 0 => escaped = true,
                '"' if comment == 0 => quoted = !quoted,
                _ if quoted => (),
                '(' => comment += 1,
                ')' => comment = comment.saturating_sub(1),
                _ if comment > 0 => (),
                '<' => bare.clear(),
                '>' => angled = Some(std::mem::take(&mut bare)),
                // A group's name ends with a colon, its list with a semicolon.
                ':' => bare.clear(),
                ',' | ';' => {
                    let address = angled.take().unwrap_or_else(|| std::mem::take(&mut bare));
                    bare.clear();
                    found.push(Self::new(&address));
                }
                _ => bare.push(c),
            }
        }
        found.retain(|Self(text)| text.contains('@') && !text.contains(char::is_whitespace));
        found
    }

    /// The address as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the last `@`; the whole address where there is none.
    pub fn local(&self) -> &str {
        self.0
            .rsplit_once('@')
            .map_or(self.as_str(), |(local, _)| local)
    }

    /// What stands behind the last `@`; empty where there is none.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The form in which two spellings of one mailbox are equal. MTAs fold the local part as well,
    /// so this does too.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for Address {}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an admin writes for a set of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// `*`: every address.
    Any,
    /// `anna@example.ch`: this mailbox.
    Mailbox(String),
    /// `example.ch`: this domain, not those below it.
    Domain(String),
    /// `.example.ch`: every domain below this one, not itself.
    Below(String),
}

impl Pattern {
    /// True where the address belongs to the set. Case does not matter.
    pub fn matches(&self, address: &Address) -> bool {
        match self {
            Self::Any => true,
            Self::Mailbox(mailbox) => address.folded() == *mailbox,
            Self::Domain(domain) => address.domain().to_lowercase() == *domain,
            Self::Below(suffix) => address.domain().to_lowercase().ends_with(suffix.as_str()),
        }
    }
}

impl FromStr for Pattern {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        let folded = text.trim().to_lowercase();
        let sound = !folded.is_empty()
            && !folded.contains(char::is_whitespace)
            && folded.matches('@').count() < 2
            && !folded.starts_with('@')
            && !folded.ends_with('@')
            && !folded.ends_with('.');
        match folded.as_str() {
            "*" => Ok(Self::Any),
            _ if !sound || folded.contains('*') => Err(format!(
                "\"{text}\" is no address pattern; write anna@example.ch, example.ch, .example.ch (all domains below) or \"*\""
            )),
            _ if folded.contains('@') => Ok(Self::Mailbox(folded)),
            _ if folded.starts_with('.') => Ok(Self::Below(folded)),
            _ => Ok(Self::Domain(folded)),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Mailbox(text) | Self::Domain(text) | Self::Below(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angle_brackets_are_not_part_of_an_address() {
        let address = Address::new("<Anna@Example.CH>");
        assert_eq!(address.as_str(), "Anna@Example.CH");
        assert_eq!((address.local(), address.domain()), ("Anna", "Example.CH"));
        assert_eq!(address, Address::new("anna@example.ch"));
        assert_eq!(Address::new("<>").as_str(), "");
        assert_eq!(Address::new("<\"a@b\"@example.ch>").local(), "\"a@b\"");
    }

    #[test]
    fn patterns_match_what_they_say() {
        let matches = |pattern: &str, address: &str| {
            pattern
                .parse::<Pattern>()
                .unwrap()
                .matches(&Address::new(address))
        };
        assert!(matches("example.ch", "a@Example.ch"));
        assert!(!matches("example.ch", "a@sub.example.ch"));
        assert!(matches(".example.ch", "a@sub.example.ch"));
        assert!(!matches(".example.ch", "a@example.ch"));
        assert!(!matches("example.ch", "a@badexample.ch"));
        assert!(matches("anna@example.ch", "ANNA@example.ch"));
        assert!(matches("*", ""));
        for wrong in [
            "",
            "a b",
            "*.example.ch",
            "@example.ch",
            "a@",
            "example.ch.",
        ] {
            assert!(wrong.parse::<Pattern>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_list_holds_only_addresses() {
        for (value, expected) in [
            (" anna@example.ch\r\n", vec!["anna@example.ch"]),
            (
                "Anna <Anna@Example.ch>,\r\n b@example.ch (work)",
                vec!["anna@example.ch", "b@example.ch"],
            ),
            ("\"x@evil.ch\" <a@example.ch>", vec!["a@example.ch"]),
            ("\"x\\\", y@evil.ch\" <a@example.ch>", vec!["a@example.ch"]),
            ("z@evil.ch <a@example.ch>", vec!["a@example.ch"]),
            (
                "(c@evil.ch, (d@evil.ch)) a@example.ch",
                vec!["a@example.ch"],
            ),
            (
                "Team: a@x.ch, B <b@x.ch>;, c@x.ch",
                vec!["a@x.ch", "b@x.ch", "c@x.ch"],
            ),
            ("nobody, <>, ", vec![]),
            ("a@x.ch b@x.ch", vec![]),
        ] {
            let found = Address::list(value.as_bytes());
            let found: Vec<String> = found.iter().map(Address::folded).collect();
            assert_eq!(found, expected, "{value}");
        }
    }
}
