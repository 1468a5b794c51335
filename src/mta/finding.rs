// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what a rule has to say.

use serde::Serialize;

use super::filter::Filter;

/// How bad it is. The order is that of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Mail leaves that the filter has not seen, or against its decision.
    Hole,
    /// It may, or the filter will not do what one expects.
    Doubt,
    /// Worth knowing; nothing is wrong.
    Note,
}

/// One thing about an MTA's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The name of the rule.
    pub rule: &'static str,
    /// Where: `main.cf`, `submission/inet` for a line of `master.cf`, or another file.
    pub at: String,
    /// What is so, in a sentence.
    pub what: String,
    /// The line to write; empty where there is none.
    pub write: String,
}

impl Severity {
    /// The word in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hole => "hole",
            Self::Doubt => "doubt",
            Self::Note => "note",
        }
    }

    /// A finding of this severity. Its rule is known to the table that the rule stands in.
    pub(super) fn at(
        self,
        at: impl Into<String>,
        what: impl Into<String>,
        write: impl Into<String>,
    ) -> Finding {
        Finding {
            severity: self,
            rule: "",
            at: at.into(),
            what: what.into(),
            write: write.into(),
        }
    }
}

/// The worst first; those of one severity in the order of the rules.
pub(super) fn by_severity(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// A rule: its name, and what it has to say about a site.
pub(super) type Rule<S> = (&'static str, fn(&S, &Filter<'_>) -> Vec<Finding>);

/// Runs a table of rules over a site, and names each finding by its rule.
pub(super) fn judge<S>(rules: &[Rule<S>], site: &S, filter: &Filter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (rule, find) in rules {
        let found = find(site, filter).into_iter();
        findings.extend(found.map(|finding| Finding { rule, ..finding }));
    }
    findings
}
