// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds the folders in which the program keeps what is its own.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What the folders of the program are called.
const NAME: &str = "pii-milter";

/// Where the packaged service keeps what outlives it.
const STATE: &str = "/var/lib/pii-milter";

/// The service manager makes this one for the packaged service.
const RUNTIME: &str = "/run/pii-milter";

/// Where what outlives the process is kept: `$STATE_DIRECTORY`, else `$XDG_STATE_HOME/pii-milter`, else
/// `~/.local/state/pii-milter`. `None` where none of them is set.
pub fn state() -> Option<PathBuf> {
    let xdg = || absolute("XDG_STATE_HOME").map(|folder| folder.join(NAME));
    let home = || absolute("HOME").map(|home| home.join(".local/state").join(NAME));
    first("STATE_DIRECTORY").or_else(xdg).or_else(home)
}

/// The same for who looks at what a daemon keeps: `$STATE_DIRECTORY`, else the packaged service's where he
/// may look into that, else his own.
pub fn packaged_state() -> Option<PathBuf> {
    let packaged = || {
        let is_there = std::fs::read_dir(STATE).is_ok();
        is_there.then(|| PathBuf::from(STATE))
    };
    first("STATE_DIRECTORY").or_else(packaged).or_else(state)
}

/// Where sockets are that end with the process: `$RUNTIME_DIRECTORY`, else `/run/pii-milter` where it is and
/// `$STATE_DIRECTORY` is not set, else the state directory.
pub fn runtime() -> Option<PathBuf> {
    let packaged = || {
        let is_there = Path::new(RUNTIME).is_dir() && env::var_os("STATE_DIRECTORY").is_none();
        is_there.then(|| PathBuf::from(RUNTIME))
    };
    first("RUNTIME_DIRECTORY").or_else(packaged).or_else(state)
}

fn absolute(variable: &str) -> Option<PathBuf> {
    let value: OsString = env::var_os(variable)?;
    Some(PathBuf::from(value)).filter(|path| path.is_absolute())
}

/// The first of several folders, which systemd divides by colons.
fn first(variable: &str) -> Option<PathBuf> {
    let value = env::var(variable).ok()?;
    let first = value.split(':').next()?;
    Some(PathBuf::from(first)).filter(|path| path.is_absolute())
}
