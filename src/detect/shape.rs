// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns `756#{10}` into a shape that candidates are compared with.
//!
//! `#` is a digit, `@` a letter, `*` either; capitals and digits stand for themselves. `{10}` repeats
//! the sign before it; `{11,30}`, at the end only, lets it vary. Separators are not written.

/// The longest shape: an IBAN has 34 characters.
pub(super) const MAX_LENGTH: usize = 34;

/// What one character of a candidate may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Digit,
    Letter,
    Either,
    Own(u8),
}

/// The significant characters of an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    signs: Vec<Sign>,
    least: usize,
    /// Where only a digit may stand, and only a letter, a bit each; and what must stand where.
    digits: u64,
    letters: u64,
    own: Vec<(usize, u8)>,
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
                '#' => Sign::Digit,
                '@' => Sign::Letter,
                '*' => Sign::Either,
                '0'..='9' | 'A'..='Z' => {
                    Sign::Own(c.to_string().as_bytes().first().copied().unwrap_or(b'0'))
                }
                _ => {
                    return Err(format!(
                        "\"{text}\": {c:?} is no sign of a shape; write # for a digit, @ for a letter, \
                         * for either, capitals and digits for themselves"
                    ));
                }
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
        let places = |is: fn(&Sign) -> bool| {
            let signs = signs.iter().enumerate();
            signs.fold(0, |bits, (at, sign)| bits | u64::from(is(sign)) << at)
        };
        let own = signs.iter().enumerate();
        let own = own.filter_map(|(at, sign)| match sign {
            Sign::Own(own) => Some((at, *own)),
            _ => None,
        });
        Ok(Self {
            digits: places(|sign| *sign == Sign::Digit),
            letters: places(|sign| *sign == Sign::Letter),
            own: own.collect(),
            signs,
            least,
        })
    }

    /// The lengths that fit.
    pub fn lengths(&self) -> std::ops::RangeInclusive<usize> {
        self.least..=self.signs.len()
    }

    /// True where a candidate may begin with this digit or capital.
    pub fn begins_with(&self, byte: u8) -> bool {
        self.signs.first().is_some_and(|sign| sign.fits(byte))
    }

    /// True where the sign at a place may be a digit, or a letter.
    pub fn may_be(&self, place: usize, digit: bool) -> bool {
        self.signs.get(place).is_some_and(|sign| match sign {
            Sign::Digit => digit,
            Sign::Letter => !digit,
            Sign::Either => true,
            Sign::Own(own) => own.is_ascii_digit() == digit,
        })
    }

    /// True where a candidate, its significant characters as capitals, is of this shape; `digits`
    /// says which of them are digits, a bit each.
    pub fn fits(&self, candidate: &[u8], digits: u64) -> bool {
        let here = (1 << candidate.len()) - 1;
        self.lengths().contains(&candidate.len())
            && self.digits & here & !digits == 0
            && self.letters & here & digits == 0
            && self
                .own
                .iter()
                .all(|(at, own)| candidate.get(*at).is_none_or(|byte| byte == own))
    }
}

/// Which of the characters are digits, a bit each.
pub(super) fn digits(candidate: &[u8]) -> u64 {
    let bits = candidate.iter().take(64).enumerate();
    bits.fold(0, |bits, (at, byte)| {
        bits | u64::from(byte.is_ascii_digit()) << at
    })
}

impl Sign {
    fn fits(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Letter => byte.is_ascii_uppercase(),
            Self::Either => true,
            Self::Own(own) => own == byte,
        }
    }
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
        assert!(iban.begins_with(b'C') && !iban.begins_with(b'7'));
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
        ] {
            let error = Shape::read(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
