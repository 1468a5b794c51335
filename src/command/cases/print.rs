// SPDX-License-Identifier: GPL-3.0-or-later
//! Prints cases: what a mail brought is shown without its control characters.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::super::print::harmless;
use super::super::{FOUND, LATER, Stop, WELL, report};
use super::Reply;
use crate::quarantine::case::{Case, Event, Person};
use crate::quarantine::{Moved, Rescued, Shown};

/// A list of cases.
pub fn cases(cases: &[Case], json: bool) {
    if json {
        for case in cases {
            object(case);
        }
        return;
    }
    let mut table = report::table(&["case", "arrived", "level", "found", "from", "recipients"]);
    for case in cases {
        let recipients = case.recipients.iter().map(|one| {
            let address = if one.address.is_empty() {
                "-"
            } else {
                &one.address
            };
            format!("{} {}", one.state, one_line(address))
        });
        table.add_row([
            case.id.clone(),
            case.arrived.strftime("%Y-%m-%d %H:%M").to_string(),
            one_line(&case.level),
            found(&case.found),
            one_line(&case.from),
            recipients.collect::<Vec<_>>().join("\n"),
        ]);
    }
    if cases.is_empty() {
        println!("no case");
    } else {
        println!("{table}");
    }
}

/// One case with its history.
pub fn shown(reply: &Reply, json: bool) -> Result<u8, Stop> {
    let Reply::Shown(shown) = reply else {
        return Err(unlike());
    };
    if json {
        object(shown);
        return Ok(WELL);
    }
    let Shown {
        case,
        verdict,
        history,
    } = shown.as_ref();
    let mut facts = vec![
        ("case", case.id.clone()),
        ("arrived", case.arrived.to_string()),
        ("expires", case.expires.to_string()),
        ("direction", case.direction.clone()),
        ("level", case.level.clone()),
        (
            "why",
            verdict
                .as_ref()
                .map_or_else(String::new, |one| one.classification.because.clone()),
        ),
        ("found", found(&case.found)),
        ("reason", case.reason.clone()),
        ("from", case.from.clone()),
        ("bytes", case.bytes.to_string()),
        ("queue", case.queue.clone()),
        ("policy", case.policy.clone()),
    ];
    facts.extend(
        case.same_as
            .clone()
            .map(|id| ("same as", format!("{id}; one of the two may be a copy"))),
    );
    facts.extend(case.legal_hold.then(|| ("kept", "by law".to_owned())));
    facts.extend(case.shredded.then(|| ("content", "destroyed".to_owned())));
    for (name, value) in facts {
        println!("{name:<10} {}", one_line(&value));
    }
    for person in &case.recipients {
        recipient(person);
    }
    for evidence in verdict.iter().flat_map(|one| &one.classification.evidence) {
        println!(
            "evidence   {} {} in {} {}{}",
            evidence.detector,
            one_line(&evidence.masked),
            one_line(&evidence.part.to_string()),
            one_line(&evidence.place),
            if evidence.counted { "" } else { " (set aside)" },
        );
    }
    history.iter().for_each(event);
    Ok(WELL)
}

fn recipient(person: &Person) {
    let claimed = person.claimed_by.as_ref();
    let claimed = claimed.map_or_else(String::new, |who| format!(" by {who}"));
    println!(
        "to         {}: {}{claimed} since {}; {} by {}",
        one_line(&person.address),
        person.state,
        person.since,
        one_line(&person.channel),
        one_line(&person.because),
    );
    if let Some(reply) = &person.reply {
        let queue = person.queue.as_deref().unwrap_or("-");
        println!(
            "           the MTA said: {} (queue id {})",
            one_line(reply),
            one_line(queue)
        );
    }
}

fn event(event: &Event) {
    let recipient = event
        .recipient
        .map_or_else(String::new, |n| format!(" recipient {n}"));
    let text = match event.text.as_str() {
        "" => String::new(),
        text => format!(": {}", one_line(text)),
    };
    println!(
        "history    {} {} {}{recipient}{text}",
        event.at,
        one_line(&event.who),
        event.act
    );
}

/// The message of a case.
pub fn message(reply: &Reply, json: bool) -> Result<u8, Stop> {
    let Reply::Message(text) = reply else {
        return Err(unlike());
    };
    if json {
        object(&json!({ "message": text }));
    } else {
        print!("{}", harmless(&text.replace("\r\n", "\n")));
    }
    Ok(WELL)
}

/// What a look at all messages came to.
pub fn verified(reply: &Reply, json: bool) -> Result<u8, Stop> {
    let Reply::Verified(verified) = reply else {
        return Err(unlike());
    };
    if json {
        object(verified);
    } else {
        println!("{} messages are whole", verified.whole);
        for (case, why) in &verified.wrong {
            println!("{case}: {}", one_line(why));
        }
    }
    Ok(if verified.wrong.is_empty() {
        WELL
    } else {
        FOUND
    })
}

/// How much there is.
pub fn counts(reply: &Reply, json: bool) -> Result<u8, Stop> {
    let Reply::Counts(counts) = reply else {
        return Err(unlike());
    };
    if json {
        object(counts);
        return Ok(WELL);
    }
    println!(
        "cases      {} ({} with their message)",
        counts.cases, counts.stored
    );
    println!("bytes      {}", counts.bytes);
    println!("outbox     {}", counts.outbox);
    println!("by law     {}", counts.legal_holds);
    for (name, list) in [("recipients", &counts.states), ("levels", &counts.levels)] {
        for (word, count) in list {
            println!("{name:<10} {count} {}", one_line(word));
        }
    }
    Ok(WELL)
}

/// What a repair came to; 1 where something is lost.
pub fn rescued(rescued: &Rescued, json: bool) -> u8 {
    let Rescued {
        lost,
        without_key,
        without_message,
        ..
    } = rescued;
    let is_well = [lost, without_key, without_message]
        .iter()
        .all(|list| list.is_empty())
        && rescued.without_case == 0;
    let code = if is_well { WELL } else { FOUND };
    if json {
        object(rescued);
        return code;
    }
    println!("{} cases are saved", rescued.saved);
    println!(
        "the damaged index lies in {}; it still has keys: destroy it once you need it no more",
        one_line(&rescued.aside)
    );
    if rescued.root_from_copy {
        println!("the root key was lost, and taken from its copy");
    }
    for (why, list) in [
        ("lost, as not all of it could be read", lost),
        ("lost, as the key of its week is not there", without_key),
        ("kept, but its message is not in the store", without_message),
    ] {
        for case in list {
            println!("{}: {why}", one_line(case));
        }
    }
    if rescued.without_case > 0 {
        println!(
            "{} messages have no case any more, and nobody opens them but with a backup of the index; the next start \
             removes them: to try a backup, put it in place before",
            rescued.without_case
        );
    }
    if rescued.unknown > 0 {
        println!(
            "{} recipients were on their way and are unknown-outcome now: look at the MTA",
            rescued.unknown
        );
    }
    code
}

/// What moving messages came to.
pub fn moved(moved: &Moved, json: bool) {
    if json {
        return object(moved);
    }
    println!(
        "{} messages, {} bytes sealed, are in the new store and the same there; write it into quarantine.store, start \
         the daemon, then remove the old one",
        moved.messages, moved.bytes
    );
}

fn object(value: &impl Serialize) {
    // JSON escapes control characters itself.
    println!("{}", serde_json::to_string(value).unwrap_or_default());
}

fn found(found: &BTreeMap<String, usize>) -> String {
    let items = found.iter().map(|(name, count)| format!("{name}:{count}"));
    items.collect::<Vec<_>>().join(" ")
}

/// Text on one line, without control characters and without what turns the direction of writing.
fn one_line(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let text = harmless(text).replace(['\n', '\t', '\u{2028}', '\u{2029}'], " ");
    text.replace(turns, "\u{fffd}")
}

fn unlike() -> Stop {
    Stop(
        LATER,
        "the daemon said something else; both must be of one version".into(),
    )
}
