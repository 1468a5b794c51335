// SPDX-License-Identifier: GPL-3.0-or-later
//! Judges where the filter stands in Sendmail, and what happens while it is away.

use std::collections::HashSet;
use std::time::Duration;

use super::read::{MailFilter, Site};
use crate::mta::filter::{Filter, Leads, is_loopback};
use crate::mta::finding::{Finding, Severity};
use crate::mta::limits::{self, MARGIN, STEP, span};
use crate::mta::milters::Milter;
use crate::units::Endpoint;
use Severity::{Doubt, Hole, Note};

/// Sendmail's wait for the answer to a whole mail where T= says nothing (op.me, "E").
const DEFAULT_END: Duration = Duration::from_secs(300);

/// Its wait for a step (op.me, "S" and "R").
const DEFAULT_STEP: Duration = Duration::from_secs(10);

/// The line of sendmail.mc that asks the filter.
fn line(filter: &Filter<'_>) -> String {
    let socket = match filter.listen {
        Endpoint::Unix(path) => format!("unix:{}", path.display()),
        Endpoint::Inet { host, port } if host.contains(':') => format!("inet6:{port}@{host}"),
        Endpoint::Inet { host, port } => format!("inet:{port}@{host}"),
    };
    format!("INPUT_MAIL_FILTER(`pii', `S={socket}, F=T, T=C:30s;S:30s;R:30s;E:5m')")
}

fn ours<'a>(site: &'a Site, filter: &Filter<'_>) -> Option<MailFilter<'a>> {
    let mut filters = site.filters().into_iter();
    filters.find(|one| one.leads(filter) == Leads::Here)
}

/// A line of `DaemonPortOptions`.
struct Daemon<'a>(&'a str);

impl<'a> Daemon<'a> {
    fn option(&self, key: &str) -> Option<&'a str> {
        let mut parts = self.0.split(',');
        parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case(key).then(|| value.trim())
        })
    }

    fn name(&self) -> &'a str {
        self.option("Name").unwrap_or("without a name")
    }

    fn is_local(&self) -> bool {
        self.option("Addr").is_some_and(is_loopback)
    }

    /// The filters that it asks; without a list of its own those of all.
    fn filters(&self, common: &[&'a str]) -> Vec<&'a str> {
        self.own_filters().unwrap_or_else(|| common.to_vec())
    }

    fn own_filters(&self) -> Option<Vec<&'a str>> {
        let list = self.option("InputMailFilters");
        list.or_else(|| self.option("InputFilter")).map(names)
    }

    /// True for the entry by which the filter hands messages over.
    fn is_submit(&self, filter: &Filter<'_>) -> bool {
        let port = filter.submit.map(|submit| submit.port.to_string());
        port.is_some() && self.option("Port") == port.as_deref()
    }
}

/// The filters of a list, in the order in which they are asked.
fn names(list: &str) -> Vec<&str> {
    let names = list.split([',', ';']).map(str::trim);
    names.filter(|name| !name.is_empty()).collect()
}

/// Rule: each daemon asks the filter.
pub fn daemons(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let Some(own) = ours(site, filter) else {
        let what = format!("no mail filter is defined that leads to {}", filter.listen);
        return vec![Hole.at(site.shown(), what, line(filter))];
    };
    let common: Vec<&str> = site.options("InputMailFilters").flat_map(names).collect();
    let mut findings = Vec::new();
    for daemon in site.options("DaemonPortOptions").map(Daemon) {
        let asked = daemon.filters(&common);
        if asked.contains(&own.name) || daemon.is_submit(filter) && daemon.is_local() {
            continue;
        }
        let name = daemon.name();
        let is_local = daemon.is_local();
        let reach = match is_local {
            true => "every program of this machine",
            false => "whoever reaches this machine",
        };
        let what = format!(
            "the daemon {name} does not ask {}, so {reach} can send past the filter",
            own.name
        );
        let severity = if is_local { Doubt } else { Hole };
        let write = format!("DAEMON_OPTIONS: InputMailFilters={} for {name}", own.name);
        findings.push(severity.at(site.shown(), what, write));
    }
    if site.options("DaemonPortOptions").next().is_none() && !common.contains(&own.name) {
        let what = format!(
            "{} is defined, but not in InputMailFilters, so nobody asks it",
            own.name
        );
        findings.push(Hole.at(site.shown(), what, line(filter)));
    }
    findings
}

/// Rule: sendmail(1) hands its mail to the daemon of this machine.
pub fn submission(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let submit = site.path().with_file_name("submit.cf");
    let Ok(submit) = Site::read(&submit) else {
        return Vec::new();
    };
    let host = submit
        .starting("D{MTAHost}")
        .next()
        .unwrap_or("[127.0.0.1]");
    if is_loopback(host) {
        return Vec::new();
    }
    let what = format!(
        "mail of sendmail(1) goes to {host}, past the daemon of this machine and its filter"
    );
    vec![Hole.at(submit.shown(), what, "FEATURE(`msp', `[127.0.0.1]')")]
}

/// Rule: while the filter is away mail waits.
pub fn default_action(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let finding = ours(site, filter).and_then(|own| match own.flag {
        "T" | "4" => None,
        "R" => Some(Note.at(
            site.shown(),
            "while the filter is away, all mail is refused for good (F=R)",
            line(filter),
        )),
        _ => Some(Hole.at(
            site.shown(),
            format!(
                "{} has no F=T: while the filter is away, all mail leaves unseen",
                own.name
            ),
            line(filter),
        )),
    });
    finding.into_iter().collect()
}

/// Rule: Sendmail waits longer than the filter thinks, and for a step long enough on a busy machine.
pub fn timeouts(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let Some(own) = ours(site, filter) else {
        return Vec::new();
    };
    let time = |key: &str, usual: Duration| {
        let mut times = own.times.split(';').filter_map(|time| time.split_once(':'));
        let written = times.find(|(step, _)| step.trim() == key);
        written.map_or(Some(usual), |(_, value)| span(value.trim()))
    };
    let mut findings = Vec::new();
    if let Some(end) = time("E", DEFAULT_END).filter(|end| *end < filter.time + MARGIN) {
        let what = format!(
            "Sendmail waits {}s for the end of a mail (E), the filter may think for {}s \
             (milter.limits.time)",
            end.as_secs(),
            filter.time.as_secs()
        );
        findings.push(Doubt.at(site.shown(), what, line(filter)));
    }
    for key in ["S", "R"] {
        if let Some(step) = time(key, DEFAULT_STEP).filter(|step| *step < STEP) {
            let what = format!(
                "Sendmail waits {}s for a step ({key}); under load one takes longer, and then F= speaks",
                step.as_secs()
            );
            findings.push(Doubt.at(site.shown(), what, line(filter)));
        }
    }
    findings
}

/// Rule: the socket is the one at which the filter listens.
pub fn astray(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let filters = site.filters().into_iter();
    let astray = filters.filter_map(|one| match one.leads(filter) {
        Leads::Astray(looks) => Some((one.name, looks)),
        _ => None,
    });
    astray
        .map(|(name, looks)| {
            let what = format!(
                "{name} looks for {}, but the filter listens at {}",
                looks.display(),
                filter.listen
            );
            Doubt.at(site.shown(), what, line(filter))
        })
        .collect()
}

/// Rule: the filter stands in a list once.
pub fn twice(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let filters = site.filters();
    let is_ours = |name: &&str| {
        let mut ours = filters
            .iter()
            .filter(|one| one.leads(filter) == Leads::Here);
        ours.any(|one| one.name == *name)
    };
    let daemons: Vec<Daemon<'_>> = site.options("DaemonPortOptions").map(Daemon).collect();
    let own = daemons.iter().filter_map(Daemon::own_filters);
    let lists = site.options("InputMailFilters").map(names).chain(own);
    let twice = lists.filter(|list| list.iter().filter(|name| is_ours(name)).count() > 1);
    twice
        .map(|list| {
            let list = list.join(", ");
            let what = format!("the filter stands twice in \"{list}\", so mail is scanned twice");
            Doubt.at(site.shown(), what, "")
        })
        .collect()
}

/// Rule: who signs stands behind the filter.
pub fn signers_before(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let Some(own) = ours(site, filter) else {
        return Vec::new();
    };
    let filters = site.filters();
    let signs = |name: &&str| signs(&filters, name);
    let mut seen = HashSet::new();
    let daemons = site.options("DaemonPortOptions").filter_map(|daemon| {
        let (_, list) = daemon.split_once("InputMailFilters=")?;
        list.split(',').next()
    });
    let lists = site.options("InputMailFilters").chain(daemons);
    let mut findings = Vec::new();
    for list in lists.filter(|list| names(list).contains(&own.name)) {
        let before = names(list).into_iter().take_while(|name| *name != own.name);
        if let Some(signer) = before
            .into_iter()
            .find(signs)
            .filter(|name| seen.insert(*name))
        {
            let what = format!(
                "{signer} stands before {}: where it signs (DKIM), our mark in the subject breaks the signature",
                own.name
            );
            findings.push(Doubt.at(
                site.shown(),
                what,
                format!("InputMailFilters={}, {signer}", own.name),
            ));
        }
    }
    findings
}

/// Rule: who splits messages stands behind those that may still refuse them.
pub fn refusers_behind(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let Some(own) = ours(site, filter).filter(|_| filter.splits) else {
        return Vec::new();
    };
    let filters = site.filters();
    let lists = site.options("InputMailFilters").map(names);
    let behind = lists.flat_map(|list| {
        list.into_iter()
            .skip_while(|name| *name != own.name)
            .skip(1)
    });
    let others = behind.filter(|name| !signs(&filters, name));
    let finding = |other: &str| {
        let what = format!(
            "{other} stands behind {}: where it refuses a message that was split (decide.mixed), copies of it \
             are on their way already",
            own.name
        );
        Doubt.at(
            site.shown(),
            what,
            format!("InputMailFilters={other}, {}", own.name),
        )
    };
    others.map(finding).collect()
}

/// True for a filter of that name that signs, or may.
fn signs(filters: &[MailFilter<'_>], name: &str) -> bool {
    filters.iter().filter(|one| one.name == name).any(|one| {
        let address = format!("{} {}", one.name, one.socket);
        // Sendmail writes the port first: inet:8891@localhost.
        let port = one.socket.split(['@', ':']).nth(1).unwrap_or_default();
        let by_port = format!("inet:localhost:{port}");
        let milter = |address| Milter {
            address,
            ..Milter::default()
        };
        milter(address).is_signer() || milter(by_port).is_signer()
    })
}

/// Rule: the filter's own entry asks who signs, and not the filter.
pub fn submit(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let common: Vec<&str> = site.options("InputMailFilters").flat_map(names).collect();
    let daemons: Vec<Daemon<'_>> = site.options("DaemonPortOptions").map(Daemon).collect();
    let Some(entry) = daemons.iter().find(|daemon| daemon.is_submit(filter)) else {
        return Vec::from_iter(filter.unheard(&site.shown(), "sendmail"));
    };
    let Some(own) = ours(site, filter) else {
        return Vec::new();
    };
    let (name, asked) = (entry.name(), entry.filters(&common));
    let mut findings = Vec::new();
    if asked.contains(&own.name) {
        let what = format!(
            "{name} asks {}: what the filter sends comes back to it and is held again",
            own.name
        );
        let write = format!("DAEMON_OPTIONS: InputMailFilters= for {name}");
        findings.push(Doubt.at(site.shown(), what, write));
    } else if entry.is_local() {
        let what = format!(
            "{name}, the filter's own entry, is not scanned; every program of this machine can use it"
        );
        findings.push(Note.at(site.shown(), what, ""));
    }
    let filters = site.filters();
    let others = daemons.iter().flat_map(|daemon| daemon.filters(&common));
    let mut signers: Vec<&str> = others
        .chain(common.iter().copied())
        .filter(|one| !asked.contains(one) && signs(&filters, one))
        .collect();
    signers.sort_unstable();
    signers.dedup();
    findings.extend(signers.into_iter().map(|signer| {
        let what = format!("{signer} signs what comes in elsewhere, but not what the filter sends");
        Doubt.at(
            site.shown(),
            what,
            format!("DAEMON_OPTIONS: InputMailFilters={signer} for {name}"),
        )
    }));
    findings
}

/// Rule: Sendmail takes no mail that is larger than what the filter reads.
pub fn sizes(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let limit = site.options("MaxMessageSize").next();
    let limit = limit.and_then(|bytes| bytes.parse().ok()).unwrap_or(0);
    let what = limits::too_large("Sendmail", limit, filter);
    let write = format!("define(`confMAX_MESSAGE_SIZE', `{}')", filter.message);
    what.map(|what| Doubt.at(site.shown(), what, write))
        .into_iter()
        .collect()
}
