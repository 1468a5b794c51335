// SPDX-License-Identifier: GPL-3.0-or-later
//! Reads the lines of a trail, file by file, the oldest first.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::files::LONGEST;

/// One line, without its line end.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The file it stands in.
    pub file: &'a Path,
    /// Its place there, from 1.
    pub number: u64,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// False where the file ends within it.
    pub is_whole: bool,
}

/// Gives every line of these files to `take`.
///
/// # Errors
/// One sentence: a file that cannot be read.
pub fn each(files: &[PathBuf], mut take: impl FnMut(Line<'_>)) -> Result<(), String> {
    for path in files {
        let wrong = |error: io::Error| format!("{}: {error}", path.display());
        let mut file = BufReader::with_capacity(1 << 20, File::open(path).map_err(wrong)?);
        let mut bytes = Vec::new();
        let mut number = 0;
        loop {
            bytes.clear();
            let mut some = (&mut file).take(LONGEST);
            if some.read_until(b'\n', &mut bytes).map_err(wrong)? == 0 {
                break;
            }
            number += 1;
            let is_whole = bytes.pop_if(|last| *last == b'\n').is_some();
            take(Line {
                file: path,
                number,
                bytes: &bytes,
                is_whole,
            });
        }
    }
    Ok(())
}
