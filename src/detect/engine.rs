// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the detectors that are programs, and where they are tried.

use super::candidate::Candidate;
use super::{address, date, email, mrz, phone, salary, secrets};

/// A detector that is a program. A new one is a file and a line in `ENGINES`.
#[derive(Debug)]
pub(super) struct Engine {
    pub name: &'static str,
    /// Where it is tried.
    pub anchor: Anchor,
    /// The candidate at an anchor, by its shape alone. It reads a bounded stretch, and goes back to
    /// an earlier line by `MAX_BACK` bytes at most.
    pub find: fn(&str, usize) -> Option<Candidate>,
    /// Whether the candidate is one, given whether a keyword stands near; may complete it. None
    /// where the shape says it all.
    pub check: Option<fn(&str, &mut Candidate, bool) -> bool>,
}

/// Where an engine is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// At each token with a digit.
    Digit,
    /// At each `@`.
    At,
    /// Where one of these begins a word, capitals or not.
    Word(&'static [&'static str]),
    /// Where a `<` has another one behind it.
    Fillers,
}

/// All of them.
pub(super) const ENGINES: &[Engine] = &[
    Engine {
        name: "email",
        anchor: Anchor::At,
        find: email::find,
        check: None,
    },
    Engine {
        name: "phone",
        anchor: Anchor::Digit,
        find: phone::find,
        check: Some(phone::check),
    },
    Engine {
        name: "birth",
        anchor: Anchor::Digit,
        find: date::find,
        check: None,
    },
    Engine {
        name: "address",
        anchor: Anchor::Digit,
        find: address::find,
        check: None,
    },
    Engine {
        name: "salary",
        anchor: Anchor::Digit,
        find: salary::find,
        check: None,
    },
    Engine {
        name: "mrz",
        anchor: Anchor::Fillers,
        find: mrz::find,
        check: None,
    },
    Engine {
        name: "secret",
        anchor: Anchor::Word(secrets::BEGINNINGS),
        find: secrets::find,
        check: None,
    },
];
