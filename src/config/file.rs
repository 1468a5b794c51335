// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the shape of the configuration file, section by section.

use std::num::NonZeroUsize;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::act::Action;
use crate::classify::Condition;
use crate::decide::{Ours, exception, kind, table};
use crate::detect::rule::Selection;
use crate::units::{Endpoint, Size, Span};

/// The file, as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) mode: Mode,
    pub(crate) milter: Milter,
    pub(crate) log: Log,
    pub(crate) ours: Ours,
    pub(crate) recipients: Vec<kind::Line>,
    pub(crate) detectors: Selection,
    pub(crate) classify: IndexMap<String, Vec<Condition>>,
    pub(crate) channels: IndexMap<String, Vec<Action>>,
    pub(crate) decide: table::Section,
    #[serde(default)]
    pub(crate) exceptions: Vec<exception::Entry>,
}

/// What is done with a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Only look, log and count.
    Monitor,
    /// Act.
    Enforce,
}

/// The `milter` section.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milter {
    /// Where the MTA finds us.
    pub listen: Endpoint,
    /// What the MTA hears when a message cannot be inspected.
    pub on_error: OnError,
    /// What a message may cost.
    pub limits: Limits,
}

/// What the MTA hears when a message cannot be inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// Try again later (4xx).
    Tempfail,
    /// No (5xx).
    Refuse,
    /// Pass, not inspected.
    Accept,
}

/// What a message may cost. What goes beyond is a fact that `classify` can name.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of the whole mail.
    pub message: Size,
    /// From its end to our answer.
    pub time: Span,
    /// Depth of nested parts.
    pub depth: NonZeroUsize,
    /// Number of parts.
    pub parts: NonZeroUsize,
    /// Bytes of text and unpacked content, all parts together.
    pub unpacked: Size,
}

/// The `log` section.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Where lines go.
    pub to: Vec<LogTo>,
    /// What they look like.
    pub format: LogFormat,
}

/// Where log lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogTo {
    /// Standard error, which under systemd is the journal.
    Stderr,
    /// The syslog socket.
    Syslog,
}

/// What log lines look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For a person.
    Plain,
    /// One JSON object a line.
    Json,
}
