// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns events into lines: on standard error for the journal, to syslog, plain or as JSON.
//!
//! What is below `INFO` is never written, whatever the environment says: the milter library traces
//! every packet, and a packet holds mail.

use std::io::{self, Write};
use std::panic;

use serde::{Deserialize, Serialize};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::system_log::{SystemLog, Weight};

/// Where lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum To {
    /// Standard error; under systemd that is the journal.
    Stderr,
    /// The system log, facility `mail`.
    Syslog,
}

/// What a line looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `name=value`, for people and grep.
    Plain,
    /// One object a line.
    Json,
}

/// Starts the log of this process, and has panics tell where they happened and nothing else: their
/// message could hold a piece of a mail.
///
/// # Errors
/// One sentence: no system log answers, or a log was started before.
pub fn start(to: &[To], format: Format) -> Result<(), String> {
    let stderr = to.contains(&To::Stderr).then(|| {
        // The journal stamps lines itself.
        let is_stamped = std::env::var_os("JOURNAL_STREAM").is_some();
        lines(format, !is_stamped, true, io::stderr)
    });
    let syslog = match to.contains(&To::Syslog) {
        true => Some(lines(
            format,
            false,
            format == Format::Json,
            Syslog::connect()?,
        )),
        false => None,
    };
    // At "warn" the library says that we answer where no answer is expected; it leaves it away.
    let levels = Targets::new()
        .with_default(Level::INFO)
        .with_target("indymilter", Level::ERROR);
    let started = tracing_subscriber::registry()
        .with(stderr)
        .with(syslog)
        .with(levels);
    started
        .try_init()
        .map_err(|error| format!("cannot start the log: {error}"))?;
    panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "a part of the daemon failed");
    }));
    Ok(())
}

/// The layer that writes each event as one line.
fn lines<S, W>(
    format: Format,
    has_time: bool,
    has_level: bool,
    writer: W,
) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let layer = fmt::layer()
        .with_ansi(false)
        .with_target(false)
        .with_level(has_level)
        .with_writer(writer);
    match (format, has_time) {
        (Format::Plain, true) => layer.boxed(),
        (Format::Plain, false) => layer.without_time().boxed(),
        (Format::Json, true) => layer.json().flatten_event(true).boxed(),
        (Format::Json, false) => layer.json().flatten_event(true).without_time().boxed(),
    }
}

/// One line on its way to the system log; it leaves when it is dropped.
struct Outgoing<'a> {
    log: &'a Syslog,
    level: Level,
    line: Vec<u8>,
}

/// Where lines for the system log go.
struct Syslog(SystemLog);

impl Syslog {
    fn connect() -> Result<Self, String> {
        SystemLog::connect().map(Self).map_err(|error| {
            format!(
                "cannot reach the system log ({error}); start one, or take syslog out of log.to"
            )
        })
    }
}

impl<'a> MakeWriter<'a> for Syslog {
    type Writer = Outgoing<'a>;

    fn make_writer(&'a self) -> Outgoing<'a> {
        Outgoing {
            log: self,
            level: Level::INFO,
            line: Vec::new(),
        }
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Outgoing<'a> {
        let mut outgoing = self.make_writer();
        outgoing.level = *meta.level();
        outgoing
    }
}

impl Write for Outgoing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Outgoing<'_> {
    fn drop(&mut self) {
        let line = String::from_utf8_lossy(&self.line);
        let weight = match self.level {
            Level::ERROR => Weight::Error,
            Level::WARN => Weight::Warning,
            _ => Weight::Info,
        };
        self.log.0.send(weight, line.trim_end());
    }
}
