// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps a private mail site on loopback: Postfix or Sendmail, the sinks behind it, pii-milter beside it.
//!
//! The tests of `tests/mta.rs` and the demo use it. Nothing of the machine's own mail is touched.
#![allow(dead_code, reason = "the tests and the demo each use their part of it")]

pub mod dkim;
pub mod home;
pub mod milter;
pub mod postfix;
pub mod relays;
pub mod sendmail;
pub mod sink;
pub mod smtp;
pub mod unpacked;

use std::net::TcpListener;
use std::time::{Duration, Instant};

/// How long anything here may take to come up or to arrive.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What the cases ask of a mail server, whichever it is.
pub trait Mta: Send + Sync {
    /// What it has to say about mail that did not go the way it should.
    fn log(&self) -> String;
    /// The senders of the mails that it holds until somebody releases them.
    fn senders_held(&self) -> Vec<String>;
    /// The senders of the mails that it will try to deliver again.
    fn senders_deferred(&self) -> Vec<String>;
}

/// A port on loopback that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Asks again and again until there is an answer; `None` when patience ends.
pub fn wait_for<T>(patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + patience;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() > end {
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
