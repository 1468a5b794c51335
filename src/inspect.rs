// SPDX-License-Identifier: GPL-3.0-or-later
//! The six lines that are the program: a message goes in, what we think of it and would do comes out.

use serde::{Deserialize, Serialize};

use crate::act::Plan;
use crate::classify::Classification;
use crate::decide::Decision;
use crate::message::Direction;

/// What we think of a message, and what we would do with it. Holds no found value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// Which way it goes.
    pub direction: Direction,
    /// How sensitive it is, and why.
    pub classification: Classification,
    /// One decision a recipient, in the order of the envelope.
    pub decisions: Vec<Decision>,
    /// The edits.
    pub plan: Plan,
}
