// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message into texts: one for each header a person reads, each file name and each part.

mod aes;
mod bidi;
mod card;
mod codepage;
mod doc;
mod draft;
mod element;
mod epub;
mod escape;
mod flow;
mod grid;
mod gzip;
mod header;
mod html;
mod inner;
mod json;
mod mail;
mod mapi;
mod mbox;
mod msg;
mod number;
mod object;
mod odf;
mod ole;
mod ooxml;
mod opaque;
mod page;
mod password;
mod pdf;
mod picture;
mod place;
mod plain;
mod ppt;
mod program;
mod rar;
mod rtf;
mod sealed;
mod seven_zip;
mod sheet;
mod slides;
mod sniff;
mod stack;
mod story;
mod stretch;
mod style;
mod tag;
mod tar;
mod tnef;
mod tree;
mod uuencode;
mod views;
mod work;
mod xls;
mod xml;
mod xml_file;
mod yenc;
mod zip;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::message::{self, Limits, Message, PartPath};

pub use mbox::messages;
pub use place::Place;

use work::Work;

/// A way to turn content of one kind into text, or into more content.
trait Format: Sync {
    /// What a person calls it.
    fn name(&self) -> &'static str;

    /// True for content that this format reads. It is asked in the order of [`FORMATS`].
    fn takes(&self, source: &Source<'_>) -> bool;

    /// Reads the content. Every part of it ends as text or as a reason why not.
    fn read(&self, source: &Source<'_>, work: &mut Work);

    /// True where such content may well hold nothing to read: a blank page, a signature. Where it
    /// may not, and nothing came of it, it was not read.
    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        false
    }
}

/// The formats, the one that is asked first at the top. A new one is a file here and a line below.
const FORMATS: &[&dyn Format] = &[
    &sealed::Encrypted,
    &sealed::Envelope,
    &sealed::Signature,
    &pdf::Pdf,
    &rtf::Rtf,
    &zip::Zip,
    &seven_zip::SevenZip,
    &rar::Rar,
    &gzip::Packed,
    &tar::Tar,
    &ole::Compound,
    &tnef::Tnef,
    &opaque::Opaque,
    &program::Program,
    &picture::Picture,
    &mbox::Mbox,
    &mail::Mail,
    &html::Html,
    &card::Card,
    &xml_file::XmlFile,
    &json::Json,
    &plain::Plain,
];

/// Content out of its transfer encoding.
struct Source<'a> {
    /// Where it stands.
    path: &'a PartPath,
    /// What it says to be, in lower case.
    media_type: &'a str,
    /// The charset it says to be in.
    charset: Option<&'a str>,
    /// Its file name, in lower case; empty where it has none.
    file_name: String,
    bytes: &'a [u8],
    /// How many levels down it stands.
    depth: usize,
    /// True for a member of a `multipart/encrypted`.
    is_encrypted: bool,
}

impl Source<'_> {
    /// The same content, to be read in another way.
    fn again(&self) -> Source<'_> {
        Source {
            file_name: self.file_name.clone(),
            ..*self
        }
    }

    /// True where the file name ends with one of these.
    fn is_named(&self, endings: &[&str]) -> bool {
        endings
            .iter()
            .any(|ending| self.file_name.ends_with(ending))
    }

    /// The path that members of this container stand below. A container in a mail has a number
    /// for a path; its name belongs to what a person looks for.
    fn as_container(&self) -> PartPath {
        let is_member = self.path.0.contains('/');
        if is_member || self.file_name.is_empty() {
            self.path.clone()
        } else {
            self.path.member(work::last_name(&self.file_name))
        }
    }
}

/// The text of one part as the detectors see it and `extract` prints it. Lines end with LF.
#[derive(Debug)]
pub struct Text {
    /// Which part it is of.
    pub part: PartPath,
    /// The text. Cells of a table row are parted by a tab, rows by LF.
    pub content: String,
    /// Where in the part a position lies for a human, sorted by start, none over another. A stretch
    /// without a place is simply the part.
    pub places: Vec<(Range<usize>, Place)>,
    /// The part this one says again (the text part beside an HTML part), if any: a finding that
    /// stands in both is reported there only.
    pub repeats: Option<PartPath>,
}

impl Text {
    /// False for what a page does not show where it stands: hidden text, comments, attributes. It stands
    /// behind the page, and has nothing to do with what is shown last.
    pub fn is_seen(&self, offset: usize) -> bool {
        !page::UNSEEN.contains(&self.place(offset).as_str())
    }

    /// Where a byte offset of `content` lies for a human (`page 3`, `hidden text`); empty where
    /// the part says it all.
    pub fn place(&self, offset: usize) -> String {
        let after = self
            .places
            .partition_point(|(range, _)| range.start <= offset);
        let last = self.places.get(..after).and_then(<[_]>::last);
        let found = last.filter(|(range, _)| range.contains(&offset));
        found.map_or_else(String::new, |(_, place)| place.to_string())
    }
}

/// A part that was not wholly read, and why. It is a fact, not an error: the admin classifies it
/// like any finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// Which part.
    pub part: PartPath,
    /// Why, as one of seven words.
    pub why: Why,
    /// The same for a person, in words.
    pub detail: String,
}

/// Why a part was not wholly read. Each is an entity that the table can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Needs a key that we do not have.
    Encrypted,
    /// Protected by something that protects nothing.
    WeaklyEncrypted,
    /// Some of it was read.
    Partly,
    /// More of it than a message may cost.
    OverBudget,
    /// Can be read in more than one way.
    Ambiguous,
    /// A picture: nothing of it was read.
    Picture,
    /// Nothing of it was read.
    Unreadable,
}

impl Why {
    /// The word in JSON and for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::WeaklyEncrypted => "weakly-encrypted",
            Self::Partly => "partly",
            Self::OverBudget => "over-budget",
            Self::Ambiguous => "ambiguous",
            Self::Picture => "picture",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What extraction may spend on one message. Past it, a part is `over-budget`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Depth and number of parts.
    pub tree: Limits,
    /// Bytes of text and unpacked content, all parts together.
    pub unpacked: u64,
    /// How often larger than what it was packed in content may be, once it is large.
    pub ratio: usize,
    /// Members of one archive.
    pub members: usize,
    /// Bytes of memory that the process may have.
    pub memory: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            tree: Limits {
                depth: 32,
                parts: 10_000,
                header: 1 << 20,
            },
            unpacked: 512 << 20,
            ratio: 200,
            members: 10_000,
            memory: 512 << 20,
        }
    }
}

/// A part that was opened, and what it turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Which part.
    pub part: PartPath,
    /// What it is by its content: `PDF`, `ZIP`; [`INVOICE`] for an electronic one.
    pub format: &'static str,
}

/// The format of an electronic invoice (EN 16931), alone or in a PDF.
pub const INVOICE: &str = "invoice";

/// The format of a program, whatever it is called.
pub const PROGRAM: &str = "program";

/// What extraction gives.
#[derive(Debug, Default)]
pub struct Extract {
    /// The texts, headers and names first.
    pub texts: Vec<Text>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
    /// What was opened, in that order.
    pub parts: Vec<Opened>,
}

/// All texts of a message, and what could not be read.
pub fn all(message: &Message, budget: &Budget) -> Extract {
    let mut work = Work::new(budget, Some(message));
    header::read(&message.fields, &message.raw, None, &mut work);
    tree::read(&message.raw, &message.parts, &message.left_out, &mut work);
    if let Some(raw) = views::with_lines(&message.raw) {
        let why = "its lines end with CR alone, which some programs take for line ends";
        work.unreadable(&PartPath("1".into()), Why::Ambiguous, why);
        let (parts, left_out) = message::mime::parts(&raw, budget.tree);
        header::read(&message::header::split(&raw).0, &raw, None, &mut work);
        tree::read(&raw, &parts, &left_out, &mut work);
    }
    picture::tell_scans(&mut work.extract);
    work.extract
}

/// True for a file that is a mail rather than a document: by the ending of its name, else by how it
/// starts.
pub fn is_mail(name: &str, bytes: &[u8]) -> bool {
    const DOCUMENTS: &[&str] = &[".txt", ".csv", ".tsv", ".md", ".html", ".htm"];
    let name = name.to_lowercase();
    let ends = |ending: &&str| name.ends_with(*ending);
    name.ends_with(".eml") || !DOCUMENTS.iter().any(ends) && message::header::begins(bytes)
}

/// The text of a document that is no message, as part `1`. Its name tells its kind where the
/// content does not.
pub fn document(name: &str, bytes: &[u8], budget: &Budget) -> Extract {
    let mut work = Work::new(budget, None);
    let path = PartPath("1".into());
    work.open(&Source {
        path: &path,
        media_type: "application/octet-stream",
        charset: None,
        file_name: name.to_lowercase(),
        bytes,
        depth: 1,
        is_encrypted: false,
    });
    work.extract
}

#[cfg(test)]
mod tests;
