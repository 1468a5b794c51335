// SPDX-License-Identifier: GPL-3.0-or-later
//! The worked example of pii-milter-relay(5): a relay without a suffix, marked at delivery by a Postfix of
//! its own; and as far as Sendmail goes, by one of its own.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use super::{AHV, COLLEAGUE, Case, STRANGER, Site, letter};
use crate::mta::home::Home;
use crate::mta::milter::{self, Milter};
use crate::mta::postfix::{Entrance, Postfix};
use crate::mta::sendmail::{Lines, Sendmail};
use crate::mta::sink::{Delivery, Sink};
use crate::mta::smtp::Letter;
use crate::mta::{Mta, PATIENCE, free_port, relays, smtp};

pub const OF_POSTFIX: &[Case] = &[("a_relay_without_a_suffix_is_marked_at_delivery", delivery)];

pub const OF_SENDMAIL: &[Case] = &[
    (
        "a_relay_without_a_suffix_has_a_mailer_of_its_own",
        own_mailer,
    ),
    ("a_mark_at_delivery_is_left_out", left_out),
];

const PAGE: &str = include_str!("../../../man/pii-milter-relay.5");

/// A site with the example of the manual: everything but the server.
struct Gate {
    /// Where mail that is not for the relay arrives.
    sink: Sink,
    relay: Sink,
    config: PathBuf,
    _filter: Milter,
    home: Arc<Home>,
}

impl Gate {
    fn start(name: &str, changes: &[(&str, &str)]) -> Self {
        let (sink, relay) = (Sink::start(), Sink::start());
        let home = Arc::new(Home::new(name));
        milter::install(&home);
        let listen = format!("inet:127.0.0.1:{}", free_port());
        let here = format!("[127.0.0.1]:{}", relay.port());
        let to_here = [("[gate.example.ch]:25", here.as_str())];
        let config = configure(&home, &listen, &[&to_here, changes].concat());
        let text = fs::read_to_string(&config).unwrap();
        Self {
            sink,
            relay,
            _filter: Milter::start(&home, "run", &text, &listen),
            config,
            home,
        }
    }

    /// The port of a server that is not there yet, with the filter.
    fn entrance(&self) -> Entrance {
        let config = fs::read_to_string(&self.config).unwrap();
        let line = config
            .lines()
            .find_map(|line| line.trim().strip_prefix("listen: "));
        Entrance {
            port: free_port(),
            milter: line.unwrap().split_whitespace().next().unwrap().to_owned(),
        }
    }
}

/// Sends a letter in and gives what arrives at that sink.
fn send(mta: &dyn Mta, port: u16, letter: &Letter, sink: &Sink) -> Delivery {
    let reply = smtp::send(port, letter);
    assert_eq!(reply.code, 250, "{reply:?}\n{}", mta.log());
    let arrived = sink.wait(&letter.id(), PATIENCE);
    arrived.unwrap_or_else(|| panic!("{} did not arrive\n{}", letter.id(), mta.log()))
}

fn delivery(_site: &Site) {
    let gate = Gate::start("mta-delivery", &[]);
    let lines = relays::of_config(&gate.home, Some(&gate.config));
    // Marks and suffix as rendered; a sink speaks no TLS.
    let master = lines
        .master
        .lines()
        .filter(|line| !line.contains("smtp_tls_"));
    let master = master.collect::<Vec<_>>().join("\n") + "\n";
    let (door, sink) = (gate.entrance(), gate.sink.port());
    let doors = std::slice::from_ref(&door);
    let postfix = Postfix::start(&gate.home, doors, sink, &lines.main, &master);
    let send = |letter: &Letter, sink: &Sink| send(&postfix, door.port, letter, sink);

    // One mail: the relay's recipient has his own address and the mark, the colleague no mark.
    let body = format!("AHV-Nr. {AHV}\n");
    let sent = letter("delivery", &[COLLEAGUE, STRANGER], "Befund", &body);
    let arrived = send(&sent, &gate.relay);
    assert_eq!(
        arrived.only("Subject").as_deref(),
        Some("Befund (vertraulich)")
    );
    let orcpt = format!("ORCPT=rfc822;{STRANGER}");
    assert_eq!(
        arrived.arguments(STRANGER),
        Some(vec![orcpt.as_str()]),
        "{:?}",
        arrived.to
    );
    assert_eq!(arrived.to.len(), 1, "{:?}", arrived.to);
    let arrived = gate
        .sink
        .wait(&sent.id(), PATIENCE)
        .expect("the colleague's copy");
    assert_eq!(arrived.only("Subject").as_deref(), Some("Befund"));
    assert!(arrived.arguments(COLLEAGUE).is_some(), "{:?}", arrived.to);

    for (case, subject, marked) in SUBJECTS {
        let arrived = send(&letter(case, &[STRANGER], subject, &body), &gate.relay);
        assert_eq!(arrived.only("Subject").as_deref(), Some(*marked));
    }
    // Without a Subject there is nothing that could be marked; the filter makes an empty one.
    let mut sent = letter("delivery-none", &[STRANGER], "X", &body);
    let text = String::from_utf8(sent.bytes).unwrap();
    sent.bytes = text.replace("Subject: X\r\n", "").into_bytes();
    let arrived = send(&sent, &gate.relay);
    assert_eq!(arrived.only("Subject").as_deref(), Some("(vertraulich)"));
}

/// Case, subject, and what it is for the relay.
const SUBJECTS: &[(&str, &str, &str)] = &[
    (
        "delivery-there",
        "Befund (Vertraulich) ",
        "Befund (Vertraulich)",
    ),
    (
        "delivery-dollar",
        "5 $ $1 %s \\1",
        "5 $ $1 %s \\1 (vertraulich)",
    ),
    (
        "delivery-inside",
        "(vertraulich) war gestern",
        "(vertraulich) war gestern (vertraulich)",
    ),
    (
        "delivery-coded",
        "=?utf-8?Q?Pr=C3=A4mie?=",
        "=?utf-8?Q?Pr=C3=A4mie?= (vertraulich)",
    ),
];

fn own_mailer(_site: &Site) {
    let gate = Gate::start("sendmail-delivery", &[(", by: delivery", "")]);
    let (home, sink) = (&gate.home, gate.sink.port());
    let submit = relays::render(home, "sendmail", Some(&gate.config));
    // What the maps demand of TLS; a sink speaks none.
    fs::write(home.path().join("etc/pii-milter-access"), "").unwrap();
    let door = gate.entrance();
    let daemon = format!(
        "DAEMON_OPTIONS(`Name=door, Addr=127.0.0.1, Port={}')dnl\n",
        door.port
    );
    let lines = Lines {
        features: relays::read(home, "pii-milter.mc") + &daemon,
        mailers: relays::read(home, "pii-milter-mailers.mc"),
        next_hop: sink,
        relay: sink,
        submit,
    };
    let sendmail = Sendmail::with_hook(home, std::slice::from_ref(&door), &lines);

    let body = format!("AHV-Nr. {AHV}\n");
    let mut sent = letter("mailer", &[COLLEAGUE, STRANGER], "Befund", &body);
    sent.to[1].1 = "NOTIFY=FAILURE".into();
    let arrived = send(&sendmail, door.port, &sent, &gate.relay);
    let orcpt = format!("ORCPT=rfc822;{STRANGER}");
    let arguments = vec!["NOTIFY=FAILURE", orcpt.as_str()];
    assert_eq!(
        arrived.arguments(STRANGER),
        Some(arguments),
        "{:?}",
        arrived.to
    );
    assert_eq!(
        arrived.only("Subject").as_deref(),
        Some("Befund (vertraulich)")
    );
    let to = format!("{COLLEAGUE}, {STRANGER}");
    assert_eq!(arrived.only("To"), Some(to));
    // What the manual says of Sendmail: everybody sees the mark.
    let arrived = gate
        .sink
        .wait(&sent.id(), PATIENCE)
        .expect("the colleague's copy");
    assert_eq!(
        arrived.only("Subject").as_deref(),
        Some("Befund (vertraulich)")
    );
    assert!(arrived.arguments(COLLEAGUE).is_some(), "{:?}", arrived.to);
}

fn left_out(_site: &Site) {
    let home = Home::new("sendmail-left-out");
    let config = configure(&home, "inet:127.0.0.1:8894", &[]);
    relays::render(&home, "sendmail", Some(&config));
    let features = relays::read(&home, "pii-milter.mc");
    assert!(features.contains("dnl own-gate: left out."), "{features}");
    let routes = relays::read(&home, "pii-milter-mailertable");
    assert!(!routes.contains("own-gate"), "{routes}");
}

/// A configuration with the example of the manual beside it, changed where it says.
fn configure(home: &Home, listen: &str, changes: &[(&str, &str)]) -> PathBuf {
    let run = home.path().join("run");
    fs::create_dir(run.join("relays.d")).unwrap();
    let start = PAGE
        .find("\nid: own-gate\n")
        .expect("the example in the manual");
    let (profile, _) = PAGE[start + 1..].split_once(".Ed").unwrap();
    let mut profile = profile.to_owned();
    for (from, to) in changes {
        assert_eq!(profile.matches(from).count(), 1, "{from} in {profile}");
        profile = profile.replace(from, to);
    }
    fs::write(run.join("relays.d/own-gate.yaml"), profile).unwrap();
    let config = run.join("delivery.yaml");
    let text = milter::enforcing(listen);
    let line = "  incamail: [ relay: incamail ]";
    assert_eq!(text.matches(line).count(), 1, "{text}");
    fs::write(
        &config,
        text.replace(line, "  incamail: [ relay: own-gate ]"),
    )
    .unwrap();
    config
}
