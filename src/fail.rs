// SPDX-License-Identifier: GPL-3.0-or-later
//! Ends the process at a named point, or has a write fail, for tests of what that leaves behind. Only in builds
//! with debug assertions; in others nothing of this happens.

use std::io;

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

/// Before something is written: `PII_MILTER_FAIL_WRITE=n` has each n-th such write fail.
///
/// # Errors
/// That the device is at fault.
#[cfg(debug_assertions)]
pub fn write() -> io::Result<()> {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static ASKED: LazyLock<Option<u32>> =
        LazyLock::new(|| std::env::var("PII_MILTER_FAIL_WRITE").ok()?.parse().ok());
    static SEEN: AtomicU32 = AtomicU32::new(0);
    match *ASKED {
        Some(nth) if (SEEN.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(nth) => {
            Err(rustix::io::Errno::IO.into())
        }
        _ => Ok(()),
    }
}

/// Here nothing fails.
///
/// # Errors
/// None.
#[cfg(not(debug_assertions))]
pub fn write() -> io::Result<()> {
    Ok(())
}
