// SPDX-License-Identifier: GPL-3.0-or-later
//! Chance that can be had again: how often a test tries, and with what.

/// Xorshift: the same bytes for the same seed, on every machine.
pub struct Chance(u64);

impl Chance {
    /// A new one; `MANGLE_SEED` repeats a run that failed. Prints it: where a test fails it is shown.
    pub fn new() -> Self {
        let seed = number("MANGLE_SEED", u64::from(std::process::id()));
        println!("MANGLE_SEED={seed}");
        Self(seed | 1)
    }

    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end.max(1)
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}

/// A number from the environment.
pub fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}
