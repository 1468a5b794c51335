// SPDX-License-Identifier: GPL-3.0-or-later
//! Judges single settings: a line of the table below each.

use std::collections::HashSet;

use super::read::Site;
use crate::mta::filter::Filter;
use crate::mta::finding::{Finding, Severity};
use crate::mta::milters::items;
use Severity::{Doubt, Note};

/// A setting that can be wrong by itself.
struct Setting {
    /// The parameter.
    name: &'static str,
    /// The program that reads it; its services may set it for themselves.
    program: &'static str,
    is_wrong: fn(&str) -> bool,
    severity: Severity,
    /// What is so then, said behind the value.
    what: &'static str,
    /// What to write; empty for nothing.
    write: &'static str,
}

const SETTINGS: &[Setting] = &[
    Setting {
        name: "smtpd_forbid_bare_newline",
        program: "smtpd",
        is_wrong: |value| value == "no",
        severity: Doubt,
        what: "a client can smuggle a second mail behind a first one that the filter saw as one",
        write: "smtpd_forbid_bare_newline = yes",
    },
    Setting {
        name: "soft_bounce",
        program: "smtpd",
        is_wrong: |value| value == "yes",
        severity: Doubt,
        what: "what the filter refuses is tried again for days, and the sender hears of it late",
        write: "soft_bounce = no",
    },
    Setting {
        name: "bounce_size_limit",
        program: "bounce",
        is_wrong: |value| value.parse::<u64>().is_ok_and(|bytes| bytes > 1_000),
        severity: Note,
        what: "bounces carry so many bytes of the mail and pass no filter; 1 keeps them to the header",
        write: "bounce_size_limit = 1",
    },
    Setting {
        name: "notify_classes",
        program: "bounce",
        is_wrong: |value| {
            items(value)
                .iter()
                .any(|class| ["bounce", "2bounce"].contains(&class.as_str()))
        },
        severity: Doubt,
        what: "the postmaster gets copies of mail that could not be delivered, past the filter",
        write: "notify_classes = resource, software",
    },
    Setting {
        name: "multi_instance_directories",
        program: "",
        is_wrong: |value| !value.is_empty(),
        severity: Doubt,
        what: "each further Postfix has ways in of its own; check each with --postfix",
        write: "",
    },
    Setting {
        name: "smtp_tls_security_level",
        program: "smtp",
        is_wrong: |value| value.is_empty() || value == "none",
        severity: Note,
        what: "mail leaves in clear even where the other side offers TLS",
        write: "smtp_tls_security_level = may",
    },
];

/// Rule: no single setting is wrong by itself.
pub fn settings(site: &Site, _: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for setting in SETTINGS {
        let say = |at: String, value: &str| {
            let value = if value.is_empty() { "empty" } else { value };
            let what = format!("{} is {value}: {}", setting.name, setting.what);
            setting.severity.at(at, what, setting.write)
        };
        if setting.program.is_empty() {
            let value = site.main(setting.name);
            if (setting.is_wrong)(value) {
                findings.push(say("main.cf".into(), value));
            }
            continue;
        }
        let mut seen = HashSet::new();
        for service in site.running(&[setting.program]) {
            let (place, value) = (service.place(setting.name), site.get(service, setting.name));
            // A relay's transport has a rule of its own.
            let is_own = setting.program == "smtp" && place != "main.cf";
            if (setting.is_wrong)(value) && !is_own && seen.insert(place.clone()) {
                findings.push(say(place, value));
            }
        }
    }
    if !site.knows("smtpd_forbid_bare_newline") {
        let what = "this Postfix cannot refuse bare newlines, so a client can smuggle a second mail behind a \
                    first one; use 3.5.23, 3.6.13, 3.7.9, 3.8.4 or newer";
        findings.push(Doubt.at(
            "main.cf",
            what,
            "smtpd_data_restrictions = reject_unauth_pipelining",
        ));
    }
    findings
}
