// SPDX-License-Identifier: GPL-3.0-or-later
//! Takes argv in and gives an exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    pii_milter::command::run()
}
