// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds the machine-readable zone of a passport, visa or identity card (ICAO 9303, parts 3 to 7).

use super::candidate::{Candidate, Form};

/// A kind of zone: its lines, their length, and the check digits that must hold, as the ranges they
/// are over, each followed by its digit.
struct Kind {
    name: &'static str,
    lines: usize,
    length: usize,
    checks: &'static [&'static [(usize, usize)]],
}

/// TD3 passports, MRV-A and MRV-B visas, TD2 and TD1 cards. Places count from the first sign of the
/// zone, lines put together.
const KINDS: &[Kind] = &[
    Kind {
        name: "TD3",
        lines: 2,
        length: 44,
        checks: &[
            &[(44, 53)],
            &[(57, 63)],
            &[(65, 71)],
            &[(44, 54), (57, 64), (65, 87)],
        ],
    },
    Kind {
        name: "MRV-A",
        lines: 2,
        length: 44,
        checks: &[&[(44, 53)], &[(57, 63)], &[(65, 71)]],
    },
    Kind {
        name: "TD2",
        lines: 2,
        length: 36,
        checks: &[
            &[(36, 45)],
            &[(49, 55)],
            &[(57, 63)],
            &[(36, 46), (49, 56), (57, 71)],
        ],
    },
    Kind {
        name: "MRV-B",
        lines: 2,
        length: 36,
        checks: &[&[(36, 45)], &[(49, 55)], &[(57, 63)]],
    },
    Kind {
        name: "TD1",
        lines: 3,
        length: 30,
        checks: &[
            &[(5, 14)],
            &[(30, 36)],
            &[(38, 44)],
            &[(5, 30), (30, 37), (38, 45), (48, 59)],
        ],
    },
    // French identity cards up to 2021 (order of 30 October 1987).
    Kind {
        name: "IDFRA",
        lines: 2,
        length: 36,
        checks: &[&[(36, 48)], &[(63, 69)], &[(0, 71)]],
    },
];
/// The longest line of a zone with what may stand around it, in bytes.
const MAX_LINE: usize = 80;

/// The zone that the fillers at `at` are in: its lines, whole, with their check digits right.
pub(super) fn find(text: &str, at: usize) -> Option<Candidate> {
    let bytes = text.as_bytes();
    if at > 0 && bytes.get(at - 1) == Some(&b'<') {
        return None;
    }
    // The line, two before it and two behind it.
    let mut lines = vec![line(bytes, at)?];
    for _ in 0..2 {
        let start = lines.first().map_or(0, |(whole, _)| whole.start);
        let Some(before) = start.checked_sub(1).and_then(|end| line(bytes, end)) else {
            break;
        };
        lines.insert(0, before);
    }
    for _ in 0..2 {
        let end = lines.last().map_or(bytes.len(), |(whole, _)| whole.end);
        let Some(after) = Some(end + 1)
            .filter(|at| *at < bytes.len())
            .and_then(|at| line(bytes, at))
        else {
            break;
        };
        lines.push(after);
    }
    for kind in KINDS {
        for zone in lines.windows(kind.lines) {
            let whole = zone.iter().all(|(_, inside)| inside.len() == kind.length);
            let (Some(first), Some(last)) = (zone.first(), zone.last()) else {
                continue;
            };
            let span = first.1.start..last.1.end;
            if !(whole && span.contains(&at)) {
                continue;
            }
            let signs = zone
                .iter()
                .filter_map(|(_, inside)| text.get(inside.clone()));
            let signs: String = signs.collect();
            if kind.holds(&signs) {
                return Some(Candidate {
                    span,
                    value: signs,
                    form: Form::Grouped,
                    why: vec![format!("{} of ICAO 9303, all check digits", kind.name)],
                });
            }
        }
    }
    None
}

impl Kind {
    fn holds(&self, signs: &str) -> bool {
        let begins = match self.name {
            "TD3" => signs.starts_with('P'),
            "TD2" | "TD1" => signs.starts_with(['A', 'C', 'I']),
            "IDFRA" => signs.starts_with("IDFRA"),
            _ => signs.starts_with('V'),
        };
        begins
            && self.checks.iter().all(|parts| {
                let over = parts
                    .iter()
                    .filter_map(|(start, end)| signs.get(*start..*end));
                let wanted = super::document::icao_digit(&over.collect::<String>());
                let end = parts.last().map_or(0, |(_, end)| *end);
                match signs.as_bytes().get(end).copied() {
                    // The number of a card may go on in the optional data; the last digit is over it.
                    Some(b'<') => wanted == Some(b'0') || (self.name == "TD1" && end == 14),
                    digit => digit == wanted,
                }
            })
    }
}

/// The line around `at`: all of it, and the stretch of it that is signs of a zone, if that is all but
/// quote marks and blanks.
fn line(bytes: &[u8], at: usize) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let low = at.saturating_sub(MAX_LINE);
    let before = bytes.get(low..at)?;
    let start = memchr::memrchr(b'\n', before).map(|found| low + found + 1);
    let start = start.or((low == 0).then_some(0))?;
    let rest = bytes.get(at..(at + MAX_LINE).min(bytes.len()))?;
    let end = memchr::memchr(b'\n', rest).map(|found| at + found);
    let end = end.or((rest.len() < MAX_LINE).then_some(bytes.len()))?;
    let whole = bytes.get(start..end)?;
    let lead = whole
        .iter()
        .take_while(|byte| matches!(byte, b'>' | b' ' | b'\t'));
    let inside_start = start + lead.count();
    let inside = bytes.get(inside_start..end)?.trim_ascii_end();
    let is_zone = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() || *byte == b'<';
    inside
        .iter()
        .all(is_zone)
        .then_some((start..end, inside_start..inside_start + inside.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, String)> {
        let at = memchr::memmem::find_iter(text.as_bytes(), "<<");
        let mut found = at.filter_map(|at| find(text, at));
        found
            .next()
            .map(|found| (&text[found.span], found.why[0].clone()))
    }

    #[test]
    fn reads_the_specimens_of_icao_9303() {
        for (text, kind) in [
            (
                "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
                "TD3",
            ),
            (
                "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
                "TD2",
            ),
            (
                "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
                "TD1",
            ),
            (
                "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<",
                "MRV-A",
            ),
            (
                "IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<\n8806923102858CORINNE<<<<<<<6512068F6",
                "IDFRA",
            ),
        ] {
            let quoted = format!("Pass:\n> {}\n", text.replace('\n', "\n> "));
            for text in [text, &quoted, &format!("a\n{text}")] {
                let (span, why) = found(text).unwrap_or_else(|| panic!("{text}"));
                assert!(why.starts_with(kind), "{why}: {span}");
            }
            let wrong = text
                .replace("74081", "74082")
                .replace("40090", "40091")
                .replace("65120", "65121");
            assert_eq!(found(&wrong), None);
            assert_eq!(found(&text.replace("<<", "<X<")), None);
        }
    }
}
