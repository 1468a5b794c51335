// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns hits that overlap into hits that do not, while a text is read.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use super::scan::Hit;

/// How far before its anchor a hit may begin, in bytes: the lines of a passport, the stretch of a
/// pattern.
pub(super) const MAX_BACK: usize = 2048;
/// With so many hits on end, those that no later one can overlap are settled, lest a long row of them
/// pile up.
const MAX_PENDING: usize = 4096;

/// What a hit gives way to, where others overlap it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Yields {
    /// To what is surer or longer.
    Better,
    /// An address, whose ends are a guess: to all but names inside it, which are those of streets and towns.
    Others,
    /// A name: to the address that it stands in.
    Addresses,
}

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

    /// Gives out what no anchor from `place` on can overlap, where that is all or there is much.
    pub fn flush_before(&mut self, place: usize, found: &mut dyn FnMut(Hit)) {
        if place > self.end + MAX_BACK {
            self.flush(found);
        } else if self.hits.len() >= MAX_PENDING {
            let clear = place.saturating_sub(MAX_BACK);
            for hit in self.settled() {
                match hit.span.end <= clear {
                    true => found(hit),
                    false => self.hits.push(hit),
                }
            }
        }
    }

    /// Gives out everything, in order of place.
    pub fn flush(&mut self, found: &mut dyn FnMut(Hit)) {
        match self.hits.len() {
            0 | 1 => self.hits.drain(..).for_each(found),
            _ => self.settled().for_each(found),
        }
    }

    /// Takes everything, in order of place, no two of them overlapping.
    ///
    /// An address gives way to others, and names inside it to the address. Of the rest the higher confidence
    /// stays, then the longer hit, then the one whose keyword is nearer, then the earlier rule, then the
    /// earlier place.
    fn settled(&mut self) -> impl Iterator<Item = Hit> + use<> {
        let addresses = self.hits.iter().filter(|hit| hit.yields == Yields::Others);
        let mut addresses: Vec<Range<usize>> = addresses.map(|hit| hit.span.clone()).collect();
        addresses.sort_unstable_by_key(|span| span.start);
        self.hits.sort_by_cached_key(|hit| {
            let length = hit.span.len();
            let weight = Reverse((hit.confidence, length));
            let turn = match hit.yields {
                Yields::Addresses if stands_in(&addresses, &hit.span) => 2,
                Yields::Others => 1,
                _ => 0,
            };
            (turn, weight, hit.keyword, hit.detector, hit.span.start)
        });
        let mut kept: BTreeMap<usize, Hit> = BTreeMap::new();
        for hit in self.hits.drain(..) {
            let before = kept.range(..hit.span.end).next_back();
            if before.is_none_or(|(_, other)| other.span.end <= hit.span.start) {
                kept.insert(hit.span.start, hit);
            }
        }
        kept.into_values()
    }
}

/// True where a span lies within the last of these, in order of place, that begins before it.
fn stands_in(spans: &[Range<usize>], span: &Range<usize>) -> bool {
    let after = spans.partition_point(|one| one.start <= span.start);
    let last = after.checked_sub(1).and_then(|at| spans.get(at));
    last.is_some_and(|one| span.end <= one.end)
}

#[cfg(test)]
mod tests {
    use super::super::Confidence;
    use super::*;

    fn hit(span: std::ops::Range<usize>, confidence: Confidence) -> Hit {
        Hit {
            detector: 0,
            span,
            confidence,
            value: String::new(),
            why: Vec::new(),
            keyword: 0,
            yields: Yields::Better,
        }
    }

    #[test]
    fn what_is_found_late_in_a_long_row_is_settled_too() {
        let mut pending = Pending::default();
        let mut given = Vec::new();
        for at in 0..3 * MAX_PENDING {
            let place = 3 * at;
            pending.add(hit(place..place + 2, Confidence::Low));
            pending.flush_before(place, &mut |hit| given.push(hit.span));
            if at % 1000 == 999 {
                pending.add(hit(place - 1500..place - 1490, Confidence::High));
            }
        }
        pending.flush(&mut |hit| given.push(hit.span));
        assert_eq!(given.iter().filter(|span| span.len() == 10).count(), 12);
        assert!(given.windows(2).all(|two| two[0].end <= two[1].start));
    }
}
