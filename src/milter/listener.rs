// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the socket on which the MTA connects, whatever happens to single connections.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::time::{Instant, sleep_until};

use super::stream::Socket;
use crate::units::Endpoint;

/// Owner and group may connect: the MTA is of our socket's group.
const SOCKET_MODE: u32 = 0o660;

/// The shortest and the longest rest after a failed accept.
const REST: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));

/// The listening socket.
#[derive(Debug)]
pub struct Listener {
    door: Door,
    /// How long to rest after the next failure, and until when to rest now.
    rest: Duration,
    until: Option<Instant>,
}

#[derive(Debug)]
enum Door {
    /// The file is held for its end.
    Unix {
        listener: UnixListener,
        _file: SocketFile,
    },
    Inet(TcpListener),
}

/// The file of a unix socket; it is removed with the listener, unless it is another's by now.
#[derive(Debug)]
struct SocketFile {
    path: PathBuf,
    id: (u64, u64),
}

impl Listener {
    /// Opens the socket. A unix socket that nobody listens on any more is replaced.
    ///
    /// # Errors
    /// One sentence: somebody else listens there, or what the system says.
    pub async fn bind(at: &Endpoint) -> Result<Self, String> {
        let door = match at {
            Endpoint::Unix(path) => bind_unix(path),
            Endpoint::Inet { host, port } => TcpListener::bind((host.as_str(), *port))
                .await
                .map(Door::Inet),
        };
        let door = door.map_err(|why| format!("cannot listen on {at}: {why}"));
        Ok(Self {
            door: door?,
            rest: REST.0,
            until: None,
        })
    }

    /// The next connection. Failures (no descriptor left, a client that is gone already) are
    /// logged, and followed by a rest.
    pub async fn accept(&mut self) -> Socket {
        loop {
            if let Some(until) = self.until {
                sleep_until(until).await;
                self.until = None;
            }
            let accepted = match &self.door {
                Door::Unix { listener, .. } => {
                    listener.accept().await.map(|(s, _)| Socket::Unix(s))
                }
                Door::Inet(listener) => listener.accept().await.map(|(s, _)| Socket::inet(s)),
            };
            match accepted {
                Ok(socket) => {
                    self.rest = REST.0;
                    return socket;
                }
                Err(error) => self.pause(&error),
            }
        }
    }

    fn pause(&mut self, error: &io::Error) {
        tracing::warn!(%error, rest_ms = self.rest.as_millis(), "cannot take a connection");
        self.until = Some(Instant::now() + self.rest);
        self.rest = (self.rest * 2).min(REST.1);
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|id| id == self.id) {
            fs::remove_file(&self.path).ok();
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let file = fs::symlink_metadata(path)?;
    Ok((file.dev(), file.ino()))
}

fn bind_unix(path: &Path) -> io::Result<Door> {
    remove_stale(path)?;
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(SOCKET_MODE))?;
    let id = identity(path)?;
    let path = path.to_owned();
    let _file = SocketFile { path, id };
    Ok(Door::Unix { listener, _file })
}

/// Removes the socket of a daemon that ended without doing so itself.
fn remove_stale(path: &Path) -> io::Result<()> {
    let file = match fs::symlink_metadata(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !file.file_type().is_socket() {
        let why = "a file that is no socket is in its place; move it away";
        return Err(io::Error::other(why));
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Err(io::Error::other(
            "another process listens there; end it first",
        )),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> (PathBuf, Endpoint) {
        let name = format!("pii-milter-listener-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        (path.clone(), Endpoint::Unix(path))
    }

    #[tokio::test]
    async fn a_stale_socket_is_replaced_and_a_living_one_is_not() {
        let (path, place) = place("stale");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let first = Listener::bind(&place).await.unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, SOCKET_MODE);
        let second = Listener::bind(&place).await.unwrap_err();
        assert!(second.contains("another process listens"), "{second}");
        drop(first);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_plain_file_is_left_alone() {
        let (path, place) = place("file");
        fs::write(&path, "mine").unwrap();
        let refused = Listener::bind(&place).await.unwrap_err();
        assert!(refused.contains("no socket"), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        fs::remove_file(&path).unwrap();
    }

    #[tokio::test]
    async fn the_rest_after_failures_grows_to_its_bound() {
        let mut listener = Listener::bind(&"inet:127.0.0.1:0".parse().unwrap())
            .await
            .unwrap();
        for _ in 0..20 {
            listener.pause(&io::Error::other("no descriptor left"));
        }
        assert_eq!(listener.rest, REST.1);
        assert!(listener.until.is_some());
    }
}
