// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the shipped relay profiles into lines of the private Postfix, by `relays render`.

use std::fs;
use std::process::Command;

use super::home::Home;
use super::milter;

/// What to add to Postfix's two files. Both name further files, which stand beside them.
#[derive(Clone, Debug, Default)]
pub struct Relays {
    /// Lines of `main.cf`.
    pub main: String,
    /// Lines of `master.cf`.
    pub master: String,
}

/// The lines as rendered.
///
/// # Panics
/// Where the program does not render.
pub fn rendered(home: &Home) -> Relays {
    let etc = home.path().join("etc");
    let mut command = Command::new(milter::program());
    let run = command
        .args(["relays", "render", "postfix", "--dir"])
        .arg(&etc)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    let read = |name| fs::read_to_string(etc.join(name)).unwrap();
    Relays {
        main: read("pii-milter-main.cf"),
        master: read("pii-milter-master.cf"),
    }
}

/// The lines with the relay at that port of loopback, without the TLS that a sink does not speak,
/// and with a border that lets our fields through, so that they can be looked at.
pub fn to_sink(home: &Home, port: u16) -> Relays {
    let Relays { main, master } = rendered(home);
    let map = home.path().join("etc/pii-milter-transport.pcre");
    let routes = fs::read_to_string(&map).unwrap();
    let (next_hop, here) = (
        "incamail:[im.post.ch]:25",
        format!("incamail:[127.0.0.1]:{port}"),
    );
    assert_eq!(routes.matches(next_hop).count(), 1, "{routes}");
    fs::write(&map, routes.replace(next_hop, &here)).unwrap();

    let is_border = |line: &str| line.contains("header_checks");
    let main = main.lines().filter(|line| !is_border(line));
    let master = master
        .lines()
        .filter(|line| !is_border(line) && !line.contains("smtp_tls_"));
    let joined = |lines: Vec<&str>| lines.join("\n") + "\n";
    Relays {
        main: joined(main.collect()),
        master: joined(master.collect()),
    }
}
