// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a plan into what goes over the wire, in the order that cannot lose mail.

use std::collections::HashSet;
use std::ffi::CString;

use indymilter::{ActionError, Actions, ContextActions, EomActions};

use super::Mode;
use crate::act::{Edit, Plan};
use crate::message::Recipient;
use crate::quarantine::case::Way;

/// What a plan comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Script {
    /// Write these edits, then let the message go on; others than these have copies first.
    Write(Vec<Edit>, Vec<Way>),
    /// Write nothing: keep the message, for this reason.
    Keep(String),
    /// Write nothing: code, enhanced status code and text of the answer.
    Refuse(String, String, String),
}

impl Script {
    /// Why something is to be kept, and what becomes of each recipient; nothing where nothing is.
    pub fn keeps(&self, plan: &Plan) -> Option<(String, Vec<Way>)> {
        match self {
            Self::Keep(reason) => Some((reason.clone(), Vec::new())),
            Self::Write(_, ways) if !ways.is_empty() => {
                let reason = plan.copies.iter().find_map(|copies| copies.waits.clone());
                Some((reason.unwrap_or_else(|| "split".into()), ways.clone()))
            }
            Self::Write(..) | Self::Refuse(..) => None,
        }
    }
}

/// What of a plan is written, in order: labels always, actions where enforcing. Header fields
/// first, then recipients: added before taken off, so that a crash in between doubles and does not
/// lose. A refused message needs no edits.
///
/// # Errors
/// One sentence: edits that would leave the message without recipients, or that no MTA may be sent.
pub fn script(
    plan: &Plan,
    mode: Mode,
    keeps_space: bool,
    recipients: &[Recipient],
) -> Result<Script, &'static str> {
    let actions: &[Edit] = match mode {
        Mode::Monitor => &[],
        Mode::Enforce => &plan.actions,
    };
    for edit in actions {
        if let Edit::Reply(code, status, text) = edit {
            return Ok(Script::Refuse(code.clone(), status.clone(), text.clone()));
        }
        if let Edit::Quarantine(reason) = edit {
            return Ok(Script::Keep(reason.clone()));
        }
    }
    let mut edits = Vec::new();
    for edit in plan.labels.iter().chain(actions) {
        edits.push(match edit {
            Edit::AddHeader(name, content) => {
                Edit::AddHeader(field_name(name)?, value(content, keeps_space))
            }
            Edit::ChangeHeader(name, content, at) => {
                Edit::ChangeHeader(field_name(name)?, value(content, keeps_space), *at)
            }
            other => other.clone(),
        });
    }
    edits.sort_by_key(rank);
    if leaves_nobody(&edits, recipients) {
        return Err("its plan takes off the last recipient");
    }
    let ways = match mode {
        Mode::Monitor => Vec::new(),
        Mode::Enforce => ways(plan, recipients.len()),
    };
    Ok(Script::Write(edits, ways))
}

/// What becomes of each recipient of a message that is split; nothing of one that is not.
fn ways(plan: &Plan, count: usize) -> Vec<Way> {
    if plan.copies.is_empty() {
        return Vec::new();
    }
    let mut ways = vec![Way::Stay; count];
    for copies in &plan.copies {
        let way = if copies.waits.is_some() {
            Way::Wait
        } else {
            Way::Copy
        };
        for place in &copies.places {
            if let Some(own) = ways.get_mut(*place) {
                *own = way;
            }
        }
    }
    ways
}

/// Writes one edit.
///
/// # Errors
/// When the MTA did not offer this action, or the connection is gone.
pub async fn write(
    to: &EomActions,
    edit: &Edit,
    available: Actions,
    recipients: &[Recipient],
) -> Result<(), ActionError> {
    let index = |at: u32| i32::try_from(at).map_err(|_| ActionError::InvalidParam);
    match edit {
        Edit::AddHeader(name, value) => to.add_header(name.as_str(), value.as_str()).await,
        Edit::ChangeHeader(name, value, at) => {
            to.change_header(name.as_str(), index(*at)?, Some(value.as_str()))
                .await
        }
        Edit::DeleteHeader(name, at) => {
            to.change_header(name.as_str(), index(*at)?, None::<&str>)
                .await
        }
        Edit::AddRecipient(address, args) => {
            // Without extensions the client's NOTIFY and ORCPT are lost, but not the mail.
            if args.is_empty() || !available.contains(Actions::ADD_RCPT_EXT) {
                to.add_recipient(address.as_str()).await
            } else {
                to.add_recipient_ext(address.as_str(), Some(args.as_str()))
                    .await
            }
        }
        Edit::DeleteRecipient(address) => to.delete_recipient(as_given(address, recipients)).await,
        Edit::Hold(reason) => to.quarantine(reason.as_str()).await,
        // These are answers.
        Edit::Quarantine(_) | Edit::Discard | Edit::Reply(..) => Ok(()),
    }
}

fn rank(edit: &Edit) -> u8 {
    match edit {
        Edit::AddHeader(..) | Edit::ChangeHeader(..) | Edit::DeleteHeader(..) => 0,
        Edit::AddRecipient(..) => 1,
        Edit::DeleteRecipient(_) => 2,
        Edit::Hold(_) => 3,
        Edit::Quarantine(_) | Edit::Discard | Edit::Reply(..) => 4,
    }
}

/// Both MTAs say 250 to such a message and forget it.
fn leaves_nobody(edits: &[Edit], recipients: &[Recipient]) -> bool {
    let mut gone = HashSet::new();
    for edit in edits {
        match edit {
            Edit::AddRecipient(..) => return false,
            Edit::DeleteRecipient(address) => drop(gone.insert(as_given(address, recipients))),
            _ => (),
        }
    }
    let is_gone = |recipient: &Recipient| gone.iter().any(|g| g.to_bytes() == recipient.as_given);
    !gone.is_empty() && recipients.iter().all(is_gone)
}

/// The bytes of RCPT, which DELRCPT is compared with, also where they are no UTF-8.
fn as_given(address: &str, recipients: &[Recipient]) -> CString {
    let found = recipients
        .iter()
        .find(|recipient| String::from_utf8_lossy(&recipient.as_given) == address);
    let bytes = found.map_or(address.as_bytes(), |recipient| &recipient.as_given);
    CString::new(bytes).unwrap_or_default()
}

/// A name that cannot end the field it stands in.
fn field_name(name: &str) -> Result<String, &'static str> {
    let is_sound = |byte: u8| byte.is_ascii_graphic() && byte != b':';
    if name.is_empty() || !name.bytes().all(is_sound) {
        return Err("its plan names a header field that cannot be one");
    }
    Ok(name.to_owned())
}

/// A value as the MTA takes it: folds as LF, no line that could be a field of its own, and the
/// blank behind the colon only where the MTA does not put it there itself.
fn value(text: &str, keeps_space: bool) -> String {
    let mut lines = text.split('\n').map(|line| line.replace(['\r', '\0'], ""));
    let first = lines.next().unwrap_or_default();
    let mut value = match (keeps_space, first.strip_prefix(' ')) {
        (true, None) if !first.starts_with('\t') => format!(" {first}"),
        (false, Some(rest)) => rest.to_owned(),
        _ => first,
    };
    for line in lines {
        value.push('\n');
        if !line.starts_with([' ', '\t']) {
            value.push(' ');
        }
        value.push_str(&line);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Address;

    fn recipients(given: &[&[u8]]) -> Vec<Recipient> {
        let recipient = |bytes: &&[u8]| Recipient {
            address: Address::new(&String::from_utf8_lossy(bytes)),
            as_given: bytes.to_vec(),
            notify: None,
            original: None,
        };
        given.iter().map(recipient).collect()
    }

    fn plan(actions: Vec<Edit>) -> Plan {
        let labels = vec![Edit::AddHeader("X-PII-Level".into(), "public".into())];
        Plan {
            labels,
            actions,
            copies: Vec::new(),
        }
    }

    fn move_to_relay() -> Vec<Edit> {
        vec![
            Edit::DeleteRecipient("<a@x.ch>".into()),
            Edit::ChangeHeader("Subject".into(), "<im><c> a".into(), 1),
            Edit::AddRecipient("a@x.ch.incamail.ch".into(), String::new()),
        ]
    }

    #[test]
    fn monitor_writes_labels_and_no_action() {
        let mut actions = move_to_relay();
        actions.push(Edit::Reply("550".into(), "5.7.1".into(), "no".into()));
        let script = script(
            &plan(actions),
            Mode::Monitor,
            false,
            &recipients(&[b"<a@x.ch>"]),
        );
        let label = Edit::AddHeader("X-PII-Level".into(), "public".into());
        assert_eq!(script, Ok(Script::Write(vec![label], Vec::new())));
    }

    #[test]
    fn a_recipient_is_added_before_the_other_is_taken_off() {
        let plan = plan(move_to_relay());
        let Ok(Script::Write(edits, _)) =
            script(&plan, Mode::Enforce, true, &recipients(&[b"<a@x.ch>"]))
        else {
            panic!("no script");
        };
        let ranks: Vec<u8> = edits.iter().map(rank).collect();
        assert_eq!(ranks, [0, 0, 1, 2]);
    }

    #[test]
    fn a_refusal_writes_nothing_else() {
        let mut actions = move_to_relay();
        actions.push(Edit::Reply("550".into(), "5.7.1".into(), "no".into()));
        let script = script(
            &plan(actions),
            Mode::Enforce,
            true,
            &recipients(&[b"<a@x.ch>"]),
        );
        let refusal = Script::Refuse("550".into(), "5.7.1".into(), "no".into());
        assert_eq!(script, Ok(refusal));
    }

    #[test]
    fn the_last_recipient_is_never_taken_off() {
        let off = |address: &str| Edit::DeleteRecipient(address.into());
        let all = plan(vec![off("<a@x.ch>"), off("<b@x.ch>")]);
        let two = recipients(&[b"<a@x.ch>", b"<b@x.ch>", b"<a@x.ch>"]);
        assert!(script(&all, Mode::Enforce, true, &two).is_err());
        let one = plan(vec![off("<a@x.ch>")]);
        assert!(script(&one, Mode::Enforce, true, &two).is_ok());
    }

    #[test]
    fn a_value_stays_one_field() {
        assert_eq!(value("a\r\n b\nBcc: c", true), " a\n b\n Bcc: c");
        assert_eq!(value(" a", true), " a");
        assert_eq!(value("\ta", true), "\ta");
        assert_eq!(value(" a", false), "a");
        assert_eq!(value("  a\r", false), " a");
        for name in ["", "A B", "A:B", "A\nB", "Ä"] {
            assert!(field_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_recipient_is_taken_off_by_its_very_bytes() {
        let odd = recipients(&[b"<M\xfcller@x.ch>"]);
        let given = as_given(&String::from_utf8_lossy(b"<M\xfcller@x.ch>"), &odd);
        assert_eq!(given.to_bytes(), b"<M\xfcller@x.ch>");
    }
}
