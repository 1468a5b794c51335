// SPDX-License-Identifier: GPL-3.0-or-later
//! What leaves by the relay, is refused, or is held.

use super::Door::{Chroot, Hold, Refusing};
use super::{AHV, COLLEAGUE, Case, STRANGER, Site, body_of, letter, ten_numbers};
use crate::mta::sink::Sink;
use crate::mta::wait_for;

pub const CASES: &[Case] = &[
    ("an_ahv_number_to_a_stranger_leaves_by_the_relay", ahv),
    ("the_recipients_answers_keep_notify_and_orcpt", notify),
    ("an_encoded_subject_keeps_its_words", encoded_subject),
    ("a_missing_subject_is_made", no_subject),
    ("the_users_own_mark_raises_and_is_not_doubled", users_mark),
    ("recipients_that_disagree_follow_the_strictest", mixed),
    ("a_refusal_says_a_sentence_and_an_id", refused),
    ("mta_hold_leaves_the_mail_in_the_servers_hold_queue", held),
];

fn ahv(site: &Site) {
    let sent = letter(
        "ahv",
        &[STRANGER],
        "Ihre Anmeldung",
        &format!("AHV-Nr. {AHV}\n"),
    );
    let arrived = site.deliver(Chroot, &sent, &site.relay);
    assert_eq!(
        arrived.only("Subject").as_deref(),
        Some("<im><c> Ihre Anmeldung")
    );
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("confidential"));
    // A stranger learns the level, nothing more.
    assert_eq!(arrived.all("X-PII-Milter"), Vec::<String>::new());
    assert_eq!(arrived.body(), body_of(&sent));
    assert_eq!(arrived.to.len(), 1, "{:?}", arrived.to);
    assert!(arrived.is_relayed_to(STRANGER), "{:?}", arrived.to);
    assert!(
        site.sink
            .mails()
            .iter()
            .all(|mail| mail.only("Message-ID") != arrived.only("Message-ID"))
    );
}

fn notify(site: &Site) {
    let second = "bruno.beispiel@kunde.example";
    let mut sent = letter(
        "notify",
        &[STRANGER, second],
        "Anmeldung",
        &format!("AHV-Nr. {AHV}\n"),
    );
    sent.from_args = "RET=HDRS ENVID=QQ314159".into();
    sent.to[0].1 = format!("NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;{STRANGER}");
    sent.to[1].1 = "NOTIFY=NEVER".into();
    let arrived = site.deliver(Chroot, &sent, &site.relay);
    assert_eq!(arrived.to.len(), 2, "{:?}", arrived.to);
    let orcpt = format!("ORCPT=rfc822;{STRANGER}");
    let first = arrived.arguments(&format!("{STRANGER}.incamail.ch"));
    assert_eq!(first, Some(vec!["NOTIFY=SUCCESS,FAILURE", &orcpt]));
    let second = arrived.arguments(&format!("{second}.incamail.ch"));
    assert!(
        second.is_some_and(|all| all.contains(&"NOTIFY=NEVER")),
        "{:?}",
        arrived.to
    );
    let kept = |word| arrived.from.split(' ').any(|argument| argument == word);
    assert!(
        kept("RET=HDRS") && kept("ENVID=QQ314159"),
        "{}",
        arrived.from
    );
}

fn encoded_subject(site: &Site) {
    let subject = "=?utf-8?Q?R=C3=BCckfrage_zur_Lohnabrechnung_M=C3=A4rz?=";
    let sent = letter("encoded", &[STRANGER], subject, &format!("AHV-Nr. {AHV}\n"));
    let arrived = site.deliver(Chroot, &sent, &site.relay);
    let subject = arrived.only("Subject").unwrap();
    assert!(subject.is_ascii(), "{subject}");
    assert!(
        subject.split("\r\n").all(|line| line.len() <= 78),
        "{subject}"
    );
    assert_eq!(
        decoded(&subject),
        "<im><c> Rückfrage zur Lohnabrechnung März"
    );
}

fn no_subject(site: &Site) {
    let mut sent = letter("no-subject", &[STRANGER], "X", &format!("AHV-Nr. {AHV}\n"));
    let text = String::from_utf8(sent.bytes).unwrap();
    sent.bytes = text.replace("Subject: X\r\n", "").into_bytes();
    let arrived = site.deliver(Chroot, &sent, &site.relay);
    let subject = arrived.only("Subject").expect("one Subject");
    assert_eq!(subject.trim_end(), "<im><c>");
}

fn users_mark(site: &Site) {
    // Nothing is found, but the user has asked for protection, or answers somebody who has.
    for (case, subject) in [
        ("mark-typed", "<im><c> Vertraulich"),
        ("mark-reply", "Re: <im><c> Vertraulich"),
        ("mark-answer", "AW: <im><c> Vertraulich"),
    ] {
        let sent = letter(case, &[STRANGER], subject, "Guten Tag\n");
        let arrived = site.deliver(Chroot, &sent, &site.relay);
        assert_eq!(arrived.only("Subject").as_deref(), Some(subject));
        assert!(arrived.is_relayed_to(STRANGER), "{:?}", arrived.to);
    }
    // It never lowers what the table says.
    let sent = letter("mark-lower", &[STRANGER], "<im><c> Liste", &ten_numbers());
    assert_eq!(site.send(Refusing, &sent).code, 550);
}

fn mixed(site: &Site) {
    let sent = letter(
        "mixed",
        &[COLLEAGUE, STRANGER],
        "Eintritt",
        &format!("AHV-Nr. {AHV}\n"),
    );
    let arrived = site.deliver(Chroot, &sent, &site.relay);
    assert_eq!(arrived.only("Subject").as_deref(), Some("<im><c> Eintritt"));
    assert!(arrived.is_relayed_to(STRANGER), "{:?}", arrived.to);
    // Each gets it once, the colleague by whatever way.
    let copies = || {
        let of = |sink: &Sink| {
            sink.mails()
                .into_iter()
                .filter(|mail| mail.only("Message-ID") == arrived.only("Message-ID"))
        };
        let to: Vec<String> = of(&site.sink)
            .chain(of(&site.relay))
            .flat_map(|mail| mail.to)
            .collect();
        (to.len() >= 2).then_some(to)
    };
    let to = wait_for(crate::mta::PATIENCE, copies).expect("two recipients");
    assert_eq!(to.len(), 2, "{to:?}");
    assert_eq!(
        to.iter().filter(|to| to.contains("lohnbuero@")).count(),
        1,
        "{to:?}"
    );
    // Not everybody is ours, so nobody is told what was found.
    assert_eq!(arrived.all("X-PII-Milter"), Vec::<String>::new());

    let sent = letter(
        "mixed-refused",
        &[COLLEAGUE, STRANGER],
        "Liste",
        &ten_numbers(),
    );
    assert_eq!(site.send(Refusing, &sent).code, 550);
    assert!(site.is_nowhere(&sent));
}

fn refused(site: &Site) {
    let sent = letter("refused", &[STRANGER], "Mitarbeiterliste", &ten_numbers());
    let reply = site.send(Refusing, &sent);
    assert_eq!(reply.code, 550, "{reply:?}");
    let sentence = "5.7.1 Please use the customer portal";
    assert!(reply.text.starts_with(sentence), "{reply:?}");
    let (_, id) = reply.text.rsplit_once(" (").unwrap();
    let id = id.strip_suffix(')').unwrap();
    assert!(id.starts_with("Q-") && id.len() >= 8, "{id}");
    // The id is what the log knows the message by, so that an admin finds it.
    let logged = wait_for(crate::mta::PATIENCE, || {
        site.filter(Refusing).log().contains(id).then_some(())
    });
    assert!(logged.is_some(), "{}", site.filter(Refusing).log());
    assert!(site.is_nowhere(&sent));
}

fn held(site: &Site) {
    let mut sent = letter("held", &[STRANGER], "Mitarbeiterliste", &ten_numbers());
    sent.from = "held@example.ch".into();
    let reply = site.send(Hold, &sent);
    assert_eq!(reply.code, 250, "{reply:?}");
    let held = || site.mta.senders_held().contains(&sent.from).then_some(());
    assert!(
        wait_for(crate::mta::PATIENCE, held).is_some(),
        "{}",
        site.mta.log()
    );
    assert!(site.is_nowhere(&sent));
}

/// Undoes folding, and RFC 2047 for UTF-8 and Latin-1 in both its forms.
pub fn decoded(value: &str) -> String {
    let text = value.replace("\r\n", "").replace("?= =?", "?==?");
    let mut bytes = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, word)) = rest.split_once("=?") {
        bytes.extend_from_slice(before.as_bytes());
        let parts: Vec<&str> = word.splitn(4, '?').collect();
        let (charset, form, content) = (parts[0], parts[1], parts[2]);
        let word = if form.eq_ignore_ascii_case("q") {
            q(content)
        } else {
            base64(content)
        };
        match charset.to_lowercase().as_str() {
            "utf-8" => bytes.extend(word),
            "iso-8859-1" => {
                let text: String = word.into_iter().map(char::from).collect();
                bytes.extend(text.bytes());
            }
            other => panic!("{other} in {value}"),
        }
        rest = parts[3].strip_prefix('=').unwrap();
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap()
}

fn q(content: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = content.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'_' => b' ',
            b'=' => {
                let hex = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    bytes
}

fn base64(content: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for byte in content.bytes().filter(|byte| *byte != b'=') {
        let six = ALPHABET.iter().position(|letter| *letter == byte).unwrap();
        bits = (bits << 6) | u32::try_from(six).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).unwrap());
        }
    }
    bytes
}
