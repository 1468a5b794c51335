// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a word into its place in the table of words. The build, which writes the table, uses it too.

/// The table has so many places.
pub const PLACES: usize = 1 << 20;

/// The hash of a folded word: FNV-1a, 64 bits (draft-eastlake-fnv).
pub fn hash(letters: impl Iterator<Item = u8>) -> u64 {
    letters.fold(0xcbf2_9ce4_8422_2325, |hash, letter| {
        (hash ^ u64::from(letter)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Where a word is looked for first, and the 16 bits by which it is known there, which are never 0.
pub fn place(hash: u64) -> (usize, u16) {
    let bytes = hash.to_le_bytes();
    let [a, b, c, d, e, f, g, h] = bytes;
    let place = u32::from_le_bytes([a ^ e, b ^ f, c ^ d, 0]);
    let mark = u16::from_le_bytes([g, h]);
    (
        usize::try_from(place).unwrap_or_default() % PLACES,
        mark.max(1),
    )
}
