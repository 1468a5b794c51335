// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the XML of a sheet into rows: cells parted by tabs, each with its place.

use std::borrow::Cow;

use super::Book;
use crate::extract::draft::Draft;
use crate::extract::grid::Grid;
use crate::extract::number::Shape;
use crate::extract::place;
use crate::extract::xml::{self, Attributes, Piece};

/// How the reading of a sheet ended.
pub(super) enum End {
    Whole,
    Damaged,
    OverBudget,
}

/// Adds the rows of a sheet, `room` bytes of text at most.
pub(super) fn read(xml: &str, book: &Book, grid: &mut Grid, room: usize, draft: &mut Draft) -> End {
    let mut rows = Rows {
        book,
        draft,
        grid,
        column: 0,
        cell: Cell::default(),
        margin: String::new(),
    };
    let most = rows.draft.len().saturating_add(room);
    let mut inside = Inside::Other;
    let mut is_over = false;
    let is_whole = xml::walk(xml, |piece| {
        is_over |= rows.draft.len() > most;
        if is_over {
            return;
        }
        match piece {
            Piece::Start("row", attributes) => rows.begin(attributes),
            Piece::End("row") => rows.grid.end_row(rows.draft),
            Piece::Start("c", attributes) => rows.begin_cell(attributes),
            Piece::End("c") => rows.end_cell(),
            Piece::Start("v" | "t", _) => inside = Inside::Value,
            Piece::Start("dataValidation", attributes) => rows.hints(attributes),
            Piece::Start("formula1", _) => {
                inside = Inside::Choice;
                rows.margin.clear();
            }
            Piece::Start(name, _) if name.ends_with("Header") || name.ends_with("Footer") => {
                inside = Inside::Margin;
                rows.margin.clear();
            }
            Piece::Start(..) | Piece::End(_) => {
                match inside {
                    Inside::Margin => margin(&rows.margin, rows.grid, rows.draft),
                    Inside::Choice => choice(&rows.margin, rows.grid, rows.draft),
                    Inside::Other | Inside::Value => {}
                }
                inside = Inside::Other;
            }
            Piece::Text(text) => match inside {
                Inside::Other => {}
                Inside::Value => rows.cell.value.push_str(text),
                Inside::Margin | Inside::Choice => rows.margin.push_str(text),
            },
        }
    });
    match (is_over, is_whole) {
        (true, _) => End::OverBudget,
        (false, true) => End::Whole,
        (false, false) => End::Damaged,
    }
}

/// Adds the comments of a sheet, a line each. False where they could not be wholly read.
pub(super) fn read_comments(xml: &str, place: &str, draft: &mut Draft) -> bool {
    let mut is_text = false;
    draft.leave();
    draft.gap();
    let is_whole = xml::walk(xml, |piece| match piece {
        Piece::Start("comment" | "threadedComment", attributes) => {
            draft.line();
            let cell = attributes.get("ref").unwrap_or_default();
            draft.at(format!("{place} {cell} comment"));
        }
        Piece::Start("author", _) => {
            draft.line();
            draft.at(format!("{place} comments"));
            is_text = true;
        }
        Piece::Start(name, _) => is_text = matches!(name, "t" | "text"),
        Piece::End(_) => is_text = false,
        Piece::Text(text) if is_text => draft.push(text),
        Piece::Text(_) => {}
    });
    draft.leave();
    is_whole
}

#[derive(Clone, Copy)]
enum Inside {
    Other,
    Value,
    Margin,
    /// What may be chosen for a cell.
    Choice,
}

#[derive(Default)]
struct Cell {
    kind: Kind,
    style: usize,
    value: String,
}

/// What the value of a cell is (18.18.11).
#[derive(Clone, Copy, Default)]
enum Kind {
    #[default]
    Number,
    /// The number of a shared string.
    Shared,
    Boolean,
    Text,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "" | "n" => Self::Number,
            "s" => Self::Shared,
            "b" => Self::Boolean,
            _ => Self::Text,
        }
    }
}

struct Rows<'a> {
    book: &'a Book,
    draft: &'a mut Draft,
    grid: &'a mut Grid,
    column: usize,
    cell: Cell,
    /// A header or footer with its codes, or a formula of what may be chosen.
    margin: String,
}

impl Rows<'_> {
    fn begin(&mut self, attributes: &Attributes<'_>) {
        let told = attributes.get("r").and_then(|row| row.parse().ok());
        let next = self.grid.row().saturating_add(1);
        self.grid.begin_row(told.unwrap_or(next));
        self.column = 0;
    }

    fn begin_cell(&mut self, attributes: &Attributes<'_>) {
        self.column += 1;
        self.cell.kind = Kind::default();
        self.cell.style = 0;
        self.cell.value.clear();
        for (name, value) in attributes.all() {
            match name {
                "r" => self.column = place::column(&value).unwrap_or(self.column),
                "s" => self.cell.style = value.parse().unwrap_or(0),
                "t" => self.cell.kind = Kind::of(&value),
                _ => {}
            }
        }
    }

    /// What a person is told who fills in a cell (18.3.1.32).
    fn hints(&mut self, attributes: &Attributes<'_>) {
        for name in ["promptTitle", "prompt", "errorTitle", "error"] {
            if let Some(hint) = attributes.get(name) {
                line(&hint, "hint", self.grid, self.draft);
            }
        }
    }

    /// Writes what a person sees in the cell.
    fn end_cell(&mut self) {
        let Cell { kind, style, value } = &self.cell;
        let shown = match kind {
            Kind::Number => {
                let shape = self.book.shapes.get(*style);
                let shape = shape.unwrap_or(&Shape::General);
                shape.show(value, self.book.is_1904)
            }
            Kind::Shared => {
                let at = value.trim().parse().ok();
                let text = at.and_then(|at| self.book.strings.get(at));
                Cow::Borrowed(text.unwrap_or_default())
            }
            Kind::Boolean => Cow::Borrowed(boolean(value.trim() == "1")),
            Kind::Text => Cow::Borrowed(value.as_str()),
        };
        self.grid.cell(self.column, &shown, self.draft);
        self.cell.value.clear();
    }
}

/// What a person sees of a truth value.
pub(in crate::extract) fn boolean(value: bool) -> &'static str {
    if value { "TRUE" } else { "FALSE" }
}

/// Adds a header or footer of a sheet.
pub(in crate::extract) fn margin(text: &str, grid: &Grid, draft: &mut Draft) {
    line(&without_codes(text), "header or footer", grid, draft);
}

/// Adds a list to choose from that stands in its formula; others name the cells where they stand.
fn choice(formula: &str, grid: &Grid, draft: &mut Draft) {
    if let Some(list) = formula.trim().strip_prefix('"') {
        line(list.trim_end_matches('"'), "choice", grid, draft);
    }
}

/// Adds what stands beside the cells of a sheet.
fn line(text: &str, what: &str, grid: &Grid, draft: &mut Draft) {
    draft.leave();
    draft.gap();
    draft.at(format!("{} {what}", grid.place()));
    draft.push(text);
}

/// The text of a header or footer, blanks for its codes (18.3.1.46).
fn without_codes(text: &str) -> String {
    let mut shown = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '&' {
            shown.push(c);
            continue;
        }
        match chars.next() {
            Some('&') => shown.push('&'),
            Some('"') => {
                let _font = chars.by_ref().take_while(|c| *c != '"').count();
            }
            Some('K') => {
                let _colour = chars.by_ref().take(6).count();
            }
            Some('0'..='9') => while chars.next_if(char::is_ascii_digit).is_some() {},
            _ => shown.push(' '),
        }
    }
    shown
}
