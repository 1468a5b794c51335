// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a message that stood under a transfer encoding, or in a file, into its parts.

use std::borrow::Cow;

use crate::message::{PartPath, header, mime, multipart};

use super::{Format, Source, Why, Work, plain, tree};

/// Mail in a part or file of its own. (A message that stands in the mail as it is has been taken
/// apart with it.)
pub(super) struct Mail;

impl Format for Mail {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn takes(&self, source: &Source<'_>) -> bool {
        // Of data only the content tells.
        let is_data = source.media_type.starts_with("application/");
        let may_be = source.is_named(&[".eml"]) || is_data && !source.is_named(plain::ENDINGS);
        mime::is_message(source.media_type)
            || source.media_type == "text/rfc822-headers"
            || is_multipart(source)
            || may_be && header::begins(source.bytes)
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
        // A multipart under an encoding has lost its header; the parts tell their boundary.
        let raw: Cow<'_, [u8]> = if is_multipart(source) {
            let header = format!("Content-Type: {}\n\n", source.media_type);
            Cow::Owned([header.as_bytes(), source.bytes].concat())
        } else {
            Cow::Borrowed(source.bytes)
        };
        let section = header::Section::read(&raw, limits.header);
        super::header::read(&section.fields, &raw, Some(source.path), work);
        let (mut parts, mut left_out) = mime::parts(&raw, limits);
        let inside = |path: &PartPath| PartPath(format!("{}.{path}", source.path));
        for part in &mut parts {
            part.path = inside(&part.path);
            part.depth += source.depth;
            part.alternative_of = part.alternative_of.as_ref().map(inside);
        }
        for (path, _) in &mut left_out {
            *path = inside(path);
        }
        tree::read(&raw, &parts, &left_out, work);
    }
}

fn is_multipart(source: &Source<'_>) -> bool {
    source.media_type.starts_with("multipart/") && multipart::guess(source.bytes).is_some()
}
