// SPDX-License-Identifier: GPL-3.0-or-later
//! Compares whom Postfix lets send with whom the filter counts as ours.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::entrance::entrances;
use super::read::Site;
use crate::mta::filter::Filter;
use crate::mta::finding::{Finding, Severity};
use crate::mta::limits::Senders;
use crate::mta::milters::items;
use Severity::{Doubt, Hole, Note};

/// Where a client gets the right to send to strangers.
const RESTRICTIONS: [&str; 2] = ["smtpd_relay_restrictions", "smtpd_recipient_restrictions"];

/// Rule: who may send by his address is ours.
pub fn networks(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let mut findings = Vec::new();
    let lists = site.running(&["smtpd"]).filter(|service| {
        let words = RESTRICTIONS.map(|name| items(site.get(service, name)));
        words
            .iter()
            .flatten()
            .any(|word| word == "permit_mynetworks")
    });
    for service in lists {
        let place = service.place("mynetworks");
        if seen.insert(place.clone()) {
            let is_written = place != "main.cf" || site.is_written("mynetworks");
            let senders = Senders {
                mta: "Postfix",
                list: "mynetworks",
                place: &place,
                // Postfix's default is this machine's own addresses.
                severity: if is_written { Hole } else { Note },
            };
            let list = items(site.get(service, "mynetworks")).into_iter();
            let list = list.filter(|item| !item.starts_with('!'));
            let list = list.map(|item| (item.clone(), network(&item)));
            findings.extend(senders.unlike_ours(list.collect(), filter));
        }
    }
    findings
}

/// `192.0.2.0/24`, `[2001:db8::]/32`, one address; `[::ffff:127.0.0.0]/104` is 127.0.0.0/8.
fn network(item: &str) -> Option<IpNet> {
    let bare = item.replace(['[', ']'], "");
    let single = bare.parse::<IpAddr>().map(IpNet::from);
    let net = single.ok().or_else(|| bare.parse().ok())?.trunc();
    let mapped = match net {
        IpNet::V6(net) => net
            .addr()
            .to_ipv4_mapped()
            .zip(net.prefix_len().checked_sub(96)),
        IpNet::V4(_) => None,
    };
    let mapped = mapped.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok());
    Some(mapped.map_or(net, IpNet::V4))
}

/// Rule: who may send by his login is ours.
pub fn logins(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    if filter.ours.has_login() {
        return Vec::new();
    }
    let logins = site.running(&["smtpd"]).find(|service| {
        let mut lists = RESTRICTIONS
            .iter()
            .map(|name| items(site.get(service, name)));
        let permits = lists.any(|list| list.iter().any(|word| word == "permit_sasl_authenticated"));
        permits && site.get(service, "smtpd_sasl_auth_enable") == "yes"
    });
    let finding = logins.map(|service| {
        let what = "who logs in may send through Postfix, but ours.login is false, so his mail counts as \
                    inbound and passes by the rows for outbound";
        Hole.at(service.id(), what, "ours.login of the filter: true")
    });
    finding.into_iter().collect()
}

/// Rule: nobody may send by a TLS certificate alone: the filter does not count it.
pub fn certificates(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    const WORDS: [&str; 2] = ["permit_tls_clientcerts", "permit_tls_all_clientcerts"];
    let mut findings = Vec::new();
    for service in site.running(&["smtpd"]) {
        for parameter in RESTRICTIONS {
            let list = items(site.get(service, parameter));
            if let Some(word) = list.iter().find(|word| WORDS.contains(&word.as_str())) {
                let what = format!(
                    "{word} lets clients send by their certificate, which the filter does not count as a \
                     login; unless ours.networks has them, their mail counts as inbound"
                );
                findings.push(Doubt.at(
                    service.place(parameter),
                    what,
                    "ours.networks: add these clients",
                ));
            }
        }
    }
    findings.dedup();
    findings
}

/// Rule: passwords are asked under TLS alone.
pub fn passwords_in_clear(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let is = |service, name, value| site.get(service, name) == value;
    let clear = site.running(&["smtpd"]).filter(|service| {
        let service: &super::read::Service = service;
        is(service, "smtpd_sasl_auth_enable", "yes")
            && !is(service, "smtpd_tls_auth_only", "yes")
            && !is(service, "smtpd_tls_wrappermode", "yes")
            && !is(service, "smtpd_tls_security_level", "encrypt")
    });
    clear
        .map(|service| {
            let what = "a login is taken without TLS, so passwords and mail may cross the network in clear";
            Doubt.at(service.place("smtpd_sasl_auth_enable"), what, "smtpd_tls_auth_only = yes")
        })
        .collect()
}

/// Rule: the machine has a name that others can believe.
pub fn host_name(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let name = site.main("myhostname");
    let is_sound = name.contains('.') && !name.starts_with("localhost");
    if is_sound && !name.ends_with(".localdomain") || entrances(site).is_empty() {
        return Vec::new();
    }
    let what = format!(
        "this machine calls itself \"{name}\", which no relay believes and which stands in our header"
    );
    vec![Doubt.at(
        "main.cf",
        what,
        "myhostname = mail.example.ch, with your own name",
    )]
}
