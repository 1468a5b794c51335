// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps where a stretch of text lies for a person, in words once somebody asks.

use std::fmt;
use std::sync::Arc;

/// A place in a part: `page 3`, `sheet Lohn B7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In words; none are the part itself.
    Named(Arc<str>),
    /// A cell of a sheet, of which a workbook has a hundred thousand.
    Cell {
        /// What a person calls the sheet.
        sheet: Arc<str>,
        /// The column, from 1.
        column: usize,
        /// The row, from 1.
        row: u64,
    },
}

impl Place {
    /// True for the part itself.
    pub(super) fn is_part(&self) -> bool {
        matches!(self, Self::Named(name) if name.is_empty())
    }
}

impl<T: Into<Arc<str>>> From<T> for Place {
    fn from(name: T) -> Self {
        Self::Named(name.into())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Cell { sheet, column, row } => write!(f, "{sheet} {}{row}", letters(*column)),
        }
    }
}

/// The letters of a column, `B` for 2.
fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        column -= 1;
        letters.push(u8::try_from(column % 26).map_or('?', |digit| char::from(b'A' + digit)));
        column /= 26;
    }
    letters.iter().rev().collect()
}

/// The number of the column in a name like `B7`, from 1.
pub(super) fn column(name: &str) -> Option<usize> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).take(3);
    let number = letters.fold(0, |sum, letter| {
        sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    (number > 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for name in ["A", "Z", "AA", "AZ", "ZZ", "AAA", "XFD"] {
            assert_eq!(letters(column(name).unwrap()), name);
        }
        assert_eq!(column("7"), None);
    }
}
