// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns pieces of marked-up text into lines: blanks fold, blocks break, table cells are parted by
//! tabs.

/// Text being laid out. What parts two pieces is written only when the second one comes.
#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    text: String,
    /// A blank stands between what was written and what comes.
    blank: bool,
    gap: Gap,
    /// Cells that began since the last text in their row.
    tabs: usize,
    /// For each open table, the cells of its row so far.
    tables: Vec<usize>,
}

/// What parts two pieces, the weaker first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Line,
    /// A cell of a table: a block inside it does not break its row.
    Cell,
    Row,
}

impl Flow {
    /// Adds text in which runs of white space stand for one blank (HTML; a no-break space is text).
    pub fn add(&mut self, text: &str) {
        let mut words = text.split(is_white);
        if let Some(first) = words.next() {
            self.add_word(first);
        }
        for word in words {
            self.blank = true;
            self.add_word(word);
        }
    }

    /// Adds text whose white space counts (`pre`).
    pub fn add_as_is(&mut self, text: &str) {
        if !text.is_empty() {
            self.part();
            self.text.push_str(text);
        }
    }

    /// Begins or ends a block.
    pub fn block(&mut self) {
        self.gap = self.gap.max(Gap::Line);
    }

    /// Breaks the line here.
    pub fn line_break(&mut self) {
        self.part();
        self.text.push('\n');
    }

    /// Opens a table.
    pub fn table(&mut self) {
        self.row();
        self.tables.push(0);
    }

    /// Closes a table.
    pub fn end_table(&mut self) {
        self.row();
        self.tables.pop();
    }

    /// Begins or ends a row.
    pub fn row(&mut self) {
        self.gap = Gap::Row;
        self.tabs = 0;
        if let Some(cells) = self.tables.last_mut() {
            *cells = 0;
        }
    }

    /// Begins a cell.
    pub fn cell(&mut self) {
        let is_first = match self.tables.last() {
            Some(cells) => *cells == 0,
            None => self.text.is_empty() || self.gap == Gap::Row,
        };
        if let Some(cells) = self.tables.last_mut() {
            *cells += 1;
        }
        if !is_first {
            self.tabs += 1;
        }
        self.gap = self.gap.max(Gap::Cell);
    }

    /// Ends a cell: breaks inside it were its own.
    pub fn end_cell(&mut self) {
        self.gap = self.gap.max(Gap::Cell);
    }

    /// True where a digit was the last sign but for one that may part digits.
    pub fn ends_in_number(&self) -> bool {
        let text = self.text.trim_end_matches([' ', '.', '-', '/', '\u{a0}']);
        text.ends_with(|c: char| c.is_numeric())
    }

    /// The text, without blanks at its ends.
    pub fn finish(self) -> String {
        self.text.trim_matches([' ', '\n', '\t']).to_owned()
    }

    fn add_word(&mut self, word: &str) {
        if !word.is_empty() {
            self.part();
            self.text.push_str(word);
        }
    }

    /// Writes what parts the text so far from what comes.
    fn part(&mut self) {
        let at_line_start = self.text.is_empty() || self.text.ends_with('\n');
        match self.gap {
            Gap::Line | Gap::Row if !at_line_start => self.text.push('\n'),
            Gap::None if self.blank && !at_line_start && !self.text.ends_with('\t') => {
                self.text.push(' ');
            }
            // Text that stands in no cell, before the first one.
            Gap::Cell if self.tabs == 0 && !at_line_start && !self.text.ends_with('\t') => {
                self.text.push(' ');
            }
            _ => {}
        }
        self.text.extend(std::iter::repeat_n('\t', self.tabs));
        self.tabs = 0;
        self.gap = Gap::None;
        self.blank = false;
    }
}

/// White space as HTML folds it.
fn is_white(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}
