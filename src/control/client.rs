// SPDX-License-Identifier: GPL-3.0-or-later
//! Asks the daemon over its control socket.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;

use super::NAME;
use super::request::{Reply, Request};
use crate::dirs;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The daemon does not run, or not for this user.
    Unreachable(String),
    /// It says no.
    Refused(String),
    /// It says not now.
    Later(String),
}

/// A connection to the daemon.
pub struct Client(BufReader<UnixStream>);

impl Client {
    /// Connects to the daemon of this machine.
    ///
    /// # Errors
    /// One sentence that says what to do.
    pub fn connect() -> Result<Self, Error> {
        let folder = dirs::runtime().ok_or_else(|| {
            Error::Unreachable("there is no runtime directory; set RUNTIME_DIRECTORY".into())
        })?;
        let path = folder.join(NAME);
        let stream = UnixStream::connect(&path).map_err(|error| {
            let what = match error.kind() {
                ErrorKind::PermissionDenied => {
                    "you may not speak to the daemon; be root, or of its group"
                }
                _ => "the daemon does not run, or has no quarantine",
            };
            Error::Unreachable(format!("{}: {error}; {what}", path.display()))
        })?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Asks, gives each line of the answer to `take`, and says to how many it was done.
    ///
    /// # Errors
    /// What the daemon says, or that it went away.
    pub fn ask(&mut self, request: &Request, mut take: impl FnMut(Reply)) -> Result<usize, Error> {
        let gone = |error: io::Error| Error::Unreachable(format!("the daemon went away: {error}"));
        let mut line = serde_json::to_vec(request).map_err(|error| gone(error.into()))?;
        line.push(b'\n');
        self.0.get_mut().write_all(&line).map_err(gone)?;
        loop {
            line.clear();
            if self.0.read_until(b'\n', &mut line).map_err(gone)? == 0 {
                return Err(gone(ErrorKind::UnexpectedEof.into()));
            }
            match serde_json::from_slice(&line).map_err(|error| gone(error.into()))? {
                Reply::Done(count) => return Ok(count),
                Reply::Failed { why, later: true } => return Err(Error::Later(why)),
                Reply::Failed { why, later: false } => return Err(Error::Refused(why)),
                reply => take(reply),
            }
        }
    }
}
