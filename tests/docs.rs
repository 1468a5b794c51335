// SPDX-License-Identifier: GPL-3.0-or-later
//! Holds the documents against the program: what one of them names, the other has.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic is the report"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pii_milter::command::cli;
use pii_milter::config::Source;
use pii_milter::detect::Entity;
use pii_milter::detect::entity::GROUPS;
use pii_milter::shipped;

type Words = BTreeSet<String>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The lines of a manual page as words, the quoting of roff taken off.
fn page(name: &str) -> Vec<Vec<String>> {
    let text = read(name).replace("\\&", "");
    let words = text.lines().map(|line| line.split_whitespace());
    words
        .map(|words| words.map(str::to_owned).collect())
        .collect()
}

fn words<'a>(list: impl IntoIterator<Item = &'a str>) -> Words {
    list.into_iter().map(str::to_owned).collect()
}

/// The keys that may stand at a place of the configuration: the program names them to whoever
/// writes another one there. `at` is the text before which the other one is put.
fn keys(at: &str, wrong: &str) -> Words {
    let mut source = Source::built_in();
    source.text = shipped::CONFIG.replace("#  - { from", "  - { from");
    let (before, notices) = source.text.split_once("#notices:").unwrap();
    let (notices, after) = notices.split_once("\n\n").unwrap();
    let notices = notices.replace("\n#", "\n");
    source.text = format!("{before}notices:{notices}\n\n{after}");
    assert!(source.text.contains(at), "{at}");
    source.text = source.text.replacen(at, &format!("{wrong}{at}"), 1);
    let error = source.policy().unwrap_err().concat();
    let (_, named) = error
        .split_once("expected ")
        .unwrap_or_else(|| panic!("{error}"));
    words(named.split('`').skip(1).step_by(2))
}

/// The keys of each section, `limits` as one of its own.
fn all_keys() -> BTreeMap<&'static str, Words> {
    let own = "zzz: 1\n";
    let inner = "  zzz: 1\n";
    let flow = "zzz: 1, ";
    BTreeMap::from([
        ("", keys("mode: monitor", own)),
        ("milter", keys("  listen: ", inner)),
        ("milter.limits", keys("message: 50M", flow)),
        ("log", keys("to: [ stderr ]", flow)),
        ("ours", keys("  networks: ", inner)),
        ("detectors", keys("  use: ", inner)),
        ("bulk", keys("phones: 10", flow)),
        ("decide", keys("  columns: ", inner)),
        ("exceptions", keys("from: payroll", flow)),
        ("audit", keys("  file: ", inner)),
        ("quarantine", keys("  index: ", inner)),
        ("notices", keys("  from:     ", inner)),
        (
            "quarantine.keep_by",
            keys("]                       # the first line", "{ zzz: 1 } "),
        ),
        ("quarantine.limits", keys("cases: 100000", flow)),
        ("roles", keys("viewer: [], ", flow)),
        ("submit", keys("smtp:127.0.0.1:10026", "{ zzz: 1 } # ")),
        (
            "channels.do",
            keys("relay: incamail ]     #", "zzz: 1 ]\n  x: [ "),
        ),
        ("channels", keys("  plain: ", "  x: { zzz: 1 }\n")),
        (
            "channels.limits",
            keys("  plain: ", "  x: { limits: { zzz: 1 } }\n"),
        ),
        (
            "decide.outbound",
            keys("    colleague:  [ plain", "    \"* new\": { zzz: 1 }\n"),
        ),
    ])
}

/// What the page of the configuration describes: the items of each section.
fn described() -> BTreeMap<String, Words> {
    let mut found: BTreeMap<String, Words> = BTreeMap::new();
    let (mut section, mut item, mut depth) = (String::new(), String::new(), 0);
    for line in page("man/pii-milter.yaml.5") {
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        match line[..] {
            [".Ss", name] => {
                section = name.to_owned();
                found.entry(section.clone()).or_default();
            }
            [".Sh", ..] => section.clear(),
            [".Bl", ..] => depth += 1,
            [".El"] => depth -= 1,
            [".It", "Ic", ref items @ ..] if !section.is_empty() => {
                let items = items
                    .iter()
                    .take_while(|item| **item != "Ar" && **item != ":");
                let items = items.filter(|item| **item != ",").copied();
                let items = words(items);
                // A list within a list is that of the item before it.
                let place = match depth {
                    1 => section.clone(),
                    _ => format!("{section}.{item}"),
                };
                if depth == 1 {
                    item = line[2].to_owned();
                }
                found.entry(place).or_default().extend(items);
            }
            _ => (),
        }
    }
    found
}

#[test]
fn the_page_of_the_configuration_has_every_key_and_no_other() {
    let described = described();
    let known = all_keys();
    let sections: Words = described
        .keys()
        .filter(|name| !name.contains('.'))
        .cloned()
        .collect();
    assert_eq!(sections, known[""]);
    for (section, keys) in known.iter().filter(|(name, _)| !name.is_empty()) {
        assert_eq!(described.get(*section), Some(keys), "section {section}");
    }
    let whole = read("man/pii-milter.yaml.5");
    for word in [
        "monitor", "enforce", "tempfail", "refuse", "accept", "stderr", "syslog", "plain", "json",
    ] {
        assert!(
            whole.contains(&format!("\n.Li {word}")) || whole.contains(&format!(".It Li {word}")),
            "{word}"
        );
    }
}

#[test]
fn the_page_of_the_configuration_has_every_entity_and_group() {
    let page: Words = page("man/pii-milter.yaml.5")
        .into_iter()
        .flatten()
        .collect();
    let groups = GROUPS.iter().map(|(name, _)| *name);
    for word in Entity::ALL.iter().map(|one| one.as_str()).chain(groups) {
        assert!(page.contains(word), "{word}");
    }
}

#[test]
fn the_shipped_file_has_every_key() {
    for (section, keys) in all_keys() {
        // A channel need not use every action, nor a row every word.
        let is_free = section.starts_with("channels") || section == "decide.outbound";
        for key in keys.iter().filter(|_| !is_free) {
            let is_there = shipped::CONFIG
                .lines()
                .any(|line| line.contains(&format!("{key}:")));
            assert!(is_there, "{section}: {key}");
        }
    }
}

/// The options of each verb, below its whole path.
fn verbs(of: &clap::Command, path: &str, found: &mut BTreeMap<String, Words>) {
    let below: Vec<_> = of
        .get_subcommands()
        .filter(|one| !one.is_hide_set())
        .collect();
    for one in &below {
        let path = format!("{path} {}", one.get_name());
        verbs(one, path.trim(), found);
    }
    // A verb may do something by itself and have others below it: check, check mta.
    if below.is_empty() || !of.is_subcommand_required_set() {
        let options = of.get_arguments().filter_map(clap::Arg::get_long);
        let options = options.filter(|long| !["help", "version"].contains(long));
        found.insert(path.to_owned(), words(options));
    }
}

#[test]
fn the_page_of_the_program_has_every_verb_and_option_and_no_other() {
    let mut command = cli();
    command.build();
    let mut known = BTreeMap::new();
    verbs(&command, "", &mut known);
    let (mut described, mut items): (BTreeMap<String, Words>, Words) = Default::default();
    let (mut section, mut options) = (String::new(), Words::new());
    let mut verb = String::new();
    let page = page("man/pii-milter.8");
    for line in page
        .iter()
        .map(|line| line.iter().map(String::as_str).collect::<Vec<_>>())
    {
        match line[..] {
            [".Sh" | ".Ss", ref name @ ..] => section = name.join(" "),
            [".It", "Cm", name] => items.extend(words([name])),
            [".Nm"] if section == "SYNOPSIS" => {
                verb.clear();
                options.clear();
            }
            [".Cm", ref path @ ..] if section == "SYNOPSIS" => verb = path.join(" "),
            [".Op", "Fl", name, ..] if section == "SYNOPSIS" => {
                options.extend(words([name.trim_start_matches('-')]));
            }
            _ => (),
        }
        if section == "SYNOPSIS" && !verb.is_empty() {
            described.insert(verb.clone(), options.clone());
        }
    }
    assert_eq!(described, known);
    let first = |path: &String| path.split(' ').next().unwrap().to_owned();
    assert_eq!(items, known.keys().map(first).collect());
    let whole: Words = page.into_iter().flatten().collect();
    for option in known.values().flatten() {
        assert!(whole.contains(&format!("-{option}")), "{option}");
    }
}

/// What the items of a section of the program's page begin with.
fn items_of(title: &str) -> Words {
    let page = page("man/pii-milter.8");
    let lines = page.iter().skip_while(|line| line[..].join(" ") != title);
    let lines = lines.skip(1).take_while(|line| {
        !line
            .first()
            .is_some_and(|name| name == ".Sh" || name == ".Ss")
    });
    let items = lines.filter(|line| line.first().is_some_and(|name| name == ".It"));
    let items = items.filter_map(|line| line[1..].iter().find(|word| *word != "Li"));
    items.cloned().collect()
}

#[test]
fn the_page_of_the_program_has_every_exit_code_and_no_other() {
    let source = read("src/command/mod.rs");
    let codes = source.lines().filter(|line| line.starts_with("pub const "));
    let codes = codes.filter_map(|line| line.split_once(": u8 = "));
    let codes = words(codes.map(|(_, code)| code.trim_end_matches(';')));
    assert_eq!(items_of(".Sh EXIT STATUS"), codes);
    for (path, mut verb) in texts(cli(), String::new()) {
        let help = verb.render_long_help().to_string().replace('\n', " ");
        let said = help.split("Exit code").nth(1).unwrap_or_default();
        let said = said
            .trim_start_matches('s')
            .split('.')
            .next()
            .unwrap_or_default();
        let said = said.trim_start_matches(':').split(", ");
        let said = said.filter_map(|part| part.split_whitespace().next());
        for code in said.filter(|word| word.parse::<u8>().is_ok()) {
            assert!(codes.contains(code), "{path}: {code}");
        }
    }
}

/// Each command below one, with its path.
fn texts(of: clap::Command, path: String) -> Vec<(String, clap::Command)> {
    let mut found: Vec<_> = of
        .get_subcommands()
        .flat_map(|sub| texts(sub.clone(), format!("{path} {}", sub.get_name())))
        .collect();
    found.push((path, of));
    found
}

#[test]
fn the_page_of_the_program_has_every_header_field_of_ours_and_no_other() {
    let source = read("src/act/label.rs");
    let (program, _) = source.split_once("#[cfg(test)]").unwrap();
    let fields = program.split("AddHeader(\"").skip(1);
    let fields = words(fields.filter_map(|rest| rest.split('"').next()));
    let items = items_of(".Ss What a message gets").into_iter();
    let items = items.filter_map(|item| item.strip_suffix(':').map(str::to_owned));
    assert_eq!(items.collect::<Words>(), fields);
}

/// Command lines that a document shows, without comments and what follows a pipe.
fn shown(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .map(|line| line.trim_start_matches(".Dl ").trim_start_matches("# "));
    let lines = lines.flat_map(|line| line.split("&&")).map(str::trim);
    let lines = lines.filter(|line| line.starts_with("pii-milter ") || line.starts_with("make "));
    let plain = |line: &str| {
        line.split([';', '|', '>', '<', '#', '&'])
            .next()
            .unwrap()
            .trim()
            .to_owned()
    };
    lines
        .map(|line| plain(line.split("  ").next().unwrap()))
        .collect()
}

/// Every second piece between marks, the first one or the one behind it.
fn every_other(text: &str, mark: &str, first: usize) -> String {
    let pieces: Vec<&str> = text.split(mark).skip(first).step_by(2).collect();
    pieces.join("\n")
}

#[test]
fn commands_that_documents_show_exist() {
    let makefile = read("Makefile");
    let mut texts: Vec<(String, String)> = [
        "README.md",
        "HACKING.md",
        "man/pii-milter.8",
        "man/pii-milter.yaml.5",
    ]
    .map(|name| (name.to_owned(), read(name)))
    .to_vec();
    texts.push(("conf".into(), shipped::CONFIG.replace("#   ", "")));
    let mut command = cli();
    command.build();
    for one in command.get_subcommands_mut() {
        texts.push((
            one.get_name().to_owned(),
            one.render_long_help().to_string(),
        ));
    }
    let mut count = 0;
    for (name, text) in texts {
        // In Markdown a block of code stands between fences; code in a sentence between backticks.
        let spans = every_other(&every_other(&text, "```", 0), "`", 1);
        let blocks = match name.ends_with(".md") {
            true => every_other(&text, "```", 1),
            false => text,
        };
        for line in shown(&blocks).into_iter().chain(shown(&spans)) {
            let mut parts = line.split_whitespace().filter(|part| *part != "…");
            if parts.next() == Some("make") {
                let target = parts.next().unwrap();
                assert!(
                    makefile.contains(&format!("\n{target}: ")),
                    "{name}: {line}"
                );
            } else {
                let parsed = cli().try_get_matches_from(["pii-milter"].into_iter().chain(parts));
                assert!(parsed.is_ok(), "{name}: {line}\n{}", parsed.unwrap_err());
            }
            count += 1;
        }
    }
    assert!(count > 25, "only {count} commands were found");
}

#[test]
fn every_dependency_has_its_sentence() {
    let cargo = read("Cargo.toml");
    let mut known = Words::new();
    let mut section = "";
    for line in cargo.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]") {
            known.extend(line.split_once(" = ").map(|(name, _)| name.to_owned()));
        }
    }
    let hacking = read("HACKING.md");
    let (_, table) = hacking.split_once("| crate | why |").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| "));
    let mut told = Words::new();
    for (names, why) in rows.filter_map(|row| row.split_once(" | ")) {
        assert!(names.starts_with("---") || why.len() > 10, "{names}");
        // What stands in brackets is the name in the registry.
        let names = names.split(" (").next().unwrap();
        told.extend(words(
            names.split(", ").filter(|name| !name.starts_with("---")),
        ));
    }
    assert_eq!(told, known);
}

#[test]
fn the_changelog_names_what_is_shipped() {
    let log = read("CHANGELOG.md");
    for (file, _) in shipped::RELAYS {
        let id = file.rsplit('/').next().unwrap().trim_end_matches(".yaml");
        assert!(
            log.contains(&format!("`{id}`")),
            "CHANGELOG.md does not name {id}"
        );
    }
    for verb in cli().get_subcommands().filter(|one| !one.is_hide_set()) {
        assert!(
            log.contains(&format!("`{}`", verb.get_name())),
            "{}",
            verb.get_name()
        );
    }
    for action in &all_keys()["channels.do"] {
        assert!(log.contains(&format!("`{action}`")), "{action}");
    }
}

#[test]
fn files_that_documents_name_exist() {
    for name in ["README.md", "HACKING.md", "doc/flow.md", "src/lib.rs"] {
        let text = read(name);
        for span in text.split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "doc/", "conf/", "man/"]
                .iter()
                .any(|top| span.starts_with(top));
            if is_path && !span.contains(['<', '*', '{']) {
                assert!(root().join(span).exists(), "{name} names {span}");
            }
        }
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        match path.is_dir() {
            _ if name == ".git" || name == "target" => (),
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn no_file_names_a_place_on_a_developers_machine() {
    let mut all = Vec::new();
    files(root(), &mut all);
    // Put together, or this file would be one of them.
    let places = ["work", "root", "home"].map(|top| format!("/{top}/"));
    for path in all {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        for (at, line) in text.lines().enumerate() {
            let place = places.iter().find(|place| {
                let mut hits = line.match_indices(place.as_str());
                // In the middle of a longer path it is another folder.
                hits.any(|(at, _)| {
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || ".-_".contains(c))
                })
            });
            assert!(place.is_none(), "{}:{}: {line}", path.display(), at + 1);
        }
    }
}

#[test]
fn the_manual_pages_are_sound() {
    let mut lint = Command::new("mandoc");
    lint.args(["-Tlint", "-W", "warning"]).current_dir(root());
    let mut pages = Vec::new();
    files(&root().join("man"), &mut pages);
    assert!(pages.len() >= 4, "{pages:?}");
    match lint.args(pages).output() {
        Ok(done) => assert!(
            done.stdout.is_empty(),
            "{}",
            String::from_utf8(done.stdout).unwrap()
        ),
        Err(error) => eprintln!("SKIPPED: no mandoc (tests/install.sh): {error}"),
    }
}
