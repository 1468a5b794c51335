// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message saved by Outlook (MS-OXMSG) into its texts and attachments.

use std::path::Path;

use super::mapi::{self, Property};
use super::ole::Ole;
use super::{Source, Work};

/// The stream of properties that are not long.
pub(super) const PROPERTIES: &str = "__properties_version1.0";

/// How the name of a long property begins; its number and type follow in hexadecimal.
const LONG: &str = "__substg1.0_";

/// Messages in messages deeper than this are not read: no mailer nests them so.
const MOST_DEPTH: usize = 16;

/// Reads the message that a storage of the file holds.
pub(super) fn read(ole: &mut Ole<'_>, root: &Path, source: &Source<'_>, work: &mut Work) {
    // Outlook writes strings that are not Unicode in the code page that the item names.
    let item = properties(ole, root);
    let page = mapi::page(&item).unwrap_or(super::codepage::WESTERN);
    let mut recipients = Vec::new();
    for storage in ole.children(root, true) {
        if is_named(&storage, "__recip_version1.0_") {
            recipients.append(&mut properties(ole, &storage));
        }
    }
    mapi::read(&item, &recipients, page, source, work);
    let mut at = 0;
    for storage in ole.children(root, true) {
        if !is_named(&storage, "__attach_version1.0_") {
            continue;
        }
        at += 1;
        let properties = properties(ole, &storage);
        let message = storage.join(format!("{LONG}{:04X}{:04X}", mapi::DATA, mapi::OBJECT));
        if ole.holds(&message) {
            let depth = storage.components().count();
            let path = crate::message::PartPath(format!("{}.{at}", source.path));
            let inner = Source {
                path: &path,
                file_name: String::new(),
                ..*source
            };
            if depth > 2 * MOST_DEPTH {
                let detail = "it is nested too deep";
                work.unreadable(&path, super::Why::OverBudget, detail);
            } else if ole.holds(&message.join(PROPERTIES)) {
                read(ole, &message, &inner, work);
            } else if let Some(bytes) = ole.as_file(&message) {
                work.open_inside(source, &format!("object {at}"), &bytes);
            }
            continue;
        }
        let is_data = |p: &&Property| p.id == mapi::DATA && p.kind == mapi::BINARY;
        let data = properties.iter().find(is_data);
        let bytes = data.map_or(&[][..], |data| data.value.as_slice());
        mapi::attach(at, &properties, page, bytes, source, work);
    }
}

fn is_named(path: &Path, start: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with(start))
}

/// The properties that stand in a storage.
fn properties(ole: &mut Ole<'_>, root: &Path) -> Vec<Property> {
    let mut properties = Vec::new();
    for stream in ole.children(root, false) {
        let name = stream
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name == PROPERTIES {
            let bytes = ole.stream(&stream).unwrap_or_default();
            short(&bytes, &mut properties);
        }
        let tag = name.strip_prefix(LONG).and_then(|rest| rest.get(..8));
        let Some(tag) = tag.and_then(|tag| u32::from_str_radix(tag, 16).ok()) else {
            continue;
        };
        let [a, b, c, d] = tag.to_be_bytes();
        // Of many values, each stands in a stream of its own, beside one of their lengths.
        let is_many = c & 0x10 != 0;
        if !is_many || name.len() > LONG.len() + 8 {
            properties.push(Property {
                id: u16::from_be_bytes([a, b]),
                kind: u16::from_be_bytes([c & 0x0f, d]),
                value: ole.stream(&stream).unwrap_or_default(),
            });
        }
    }
    properties
}

/// Properties of eight bytes at most. Their list stands behind a header of 8, 24 or 32 bytes, all
/// multiples of 8, so it is read from its end.
fn short(bytes: &[u8], properties: &mut Vec<Property>) {
    let entries = bytes
        .rchunks_exact(16)
        .filter_map(<[u8]>::first_chunk::<16>);
    for [k0, k1, i0, i1, _, _, _, _, value @ ..] in entries {
        properties.push(Property {
            id: u16::from_le_bytes([*i0, *i1]),
            // A string's entry here is its length alone.
            kind: match u16::from_le_bytes([*k0, *k1]) {
                mapi::STRING8 | mapi::UNICODE | mapi::BINARY | mapi::OBJECT => 0,
                kind => kind,
            },
            value: value.to_vec(),
        });
    }
}
