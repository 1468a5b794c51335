// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps how much may be open at once, so that what is begun can be ended.

/// Descriptors that the daemon needs for itself: log, listener, signals, starting a worker, both ends of
/// its handshake with itself; of the quarantine the index, the lock, the control socket and what is just
/// being written.
const OWN: u64 = 36;

/// More connections than any MTA's (Postfix: one for each of its 100 smtpd).
const CONNECTIONS: u64 = 10_000;

/// How much may be open at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Connections of the MTA. One more is closed at once: the MTA hears so, and does not wait.
    pub connections: usize,
    /// Messages in memory of their own, which each take a descriptor.
    pub files: usize,
}

impl Room {
    /// The room that so many descriptors give beside so many workers. Workers count twice, because a
    /// reload starts the new ones before the old ones end.
    pub fn new(descriptors: u64, workers: usize) -> Self {
        let workers = u64::try_from(workers).unwrap_or(u64::MAX);
        let free = descriptors.saturating_sub(OWN.saturating_add(workers.saturating_mul(2)));
        let connections = (free / 4 * 3).clamp(1, CONNECTIONS);
        let files = (free / 4).min(CONNECTIONS);
        Self {
            connections: usize::try_from(connections).unwrap_or(1),
            files: usize::try_from(files).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_never_takes_the_last_descriptor() {
        for (descriptors, workers) in [(64, 2), (1024, 64), (32_768, 4)] {
            let room = Room::new(descriptors, workers);
            let all = room.connections + room.files + 2 * workers + 36;
            assert!(
                all as u64 <= descriptors && room.connections > 15,
                "{room:?}"
            );
        }
        assert_eq!(Room::new(0, 2).connections, 1);
        assert_eq!(Room::new(u64::MAX, 2).connections, 10_000);
    }
}
