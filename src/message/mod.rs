// SPDX-License-Identifier: GPL-3.0-or-later
//! What came in: one mail as received, its envelope, its header fields, its part tree and its bytes.

pub mod address;
pub mod charset;
pub mod envelope;
mod head;
pub mod header;
pub mod mime;
pub mod multipart;
pub mod parameters;
pub mod transfer;
pub mod words;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use address::{Address, Pattern};
pub use envelope::{Direction, Envelope, Recipient};
pub use header::Field;

/// One mail as received.
#[derive(Debug)]
pub struct Message {
    /// Who sends, who receives, from which side.
    pub envelope: Envelope,
    /// The whole mail, header and body, lines ended by CRLF as the MTA gave them (or as the file
    /// has them).
    pub raw: Vec<u8>,
    /// The header fields, in order, as ranges of `raw`.
    pub fields: Vec<Field>,
    /// Where the body begins in `raw`; `raw.len()` for a mail that is all header.
    pub body_start: usize,
    /// The part tree, flattened, parents before children. Empty only for an empty mail.
    pub parts: Vec<Part>,
    /// Parts that stand in the mail but not in `parts`, and why in words: nested too deep, too many.
    pub left_out: Vec<(PartPath, String)>,
}

/// How far a mail's part tree is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Depth of nested parts.
    pub depth: usize,
    /// Number of parts.
    pub parts: usize,
    /// Bytes of the header of a mail, and of each part.
    pub header: usize,
}

impl Message {
    /// Takes a mail apart. It never fails: what cannot be understood is one part of plain text, and
    /// what is beyond the limits is named in `left_out`.
    pub fn read(envelope: Envelope, raw: Vec<u8>, limits: Limits) -> Self {
        let header = header::Section::read(&raw, limits.header);
        let (parts, left_out) = mime::parts(&raw, limits);
        Self {
            envelope,
            raw,
            fields: header.fields,
            body_start: header.body,
            parts,
            left_out,
        }
    }
}

/// The address of a part: the MIME path (`1`, `2.1`), then the members of containers
/// (`2.1/payroll.zip/list.xlsx`); `header:Subject` for a header, `name:…` for a file name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartPath(pub String);

impl PartPath {
    /// The path of a header field that a person reads.
    pub fn header(name: &str) -> Self {
        Self(format!("header:{name}"))
    }

    /// The path of a file name.
    pub fn name(of: &str) -> Self {
        Self(format!("name:{of}"))
    }

    /// True for what stands in a part, not in a header field or a file name.
    pub fn is_content(&self) -> bool {
        !self.0.starts_with("name:") && !self.0.contains("header:")
    }

    /// The path of a member of this container.
    pub fn member(&self, name: &str) -> Self {
        Self(format!("{}/{name}", self.0))
    }
}

impl std::fmt::Display for PartPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A way to read the content of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The type in lower case.
    pub media_type: String,
    /// The charset, if any, as written.
    pub charset: Option<String>,
    /// The transfer encoding, as [`transfer::spelt`] gives it.
    pub encoding: String,
}

/// One MIME entity (RFC 2045, section 2.4).
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Its address in the tree.
    pub path: PartPath,
    /// The declared type in lower case, `text/plain` where none is declared (RFC 2045, 5.2).
    pub media_type: String,
    /// The declared charset, if any, as written.
    pub charset: Option<String>,
    /// The declared transfer encoding, as [`transfer::spelt`] gives it; empty where the bytes are the
    /// content.
    pub encoding: String,
    /// Other ways to read it, where its header fields disagree.
    pub others: Vec<Reading>,
    /// The file names that programs may read, decoded (RFC 2047, RFC 2231), the likeliest first.
    pub names: Vec<String>,
    /// What parameters say that are none of MIME's.
    pub remarks: Vec<String>,
    /// The fields of its header that say something else than how to read it; ranges as those of
    /// `content`. Those of a message stand with the message.
    pub fields: Vec<Field>,
    /// True where the disposition says `attachment`.
    pub is_attachment: bool,
    /// The encoded content as a range of the mail's bytes (of the root message, nested ones too).
    pub content: Range<usize>,
    /// How many levels down it stands; the mail itself is 1.
    pub depth: usize,
    /// True for `multipart/*` and `message/rfc822`, whose content stands in parts of its own. A
    /// message under a transfer encoding, or a multipart without delimiters, is no container here.
    pub is_container: bool,
    /// The path of the nearest `multipart/alternative` of the same message that it is a direct or
    /// indirect member of, if any.
    pub alternative_of: Option<PartPath>,
    /// Why programs may read it in another way than we do, if so.
    pub doubt: Option<&'static str>,
}

impl Part {
    /// Text before, between or behind the members of a multipart, or behind what may be the end of a
    /// header.
    pub fn unowned(of: &PartPath, content: Range<usize>, depth: usize) -> Self {
        Self {
            path: of.member("outside"),
            media_type: "text/plain".into(),
            content,
            depth,
            ..Self::default()
        }
    }
}
