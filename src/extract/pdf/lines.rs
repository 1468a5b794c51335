// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the spans of a plain page into lines: one that is written level, line by line downwards.

/// Spans whose base lines differ by less than this are one line, in font sizes.
const LEVEL: f32 = 0.3;
/// Lines further apart than this are paragraphs, in font sizes.
const PARAGRAPH: f32 = 1.9;
/// A gap wider than this is a blank, one wider than that parts the cells of a table, in font sizes.
const BLANK: f32 = 0.15;
const CELL: f32 = 1.5;
/// Spans may overlap by so much, in font sizes.
const OVERLAP: f32 = 0.1;

/// Where a span of text stands on the page, in its units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand {
    /// Where it begins.
    pub x: f32,
    /// Its base line.
    pub y: f32,
    pub width: f32,
    /// The size of its letters.
    pub size: f32,
}

/// The lines so far.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
    last: Option<Stand>,
}

impl Lines {
    /// Adds a span. None where it does not follow the last one as a person reads them.
    pub fn add(&mut self, text: &str, stand: Stand) -> Option<()> {
        if !reads_rightwards(text) {
            return None;
        }
        if text.is_empty() {
            return Some(());
        }
        if let Some(last) = self.last {
            let is_parted = self.text.ends_with(' ') || text.starts_with(' ');
            self.text.push_str(between(last, stand, is_parted)?);
        }
        self.text.push_str(text);
        self.last = Some(stand);
        Some(())
    }

    /// The text; none where there is none.
    pub fn finish(self) -> Option<String> {
        (!self.text.trim().is_empty()).then_some(self.text)
    }
}

/// What stands between two spans; none where the second stands higher, or over the first.
fn between(last: Stand, next: Stand, is_parted: bool) -> Option<&'static str> {
    let size = last.size.min(next.size).max(1.0);
    let down = (last.y - next.y) / size;
    if down.abs() < LEVEL {
        let gap = (next.x - last.x - last.width) / size;
        return match gap {
            gap if gap > CELL => Some("\t"),
            gap if gap > BLANK && !is_parted => Some(" "),
            gap if gap >= -OVERLAP => Some(""),
            _ => None,
        };
    }
    match down {
        down if down > PARAGRAPH => Some("\n\n"),
        down if down > 0.0 => Some("\n"),
        _ => None,
    }
}

/// False for scripts that are written from right to left, or without blanks.
fn reads_rightwards(text: &str) -> bool {
    text.is_ascii()
        || text.chars().all(|c| {
            c < '\u{590}'
                || ('\u{1e00}'..'\u{2e80}').contains(&c)
                || ('\u{fb00}'..'\u{fb07}').contains(&c)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(spans: &[(&str, f32, f32)]) -> Option<String> {
        let mut lines = Lines::default();
        for (text, x, y) in spans {
            let width = 10.0 * text.len() as f32;
            lines.add(
                text,
                Stand {
                    x: *x,
                    y: *y,
                    width,
                    size: 10.0,
                },
            )?;
        }
        lines.finish()
    }

    #[test]
    fn lines_blanks_and_cells_stand_where_the_page_has_them() {
        let page = text(&[
            ("756.", 0.0, 90.0),
            ("9217", 40.0, 90.0),
            ("Anna", 83.0, 90.5),
            ("Lohn", 200.0, 90.0),
            ("5000", 0.0, 78.0),
            ("Ende", 0.0, 50.0),
        ]);
        let expected = "756.9217 Anna\tLohn\n5000\n\nEnde";
        assert_eq!(page.unwrap(), expected);
    }

    #[test]
    fn a_page_that_is_not_plain_is_left_to_the_library() {
        let columns = [
            ("left", 0.0, 90.0),
            ("left", 0.0, 78.0),
            ("right", 90.0, 90.0),
        ];
        assert_eq!(text(&columns), None);
        assert_eq!(text(&[("bold", 0.0, 90.0), ("bold", 0.3, 90.0)]), None);
        assert_eq!(text(&[("שלום", 0.0, 90.0)]), None);
        assert_eq!(text(&[]), None);
    }
}
