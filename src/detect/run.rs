// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns tokens of a chain into a run: what may be one identifier, and what stands at its sides.

use std::ops::Range;

use super::fold;
use super::token::{Joint, Token};

/// The longest word with accents that may be part of an identifier, in bytes.
const MAX_ACCENTED: usize = 6;

/// The first tokens of a window, taken together.
pub(super) struct Run<'a> {
    window: &'a [Token],
    /// How many tokens.
    count: usize,
    /// Their bytes, joints left out.
    pub length: usize,
    /// The joints between them, a bit each.
    joints: u16,
    /// True where it has a small letter, and where it has a capital.
    pub has_small: bool,
    has_capital: bool,
}

/// How an identifier is usually written: `3 4 4 2` with any signs between, `6-4` with that sign, `4_6`
/// with a blank.
#[derive(Clone, Debug)]
pub(super) struct Groups(Vec<(Option<Joint>, usize)>);

impl Groups {
    /// Reads the notation above; none where it is something else.
    pub fn read(text: &str) -> Option<Self> {
        let (mut groups, mut sign) = (Vec::new(), None);
        let mut rest = text.trim();
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit());
            let (length, after) = rest.split_at(end.unwrap_or(rest.len()));
            groups.push((sign, length.parse().ok()?));
            let Some(c) = after.chars().next() else {
                break;
            };
            sign = match c {
                ' ' => None,
                '_' => Some(Joint::Blank),
                '-' => Some(Joint::Dash),
                '.' => Some(Joint::Dot),
                '/' => Some(Joint::Slash),
                '+' => Some(Joint::Plus),
                _ => return None,
            };
            rest = after.get(1..).filter(|rest| !rest.is_empty())?;
        }
        (!groups.is_empty()).then_some(Self(groups))
    }

    /// How many letters and digits.
    pub fn length(&self) -> usize {
        let lengths = self.0.iter().map(|(_, length)| *length);
        lengths.fold(0, usize::saturating_add)
    }
}

/// Whether the digits beside a run make it part of something longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Clear,
    /// In a row with others, at one side.
    Crowded,
    /// In a row with others, at both sides.
    Between,
    /// Of no meaning by itself.
    Inside,
}

impl<'a> Run<'a> {
    /// No token yet.
    pub fn of(window: &'a [Token]) -> Self {
        Self {
            window,
            count: 0,
            length: 0,
            joints: 0,
            has_small: false,
            has_capital: false,
        }
    }

    /// Takes the next token, and adds its letters and digits to `value` as capitals; false where the
    /// chain ends, or the run would be none any more.
    pub fn grow(&mut self, text: &str, value: &mut String) -> bool {
        let Some(token) = self.window.get(self.count) else {
            return false;
        };
        if self.count > 0 {
            let second_line = token.joint == Joint::Line && self.has(Joint::Line);
            if token.joint == Joint::None || second_line {
                return false;
            }
            self.joints |= bit(token.joint);
        }
        self.count += 1;
        let written = text.get(token.start..token.end).unwrap_or_default();
        if token.accented > 0 {
            return self.grow_accented(written, value);
        }
        self.length += token.len();
        value.push_str(written);
        self.has_small |= token.has_small;
        self.has_capital |= token.has_capital;
        if token.has_small {
            value.make_ascii_uppercase();
        }
        true
    }

    /// Takes a few capitals, accents taken off: districts of licence plates have them.
    fn grow_accented(&mut self, written: &str, value: &mut String) -> bool {
        let begin = value.len();
        let capitals = written.chars().all(char::is_uppercase);
        if capitals && written.len() <= MAX_ACCENTED {
            value.push_str(&String::from_utf8_lossy(&fold::folded(written)));
            value.make_ascii_uppercase();
        }
        self.length += value.len() - begin;
        self.has_capital = true;
        value.len() > begin
    }

    /// Where it stands, in bytes of the view.
    pub fn span(&self) -> Range<usize> {
        let start = self.window.first().map_or(0, |token| token.start);
        let last = self
            .count
            .checked_sub(1)
            .and_then(|last| self.window.get(last));
        start..last.map_or(start, |token| token.end)
    }

    /// True where capitals and small letters are mixed, as they are in code and never in an identifier.
    pub fn is_mixed(&self) -> bool {
        self.has_small && self.has_capital
    }

    /// Looks at both sides; `before` is the token before the window.
    pub fn side(&self, text: &str, before: Option<Token>) -> Side {
        let bytes = text.as_bytes();
        let span = self.span();
        let byte = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied();
        if byte(span.start.checked_sub(1)) == Some(b'@') || byte(Some(span.end)) == Some(b'@') {
            return Side::Inside;
        }
        let token = |at: Option<usize>| at.and_then(|at| self.window.get(at)).copied();
        let last = self.count.checked_sub(1);
        let after = token(Some(self.count));
        let joint = |token: Option<Token>| token.map_or(Joint::None, |token| token.joint);
        // The token beside, its joint, and the two tokens next to it.
        let sides = [
            (
                before,
                joint(token(Some(0))),
                [token(Some(0)), token(Some(1))],
            ),
            (
                after,
                joint(after),
                [token(last), token(self.count.checked_sub(2))],
            ),
        ];
        let mut crowded = 0;
        for (beside, joint, own) in sides {
            let Some(beside) = beside.filter(|token| token.has_digit) else {
                continue;
            };
            let goes_on =
                |token: &Option<Token>| token.is_some_and(|own| own.len() == beside.len());
            match joint {
                Joint::Dot | Joint::Dash | Joint::Plus => return Side::Inside,
                Joint::Slash | Joint::Low if self.has(joint) => return Side::Inside,
                Joint::Blank | Joint::Gap | Joint::Loose if self.has(joint) => {
                    // A row in groups of four is one thing, and no card in the middle of it.
                    if own.iter().all(goes_on) {
                        return Side::Inside;
                    }
                    crowded += 1;
                }
                _ => (),
            }
        }
        match crowded {
            0 => Side::Clear,
            1 => Side::Crowded,
            _ => Side::Between,
        }
    }

    /// True where it is written in these groups, on one line, with single signs between.
    pub fn is_grouped(&self, groups: &Groups) -> bool {
        let tidy = ![Joint::Line, Joint::Gap, Joint::Loose]
            .iter()
            .any(|joint| self.has(*joint));
        let fits = |(token, (joint, length)): (&Token, &(Option<Joint>, usize))| {
            token.len() == *length && joint.is_none_or(|joint| token.joint == joint)
        };
        let Groups(groups) = groups;
        tidy && self.count == groups.len() && self.tokens().zip(groups).all(fits)
    }

    /// True where it stands in several cells of a table.
    pub fn is_in_cells(&self) -> bool {
        self.has(Joint::Cell)
    }

    /// True where it is in pieces.
    pub fn is_apart(&self) -> bool {
        self.count > 1
    }

    /// True where each sign stands by itself, as in the boxes of a form.
    pub fn is_boxed(&self) -> bool {
        self.tokens().all(|token| token.len() == 1)
    }

    /// True where all pieces are of one length but the last, which may be shorter: a number written
    /// in one piece, or spaced out.
    pub fn is_even(&self) -> bool {
        let first = self.window.first().map_or(0, Token::len);
        let mut lengths = self
            .tokens()
            .map(Token::len)
            .skip_while(|length| *length == first);
        lengths.next().is_none_or(|length| length <= first) && lengths.next().is_none()
    }

    fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.window.iter().take(self.count)
    }

    fn has(&self, joint: Joint) -> bool {
        self.joints & bit(joint) != 0
    }
}

fn bit(joint: Joint) -> u16 {
    1 << joint as u16
}
