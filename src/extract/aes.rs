// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the key of a locked file, of whatever length, and decrypts with it (FIPS 197).

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};

/// The size of a block, in bytes.
pub(super) const BLOCK: usize = 16;

/// A key.
pub(super) enum Aes {
    Short(Aes128),
    Middle(Aes192),
    Long(Aes256),
}

impl Aes {
    /// A key of 16, 24 or 32 bytes.
    pub fn new(key: &[u8]) -> Option<Self> {
        Some(match key.len() {
            16 => Self::Short(Aes128::new_from_slice(key).ok()?),
            24 => Self::Middle(Aes192::new_from_slice(key).ok()?),
            32 => Self::Long(Aes256::new_from_slice(key).ok()?),
            _ => return None,
        })
    }

    fn encrypt(&self, block: &mut [u8; BLOCK]) {
        match self {
            Self::Short(key) => key.encrypt_block(block.into()),
            Self::Middle(key) => key.encrypt_block(block.into()),
            Self::Long(key) => key.encrypt_block(block.into()),
        }
    }

    fn decrypt(&self, block: &mut [u8; BLOCK]) {
        match self {
            Self::Short(key) => key.decrypt_block(block.into()),
            Self::Middle(key) => key.decrypt_block(block.into()),
            Self::Long(key) => key.decrypt_block(block.into()),
        }
    }

    /// Decrypts block by block. Bytes behind the last whole block are left out.
    pub fn ecb(&self, bytes: &[u8]) -> Vec<u8> {
        let (blocks, _) = bytes.as_chunks::<BLOCK>();
        let mut plain = blocks.to_vec();
        plain.iter_mut().for_each(|block| self.decrypt(block));
        plain.into_flattened()
    }

    /// Decrypts blocks of which each is mixed with the one before.
    pub fn cbc(&self, first: [u8; BLOCK], bytes: &[u8]) -> Vec<u8> {
        let mut plain = self.ecb(bytes);
        let before = first.iter().chain(bytes);
        plain
            .iter_mut()
            .zip(before)
            .for_each(|(byte, before)| *byte ^= before);
        plain
    }

    /// Decrypts by the encrypted numbers 1, 2, 3 and so on, their low byte first.
    pub fn counted(&self, bytes: &[u8]) -> Vec<u8> {
        let mut plain = bytes.to_vec();
        for (number, block) in (1_u128..).zip(plain.chunks_mut(BLOCK)) {
            let mut mask = number.to_le_bytes();
            self.encrypt(&mut mask);
            block
                .iter_mut()
                .zip(mask)
                .for_each(|(byte, mask)| *byte ^= mask);
        }
        plain
    }
}
