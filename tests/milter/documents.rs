// SPDX-License-Identifier: GPL-3.0-or-later
//! Documents in the real sandbox: no reader asks the system for more than a worker may have.

use std::fs;
use std::path::Path;

use crate::daemon::{Daemon, Mail, PLAIN, show};

#[tokio::test]
async fn every_document_is_read_within_the_sandbox() {
    let daemon = Daemon::over_unix(&[]);
    let mut conn = daemon.connect().await;
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut count = 0;
    for case in fs::read_dir(cases).unwrap() {
        let case = case.unwrap();
        if !case.file_name().to_str().unwrap().starts_with("extract-") {
            continue;
        }
        let mail = fs::read_to_string(case.path().join("message.eml")).unwrap();
        let (_, body) = mail.split_once("\n\n").unwrap();
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(60_000).collect();
        let mail = Mail {
            fields: &[("Content-Type", "multipart/mixed; boundary=b")],
            body: &pieces,
            ..PLAIN
        };
        show(&mut conn, &mail).await;
        count += 1;
    }
    assert!(count >= 20, "{count}");
    let lines = daemon.messages(count);
    assert!(!daemon.log().contains("worker died"), "{}", daemon.log());
    // In each something is found, or it says of itself why not.
    for line in lines {
        assert!(!line.contains("found=- "), "{line}");
    }
}
