// SPDX-License-Identifier: GPL-3.0-or-later
//! Measures the detectors: megabytes of text a CPU second, by kind of text, by size, by number of
//! rules, beside one pass of memchr and a RegexSet of the same shapes.
//!
//! "identifiers" is the engine with the rules of `doc/detection.md` that look for numbers, addresses of
//! mail and secrets; "all" finds persons, postal addresses, pay and special categories too.
//!
//! `cargo bench --bench detect`; with `-- --quick`, 1 MB of each; with `-- prose`, that kind only. The
//! thread's own CPU time counts, so other work on the machine matters little.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a measurement prints, and has no input"
)]

use std::hint::black_box;
use std::time::Duration;

use pii_milter::detect::rule::Selection;
use pii_milter::detect::{Confidence, Detectors, scan};
use pii_milter::extract::Text;
use pii_milter::message::PartPath;
use pii_milter::shipped;
use regex::RegexSet;
use rustix::time::{ClockId, clock_gettime};

/// A kind of text, and how a piece of it is made.
type Kind = (&'static str, fn(&mut Random) -> String);

const KINDS: &[Kind] = &[
    ("prose", prose),
    ("base64 lines", |random| random.line(BASE64, 76)),
    ("random A-Z 0-9, lines", |random| random.line(CAPITALS, 76)),
    ("random A-Z 0-9, words", words),
    ("random digits, one line", |random| {
        random.text(b"0123456789", 64)
    }),
    ("digits and blanks", |random| {
        random.text(b"0123456789 ", 64)
    }),
    ("CSV of persons", persons),
    ("CSV of telephones", |random| {
        format!("+41 44 {} 18 00;\n", 200 + random.below(700))
    }),
    ("HTML source", |random| {
        format!(
            "<td class=\"c{}\"><b>{}</b></td>\n",
            random.below(99),
            prose(random)
        )
    }),
];
/// What finds more than identifiers.
const LIFE: &[&str] = &[
    "person",
    "address",
    "salary",
    "health",
    "religion",
    "union-membership",
    "ethnic-origin",
    "political-opinion",
    "sex-life",
    "biometric",
    "genetic",
    "conviction",
];
/// Pieces of texts that are made to cost.
const HOSTILE: &[&str] = &[
    "7",
    "1 ",
    "756921707698",
    "4111 1111 1111 1111 ",
    "044 668 18 00, ",
    "1.1.1970\t",
    "1;",
    "A1 ",
    "a@b.ch ",
    "@",
    "<<",
    "Passwort: ",
    "AHV 756 ",
    "AHV:\n",
    "Anna ",
    "8001 Bern ",
    "\u{200b}7",
    "中1",
    "é",
    " ",
];
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

fn main() {
    let only = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let quick = std::env::args().any(|argument| argument == "--quick");
    let size = if quick { 1 << 20 } else { 8 << 20 };
    let all = detectors(&[], &[]);
    let detectors = detectors(&[], LIFE);
    let set = shapes();
    let rules = [detectors.list().len(), all.list().len()];
    println!(
        "MB a CPU second; {} MB of each; {} rules for identifiers, {} in all",
        size >> 20,
        rules[0],
        rules[1]
    );
    println!(
        "{:28}{:>12}{:>10}{:>10}{:>10}",
        "text", "identifiers", "all", "RegexSet", "memchr"
    );
    let is_meant = |name: &str| only.as_deref().is_none_or(|only| name.contains(only));
    for (name, make) in KINDS.iter().filter(|(name, _)| is_meant(name)) {
        let text = fill(*make, size);
        let small = text
            .get(..text.floor_char_boundary(size / 8))
            .unwrap()
            .to_owned();
        let own = rate(&text, |text| {
            scan(std::slice::from_ref(text), &detectors).findings.len()
        });
        let whole = rate(&text, |text| {
            scan(std::slice::from_ref(text), &all).findings.len()
        });
        // The set is so slow on some that an eighth must do.
        let regex = rate(&small, |text| {
            text.content
                .as_bytes()
                .chunks(1 << 16)
                .filter(|chunk| std::str::from_utf8(chunk).is_ok_and(|text| set.is_match(text)))
                .count()
        });
        let bytes = rate(&text, |text| {
            memchr::memchr_iter(b'\x01', text.content.as_bytes()).count()
        });
        println!("{name:28}{own:>12.0}{whole:>10.0}{regex:>10.0}{bytes:>10.0}");
    }
    if only.is_some() {
        return;
    }
    println!(
        "\nby size (MB)              {:>10}{:>10}{:>10}{:>10}",
        1, 4, 16, 64
    );
    for (name, make) in KINDS.iter().filter(|(name, _)| !quick || *name == "prose") {
        let sizes = if quick {
            vec![1, 4]
        } else {
            vec![1, 4, 16, 64]
        };
        let rates = sizes.iter().map(|size| {
            let text = fill(*make, size << 20);
            let rate = rate(&text, |text| {
                scan(std::slice::from_ref(text), &detectors).findings.len()
            });
            format!("{rate:>10.0}")
        });
        println!("{name:26}{}", rates.collect::<String>());
    }
    println!("\nhostile, all, by size      {:>9}{:>10}", 1, 16);
    for piece in HOSTILE.iter().filter(|_| !quick) {
        let rates = [1, 16].map(|size| {
            let text = piece.repeat((size << 20) / piece.len());
            let rate = rate(&text, |text| {
                scan(std::slice::from_ref(text), &all).findings.len()
            });
            format!("{rate:>10.0}")
        });
        println!("{:26}{}", format!("{piece:?}"), rates.concat());
    }
    println!(
        "\nby number of rules        {:>10}{:>10}{:>10}{:>10}",
        10, 50, 200, 500
    );
    for (name, make) in KINDS.iter().take(6) {
        let text = fill(*make, size / 2);
        let rates = [10, 50, 200, 500].map(|count| {
            let detectors = self::detectors(&made(count), &[]);
            let rate = rate(&text, |text| {
                scan(std::slice::from_ref(text), &detectors).findings.len()
            });
            format!("{rate:>10.0}")
        });
        println!("{name:26}{}", rates.concat());
    }
}

/// The best of three.
fn rate(text: &str, run: impl Fn(&Text) -> usize) -> f64 {
    let text = Text {
        part: PartPath("1".into()),
        content: text.to_owned(),
        places: Vec::new(),
        repeats: None,
    };
    let times = (0..3).map(|_| {
        let before = cpu();
        black_box(run(&text));
        cpu().saturating_sub(before)
    });
    let best = times.min().unwrap().as_secs_f64();
    text.content.len() as f64 / 1e6 / best.max(1e-9)
}

fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// The shipped rules but those that are left out, or these instead.
fn detectors(own: &[(String, String)], skip: &[&str]) -> Detectors {
    let shipped = shipped::DETECTORS.iter();
    let shipped = shipped.map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
    let rules = if own.is_empty() {
        shipped.collect()
    } else {
        own.to_vec()
    };
    let folders = if own.is_empty() {
        vec!["*".into()]
    } else {
        Vec::new()
    };
    let selection = Selection {
        folders,
        skip: skip.iter().map(|id| (*id).to_owned()).collect(),
        at_least: Confidence::Medium,
    };
    Detectors::compile(&rules, &selection).unwrap()
}

/// So many rules, each of its own length or beginning, as an admin writes them: most need a keyword,
/// each eighth stands alone by its letters.
fn made(count: usize) -> Vec<(String, String)> {
    let letter = |at: usize| char::from(b'A' + (at % 26) as u8);
    let rule = |at: usize| {
        let (shape, number) = match at % 8 {
            0 => {
                let head: String = [letter(at), letter(at / 26), letter(at / 8)]
                    .iter()
                    .collect();
                (format!("{head}#{{6}}"), format!("{head}123456"))
            }
            _ => ("#{9}".to_owned(), "123456782".to_owned()),
        };
        let alone = if at.is_multiple_of(8) {
            "medium"
        } else {
            "never"
        };
        let text = format!(
            "id: own.r{at}\nname: Rule {at}\nentity: national-id\nsee: here\nshape: [ '{shape}' ]\nvalid: luhn\n\
             keywords: [ 'word{at} no', 'mot{at}', 'wort{at}' ]\nconfidence: {{ alone: {alone}, with_keyword: high }}\n\
             matches: [ 'mot{at} ‹{number}›', 'wort{at}: ‹{number}›' ]\nmisses: [ 'none', 'none at all' ]\n"
        );
        let text = if at.is_multiple_of(8) {
            text.replace("valid: luhn\n", "")
        } else {
            text
        };
        (format!("own.r{at}.yaml"), text)
    };
    (0..count).map(rule).collect()
}

/// The shapes of the shipped rules as patterns, and those of addresses and telephones.
fn shapes() -> RegexSet {
    let mut patterns = vec![
        r"(?i)\b[\w.+-]{1,64}@[\w-]+(\.[\w-]+)+".to_owned(),
        r"(?:\+|\b00)\d{1,3}[ ./-]?(?:\(0\))?(?:\d[ ./-]?){6,12}\b".to_owned(),
    ];
    for (_, text) in shipped::DETECTORS {
        let line = text.lines().find_map(|line| line.strip_prefix("shape: ["));
        let shapes = line.unwrap_or_default().split('"').skip(1).step_by(2);
        let pattern = |shape: &str| {
            let shape = shape.replace('#', r"(?:\d[ ./-]?)");
            format!(
                r"\b{}\b",
                shape
                    .replace('@', "[A-Z]")
                    .replace('*', "(?:[0-9A-Z][ ./-]?)")
            )
        };
        patterns.extend(shapes.map(pattern));
    }
    let set = regex::RegexSetBuilder::new(patterns)
        .size_limit(1 << 30)
        .build();
    set.unwrap()
}

fn fill(make: fn(&mut Random) -> String, size: usize) -> String {
    let mut random = Random(7);
    let mut text = String::with_capacity(size + 200);
    while text.len() < size {
        text.push_str(&make(&mut random));
    }
    text
}

/// A small generator, so that all runs measure the same.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| char::from(alphabet[self.below(alphabet.len())]))
            .collect()
    }

    fn line(&mut self, alphabet: &[u8], length: usize) -> String {
        self.text(alphabet, length) + "\n"
    }
}

fn prose(random: &mut Random) -> String {
    const WORDS: &[&str] = &[
        "der", "die", "und", "Vertrag", "bitte", "Rechnung", "le", "la", "nous", "vous", "facture",
        "réunion", "the", "meeting", "about", "please", "regards", "für", "über", "Kundin",
        "demain", "ordine", "grazie", "voor", "onze", "project", "Termin", "Montag", "report",
        "attached",
    ];
    let words: Vec<&str> = (0..12).map(|_| WORDS[random.below(WORDS.len())]).collect();
    let end = match random.below(24) {
        0 => format!(" {}.{}.2026", 1 + random.below(28), 1 + random.below(12)),
        1 => format!(" {}", random.below(100_000)),
        _ => String::new(),
    };
    format!("{}{end}.\n", words.join(" "))
}

fn words(random: &mut Random) -> String {
    let length = 4 + random.below(9);
    let end = if random.below(8) == 0 { "\n" } else { " " };
    random.text(CAPITALS, length) + end
}

fn persons(random: &mut Random) -> String {
    format!(
        "Anna Muster;{}.{}.19{};756.{}.{}.{};CH93 0076 2011 6238 5295 {};a{}@example.ch\n",
        1 + random.below(28),
        1 + random.below(12),
        10 + random.below(89),
        1000 + random.below(9000),
        1000 + random.below(9000),
        10 + random.below(90),
        random.below(10),
        random.below(9999),
    )
}
