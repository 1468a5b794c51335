// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns hits that overlap into hits that do not, while a text is read.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::scan::Hit;

/// How far before its anchor a hit may begin, in bytes: the lines of a passport, the stretch of a
/// pattern.
pub(super) const MAX_BACK: usize = 2048;
/// So many hits on end that overlap each other are settled where they stand, lest a hostile text
/// pile them up.
const MAX_PENDING: usize = 4096;

/// Hits that later ones may still overlap.
#[derive(Debug, Default)]
pub(super) struct Pending {
    hits: Vec<Hit>,
    end: usize,
}

impl Pending {
    pub fn add(&mut self, hit: Hit) {
        self.end = self.end.max(hit.span.end);
        self.hits.push(hit);
    }

    /// Gives out what no anchor from `place` on can overlap.
    pub fn flush_before(&mut self, place: usize, found: &mut dyn FnMut(Hit)) {
        let clear = place > self.end + MAX_BACK || self.hits.len() >= MAX_PENDING;
        if clear && !self.hits.is_empty() {
            self.flush(found);
        }
    }

    /// Gives out everything, in order of place.
    ///
    /// An address gives way to all others. Of these the higher confidence stays, then the longer hit, then the one whose keyword is
    /// nearer, then the earlier rule, then the earlier place.
    pub fn flush(&mut self, found: &mut dyn FnMut(Hit)) {
        if self.hits.len() < 2 {
            return self.hits.drain(..).for_each(found);
        }
        self.hits.sort_by_key(|hit| {
            let length = hit.span.len();
            let weight = Reverse((hit.confidence, length));
            (
                hit.yields,
                weight,
                hit.keyword,
                hit.detector,
                hit.span.start,
            )
        });
        let mut kept: BTreeMap<usize, Hit> = BTreeMap::new();
        for hit in self.hits.drain(..) {
            let before = kept.range(..hit.span.end).next_back();
            if before.is_none_or(|(_, other)| other.span.end <= hit.span.start) {
                kept.insert(hit.span.start, hit);
            }
        }
        kept.into_values().for_each(found);
    }
}
