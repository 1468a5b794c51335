// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps a few child processes of this program in which mail is inspected, under limits.
//!
//! See `doc/decisions/001-processes.md`.

pub mod child;
mod frame;
pub mod sandbox;
mod spawn;

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

use crate::extract::Why;
use crate::inspect::{Unread, Verdict};
use crate::message::Envelope;
use spawn::Process;
pub use spawn::Spawner;

/// Both sides must be of this version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A worker is replaced after so many messages: who took one over keeps it no longer.
const MESSAGES_PER_WORKER: u32 = 500;

/// A worker that compiles its policy for longer than this does not start.
const START_TIME: Duration = Duration::from_secs(20);

/// What a fresh worker may take to judge a message by its envelope and header alone.
const SECOND_TIME: Duration = Duration::from_secs(5);

/// A message to inspect. The raw mail follows in a frame of its own.
#[derive(Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its envelope.
    pub envelope: Envelope,
    /// Why the content must not be looked into, if so.
    pub unread: Option<Unread>,
}

/// What a worker says first.
#[derive(Debug, Serialize, Deserialize)]
struct Greeting {
    version: String,
    policy: Result<String, String>,
}

/// Why a message has no verdict.
#[derive(Debug)]
pub enum Error {
    /// No worker could be started.
    Start(String),
    /// The worker died or said something senseless.
    Died(io::Error),
    /// The worker was not done in time.
    Late,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(why) => write!(f, "cannot start a worker: {why}"),
            Self::Died(_) => f.write_str("the worker died"),
            Self::Late => f.write_str("the worker was not done in time"),
        }
    }
}

impl std::error::Error for Error {}

struct Worker {
    process: Process,
    socket: UnixStream,
    served: u32,
}

/// The workers of one policy. When the last message that uses it is done, it is dropped and its
/// workers end.
pub struct Pool {
    policy: Arc<[u8]>,
    digest: String,
    spawner: Spawner,
    turns: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

impl Pool {
    /// Starts `size` workers with the policy's text, and returns when all of them are ready.
    ///
    /// # Errors
    /// When one cannot be started, cannot lock itself in, or understands another policy than the
    /// daemon does.
    pub async fn start(
        spawner: Spawner,
        policy: Arc<[u8]>,
        digest: String,
        size: usize,
    ) -> Result<Self, Error> {
        let pool = Self {
            policy,
            digest,
            spawner,
            turns: Semaphore::new(size),
            idle: Mutex::new(Vec::new()),
        };
        for _ in 0..size {
            let worker = pool.hire().await?;
            pool.idle().push(worker);
        }
        Ok(pool)
    }

    /// Inspects one message. When its worker dies or is late, a fresh one judges the message as
    /// unreadable, by its envelope and header alone.
    ///
    /// # Errors
    /// When that fails too, or no turn came before the deadline. There is no verdict then.
    pub async fn inspect(&self, job: Job, raw: &[u8], deadline: Instant) -> Result<Verdict, Error> {
        let turn = timeout_at(deadline, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| Error::Late)?.map_err(|_| Error::Late)?;
        let first = match self.recall() {
            Some(worker) => worker,
            None => self.hire().await?,
        };
        let failed = match self.ask(first, &job, raw, deadline).await {
            Ok(verdict) => return Ok(verdict),
            Err(error) => error,
        };
        tracing::warn!(
            id = job.envelope.id,
            "{failed}; the message counts as unreadable"
        );
        let unread = Unread {
            why: Why::Unreadable,
            detail: failed.to_string(),
        };
        let job = Job {
            unread: Some(unread),
            ..job
        };
        let second = self.hire().await?;
        self.ask(second, &job, header_of(raw), Instant::now() + SECOND_TIME)
            .await
    }

    async fn ask(
        &self,
        mut worker: Worker,
        job: &Job,
        raw: &[u8],
        deadline: Instant,
    ) -> Result<Verdict, Error> {
        let asked = timeout_at(deadline, converse(&mut worker.socket, job, raw)).await;
        match asked {
            Ok(Ok(verdict)) => {
                self.rest(worker);
                Ok(verdict)
            }
            Ok(Err(error)) => Err(Error::Died(error)),
            Err(_) => Err(Error::Late),
        }
    }

    /// Starts one worker and checks what it says first.
    async fn hire(&self) -> Result<Worker, Error> {
        let started = async {
            let (process, socket) = self.spawner.start().await.map_err(|e| e.to_string())?;
            let mut socket = UnixStream::from_std(socket).map_err(|e| e.to_string())?;
            self.greet(&mut socket).await?;
            Ok(Worker {
                process,
                socket,
                served: 0,
            })
        };
        started.await.map_err(Error::Start)
    }

    async fn greet(&self, socket: &mut UnixStream) -> Result<(), String> {
        let exchange = async {
            frame::send(socket, &self.policy).await?;
            frame::receive(socket).await
        };
        let greeting = timeout(START_TIME, exchange)
            .await
            .map_err(|_| "it did not answer".to_owned())?
            .map_err(|error| format!("it ended before it was ready ({error})"))?;
        let greeting: Greeting = serde_json::from_slice(&greeting).map_err(|e| e.to_string())?;
        if greeting.version != VERSION {
            return Err(format!(
                "it is version {}, we are {VERSION}",
                greeting.version
            ));
        }
        let digest = greeting.policy?;
        if digest != self.digest {
            return Err(format!("it read policy {digest}, we read {}", self.digest));
        }
        Ok(())
    }

    /// An idle worker that is still alive.
    fn recall(&self) -> Option<Worker> {
        let mut idle = self.idle();
        while let Some(mut worker) = idle.pop() {
            if worker.process.is_alive() {
                return Some(worker);
            }
        }
        None
    }

    fn rest(&self, mut worker: Worker) {
        worker.served += 1;
        if worker.served >= MESSAGES_PER_WORKER {
            return;
        }
        self.idle().push(worker);
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn converse(socket: &mut UnixStream, job: &Job, raw: &[u8]) -> io::Result<Verdict> {
    frame::send(socket, &serde_json::to_vec(job)?).await?;
    frame::send(socket, raw).await?;
    let verdict = frame::receive(socket).await?;
    Ok(serde_json::from_slice(&verdict)?)
}

/// The header section with its empty line; all of a mail that has no body.
fn header_of(raw: &[u8]) -> &[u8] {
    let end = memchr::memmem::find(raw, b"\r\n\r\n").map_or(raw.len(), |at| at + 4);
    raw.get(..end).unwrap_or(raw)
}
