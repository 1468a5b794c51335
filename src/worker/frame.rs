// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the form of what passes between daemon and worker: a length, then so many bytes.

use std::io::{self, Read, Write};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::spool::Spool;

/// The longest frame, in bytes. A policy, a mail and a verdict are all far below it.
const MAX: u32 = 1 << 30;

fn header_of(length: usize) -> io::Result<[u8; 4]> {
    let length = u32::try_from(length).ok().filter(|length| *length <= MAX);
    let length = length.ok_or_else(|| io::Error::other("frame too long"))?;
    Ok(length.to_le_bytes())
}

/// Room for an ordinary frame of this length; for a long one it grows with what comes.
fn room_for(length: u64) -> Vec<u8> {
    Vec::with_capacity(usize::try_from(length).map_or(BUFFER, |length| length.min(BUFFER)))
}

fn checked(length: [u8; 4]) -> io::Result<u32> {
    let length = u32::from_le_bytes(length);
    if length > MAX {
        return Err(io::Error::other("frame too long"));
    }
    Ok(length)
}

/// Bytes that either side holds before it calls the system: job, ordinary mail and verdict go at once.
pub const BUFFER: usize = 64 << 10;

/// Writes one frame, blocking. The caller flushes.
///
/// # Errors
/// When the other side is gone, or the frame is over a gigabyte.
pub fn write(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&header_of(bytes.len())?)?;
    to.write_all(bytes)
}

/// Reads one frame, blocking. `None` at the end of the stream.
///
/// Memory grows with the bytes that come, not with the length that is promised.
///
/// # Errors
/// When the stream ends within a frame, or a length is over a gigabyte.
pub fn read(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if from.read(&mut length[..1])? == 0 {
        return Ok(None);
    }
    from.read_exact(&mut length[1..])?;
    let length = u64::from(checked(length)?);
    let mut bytes = room_for(length);
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(bytes))
}

/// Writes one frame. The caller flushes.
///
/// # Errors
/// As [`write`].
pub async fn send(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    to.write_all(&header_of(bytes.len())?).await?;
    to.write_all(bytes).await
}

/// Writes a message as one frame, piece by piece. The caller flushes.
///
/// # Errors
/// As [`write`], and what the system says of reading it.
pub async fn send_spool(to: &mut (impl AsyncWrite + Unpin), spool: &Spool) -> io::Result<()> {
    to.write_all(&header_of(spool.len())?).await?;
    let (mut at, mut space) = (0, Vec::new());
    while let Some(piece) = spool.piece(at, &mut space)? {
        to.write_all(piece).await?;
        at += piece.len();
    }
    Ok(())
}

/// Reads one frame.
///
/// # Errors
/// As [`read`], and at the end of the stream.
pub async fn receive(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).await?;
    let length = u64::from(checked(length)?);
    let mut bytes = room_for(length);
    from.take(length).read_to_end(&mut bytes).await?;
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_as_it_went() {
        let mut wire = Vec::new();
        write(&mut wire, b"one").unwrap();
        write(&mut wire, b"").unwrap();
        let mut from = wire.as_slice();
        assert_eq!(read(&mut from).unwrap().unwrap(), b"one");
        assert_eq!(read(&mut from).unwrap().unwrap(), b"");
        assert!(read(&mut from).unwrap().is_none());
    }

    #[test]
    fn a_cut_or_absurd_frame_is_an_error() {
        assert!(read(&mut [3, 0, 0, 0, b'a'].as_slice()).is_err());
        assert!(read(&mut [3, 0].as_slice()).is_err());
        assert!(read(&mut [255, 255, 255, 255].as_slice()).is_err());
    }
}
