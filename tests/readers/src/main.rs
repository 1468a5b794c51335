// SPDX-License-Identifier: GPL-3.0-or-later
//! Prints what a reader of mail makes of each file: `readers mailparse|mail-parser FILE…`, a line of JSON each.

use std::panic::catch_unwind;

use mail_parser::{Message, MessageParser, PartType};
use mailparse::{ParsedMail, parse_mail};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let reader = arguments.next().expect("mailparse or mail-parser");
    for file in arguments {
        let raw = std::fs::read(&file).expect("a file");
        let texts = catch_unwind(|| match reader.as_str() {
            "mailparse" => by_mailparse(&raw),
            _ => by_mail_parser(&raw),
        });
        println!("{}", serde_json::json!({"file": file, "texts": texts.unwrap_or_default()}));
    }
}

/// Every header, every body that it calls text, and the bytes of the others.
fn by_mailparse(raw: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut ahead: Vec<ParsedMail<'_>> = parse_mail(raw).into_iter().collect();
    while let Some(mut part) = ahead.pop() {
        for header in &part.headers {
            texts.push(header.get_value());
        }
        texts.extend(part.get_content_disposition().params.into_values());
        texts.extend(part.ctype.params.values().cloned());
        if let Ok(body) = part.get_body() {
            texts.push(body);
        }
        if let Ok(body) = part.get_body_raw() {
            texts.push(String::from_utf8_lossy(&body).into_owned());
        }
        if part.ctype.mimetype == "message/rfc822"
            && let Ok(inner) = part.get_body_raw()
        {
            texts.extend(by_mailparse(&inner));
        }
        ahead.append(&mut part.subparts);
    }
    texts
}

/// Every header, body and attachment, and those of messages in it.
fn by_mail_parser(raw: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    let message = MessageParser::default().parse(raw);
    message.iter().for_each(|message| walk(message, &mut texts));
    texts
}

fn walk(message: &Message<'_>, texts: &mut Vec<String>) {
    for part in &message.parts {
        for header in &part.headers {
            texts.push(format!("{:?}", header.value));
        }
        match &part.body {
            PartType::Text(text) | PartType::Html(text) => texts.push(text.to_string()),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                texts.push(String::from_utf8_lossy(bytes).into_owned());
            }
            PartType::Message(inner) => walk(inner, texts),
            PartType::Multipart(_) => {}
        }
    }
}
