// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns relay profiles into Postfix's files.
//!
//! Pcre tables ignore case unless told otherwise, and their flag `i` *toggles* that
//! (pcre_table(5)): a pattern with `/i` would let `anna@EXAMPLE.ORG.INCAMAIL.CH` pass by the relay.
//! So no pattern here has it.

use super::file::{File, Routed};
use crate::act::relay::{Profile, Tls};
use crate::act::subject::{By, Mark, Place};
use crate::submit::{Entry, Scheme};

/// All files, naming each other by `dir`.
pub fn files(profiles: &[Profile], dir: &str, milter: &str, submit: Option<&Entry>) -> Vec<File> {
    let routed = Routed::all(profiles);
    let mut files = vec![
        main(&routed, dir, milter, submit),
        master(&routed, dir, submit),
        transport(&routed),
    ];
    files.push(border());
    files.push(unmark(&routed));
    files.extend(routed.iter().filter_map(mark));
    if routed.iter().any(|relay| relay.recipient.strip) {
        files.push(strip(&routed));
    }
    files.push(tls_policy(&routed));
    files
}

fn file(name: &str, about: &str, lines: Vec<String>) -> File {
    File {
        name: name.into(),
        comment: "#",
        about: about.into(),
        lines,
    }
}

/// A string as a pcre pattern between slashes.
fn quote(text: &str) -> String {
    regex::escape(text)
        .replace('/', "\\/")
        .replace("\\<", "<")
        .replace("\\>", ">")
}

fn transport(routed: &[Routed<'_>]) -> File {
    let line = |relay: &Routed<'_>| {
        format!(
            "/{}$/   {}:{}",
            quote(&relay.recipient.suffix),
            relay.profile.id,
            relay.next_hop()
        )
    };
    file(
        "pii-milter-transport.pcre",
        "transport_maps: recipients with a relay's suffix go to the relay.",
        routed.iter().map(line).collect(),
    )
}

fn border() -> File {
    file(
        "pii-milter-border.pcre",
        "header_checks: our fields coming from outside; it sees what clients send, never what the milter adds.\n\
                smtp_header_checks: our fields leaving by smtp; what is delivered inside keeps them.",
        vec!["/^X-PII-[^:]*:/   IGNORE".into()],
    )
}

fn unmark(routed: &[Routed<'_>]) -> File {
    let line = |relay: &Routed<'_>| {
        let mark = relay.profile.subject.as_ref()?;
        if mark.by == By::Delivery {
            return None;
        }
        let add = quote(&mark.add);
        Some(match mark.place {
            Place::Start => format!("/^Subject:\\s*{add}\\s*(.*)$/   REPLACE Subject: $1"),
            Place::End => format!("/^Subject:\\s*(.*?)\\s*{add}\\s*$/   REPLACE Subject: $1"),
        })
    };
    file(
        "pii-milter-unmark.pcre",
        "smtp_header_checks, lmtp_header_checks: a mark stands on the whole message; recipients who get it\n\
                by another way than the relay need not see it. The relays' own transports do not use this table.",
        routed.iter().filter_map(line).collect(),
    )
}

fn mark_name(relay: &Routed<'_>) -> String {
    format!("pii-milter-mark-{}.pcre", relay.profile.id)
}

/// The mark of a relay that gets it at delivery, unless it is there.
fn mark(relay: &Routed<'_>) -> Option<File> {
    let mark: &Mark = relay.delivery_mark()?;
    let present = mark.pattern().replace('/', "\\/");
    let add = mark.add.replace('$', "$$");
    let line = match mark.place {
        Place::Start => {
            let present = present.trim_start_matches('^');
            format!("/^Subject:\\s*(?!{present})(.*)$/   REPLACE Subject: {add} $1")
        }
        Place::End => {
            format!("/^Subject:(?!.*{present})\\s*(.*?)\\s*$/   REPLACE Subject: $1 {add}")
        }
    };
    let about = "smtp_header_checks of this relay's transport: writes the mark at delivery, and nowhere else. A signature (DKIM)\n\
                 made before covers the subject without it.";
    Some(file(&mark_name(relay), about, vec![line]))
}

fn strip(routed: &[Routed<'_>]) -> File {
    let strips = routed.iter().filter(|relay| relay.recipient.strip);
    file(
        "pii-milter-strip.pcre",
        "smtp_generic_maps of the relays whose suffix only routes: takes it off at delivery.",
        strips
            .map(|relay| format!("/^(.+@.+){}$/   $1", quote(&relay.recipient.suffix)))
            .collect(),
    )
}

fn tls_policy(routed: &[Routed<'_>]) -> File {
    let line = |relay: &Routed<'_>| {
        let key = match relay.next_hop() {
            "" => &relay.recipient.suffix,
            next_hop => next_hop,
        };
        let level = relay.route.tls.as_str();
        let matches = if relay.route.tls == Tls::Secure {
            " match=nexthop"
        } else {
            ""
        };
        format!("{key}   {level}{matches} ciphers=high protocols=>=TLSv1.2")
    };
    file(
        "pii-milter-tls-policy",
        "smtp_tls_policy_maps = texthash:...: the same demands on TLS without transports of their own, for a transport\n\
                map that says smtp: instead. The key is the next hop as the transport map writes it.",
        routed.iter().map(line).collect(),
    )
}

/// The parameter of main.cf that names who signs what comes in by our entry.
const SIGNERS: &str = "pii_submit_milters";

/// The service that takes what we send. It asks who signs and nobody else, and changes nothing.
fn entry(submit: &Entry) -> Vec<String> {
    let (place, guard): (_, &[&str]) = match submit.scheme {
        Scheme::Smtp => (
            submit.place(),
            &[
                "smtpd_tls_security_level=none",
                "mynetworks=127.0.0.0/8,[::1]/128",
                "smtpd_client_restrictions=permit_mynetworks,reject",
                "smtpd_recipient_restrictions=permit_mynetworks,reject",
            ],
        ),
        Scheme::StartTls => (
            submit.port.to_string(),
            &[
                "smtpd_tls_security_level=encrypt",
                "smtpd_sasl_auth_enable=yes",
                "smtpd_client_restrictions=",
                "smtpd_recipient_restrictions=permit_sasl_authenticated,reject",
            ],
        ),
        Scheme::Smtps => (
            submit.port.to_string(),
            &[
                "smtpd_tls_wrappermode=yes",
                "smtpd_sasl_auth_enable=yes",
                "smtpd_client_restrictions=",
                "smtpd_recipient_restrictions=permit_sasl_authenticated,reject",
            ],
        ),
    };
    let milters = format!("smtpd_milters=${SIGNERS}");
    let settings = [
        "syslog_name=postfix/pii-submit",
        &milters,
        "smtpd_proxy_filter=",
        "receive_override_options=no_header_body_checks",
        "local_header_rewrite_clients=",
        "smtpd_discard_ehlo_keywords=",
        "smtpd_helo_restrictions=",
        "smtpd_sender_restrictions=",
        "smtpd_relay_restrictions=",
        "smtpd_data_restrictions=",
        "smtpd_end_of_data_restrictions=",
    ];
    let settings = settings.iter().chain(guard);
    let service = format!("{place} inet n - n - - smtpd");
    let lines = settings.map(|setting| format!("  -o {setting}"));
    [service].into_iter().chain(lines).collect()
}

fn master(routed: &[Routed<'_>], dir: &str, submit: Option<&Entry>) -> File {
    let mut lines = submit.map(entry).unwrap_or_default();
    for relay in routed {
        let (id, own) = (&relay.profile.id, relay.word());
        lines.push(format!("{id} unix - - n - - smtp"));
        lines.push(format!("  -o syslog_name=postfix/{id}"));
        lines.push(format!(
            "  -o smtp_tls_security_level={}",
            relay.route.tls.as_str()
        ));
        if relay.route.tls == Tls::Secure && !relay.next_hop().is_empty() {
            lines.push("  -o smtp_tls_secure_cert_match=nexthop".into());
        }
        lines.push(format!("  -o smtp_tls_CAfile=${own}_tls_CAfile"));
        if relay.route.client_certificate {
            lines.push(format!("  -o smtp_tls_chain_files=${own}_tls_chain_files"));
        }
        lines.push("  -o smtp_tls_mandatory_protocols=>=TLSv1.2".into());
        lines.push("  -o smtp_tls_mandatory_ciphers=high".into());
        lines.push("  -o smtp_tls_policy_maps=".into());
        lines.push("  -o smtp_tls_loglevel=1".into());
        let mark = relay.delivery_mark().map(|_| mark_name(relay));
        let mark = mark.map_or(String::new(), |name| format!(",pcre:{dir}/{name}"));
        lines.push(format!(
            "  -o smtp_header_checks=pcre:{dir}/pii-milter-border.pcre{mark}"
        ));
        if relay.recipient.strip {
            lines.push(format!(
                "  -o smtp_generic_maps=pcre:{dir}/pii-milter-strip.pcre"
            ));
        }
    }
    file(
        "pii-milter-master.cf",
        "To be added to master.cf: the entry for what we send, which is not scanned again and which nobody else may reach;\n\
                one transport for each relay. TLS that fails leaves the mail in the queue, never in\n\
                clear: watch its age. A relay that misses our certificate looks like a network fault (\"lost connection\n\
                while performing the EHLO handshake\").",
        lines,
    )
}

fn main(routed: &[Routed<'_>], dir: &str, milter: &str, submit: Option<&Entry>) -> File {
    // The answer when we are away is "later", never "unscanned".
    let milter = format!("{{ {milter}, default_action=tempfail, content_timeout=300s }}");
    let mut lines = vec![
        format!("smtpd_milters = {milter}"),
        format!("non_smtpd_milters = {milter}"),
        format!("header_checks = pcre:{dir}/pii-milter-border.pcre"),
        format!("transport_maps = pcre:{dir}/pii-milter-transport.pcre"),
        format!("smtp_header_checks = pcre:{dir}/pii-milter-border.pcre, pcre:{dir}/pii-milter-unmark.pcre"),
        format!("lmtp_header_checks = pcre:{dir}/pii-milter-unmark.pcre"),
        "# The transport \"relay\", if it leads to mail servers of ours, keeps our fields for our own people:".into(),
        format!("#   postconf -P relay/unix/smtp_header_checks=pcre:{dir}/pii-milter-unmark.pcre"),
    ];
    if submit.is_some() {
        lines.extend([
            "# Who signs (DKIM) what we send, such as inet:127.0.0.1:8891; never this filter."
                .into(),
            format!("{SIGNERS} ="),
        ]);
    }
    for relay in routed {
        let own = relay.word();
        lines.push(format!(
            "# {}: who may sign its certificate, then our key and certificate.",
            relay.profile.name
        ));
        lines.push(format!(
            "{own}_tls_CAfile = /etc/ssl/certs/ca-certificates.crt"
        ));
        if relay.route.client_certificate {
            lines.push(format!(
                "{own}_tls_chain_files = {dir}/pii-milter-client.key, {dir}/pii-milter-client.pem"
            ));
        }
    }
    file(
        "pii-milter-main.cf",
        "To be added to main.cf. Where it sets one of these already, join the values: tables and milters are lists, and\n\
                this milter stands before one that signs (DKIM), because it may change the subject.",
        lines,
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::profiles;
    use super::*;

    fn rendered(extra: &str) -> String {
        let profiles = profiles(extra);
        let submit = "smtp:127.0.0.1:10026".parse().unwrap();
        let files = files(&profiles, "/d", "inet:127.0.0.1:8894", Some(&submit));
        files.iter().map(File::text).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn incamail_has_a_transport_that_proves_the_relay() {
        let text = rendered("");
        for line in [
            "\n/\\.incamail\\.ch$/   incamail:[im.post.ch]:25\n",
            "\n127.0.0.1:10026 inet n - n - - smtpd\n",
            "\n  -o smtpd_milters=$pii_submit_milters\n",
            "\npii_submit_milters =\n",
            "\nincamail unix - - n - - smtp\n",
            "\n  -o smtp_tls_security_level=secure\n",
            "\n  -o smtp_tls_chain_files=$incamail_tls_chain_files\n",
            "\n  -o smtp_header_checks=pcre:/d/pii-milter-border.pcre\n",
            "\n/^Subject:\\s*<im><c>\\s*(.*)$/   REPLACE Subject: $1\n",
            "\n/^X-PII-[^:]*:/   IGNORE\n",
            "\n[im.post.ch]:25   secure match=nexthop ciphers=high protocols=>=TLSv1.2\n",
            "\nsmtpd_milters = { inet:127.0.0.1:8894, default_action=tempfail, content_timeout=300s }\n",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        assert!(!text.contains("/i "), "flag i toggles\n{text}");
        assert!(
            !text.contains("[secure]"),
            "a gateway without a route must see its mark\n{text}"
        );
    }

    #[test]
    fn a_suffix_that_only_routes_is_taken_off() {
        let text = rendered(
            "id: own-gate\nname: Gate\nsee: { source: s, date: 2026-11-22 }\n\
             subject: { add: (secure), where: end }\n\
             recipient: { suffix: .gate.invalid, strip: true }\n\
             route: { next_hop: '[gate.example]:25', tls: encrypt }\n\
             examples: [ { before: { to: a@b.c }, after: { subject: (secure), to: a@b.c.gate.invalid } } ]\n",
        );
        for line in [
            "\n/\\.gate\\.invalid$/   own-gate:[gate.example]:25\n",
            "\n/^(.+@.+)\\.gate\\.invalid$/   $1\n",
            "\n  -o smtp_generic_maps=pcre:/d/pii-milter-strip.pcre\n",
            "\n  -o smtp_tls_CAfile=$own_gate_tls_CAfile\n",
            "\n/^Subject:\\s*(.*?)\\s*\\(secure\\)\\s*$/   REPLACE Subject: $1\n",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        assert!(!text.contains("-mark-"), "{text}");
    }

    #[test]
    fn a_mark_at_delivery_has_a_table_of_its_own() {
        let text = rendered(
            "id: own-gate\nname: Gate\nsee: { source: s, date: 2026-11-22 }\n\
             subject: { add: 'a/$1', where: start, by: delivery, unless: '(?-i:a/)' }\n\
             recipient: { suffix: .gate.invalid, strip: true }\n\
             route: { next_hop: '[gate.example]:25', tls: encrypt }\n\
             examples: [ { before: { to: a@b.c }, after: { subject: a/$1, to: a@b.c.gate.invalid } } ]\n",
        );
        for part in [
            "header_checks=pcre:/d/pii-milter-border.pcre,pcre:/d/pii-milter-mark-own-gate.pcre\n",
            "(?:(?-i:a\\/)))(.*)$/   REPLACE Subject: a/$$1 $1\n",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        assert!(
            !text.contains("Subject:\\s*a"),
            "nobody else had it\n{text}"
        );
    }
}
