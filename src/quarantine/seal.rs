// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message into what lies in the store, and back: STREAM over ChaCha20-Poly1305, a key a message.
//!
//! Each segment proves itself, its place, and whether it is the last: what is changed, cut off, swapped or
//! put in the place of another message does not open (Hoang, Reyhanitabar, Rogaway, Vizár, 2015).

use std::io::{self, ErrorKind, Read};

use aead_stream::{DecryptorBE32, EncryptorBE32, Nonce, StreamBE32};
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{KeyInit, Payload};

use crate::key::Key;

/// What a sealed message begins with.
const MAGIC: &[u8] = b"pii-milter held 1\n";

/// Bytes of the message in one segment.
const SEGMENT: usize = 64 << 10;

/// Bytes that prove a segment.
const TAG: usize = 16;

type Prefix = Nonce<ChaCha20Poly1305, StreamBE32<ChaCha20Poly1305>>;

/// Reads a message as it is sealed.
pub struct Sealing<R> {
    from: R,
    name: String,
    cipher: Option<EncryptorBE32<ChaCha20Poly1305>>,
    next: Vec<u8>,
    ready: Ready,
}

/// Reads a sealed message as it was.
pub struct Opening<R> {
    from: R,
    name: String,
    cipher: Option<DecryptorBE32<ChaCha20Poly1305>>,
    next: Vec<u8>,
    ready: Ready,
}

/// Bytes that wait to be read.
#[derive(Default)]
struct Ready {
    bytes: Vec<u8>,
    at: usize,
}

impl Ready {
    fn give(&mut self, buffer: &mut [u8]) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.at += length;
        length
    }
}

impl<R: Read> Sealing<R> {
    /// Seals what `from` gives, under the name that it has in the store.
    ///
    /// # Errors
    /// When `from` cannot be read.
    pub fn new(mut from: R, key: &Key, name: &str) -> io::Result<Self> {
        let next = segment(&mut from, SEGMENT)?;
        let cipher = ChaCha20Poly1305::new(&(*key.bytes()).into());
        Ok(Self {
            from,
            name: name.to_owned(),
            // The key is used once, so the nonce may begin alike.
            cipher: Some(EncryptorBE32::from_aead(cipher, &Prefix::default())),
            next,
            ready: Ready {
                bytes: MAGIC.to_vec(),
                at: 0,
            },
        })
    }
}

impl<R: Read> Read for Sealing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let given = self.ready.give(buffer);
            if given > 0 || buffer.is_empty() {
                return Ok(given);
            }
            let Some(mut cipher) = self.cipher.take() else {
                return Ok(0);
            };
            let segment = std::mem::replace(&mut self.next, segment(&mut self.from, SEGMENT)?);
            let payload = Payload {
                msg: &segment,
                aad: self.name.as_bytes(),
            };
            let sealed = match self.next.is_empty() {
                true => cipher.encrypt_last(payload),
                false => {
                    let sealed = cipher.encrypt_next(payload);
                    self.cipher = Some(cipher);
                    sealed
                }
            };
            let bytes = sealed.map_err(|_| io::Error::other("it is too long to be sealed"))?;
            self.ready = Ready { bytes, at: 0 };
        }
    }
}

impl<R: Read> Opening<R> {
    /// Opens what was sealed under this name.
    ///
    /// # Errors
    /// When `from` cannot be read, or is nothing that was sealed.
    pub fn new(mut from: R, key: &Key, name: &str) -> io::Result<Self> {
        let mut magic = vec![0; MAGIC.len()];
        from.read_exact(&mut magic)?;
        if magic != MAGIC {
            return Err(damaged());
        }
        let next = segment(&mut from, SEGMENT + TAG)?;
        let cipher = ChaCha20Poly1305::new(&(*key.bytes()).into());
        Ok(Self {
            from,
            name: name.to_owned(),
            cipher: Some(DecryptorBE32::from_aead(cipher, &Prefix::default())),
            next,
            ready: Ready::default(),
        })
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let given = self.ready.give(buffer);
            if given > 0 || buffer.is_empty() {
                return Ok(given);
            }
            let Some(mut cipher) = self.cipher.take() else {
                return Ok(0);
            };
            let segment =
                std::mem::replace(&mut self.next, segment(&mut self.from, SEGMENT + TAG)?);
            let payload = Payload {
                msg: &segment,
                aad: self.name.as_bytes(),
            };
            let opened = match self.next.is_empty() {
                true => cipher.decrypt_last(payload),
                false => {
                    let opened = cipher.decrypt_next(payload);
                    self.cipher = Some(cipher);
                    opened
                }
            };
            let bytes = opened.map_err(|_| damaged())?;
            self.ready = Ready { bytes, at: 0 };
        }
    }
}

/// As many bytes as there are, at most `length`.
fn segment(from: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    let most = u64::try_from(length).unwrap_or(u64::MAX);
    from.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn damaged() -> io::Error {
    let why = "the stored message is damaged, or was changed or swapped";
    io::Error::new(ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(plain: &[u8], key: &Key, name: &str) -> Vec<u8> {
        let mut sealed = Vec::new();
        let mut from = Sealing::new(plain, key, name).unwrap();
        from.read_to_end(&mut sealed).unwrap();
        sealed
    }

    fn opened(sealed: &[u8], key: &Key, name: &str) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        Opening::new(sealed, key, name)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn every_length_comes_back() {
        let key = Key::random().unwrap();
        for length in [
            0,
            1,
            SEGMENT - 1,
            SEGMENT,
            SEGMENT + 1,
            3 * SEGMENT,
            3 * SEGMENT + 7,
        ] {
            let plain: Vec<u8> = (0..=250).cycle().take(length).collect();
            let sealed = sealed(&plain, &key, "a");
            assert!(opened(&sealed, &key, "a").unwrap() == plain, "{length}");
        }
    }

    #[test]
    fn what_was_changed_cut_or_swapped_does_not_open() {
        let (key, other) = (Key::random().unwrap(), Key::random().unwrap());
        let plain = vec![b'x'; 2 * SEGMENT + 100];
        let whole = sealed(&plain, &key, "a");
        assert!(opened(&whole, &key, "b").is_err());
        assert!(opened(&whole, &other, "a").is_err());
        let step = SEGMENT + TAG;
        let first = MAGIC.len();
        for at in [0, first, first + step - 1, first + step, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(opened(&changed, &key, "a").is_err(), "changed at {at}");
        }
        for length in [
            0,
            first,
            first + 1,
            first + step,
            first + 2 * step,
            whole.len() - 1,
        ] {
            assert!(
                opened(&whole[..length], &key, "a").is_err(),
                "cut at {length}"
            );
        }
        let (one, two) = (first..first + step, first + step..first + 2 * step);
        let mut swapped = whole[..first].to_vec();
        swapped.extend_from_slice(&whole[two.clone()]);
        swapped.extend_from_slice(&whole[one]);
        swapped.extend_from_slice(&whole[two.end..]);
        assert!(opened(&swapped, &key, "a").is_err());
        let longer = [&whole[..], b"x"].concat();
        assert!(opened(&longer, &key, "a").is_err());
    }
}
