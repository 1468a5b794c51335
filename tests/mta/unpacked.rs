// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the name of a program that `tests/install.sh` has unpacked into a command that finds its libraries.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Where the packages are unpacked, as `tests/install.sh` has it.
pub fn folder() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty());
    let cache = cache.map(PathBuf::from);
    let cache =
        cache.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"));
    let folder = cache.join("pii-milter/debian");
    assert!(
        folder.join("complete").exists(),
        "{} is not there: `make test` unpacks Sendmail and OpenDKIM into it",
        folder.display()
    );
    folder
}

/// The program with that path below the folder (`usr/sbin/opendkim`), run by another one: its libraries
/// are named to it alone, and it sees nothing else of our environment.
pub fn command(runner: &[&str], program: &str) -> Command {
    let folder = folder();
    let mut libraries = Vec::new();
    for lib in ["usr/lib", "lib"].map(|lib| folder.join(lib)) {
        let below = fs::read_dir(&lib).into_iter().flatten().flatten();
        libraries.extend(below.map(|entry| entry.path()).filter(|path| path.is_dir()));
        libraries.push(lib);
    }
    let libraries: Vec<&str> = libraries.iter().filter_map(|path| path.to_str()).collect();
    let mut command = match runner {
        [] => Command::new(folder.join(program)),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(folder.join(program));
            command
        }
    };
    command
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LD_LIBRARY_PATH", libraries.join(":"))
        .current_dir("/");
    command
}
