// SPDX-License-Identifier: GPL-3.0-or-later
//! F4 to F6: the store is full, gone, or fails; the index is locked. Mail that needs them is put off, clean mail flows.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::ledger::{self, letter};
use crate::mta::milter::Milter;
use crate::mta::smtp;
use crate::site::{Door, Site};
use crate::{Fault, is_full};

pub const FAULTS: &[Fault] = &[
    (
        "f4_a_full_store_puts_off_what_has_to_wait_and_nothing_else",
        full,
    ),
    ("f5_a_store_that_cannot_be_written_puts_off", read_only),
    ("f5_writes_that_fail_leave_nothing_half_done", failing),
];

pub const SLOW: &[Fault] = &[("f6_a_locked_index_delays_and_then_puts_off", locked)];

/// A file system of its own, unmounted when dropped.
struct Mount(PathBuf);

impl Mount {
    /// Of so many bytes, for the user of the daemon.
    fn at(path: PathBuf, size: &str) -> Self {
        fs::create_dir_all(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args([
            "-t",
            "tmpfs",
            "-o",
            &format!("size={size},mode=700"),
            "none",
        ]);
        assert!(
            mount.arg(&path).status().unwrap().success(),
            "no file system can be mounted here"
        );
        Self(path)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().ok();
    }
}

/// What a mail that has to wait is told, and a clean one.
fn told(door: &Door<'_>, name: &str) -> (u16, u16) {
    let waits = smtp::send(door.port, &letter(&format!("{name}-waits"), true));
    let clean = smtp::send(door.port, &letter(&format!("{name}-clean"), false));
    (waits.code, clean.code)
}

/// After the fault: everything is taken, and nothing is lost or doubled.
fn recovers(door: &Door<'_>, daemon: &Milter, name: &str) {
    let after = ledger::send(door.port, name, 6, 3);
    let wrong = after.violations(&door.site.sink, daemon, &door.state(name));
    assert_eq!(wrong, Vec::<String>::new(), "{}", daemon.log());
    assert_eq!(after.retries(), 0, "{}", daemon.log());
}

fn full(site: &Site) {
    let door = site.door();
    let size = if is_full() { "64m" } else { "4m" };
    let mount = Mount::at(door.state("full"), size);
    let daemon = door.daemon("full");
    assert_eq!(told(&door, "full-before"), (250, 250));
    let junk = mount.0.join("junk");
    let mut file = File::create(&junk).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    drop(file);
    assert_eq!(told(&door, "full-while"), (451, 250), "{}", daemon.log());
    assert!(
        daemon
            .log()
            .contains("messages that have to wait are put off"),
        "{}",
        daemon.log()
    );
    fs::remove_file(junk).unwrap();
    recovers(&door, &daemon, "full");
}

fn read_only(site: &Site) {
    let door = site.door();
    let daemon = door.daemon("read-only");
    assert_eq!(told(&door, "read-only-before"), (250, 250));
    let held = door.state("read-only").join("held");
    fs::set_permissions(&held, Permissions::from_mode(0o500)).unwrap();
    assert_eq!(
        told(&door, "read-only-while"),
        (451, 250),
        "{}",
        daemon.log()
    );
    fs::set_permissions(&held, Permissions::from_mode(0o700)).unwrap();
    recovers(&door, &daemon, "read-only");
}

fn failing(site: &Site) {
    let door = site.door();
    let daemon = door.daemon_with("failing", &[("PII_MILTER_FAIL_WRITE", "3")]);
    let (count, connections) = if is_full() { (200, 50) } else { (12, 4) };
    let ledger = ledger::send(door.port, "failing", count, connections);
    assert!(ledger.retries() > 0, "no write failed");
    let wrong = ledger.violations(&site.sink, &daemon, &door.state("failing"));
    println!(
        "F5: every third write fails, {count} mails, violations {}",
        wrong.len()
    );
    assert_eq!(wrong, Vec::<String>::new());
}

fn locked(site: &Site) {
    let door = site.door();
    let daemon = door.daemon("locked");
    assert_eq!(told(&door, "locked-before"), (250, 250));
    let index = Connection::open(door.state("locked").join("cases.db")).unwrap();
    for (name, seconds, expected) in [("short", 3, (250, 250)), ("long", 40, (451, 250))] {
        index.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let begin = Instant::now();
        std::thread::scope(|scope| {
            let told = scope.spawn(|| told(&door, &format!("locked-{name}")));
            sleep(Duration::from_secs(seconds).saturating_sub(begin.elapsed()));
            index.execute_batch("COMMIT").unwrap();
            assert_eq!(told.join().unwrap(), expected, "{name}\n{}", daemon.log());
        });
    }
    drop(index);
    recovers(&door, &daemon, "locked");
}
