// SPDX-License-Identifier: GPL-3.0-or-later
//! What came in: one mail as received, its envelope, its header fields, its part tree and its bytes.

pub mod address;
pub mod charset;
pub mod envelope;
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
}

impl Message {
    /// Takes a mail apart. It never fails: what cannot be understood is one part of plain text, and
    /// what is beyond the limits is named in `left_out`.
    pub fn read(envelope: Envelope, raw: Vec<u8>, limits: Limits) -> Self {
        let (fields, body_start) = header::split(&raw);
        let (parts, left_out) = mime::parts(&raw, limits);
        Self {
            envelope,
            raw,
            fields,
            body_start,
            parts,
            left_out,
        }
    }
}

/// The address of a part: the MIME path (`1`, `2.1`), then the members of containers
/// (`2.1/payroll.zip/list.xlsx`); `header:Subject` for a header, `name:…` for a file name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

/// One MIME entity (RFC 2045, section 2.4).
#[derive(Clone, Debug)]
pub struct Part {
    /// Its address in the tree.
    pub path: PartPath,
    /// The declared type in lower case, `text/plain` where none is declared (RFC 2045, 5.2).
    pub media_type: String,
    /// The declared charset, if any, as written.
    pub charset: Option<String>,
    /// The declared transfer encoding in lower case, empty where none is declared.
    pub encoding: String,
    /// The file name, decoded (RFC 2047, RFC 2231), from the disposition or the type.
    pub file_name: Option<String>,
    /// Another file name, where the type gives one that the disposition does not.
    pub other_name: Option<String>,
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
    /// Text before, between or behind the members of a multipart.
    pub fn unowned(multipart: &PartPath, content: Range<usize>, depth: usize) -> Self {
        Self {
            path: multipart.member("outside"),
            media_type: "text/plain".into(),
            charset: None,
            encoding: String::new(),
            file_name: None,
            other_name: None,
            is_attachment: false,
            content,
            depth,
            is_container: false,
            alternative_of: None,
            doubt: None,
        }
    }
}
