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

/// One direction of STREAM.
pub trait Stream {
    /// Bytes of one segment before it.
    const LENGTH: usize;

    /// The next segment; none where it cannot be.
    fn next(&mut self, segment: Payload<'_, '_>) -> Option<Vec<u8>>;

    /// The last one.
    fn last(self, segment: Payload<'_, '_>) -> Option<Vec<u8>>;

    /// Why there is none.
    fn wrong() -> io::Error;
}

impl Stream for EncryptorBE32<ChaCha20Poly1305> {
    const LENGTH: usize = SEGMENT;

    fn next(&mut self, segment: Payload<'_, '_>) -> Option<Vec<u8>> {
        self.encrypt_next(segment).ok()
    }

    fn last(self, segment: Payload<'_, '_>) -> Option<Vec<u8>> {
        self.encrypt_last(segment).ok()
    }

    fn wrong() -> io::Error {
        io::Error::other("it is too long to be sealed")
    }
}

impl Stream for DecryptorBE32<ChaCha20Poly1305> {
    const LENGTH: usize = SEGMENT + TAG;

    fn next(&mut self, segment: Payload<'_, '_>) -> Option<Vec<u8>> {
        self.decrypt_next(segment).ok()
    }

    fn last(self, segment: Payload<'_, '_>) -> Option<Vec<u8>> {
        self.decrypt_last(segment).ok()
    }

    fn wrong() -> io::Error {
        damaged()
    }
}

/// Reads a message as it is sealed.
pub type Sealing<R> = Segments<R, EncryptorBE32<ChaCha20Poly1305>>;

/// Reads a sealed message as it was.
pub type Opening<R> = Segments<R, DecryptorBE32<ChaCha20Poly1305>>;

/// Reads segments from one place, and gives them as the stream makes them.
pub struct Segments<R, S> {
    from: R,
    name: String,
    stream: Option<S>,
    next: Vec<u8>,
    /// Bytes that wait to be read, and how many of them were.
    ready: Vec<u8>,
    at: usize,
}

impl<R: Read> Sealing<R> {
    /// Seals what `from` gives, under the name that it has in the store.
    ///
    /// # Errors
    /// When `from` cannot be read.
    pub fn new(from: R, key: &Key, name: &str) -> io::Result<Self> {
        // The key is used once, so the nonce may begin alike.
        let stream = EncryptorBE32::from_aead(cipher(key), &Prefix::default());
        Self::begin(from, name, stream, MAGIC.to_vec())
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
        let stream = DecryptorBE32::from_aead(cipher(key), &Prefix::default());
        Self::begin(from, name, stream, Vec::new())
    }
}

impl<R: Read, S: Stream> Segments<R, S> {
    fn begin(mut from: R, name: &str, stream: S, ready: Vec<u8>) -> io::Result<Self> {
        Ok(Self {
            next: segment(&mut from, S::LENGTH)?,
            from,
            name: name.to_owned(),
            stream: Some(stream),
            ready,
            at: 0,
        })
    }
}

impl<R: Read, S: Stream> Read for Segments<R, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let rest = self.ready.get(self.at..).unwrap_or_default();
            if !rest.is_empty() || buffer.is_empty() {
                let length = rest.len().min(buffer.len());
                for (to, from) in buffer.iter_mut().zip(rest) {
                    *to = *from;
                }
                self.at += length;
                return Ok(length);
            }
            let Some(mut stream) = self.stream.take() else {
                return Ok(0);
            };
            let segment = std::mem::replace(&mut self.next, segment(&mut self.from, S::LENGTH)?);
            let payload = Payload {
                msg: &segment,
                aad: self.name.as_bytes(),
            };
            let made = match self.next.is_empty() {
                true => stream.last(payload),
                false => {
                    let made = stream.next(payload);
                    self.stream = Some(stream);
                    made
                }
            };
            (self.ready, self.at) = (made.ok_or_else(S::wrong)?, 0);
        }
    }
}

fn cipher(key: &Key) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&(*key.bytes()).into())
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
