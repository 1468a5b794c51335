// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the cells of a sheet into lines: rows by LF, cells by a tab, each with its place.

use std::sync::Arc;

use super::draft::Draft;
use super::place::Place;

/// Empty columns are kept up to here, so that a cell stands below its head.
const MOST_TABS: usize = 64;

/// A sheet being written.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// What a person calls it.
    place: Arc<str>,
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
        let place: Arc<str> = format!("{hidden}sheet {name}").into();
        draft.leave();
        draft.gap();
        draft.at(Arc::clone(&place));
        draft.push(name);
        draft.gap();
        draft.leave();
        let grid = Self::default();
        Self { place, ..grid }
    }

    /// What a person calls it.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What a person calls a cell of it; both numbers count from 1.
    pub fn place_of(&self, column: usize, row: u64) -> Place {
        Place::Cell {
            sheet: Arc::clone(&self.place),
            column,
            row,
        }
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
        draft.tabs(wanted - self.tabs);
        self.tabs = wanted;
        draft.at(self.place_of(column, self.row));
        draft.push_line(text);
        draft.leave();
    }

    /// Ends the row. One that is shorter than its table is still a row of it.
    pub fn end_row(&mut self, draft: &mut Draft) {
        if self.last_row == self.row && self.row > 0 {
            draft.tabs(self.widest.saturating_sub(self.tabs));
            self.widest = self.widest.max(self.tabs);
            draft.push("\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let places: Vec<String> = places.iter().map(|(_, place)| place.to_string()).collect();
        let cells = ["A3", "C3", "A4", "CV9", "GR9"].map(|cell| format!("sheet Lohn {cell}"));
        assert_eq!(places[1..], cells);
    }
}
