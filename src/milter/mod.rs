// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the conversation with the MTA: takes messages in, has them inspected, writes edits and answer.
//!
//! Each connection is one run of the milter library over a stream of ours. So we decide when a
//! connection ends (never within a message), survive what fails, and see each answer go out.

mod answer;
mod answered;
mod callbacks;
mod edits;
mod handshake;
mod id;
mod keep;
mod line;
pub mod listener;
mod noted;
mod packets;
mod room;
mod session;
mod stream;
mod transaction;

use std::ffi::CString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval_at};

use crate::audit::Trail;
use crate::metrics::Metrics;
use crate::quarantine::Quarantine;
use crate::spool::Budget;
use crate::worker::Pool;
use answered::Answered;
pub use handshake::Handshake;
use id::Ids;
use listener::Accepted;
pub use listener::Listener;
pub use packets::Packets;
pub use room::Room;
use session::Session;
use stream::{Socket, Stream};
pub use transaction::as_sent;
use transaction::parameter;

/// How often the log has all counts.
const HOUR: Duration = Duration::from_secs(3600);

/// Room that a message needs to begin, in bytes, where the client does not say.
const SMALLEST: usize = 64 << 10;

/// Whether verdicts are acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Look, label and log only.
    Monitor,
    /// Do what the table says.
    Enforce,
}

/// What the MTA hears, when enforcing, where a message cannot be inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// 451: the client tries again later.
    Tempfail,
    /// 550: the client tells its user.
    Refuse,
    /// It goes on without a label, and the log says so.
    Accept,
}

/// What the conversation needs from the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Whether verdicts are acted on.
    pub mode: Mode,
    /// What is answered where there is no verdict.
    pub on_error: OnError,
    /// Bytes of one message, header and body, that are kept; one that is longer is not looked into.
    pub message: usize,
    /// Bytes that all messages that come in may hold together.
    pub memory: u64,
    /// How long the inspection of one message may take.
    pub time: Duration,
}

/// Settings and workers that belong together; a message keeps those it began with.
struct Current {
    settings: Settings,
    pool: Arc<Pool>,
}

/// What all connections share.
pub struct Service {
    current: RwLock<Arc<Current>>,
    ids: Ids,
    /// Whether the log has said what the MTA lacks.
    has_told: AtomicBool,
    budget: Arc<Budget>,
    room: Room,
    metrics: Arc<Metrics>,
    quarantine: Option<Arc<Quarantine>>,
    trail: Option<Arc<Trail>>,
}

impl Settings {
    /// True where a message that cannot be inspected passes. Who only monitors does not stop mail for
    /// a fault of ours.
    fn lets_pass(&self) -> bool {
        self.mode == Mode::Monitor || self.on_error == OnError::Accept
    }
}

impl Service {
    /// A service that uses these settings and workers.
    pub fn new(
        settings: Settings,
        pool: Arc<Pool>,
        room: Room,
        metrics: Arc<Metrics>,
        quarantine: Option<Arc<Quarantine>>,
        trail: Option<Arc<Trail>>,
    ) -> Self {
        Self {
            current: RwLock::new(Arc::new(Current { settings, pool })),
            ids: Ids::default(),
            has_told: AtomicBool::new(false),
            budget: Budget::new(settings.memory, room.files),
            room,
            metrics,
            quarantine,
            trail,
        }
    }

    /// Uses other settings and workers for each message that begins from now on.
    pub fn replace(&self, settings: Settings, pool: Arc<Pool>) {
        self.budget.set(settings.memory);
        let next = Arc::new(Current { settings, pool });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
    }

    /// Why a message with these arguments of MAIL must not begin now. Where it is time to try whether
    /// workers live again, this has it tried.
    fn refuses(&self, current: &Arc<Current>, args: &[CString]) -> Option<&'static str> {
        if current.pool.wants_trial() {
            let current = Arc::clone(current);
            tokio::spawn(async move { current.pool.try_again().await });
        }
        if let Some(why) = current.pool.refuses(current.settings.time / 2) {
            return Some(why);
        }
        // RFC 1870: the client may say how long the message will be. What is too long is not kept.
        let size = parameter(args, "SIZE").and_then(|size| size.parse().ok());
        let size = size
            .unwrap_or(0)
            .clamp(SMALLEST, current.settings.message.max(SMALLEST));
        let has_room = self
            .budget
            .has_room(u64::try_from(size).unwrap_or(u64::MAX));
        (!has_room).then_some("all messages together need more room than there is")
    }

    /// True the first time that it is asked.
    fn is_news(&self) -> bool {
        !self.has_told.swap(true, Ordering::Relaxed)
    }

    fn current(&self) -> Arc<Current> {
        let current = self.current.read();
        Arc::clone(&current.unwrap_or_else(PoisonError::into_inner))
    }
}

/// Answers the MTA until `stop` turns true. Then the listener closes, connections without an open
/// message end, and this returns when the others have had their answer.
pub async fn serve(mut listener: Listener, service: Arc<Service>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let stopping = stop.clone();
    let metrics = Arc::clone(&service.metrics);
    let mut hours = interval_at(Instant::now() + HOUR, HOUR);
    loop {
        tokio::select! {
            Accepted { socket, is_own } = listener.accept(&metrics) => {
                while connections.try_join_next().is_some() {}
                let conversation = converse(socket, Arc::clone(&service), stopping.clone());
                if is_own {
                    tokio::spawn(conversation);
                    continue;
                }
                metrics.connections.count();
                if connections.len() < service.room.connections {
                    connections.spawn(conversation);
                } else if let Some(total) = metrics.refused.news() {
                    let most = service.room.connections;
                    tracing::warn!(total, "more than {most} connections: the new ones are closed");
                }
            }
            Some(_) = connections.join_next() => (),
            _ = hours.tick() => metrics.tell(),
            () = is_true(&mut stop) => break,
        }
    }
    drop(listener);
    tracing::info!(connections = connections.len(), "no new connections");
    while connections.join_next().await.is_some() {}
    metrics.tell();
}

/// One connection, from negotiation to its end.
async fn converse(socket: Socket, service: Arc<Service>, mut stop: watch::Receiver<bool>) {
    let (open, mut is_open) = watch::channel(false);
    let over = async move {
        is_true(&mut stop).await;
        is_open.wait_for(|open| !open).await.ok();
    };
    let (ended, has_ended) = oneshot::channel();
    let answered = Answered::default();
    let metrics = Arc::clone(&service.metrics);
    let stream = Stream::new(socket, over, metrics, answered.clone());
    let listener = Once {
        stream: Some(stream),
        ended: Some(ended),
    };
    let session = move || Session::new(Arc::clone(&service), open.clone(), answered.clone());
    let config = indymilter::Config {
        max_connections: 1,
        // The stream has its own time-outs for reading, which are shorter.
        connection_timeout: stream::IDLE + HOUR,
        ..indymilter::Config::default()
    };
    let ran = indymilter::run(listener, callbacks::over(session), config, has_ended).await;
    if let Err(error) = ran {
        tracing::error!(%error, "a connection ended early");
    }
}

async fn is_true(flag: &mut watch::Receiver<bool>) {
    flag.wait_for(|flag| *flag).await.ok();
}

/// A listener that has one connection. The library asks for the next one when that is over.
struct Once {
    stream: Option<Stream>,
    ended: Option<oneshot::Sender<()>>,
}

impl indymilter::Listener for Once {
    type Io = Stream;

    fn poll_accept(&mut self, _: &mut Context<'_>) -> Poll<std::io::Result<Stream>> {
        if let Some(stream) = self.stream.take() {
            return Poll::Ready(Ok(stream));
        }
        if let Some(ended) = self.ended.take() {
            ended.send(()).ok();
        }
        Poll::Pending
    }
}
