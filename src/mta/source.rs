// SPDX-License-Identifier: GPL-3.0-or-later
//! Reads the text that an alias or virtual table is built from, and finds what leads outside.

use std::fs;
use std::path::Path;

use super::filter::Filter;
use crate::message::Address;

/// No such file is larger, in bytes; a larger one is not looked into.
const LARGEST: u64 = 64 << 20;

/// So many addresses are named; the rest is counted.
const NAMED: usize = 3;

/// The file of a list, in aliases(5).
const INCLUDE: &str = ":include:";

/// What to write where an address of ours expands to a foreign one.
pub const INSTEAD: &str = "send there by a mailbox of yours, or take the target out";

/// The entries of a table: key, and what it expands to. `None` where there is no such file.
///
/// Both kinds of line: `name: a, b` of aliases(5) and `key a, b` of virtual(5). A line that begins with a
/// blank continues the one before. In the place of `:include:/file` stands what that file holds; the
/// target stays as it is where the file cannot be read.
pub fn entries(path: &Path) -> Option<Vec<(String, Vec<String>)>> {
    let mut entries = parse(&text(path)?);
    for (_, targets) in &mut entries {
        let written = std::mem::take(targets);
        let listed = |target: String| match target.strip_prefix(INCLUDE).map(Path::new).map(text) {
            Some(Some(list)) => targets_of(&list),
            _ => vec![target],
        };
        targets.extend(written.into_iter().flat_map(listed));
    }
    Some(entries)
}

/// What a file holds; `None` where there is none, or it is too large.
pub fn text(path: &Path) -> Option<String> {
    if fs::metadata(path).ok()?.len() > LARGEST {
        return None;
    }
    Some(String::from_utf8_lossy(&fs::read(path).ok()?).into_owned())
}

/// What to say about lists whose file cannot be read.
pub fn unread(entries: &[(String, Vec<String>)]) -> Option<String> {
    let mut pairs = entries
        .iter()
        .flat_map(|(key, targets)| targets.iter().map(move |target| (key, target)));
    let (key, list) = pairs.find(|(_, target)| target.starts_with(INCLUDE))?;
    Some(format!(
        "{key} expands to {list}, which cannot be read here; an address in it that is not ours gets mail \
         that was decided for us"
    ))
}

/// What to say about entries that lead outside.
pub fn outside(entries: &[(String, Vec<String>)], filter: &Filter<'_>) -> Option<String> {
    let leads_out = |target: &&String| target.contains('@') && is_foreign(target, filter);
    let is_own = |key: &str| !key.contains('@') && !key.contains('.') || !is_foreign(key, filter);
    let pairs = entries.iter().filter(|(key, _)| is_own(key));
    let mut out = pairs.flat_map(|(key, targets)| {
        let targets = targets.iter().filter(leads_out);
        targets.map(move |target| format!("{key} to {target}"))
    });
    let named: Vec<String> = out.by_ref().take(NAMED).collect();
    let more = match out.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!named.is_empty()).then(|| {
        format!(
            "after the filter has decided for an address of ours, mail goes on to a foreign one: {}{more}",
            named.join(", ")
        )
    })
}

/// True for an address, or a domain, that is not ours.
pub fn is_foreign(target: &str, filter: &Filter<'_>) -> bool {
    let target = target.trim_matches(['"', '<', '>', '\\']);
    let target = match target.contains('@') {
        true => target.trim_start_matches('@').to_owned(),
        false => target.to_owned(),
    };
    let full = if target.contains('@') {
        target
    } else {
        format!("x@{target}")
    };
    let address = Address::new(&full);
    let is_local = ["localhost", "localhost.localdomain"].contains(&address.domain());
    !is_local && !filter.ours.has(&address)
}

fn parse(text: &str) -> Vec<(String, Vec<String>)> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(line),
            _ => lines.push(line.to_owned()),
        }
    }
    let entry = |line: String| {
        let end = line.find([' ', '\t', ':'])?;
        let (key, value) = line.split_at(end);
        // `name : value` is allowed too.
        let value = value.trim_start();
        let value = value.strip_prefix(':').unwrap_or(value);
        Some((key.trim_matches('"').to_owned(), targets_of(value)))
    };
    lines.into_iter().filter_map(entry).collect()
}

/// Targets that commas, blanks or line ends part; the lines of a list may be comments.
fn targets_of(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let targets = lines.flat_map(|line| line.split([',', ' ', '\t']));
    let targets = targets.filter(|target| !target.is_empty());
    targets
        .map(|target| target.trim_matches('"').to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_line_and_their_continuations() {
        let found = parse(
            "# c\nroot: anna@x.ch,\n  beat@y.ch\ninfo@x.ch carla@z.ch\n\nbad\nall : :include:/l\nteam::include:/l\n",
        );
        let owned = |words: &[&str]| -> Vec<String> { words.iter().map(|w| (*w).into()).collect() };
        assert_eq!(
            found,
            [
                ("root".to_owned(), owned(&["anna@x.ch", "beat@y.ch"])),
                ("info@x.ch".to_owned(), owned(&["carla@z.ch"])),
                ("all".to_owned(), owned(&[":include:/l"])),
                ("team".to_owned(), owned(&[":include:/l"])),
            ]
        );
    }
}
