// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns `756#{10}` into a shape that candidates are compared with.
//!
//! `#` is a digit, `@` a letter, `*` either, `[A-HX]` one of these; capitals and digits stand for
//! themselves. `{10}` repeats the sign before it; `{11,30}`, at the end only, lets it vary. Separators
//! are not written.

/// The longest shape: an IBAN has 34 characters.
pub(super) const MAX_LENGTH: usize = 34;

/// How many digits and capitals there are.
pub(super) const SIGNS: usize = 36;
/// What one character of a candidate may be: some of 0 to 9 and A to Z, a bit each.
type Set = u64;
const DIGITS: Set = (1 << 10) - 1;
const ALL: Set = (1 << SIGNS) - 1;
const LETTERS: Set = ALL & !DIGITS;

/// The significant characters of an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    signs: Vec<Set>,
    least: usize,
    /// Where only a digit may stand, and only a letter, a bit each; and where only some of them.
    digits: u64,
    letters: u64,
    some: Vec<(usize, Set)>,
}

impl Shape {
    /// Reads the notation above.
    ///
    /// # Errors
    /// What is wrong with it, without the place.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut signs = Vec::new();
        let mut least = 0;
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if signs.len() > least {
                return Err(format!(
                    "\"{text}\": a count that varies must stand at the end"
                ));
            }
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            let sign = match c {
                '#' => DIGITS,
                '@' => LETTERS,
                '*' => ALL,
                '[' => {
                    let some = rest.split_once(']').and_then(|(inside, after)| {
                        rest = after;
                        some(inside)
                    });
                    some.ok_or_else(|| {
                        format!("\"{text}\": write some of the signs as [A-HX], capitals and digits")
                    })?
                }
                _ => own(c).ok_or_else(|| {
                    format!(
                        "\"{text}\": {c:?} is no sign of a shape; write # for a digit, @ for a letter, * \
                         for either, [A-HX] for some, capitals and digits for themselves"
                    )
                })?,
            };
            let (low, high, after) = count(rest)
                .ok_or_else(|| format!("\"{text}\": write a count as {{10}} or {{11,30}}"))?;
            if signs.len() + high > MAX_LENGTH || low > high {
                return Err(format!("\"{text}\" is longer than {MAX_LENGTH} characters"));
            }
            least += low;
            signs.extend(std::iter::repeat_n(sign, high));
            rest = after;
        }
        if least < 4 {
            return Err(format!(
                "\"{text}\" is shorter than four characters; too much would fit it"
            ));
        }
        let within = |set: Set| {
            let signs = signs.iter().enumerate();
            signs.fold(0, |bits, (at, sign)| {
                bits | u64::from(sign & !set == 0) << at
            })
        };
        let some = signs.iter().copied().enumerate();
        let some = some.filter(|(_, sign)| ![DIGITS, LETTERS, ALL].contains(sign));
        Ok(Self {
            digits: within(DIGITS),
            letters: within(LETTERS),
            some: some.collect(),
            signs,
            least,
        })
    }

    /// The lengths that fit.
    pub fn lengths(&self) -> std::ops::RangeInclusive<usize> {
        self.least..=self.signs.len()
    }

    /// True where a candidate may begin with this digit or capital, by its number.
    pub fn begins_with(&self, number: usize) -> bool {
        self.signs
            .first()
            .is_some_and(|sign| sign >> number & 1 == 1)
    }

    /// True where the sign at a place may be a digit, or a letter.
    pub fn may_be(&self, place: usize, digit: bool) -> bool {
        let set = if digit { DIGITS } else { LETTERS };
        self.signs.get(place).is_some_and(|sign| sign & set != 0)
    }

    /// True where a candidate, its significant characters as capitals, is of this shape; `digits`
    /// says which of them are digits, a bit each.
    pub fn fits(&self, candidate: &[u8], digits: u64) -> bool {
        let here = (1 << candidate.len()) - 1;
        self.lengths().contains(&candidate.len())
            && self.digits & here & !digits == 0
            && self.letters & here & digits == 0
            && self.some.iter().all(|(at, some)| {
                let sign = candidate.get(*at).and_then(|sign| number(*sign));
                sign.is_none_or(|sign| some >> sign & 1 == 1)
            })
    }
}

/// Which of the characters are digits, a bit each.
pub(super) fn digits(candidate: &[u8]) -> u64 {
    let bits = candidate.iter().take(64).enumerate();
    bits.fold(0, |bits, (at, byte)| {
        bits | u64::from(byte.is_ascii_digit()) << at
    })
}

/// The number of a sign: 0 to 9, 10 to 35 for A to Z.
pub(super) fn number(sign: u8) -> Option<usize> {
    match sign {
        b'0'..=b'9' => Some(usize::from(sign - b'0')),
        b'A'..=b'Z' => Some(usize::from(sign - b'A') + 10),
        _ => None,
    }
}

/// A sign that stands for itself.
fn own(c: char) -> Option<Set> {
    let number = u8::try_from(c).ok().and_then(number)?;
    Some(1 << number)
}

/// What stands between `[` and `]`.
fn some(inside: &str) -> Option<Set> {
    let mut set = 0;
    let mut chars = inside.chars().peekable();
    while let Some(first) = chars.next() {
        let mut last = first;
        if chars.next_if_eq(&'-').is_some() {
            last = chars.next()?;
        }
        let (first, last) = (own(first)?, own(last)?);
        // All bits from the one to the other, and none where they stand the wrong way round.
        set |= (last << 1).checked_sub(first)?;
    }
    (set != 0).then_some(set)
}

/// Reads `{10}` or `{11,30}` if there is one: least, most, and what follows.
fn count(text: &str) -> Option<(usize, usize, &str)> {
    let Some(inside) = text.strip_prefix('{') else {
        return Some((1, 1, text));
    };
    let (count, after) = inside.split_once('}')?;
    let (low, high) = count.split_once(',').unwrap_or((count, count));
    let (low, high) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
    (high > 0).then_some((low, high, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_fits() {
        let shape = Shape::read("756#{10}").unwrap();
        let fits = |text: &[u8]| shape.fits(text, digits(text));
        assert!(fits(b"7569217076985"));
        assert!(!fits(b"7579217076985"));
        assert!(!fits(b"756921707698"));
        assert!(!fits(b"756921707698X"));
        let iban = Shape::read("@@##*{11,30}").unwrap();
        assert_eq!(iban.lengths(), 15..=34);
        assert!(iban.begins_with(12) && !iban.begins_with(7));
        let plate = Shape::read("[A-HJX]{2}#[0-25]@").unwrap();
        let fits = |text: &[u8]| plate.fits(text, digits(text));
        assert!(fits(b"AX91Z") && fits(b"JH95Z") && fits(b"BB92Z"));
        assert!(!fits(b"IX91Z") && !fits(b"AK91Z") && !fits(b"AX93Z") && !fits(b"AX9AZ"));
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, says) in [
            ("75?", "'?' is no sign"),
            ("#{99999999999999999999}", "write a count"),
            ("#{4000000000}", "longer than 34"),
            ("#{3,9}#", "at the end"),
            ("#{", "write a count"),
            ("##", "shorter than four"),
            ("[A-H###", "write some of the signs"),
            ("[]###", "write some of the signs"),
            ("[H-A]###", "write some of the signs"),
            ("[A-]###", "write some of the signs"),
            ("[a]###", "write some of the signs"),
        ] {
            let error = Shape::read(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
