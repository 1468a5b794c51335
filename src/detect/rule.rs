// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns detector files into detectors, and runs their examples.

use std::collections::{BTreeMap, BTreeSet};

use super::Confidence;
pub use super::detector::Detector;
use super::detector::Finder;
use super::dictionary::{Dictionary, Use};
use super::engine::Anchor;
use super::index::{Index, Wanted};
use super::keep::MAX_KEPT;
use super::pattern::Patience;
use super::terms::Terms;
use crate::nearest::did_you_mean;
use crate::shipped;

/// The detectors in use, compiled.
#[derive(Debug)]
pub struct Detectors {
    /// Below this, a finding is noted but decides nothing.
    pub at_least: Confidence,
    /// So many findings of one detector are kept, and so many distinct values; the rest are counted.
    pub most: usize,
    /// How long own patterns may take; none where nobody waits.
    pub patience: Option<Patience>,
    pub(super) detectors: Vec<Detector>,
    /// The shapes that rules look for.
    pub(super) index: Index,
    /// The engines at digits, at `@` and at fillers.
    pub(super) at_digits: Vec<usize>,
    pub(super) at_ats: Vec<usize>,
    pub(super) at_fillers: Vec<usize>,
    /// The patterns that are tried around digits.
    pub(super) patterns: Vec<usize>,
    /// What finds names of persons.
    pub(super) names: Option<usize>,
    /// Terms of special categories.
    pub(super) terms: Terms,
    /// Keywords and negative words.
    pub(super) dictionary: Dictionary,
    /// The words that rules look for themselves, and where their patterns are tried.
    pub(super) own: Dictionary,
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
        Self {
            at_least: Confidence::Medium,
            most: MAX_KEPT,
            patience: None,
            detectors: Vec::new(),
            index: Index::default(),
            at_digits: Vec::new(),
            at_ats: Vec::new(),
            at_fillers: Vec::new(),
            patterns: Vec::new(),
            names: None,
            terms: Terms::default(),
            dictionary: Dictionary::default(),
            own: Dictionary::default(),
        }
    }
}

impl Detectors {
    /// Compiles rule files (path such as `ch/ch.ahv.yaml`, text). Those that are built into the program
    /// are used where the selection names their folder; of the others the examples are run, since those
    /// of the program were run when it was tested.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong, beginning with the file.
    pub fn compile(rules: &[(String, String)], selection: &Selection) -> Result<Self, Vec<String>> {
        let mut wrong = names(rules, selection);
        let shipped: BTreeMap<&str, &str> = shipped::DETECTORS.iter().copied().collect();
        let mut detectors: Vec<Detector> = Vec::new();
        let mut files = BTreeMap::new();
        for (file, text) in rules {
            let is_own = shipped.get(file.as_str()) != Some(&text.as_str());
            if !is_used(file, is_own, selection) {
                continue;
            }
            match Detector::read(file, text) {
                Ok(detector) => {
                    if let Some(other) = files.insert(detector.id.clone(), file) {
                        let id = &detector.id;
                        wrong.push(format!(
                            "{file}: {other} has the id \"{id}\" already; give it another"
                        ));
                        continue;
                    }
                    if is_own {
                        wrong.extend(detector.run_examples());
                    }
                    detectors.push(detector);
                }
                Err(error) => wrong.push(error),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Self::of(detectors, selection.at_least))
    }

    /// The detectors, in the order of their files.
    pub fn list(&self) -> &[Detector] {
        &self.detectors
    }

    pub(super) fn of(detectors: Vec<Detector>, at_least: Confidence) -> Self {
        let words = |list: fn(&Detector) -> &Vec<String>, purpose: Use| {
            let all = detectors.iter().enumerate();
            all.flat_map(move |(rule, detector)| {
                let words = list(detector).iter();
                words.map(move |word| (rule, purpose, word.as_str()))
            })
        };
        let keywords = words(|detector| &detector.keywords, Use::For);
        let negative = words(|detector| &detector.negative, Use::Against);
        let mut own: Vec<_> = words(|detector| &detector.words, Use::For).collect();
        let mut all = Self {
            at_least,
            dictionary: Dictionary::of(keywords.chain(negative)),
            ..Self::default()
        };
        for (rule, detector) in detectors.iter().enumerate() {
            match &detector.finder {
                Finder::Engine(engine) => match engine.anchor {
                    Anchor::Digit => all.at_digits.push(rule),
                    Anchor::At => all.at_ats.push(rule),
                    Anchor::Fillers => all.at_fillers.push(rule),
                    Anchor::Word(list) => {
                        own.extend(list.iter().map(|word| (rule, Use::Begins, *word)));
                    }
                },
                Finder::Names => all.names = Some(rule),
                Finder::Pattern(_) if detector.words.is_empty() => all.patterns.push(rule),
                Finder::Pattern(_) | Finder::Words | Finder::Terms(_) => (),
                Finder::Shapes(shapes, _) => {
                    let rules = |is: bool| is.then_some(rule).into_iter().collect();
                    for shape in shapes {
                        all.index.add(Wanted {
                            shape: shape.clone(),
                            valid: detector.valid,
                            capitals: detector.capitals,
                            free: rules(detector.is_free()),
                            bound: rules(!detector.is_free()),
                        });
                    }
                }
            }
        }
        let terms = detectors
            .iter()
            .enumerate()
            .filter_map(|(at, one)| match &one.finder {
                Finder::Terms(own) => Some((at, one.entity, own.as_deref())),
                _ => None,
            });
        all.terms = Terms::of(terms);
        all.own = Dictionary::of(own.into_iter());
        all.detectors = detectors;
        all
    }
}

impl Detector {
    /// Runs the examples of this detector alone; gives a sentence for each that fails.
    pub fn run_examples(&self) -> Vec<String> {
        let alone = Detectors::of(vec![self.clone()], Confidence::Low);
        let failed = self.examples.iter();
        let failed = failed.filter_map(|example| example.run(&alone).err());
        failed
            .map(|error| format!("{}: {error}", self.file))
            .collect()
    }
}

/// True for the admin's own files, and for those of the program whose folder is named.
fn is_used(file: &str, is_own: bool, selection: &Selection) -> bool {
    let folder = file.split('/').next().unwrap_or_default();
    let named = selection
        .folders
        .iter()
        .any(|name| name == "*" || name == folder);
    let id = file
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".yaml");
    (is_own || named) && !selection.skip.iter().any(|skip| skip == id)
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
