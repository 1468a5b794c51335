// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns detector files into detectors, and runs their examples.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Confidence;
pub use super::detector::Detector;
use super::detector::{Anchor, Finder};
use super::shape::{MAX_LENGTH, Shape};
use super::words::{Dictionary, Use};
use crate::nearest::did_you_mean;
use crate::shipped;

/// The detectors in use, compiled.
#[derive(Debug)]
pub struct Detectors {
    /// Below this, a finding is noted but decides nothing.
    pub at_least: Confidence,
    pub(super) detectors: Vec<Detector>,
    /// Which have a shape of this length that begins with this digit or capital, and which shape it
    /// is: those that may find something without a keyword, and those that may not.
    beginning: Vec<Beginning>,
    /// The engines at digits and at `@`, and the literals of the others.
    pub(super) at_digits: Vec<usize>,
    pub(super) at_ats: Vec<usize>,
    pub(super) literals: Literals,
    /// The patterns that are tried around digits.
    pub(super) patterns: Vec<usize>,
    /// What finds names of persons.
    pub(super) names: Option<usize>,
    /// Keywords and negative words.
    pub(super) dictionary: Dictionary,
    /// The words that rules look for themselves, and where their patterns are tried.
    pub(super) own: Dictionary,
}

/// Rules and their shapes: of those that are free to find something alone, and of those that are not.
type Beginning = [Vec<(usize, usize)>; 2];

/// The literals that engines are tried at, and which of them.
#[derive(Debug, Default)]
pub(super) struct Literals {
    pub automaton: Option<AhoCorasick>,
    pub engines: Vec<usize>,
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
            detectors: Vec::new(),
            beginning: Vec::new(),
            at_digits: Vec::new(),
            at_ats: Vec::new(),
            literals: Literals::default(),
            patterns: Vec::new(),
            names: None,
            dictionary: Dictionary::default(),
            own: Dictionary::default(),
        }
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
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Self::of(checked, selection.at_least).map_err(|error| vec![error])
    }

    /// The detectors, in the order of their files.
    pub fn list(&self) -> &[Detector] {
        &self.detectors
    }

    pub(super) fn of(detectors: Vec<Detector>, at_least: Confidence) -> Result<Self, String> {
        let words = |list: fn(&Detector) -> &Vec<String>, purpose: Use| {
            let all = detectors.iter().enumerate();
            all.map(move |(rule, detector)| (rule, purpose, list(detector).as_slice()))
        };
        let keywords = words(|detector| &detector.keywords, Use::For);
        let negative = words(|detector| &detector.negative, Use::Against);
        let dictionary = Dictionary::of(keywords.chain(negative))?;
        let own = Dictionary::of(words(|detector| &detector.words, Use::For))?;
        let mut all = Self {
            at_least,
            beginning: vec![Default::default(); FIRSTS.len() * (MAX_LENGTH + 1)],
            dictionary,
            own,
            ..Self::default()
        };
        let mut literals: Vec<&str> = Vec::new();
        for (index, detector) in detectors.iter().enumerate() {
            match &detector.finder {
                Finder::Engine(engine) => match engine.anchor {
                    Anchor::Digit => all.at_digits.push(index),
                    Anchor::At => all.at_ats.push(index),
                    Anchor::Literal(list) => {
                        literals.extend(list);
                        all.literals.engines.extend(list.iter().map(|_| index));
                    }
                },
                Finder::Names => all.names = Some(index),
                Finder::Pattern(_) if detector.words.is_empty() => all.patterns.push(index),
                Finder::Pattern(_) | Finder::Words => (),
                Finder::Shapes(shapes, _) => all.index(index, shapes, detector.is_free()),
            }
        }
        if !literals.is_empty() {
            let automaton = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::LeftmostLongest)
                .kind(Some(AhoCorasickKind::DFA))
                .build(literals);
            all.literals.automaton = Some(automaton.map_err(|error| error.to_string())?);
        }
        all.detectors = detectors;
        Ok(all)
    }

    /// Notes with which digit or capital a shape can begin, and how long it is.
    fn index(&mut self, detector: usize, shapes: &[Shape], is_free: bool) {
        for (at, place) in self.beginning.iter_mut().enumerate() {
            let first = FIRSTS.get(at / (MAX_LENGTH + 1)).copied().unwrap_or(b'0');
            let length = at % (MAX_LENGTH + 1);
            for (at, shape) in shapes.iter().enumerate() {
                if shape.begins_with(first) && shape.lengths().contains(&length) {
                    let [free, bound] = &mut *place;
                    if is_free { free } else { bound }.push((detector, at));
                }
            }
        }
    }

    /// The detectors with a shape of this length that may begin with this digit or capital: those
    /// that may find something without a keyword, and those that may not.
    pub(super) fn beginning(&self, first: u8, length: usize) -> Option<&Beginning> {
        let first = match first {
            digit @ b'0'..=b'9' => usize::from(digit - b'0'),
            letter @ b'A'..=b'Z' => usize::from(letter - b'A') + 10,
            _ => return None,
        };
        self.beginning.get(first * (MAX_LENGTH + 1) + length)
    }
}

impl Detector {
    /// Runs the examples of this detector alone; gives it back, and a sentence for each that fails.
    pub fn run_examples(self) -> (Self, Vec<String>) {
        let (file, examples) = (self.file.clone(), self.examples.clone());
        let at = |error: String| format!("{file}: {error}");
        let alone = match Detectors::of(vec![self.clone()], Confidence::Low) {
            Ok(alone) => alone,
            Err(error) => return (self, vec![at(error)]),
        };
        let failed = examples
            .iter()
            .filter_map(|example| example.run(&alone).err())
            .map(at)
            .collect();
        (self, failed)
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
