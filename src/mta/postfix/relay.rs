// SPDX-License-Identifier: GPL-3.0-or-later
//! Follows mail with a relay's suffix out of Postfix: its transport, its TLS, its next hop.

use std::net::IpAddr;

use super::after;
use super::read::{Service, Site};
use super::table::{self, Answer};
use crate::act::relay::{Profile, Route, Tls};
use crate::mta::filter::Filter;
use crate::mta::finding::{Finding, Severity};
use Severity::{Doubt, Hole, Note};

/// How the lines are printed that a relay needs.
const RENDER: &str = "see pii-milter relays render postfix";

/// A relay's mail on its way out.
struct Way<'a> {
    profile: &'a Profile,
    route: &'a Route,
    /// The service of master.cf that sends it.
    service: &'a Service,
    /// `[im.post.ch]:25`; empty for the MX records of the recipient's domain.
    hop: String,
}

/// What transport_maps say about a relay's suffix.
fn transport(site: &Site, suffix: &str) -> Answer {
    let domain = format!("kunde.example{suffix}");
    let address = format!("anna.muster@{domain}");
    let mut keys = vec![address.as_str(), domain.as_str()];
    let dots = domain.match_indices('.').map(|(at, _)| at);
    keys.extend(dots.filter_map(|at| domain.get(at..)));
    keys.push("*");
    table::look_up(site, site.main("transport_maps"), &keys)
}

fn suffix_and_route(profile: &Profile) -> Option<(&str, &Route)> {
    let suffix = profile.recipient.as_ref()?.suffix.as_str();
    Some((suffix, profile.route.as_ref()?))
}

/// The relays whose way is known.
fn ways<'a>(site: &'a Site, filter: &Filter<'a>) -> Vec<Way<'a>> {
    let profiles = filter.relays.iter();
    let way = |profile: &&'a Profile| {
        let profile: &'a Profile = profile;
        let (suffix, route) = suffix_and_route(profile)?;
        let Answer::Found(found) = transport(site, suffix) else {
            return None;
        };
        let (name, hop) = found.split_once(':').unwrap_or((&found, ""));
        let name = if name.is_empty() { "smtp" } else { name };
        Some(Way {
            profile,
            route,
            service: site.named(name)?,
            hop: hop.to_owned(),
        })
    };
    profiles.filter_map(way).collect()
}

/// Rule: a relay's suffix has a transport, and master.cf has that transport.
pub fn routes(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for profile in filter.relays {
        let Some((suffix, route)) = suffix_and_route(profile) else {
            continue;
        };
        let id = &profile.id;
        match transport(site, suffix) {
            Answer::Nothing => {
                let what = format!(
                    "no table of transport_maps has {suffix}, so mail for the relay {id} goes like \
                     all other"
                );
                findings.push(match site.main("relayhost") {
                    "" => {
                        let what = format!("{what}, without proof of who takes it");
                        Hole.at("main.cf", what, RENDER)
                    }
                    host => {
                        let what =
                            format!("{what}: {host} must know the way, and be proven itself");
                        Doubt.at("main.cf", what, RENDER)
                    }
                });
            }
            Answer::Unseen(table) => {
                let what =
                    format!("whether {table} sends {suffix} to the relay {id} cannot be seen here");
                findings.push(Note.at("main.cf", what, ""));
            }
            Answer::Found(found) => {
                let name = found.split(':').next().unwrap_or_default();
                if !name.is_empty() && site.named(name).is_none() {
                    let what = format!(
                        "transport_maps sends {suffix} by \"{name}\", which master.cf does not have, so mail \
                         for the relay {id} stays in the queue"
                    );
                    findings.push(Doubt.at(
                        "master.cf",
                        what,
                        format!("{name} unix - - n - - smtp; {RENDER}"),
                    ));
                }
                let expected = route.next_hop.as_str();
                let hop = found.split_once(':').map_or("", |(_, hop)| hop);
                if expected != "mx" && !same_hop(hop, expected) {
                    let what = format!(
                        "mail for the relay {id} goes to \"{hop}\"; its profile says {expected}"
                    );
                    findings.push(Note.at("main.cf", what, ""));
                }
            }
        }
    }
    findings
}

/// `[a]`, `[a]:25` and `[a]:smtp` are the same.
fn same_hop(one: &str, other: &str) -> bool {
    let bare = |hop: &str| {
        let hop = hop.to_ascii_lowercase();
        hop.trim_end_matches(":25")
            .trim_end_matches(":smtp")
            .to_owned()
    };
    bare(one) == bare(other)
}

/// Rule: TLS to the relay is mandatory, the relay proves its name, and we ours.
pub fn proofs(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for way in ways(site, filter) {
        let get = |name: &str| site.get(way.service, name);
        let at = way.service.id();
        let id = &way.profile.id;
        let level = match table::look_up(site, get("smtp_tls_policy_maps"), &policy_keys(&way)) {
            Answer::Found(policy) => policy
                .split([' ', '\t'])
                .next()
                .unwrap_or_default()
                .to_owned(),
            _ => get("smtp_tls_security_level").to_owned(),
        };
        let write = format!("-o smtp_tls_security_level={}", way.route.tls.as_str());
        match level.as_str() {
            "secure" | "verify" | "fingerprint" | "dane-only" => {
                let names = ["smtp_tls_CAfile", "smtp_tls_CApath"];
                if ["secure", "verify"].contains(&level.as_str())
                    && names.iter().all(|name| get(name).is_empty())
                {
                    let what = format!(
                        "nobody is named who may sign the relay's certificate, so mail for {id} stays in the \
                         queue"
                    );
                    let write = "-o smtp_tls_CAfile=/etc/ssl/certs/ca-certificates.crt";
                    findings.push(Doubt.at(&at, what, write));
                }
            }
            "encrypt" | "dane" if way.route.tls == Tls::Secure => {
                let what =
                    format!("TLS to the relay {id} is \"{level}\": whoever answers gets the mail");
                findings.push(Hole.at(&at, what, write));
            }
            "encrypt" => (),
            _ => {
                let level = if level.is_empty() { "none" } else { &level };
                let what =
                    format!("TLS to the relay {id} is \"{level}\", so its mail may leave in clear");
                findings.push(Hole.at(&at, what, write));
            }
        }
        let names = ["smtp_tls_chain_files", "smtp_tls_cert_file"];
        if way.route.client_certificate && names.iter().all(|name| get(name).is_empty()) {
            let what = format!(
                "the relay {id} asks for a certificate of ours and there is none; it then hangs up, which \
                 looks like a network fault"
            );
            findings.push(Doubt.at(&at, what, "-o smtp_tls_chain_files=KEY.pem,CERTIFICATE.pem"));
        }
    }
    findings
}

/// The keys of smtp_tls_policy_maps, in the order in which Postfix asks.
fn policy_keys<'a>(way: &'a Way<'_>) -> Vec<&'a str> {
    let mut keys = vec![way.hop.as_str()];
    if let Some((host, port)) = way.hop.rsplit_once(':')
        && port.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        keys.push(host);
    }
    keys.retain(|key| !key.is_empty());
    keys
}

/// Rule: the relay is called by its name: addresses change, and no certificate names them.
pub fn hops(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let ways = ways(site, filter).into_iter();
    let fixed = ways.filter_map(|way| {
        let host = way.hop.trim_start_matches('[').split(']').next()?;
        let host = host.strip_prefix("IPv6:").unwrap_or(host);
        host.parse::<IpAddr>().ok()?;
        let what = format!(
            "mail for the relay {} goes to the fixed address {}: it breaks when the relay moves, and no \
             certificate names it",
            way.profile.id, way.hop
        );
        Some(Doubt.at("main.cf", what, format!("transport_maps: {}", way.route.next_hop)))
    });
    fixed.collect()
}

/// Rule: mail for the relay goes to nobody else when the relay is away.
pub fn fallbacks(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for way in ways(site, filter) {
        let fallback = site.get(way.service, "smtp_fallback_relay");
        if !fallback.is_empty() {
            let what = format!(
                "when the relay {} is away, its mail goes to {fallback} instead",
                way.profile.id
            );
            findings.push(Doubt.at(way.service.id(), what, "-o smtp_fallback_relay="));
        }
    }
    findings
}

/// Rule: our header fields stay inside.
pub fn border(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let field = "X-PII-Milter: mail.example.ch; level=public";
    let Some(smtp) = site
        .running(&["smtp"])
        .find(|service| service.name == "smtp")
    else {
        return Vec::new();
    };
    if after::has(site, site.get(smtp, "smtp_header_checks"), field) {
        return Vec::new();
    }
    let what =
        "our X-PII-* fields leave with mail to the outside: no smtp_header_checks takes them off";
    vec![Note.at("main.cf", what, RENDER)]
}
