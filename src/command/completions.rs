// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the list of verbs and options into a shell's completions.

use std::io;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Stop, WELL};

/// Print what a shell needs to complete our command lines (the packages install it).
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell.
    shell: Shell,
}

/// Runs the verb.
pub fn run(args: &Args) -> Result<u8, Stop> {
    let name = env!("CARGO_PKG_NAME");
    clap_complete::generate(args.shell, &mut shown(), name, &mut io::stdout());
    Ok(WELL)
}

/// The command line without its hidden verbs: the generator would offer them.
fn shown() -> Command {
    let all = Cli::command();
    let verbs = all.get_subcommands().filter(|verb| !verb.is_hide_set());
    Command::new(env!("CARGO_PKG_NAME"))
        .args(all.get_arguments().cloned())
        .subcommands(verbs.cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shown_verb_is_completed_and_no_hidden_one() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut shown(), "pii-milter", &mut text);
            let text = String::from_utf8(text).unwrap();
            assert!(text.contains("explain") && text.contains("config"));
            assert!(!text.contains("worker") && !text.contains("completions "));
        }
    }
}
