// SPDX-License-Identifier: GPL-3.0-or-later
//! Judges a Postfix: the table of its rules.

mod after;
mod content;
mod entrance;
mod list;
mod plain;
mod read;
mod relay;
mod senders;
mod socket;
mod submit;
mod table;

use super::filter::Filter;
use super::finding::{self, Finding, Rule};
use super::limits;

pub use read::Site;

/// The rules. A new one is a function in one of the files here, and a line below.
const RULES: &[Rule<Site>] = &[
    // Is the filter on every way in?
    ("entrance", entrance::without_filter),
    ("sendmail", entrance::sendmail_without_filter),
    ("override", entrance::broken_overrides),
    ("milter-maps", entrance::by_client),
    ("proxy-filter", content::proxies),
    ("submit", submit::entry),
    // What becomes of mail while it is away, slow, or in doubt?
    ("braces", list::without_braces),
    ("milter-setting", list::unknown_settings),
    ("default-action", list::default_actions),
    ("timeout", list::timeouts),
    ("signer-order", list::signers_before),
    ("later-milter", list::refusers_behind),
    ("macros", list::macros),
    ("twice", list::twice),
    ("socket", socket::astray),
    ("socket-mode", socket::closed_to_postfix),
    ("clear-socket", limits::in_clear),
    ("size", list::sizes),
    // Who sends, and do we count it as ours?
    ("mynetworks", senders::networks),
    ("login", senders::logins),
    ("client-certificate", senders::certificates),
    ("submission-tls", senders::passwords_in_clear),
    ("host-name", senders::host_name),
    // Does a second scanner lead round us, or back to us?
    ("content-filter", content::filters),
    // Where does mail go after us?
    ("alias", after::aliases),
    ("forward", after::forwards),
    ("bcc", after::copies),
    ("setting", plain::settings),
    ("relay-route", relay::routes),
    ("relay-tls", relay::proofs),
    ("relay-hop", relay::hops),
    ("relay-fallback", relay::fallbacks),
    ("border", relay::border),
];

/// Everything that the rules have to say.
pub fn judge(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    finding::judge(RULES, site, filter)
}
