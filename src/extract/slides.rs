// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a presentation (ECMA-376, 19) into text, slide after slide as they are shown.

use std::collections::HashMap;

use super::Work;
use super::ooxml::{Link, Package};
use super::xml::{self, Piece};

/// What stands on a slide but in a part of its own.
const ON_SLIDE: &[&str] = &["chart", "chartEx", "diagramData", "chartUserShapes"];

/// Reads the slides, each with its notes and comments.
pub(super) fn read(package: &mut Package<'_>, main: &str, bytes: &[u8], work: &mut Work) {
    let links = package.relations(main, work);
    let mut targets: HashMap<&str, &Link> = HashMap::new();
    targets.extend(links.iter().map(|link| (link.id.as_str(), link)));
    let mut slides = Vec::new();
    xml::walk(&xml::decode(bytes), |piece| {
        if let Piece::Start("sldId", attributes) = piece
            && let Some(id) = attributes.get_prefixed("id")
            && let Some(link) = targets.get(&*id)
        {
            slides.push(link.target.clone());
        }
    });
    for (at, slide) in slides.iter().enumerate() {
        // A hostile list may name one slide a million times.
        if package.is_new(slide) {
            read_slide(package, slide, at + 1, work);
        }
    }
}

fn read_slide(package: &mut Package<'_>, slide: &str, number: usize, work: &mut Work) {
    let place = format!("slide {number}");
    package.story(slide, &place, work);
    for link in package.relations(slide, work) {
        let place = match link.kind.as_str() {
            "notesSlide" => format!("{place} notes"),
            "comments" => format!("{place} comments"),
            kind if ON_SLIDE.contains(&kind) => place.clone(),
            _ => continue,
        };
        if package.is_new(&link.target) {
            package.story(&link.target, &place, work);
        }
    }
}
