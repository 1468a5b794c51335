// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns cells into a line of CSV (RFC 4180) of which no spreadsheet makes a formula.

/// What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection).
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The line, without its line end.
pub fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.map(cell).collect();
    cells.join(",")
}

/// One cell: quoted, and with an apostrophe in front where it would be a formula. Blanks do not hide one,
/// and neither does the full width of Asia.
fn cell(text: &str) -> String {
    let narrow = |c: char| match c {
        '＝' => '=',
        '＋' => '+',
        '－' => '-',
        '＠' => '@',
        other => other,
    };
    let begin = text.trim_start_matches([' ', '\n', '\u{a0}', '\u{feff}']);
    let is_formula = begin
        .chars()
        .next()
        .is_some_and(|first| FORMULA.contains(&narrow(first)));
    let mark = if is_formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_no_quote_ends_it() {
        for (text, expected) in [
            ("Q-1", "\"Q-1\""),
            ("", "\"\""),
            ("a,b\"c", "\"a,b\"\"c\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            (" =1", "\"' =1\""),
            ("＝1", "\"'＝1\""),
        ] {
            assert_eq!(cell(text), expected);
        }
        assert_eq!(line(["a", "=b"].into_iter()), "\"a\",\"'=b\"");
    }
}
