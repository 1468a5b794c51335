// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds the ways into Postfix on which the filter does not stand.

use super::read::{Service, Site};
use crate::mta::filter::{Filter, Leads, is_loopback};
use crate::mta::finding::{Finding, Severity};
use crate::mta::milters::{self, Milter, items};
use Severity::{Doubt, Hole, Note};

/// A way into Postfix.
pub struct Entrance<'a> {
    /// The service that takes the mail.
    pub service: &'a Service,
    /// The service that speaks with its milters.
    speaker: &'a Service,
    /// `smtpd_milters`, `non_smtpd_milters`.
    pub parameter: &'static str,
    /// The milters of that list.
    pub milters: Vec<Milter>,
    /// True where `receive_override_options` switches them off.
    is_off: bool,
}

impl Entrance<'_> {
    /// True where the filter sees what comes in here, or is meant to: a wrong path is another finding.
    pub fn is_seen(&self, site: &Site, filter: &Filter<'_>) -> bool {
        !self.is_off && self.position(site, filter).is_some()
    }

    /// Where the filter stands in the list.
    pub fn position(&self, site: &Site, filter: &Filter<'_>) -> Option<usize> {
        let mut milters = self.milters.iter();
        milters.position(|milter| self.leads(milter, site, filter) != Leads::Elsewhere)
    }

    /// Where a milter of the list leads to.
    pub fn leads(&self, milter: &Milter, site: &Site, filter: &Filter<'_>) -> Leads {
        filter.find(&milter.address, site.queue(), self.speaker.in_chroot)
    }

    /// A parameter as the service sees it that speaks with the milters.
    pub fn get<'a>(&'a self, site: &'a Site, name: &str) -> &'a str {
        site.get(self.speaker, name)
    }

    /// Where a parameter of that service is written.
    pub fn place(&self, name: &str) -> String {
        self.speaker.place(name)
    }

    /// True where only programs of this machine reach it.
    pub fn is_local(&self, site: &Site) -> bool {
        match self.service.kind.as_str() {
            "inet" => listens_locally(site, self.service),
            "pass" => {
                let mut doors = site.running(&["postscreen"]);
                doors.all(|door| listens_locally(site, door))
            }
            _ => true,
        }
    }

    /// The line that puts the filter in front of the list.
    fn line(&self, site: &Site, filter: &Filter<'_>) -> String {
        let item = filter.item(site.queue());
        let others = self.milters.iter().map(|milter| milter.address.as_str());
        let list: Vec<&str> = [item.as_str()].into_iter().chain(others).collect();
        let setting = format!("{} = {}", self.parameter, list.join(", "));
        if self.speaker.has(self.parameter) {
            format!("-o {{ {setting} }}")
        } else {
            setting
        }
    }
}

/// Every way in: smtpd, and what comes through cleanup alone.
pub fn entrances(site: &Site) -> Vec<Entrance<'_>> {
    let mut found = Vec::new();
    for service in site.running(&["smtpd", "pickup", "qmqpd"]) {
        let (parameter, speaker) = if service.program == "smtpd" {
            ("smtpd_milters", Some(service))
        } else {
            let cleanup = site.get(service, "cleanup_service_name");
            ("non_smtpd_milters", site.named(cleanup))
        };
        let speaker = speaker.unwrap_or(service);
        let options = site.get(service, "receive_override_options");
        found.push(Entrance {
            service,
            speaker,
            parameter,
            milters: milters::list(site.get(speaker, parameter)),
            is_off: items(options).iter().any(|option| option == "no_milters"),
        });
    }
    found
}

/// True where an inet service listens on loopback alone.
fn listens_locally(site: &Site, service: &Service) -> bool {
    match service.name.rsplit_once(':') {
        Some((host, _)) => is_loopback(host),
        None => {
            let interfaces = items(site.main("inet_interfaces"));
            !interfaces.is_empty()
                && interfaces
                    .iter()
                    .all(|name| name == "loopback-only" || is_loopback(name))
        }
    }
}

/// Rule: each smtpd asks the filter.
pub fn without_filter(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let entrances = entrances(site);
    let smtpd = entrances
        .iter()
        .filter(|one| one.parameter == "smtpd_milters");
    if !smtpd.clone().any(|one| one.is_seen(site, filter)) {
        let write = format!("smtpd_milters = {}", filter.item(site.queue()));
        let what = format!("no smtpd asks the filter at {}", filter.listen);
        return vec![Hole.at("main.cf", what, write)];
    }
    let mut findings = Vec::new();
    // Of the filter's own entry another rule speaks, where nobody else reaches it.
    let is_own = |one: &&Entrance<'_>| one.is_submit(filter) && one.is_local(site);
    for one in smtpd.filter(|one| !one.is_seen(site, filter) && !is_own(one)) {
        let has_filter = entrances.iter().any(|other| {
            other.is_seen(site, filter) && !site.get(other.service, "content_filter").is_empty()
        });
        let reach = match one.is_local(site) {
            true => "every program of this machine",
            false => "whoever reaches this machine",
        };
        let why = match one.is_off {
            true => "receive_override_options has no_milters",
            false => "the filter is not in its smtpd_milters",
        };
        let write = match one.is_off {
            true => "take no_milters out of receive_override_options".into(),
            false => one.line(site, filter),
        };
        let id = one.service.id();
        findings.push(match (one.is_local(site), has_filter) {
            (true, true) => {
                let what = format!(
                    "the way back in behind content_filter is not scanned again ({why}); {reach} \
                     can use it to send past the filter"
                );
                Note.at(id, what, "")
            }
            (true, false) => Doubt.at(id, format!("{why}, so {reach} can send past it"), write),
            (false, _) => Hole.at(id, format!("{why}, so {reach} can send past it"), write),
        });
    }
    findings
}

/// Rule: mail of sendmail(1) and of qmqpd asks the filter.
pub fn sendmail_without_filter(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let entrances = entrances(site).into_iter();
    let unseen = entrances
        .filter(|one| one.parameter != "smtpd_milters" && !one.is_seen(site, filter))
        .map(|one| {
            let who = match one.service.program.as_str() {
                "pickup" => "mail of sendmail(1) (cron, web applications, scripts)",
                _ => "mail that comes by QMQP",
            };
            if one.is_off {
                let what = format!("{who} passes unseen: receive_override_options has no_milters");
                let write = "take no_milters out of receive_override_options";
                return Hole.at(one.service.id(), what, write);
            }
            let what = format!("{who} passes unseen: the filter is not in non_smtpd_milters");
            Hole.at(one.place("non_smtpd_milters"), what, one.line(site, filter))
        });
    unseen.collect()
}

/// Rule: what stands behind `-o` is one word.
pub fn broken_overrides(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for service in site.services() {
        let pairs = service
            .arguments
            .iter()
            .zip(service.arguments.iter().skip(1));
        for (_, word) in pairs.filter(|(flag, word)| *flag == "-o" && !word.contains('=')) {
            let what = format!(
                "\"-o {word} = ...\" has blanks, so the service does not start; the setting needs braces"
            );
            let write = format!("-o {{ {word} = ... }}");
            findings.push(Doubt.at(service.id(), what, write));
        }
    }
    findings
}

/// Rule: no client has milters of its own.
pub fn by_client(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let services = site.running(&["smtpd"]);
    let maps = services.filter(|service| !site.get(service, "smtpd_milter_maps").is_empty());
    maps.map(|service| {
        let maps = site.get(service, "smtpd_milter_maps");
        let what = format!(
            "clients in {maps} get milters of their own instead of smtpd_milters, or none; name the \
             filter in each of its lines"
        );
        Doubt.at(service.place("smtpd_milter_maps"), what, "smtpd_milter_maps =")
    })
    .collect()
}
