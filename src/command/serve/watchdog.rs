// SPDX-License-Identifier: GPL-3.0-or-later
//! Tells the service manager's watchdog that we are well, for as long as our own socket answers.

use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{sleep, timeout};

use super::tell;
use crate::milter::Handshake;

/// The rest after a handshake that was answered, and the time that one may take, are each that part of
/// our time: two may fail before it is over.
const TRY: u32 = 4;

/// The rest after one that failed.
const REST: u32 = 30;

/// The longest time that can be told to the service manager.
const LONGEST: Duration = Duration::from_micros(u32::MAX as u64);

/// Makes the handshake of an MTA with ourselves again and again, and tells of each that was answered.
/// Where the service manager has no watchdog for us (`WatchdogSec=`), it does nothing.
///
/// The watchdog is off until the first answer: who may not reach his own socket (`IPAddressDeny=`, a
/// socket unit's `SocketUser=`) would otherwise be ended again and again, and each time for nothing.
pub async fn feed(handshake: &Handshake) -> Infallible {
    let Some(time) = sd_notify::watchdog_enabled() else {
        return pending().await;
    };
    let time = time.min(LONGEST);
    let limit = time / TRY;
    let mut has_answered = false;
    let mut is_off = false;
    loop {
        let made = timeout(limit, handshake.make()).await;
        let late = |_| format!("our own socket does not answer in {} ms", limit.as_millis());
        match made.map_err(late).flatten() {
            Ok(()) => {
                if is_off {
                    tracing::info!("our own socket answers: the watchdog is on");
                    tell(&[NotifyState::WatchdogUsec(micros(time))]);
                }
                tell(&[NotifyState::Watchdog]);
                (has_answered, is_off) = (true, false);
            }
            Err(why) if has_answered => {
                tracing::error!("{why}; the watchdog waits");
                sleep(time / REST).await;
                continue;
            }
            Err(why) if !is_off => {
                tracing::warn!("{why}; the watchdog is off until it does");
                tell(&[NotifyState::WatchdogUsec(0)]);
                is_off = true;
            }
            Err(_) => (),
        }
        sleep(limit).await;
    }
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}
