// SPDX-License-Identifier: GPL-3.0-or-later
//! Reads a Postfix configuration through postconf(1).

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::mta::milters::items;
use crate::mta::run;

/// The programs whose settings the rules read.
const JUDGED: [&str; 10] = [
    "smtpd",
    "postscreen",
    "pickup",
    "qmqpd",
    "cleanup",
    "bounce",
    "local",
    "smtp",
    "lmtp",
    "qmgr",
];

/// A Postfix as it is configured.
#[derive(Debug)]
pub struct Site {
    folder: PathBuf,
    main: Values,
    /// The parameters that main.cf sets itself.
    written: HashSet<String>,
    services: Vec<Service>,
    /// What tables have said: several rules ask for the same.
    said: RefCell<HashMap<[String; 2], Result<String, String>>>,
}

/// Parameters, with their defaults, expanded.
type Values = HashMap<String, String>;

/// A line of `master.cf`.
#[derive(Debug, Default)]
pub struct Service {
    /// `smtp`, `127.0.0.1:10025`.
    pub name: String,
    /// `inet`, `unix`, `pass`.
    pub kind: String,
    /// True where it runs with the queue folder as its root.
    pub in_chroot: bool,
    /// `smtpd`.
    pub program: String,
    /// Its arguments, braces taken off.
    pub arguments: Vec<String>,
    /// Its own values, where it sets any.
    own: Option<Values>,
}

impl Service {
    /// `submission/inet`, as postconf -P names it.
    pub fn id(&self) -> String {
        format!("{}/{}", self.name, self.kind)
    }

    /// The settings of `-o name=value`, in their order, as written.
    pub fn overrides(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.arguments.iter().zip(self.arguments.iter().skip(1));
        pairs.filter_map(|(flag, pair)| {
            let (name, value) = pair.split_once('=').filter(|_| flag == "-o")?;
            Some((name.trim(), value.trim()))
        })
    }

    /// True where it sets this one itself.
    pub fn has(&self, name: &str) -> bool {
        self.overrides().any(|(own, _)| own == name)
    }

    /// Where a parameter that holds here is written: its own id, or `main.cf`.
    pub fn place(&self, name: &str) -> String {
        if self.has(name) {
            self.id()
        } else {
            "main.cf".into()
        }
    }
}

impl Site {
    /// Reads the configuration in `folder`.
    ///
    /// # Errors
    /// One sentence where postconf(1) is missing or too old, or what it says cannot be read.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let folder = std::path::absolute(folder)
            .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
        let ask = |args: &[&str]| {
            let name = folder.display().to_string();
            let all: Vec<&str> = ["-c", &name]
                .into_iter()
                .chain(args.iter().copied())
                .collect();
            run("postconf", &all)
        };
        // One that is too old does not know -x.
        let main = ask(&["-x"]).map(|printed| values(&printed));
        let known = main.as_ref().ok().and_then(|main| main.get("mail_version"));
        let version = match known {
            Some(version) => version.clone(),
            None => run("postconf", &["-d", "-h", "mail_version"])?,
        };
        let version = version.trim();
        let major = version.split('.').next().unwrap_or_default();
        if major.parse::<u32>().unwrap_or(0) < 3 {
            return Err(format!(
                "Postfix {version} is too old: the settings of a milter in braces need 3.0 or newer"
            ));
        }
        let main = main?;
        let written = values(&ask(&["-n"])?).into_keys().collect();
        let is_old = main
            .get("compatibility_level")
            .is_some_and(|level| level == "0");
        let mut services = Vec::new();
        for line in ask(&["-M"])?.lines() {
            let Some(mut service) = service(line, is_old) else {
                continue;
            };
            if service.arguments.iter().any(|word| word == "-o") && is_judged(&service) {
                let pairs = service
                    .overrides()
                    .map(|(name, value)| format!("{name}={value}"));
                let options: Vec<String> = pairs
                    .flat_map(|pair| ["-o".into(), pair])
                    .chain(["-x".into()])
                    .collect();
                let options: Vec<&str> = options.iter().map(String::as_str).collect();
                service.own = Some(values(&ask(&options)?));
            }
            services.push(service);
        }
        Ok(Self {
            folder,
            main,
            written,
            services,
            said: RefCell::default(),
        })
    }

    /// What postmap(1) finds in a table.
    ///
    /// # Errors
    /// One sentence with what it says where it finds nothing.
    pub fn asked(&self, table: &str, key: &str) -> Result<String, String> {
        let pair = [table.to_owned(), key.to_owned()];
        if let Some(said) = self.said.borrow().get(&pair) {
            return said.clone();
        }
        let folder = self.folder.display().to_string();
        let said = run("postmap", &["-c", &folder, "-q", key, table]);
        self.said.borrow_mut().insert(pair, said.clone());
        said
    }

    /// `3.7.11`.
    pub fn version(&self) -> &str {
        self.main("mail_version")
    }

    /// The queue folder: where services stand, and the root of those in a chroot.
    pub fn queue(&self) -> &Path {
        Path::new(self.main("queue_directory"))
    }

    /// A parameter of main.cf; empty where this Postfix has none of that name.
    pub fn main(&self, name: &str) -> &str {
        self.main.get(name).map_or("", String::as_str)
    }

    /// True where this Postfix knows the parameter.
    pub fn knows(&self, name: &str) -> bool {
        self.main.contains_key(name)
    }

    /// True where main.cf sets it, false for a default.
    pub fn is_written(&self, name: &str) -> bool {
        self.written.contains(name)
    }

    /// A parameter as a service sees it.
    pub fn get<'a>(&'a self, service: &'a Service, name: &str) -> &'a str {
        let values = service.own.as_ref().unwrap_or(&self.main);
        values.get(name).map_or("", String::as_str)
    }

    /// All services.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The services that run one of these programs.
    pub fn running<'a>(&'a self, programs: &'a [&str]) -> impl Iterator<Item = &'a Service> {
        let services = self.services.iter();
        services.filter(|service| programs.contains(&service.program.as_str()))
    }

    /// The service of that name that others reach by a socket.
    pub fn named(&self, name: &str) -> Option<&Service> {
        let mut services = self.services.iter();
        services.find(|service| service.name == name && service.kind != "inet")
    }
}

fn is_judged(service: &Service) -> bool {
    JUDGED.contains(&service.program.as_str())
}

/// `name = value`, a line each.
fn values(printed: &str) -> Values {
    let pair = |line: &str| {
        let (name, value) = line.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    printed.lines().filter_map(pair).collect()
}

/// `smtp inet n - y - - smtpd -o ...`, as postconf -M prints it.
fn service(line: &str, is_old: bool) -> Option<Service> {
    let mut words = items_of_line(line).into_iter();
    let (name, kind) = (words.next()?, words.next()?);
    let chroot = words.nth(2)?;
    let program = words.nth(2)?;
    let bare = |word: String| {
        let inner = word
            .strip_prefix('{')
            .and_then(|word| word.strip_suffix('}'));
        inner.map_or(word.clone(), |inner| inner.trim().to_owned())
    };
    Some(Service {
        name,
        kind,
        in_chroot: chroot == "y" || chroot == "-" && is_old,
        program,
        arguments: words.map(bare).collect(),
        own: None,
    })
}

/// As [`items`], but a comma is a letter: master.cf knows blanks only.
fn items_of_line(line: &str) -> Vec<String> {
    const COMMA: &str = "\u{1}";
    let items = items(&line.replace(',', COMMA));
    items
        .into_iter()
        .map(|item| item.replace(COMMA, ","))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_master_cf_keeps_its_braces_together() {
        let line = "25 inet n - y - - smtpd -v -o {smtpd_milters={ inet:b:1, protocol=6 }} -o a=b,c -o x = y";
        let service = service(line, false).unwrap();
        assert!(service.in_chroot);
        assert_eq!(service.id(), "25/inet");
        let overrides: Vec<_> = service.overrides().collect();
        assert_eq!(
            overrides,
            [("smtpd_milters", "{ inet:b:1, protocol=6 }"), ("a", "b,c")]
        );
        assert_eq!(service.place("a"), "25/inet");
        assert_eq!(service.place("b"), "main.cf");
        assert!(super::service("smtp inet n -", false).is_none());
    }
}
