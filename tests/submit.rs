// SPDX-License-Identifier: GPL-3.0-or-later
//! Hands messages over to servers that follow a script, and looks at what they got and what we make of
//! it. A real Postfix and a real Sendmail are in `tests/mta/cases/submitting.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test reports by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use pii_milter::submit::{Entry, Envelope, Limits, Outcome, Recipient, hand_over};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const MESSAGE: &[u8] = b"From: a\r\nSubject: Gr\xfc\xdfe\r\n\r\n.\r\n..\r\n.x\r\ntext \r\n";

/// One step of a script.
#[derive(Clone, Debug)]
enum Step {
    /// Says these lines.
    Say(&'static str),
    /// Reads a line, which must begin so.
    Hear(&'static str),
    /// Reads to the final dot.
    HearMail,
    /// Reads so many bytes of the message, then goes on with the script.
    HearSome(usize),
    /// Says nothing more, and does not hang up.
    Sleep,
    /// Speaks TLS from here on.
    Tls,
}
use Step::{Hear, HearMail, HearSome, Say, Sleep, Tls};

const HELLO: [Step; 3] = [
    Say("220 mx ESMTP\r\n"),
    Hear("EHLO ["),
    Say("250-mx\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 DSN\r\n"),
];

const MAIL: [Step; 2] = [Hear("MAIL FROM:<a@example.ch>"), Say("250 ok\r\n")];
const RCPT: [Step; 2] = [Hear("RCPT TO:<b@example.org>"), Say("250 ok\r\n")];
const DATA: [Step; 2] = [Hear("DATA"), Say("354 go\r\n")];

/// The script up to the message, for one recipient.
fn up_to_data() -> Vec<Step> {
    [&HELLO[..], &MAIL, &RCPT, &DATA].concat()
}

fn envelope(recipients: &[&str]) -> Envelope {
    let recipient = |address: &&str| Recipient {
        address: format!("<{address}>"),
        ..Recipient::default()
    };
    Envelope {
        sender: "<a@example.ch>".into(),
        is_8bit: true,
        recipients: recipients.iter().map(recipient).collect(),
        ..Envelope::default()
    }
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// Plays the script for one connection and gives everything that was said to it; it hangs up at its end.
async fn play(listener: TcpListener, script: Vec<Step>, tls: Option<TlsAcceptor>) -> Vec<u8> {
    let (stream, _) = listener.accept().await.unwrap();
    let mut wire: BufReader<Box<dyn Wire>> = BufReader::new(Box::new(stream));
    let mut heard = Vec::new();
    for step in script {
        match step {
            Say(text) => {
                // The other side may have had enough.
                wire.write_all(text.as_bytes()).await.ok();
                wire.flush().await.ok();
            }
            Hear(beginning) => {
                let mut line = Vec::new();
                wire.read_until(b'\n', &mut line).await.unwrap();
                let text = String::from_utf8_lossy(&line);
                assert!(text.starts_with(beginning), "{text:?}, not {beginning:?}");
                heard.extend(line);
            }
            HearMail => loop {
                let start = heard.len();
                let read = wire.read_until(b'\n', &mut heard).await.unwrap_or(0);
                if read == 0 || &heard[start..] == b".\r\n" {
                    break;
                }
            },
            HearSome(length) => {
                let mut some = vec![0; length];
                wire.read_exact(&mut some).await.unwrap();
                heard.extend(some);
            }
            Sleep => tokio::time::sleep(Duration::from_secs(20)).await,
            Tls => {
                assert!(
                    wire.buffer().is_empty(),
                    "said before TLS: {:?}",
                    wire.buffer()
                );
                let protected = tls.as_ref().unwrap().accept(wire.into_inner()).await;
                // Who does not trust the certificate hangs up.
                let Ok(protected) = protected else {
                    return heard;
                };
                wire = BufReader::new(Box::new(protected));
            }
        }
    }
    heard
}

async fn server(script: Vec<Step>, tls: Option<TlsAcceptor>) -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, tokio::spawn(play(listener, script, tls)))
}

/// An entry that is impatient.
fn entry(text: &str) -> Entry {
    let short = Duration::from_millis(400);
    let mut entry: Entry = text.parse().unwrap();
    entry.limits = Limits {
        connect: 5 * short,
        command: short,
        block: short,
        end: short,
    };
    entry
}

/// Hands a message over to a server with that script.
async fn handed(script: Vec<Step>, envelope: &Envelope, message: &[u8]) -> (Vec<Outcome>, Vec<u8>) {
    let (port, server) = server(script, None).await;
    let entry = entry(&format!("smtp:127.0.0.1:{port}"));
    let done = hand_over(&entry, envelope, message).await;
    // One that sleeps has nothing to tell any more.
    let heard = tokio::time::timeout(Duration::from_millis(500), server).await;
    (
        done.outcomes,
        heard.map_or_else(|_| Vec::new(), Result::unwrap),
    )
}

/// The same with one recipient and the usual message.
async fn became(script: Vec<Step>) -> Outcome {
    let (mut outcomes, _) = handed(script, &envelope(&["b@example.org"]), MESSAGE).await;
    assert_eq!(outcomes.len(), 1);
    outcomes.remove(0)
}

fn deferred(outcome: &Outcome, word: &str) -> bool {
    matches!(outcome, Outcome::Deferred { reply } if reply.contains(word))
}

fn refused(outcome: &Outcome, word: &str) -> bool {
    matches!(outcome, Outcome::Refused { reply } if reply.contains(word))
}

fn unknown(outcome: &Outcome, word: &str) -> bool {
    matches!(outcome, Outcome::Unknown { why } if why.contains(word))
}

#[tokio::test]
async fn what_arrives_is_the_message() {
    let script = [
        &up_to_data()[..],
        &[
            HearMail,
            Say("250 2.0.0 Ok: queued as 4Xy\r\n"),
            Hear("QUIT"),
        ],
    ];
    let (outcomes, heard) = handed(script.concat(), &envelope(&["b@example.org"]), MESSAGE).await;
    let accepted = Outcome::Accepted {
        reply: "250 2.0.0 Ok: queued as 4Xy".into(),
        queue_id: Some("4Xy".into()),
    };
    assert_eq!(outcomes, [accepted]);
    let said = b"EHLO [127.0.0.1]\r\nMAIL FROM:<a@example.ch> BODY=8BITMIME\r\nRCPT TO:<b@example.org>\r\n\
        DATA\r\nFrom: a\r\nSubject: Gr\xfc\xdfe\r\n\r\n..\r\n...\r\n..x\r\ntext \r\n.\r\nQUIT\r\n";
    assert_eq!(
        String::from_utf8_lossy(&heard),
        String::from_utf8_lossy(said)
    );
}

#[tokio::test]
async fn what_the_client_had_asked_for_is_asked_again() {
    let mut envelope = envelope(&["b@example.org", "grüße@example.org"]);
    envelope.is_utf8 = true;
    envelope.ret = Some("HDRS".into());
    envelope.envid = Some("QQ314159".into());
    envelope.recipients[0].notify = Some("SUCCESS,FAILURE".into());
    envelope.recipients[0].original = Some("rfc822;c+2Bd@example.org".into());
    envelope.recipients[1].notify = Some("NEVER".into());
    let script = [
        &HELLO[..],
        &[
            Hear("MAIL FROM:<a@example.ch> BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314159\r\n"),
            Say("250 ok\r\n"),
            Hear(
                "RCPT TO:<b@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;c+2Bd@example.org\r\n",
            ),
            Say("250 ok\r\n"),
            Hear("RCPT TO:<grüße@example.org> NOTIFY=NEVER\r\n"),
            Say("250 ok\r\n"),
        ],
        &DATA,
        &[HearMail, Say("250 ok\r\n")],
    ];
    let (outcomes, _) = handed(script.concat(), &envelope, MESSAGE).await;
    let accepted = |one: &Outcome| matches!(one, Outcome::Accepted { queue_id: None, .. });
    assert!(outcomes.iter().all(accepted), "{outcomes:?}");
}

#[tokio::test]
async fn each_recipient_has_an_answer_of_its_own() {
    let envelope = envelope(&[
        "b@example.org",
        "c@example.org",
        "d@example.org",
        "e@x> NOTIFY=NEVER",
    ]);
    let script = [
        &HELLO[..],
        &MAIL,
        &RCPT,
        &[
            Hear("RCPT TO:<c@example.org>"),
            Say("550 5.1.1 nobody of that name\r\n"),
            Hear("RCPT TO:<d@example.org>"),
            Say("452 4.2.2 full\r\n"),
        ],
        &DATA,
        &[HearMail, Say("250 ok\r\n")],
    ];
    let (outcomes, _) = handed(script.concat(), &envelope, MESSAGE).await;
    assert!(
        matches!(outcomes[0], Outcome::Accepted { .. }),
        "{outcomes:?}"
    );
    assert!(refused(&outcomes[1], "550 5.1.1 nobody"), "{outcomes:?}");
    assert!(deferred(&outcomes[2], "452 4.2.2 full"), "{outcomes:?}");
    assert!(refused(&outcomes[3], "angle brackets"), "{outcomes:?}");
}

#[tokio::test]
async fn without_a_recipient_nothing_is_sent() {
    let script = [
        &HELLO[..],
        &MAIL,
        &[
            Hear("RCPT"),
            Say("550 no\r\n"),
            Hear("QUIT"),
            Say("221 bye\r\n"),
        ],
    ];
    let outcome = became(script.concat()).await;
    assert!(refused(&outcome, "550 no"), "{outcome:?}");
}

#[tokio::test]
async fn the_reply_to_the_whole_message_decides() {
    let with = |reply| [&up_to_data()[..], &[HearMail, Say(reply)]].concat();
    let outcome = became(with("451 4.3.0 later\r\n")).await;
    assert!(deferred(&outcome, "451 4.3.0 later"), "{outcome:?}");
    let outcome = became(with("421 4.3.2 closing\r\n")).await;
    assert!(deferred(&outcome, "421"), "{outcome:?}");
    let outcome = became(with("554 5.7.1 no\r\n")).await;
    assert!(refused(&outcome, "554 5.7.1 no"), "{outcome:?}");
    for odd in [
        "251 ok\r\n",
        "354 more\r\n",
        "hello\r\n",
        "250-ok\r\n",
        "250-ok\r\n354 x\r\n",
    ] {
        let outcome = became(with(odd)).await;
        assert!(unknown(&outcome, ""), "{odd:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_cut_before_the_final_dot_is_no_hand_over() {
    let all = up_to_data();
    // After each step that the server speaks, and before the first.
    for end in 0..=all.len() {
        let outcome = became(all[..end].to_vec()).await;
        assert!(
            deferred(&outcome, ""),
            "after {:?}: {outcome:?}",
            &all[..end]
        );
    }
    let big = [b"Subject: x\r\n\r\n".as_slice(), &[b'x'; 8 << 20], b"\r\n"].concat();
    let script = [&all[..], &[HearSome(100_000)]].concat();
    let (outcomes, _) = handed(script, &envelope(&["b@example.org"]), &big).await;
    assert!(deferred(&outcomes[0], "within the message"), "{outcomes:?}");
}

#[tokio::test]
async fn a_cut_after_the_final_dot_is_unknown() {
    for last in [
        vec![HearMail],
        vec![HearMail, Say("250 2.0.0 Ok: queued")],
        vec![HearMail, Sleep],
    ] {
        let outcome = became([&up_to_data()[..], &last].concat()).await;
        assert!(
            unknown(&outcome, "after the whole message"),
            "{last:?}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_before_the_end_is_never_yes() {
    // It says yes at once and does not read: whatever it means, it does not have the message.
    let eager = [
        &HELLO[..],
        &MAIL,
        &RCPT,
        &[Hear("DATA"), Say("354 go\r\n250 ok\r\n"), HearMail],
    ];
    let outcome = became(eager.concat()).await;
    assert!(deferred(&outcome, "out of turn"), "{outcome:?}");
    let big = [b"Subject: x\r\n\r\n".as_slice(), &[b'x'; 8 << 20], b"\r\n"].concat();
    let envelope = envelope(&["b@example.org"]);
    for (reply, is_refused) in [
        ("552 5.3.4 too large\r\n", true),
        ("452 4.3.1 full\r\n", false),
    ] {
        let script = [&up_to_data()[..], &[HearSome(100_000), Say(reply), Sleep]].concat();
        let (port, _server) = server(script, None).await;
        let entry = entry(&format!("smtp:127.0.0.1:{port}"));
        let done = hand_over(&entry, &envelope, big.as_slice()).await;
        let found = if is_refused {
            refused(&done.outcomes[0], "552")
        } else {
            deferred(&done.outcomes[0], "452")
        };
        assert!(found, "{reply}: {done:?}");
    }
    let ahead = [
        &HELLO[..],
        &[Hear("MAIL"), Say("250 ok\r\n250 ok\r\n"), Sleep],
    ];
    let outcome = became(ahead.concat()).await;
    assert!(deferred(&outcome, "out of turn"), "{outcome:?}");
}

#[tokio::test]
async fn who_is_slow_or_says_no_gets_the_message_later() {
    for (script, word) in [
        (vec![Sleep], "does not answer"),
        (vec![Say("220-mx\r\n"), Sleep], "does not answer"),
        (vec![Say("554 no service\r\n")], "554 no service"),
        (
            vec![Say("220 mx\r\n"), Hear("EHLO"), Say("502 what\r\n")],
            "502 what",
        ),
        (vec![Say("HTTP/1.1 400 Bad Request\r\n")], "SMTP"),
        ([&up_to_data()[..], &[Sleep]].concat(), ""),
    ] {
        let outcome = became(script.clone()).await;
        let expected = if word.is_empty() {
            unknown(&outcome, "")
        } else {
            deferred(&outcome, word)
        };
        assert!(expected, "{script:?}: {outcome:?}");
    }
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let entry = entry(&format!("smtp:127.0.0.1:{closed}"));
    let done = hand_over(&entry, &envelope(&["b@example.org"]), MESSAGE).await;
    assert!(deferred(&done.outcomes[0], "cannot be reached"), "{done:?}");
}

#[tokio::test]
async fn a_server_that_lacks_what_the_message_needs_gets_nothing() {
    let bare = [
        Say("220 mx\r\n"),
        Hear("EHLO"),
        Say("250-mx\r\n250 PIPELINING\r\n"),
    ];
    let outcome = became(bare.to_vec()).await;
    assert!(deferred(&outcome, "8BITMIME"), "{outcome:?}");
    let mut envelope = envelope(&["b@example.org"]);
    (envelope.is_8bit, envelope.is_utf8) = (false, true);
    let (outcomes, _) = handed(bare.to_vec(), &envelope, MESSAGE).await;
    assert!(deferred(&outcomes[0], "SMTPUTF8"), "{outcomes:?}");
}

/// A message that breaks after some bytes.
struct Breaks(usize);

impl AsyncRead for Breaks {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        into: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        if self.0 == 0 {
            return std::task::Poll::Ready(Err(std::io::Error::other("its seal is broken")));
        }
        let length = self.0.min(into.remaining());
        into.put_slice(&vec![b'x'; length]);
        self.0 -= length;
        std::task::Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_not_handed_over() {
    for length in [0, 100_000] {
        let script = [&up_to_data()[..], &[HearMail]].concat();
        let (port, server) = server(script, None).await;
        let entry = entry(&format!("smtp:127.0.0.1:{port}"));
        let done = hand_over(&entry, &envelope(&["b@example.org"]), Breaks(length)).await;
        assert!(refused(&done.outcomes[0], "its seal is broken"), "{done:?}");
        assert!(!server.await.unwrap().ends_with(b".\r\n"));
    }
}

#[tokio::test]
async fn odd_line_ends_are_put_right_and_counted() {
    let script = [&up_to_data()[..], &[HearMail, Say("250 ok\r\n")]].concat();
    let (port, server) = server(script, None).await;
    let entry = entry(&format!("smtp:127.0.0.1:{port}"));
    let smuggling = b"A: b\r\n\r\na\n.\r\nMAIL FROM:<x@y>\r\n\r.\r\n".as_slice();
    let done = hand_over(&entry, &envelope(&["b@example.org"]), smuggling).await;
    assert!(
        matches!(done.outcomes[0], Outcome::Accepted { .. }),
        "{done:?}"
    );
    assert_eq!(done.mended, 2);
    let heard = server.await.unwrap();
    let (_, content) = heard.split_at(heard.windows(6).position(|w| w == b"DATA\r\n").unwrap() + 6);
    assert_eq!(
        content,
        b"A: b\r\n\r\na\r\n..\r\nMAIL FROM:<x@y>\r\n .\r\n.\r\n"
    );
}

/// An authority, and a certificate of it for localhost with its key; the paths of the first and the
/// acceptor of the second.
fn certificates(folder: &Path) -> (PathBuf, TlsAcceptor) {
    std::fs::create_dir_all(folder).unwrap();
    let openssl = |args: &str| {
        let made = Command::new("openssl")
            .args(args.split(' '))
            .current_dir(folder)
            .output();
        let made = made.unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
    };
    let new = "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(&format!(
        "{new} -x509 -subj /CN=authority -keyout ca.key -out ca.pem"
    ));
    openssl(&format!(
        "{new} -subj /CN=localhost -keyout mx.key -out mx.csr"
    ));
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    openssl(
        "x509 -req -in mx.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -out mx.pem",
    );
    let chain = CertificateDer::pem_file_iter(folder.join("mx.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("mx.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.map(Result::unwrap).collect(), key)
        .unwrap();
    (folder.join("ca.pem"), TlsAcceptor::from(Arc::new(config)))
}

#[tokio::test]
async fn tls_and_login_protect_the_way_to_an_mta_elsewhere() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("submit");
    let (ca, tls) = certificates(&folder);
    let login = folder.join("login");
    std::fs::write(&login, "pii\ngeheim\n").unwrap();
    let hello = [
        Hear("EHLO"),
        Say("250-mx\r\n250-8BITMIME\r\n250-AUTH LOGIN PLAIN\r\n250 DSN\r\n"),
    ];
    let greeted = [Say("220 mx\r\n")];
    let start = [
        Hear("EHLO"),
        Say("250-mx\r\n250 STARTTLS\r\n"),
        Hear("STARTTLS"),
        Say("220 go\r\n"),
    ];
    // printf '\0pii\0geheim' | base64
    let authenticated = [Hear("AUTH PLAIN AHBpaQBnZWhlaW0=\r\n"), Say("235 ok\r\n")];
    let rest = [&MAIL[..], &RCPT, &DATA, &[HearMail, Say("250 ok\r\n")]].concat();
    for (scheme, script) in [
        (
            "smtps",
            [&[Tls][..], &greeted, &hello, &authenticated, &rest].concat(),
        ),
        (
            "starttls",
            [&greeted[..], &start, &[Tls], &hello, &authenticated, &rest].concat(),
        ),
    ] {
        let (port, server) = server(script.clone(), Some(tls.clone())).await;
        let mut to = entry(&format!("{scheme}:localhost:{port}"));
        (to.ca, to.login) = (Some(ca.clone()), Some(login.clone()));
        let done = hand_over(&to, &envelope(&["b@example.org"]), MESSAGE).await;
        assert!(
            matches!(done.outcomes[0], Outcome::Accepted { .. }),
            "{scheme}: {done:?}"
        );
        drop(server);

        // An authority that nobody knows, or a name that the certificate does not have.
        for (host, ca) in [("localhost", None), ("127.0.0.1", Some(ca.clone()))] {
            let (port, _server) = self::server(script.clone(), Some(tls.clone())).await;
            let mut to = entry(&format!("{scheme}:{host}:{port}"));
            to.ca = ca;
            let done = hand_over(&to, &envelope(&["b@example.org"]), MESSAGE).await;
            assert!(
                deferred(&done.outcomes[0], "TLS failed")
                    || deferred(&done.outcomes[0], "no authority"),
                "{scheme} {host}: {done:?}"
            );
        }
    }
    // Who offers no TLS, or says more in clear than he was asked, gets neither password nor message.
    let bare = [&greeted[..], &[Hear("EHLO"), Say("250 mx\r\n")]].concat();
    let injected = [
        &greeted[..],
        &[
            Hear("EHLO"),
            Say("250-mx\r\n250 STARTTLS\r\n"),
            Hear("STARTTLS"),
            Say("220 go\r\n250 x\r\n"),
            Tls,
        ],
        &hello,
    ];
    for (script, word) in [(bare, "no TLS"), (injected.concat(), "out of turn")] {
        let (port, _server) = server(script, Some(tls.clone())).await;
        let mut to = entry(&format!("starttls:localhost:{port}"));
        to.ca = Some(ca.clone());
        let done = hand_over(&to, &envelope(&["b@example.org"]), MESSAGE).await;
        assert!(deferred(&done.outcomes[0], word), "{done:?}");
    }
    let wrong = [&HELLO[..]].concat();
    let (port, _server) = server(wrong, None).await;
    let mut to = entry(&format!("smtp:127.0.0.1:{port}"));
    to.login = Some(login);
    let done = hand_over(&to, &envelope(&["b@example.org"]), MESSAGE).await;
    assert!(deferred(&done.outcomes[0], "AUTH PLAIN"), "{done:?}");
    let told = format!("{done:?}");
    assert!(!told.contains("geheim"), "{told}");
}
