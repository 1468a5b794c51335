// SPDX-License-Identifier: GPL-3.0-or-later
//! Judges a Sendmail: the table of its rules.

mod after;
mod filters;
mod read;
mod senders;

use super::filter::Filter;
use super::finding::{self, Finding, Rule};
use super::limits;

pub use read::Site;

/// The rules. A new one is a function in one of the files here, and a line below.
const RULES: &[Rule<Site>] = &[
    // Is the filter on every way in?
    ("entrance", filters::daemons),
    ("sendmail", filters::submission),
    ("submit", filters::submit),
    // What becomes of mail while it is away, slow, or in doubt?
    ("default-action", filters::default_action),
    ("timeout", filters::timeouts),
    ("signer-order", filters::signers_before),
    ("later-milter", filters::refusers_behind),
    ("twice", filters::twice),
    ("socket", filters::astray),
    ("clear-socket", limits::in_clear),
    ("size", filters::sizes),
    // Who sends, and do we count it as ours?
    ("mynetworks", senders::networks),
    ("login", senders::logins),
    ("client-certificate", senders::certificates),
    ("submission-tls", senders::passwords_in_clear),
    // Where does mail go after us?
    ("alias", after::aliases),
    ("forward", after::forwards),
    ("bcc", after::copies),
    ("setting", after::bounces),
    ("relay-route", after::routes),
    ("relay-tls", after::proofs),
    ("relay-hop", after::hops),
    ("relay-fallback", after::fallbacks),
];

/// Everything that the rules have to say.
pub fn judge(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    finding::judge(RULES, site, filter)
}
