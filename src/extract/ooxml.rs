// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the documents of Microsoft Office (ECMA-376) into text: what they show, and all else in them.

use std::collections::{HashMap, HashSet};

use super::draft::Draft;
use super::story::{self, Story};
use super::work::Unpacked;
use super::xml::{self, Piece};
use super::zip::{Archive, Entry};
use super::{Source, Why, Work, sheet, slides};

/// Parts in which nothing stands that a person wrote.
const MACHINERY: &[&str] = &[
    "binaryindex",
    "calcchain",
    "fonttable",
    "numbering",
    "presprops",
    "styles",
    "tablestyles",
    "viewprops",
    "websettings",
];

/// Parts that say in attributes what a person wrote: where data comes from, what may be chosen.
const RECORDS: &[&str] = &["connections", "ctrlprop", "querytable", "slicer"];

/// Files in which nothing stands that a person reads: fonts, printers, programs of the document.
const FURNITURE: &[&str] = &[
    ".odttf",
    ".fntdata",
    "printersettings",
    "vbaproject",
    ".sigs",
    "vbadata",
];

/// The part that begins a document, where its relation does not say it.
const MAINS: &[&str] = &[
    "word/document.xml",
    "xl/workbook.xml",
    "xl/workbook.bin",
    "ppt/presentation.xml",
];

/// True for an archive that is an Office document.
pub(super) fn is_package(archive: &Archive<'_>) -> bool {
    let has_main = || MAINS.iter().any(|main| archive.find(main).is_some());
    archive.find("[Content_Types].xml").is_some() || has_main()
}

/// Reads a document.
pub(super) fn read(archive: &Archive<'_>, source: &Source<'_>, work: &mut Work) {
    let mut package = Package::new(archive, source);
    let links = package.relations("", work);
    let main = links.iter().find(|link| link.kind == "officeDocument");
    let main = main.map(|link| link.target.clone());
    let main = main.filter(|main| package.has(main));
    let known = MAINS.iter().find(|main| package.has(main));
    let main = main.or(known.map(|main| (*main).to_owned()));
    let is_known = main.is_some_and(|main| document(&mut package, &main, work));
    package.rest(is_known, work);
}

/// Reads the document proper. False where there is none that we know.
fn document(package: &mut Package<'_>, main: &str, work: &mut Work) -> bool {
    let Some(unpacked) = package.part(main, work) else {
        return false;
    };
    let kind = if main.ends_with("workbook.bin") {
        "workbook".to_owned()
    } else {
        let start = unpacked.bytes.get(..unpacked.bytes.len().min(4096));
        xml::root(&xml::decode(start.unwrap_or_default()))
    };
    match kind.as_str() {
        "workbook" => work.is_rather("workbook"),
        "presentation" => work.is_rather("presentation"),
        _ => work.is_rather("document"),
    }
    match kind.as_str() {
        "workbook" => sheet::read(package, main, &unpacked.bytes, work),
        "presentation" => slides::read(package, main, &unpacked.bytes, work),
        "document" => {
            let story = story::read(&unpacked.bytes);
            package.add(main, "", story);
        }
        _ => {}
    }
    work.release(unpacked);
    matches!(kind.as_str(), "workbook" | "presentation" | "document")
}

/// What one part says of another (ECMA-376 part 2, 6.5).
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// How the part names it.
    pub id: String,
    /// The last word of its type.
    pub kind: String,
    /// The name of the other part, or an address outside.
    pub target: String,
    is_external: bool,
}

/// A document being read.
pub(super) struct Package<'a> {
    archive: &'a Archive<'a>,
    source: &'a Source<'a>,
    /// Its text so far.
    pub draft: Draft,
    entries: HashMap<String, &'a Entry>,
    read: HashSet<String>,
    /// Addresses outside, and what stands beside the text.
    aside: Vec<String>,
    /// Parts that could not be wholly read.
    damaged: Vec<String>,
    pictures: usize,
}

impl<'a> Package<'a> {
    fn new(archive: &'a Archive<'a>, source: &'a Source<'a>) -> Self {
        let mut entries = HashMap::new();
        for entry in &archive.entries {
            entries.entry(entry.name.to_lowercase()).or_insert(entry);
        }
        Self {
            archive,
            source,
            draft: Draft::default(),
            entries,
            read: HashSet::new(),
            aside: Vec::new(),
            damaged: Vec::new(),
            pictures: 0,
        }
    }

    fn has(&self, name: &str) -> bool {
        self.entries.contains_key(&name.to_lowercase())
    }

    /// True for a part that was not read before.
    pub fn is_new(&self, name: &str) -> bool {
        !self.read.contains(&name.to_lowercase())
    }

    /// True for a part of a binary workbook that is no embedded object.
    fn is_records(&self, name: &str) -> bool {
        let is_object = ["/embeddings/", "/activex/"]
            .iter()
            .any(|folder| name.contains(folder));
        name.ends_with(".bin") && !is_object && self.has("xl/workbook.bin")
    }

    /// Unpacks a part; give it back to `work`.
    pub fn part(&mut self, name: &str, work: &mut Work) -> Option<Unpacked> {
        let name = name.to_lowercase();
        let entry = *self.entries.get(&name)?;
        let unpacked = self.archive.unpack(entry, self.source.path, work);
        if unpacked.as_ref().is_none_or(|part| part.fault.is_some()) {
            self.damaged.push(name.clone());
        }
        self.read.insert(name);
        unpacked
    }

    /// What a part says of others; the package itself is the part "".
    pub fn relations(&mut self, part: &str, work: &mut Work) -> Vec<Link> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let slash = if folder.is_empty() { "" } else { "/" };
        let name = format!("{folder}{slash}_rels/{file}.rels");
        let Some(unpacked) = self.part(&name, work) else {
            return Vec::new();
        };
        let mut links = Vec::new();
        xml::walk(&xml::decode(&unpacked.bytes), |piece| {
            if let Piece::Start("Relationship", attributes) = piece {
                let get = |name| attributes.get(name).unwrap_or_default();
                let is_external = get("TargetMode") == "External";
                let target = get("Target");
                links.push(Link {
                    id: get("Id").into_owned(),
                    kind: get("Type")
                        .rsplit('/')
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                    target: if is_external {
                        target.into_owned()
                    } else {
                        resolve(folder, &target)
                    },
                    is_external,
                });
            }
        });
        work.release(unpacked);
        let outside = links.iter().filter(|link| link.is_external);
        self.aside.extend(outside.map(|link| link.target.clone()));
        links
    }

    /// Adds the text of a part, which lies at `place` for a person.
    pub fn add(&mut self, part: &str, place: &str, story: Story) {
        if !story.is_whole {
            self.damaged.push(part.to_owned());
        }
        if !story.text.trim().is_empty() {
            self.draft.leave();
            self.draft.gap();
            self.draft.at(place);
            self.draft.push(&story.text);
        }
        if !story.aside.trim().is_empty() {
            self.aside.push(story.aside);
        }
    }

    /// Reads a part in which text stands in runs.
    pub fn story(&mut self, name: &str, place: &str, work: &mut Work) {
        if let Some(unpacked) = self.part(name, work) {
            let story = story::read(&unpacked.bytes);
            work.release(unpacked);
            self.add(name, place, story);
        }
    }

    /// Says of a part that it could not be wholly read.
    pub fn damaged(&mut self, part: &str) {
        self.damaged.push(part.to_owned());
    }

    /// Says that more is in the document than was read.
    pub fn over_budget(&mut self, work: &mut Work) {
        let detail = "its cells are more than a message may hold";
        work.unreadable(self.source.path, Why::OverBudget, detail);
    }

    /// Reads what no one has asked for yet, and ends the text.
    fn rest(mut self, is_known: bool, work: &mut Work) {
        let mut properties = Vec::new();
        let mut others = Vec::new();
        let entries = self
            .archive
            .entries
            .iter()
            .filter(|entry| !entry.is_folder());
        for entry in entries {
            let name = entry.name.to_lowercase();
            if !self.is_new(&name)
                && self
                    .entries
                    .get(&name)
                    .is_some_and(|e| std::ptr::eq(*e, entry))
            {
                continue;
            }
            let file = name.rsplit('/').next().unwrap_or_default();
            if FURNITURE.iter().any(|word| file.contains(word)) {
                continue;
            }
            if name.starts_with("docprops/") && file.ends_with(".xml") {
                properties.push(name);
            } else if name.contains("/media/") || name.starts_with("docprops/thumbnail") {
                self.pictures += usize::from(name.contains("/media/"));
            } else if file.ends_with(".rels") {
                let part = name.replace("_rels/", "");
                self.relations(part.trim_end_matches(".rels"), work);
            } else if [".xml", ".vml"].iter().any(|ending| file.ends_with(ending))
                || self.is_records(&name)
            {
                self.other_part(&name, work);
            } else {
                others.push(entry);
            }
        }
        self.say_what_is_missing(is_known, !others.is_empty(), work);
        for name in properties {
            if let Some(unpacked) = self.part(&name, work) {
                let story = story::read_all(&unpacked.bytes);
                work.release(unpacked);
                self.add(&name, "properties", story);
            }
        }
        self.draft.leave();
        self.draft.gap();
        self.draft.at("links and fields");
        self.draft.push(&self.aside.join("\n"));
        let (text, places) = self.draft.finish();
        work.text(self.source.path, text, places);
        let container = self.source.as_container();
        for entry in others {
            if !work.admits(self.source.path, self.source.depth + 1) {
                return;
            }
            let path = container.member(&entry.name);
            self.archive.open(entry, self.source, &path, work);
        }
    }

    /// Reads an XML part by what its name tells.
    fn other_part(&mut self, name: &str, work: &mut Work) {
        let file = name.rsplit('/').next().unwrap_or_default();
        let stem = file.split('.').next().unwrap_or_default();
        let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_theme = name.contains("/theme/") || name == "[content_types].xml";
        if is_theme || MACHINERY.contains(&stem) {
            return;
        }
        let Some(unpacked) = self.part(name, work) else {
            return;
        };
        let story = if file.ends_with(".bin") {
            sheet::loose_strings(&unpacked.bytes)
        } else if name.contains("pivotcache/") {
            story::read_values(&unpacked.bytes)
        } else if name.starts_with("customxml/") || file.ends_with(".vml") {
            story::read_all(&unpacked.bytes)
        } else if RECORDS.contains(&stem) {
            story::read_properties(&unpacked.bytes)
        } else {
            let story = story::read(&unpacked.bytes);
            // What holds no runs may hold text all the same; of a drawing that is where it lies.
            let is_drawing = ["/drawings/", "/diagrams/"]
                .iter()
                .any(|at| name.contains(at));
            match story.is_blank() && !is_drawing {
                true => story::read_texts(&unpacked.bytes),
                false => story,
            }
        };
        work.release(unpacked);
        let place = match stem {
            "header" | "footer" | "footnotes" | "endnotes" | "comments" => stem,
            "item" => "custom data",
            "chart" => "chart",
            "slidemaster" | "slidelayout" | "notesmaster" => "master",
            _ => "",
        };
        self.add(name, place, story);
    }

    fn say_what_is_missing(&self, is_known: bool, has_others: bool, work: &mut Work) {
        let path = self.source.path;
        let is_blank = self.draft.is_blank();
        if !is_known && is_blank {
            let detail = "an Office document without a part that we can read";
            work.unreadable(path, Why::Unreadable, detail);
        } else if let Some(part) = self.damaged.first() {
            let why = if is_blank {
                Why::Unreadable
            } else {
                Why::Partly
            };
            work.unreadable(path, why, format!("its part {part} is damaged"));
        } else if self.pictures > 0 {
            let scanned = is_blank && !has_others;
            let why = if scanned {
                Why::Unreadable
            } else {
                Why::Picture
            };
            let only = if scanned { "nothing but " } else { "" };
            let detail = format!("holds {only}pictures ({})", self.pictures);
            work.unreadable(path, why, detail);
        }
    }
}

/// The name of a part that a part in `folder` names.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut pieces: Vec<&str> = Vec::new();
    if !target.starts_with('/') {
        pieces.extend(folder.split('/').filter(|piece| !piece.is_empty()));
    }
    for piece in target.split('/') {
        match piece {
            "" | "." => {}
            ".." => {
                pieces.pop();
            }
            _ => pieces.push(piece),
        }
    }
    pieces.join("/")
}

#[cfg(test)]
mod tests;
