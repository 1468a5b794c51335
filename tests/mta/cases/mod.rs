// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the site that all cases share, and the list of them.

mod border;
mod delivery;
mod demo;
mod dkim;
mod failing;
mod folders;
mod holding;
mod hostile;
mod passing;
mod relaying;
mod setup;
mod splitting;
mod submitting;

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::mta::dkim::{self as keys, OpenDkim};
use crate::mta::home::Home;
use crate::mta::milter::{self, Milter};
use crate::mta::postfix::{self, Entrance, Postfix};
use crate::mta::sendmail::Sendmail;
use crate::mta::sink::{Delivery, Sink};
use crate::mta::smtp::{self, Letter, Reply};
use crate::mta::{Mta, PATIENCE, free_port, relays};

/// The specimen of the Swiss social security number, from the authority's own leaflet.
pub const AHV: &str = "756.9217.0769.85";

/// Who writes: one of ours, as the shipped configuration has it.
pub const CLERK: &str = "petra.keller@example.ch";
/// Whom the shipped configuration calls a stranger.
pub const STRANGER: &str = "anna.muster@kunde.example";
/// Whom it calls a colleague.
pub const COLLEAGUE: &str = "lohnbuero@example.ch";

/// A case: a sentence that must be true, and what proves it.
pub type Case = (&'static str, fn(&Site));

/// The mail servers that the cases run through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    Postfix,
    Sendmail,
}

/// Cases for both.
const SHARED: &[&[Case]] = &[
    passing::CASES,
    relaying::CASES,
    hostile::CASES,
    failing::CASES,
    dkim::CASES,
    folders::CASES,
    submitting::CASES,
    holding::CASES,
    splitting::CASES,
];

/// Cases that are about one of them, or about neither.
const OF_POSTFIX: &[&[Case]] = &[
    demo::CASES,
    border::OF_POSTFIX,
    delivery::OF_POSTFIX,
    setup::CASES,
];
const OF_SENDMAIL: &[&[Case]] = &[border::OF_SENDMAIL, delivery::OF_SENDMAIL];

/// What cannot be the same with Sendmail 8.17 as Debian builds it, and why.
const NOT_WITH_SENDMAIL: &[(&str, &str)] = &[(
    "an_smtputf8_mail_is_read_and_relayed",
    "it is built without SMTPUTF8 and does not offer it",
)];

/// All cases for that server, and why it is not run where it is not.
pub fn all(server: Server) -> Vec<(Case, Option<&'static str>)> {
    let own = match server {
        Server::Postfix => OF_POSTFIX,
        Server::Sendmail => OF_SENDMAIL,
    };
    let all: Vec<Case> = SHARED
        .iter()
        .chain(own)
        .copied()
        .flatten()
        .copied()
        .collect();
    for (name, _) in NOT_WITH_SENDMAIL {
        assert!(
            server == Server::Postfix || all.iter().any(|case| case.0 == *name),
            "no case {name}"
        );
    }
    let why_not = |name: &str| {
        let mut unlike = NOT_WITH_SENDMAIL.iter();
        let found = unlike.find(|unlike| unlike.0 == name && server == Server::Sendmail);
        found.map(|(_, why)| *why)
    };
    all.into_iter()
        .map(|case| (case, why_not(case.0)))
        .collect()
}

/// What differs between the entrances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The server without a filter.
    Bare,
    /// The filter over a unix socket (inside the chroot of Postfix's smtpd), enforcing the shipped table.
    Chroot,
    /// The filter over TCP, in `monitor` as shipped.
    Monitor,
    /// The filter over TCP; what the shipped table holds goes to the MTA's hold queue.
    Hold,
    /// The filter over TCP; what the shipped table holds is refused.
    Refusing,
    /// The filter over TCP, enforcing, for those who want to end it.
    Mortal,
    /// The same, for those who ask it to end.
    Leaving,
    /// The same, for those who change its policy.
    Reload,
    /// The same, for those who end its workers.
    Workers,
    /// A filter's address where nobody listens.
    Nobody,
    /// The filter over TCP, enforcing, and behind it one that signs.
    SignedBehind,
    /// The same in the wrong order: one that signs, and behind it the filter.
    SignedBefore,
    /// A filter that verifies signatures, and none of ours.
    Verifying,
    /// The filter over TCP, enforcing, and handing over to our own entry.
    Keeping,
    /// The same; recipients that disagree each get what is theirs.
    Splitting,
}
use Door::{
    Bare, Chroot, Hold, Keeping, Leaving, Monitor, Mortal, Nobody, Refusing, Reload, SignedBefore,
    SignedBehind, Splitting, Verifying, Workers,
};

const DOORS: [Door; 15] = [
    Bare,
    Chroot,
    Monitor,
    Hold,
    Refusing,
    Mortal,
    Leaving,
    Reload,
    Workers,
    Nobody,
    SignedBehind,
    SignedBefore,
    Verifying,
    Keeping,
    Splitting,
];

/// One mail server with its entrances and sinks, and the filters that somebody asked for.
pub struct Site {
    pub server: Server,
    filters: [OnceLock<Milter>; DOORS.len()],
    signer: (u16, OnceLock<OpenDkim>),
    verifier: (u16, OnceLock<OpenDkim>),
    /// Where the filter of each door listens, as it is told.
    listens: Vec<String>,
    entrances: Vec<Entrance>,
    /// The unix socket as we see it.
    pub socket: PathBuf,
    pub mta: Box<dyn Mta>,
    /// The port of our own entry, which asks the signer.
    pub submit: u16,
    /// Where mail without a relay arrives.
    pub sink: Sink,
    /// Where mail for the relay arrives.
    pub relay: Sink,
    pub home: Arc<Home>,
}

impl Site {
    /// Starts the server and the sinks; filters start when the first case asks for them.
    pub fn start(server: Server) -> Self {
        let (sink, relay) = (Sink::start(), Sink::start());
        let home = Arc::new(Home::new(&format!("{server:?}").to_lowercase()));
        milter::install(&home);
        keys::make_key(&home);
        let (in_chroot, socket) = milter::socket_in_chroot(&home);
        let listen = |door| match door {
            Chroot => format!("unix:{}", socket.display()),
            _ => format!("inet:127.0.0.1:{}", free_port()),
        };
        let listens: Vec<String> = DOORS.into_iter().map(listen).collect();
        let (signer, verifier) = (free_port(), free_port());
        let entrance = |(door, ours): (Door, &String)| {
            let signing = format!("inet:127.0.0.1:{signer}");
            let milter = match door {
                Bare => String::new(),
                Chroot if server == Server::Postfix => in_chroot.clone(),
                SignedBehind => format!("{ours},{signing}"),
                SignedBefore => format!("{signing},{ours}"),
                Verifying => format!("inet:127.0.0.1:{verifier}"),
                _ => ours.clone(),
            };
            Entrance {
                port: free_port(),
                milter,
            }
        };
        let entrances: Vec<Entrance> = DOORS.into_iter().zip(&listens).map(entrance).collect();
        let (mta, submit): (Box<dyn Mta>, u16) = match server {
            Server::Postfix => {
                let lines = relays::to_sink(&home, relay.port());
                let signs = format!("pii_submit_milters = inet:127.0.0.1:{signer}");
                let main = lines.main.replace("pii_submit_milters =", &signs);
                let postfix = Postfix::start(&home, &entrances, sink.port(), &main, &lines.master);
                (Box::new(postfix), lines.submit)
            }
            Server::Sendmail => {
                let mut lines = relays::sendmail_to_sink(&home, sink.port(), relay.port());
                // The signer's name there is that of the second filter of its entrance.
                let door = entrances[SignedBehind as usize].port;
                let signs = format!("InputMailFilters=f{door}x1'");
                lines.features = lines.features.replace("InputMailFilters='", &signs);
                let submit = lines.submit;
                (Box::new(Sendmail::start(&home, &entrances, &lines)), submit)
            }
        };
        Self {
            server,
            filters: Default::default(),
            signer: (signer, OnceLock::new()),
            verifier: (verifier, OnceLock::new()),
            listens,
            entrances,
            socket,
            mta,
            submit,
            sink,
            relay,
            home,
        }
    }

    /// The filter behind that door, started on first use.
    pub fn filter(&self, door: Door) -> &Milter {
        self.filters[door as usize].get_or_init(|| self.new_filter(door))
    }

    /// Sends a letter in by that door, its filter running.
    pub fn send(&self, door: Door, letter: &Letter) -> Reply {
        smtp::send(self.port(door), letter)
    }

    /// The port of that door, its filter running.
    pub fn port(&self, door: Door) -> u16 {
        if ![Bare, Nobody, Mortal, Leaving, Verifying].contains(&door) {
            self.filter(door);
        }
        if [SignedBehind, SignedBefore].contains(&door) {
            self.signer
                .1
                .get_or_init(|| OpenDkim::signer(&self.home, self.signer.0));
        }
        if door == Verifying {
            self.verifier
                .1
                .get_or_init(|| OpenDkim::verifier(&self.home, self.verifier.0));
        }
        self.entrances[door as usize].port
    }

    /// A filter for that door that belongs to the caller.
    pub fn new_filter(&self, door: Door) -> Milter {
        let listen = &self.listens[door as usize];
        let config = match door {
            Monitor => milter::monitoring(listen),
            Hold => instead_of_holding(listen, "mta-hold: waits for review"),
            Refusing => instead_of_holding(listen, "reject: 5.7.1 Please use the customer portal"),
            Keeping | Splitting => {
                let own = format!("submit: smtp:127.0.0.1:{}", self.submit);
                let keeping =
                    milter::enforcing(listen).replace("submit: smtp:127.0.0.1:10026", &own);
                match door {
                    Splitting => keeping.replace("mixed: strictest", "mixed: split"),
                    _ => keeping + NOTICES,
                }
            }
            _ => milter::enforcing(listen),
        };
        Milter::start(
            &self.home,
            &format!("{door:?}").to_lowercase(),
            &config,
            listen,
        )
    }

    /// Sends a letter in by that door and gives what arrives at that sink.
    ///
    /// # Panics
    /// Where it is refused or does not arrive.
    pub fn deliver(&self, door: Door, letter: &Letter, sink: &Sink) -> Delivery {
        let reply = self.send(door, letter);
        assert_eq!(reply.code, 250, "{reply:?}\n{}", self.mta.log());
        let arrived = sink.wait(&letter.id(), PATIENCE);
        arrived.unwrap_or_else(|| panic!("{} did not arrive\n{}", letter.id(), self.mta.log()))
    }

    /// Whether a letter has arrived at neither sink, a moment after its answer.
    pub fn is_nowhere(&self, letter: &Letter) -> bool {
        postfix::moment();
        let arrived = |sink: &Sink| sink.wait(&letter.id(), std::time::Duration::ZERO).is_some();
        !arrived(&self.sink) && !arrived(&self.relay)
    }

    /// Everything our filters have logged in this run.
    pub fn filters_log(&self) -> String {
        let logs = fs::read_dir(self.home.path().join("run"))
            .unwrap()
            .flatten();
        let logs = logs.filter(|file| file.path().extension().is_some_and(|e| e == "log"));
        logs.map(|file| String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned())
            .collect()
    }
}

/// Notices to the sender, and to a colleague.
const NOTICES: &str = "
notices:
  from: postmaster@example.ch
  senders: true
  team: [ lohnbuero@example.ch ]
  officer: [ lohnbuero@example.ch ]
  digest: 3s
  contact: IT security, +41 31 000 00 00
  hours: Monday to Friday, 8 to 17
  language: de
  languages: { fr: [ .fr.example.ch ] }
  limit: 1000
";

/// The shipped configuration in `enforce`, with another action in the place of its quarantine.
fn instead_of_holding(listen: &str, action: &str) -> String {
    let enforcing = milter::enforcing(listen);
    let mut lines = enforcing.lines();
    let line = lines.find(|line| line.starts_with("  hold:")).unwrap();
    enforcing.replace(line, &format!("  hold:     [ {action} ]"))
}

/// A letter of text from one of ours, with all the fields that Postfix would otherwise add.
pub fn letter(case: &str, to: &[&str], subject: &str, body: &str) -> Letter {
    let header = format!(
        "Date: Mon, 5 Oct 2026 09:30:00 +0200\r\nFrom: Petra Keller <{CLERK}>\r\nTo: {}\r\n\
         Message-ID: <{case}@example.ch>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
        to.join(", "),
    );
    Letter {
        from: CLERK.into(),
        to: to
            .iter()
            .map(|address| ((*address).to_owned(), String::new()))
            .collect(),
        bytes: (header + &body.replace('\n', "\r\n")).into_bytes(),
        ..Letter::default()
    }
}

/// A body that the shipped table holds back from a stranger: ten national numbers, all of them made up.
pub fn ten_numbers() -> String {
    let numbers = (0..10_u64).map(|n| ahv(2_000_000_017 - n * 131_313));
    numbers
        .map(|number| format!("AHV-Nr. {number}\n"))
        .collect()
}

/// The Swiss number with these nine digits behind the country code, check digit (EAN-13) and dots added.
pub fn ahv(nine: u64) -> String {
    let twelve = format!("756{:09}", nine % 1_000_000_000);
    let digits = twelve.bytes().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(at, digit)| digit * [1, 3][at % 2])
        .sum();
    let all = format!("{twelve}{}", (10 - sum % 10) % 10);
    format!(
        "{}.{}.{}.{}",
        &all[..3],
        &all[3..7],
        &all[7..11],
        &all[11..]
    )
}

/// The header of a delivery without what the MTA and the filter add by their contract, to be compared with what
/// was sent.
pub fn header_as_sent(delivery: &Delivery) -> Vec<(String, String)> {
    let added = ["received", "x-pii-level"];
    let fields = delivery.fields().into_iter();
    fields
        .filter(|(name, _)| !added.contains(&name.to_lowercase().as_str()))
        .collect()
}

/// The header of a letter, to be compared with the above.
pub fn header_of(letter: &Letter) -> Vec<(String, String)> {
    let sent = Delivery {
        from: String::new(),
        to: Vec::new(),
        bytes: letter.bytes.clone(),
    };
    sent.fields()
}

/// The body of a letter, to be compared with that of a delivery.
pub fn body_of(letter: &Letter) -> Vec<u8> {
    let sent = Delivery {
        from: String::new(),
        to: Vec::new(),
        bytes: letter.bytes.clone(),
    };
    sent.body().to_vec()
}
