// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what is ours: the networks and logins that prove a mail is outbound, and our domains.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::Deserialize;

use crate::message::{Address, Direction, Envelope, Pattern};
use crate::units::Parsed;

/// The `ours` section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ours {
    networks: Vec<Parsed<Network>>,
    login: bool,
    domains: Vec<Parsed<Domain>>,
}

/// One item of `ours.networks`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// `loopback`: 127.0.0.0/8 and ::1.
    Loopback,
    /// `192.0.2.0/24`, `2001:db8::/32`, or one address.
    Net(IpNet),
}

/// One item of `ours.domains`: `example.ch`, or `.example.ch` for all domains below.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Domain(Pattern);

impl Ours {
    /// Outbound where the client's network or login is ours; a sender address proves nothing.
    pub fn direction(&self, envelope: &Envelope) -> Direction {
        let has_login = envelope.login.as_ref().is_some_and(|name| !name.is_empty());
        let is_near = envelope.client.is_some_and(|client| {
            let mut networks = self.networks.iter();
            networks.any(|Parsed(network)| network.has(client))
        });
        if is_near || self.login && has_login {
            Direction::Outbound
        } else {
            Direction::Inbound
        }
    }

    /// True for an address in one of our domains.
    pub fn has(&self, address: &Address) -> bool {
        let mut domains = self.domains.iter();
        domains.any(|Parsed(Domain(pattern))| pattern.matches(address))
    }

    /// The networks as written.
    pub fn networks(&self) -> impl Iterator<Item = &Network> {
        self.networks.iter().map(|Parsed(network)| network)
    }

    /// The domains as written.
    pub fn domains(&self) -> impl Iterator<Item = &Pattern> {
        self.domains.iter().map(|Parsed(Domain(pattern))| pattern)
    }

    /// True where a login proves that a mail is outbound.
    pub fn has_login(&self) -> bool {
        self.login
    }
}

impl Network {
    /// True for the whole internet.
    pub fn is_everything(&self) -> bool {
        matches!(self, Self::Net(net) if net.prefix_len() == 0)
    }

    /// The first and the last address, and those just outside.
    pub(super) fn edges(&self) -> Vec<IpAddr> {
        let (first, last) = match self {
            Self::Loopback => (
                IpAddr::from([127, 0, 0, 0]),
                IpAddr::from([127, 255, 255, 255]),
            ),
            Self::Net(net) => (net.network(), net.broadcast()),
        };
        let next = |address: IpAddr, step: fn(u128, u128) -> u128| match address {
            IpAddr::V4(four) => {
                let moved = step(u32::from(four).into(), 1);
                u32::try_from(moved).map_or(address, |moved| IpAddr::V4(moved.into()))
            }
            IpAddr::V6(six) => IpAddr::V6(step(six.into(), 1).into()),
        };
        let before = next(first, u128::saturating_sub);
        vec![before, first, last, next(last, u128::saturating_add)]
    }

    /// True for an address in it.
    pub fn has(&self, client: IpAddr) -> bool {
        // An IPv4 client on a socket for both is written ::ffff:192.0.2.1 (RFC 4291, 2.5.5.2).
        let client = client.to_canonical();
        match self {
            Self::Loopback => client.is_loopback(),
            Self::Net(net) => net.contains(&client),
        }
    }
}

impl FromStr for Network {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "loopback" {
            return Ok(Self::Loopback);
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Net(address.into()));
        }
        let net: IpNet = text.parse().map_err(|_| {
            format!(
                "\"{text}\" is no network; write loopback, 192.0.2.0/24, 2001:db8::/32 or one address"
            )
        })?;
        if net.trunc() == net {
            Ok(Self::Net(net))
        } else {
            Err(format!(
                "\"{text}\" has bits set behind its prefix; write {} for the network, or {} for \
                 the one address",
                net.trunc(),
                net.addr()
            ))
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loopback => f.write_str("loopback"),
            Self::Net(net) => write!(f, "{net}"),
        }
    }
}

impl FromStr for Domain {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(pattern @ (Pattern::Domain(_) | Pattern::Below(_))) => Ok(Self(pattern)),
            _ => Err(format!(
                "\"{text}\" is no domain; write example.ch, or .example.ch for all domains below it"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(text: &str) -> Ours {
        crate::yaml::read(text).unwrap()
    }

    fn direction(ours: &Ours, client: &str, login: Option<&str>) -> Direction {
        ours.direction(&Envelope {
            client: client.parse().ok(),
            login: login.map(Into::into),
            sender: Address::new("<boss@example.ch>"),
            recipients: Vec::new(),
            received: "2026-11-25".parse().unwrap(),
            host: String::new(),
            id: String::new(),
        })
    }

    #[test]
    fn network_or_login_prove_and_nothing_else() {
        let ours = ours(
            "networks: [ loopback, 192.0.2.0/24, \"2001:db8::/32\", 198.51.100.7 ]\n\
             login: true\ndomains: [ example.ch ]",
        );
        for client in [
            "127.0.0.1",
            "127.9.9.9",
            "::1",
            "::ffff:127.0.0.1",
            "192.0.2.200",
            "::ffff:192.0.2.200",
            "2001:db8::5",
            "198.51.100.7",
        ] {
            assert_eq!(
                direction(&ours, client, None),
                Direction::Outbound,
                "{client}"
            );
        }
        for client in ["192.0.3.1", "2001:db9::1", "198.51.100.8", "none"] {
            assert_eq!(
                direction(&ours, client, None),
                Direction::Inbound,
                "{client}"
            );
            assert_eq!(direction(&ours, client, Some("")), Direction::Inbound);
            assert_eq!(direction(&ours, client, Some("anna")), Direction::Outbound);
        }
    }

    #[test]
    fn a_login_proves_only_where_the_admin_says_so() {
        let ours = ours("networks: []\nlogin: false\ndomains: []");
        assert_eq!(
            direction(&ours, "127.0.0.1", Some("anna")),
            Direction::Inbound
        );
    }

    #[test]
    fn domains_are_domains() {
        let ours = ours("networks: []\nlogin: true\ndomains: [ example.ch, .example.ch ]");
        assert!(
            ours.has(&Address::new("a@EXAMPLE.ch")) && ours.has(&Address::new("a@b.example.ch"))
        );
        assert!(!ours.has(&Address::new("a@badexample.ch")) && !ours.has(&Address::new("")));
        for wrong in ["*", "anna@example.ch", "", "*.example.ch"] {
            assert!(wrong.parse::<Domain>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn wrong_networks_say_what_to_write() {
        for (wrong, expected) in [
            ("localhost", "write loopback, 192.0.2.0/24"),
            ("192.0.2.0/33", "write loopback, 192.0.2.0/24"),
            (
                "192.0.2.7/24",
                "write 192.0.2.0/24 for the network, or 192.0.2.7",
            ),
            ("10.0.0", "is no network"),
        ] {
            let error = wrong.parse::<Network>().unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
