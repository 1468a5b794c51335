// SPDX-License-Identifier: GPL-3.0-or-later
//! Tells what is encrypted, the envelopes of secure-delivery services too, and passes over signatures.

use memchr::memmem;

use super::html::Html;
use super::{Format, Source, Why, Work};

/// How OpenPGP armour of an encrypted message begins (RFC 9580, 6.2).
const PGP_MESSAGE: &[u8] = b"-----BEGIN PGP MESSAGE-----";

/// DER of the content types that need a key (RFC 5652, 6.1; RFC 5083, 2).
const ENVELOPED: &[&[u8]] = &[
    &[
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03,
    ],
    &[
        0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17,
    ],
];

/// The content type stands in the first bytes, behind one or two lengths.
const DER_HEAD: usize = 40;

const SMIME: &[&str] = &["application/pkcs7-mime", "application/x-pkcs7-mime"];

const SIGNATURES: &[&str] = &[
    "application/pgp-keys",
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
];

/// Attachments in which services deliver a mail to those who read it in a browser: name, and who
/// writes it (post.ch, "E-Mail-Verschlüsselung", compatibility; support.hin.ch; Cisco, technote 118751).
const ENVELOPES: &[(&str, &str)] = &[
    ("incamail.html", "IncaMail"),
    ("secure-email.html", "HIN or an older IncaMail"),
    ("securedoc.html", "Cisco Secure Email Encryption"),
];

/// Content that needs a key: S/MIME enveloped, OpenPGP.
pub(super) struct Encrypted;

impl Format for Encrypted {
    fn name(&self) -> &'static str {
        "encrypted"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        let is_smime = SMIME.contains(&source.media_type) || source.is_named(&[".p7m"]);
        let is_version = source.media_type == "application/pgp-encrypted";
        source.is_encrypted && !is_version
            || is_smime && is_enveloped(source.bytes)
            || source.bytes.trim_ascii_start().starts_with(PGP_MESSAGE)
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let is_pgp = !is_enveloped(source.bytes);
        let detail = if is_pgp {
            "encrypted with OpenPGP"
        } else {
            "encrypted with S/MIME"
        };
        work.unreadable(source.path, Why::Encrypted, detail);
    }
}

/// A page that holds an encrypted mail. Only the name tells: what is inside is the service's own and may
/// look like anything, a number too. So it is not read, and never counts as clean.
pub(super) struct Envelope;

impl Format for Envelope {
    fn name(&self) -> &'static str {
        "envelope of a delivery service"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        service(source).is_some() && Html.takes(source)
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let service = service(source).unwrap_or_default();
        let detail = format!("by its name an envelope of {service}");
        work.unreadable(source.path, Why::Encrypted, detail);
    }
}

/// Tells of a text in which an encrypted message stands.
pub(super) fn tell_openpgp(text: &str, source: &Source<'_>, work: &mut Work) {
    if memmem::find(text.as_bytes(), PGP_MESSAGE).is_some() {
        let detail = "holds a message encrypted with OpenPGP";
        work.unreadable(source.path, Why::Encrypted, detail);
    }
}

fn service<'a>(source: &Source<'_>) -> Option<&'a str> {
    let mut envelopes = ENVELOPES.iter();
    let found = envelopes.find(|(name, _)| *name == source.file_name);
    found.map(|(_, service)| *service)
}

/// Signatures and public keys: nothing that a person reads, if they are what they say.
pub(super) struct Signature;

impl Format for Signature {
    fn name(&self) -> &'static str {
        "signature"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        let bytes = source.bytes.trim_ascii();
        let is_pgp = bytes.starts_with(b"-----BEGIN PGP ") && bytes.ends_with(b"-----");
        let is_der = matches!(bytes, [0x30, length, ..] if *length >= 0x80);
        SIGNATURES.contains(&source.media_type) && (is_pgp || is_der)
    }

    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        true
    }

    fn read(&self, _source: &Source<'_>, _work: &mut Work) {}
}

fn is_enveloped(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(DER_HEAD)).unwrap_or_default();
    ENVELOPED
        .iter()
        .any(|kind| memmem::find(head, kind).is_some())
}
