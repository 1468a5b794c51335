// SPDX-License-Identifier: GPL-3.0-or-later
//! Tells programs by their content, for channels that take none. Nobody reads them.

use super::work::Work;
use super::{Format, PROGRAM, Source, Why};

/// Windows (PE), Linux (ELF) and macOS (Mach-O) programs.
pub(super) struct Program;

/// How ELF, and Mach-O of either order and width, begin.
const STARTS: &[&[u8]] = &[
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
];

impl Format for Program {
    fn name(&self) -> &'static str {
        PROGRAM
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        STARTS.iter().any(|start| source.bytes.starts_with(start)) || is_windows(source.bytes)
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        work.unreadable(source.path, Why::Unreadable, "it is a program");
    }
}

/// The header of MS-DOS tells where that of Windows is (PE Format, "MS-DOS Stub").
fn is_windows(bytes: &[u8]) -> bool {
    let place = bytes.get(0x3c..0x40).and_then(|at| at.try_into().ok());
    let place = place
        .map(u32::from_le_bytes)
        .and_then(|at| usize::try_from(at).ok());
    let header = place.and_then(|at| bytes.get(at..));
    bytes.starts_with(b"MZ") && header.is_some_and(|header| header.starts_with(b"PE\0\0"))
}
