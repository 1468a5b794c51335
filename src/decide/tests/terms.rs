// SPDX-License-Identifier: GPL-3.0-or-later
//! Tests of rows for types of communication, of proofs, and of what channels take.

use super::super::*;
use super::{TABLE, catalogue, envelope, judged, kinds, table};

fn with_rows(rows: &str) -> Result<Table, Vec<String>> {
    table(
        &TABLE.replace("inbound:", &format!("{rows}\ninbound:")),
        "[]",
    )
}

#[test]
fn the_strictest_row_of_the_types_that_hold_speaks() {
    let table = with_rows(
        "  partner reply: [ same, hold, same ]\n  \"* list\": [ same, refuse, refuse ]\n  \
         \"* invoice\": [ incamail, same, refuse ]",
    )
    .unwrap();
    let said = |to: &str, level: usize, communications: &[Communication]| {
        let envelope = envelope("<a@example.ch>", "2026-11-25", &[to]);
        let mut features = Features::of_envelope(&envelope);
        features.communications = communications.iter().copied().collect();
        let weight = Weight {
            direction: Direction::Outbound,
            sensitivity: Sensitivity(level),
            is_sealed: false,
        };
        let one = for_each_recipient(&envelope, &features, weight, &table).remove(0);
        format!("{} {}", one.channel, one.because)
    };
    use Communication::{Invoice, List, New, Reply};
    let (partner, stranger) = ("<x@partner.example>", "<x@else.example>");
    for (to, level, communications, expected) in [
        (
            partner,
            1,
            &[New][..],
            "incamail decide.outbound.*[internal]",
        ),
        (
            partner,
            1,
            &[Reply],
            "hold decide.outbound.partner reply[internal]",
        ),
        (
            partner,
            1,
            &[Reply, List],
            "refuse decide.outbound.* list[internal]",
        ),
        (
            partner,
            0,
            &[Reply, Invoice],
            "incamail decide.outbound.* invoice[public]",
        ),
        (partner, 0, &[Reply], "plain decide.outbound.*[public]"),
        (
            partner,
            2,
            &[List, Invoice],
            "refuse decide.outbound.* invoice[confidential]",
        ),
        (
            stranger,
            1,
            &[Reply],
            "incamail decide.outbound.*[internal]",
        ),
        (
            "<b@example.ch>",
            1,
            &[List],
            "refuse decide.outbound.* list[internal]",
        ),
    ] {
        assert_eq!(
            said(to, level, communications),
            expected,
            "{to} {communications:?}"
        );
    }
}

#[test]
fn a_row_of_a_type_is_checked() {
    for (row, expected) in [
        (
            "  partner reply: [ same, plain, same ]",
            "decide.outbound.partner reply[internal]: \"plain\" protects less than \"incamail\" of the row \
             \"*\", and a type is only what a message says of itself; write same, or make an exception",
        ),
        (
            "  partner replay: [ same, same, same ]",
            "decide.outbound.partner replay: \"replay\" is no type of communication; did you mean \"reply\"?",
        ),
        (
            "  partnr reply: [ same, same, same ]",
            "decide.outbound.partnr reply: no recipient kind \"partnr\"; did you mean \"partner\"?",
        ),
        (
            "  partner reply list: [ same, same, same ]",
            "decide.outbound.partner reply list: a row is named by a kind, or by a kind and one type of communication",
        ),
        (
            "  partner: [ same, same, same ]",
            "decide.outbound.partner[public]: no channel \"same\"; write one of plain, incamail, hold, refuse",
        ),
        (
            "  partner reply: { cell: [ same, same, same ] }",
            "line 6 column 20: outbound.partner reply: unknown field `cell`, expected `cells` or `owner`; did you mean \"cells\"?",
        ),
    ] {
        assert_eq!(with_rows(row).unwrap_err()[0], expected);
    }
}

#[test]
fn protection_is_lowered_only_for_a_proven_sender() {
    let exceptions = "
- { from: payroll@example.ch, to: partner, channel: plain, because: own, owner: ann, until: 2027-12-31 }
- { from: a@example.ch, to: partner, channel: plain, because: named, owner: ann, until: 2027-12-31, login: Erp }
- { from: b@example.ch, to: partner, channel: plain, because: there, owner: ann, until: 2027-12-31, client: 192.0.2.0/28 }
- { from: c@example.ch, to: partner, channel: plain, because: both, owner: ann, until: 2027-12-31, client: 192.0.2.1, login: \"*\" }
- { from: payroll@example.ch, to: partner, channel: refuse, because: more, owner: ann, until: 2027-12-31 }
";
    let table = table(TABLE, exceptions).unwrap();
    for (sender, login, client, expected) in [
        ("payroll", "payroll@example.ch", "", "own"),
        ("payroll", "payroll", "", "more"),
        ("payroll", "", "192.0.2.1", "more"),
        ("a", "erp", "", "named"),
        ("a", "a@example.ch", "", "decide"),
        ("b", "", "192.0.2.9", "there"),
        ("b", "", "192.0.2.16", "decide"),
        ("b", "b@example.ch", "192.0.2.16", "decide"),
        ("c", "anybody", "192.0.2.1", "both"),
        ("c", "anybody", "192.0.2.2", "decide"),
        ("c", "", "192.0.2.1", "decide"),
    ] {
        let sender = format!("<{sender}@example.ch>");
        let mut envelope = envelope(&sender, "2026-11-25", &["<x@partner.example>"]);
        envelope.login = (!login.is_empty()).then(|| login.into());
        envelope.client = client.parse().ok();
        let one = judged(&envelope, Direction::Outbound, 1, &table).remove(0);
        assert!(
            one.because.contains(expected),
            "{sender} {login} {client}: {one:?}"
        );
    }
}

/// Channels with limits: a relay, a portal that stands in for it, and what needs encryption.
fn limited() -> Table {
    let mut catalogue = catalogue();
    let limits: Limits = crate::yaml::read(
        "{ size: 100, encrypted: 150, recipients: 2, refuses: [ program, .iso ] }",
    )
    .unwrap();
    let relay = catalogue.get_mut("incamail").unwrap();
    relay.limits = vec![limits];
    relay.to = vec!["partner".into(), "x@else.example".into()];
    relay.fallback = Some("hold".into());
    let sealed = Terms {
        needs: Some(channel::Need::Encryption),
        ..Terms::default()
    };
    catalogue.insert("sealed".into(), sealed);
    let section = TABLE.replace("[ plain, incamail, refuse ]", "[ plain, incamail, sealed ]");
    let section = crate::yaml::read(&section).unwrap();
    Table::new(&section, kinds(), Vec::new(), &catalogue).unwrap()
}

#[test]
fn a_channel_takes_what_its_terms_say() {
    let table = limited();
    let judged = |to: &[&str], size: u64, file: &str, level: usize, is_sealed: bool| {
        let envelope = envelope("<a@example.ch>", "2026-11-25", to);
        let mut features = Features::of_envelope(&envelope);
        features.size = size;
        features.files = channel::FileType::of(file).into_iter().collect();
        let weight = Weight {
            direction: Direction::Outbound,
            sensitivity: Sensitivity(level),
            is_sealed,
        };
        for_each_recipient(&envelope, &features, weight, &table).remove(0)
    };
    let partner = "<x@partner.example>";
    let all = [partner, "<y@partner.example>", "<z@partner.example>"];
    for (to, size, file, expected) in [
        (&all[..1], 75, "a.pdf", "incamail"),
        (
            &all[..1],
            76,
            "a.pdf",
            "takes 150 at most, and encryption can double the size",
        ),
        (&all[..1], 101, "a.pdf", "takes 100 at most"),
        (
            &all[..1],
            10,
            "Setup.EXE",
            "takes no file of the type program",
        ),
        (&all[..1], 10, "cd.iso", "takes no file of the type .iso"),
        (&all[..3], 10, "a.pdf", "takes 2 recipients at most"),
        (&["<x@else.example>"], 10, "a.pdf", "incamail"),
        (
            &["<y@else.example>"],
            10,
            "a.pdf",
            "is not for this recipient",
        ),
    ] {
        let one = judged(to, size, file, 1, false);
        let (channel, because) = match expected {
            "incamail" => ("incamail", "decide.outbound.*[internal]".to_owned()),
            why => (
                "hold",
                format!("decide.outbound.*[internal], but the channel incamail {why}"),
            ),
        };
        assert_eq!((one.channel.as_str(), one.because), (channel, because));
        assert_eq!(one.refused, None);
    }
    let clear = judged(&all[..1], 10, "", 2, false);
    assert_eq!(
        clear.refused.as_deref(),
        Some("5.7.1 The channel sealed takes only what is strongly encrypted")
    );
    assert_eq!(judged(&all[..1], 10, "", 2, true).refused, None);
}

fn fallback(catalogue: &mut Catalogue, of: &str, to: &str) {
    catalogue.get_mut(of).unwrap().fallback = Some(to.into());
}

#[test]
fn what_stands_in_protects_as_much_and_leads_somewhere() {
    let wrong = |change: fn(&mut Catalogue)| {
        let mut catalogue = catalogue();
        change(&mut catalogue);
        let section = crate::yaml::read(TABLE).unwrap();
        Table::new(&section, kinds(), Vec::new(), &catalogue).unwrap_err()
    };
    let errors = wrong(|all| fallback(all, "incamail", "plain"));
    assert_eq!(
        errors,
        [
            "channels.incamail.else: \"plain\" protects less than \"incamail\", and the size of a message \
          is its sender's choice; name one that protects as much"
        ]
    );
    let errors = wrong(|all| fallback(all, "hold", "hodl"));
    assert_eq!(
        errors,
        ["channels.hold.else: no channel \"hodl\"; did you mean \"hold\"?"]
    );
    let errors = wrong(|all| fallback(all, "hold", "hold"));
    assert!(
        errors[0].contains("it leads back to \"hold\""),
        "{errors:?}"
    );
    let errors = wrong(|all| all.get_mut("hold").unwrap().to = vec!["partnr".into()]);
    assert!(errors[0].starts_with("channels.hold.to[0]: \"partnr\" is no recipient kind"));
}
