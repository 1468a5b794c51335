// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns relay profiles into Sendmail's files: lines for sendmail.mc, a mailertable, an access map.
//!
//! Sendmail routes by recipient only and edits no header on the way out. What Postfix's tables do
//! there (take our fields and marks off for those who need not see them, mark at delivery) it
//! cannot do, and the files say so.

use super::file::{File, Routed};
use crate::act::relay::{Profile, Tls};
use crate::submit::{Entry, Scheme};
use crate::units::Endpoint;

/// The port that Sendmail's own mailer `relay` uses.
const SMTP: &str = "25";

/// All files, naming each other by `dir`.
pub fn files(
    profiles: &[Profile],
    dir: &str,
    milter: &Endpoint,
    submit: Option<&Entry>,
) -> Vec<File> {
    let (routed, unable): (Vec<_>, Vec<_>) = Routed::all(profiles)
        .into_iter()
        .partition(|relay| relay.delivery_mark().is_none());
    let mut files = vec![
        features(&routed, &unable, dir, milter, submit),
        mailertable(&routed),
        access(&routed),
    ];
    files.extend(mailers(&routed));
    files
}

/// True for a relay that needs a mailer of its own: another port, or a suffix that goes at delivery.
fn has_mailer(relay: &Routed<'_>) -> bool {
    relay.recipient.strip || relay.host().is_some_and(|(_, port)| port != SMTP)
}

/// The daemon that takes what we send. An empty list of filters is not the same as none.
fn entry(submit: &Entry) -> Vec<String> {
    let (host, port) = (&submit.host, submit.port);
    let place = match submit.scheme {
        Scheme::Smtp if host.contains(':') => {
            format!("Family=inet6, Addr={host}, Port={port}, M=E")
        }
        Scheme::Smtp => format!("Family=inet, Addr={host}, Port={port}, M=E"),
        Scheme::StartTls => format!("Port={port}, M=aE"),
        Scheme::Smtps => format!("Port={port}, M=asE"),
    };
    vec![
        "dnl What we send: asks who signs (InputMailFilters=opendkim) and nobody else. Where no other daemon is named yet,".into(),
        "dnl the usual one needs its line too: DAEMON_OPTIONS(`Name=MTA').".into(),
        format!("DAEMON_OPTIONS(`Name=pii-submit, {place}, InputMailFilters=')dnl"),
    ]
}

fn features(
    routed: &[Routed<'_>],
    unable: &[Routed<'_>],
    dir: &str,
    milter: &Endpoint,
    submit: Option<&Entry>,
) -> File {
    let socket = match milter {
        Endpoint::Unix(path) => format!("unix:{}", path.display()),
        Endpoint::Inet { host, port } if host.contains(':') => format!("inet6:{port}@{host}"),
        Endpoint::Inet { host, port } => format!("inet:{port}@{host}"),
    };
    let mut lines = vec![
        // F=T: the answer when we are away is "later"; without it, mail passes unscanned.
        format!("INPUT_MAIL_FILTER(`pii', `S={socket}, F=T, T=C:10s;S:30s;R:300s;E:300s')dnl"),
        // Without -o: a map that is not there stops mail, instead of letting it pass by the relay.
        format!("FEATURE(`mailertable', `hash {dir}/pii-milter-mailertable')dnl"),
        format!("FEATURE(`access_db', `hash -T<TMPF> {dir}/pii-milter-access')dnl"),
    ];
    lines.extend(submit.map(entry).unwrap_or_default());
    if routed.iter().any(|relay| relay.route.client_certificate) {
        lines.extend([
            "define(`confCACERT', `/etc/ssl/certs/ca-certificates.crt')dnl".into(),
            format!("define(`confCLIENT_CERT', `{dir}/pii-milter-client.pem')dnl"),
            format!("define(`confCLIENT_KEY', `{dir}/pii-milter-client.key')dnl"),
        ]);
    }
    for relay in unable {
        lines.push(format!(
            "dnl {}: left out. Its mark is written at delivery, which Sendmail cannot do: its mail bounces. Write by: filter.",
            relay.profile.id
        ));
    }
    File {
        name: "pii-milter.mc".into(),
        comment: "dnl",
        about: "To be added to sendmail.mc, before the MAILER lines. Who has one of the two maps already adds our lines to it.\n\
                Then: makemap hash pii-milter-mailertable < pii-milter-mailertable; the same for pii-milter-access;\n\
                m4 sendmail.mc > sendmail.cf. The keys must be readable by nobody else, or there is no STARTTLS.\n\
                This filter stands before one that signs (DKIM), because it may change the subject.\n\
                What Sendmail cannot do: our fields (X-PII-...) stay on mail that leaves, and a mark in the subject is seen by\n\
                all recipients of the message. Our fields that come in are taken off by the filter itself."
            .into(),
        lines,
    }
}

fn mailertable(routed: &[Routed<'_>]) -> File {
    let line = |relay: &Routed<'_>| {
        let suffix = &relay.recipient.suffix;
        let mailer = if has_mailer(relay) {
            mailer(relay)
        } else {
            "relay".into()
        };
        match relay.host() {
            Some((host, _)) => format!("{suffix}\t{mailer}:[{host}]"),
            // The MX records of the recipient's domain: %1 is what stands before the suffix.
            None => format!("{suffix}\t{mailer}:%1{suffix}"),
        }
    };
    File {
        name: "pii-milter-mailertable".into(),
        comment: "#",
        about: "FEATURE(`mailertable'): recipients with a relay's suffix go to the relay. The dot in front means: below it."
            .into(),
        lines: routed.iter().map(line).collect(),
    }
}

fn access(routed: &[Routed<'_>]) -> File {
    let mut lines = Vec::new();
    for relay in routed {
        let host = relay.host().map(|(host, _)| host);
        let demand = match (relay.route.tls, host) {
            (Tls::Encrypt, _) => "ENCR:128".into(),
            (Tls::Secure, None) => "VERIFY:128".into(),
            (Tls::Secure, Some(host)) => format!("VERIFY:128+CN:{host}"),
        };
        lines.extend(host.map(|host| format!("TLS_Srv:{host}\t{demand}")));
        // Sendmail asks this for the recipient as the relay will see it.
        if !relay.recipient.strip {
            let domain = relay.recipient.suffix.trim_start_matches('.');
            lines.push(format!("TLS_Rcpt:{domain}\t{demand}"));
        }
    }
    File {
        name: "pii-milter-access".into(),
        comment: "#",
        about: "FEATURE(`access_db'): what TLS must prove before a relay gets a mail; else it waits in the queue. CN is compared\n\
                with the name in the certificate's subject alone."
            .into(),
        lines,
    }
}

fn mailer(relay: &Routed<'_>) -> String {
    format!("pii_{}", relay.word())
}

/// Mailers for those that Sendmail's own cannot reach; nothing where there is none.
fn mailers(routed: &[Routed<'_>]) -> Option<File> {
    let own: Vec<_> = routed.iter().filter(|relay| has_mailer(relay)).collect();
    let mut lines = vec!["MAILER_DEFINITIONS".to_owned()];
    for relay in &own {
        let (name, port) = (mailer(relay), relay.host().map_or(SMTP, |(_, port)| port));
        let rewrite = if relay.recipient.strip {
            format!("Strip_{name}")
        } else {
            "MasqSMTP".into()
        };
        lines.push(format!(
            "M{name}, P=[IPC], F=mDFMuXa8, S=EnvFromSMTP/HdrFromSMTP, R={rewrite}/MasqSMTP, E=\\r\\n, L=2040, T=DNS/RFC822/SMTP, A=TCP $h {port}"
        ));
    }
    for relay in own.iter().filter(|relay| relay.recipient.strip) {
        let suffix = relay.recipient.suffix.trim_start_matches('.');
        lines.extend([
            format!("SStrip_{}", mailer(relay)),
            "R$+\t\t\t$: $>MasqSMTP $1".into(),
            format!("R$+ < @ $+ . {suffix} . >\t$@ $1 < @ $2 . >"),
            format!("R$+ < @ $+ . {suffix} >\t$@ $1 < @ $2 >"),
        ]);
    }
    (!own.is_empty()).then(|| File {
        name: "pii-milter-mailers.mc".into(),
        comment: "dnl",
        about: "To be added to sendmail.mc, at its end, behind MAILER(`smtp').".into(),
        lines,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::profiles;
    use super::*;

    const GATE: &str = "id: own-gate\nname: Gate\nsee: { source: s, date: 2026-11-22 }\n\
         subject: { add: (secure), where: end BY }\n\
         recipient: { suffix: .gate.invalid, strip: true }\n\
         route: { next_hop: '[gate.example]:2525', tls: encrypt }\n\
         examples: [ { before: { to: a@b.c }, after: { subject: (secure), to: a@b.c.gate.invalid } } ]\n";

    fn rendered(extra: &str) -> String {
        let profiles = profiles(extra);
        let milter = "unix:/run/pii-milter/milter.sock".parse().unwrap();
        let submit = "smtp:127.0.0.1:10026".parse().unwrap();
        let files = files(&profiles, "/d", &milter, Some(&submit));
        files.iter().map(File::text).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn suffixes_of_services_go_by_sendmails_own_relay_mailer() {
        let text = rendered("");
        for line in [
            "\nINPUT_MAIL_FILTER(`pii', `S=unix:/run/pii-milter/milter.sock, F=T, T=C:10s;S:30s;R:300s;E:300s')dnl\n",
            "\nDAEMON_OPTIONS(`Name=pii-submit, Family=inet, Addr=127.0.0.1, Port=10026, M=E, InputMailFilters=')dnl\n",
            "\n.incamail.ch\trelay:[im.post.ch]\n",
            "\nTLS_Srv:im.post.ch\tVERIFY:128+CN:im.post.ch\n",
            "\nTLS_Rcpt:incamail.ch\tVERIFY:128+CN:im.post.ch\n",
            "\n.rpost.biz\trelay:%1.rpost.biz\n",
            "\nTLS_Rcpt:rpost.biz\tENCR:128\n",
            "\ndefine(`confCLIENT_KEY', `/d/pii-milter-client.key')dnl\n",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        assert!(!text.contains("MAILER_DEFINITIONS"), "{text}");
    }

    #[test]
    fn a_suffix_that_only_routes_and_another_port_need_a_mailer() {
        let text = rendered(&GATE.replace(" BY", ""));
        for line in [
            "\n.gate.invalid\tpii_own_gate:[gate.example]\n",
            "\nTLS_Srv:gate.example\tENCR:128\n",
            "\nSStrip_pii_own_gate\n",
            "A=TCP $h 2525\n",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        assert!(!text.contains("TLS_Rcpt:gate"), "{text}");
    }

    #[test]
    fn what_sendmail_cannot_do_is_left_out_and_said() {
        let text = rendered(&GATE.replace(" BY", ", by: delivery"));
        assert!(text.contains("\ndnl own-gate: left out."), "{text}");
        assert!(!text.contains("gate.invalid"), "{text}");
    }

    #[test]
    fn sockets_are_written_as_sendmail_reads_them() {
        for (given, written) in [
            ("inet:127.0.0.1:8894", "S=inet:8894@127.0.0.1,"),
            ("inet:[::1]:8894", "S=inet6:8894@::1,"),
        ] {
            let files = files(&[], "/d", &given.parse().unwrap(), None);
            let text: String = files.iter().map(File::text).collect();
            assert!(text.contains(written), "{text}");
        }
    }
}
