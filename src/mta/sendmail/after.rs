// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds what Sendmail does with a mail after the filter has decided.

use std::net::IpAddr;
use std::path::Path;

use super::read::Site;
use crate::act::relay::Profile;
use crate::mta::filter::Filter;
use crate::mta::finding::{Finding, Severity};
use crate::mta::source::{self, INSTEAD};
use Severity::{Doubt, Hole, Note};

/// Rule: no address of ours expands to one that is not.
pub fn aliases(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let files = site.options("AliasFile").flat_map(|list| list.split(','));
    for file in files.map(str::trim).filter(|file| !file.is_empty()) {
        let path = file.rsplit(':').next().unwrap_or(file);
        let entries = source::entries(Path::new(path)).unwrap_or_default();
        findings.extend(source::unread(&entries).map(|what| Note.at(path, what, "")));
        findings.extend(source::outside(&entries, filter).map(|what| Hole.at(path, what, INSTEAD)));
    }
    let entries = site.table("virtuser").unwrap_or_default();
    findings.extend(source::outside(&entries, filter).map(|what| {
        let what = format!("virtusertable: {what}");
        Hole.at(site.shown(), what, INSTEAD)
    }));
    findings
}

/// Rule: our people cannot forward their mail by themselves.
pub fn forwards(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let path = site.options("ForwardPath").next().unwrap_or_default();
    if path.is_empty() {
        return Vec::new();
    }
    let what = "users with a mailbox here can forward their mail to anywhere by a .forward, after the filter \
                has decided for a colleague";
    vec![Note.at(site.shown(), what, "define(`confFORWARD_PATH', `')")]
}

/// Rule: nobody outside gets what was for unknown users of ours.
pub fn copies(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let users = site.starting("DL").filter(|user| {
        let target = user.rsplit(':').next().unwrap_or(user);
        target.contains('@') && source::is_foreign(target, filter)
    });
    users
        .map(|user| {
            let what =
                format!("LUSER_RELAY sends mail to {user}, which is not ours, without a decision");
            Hole.at(site.shown(), what, "take define(`LUSER_RELAY', ...) out")
        })
        .collect()
}

/// Rule: bounces carry no content.
pub fn bounces(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let mut options = site.options("PrivacyOptions");
    if options.any(|list| list.split([',', ' ']).any(|word| word == "nobodyreturn")) {
        return Vec::new();
    }
    let what = "PrivacyOptions has no nobodyreturn: bounces carry the mail and pass no filter";
    vec![Note.at(
        site.shown(),
        what,
        "define(`confPRIVACY_FLAGS', `authwarnings,nobodyreturn')",
    )]
}

/// The relays with their suffix and what mailertable says about it.
fn suffixes<'a>(filter: &Filter<'a>) -> Vec<(&'a str, &'a str)> {
    let relays = filter.relays.iter();
    let suffix = |profile: &&'a Profile| {
        let profile: &'a Profile = profile;
        profile.route.as_ref()?;
        let suffix = profile.recipient.as_ref()?.suffix.as_str();
        Some((profile.id.as_str(), suffix))
    };
    relays.filter_map(suffix).collect()
}

fn mailer_of(site: &Site, suffix: &str) -> Option<String> {
    let table = site.table("mailertable")?;
    let (_, targets) = table
        .into_iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(suffix))?;
    targets.into_iter().next()
}

/// Rule: a relay's suffix has a mailer.
pub fn routes(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, suffix) in suffixes(filter) {
        match mailer_of(site, suffix) {
            None => {
                let what = format!(
                    "mailertable has no {suffix}, so mail for the relay {id} goes like all other, without \
                     proof of who takes it"
                );
                findings.push(Hole.at(
                    site.shown(),
                    what,
                    format!("mailertable: {suffix} relay:[NEXT HOP]"),
                ));
            }
            Some(target) if target.starts_with("dsmtp:") => {
                let what =
                    format!("{suffix} goes by dsmtp, which waits until somebody asks for the mail");
                let write = target.replacen("dsmtp:", "relay:", 1);
                findings.push(Doubt.at(
                    site.shown(),
                    what,
                    format!("mailertable: {suffix} {write}"),
                ));
            }
            Some(_) => (),
        }
    }
    findings
}

/// Rule: the relay proves its name, and we ours.
pub fn proofs(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let access = site.table("access").unwrap_or_default();
    for profile in filter.relays {
        let (Some(route), Some(recipient)) = (&profile.route, &profile.recipient) else {
            continue;
        };
        let Some(mailer) = mailer_of(site, &recipient.suffix) else {
            continue;
        };
        let host = host_of(&mailer);
        let names = [host, recipient.suffix.trim_start_matches('.')];
        // `TLS_Srv:host VERIFY:128`, cut at its first colon.
        let verifies = |(key, rest): &(String, Vec<String>)| {
            let is_tls = ["TLS_Srv", "TLS_Rcpt"].contains(&key.as_str());
            let name = rest.first().map(String::as_str).unwrap_or_default();
            let demand = rest.get(1).map(String::as_str).unwrap_or_default();
            is_tls && names.contains(&name) && demand.contains("VERIFY")
        };
        let id = &profile.id;
        if !access.iter().any(verifies) {
            let what = format!(
                "nothing in access demands verified TLS to the relay {id}, so its mail may leave in clear"
            );
            findings.push(Hole.at(
                site.shown(),
                what,
                format!("access: TLS_Srv:{host} VERIFY:128"),
            ));
        }
        let certificate = site.options("ClientCertFile").next().unwrap_or_default();
        if route.client_certificate && certificate.is_empty() {
            let what = format!("the relay {id} asks for a certificate of ours and there is none");
            findings.push(Doubt.at(
                site.shown(),
                what,
                "define(`confCLIENT_CERT', `...') and confCLIENT_KEY",
            ));
        }
    }
    findings
}

/// The host behind the mailer of a relay's suffix: `relay:[im.post.ch]`.
fn host_of(mailer: &str) -> &str {
    let host = mailer.split_once(':').map_or("", |(_, host)| host);
    host.trim_matches(['[', ']'])
}

/// Rule: the relay is called by its name: addresses change, and no certificate names them.
pub fn hops(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, suffix) in suffixes(filter) {
        let mailer = mailer_of(site, suffix).unwrap_or_default();
        let host = host_of(&mailer);
        let host = host.strip_prefix("IPv6:").unwrap_or(host);
        if host.parse::<IpAddr>().is_ok() {
            let what = format!(
                "mail for the relay {id} goes to the fixed address {host}: it breaks when the relay moves, and \
                 no certificate names it"
            );
            let write = format!("mailertable: {suffix} relay:[NEXT HOP]");
            findings.push(Doubt.at(site.shown(), what, write));
        }
    }
    findings
}

/// Rule: mail for the relay goes to nobody else when the relay is away.
pub fn fallbacks(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for option in ["FallbackMXhost", "FallbackSmartHost"] {
        let hosts = site.options(option).filter(|host| !host.is_empty());
        for (host, (id, _)) in
            hosts.flat_map(|host| suffixes(filter).into_iter().map(move |one| (host, one)))
        {
            let what = format!(
                "when the relay {id} is away, its mail may go to {host} instead ({option})"
            );
            findings.push(Doubt.at(site.shown(), what, format!("take {option} out")));
        }
    }
    findings
}
