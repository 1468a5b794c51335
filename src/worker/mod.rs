// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps a few child processes of this program in which mail is inspected, under limits.
//!
//! See `doc/decisions/001-processes.md`.

mod breaker;
pub mod child;
mod frame;
pub mod sandbox;
mod spawn;
mod turns;

use std::fmt;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncWriteExt, BufStream};
use tokio::net::UnixStream;
use tokio::time::{Instant, timeout, timeout_at};

use crate::extract::Why;
use crate::inspect::{By, Unread, Verdict};
use crate::message::Envelope;
use crate::metrics::Metrics;
use crate::spool::Spool;
use breaker::Breaker;
use spawn::Process;
pub use spawn::Spawner;
use turns::Turns;

/// Both sides must be of this version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A worker is replaced after so many messages: who took one over keeps it no longer.
const MESSAGES_PER_WORKER: u32 = 2000;

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
    /// Who chooses the channels.
    pub by: By,
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
    /// The worker needed more than this limit allows, by its name in the configuration.
    Over(&'static str),
    /// All workers were busy until the deadline.
    Busy,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(why) => write!(f, "cannot start a worker: {why}"),
            Self::Died(_) => f.write_str("the worker died"),
            Self::Over(limit) => write!(f, "the worker needed more than {limit} allows"),
            Self::Late => f.write_str("the worker was not done in time"),
            Self::Busy => f.write_str("no worker was free in time"),
        }
    }
}

impl std::error::Error for Error {}

/// What of a message a worker gets.
enum Mail<'a> {
    Whole(&'a Spool),
    Header(&'a [u8]),
}

struct Worker {
    process: Process,
    socket: BufStream<UnixStream>,
    served: u32,
}

/// The workers of one policy. When the last message that uses it is done, it is dropped and its
/// workers end.
pub struct Pool {
    policy: Arc<[u8]>,
    digest: String,
    spawner: Spawner,
    turns: Turns,
    breaker: Breaker,
    idle: Mutex<Vec<Worker>>,
    metrics: Arc<Metrics>,
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
        metrics: Arc<Metrics>,
    ) -> Result<Self, Error> {
        let pool = Self {
            policy,
            digest,
            spawner,
            turns: Turns::new(size),
            breaker: Breaker::default(),
            idle: Mutex::new(Vec::new()),
            metrics,
        };
        for _ in 0..size {
            let worker = pool.hire().await?;
            pool.idle().push(worker);
        }
        Ok(pool)
    }

    /// The digest of its policy.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Why no message should begin now: workers fail in series, or one would wait for its turn for
    /// longer than `patience`.
    pub fn refuses(&self, patience: Duration) -> Option<&'static str> {
        if self.breaker.is_open() {
            Some("workers fail in series")
        } else if self.turns.wait() > patience {
            Some("too many messages wait for a worker")
        } else {
            None
        }
    }

    /// True for the one who is to call [`Self::try_again`], when it is time for it.
    pub fn wants_trial(&self) -> bool {
        self.breaker.wants_trial()
    }

    /// Has a fresh worker judge a message of ours; mail is taken again where it does.
    pub async fn try_again(&self) {
        let job = Job {
            envelope: Envelope::nobody(jiff::civil::Date::default()),
            unread: None,
            by: By::Table,
        };
        let done = async {
            let mut worker = self.hire().await?;
            let judged = converse(
                &mut worker.socket,
                &job,
                Mail::Header(b"Subject: trial\r\n\r\n"),
            );
            let judged = timeout(SECOND_TIME, judged).await;
            judged.map_err(|_| Error::Late)?.map_err(Error::Died)?;
            self.rest(worker);
            Ok::<(), Error>(())
        };
        match done.await {
            Ok(()) => self.breaker.recovered(),
            Err(error) => tracing::error!("a trial failed: {error}; no mail is taken"),
        }
    }

    /// Inspects one message. When its worker dies or is late, a fresh one judges the message as
    /// unreadable, by its envelope and header alone.
    ///
    /// # Errors
    /// When that fails too, or no turn came before the deadline. There is no verdict then.
    pub async fn inspect(
        &self,
        job: Job,
        raw: &Spool,
        deadline: Instant,
    ) -> Result<Verdict, Error> {
        let turn = timeout_at(deadline, self.turns.come(raw.len())).await;
        let _turn = turn.ok().flatten().ok_or(Error::Busy)?;
        let begun = Instant::now();
        let failed = match self.first(&job, raw, deadline).await {
            Ok(verdict) => {
                self.breaker.succeeded();
                self.turns.took(begun.elapsed());
                return Ok(verdict);
            }
            Err(error) => error,
        };
        self.metrics.worker_failures.count();
        self.breaker.failed();
        let second = match failed {
            Error::Start(_) => Err(failed),
            failed => self.second(job, raw, &failed).await,
        };
        self.turns.took(begun.elapsed());
        second
    }

    async fn first(&self, job: &Job, raw: &Spool, deadline: Instant) -> Result<Verdict, Error> {
        let worker = match self.recall() {
            Some(worker) => worker,
            None => self.hire().await?,
        };
        self.ask(worker, job, Mail::Whole(raw), deadline).await
    }

    async fn second(&self, job: Job, raw: &Spool, failed: &Error) -> Result<Verdict, Error> {
        let why = match failed {
            Error::Late | Error::Over(_) => Why::OverBudget,
            _ => Why::Unreadable,
        };
        tracing::warn!(
            id = job.envelope.id,
            "{failed}; the message counts as {}",
            why.as_str()
        );
        let unread = Unread {
            why,
            detail: failed.to_string(),
        };
        let job = Job {
            unread: Some(unread),
            ..job
        };
        let worker = self.hire().await?;
        let header = raw.header().map_err(Error::Died)?;
        let deadline = Instant::now() + SECOND_TIME;
        self.ask(worker, &job, Mail::Header(&header), deadline)
            .await
    }

    async fn ask(
        &self,
        mut worker: Worker,
        job: &Job,
        mail: Mail<'_>,
        deadline: Instant,
    ) -> Result<Verdict, Error> {
        let asked = timeout_at(deadline, converse(&mut worker.socket, job, mail)).await;
        match asked {
            Ok(Ok(verdict)) => {
                self.rest(worker);
                Ok(verdict)
            }
            Ok(Err(error)) => Err(match worker.process.ended().await {
                Some(how) => over(how).map_or(Error::Died(error), Error::Over),
                None => Error::Died(error),
            }),
            Err(_) => Err(Error::Late),
        }
    }

    /// Starts one worker and checks what it says first.
    async fn hire(&self) -> Result<Worker, Error> {
        let started = async {
            let (process, socket) = self.spawner.start().await.map_err(|e| e.to_string())?;
            let socket = UnixStream::from_std(socket).map_err(|e| e.to_string())?;
            let mut socket = BufStream::with_capacity(frame::BUFFER, frame::BUFFER, socket);
            self.greet(&mut socket).await?;
            Ok(Worker {
                process,
                socket,
                served: 0,
            })
        };
        started.await.map_err(Error::Start)
    }

    async fn greet(&self, socket: &mut BufStream<UnixStream>) -> Result<(), String> {
        let exchange = async {
            frame::send(socket, &self.policy).await?;
            socket.flush().await?;
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

/// Over which limit a worker was that ended so. It has no more than one thread, so what aborts it is
/// that there is no memory left, on the heap or on the stack.
fn over(how: ExitStatus) -> Option<&'static str> {
    match how.signal()? {
        libc::SIGXCPU => Some("milter.limits.processor"),
        libc::SIGABRT => Some("milter.limits.worker"),
        _ => None,
    }
}

async fn converse(
    socket: &mut BufStream<UnixStream>,
    job: &Job,
    mail: Mail<'_>,
) -> io::Result<Verdict> {
    frame::send(socket, &serde_json::to_vec(job)?).await?;
    match mail {
        Mail::Whole(spool) => frame::send_spool(socket, spool).await?,
        Mail::Header(bytes) => frame::send(socket, bytes).await?,
    }
    socket.flush().await?;
    let verdict = frame::receive(socket).await?;
    Ok(serde_json::from_slice(&verdict)?)
}
