// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps one Postfix for all faults, with an entrance for each, and the sink behind it.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::mta::home::Home;
use crate::mta::milter::{self, Milter};
use crate::mta::postfix::{Entrance, Postfix};
use crate::mta::relays;
use crate::mta::sink::Sink;

/// More entrances than there are faults.
const ENTRANCES: usize = 20;

/// A mail site that stays up while daemons come and go.
pub struct Site {
    pub home: Arc<Home>,
    pub sink: Sink,
    pub postfix: Postfix,
    /// The port of the entry for what we send.
    submit: u16,
    /// Ports of the entrances, and where their filters listen.
    doors: Vec<(u16, String)>,
    taken: AtomicUsize,
}

/// One entrance, and the daemon behind it, which may be away.
pub struct Door<'a> {
    pub site: &'a Site,
    /// Where mail comes in.
    pub port: u16,
    listen: String,
    config: String,
}

impl Site {
    /// Starts Postfix and the sink.
    pub fn start() -> Self {
        let (sink, relay) = (Sink::start(), Sink::start());
        let home = Arc::new(Home::new("faults"));
        milter::install(&home);
        // All of them open at once: asked one by one, the system may give the same twice.
        let open: Vec<TcpListener> = (0..2 * ENTRANCES)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
        let pairs = open.chunks_exact(2);
        let doors: Vec<(u16, String)> = pairs
            .map(|two| (port(&two[0]), format!("inet:127.0.0.1:{}", port(&two[1]))))
            .collect();
        drop(open);
        let entrance = |(port, listen): &(u16, String)| Entrance {
            port: *port,
            milter: listen.clone(),
        };
        let entrances: Vec<Entrance> = doors.iter().map(entrance).collect();
        let lines = relays::to_sink(&home, relay.port());
        let postfix = Postfix::start(&home, &entrances, sink.port(), &lines.main, &lines.master);
        Self {
            home,
            sink,
            postfix,
            submit: lines.submit,
            doors,
            taken: AtomicUsize::new(0),
        }
    }

    /// An entrance that nobody else uses; its daemons hand over to Postfix.
    pub fn door(&self) -> Door<'_> {
        self.door_to(self.submit)
    }

    /// The same, its daemons handing over to that port.
    pub fn door_to(&self, submit: u16) -> Door<'_> {
        let (port, listen) = self.doors[self.taken.fetch_add(1, Ordering::Relaxed)].clone();
        let own = format!("submit: smtp:127.0.0.1:{submit}");
        let config = milter::enforcing(&listen).replace("submit: smtp:127.0.0.1:10026", &own);
        Door {
            site: self,
            port,
            listen,
            config,
        }
    }
}

impl Door<'_> {
    /// A daemon over what the last one of that name left.
    pub fn daemon(&self, name: &str) -> Milter {
        self.daemon_with(name, &[])
    }

    /// The same with these variables in its environment.
    pub fn daemon_with(&self, name: &str, variables: &[(&str, &str)]) -> Milter {
        Milter::start_with(&self.site.home, name, &self.config, &self.listen, variables)
    }

    /// One that is expected to end at once.
    pub fn stillborn(&self, name: &str) -> Milter {
        Milter::spawn(&self.site.home, name, &self.config, &[])
    }

    /// Where daemons of that name keep what outlives them.
    pub fn state(&self, name: &str) -> PathBuf {
        self.site
            .home
            .path()
            .join("run")
            .join(format!("{name}-state"))
    }
}
