// SPDX-License-Identifier: GPL-3.0-or-later
//! Reads the configuration of a real MTA and names every way round the filter.
//!
//! Postfix is asked through its own postconf(1) and postmap(1), so that defaults, `$name` and the
//! settings of single services mean here what they mean to it. Sendmail's `sendmail.cf` is read as text.
//! A rule is a function from a site to findings, and a line in the table of its MTA.

mod filter;
mod finding;
mod limits;
mod milters;
mod postfix;
mod program;
mod sendmail;
mod source;

use std::path::{Path, PathBuf};

pub use filter::{Filter, item};
pub use finding::{Finding, Severity};
pub use program::run;

/// What there is to say about one MTA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its name and version.
    pub mta: String,
    /// The folder or file that was read.
    pub config: String,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

/// Judges the Postfix whose configuration stands in `folder`.
///
/// # Errors
/// One sentence where postconf(1) is missing, too old, or cannot read the configuration.
pub fn postfix(folder: &Path, filter: &Filter<'_>) -> Result<Report, String> {
    let site = postfix::Site::read(folder)?;
    Ok(Report {
        mta: format!("Postfix {}", site.version()),
        config: folder.display().to_string(),
        findings: finding::by_severity(postfix::judge(&site, filter)),
    })
}

/// Judges the Sendmail of the file `cf`.
///
/// # Errors
/// One sentence where it cannot be read, or is no `sendmail.cf`.
pub fn sendmail(cf: &Path, filter: &Filter<'_>) -> Result<Report, String> {
    let site = sendmail::Site::read(cf)?;
    Ok(Report {
        mta: format!("Sendmail {}", site.version()),
        config: cf.display().to_string(),
        findings: finding::by_severity(sendmail::judge(&site, filter)),
    })
}

/// The queue folder of the Postfix in `folder`.
///
/// # Errors
/// As [`postfix`].
pub fn postfix_queue(folder: &Path) -> Result<PathBuf, String> {
    postfix::Site::read(folder).map(|site| site.queue().to_owned())
}
