// SPDX-License-Identifier: GPL-3.0-or-later
//! What tries to be read wrongly, or says more than it may.

use super::Door::{Chroot, Refusing};
use super::{AHV, Case, STRANGER, Site, ahv, body_of, letter};
use crate::mta::wait_for;

pub const CASES: &[Case] = &[
    ("an_smtputf8_mail_is_read_and_relayed", smtputf8),
    ("raw_8_bit_in_a_header_is_kept_and_read", raw_8_bit),
    ("a_nul_in_a_header_hides_nothing", nul),
    ("a_header_cannot_inject_another", injection),
    ("a_forged_level_is_taken_off", forged),
    ("the_log_holds_no_value", no_value_in_log),
];

fn smtputf8(site: &Site) {
    let zoe = "zoë.müller@kunde.example";
    let mut sent = letter(
        "smtputf8",
        &[zoe],
        "Prüfung für Zoë",
        &format!("AHV-Nr. {AHV}\n"),
    );
    sent.from_args = "BODY=8BITMIME SMTPUTF8".into();
    let arrived = site.deliver(Chroot, &sent, &site.relay);
    assert!(arrived.is_relayed_to(zoe), "{:?}", arrived.to);
    assert_eq!(arrived.body(), body_of(&sent));
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("confidential"));
    assert!(
        arrived.only("Subject").unwrap().starts_with("<im><c> "),
        "{:?}",
        arrived.all("Subject")
    );
}

fn raw_8_bit(site: &Site) {
    let latin = |case: &str, body: &str| {
        let mut sent = letter(case, &[STRANGER], "Gr@@e", body);
        let at = sent.bytes.windows(2).position(|two| two == b"@@").unwrap();
        sent.bytes[at] = 0xfc;
        sent.bytes[at + 1] = 0xdf;
        sent
    };
    let sent = latin("raw-clean", "Guten Tag\n");
    let arrived = site.deliver(Chroot, &sent, &site.sink);
    let subject = b"Subject: Gr\xfc\xdfe\r\n";
    assert!(
        arrived
            .header()
            .windows(subject.len())
            .any(|bytes| bytes == subject)
    );

    let sent = latin("raw-ahv", &format!("AHV-Nr. {AHV}\n"));
    let arrived = site.deliver(Chroot, &sent, &site.relay);
    assert!(
        arrived.only("Subject").unwrap().starts_with("<im><c> "),
        "{:?}",
        arrived.all("Subject")
    );
}

/// The milter protocol ends a value at its NUL: what stands behind is not shown to a filter.
/// Postfix takes it off the mail as well (seen in 3.7); were that to change, it must not pass as read.
fn nul(site: &Site) {
    let subject = format!("Anmeldung\0 AHV-Nr. {AHV}");
    let sent = letter("nul", &[STRANGER], &subject, "Guten Tag\n");
    let reply = site.send(Chroot, &sent);
    if reply.code == 250 {
        let plain = site
            .sink
            .wait(&sent.id(), std::time::Duration::from_secs(3));
        let plain = plain.map(|mail| String::from_utf8_lossy(mail.header()).into_owned());
        assert!(
            !plain.as_ref().is_some_and(|header| header.contains(AHV)),
            "{plain:?}"
        );
    } else {
        assert!(site.is_nowhere(&sent));
    }
}

fn injection(site: &Site) {
    let subject = "=?utf-8?Q?Post=0D=0AX-PII-Level:_public=0D=0ABcc:_x@evil.example?=";
    let sent = letter(
        "injection",
        &[STRANGER],
        subject,
        &format!("AHV-Nr. {AHV}\n"),
    );
    let arrived = site.deliver(Chroot, &sent, &site.relay);
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("confidential"));
    assert_eq!(arrived.all("Bcc"), Vec::<String>::new());
    assert_eq!(
        arrived.all("Subject").len(),
        1,
        "{:?}",
        arrived.all("Subject")
    );
    let names = |fields: Vec<(String, String)>| -> Vec<String> {
        let mut names: Vec<String> = fields
            .into_iter()
            .map(|(name, _)| name.to_lowercase())
            .collect();
        names.sort();
        names
    };
    assert_eq!(
        names(super::header_as_sent(&arrived)),
        names(super::header_of(&sent))
    );
    assert_eq!(arrived.to.len(), 1, "{:?}", arrived.to);
}

fn forged(site: &Site) {
    let mut sent = letter("forged", &[STRANGER], "Post", "Guten Tag\n");
    let forged = "X-PII-Level: restricted\r\nx-pii-level: internal\r\nX-PII-Milter: mail.example.ch; level=public\r\n\
                  X-PII-Route: plain\r\n";
    sent.bytes = [forged.as_bytes(), &sent.bytes].concat();
    let arrived = site.deliver(Chroot, &sent, &site.sink);
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("public"));
    assert_eq!(arrived.all("X-PII-Milter"), Vec::<String>::new());
    assert_eq!(arrived.all("X-PII-Route"), Vec::<String>::new());
}

fn no_value_in_log(site: &Site) {
    let canary = ahv(170_769_451);
    let body =
        format!("AHV-Nr. {canary}, Konto CH93 0076 2011 6238 5295 7, Karte 4111 1111 1111 1111\n");
    let sent = letter("canary", &[STRANGER], &format!("AHV {canary}"), &body);
    let arrived = site.deliver(Chroot, &sent, &site.relay);
    let refused = letter(
        "canary-refused",
        &[STRANGER],
        &format!("AHV {canary}"),
        &super::ten_numbers(),
    );
    let reply = site.send(Refusing, &refused);
    assert_eq!(reply.code, 550);
    let (_, id) = reply.text.rsplit_once(" (").unwrap();
    let logged = || {
        site.filter(Refusing)
            .log()
            .contains(id.trim_end_matches(')'))
            .then_some(())
    };
    assert!(
        wait_for(crate::mta::PATIENCE, logged).is_some(),
        "{}",
        site.filter(Refusing).log()
    );

    // The log of every filter of this run, ours to write; Postfix logs what the client says anyway.
    let log = site.filters_log();
    let level = arrived.only("X-PII-Level").unwrap_or_default();
    for value in [canary.as_str(), AHV, "CH93 0076", "4111 1111"] {
        let digits: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
        for text in [&log, &reply.text, &level] {
            let squeezed: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
            assert!(!squeezed.contains(&digits), "{value} stands in: {text}");
        }
    }
}
