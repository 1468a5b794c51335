// SPDX-License-Identifier: GPL-3.0-or-later
//! Runs the milter daemon: puts configuration, workers, socket, log and signals together.

mod auditing;
mod keeping;
mod telling;
mod watchdog;

use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};
use sd_notify::NotifyState;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;

use super::{LATER, Stop, UNUSABLE, WELL};
use crate::audit::Trail;
use crate::config::{Settings, Source};
use crate::log;
use crate::metrics::Metrics;
use crate::milter::listener::Given;
use crate::milter::{self, Listener, Room, Service};
use crate::notice::Notices;
use crate::quarantine::{Current, Quarantine};
use crate::worker::{Pool, Spawner};

/// How long open messages may take after SIGTERM. The unit's stop timeout is longer.
const DRAIN: Duration = Duration::from_secs(45);

/// Run the milter daemon.
///
/// It stays in the foreground, tells systemd when it is ready (Type=notify) and that it is well
/// (WatchdogSec=), and looks at each message that the MTA shows it on the socket of "milter.listen". With "mode: monitor" it adds one header field and writes
/// one line of log a message; with "mode: enforce" it does what the decision table says. Mail is taken apart
/// in sandboxed child processes, one for each core, that end with the daemon.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Signals:
  HUP        read the configuration again; new messages use it once all of it is sound,
             else the old one stays and the log says what is wrong
             (milter.listen, log, audit, quarantine and roles need a restart)
  TERM, INT  take no new message, answer the open ones (45 s at most), end

Exit codes: 0 ended by a signal, 2 the configuration or this system cannot be used, 75 try again later")]
pub struct Args {}

/// How long noting that messages were answered may take at the end.
const SETTLE: Duration = Duration::from_secs(10);

/// A configuration that was read and found sound.
struct Loaded {
    settings: Settings,
    /// What a worker is sent.
    policy: Arc<[u8]>,
    digest: String,
    /// The channels by which mail leaves.
    passing: Vec<String>,
}

/// What the daemon holds besides its connections.
struct Daemon {
    config: Option<PathBuf>,
    spawner: Spawner,
    started_with: Settings,
    metrics: Arc<Metrics>,
}

/// What outlives its connections.
struct Kept {
    trail: Option<Arc<Trail>>,
    quarantine: Option<Arc<Quarantine>>,
    notices: Option<Arc<Notices>>,
}

/// The two signals that end the daemon.
struct Ends(Signal, Signal);

/// Runs the verb.
pub fn run(_args: Args, config: Option<&Path>) -> Result<u8, Stop> {
    let loaded = load(config).map_err(|why| Stop(UNUSABLE, why))?;
    log::start(&loaded.settings.log.to, loaded.settings.log.format)
        .map_err(|why| Stop(UNUSABLE, why))?;
    harden().map_err(|error| Stop(UNUSABLE, format!("cannot forbid core dumps: {error}")))?;
    let given = Given::take().map_err(|why| Stop(UNUSABLE, why))?;
    let descriptors = raise_descriptors();
    // The spawner's thread comes before the runtime's: it starts processes from a quiet place.
    let spawner = Spawner::new().map_err(|error| Stop(LATER, error.to_string()))?;
    // Workers do the work. The runtime passes bytes on, and more threads than that needs cost wakes.
    let cores = available_parallelism().map_or(1, NonZero::get);
    let runtime = Builder::new_multi_thread()
        .worker_threads(cores.div_ceil(2))
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Stop(LATER, error.to_string()))?;
    let daemon = Daemon {
        config: config.map(Path::to_owned),
        spawner,
        started_with: loaded.settings.clone(),
        metrics: Arc::default(),
    };
    let room = Room::new(descriptors, workers());
    let ended = runtime.block_on(daemon.serve(loaded, given, room));
    // What is left are connections past their time.
    runtime.shutdown_background();
    ended.map(|()| WELL)
}

impl Daemon {
    async fn serve(&self, loaded: Loaded, given: Option<Given>, room: Room) -> Result<(), Stop> {
        let later = |error: io::Error| Stop(LATER, error.to_string());
        let listen_to = |kind| signal(kind).map_err(later);
        let mut hangup = listen_to(SignalKind::hangup())?;
        let mut ends = Ends(
            listen_to(SignalKind::terminate())?,
            listen_to(SignalKind::interrupt())?,
        );
        let listen = &self.started_with.milter.listen;
        let settings = milter_settings(&loaded.settings);
        let digest = loaded.digest.clone();
        let passing = loaded.passing.clone();
        let pool = self.pool(loaded).await.map_err(|why| Stop(UNUSABLE, why))?;
        let kept = self.keep(passing, &pool, &digest).await?;
        let is_given = given.is_some();
        let listener = match given {
            Some(given) => Listener::adopt(given),
            None => Listener::bind(listen, &self.started_with.milter.socket).await,
        };
        let listener = listener.map_err(|why| Stop(LATER, why))?;
        let handshake = listener.handshake().map_err(|why| Stop(LATER, why))?;
        if is_given {
            tracing::info!("the service manager's socket is used, not milter.listen");
        }
        let metrics = Arc::clone(&self.metrics);
        let (held, trail) = (kept.quarantine.clone(), kept.trail.clone());
        let service = Arc::new(Service::new(settings, pool, room, metrics, held, trail));
        let (stop, stopped) = watch::channel(false);
        let mut serving = tokio::spawn(milter::serve(listener, Arc::clone(&service), stopped));
        let version = env!("CARGO_PKG_VERSION");
        tracing::info!(version, %listen, mode = ?settings.mode, policy = %digest, "ready");
        tell(&[NotifyState::Ready]);
        let mut watchdog = pin!(watchdog::feed(&handshake));
        loop {
            tokio::select! {
                () = ends.come() => break,
                never = &mut watchdog => match never {},
                () = self.reloading(&mut hangup, &service, &kept) => (),
                _ = &mut serving => {
                    return Err(Stop(LATER, "the milter ended by a fault of its own; see the log".into()));
                }
            }
        }
        tell(&[NotifyState::Stopping]);
        stop.send_replace(true);
        if timeout(DRAIN, serving).await.is_err() {
            tracing::warn!("some messages were still open and have no answer");
        }
        if let Some(quarantine) = &kept.quarantine {
            quarantine.settle(SETTLE).await;
        }
        auditing::close(kept.trail).await;
        tracing::info!("ended");
        Ok(())
    }

    /// Opens what outlives the connections.
    async fn keep(
        &self,
        passing: Vec<String>,
        pool: &Arc<Pool>,
        digest: &str,
    ) -> Result<Kept, Stop> {
        let settings = &self.started_with;
        let trail = auditing::open(settings, digest).await?;
        let quarantine = keeping::open(settings, passing, pool, trail.as_ref()).await?;
        let notices = quarantine
            .as_ref()
            .map(|quarantine| telling::start(settings, quarantine));
        Ok(Kept {
            notices: notices.transpose()?,
            trail,
            quarantine,
        })
    }

    /// Waits for the signal, then takes the configuration anew.
    async fn reloading(&self, signal: &mut Signal, service: &Service, kept: &Kept) {
        signal.recv().await;
        let now = NotifyState::monotonic_usec_now();
        tell(&[
            NotifyState::Reloading,
            now.unwrap_or(NotifyState::MonotonicUsec(0)),
        ]);
        let reloaded = self.reload(service, kept).await;
        match &reloaded {
            Ok(digest) => tracing::info!(policy = %digest, "reloaded"),
            Err(why) => tracing::error!("the configuration stays as it was: {why}"),
        }
        auditing::reloaded(kept.trail.as_ref(), reloaded.ok());
        tell(&[NotifyState::Ready]);
    }

    async fn reload(&self, service: &Service, kept: &Kept) -> Result<String, String> {
        let config = self.config.clone();
        let loaded = tokio::task::spawn_blocking(move || load(config.as_deref())).await;
        let loaded = loaded.map_err(|_| "reading it failed".to_owned())??;
        let settings = loaded.settings.clone();
        let digest = loaded.digest.clone();
        let passing = loaded.passing.clone();
        let pool = self.pool(loaded).await?;
        let before = &self.started_with.milter;
        if settings.milter.listen != before.listen || settings.milter.socket != before.socket {
            tracing::warn!("milter.listen or milter.socket has changed; that needs a restart");
        }
        if settings.log != self.started_with.log {
            tracing::warn!("log has changed; that needs a restart");
        }
        if settings.audit != self.started_with.audit {
            tracing::warn!("audit has changed; that needs a restart");
        }
        if let Some(notices) = &kept.notices {
            notices.replace(telling::current(&settings));
        }
        if let Some(trail) = &kept.trail {
            trail.replace(settings.ours.clone());
        }
        let before = &self.started_with;
        if (&settings.quarantine, &settings.roles) != (&before.quarantine, &before.roles) {
            tracing::warn!("quarantine or roles has changed; that needs a restart");
        }
        if let (Some(quarantine), Some(submit)) = (&kept.quarantine, settings.submit.clone()) {
            let pool = Arc::clone(&pool);
            quarantine.replace(Current {
                pool,
                passing,
                submit,
            });
        }
        service.replace(milter_settings(&settings), pool);
        Ok(digest)
    }

    /// Workers for this policy.
    async fn pool(&self, loaded: Loaded) -> Result<Arc<Pool>, String> {
        let (spawner, metrics) = (self.spawner.clone(), Arc::clone(&self.metrics));
        let Loaded { policy, digest, .. } = loaded;
        let pool = Pool::start(spawner, policy, digest, workers(), metrics).await;
        pool.map(Arc::new).map_err(|error| error.to_string())
    }
}

impl Ends {
    async fn come(&mut self) {
        let Self(terminate, interrupt) = self;
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    }
}

/// One worker for each core, at least two.
fn workers() -> usize {
    available_parallelism().map_or(2, NonZero::get).max(2)
}

/// Takes all descriptors that the system grants (the soft limit is for programs that use `select`),
/// and says how many that are.
fn raise_descriptors() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let granted = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    granted.unwrap_or(u64::MAX)
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the service manager does not hear us");
    }
}

/// Reads and compiles the configuration.
fn load(config: Option<&Path>) -> Result<Loaded, String> {
    let all = |errors: Vec<String>| errors.join("\n");
    let source: Source = Source::read(config).map_err(all)?;
    let settings = source.settings().map_err(all)?;
    let compiled = source.policy().map_err(all)?;
    let passing = compiled.channels.passing();
    let digest = compiled.digest;
    let policy = serde_json::to_vec(&source).map_err(|error| error.to_string())?;
    Ok(Loaded {
        settings,
        policy: policy.into(),
        digest,
        passing,
    })
}

fn milter_settings(settings: &Settings) -> milter::Settings {
    let limits = &settings.milter.limits;
    milter::Settings {
        mode: settings.mode,
        on_error: settings.milter.on_error,
        message: usize::try_from(limits.message.0).unwrap_or(usize::MAX),
        memory: limits.memory.0.max(limits.message.0),
        time: limits.time.0,
    }
}

/// Memory holds mail: it is dumped for nobody.
fn harden() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}
