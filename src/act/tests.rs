// SPDX-License-Identifier: GPL-3.0-or-later
//! Plans for whole messages, and what the tests of this folder share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use indexmap::IndexMap;

use super::relay::Profile;
use super::*;
use crate::classify::Sensitivity;
use crate::message::{Address, Envelope, Field, Recipient};
use crate::yaml;

/// A small generator (xorshift64), so that a failure comes back with the same numbers.
pub(super) struct Random(pub u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Text of ASCII, Latin, wide and astral characters, blanks and what looks like encoding.
    pub(super) fn text(&mut self, most: usize) -> String {
        let length = self.below(most);
        let wide = self.below(4);
        let one = |random: &mut Self| match random.below(6 + wide * 3) {
            0 => ' ',
            1..6 => char::from(u8::try_from(33 + random.below(94)).unwrap()),
            6 => random.pick(&['ä', 'é', 'ß', 'Œ', '\u{a0}', '\u{301}']),
            7 => random.pick(&['=', '?', '_', '<', '>', ':']),
            n if n % 2 == 0 => {
                char::from_u32(0x4e00 + u32::try_from(random.below(9000)).unwrap()).unwrap()
            }
            _ => char::from_u32(0x1f300 + u32::try_from(random.below(500)).unwrap()).unwrap(),
        };
        (0..length).map(|_| one(self)).collect()
    }
}

/// Decodes what we write, by the letter of RFC 2047, so that the encoder is not judged by itself.
pub(super) fn decode(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value).replace("\r\n", "\n");
    let text = text.replace("\n ", " ").replace("\n\t", "\t");
    let mut shown = String::new();
    let mut gap = String::new();
    let mut is_behind_word = false;
    for piece in text.split_inclusive([' ', '\t']) {
        let word = piece.trim_end_matches([' ', '\t']);
        let decoded = decode_word(word);
        if !(is_behind_word && (decoded.is_some() || word.is_empty())) {
            shown.push_str(&std::mem::take(&mut gap));
        }
        if decoded.is_some() {
            gap.clear();
        }
        gap.push_str(&piece[word.len()..]);
        is_behind_word = decoded.is_some() || (word.is_empty() && is_behind_word);
        shown.push_str(decoded.as_deref().unwrap_or(word));
    }
    shown + &gap
}

fn decode_word(word: &str) -> Option<String> {
    let inner = word.strip_prefix("=?")?.strip_suffix("?=")?;
    let [charset, encoding, payload] = inner.split('?').collect::<Vec<_>>().try_into().ok()?;
    let bytes = match encoding {
        "Q" | "q" => unquote(payload.as_bytes())?,
        _ => unbase64(payload.as_bytes())?,
    };
    charset
        .eq_ignore_ascii_case("utf-8")
        .then(|| String::from_utf8(bytes).unwrap())
}

fn unquote(payload: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = payload.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'_' => b' ',
            b'=' => {
                let hex = [*rest.next()?, *rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?
            }
            byte => *byte,
        });
    }
    Some(bytes)
}

fn unbase64(payload: &[u8]) -> Option<Vec<u8>> {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_usize, 0, Vec::new());
    for digit in payload.iter().filter(|digit| **digit != b'=') {
        bits = bits << 6 | digits.iter().position(|d| d == digit)?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 255).unwrap());
        }
    }
    Some(bytes)
}

pub(super) fn shipped(id: &str) -> Profile {
    let path = format!("{id}.yaml");
    let (_, text) = crate::shipped::RELAYS
        .iter()
        .find(|(name, _)| *name == path)
        .unwrap();
    Profile::read(&path, text).unwrap()
}

pub(super) fn incamail() -> Profile {
    shipped("incamail")
}

pub(super) fn generic() -> Profile {
    shipped("generic")
}

const CHANNELS: &str = r#"
plain:    []
marked:   [ header: "X-Marked: yes" ]
incamail: [ relay: incamail ]
generic:  [ relay: generic ]
hold:     [ mta-hold: review ]
refuse:   [ reject: "5.7.1 Please use the portal" ]
"#;

fn channels(text: &str) -> Result<Channels, Vec<String>> {
    let read: IndexMap<String, Vec<Action>> = yaml::read(text).map_err(|e| vec![e.to_string()])?;
    Channels::new(&read, &[incamail(), generic()])
}

/// The channels above, compiled once: regular expressions take their time.
fn shipped_channels() -> &'static Channels {
    static ALL: LazyLock<Channels> = LazyLock::new(|| channels(CHANNELS).unwrap());
    &ALL
}

/// A message of these header lines; recipients as `address channel`.
fn message(head: &str, recipients: &[&str]) -> Message {
    let raw = head.as_bytes().to_vec();
    let mut fields: Vec<Field> = Vec::new();
    let mut at = 0;
    for line in head.split_inclusive('\n') {
        let end = at + line.trim_end_matches(['\r', '\n']).len();
        match line.split_once(':') {
            _ if line.starts_with([' ', '\t']) => fields.last_mut().unwrap().value.end = end,
            Some((name, _)) => fields.push(Field {
                name: name.into(),
                value: at + name.len() + 1..end,
            }),
            None => panic!("{line}"),
        }
        at += line.len();
    }
    let recipient = |text: &&str| Recipient {
        address: Address::new(text),
        as_given: text.as_bytes().to_vec(),
        notify: None,
        original: None,
    };
    let envelope = Envelope {
        client: None,
        login: Some("anna".into()),
        sender: Address::new("anna@example.ch"),
        recipients: recipients.iter().map(recipient).collect(),
        received: jiff::civil::date(2026, 11, 25),
        host: "mx.example.ch".into(),
        id: "M-7F3K2M".into(),
    };
    let body_start = raw.len();
    Message {
        envelope,
        raw,
        fields,
        body_start,
        parts: Vec::new(),
        left_out: Vec::new(),
    }
}

fn classification() -> Classification {
    Classification {
        sensitivity: Sensitivity(2),
        level: "confidential".into(),
        because: String::new(),
        evidence: Vec::new(),
        found: BTreeMap::from([("ch.ahv".into(), 2), ("iban".into(), 1)]),
        unreadable: Vec::new(),
    }
}

fn decisions(message: &Message, channels: &[&str]) -> Vec<Decision> {
    let each = message.envelope.recipients.iter().zip(channels);
    each.map(|(recipient, channel)| Decision {
        recipient: recipient.address.to_string(),
        kind: "stranger".into(),
        channel: (*channel).into(),
        because: "decide.outbound.stranger[confidential]".into(),
    })
    .collect()
}

fn actions_of(message: &Message, chosen: &[&str]) -> Vec<Edit> {
    let (channels, ours) = (shipped_channels(), Ours::default());
    let decisions = decisions(message, chosen);
    plan(
        message,
        &classification(),
        &decisions,
        &channels,
        &ours,
        "0123456789ab",
    )
    .actions
}

fn json(edits: &[Edit]) -> Vec<String> {
    edits
        .iter()
        .map(|edit| serde_json::to_string(edit).unwrap())
        .collect()
}

#[test]
fn every_shipped_profile_reads_and_proves_itself() {
    for (path, text) in crate::shipped::RELAYS {
        Profile::read(path, text).unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")));
    }
}

#[test]
fn incamail_to_one_stranger() {
    let mut message = message("Subject: Lohn\r\n", &["<Bob+x@Ext.test>"]);
    let edits = json(&actions_of(&message, &["incamail"]));
    assert_eq!(
        edits,
        [
            r#"{"change_header":["Subject","<im><c> Lohn",1]}"#,
            r#"{"add_recipient":["Bob+x@Ext.test.incamail.ch","ORCPT=rfc822;Bob+2Bx@Ext.test"]}"#,
            r#"{"delete_recipient":"<Bob+x@Ext.test>"}"#,
        ]
    );
    let recipient = &mut message.envelope.recipients[0];
    recipient.notify = Some("SUCCESS,FAILURE".into());
    recipient.original = Some("rfc822;first@ext.test".into());
    let edits = json(&actions_of(&message, &["incamail"]));
    let arguments = r#""NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first@ext.test""#;
    assert!(edits[1].contains(arguments), "{}", edits[1]);
}

#[test]
fn arguments_of_a_liar_are_replaced() {
    let mut message = message("Subject: x\r\n", &["<bob@ext.test>"]);
    let recipient = &mut message.envelope.recipients[0];
    recipient.notify = Some("NEVER ORCPT=rfc822;x".into());
    recipient.original = Some("rfc822;a b\r\nX".into());
    let edits = json(&actions_of(&message, &["incamail"]));
    assert!(
        edits[1].ends_with(r#""ORCPT=rfc822;bob@ext.test"]}"#),
        "{}",
        edits[1]
    );
}

#[test]
fn a_utf8_recipient_keeps_its_original_in_utf8_form() {
    let message = message("Subject: x\r\n", &["<zoë+1@ext.test>"]);
    let edits = json(&actions_of(&message, &["incamail"]));
    assert!(
        edits[1].contains(r"ORCPT=utf-8;zo\\x{EB}\\x{2B}1@ext.test"),
        "{}",
        edits[1]
    );
}

#[test]
fn every_subject_is_marked_and_a_missing_one_made() {
    let two = message(
        "Subject: a\r\nFrom: x\r\nSUBJECT: b\r\nSubject: <p> c\r\n",
        &["<b@e.test>"],
    );
    let edits = actions_of(&two, &["incamail"]);
    let change = |text: &str, n| Edit::ChangeHeader("Subject".into(), text.into(), n);
    assert_eq!(edits[..2], [change("<im><c> a", 1), change("<im><c> b", 2)]);
    assert_eq!(edits.len(), 4);
    let none = message("From: x\r\n", &["<b@e.test>"]);
    let edits = actions_of(&none, &["incamail"]);
    assert_eq!(
        edits[0],
        Edit::AddHeader("Subject".into(), "<im><c>".into())
    );
}

#[test]
fn the_strictest_speaks_for_all() {
    let recipients = ["<a@x.test>", "<b@x.test>", "<c@x.test>"];
    let message = message("Subject: x\r\n", &recipients);
    assert_eq!(actions_of(&message, &["plain", "plain", "plain"]), []);
    assert_eq!(
        json(&actions_of(&message, &["incamail", "hold", "refuse"])),
        [r#"{"reply":["550","5.7.1","Please use the portal (M-7F3K2M)"]}"#]
    );
    let held = json(&actions_of(&message, &["incamail", "hold", "marked"]));
    assert_eq!(
        held,
        [
            r#"{"change_header":["Subject","<im><c> x",1]}"#,
            r#"{"add_header":["X-Marked","yes"]}"#,
            r#"{"add_recipient":["a@x.test.incamail.ch","ORCPT=rfc822;a@x.test"]}"#,
            r#"{"delete_recipient":"<a@x.test>"}"#,
            r#"{"hold":"review"}"#,
        ]
    );
}

#[test]
fn a_decision_that_cannot_be_followed_does_not_pass() {
    let message = message("Subject: x\r\n", &["<a@x.test>", "<b@x.test>"]);
    for chosen in [&["plain", "gone"][..], &["plain"], &[]] {
        let edits = json(&actions_of(&message, chosen));
        assert!(edits.len() == 1 && edits[0].contains("451"), "{edits:?}");
    }
}

#[test]
fn a_recipient_that_cannot_be_taken_off_is_refused() {
    let mut message = message("Subject: x\r\n", &["<a@x.test>"]);
    message.envelope.recipients[0].as_given = b"<\xe4@x.test>".to_vec();
    let edits = json(&actions_of(&message, &["incamail"]));
    assert!(edits.len() == 1 && edits[0].contains("5.1.3"), "{edits:?}");
    assert!(actions_of(&message, &["plain"]).is_empty());
}

/// What a message is after the edits: header lines and recipients as the MTA would have them.
fn apply(message: &Message, edits: &[Edit]) -> (String, Vec<String>) {
    let text =
        |field: &Field| String::from_utf8_lossy(&message.raw[field.value.clone()]).into_owned();
    let mut fields: Vec<(String, String)> = message
        .fields
        .iter()
        .map(|field| (field.name.clone(), text(field)))
        .collect();
    let given = message.envelope.recipients.iter();
    let mut to: Vec<String> = given
        .map(|one| String::from_utf8(one.as_given.clone()).unwrap())
        .collect();
    let nth = |fields: &[(String, String)], name: &str, n: u32| {
        let mut places = fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.0.eq_ignore_ascii_case(name));
        places.nth(usize::try_from(n).unwrap() - 1).unwrap().0
    };
    for edit in edits {
        match edit {
            Edit::AddHeader(name, value) => fields.push((name.clone(), format!(" {value}"))),
            Edit::ChangeHeader(name, value, n) => {
                let at = nth(&fields, name, *n);
                fields[at].1 = format!(" {value}");
            }
            Edit::DeleteHeader(name, n) => {
                fields.remove(nth(&fields, name, *n));
            }
            Edit::AddRecipient(address, _) => to.push(format!("<{address}>")),
            Edit::DeleteRecipient(given) => to.retain(|one| one != given),
            Edit::Hold(_) | Edit::Reply(..) => (),
        }
    }
    let head = fields
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    (head, to)
}

#[test]
fn forged_labels_go_and_the_rest_stays() {
    let head =
        "X-PII-Level: public\nFrom: a\nx-pii-level: public\nX-PII-Route: plain\nX-PIIx: no\n";
    let message = message(head, &["<a@x.test>"]);
    let (channels, ours) = (shipped_channels(), Ours::default());
    let decisions = decisions(&message, &["plain"]);
    let plan = plan(
        &message,
        &classification(),
        &decisions,
        &channels,
        &ours,
        "d",
    );
    assert_eq!(
        apply(&message, &plan.labels).0,
        "From: a\nX-PIIx: no\nX-PII-Level: confidential\n"
    );
}

#[test]
fn each_recipient_has_exactly_its_edits() {
    let mut random = Random(3);
    for _ in 0..2000 {
        let chosen = ["plain", "incamail", "generic", "marked", "hold"];
        // A channel is a function of the address, as in life; case and suffixes collide on purpose.
        let pool: Vec<(String, &str)> = (0..6)
            .map(|n| {
                let suffix = random.pick(&["", "", ".incamail.ch", ".IncaMail.CH"]);
                let local = random.pick(&["a", "A", "b"]);
                (
                    format!("<{local}@x{}.test{suffix}>", n % 2),
                    random.pick(&chosen),
                )
            })
            .collect();
        let pool: BTreeMap<String, &str> = pool.into_iter().collect();
        let pool: Vec<(&str, &str)> = pool.iter().map(|(a, c)| (a.as_str(), *c)).collect();
        let count = 1 + random.below(8);
        let (to, by): (Vec<_>, Vec<_>) = (0..count).map(|_| random.pick(&pool)).unzip();
        let message = message("Subject: x\n", &to);
        let (_, left) = apply(&message, &actions_of(&message, &by));

        let wanted = |(to, by): (&&str, &&str)| {
            let folded = to.to_lowercase();
            match *by == "incamail" && !folded.ends_with(".incamail.ch>") {
                true => folded.replace('>', ".incamail.ch>"),
                false => folded,
            }
        };
        let wanted: BTreeSet<String> = to.iter().zip(&by).map(wanted).collect();
        let got: Vec<String> = left.iter().map(|one| one.to_lowercase()).collect();
        assert_eq!(
            got.iter().cloned().collect::<BTreeSet<_>>(),
            wanted,
            "{to:?} {by:?}"
        );
        let added: Vec<&String> = left
            .iter()
            .filter(|one| !to.contains(&one.as_str()))
            .collect();
        let distinct: BTreeSet<String> = added.iter().map(|one| one.to_lowercase()).collect();
        assert_eq!(added.len(), distinct.len(), "{left:?}");
        assert!(added.iter().all(|one| {
            got.iter()
                .filter(|other| **other == one.to_lowercase())
                .count()
                == 1
        }));
    }
}

#[test]
fn a_plan_over_its_own_result_changes_nothing() {
    let mut random = Random(5);
    for _ in 0..300 {
        let subject = super::field::clean(&random.text(120)).replace("=?", "");
        let subject = if subject.is_ascii() {
            subject
        } else {
            "plain".into()
        };
        let head = format!("From: a\nSubject: {subject}\nX-PII-Level: x\n");
        let by = [
            random.pick(&["incamail", "generic", "marked", "hold"]),
            "incamail",
        ];
        let first = message(&head, &["<a@x.test>", "<b@x.test>"]);
        let edits = |message: &Message| {
            let (channels, ours) = (shipped_channels(), Ours::default());
            let decisions = decisions(message, &by);
            let plan = plan(
                message,
                &classification(),
                &decisions,
                &channels,
                &ours,
                "d",
            );
            [plan.labels, plan.actions].concat()
        };
        let (head, mut to) = apply(&first, &edits(&first));
        // In the order of the decisions again: additions were appended.
        to.sort();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        let second = message(&head, &to);
        let (again, mut to_again) = apply(&second, &edits(&second));
        to_again.sort();
        let sorted = |head: &str| {
            let mut lines: Vec<String> = head
                .replace("\n ", " ")
                .lines()
                .map(str::to_owned)
                .collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&head), sorted(&again));
        assert_eq!(to, to_again);
    }
}

#[test]
fn a_typed_mark_raises_what_is_weaker_and_lowers_nothing() {
    let (channels, ours) = (shipped_channels(), Ours::default());
    let to = ["<a@x.test>", "<b@x.test>", "<c@x.test>", "<d@x.test>"];
    let by = ["plain", "marked", "hold", "refuse"];
    let raised = |head: &str, direction| {
        let message = message(head, &to);
        let raised = raise(
            &message,
            direction,
            decisions(&message, &by),
            &channels,
            &ours,
        );
        raised
            .into_iter()
            .map(|decision| decision.channel)
            .collect::<Vec<_>>()
    };
    let out = Direction::Outbound;
    assert_eq!(
        raised("Subject: <p> x\n", out),
        ["incamail", "incamail", "hold", "refuse"]
    );
    assert_eq!(
        raised("Subject: x\nSubject: Re: <im><r> x\n", out)[0],
        "incamail"
    );
    assert_eq!(raised("Subject: [secure] x\n", out)[0], "generic");
    assert_eq!(raised("Subject: x\n", out), by);
    assert_eq!(raised("Subject: <p> x\n", Direction::Inbound), by);
}

#[test]
fn wrong_channels_are_told_with_the_place() {
    let told = |text: &str| channels(text).unwrap_err().join("\n");
    assert_eq!(
        told("a: []\nb: [ rely: incamail ]\n"),
        "b[0]: unknown variant `rely`, expected one of `relay`, `header`, `reject`, `mta-hold` at line 2 column 6; did you mean \"relay\"?"
    );
    assert_eq!(
        told("a: [ relay: incamial ]"),
        "channels.a[0]: no relay profile \"incamial\"; did you mean \"incamail\"?"
    );
    for (wrong, word) in [
        ("a: [ relay ]", "such as"),
        ("a: [ {} ]", "such as"),
        (
            "a: [ { relay: incamail, header: 'X-A: b' } ]",
            "item of its own",
        ),
        ("a: [ relay: incamail, relay: generic ]", "second channel"),
        ("a: [ header: X-A ]", "X-PII-Route"),
        ("a: [ header: 'X A: b' ]", "field name"),
        ("a: [ header: 'X-A: b\u{e4}' ]", "ASCII"),
        ("a: [ header: 'Subject: b' ]", "other means"),
        ("a: [ reject: '5.7.1 ' ]", "1 to 440"),
        ("a: [ reject: '4.7.1 later' ]", "begins with 5"),
        ("a: [ reject: 'Bitte nicht \u{fc}ber E-Mail' ]", "ASCII"),
        ("a: [ mta-hold: '' ]", "1 to 200"),
    ] {
        assert!(told(wrong).contains(word), "{wrong}: {}", told(wrong));
    }
}

#[test]
fn wrong_profiles_are_told_with_the_place() {
    let sound = "id: x\nname: X\nsee: { source: s, date: 2026-11-22 }\nrecipient: { suffix: .x.test }\n\
                 examples: [ { before: { to: a@b.c }, after: { to: a@b.c.x.test } } ]\n";
    Profile::read("x.yaml", sound).unwrap();
    for (from, to, word) in [
        ("id: x", "id: y", "file's name"),
        ("date: 2026-11-22", "day: 2026-11-22", "unknown field `day`"),
        (
            "see: { source: s, date: 2026-11-22 }\n",
            "",
            "missing field `see`",
        ),
        (".x.test }\ne", "x.test }\ne", "leading dot"),
        (
            "a@b.c.x.test",
            "a@b.c",
            "expected to <a@b.c>, got to <a@b.c.x.test>",
        ),
        (
            "examples:",
            "subject: { add: '<x>', where: front }\nexamples:",
            "unknown variant `front`",
        ),
        (
            "examples:",
            "subject: { add: '<x>', where: start, unless: '(' }\nexamples:",
            "regular expression",
        ),
        (
            "examples:",
            "subject: { add: '<x>', where: start, unless: y }\nexamples:",
            "twice",
        ),
        (
            "examples:",
            "subject: { add: '', where: start }\nexamples:",
            "cannot be a mark",
        ),
        (
            "examples:",
            "route: { next_hop: im.post.ch, tls: secure }\nexamples:",
            "[host]:port",
        ),
        (
            "examples:",
            "headers: { 'X Y': z }\nexamples:",
            "field name",
        ),
    ] {
        let told = Profile::read("x.yaml", &sound.replace(from, to))
            .unwrap_err()
            .join("\n");
        assert!(
            told.starts_with("x.yaml: ") && told.contains(word),
            "{to}: {told}"
        );
    }
}
