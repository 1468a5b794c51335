// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns records into the lines of a chain: each holds the SHA-256 of the line before it, some are signed.
//!
//! A signed line ends in `,"sig":"…"}`; the signature is over what it would be without that.

use std::fmt;

use jiff::Timestamp;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};

use super::record::Record;
use crate::key::{Key, hex};

/// What is signed begins with this, so that no signature holds for anything else.
const PURPOSE: &str = "pii-milter audit 1\n";

/// What stands before a signature, 128 digits, and `"}`.
const MARK: &str = ",\"sig\":\"";

/// Digits of a signature.
const DIGITS: usize = 128;

/// The SHA-256 of a line without its line end. The first line of all follows zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

/// What every line begins with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Link {
    /// Its number, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The hash of the line before.
    pub prev: Hash,
    /// What it is.
    pub kind: String,
}

/// What signs.
pub struct Signer(Ed25519KeyPair);

/// What a signature is checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

impl Hash {
    /// Of these bytes.
    pub fn of(line: &[u8]) -> Self {
        Self(Sha256::digest(line).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = bytes(&text).ok_or_else(|| serde::de::Error::custom("no hash"))?;
        Ok(Self(bytes))
    }
}

impl Signer {
    /// The one of this key.
    ///
    /// # Errors
    /// Where the key cannot be used.
    pub fn new(key: &Key) -> Result<Self, String> {
        let seed = key.for_purpose("audit signature");
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.bytes());
        pair.map(Self)
            .map_err(|_| "this key cannot sign".to_owned())
    }

    /// What checks its signatures.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(self.0.public_key().as_ref()) {
            *to = *from;
        }
        PublicKey(bytes)
    }

    /// The object, with its signature as the last member.
    pub fn sign(&self, object: &str) -> String {
        let signature = self.0.sign(format!("{PURPOSE}{object}").as_bytes());
        let open = object.strip_suffix('}').unwrap_or(object);
        format!("{open}{MARK}{}\"}}", hex(signature.as_ref()))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl PublicKey {
    /// All keys of a text, one a line.
    ///
    /// # Errors
    /// One sentence, where a line is none.
    pub fn all(text: &str) -> Result<Vec<Self>, String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys = lines.map(|line| bytes(line).map(Self));
        let keys: Option<Vec<Self>> = keys.collect();
        keys.filter(|keys| !keys.is_empty())
            .ok_or_else(|| "no key: each line must be 64 hexadecimal digits".to_owned())
    }
}

/// A line of the chain, without its line end.
///
/// # Errors
/// Where the record cannot be written as JSON.
pub fn line(seq: u64, at: Timestamp, prev: Hash, record: &Record) -> Result<String, String> {
    let record = serde_json::to_string(record).map_err(|error| error.to_string())?;
    // What JSON lets stand as it is, and a terminal would obey.
    let record = match record.contains(char::is_control) {
        true => record.chars().map(escaped).collect(),
        false => record,
    };
    let members = record.strip_prefix('{').unwrap_or(&record);
    Ok(format!(
        "{{\"seq\":{seq},\"at\":\"{at:.3}\",\"prev\":\"{prev}\",{members}"
    ))
}

fn escaped(c: char) -> String {
    match c.is_control() {
        true => format!("\\u{:04x}", u32::from(c)),
        false => c.to_string(),
    }
}

/// Whether its signature is that of one of these keys; `None` where it has none.
pub fn is_signed(line: &str, keys: &[PublicKey]) -> Option<bool> {
    let at = line.len().checked_sub(MARK.len() + DIGITS + 2)?;
    let (open, rest) = line.split_at_checked(at)?;
    let digits = rest.strip_prefix(MARK)?.strip_suffix("\"}")?;
    let signature: [u8; DIGITS / 2] = bytes(digits)?;
    let signed = format!("{PURPOSE}{open}}}");
    let holds = |key: &PublicKey| {
        let key = UnparsedPublicKey::new(&ED25519, &key.0);
        key.verify(signed.as_bytes(), &signature).is_ok()
    };
    Some(keys.iter().any(holds))
}

/// The bytes of so many lower-case hexadecimal digits.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let is_hex = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    if text.len() != 2 * N || !text.bytes().all(is_hex) {
        return None;
    }
    for (byte, two) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_line_and_key_only() {
        let (signer, other) = (
            Signer::new(&Key::random().unwrap()).unwrap(),
            Signer::new(&Key::random().unwrap()).unwrap(),
        );
        let plain = line(
            7,
            Timestamp::UNIX_EPOCH,
            Hash::of(b"a"),
            &Record::Checkpoint,
        );
        let plain = plain.unwrap();
        assert_eq!(is_signed(&plain, &[signer.public()]), None);
        let signed = signer.sign(&plain);
        assert_eq!(
            is_signed(&signed, &[other.public(), signer.public()]),
            Some(true)
        );
        assert_eq!(is_signed(&signed, &[other.public()]), Some(false));
        assert_eq!(
            is_signed(&signed.replace(":7,", ":8,"), &[signer.public()]),
            Some(false)
        );
        let link: Link = serde_json::from_str(&signed).unwrap();
        assert_eq!((link.seq, link.kind.as_str()), (7, "checkpoint"));
        assert_eq!(link.prev, Hash::of(b"a"));
    }
}
