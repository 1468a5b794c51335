// SPDX-License-Identifier: GPL-3.0-or-later
//! Takes argv in and gives an exit code out.

fn main() {}
