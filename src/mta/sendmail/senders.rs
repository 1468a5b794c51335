// SPDX-License-Identifier: GPL-3.0-or-later
//! Compares whom Sendmail lets send with whom the filter counts as ours.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::read::Site;
use crate::mta::filter::Filter;
use crate::mta::finding::{Finding, Severity};
use crate::mta::limits::Senders;
use crate::mta::source;
use Severity::{Doubt, Hole};

/// The right to send to strangers, in the access map.
const RELAY: &str = "RELAY";

/// Rule: who may send by his address is ours: access map and relay-domains (class R).
pub fn networks(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let access = site.table("access").unwrap_or_default();
    // `Connect:192.0.2 RELAY`, cut at its first colon; `192.0.2 RELAY` without a tag.
    let of_access = access
        .iter()
        .filter_map(|(key, rest)| match rest.as_slice() {
            [item, right] if key.eq_ignore_ascii_case("Connect") && right == RELAY => {
                Some(item.clone())
            }
            [item, right] if key.eq_ignore_ascii_case("IPv6") && right == RELAY => {
                Some(format!("IPv6:{item}"))
            }
            // A name without a tag is above all one to send to.
            [right] if right == RELAY && network(key).is_some() => Some(key.clone()),
            _ => None,
        });
    let mut findings = judged(site, "access", of_access, filter);

    let files = site.starting("FR").filter_map(|line| {
        let mut words = line.split_whitespace();
        words.find(|word| word.starts_with('/'))
    });
    let texts: Vec<String> = files
        .filter_map(|file| source::text(Path::new(file)))
        .collect();
    let named = site.starting("CR").flat_map(str::split_whitespace);
    let lines = texts.iter().flat_map(|text| text.lines());
    let lines = lines.map(|line| line.split('#').next().unwrap_or_default().trim());
    let of_class = named.chain(lines).filter(|line| !line.is_empty());
    findings.extend(judged(
        site,
        "relay-domains",
        of_class.map(str::to_owned),
        filter,
    ));
    findings
}

fn judged(
    site: &Site,
    list: &str,
    items: impl Iterator<Item = String>,
    filter: &Filter<'_>,
) -> Vec<Finding> {
    let place = site.shown();
    let senders = Senders {
        mta: "Sendmail",
        list,
        place: &place,
        severity: Hole,
    };
    // Names of this machine, and of our own domains: whoever has one is inside.
    let is_known = |item: &String| item == "localhost" || !source::is_foreign(item, filter);
    let items = items.filter(|item| network(item).is_some() || !is_known(item));
    let items = items.map(|item| (item.clone(), network(&item)));
    senders.unlike_ours(items.collect(), filter)
}

/// `192.0.2` and `192.0.2.7`, `IPv6:2001:db8` and `IPv6:2001:db8::1`; a part stands for all below it.
fn network(item: &str) -> Option<IpNet> {
    if let Some(six) = item.strip_prefix("IPv6:") {
        if let Ok(address) = six.parse::<Ipv6Addr>() {
            return Some(IpNet::from(IpAddr::V6(address)));
        }
        let groups = u8::try_from(six.split(':').count()).ok()?;
        let first = format!("{six}::").parse().ok()?;
        return Ipv6Net::new(first, groups.checked_mul(16)?)
            .ok()
            .map(IpNet::V6);
    }
    let octets: Vec<u8> = item
        .split('.')
        .map(|octet| octet.parse().ok())
        .collect::<Option<_>>()?;
    let mut whole = [0; 4];
    for (to, from) in whole.iter_mut().zip(&octets) {
        *to = *from;
    }
    let prefix = u8::try_from(octets.len()).ok()?.checked_mul(8)?;
    Ipv4Net::new(Ipv4Addr::from(whole), prefix)
        .ok()
        .map(IpNet::V4)
}

/// The ways to log in that are offered to everybody.
fn mechanisms(site: &Site) -> Vec<&str> {
    let classes = site.starting("C{TrustAuthMech}");
    classes.flat_map(str::split_whitespace).collect()
}

/// Rule: who may send by his login is ours.
pub fn logins(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    if filter.ours.has_login() || mechanisms(site).is_empty() {
        return Vec::new();
    }
    let what = "who logs in may send through Sendmail, but ours.login is false, so his mail counts as \
                inbound and passes by the rows for outbound";
    vec![Hole.at(site.shown(), what, "ours.login of the filter: true")]
}

/// Rule: passwords are asked under TLS alone.
pub fn passwords_in_clear(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let in_clear = |name: &&str| ["PLAIN", "LOGIN"].contains(name);
    let mut options = site.options("AuthOptions");
    if !mechanisms(site).iter().any(in_clear) || options.any(|letters| letters.contains('p')) {
        return Vec::new();
    }
    let what = "a login is taken without TLS, so passwords and mail may cross the network in clear";
    vec![Doubt.at(site.shown(), what, "define(`confAUTH_OPTIONS', `A p y')")]
}

/// Rule: nobody may send by a TLS certificate alone: the filter does not count it.
pub fn certificates(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let access = site.table("access").unwrap_or_default();
    let tags = ["CERTIssuer", "CERTSubject"];
    let is_one = |(key, rest): &&(String, Vec<String>)| {
        tags.iter().any(|tag| key.eq_ignore_ascii_case(tag))
            && rest.iter().any(|word| word == RELAY)
    };
    let found = access.iter().find(is_one);
    let finding = found.map(|(tag, _)| {
        let what = format!(
            "{tag} in access lets clients send by their certificate, which the filter does not count as a \
             login; unless ours.networks has them, their mail counts as inbound"
        );
        Doubt.at(site.shown(), what, "ours.networks: add these clients")
    });
    finding.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_an_address_stands_for_all_below_it() {
        for (item, net) in [
            ("10", Some("10.0.0.0/8")),
            ("192.0.2", Some("192.0.2.0/24")),
            ("192.0.2.7", Some("192.0.2.7/32")),
            ("IPv6:2001:db8", Some("2001:db8::/32")),
            ("IPv6:2001:db8::1", Some("2001:db8::1/128")),
            ("192.0.2.7.9", None),
            ("192.0.256", None),
            ("example.ch", None),
            ("IPv6:x", None),
            ("", None),
        ] {
            let net = net.map(|net| net.parse().unwrap());
            assert_eq!(network(item), net, "{item}");
        }
    }
}
