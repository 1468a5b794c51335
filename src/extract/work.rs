// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what an extraction has found so far, and what it may still spend.

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

use crate::message::{Message, Part, PartPath, header, transfer};

use super::{Budget, Extract, FORMATS, Opened, Source, Text, Unreadable, Why, password};

/// Unpacked content and text that may lie in memory at once, in bytes: a worker has 512 MB, and what
/// looks for findings needs some of them.
const ROOM: usize = 96 << 20;

/// Content that is larger than `RATIO_FROM` bytes and more than `RATIO` times what it was packed is
/// made to fill memory, not to be read.
const RATIO: usize = 200;
const RATIO_FROM: usize = 10 << 20;

/// Wrong passwords that are tried: each costs up to a million hashes.
const MOST_ATTEMPTS: usize = 64;

/// Bytes that are unpacked at a time.
const STEP: usize = 64 << 10;

/// An extraction under way.
#[derive(Debug)]
pub(super) struct Work<'a> {
    /// What was found so far.
    pub extract: Extract,
    /// The limits, `parts` and `unpacked` counted down.
    left: Budget,
    /// Bytes of text and of unpacked content that lie in memory.
    held: usize,
    /// The mail, if it is one, and the passwords in it once somebody asked.
    mail: Option<&'a Message>,
    passwords: Option<Vec<String>>,
    /// How often a wrong one may still be tried.
    attempts: usize,
    /// The part that the last right one opened.
    opened: Option<PartPath>,
}

/// Content, unpacked.
#[derive(Debug)]
pub(super) struct Unpacked {
    /// The bytes, up to where unpacking failed.
    pub bytes: Vec<u8>,
    /// Why they are not all there, if so.
    pub fault: Option<String>,
}

impl<'a> Work<'a> {
    /// Begins, with the mail that all of it stands in.
    pub fn new(budget: &Budget, mail: Option<&'a Message>) -> Self {
        Self {
            extract: Extract::default(),
            left: *budget,
            held: 0,
            mail,
            passwords: None,
            attempts: MOST_ATTEMPTS,
            opened: None,
        }
    }

    /// What the first word of the mail that fits gives. Part of `part` is then as good as open.
    pub fn unlock<T>(
        &mut self,
        part: &PartPath,
        mut attempt: impl FnMut(&str) -> Option<T>,
    ) -> Option<T> {
        let mail = self.mail;
        let words = self
            .passwords
            .get_or_insert_with(|| mail.map(password::candidates).unwrap_or_default());
        for at in 0..words.len() {
            self.attempts = self.attempts.checked_sub(1)?;
            let opened = words.get(at).and_then(|word| attempt(word));
            if opened.is_some() {
                // Most likely it opens the next one too.
                words.swap(0, at);
                self.attempts += at + 1;
                if self.opened.as_ref() != Some(part) {
                    self.opened = Some(part.clone());
                    let detail = "opened with a password that stands in the same mail";
                    self.unreadable(part, Why::WeaklyEncrypted, detail);
                }
                return opened;
            }
        }
        None
    }

    /// What may still be spent.
    pub fn left(&self) -> &Budget {
        &self.left
    }

    /// Adds the text of a part, with LF line ends. Blank text is nothing.
    pub fn text(&mut self, part: &PartPath, content: String, places: Vec<(Range<usize>, String)>) {
        if !content.trim().is_empty() {
            let part = part.clone();
            self.held = self.held.saturating_add(content.len());
            self.extract.texts.push(Text {
                part,
                content,
                places,
                repeats: None,
            });
        }
    }

    /// Adds a part that was not wholly read.
    pub fn unreadable(&mut self, part: &PartPath, why: Why, detail: impl Into<String>) {
        let (part, detail) = (part.clone(), detail.into());
        self.extract
            .unreadable
            .push(Unreadable { part, why, detail });
    }

    /// Reads the parts of a mail, one level of messages; `raw` is what their ranges count in.
    pub fn read_tree(&mut self, raw: &[u8], parts: &[Part], left_out: &[(PartPath, String)]) {
        self.left.tree.parts = self.left.tree.parts.saturating_sub(parts.len());
        for part in parts {
            if let Some(doubt) = part.doubt {
                self.unreadable(&part.path, Why::Ambiguous, doubt);
            }
            for name in part.file_name.iter().chain(&part.other_name) {
                self.text(
                    &PartPath::name(&part.path.0),
                    name.replace(['\r', '\n'], " "),
                    Vec::new(),
                );
            }
            if part.is_container && crate::message::mime::is_message(&part.media_type) {
                let inner = raw.get(part.content.clone()).unwrap_or_default();
                let (fields, _) = header::split(inner);
                super::header::read(&fields, inner, Some(&part.path), self);
            }
        }
        let first = self.extract.texts.len();
        let encrypted: Vec<&PartPath> = parts
            .iter()
            .filter(|part| part.is_container && part.media_type == "multipart/encrypted")
            .map(|part| &part.path)
            .collect();
        for part in parts.iter().filter(|part| !part.is_container) {
            let is_encrypted = encrypted
                .iter()
                .any(|container| holds(container, &part.path));
            self.read_part(raw, part, is_encrypted);
        }
        for (path, why) in left_out {
            self.unreadable(path, Why::OverBudget, why.as_str());
        }
        let texts = self.extract.texts.get_mut(first..).unwrap_or_default();
        link_alternatives(parts, texts);
    }

    /// Reads one leaf.
    fn read_part(&mut self, raw: &[u8], part: &Part, is_encrypted: bool) {
        let encoded = raw.get(part.content.clone()).unwrap_or_default();
        if !transfer::is_known(&part.encoding) {
            let detail = format!("the transfer encoding \"{}\" is unknown", part.encoding);
            self.unreadable(&part.path, Why::Partly, detail);
        }
        // Decoding takes no more room than what is decoded.
        if !self.spend(&part.path, encoded.len()) {
            return;
        }
        let bytes = transfer::decode(encoded, &part.encoding);
        self.open_paid(&Source {
            path: &part.path,
            media_type: &part.media_type,
            charset: part.charset.as_deref(),
            file_name: part.file_name.as_deref().unwrap_or_default().to_lowercase(),
            bytes: &bytes,
            depth: part.depth,
            is_encrypted,
        });
    }

    /// True where one more part may be read, so deep. Where not, `container` is over budget.
    pub fn admits(&mut self, container: &PartPath, depth: usize) -> bool {
        let why = if depth > self.left.tree.depth {
            "it is nested too deep"
        } else if self.left.tree.parts == 0 {
            "a message may hold no more parts"
        } else {
            self.left.tree.parts -= 1;
            return true;
        };
        self.unreadable(container, Why::OverBudget, why);
        false
    }

    /// Unpacks what `packed` bytes hold, as far as the budget allows; past it, the part is
    /// `over-budget` and there is nothing. What comes back counts as held until [`Self::release`].
    pub fn unpack(
        &mut self,
        part: &PartPath,
        packed: usize,
        mut reader: impl Read,
    ) -> Option<Unpacked> {
        let left = usize::try_from(self.left.unpacked).unwrap_or(usize::MAX);
        let room = self.room();
        let by_ratio = packed.saturating_mul(RATIO).max(RATIO_FROM);
        let most = left.min(room).min(by_ratio);
        let mut bytes = Vec::new();
        let mut step = vec![0; STEP];
        let fault = loop {
            match reader.read(&mut step) {
                Ok(0) => break None,
                Ok(count) => bytes.extend_from_slice(step.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => break Some(error.to_string()),
            }
            if bytes.len() > most {
                self.left.unpacked -= u64::try_from(most).unwrap_or(u64::MAX);
                let why = if most == by_ratio {
                    format!("it unpacks to more than {RATIO} times its {packed} bytes")
                } else {
                    format!("it unpacks to more than the {most} bytes that a message has left")
                };
                self.unreadable(part, Why::OverBudget, why);
                return None;
            }
        };
        self.left.unpacked -= u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.held = self.held.saturating_add(bytes.len());
        Some(Unpacked { bytes, fault })
    }

    /// Bytes that may still lie in memory.
    pub fn room(&self) -> usize {
        ROOM.saturating_sub(self.held)
    }

    /// Gives back the room of unpacked content.
    pub fn release(&mut self, unpacked: Unpacked) {
        self.held = self.held.saturating_sub(unpacked.bytes.len());
        drop(unpacked);
    }

    /// Reads bytes that stand in `outer` under a name.
    pub fn open_inside(&mut self, outer: &Source<'_>, name: &str, bytes: &[u8]) {
        self.open_packed_inside(outer, name, bytes.len(), bytes);
    }

    /// The same, where the name is a person's own: it is a text too.
    pub fn open_named(&mut self, outer: &Source<'_>, name: &str, bytes: &[u8]) {
        let name = name.replace(['\r', '\n', '\0'], " ");
        let shown = if name.trim().is_empty() {
            "file"
        } else {
            last_name(&name)
        };
        let path = outer.as_container().member(shown);
        self.text(&PartPath::name(&path.0), name.clone(), Vec::new());
        self.open_inside(outer, shown, bytes);
    }

    /// Unpacks what stands in `outer` under a name, and reads it.
    pub fn open_packed_inside(
        &mut self,
        outer: &Source<'_>,
        name: &str,
        packed: usize,
        reader: impl Read,
    ) {
        if self.admits(outer.path, outer.depth + 1) {
            let path = outer.as_container().member(name);
            self.open_member(outer, &path, packed, reader);
        }
    }

    /// Unpacks a member of `outer` and reads it by the format that takes it. False where it is over
    /// the budget.
    pub fn open_member(
        &mut self,
        outer: &Source<'_>,
        path: &PartPath,
        packed: usize,
        reader: impl Read,
    ) -> bool {
        let Some(unpacked) = self.unpack(path, packed, reader) else {
            return false;
        };
        if let Some(fault) = &unpacked.fault {
            let (why, what) = if unpacked.bytes.is_empty() {
                (Why::Unreadable, "it cannot be unpacked")
            } else {
                (Why::Partly, "it cannot be wholly unpacked")
            };
            self.unreadable(path, why, format!("{what}: {fault}"));
        }
        self.open_paid(&Source {
            path,
            media_type: "application/octet-stream",
            charset: None,
            file_name: last_name(&path.0).to_lowercase(),
            bytes: &unpacked.bytes,
            depth: outer.depth + 1,
            is_encrypted: false,
        });
        self.release(unpacked);
        true
    }

    /// Reads content by the first format that takes it, if the budget allows.
    pub fn open(&mut self, source: &Source<'_>) {
        if self.spend(source.path, source.bytes.len()) {
            self.open_paid(source);
        }
    }

    fn open_paid(&mut self, source: &Source<'_>) {
        if source.bytes.trim_ascii().is_empty() {
            return;
        }
        match FORMATS.iter().find(|format| format.takes(source)) {
            Some(format) => {
                self.extract.parts.push(Opened {
                    part: source.path.clone(),
                    format: format.name(),
                });
                let before = self.told();
                format.read(source, self);
                if self.told() == before && !format.may_be_empty(source) {
                    let detail = format!("nothing was found in it ({})", kind(source));
                    self.unreadable(source.path, Why::Unreadable, detail);
                }
            }
            None => {
                let detail = format!("there is no reader for the type {}", kind(source));
                self.unreadable(source.path, Why::Unreadable, detail);
            }
        }
    }

    /// Says of the part that is being opened what it is, more exactly.
    pub fn is_rather(&mut self, format: &'static str) {
        if let Some(last) = self.extract.parts.last_mut() {
            last.format = format;
        }
    }

    /// How many texts and reasons there are.
    fn told(&self) -> usize {
        self.extract.texts.len() + self.extract.unreadable.len()
    }

    /// Takes bytes from the budget, or says of the part that they are not there.
    fn spend(&mut self, part: &PartPath, bytes: usize) -> bool {
        let left = u64::try_from(bytes)
            .ok()
            .and_then(|cost| self.left.unpacked.checked_sub(cost));
        let Some(left) = left else {
            let detail = format!("its {bytes} bytes are more than a message may still unpack");
            self.unreadable(part, Why::OverBudget, detail);
            return false;
        };
        self.left.unpacked = left;
        true
    }
}

/// The last piece of a path.
pub(super) fn last_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// What a part is for a person: its type, and the ending of its name.
fn kind<'a>(source: &'a Source<'_>) -> Cow<'a, str> {
    match source.file_name.rsplit_once('.') {
        Some((_, ending)) if ending.len() <= 8 && ending.chars().all(char::is_alphanumeric) => {
            Cow::Owned(format!("{} (.{ending})", source.media_type))
        }
        _ => Cow::Borrowed(source.media_type),
    }
}

/// True where the part stands in the container: `2.1` in `2`, everything of a message in its `0`.
fn holds(container: &PartPath, part: &PartPath) -> bool {
    if let Some(prefix) = container.0.strip_suffix('0')
        && (prefix.is_empty() || prefix.ends_with('.'))
    {
        return part.0.starts_with(prefix);
    }
    let rest = part.0.strip_prefix(&container.0);
    rest.is_some_and(|rest| rest.starts_with('.'))
}

/// Names, in the texts of an alternative, the text part that they say again.
fn link_alternatives(parts: &[Part], texts: &mut [Text]) {
    let mut plain: Vec<(&PartPath, &PartPath)> = Vec::new();
    for part in parts
        .iter()
        .filter(|part| part.media_type == "text/plain" && !part.is_attachment)
    {
        let is_read = || texts.iter().any(|text| text.part == part.path);
        if let Some(alternative) = &part.alternative_of
            && plain.last().is_none_or(|(known, _)| *known != alternative)
            && is_read()
        {
            plain.push((alternative, &part.path));
        }
    }
    for part in parts
        .iter()
        .filter(|part| !part.is_attachment && !part.is_container)
    {
        let same = plain
            .iter()
            .find(|(known, _)| Some(*known) == part.alternative_of.as_ref());
        if let Some((_, path)) = same
            && **path != part.path
            && let Some(text) = texts.iter_mut().find(|text| text.part == part.path)
        {
            text.repeats = Some((*path).clone());
        }
    }
}
