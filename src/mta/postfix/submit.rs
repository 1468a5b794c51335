// SPDX-License-Identifier: GPL-3.0-or-later
//! Judges the entry by which the filter hands messages over.

use super::entrance::{Entrance, entrances};
use super::read::Site;
use crate::mta::filter::{Filter, Leads};
use crate::mta::finding::{Finding, Severity};
use crate::mta::milters::{Milter, items};
use crate::submit::Scheme;
use Severity::{Doubt, Note};

/// The tables by which cleanup changes or drops header and body.
const CHECKS: [&str; 4] = [
    "header_checks",
    "mime_header_checks",
    "nested_header_checks",
    "body_checks",
];

/// What a message may need that the filter hands over (RFC 3461, 6152, 6531), in Postfix's words.
const NEEDED: [&str; 3] = ["dsn", "8bitmime", "smtputf8"];

impl Entrance<'_> {
    /// True for the entry by which the filter hands messages over.
    pub fn is_submit(&self, filter: &Filter<'_>) -> bool {
        let Some(submit) = filter.submit else {
            return false;
        };
        let name = &self.service.name;
        let port = name
            .rsplit_once(':')
            .map_or(name.as_str(), |(_, port)| port);
        self.service.program == "smtpd"
            && self.service.kind == "inet"
            && port == submit.port.to_string()
    }
}

/// Rule: the filter's own entry asks who signs and not the filter, and takes messages as they are.
pub fn entry(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let entrances = entrances(site);
    let Some(submit) = filter.submit else {
        return Vec::new();
    };
    let Some(own) = entrances.iter().find(|one| one.is_submit(filter)) else {
        return Vec::from_iter(filter.unheard("master.cf", "postfix"));
    };
    let id = own.service.id();
    let mut findings = Vec::new();
    if own.is_seen(site, filter) {
        let what =
            "the filter stands on its own entry: what it sends comes back to it and is held again";
        findings.push(Doubt.at(&id, what, "-o smtpd_milters=$pii_submit_milters"));
    } else if own.is_local(site) {
        let what =
            "the filter's own entry is not scanned; every program of this machine can use it";
        findings.push(Note.at(&id, what, ""));
    }
    findings.extend(unsigned(site, filter, &entrances, own).map(|signer| {
        let what = format!("{signer} signs what comes in elsewhere, but not what the filter sends");
        Doubt.at(&id, what, format!("smtpd_milters = {signer}"))
    }));
    let options = items(own.get(site, "receive_override_options"));
    let changes = CHECKS.iter().find(|name| !site.main(name).is_empty());
    if let Some(table) = changes
        && !options
            .iter()
            .any(|option| option == "no_header_body_checks")
    {
        let what = format!("{table} changes what the filter sends; it takes our own fields off");
        let write = "-o receive_override_options=no_header_body_checks";
        findings.push(Doubt.at(&id, what, write));
    }
    let hidden = own
        .get(site, "smtpd_discard_ehlo_keywords")
        .to_ascii_lowercase();
    let hidden: Vec<String> = items(&hidden);
    if let Some(keyword) = NEEDED
        .iter()
        .find(|one| hidden.iter().any(|word| word == *one))
    {
        let what =
            format!("the filter's own entry does not offer {keyword}, which its mail may need");
        findings.push(Doubt.at(&id, what, "-o smtpd_discard_ehlo_keywords="));
    }
    if submit.scheme == Scheme::Smtp && own.get(site, "smtpd_tls_security_level") == "encrypt" {
        let what = format!("the filter's own entry demands TLS, and submit says {submit}");
        findings.push(Doubt.at(&id, what, "-o smtpd_tls_security_level=none"));
    }
    findings
}

/// The signers that other ways in ask behind the filter, and this one does not.
fn unsigned<'a>(
    site: &'a Site,
    filter: &'a Filter<'_>,
    entrances: &'a [Entrance<'_>],
    own: &'a Entrance<'_>,
) -> impl Iterator<Item = &'a str> {
    let others = entrances.iter().filter(|one| one.is_seen(site, filter));
    let signers = others.flat_map(|one| one.milters.iter());
    let mut signers: Vec<&str> = signers
        .filter(|milter| milter.is_signer() && !own.milters.contains(milter))
        .filter(|milter: &&Milter| own.leads(milter, site, filter) == Leads::Elsewhere)
        .map(|milter| milter.address.as_str())
        .collect();
    signers.sort_unstable();
    signers.dedup();
    signers.into_iter()
}
