// SPDX-License-Identifier: GPL-3.0-or-later
//! Stands in for `config` until that room is there.

use std::path::Path;

use serde::Deserialize;

use crate::config::Source;
use crate::inspect::Policy;
use crate::{log, milter};

#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub mode: milter::Mode,
    pub listen: String,
    pub on_error: milter::OnError,
    pub message: u64,
    pub time: u64,
    pub log: Log,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Log {
    pub to: Vec<log::To>,
    pub format: log::Format,
}

#[derive(Deserialize)]
struct File {
    mode: milter::Mode,
    milter: Milter,
    log: Log,
}

#[derive(Deserialize)]
struct Milter {
    listen: String,
    on_error: milter::OnError,
    limits: Limits,
}

#[derive(Deserialize)]
struct Limits {
    message: String,
    time: String,
}

pub fn read(path: Option<&Path>) -> Result<Source, Vec<String>> {
    let text = match path {
        Some(path) => std::fs::read_to_string(path).map_err(|e| vec![e.to_string()])?,
        None => crate::shipped::CONFIG.to_owned(),
    };
    Ok(Source {
        path: path.map_or_else(String::new, |path| path.display().to_string()),
        text,
        detectors: Vec::new(),
        relays: Vec::new(),
        lists: Vec::new(),
    })
}

pub fn settings(source: &Source) -> Result<Settings, Vec<String>> {
    let file: File = crate::yaml::read(&source.text).map_err(|e| vec![e.to_string()])?;
    let number = |text: &str| -> u64 {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let factor = match text.chars().last() {
            Some('K') => 1 << 10,
            Some('M') => 1 << 20,
            _ => 1,
        };
        digits.parse().unwrap_or(0) * factor
    };
    Ok(Settings {
        mode: file.mode,
        listen: file.milter.listen,
        on_error: file.milter.on_error,
        message: number(&file.milter.limits.message),
        time: number(&file.milter.limits.time),
        log: file.log,
    })
}

pub fn policy(source: &Source) -> Result<Policy, Vec<String>> {
    settings(source)?;
    Ok(Policy {
        digest: format!("{:x}", source.text.len()),
        budget: crate::extract::Budget::default(),
        detectors: crate::detect::Detectors::default(),
        levels: crate::classify::Levels {
            names: vec!["public".into()],
        },
        ours: crate::decide::Ours::default(),
        table: crate::decide::Table::default(),
        channels: crate::act::Channels::default(),
    })
}
