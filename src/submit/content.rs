// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message into what stands between DATA and the final dot (RFC 5321, 4.5.2).

/// Doubles each dot that begins a line, and lets no line end go out that is not CRLF: what one server
/// takes for the end of a line and the next one does not would hide one message in another.
#[derive(Debug)]
pub struct Stuffing {
    last: Last,
    /// Line ends that were put right.
    pub mended: u64,
}

/// Where the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    /// At the beginning of a line.
    LineEnd,
    /// Behind a CR that is not written yet.
    Return,
    /// Within a line.
    Other,
}

impl Stuffing {
    /// At the beginning of a message.
    pub fn new() -> Self {
        Self {
            last: Last::LineEnd,
            mended: 0,
        }
    }

    /// Writes the next stretch of the message.
    ///
    /// An LF without CR becomes CRLF, as every MTA has it. A CR without LF becomes a blank: nobody
    /// has read a line end there, and none comes to be.
    pub fn write(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for byte in bytes {
            self.last = match (self.last, byte) {
                (Last::Return, b'\n') => {
                    out.extend_from_slice(b"\r\n");
                    Last::LineEnd
                }
                (last, byte) => {
                    if last == Last::Return {
                        self.blank(out);
                    }
                    match byte {
                        b'\r' => Last::Return,
                        b'\n' => {
                            self.mended += 1;
                            out.extend_from_slice(b"\r\n");
                            Last::LineEnd
                        }
                        b'.' if last == Last::LineEnd => {
                            out.extend_from_slice(b"..");
                            Last::Other
                        }
                        other => {
                            out.push(*other);
                            Last::Other
                        }
                    }
                }
            };
        }
    }

    /// Ends the last line, where the message does not.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if self.last == Last::Return {
            self.blank(out);
            self.last = Last::Other;
        }
        if self.last == Last::Other {
            self.mended += 1;
            out.extend_from_slice(b"\r\n");
            self.last = Last::LineEnd;
        }
    }

    fn blank(&mut self, out: &mut Vec<u8>) {
        self.mended += 1;
        out.push(b' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it goes out, in pieces of that length; and what was put right.
    fn sent(message: &[u8], piece: usize) -> (Vec<u8>, u64) {
        let (mut stuffing, mut out) = (Stuffing::new(), Vec::new());
        for bytes in message.chunks(piece) {
            stuffing.write(bytes, &mut out);
        }
        stuffing.end(&mut out);
        (out, stuffing.mended)
    }

    /// The other end of it, written from RFC 5321, 4.5.2 alone.
    fn received(wire: &[u8]) -> Vec<u8> {
        let lines = wire.split_inclusive(|byte| *byte == b'\n');
        let bare = lines.map(|line| line.strip_prefix(b".").unwrap_or(line));
        bare.collect::<Vec<_>>().concat()
    }

    #[test]
    fn a_proper_message_arrives_as_it_is_however_it_is_cut() {
        for message in [
            b"".as_slice(),
            b"\r\n",
            b".\r\n",
            b"..\r\n...\r\n",
            b"A: b\r\n\r\n.\r\na.b\r\n.c\r\n\0\xff\r\n",
        ] {
            for piece in 1..=message.len().max(1) {
                let (wire, mended) = sent(message, piece);
                assert_eq!((received(&wire).as_slice(), mended), (message, 0));
                assert!(!wire.split_inclusive(|b| *b == b'\n').any(|l| l == b".\r\n"));
            }
        }
    }

    #[test]
    fn no_line_end_goes_out_that_is_not_one() {
        for (message, wire, mended) in [
            (b"a".as_slice(), b"a\r\n".as_slice(), 1),
            (b"a\n.\nb\r\n", b"a\r\n..\r\nb\r\n", 2),
            (b"a\r.\rb\r\n", b"a . b\r\n", 2),
            (b"a\r\r\n", b"a \r\n", 1),
            (b"a\n\r.\r\n", b"a\r\n .\r\n", 2),
            (b"a\r", b"a \r\n", 2),
        ] {
            for piece in 1..=message.len() {
                assert_eq!(sent(message, piece), (wire.to_vec(), mended));
            }
        }
    }
}
