// SPDX-License-Identifier: GPL-3.0-or-later
//! Plans for single messages: what each edit must be.

use super::*;

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
        channels,
        &ours,
        "d",
        Mixed::Strictest,
    );
    assert_eq!(
        apply(&message, &plan.labels).0,
        "From: a\nX-PIIx: no\nX-PII-Level: confidential\n"
    );
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
            channels,
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
fn a_refusal_keeps_within_a_reply_line() {
    let long = format!("a: [ reject: \"{}\" ]", "x".repeat(440));
    let mut message = message("Subject: x\r\n", &["<a@x.test>"]);
    message.envelope.id = "Q\r\n".to_owned() + &"7".repeat(600);
    let decisions = decisions(&message, &["a"]);
    let channels = channels(&long).unwrap();
    let plan = plan(
        &message,
        &classification(),
        &decisions,
        &channels,
        &Ours::default(),
        "d",
        Mixed::Strictest,
    );
    let [Edit::Reply(code, status, text)] = &plan.actions[..] else {
        panic!("{plan:?}");
    };
    assert_eq!((code.as_str(), status.as_str()), ("550", "5.7.1"));
    assert!(
        text.len() <= 480 && text.bytes().all(|b| (b' '..=b'~').contains(&b)),
        "{text}"
    );
}

#[test]
fn the_shipped_channels_can_work() {
    #[derive(serde::Deserialize)]
    struct Part {
        channels: IndexMap<String, Entry>,
    }
    let part: Part = yaml::read(crate::shipped::CONFIG).unwrap();
    let channels = Channels::new(&part.channels, &[incamail()]).unwrap();
    assert_eq!(channels.strictness("plain"), Some(Strictness::Plain));
    assert_eq!(channels.strictness("incamail"), Some(Strictness::Relay));
    assert_eq!(channels.strictness("hold"), Some(Strictness::Hold));
}

#[test]
fn a_mark_at_delivery_is_left_to_the_mta() {
    let gate = "id: gate\nname: G\nsee: { source: s, date: 2026-11-22 }\n\
                subject: { add: (secret), where: end, by: delivery }\n\
                recipient: { suffix: .gate.invalid, strip: true }\n\
                route: { next_hop: '[gate.example]:25', tls: secure }\n\
                examples: [ { before: { to: a@b.c }, after: { subject: (secret), to: a@b.c.gate.invalid } } ]\n";
    let gate = Profile::read("gate.yaml", gate).unwrap();
    let text = "gate: [ relay: gate ]\nincamail: [ relay: incamail ]\n";
    let read: IndexMap<String, Entry> = yaml::read(text).unwrap();
    let channels = Channels::new(&read, &[gate, incamail()]).unwrap();
    let subjects = |head: &str, chosen: &[&str]| {
        let addresses = ["<a@ext.test>", "<b@ext.test>"];
        let message = message(head, &addresses[..chosen.len()]);
        let (decisions, ours) = (decisions(&message, chosen), Ours::default());
        let plan = plan(
            &message,
            &classification(),
            &decisions,
            &channels,
            &ours,
            "0",
            Mixed::Strictest,
        );
        let edits = json(&plan.actions).into_iter();
        edits
            .filter(|edit| edit.contains("Subject"))
            .collect::<Vec<_>>()
    };
    assert_eq!(subjects("Subject: x\r\n", &["gate"]), Vec::<String>::new());
    assert_eq!(
        subjects("To: a@ext.test\r\n", &["gate"]),
        [r#"{"add_header":["Subject",""]}"#]
    );
    // Beside a relay whose mark is ours, that one alone.
    let both = ["gate", "incamail"];
    assert_eq!(
        subjects("Subject: x\r\n", &both),
        [r#"{"change_header":["Subject","<im><c> x",1]}"#]
    );
    assert_eq!(
        subjects("To: a@ext.test\r\n", &both),
        [r#"{"add_header":["Subject","<im><c>"]}"#]
    );
}
