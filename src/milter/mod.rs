// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the conversation with the MTA: takes messages in, has them inspected, writes edits and answer.
//!
//! Each connection is one run of the milter library over a stream of ours. So we decide when a
//! connection ends (never within a message), survive what fails, and see each answer go out.

mod answer;
mod callbacks;
mod edits;
mod id;
pub mod listener;
mod session;
mod stream;
mod transaction;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::worker::Pool;
use id::Ids;
pub use listener::Listener;
use session::Session;
use stream::{Socket, Stream};

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
    /// How long the inspection of one message may take.
    pub time: Duration,
}

/// Settings and workers that belong together; a message keeps those it began with.
struct Current {
    settings: Settings,
    pool: Pool,
}

/// What all connections share.
pub struct Service {
    current: RwLock<Arc<Current>>,
    ids: Ids,
    /// Whether the log has said what the MTA lacks.
    has_told: AtomicBool,
}

impl Service {
    /// A service that uses these settings and workers.
    pub fn new(settings: Settings, pool: Pool) -> Self {
        Self {
            current: RwLock::new(Arc::new(Current { settings, pool })),
            ids: Ids::default(),
            has_told: AtomicBool::new(false),
        }
    }

    /// Uses other settings and workers for each message that begins from now on.
    pub fn replace(&self, settings: Settings, pool: Pool) {
        let next = Arc::new(Current { settings, pool });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
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
    loop {
        tokio::select! {
            socket = listener.accept() => {
                connections.spawn(converse(socket, Arc::clone(&service), stopping.clone()));
            }
            Some(_) = connections.join_next() => (),
            () = is_true(&mut stop) => break,
        }
    }
    drop(listener);
    tracing::info!(connections = connections.len(), "no new connections");
    while connections.join_next().await.is_some() {}
}

/// One connection, from negotiation to its end.
async fn converse(socket: Socket, service: Arc<Service>, mut stop: watch::Receiver<bool>) {
    let (open, mut is_open) = watch::channel(false);
    let over = async move {
        is_true(&mut stop).await;
        is_open.wait_for(|open| !open).await.ok();
    };
    let (ended, has_ended) = oneshot::channel();
    let listener = Once {
        stream: Some(Stream::new(socket, over)),
        ended: Some(ended),
    };
    let session = move || Session::new(Arc::clone(&service), open.clone());
    let config = indymilter::Config {
        max_connections: 1,
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
