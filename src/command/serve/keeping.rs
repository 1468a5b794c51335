// SPDX-License-Identifier: GPL-3.0-or-later
//! Starts what keeps held messages: the quarantine, its outbox and sweep, the control socket.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::super::{LATER, Stop, UNUSABLE};
use crate::audit::Trail;
use crate::config::Settings;
use crate::control::Control;
use crate::dirs;
use crate::quarantine::{Current, Error, Quarantine};
use crate::worker::Pool;

/// Opens the quarantine, if there is one, and puts right what a crash left.
///
/// # Errors
/// One sentence: it cannot be opened as it is.
pub async fn open(
    settings: &Settings,
    passing: Vec<String>,
    pool: &Arc<Pool>,
    trail: Option<&Arc<Trail>>,
) -> Result<Option<Arc<Quarantine>>, Stop> {
    let (Some(place), Some(submit)) = (settings.quarantine.clone(), settings.submit.clone()) else {
        return Ok(None);
    };
    let opened = spawn_blocking(move || Quarantine::open(&place)).await;
    let opened = opened.map_err(|_| Stop(LATER, "opening the quarantine failed".into()))?;
    let quarantine = opened.map_err(|error| stop(&error))?;
    if let Some(trail) = trail {
        quarantine.note_in(Arc::clone(trail));
    }
    let repaired = quarantine.repair().await;
    repaired.map_err(|error| stop(&error))?;
    let pool = Arc::clone(pool);
    quarantine.replace(Current {
        pool,
        passing,
        submit,
    });
    let folder = dirs::runtime().unwrap_or_default();
    // The service manager has made it; for a daemon that is started by hand it may be missing.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .ok();
    let control = Control::bind(&folder, settings.roles.clone(), trail.cloned());
    let control = control.map_err(|why| Stop(LATER, why))?;
    tokio::spawn(control.serve(Arc::clone(&quarantine)));
    tokio::spawn(Arc::clone(&quarantine).deliver());
    tokio::spawn(Arc::clone(&quarantine).sweep());
    Ok(Some(quarantine))
}

fn stop(error: &Error) -> Stop {
    let code = match error {
        Error::Key(_) | Error::Damaged(_) | Error::Refused(_) => UNUSABLE,
        Error::Store(_) | Error::Index(_) | Error::Missing(_) | Error::Late => LATER,
    };
    Stop(code, error.to_string())
}
