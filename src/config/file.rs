// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the shape of the configuration file, section by section.

use std::num::NonZeroUsize;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::act::Action;
use crate::classify::{Bulk, Condition};
use crate::decide::{Ours, exception, kind, table};
use crate::detect::rule::Selection;
use crate::log;
use crate::milter::listener::Rights;
use crate::milter::{Mode, OnError};
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
    #[serde(default)]
    pub(crate) bulk: Bulk,
    pub(crate) channels: IndexMap<String, Vec<Action>>,
    pub(crate) decide: table::Section,
    #[serde(default)]
    pub(crate) exceptions: Vec<exception::Entry>,
}

/// The `milter` section.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milter {
    /// Where the MTA finds us.
    pub listen: Endpoint,
    /// Who may connect, where that is a unix socket.
    #[serde(default)]
    pub socket: Rights,
    /// What the MTA hears when a message cannot be inspected.
    pub on_error: OnError,
    /// What a message may cost.
    pub limits: Limits,
}

/// What a message may cost. What goes beyond is a fact that `classify` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of the whole mail.
    pub message: Size,
    /// Bytes of all mails that come in at the same time; never less than one mail may have.
    #[serde(default = "memory")]
    pub memory: Size,
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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Where lines go.
    pub to: Vec<log::To>,
    /// What they look like.
    pub format: log::Format,
}

/// Ten mails of the shipped size: enough for a busy site, and a fraction of a small machine.
fn memory() -> Size {
    Size(512 << 20)
}
