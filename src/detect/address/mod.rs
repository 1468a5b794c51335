// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds postal addresses: a postcode, the town beside it, and the street or the box before it.
//!
//! No list knows all streets and towns. What an address is made of is evidence enough: a word for a street, or
//! a postcode whose form says what it is, or lines of their own; only where there is none of these, a town has
//! to be a known one. doc/detection.md says which forms are read.

mod code;
mod piece;
mod street;
mod town;
mod words;

use super::candidate::{Candidate, Form};
use code::Order;

/// The address with the postcode at `at`.
pub(super) fn find(text: &str, at: usize) -> Option<Candidate> {
    let code = code::at(text, at)?;
    let town = match code.order {
        Order::TownBefore => None,
        Order::TownBehind | Order::Either => town::behind(text, code.end),
    };
    if town.is_none() && code.order == Order::TownBehind {
        return None;
    }
    let street = street::before(text, &code)?;
    let is_known = town.as_ref().is_some_and(|town| town.is_known);
    let is_ordinary = town.as_ref().is_some_and(|town| town.is_ordinary);
    let is_one = match () {
        () if code.is_sure => true,
        () if is_known => street.is_said || !street.is_ordinary,
        () if code.is_year => false,
        () => !is_ordinary && (street.is_said || street.is_alone && !street.is_ordinary),
    };
    if !is_one {
        return None;
    }
    let span = street.start..town.map_or(code.end, |town| town.end);
    let value: Vec<&str> = text.get(span.clone())?.split_whitespace().collect();
    Some(Candidate {
        span,
        value: value.join(" ").to_lowercase(),
        form: Form::Grouped,
        why: vec!["street, postcode and town".to_owned()],
    })
}

#[cfg(test)]
mod tests;
