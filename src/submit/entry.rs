// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the `submit` key of the configuration into an entry of the MTA.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::units::Parsed;

/// Where and how we hand messages to the MTA: `smtp:127.0.0.1:10026`, or
/// `{ to: smtps:mx.example.ch:465, login: /path, ca: /path }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// How the conversation is protected.
    pub scheme: Scheme,
    /// A name or an address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// A file with user and password, a line each; read anew for each connection.
    pub login: Option<PathBuf>,
    /// A PEM file with the authorities that may vouch for the MTA, in place of the system's.
    pub ca: Option<PathBuf>,
    /// How long each step may take.
    pub limits: Limits,
}

/// How the conversation is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `smtp:` in clear, which no host but our own may be.
    Smtp,
    /// `starttls:` TLS that the MTA must offer (RFC 3207).
    StartTls,
    /// `smtps:` TLS from the first byte (RFC 8314, 3.3).
    Smtps,
}

/// How long each step may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// Until a command is answered.
    pub command: Duration,
    /// Until a stretch of the message is taken.
    pub block: Duration,
    /// Until the whole message is answered.
    pub end: Duration,
}

impl Default for Limits {
    /// Those of RFC 5321, 4.5.3.2, but for the connection: the host is our own or a neighbour.
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        Self {
            connect: Duration::from_secs(30),
            command: minutes(5),
            block: minutes(3),
            end: minutes(10),
        }
    }
}

impl FromStr for Entry {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{text}\" is no entry of an MTA; write smtp:127.0.0.1:10026, or starttls: or smtps:"
            )
        };
        let (scheme, rest) = text.split_once(':').ok_or_else(wrong)?;
        let scheme = match scheme {
            "smtp" => Scheme::Smtp,
            "starttls" => Scheme::StartTls,
            "smtps" => Scheme::Smtps,
            _ => return Err(wrong()),
        };
        let (host, port) = rest.rsplit_once(':').ok_or_else(wrong)?;
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        let is_name = !host.is_empty()
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
        let is_v6 = bare.is_some_and(|h| h.parse::<std::net::Ipv6Addr>().is_ok());
        let port = port.parse().ok().filter(|port| *port > 0);
        let (Some(port), true) = (port, is_name || is_v6) else {
            return Err(wrong());
        };
        if scheme == Scheme::Smtp && !is_loopback(host) {
            return Err(format!(
                "\"{text}\" would send held mail in clear over the network; write starttls:{rest} or smtps:{rest}"
            ));
        }
        Ok(Self {
            scheme,
            host: host.to_owned(),
            port,
            login: None,
            ca: None,
            limits: Limits::default(),
        })
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Smtp => "smtp",
            Scheme::StartTls => "starttls",
            Scheme::Smtps => "smtps",
        };
        write!(f, "{scheme}:{}", self.place())
    }
}

impl Entry {
    /// `host:port`, an IPv6 address in brackets.
    pub fn place(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// True where the MTA is on this machine and reached without its network.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// Reads the entry as a word, or as a section.
struct Written;

/// The section.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    to: Parsed<Entry>,
    login: Option<PathBuf>,
    ca: Option<PathBuf>,
}

impl<'de> Visitor<'de> for Written {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry of the MTA, such as smtp:127.0.0.1:10026")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Entry, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
        let section = Section::deserialize(MapAccessDeserializer::new(map))?;
        let Parsed(entry) = section.to;
        Ok(Entry {
            login: section.login,
            ca: section.ca,
            ..entry
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_written_as_they_are_read() {
        for text in [
            "smtp:127.0.0.1:10026",
            "smtp:localhost:25",
            "smtp:[::1]:10026",
            "starttls:mx.example.ch:587",
            "smtps:192.0.2.1:465",
        ] {
            assert_eq!(text.parse::<Entry>().unwrap().to_string(), text);
        }
        for (wrong, remedy) in [
            ("127.0.0.1:10026", "write smtp:"),
            ("inet:127.0.0.1:10026", "write smtp:"),
            ("smtp:127.0.0.1", "write smtp:"),
            ("smtp:127.0.0.1:0", "write smtp:"),
            ("smtp::25", "write smtp:"),
            ("smtp:mx.example.ch:25", "write starttls:mx.example.ch:25"),
            ("smtp:192.0.2.1:25", "in clear"),
        ] {
            let error = wrong.parse::<Entry>().unwrap_err();
            assert!(error.contains(remedy), "{error}");
        }
    }

    #[test]
    fn a_section_has_login_and_authorities() {
        let text = r#"{ "to": "smtps:mx.example.ch:465", "login": "/etc/l", "ca": "/etc/c" }"#;
        let entry: Entry = serde_json::from_str(text).unwrap();
        assert_eq!(entry.login, Some("/etc/l".into()));
        assert_eq!(entry.ca, Some("/etc/c".into()));
        let error = serde_json::from_str::<Entry>(r#"{ "to": "smtp:[::1]:1", "pass": 1 }"#);
        assert!(error.unwrap_err().to_string().contains("expected one of"));
    }
}
