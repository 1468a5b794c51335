// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what a channel takes: how strict it is, who can use it, how much it carries, and what stands in for it.

use std::fmt;
use std::str::FromStr;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::message::Pattern;
use crate::units::{Parsed, Size};

use super::exception::Target;
use super::{Features, Party, party::key};

/// How strict a channel is. Where recipients disagree, the strictest speaks for the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strictness {
    /// It leaves as it is.
    #[default]
    Plain,
    /// It leaves with a header field more.
    Header,
    /// It leaves by a relay.
    Relay,
    /// It stays in the MTA's hold queue or in the quarantine.
    Hold,
    /// It is refused.
    Reject,
}

/// Encryption can make a mail so many times larger (Swiss Post, IncaMail, online help "sending").
const GROWTH: u64 = 2;

/// How much a channel carries; what is not written has no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of the mail as it came in.
    pub size: Option<Size>,
    /// Bytes of the mail once it is encrypted, reckoned as twice what came in.
    pub encrypted: Option<Size>,
    /// Recipients of one message.
    pub recipients: Option<usize>,
    /// Files that it does not take, in archives too.
    #[serde(default)]
    pub refuses: Vec<Parsed<FileType>>,
}

/// A type of file: `program`, or the ending of a name, `.exe`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileType(String);

/// What a channel needs of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// All that is sensitive is strongly encrypted already.
    Encryption,
}

/// What a channel takes, and what stands in for it, as written.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// How strict it is.
    pub strictness: Strictness,
    /// How much it carries.
    pub limits: Vec<Limits>,
    /// Whose mail; everybody's where nobody is named.
    pub from: Vec<Parsed<Pattern>>,
    /// To whom, kinds or patterns; to everybody where nobody is named.
    pub to: Vec<String>,
    /// What it needs of a message.
    pub needs: Option<Need>,
    /// The channel for what it does not take; without one such a message is refused.
    pub fallback: Option<String>,
}

/// The terms of all channels, by name.
pub type Catalogue = IndexMap<String, Terms>;

/// The terms of a channel, bound to the kinds.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub strictness: Strictness,
    pub fallback: Option<String>,
    limits: Vec<Limits>,
    from: Vec<String>,
    to: Vec<Target>,
    needs: Option<Need>,
}

/// Why a channel does not take a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The sender may not use it.
    Sender,
    /// The recipient cannot use it.
    Recipient,
    /// It is larger than this.
    Size(Size),
    /// Encrypted it is larger than this.
    Encrypted(Size),
    /// It has more recipients than this.
    Recipients(usize),
    /// It holds a file of this type.
    File(FileType),
    /// Not all that is sensitive is strongly encrypted.
    Clear,
}

impl Bound {
    /// Binds terms to kinds.
    ///
    /// # Errors
    /// One sentence for each name that is nobody's.
    pub fn new(name: &str, terms: &Terms, kinds: &super::Kinds) -> Result<Self, Vec<String>> {
        let (mut to, mut errors) = (Vec::new(), Vec::new());
        for (at, text) in terms.to.iter().enumerate() {
            match Target::read(text, kinds) {
                Ok(target) => to.push(target),
                Err(wrong) => errors.push(format!("channels.{name}.to[{at}]: {wrong}")),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            strictness: terms.strictness,
            fallback: terms.fallback.clone(),
            limits: terms.limits.clone(),
            from: terms.from.iter().map(|Parsed(one)| key(one)).collect(),
            to,
            needs: terms.needs,
        })
    }

    /// Why it does not take a message to somebody, if so. `alike` recipients have this channel.
    pub fn unfit(
        &self,
        features: &Features,
        to: &Party,
        kind: usize,
        is_sealed: bool,
        alike: usize,
    ) -> Option<Unfit> {
        if !self.is_from(&features.sender) {
            return Some(Unfit::Sender);
        }
        if !self.is_to(to, kind) {
            return Some(Unfit::Recipient);
        }
        if self.needs == Some(Need::Encryption) && !is_sealed {
            return Some(Unfit::Clear);
        }
        let encrypted = features.size.saturating_mul(GROWTH);
        self.limits.iter().find_map(|limits| {
            let size = limits.size.filter(|most| features.size > most.0);
            let grown = limits.encrypted.filter(|most| encrypted > most.0);
            let many = limits.recipients.filter(|most| alike > *most);
            let mut refused = limits.refuses.iter().map(|Parsed(one)| one);
            let file = refused.find(|one| features.files.contains(*one));
            size.map(Unfit::Size)
                .or(grown.map(Unfit::Encrypted))
                .or(many.map(Unfit::Recipients))
                .or(file.cloned().map(Unfit::File))
        })
    }

    /// True for a sender who may use it.
    pub fn is_from(&self, sender: &Party) -> bool {
        self.from.is_empty() || self.from.iter().any(|key| sender.has(key))
    }

    /// True for a recipient who can use it.
    pub fn is_to(&self, to: &Party, kind: usize) -> bool {
        self.to.is_empty() || self.to.iter().any(|target| target.is(to, kind))
    }

    /// The keys of the patterns that it names: of senders, and of recipients.
    pub fn keys(&self) -> (impl Iterator<Item = &String>, impl Iterator<Item = &String>) {
        let to = self.to.iter().filter_map(Target::key);
        (self.from.iter(), to)
    }
}

impl FileType {
    /// Every program, whatever it is called.
    pub fn program() -> Self {
        Self("program".into())
    }

    /// The types of a file by its name.
    pub fn of(name: &str) -> Vec<Self> {
        let Some((_, ending)) = name.rsplit_once('.') else {
            return Vec::new();
        };
        let ending = ending.trim_end().to_lowercase();
        let mut types = Vec::new();
        if PROGRAMS.contains(&ending.as_str()) {
            types.push(Self::program());
        }
        if is_ending(&ending) {
            types.push(Self(format!(".{ending}")));
        }
        types
    }
}

/// Endings by which Windows runs a file.
const PROGRAMS: &[&str] = &[
    "appx", "bat", "cmd", "com", "cpl", "dll", "exe", "hta", "jar", "js", "jse", "lnk", "msi",
    "msp", "pif", "ps1", "reg", "scr", "vb", "vbe", "vbs", "wsf", "wsh",
];

fn is_ending(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

impl FromStr for FileType {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        let low = text.to_lowercase();
        match low.strip_prefix('.') {
            Some(ending) if is_ending(ending) => Ok(Self(low)),
            _ if low == "program" => Ok(Self::program()),
            _ => Err(format!(
                "\"{text}\" is no type of file; write program, or the ending of a name such as .exe"
            )),
        }
    }
}

impl fmt::Display for FileType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Behind "the channel x", without content: sender and stranger may read it.
impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sender => f.write_str("is not for this sender"),
            Self::Recipient => f.write_str("is not for this recipient"),
            Self::Size(most) => write!(f, "takes {most} at most"),
            Self::Encrypted(most) => {
                write!(
                    f,
                    "takes {most} at most, and encryption can double the size"
                )
            }
            Self::Recipients(most) => write!(f, "takes {most} recipients at most"),
            Self::File(file) => write!(f, "takes no file of the type {file}"),
            Self::Clear => f.write_str("takes only what is strongly encrypted"),
        }
    }
}

impl Unfit {
    /// The enhanced status code of a refusal for it (RFC 3463, 3.4, 3.6 and 3.8).
    pub fn status(&self) -> &'static str {
        match self {
            Self::Size(_) | Self::Encrypted(_) => "5.3.4",
            Self::Recipients(_) => "5.5.3",
            _ => "5.7.1",
        }
    }
}
