// SPDX-License-Identifier: GPL-3.0-or-later
//! Judges a Sendmail: the table of its rules.

mod after;
mod filters;
mod read;

use super::filter::Filter;
use super::finding::{self, Finding, Rule};

pub use read::Site;

/// The rules. A new one is a function in one of the files here, and a line below.
const RULES: &[Rule<Site>] = &[
    ("entrance", filters::daemons),
    ("sendmail", filters::submission),
    ("submit", filters::submit),
    ("default-action", filters::default_action),
    ("timeout", filters::timeouts),
    ("signer-order", filters::signers_before),
    ("size", filters::sizes),
    ("alias", after::aliases),
    ("forward", after::forwards),
    ("setting", after::bounces),
    ("relay-route", after::routes),
    ("relay-tls", after::proofs),
];

/// Everything that the rules have to say.
pub fn judge(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    finding::judge(RULES, site, filter)
}
