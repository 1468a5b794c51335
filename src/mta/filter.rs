// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what the filter knows of itself, and finds it in an MTA's list.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::finding::{Finding, Severity};
use crate::act::relay::Profile;
use crate::decide::Ours;
use crate::submit::Entry;
use crate::units::Endpoint;

/// What the filter knows of itself.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    /// Where it listens.
    pub listen: &'a Endpoint,
    /// Bytes of the largest mail it reads.
    pub message: u64,
    /// How long it may think.
    pub time: Duration,
    /// What is ours.
    pub ours: &'a Ours,
    /// The relay profiles that its channels use.
    pub relays: &'a [&'a Profile],
    /// Where it hands messages over.
    pub submit: Option<&'a Entry>,
    /// Whether it splits messages, so that copies leave while the MTA still decides.
    pub splits: bool,
}

/// What an address of an MTA's list leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To the filter.
    Here,
    /// It means the filter, but this path is where the MTA will look.
    Astray(PathBuf),
    /// To somebody else.
    Elsewhere,
}

impl Filter<'_> {
    /// That nothing listens where messages are handed over; nothing, where that is another machine's matter.
    pub(super) fn unheard(&self, at: &str, mta: &str) -> Option<Finding> {
        let submit = self.submit.filter(|submit| submit.is_loopback())?;
        let what = format!(
            "nothing of it listens at {submit} (submit): what a person lets go cannot leave, and waits in the outbox"
        );
        let write = format!("the entry that \"pii-milter relays render {mta}\" prints");
        Some(Severity::Doubt.at(at, what, write))
    }

    /// Where an address as Postfix writes it leads to. `queue` is the folder its services stand in,
    /// and the root of those that are in a chroot.
    pub(super) fn find(&self, address: &str, queue: &Path, in_chroot: bool) -> Leads {
        if let Some(rest) = address.strip_prefix("inet:") {
            return self.find_port(rest);
        }
        let (Endpoint::Unix(own), Some(path)) = (self.listen, address.strip_prefix("unix:")) else {
            return Leads::Elsewhere;
        };
        let path = Path::new(path);
        let inside = queue.join(path.strip_prefix("/").unwrap_or(path));
        let outside = queue.join(path);
        let looks = if in_chroot { &inside } else { &outside };
        if looks == own {
            Leads::Here
        } else if inside == *own || outside == *own || tail(path) == tail(own) {
            Leads::Astray(looks.clone())
        } else {
            Leads::Elsewhere
        }
    }

    /// Where `host:port`, or Sendmail's `port@host` turned round, leads to.
    pub(super) fn find_port(&self, address: &str) -> Leads {
        let Endpoint::Inet { host, port } = self.listen else {
            return Leads::Elsewhere;
        };
        let Some((other, number)) = address.rsplit_once(':') else {
            return Leads::Elsewhere;
        };
        let is_any = ["0.0.0.0", "::"].contains(&host.as_str());
        let other = other.trim_start_matches('[').trim_end_matches(']');
        let is_same = other.eq_ignore_ascii_case(host) || is_loopback(other) && is_loopback(host);
        if number == port.to_string() && (is_any || is_same) {
            Leads::Here
        } else {
            Leads::Elsewhere
        }
    }

    /// The filter as an item of `smtpd_milters`.
    pub(super) fn item(&self, queue: &Path) -> String {
        item(self.listen, queue)
    }
}

/// A filter as an item of `smtpd_milters`, a socket in the queue folder as a chrooted smtpd sees it.
pub fn item(listen: &Endpoint, queue: &Path) -> String {
    let address = match listen {
        Endpoint::Unix(path) => {
            let inside = path.strip_prefix(queue).unwrap_or(path);
            format!("unix:{}", inside.display())
        }
        inet => inet.to_string(),
    };
    format!("{{ {address}, default_action=tempfail, content_timeout=300s }}")
}

/// The last two names of a path: two milters may both have a `milter.sock`.
fn tail(path: &Path) -> Vec<std::path::Component<'_>> {
    path.components().rev().take(2).collect()
}

/// True for a name or an address of this machine alone.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address = host.parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(listen: &str, address: &str, in_chroot: bool) -> Leads {
        let ours = Ours::default();
        let filter = Filter {
            listen: &listen.parse().unwrap(),
            message: 1,
            time: Duration::ZERO,
            ours: &ours,
            relays: &[],
            submit: None,
            splits: false,
        };
        filter.find(address, Path::new("/q"), in_chroot)
    }

    #[test]
    fn a_path_is_read_from_where_smtpd_stands() {
        let own = "unix:/q/p/m.sock";
        assert_eq!(leads(own, "unix:p/m.sock", true), Leads::Here);
        assert_eq!(leads(own, "unix:p/m.sock", false), Leads::Here);
        assert_eq!(leads(own, "unix:/q/p/m.sock", false), Leads::Here);
        assert_eq!(leads(own, "unix:/p/m.sock", true), Leads::Here);
        let astray = Leads::Astray("/q/q/p/m.sock".into());
        assert_eq!(leads(own, "unix:/q/p/m.sock", true), astray);
        let astray = Leads::Astray("/p/m.sock".into());
        assert_eq!(leads(own, "unix:/p/m.sock", false), astray);
        assert_eq!(leads(own, "unix:rspamd/m.sock", true), Leads::Elsewhere);
        assert_eq!(leads(own, "inet:127.0.0.1:8894", true), Leads::Elsewhere);
    }

    #[test]
    fn loopback_has_several_names() {
        let own = "inet:127.0.0.1:8894";
        for same in ["inet:localhost:8894", "inet:[::1]:8894", own] {
            assert_eq!(leads(own, same, true), Leads::Here);
        }
        for other in [
            "inet:127.0.0.1:88",
            "inet:192.0.2.1:8894",
            "inet:x",
            "inet:",
        ] {
            assert_eq!(leads(own, other, true), Leads::Elsewhere);
        }
        assert_eq!(
            leads("inet:0.0.0.0:1", "inet:192.0.2.1:1", true),
            Leads::Here
        );
    }
}
