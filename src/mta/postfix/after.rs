// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds what changes the recipients of a mail after the filter has decided: Postfix shows milters
//! nothing that it forwards or aliases itself (MILTER_README, Limitations).

use super::read::Site;
use super::table::{self, Answer};
use crate::message::Address;
use crate::mta::filter::Filter;
use crate::mta::finding::{Finding, Severity};
use crate::mta::milters::items;
use crate::mta::source::{self, INSTEAD};
use Severity::{Doubt, Hole, Note};

/// The tables that put other recipients in the place of one, behind the filter.
const TABLES: [&str; 4] = [
    "virtual_alias_maps",
    "alias_maps",
    "recipient_canonical_maps",
    "canonical_maps",
];

/// Rule: no address of ours expands to one that is not.
pub fn aliases(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let has_local = site.running(&["local"]).next().is_some();
    let mut findings = Vec::new();
    for parameter in TABLES
        .into_iter()
        .filter(|name| has_local || *name != "alias_maps")
    {
        for table in items(site.main(parameter)) {
            let text = table::text_of(&table);
            if let Some(entries) = text.and_then(source::entries) {
                let at = text.map_or_else(String::new, |path| path.display().to_string());
                findings.extend(
                    source::outside(&entries, filter).map(|what| Hole.at(&at, what, INSTEAD)),
                );
                findings.extend(source::unread(&entries).map(|what| Note.at(&at, what, "")));
            } else if text.is_none() && table.contains(':') {
                let what = format!(
                    "{parameter} names {table}, which is not looked into; an address of ours that expands \
                     to a foreign one there gets mail that was decided for ours"
                );
                findings.push(Note.at("main.cf", what, ""));
            }
        }
    }
    findings
}

/// Rule: our people cannot forward their mail by themselves.
pub fn forwards(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let Some(local) = site.running(&["local"]).next() else {
        return Vec::new();
    };
    let path = site.get(local, "forward_path");
    let domains = items(site.main("mydestination"));
    let own = domains
        .iter()
        .find(|domain| filter.ours.has(&Address::new(&format!("x@{domain}"))));
    let is_elsewhere = site.main("local_transport").split(':').next() != Some(local.name.as_str());
    match own {
        Some(domain) if !path.is_empty() && !is_elsewhere => {
            let what = format!(
                "users of {domain} can forward their mail to anywhere by a .forward, after the filter has \
                 decided for a colleague"
            );
            vec![Doubt.at(local.place("forward_path"), what, "forward_path =")]
        }
        _ => Vec::new(),
    }
}

/// Rule: nobody outside gets copies.
pub fn copies(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for parameter in ["always_bcc", "luser_relay"] {
        let address = site.main(parameter);
        if address.contains('@') && source::is_foreign(address, filter) {
            let what = format!(
                "{parameter} sends mail to {address}, which is not ours, without a decision"
            );
            findings.push(Hole.at("main.cf", what, format!("{parameter} =")));
        }
    }
    for parameter in ["sender_bcc_maps", "recipient_bcc_maps"] {
        for table in items(site.main(parameter)) {
            let entries = table::text_of(&table).and_then(source::entries);
            let targets = entries.iter().flatten().flat_map(|(_, targets)| targets);
            let mut foreign =
                targets.filter(|target| target.contains('@') && source::is_foreign(target, filter));
            if let Some(target) = foreign.next() {
                let what = format!(
                    "{parameter} sends copies to {target}, which is not ours, without a decision"
                );
                findings.push(Hole.at(table, what, "take it out, or send to a mailbox of yours"));
            } else if entries.is_none() {
                let what = format!(
                    "{parameter} adds recipients by {table} after the filter; see that they are ours"
                );
                findings.push(Note.at("main.cf", what, ""));
            }
        }
    }
    findings
}

/// True where a list of tables has something for the key.
pub fn has(site: &Site, tables: &str, key: &str) -> bool {
    matches!(
        table::look_up(site, tables, &[key]),
        Answer::Found(_) | Answer::Unseen(_)
    )
}
