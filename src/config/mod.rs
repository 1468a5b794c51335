// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the configuration file, with the files it names, into a policy and settings.

mod check;
mod file;
mod read;

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::act::Channels;
use crate::act::relay::Profile;
use crate::audit;
use crate::classify::Levels;
use crate::control::Roles;
use crate::decide::{Kinds, Mixed, Ours, Table};
use crate::detect::{Detectors, Patience};
use crate::extract::Budget;
use crate::inspect::Policy;
use crate::message;
use crate::milter::Mode;
use crate::notice::{self, template::Templates};
use crate::quarantine;
use crate::submit;
use crate::yaml;

pub use check::{Doubt, Example, Lowered, doubts, lowered};
pub(crate) use file::File;
pub use file::{Limits, Log, Milter};
pub use read::{BUILT_IN, DEFAULT};

/// The text of everything a policy is made of. It is what a worker is sent, and what the digest is of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Source {
    /// The path of the configuration, for errors; `BUILT_IN` for the shipped one.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Detector files: path below the detectors folder, text. Shipped ones first, then the admin's,
    /// whose path begins with `detectors.d/`.
    pub detectors: Vec<(String, String)>,
    /// Relay profiles, likewise; the admin's begin with `relays.d/`.
    pub relays: Vec<(String, String)>,
    /// Texts of notices, likewise; the admin's begin with `notices.d/`.
    #[serde(default)]
    pub notices: Vec<(String, String)>,
    /// Files named by `file:` in the configuration: name as written, text.
    pub lists: Vec<(String, String)>,
}

/// What the edges need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Only look, or act.
    pub mode: Mode,
    /// The conversation with the MTA.
    pub milter: Milter,
    /// Where log lines go.
    pub log: Log,
    /// Where decisions and acts are noted; none where they are not.
    pub audit: Option<audit::Settings>,
    /// Who is ours.
    pub ours: Ours,
    /// Where held messages wait; none where nothing is held.
    pub quarantine: Option<quarantine::Settings>,
    /// Where messages are handed back to the MTA; nothing is sent where it is not named.
    pub submit: Option<submit::Entry>,
    /// Who may do what over the control socket.
    pub roles: Roles,
    /// What our own people hear; nothing where it is not said.
    pub notices: Option<notice::Settings>,
    /// The texts of that.
    pub templates: Templates,
}

impl Source {
    /// Compiles the policy.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong: what, where, what to write instead.
    pub fn policy(&self) -> Result<Policy, Vec<String>> {
        let file = self.file()?;
        let mut errors = Errors::default();
        let detectors = Detectors::compile(&self.detectors, &file.detectors);
        let detectors = errors.take(detectors.map_err(|errors| self.selected(errors)));
        let detectors = detectors.map(|mut detectors| {
            let limits = file.milter.limits;
            detectors.most = limits.findings.get();
            detectors.patience = Some(Patience {
                clock: processor_time,
                time: limits.processor.0 / 4,
            });
            detectors
        });
        let mut profiles = Vec::new();
        for (path, text) in &self.relays {
            profiles.extend(errors.take(Profile::read(path, text)));
        }
        // A profile that failed is not there for the channels either; that would be told twice.
        let channels = match profiles.len() == self.relays.len() {
            true => errors.take(self.named(Channels::new(&file.channels, &profiles))),
            false => None,
        };
        if file.quarantine.is_none() && channels.as_ref().is_some_and(Channels::quarantine) {
            let path = &self.path;
            errors.0.push(format!(
                "{path}: channels: a channel keeps mail in the quarantine, and there is none; write the sections quarantine and submit"
            ));
        }
        let quarantine = file.quarantine.as_ref();
        for wrong in quarantine
            .into_iter()
            .flat_map(|one| one.unknown_levels(&file.decide.columns))
        {
            errors.0.push(format!("{}: {wrong}", self.path));
        }
        if file.quarantine.is_none() && file.decide.mixed == Mixed::Split {
            let path = &self.path;
            errors.0.push(format!(
                "{path}: decide.mixed: copies of a message that is split wait in the quarantine until they leave, and there is none; write the sections quarantine and submit, or strictest"
            ));
        }
        // Without them nothing is known of a channel but its name.
        let catalogue = match &channels {
            Some(channels) => channels.catalogue(&file.channels),
            None => Channels::default().catalogue(&file.channels),
        };
        let at_least = file.detectors.at_least;
        let levels = Levels::new(
            file.decide.columns.clone(),
            &file.classify,
            at_least,
            file.bulk,
        );
        let levels = errors.take(self.named(levels));
        let kinds = errors.take(self.named(Kinds::new(&file.recipients, &self.lists)));
        let table = kinds.and_then(|kinds| {
            let table = Table::new(&file.decide, kinds, file.exceptions, &catalogue);
            errors.take(self.named(table))
        });
        let limits = file.milter.limits;
        match (detectors, levels, table, channels) {
            (Some(detectors), Some(levels), Some(table), Some(channels)) if errors.0.is_empty() => {
                Ok(Policy {
                    digest: self.digest(),
                    budget: Budget {
                        tree: message::Limits {
                            depth: limits.depth.get(),
                            parts: limits.parts.get(),
                            header: usize::try_from(limits.header.0).unwrap_or(usize::MAX),
                        },
                        unpacked: limits.unpacked.0,
                        ratio: limits.ratio.get(),
                        members: limits.members.get(),
                        memory: limits.worker.0,
                    },
                    processor: limits.processor.0,
                    detectors,
                    levels,
                    ours: file.ours,
                    table,
                    channels,
                })
            }
            _ => Err(errors.0),
        }
    }

    /// What the edges need.
    ///
    /// # Errors
    /// One sentence: what, where, what to write instead.
    pub fn settings(&self) -> Result<Settings, Vec<String>> {
        let mut file = self.file()?;
        if self.path == BUILT_IN {
            file.milter.listen = read::built_in_listen();
        }
        if file.quarantine.is_some() && file.submit.is_none() {
            let remedy = "held mail needs a way out; write for example smtp:127.0.0.1:10026";
            return Err(vec![format!("{}: submit: {remedy}", self.path)]);
        }
        let named = |errors: Vec<String>| {
            let errors = errors.into_iter();
            errors
                .map(|error| format!("{}: {error}", self.path))
                .collect::<Vec<_>>()
        };
        if let Some(notices) = &file.notices {
            notices.check(&file.ours).map_err(named)?;
        }
        Ok(Settings {
            notices: file.notices,
            templates: Templates::read(&self.notices)?,
            audit: file.audit,
            ours: file.ours,
            quarantine: file.quarantine,
            roles: file.roles,
            mode: file.mode,
            milter: file.milter,
            log: file.log,
            submit: file.submit,
        })
    }

    /// The first 12 hex digits of the SHA-256 of all texts.
    pub fn digest(&self) -> String {
        let mut sum = Sha256::new();
        let parts = [&self.detectors, &self.relays, &self.lists];
        let texts = parts.into_iter().flatten().map(|(_, text)| text);
        for text in [&self.text].into_iter().chain(texts) {
            // The length keeps apart what stands in one text from what stands in the next.
            sum.update(text.len().to_be_bytes());
            sum.update(text);
        }
        let first = sum.finalize().into_iter().take(6);
        first.map(|byte| format!("{byte:02x}")).collect()
    }

    /// The file, as written.
    pub(crate) fn file(&self) -> Result<File, Vec<String>> {
        yaml::read(&self.text).map_err(|error| vec![format!("{}: {error}", self.path)])
    }

    /// Puts the path in front of what is wrong with the selection of detectors; other errors of
    /// theirs begin with their own file.
    fn selected(&self, errors: Vec<String>) -> Vec<String> {
        let name = |error: String| {
            let is_ours = ["detectors.use", "detectors.skip"].map(|path| error.starts_with(path));
            match is_ours.contains(&true) {
                true => format!("{}: {error}", self.path),
                false => error,
            }
        };
        errors.into_iter().map(name).collect()
    }

    /// Puts the path in front of errors that know only their place in the file.
    fn named<T>(&self, result: Result<T, Vec<String>>) -> Result<T, Vec<String>> {
        let name = |error| format!("{}: {error}", self.path);
        result.map_err(|errors| errors.into_iter().map(name).collect())
    }
}

/// The processor time of this thread.
fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(now).unwrap_or_default()
}

/// The errors so far.
#[derive(Default)]
struct Errors(Vec<String>);

impl Errors {
    fn take<T>(&mut self, result: Result<T, Vec<String>>) -> Option<T> {
        result.map_err(|errors| self.0.extend(errors)).ok()
    }
}
