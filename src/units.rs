// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns words of the configuration into sizes, spans of time and addresses to listen on.

use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A number of bytes, above zero: `512`, `64K`, `50M`, `2G` (powers of 1024).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// A span of time, above zero: `60s`, `5m`, `2h`, `30d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// Where to listen: `unix:/path`, or `inet:host:port` with an IPv6 address in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A socket in the file system; the path is absolute.
    Unix(PathBuf),
    /// A TCP port.
    Inet {
        /// A name or an address, without brackets.
        host: String,
        /// The port; 0 lets the system choose.
        port: u16,
    },
}

/// A value written as a word with a grammar of its own, so that its errors keep line and column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Parsed<T>(pub T);

impl FromStr for Size {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("", 1)];
        let bytes = scaled(text, &units);
        bytes.map(Self).ok_or_else(|| {
            format!("\"{text}\" is no size; write a whole number and K, M or G, such as 50M")
        })
    }
}

impl FromStr for Span {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
        let seconds = scaled(text, &units);
        seconds.map(|n| Self(Duration::from_secs(n))).ok_or_else(|| {
            format!(
                "\"{text}\" is no span of time; write a whole number and s, m, h or d, such as 60s"
            )
        })
    }
}

impl FromStr for Endpoint {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{text}\" is no address to listen on; write unix:/path/to/socket or inet:127.0.0.1:8894"
            )
        };
        if let Some(path) = text.strip_prefix("unix:") {
            let path = PathBuf::from(path);
            return if path.is_absolute() && path.file_name().is_some() {
                Ok(Self::Unix(path))
            } else {
                Err(wrong())
            };
        }
        let rest = text.strip_prefix("inet:").ok_or_else(wrong)?;
        let (host, port) = rest.rsplit_once(':').ok_or_else(wrong)?;
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        let sound = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let sound = !host.is_empty()
            && (host.chars().all(sound)
                || bare.is_some_and(|h| h.parse::<std::net::Ipv6Addr>().is_ok()));
        match port.parse() {
            Ok(port) if sound => Ok(Self::Inet {
                host: host.to_owned(),
                port,
            }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(30, "G"), (20, "M"), (10, "K")];
        let whole = units
            .iter()
            .find(|(bits, _)| self.0.is_multiple_of(1 << bits));
        match whole {
            Some((bits, unit)) => write!(f, "{}{unit}", self.0 >> bits),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Inet { host, port } if host.contains(':') => write!(f, "inet:[{host}]:{port}"),
            Self::Inet { host, port } => write!(f, "inet:{host}:{port}"),
        }
    }
}

/// A whole number above zero with one of the units behind it.
fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number
        .parse::<u64>()
        .ok()?
        .checked_mul(*factor)
        .filter(|sum| *sum > 0)
}

impl<'de, T: FromStr<Err = String>> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Words(PhantomData)).map(Self)
    }
}

/// Parses what is written, a plain number included.
struct Words<T>(PhantomData<T>);

impl<T: FromStr<Err = String>> Visitor<'_> for Words<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_bool<E: Error>(self, word: bool) -> Result<T, E> {
        self.visit_str(&word.to_string())
    }
}

/// Reads a word through its `FromStr`.
macro_rules! deserialize_by_word {
    ($($name:ty),*) => { $(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Parsed::deserialize(deserializer).map(|Parsed(value)| value)
            }
        }
    )* };
}

deserialize_by_word!(Size, Span, Endpoint);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_spans() {
        assert_eq!("50M".parse(), Ok(Size(50 << 20)));
        assert_eq!("7".parse(), Ok(Size(7)));
        for text in ["50M", "7", "2G", "1025", "3K"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
        for wrong in ["", "0", "M", "50 M", "50MB", "-1M", "1.5G", "99999999999G"] {
            let error = wrong.parse::<Size>().unwrap_err();
            assert!(error.ends_with("such as 50M"), "{error}");
        }
        assert_eq!("5m".parse(), Ok(Span(Duration::from_secs(300))));
        for wrong in ["", "60", "0s", "60 s", "5min", "1M"] {
            let error = wrong.parse::<Span>().unwrap_err();
            assert!(error.ends_with("such as 60s"), "{error}");
        }
    }

    #[test]
    fn endpoints_are_written_as_they_are_read() {
        for text in [
            "unix:/run/x.sock",
            "inet:127.0.0.1:8894",
            "inet:[::1]:8894",
            "inet:localhost:0",
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "127.0.0.1:8894",
            "unix:relative",
            "unix:/",
            "inet:8894",
            "inet::8894",
            "inet:8894@localhost",
            "inet:localhost:99999",
            "inet:::1:8894",
            "local:/run/x",
        ] {
            let error = wrong.parse::<Endpoint>().unwrap_err();
            assert!(error.contains("write unix:/path"), "{error}");
        }
    }

    #[test]
    fn a_number_is_a_word_too() {
        let size: Size = serde_json::from_str("512").unwrap();
        assert_eq!(size, Size(512));
        assert!(serde_json::from_str::<Span>("60").is_err());
    }
}
