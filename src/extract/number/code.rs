// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the code of a number format into pieces (ECMA-376, 18.8.31).

/// A piece of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::extract) enum Token {
    /// A place for a digit; true where a zero is shown when there is none.
    Digit(bool),
    Point,
    Percent,
    Literal(String),
    /// A run of one letter of a date or time: the letter in lower case, and how many.
    Part(char, usize),
    /// Hours, minutes or seconds that go on counting: `[h]`.
    Elapsed(char),
}

/// The pieces of the first section, which is for positive numbers.
pub(super) fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = code.chars().peekable();
    if code.eq_ignore_ascii_case("general") {
        return tokens;
    }
    while let Some(c) = chars.next() {
        match c {
            ';' => break,
            '"' => {
                let text = chars.by_ref().take_while(|c| *c != '"').collect();
                tokens.push(Token::Literal(text));
            }
            '\\' => tokens.extend(chars.next().map(|c| Token::Literal(c.to_string()))),
            '_' | '*' => {
                chars.next();
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                tokens.extend(bracket(&inside));
            }
            '0' | '#' | '?' => tokens.push(Token::Digit(c == '0')),
            '.' => tokens.push(Token::Point),
            '%' => tokens.push(Token::Percent),
            // Scientific, and fractions: as general.
            'E' if matches!(chars.peek(), Some('+' | '-')) => return Vec::new(),
            '/' if tokens.iter().any(|token| matches!(token, Token::Digit(_))) => {
                return Vec::new();
            }
            'A' | 'a' if matches!(chars.peek(), Some('M' | 'm' | '/')) => {
                // AM/PM, A/P: hours are shown out of 24.
                while chars.next_if(|c| "AaMmPp/".contains(*c)).is_some() {}
            }
            'y' | 'm' | 'd' | 'h' | 's' | 'Y' | 'M' | 'D' | 'H' | 'S' => {
                let mut count = 1;
                while chars
                    .next_if(|next| next.eq_ignore_ascii_case(&c))
                    .is_some()
                {
                    count += 1;
                }
                tokens.push(Token::Part(c.to_ascii_lowercase(), count));
            }
            ',' | '@' => {}
            _ => tokens.push(Token::Literal(c.to_string())),
        }
    }
    tokens
}

/// What stands in brackets: a currency, a time that goes on counting, or a colour, a condition, a
/// country, which are not shown.
fn bracket(inside: &str) -> Option<Token> {
    if let Some(currency) = inside.strip_prefix('$') {
        let name = currency.split('-').next().unwrap_or_default();
        return (!name.is_empty()).then(|| Token::Literal(name.to_owned()));
    }
    let first = inside.chars().next()?.to_ascii_lowercase();
    let is_run = inside.chars().all(|c| c.eq_ignore_ascii_case(&first));
    (is_run && "hms".contains(first)).then_some(Token::Elapsed(first))
}
