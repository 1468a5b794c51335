// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the shipped configuration and the answers into a configuration: some lines change, the rest and
//! every comment stays.

use super::answers::{Answers, Log, Relay};
use crate::shipped;
use crate::units::Endpoint;

/// The shipped configuration with the answers in it.
pub fn changed(answers: &Answers, listen: &Endpoint) -> String {
    let own = answers.domains.iter();
    let domains: Vec<String> = own
        .flat_map(|one| [one.clone(), format!(".{one}")])
        .collect();
    let quoted = |network: &String| match network.contains(':') {
        true => format!("\"{network}\""),
        false => network.clone(),
    };
    let networks: Vec<String> = answers.networks.iter().map(quoted).collect();
    let log = match answers.log {
        Log::Stderr => "stderr",
        Log::Syslog => "syslog",
    };
    let bracketed = |items: &[String]| format!("[ {} ]", items.join(", "));
    let changes = [
        ("listen:", listen.to_string()),
        ("networks:", bracketed(&networks)),
        ("domains:", bracketed(&domains)),
        ("- colleague:", bracketed(&domains)),
        ("log: { to:", bracketed(&[log.to_owned()])),
    ];
    let mut text = String::new();
    for line in shipped::CONFIG.lines() {
        let change = changes
            .iter()
            .find(|(key, _)| line.trim_start().starts_with(key));
        let line = match change {
            Some((key, value)) => with_value(line, key, value),
            None => line.to_owned(),
        };
        match answers.relay {
            Relay::None if line.trim_start().starts_with("incamail:") => (),
            Relay::None => text.extend([&line.replace("incamail", "hold"), "\n"]),
            Relay::Incamail => text.extend([line.as_str(), "\n"]),
        }
    }
    text
}

/// A line with another value behind its key; a comment behind it stays where it stands, if there is room.
fn with_value(line: &str, key: &str, value: &str) -> String {
    let Some((before, rest)) = line.split_once(key) else {
        return line.to_owned();
    };
    let gap = rest.len() - rest.trim_start().len();
    let old = match rest.trim_start().starts_with('[') {
        true => rest.find(']').map_or(rest.len(), |at| at + 1),
        false => {
            gap + rest
                .trim_start()
                .find(' ')
                .unwrap_or(rest.trim_start().len())
        }
    };
    let (space, behind) = (
        rest.get(..gap).unwrap_or(" "),
        rest.get(old..).unwrap_or_default(),
    );
    let head = format!("{before}{key}{space}{value}");
    let Some(comment) = behind.trim_start().strip_prefix('#') else {
        return head + behind;
    };
    let column = line.len() - comment.len() - 1;
    let pad = column.saturating_sub(head.len()).max(1);
    format!("{head}{:pad$}#{comment}", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::setup::answers::Mta;
    use crate::config::Source;

    fn answers(relay: Relay) -> Answers {
        Answers {
            domains: vec!["firma.example".into(), "a.test".into()],
            networks: vec!["loopback".into(), "2001:db8::/32".into()],
            mta: Mta::None,
            postfix: "/etc/postfix".into(),
            relay,
            log: Log::Syslog,
        }
    }

    fn text(relay: Relay) -> String {
        changed(&answers(relay), &"inet:127.0.0.1:8894".parse().unwrap())
    }

    #[test]
    fn only_the_answered_lines_change() {
        let text = text(Relay::Incamail);
        let shipped: Vec<&str> = shipped::CONFIG.lines().collect();
        let changed: Vec<&str> = text
            .lines()
            .filter(|line| !shipped.contains(line))
            .collect();
        assert_eq!(changed.len(), 5, "{changed:#?}");
        assert_eq!(text.lines().count(), shipped.len());
        for line in [
            "  networks: [ loopback, \"2001:db8::/32\" ]\n",
            "  - colleague: [ firma.example, .firma.example, a.test, .a.test ]\n",
            "log: { to: [ syslog ], format: plain }",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        assert!(
            changed
                .iter()
                .any(|line| line.contains("listen: inet:127.0.0.1:8894 "))
        );
        let comments = |text: &str| text.matches('#').count();
        assert_eq!(
            comments(&text),
            comments(shipped::CONFIG),
            "comments are kept"
        );
    }

    #[test]
    fn what_is_written_can_be_used() {
        for relay in [Relay::Incamail, Relay::None] {
            let text = text(relay);
            assert_eq!(
                text.contains("incamail"),
                relay == Relay::Incamail,
                "{text}"
            );
            let source = Source {
                text,
                ..Source::built_in()
            };
            source.policy().unwrap();
            source.settings().unwrap();
        }
    }
}
