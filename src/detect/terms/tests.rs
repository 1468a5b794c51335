// SPDX-License-Identifier: GPL-3.0-or-later
//! Tests of the two-signal rule on short texts.
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use super::*;

#[test]
fn the_files_that_are_built_in_can_be_read() {
    let mut seen = 0;
    for (file, text) in shipped::TERMS {
        if file.ends_with("/cues.yaml") {
            crate::yaml::read::<IndexMap<String, Vec<String>>>(text).unwrap();
        } else {
            let read: File = crate::yaml::read(text).unwrap();
            read.terms.check().unwrap();
            let language = read.terms.language.unwrap();
            let expected = format!("{}/{}.yaml", language.as_str(), read.category.as_str());
            assert_eq!(*file, expected);
        }
        seen += 1;
    }
    assert_eq!(seen, 50);
}
