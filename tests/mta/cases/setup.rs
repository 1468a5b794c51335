// SPDX-License-Identifier: GPL-3.0-or-later
//! What `setup` does to a Postfix of its own that never heard of the filter.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use super::{Case, Site};
use crate::mta::home::Home;
use crate::mta::milter::{self, Milter};
use crate::mta::postfix::Postfix;
use crate::mta::sink::Sink;
use crate::mta::{Mta, PATIENCE, free_port, wait_for};

pub const CASES: &[Case] = &[("setup_hooks_the_filter_into_postfix", hooks)];

fn setup(config: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(milter::program());
    command
        .arg("--config")
        .arg(config)
        .arg("setup")
        .args(arguments);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn hooks(_site: &Site) {
    let (sink, home) = (Sink::start(), Arc::new(Home::new("mta-setup")));
    milter::install(&home);
    let (_, socket) = milter::socket_in_chroot(&home);
    let port = free_port();
    let service = format!("127.0.0.1:{port} inet n - y - - smtpd\n");
    let postfix = Postfix::start(&home, &[], sink.port(), "", &service);
    let etc = home.path().join("etc");
    let before = fs::read_to_string(etc.join("main.cf")).unwrap();
    let config = home.path().join("run/written.yaml");

    let etc_name = etc.display().to_string();
    let answers = [
        "--domains",
        "example.ch",
        "--networks",
        "loopback",
        "--mta",
        "postfix",
        "--postfix",
        &etc_name,
        "--relay",
        "none",
        "--log",
        "stderr",
        "--apply",
    ];
    let done = setup(&config, &answers);
    let said = text(&done.stdout);
    assert!(done.status.success(), "{said}{}", text(&done.stderr));
    assert!(said.contains("postfix check: no fault"), "{said}");

    // A second time nothing is written.
    let again = setup(&config, &answers);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("is there already, so nothing was changed"));

    // What it wrote is what the daemon runs with, and where Postfix looks.
    let written = fs::read_to_string(&config).unwrap();
    assert!(
        written.contains(&format!("listen: unix:{} ", socket.display())),
        "{written}"
    );
    let filter = Milter::start(
        &home,
        "setup",
        &written,
        &format!("unix:{}", socket.display()),
    );
    let reload = Command::new("postfix")
        .arg("-c")
        .arg(&etc)
        .arg("reload")
        .output();
    assert!(reload.unwrap().status.success());

    let server = format!("127.0.0.1:{port}");
    let address = "anna.muster@example.ch";
    let tried = wait_for(PATIENCE, || {
        let tried = setup(&config, &["--try", address, "--smtp", &server]);
        tried.status.success().then_some(tried)
    });
    let tried = tried.unwrap_or_else(|| panic!("{}\n{}", postfix.log(), filter.log()));
    assert!(
        text(&tried.stdout).contains("\n  250 2.0.0 Ok: queued as "),
        "{tried:?}"
    );
    let seen = wait_for(PATIENCE, || filter.log().contains("ch.ahv:1").then_some(()));
    assert!(seen.is_some(), "{}", filter.log());

    // Postfix's user must be able to write to the socket, and `check mta` sees whether he can.
    let find = || {
        let mut command = Command::new(milter::program());
        command
            .arg("--config")
            .arg(&config)
            .args(["check", "mta", "--json", "--postfix"]);
        text(&command.arg(&etc).output().unwrap().stdout)
    };
    let found = find();
    assert!(
        found.contains(r#""rule":"#) && !found.contains("socket-mode"),
        "{found}"
    );
    assert!(!found.contains(r#""rule":"entrance""#), "{found}");
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(find().contains("may not write to the socket"), "{}", find());

    // Away, the answer is "later", and setup says what that means.
    drop(filter);
    let tried = setup(&config, &["--try", address, "--smtp", &server]);
    assert_eq!(tried.status.code(), Some(1), "{tried:?}");
    assert!(text(&tried.stdout).contains("Not now."), "{tried:?}");

    // The line that undoes it.
    let undo = said
        .lines()
        .find_map(|line| line.strip_prefix("To undo:  cp "))
        .unwrap();
    let kept = undo.split(' ').next().unwrap();
    assert_eq!(fs::read_to_string(kept).unwrap(), before);
    assert_ne!(fs::read_to_string(etc.join("main.cf")).unwrap(), before);
}
