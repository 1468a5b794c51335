// SPDX-License-Identifier: GPL-3.0-or-later
//! Judges the lists that the filter stands in: what happens while it is away, its time, its neighbours.

use std::collections::HashSet;
use std::time::Duration;

use super::entrance::{Entrance, entrances};
use super::read::Site;
use crate::mta::filter::{Filter, Leads};
use crate::mta::finding::{Finding, Severity};
use crate::mta::limits::{self, MARGIN, STEP, span};
use crate::mta::milters::{Milter, SETTINGS};
use crate::nearest::instead;
use Severity::{Doubt, Hole, Note};

/// Every list with the filter in it, each once, and the filter's item.
fn with_filter<'a>(site: &'a Site, filter: &Filter<'_>) -> Vec<(Entrance<'a>, Milter)> {
    let mut seen = HashSet::new();
    let entrances = entrances(site).into_iter();
    let pairs = entrances.filter_map(|one| {
        let at = one.position(site, filter)?;
        let milter = one.milters.get(at)?.clone();
        Some((one, milter))
    });
    pairs
        .filter(|(one, _)| seen.insert((one.place(one.parameter), one.parameter)))
        .collect()
}

/// Rule: the settings of one milter stand in braces with it.
pub fn without_braces(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let mut findings = Vec::new();
    for one in entrances(site) {
        let stray = one.milters.iter().find(|milter| {
            let name = milter.address.split('=').next().unwrap_or_default();
            SETTINGS.contains(&name.trim()) || milter.address.starts_with(['{', '}'])
        });
        let place = one.place(one.parameter);
        let Some(stray) = stray.filter(|_| seen.insert((place.clone(), one.parameter))) else {
            continue;
        };
        let what = format!(
            "\"{}\" in {} stands outside of braces, so Postfix takes it for a milter of its own, and no \
             mail comes in",
            stray.address, one.parameter
        );
        let write = format!("{} = {{ ADDRESS, {} }}", one.parameter, stray.address);
        findings.push(Doubt.at(place, what, write));
    }
    findings
}

/// Rule: the settings in the braces are ones that Postfix knows.
pub fn unknown_settings(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (one, milter) in with_filter(site, filter) {
        let names = milter.settings.iter().map(|(name, _)| name);
        for name in names.filter(|name| !SETTINGS.contains(&name.as_str())) {
            let what = format!(
                "\"{name}\" is no setting of a milter{}",
                instead(name, &SETTINGS)
            );
            findings.push(Doubt.at(one.place(one.parameter), what, ""));
        }
    }
    findings
}

/// Rule: while the filter is away mail waits.
pub fn default_actions(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (one, milter) in with_filter(site, filter) {
        let own = milter.get("default_action");
        let action = own.unwrap_or(one.get(site, "milter_default_action"));
        let (at, write) = match own {
            Some(_) => (
                one.place(one.parameter),
                format!("{}: default_action=tempfail in the braces", one.parameter),
            ),
            None => (
                one.place("milter_default_action"),
                "milter_default_action = tempfail".into(),
            ),
        };
        let parameter = one.parameter;
        findings.extend(match action {
            "accept" => Some(Hole.at(
                at,
                format!(
                    "while the filter is away, {parameter} lets all mail leave unseen (accept)"
                ),
                write,
            )),
            "quarantine" => Some(Doubt.at(
                at,
                format!(
                    "while the filter is away, {parameter} puts mail on hold (quarantine), and \
                     postsuper -H lets it leave unseen; postsuper -r does not scan it either"
                ),
                write,
            )),
            "reject" => Some(Note.at(
                at,
                format!("while the filter is away, {parameter} refuses all mail for good (reject)"),
                write,
            )),
            _ => None,
        });
    }
    // The same line may hold for both lists.
    let mut seen = HashSet::new();
    findings.retain(|finding| {
        finding.at != "main.cf" || seen.insert((finding.write.clone(), finding.at.clone()))
    });
    findings
}

/// Rule: Postfix waits longer than the filter thinks, and not for ever for one that is away.
pub fn timeouts(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (one, milter) in with_filter(site, filter) {
        let mut judge =
            |name: &str, is_wrong: &dyn Fn(Duration) -> bool, what: String, good: &str| {
                let parameter = format!("milter_{name}");
                let own = milter.get(name);
                let value = own.unwrap_or(one.get(site, &parameter));
                if span(value).is_some_and(is_wrong) {
                    let (at, write) = match own {
                        Some(_) => (
                            one.place(one.parameter),
                            format!("{}: {name}={good} in the braces", one.parameter),
                        ),
                        None => (one.place(&parameter), format!("{parameter} = {good}")),
                    };
                    findings.push(Doubt.at(at, format!("{parameter} is {value}: {what}"), write));
                }
            };
        let needs = filter.time + MARGIN;
        let limit = filter.time.as_secs();
        let what = format!(
            "the filter may think for {limit}s (milter.limits.time), and longer under load"
        );
        judge("content_timeout", &|time| time < needs, what, "300s");
        let what = "under load a step takes longer, and then default_action speaks".into();
        judge("command_timeout", &|time| time < STEP, what, "30s");
        let what = "clients give up before Postfix does".into();
        judge("connect_timeout", &|time| time.as_secs() > 120, what, "30s");
        let what = "a busy machine needs longer, and then default_action speaks".into();
        judge("connect_timeout", &|time| time.as_secs() < 1, what, "30s");
    }
    let mut seen = HashSet::new();
    findings.retain(|finding| seen.insert((finding.at.clone(), finding.write.clone())));
    findings
}

/// Rule: who signs stands behind the filter.
pub fn signers_before(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (one, milter) in with_filter(site, filter) {
        let before = one.milters.iter().take_while(|other| **other != milter);
        if let Some(signer) = before.into_iter().find(|other| other.is_signer()) {
            let what = format!(
                "{} stands before the filter in {}: where it signs (DKIM), our mark in the subject breaks \
                 the signature",
                signer.address, one.parameter
            );
            let write = format!(
                "{} = the filter first, then {}",
                one.parameter, signer.address
            );
            findings.push(Doubt.at(one.place(one.parameter), what, write));
        }
    }
    findings
}

/// Rule: who splits messages stands behind those that may still refuse them.
pub fn refusers_behind(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (one, milter) in with_filter(site, filter)
        .into_iter()
        .filter(|_| filter.splits)
    {
        let mut behind = one
            .milters
            .iter()
            .skip_while(|other| **other != milter)
            .skip(1);
        if let Some(other) = behind.find(|other| !other.is_signer()) {
            let what = format!(
                "{} stands behind the filter in {}: where it refuses a message that was split \
                 (decide.mixed), copies of it are on their way already",
                other.address, one.parameter
            );
            let write = format!(
                "{} = {} first, then the filter",
                one.parameter, other.address
            );
            findings.push(Doubt.at(one.place(one.parameter), what, write));
        }
    }
    findings
}

/// Rule: the filter learns who has logged in. From protocol 6 on it asks for what it reads.
pub fn macros(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (one, milter) in with_filter(site, filter) {
        let own = milter.get("protocol");
        let protocol = own.unwrap_or(one.get(site, "milter_protocol"));
        let sent = one.get(site, "milter_mail_macros");
        let is_old = protocol.parse::<u32>().is_ok_and(|version| version < 6);
        if is_old && !sent.contains("{auth_authen}") {
            let what = format!(
                "with milter_protocol {protocol} the filter cannot ask for the login, and milter_mail_macros \
                 does not send it, so mail of logged-in senders counts as inbound"
            );
            let write = "milter_protocol = 6";
            findings.push(Hole.at(one.place("milter_protocol"), what, write));
        }
    }
    findings.dedup();
    findings
}

/// Rule: the filter stands in a list once.
pub fn twice(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (one, _) in with_filter(site, filter) {
        let leads = |milter: &&Milter| one.leads(milter, site, filter) == Leads::Here;
        if one.milters.iter().filter(leads).count() > 1 {
            let what = format!(
                "the filter stands twice in {}, so mail is scanned twice",
                one.parameter
            );
            findings.push(Doubt.at(one.place(one.parameter), what, ""));
        }
    }
    findings
}

/// Rule: Postfix takes no mail that is larger than what the filter reads.
pub fn sizes(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let limit = site.main("message_size_limit").parse().unwrap_or(0);
    let what = limits::too_large("Postfix", limit, filter);
    let write = format!("message_size_limit = {}", filter.message);
    what.map(|what| Doubt.at("main.cf", what, write))
        .into_iter()
        .collect()
}
