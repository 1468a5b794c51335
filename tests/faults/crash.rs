// SPDX-License-Identifier: GPL-3.0-or-later
//! F1: the daemon is killed, as by SIGKILL, at each point between the message and its answer.

use std::thread::sleep;
use std::time::Duration;

use crate::ledger;
use crate::mta::{Mta, PATIENCE, wait_for};
use crate::site::Site;
use crate::{Fault, rounds};

pub const FAULTS: &[Fault] = &[
    ("f1_a_kill_before_the_message_is_written", |site| {
        killed(site, "before-blob");
    }),
    ("f1_a_kill_before_the_answer", |site| {
        killed(site, "before-reply");
    }),
];

/// The points between these two: `tests/milter` kills there too, without Postfix.
pub const SLOW: &[Fault] = &[
    ("f1_a_kill_after_the_message_is_synced", |site| {
        killed(site, "after-fsync");
    }),
    ("f1_a_kill_after_the_message_has_its_name", |site| {
        killed(site, "after-rename");
    }),
    ("f1_a_kill_after_the_case_is_committed", |site| {
        killed(site, "after-commit");
    }),
];

/// Mails and connections of a round, the n-th held message that is the last, and how long nobody is there.
type Size = (usize, usize, u32, Duration);

const SHORT: Size = (12, 6, 2, Duration::ZERO);
const FULL: Size = (200, 50, 27, Duration::from_secs(1));

fn killed(site: &Site, point: &str) {
    let (count, connections, nth, away) = rounds().map_or(SHORT, |_| FULL);
    let rounds = rounds().unwrap_or(1);
    let door = site.door();
    let (mut longest, mut retries, mut violations) = (Duration::ZERO, 0, Vec::new());
    for round in 0..rounds {
        let name = format!("{point}-{round}");
        let crash = format!("{point}:{nth}");
        let mut first = door.daemon_with(&name, &[("PII_MILTER_CRASH", &crash)]);
        let (ledger, second) = std::thread::scope(|scope| {
            let port = door.port;
            let sending = scope.spawn({
                let name = &name;
                move || ledger::send(port, name, count, connections)
            });
            let ended = wait_for(4 * PATIENCE, || first.has_ended().then_some(()));
            assert!(ended.is_some(), "{point} was not reached\n{}", first.log());
            sleep(away);
            let second = door.daemon(&name);
            (sending.join().unwrap(), second)
        });
        let refused = ledger
            .entries
            .iter()
            .filter(|entry| entry.taken.is_none())
            .count();
        let logs = || format!("{}\n{}", second.log(), site.postfix.log());
        assert_eq!(refused, 0, "{name}: mails that nobody took\n{}", logs());
        violations.extend(ledger.violations(&site.sink, &second, &door.state(&name)));
        longest = longest.max(ledger.outage());
        retries += ledger.retries();
    }
    println!(
        "F1 {point}: {rounds} rounds of {count} mails on {connections} connections, {retries} second tries, \
         longest outage {:.1} s, violations {}",
        longest.as_secs_f64(),
        violations.len()
    );
    assert_eq!(violations, Vec::<String>::new(), "{point}");
}
