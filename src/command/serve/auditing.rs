// SPDX-License-Identifier: GPL-3.0-or-later
//! Starts the trail of decisions and acts, and notes in it what becomes of the daemon.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::super::{LATER, Stop, UNUSABLE};
use crate::audit::{Error, Record, Trail};
use crate::config::Settings;
use crate::dirs;
use crate::milter::Mode;

/// Opens the trail, if there is to be one.
///
/// # Errors
/// One sentence: it cannot be opened as it is, or takes no record.
pub async fn open(settings: &Settings, digest: &str) -> Result<Option<Arc<Trail>>, Stop> {
    let Some(audit) = settings.audit.clone() else {
        return Ok(None);
    };
    let state = dirs::state().ok_or_else(|| {
        let why = "there is no state directory; set STATE_DIRECTORY or HOME";
        Stop(LATER, why.into())
    })?;
    let ours = settings.ours.clone();
    let opened = spawn_blocking(move || Trail::open(&audit, &state, ours)).await;
    let opened = opened.map_err(|_| Stop(LATER, "opening the audit trail failed".into()))?;
    let trail = opened.map_err(|error| {
        let code = match error {
            Error::Key(_) => UNUSABLE,
            Error::Failed(_) => LATER,
        };
        Stop(code, error.to_string())
    })?;
    let mode = match settings.mode {
        Mode::Monitor => "monitor",
        Mode::Enforce => "enforce",
    };
    let start = Record::Start {
        version: env!("CARGO_PKG_VERSION"),
        policy: digest.to_owned(),
        mode: mode.into(),
    };
    let written = trail.write(start).await;
    written.map_err(|why| Stop(LATER, why))?;
    Ok(Some(Arc::new(trail)))
}

/// Notes a reload: the digest of the policy that is in force from now on, or none where nothing changed.
pub fn reloaded(trail: Option<&Arc<Trail>>, policy: Option<String>) {
    if let Some(trail) = trail {
        trail.note(Record::Reload { policy });
    }
}

/// Writes what waits, and ends the trail.
pub async fn close(trail: Option<Arc<Trail>>) {
    if let Some(trail) = trail {
        // A thread that cannot be waited for has its own end.
        spawn_blocking(move || trail.close()).await.ok();
    }
}
