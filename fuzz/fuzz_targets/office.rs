// SPDX-License-Identifier: GPL-3.0-or-later
#![no_main]

#[path = "../truths.rs"]
mod truths;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| truths::office(bytes));
