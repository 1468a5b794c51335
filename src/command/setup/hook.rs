// SPDX-License-Identifier: GPL-3.0-or-later
//! Hooks the filter into the MTA: the lines, and for Postfix the change itself.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::{Stop, UNUSABLE};
use super::answers::{Answers, Mta, Relay};
use super::beside;
use crate::mta;
use crate::units::Endpoint;

/// Where Postfix has its configuration unless somebody says otherwise.
const FOLDER: &str = "/etc/postfix";

/// The lists of Postfix that the filter belongs into.
const LISTS: [&str; 2] = ["smtpd_milters", "non_smtpd_milters"];

/// Where the filter is to listen: with Postfix inside its queue folder, which a chrooted smtpd sees.
pub fn listen(answers: &Answers) -> Result<Endpoint, Stop> {
    if answers.mta != Mta::Postfix {
        return Ok(Endpoint::Inet {
            host: "127.0.0.1".into(),
            port: 8894,
        });
    }
    let queue = mta::postfix_queue(&answers.postfix);
    let queue = queue.map_err(|error| Stop(UNUSABLE, format!("{error}; or say --mta none")))?;
    Ok(Endpoint::Unix(queue.join("pii-milter/milter.sock")))
}

/// What there is to do at the MTA.
pub struct Hook {
    mta: Mta,
    folder: PathBuf,
    has_relay: bool,
    listen: Endpoint,
    /// Of Postfix: parameter, value as it must be.
    settings: Vec<(&'static str, String)>,
}

impl Hook {
    /// Looks at the MTA and changes nothing.
    ///
    /// # Errors
    /// One sentence where Postfix's configuration cannot be read.
    pub fn new(answers: &Answers, listen: &Endpoint) -> Result<Self, Stop> {
        let has_relay = answers.relay == Relay::Incamail;
        let hook = match answers.mta {
            Mta::Postfix => Self::of_postfix(&answers.postfix, listen)?,
            mta => Self {
                mta,
                folder: PathBuf::new(),
                has_relay,
                listen: listen.clone(),
                settings: Vec::new(),
            },
        };
        Ok(Self { has_relay, ..hook })
    }

    /// The same for a Postfix, whatever the answers were.
    ///
    /// # Errors
    /// As `new`.
    pub fn of_postfix(folder: &Path, listen: &Endpoint) -> Result<Self, Stop> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let queue = mta::postfix_queue(&folder).map_err(|error| Stop(UNUSABLE, error))?;
        let item = mta::item(listen, &queue);
        let name = folder.display().to_string();
        let ask = |list: &&'static str| {
            let asked = mta::run("postconf", &["-c", &name, "-h", list]);
            let old = asked.map_err(|error| Stop(UNUSABLE, error))?;
            Ok((*list, with_filter(old.trim(), &item)))
        };
        Ok(Self {
            mta: Mta::Postfix,
            settings: LISTS.iter().map(ask).collect::<Result<_, _>>()?,
            folder,
            has_relay: false,
            listen: listen.clone(),
        })
    }

    /// Prints the lines.
    pub fn print(&self) {
        match (self.mta, &self.listen) {
            (Mta::Postfix, _) => {
                println!(
                    "\nFor {}/main.cf (or let --apply do it):",
                    self.folder.display()
                );
                for (name, value) in &self.settings {
                    println!("  {name} = {value}");
                }
                println!("then: postfix check && postfix reload");
            }
            (Mta::Sendmail, Endpoint::Inet { host, port }) => {
                println!(
                    "\nFor sendmail.mc, before the MAILER lines and before a filter that signs:"
                );
                println!(
                    "  INPUT_MAIL_FILTER(`pii', `S=inet:{port}@{host}, F=T, T=C:30s;S:30s;R:30s;E:5m')"
                );
                println!("then: m4 sendmail.mc > sendmail.cf, and restart Sendmail");
            }
            (_, listen) => {
                println!("\nThe filter will listen at {listen}; name it in your mail server.");
            }
        }
        self.print_socket();
        self.print_ways();
    }

    fn print_socket(&self) {
        if let Endpoint::Unix(path) = &self.listen
            && let Some(folder) = path.parent()
            && !folder.exists()
        {
            println!("\nThe folder of the socket:");
            println!(
                "  install -d -o pii-milter -g postfix -m 2750 {}",
                folder.display()
            );
        }
    }

    fn print_ways(&self) {
        let ways = match self.has_relay {
            true => "the way to the relay, and the entry for held mail",
            false => "the entry for held mail",
        };
        let render = match self.mta {
            Mta::Postfix => format!("postfix --dir {}", self.folder.display()),
            Mta::Sendmail => "sendmail".to_owned(),
            Mta::None => return,
        };
        println!("\nBefore you write mode: enforce, {ways}:");
        println!("  pii-milter relays render {render}");
    }

    /// Changes Postfix, after a backup; where `postfix check` is not content, all is put back.
    ///
    /// # Errors
    /// One sentence, and main.cf is as it was.
    pub fn apply(&self) -> Result<(), Stop> {
        let main = self.folder.join("main.cf");
        let kept = beside(&main);
        for (file, copy) in [(main.clone(), kept.clone()), {
            let master = self.folder.join("master.cf");
            (master.clone(), beside(&master))
        }] {
            fs::copy(&file, &copy).map_err(|error| {
                let told = format!(
                    "cannot back up {} as {}: {error}; Postfix is as it was",
                    file.display(),
                    copy.display()
                );
                Stop(UNUSABLE, told)
            })?;
            println!("Backup: {}", copy.display());
        }
        let folder = self.folder.display().to_string();
        let changed = self.settings.iter().try_for_each(|(name, value)| {
            let setting = format!("{name} = {value}");
            println!("Set {setting}");
            mta::run("postconf", &["-c", &folder, "-e", &setting]).map(drop)
        });
        let checked = changed.and_then(|()| mta::run("postfix", &["-c", &folder, "check"]));
        if let Err(error) = checked {
            let back = match fs::copy(&kept, &main) {
                Ok(_) => "main.cf is as it was".to_owned(),
                Err(back) => format!(
                    "and main.cf cannot be put back ({back}): copy {} yourself",
                    kept.display()
                ),
            };
            return Err(Stop(UNUSABLE, format!("{error}; {back}")));
        }
        let reload = match self.folder == Path::new(FOLDER) {
            true => "postfix reload".to_owned(),
            false => format!("postfix -c {folder} reload"),
        };
        println!("postfix check: no fault.");
        println!("To begin: systemctl restart pii-milter && {reload}");
        println!(
            "To undo:  cp {} {} && {reload}",
            kept.display(),
            main.display()
        );
        self.print_socket();
        self.print_ways();
        Ok(())
    }
}

/// A list of milters with the filter at its head, before who signs; as it is where the filter is in it.
fn with_filter(old: &str, item: &str) -> String {
    let address = item.split([' ', ',']).nth(1).unwrap_or(item);
    // Either list may be written as the other.
    if old.contains(address) || LISTS.iter().any(|name| old.contains(&format!("${name}"))) {
        return old.to_owned();
    }
    match old {
        "" => item.to_owned(),
        old => format!("{item}, {old}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_stands_first_and_once() {
        let item = mta::item(&"unix:/q/p/m.sock".parse().unwrap(), Path::new("/q"));
        let first = with_filter("inet:localhost:8891", &item);
        assert!(first.starts_with("{ unix:p/m.sock, default_action=tempfail"));
        assert!(first.ends_with(" }, inet:localhost:8891"));
        assert_eq!(with_filter(&first, &item), first);
        assert_eq!(with_filter("unix:p/m.sock", &item), "unix:p/m.sock");
        assert_eq!(with_filter("$smtpd_milters", &item), "$smtpd_milters");
    }
}
