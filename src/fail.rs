// SPDX-License-Identifier: GPL-3.0-or-later
//! Ends the process at a named point, for tests of what a crash there leaves behind. Only in builds with
//! debug assertions; in others there is no such point.

/// Here a crash may be asked for: `PII_MILTER_CRASH=name:n` kills the process, as SIGKILL does, the n-th
/// time that it comes by.
#[cfg(debug_assertions)]
pub fn point(name: &str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static ASKED: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let asked = std::env::var("PII_MILTER_CRASH").ok()?;
        let (name, count) = asked.split_once(':')?;
        Some((name.to_owned(), count.parse().ok()?))
    });
    static SEEN: AtomicU32 = AtomicU32::new(0);
    if let Some((asked, count)) = ASKED.as_ref()
        && asked == name
        && SEEN.fetch_add(1, Ordering::Relaxed) + 1 == *count
    {
        let own = rustix::process::getpid();
        rustix::process::kill_process(own, rustix::process::Signal::KILL).ok();
    }
}

/// Here nothing happens.
#[cfg(not(debug_assertions))]
pub fn point(_name: &str) {}
