// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns what a plain page draws (ISO 32000-1, 9.4) into lines.
//!
//! The library orders any page, and looks at each letter for that; a letter or a list written by a
//! program needs none of it, and takes a small part of the time. Fonts are the library's here too. What
//! this does not know is left to it.

use std::collections::HashMap;
use std::sync::Arc;

use pdf_oxide::content::{Operator, TextElement, parse_and_execute_text_only};
use pdf_oxide::document::PdfDocument;
use pdf_oxide::extractors::TextExtractor;
use pdf_oxide::fonts::{Encoding, FontInfo};
use pdf_oxide::object::Object;

use super::get;
use super::lines::{Lines, Stand};

/// States that may be saved in each other.
const MOST_SAVED: usize = 1_000;

/// The text of a page, if it is a plain one.
pub(super) fn read(page: usize, object: &Object, document: &PdfDocument) -> Option<String> {
    if document.get_page_rotation(page).ok()? != 0 {
        return None;
    }
    let resources = object.as_dict()?.get("Resources")?;
    let content = document.get_page_content_data(page).ok()?;
    let mut pen = Pen::new(document, resources)?;
    let mut is_plain = true;
    parse_and_execute_text_only(&content, |operator| {
        is_plain = is_plain && pen.draw(&operator).is_some();
        Ok(())
    })
    .ok()?;
    let text = pen.lines.finish().filter(|_| is_plain)?;
    Some(without_ligatures(text))
}

/// Letters that are drawn as one, apart (Unicode, Alphabetic Presentation Forms).
fn without_ligatures(text: String) -> String {
    const LIGATURES: [(char, &str); 7] = [
        ('\u{fb00}', "ff"),
        ('\u{fb01}', "fi"),
        ('\u{fb02}', "fl"),
        ('\u{fb03}', "ffi"),
        ('\u{fb04}', "ffl"),
        ('\u{fb05}', "st"),
        ('\u{fb06}', "st"),
    ];
    LIGATURES.iter().fold(text, |text, (drawn, letters)| {
        if text.contains(*drawn) {
            text.replace(*drawn, letters)
        } else {
            text
        }
    })
}

/// A matrix of two rows, the third being 0 0 1 (8.3.4): `a b c d e f`.
#[derive(Clone, Copy)]
struct Matrix([f32; 6]);

impl Matrix {
    const ONE: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// First this, then the other.
    fn then(self, other: Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [oa, ob, oc, od, oe, of] = other.0;
        Self([
            a * oa + b * oc,
            a * ob + b * od,
            c * oa + d * oc,
            c * ob + d * od,
            e * oa + f * oc + oe,
            e * ob + f * od + of,
        ])
    }

    /// This, moved before.
    fn moved(self, x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y]).then(self)
    }
}

/// What `q` saves (8.4.1, 9.3).
#[derive(Clone)]
struct State {
    page: Matrix,
    font: Option<Arc<FontInfo>>,
    size: f32,
    char_space: f32,
    word_space: f32,
    scale: f32,
    leading: f32,
    rise: f32,
}

struct Pen<'a> {
    document: &'a PdfDocument,
    resources: &'a Object,
    fonts: HashMap<String, Arc<FontInfo>>,
    /// Text and width of the characters of composite fonts, by font and code.
    glyphs: HashMap<(*const FontInfo, u16), (String, f32)>,
    state: State,
    saved: Vec<State>,
    line: Matrix,
    text: Matrix,
    lines: Lines,
    /// Objects by name, and whether they are pictures.
    pictures: HashMap<String, bool>,
    /// The text being shown.
    shown: String,
}

impl<'a> Pen<'a> {
    fn new(document: &'a PdfDocument, resources: &'a Object) -> Option<Self> {
        let mut loader = TextExtractor::new();
        document.load_fonts_public(resources, &mut loader).ok()?;
        Some(Self {
            document,
            resources,
            fonts: loader.get_font_set().into_iter().collect(),
            glyphs: HashMap::new(),
            state: State {
                page: Matrix::ONE,
                font: None,
                size: 0.0,
                char_space: 0.0,
                word_space: 0.0,
                scale: 1.0,
                leading: 0.0,
                rise: 0.0,
            },
            saved: Vec::new(),
            line: Matrix::ONE,
            text: Matrix::ONE,
            lines: Lines::default(),
            pictures: HashMap::new(),
            shown: String::new(),
        })
    }

    /// Does what an operator says. None where the page is not plain.
    fn draw(&mut self, operator: &Operator) -> Option<()> {
        match operator {
            Operator::Tj { text } => self.show(text)?,
            Operator::TJ { array } => {
                for element in array {
                    match element {
                        TextElement::String(text) => self.show(text)?,
                        TextElement::Offset(offset) => {
                            let State { size, scale, .. } = self.state;
                            self.text = self.text.moved(-offset / 1000.0 * size * scale, 0.0);
                        }
                    }
                }
            }
            Operator::Quote { text } => {
                self.next_line(0.0, -self.state.leading);
                self.show(text)?;
            }
            Operator::DoubleQuote {
                word_space,
                char_space,
                text,
            } => {
                self.state.word_space = *word_space;
                self.state.char_space = *char_space;
                self.next_line(0.0, -self.state.leading);
                self.show(text)?;
            }
            Operator::BeginText => self.turn_to(Matrix::ONE),
            Operator::Td { tx, ty } => self.next_line(*tx, *ty),
            Operator::TD { tx, ty } => {
                self.state.leading = -ty;
                self.next_line(*tx, *ty);
            }
            Operator::TStar => self.next_line(0.0, -self.state.leading),
            Operator::Tm { a, b, c, d, e, f } => self.turn_to(Matrix([*a, *b, *c, *d, *e, *f])),
            Operator::Tf { font, size } => {
                self.state.font = self.fonts.get(font).cloned();
                self.state.size = *size;
            }
            Operator::Tc { char_space } => self.state.char_space = *char_space,
            Operator::Tw { word_space } => self.state.word_space = *word_space,
            Operator::Tz { scale } => self.state.scale = scale / 100.0,
            Operator::TL { leading } => self.state.leading = *leading,
            Operator::Ts { rise } => self.state.rise = *rise,
            // Letters that are not painted.
            Operator::Tr { render } if *render >= 3 => return None,
            Operator::SaveState => {
                (self.saved.len() < MOST_SAVED).then_some(())?;
                self.saved.push(self.state.clone());
            }
            Operator::RestoreState => {
                if let Some(saved) = self.saved.pop() {
                    self.state = saved;
                }
            }
            Operator::Cm { a, b, c, d, e, f } => {
                self.state.page = Matrix([*a, *b, *c, *d, *e, *f]).then(self.state.page);
            }
            Operator::Do { name } => self.is_picture(name).then_some(())?,
            // Content that may be hidden, or says in its own words what it shows (14.8, 14.9).
            Operator::BeginMarkedContent { tag } => (tag != "ReversedChars").then_some(())?,
            Operator::BeginMarkedContentDict { tag, properties } => {
                let properties = properties.as_dict()?;
                let is_plain = tag != "OC" && tag != "ReversedChars";
                (is_plain && !properties.contains_key("ActualText")).then_some(())?;
            }
            _ => {}
        }
        Some(())
    }

    fn turn_to(&mut self, matrix: Matrix) {
        (self.line, self.text) = (matrix, matrix);
    }

    fn next_line(&mut self, x: f32, y: f32) {
        self.turn_to(self.line.moved(x, y));
    }

    /// True for an object that is a picture: others may hold text.
    fn is_picture(&mut self, name: &str) -> bool {
        if let Some(known) = self.pictures.get(name) {
            return *known;
        }
        let objects = get(self.document, self.resources, "XObject");
        let object = objects.and_then(|objects| get(self.document, &objects, name));
        let kind = object.and_then(|object| get(self.document, &object, "Subtype"));
        let is_picture = kind.is_some_and(|kind| kind.as_name() == Some("Image"));
        self.pictures.insert(name.to_owned(), is_picture);
        is_picture
    }

    /// Shows a string: adds it to the lines, and moves on by its width.
    fn show(&mut self, codes: &[u8]) -> Option<()> {
        self.shown.clear();
        let width = self.decode(codes)?;
        let State {
            page, size, rise, ..
        } = self.state;
        let Matrix([a, b, c, d, x, y]) = self.text.moved(0.0, rise).then(page);
        let is_level = a > 0.0 && d > 0.0 && b.abs() < a * 1e-3 && c.abs() < d * 1e-3;
        (is_level && size > 0.0).then_some(())?;
        let stand = Stand {
            x,
            y,
            width: width * a,
            size: size * d,
        };
        self.lines.add(&self.shown, stand)?;
        self.text = self.text.moved(width, 0.0);
        Some(())
    }

    /// Writes what the codes stand for; gives their width in the units of the text.
    fn decode(&mut self, codes: &[u8]) -> Option<f32> {
        let state = &self.state;
        let font = state.font.as_ref()?;
        let unit = font.font_matrix_a * state.size;
        if font.subtype != "Type0" {
            // Some programs write UTF-8 where one byte is one letter: the library knows.
            (codes.is_ascii() || str::from_utf8(codes).is_err()).then_some(())?;
            let (letters, widths) = (
                font.get_byte_to_char_table(),
                font.get_byte_to_width_table(),
            );
            let mut sum = 0.0;
            for code in codes {
                let letter = letters.get(usize::from(*code)).filter(|c| **c != '\0')?;
                self.shown.push(*letter);
                sum += widths.get(usize::from(*code))? * unit + state.char_space;
                sum += if *code == b' ' { state.word_space } else { 0.0 };
            }
            return Some(sum * state.scale);
        }
        // Codes of two bytes that a table turns into text.
        let is_known = font.to_unicode.is_some() && font.wmode == 0;
        (is_known && matches!(font.encoding, Encoding::Identity)).then_some(())?;
        let (pairs, rest) = codes.as_chunks::<2>();
        rest.is_empty().then_some(())?;
        let mut sum = 0.0;
        for pair in pairs {
            let code = u16::from_be_bytes(*pair);
            let glyph = self.glyphs.entry((Arc::as_ptr(font), code));
            let (text, width) = glyph.or_insert_with(|| {
                let text = font.char_to_unicode(u32::from(code)).unwrap_or_default();
                (text, font.get_glyph_width(code))
            });
            let is_text = !text.is_empty() && !text.contains(['\0', char::REPLACEMENT_CHARACTER]);
            is_text.then_some(())?;
            self.shown.push_str(text);
            sum += *width * unit + state.char_space;
        }
        Some(sum * state.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_first_stands_first() {
        let moved = Matrix::ONE.moved(10.0, 20.0);
        let doubled = Matrix([2.0, 0.0, 0.0, 2.0, 1.0, 1.0]);
        let Matrix([a, _, _, d, e, f]) = moved.then(doubled);
        assert_eq!([a, d, e, f], [2.0, 2.0, 21.0, 41.0]);
    }
}
