// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the shape of the configuration file, section by section.

use std::num::NonZeroUsize;
use std::time::Duration;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::act::Entry;
use crate::audit;
use crate::classify::{Bulk, Condition};
use crate::control::Roles;
use crate::decide::{Ours, exception, kind, table};
use crate::detect::MAX_KEPT;
use crate::detect::rule::Selection;
use crate::log;
use crate::milter::listener::Rights;
use crate::milter::{Mode, OnError};
use crate::notice;
use crate::quarantine;
use crate::submit;
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
    pub(crate) channels: IndexMap<String, Entry>,
    pub(crate) decide: table::Section,
    #[serde(default)]
    pub(crate) exceptions: Vec<exception::Entry>,
    pub(crate) audit: Option<audit::Settings>,
    pub(crate) quarantine: Option<quarantine::Settings>,
    pub(crate) submit: Option<submit::Entry>,
    pub(crate) notices: Option<notice::Settings>,
    #[serde(default)]
    pub(crate) roles: Roles,
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
    /// Bytes of its header, and of that of each part.
    #[serde(default = "header")]
    pub header: Size,
    /// How often larger than packed content may be what it unpacks to, from 10 MB on.
    #[serde(default = "ratio")]
    pub ratio: NonZeroUsize,
    /// Members of one archive.
    #[serde(default = "members")]
    pub members: NonZeroUsize,
    /// Findings of one detector that are told; the others are counted.
    #[serde(default = "findings")]
    pub findings: NonZeroUsize,
    /// Processor time, in whole seconds.
    #[serde(default = "processor")]
    pub processor: Span,
    /// Memory of the worker that reads it.
    #[serde(default = "worker")]
    pub worker: Size,
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

fn header() -> Size {
    Size(1 << 20)
}

fn ratio() -> NonZeroUsize {
    above_zero(200)
}

fn members() -> NonZeroUsize {
    above_zero(10_000)
}

fn findings() -> NonZeroUsize {
    above_zero(MAX_KEPT)
}

fn processor() -> Span {
    Span(Duration::from_secs(20))
}

fn worker() -> Size {
    Size(512 << 20)
}

fn above_zero(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap_or(NonZeroUsize::MIN)
}
