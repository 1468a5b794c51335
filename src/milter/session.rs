// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what is known of one connection, and the message that comes in over it.

use std::ffi::{CStr, CString};
use std::net::IpAddr;
use std::sync::Arc;

use indymilter::{Actions, MacroStage, Macros, ProtoOpts, SocketInfo};
use tokio::sync::watch;

use super::answer::{self, Answer};
use super::answered::Answered;
use super::transaction::Transaction;
use super::{Current, Service};
use crate::audit::Trail;
use crate::metrics::Metrics;
use crate::quarantine::Quarantine;
use crate::spool::Spool;

/// What we may do to a message, if the MTA lets us.
const ACTIONS: Actions = Actions::ADD_HEADER
    .union(Actions::CHANGE_HEADER)
    .union(Actions::ADD_RCPT)
    .union(Actions::ADD_RCPT_EXT)
    .union(Actions::DELETE_RCPT)
    .union(Actions::QUARANTINE)
    .union(Actions::REQUEST_MACROS);

/// Steps that never have an answer of ours, and header values as they were sent. MAIL keeps its
/// answer: overload says 4xx there. Skipping the rest of a long body would be an answer too.
const OPTIONS: ProtoOpts = ProtoOpts::NOREPLY_CONNECT
    .union(ProtoOpts::NOREPLY_RCPT)
    .union(ProtoOpts::NOREPLY_HEADER)
    .union(ProtoOpts::NOREPLY_BODY)
    .union(ProtoOpts::LEADING_SPACE);

/// The macros we read, by stage. Asking replaces what the MTA sends by itself.
const MACROS: &[(MacroStage, &CStr)] = &[
    (MacroStage::Connect, c"j"),
    (MacroStage::Mail, c"i {auth_authen}"),
    (MacroStage::Rcpt, c"i {rcpt_mailer}"),
    (MacroStage::Eom, c"i"),
];

/// What negotiation comes to.
pub struct Agreement {
    /// The actions we ask for: all that we want and the MTA offers.
    pub actions: Actions,
    /// The options, likewise.
    pub options: ProtoOpts,
    /// The macros to ask for.
    pub macros: &'static [(MacroStage, &'static CStr)],
}

/// One connection of the MTA. Facts of the client stay for all its messages, a message goes when it
/// ends, whichever way.
pub struct Session {
    /// True while a message is open: the daemon waits for its answer before it ends.
    open: watch::Sender<bool>,
    service: Arc<Service>,
    answered: Answered,
    client: Option<IpAddr>,
    host: String,
    /// What the MTA lets us do.
    actions: Actions,
    /// True where header values come, and go, with the blank behind the colon.
    keeps_space: bool,
    /// The open message, with the settings and workers it began with.
    mail: Option<(Transaction, Arc<Current>)>,
}

/// A message that is complete, with the connection's facts.
pub struct Complete {
    /// The message.
    pub mail: Transaction,
    /// The settings and workers it began with.
    pub current: Arc<Current>,
    /// The daemon's counts.
    pub metrics: Arc<Metrics>,
    /// Where messages wait, if there is such a place.
    pub quarantine: Option<Arc<Quarantine>>,
    /// Where decisions are noted, if they are.
    pub trail: Option<Arc<Trail>>,
    /// Who has to hear when the answer is written.
    pub answered: Answered,
    /// The client's address.
    pub client: Option<IpAddr>,
    /// The name of our MTA, `-` where it has none.
    pub host: String,
    /// The queue id, `-` where there is none.
    pub queue: String,
    /// What the MTA lets us do.
    pub actions: Actions,
    /// True where header values go with the blank behind the colon.
    pub keeps_space: bool,
}

impl Session {
    /// A connection that has just been made.
    pub fn new(service: Arc<Service>, open: watch::Sender<bool>, answered: Answered) -> Self {
        Self {
            open,
            service,
            answered,
            client: None,
            host: "-".into(),
            actions: Actions::empty(),
            keeps_space: false,
            mail: None,
        }
    }

    /// Agrees on what both sides can do. `steps` are the steps we have no use for.
    pub fn negotiate(
        &mut self,
        offered: Actions,
        options: ProtoOpts,
        steps: ProtoOpts,
    ) -> Agreement {
        let lacks = (ACTIONS - offered, (OPTIONS | steps) - options);
        if (!lacks.0.is_empty() || !lacks.1.is_empty()) && self.service.is_news() {
            tracing::warn!(actions = ?lacks.0, options = ?lacks.1, "the MTA lacks what we would use");
        }
        self.actions = ACTIONS & offered;
        let options = (OPTIONS | steps) & options;
        self.keeps_space = options.contains(ProtoOpts::LEADING_SPACE);
        let asks = offered.contains(Actions::REQUEST_MACROS);
        Agreement {
            actions: self.actions,
            options,
            macros: if asks { MACROS } else { &[] },
        }
    }

    /// The client has connected.
    pub fn connect(&mut self, from: &SocketInfo, macros: &Macros) {
        self.client = match from {
            SocketInfo::Inet(address) => Some(address.ip().to_canonical()),
            SocketInfo::Unix(_) | SocketInfo::Unknown => None,
        };
        self.host = text(macros, c"j").unwrap_or_else(|| "-".into());
    }

    /// A message begins, unless there is too much to do: then this says what the MTA is told. Who
    /// lets mail pass on errors has it pass unlabelled, which needs no more than its header's names.
    pub fn mail(&mut self, args: &[CString], macros: &Macros) -> Option<Answer> {
        self.mail = None;
        let login = text(macros, c"{auth_authen}");
        let id = self.service.ids.next();
        let current = self.service.current();
        let refused = self.service.refuses(&current, args);
        if let Some(why) = refused
            && !current.settings.lets_pass()
        {
            return Some(answer::put_off(&id, why, &self.service.metrics));
        }
        let limit = current.settings.message;
        let spool = Spool::new(Arc::clone(&self.service.budget));
        let mut mail = Transaction::new(id, args, login, limit, spool);
        mail.failed = refused;
        self.mail = Some((mail, current));
        self.open.send_replace(true);
        None
    }

    /// A recipient; one that the MTA has refused itself does not count.
    pub fn rcpt(&mut self, args: &[CString], macros: &Macros) {
        let is_refused = macros.get(c"{rcpt_mailer}") == Some(c"error");
        if let Some((mail, _)) = self.mail.as_mut().filter(|_| !is_refused) {
            mail.recipient(args);
        }
    }

    /// A header field.
    pub fn header(&mut self, name: &CStr, value: &CStr) {
        let keeps_space = self.keeps_space;
        if let Some((mail, _)) = &mut self.mail {
            mail.field(name, value, keeps_space);
        }
    }

    /// A stretch of the body.
    pub fn body(&mut self, bytes: &[u8]) {
        if let Some((mail, _)) = &mut self.mail {
            mail.content(bytes);
        }
    }

    /// The message is complete. `None` where none has begun.
    pub fn end(&mut self, macros: &Macros) -> Option<Complete> {
        let queue = text(macros, c"i").unwrap_or_else(|| "-".into());
        let (mail, current) = self.mail.take()?;
        Some(Complete {
            mail,
            current,
            metrics: Arc::clone(&self.service.metrics),
            quarantine: self.service.quarantine.clone(),
            trail: self.service.trail.clone(),
            answered: self.answered.clone(),
            client: self.client,
            host: self.host.clone(),
            queue,
            actions: self.actions,
            keeps_space: self.keeps_space,
        })
    }

    /// Nothing is left of the message. Harmless where there is none.
    pub fn forget(&mut self) {
        self.mail = None;
        self.open.send_replace(false);
    }

    /// Part of the message was lost by a fault of ours.
    pub fn fail(&mut self) {
        self.service.metrics.panics.count();
        if let Some((mail, _)) = &mut self.mail {
            mail.failed = Some("a step of it failed");
        }
    }
}

/// The value of a macro as text, if it has one that can stand in a log line.
fn text(macros: &Macros, name: &CStr) -> Option<String> {
    let value = macros.get(name)?.to_string_lossy();
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    (!value.is_empty()).then_some(value)
}
