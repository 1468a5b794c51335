// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what may be a finding: something of the right shape, and how it is written.

use std::ops::Range;

/// Something of the right shape.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Bytes of the view.
    pub span: Range<usize>,
    /// The value, separators taken out.
    pub value: String,
    /// How it is written.
    pub form: Form,
    /// What speaks for it so far.
    pub why: Vec<String>,
}

/// How a candidate is written, which decides which confidence of its rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In the usual groups.
    Grouped,
    /// In any other way.
    Bare,
    /// In a way that says nothing by itself: a keyword must stand before it on its line.
    NeedsKeyword,
    /// As many other things are: a keyword must stand close, with no number between.
    NeedsCloseKeyword,
}
