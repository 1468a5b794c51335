// SPDX-License-Identifier: GPL-3.0-or-later
//! Judges second scanners: content filters behind the queue, proxies before it.

use super::entrance::{Entrance, entrances};
use super::read::Site;
use crate::mta::filter::{Filter, is_loopback};
use crate::mta::finding::{Finding, Severity};
use Severity::{Doubt, Hole, Note};

/// Rule: no smtpd hands the content to a proxy instead of to milters (MILTER_README, Limitations).
pub fn proxies(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let entrances = entrances(site);
    let mut findings = Vec::new();
    for one in &entrances {
        let proxy = site.get(one.service, "smtpd_proxy_filter");
        if one.parameter == "smtpd_milters" && !proxy.is_empty() && one.is_seen(site, filter) {
            let what = format!(
                "the content goes to the proxy {proxy}, and milters here see the envelope alone; put \
                 the filter on the smtpd that takes the mail back"
            );
            let write = "smtpd_milters = on the smtpd behind the proxy";
            findings.push(Hole.at(one.service.place("smtpd_proxy_filter"), what, write));
        }
    }
    findings
}

/// Rule: a content filter neither loops, nor leads mail back to us as if it were ours, nor out of the house.
pub fn filters(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let entrances = entrances(site);
    let before = |one: &&Entrance<'_>| !site.get(one.service, "content_filter").is_empty();
    let Some(first) = entrances.iter().find(before) else {
        return Vec::new();
    };
    let hop = site.get(first.service, "content_filter");
    let at = first.service.place("content_filter");
    let mut findings = Vec::new();
    let (transport, host) = hop.split_once(':').unwrap_or((hop, ""));
    let Some(service) = site.named(transport) else {
        let what = format!("content_filter names {transport}, which master.cf does not have");
        return vec![Doubt.at(at, what, "")];
    };
    let address = host.trim_start_matches('[').split([']', ':']).next();
    let address = address.unwrap_or_default();
    if service.program == "pipe" {
        findings.extend(by_pipe(site, filter, &entrances, &at));
    } else if !is_loopback(address) && address != "unix" {
        let what = format!(
            "content_filter sends mail on to {hop} after we have seen it; what is added there we do not see"
        );
        findings.push(Note.at(at, what, ""));
    }
    for back in entrances.iter().filter(|one| is_way_back(site, one)) {
        let id = back.service.id();
        if before(&back) && site.get(back.service, "content_filter") == hop {
            let what = format!("mail that comes back from {hop} is sent there again: a loop");
            findings.push(Doubt.at(&id, what, "-o content_filter="));
        }
        if back.is_seen(site, filter) {
            let what = "mail that comes back from the content filter is scanned a second time, and \
                        counts as ours, inbound mail too, for it comes from loopback";
            findings.push(Doubt.at(&id, what, "-o smtpd_milters="));
        }
        findings.extend(unsigned(first, back));
    }
    findings
}

/// True for an smtpd that takes mail back: on loopback, and not the first.
fn is_way_back(site: &Site, one: &Entrance<'_>) -> bool {
    one.service.kind == "inet" && one.service.name.contains(':') && one.is_local(site)
}

/// A filter that hands mail back by sendmail(1).
fn by_pipe(site: &Site, filter: &Filter<'_>, entrances: &[Entrance<'_>], at: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for pickup in entrances
        .iter()
        .filter(|one| one.service.program == "pickup")
    {
        if !site.get(pickup.service, "content_filter").is_empty() {
            let what = "the content filter hands mail back by sendmail(1), which is sent to the \
                        content filter again: a loop";
            let write =
                "master.cf: content_filter on the smtpd lines alone, by -o content_filter=...";
            findings.push(Doubt.at(at, what, write));
        } else if pickup.is_seen(site, filter) {
            let what = "the content filter hands mail back by sendmail(1), where it is scanned a second \
                        time and counts as ours";
            let write = "master.cf: pickup with -o receive_override_options=no_milters, or a content \
                         filter by SMTP";
            findings.push(Doubt.at(at, what, write));
        }
    }
    findings
}

/// A signer that stands where the mail comes in first, but not where it leaves.
fn unsigned(first: &Entrance<'_>, back: &Entrance<'_>) -> Option<Finding> {
    let signs = |one: &Entrance<'_>| {
        one.milters
            .iter()
            .any(super::super::milters::Milter::is_signer)
    };
    (signs(first) && !signs(back)).then(|| {
        let what =
            "DKIM is signed before the content filter, which may break it; sign on the way back";
        Note.at(
            back.service.id(),
            what,
            "-o smtpd_milters= with the signer alone",
        )
    })
}
