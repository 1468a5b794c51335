// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns `winmail.dat` (MS-OXTNEF) into its texts and attachments.

use super::mapi::{self, BINARY, OBJECT, Property, STRING8, UNICODE};
use super::{Format, Source, Why, Work, codepage};

const SIGNATURE: [u8; 4] = 0x223e_9f78_u32.to_le_bytes();

/// Attributes (MS-OXTNEF, 2.1.3.2).
const SUBJECT: u16 = 0x8004;
const BODY: u16 = 0x800c;
const ATTACH_DATA: u16 = 0x800f;
const ATTACH_TITLE: u16 = 0x8010;
const ATTACH_BEGIN: u16 = 0x9002;
const MESSAGE_PROPERTIES: u16 = 0x9003;
const RECIPIENTS: u16 = 0x9004;
const ATTACH_PROPERTIES: u16 = 0x9005;
const CODE_PAGE: u16 = 0x9007;

/// What an Outlook sends that thinks the recipient has one.
pub(super) struct Tnef;

impl Format for Tnef {
    fn name(&self) -> &'static str {
        "TNEF"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        source.bytes.starts_with(&SIGNATURE)
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let mut item = Item {
            page: codepage::WESTERN,
            ..Item::default()
        };
        let mut rest = source.bytes.get(6..).unwrap_or_default();
        while !rest.is_empty() {
            let Some((id, data, after)) = attribute(rest) else {
                item.is_cut = true;
                break;
            };
            item.take(id, data);
            rest = after;
        }
        if item.is_cut {
            work.unreadable(
                source.path,
                Why::Partly,
                "it is damaged, or its end is missing",
            );
        }
        mapi::read(&item.properties, &item.recipients, item.page, source, work);
        for (at, file) in item.files.iter().enumerate() {
            let object = file
                .properties
                .iter()
                .find(|property| property.id == mapi::DATA);
            // An object begins with the number of its class.
            let object = object.and_then(|property| match property.kind {
                OBJECT => property.value.get(16..),
                _ => Some(property.value.as_slice()),
            });
            let bytes = if file.data.is_empty() {
                object.unwrap_or_default()
            } else {
                file.data
            };
            mapi::attach(at + 1, &file.properties, item.page, bytes, source, work);
        }
    }
}

/// What was read so far.
#[derive(Default)]
struct Item<'a> {
    page: u32,
    properties: Vec<Property>,
    recipients: Vec<Property>,
    files: Vec<File<'a>>,
    is_cut: bool,
}

#[derive(Default)]
struct File<'a> {
    properties: Vec<Property>,
    data: &'a [u8],
}

impl<'a> Item<'a> {
    fn take(&mut self, id: u16, data: &'a [u8]) {
        if id == ATTACH_BEGIN {
            self.files.push(File::default());
        }
        match (id, self.files.last_mut()) {
            (CODE_PAGE, _) => {
                let page = data.first_chunk().map(|page| u32::from_le_bytes(*page));
                self.page = page.filter(|page| *page > 0).unwrap_or(self.page);
            }
            (SUBJECT, _) => self.properties.push(string(0x37, data)),
            (BODY, _) => self.properties.push(string(0x1000, data)),
            (MESSAGE_PROPERTIES, _) => {
                self.is_cut |= properties(data, &mut self.properties).is_none();
            }
            (RECIPIENTS, _) => {
                let mut rest = data.get(4..).unwrap_or_default();
                while !rest.is_empty() && !self.is_cut {
                    match properties(rest, &mut self.recipients) {
                        Some(after) => rest = after,
                        None => self.is_cut = true,
                    }
                }
            }
            (ATTACH_DATA, Some(file)) => file.data = data,
            // The short name, which the long one comes before.
            (ATTACH_TITLE, Some(file)) => file.properties.push(string(0x3704, data)),
            (ATTACH_PROPERTIES, Some(file)) => {
                self.is_cut |= properties(data, &mut file.properties).is_none();
            }
            _ => {}
        }
    }
}

fn string(id: u16, data: &[u8]) -> Property {
    Property {
        id,
        kind: STRING8,
        value: data.to_vec(),
    }
}

/// The next attribute: its number, its data, and what follows it.
fn attribute(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<9>()?;
    let [level, i0, i1, _, _, size @ ..] = *head;
    if !matches!(level, 1 | 2) {
        return None;
    }
    let size = usize::try_from(u32::from_le_bytes(size)).ok()?;
    let (data, rest) = rest.split_at_checked(size)?;
    // Behind the data, a sum of its bytes, which programs do not check.
    Some((
        u16::from_le_bytes([i0, i1]),
        data,
        rest.get(2..).unwrap_or_default(),
    ))
}

/// Reads a list of properties (MS-OXTNEF, 2.1.3.4) and gives what follows it.
fn properties<'a>(mut bytes: &'a [u8], into: &mut Vec<Property>) -> Option<&'a [u8]> {
    let count = number(&mut bytes)?;
    for _ in 0..count {
        let (tag, rest) = bytes.split_first_chunk::<4>()?;
        bytes = rest;
        let [k0, k1, i0, i1] = *tag;
        let (id, kind) = (u16::from_le_bytes([i0, i1]), u16::from_le_bytes([k0, k1]));
        if id >= 0x8000 {
            bytes = bytes.get(16..)?;
            if number(&mut bytes)? == 0 {
                number(&mut bytes)?;
            } else {
                let length = number(&mut bytes)?;
                padded(&mut bytes, length)?;
            }
        }
        let (is_many, kind) = (kind & 0x1000 != 0, kind & 0x0fff);
        let is_long = matches!(kind, STRING8 | UNICODE | BINARY | OBJECT);
        let values = if is_many || is_long {
            number(&mut bytes)?
        } else {
            1
        };
        for _ in 0..values {
            let length = match kind {
                _ if is_long => number(&mut bytes)?,
                5..=7 | 0x14 | 0x40 => 8,
                0x48 => 16,
                1 if !is_many => 0,
                2..=4 | 0x0a | 0x0b => 4,
                _ => return None,
            };
            let value = padded(&mut bytes, length)?.to_vec();
            if length > 0 {
                into.push(Property { id, kind, value });
            }
        }
    }
    Some(bytes)
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*number))
}

/// Bytes that fill up to a multiple of four.
fn padded<'a>(bytes: &mut &'a [u8], length: u32) -> Option<&'a [u8]> {
    let length = usize::try_from(length).ok()?;
    let value = bytes.get(..length)?;
    *bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    Some(value)
}
