// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the documents that stand attached in test cases, one of every format.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests that damage, cut and rename each look at their part of it, and report by panicking"
)]

use std::fs;
use std::ops::Range;
use std::path::Path;

use pii_milter::message::transfer;

/// A document, as it is attached.
pub struct Attachment {
    /// The name of its case.
    pub case: String,
    /// Its file name.
    pub name: String,
    pub bytes: Vec<u8>,
    /// The mail around it, and where in it the encoded document stands.
    mail: String,
    body: Range<usize>,
}

impl Attachment {
    /// The mail, with these bytes attached instead.
    pub fn mail_with(&self, bytes: &[u8]) -> Vec<u8> {
        let encoded: String = bytes.iter().map(|byte| format!("={byte:02X}")).collect();
        let (head, tail) = (&self.mail[..self.body.start], &self.mail[self.body.end..]);
        let (head, blank) = head.rsplit_once("base64").unwrap();
        format!("{head}quoted-printable{blank}{encoded}{tail}").into_bytes()
    }

    /// True where a program locked it and the mail holds the password, or does not.
    pub fn is_locked(&self) -> bool {
        self.case.starts_with("locked-")
    }
}

/// The attachments of the cases `extract-*` and `locked-*`, by name of the case.
pub fn all() -> Vec<Attachment> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut found = Vec::new();
    for case in fs::read_dir(folder).unwrap() {
        let case = case.unwrap();
        let name = case.file_name().into_string().unwrap();
        if ["extract-", "locked-"]
            .iter()
            .any(|kind| name.starts_with(kind))
        {
            let mail = fs::read_to_string(case.path().join("message.eml")).unwrap();
            found.extend(attached(name, mail));
        }
    }
    found.sort_by(|one, other| one.case.cmp(&other.case));
    assert!(found.len() >= 50);
    found
}

/// The attachment of a mail of the simple form that these cases have.
fn attached(case: String, mail: String) -> Option<Attachment> {
    let (before, part) = mail.rsplit_once("filename=")?;
    let name = part.split('"').nth(1)?.to_owned();
    let start = mail.len() - part.len() + part.find("\n\n")? + 2;
    let body = start..start + mail.get(start..)?.find("\n--")?;
    assert!(before.contains("multipart/mixed"));
    let bytes = transfer::decode(mail.get(body.clone())?.as_bytes(), "base64").into_owned();
    Some(Attachment {
        case,
        name,
        bytes,
        mail,
        body,
    })
}
