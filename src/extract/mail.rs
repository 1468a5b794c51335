// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message that stood under a transfer encoding, or in a file, into its parts.

use crate::message::{PartPath, header, mime};

use super::{Format, Source, Why, Work};

/// Mail in a part or file of its own. (A message that stands in the mail as it is has been taken
/// apart with it.)
pub(super) struct Mail;

impl Format for Mail {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        let is_file = source.is_named(&[".eml"]) && header::begins(source.bytes);
        mime::is_message(source.media_type) || is_file
    }

    fn may_be_empty(&self, _source: &Source<'_>) -> bool {
        true
    }

    fn read(&self, source: &Source<'_>, work: &mut Work) {
        let mut limits = work.left().tree;
        limits.depth = limits.depth.saturating_sub(source.depth);
        if limits.depth == 0 {
            return work.unreadable(source.path, Why::OverBudget, "it is nested too deep");
        }
        let (fields, _) = header::split(source.bytes);
        super::header::read(&fields, source.bytes, Some(source.path), work);
        let (mut parts, mut left_out) = mime::parts(source.bytes, limits);
        let inside = |path: &PartPath| PartPath(format!("{}.{path}", source.path));
        for part in &mut parts {
            part.path = inside(&part.path);
            part.depth += source.depth;
            part.alternative_of = part.alternative_of.as_ref().map(inside);
        }
        for (path, _) in &mut left_out {
            *path = inside(path);
        }
        work.read_tree(source.bytes, &parts, &left_out);
    }
}
