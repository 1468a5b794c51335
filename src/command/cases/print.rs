// SPDX-License-Identifier: GPL-3.0-or-later
//! Prints cases: what a mail brought is shown without its control characters.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::super::print::harmless;
use super::super::{FOUND, LATER, Stop, WELL, report};
use super::Reply;
use crate::quarantine::Shown;
use crate::quarantine::case::{Case, Event, Person};

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

fn object(value: &impl Serialize) {
    // JSON escapes control characters itself.
    println!("{}", serde_json::to_string(value).unwrap_or_default());
}

fn found(found: &BTreeMap<String, usize>) -> String {
    let items = found.iter().map(|(name, count)| format!("{name}:{count}"));
    items.collect::<Vec<_>>().join(" ")
}

/// Text on one line, without control characters.
fn one_line(text: &str) -> String {
    harmless(text).replace(['\n', '\t', '\u{2028}', '\u{2029}'], " ")
}

fn unlike() -> Stop {
    Stop(
        LATER,
        "the daemon said something else; both must be of one version".into(),
    )
}
