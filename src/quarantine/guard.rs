// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps what we hand over from being judged again: its trace field has a name in it that nobody else can
//! make, so a message that comes back is known, and no sender can pass for one.

use super::Quarantine;
use crate::key::hex;
use crate::message::{Address, Recipient, header};

/// How our trace field names us.
pub(super) const US: &str = "(pii-milter)";

/// Digits of the keyed hash.
const DIGITS: usize = 16;

/// So many trace fields are looked at, the latest first.
const TRACES: usize = 20;

impl Quarantine {
    /// The name of a case in the trace field of what is handed over for this address.
    pub(super) fn name_for(&self, id: &str, to: &Address) -> String {
        let mac = self
            .keys
            .guard
            .mac(&[id.as_bytes(), to.folded().as_bytes()]);
        let mut digits = hex(&mac);
        digits.truncate(DIGITS);
        format!("{id}.{digits}")
    }

    /// True where we have handed over this very message for its one recipient: the MTA's entry for what we
    /// send asks us again. What somebody redirects to another recipient has not come back.
    pub fn has_sent(&self, head: &[u8], recipients: &[Recipient]) -> bool {
        let [to] = recipients else { return false };
        let (fields, _) = header::split(head);
        let traces = fields.iter().filter(|field| field.is("Received"));
        let values = traces.filter_map(|field| head.get(field.value.clone()));
        let values = values.map(String::from_utf8_lossy);
        let mut ours = values.filter(|value| value.contains(US)).take(TRACES);
        ours.any(|value| {
            let mut words = value.split([' ', '\t', '\r', '\n', ';']);
            let mut named = words.by_ref().skip_while(|word| *word != "id").skip(1);
            let name = named.next().unwrap_or_default();
            let id = name.rsplit_once('.').map(|(id, _)| id);
            id.is_some_and(|id| self.name_for(id, &to.address) == name)
        })
    }
}
