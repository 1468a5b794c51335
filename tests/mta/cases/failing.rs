// SPDX-License-Identifier: GPL-3.0-or-later
//! What happens when the filter, or a worker of it, is not what it should be.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use super::Door::{Chroot, Leaving, Mortal, Nobody, Reload, Workers};
use super::{AHV, Case, STRANGER, Site, letter};
use crate::mta::milter::{is_running, signal};
use crate::mta::smtp::Client;
use crate::mta::{PATIENCE, wait_for};

pub const CASES: &[Case] = &[
    (
        "the_filter_and_its_socket_belong_to_an_unprivileged_user",
        unprivileged,
    ),
    ("without_a_filter_the_answer_is_4xx", nobody_listens),
    (
        "a_filter_that_is_killed_means_4xx_and_nothing_leaves",
        killed,
    ),
    (
        "a_filter_that_is_asked_to_end_lets_open_messages_finish",
        drained,
    ),
    (
        "a_bad_policy_changes_nothing_and_a_good_one_counts",
        reloaded,
    ),
    (
        "a_killed_worker_is_replaced_and_its_message_is_not_clean",
        worker_killed,
    ),
];

fn unprivileged(site: &Site) {
    let filter = site.filter(Chroot);
    assert_ne!(filter.user(), 0);
    let socket = fs::metadata(&site.socket).unwrap();
    assert!(socket.file_type().is_socket());
    assert_eq!(socket.uid(), filter.user());
    let folder = fs::metadata(site.socket.parent().unwrap()).unwrap();
    assert_eq!(
        socket.gid(),
        folder.gid(),
        "the group of the socket is postfix"
    );
    // Postfix may connect, nobody else.
    assert_eq!(socket.mode() & 0o020, 0o020, "{:o}", socket.mode());
    assert_eq!(
        (socket.mode() | folder.mode()) & 0o007,
        0,
        "{:o}",
        socket.mode()
    );
    assert!(!filter.workers().is_empty());
}

fn nobody_listens(site: &Site) {
    let sent = letter("nobody", &[STRANGER], "Post", "Guten Tag\n");
    let reply = site.send(Nobody, &sent);
    assert_eq!(reply.code / 100, 4, "{reply:?}");
    assert!(site.is_nowhere(&sent));
}

fn killed(site: &Site) {
    let mut filter = site.new_filter(Mortal);
    let workers = filter.workers();
    let sent = letter("killed", &[STRANGER], "Post", "Guten Tag\n");
    let (mut client, _) = Client::connect(site.port(Mortal));
    client.command("EHLO client.example.ch");
    // The worker waits, so that the filter dies with the message in its hands.
    workers.iter().for_each(|pid| signal(*pid, Signal::STOP));
    client.hand_in(&sent).unwrap();
    thread::sleep(Duration::from_millis(500));
    filter.kill();
    let reply = client.reply();
    assert_eq!(reply.code / 100, 4, "{reply:?}");
    assert!(site.is_nowhere(&sent));
    // Its workers end with it, although they are stopped and see nothing.
    let gone = || workers.iter().all(|pid| !is_running(*pid)).then_some(());
    assert!(
        wait_for(PATIENCE, gone).is_some(),
        "workers outlive the filter"
    );

    let again = site.send(Mortal, &sent);
    assert_eq!(again.code / 100, 4, "{again:?}");
    drop(filter);
    let _another = site.new_filter(Mortal);
    site.deliver(Mortal, &sent, &site.sink);
}

fn drained(site: &Site) {
    let filter = site.new_filter(Leaving);
    let workers = filter.workers();
    let sent = letter("drained", &[STRANGER], "Post", "Guten Tag\n");
    let (mut client, _) = Client::connect(site.port(Leaving));
    client.command("EHLO client.example.ch");
    workers.iter().for_each(|pid| signal(*pid, Signal::STOP));
    client.hand_in(&sent).unwrap();
    thread::sleep(Duration::from_millis(500));
    signal(filter.pid(), Signal::TERM);
    thread::sleep(Duration::from_millis(500));
    workers.iter().for_each(|pid| signal(*pid, Signal::CONT));
    let reply = client.reply();
    assert_eq!(reply.code, 250, "{reply:?}\n{}", filter.log());
    let arrived = site.sink.wait(&sent.id(), PATIENCE).expect("delivered");
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("public"));
    assert!(wait_for(PATIENCE, || (!is_running(filter.pid())).then_some(())).is_some());
}

fn reloaded(site: &Site) {
    let filter = site.filter(Reload);
    let good = fs::read_to_string(filter.config()).unwrap();
    let line = "    stranger:   [ plain,   incamail,  incamail,      hold       ]";
    let sentence = "  plain:    []\n  refuse: [ reject: 5.7.1 No ]\n";
    let stricter = good.replacen("  plain:    []\n", sentence, 1).replace(
        line,
        "    stranger:   [ plain,   incamail,  refuse,        hold       ]",
    );
    assert_ne!(good, stricter);
    let bad = stricter.replace("refuse,        hold", "refusse,        hold");
    let mail = |case: &str| letter(case, &[STRANGER], "Eintritt", &format!("AHV-Nr. {AHV}\n"));

    let before = filter.log().len();
    fs::write(filter.config(), bad).unwrap();
    signal(filter.pid(), Signal::HUP);
    let said = wait_for(PATIENCE, || {
        filter.log()[before..].contains("refusse").then_some(())
    });
    assert!(
        said.is_some(),
        "the log does not tell what is wrong: {}",
        filter.log()
    );
    site.deliver(Reload, &mail("reload-bad"), &site.relay);

    fs::write(filter.config(), stricter).unwrap();
    signal(filter.pid(), Signal::HUP);
    let mut round = 0;
    let taken = wait_for(PATIENCE, || {
        round += 1;
        (site
            .send(Reload, &mail(&format!("reload-good-{round}")))
            .code
            == 550)
            .then_some(())
    });
    assert!(taken.is_some(), "{}", filter.log());
}

fn worker_killed(site: &Site) {
    let filter = site.filter(Workers);
    // Idle: nobody notices.
    let workers = filter.workers();
    workers.iter().for_each(|pid| signal(*pid, Signal::KILL));
    // One that is still dying would be given the message, which then counts as unreadable.
    let are_dead = || (!workers.iter().any(|pid| is_running(*pid))).then_some(());
    wait_for(PATIENCE, are_dead).expect("they end");
    let sent = letter("worker-idle", &[STRANGER], "Post", "Guten Tag\n");
    let arrived = site.deliver(Workers, &sent, &site.sink);
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("public"));

    // With a message in its hands: that one was not read, so it is not clean.
    let workers = filter.workers();
    workers.iter().for_each(|pid| signal(*pid, Signal::STOP));
    let sent = letter("worker-busy", &[STRANGER], "Post", "Guten Tag\n");
    let (mut client, _) = Client::connect(site.port(Workers));
    client.command("EHLO client.example.ch");
    client.hand_in(&sent).unwrap();
    thread::sleep(Duration::from_millis(500));
    workers.iter().for_each(|pid| signal(*pid, Signal::KILL));
    assert_eq!(client.reply().code, 250);
    let arrived = site.relay.wait(&sent.id(), PATIENCE).expect("by the relay");
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("confidential"));

    // And the next one is read as ever.
    let sent = letter("worker-after", &[STRANGER], "Post", "Guten Tag\n");
    let arrived = site.deliver(Workers, &sent, &site.sink);
    assert_eq!(arrived.only("X-PII-Level").as_deref(), Some("public"));
}
