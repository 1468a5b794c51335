// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the user at the other end of the control socket into a name and a role.

use std::fs;

use serde::{Deserialize, Serialize};

/// What somebody may do; each may do what stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// See cases, masked.
    Viewer,
    /// Claim, release and refuse them.
    Reviewer,
    /// See messages, delete, keep by law, let expire.
    Officer,
}

/// Who has which role: users by name or number. root and the daemon's own user are officers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Roles {
    /// They see cases.
    pub viewer: Vec<String>,
    /// They decide as well.
    pub reviewer: Vec<String>,
    /// They may do everything.
    pub officer: Vec<String>,
}

/// Somebody at the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// His user name, or `uid 1000`.
    pub name: String,
    /// What he may do; nothing, where he has no role.
    pub role: Option<Role>,
}

impl Role {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Reviewer => "reviewer",
            Self::Officer => "officer",
        }
    }
}

impl Roles {
    /// Who that user is.
    pub fn person(&self, uid: u32) -> Person {
        // Users come and go while the daemon runs.
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        self.person_of(uid, rustix::process::geteuid().as_raw(), &users)
    }

    fn person_of(&self, uid: u32, own: u32, users: &str) -> Person {
        let number = uid.to_string();
        let name = users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == number).then(|| name.to_owned())
        });
        let is_in = |list: &[String]| {
            list.iter()
                .any(|one| *one == number || Some(one) == name.as_ref())
        };
        let role = if uid == 0 || uid == own || is_in(&self.officer) {
            Some(Role::Officer)
        } else if is_in(&self.reviewer) {
            Some(Role::Reviewer)
        } else {
            is_in(&self.viewer).then_some(Role::Viewer)
        };
        Person {
            name: name.unwrap_or_else(|| format!("uid {uid}")),
            role,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_the_highest_role_that_names_him() {
        let users =
            "root:x:0:0::/:/bin/sh\nanna:x:1000:1000::/:/bin/sh\nbert:x:1001:1::/:/bin/sh\n";
        let roles = Roles {
            viewer: vec!["anna".into(), "1002".into()],
            reviewer: vec!["anna".into()],
            officer: Vec::new(),
        };
        for (uid, name, role) in [
            (0, "root", Some(Role::Officer)),
            (77, "uid 77", Some(Role::Officer)),
            (1000, "anna", Some(Role::Reviewer)),
            (1001, "bert", None),
            (1002, "uid 1002", Some(Role::Viewer)),
        ] {
            let person = roles.person_of(uid, 77, users);
            assert_eq!((person.name.as_str(), person.role), (name, role));
        }
        assert!(None < Some(Role::Viewer) && Role::Viewer < Role::Officer);
    }
}
