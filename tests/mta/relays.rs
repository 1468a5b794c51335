// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the shipped relay profiles into lines of the private Postfix, next hop on loopback.

use std::fs;

use super::home::Home;

/// What to add to Postfix's two files.
#[derive(Clone, Debug, Default)]
pub struct Relays {
    /// Lines of `main.cf`.
    pub main: String,
    /// Lines of `master.cf`.
    pub master: String,
}

/// The lines for Postfix, with the relay at that port of loopback.
pub fn postfix(home: &Home, port: u16) -> Relays {
    let map = home.path().join("etc/transport");
    fs::write(
        &map,
        format!("/\\.incamail\\.ch$/ smtp:[127.0.0.1]:{port}\n"),
    )
    .unwrap();
    Relays {
        main: format!("transport_maps = regexp:{}\n", map.display()),
        master: String::new(),
    }
}
