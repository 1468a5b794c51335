// SPDX-License-Identifier: GPL-3.0-or-later
//! What the engine promises, whatever the text.

use super::*;
use crate::detect::rule::Selection;
use crate::message::PartPath;
use crate::shipped;

fn shipped_rules() -> Vec<(String, String)> {
    let rules = shipped::DETECTORS.iter();
    rules
        .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
        .collect()
}

fn all() -> Selection {
    Selection {
        folders: vec!["*".into()],
        skip: Vec::new(),
        at_least: Confidence::Medium,
    }
}

fn detectors() -> Detectors {
    Detectors::compile(&shipped_rules(), &all())
        .unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")))
}

fn text(part: &str, content: &str, repeats: Option<&str>) -> Text {
    Text {
        part: PartPath(part.into()),
        content: content.into(),
        places: Vec::new(),
        repeats: repeats.map(|part| PartPath(part.into())),
    }
}

/// `id confidence ‹value›` of each finding.
fn found(content: &str) -> Vec<String> {
    let findings = scan(&[text("1", content, None)], &detectors()).findings;
    findings
        .iter()
        .map(|finding| {
            let confidence = format!("{:?}", finding.confidence).to_lowercase();
            format!(
                "{} {confidence} {}",
                finding.detector,
                &content[finding.span.clone()]
            )
        })
        .collect()
}

#[test]
fn shipped_examples_hold() {
    assert_eq!(detectors().list().len(), shipped::DETECTORS.len());
}

#[test]
fn confidence_follows_what_stands_around() {
    assert_eq!(found("85.07.30-033.28"), ["be.nn medium 85.07.30-033.28"]);
    assert_eq!(found("85073003328"), ["be.nn low 85073003328"]);
    assert_eq!(found("NISS 85073003328"), ["be.nn high 85073003328"]);
    assert_eq!(
        found("Nom;NISS\nAnne;85073003328\n"),
        ["be.nn high 85073003328"]
    );
    assert_eq!(
        found("Nom;Réf\nAnne;85073003328\n"),
        ["be.nn low 85073003328"]
    );
    assert_eq!(found("Artikel 7569217076985"), ["ch.ahv low 7569217076985"]);
    assert_eq!(
        found("https://x.example/7569217076985"),
        ["ch.ahv low 7569217076985"]
    );
    assert_eq!(
        found("https://x.example/ahv=7569217076985"),
        ["ch.ahv high 7569217076985"]
    );
    assert_eq!(
        found("3 756 9217 0769 85 1"),
        ["ch.ahv medium 756 9217 0769 85"]
    );
}

#[test]
fn reasons_are_words_of_the_rule() {
    let findings = scan(
        &[text("1", "n;Avs\nx;756.9217.0769.85", None)],
        &detectors(),
    )
    .findings;
    assert_eq!(
        findings[0].why,
        ["check digit", "usual groups", "column head avs"]
    );
    assert_eq!(findings[0].value.reveal(), "7569217076985");
}

/// Numbers that several countries' checks let pass.
#[test]
fn the_nearer_keyword_decides() {
    // Both a Norwegian and a Croatian number.
    let number = "27077617928";
    for (text, says) in [
        ("fødselsnummer {}", "no.fodselsnummer high"),
        ("OIB {}", "hr.oib high"),
        ("OIB 33392005961, fødselsnummer {}", "no.fodselsnummer high"),
        ("fødselsnummer und OIB {}", "hr.oib high"),
        (
            "{} (das ist die OIB, nicht das fødselsnummer)",
            "hr.oib high",
        ),
    ] {
        let hits = found(&text.replace("{}", number));
        assert_eq!(hits.last(), Some(&format!("{says} {number}")), "{text}");
    }
}

#[test]
fn a_label_speaks_of_what_follows() {
    assert_eq!(
        found("Geboren 111222333\nBSN: 111222333"),
        ["nl.bsn high 111222333"]
    );
    assert_eq!(
        found("ik heb 111222333 (dat is het BSN van Jan)"),
        ["nl.bsn high 111222333"]
    );
    assert_eq!(
        found("123456782 (BSN), 7\n\nniets"),
        ["nl.bsn high 123456782"]
    );
}

#[test]
fn overlaps_are_settled() {
    assert_eq!(
        found("BE68 5390 0754 7034 und a@b.ch"),
        ["iban high BE68 5390 0754 7034", "email high a@b.ch"]
    );
}

#[test]
fn what_repeats_is_said_once() {
    let texts = [
        text("1.2", "<AHV> 756.9217.0769.85, a@b.ch", Some("1.1")),
        text("1.1", "AHV 756.9217.0769.85", None),
        text("2", "AHV 756.9217.0769.85", None),
    ];
    let findings = scan(&texts, &detectors()).findings;
    let places: Vec<_> = findings
        .iter()
        .map(|finding| (finding.text, &*finding.detector))
        .collect();
    assert_eq!(places, [(0, "email"), (1, "ch.ahv"), (2, "ch.ahv")]);
}

#[test]
fn what_is_no_person_does_not_fire() {
    for text in [
        "f7560c1a-4297-4335-a6c7-7569217076985",
        "sha1 48c4187b3dc0ece223024e891fb0cf542acb4ec7",
        "Referenz 46 08102 90321 76094 20275 06830",
        "1757107528717 INFO",
        "DE26 4387 9462 2369 9728 59",
        "FR76 8966 4460 8169 2293 6931 287",
        "12345678901234567569217076985123",
        "978-2-8305-5972-9",
    ] {
        let sure = found(text)
            .into_iter()
            .filter(|found| !found.contains(" low "));
        assert_eq!(sure.collect::<Vec<_>>(), [""; 0], "{text}");
    }
}

/// A small generator, so that a failure comes again.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

#[test]
fn mangled_numbers_are_found_whole() {
    let joiners = [
        "\u{200b}", "\u{ad}", "\u{2060}", "\u{34f}", "\u{feff}", "\u{202c}", "\u{fe0f}",
    ];
    let separators = [
        "", ".", " ", "\u{a0}", "\u{2009}", "-", "–", "·", "/", " - ", "\n> ", ". ",
    ];
    let zeros = ['0', '\u{ff10}', '\u{660}', '\u{966}', '\u{1d7ce}'];
    let mut random = Random(5);
    let detectors = detectors();
    for round in 0..2000 {
        let mut number = String::new();
        for (at, digit) in "7569217076985".chars().enumerate() {
            if [3, 7, 11].contains(&at) {
                let choice = separators[random.below(separators.len())];
                let choice = if choice.contains('\n') && number.contains('\n') {
                    "."
                } else {
                    choice
                };
                number.push_str(choice);
            } else if at > 0 && random.below(3) == 0 {
                number.push_str(joiners[random.below(joiners.len())]);
            }
            let zero = u32::from(zeros[random.below(zeros.len())]);
            number.push(char::from_u32(zero + digit.to_digit(10).unwrap()).unwrap());
        }
        let content = format!("é AHV: {number}, ü");
        let findings = scan(&[text("1", &content, None)], &detectors).findings;
        let spans: Vec<_> = findings
            .iter()
            .map(|finding| &content[finding.span.clone()])
            .collect();
        assert_eq!(spans, [number.as_str()], "round {round}: {content:?}");
        assert_eq!(findings[0].value.reveal(), "7569217076985");
    }
}

#[test]
fn spans_stand_on_boundaries_whatever_the_text() {
    let pieces = [
        "756.9217.0769.85",
        "CH93 0076 2011 6238 5295 7",
        "a@b.ch",
        "+41 44 668 18 00",
        "4111",
        " ",
        "\n",
        "\n> ",
        "\t",
        ";",
        ",",
        ".",
        "-",
        "/",
        "@",
        "+",
        "(",
        "é",
        "\u{200b}",
        "７",
        "\u{301}",
        "𝟗",
        "x",
        "://",
        "AHV",
        "\u{fffd}",
        "\0",
        "中",
        "0",
        "00",
        "1",
        "<",
        "‹",
        "<<",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "geb.",
        "12.3.1970",
        "Mai",
        "passwort: ",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "А",
        "\n\n",
        ":",
        "  ",
        "|",
    ];
    let mut random = Random(11);
    let detectors = detectors();
    for _ in 0..5000 {
        let content: String = (0..random.below(24))
            .map(|_| pieces[random.below(pieces.len())])
            .collect();
        check(&content, &detectors);
    }
}

/// Every span stands on character boundaries, holds something, and none is over another. A fuzz
/// target does the same with [`scan`].
fn check(content: &str, detectors: &Detectors) {
    let mut end = 0;
    for finding in scan(&[text("1", content, None)], detectors).findings {
        let found = content.get(finding.span.clone());
        assert!(found.is_some_and(|found| !found.is_empty()), "{content:?}");
        assert!(finding.span.start >= end, "overlap in {content:?}");
        end = finding.span.end;
    }
}

#[test]
fn work_grows_with_the_text_only() {
    let detectors = detectors();
    let alphabet = [
        "7569217076985 ",
        "1 ",
        "7",
        "4111 1111 ",
        "a1b2",
        "0123456 ",
        "1;",
        "1\n> ",
        "@a",
        "a@b.ch",
        "..1",
        "ab 1 ",
    ];
    for piece in alphabet {
        let tried = |times: usize| scan::text(&piece.repeat(times), &detectors, &mut |_| ()).tried;
        let (one, two, three) = (tried(500), tried(1000), tried(1500));
        assert!(
            three - two <= two - one + 50,
            "{piece:?}: {one}, {two}, {three}"
        );
        assert!(three <= 1500 * piece.len() * 48, "{piece:?}: {three}");
    }
}

const OWN: &str = "\
id: own.ticket
name: Our customers' numbers
entity: national-id
see: our own handbook
pattern: '\\bKD-\\d{6}\\b'
confidence: { alone: high }
matches: [ 'Nr. ‹KD-123456›', '‹KD-000001›, ‹KD-000002›' ]
misses: [ 'KD-1234567', 'AKD-123456' ]
";

fn compile(file: &str, text: &str) -> String {
    let rules = [shipped_rules(), vec![(file.to_owned(), text.to_owned())]].concat();
    match Detectors::compile(&rules, &all()) {
        Ok(detectors) => format!("{} more", detectors.list().len() - shipped::DETECTORS.len()),
        Err(wrong) => wrong.join("\n"),
    }
}

#[test]
fn an_admins_rule_has_a_pattern() {
    assert_eq!(compile("own.ticket.yaml", OWN), "1 more");
}

#[test]
fn a_pattern_is_tried_around_every_digit() {
    let own = |pattern: &str| OWN.replace("\\bKD-\\d{6}\\b", pattern);
    for rule in [own("\\bKD-\\d{6}\\b"), own("\\b(KD-\\d{6})?\\b")] {
        let rules = [("own.ticket.yaml".to_owned(), rule)];
        let selection = Selection {
            folders: Vec::new(),
            ..all()
        };
        let detectors = Detectors::compile(&rules, &selection).unwrap();
        for between in [" ", " é ", &"x".repeat(63), &"é ".repeat(40), "\n"] {
            let content = format!("KD-123456 {between} ").repeat(300);
            let findings = scan(&[text("1", &content, None)], &detectors).findings;
            assert_eq!(findings.len(), 300, "{between:?}");
        }
    }
}

#[test]
fn a_bad_rule_does_not_load_and_says_why() {
    for (from, to, says) in [
        ("", "", "1 more"),
        (
            "id: own",
            "id: other",
            "own.ticket.yaml: id: the file of \"other.ticket\" must be called",
        ),
        ("see: our own handbook", "see: ''", "see: say where"),
        ("see:", "seen:", "unknown field `seen`"),
        (
            "pattern: '",
            "pattern: '(",
            "pattern: error: unclosed group",
        ),
        (
            "\\d{6}",
            "\\d{600000}",
            "pattern: Compiled regex exceeds size limit",
        ),
        ("\\bKD-\\d{6}\\b", "x*", "matches an empty text"),
        (
            "pattern:",
            "shape: [ '####' ]\npattern:",
            "write one of shape, words, pattern and engine",
        ),
        (
            "pattern:",
            "valid: lunh\npattern:",
            "valid: there is no \"lunh\"; did you mean \"luhn\"?",
        ),
        (
            "‹KD-000001›",
            "KD-000001",
            "matches[1] must find exactly the marked part of \"KD-000001, ‹KD-000002›\", but found \"‹KD-000001›, ‹KD-000002›\"",
        ),
        ("Nr. ‹KD-123456›", "Nr. ‹KD-12345›", "but found nothing"),
        (
            "AKD-123456",
            "A KD-123456",
            "misses[1] must find nothing in \"A KD-123456\", but found \"A ‹KD-123456›\"",
        ),
        ("Nr. ‹", "Nr. ", "the marks ‹ › do not pair"),
        ("'KD-1234567', ", "", "misses: write at least two"),
    ] {
        let text = OWN.replace(from, to);
        assert!(from.is_empty() || text != OWN, "{from}");
        let error = compile("own.ticket.yaml", &text);
        assert!(error.contains(says), "{to}: {error}");
    }
    let twice = compile(
        "own/iban.yaml",
        shipped::DETECTORS
            .iter()
            .find(|(file, _)| *file == "generic/iban.yaml")
            .unwrap()
            .1,
    );
    assert_eq!(
        twice,
        "own/iban.yaml: generic/iban.yaml has the id \"iban\" already; give it another"
    );
}

#[test]
fn a_selection_names_what_there_is() {
    let select = |folders: &[&str], skip: &[&str]| {
        let selection = Selection {
            folders: folders.iter().map(|name| (*name).into()).collect(),
            skip: skip.iter().map(|name| (*name).into()).collect(),
            at_least: Confidence::Medium,
        };
        Detectors::compile(&shipped_rules(), &selection)
    };
    let files = shipped::DETECTORS.iter().map(|(file, _)| *file);
    let named = files.filter(|file| file.starts_with("ch/") || file.starts_with("eu/"));
    assert_eq!(
        select(&["ch", "eu"], &["be.nn"]).unwrap().list().len(),
        named.count() - 1
    );
    assert_eq!(
        select(&["generic", "cg"], &["be.mn"]).unwrap_err(),
        [
            "detectors.use: there is no folder \"cg\"; did you mean \"ch\"?",
            "detectors.skip: there is no detector \"be.mn\"; did you mean \"be.nn\"?"
        ]
    );
}

#[test]
fn words_of_ones_own_are_found() {
    let own = |body: &str| {
        format!(
            "id: own.falcon\nname: Falcon\nentity: secret\nsee: the board\n{body}\nconfidence: {{ alone: high }}\n\
             matches: [ 'on ‹Projet Élan›', '‹PROJET  ELAN›.' ]\nmisses: [ 'elan', 'projet elans' ]\n"
        )
    };
    let words = "words: [ Projet Élan, Falke ]";
    assert_eq!(compile("own.falcon.yaml", &own(words)), "1 more");
    let both = "words: [ Élan ]\npattern: '(?i)\\bprojet +[eé]lan\\b'";
    assert_eq!(compile("own.falcon.yaml", &own(both)), "1 more");
    for (body, says) in [
        ("pattern: '(?i)projet +[eé]lan'", "matches[0] must find"),
        (
            "words: [ '--' ]",
            "words: \"--\" has no letter and no digit",
        ),
        (
            "words: [ a ]\nshape: [ '####' ]",
            "only a pattern may have words too",
        ),
        (
            &format!("words: [ {} ]", "x".repeat(97)),
            "is longer than 96 bytes",
        ),
    ] {
        let error = compile("own.falcon.yaml", &own(body));
        assert!(error.contains(says), "{body}: {error}");
    }
}

#[test]
fn own_patterns_stop_at_their_budget() {
    let rules = [("own.ticket.yaml".to_owned(), OWN.to_owned())];
    let selection = Selection {
        folders: Vec::new(),
        ..all()
    };
    let detectors = Detectors::compile(&rules, &selection).unwrap();
    let small = scan(&[text("1", &"KD-123456 ".repeat(1000), None)], &detectors);
    assert_eq!((small.findings.len(), small.cut), (1000, Vec::new()));
    let large = text("1", &"1 2 3 4 5 ".repeat(30_000), None);
    assert_eq!(scan(&[large], &detectors).cut, [0]);
}

#[test]
fn of_very_many_findings_a_thousand_are_kept_and_the_rest_counted() {
    let rows = |from: usize, to: usize| {
        let rows = (from..to).map(|at| format!("a{at}@b.ch\n"));
        rows.collect::<String>()
    };
    // What repeats does not crowd out what does not.
    let content = "x@b.ch\n".repeat(3000) + &rows(0, 2500);
    let found = scan(&[text("1", &content, None)], &detectors());
    let values: std::collections::HashSet<_> = found
        .findings
        .iter()
        .map(|finding| finding.value.clone())
        .collect();
    assert_eq!(values.len(), MAX_KEPT);
    let left_out: usize = found.left_out.values().sum();
    assert_eq!(found.findings.len() + left_out, 5500);
    assert!(found.findings.len() <= 2 * MAX_KEPT);
}

#[test]
fn the_manuals_examples_load() {
    let manual = include_str!("../../man/pii-milter-detector.5");
    let blocks = manual.split(".Bd -literal -offset indent\n").skip(1);
    let blocks: Vec<String> = blocks
        .map(|block| block.split(".Ed").next().unwrap())
        .map(|block| block.replace("\\(fo", "‹").replace("\\(fc", "›"))
        .collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let id = block
            .lines()
            .next()
            .unwrap()
            .strip_prefix("id: ")
            .unwrap()
            .to_owned();
        assert_eq!(compile(&format!("{id}.yaml"), &block), "1 more");
    }
}

#[test]
fn numbers_in_cells_are_joined_only_where_they_belong_together() {
    assert_eq!(
        found("AHV\t756\t9217\t0769\t85"),
        ["ch.ahv high 756\t9217\t0769\t85"]
    );
    assert_eq!(
        found("7\t5\t6\t9\t2\t1\t7\t0\t7\t6\t9\t8\t5"),
        ["ch.ahv high 7\t5\t6\t9\t2\t1\t7\t0\t7\t6\t9\t8\t5"]
    );
    for text in [
        "75692\t17076985",
        "756\t92170769\t85",
        "756.9217\t\t0769.85",
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

/// Every block of Unicode, and what a decoder leaves of ill-formed UTF-8 and UTF-16.
#[test]
fn any_character_may_stand_anywhere() {
    let detectors = detectors();
    for block in 0..=0x10ff_u32 {
        let chars = (block << 8..(block << 8) + 256).filter_map(char::from_u32);
        let mut content = String::new();
        for c in chars.step_by(23) {
            content.push_str(&format!("AHV 756{c}9217.0769.85{c}a{c}b@c.ch 1.1.1970{c}"));
        }
        check(&content, &detectors);
    }
    let odd = [
        0xd8, 0, 0xff, 0x31, 0xc3, 0x28, 0xf0, 0x9f, 0x37, 0x35, 0x36, 0xed, 0xa0, 0x80,
    ];
    check(&String::from_utf8_lossy(&odd.repeat(50)), &detectors);
    let wide: Vec<u16> = (0..400)
        .map(|at| [0xd800, 0x37, 0xdfff, 0x40][at % 4])
        .collect();
    check(&String::from_utf16_lossy(&wide), &detectors);
}
