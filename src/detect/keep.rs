// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps so many findings of a message as its levels can ask for, and counts the rest.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::{Confidence, Finding};
use crate::secret::Secret;

/// So many findings of one detector and confidence are kept, and so many distinct values, where the
/// configuration does not say otherwise. A count in `classify` cannot ask for more.
pub const MAX_KEPT: usize = 1000;

/// The findings of a message, as they come.
#[derive(Debug, Default)]
pub(super) struct Keep {
    pub findings: Vec<Finding>,
    pub left_out: BTreeMap<Arc<str>, usize>,
    /// The highest confidence of which there were more values than are kept.
    pub over: Option<Confidence>,
    most: usize,
    /// Of each detector and confidence, how many are kept, and their values.
    kept: HashMap<(Arc<str>, Confidence), (usize, HashSet<Secret>)>,
}

impl Keep {
    /// Keeps so many.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            ..Self::default()
        }
    }

    /// Keeps a finding while there are few, or while its value is a new one and there are few of
    /// those: so what repeats cannot crowd out what does not, and each count up to `most` is true.
    pub fn add(&mut self, finding: Finding) {
        let key = (Arc::clone(&finding.detector), finding.confidence);
        let (count, values) = self.kept.entry(key).or_default();
        let is_new = values.len() < self.most && values.insert(finding.value.clone());
        if is_new || *count < self.most {
            *count += 1;
            self.findings.push(finding);
        } else {
            if !values.contains(&finding.value) {
                self.over = self.over.max(Some(finding.confidence));
            }
            *self.left_out.entry(finding.detector).or_default() += 1;
        }
    }
}
