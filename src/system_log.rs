// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps a connection to the system log, facility `mail`, and opens it anew when its daemon was restarted.

use std::fmt::Display;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use syslog::{Facility, LogFormat, Logger, LoggerBackend, Severity};

/// The system log.
pub struct SystemLog {
    logger: Mutex<Logger<LoggerBackend, Unstamped>>,
}

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Somebody must look.
    Error,
    /// Somebody may want to look.
    Warning,
    /// What happens.
    Info,
}

/// The form of a line (RFC 3164, 4.1) without its time: the daemon of the system log puts its own there.
/// The library's is UTC, which every reader takes for local time.
#[derive(Clone)]
struct Unstamped {
    pid: u32,
}

impl SystemLog {
    /// Connects.
    ///
    /// # Errors
    /// What the system says where no system log answers.
    pub fn connect() -> Result<Self, String> {
        let logger = open().map_err(|error| error.to_string())?;
        let logger = Mutex::new(logger);
        Ok(Self { logger })
    }

    /// Writes one line.
    pub fn send(&self, weight: Weight, line: &str) {
        let mut logger = self.logger.lock().unwrap_or_else(PoisonError::into_inner);
        if say(&mut logger, weight, line).is_err()
            && let Ok(mut anew) = open()
        {
            // Whom to tell that the log does not take it? The next line tries again.
            say(&mut anew, weight, line).ok();
            *logger = anew;
        }
    }
}

fn open() -> Result<Logger<LoggerBackend, Unstamped>, syslog::Error> {
    let pid = std::process::id();
    syslog::unix(Unstamped { pid })
}

impl<T: Display> LogFormat<T> for Unstamped {
    fn format<W: Write>(&self, to: &mut W, severity: Severity, line: T) -> syslog::Result<()> {
        let priority = Facility::LOG_MAIL as u8 | severity as u8;
        let name = env!("CARGO_PKG_NAME");
        write!(to, "<{priority}>{name}[{}]: {line}", self.pid).map_err(syslog::Error::Write)
    }
}

fn say(
    logger: &mut Logger<LoggerBackend, Unstamped>,
    weight: Weight,
    line: &str,
) -> Result<(), syslog::Error> {
    match weight {
        Weight::Error => logger.err(line),
        Weight::Warning => logger.warning(line),
        Weight::Info => logger.info(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_the_system_log_has_priority_and_name() {
        let mut line = Vec::new();
        let form = Unstamped { pid: 7 };
        form.format(&mut line, Severity::LOG_INFO, "message id=Q-1")
            .unwrap();
        assert_eq!(line, b"<22>pii-milter[7]: message id=Q-1");
    }
}
