// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the cells of a sheet into lines: rows by LF, cells by a tab, each with its place.

use super::draft::Draft;

/// Empty columns are kept up to here, so that a cell stands below its head.
const MOST_TABS: usize = 64;

/// A sheet being written.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// What a person calls it.
    place: String,
    row: u64,
    /// The last row with something in it.
    last_row: u64,
    /// Tabs written in this row, and the most in any of this table.
    tabs: usize,
    widest: usize,
}

impl Grid {
    /// Begins a sheet of this name.
    pub fn begin(name: &str, is_hidden: bool, draft: &mut Draft) -> Self {
        let hidden = if is_hidden { "hidden " } else { "" };
        let place = format!("{hidden}sheet {name}");
        draft.at("");
        draft.gap();
        draft.at(place.as_str());
        draft.push(name);
        draft.gap();
        draft.at("");
        let grid = Self::default();
        Self { place, ..grid }
    }

    /// What a person calls it.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What a person calls a cell of it; both numbers count from 1.
    pub fn place_of(&self, column: usize, row: usize) -> String {
        format!("{} {}{row}", self.place, letters(column))
    }

    /// The row reached, from 1.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// Begins the row of this number.
    pub fn begin_row(&mut self, row: u64) {
        self.row = row;
        self.tabs = 0;
    }

    /// Writes a cell of the row, in a column that counts from 1.
    pub fn cell(&mut self, column: usize, text: &str, draft: &mut Draft) {
        if text.trim().is_empty() {
            return;
        }
        if self.last_row != self.row {
            // Rows that are left out part two tables.
            if self.last_row.saturating_add(1) < self.row {
                draft.gap();
                self.widest = 0;
            }
            self.last_row = self.row;
        } else if self.tabs == MOST_TABS {
            draft.push("\t");
        }
        let wanted = column.saturating_sub(1).min(MOST_TABS).max(self.tabs);
        draft.push(&"\t".repeat(wanted - self.tabs));
        self.tabs = wanted;
        draft.at(format!("{} {}{}", self.place, letters(column), self.row));
        // A cell is one line here.
        draft.push(&text.replace(['\r', '\n', '\t'], " "));
        draft.at("");
    }

    /// Ends the row. One that is shorter than its table is still a row of it.
    pub fn end_row(&mut self, draft: &mut Draft) {
        if self.last_row == self.row && self.row > 0 {
            draft.push(&"\t".repeat(self.widest.saturating_sub(self.tabs)));
            self.widest = self.widest.max(self.tabs);
            draft.push("\n");
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

    #[test]
    fn rows_are_lines_and_cells_have_places() {
        let mut draft = Draft::default();
        let mut grid = Grid::begin("Lohn", false, &mut draft);
        grid.begin_row(3);
        for (column, text) in [(1, "Name"), (3, "AHV")] {
            grid.cell(column, text, &mut draft);
        }
        grid.end_row(&mut draft);
        grid.begin_row(4);
        grid.cell(1, "Anna\nMuster", &mut draft);
        grid.end_row(&mut draft);
        grid.begin_row(9);
        for column in [100, 200] {
            grid.cell(column, "x", &mut draft);
        }
        grid.end_row(&mut draft);
        let (text, places) = draft.finish();
        let far = "\t".repeat(64);
        assert_eq!(
            text,
            format!("Lohn\n\nName\t\tAHV\nAnna Muster\t\t\n\n{far}x\tx\n")
        );
        let places: Vec<&str> = places.iter().map(|(_, place)| place.as_str()).collect();
        let cells = ["A3", "C3", "A4", "CV9", "GR9"].map(|cell| format!("sheet Lohn {cell}"));
        assert_eq!(places[1..], cells);
    }
}
