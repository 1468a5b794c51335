// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the receipt of a stored message until the answer that makes it ours is written.

use std::sync::{Arc, Mutex, PoisonError};

use crate::quarantine::Receipt;

/// What one connection owes: the session puts the receipt in, the stream takes it out.
#[derive(Clone, Default)]
pub struct Answered(Arc<Mutex<Option<Receipt>>>);

impl Answered {
    /// The next thing that is written is the answer to this message.
    pub fn expect(&self, receipt: Receipt) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(receipt);
    }

    /// Something was written, all of it.
    pub fn written(&self) {
        let receipt = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(receipt) = receipt {
            receipt.answered();
        }
    }
}
