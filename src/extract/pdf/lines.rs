// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the text of a plain page into lines: one that is written level, line by line downwards.
//!
//! The library orders any page, and looks at each letter for that; a letter or a list written by a
//! program needs none of it, and takes a fifth of the time.

use pdf_oxide::annotation_types::AnnotationSubtype;
use pdf_oxide::annotations::Annotation;
use pdf_oxide::document::PdfDocument;
use pdf_oxide::extractors::SpanMergingConfig;
use pdf_oxide::layout::TextSpan;

/// Spans whose base lines differ by less than this are one line, in font sizes.
const LEVEL: f32 = 0.3;
/// Lines further apart than this are paragraphs, in font sizes.
const PARAGRAPH: f32 = 1.9;
/// A gap wider than this is a blank, one wider than that parts the cells of a table, in font sizes.
const BLANK: f32 = 0.15;
const CELL: f32 = 1.5;
/// Spans may overlap by so much, in font sizes.
const OVERLAP: f32 = 0.1;

/// The text of a page, if it is a plain one.
pub(super) fn read(
    page: usize,
    document: &PdfDocument,
    annotations: &[Annotation],
) -> Option<String> {
    // What is written in the others is drawn apart from the page.
    let is_link = |annotation: &Annotation| annotation.subtype_enum == AnnotationSubtype::Link;
    if !annotations.iter().all(is_link) || document.get_page_rotation(page).ok()? != 0 {
        return None;
    }
    let spans = document.extract_spans_with_config(page, SpanMergingConfig::default());
    text(&spans.ok()?)
}

/// The spans as lines; none where they do not follow each other as a person reads them.
fn text(spans: &[TextSpan]) -> Option<String> {
    let mut text = String::new();
    let mut last: Option<&TextSpan> = None;
    for span in spans {
        if span.rotation_degrees != 0.0 || span.wmode != 0 || !reads_rightwards(&span.text) {
            return None;
        }
        if span.text.is_empty() {
            continue;
        }
        if let Some(last) = last {
            text.push_str(between(last, span)?);
        }
        text.push_str(&span.text);
        last = Some(span);
    }
    (!text.trim().is_empty()).then_some(text)
}

/// What stands between two spans; none where the second stands higher, or over the first.
fn between(last: &TextSpan, span: &TextSpan) -> Option<&'static str> {
    let size = last.font_size.min(span.font_size).max(1.0);
    let down = (last.bbox.y - span.bbox.y) / size;
    if down.abs() < LEVEL {
        let gap = (span.bbox.x - last.bbox.x - last.bbox.width) / size;
        let is_parted = last.text.ends_with(' ') || span.text.starts_with(' ');
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
        || text
            .chars()
            .all(|c| c < '\u{590}' || ('\u{1e00}'..'\u{2e80}').contains(&c))
}

#[cfg(test)]
mod tests {
    use pdf_oxide::geometry::Rect;

    use super::*;

    fn spans(of: &[(&str, f32, f32)]) -> Vec<TextSpan> {
        of.iter()
            .map(|(text, x, y)| TextSpan {
                text: (*text).to_owned(),
                bbox: Rect::new(*x, *y, 10.0 * text.len() as f32, 10.0),
                font_size: 10.0,
                ..TextSpan::default()
            })
            .collect()
    }

    #[test]
    fn lines_blanks_and_cells_stand_where_the_page_has_them() {
        let page = spans(&[
            ("756.", 0.0, 90.0),
            ("9217", 40.0, 90.0),
            ("Anna", 83.0, 90.5),
            ("Lohn", 200.0, 90.0),
            ("5000", 0.0, 78.0),
            ("Ende", 0.0, 50.0),
        ]);
        let expected = "756.9217 Anna\tLohn\n5000\n\nEnde";
        assert_eq!(text(&page).unwrap(), expected);
    }

    #[test]
    fn a_page_that_is_not_plain_is_left_to_the_library() {
        let columns = [
            ("left", 0.0, 90.0),
            ("left", 0.0, 78.0),
            ("right", 90.0, 90.0),
        ];
        assert_eq!(text(&spans(&columns)), None);
        let doubled = [("bold", 0.0, 90.0), ("bold", 0.3, 90.0)];
        assert_eq!(text(&spans(&doubled)), None);
        assert_eq!(text(&spans(&[("שלום", 0.0, 90.0)])), None);
        assert_eq!(text(&[]), None);
    }
}
