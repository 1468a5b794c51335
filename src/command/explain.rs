// SPDX-License-Identifier: GPL-3.0-or-later
//! Says what would happen to a message, and why.

mod instead;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use instead::Instead;
use serde_json::{Value, json};

use super::language::Language;
use super::parts::Parts;
use super::report::{self, Report};
use super::{FOUND, Stop, UNUSABLE, WELL, input};
use crate::act::{Copies, Edit};
use crate::extract;
use crate::inspect::{Policy, Verdict, inspect};
use crate::message::{Address, Envelope, Message, PartPath, Recipient, header, words};

/// Say what would happen to a message, and why.
///
/// Reads the message as the milter would, and prints what was found, the level with the line of
/// `classify` that holds, the decision for each recipient with the cell or exception that says so,
/// every edit, and what would have to be different for a lower level or another channel. It changes nothing and sends nothing. In monitor mode too it says what "enforce" would do.
///
/// Exit code: 0 nothing found, 1 something found, 2 the file or the policy cannot be used.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pii-milter explain mail.eml
  pii-milter explain mail.eml --from anna@example.ch --to beat@kunde.example --to carla@example.ch
  pii-milter explain mail.eml --client 203.0.113.5        # as if it came from outside
  pii-milter explain mail.eml --language fr               # the evidence in French
  pii-milter explain mail.eml --policy new.yaml --json | jq .decisions")]
pub struct Args {
    /// The message; "-" reads standard input.
    file: PathBuf,
    /// Envelope sender, "" for a bounce; without it the address in From.
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// Envelope recipient, may be given more than once; without it the addresses in To, Cc and Bcc.
    #[arg(long, value_name = "ADDRESS")]
    to: Vec<String>,
    /// Address of the client; without it, and without --auth, 127.0.0.1.
    #[arg(long, value_name = "IP")]
    client: Option<IpAddr>,
    /// Login name of the client.
    #[arg(long, value_name = "USER")]
    auth: Option<String>,
    /// Judge by this configuration instead.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The language that the evidence is told in.
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t)]
    language: Language,
    /// One JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub fn run(args: &Args, config: Option<&Path>) -> Result<u8, Stop> {
    let policy = input::policy(args.policy.as_deref().or(config))?;
    let raw = input::read(&args.file)?;
    let envelope = envelope(args, &raw)?;
    let message_id = input::message_id(&raw);
    let sender = envelope.sender.clone();
    let mut verdict = inspect(envelope.clone(), raw.clone(), None, &policy);
    mask_subject(&mut verdict, &raw);
    let message = Message::read(envelope, raw, policy.budget.tree);
    let extract = extract::all(&message, &policy.budget);
    let instead = Instead::of(&message, &extract.parts, &verdict, &policy);
    let parts = Parts::of(&extract);
    let path = args.file.display().to_string();
    let report = Report::new(path, message_id, verdict.classification.clone());
    if args.json {
        report::print_json(&whole(&report, &verdict, &parts, &instead));
    } else {
        print(&report, &verdict, &parts, &sender, &policy, args.language);
        instead.print(args.language);
    }
    Ok(if report.is_found() { FOUND } else { WELL })
}

/// The envelope that the options give; what they leave open, the header says.
fn envelope(args: &Args, raw: &[u8]) -> Result<Envelope, Stop> {
    let (fields, _) = header::split(raw);
    let in_header = |names: &[&str]| -> Vec<Address> {
        let wanted = fields
            .iter()
            .filter(|field| names.iter().any(|name| field.is(name)));
        let values = wanted.filter_map(|field| raw.get(field.value.clone()));
        values.flat_map(Address::list).collect()
    };
    let sender = match &args.from {
        Some(from) => Address::new(from),
        None => in_header(&["From"]).into_iter().next().unwrap_or_default(),
    };
    if args.to.iter().any(|to| to.trim().is_empty()) {
        let sentence = "--to names nobody; say --to ADDRESS, such as anna@example.ch".to_owned();
        return Err(Stop(UNUSABLE, sentence));
    }
    let recipients: Vec<Address> = if args.to.is_empty() {
        in_header(&["To", "Cc", "Bcc"])
    } else {
        args.to.iter().map(|to| Address::new(to)).collect()
    };
    if recipients.is_empty() {
        let file = args.file.display();
        let sentence = format!("{file} names no recipient; say --to ADDRESS");
        return Err(Stop(UNUSABLE, sentence));
    }
    let loopback = || args.auth.is_none().then(|| IpAddr::from([127, 0, 0, 1]));
    Ok(Envelope {
        client: args.client.or_else(loopback),
        login: args.auth.clone(),
        sender,
        recipients: recipients.into_iter().map(recipient).collect(),
        host: "localhost".to_owned(),
        id: "explain".to_owned(),
        ..Envelope::nobody(input::today())
    })
}

fn recipient(address: Address) -> Recipient {
    Recipient {
        as_given: address.as_str().as_bytes().to_vec(),
        address,
        notify: None,
        original: None,
    }
}

/// Puts the mask in place of a found value in the subjects that edits write: the MTA has to be told
/// them, who reads this has not.
fn mask_subject(verdict: &mut Verdict, raw: &[u8]) {
    let (fields, _) = header::split(raw);
    let subjects = fields.iter().filter(|field| field.is("Subject"));
    let subjects = subjects.filter_map(|field| raw.get(field.value.clone()));
    let text: Vec<String> = subjects.map(words::decode_words).collect();
    let text = text.join("\n");
    let evidence = verdict.classification.evidence.iter();
    let in_subject = evidence.filter(|evidence| evidence.part == PartPath::header("Subject"));
    let masks = in_subject.map(|evidence| {
        let (start, length) = (evidence.start, evidence.end - evidence.start);
        let value: String = text.chars().skip(start).take(length).collect();
        (value, evidence.masked.as_str())
    });
    let masks: Vec<(String, &str)> = masks.filter(|(value, _)| !value.is_empty()).collect();
    for edit in &mut verdict.plan.actions {
        if let Edit::AddHeader(_, value) | Edit::ChangeHeader(_, value, _) = edit {
            let mut shown = words::decode_words(value.as_bytes());
            for (found, mask) in &masks {
                if shown.contains(found) {
                    shown = shown.replace(found, mask);
                    shown.clone_into(value);
                }
            }
        }
    }
}

/// The report with what is decided and done, as `interface.md` lays it down.
fn whole(report: &Report, verdict: &Verdict, parts: &Parts, instead: &Instead) -> Value {
    let mut whole = json!(report);
    let plan = &verdict.plan;
    let edits: Vec<Value> = plan.edits().map(|edit| edit.as_json()).collect();
    let copies = plan.copies.iter().map(|copies| {
        let recipients: Vec<&str> = of(copies, verdict).collect();
        json!({ "recipients": recipients, "channel": copies.channel })
    });
    let copies: Vec<Value> = copies.collect();
    let decided = json!({
        "because": verdict.classification.because,
        "parts": parts,
        "direction": verdict.direction,
        "decisions": verdict.decisions,
        "edits": edits,
        "copies": copies,
        "instead": instead,
    });
    if let (Value::Object(whole), Value::Object(decided)) = (&mut whole, decided) {
        whole.extend(decided);
    }
    whole
}

fn print(
    report: &Report,
    verdict: &Verdict,
    parts: &Parts,
    sender: &Address,
    policy: &Policy,
    language: Language,
) {
    let from = if sender.as_str().is_empty() {
        "nobody (a bounce)"
    } else {
        sender.as_str()
    };
    println!("from       {from}");
    println!("direction  {}", verdict.direction.as_str());
    let because = &verdict.classification.because;
    if because.is_empty() {
        println!(
            "level      {}, as no line of \"classify\" holds",
            report.level
        );
    } else {
        println!("level      {}, because of \"{because}\"", report.level);
    }
    println!("policy     {}\n", policy.digest);
    println!("{}\n", parts.table().trim_fmt());
    if report.findings.is_empty() && report.unreadable.is_empty() {
        println!("{}", language.sentences().nothing_found);
    }
    report.print_findings(language);
    let mut decisions = report::table(&["recipient", "kind", "channel", "because of"]);
    for decision in &verdict.decisions {
        decisions.add_row([
            &decision.recipient,
            &decision.kind,
            &decision.channel,
            &decision.because,
        ]);
    }
    println!("\n{}\n", decisions.trim_fmt());
    println!("in mode \"monitor\" and \"enforce\":");
    verdict
        .plan
        .labels
        .iter()
        .for_each(|edit| println!("  {edit}"));
    if !verdict.plan.actions.is_empty() {
        println!("in mode \"enforce\" only:");
        verdict
            .plan
            .actions
            .iter()
            .for_each(|edit| println!("  {edit}"));
    }
    for copies in &verdict.plan.copies {
        let recipients: Vec<&str> = of(copies, verdict).collect();
        let (to, channel) = (recipients.join(", "), &copies.channel);
        match &copies.waits {
            None => println!("  a copy each for {to}, by {channel}"),
            Some(reason) => println!("  a copy waits for {to}, by {channel}: {reason}"),
        }
    }
}

/// Who gets these copies.
fn of<'a>(copies: &'a Copies, verdict: &'a Verdict) -> impl Iterator<Item = &'a str> {
    let places = copies.places.iter();
    let decisions = places.filter_map(|place| verdict.decisions.get(*place));
    decisions.map(|decision| decision.recipient.as_str())
}
