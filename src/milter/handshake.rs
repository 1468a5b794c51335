// SPDX-License-Identifier: GPL-3.0-or-later
//! Asks our own socket as an MTA does. An answer shows that connections are taken and spoken with.

use std::fmt::Display;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use indymilter::message::command::{Command, OptNegPayload};
use indymilter::message::reply::Reply;
use indymilter::message::{self, PROTOCOL_VERSION};
use indymilter::{Actions, ProtoOpts};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream, UnixStream};

/// Where our own socket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Its file; `None` where it has no name in the file system.
    Unix(Option<PathBuf>),
    /// Its address.
    Inet(SocketAddr),
}

/// How the listener knows a connection that we make ourselves: the limit of connections is for the
/// MTA's alone, so that a daemon that is full still answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Own(Arc<Mutex<Option<SocketAddr>>>);

/// The handshake of an MTA with our own listener.
#[derive(Debug)]
pub struct Handshake {
    place: Place,
    own: Own,
}

impl Own {
    /// True for a connection over a unix socket whose other end is this process.
    pub(super) fn is_process(&self, stream: &UnixStream) -> bool {
        let peer = stream.peer_cred().ok().and_then(|peer| peer.pid());
        peer.is_some_and(|pid| u32::try_from(pid) == Ok(process::id()))
    }

    /// True for a TCP connection that comes from where we connect from.
    pub(super) fn is_address(&self, peer: SocketAddr) -> bool {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) == Some(peer)
    }

    fn set(&self, address: SocketAddr) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }
}

impl Handshake {
    pub(super) fn new(place: Place, own: Own) -> Self {
        Self { place, own }
    }

    /// Connects, negotiates options, says goodbye. It takes as long as the answer takes.
    ///
    /// # Errors
    /// One sentence: there was no connection, or no answer that milter clients understand.
    pub async fn make(&self) -> Result<(), String> {
        match &self.place {
            Place::Unix(None) => Err("our own socket has no name in the file system".into()),
            Place::Unix(Some(path)) => {
                let stream = UnixStream::connect(path).await;
                negotiate(stream.map_err(|error| unreached(path.display(), &error))?).await
            }
            Place::Inet(address) => {
                let address = reachable(*address);
                let stream = self.connect(address).await;
                negotiate(stream.map_err(|error| unreached(address, &error))?).await
            }
        }
    }

    /// Connects from an address that the listener has been told of before.
    async fn connect(&self, to: SocketAddr) -> io::Result<TcpStream> {
        let socket = match to {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        let mut from = to;
        from.set_port(0);
        socket.bind(from)?;
        self.own.set(socket.local_addr()?);
        socket.connect(to).await
    }
}

fn unreached(place: impl Display, error: &io::Error) -> String {
    format!("cannot connect to our own socket {place}: {error}")
}

/// A socket on all addresses is asked on loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    address
}

/// Hello, its answer, and QUIT (libmilter, `include/libmilter/mfdef.h`).
async fn negotiate(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), String> {
    let unanswered = |error: io::Error| format!("our own socket does not answer: {error}");
    let hello = Command::OptNeg(OptNegPayload {
        version: PROTOCOL_VERSION,
        actions: Actions::all(),
        opts: ProtoOpts::all(),
    });
    let sent = message::write(&mut stream, hello.into_message()).await;
    sent.map_err(unanswered)?;
    let answer = message::read(&mut stream).await.map_err(unanswered)?;
    match Reply::parse_reply(answer) {
        Ok(Reply::OptNeg { .. }) => (),
        _ => return Err("what our own socket answers is no milter protocol".into()),
    }
    let sent = message::write(&mut stream, Command::Quit.into_message()).await;
    sent.map_err(unanswered)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    #[test]
    fn a_socket_on_all_addresses_is_asked_on_loopback() {
        for (at, asked) in [
            ("0.0.0.0:25", "127.0.0.1:25"),
            ("[::]:25", "[::1]:25"),
            ("192.0.2.1:25", "192.0.2.1:25"),
        ] {
            assert_eq!(reachable(at.parse().unwrap()), asked.parse().unwrap());
        }
    }

    #[tokio::test]
    async fn only_the_answer_to_hello_is_an_answer() {
        for (bytes, sentence) in [
            (&b""[..], "does not answer"),
            (b"\0\0\0\x01c", "no milter protocol"),
            (b"220 mail ESMTP\r\n", "does not answer"),
        ] {
            let (ours, mut other) = UnixStream::pair().unwrap();
            other.write_all(bytes).await.unwrap();
            other.shutdown().await.unwrap();
            let why = negotiate(ours).await.unwrap_err();
            assert!(why.contains(sentence), "{bytes:?}: {why}");
        }
    }
}
