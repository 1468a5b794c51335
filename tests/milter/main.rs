// SPDX-License-Identifier: GPL-3.0-or-later
//! Talks to the real daemon as an MTA does, politely and not, and watches what it answers and logs.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

mod daemon;
mod hostile;
mod life;
mod odd;
mod overload;
mod protocol;
mod rows;
mod sessions;
mod verdict;
mod wire;
