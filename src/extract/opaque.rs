// SPDX-License-Identifier: GPL-3.0-or-later
//! Opens what is signed or packed as CMS (RFC 5652, 5; RFC 3274): S/MIME mail that is opaque-signed,
//! and files with the ending `.p7m`. Whether the signature is right matters to nobody here.

use flate2::read::ZlibDecoder;

use crate::message::{header, transfer};

use super::{Format, Source, Why, Work};

/// DER of the content types: signed, compressed, authenticated by a sum.
const SIGNED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const COMPRESSED: &[u8] = &[
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x09,
];

/// Elements that stand in one another deeper are no CMS.
const MOST_DEPTH: usize = 16;

/// Tags (X.690, 8.1.2): universal ones, and the first that a type has of its own.
const OBJECT_IDENTIFIER: u8 = 0x06;
const OCTETS: u8 = 0x04;
const IN_PIECES: u8 = 0x24;
const SEQUENCE: u8 = 0x30;
const FIRST: u8 = 0xa0;

/// CMS that holds its content.
pub(super) struct Opaque;

impl Format for Opaque {
    fn name(&self) -> &'static str {
        "signed"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        let bytes = der(source.bytes);
        kind(&bytes).is_some_and(|(kind, _)| kind == SIGNED || kind == COMPRESSED)
    }

    /// What is signed may stand elsewhere, and certificates alone come as a message that signs nothing.
    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let bytes = der(source.bytes);
        let Some((is_packed, content)) = content(&bytes) else {
            work.unreadable(
                source.path,
                Why::Unreadable,
                "signed content that is damaged",
            );
            return;
        };
        if is_packed {
            let reader = ZlibDecoder::new(content.as_slice());
            let unpacked = work.unpack(source.path, content.len(), reader);
            if let Some(unpacked) = unpacked {
                if unpacked.fault.is_some() {
                    work.unreadable(source.path, Why::Partly, "it cannot be wholly unpacked");
                }
                inside(&unpacked.bytes, source, work);
                work.release(unpacked);
            }
        } else {
            inside(&content, source, work);
        }
    }
}

/// Opens what was signed: of a mail its text with header fields before it, else a file.
fn inside(content: &[u8], source: &Source<'_>, work: &mut Work) {
    if content.is_empty() || !work.admits(source.path, source.depth + 1) {
        return;
    }
    let (fields, _) = header::split(content);
    let is_mail = fields.iter().any(|field| field.is("Content-Type"));
    let name = source.file_name.strip_suffix(".p7m").unwrap_or_default();
    work.open(&Source {
        media_type: if is_mail {
            "message/rfc822"
        } else {
            "application/octet-stream"
        },
        charset: None,
        file_name: name.to_owned(),
        bytes: content,
        depth: source.depth + 1,
        ..*source
    });
}

/// The bytes, out of base64 with or without a frame where they are in it.
fn der(bytes: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    let text = bytes.trim_ascii();
    let text = text.strip_prefix(b"-----BEGIN PKCS7-----").unwrap_or(text);
    let text = text
        .strip_suffix(b"-----END PKCS7-----")
        .unwrap_or(text)
        .trim_ascii();
    // How base64 of a sequence of more than 127 bytes, or of a length that is not told, begins.
    if text.starts_with(b"MII") || text.starts_with(b"MIA") {
        transfer::base64(text).into()
    } else {
        bytes.into()
    }
}

/// The type of CMS, and what stands behind it.
fn kind(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (whole, _) = element(bytes, SEQUENCE)?;
    element(whole, OBJECT_IDENTIFIER)
}

/// The content, and whether it is packed. It is empty where it stands elsewhere.
fn content(bytes: &[u8]) -> Option<(bool, Vec<u8>)> {
    let (kind, rest) = kind(bytes)?;
    let is_packed = kind == COMPRESSED;
    let (body, _) = element(rest, FIRST)?;
    let (mut fields, _) = element(body, SEQUENCE)?;
    // Before it stand a version and one or several algorithms.
    loop {
        if let Some((info, _)) = element(fields, SEQUENCE) {
            let (_, behind) = element(info, OBJECT_IDENTIFIER)?;
            let mut content = Vec::new();
            if let Some((octets, _)) = element(behind, FIRST) {
                collect(octets, 0, &mut content)?;
            }
            if !is_packed || !content.is_empty() {
                return Some((is_packed, content));
            }
        }
        fields = after(fields, 0)?;
    }
}

/// Adds a string of octets, in one or in pieces (X.690, 8.7). What breaks off is taken as far as it goes.
fn collect(bytes: &[u8], depth: usize, content: &mut Vec<u8>) -> Option<()> {
    if depth > MOST_DEPTH {
        return None;
    }
    let mut rest = bytes;
    while let Some(tag) = rest.first() {
        match *tag {
            OCTETS => content.extend(element(rest, OCTETS)?.0),
            IN_PIECES => collect(element(rest, IN_PIECES)?.0, depth + 1, content)?,
            _ => break,
        }
        rest = after(rest, depth)?;
    }
    Some(())
}

/// What an element of this tag holds, and what stands behind its head or, where its length is told,
/// behind it. An element without a length holds the rest; what reads it finds the end.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (own, length, rest) = head(bytes)?;
    if own != tag {
        return None;
    }
    match length {
        Some(length) => Some((
            rest.get(..length).unwrap_or(rest),
            rest.get(length..).unwrap_or_default(),
        )),
        None => Some((rest, &[])),
    }
}

/// Tag and length of an element (X.690, 8.1.3), and what stands behind them.
fn head(bytes: &[u8]) -> Option<(u8, Option<usize>, &[u8])> {
    let [tag, first, rest @ ..] = bytes else {
        return None;
    };
    match first {
        0..=0x7f => Some((*tag, Some(usize::from(*first)), rest)),
        0x80 => Some((*tag, None, rest)),
        _ => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits.iter().try_fold(0_usize, |sum, byte| {
                sum.checked_mul(256)?.checked_add(usize::from(*byte))
            })?;
            Some((*tag, Some(length), rest))
        }
    }
}

/// What stands behind the first element.
fn after(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    let (_, length, mut rest) = head(bytes)?;
    if let Some(length) = length {
        return rest.get(length..);
    }
    if depth > MOST_DEPTH {
        return None;
    }
    loop {
        if let Some(rest) = rest.strip_prefix(&[0, 0]) {
            return Some(rest);
        }
        rest = after(rest, depth + 1)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der_of(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        [&[tag, u8::try_from(body.len()).unwrap()][..], &body].concat()
    }

    fn endless(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        [&[tag, 0x80], &parts.concat()[..], &[0, 0]].concat()
    }

    fn signed(of: fn(u8, &[&[u8]]) -> Vec<u8>, octets: &[u8]) -> Vec<u8> {
        let data = der_of(OBJECT_IDENTIFIER, &[&SIGNED[..8], &[1]]);
        let info = of(SEQUENCE, &[&data, &of(FIRST, &[octets])]);
        let algorithms = der_of(
            0x31,
            &[&of(SEQUENCE, &[&der_of(OBJECT_IDENTIFIER, &[b"x"])])],
        );
        let body = of(SEQUENCE, &[&[2, 1, 1], &algorithms, &info, &[0x31, 0]]);
        of(
            SEQUENCE,
            &[&der_of(OBJECT_IDENTIFIER, &[SIGNED]), &of(FIRST, &[&body])],
        )
    }

    #[test]
    fn content_is_found_with_and_without_lengths() {
        let one = der_of(OCTETS, &[b"text"]);
        assert_eq!(
            content(&signed(der_of, &one)),
            Some((false, b"text".to_vec()))
        );
        let two = endless(IN_PIECES, &[&one, &der_of(OCTETS, &[b"!"])]);
        assert_eq!(
            content(&signed(endless, &two)),
            Some((false, b"text!".to_vec()))
        );
        assert_eq!(content(b"\x30\x80"), None);
        assert_eq!(content(&[0x30; 40]), None);
    }
}
