// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns characters that stand one below the other into the line that a person reads.

/// So many digits one below the other are a number; fewer, a list.
const DIGITS: usize = 12;

/// The lines of one character each, each row of them as one line behind what stands above it; none where
/// there is no such row.
pub(super) fn joined(text: &str) -> Option<String> {
    let mut out = String::new();
    let (mut row, mut above) = (String::new(), "");
    for line in text.lines().chain([".."]) {
        let line = line.trim();
        let mut chars = line.chars();
        match (chars.next(), chars.next()) {
            (None, _) => {}
            (Some(one), None) => row.push(one),
            _ => {
                if row.chars().filter(|c| c.is_numeric()).count() >= DIGITS {
                    out.push_str(&format!("{above} {row}\n\n"));
                }
                row.clear();
                above = line;
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_digits_is_a_line() {
        assert_eq!(
            joined("AHV:\n7\n5\n 6\n.\n9\n2\n\n1\n7\n0\n7\n6\n9\n8\n5\nGruss"),
            Some("AHV: 756.9217076985\n\n".into())
        );
        assert_eq!(joined("1\n2\n3\n4\nGruss\n10\n11\n12\n13\n14"), None);
        assert_eq!(joined(""), None);
    }
}
