// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the control socket: people on this machine ask, the daemon does it for those who may.
//!
//! Requests and replies are JSON, one object a line. Who asks is what the kernel says of the other end.

pub mod client;
mod noted;
mod people;
pub mod request;

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::audit::{Record, Trail};
use crate::quarantine::{Error, Quarantine};
pub use people::{Person, Role, Roles};
use request::{Reply, Request};

/// The name of the socket, below the runtime directory.
pub const NAME: &str = "control.sock";

/// So many people are served at the same time.
const CONNECTIONS: usize = 32;

/// The longest request, in bytes.
const LONGEST: u64 = 1 << 20;

/// How long the next request of a connection may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long to rest where no connection can be taken.
const REST: Duration = Duration::from_millis(100);

/// The socket, open.
pub struct Control {
    listener: UnixListener,
    roles: Roles,
    trail: Option<Arc<Trail>>,
}

impl Control {
    /// Opens the socket below `folder`. One that is there was left by a daemon that ended: who has the
    /// quarantine is alone.
    ///
    /// # Errors
    /// One sentence with what the system says.
    pub fn bind(folder: &Path, roles: Roles, trail: Option<Arc<Trail>>) -> Result<Self, String> {
        let path = folder.join(NAME);
        let bound = || {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => (),
            }
            let listener = UnixListener::bind(&path)?;
            // Whoever gets so far still has to be somebody.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o660))?;
            Ok(listener)
        };
        let listener = bound();
        let listener = listener
            .map_err(|error: io::Error| format!("cannot listen on {}: {error}", path.display()))?;
        Ok(Self {
            listener,
            roles,
            trail,
        })
    }

    /// Serves whoever connects, for as long as the process lives.
    pub async fn serve(self, quarantine: Arc<Quarantine>) {
        let roles = Arc::new(self.roles);
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok(place) = Arc::clone(&room).acquire_owned().await else {
                return;
            };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let (quarantine, roles) = (Arc::clone(&quarantine), Arc::clone(&roles));
                    let trail = self.trail.clone();
                    tokio::spawn(async move {
                        // Somebody who hangs up has his reasons.
                        converse(stream, &quarantine, &roles, trail.as_deref())
                            .await
                            .ok();
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!("the control socket cannot take a connection: {error}");
                    sleep(REST).await;
                }
            }
        }
    }
}

async fn converse(
    stream: UnixStream,
    quarantine: &Arc<Quarantine>,
    roles: &Roles,
    trail: Option<&Trail>,
) -> io::Result<()> {
    let person = roles.person(stream.peer_cred()?.uid());
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    loop {
        let mut line = Vec::new();
        let mut some = (&mut from).take(LONGEST);
        let read = some.read_until(b'\n', &mut line);
        if timeout(PATIENCE, read).await?? == 0 {
            return Ok(());
        }
        let replies = match serde_json::from_slice(&line) {
            Ok(request) => answer(request, &person, quarantine, trail).await,
            Err(error) => vec![Reply::failed(&Error::Refused(format!(
                "the daemon does not understand this: {error}; both must be of one version"
            )))],
        };
        for reply in replies {
            let mut bytes = serde_json::to_vec(&reply)?;
            bytes.push(b'\n');
            to.write_all(&bytes).await?;
        }
    }
}

/// All that is said to a request; the last is `Done` or `Failed`.
async fn answer(
    request: Request,
    person: &Person,
    quarantine: &Arc<Quarantine>,
    trail: Option<&Trail>,
) -> Vec<Reply> {
    let who = &person.name;
    let needed = request.needs();
    if person.role < Some(needed) {
        tracing::warn!(who, "may not do what he asked of the control socket");
        if let Some(trail) = trail {
            trail.note(Record::Denied {
                who: who.clone(),
                act: request.word().into(),
                id: crate::audit::shortened(request.case()),
            });
        }
        return vec![Reply::failed(&Error::Refused(format!(
            "{who} may not do this; it takes the role \"{}\" (roles)",
            needed.as_str()
        )))];
    }
    if needed > Role::Viewer {
        tracing::info!(
            who,
            request = request.word(),
            case = request.case(),
            "asked"
        );
    }
    // Before anything is done or shown: what cannot be noted does not happen.
    let mut noted = None;
    if let Some(trail) = trail {
        match trail.write(noted::record(&request, person, trail)).await {
            Ok(seq) => noted = Some((trail, seq)),
            Err(why) => {
                let why = format!("{why}; nothing was done");
                return vec![Reply::failed(&Error::Index(why))];
            }
        }
    }
    match request.carry_out(who, quarantine).await {
        Ok(replies) => replies,
        Err(error) => {
            if let Some((trail, of)) = noted {
                let why = noted::word(&error).to_owned();
                trail.note(Record::Failed { of, why });
            }
            vec![Reply::failed(&error)]
        }
    }
}
