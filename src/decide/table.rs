// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the decision table: kinds of recipients, the matrix and the exceptions, checked to be total.

/// The table.
#[derive(Debug, Default)]
pub struct Table {}
