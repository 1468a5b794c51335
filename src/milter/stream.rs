// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the stream under one conversation: quick over TCP, read as packets, closed when nothing
//! comes any more, and at its end when the daemon drains.

use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustix::net::sockopt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Instant, Sleep, sleep};

use super::answered::Answered;
use super::packets::Packets;
use crate::metrics::Metrics;

/// How long the rest of a packet, or the first one of a connection, may take.
const PACKET: Duration = Duration::from_secs(60);

/// How long the MTA may say nothing between two packets: libmilter's two hours, which its manual
/// asks not to shorten, because the MTA waits for its client meanwhile.
pub const IDLE: Duration = Duration::from_secs(7210);

/// A TCP connection whose other side has vanished is noticed after some two minutes.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(60), Duration::from_secs(15), 4);

/// Bytes read at once: a stretch of body is 64 KB.
const READ: usize = 32 << 10;

/// Commands that edit the message. The MTA answers none of them and waits for what follows
/// (libmilter, `include/libmilter/mfdef.h`).
const EDITS: &[u8] = b"him+-2q";

/// Edits are held up to so many bytes.
const HELD: usize = 64 << 10;

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
        let (idle, interval, count) = KEEPALIVE;
        sockopt::set_socket_keepalive(&stream, true).ok();
        sockopt::set_tcp_keepidle(&stream, idle).ok();
        sockopt::set_tcp_keepintvl(&stream, interval).ok();
        sockopt::set_tcp_keepcnt(&stream, count).ok();
        Self::Inet(stream)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Inet(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Unix(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Inet(stream) => {
                let read = Pin::new(&mut *stream).poll_read(cx, buf);
                if read.is_ready() {
                    // Where steps have no reply, the MTA's small writes wait for our ACK. The
                    // kernel forgets this option, so it is set after each read.
                    sockopt::set_tcp_quickack(&*stream, true).ok();
                }
                read
            }
        }
    }
}

/// The stream that the milter library reads and writes.
pub struct Stream {
    socket: Socket,
    over: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    packets: Packets,
    /// What the library reads next, and how much of it has been read.
    ready: (Vec<u8>, usize),
    /// What the library wrote and has not gone out: edits, which go with the answer behind them.
    held: Vec<u8>,
    /// The last thing written is an edit.
    is_edit: bool,
    /// When it has been silent for too long.
    patience: Pin<Box<Sleep>>,
    metrics: Arc<Metrics>,
    answered: Answered,
}

impl Stream {
    /// Reads and writes `socket`. When `over` completes, it reads as if the MTA had closed it. What is
    /// written is told to `answered`.
    pub fn new(
        socket: Socket,
        over: impl Future<Output = ()> + Send + 'static,
        metrics: Arc<Metrics>,
        answered: Answered,
    ) -> Self {
        Self {
            socket,
            over: Some(Box::pin(over)),
            packets: Packets::default(),
            ready: (Vec::new(), 0),
            held: Vec::new(),
            is_edit: false,
            patience: Box::pin(sleep(PACKET)),
            metrics,
            answered,
        }
    }

    /// Gives bytes that are ready. False where there are none.
    fn give(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let (bytes, at) = &mut self.ready;
        let rest = bytes.get(*at..).unwrap_or_default();
        let given = rest.get(..buffer.remaining()).unwrap_or(rest);
        buffer.put_slice(given);
        *at += given.len();
        let any = !given.is_empty();
        if *at == bytes.len() {
            // An idle connection holds no memory.
            self.ready = (Vec::new(), 0);
        }
        any
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (before, _) = self.packets.progress();
        if self.packets.feed(bytes, &mut self.ready.0).is_err() {
            if let Some(total) = self.metrics.foreign.news() {
                tracing::warn!(
                    total,
                    "what came over a connection is no milter protocol; closed"
                );
            }
            return Err(ErrorKind::InvalidData.into());
        }
        match self.packets.progress() {
            // A packet has its time from its first byte, however slowly the others drip.
            (now, true) if now == before => (),
            (_, true) => self.patience.as_mut().reset(Instant::now() + PACKET),
            (_, false) => self.patience.as_mut().reset(Instant::now() + IDLE),
        }
        Ok(())
    }

    fn silence(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.patience.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        if let Some(total) = self.metrics.timeouts.news() {
            tracing::warn!(
                total,
                "the MTA was silent for too long over a connection; closed"
            );
        }
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
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
        while !self.give(buffer) {
            let mut space = [MaybeUninit::uninit(); READ];
            let mut read = ReadBuf::uninit(&mut space);
            match self.socket.poll_read(cx, &mut read) {
                Poll::Ready(Ok(())) if read.filled().is_empty() => break,
                Poll::Ready(Ok(())) => self.take(read.filled())?,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return self.silence(cx),
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    /// Takes what the library writes: a packet at a time.
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.is_edit = bytes.get(4).is_some_and(|command| EDITS.contains(command));
        self.held.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_edit && self.held.len() < HELD {
            return Poll::Ready(Ok(()));
        }
        let this = &mut *self;
        while !this.held.is_empty() {
            match ready!(this.socket.poll_write(cx, &this.held))? {
                0 => return Poll::Ready(Err(ErrorKind::WriteZero.into())),
                written => drop(this.held.drain(..written)),
            }
        }
        // An idle connection holds no memory.
        this.held = Vec::new();
        this.answered.written();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.socket {
            Socket::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
            Socket::Inet(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    /// How long a stream waits that was given these bytes, the last `drip` of them singly, a second each.
    async fn patience(bytes: &[u8], drip: usize) -> Duration {
        let (mut mta, ours) = UnixStream::pair().unwrap();
        let metrics = Arc::new(Metrics::default());
        let mut stream = Stream::new(
            Socket::Unix(ours),
            std::future::pending(),
            Arc::clone(&metrics),
            Answered::default(),
        );
        let begin = Instant::now();
        let (at_once, singly) = bytes.split_at(bytes.len() - drip);
        mta.write_all(at_once).await.unwrap();
        let mut read = Vec::new();
        for byte in singly {
            timeout(Duration::from_secs(1), stream.read_to_end(&mut read))
                .await
                .ok();
            mta.write_all(&[*byte]).await.unwrap();
        }
        let error = stream.read_to_end(&mut read).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert_eq!(metrics.timeouts.total(), 1);
        begin.elapsed()
    }

    #[tokio::test]
    async fn edits_go_with_the_answer_behind_them() {
        let (mut mta, ours) = std::os::unix::net::UnixStream::pair().unwrap();
        for end in [&mta, &ours] {
            end.set_nonblocking(true).unwrap();
        }
        let ours = UnixStream::from_std(ours).unwrap();
        let metrics = Arc::new(Metrics::default());
        let mut stream = Stream::new(
            Socket::Unix(ours),
            std::future::pending(),
            metrics,
            Answered::default(),
        );
        let mut wire = [0; 100];
        for (packet, is_there) in [
            (&b"\0\0\0\x06hX\0y\0"[..], false),
            (b"\0\0\0\x05+<a>\0", false),
            (b"\0\0\0\x01p", true),
            (b"\0\0\0\x05-<a>\0", false),
            (b"\0\0\0\x01a", true),
        ] {
            stream.write_all(packet).await.unwrap();
            stream.flush().await.unwrap();
            let read = mta.read(&mut wire);
            assert_eq!(read.is_ok(), is_there, "{packet:?}");
        }
    }

    /// Row 38 of the failure catalogue: silence and slowness have an end.
    #[tokio::test(start_paused = true)]
    async fn row_38_a_half_packet_ends_soon_and_a_whole_one_keeps_the_connection() {
        let near = |time: Duration, limit: Duration| time >= limit && time < limit + PACKET / 2;
        assert!(near(patience(b"", 0).await, PACKET));
        assert!(near(patience(b"\0\0", 0).await, PACKET));
        assert!(near(patience(b"\0\0\0\x09Bhalf", 0).await, PACKET));
        assert!(near(patience(b"\0\0\0\x09Bhalf", 4).await, PACKET));
        assert!(near(patience(b"\0\0\0\x05Bhalf", 0).await, IDLE));
    }
}
