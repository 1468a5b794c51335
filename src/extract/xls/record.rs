// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the stream of an old workbook into records, and their fields into numbers and strings
//! (MS-XLS, 2.1.4 and 2.5).

use crate::extract::{codepage, number};

/// What a record that was too long goes on in (2.4.58).
pub(super) const CONTINUE: u16 = 0x3c;

/// Records, one after the other; [`Records::is_whole`] tells whether the last was there to its end.
pub(super) struct Records<'a> {
    rest: &'a [u8],
    pub is_whole: bool,
}

impl<'a> Records<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            is_whole: true,
        }
    }

    fn record(&mut self) -> Option<(u16, &'a [u8])> {
        let (head, rest) = self.rest.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let size = usize::from(u16::from_le_bytes([c, d]));
        let (data, rest) = rest.split_at_checked(size)?;
        self.rest = rest;
        Some((u16::from_le_bytes([a, b]), data))
    }

    /// Adds the records that the one before goes on in.
    pub fn continued(&mut self, first: &'a [u8]) -> Fields<'a> {
        let mut ahead = Vec::new();
        while self.rest.starts_with(&CONTINUE.to_le_bytes()) {
            match self.record() {
                Some((_, data)) => ahead.push(data),
                None => break,
            }
        }
        ahead.reverse();
        Fields { now: first, ahead }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        // Behind the last record the stream is padded.
        if self.rest.iter().take(4).all(|byte| *byte == 0) {
            return None;
        }
        let record = self.record();
        self.is_whole = record.is_some();
        record
    }
}

/// The fields of a record, taken from its front.
pub(super) struct Fields<'a> {
    now: &'a [u8],
    /// The records it goes on in, the next one last.
    ahead: Vec<&'a [u8]>,
}

impl<'a> Fields<'a> {
    pub fn of(data: &'a [u8]) -> Self {
        Self {
            now: data,
            ahead: Vec::new(),
        }
    }

    /// Goes on in the next record; false where there is none.
    pub fn next_record(&mut self) -> bool {
        let next = self.ahead.pop();
        self.now = next.unwrap_or_default();
        next.is_some()
    }

    pub fn byte(&mut self) -> Option<u8> {
        while self.now.is_empty() {
            self.next_record().then_some(())?;
        }
        let (byte, rest) = self.now.split_first()?;
        self.now = rest;
        Some(*byte)
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut field = [0; N];
        for byte in &mut field {
            *byte = self.byte()?;
        }
        Some(field)
    }

    pub fn short(&mut self) -> Option<u16> {
        self.bytes().map(u16::from_le_bytes)
    }

    pub fn long(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    pub fn real(&mut self) -> Option<f64> {
        self.bytes().map(f64::from_le_bytes)
    }

    /// A number in 30 bits (2.5.217).
    pub fn packed(&mut self) -> Option<f64> {
        self.long().map(number::packed)
    }

    pub fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > self.now.len() {
            count -= self.now.len();
            self.next_record().then_some(())?;
        }
        self.now = self.now.get(count..)?;
        Some(())
    }

    /// What is left of the record.
    pub fn rest(&self) -> &'a [u8] {
        self.now
    }

    /// So many characters behind the byte that tells their width (2.5.293); what goes on in another
    /// record has such a byte there too.
    pub fn characters(&mut self, count: usize) -> Option<String> {
        let flags = self.byte()?;
        self.wide_or_not(count, flags & 1 != 0)
    }

    fn wide_or_not(&mut self, mut count: usize, mut is_wide: bool) -> Option<String> {
        let mut text = String::new();
        loop {
            let size = if is_wide { 2 } else { 1 };
            let here = count.min(self.now.len() / size);
            let (bytes, rest) = self.now.split_at_checked(here * size)?;
            self.now = rest;
            if is_wide {
                text += &codepage::decode(bytes, 1200);
            } else {
                text.extend(bytes.iter().map(|byte| char::from(*byte)));
            }
            count -= here;
            if count == 0 {
                return Some(text);
            }
            // A string that ends too early is still text.
            if !self.next_record() {
                return Some(text);
            }
            is_wide = self.byte()? & 1 != 0;
        }
    }

    /// A string of the shared ones, without its formats and readings (2.5.296).
    pub fn rich(&mut self) -> Option<String> {
        let count = usize::from(self.short()?);
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { self.short()? } else { 0 };
        let readings = if flags & 4 != 0 { self.long()? } else { 0 };
        let text = self.wide_or_not(count, flags & 1 != 0)?;
        let behind = usize::from(runs) * 4 + usize::try_from(readings).ok()?;
        // What breaks off behind the text is none of it.
        let _is_there = self.skip(behind);
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_go_on_in_the_next_record() {
        // "abcd" of which "cd" is wide, in the next record, with formats behind.
        let stream = [
            &[0xfc, 0, 8, 0][..],
            &[4, 0, 8, 1, 0, b'a', b'b'],
            &[0x99],
            &[0x3c, 0, 9, 0],
            &[1, b'c', 0, b'd', 0, 9, 9, 9, 9],
        ]
        .concat();
        let mut records = Records::of(&stream);
        let (kind, data) = records.next().unwrap();
        assert_eq!(kind, 0xfc);
        let mut fields = records.continued(&data[..7]);
        assert_eq!(fields.rich().as_deref(), Some("abcd"));
        assert!(fields.rest().is_empty() && records.next().is_none());
        assert!(records.is_whole);
    }

    #[test]
    fn what_breaks_off_is_told() {
        let mut records = Records::of(&[1, 2, 9, 0, 1]);
        assert!(records.next().is_none() && !records.is_whole);
        assert_eq!(Fields::of(&[3, 0, 0, b'a']).rich().as_deref(), Some("a"));
        assert_eq!(Fields::of(&[3]).rich(), None);
    }
}
