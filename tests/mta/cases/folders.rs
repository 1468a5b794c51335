// SPDX-License-Identifier: GPL-3.0-or-later
//! The folders of `tests/cases` that say what arrives, sent through Postfix.

use std::collections::BTreeMap;

use super::Door::Chroot;
use super::relaying::decoded;
use super::{Case, Site};
use crate::case;
use crate::mta::smtp::Letter;
use crate::mta::{PATIENCE, wait_for};

pub const CASES: &[Case] = &[("the_case_folders_arrive_as_they_say", arrive)];

/// The field by which a mail is known again.
const NAME: &str = "X-Case";

fn arrive(site: &Site) {
    let all = case::all().into_iter();
    let cases: Vec<_> = all.filter(|case| case.expected.arrives.is_some()).collect();
    assert!(
        cases.len() >= 10,
        "{} case folders say what arrives",
        cases.len()
    );
    for case in &cases {
        let envelope = &case.expected.envelope;
        assert!(
            envelope.client.is_loopback(),
            "{}: only loopback can be had here",
            case.name
        );
        let letter = Letter {
            from: envelope.from.clone(),
            from_args: "BODY=8BITMIME".into(),
            to: envelope
                .to
                .iter()
                .map(|to| (to.clone(), String::new()))
                .collect(),
            bytes: [
                format!("{NAME}: {}\r\n", case.name).into_bytes(),
                case.raw(),
            ]
            .concat(),
        };
        let code = if case.expected.arrives == Some(BTreeMap::new()) {
            550
        } else {
            250
        };
        let reply = site.send(Chroot, &letter);
        assert_eq!(reply.code, code, "{}: {reply:?}", case.name);
    }
    for case in &cases {
        let expected = case.expected.arrives.as_ref();
        let all = wait_for(PATIENCE, || {
            (Some(&arrived(site, &case.name)) == expected).then_some(())
        });
        assert!(
            all.is_some(),
            "{}: {:?}, not {expected:?}",
            case.name,
            arrived(site, &case.name)
        );
    }
}

/// Subject by recipient of what came of that case.
fn arrived(site: &Site, name: &str) -> BTreeMap<String, String> {
    let mails = [site.sink.mails(), site.relay.mails()].concat();
    let mails = mails
        .into_iter()
        .filter(|mail| mail.only(NAME).as_deref() == Some(name));
    let subjects = mails.flat_map(|mail| {
        let subject = decoded(&mail.only("Subject").unwrap_or_default());
        let paths = mail.to.into_iter();
        let addresses = paths.map(|path| path.split(['<', '>']).nth(1).unwrap().to_owned());
        addresses
            .map(|address| (address, subject.clone()))
            .collect::<Vec<_>>()
    });
    subjects.collect()
}
