// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns detector files into detectors, and runs their examples.

use std::collections::{BTreeMap, BTreeSet};

use super::Confidence;
pub use super::detector::Detector;
use super::detector::{Anchor, Finder};
use super::shape::MAX_LENGTH;
use crate::nearest::did_you_mean;
use crate::shipped;

/// The detectors in use, compiled.
#[derive(Debug)]
pub struct Detectors {
    /// Below this, a finding is noted but decides nothing.
    pub at_least: Confidence,
    pub(super) detectors: Vec<Detector>,
    /// Which have a shape of this length that begins with this digit or capital.
    beginning: Vec<Vec<usize>>,
    pub(super) engines: Vec<usize>,
    pub(super) patterns: Vec<usize>,
}

/// Which detectors are used: the `detectors` section of the config.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// Folders of `conf/detectors`, or `*` for all; the admin's own files are always used.
    #[serde(rename = "use")]
    pub folders: Vec<String>,
    /// Ids left out.
    #[serde(default)]
    pub skip: Vec<String>,
    /// Below this, a finding is noted but decides nothing.
    pub at_least: Confidence,
}

impl Default for Detectors {
    fn default() -> Self {
        Self::of(Vec::new(), Confidence::Medium)
    }
}

impl Detectors {
    /// Compiles rule files (path such as `ch/ch.ahv.yaml`, text) and runs their examples. Those that
    /// are built into the program are used where the selection names their folder.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong, beginning with the file.
    pub fn compile(rules: &[(String, String)], selection: &Selection) -> Result<Self, Vec<String>> {
        let mut wrong = names(rules, selection);
        let mut detectors = Vec::new();
        let mut files = BTreeMap::new();
        for (file, text) in rules
            .iter()
            .filter(|(file, text)| is_used(file, text, selection))
        {
            match Detector::read(file, text) {
                Ok(detector) => {
                    if let Some(other) = files.insert(detector.id.clone(), file) {
                        let id = &detector.id;
                        wrong.push(format!(
                            "{file}: {other} has the id \"{id}\" already; give it another"
                        ));
                    } else {
                        detectors.push(detector);
                    }
                }
                Err(error) => wrong.push(error),
            }
        }
        let mut checked = Vec::new();
        for detector in detectors {
            match detector.run_examples() {
                (detector, failed) if failed.is_empty() => checked.push(detector),
                (_, failed) => wrong.extend(failed),
            }
        }
        if wrong.is_empty() {
            Ok(Self::of(checked, selection.at_least))
        } else {
            Err(wrong)
        }
    }

    /// The detectors, in the order of their files.
    pub fn list(&self) -> &[Detector] {
        &self.detectors
    }

    pub(super) fn of(detectors: Vec<Detector>, at_least: Confidence) -> Self {
        let mut all = Self {
            at_least,
            beginning: vec![Vec::new(); FIRSTS.len() * (MAX_LENGTH + 1)],
            engines: Vec::new(),
            patterns: Vec::new(),
            detectors,
        };
        for (index, detector) in all.detectors.iter().enumerate() {
            match &detector.finder {
                Finder::Engine(_) => all.engines.push(index),
                Finder::Pattern(_) => all.patterns.push(index),
                Finder::Shapes(shapes, _) => {
                    let begins = |first: u8, length: usize| {
                        let mut shapes = shapes.iter();
                        shapes.any(|shape| {
                            shape.begins_with(first) && shape.lengths().contains(&length)
                        })
                    };
                    for (at, place) in all.beginning.iter_mut().enumerate() {
                        let first = FIRSTS.get(at / (MAX_LENGTH + 1)).copied().unwrap_or(b'0');
                        if begins(first, at % (MAX_LENGTH + 1)) {
                            place.push(index);
                        }
                    }
                }
            }
        }
        all
    }

    /// The detectors with a shape of this length that may begin with this digit or capital.
    pub(super) fn beginning(&self, first: u8, length: usize) -> &[usize] {
        let first = match first {
            digit @ b'0'..=b'9' => usize::from(digit - b'0'),
            letter @ b'A'..=b'Z' => usize::from(letter - b'A') + 10,
            _ => return &[],
        };
        let place = self.beginning.get(first * (MAX_LENGTH + 1) + length);
        place.map_or(&[], Vec::as_slice)
    }

    pub(super) fn has_engine(&self, anchor: Anchor) -> bool {
        let mut finders = self.detectors.iter().map(|detector| &detector.finder);
        finders.any(|finder| matches!(finder, Finder::Engine(engine) if engine.anchor == anchor))
    }
}

impl Detector {
    /// Runs the examples of this detector alone; gives it back, and a sentence for each that fails.
    pub fn run_examples(self) -> (Self, Vec<String>) {
        let (file, examples) = (self.file.clone(), self.examples.clone());
        let mut alone = Detectors::of(vec![self], Confidence::Low);
        let failed = examples
            .iter()
            .filter_map(|example| example.run(&alone).err())
            .map(|error| format!("{file}: {error}"))
            .collect();
        (alone.detectors.remove(0), failed)
    }
}

/// The characters that a shape can begin with.
const FIRSTS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// True for the admin's own files, and for those of the program whose folder is named.
fn is_used(file: &str, text: &str, selection: &Selection) -> bool {
    let folder = file.split('/').next().unwrap_or_default();
    let own = !shipped::DETECTORS.contains(&(file, text));
    let named = selection
        .folders
        .iter()
        .any(|name| name == "*" || name == folder);
    let id = file
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".yaml");
    (own || named) && !selection.skip.iter().any(|skip| skip == id)
}

/// A sentence for each name of the selection that names nothing.
fn names(rules: &[(String, String)], selection: &Selection) -> Vec<String> {
    let parts = |file: &str| {
        let (folder, name) = file.split_once('/').unwrap_or(("", file));
        (folder.to_owned(), name.trim_end_matches(".yaml").to_owned())
    };
    let (folders, ids): (BTreeSet<_>, BTreeSet<_>) =
        rules.iter().map(|(file, _)| parts(file)).unzip();
    let used = selection.folders.iter().filter(|name| *name != "*");
    let unknown = used
        .map(|name| ("use", "folder", name, &folders))
        .chain(
            selection
                .skip
                .iter()
                .map(|id| ("skip", "detector", id, &ids)),
        )
        .filter(|(_, _, name, known)| !known.contains(*name));
    unknown
        .map(|(field, what, name, known)| {
            let meant = did_you_mean(name, known.iter().map(String::as_str));
            format!("detectors.{field}: there is no {what} \"{name}\"{meant}")
        })
        .collect()
}
