// SPDX-License-Identifier: GPL-3.0-or-later
//! Opens an entry of a ZIP archive with a password: AES (WinZip, "AES Encryption Information") and
//! ZipCrypto (APPNOTE, 6.1).

use std::io::{self, Read};

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::directory::{field, u16_at};
use super::{Entry, reader};
use crate::extract::aes::Aes;

/// The method that stands for encryption with AES; the true one is in a field of its own.
pub(super) const AES: u16 = 99;

const AES_FIELD: u16 = 0x9901;
const ROUNDS: u32 = 1_000;
const CHECK: usize = 2;
const SUM: usize = 10;

/// Bytes that are unpacked to find out whether a password is right.
const MOST_CHECKED: u64 = 16 << 20;

/// How an entry is encrypted with AES.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strength {
    /// Of the key, in bytes.
    length: usize,
    /// How the file was packed before.
    pub method: u16,
}

/// Reads the field that tells it.
pub(super) fn strength(extra: &[u8]) -> Option<Strength> {
    let field = field(extra, AES_FIELD)?;
    let length = match field.get(4)? {
        1 => 16,
        2 => 24,
        3 => 32,
        _ => return None,
    };
    let method = u16_at(field, 5)?;
    Some(Strength { length, method })
}

/// The byte by which a wrong password is told from a right one (6.1.6): of the sum, or of the time
/// where the sum was not known yet.
pub(super) fn check(flags: u16, time: u16, sum: u32) -> u8 {
    const SUM_FOLLOWS: u16 = 1 << 3;
    let [_, time] = time.to_le_bytes();
    let [_, _, _, sum] = sum.to_le_bytes();
    if flags & SUM_FOLLOWS == 0 { sum } else { time }
}

/// The packed bytes of an encrypted entry, if the password is right.
pub(super) fn unlock(entry: &Entry, data: &[u8], password: &str) -> Option<Vec<u8>> {
    if let Some(strength) = entry.aes.filter(|_| entry.method == AES) {
        return aes(data, strength, password);
    }
    let plain = zip_crypto(data, entry.check, password)?;
    // One wrong password in 256 gets here. What it gives has another sum.
    let unpacked = reader(entry, &plain).map(|reader| reader.take(MOST_CHECKED));
    let is_right = unpacked.is_ok_and(|mut reader| io::copy(&mut reader, &mut io::sink()).is_ok());
    is_right.then_some(plain)
}

/// The packed bytes, if the password is right.
fn aes(data: &[u8], strength: Strength, password: &str) -> Option<Vec<u8>> {
    let length = strength.length;
    let (salt, rest) = data.split_at_checked(length / 2)?;
    let (check, rest) = rest.split_at_checked(CHECK)?;
    let (packed, sum) = rest.split_at_checked(rest.len().checked_sub(SUM)?)?;
    let mut keys = vec![0; 2 * length + CHECK];
    pbkdf2::pbkdf2_hmac::<Sha1>(password.as_bytes(), salt, ROUNDS, &mut keys);
    let (key, rest) = keys.split_at_checked(length)?;
    let (sum_key, own) = rest.split_at_checked(length)?;
    if own != check {
        return None;
    }
    let mut told = Hmac::<Sha1>::new_from_slice(sum_key).ok()?;
    told.update(packed);
    told.verify_truncated_left(sum).ok()?;
    Some(Aes::new(key)?.counted(packed))
}

/// The packed bytes behind the head that ZipCrypto puts before them. Its last byte tells a wrong
/// password from a right one 255 times of 256.
fn zip_crypto(data: &[u8], last: u8, password: &str) -> Option<Vec<u8>> {
    const HEAD: usize = 12;
    let mut keys = Keys::of(password);
    let plain: Vec<u8> = data
        .iter()
        .map(|byte| keys.decrypt(*byte))
        .take(HEAD)
        .collect();
    if plain.get(HEAD - 1) != Some(&last) {
        return None;
    }
    Some(
        data.get(HEAD..)?
            .iter()
            .map(|byte| keys.decrypt(*byte))
            .collect(),
    )
}

struct Keys(u32, u32, u32);

impl Keys {
    fn of(password: &str) -> Self {
        let mut keys = Self(0x1234_5678, 0x2345_6789, 0x3456_7890);
        password.bytes().for_each(|byte| keys.update(byte));
        keys
    }

    fn update(&mut self, byte: u8) {
        self.0 = crc(self.0, byte);
        self.1 = self.1.wrapping_add(self.0 & 0xff);
        self.1 = self.1.wrapping_mul(134_775_813).wrapping_add(1);
        let [_, _, _, high] = self.1.to_le_bytes();
        self.2 = crc(self.2, high);
    }

    fn decrypt(&mut self, byte: u8) -> u8 {
        let [low, high, ..] = self.2.to_le_bytes();
        let mixed = u16::from_le_bytes([low, high]) | 2;
        let [_, mask] = mixed.wrapping_mul(mixed ^ 1).to_le_bytes();
        let plain = byte ^ mask;
        self.update(plain);
        plain
    }
}

/// One step of CRC-32, without the inversions at its ends.
fn crc(sum: u32, byte: u8) -> u32 {
    let [low, ..] = sum.to_le_bytes();
    let mut table = u32::from(low ^ byte);
    for _ in 0..8 {
        let is_odd = table & 1 == 1;
        table = table >> 1 ^ if is_odd { 0xedb8_8320 } else { 0 };
    }
    sum >> 8 ^ table
}
