// SPDX-License-Identifier: GPL-3.0-or-later
//! Shows pii-milter at work: a private Postfix on loopback, a dozen mails, what became of each.
//!
//! `make demo` runs it. `demo send PORT MAIL.eml FROM TO...` sends a mail of one's own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a demo speaks to the terminal and ends where it cannot go on"
)]

#[path = "../../tests/mta/mod.rs"]
mod mta;
mod sample;
mod table;

use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use mta::home::Home;
use mta::milter::{self, Milter};
use mta::postfix::{Entrance, Postfix};
use mta::sink::Sink;
use mta::{Mta, free_port, relays, smtp};

/// Where the demo listens for mail, when that port is free.
const PORT: u16 = 2525;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => demo(),
        ["send", port, mail, from, ref to @ ..] if !to.is_empty() => send(port, mail, from, to),
        _ => {
            eprintln!("demo: write `demo`, or `demo send PORT MAIL.eml FROM TO...`");
            ExitCode::from(2)
        }
    }
}

/// Sends one mail and says what Postfix answered.
fn send(port: &str, mail: &str, from: &str, to: &[&str]) -> ExitCode {
    let (Ok(port), Ok(bytes)) = (port.parse(), std::fs::read(mail)) else {
        eprintln!("demo: {port} is no port, or {mail} cannot be read");
        return ExitCode::from(2);
    };
    let reply = smtp::send(port, &sample::letter(from, to, &bytes));
    println!("{} {}", reply.code, reply.text);
    ExitCode::from(u8::from(reply.code != 250))
}

/// A mail site for as long as the demo lasts.
pub struct Site {
    milter: Milter,
    postfix: Postfix,
    port: u16,
    sink: Sink,
    relay: Sink,
}

fn demo() -> ExitCode {
    if !rustix::process::geteuid().is_root() {
        eprintln!("demo: Postfix needs root: run it by `make demo`, which asks sudo");
        return ExitCode::from(2);
    }
    println!(
        "Starting a private Postfix on loopback, pii-milter beside it, and two mail sinks ..."
    );
    let site = start();
    let outcomes: Vec<_> = sample::all()
        .iter()
        .map(|sample| sample.run(&site))
        .collect();
    println!("{}", table::of(&outcomes));
    let wrong: Vec<_> = outcomes
        .iter()
        .filter(|outcome| !outcome.is_as_explained())
        .collect();
    for outcome in &wrong {
        println!("NOT AS EXPLAINED: {}", outcome.name());
        println!("{}", outcome.logged(&site.postfix.log()));
    }
    if wrong.is_empty() {
        println!("All {} went the way that `explain` says.", outcomes.len());
    }
    if std::env::var_os("DEMO_ONCE").is_none() {
        stay(&site);
    }
    drop(site);
    println!("Stopped and cleared away.");
    ExitCode::from(u8::from(!wrong.is_empty()))
}

fn start() -> Site {
    let home = Arc::new(Home::new("demo"));
    let (sink, relay) = (Sink::start(), Sink::start());
    milter::install(&home);
    let (milter, socket) = milter::socket_in_chroot(&home);
    let listen = format!("unix:{}", socket.display());
    let is_free = TcpListener::bind(("127.0.0.1", PORT)).is_ok();
    let port = if is_free { PORT } else { free_port() };
    let relays = relays::to_sink(&home, relay.port());
    let entrances = [Entrance { port, milter }];
    let postfix = Postfix::start(&home, &entrances, sink.port(), &relays.main, &relays.master);
    let own = format!("submit: smtp:127.0.0.1:{}", relays.submit);
    let config = milter::enforcing(&listen).replace("submit: smtp:127.0.0.1:10026", &own);
    let milter = Milter::start(&home, "demo", &config, &listen);
    Site {
        milter,
        postfix,
        port,
        sink,
        relay,
    }
}

fn say_how_to_go_on(site: &Site) {
    let demo = std::env::current_exe().unwrap();
    let (demo, program) = (demo.display(), milter::program());
    let (program, config) = (program.display(), site.milter.config().display());
    let (port, state) = (site.port, site.milter.state().display());
    println!(
        "
It stays up until Ctrl-C. Send a mail of your own (what arrives is told here):
  {demo} send {port} MAIL.eml petra.keller@example.ch someone@kunde.example
or by any mail program with the SMTP server 127.0.0.1, port {port}, no password.

Ask what would happen to it, and why:
  {program} --config {config} explain MAIL.eml --client 127.0.0.1 --from petra.keller@example.ch --to someone@kunde.example

See what waits for a person, and let it go:
  STATE_DIRECTORY={state} {program} cases list
  STATE_DIRECTORY={state} {program} cases release Q-...

Look at the shipped table, which is in force here: {config}
"
    );
}

/// Says how to go on, then tells what arrives until somebody asks to end.
fn stay(site: &Site) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).unwrap();
        let mut terminate = signal(SignalKind::terminate()).unwrap();
        // Only now: who reads it may press Ctrl-C.
        say_how_to_go_on(site);
        let mut seen = [site.sink.mails().len(), site.relay.mails().len()];
        loop {
            tokio::select! {
                _ = interrupt.recv() => break,
                _ = terminate.recv() => break,
                () = tokio::time::sleep(Duration::from_millis(200)) => {}
            }
            for (at, name, sink) in [
                (0, "in plain", &site.sink),
                (1, "at the relay", &site.relay),
            ] {
                for mail in &sink.mails()[seen[at]..] {
                    println!("arrived {name}: {}", table::arrival(mail));
                    seen[at] += 1;
                }
            }
        }
    });
    println!();
}

/// The folder of the sample mails.
fn samples() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples"))
}
