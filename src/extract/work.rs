// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what an extraction has found so far, and what it may still spend.

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

use crate::message::{Message, PartPath, charset};

use super::{
    Budget, Extract, FORMATS, Opened, Place, Source, Text, Unreadable, Why, bidi, password, plain,
    stack,
};

/// Of a process's memory the share that unpacked content and text may take at once, in sixteenths: the
/// mail itself and what looks for findings need the rest.
const ROOM: u64 = 3;

/// Content from this size on, in bytes, that is more than `Budget::ratio` times what it was packed in
/// is made to fill memory, not to be read.
const RATIO_FROM: usize = 10 << 20;

/// Wrong passwords that are tried: each costs up to a million hashes.
const MOST_ATTEMPTS: usize = 64;

/// What is shorter, in bytes, is nothing packed or encrypted (a ZIP of nothing has 22, a block of AES
/// 16): of an unknown kind, its characters are all there is.
const SHORT: usize = 16;

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
    pub fn text(&mut self, part: &PartPath, content: String, places: Vec<(Range<usize>, Place)>) {
        if content.trim().is_empty() {
            return;
        }
        let turned = bidi::shown(&content);
        let joined = stack::joined(&content);
        self.add(part.clone(), content, places, None);
        if let Some(turned) = turned {
            self.again(part, "as shown", turned);
        }
        if let Some(joined) = joined {
            self.again(part, "in one line", joined);
        }
    }

    /// Adds a text that says in another way what that of a part says.
    pub fn again(&mut self, part: &PartPath, how: &str, content: String) {
        self.add(part.member(how), content, Vec::new(), Some(part.clone()));
    }

    /// Leaves out the text of a part, of which another reading says it all.
    pub fn forget(&mut self, part: &PartPath) {
        self.extract.texts.retain(|text| text.part != *part);
    }

    fn add(
        &mut self,
        part: PartPath,
        content: String,
        places: Vec<(Range<usize>, Place)>,
        repeats: Option<PartPath>,
    ) {
        self.held = self.held.saturating_add(content.len());
        self.extract.texts.push(Text {
            part,
            content,
            places,
            repeats,
        });
    }

    /// Adds a part that was not wholly read.
    pub fn unreadable(&mut self, part: &PartPath, why: Why, detail: impl Into<String>) {
        let (part, detail) = (part.clone(), detail.into());
        self.extract
            .unreadable
            .push(Unreadable { part, why, detail });
    }

    /// Takes the parts of a mail from the budget.
    pub fn count(&mut self, parts: usize) {
        self.left.tree.parts = self.left.tree.parts.saturating_sub(parts);
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

    /// True where an archive may have one member more than `count`.
    pub fn admits_member(&mut self, archive: &Source<'_>, count: usize) -> bool {
        if count < self.left.members {
            return self.admits(archive.path, archive.depth + 1);
        }
        let why = format!("it has more than {} members", self.left.members);
        self.unreadable(archive.path, Why::OverBudget, why);
        false
    }

    /// Unpacks what `packed` bytes hold, as far as the budget allows; past it, the part is
    /// `over-budget` and there is nothing. What comes back counts as held until [`Self::release`].
    pub fn unpack(
        &mut self,
        part: &PartPath,
        packed: usize,
        reader: impl Read,
    ) -> Option<Unpacked> {
        let left = usize::try_from(self.left.unpacked).unwrap_or(usize::MAX);
        let room = self.room();
        let by_ratio = packed.saturating_mul(self.left.ratio).max(RATIO_FROM);
        let most = left.min(room).min(by_ratio);
        let mut bytes = Vec::new();
        // One byte more tells that there is more.
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        let fault = reader.take(limit).read_to_end(&mut bytes).err();
        if bytes.len() > most {
            self.left.unpacked -= u64::try_from(most).unwrap_or(u64::MAX);
            let why = if most == by_ratio {
                let ratio = self.left.ratio;
                format!("it unpacks to more than {ratio} times its {packed} bytes")
            } else {
                format!("it unpacks to more than the {most} bytes that a message has left")
            };
            self.unreadable(part, Why::OverBudget, why);
            return None;
        }
        let fault = fault.map(|fault| fault.to_string());
        self.left.unpacked -= u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.held = self.held.saturating_add(bytes.len());
        Some(Unpacked { bytes, fault })
    }

    /// Bytes that may still lie in memory.
    pub fn room(&self) -> usize {
        let room = usize::try_from(self.left.memory / 16 * ROOM).unwrap_or(usize::MAX);
        room.saturating_sub(self.held)
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

    /// The same for content that was paid for while it was encoded.
    pub fn open_paid(&mut self, source: &Source<'_>) {
        if source.bytes.trim_ascii().is_empty() {
            return;
        }
        match FORMATS.iter().find(|format| format.takes(source)) {
            Some(format) => {
                self.extract.parts.push(Opened {
                    part: source.path.clone(),
                    format: format.name(),
                });
                let before = self.said();
                format.read(source, self);
                if self.said() == before && !format.may_be_empty(source) {
                    let detail = format!("nothing was found in it ({})", kind(source));
                    self.unreadable(source.path, Why::Unreadable, detail);
                }
            }
            None if source.bytes.len() < SHORT => {
                let text = charset::decode(source.bytes, source.charset);
                self.text(source.path, plain::with_lf(text), Vec::new());
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

    /// How many texts there are, and how many reasons.
    pub fn said(&self) -> (usize, usize) {
        (self.extract.texts.len(), self.extract.unreadable.len())
    }

    /// Settles a second reading, as `path`, of a part that was read: what says the same is dropped, and
    /// that it cannot be read so. True where something is left.
    pub fn settle_again(
        &mut self,
        (texts, reasons): (usize, usize),
        of: &PartPath,
        path: &PartPath,
    ) -> bool {
        let mut more = self.extract.texts.split_off(texts);
        let before = self.extract.texts.iter().rev();
        let known: Vec<&str> = before
            .filter(|text| text.part == *of || text.repeats.as_ref() == Some(of))
            .map(|text| text.content.as_str())
            .collect();
        more.retain(|text| text.part != *path || !known.contains(&text.content.as_str()));
        for text in more.iter_mut().filter(|text| text.part == *path) {
            text.repeats.get_or_insert_with(|| of.clone());
        }
        self.extract.texts.append(&mut more);
        let mut more = self.extract.unreadable.split_off(reasons);
        let fails = |why| matches!(why, Why::Partly | Why::Unreadable);
        more.retain(|one| one.part != *path || !fails(one.why));
        self.extract.unreadable.append(&mut more);
        self.said() != (texts, reasons)
    }

    /// Takes bytes from the budget, or says of the part that they are not there.
    pub fn spend(&mut self, part: &PartPath, bytes: usize) -> bool {
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
