// SPDX-License-Identifier: GPL-3.0-or-later
//! The map: how pii-milter is cut, and the order in which its parts may know each other.
//!
//! A message comes in from the MTA (`milter`), is sent to a child process (`worker`), and there walks the path:
//! `message` (what came in) → `extract` (parts to text) → `detect` (text to findings) →
//! `classify` (findings to a level, and why) → `decide` (level × recipient × direction to a channel) →
//! `act` (channels to a plan of edits). `inspect` is the few lines that call them in this order.
//! The plan goes back to `milter`, which writes the edits and the answer, or gives the message to
//! `quarantine`, where it waits for a person who speaks to the daemon through `control`, and from where it
//! leaves through `submit`. Each decision and each act leaves a record in
//! `audit`, and our own people hear from `notice` what waits.
//!
//! A module named by a verb is a stage: pure, no input or output, no clock. A module named by a noun
//! is a thing, or touches the world.
//!
//! # Layers
//!
//! A module names modules of a smaller number only; `tests/layers.rs` reads this list and enforces it.
//!
//! ```text
//! 12 command
//! 11 config
//! 10 control milter notice
//!  9 mta quarantine
//!  8 audit log submit worker
//!  7 inspect
//!  6 act
//!  5 decide
//!  4 classify
//!  3 detect
//!  2 extract key
//!  1 message units yaml
//!  0 dirs fail metrics nearest secret shipped spool system_log
//! ```

pub mod act;
pub mod audit;
pub mod classify;
pub mod command;
pub mod config;
pub mod control;
pub mod decide;
pub mod detect;
pub mod dirs;
pub mod extract;
pub mod fail;
pub mod inspect;
pub mod key;
pub mod log;
pub mod message;
pub mod metrics;
pub mod milter;
pub mod mta;
pub mod nearest;
pub mod notice;
pub mod quarantine;
pub mod secret;
pub mod shipped;
pub mod spool;
pub mod submit;
pub mod system_log;
pub mod units;
pub mod worker;
pub mod yaml;
