// SPDX-License-Identifier: GPL-3.0-or-later
//! Talks to the real daemon as an MTA does, politely and not, and watches what it answers and logs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test reports by panicking, and tells its figures"
)]

mod attachments;
mod attacks;
mod audit;
mod budgets;
#[path = "../chance/mod.rs"]
mod chance;
mod daemon;
mod documents;
mod hostile;
mod life;
mod odd;
mod overload;
mod people;
mod protocol;
mod quarantine;
mod rows;
mod sessions;
mod split;
mod verdict;
mod watchdog;
mod wire;
