// SPDX-License-Identifier: GPL-3.0-or-later
//! Attachments: what the cases read in this process, a locked-in worker reads too.

use std::fs;
use std::path::Path;

use crate::daemon::{Daemon, ENFORCE, Mail, PLAIN, show};

/// The message of a case: its header fields, and its body as it comes over the wire.
fn message(case: &str) -> (Vec<(String, String)>, Vec<u8>) {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mail = fs::read_to_string(cases.join(case).join("message.eml")).unwrap();
    let (header, body) = mail.split_once("\n\n").unwrap();
    let fields = header.lines().filter_map(|line| line.split_once(": "));
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    (fields.collect(), body.replace('\n', "\r\n").into_bytes())
}

#[tokio::test]
async fn documents_are_read_in_a_worker() {
    let daemon = Daemon::over_unix(&[ENFORCE]);
    let mut conn = daemon.connect().await;
    let cases = [
        ("extract-docx", "ch.ahv:1"),
        ("extract-xlsx", "ch.ahv:1"),
        ("extract-pptx", "ch.ahv:1"),
        ("extract-ods", "ch.ahv:1"),
        ("extract-zip-xlsx", "ch.ahv:1"),
        ("extract-tar-gz", "ch.ahv:1"),
        ("extract-zip-bomb", "over-budget:1"),
        ("extract-zip-aes", "encrypted:1"),
    ];
    for (count, (case, found)) in cases.iter().enumerate() {
        let (fields, body) = message(case);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
        let pieces: Vec<&[u8]> = body.chunks(60_000).collect();
        let mail = Mail {
            fields: &fields,
            body: &pieces,
            ..PLAIN
        };
        show(&mut conn, &mail).await;
        let line = daemon.messages(count + 1).remove(count);
        assert!(line.contains(found), "{case}: {line}");
    }
    assert!(!daemon.log().contains("the worker died"));
}
