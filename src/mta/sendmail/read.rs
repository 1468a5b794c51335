// SPDX-License-Identifier: GPL-3.0-or-later
//! Reads a sendmail.cf.

use std::fs;
use std::path::{Path, PathBuf};

use crate::mta::filter::{Filter, Leads};
use crate::mta::source;

/// A Sendmail as it is configured.
#[derive(Debug)]
pub struct Site {
    path: PathBuf,
    lines: Vec<String>,
}

/// A line `Xname, S=socket, F=flag, T=times`.
#[derive(Debug)]
pub struct MailFilter<'a> {
    /// Its name in `InputMailFilters`.
    pub name: &'a str,
    /// `inet:port@host`, `unix:/path`, `local:/path`.
    pub socket: &'a str,
    /// `T`, `R`, `4`; empty where mail passes while it is away.
    pub flag: &'a str,
    /// `C:5s;S:8s;R:8s;E:15s`.
    pub times: &'a str,
}

impl MailFilter<'_> {
    /// Where it leads to.
    pub fn leads(&self, filter: &Filter<'_>) -> Leads {
        let (kind, rest) = self
            .socket
            .split_once(':')
            .unwrap_or(("local", self.socket));
        match kind {
            // Sendmail writes the port first.
            "inet" | "inet6" => match rest.split_once('@') {
                Some((port, host)) => filter.find_port(&format!("{host}:{port}")),
                None => Leads::Elsewhere,
            },
            _ => filter.find(&format!("unix:{rest}"), Path::new("/"), false),
        }
    }
}

impl Site {
    /// Reads a `sendmail.cf`.
    ///
    /// # Errors
    /// One sentence where it cannot be read, or is something else.
    pub fn read(cf: &Path) -> Result<Self, String> {
        let shown = cf.display();
        if cf.extension().is_some_and(|extension| extension == "mc") {
            return Err(format!(
                "{shown} is the source of a sendmail.cf; make that by m4 {shown} > sendmail.cf, and name it"
            ));
        }
        let text = fs::read(cf).map_err(|error| format!("cannot read {shown}: {error}"))?;
        let mut lines: Vec<String> = Vec::new();
        for line in String::from_utf8_lossy(&text).lines() {
            match lines.last_mut() {
                Some(last) if line.starts_with([' ', '\t']) => {
                    last.push(' ');
                    last.push_str(line.trim());
                }
                _ if line.is_empty() || line.starts_with('#') => (),
                _ => lines.push(line.trim_end().to_owned()),
            }
        }
        if !lines.iter().any(|line| line.starts_with("O ")) {
            return Err(format!(
                "{shown} is no sendmail.cf: it has no line that begins with \"O \""
            ));
        }
        let path = cf.to_owned();
        let site = Self { path, lines };
        match is_too_old(site.version()) {
            true => Err(format!(
                "{shown} is of Sendmail {}, which is too old: to tell a milter who has logged in needs 8.14 or \
                 newer",
                site.version()
            )),
            false => Ok(site),
        }
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The same, for a finding.
    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// `8.17.1.9`, or what it says instead.
    pub fn version(&self) -> &str {
        let mut lines = self.lines.iter();
        let line = lines.find_map(|line| line.strip_prefix("DZ"));
        line.unwrap_or("of unknown version")
    }

    /// The values of an option, one for each of its lines.
    pub fn options<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.lines.iter().filter_map(move |line| {
            let (own, value) = line.strip_prefix("O ")?.split_once('=')?;
            own.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// What stands behind a prefix, for each line that has it.
    pub fn starting<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.lines.iter();
        lines.filter_map(move |line| line.strip_prefix(prefix))
    }

    /// The filters that are defined.
    pub fn filters(&self) -> Vec<MailFilter<'_>> {
        let lines = self.starting("X");
        let filter = |line| MailFilter {
            name: str::split(line, ',').next().unwrap_or_default().trim(),
            socket: equate(line, "S"),
            flag: equate(line, "F"),
            times: equate(line, "T"),
        };
        lines.map(filter).collect()
    }

    /// The entries of a table's source: `Kmailertable hash -o /etc/mail/mailertable`.
    pub fn table(&self, name: &str) -> Option<Vec<(String, Vec<String>)>> {
        let mut tables = self.starting("K");
        let line = tables.find(|line| line.split(' ').next() == Some(name))?;
        let file = line.split_whitespace().last()?;
        source::entries(Path::new(file.strip_suffix(".db").unwrap_or(file)))
    }
}

/// Before 8.14 a milter could not ask for macros.
fn is_too_old(version: &str) -> bool {
    let mut numbers = version
        .split(['.', '/'])
        .map_while(|part| part.parse::<u32>().ok());
    let first = (numbers.next(), numbers.next());
    matches!(first, (Some(major), Some(minor)) if (major, minor) < (8, 14))
}

/// The value behind `S=` in `Xname, S=..., F=T`.
fn equate<'a>(line: &'a str, key: &str) -> &'a str {
    let mut parts = line.split(',').skip(1);
    let value = parts.find_map(|part| {
        let (own, value) = part.split_once('=')?;
        (own.trim() == key).then(|| value.trim())
    });
    value.unwrap_or_default()
}
