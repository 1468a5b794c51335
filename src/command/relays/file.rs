// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what is rendered for an MTA: files, and the profiles that have a way of their own.

use crate::act::relay::{Profile, Route, Suffix};
use crate::act::subject::{By, Mark};

/// One file, or the lines to be added to one of the MTA's own.
pub struct File {
    /// Its name.
    pub name: String,
    /// What a line of comment begins with.
    pub comment: &'static str,
    /// Where it belongs and what it does.
    pub about: String,
    /// The rest.
    pub lines: Vec<String>,
}

impl File {
    /// The file with its heading.
    pub fn text(&self) -> String {
        let about = std::iter::once(self.name.as_str()).chain(self.about.lines());
        let about = about.map(|line| format!("{} {line}\n", self.comment));
        let lines = self.lines.iter().map(|line| format!("{line}\n"));
        about.chain(lines).collect()
    }
}

/// A profile that the MTA reaches by a transport of its own.
pub struct Routed<'a> {
    pub profile: &'a Profile,
    pub route: &'a Route,
    pub recipient: &'a Suffix,
}

impl<'a> Routed<'a> {
    /// All of them.
    pub fn all(profiles: &'a [Profile]) -> Vec<Self> {
        let of = |profile: &'a Profile| {
            Some(Self {
                profile,
                route: profile.route.as_ref()?,
                recipient: profile.recipient.as_ref()?,
            })
        };
        profiles.iter().filter_map(of).collect()
    }

    /// The next hop, `[host]:port`; empty for the MX records of the recipient's domain.
    pub fn next_hop(&self) -> &str {
        match self.route.next_hop.as_str() {
            "mx" => "",
            next_hop => next_hop,
        }
    }

    /// Host and port of the next hop; nothing for MX records.
    pub fn host(&self) -> Option<(&str, &str)> {
        self.next_hop().strip_prefix('[')?.split_once("]:")
    }

    /// The id as a word for names that have no hyphen.
    pub fn word(&self) -> String {
        self.profile.id.replace('-', "_")
    }

    /// The mark that the MTA has to write.
    pub fn delivery_mark(&self) -> Option<&'a Mark> {
        let mark = self.profile.subject.as_ref();
        mark.filter(|mark| mark.by == By::Delivery)
    }
}
