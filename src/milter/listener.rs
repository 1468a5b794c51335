// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the socket on which the MTA connects, whatever happens to single connections.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use listenfd::ListenFd;
use serde::{Deserialize, Deserializer};
use tokio::net::{TcpListener, UnixListener};
use tokio::time::{Instant, sleep_until};

use super::handshake::{Handshake, Own, Place};
use super::stream::Socket;
use crate::metrics::Metrics;
use crate::units::{Endpoint, Parsed};

/// Who may connect to a unix socket.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rights {
    /// The mode of its file: 600, 660 or 666.
    pub mode: SocketMode,
    /// The group of its file, by name or number; where there is none, the one the system gives it.
    pub group: Option<String>,
}

/// The mode of a socket's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketMode(u32);

/// The shortest and the longest rest after a failed accept.
const REST: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));

/// Said where the socket cannot be ours.
const TAKEN: &str = "another process listens there; end it first";

/// The listening socket.
#[derive(Debug)]
pub struct Listener {
    door: Door,
    /// How long to rest after the next failure, and until when to rest now.
    rest: Duration,
    until: Option<Instant>,
    own: Own,
}

/// A connection that was taken.
#[derive(Debug)]
pub struct Accepted {
    /// Its stream.
    pub socket: Socket,
    /// True where this process is its other end.
    pub is_own: bool,
}

#[derive(Debug)]
enum Door {
    /// The file is held for its end.
    Unix {
        listener: UnixListener,
        _file: Option<SocketFile>,
    },
    Inet(TcpListener),
}

/// A socket that the service manager has opened for us.
#[derive(Debug)]
pub enum Given {
    /// In the file system. Its file stays when we end.
    Unix(std::os::unix::net::UnixListener),
    /// A TCP port.
    Inet(std::net::TcpListener),
}

/// The file of a unix socket; it is removed with the listener, unless it is another's by now.
#[derive(Debug)]
struct SocketFile {
    path: PathBuf,
    id: (u64, u64),
}

impl Given {
    /// The socket that was handed to this process (`LISTEN_FDS`, `sd_listen_fds(3)`); `None` where
    /// there is none. To be called once, before there are threads: it clears the variables.
    ///
    /// # Errors
    /// One sentence: there are several, or it is no stream socket.
    pub fn take() -> Result<Option<Self>, String> {
        let mut given = ListenFd::from_env();
        if given.len() > 1 {
            return Err(format!(
                "the service manager hands over {} sockets; write one Listen line in the .socket unit",
                given.len()
            ));
        }
        if let Ok(listener) = given.take_unix_listener(0) {
            return Ok(listener.map(Self::Unix));
        }
        let listener = given.take_tcp_listener(0);
        let listener = listener.map_err(|why| format!("the service manager's socket: {why}"))?;
        Ok(listener.map(Self::Inet))
    }
}

impl Default for Rights {
    /// Owner and group may connect: the MTA is of our socket's group.
    fn default() -> Self {
        Self {
            mode: SocketMode(0o660),
            group: None,
        }
    }
}

impl FromStr for SocketMode {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix('0').unwrap_or(text) {
            "600" => Ok(Self(0o600)),
            "660" => Ok(Self(0o660)),
            "666" => Ok(Self(0o666)),
            _ => Err(format!(
                "\"{text}\" is no mode for the socket; write 600 (owner), 660 (owner and group) or 666 (everybody)"
            )),
        }
    }
}

impl<'de> Deserialize<'de> for SocketMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Parsed::deserialize(deserializer).map(|Parsed(mode)| mode)
    }
}

impl Listener {
    /// Opens the socket. A unix socket that nobody listens on any more is replaced.
    ///
    /// # Errors
    /// One sentence: somebody else listens there, or what the system says.
    pub async fn bind(at: &Endpoint, rights: &Rights) -> Result<Self, String> {
        let door = match at {
            Endpoint::Unix(path) => bind_unix(path, rights),
            Endpoint::Inet { host, port } => TcpListener::bind((host.as_str(), *port))
                .await
                .map(Door::Inet)
                .map_err(|error| match error.kind() {
                    ErrorKind::AddrInUse => io::Error::other(TAKEN),
                    _ => error,
                }),
        };
        let door = door.map_err(|why| format!("cannot listen on {at}: {why}"));
        Ok(Self::behind(door?))
    }

    /// Listens on a socket that is open already.
    ///
    /// # Errors
    /// One sentence with what the system says.
    pub fn adopt(given: Given) -> Result<Self, String> {
        let door = match given {
            Given::Unix(listener) => {
                let blocking = listener.set_nonblocking(true);
                let listener = blocking.and_then(|()| UnixListener::from_std(listener));
                listener.map(|listener| Door::Unix {
                    listener,
                    _file: None,
                })
            }
            Given::Inet(listener) => {
                let blocking = listener.set_nonblocking(true);
                blocking
                    .and_then(|()| TcpListener::from_std(listener))
                    .map(Door::Inet)
            }
        };
        let door = door.map_err(|why| format!("cannot listen on the given socket: {why}"));
        Ok(Self::behind(door?))
    }

    fn behind(door: Door) -> Self {
        Self {
            door,
            rest: REST.0,
            until: None,
            own: Own::default(),
        }
    }

    /// The handshake of an MTA with this listener.
    ///
    /// # Errors
    /// One sentence: the system does not say where it listens.
    pub fn handshake(&self) -> Result<Handshake, String> {
        let place = match &self.door {
            Door::Unix { listener, .. } => listener
                .local_addr()
                .map(|address| Place::Unix(address.as_pathname().map(Path::to_owned))),
            Door::Inet(listener) => listener.local_addr().map(Place::Inet),
        };
        let place = place.map_err(|why| format!("cannot tell where we listen: {why}"))?;
        Ok(Handshake::new(place, self.own.clone()))
    }

    /// The next connection. Failures (no descriptor left, a client that is gone already) are
    /// counted, logged, and followed by a rest.
    pub async fn accept(&mut self, metrics: &Metrics) -> Accepted {
        loop {
            if let Some(until) = self.until {
                sleep_until(until).await;
                self.until = None;
            }
            let accepted = match &self.door {
                Door::Unix { listener, .. } => {
                    listener.accept().await.map(|(stream, _)| Accepted {
                        is_own: self.own.is_process(&stream),
                        socket: Socket::Unix(stream),
                    })
                }
                Door::Inet(listener) => listener.accept().await.map(|(stream, peer)| Accepted {
                    is_own: self.own.is_address(peer),
                    socket: Socket::inet(stream),
                }),
            };
            match accepted {
                Ok(accepted) => {
                    self.rest = REST.0;
                    return accepted;
                }
                Err(error) => {
                    if let Some(total) = metrics.accept_failures.news() {
                        tracing::warn!(%error, total, "cannot take a connection");
                    }
                    self.pause();
                }
            }
        }
    }

    fn pause(&mut self) {
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

fn bind_unix(path: &Path, rights: &Rights) -> io::Result<Door> {
    let group = rights.group.as_ref().map(|name| group_id(name));
    let group = group.transpose()?;
    remove_stale(path)?;
    let listener = UnixListener::bind(path)?;
    let file = SocketFile {
        path: path.to_owned(),
        id: identity(path)?,
    };
    if group.is_some() {
        chown(path, None, group)?;
    }
    fs::set_permissions(path, fs::Permissions::from_mode(rights.mode.0))?;
    let _file = Some(file);
    Ok(Door::Unix { listener, _file })
}

/// The number of a group (`group(5)`).
fn group_id(name: &str) -> io::Result<u32> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let groups = fs::read_to_string("/etc/group")?;
    let id = groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then_some(())?;
        fields.nth(1)?.parse().ok()
    });
    let unknown = || io::Error::other(format!("there is no group \"{name}\" in /etc/group"));
    id.ok_or_else(unknown)
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
        Ok(_) => Err(io::Error::other(TAKEN)),
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
        let first = Listener::bind(&place, &Rights::default()).await.unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
        let second = Listener::bind(&place, &Rights::default())
            .await
            .unwrap_err();
        assert!(second.contains("another process listens"), "{second}");
        drop(first);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_plain_file_is_left_alone() {
        let (path, place) = place("file");
        fs::write(&path, "mine").unwrap();
        let refused = Listener::bind(&place, &Rights::default())
            .await
            .unwrap_err();
        assert!(refused.contains("no socket"), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        fs::remove_file(&path).unwrap();
    }

    #[tokio::test]
    async fn the_rest_after_failures_grows_to_its_bound() {
        let mut listener = Listener::bind(&"inet:127.0.0.1:0".parse().unwrap(), &Rights::default())
            .await
            .unwrap();
        for _ in 0..20 {
            listener.pause();
        }
        assert_eq!(listener.rest, REST.1);
        assert!(listener.until.is_some());
    }

    #[tokio::test]
    async fn mode_and_group_are_as_written() {
        let (path, place) = place("rights");
        let group = rustix::process::getegid().as_raw();
        let rights = Rights {
            mode: "0666".parse().unwrap(),
            group: Some(group.to_string()),
        };
        let listener = Listener::bind(&place, &rights).await.unwrap();
        let file = fs::metadata(&path).unwrap();
        assert_eq!((file.mode() & 0o777, file.gid()), (0o666, group));
        drop(listener);
        let rights = Rights {
            group: Some("no such group".into()),
            ..rights
        };
        let error = Listener::bind(&place, &rights).await.unwrap_err();
        assert!(error.contains("no group \"no such group\""), "{error}");
        assert!(!path.exists());
        assert_eq!(group_id("root").unwrap(), 0);
        for wrong in ["", "0", "777", "432", "rw"] {
            assert!(wrong.parse::<SocketMode>().is_err(), "{wrong}");
        }
    }
}
