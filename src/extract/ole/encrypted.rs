// SPDX-License-Identifier: GPL-3.0-or-later
//! Opens an Office document that was encrypted as a whole, with a password (MS-OFFCRYPTO, 2.3.4).

use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha384, Sha512};

use crate::extract::aes::{Aes, BLOCK};
use crate::extract::xml::{self, Attributes, Piece};
use crate::message::transfer;

/// A key that takes more rounds than this is not made: Office asks for 100,000.
const MOST_ROUNDS: u32 = 1_000_000;

/// Rounds of the standard way.
const ROUNDS: u32 = 50_000;

/// The document is encrypted in pieces of this size.
const SEGMENT: usize = 4096;

/// What a key is for (2.3.4.13).
const VERIFIER_INPUT: [u8; 8] = [0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79];
const VERIFIER_HASH: [u8; 8] = [0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e];
const KEY: [u8; 8] = [0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6];

/// The document in the streams `EncryptionInfo` and `EncryptedPackage`, if the password is right.
pub(super) fn open(info: &[u8], package: &[u8], password: &str) -> Option<Vec<u8>> {
    let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (size, encrypted) = package.split_first_chunk::<8>()?;
    let mut plain = match info {
        [4, 0, 4, 0, _, _, _, _, info @ ..] => Agile::read(info)?.open(encrypted, &password)?,
        [2..=4, 0, 2, 0, _, _, _, _, info @ ..] => standard(info, encrypted, &password)?,
        _ => return None,
    };
    plain.truncate(usize::try_from(u64::from_le_bytes(*size)).ok()?);
    Some(plain)
}

/// The way that is told in XML (2.3.4.10).
#[derive(Default)]
struct Agile {
    /// Of the document.
    data: Lock,
    /// Of the key of the document, by the password.
    key: Lock,
    rounds: u32,
    verifier_input: Vec<u8>,
    verifier_hash: Vec<u8>,
    encrypted_key: Vec<u8>,
}

#[derive(Default)]
struct Lock {
    hash: String,
    key_bits: usize,
    salt: Vec<u8>,
}

impl Lock {
    fn read(attributes: &Attributes<'_>) -> Option<Self> {
        let is_cbc = attributes.get("cipherChaining")? == "ChainingModeCBC";
        let is_aes = attributes.get("cipherAlgorithm")? == "AES";
        (is_aes && is_cbc).then_some(())?;
        Some(Self {
            hash: attributes.get("hashAlgorithm")?.into_owned(),
            key_bits: attributes.get("keyBits")?.parse().ok()?,
            salt: bytes(attributes, "saltValue")?,
        })
    }

    fn hash(&self, pieces: &[&[u8]]) -> Option<Vec<u8>> {
        let all = pieces.concat();
        Some(match self.hash.as_str() {
            "SHA1" | "SHA-1" => Sha1::digest(all).to_vec(),
            "SHA256" => Sha256::digest(all).to_vec(),
            "SHA384" => Sha384::digest(all).to_vec(),
            "SHA512" => Sha512::digest(all).to_vec(),
            _ => return None,
        })
    }
}

fn bytes(attributes: &Attributes<'_>, name: &str) -> Option<Vec<u8>> {
    Some(transfer::base64(attributes.get(name)?.as_bytes()))
}

impl Agile {
    fn read(info: &[u8]) -> Option<Self> {
        let mut agile = Self::default();
        xml::walk(&xml::decode(info), |piece| match piece {
            Piece::Start("keyData", attributes) => {
                agile.data = Lock::read(attributes).unwrap_or_default();
            }
            Piece::Start("encryptedKey", attributes) => {
                let value = |name| bytes(attributes, name).unwrap_or_default();
                let rounds = attributes
                    .get("spinCount")
                    .and_then(|count| count.parse().ok());
                agile.key = Lock::read(attributes).unwrap_or_default();
                agile.rounds = rounds.unwrap_or(u32::MAX);
                agile.verifier_input = value("encryptedVerifierHashInput");
                agile.verifier_hash = value("encryptedVerifierHashValue");
                agile.encrypted_key = value("encryptedKeyValue");
            }
            _ => {}
        });
        (agile.rounds <= MOST_ROUNDS).then_some(agile)
    }

    fn open(&self, encrypted: &[u8], password: &[u8]) -> Option<Vec<u8>> {
        let mut hash = self.key.hash(&[&self.key.salt, password])?;
        for round in 0..self.rounds {
            hash = self.key.hash(&[&round.to_le_bytes(), &hash])?;
        }
        let decrypt = |purpose: [u8; 8], bytes: &[u8]| {
            let mut key = self.key.hash(&[&hash, &purpose])?;
            key.resize(self.key.key_bits / 8, 0x36);
            Some(Aes::new(&key)?.cbc(first_block(&self.key.salt), bytes))
        };
        let input = decrypt(VERIFIER_INPUT, &self.verifier_input)?;
        let told = decrypt(VERIFIER_HASH, &self.verifier_hash)?;
        let own = self.key.hash(&[&input])?;
        if !told.starts_with(&own) {
            return None;
        }
        let mut key = decrypt(KEY, &self.encrypted_key)?;
        key.truncate(self.data.key_bits / 8);
        let key = Aes::new(&key)?;
        let mut plain = Vec::with_capacity(encrypted.len());
        for (number, segment) in (0_u32..).zip(encrypted.chunks(SEGMENT)) {
            let first = self.data.hash(&[&self.data.salt, &number.to_le_bytes()])?;
            plain.extend(key.cbc(first_block(&first), segment));
        }
        Some(plain)
    }
}

/// The first bytes of a hash or salt, filled up.
fn first_block(bytes: &[u8]) -> [u8; BLOCK] {
    let mut block = [0x36; BLOCK];
    block
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    block
}

/// The way before, with SHA-1 and AES (2.3.4.5 to 2.3.4.9).
fn standard(info: &[u8], encrypted: &[u8], password: &[u8]) -> Option<Vec<u8>> {
    let size = super::long(info, 0)?;
    let header = info.get(4..)?;
    let key_bits = super::long(header, 16)?;
    let verifier = header.get(size..)?;
    let (salt, rest) = verifier.get(4..)?.split_first_chunk::<16>()?;
    let (input, rest) = rest.split_first_chunk::<16>()?;
    let told = rest.get(4..36)?;
    let mut hash = Sha1::digest([salt, password].concat());
    for round in 0..ROUNDS {
        hash = Sha1::digest([&round.to_le_bytes()[..], &hash].concat());
    }
    hash = Sha1::digest([&hash[..], &[0; 4]].concat());
    let mixed = |fill: u8| {
        let mut block = [fill; 64];
        block
            .iter_mut()
            .zip(&hash)
            .for_each(|(byte, hash)| *byte ^= hash);
        Sha1::digest(block)
    };
    let mut key = [mixed(0x36), mixed(0x5c)].concat();
    key.truncate(key_bits / 8);
    let key = Aes::new(&key)?;
    let own = Sha1::digest(key.ecb(input));
    key.ecb(told).starts_with(&own).then(|| key.ecb(encrypted))
}
