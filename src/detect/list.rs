// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the lists of `conf/words`, and puts their words where a rule names one: `<passport>`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::nearest::did_you_mean;
use crate::shipped;

/// The words, those of each list in its place.
///
/// # Errors
/// Which list there is none of.
pub(super) fn expand(words: Vec<String>) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for word in words {
        let name = word
            .strip_prefix('<')
            .and_then(|name| name.strip_suffix('>'));
        match name {
            None => all.push(word),
            Some(name) => all.extend(list(name)?.iter().cloned()),
        }
    }
    Ok(all)
}

fn list(name: &str) -> Result<&'static [String], String> {
    static LISTS: OnceLock<BTreeMap<&str, Vec<String>>> = OnceLock::new();
    let lists = LISTS.get_or_init(|| {
        let files = shipped::WORDS.iter();
        let lists = files.filter_map(|(file, text)| {
            let rows: Vec<Vec<String>> = crate::yaml::read(text).ok()?;
            Some((file.strip_suffix(".yaml")?, rows.concat()))
        });
        lists.collect()
    });
    let found = lists.get(name).map(Vec::as_slice);
    found.ok_or_else(|| {
        let meant = did_you_mean(name, lists.keys().copied());
        format!("there is no list \"{name}\"{meant}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_list() {
        for (file, _) in shipped::WORDS {
            let name = file.strip_suffix(".yaml").unwrap();
            assert!(list(name).unwrap().len() > 3, "{file}");
        }
        let words = expand(vec!["a".into(), "<passport>".into(), "b".into()]).unwrap();
        assert!(words.len() > 10 && words.contains(&"reisepass".to_owned()));
        let error = expand(vec!["<pasport>".into()]).unwrap_err();
        assert_eq!(
            error,
            "there is no list \"pasport\"; did you mean \"passport\"?"
        );
    }
}
