// SPDX-License-Identifier: GPL-3.0-or-later
//! Compares what an MTA grants with what the filter takes: bytes, time, networks.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::filter::{Filter, is_loopback};
use super::finding::{Finding, Severity};
use crate::decide::ours::Network;
use crate::units::Endpoint;
use Severity::{Hole, Note};

/// The MTA waits longer than the filter may think: between the two the mail travels.
pub const MARGIN: Duration = Duration::from_secs(10);

/// A step shorter than this is too short for a busy machine.
pub const STEP: Duration = Duration::from_secs(5);

/// A time as both MTAs write it: `300s`, `5m`, `1h`, `300` (seconds).
pub fn span(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match text.get(digits.len()..)? {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    let seconds = digits.parse::<u64>().ok()?.checked_mul(factor)?;
    Some(Duration::from_secs(seconds))
}

/// What to say of an MTA that takes larger mail than the filter reads. A limit of 0 is none.
pub fn too_large(mta: &str, limit: u64, filter: &Filter<'_>) -> Option<String> {
    let own = filter.message;
    let takes = match limit {
        0 => "mail of any size".into(),
        limit if limit > own => format!("mail of {limit} bytes"),
        _ => return None,
    };
    Some(format!(
        "{mta} takes {takes}, the filter reads {own} (milter.limits.message); what is larger counts as \
         over-budget"
    ))
}

/// Rule: mail does not travel to the filter in clear.
pub fn in_clear<S>(_: &S, filter: &Filter<'_>) -> Vec<Finding> {
    match filter.listen {
        Endpoint::Inet { host, .. } if !is_loopback(host) => {
            let what = format!(
                "the filter listens at {}: mail crosses the network in clear, and whoever reaches the \
                 port can ask it",
                filter.listen
            );
            let write = "listen: inet:127.0.0.1:8894, or a unix socket";
            vec![Note.at("pii-milter.yaml", what, write)]
        }
        _ => Vec::new(),
    }
}

/// A list of those who may send because of their address.
pub struct Senders<'a> {
    /// The MTA.
    pub mta: &'a str,
    /// What the list is called there.
    pub list: &'a str,
    /// Where it is written.
    pub place: &'a str,
    /// How bad it is that one of them is not ours.
    pub severity: Severity,
}

impl Senders<'_> {
    /// What to say of those who are not ours. Each item stands with the network that it means, where that
    /// can be read.
    pub fn unlike_ours(
        &self,
        items: Vec<(String, Option<IpNet>)>,
        filter: &Filter<'_>,
    ) -> Vec<Finding> {
        let Self {
            mta, list, place, ..
        } = self;
        let mut findings = Vec::new();
        let (mut foreign, mut unseen) = (Vec::new(), Vec::new());
        for (item, net) in items {
            match net {
                Some(net) if net.prefix_len() == 0 => {
                    let what =
                        format!("{list} holds {item}: the whole internet may send through you");
                    let write = format!("{list} = 127.0.0.0/8 and your own networks");
                    findings.push(Hole.at(*place, what, write));
                }
                Some(net) if !is_ours(net, filter) => foreign.push(item),
                Some(_) => (),
                None => unseen.push(item),
            }
        }
        let (foreign, unseen) = (foreign.join(", "), unseen.join(", "));
        if !foreign.is_empty() {
            let what = format!(
                "{foreign} may send through {mta} but is not in ours.networks, so its mail counts as inbound \
                 and passes by the rows for outbound"
            );
            let add = format!("ours.networks of the filter: add {foreign}");
            findings.push(self.severity.at(*place, what, add));
        }
        if !unseen.is_empty() {
            let what = format!(
                "{list} names {unseen}, which is not read here; see that ours.networks has the same networks"
            );
            findings.push(Note.at(*place, what, ""));
        }
        findings
    }
}

fn is_ours(net: IpNet, filter: &Filter<'_>) -> bool {
    let contains = |wide: &IpNet| wide.contains(&net);
    filter.ours.networks().any(|own| match own {
        Network::Net(own) => contains(own),
        Network::Loopback => [
            Ipv4Net::new(Ipv4Addr::new(127, 0, 0, 0), 8)
                .ok()
                .map(IpNet::V4),
            Ipv6Net::new(Ipv6Addr::LOCALHOST, 128).ok().map(IpNet::V6),
        ]
        .iter()
        .flatten()
        .any(contains),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_both() {
        assert_eq!(span("5m"), Some(Duration::from_secs(300)));
        assert_eq!(span("300"), Some(Duration::from_secs(300)));
        for wrong in [
            "",
            "s",
            "5x",
            "$a",
            "99999999999999999999s",
            "18446744073709551615w",
        ] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
    }
}
