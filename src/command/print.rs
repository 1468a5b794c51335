// SPDX-License-Identifier: GPL-3.0-or-later
//! Writes to standard output, whose reader may go away: `| head` is no fault.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::process;

use super::LATER;

/// Prints a line, as `println!` does, but without its panic where nobody reads on.
macro_rules! println {
    () => {{ $crate::command::print::line(format_args!("")); }};
    ($($words:tt)*) => {{ $crate::command::print::line(format_args!($($words)*)); }};
}

/// The same without the end of the line.
macro_rules! print {
    ($($words:tt)*) => {{ $crate::command::print::text(format_args!($($words)*)); }};
}

/// Writes a line; false where nobody reads on. Ends the program where writing fails otherwise.
pub fn line(words: Arguments<'_>) -> bool {
    text(format_args!("{words}\n"))
}

/// Writes text; false where nobody reads on. Ends the program where writing fails otherwise.
pub fn text(words: Arguments<'_>) -> bool {
    match io::stdout().lock().write_fmt(words) {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => false,
        Err(error) => {
            eprintln!("pii-milter: cannot write the output: {error}");
            process::exit(LATER.into());
        }
    }
}

/// Text without control characters other than line ends and tabs.
pub fn harmless(text: &str) -> String {
    let replace = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    text.replace(replace, "\u{fffd}")
}
