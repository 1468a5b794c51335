// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the shapes of all rules by how a candidate begins and how long it is.
//!
//! Rules that ask for the same thing share an entry, so that five hundred of them cost what one does.

use super::shape::{MAX_LENGTH, SIGNS, Shape, number};
use super::valid::Validator;

/// How many signs say how a candidate begins. No shape is shorter.
pub(super) const HEAD: usize = 4;

/// The shapes of all rules.
#[derive(Debug, Default)]
pub(super) struct Index {
    wanted: Vec<Wanted>,
    /// By the first sign and the classes of the next three: which lengths there are, a bit each.
    lengths: Vec<u64>,
    /// By the same and a length: what is in `wanted`.
    places: Vec<Vec<usize>>,
}

/// What some rules look for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub shape: Shape,
    pub valid: Option<Validator>,
    /// True where small letters are none.
    pub capitals: bool,
    /// The rules that may find it alone, and those that need a keyword.
    pub free: Rules,
    pub bound: Rules,
}

/// Some of the rules, a bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rules(Vec<u64>);

impl FromIterator<usize> for Rules {
    fn from_iter<T: IntoIterator<Item = usize>>(rules: T) -> Self {
        let mut bits = Vec::new();
        for rule in rules {
            if bits.len() <= rule / 64 {
                bits.resize(rule / 64 + 1, 0);
            }
            if let Some(bits) = bits.get_mut(rule / 64) {
                *bits |= 1 << (rule % 64);
            }
        }
        Self(bits)
    }
}

impl Rules {
    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of both, in order.
    pub fn both<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = usize> + 'a {
        let pairs = self.0.iter().zip(&other.0).enumerate();
        pairs.flat_map(|(at, (own, other))| {
            let mut bits = own & other;
            std::iter::from_fn(move || {
                let bit = usize::try_from(bits.trailing_zeros()).unwrap_or(64);
                bits &= bits.checked_sub(1)?;
                Some(64 * at + bit)
            })
        })
    }

    /// Adds those of another.
    pub fn add(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own |= other;
        }
    }
}

impl Wanted {
    fn is(&self, other: &Self) -> bool {
        let valid = match (self.valid, other.valid) {
            (Some(own), Some(other)) => std::ptr::fn_addr_eq(own, other),
            (own, other) => own.is_none() && other.is_none(),
        };
        valid && self.shape == other.shape && self.capitals == other.capitals
    }
}

impl Index {
    /// Adds what a rule looks for.
    pub fn add(&mut self, new: Wanted) {
        if let Some(old) = self.wanted.iter_mut().find(|old| old.is(&new)) {
            old.free.add(&new.free);
            old.bound.add(&new.bound);
            return;
        }
        self.lengths.resize(SIGNS << (HEAD - 1), 0);
        self.places
            .resize(place(SIGNS << (HEAD - 1), 0), Vec::new());
        let shape = &new.shape;
        let bits = shape.lengths().fold(0, |bits, length| bits | 1 << length);
        for (head, lengths) in self.lengths.iter_mut().enumerate() {
            let classes = (1..HEAD).all(|at| shape.may_be(at, head >> (at - 1) & 1 == 1));
            if !classes || !shape.begins_with(head >> (HEAD - 1)) {
                continue;
            }
            *lengths |= bits;
            for length in shape.lengths() {
                if let Some(places) = self.places.get_mut(place(head, length)) {
                    places.push(self.wanted.len());
                }
            }
        }
        self.wanted.push(new);
    }

    /// How these signs begin, for `lengths` and `wanted`.
    pub fn head(signs: &[u8]) -> usize {
        let classes = signs.iter().skip(1).take(HEAD - 1).enumerate();
        let classes = classes.fold(0, |bits, (at, sign)| {
            bits | usize::from(sign.is_ascii_digit()) << at
        });
        let first = signs.first().and_then(|first| number(*first));
        first.unwrap_or(SIGNS) << (HEAD - 1) | classes
    }

    /// The lengths of what begins so, a bit each.
    pub fn lengths(&self, head: usize) -> u64 {
        self.lengths.get(head).copied().unwrap_or(0)
    }

    /// What begins so and has this length.
    pub fn wanted(&self, head: usize, length: usize) -> impl Iterator<Item = &Wanted> + '_ {
        let places = self.places.get(place(head, length));
        let places = places.into_iter().flatten();
        places.filter_map(|at| self.wanted.get(*at))
    }
}

/// Where what begins so and has this length is kept.
fn place(head: usize, length: usize) -> usize {
    head * (MAX_LENGTH + 1) + length
}
