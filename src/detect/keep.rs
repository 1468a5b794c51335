// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps so many findings of a message as its levels can ask for, and counts the rest.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::{Confidence, Finding};
use crate::secret::Secret;

/// So many findings of one detector and confidence are kept, and so many distinct values. A count
/// in `classify` cannot ask for more.
pub const MAX_KEPT: usize = 1000;

/// The findings of a message, as they come.
#[derive(Debug, Default)]
pub(super) struct Keep {
    pub findings: Vec<Finding>,
    pub left_out: BTreeMap<Arc<str>, usize>,
    /// Of each detector and confidence, how many are kept, and their values.
    kept: HashMap<(Arc<str>, Confidence), (usize, HashSet<Secret>)>,
}

impl Keep {
    /// Keeps a finding while there are few, or while its value is a new one and there are few of
    /// those: so what repeats cannot crowd out what does not, and each count up to `MAX_KEPT` is true.
    pub fn add(&mut self, finding: Finding) {
        let key = (Arc::clone(&finding.detector), finding.confidence);
        let (count, values) = self.kept.entry(key).or_default();
        let is_new = values.len() < MAX_KEPT && values.insert(finding.value.clone());
        if is_new || *count < MAX_KEPT {
            *count += 1;
            self.findings.push(finding);
        } else {
            *self.left_out.entry(finding.detector).or_default() += 1;
        }
    }
}
