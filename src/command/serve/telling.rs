// SPDX-License-Identifier: GPL-3.0-or-later
//! Starts what tells our own people of messages that wait.

use std::sync::Arc;

use tokio::sync::mpsc::unbounded_channel;

use super::super::{LATER, Stop};
use crate::config::Settings;
use crate::dirs;
use crate::notice::{Current, Notices};
use crate::quarantine::Quarantine;

/// Where notices wait for the MTA, below the state directory.
const FOLDER: &str = "notices";

/// Has people hear what happens in the quarantine, as the settings say.
///
/// # Errors
/// One sentence: notices cannot be kept.
pub fn start(settings: &Settings, quarantine: &Arc<Quarantine>) -> Result<Arc<Notices>, Stop> {
    let folder = dirs::state().unwrap_or_default().join(FOLDER);
    let notices = Notices::open(folder, Arc::clone(quarantine));
    let notices = Arc::new(notices.map_err(|why| Stop(LATER, why))?);
    notices.replace(current(settings));
    let (to, events) = unbounded_channel();
    quarantine.tell_of(to);
    tokio::spawn(Arc::clone(&notices).run(events));
    Ok(notices)
}

/// What notices need of the settings; none where there are none.
pub fn current(settings: &Settings) -> Option<Current> {
    Some(Current {
        settings: settings.notices.clone()?,
        templates: settings.templates.clone(),
        ours: settings.ours.clone(),
        submit: settings.submit.clone()?,
    })
}
