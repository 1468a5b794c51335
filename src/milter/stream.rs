// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the stream under one conversation: quick over TCP, and at its end when the daemon drains.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use rustix::net::sockopt::{set_socket_keepalive, set_tcp_quickack};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

/// An accepted connection.
#[derive(Debug)]
pub enum Socket {
    /// Over a unix socket.
    Unix(UnixStream),
    /// Over TCP.
    Inet(TcpStream),
}

impl Socket {
    /// Prepares an accepted TCP connection.
    pub fn inet(stream: TcpStream) -> Self {
        // Edits and answer are writes of their own: with Nagle each waits for the other side.
        // A half-open connection is noticed by keepalive. Both are help, not need.
        stream.set_nodelay(true).ok();
        set_socket_keepalive(&stream, true).ok();
        Self::Inet(stream)
    }
}

/// The stream that the milter library reads and writes.
pub struct Stream {
    socket: Socket,
    over: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Stream {
    /// Reads and writes `socket`. When `over` completes, it reads as if the MTA had closed it.
    pub fn new(socket: Socket, over: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            socket,
            over: Some(Box::pin(over)),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let over = self.over.as_mut();
        if over.is_none_or(|over| over.as_mut().poll(cx).is_ready()) {
            self.over = None;
            return Poll::Ready(Ok(()));
        }
        match &mut self.socket {
            Socket::Unix(stream) => Pin::new(stream).poll_read(cx, buffer),
            Socket::Inet(stream) => {
                let read = Pin::new(&mut *stream).poll_read(cx, buffer);
                if read.is_ready() {
                    // Where steps have no reply, the MTA's small writes wait for our ACK. The
                    // kernel forgets this option, so it is set after each read.
                    set_tcp_quickack(&*stream, true).ok();
                }
                read
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.socket {
            Socket::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
            Socket::Inet(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.socket {
            Socket::Unix(stream) => Pin::new(stream).poll_flush(cx),
            Socket::Inet(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.socket {
            Socket::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
            Socket::Inet(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
