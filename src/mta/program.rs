// SPDX-License-Identifier: GPL-3.0-or-later
//! Runs a program of the MTA and takes what it prints.

use std::ffi::OsStr;
use std::io;
use std::process::{Command, Stdio};

/// Where the MTA's programs stand when `PATH` is that of a plain user.
const FOLDERS: &str = "/usr/sbin:/usr/local/sbin:/sbin:/usr/lib/sendmail-bin";

/// What a program prints on standard output; bytes that are no UTF-8 are replaced.
///
/// # Errors
/// One sentence: it is not there, or it failed, with the last line it said.
pub fn run<A: AsRef<OsStr>>(program: &str, args: &[A]) -> Result<String, String> {
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new(program)
        .args(args)
        .current_dir("/")
        .stdin(Stdio::null())
        .env("PATH", format!("{path}:{FOLDERS}"))
        .env("LC_ALL", "C")
        .env_remove("MAIL_CONFIG")
        .output();
    let output = output.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            format!("there is no {program}(1) here; is Postfix installed on this machine?")
        }
        _ => format!("cannot run {program}: {error}"),
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = said.lines().rfind(|line| !line.trim().is_empty());
    let last = last.unwrap_or("it said nothing").trim();
    let prefix = format!("{program}: ");
    let last = last.strip_prefix(&prefix).unwrap_or(last);
    Err(format!("{program} failed: {last}"))
}
