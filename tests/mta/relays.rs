// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the shipped relay profiles into lines of the private MTA, by `relays render`.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::home::Home;
use super::sendmail::Lines;
use super::{free_port, milter};

/// What to add to Postfix's two files. Both name further files, which stand beside them.
#[derive(Clone, Debug, Default)]
pub struct Relays {
    /// Lines of `main.cf`.
    pub main: String,
    /// Lines of `master.cf`.
    pub master: String,
    /// The port of our own entry.
    pub submit: u16,
}

/// The lines as rendered.
///
/// # Panics
/// Where the program does not render.
pub fn rendered(home: &Home) -> Relays {
    of_config(home, None)
}

/// The lines for the relays of that configuration; of the built-in one where there is none.
pub fn of_config(home: &Home, config: Option<&Path>) -> Relays {
    let submit = render(home, "postfix", config);
    Relays {
        main: read(home, "pii-milter-main.cf"),
        master: read(home, "pii-milter-master.cf"),
        submit,
    }
}

/// The lines for Sendmail as rendered, but for the relay's address: it is loopback, and the port of
/// Sendmail's mailer `relay`. The maps stand where the lines say.
pub fn sendmail(home: &Home, next_hop: u16, relay: u16) -> Lines {
    let submit = render(home, "sendmail", None);
    replace(
        home,
        "pii-milter-mailertable",
        "relay:[im.post.ch]",
        "relay:[127.0.0.1]",
    );
    Lines {
        features: read(home, "pii-milter.mc"),
        mailers: String::new(),
        next_hop,
        relay,
        submit,
    }
}

/// The same without the demands on TLS, which a sink does not speak.
pub fn sendmail_to_sink(home: &Home, next_hop: u16, relay: u16) -> Lines {
    let lines = sendmail(home, next_hop, relay);
    fs::write(home.path().join("etc/pii-milter-access"), "").unwrap();
    lines
}

/// Replaces what stands exactly once in a rendered file.
pub fn replace(home: &Home, name: &str, from: &str, to: &str) {
    let text = read(home, name);
    assert_eq!(text.matches(from).count(), 1, "{from} in {text}");
    fs::write(home.path().join("etc").join(name), text.replace(from, to)).unwrap();
}

/// A rendered file.
pub fn read(home: &Home, name: &str) -> String {
    fs::read_to_string(home.path().join("etc").join(name)).unwrap()
}

/// Runs the program under test. Its entry for what we send gets a port that is free here; this is it.
pub fn render(home: &Home, mta: &str, config: Option<&Path>) -> u16 {
    let mut command = Command::new(milter::program());
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    command
        .args(["relays", "render", mta, "--dir"])
        .arg(home.path().join("etc"));
    let run = command.output().unwrap();
    assert!(
        run.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    let submit = free_port();
    match mta {
        "postfix" => {
            let here = format!("127.0.0.1:{submit} inet");
            replace(home, "pii-milter-master.cf", "127.0.0.1:10026 inet", &here);
        }
        _ => replace(
            home,
            "pii-milter.mc",
            "Port=10026",
            &format!("Port={submit}"),
        ),
    }
    submit
}

/// The lines with the relay at that port of loopback, without the TLS that a sink does not speak,
/// and with a border that lets our fields through, so that they can be looked at.
pub fn to_sink(home: &Home, port: u16) -> Relays {
    let Relays {
        main,
        master,
        submit,
    } = rendered(home);
    let here = format!("incamail:[127.0.0.1]:{port}");
    replace(
        home,
        "pii-milter-transport.pcre",
        "incamail:[im.post.ch]:25",
        &here,
    );

    let is_border = |line: &str| line.contains("header_checks");
    let main = main.lines().filter(|line| !is_border(line));
    let master = master
        .lines()
        .filter(|line| !is_border(line) && !line.contains("smtp_tls_"));
    let joined = |lines: Vec<&str>| lines.join("\n") + "\n";
    Relays {
        main: joined(main.collect()),
        master: joined(master.collect()),
        submit,
    }
}
