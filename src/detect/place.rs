// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a postcode into a postal address: street, number and box before it, the town behind it or, in
//! Britain, before it.

use std::ops::Range;

use super::candidate::{Candidate, Form};
use super::names::word::{Kinds, Word};
use super::postcode::postcode;

/// How far before its postcode an address may begin, and how long a town may be, in bytes.
const MAX_STREET: usize = 110;
const MAX_TOWN: usize = 48;
/// The most words between the beginning of a street and its number.
const MAX_WORDS: usize = 6;

/// Words that begin the name of a street.
const TYPES: &[&str] = &[
    "rue",
    "avenue",
    "av.",
    "av",
    "boulevard",
    "bd",
    "bld",
    "place",
    "pl.",
    "chemin",
    "ch.",
    "route",
    "rte",
    "allée",
    "allee",
    "allées",
    "impasse",
    "quai",
    "cours",
    "square",
    "passage",
    "sentier",
    "ruelle",
    "venelle",
    "esplanade",
    "promenade",
    "montée",
    "faubourg",
    "hameau",
    "lotissement",
    "résidence",
    "clos",
    "cité",
    "chaussée",
    "drève",
    "via",
    "viale",
    "v.le",
    "piazza",
    "p.zza",
    "piazzale",
    "corso",
    "c.so",
    "vicolo",
    "largo",
    "strada",
    "contrada",
    "località",
    "loc.",
    "frazione",
    "fraz.",
    "borgo",
    "salita",
    "lungolago",
    "stretto",
    "rotonda",
    "incrocio",
    "canale",
];
/// What may come before the number and is no street: a flat, a box.
const UNITS: &[&str] = &[
    "flat",
    "apartment",
    "apt",
    "unit",
    "suite",
    "studio",
    "appartement",
    "app.",
    "appt",
    "bâtiment",
    "bât.",
    "bte",
    "boîte",
    "bus",
    "top",
    "wohnung",
    "interno",
    "int.",
];
/// How names of streets end.
const TAILS: &[&str] = &[
    "strasse",
    "straße",
    "str.",
    "weg",
    "gasse",
    "platz",
    "allee",
    "ring",
    "ufer",
    "damm",
    "steig",
    "promenade",
    "matte",
    "matten",
    "halde",
    "rain",
    "graben",
    "gürtel",
    "hof",
    "straat",
    "laan",
    "plein",
    "steeg",
    "kade",
    "dijk",
    "gracht",
    "singel",
    "dreef",
    "lei",
    "pad",
    "steenweg",
    "baan",
    "hout",
    "veld",
];
/// Small words inside names of streets and towns.
const SMALL: &[&str] = &[
    "de", "du", "des", "la", "le", "les", "d'", "l'", "von", "van", "der", "den", "dem", "zum",
    "zur", "am", "an", "im", "in", "bei", "ob", "auf", "di", "del", "della", "dei", "delle",
    "degli", "da", "sur", "sous", "en", "près", "lès", "op", "aan", "het", "ten", "ter", "'t",
    "'s", "upon", "on", "of", "the", "a", "al", "san", "unter", "und", "et", "e", "y", "aux", "au",
];

/// The address with the postcode at `at`.
pub(super) fn find(text: &str, at: usize) -> Option<Candidate> {
    let code = postcode(text, at)?;
    let street = street(text, code.start, code.is_british)?;
    let end = match code.is_british {
        true => code.end,
        false => town(text, code.end)?,
    };
    let written = text.get(street..code.start)?;
    let is_known = code.is_british
        || code.end - code.start == 7
        || is_street(written)
        || town_words(text.get(code.end..end)?).any(|word| word.kinds.is(Kinds::TOWN));
    if !is_known {
        return None;
    }
    let value = text
        .get(street..end)?
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    Some(Candidate {
        span: street..end,
        value,
        form: Form::Grouped,
        why: vec!["street, postcode and town".to_owned()],
    })
}

/// True where a word says that it is a street.
fn is_street(written: &str) -> bool {
    let mut words = written.split([' ', ',']).map(str::to_lowercase);
    words
        .any(|word| TYPES.contains(&word.as_str()) || TAILS.iter().any(|tail| word.ends_with(tail)))
}

fn town_words(town: &str) -> impl Iterator<Item = Word> + '_ {
    let starts = town.char_indices().filter(|(at, c)| {
        let before = town
            .get(..*at)
            .and_then(|before| before.chars().next_back());
        c.is_uppercase() && before.is_none_or(|before| !before.is_alphabetic())
    });
    starts.filter_map(|(at, _)| Word::at(town, at))
}

/// Where the town that follows a postcode ends.
fn town(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..text.floor_char_boundary(at + MAX_TOWN))?;
    let skipped = rest.trim_start_matches([' ', ',', '-']);
    let start = rest.len() - skipped.len();
    let (mut end, mut words) = (None, 0);
    for word in skipped.split_inclusive(' ') {
        let bare = word.trim_matches(|c: char| c.is_whitespace() || ",;.:)(".contains(c));
        let first = bare.chars().find(|c| c.is_alphanumeric())?;
        let is_name = first.is_uppercase()
            && bare
                .chars()
                .all(|c| c.is_alphabetic() || "-'’./".contains(c));
        let is_small = SMALL.contains(&bare);
        if !(is_name || is_small)
            || words == 5
            || word.contains('\n') && words > 0 && !word.trim_start().starts_with(bare)
        {
            break;
        }
        let offset = at + start + (word.as_ptr().addr() - skipped.as_ptr().addr());
        words += 1;
        if is_name {
            end = Some(offset + word.find(bare)? + bare.len());
        }
        if !is_small && word.trim_end_matches(' ').len() != bare.len() || word.contains('\n') {
            break;
        }
    }
    end
}

/// Where the street before a postcode begins.
fn street(text: &str, at: usize, is_british: bool) -> Option<usize> {
    let low = text.ceil_char_boundary(at.saturating_sub(MAX_STREET));
    let mut before = text
        .get(low..at)?
        .trim_end_matches([' ', ',', '-', '–', '|', '\t', '>']);
    let mut is_block = false;
    if let Some(block) = before.strip_suffix('\n') {
        before = block.trim_end_matches([' ', ',', '\r']);
        is_block = true;
    }
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let line_start = low + line;
    let line = before.get(line..)?;
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut start = line_start;
    for piece in line.split_inclusive([',', ':', '|', ';', '(']) {
        pieces.push(start..start + piece.len());
        start += piece.len();
    }
    let is_town = |piece: &str| {
        is_british && !piece.bytes().any(|byte| byte.is_ascii_digit()) && !piece.is_empty()
    };
    let mut found: Option<usize> = None;
    for (back, piece) in pieces.iter().rev().take(4).enumerate() {
        let written = text.get(piece.clone())?;
        let own = written.trim_end_matches([',', ':', '|', ';', '(', ' ']);
        if found.is_some() {
            // A number or a flat before its street belongs to it.
            let more = own.trim();
            let unit = more.split(' ').next().unwrap_or_default().to_lowercase();
            let is_unit = UNITS.contains(&unit.as_str()) || (is_number(more) && more.len() < 8);
            if is_unit && written.ends_with(',') {
                found = Some(piece.start + (written.len() - written.trim_start().len()));
            } else if let Some(number) = more
                .rsplit(' ')
                .next()
                .filter(|word| is_number(word) && written.ends_with(','))
            {
                found = Some(piece.start + own.rfind(number)?);
            }
            break;
        }
        if is_number(own.trim()) {
            // `via Roma, 12 - 00100 Roma`
            continue;
        }
        found = in_piece(own, is_block).map(|start| piece.start + start);
        if found.is_none() && !(back < 2 && is_town(own.trim())) {
            break;
        }
    }
    found
}

/// Where in a piece between commas a street begins.
fn in_piece(piece: &str, is_block: bool) -> Option<usize> {
    let mut words: Vec<(usize, &str)> = Vec::new();
    for word in piece.split(' ').filter(|word| !word.is_empty()) {
        words.push((word.as_ptr().addr() - piece.as_ptr().addr(), word));
    }
    let at = |place: usize| words.get(place).map(|(start, _)| *start);
    let word = |place: usize| words.get(place).map_or("", |(_, word)| *word);
    let last = words.len().checked_sub(1)?;
    let first = words.len().saturating_sub(MAX_WORDS + 2);
    for place in (first..=last).rev() {
        if TYPES.contains(&word(place).to_lowercase().as_str()) && place < last {
            let before = place
                .checked_sub(1)
                .filter(|before| is_number(word(*before)) || word(*before) == "bis");
            let before = match before {
                Some(bis) if word(bis) == "bis" => {
                    bis.checked_sub(1).filter(|at| is_number(word(*at)))
                }
                other => other,
            };
            return at(before.unwrap_or(place));
        }
    }
    let is_capital = |word: &str| {
        word.chars()
            .find(|c| c.is_alphanumeric())
            .is_some_and(char::is_uppercase)
    };
    if is_number(word(last)) && last > 0 {
        let mut start = None;
        for place in (last.saturating_sub(MAX_WORDS)..last).rev() {
            match word(place) {
                one if is_capital(one) => start = Some(place),
                one if SMALL.contains(&one) => (),
                _ => break,
            }
        }
        return at(start?);
    }
    let number = (first..last).rev().find(|place| is_number(word(*place)))?;
    let rest = words.get(number + 1..)?;
    let named = rest
        .iter()
        .all(|(_, word)| is_capital(word) || SMALL.contains(word));
    let long = rest.iter().any(|(_, word)| word.chars().count() > 2);
    let is_street = rest
        .iter()
        .any(|(_, word)| Word::at(word, 0).is_some_and(|word| word.kinds.is(Kinds::AFTER)));
    (named && long && (is_street || !is_block || rest.len() < 4)).then(|| at(number))?
}

/// `12`, `12a`, `80/87`, `4-6`, `096`.
fn is_number(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let signs = word
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/-.".contains(&byte));
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    word.starts_with(|c: char| c.is_ascii_digit())
        && (1..=8).contains(&digits)
        && word.len() < 10
        && letters < 3
        && signs
        && (digits < 5 || word.contains(['/', '-']))
}
