// SPDX-License-Identifier: GPL-3.0-or-later
//! Judges the socket: its path from inside the chroot, its mode, its way over a network.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use super::entrance::entrances;
use super::read::Site;
use crate::mta::filter::{Filter, Leads};
use crate::mta::finding::{Finding, Severity};
use crate::units::Endpoint;
use Severity::Doubt;

/// Rule: the path leads to the socket from where smtpd stands.
pub fn astray(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let mut findings = Vec::new();
    for one in entrances(site) {
        for milter in &one.milters {
            let place = one.place(one.parameter);
            let Leads::Astray(looks) = one.leads(milter, site, filter) else {
                continue;
            };
            if !seen.insert((place.clone(), one.parameter)) {
                continue;
            }
            let what = format!(
                "{} of {} makes it look for {}, but the filter listens at {}",
                milter.address,
                one.parameter,
                looks.display(),
                filter.listen
            );
            let item = filter.item(site.queue());
            let write = match filter.listen {
                Endpoint::Unix(path) if !path.starts_with(site.queue()) => {
                    let queue = site.queue().display();
                    format!("listen: unix:{queue}/pii-milter/milter.sock in pii-milter.yaml")
                }
                _ => format!("{} = {item}", one.parameter),
            };
            findings.push(Doubt.at(place, what, write));
        }
    }
    findings
}

/// Rule: Postfix's user may connect to the socket.
pub fn closed_to_postfix(site: &Site, filter: &Filter<'_>) -> Vec<Finding> {
    let Endpoint::Unix(path) = filter.listen else {
        return Vec::new();
    };
    let owner = site.main("mail_owner");
    let Some(user) = User::named(owner) else {
        return Vec::new();
    };
    let Ok(socket) = fs::metadata(path) else {
        return Vec::new();
    };
    let shown = path.display();
    if !socket.file_type().is_socket() {
        let what =
            format!("{shown} is no socket; stop what made it, take it away, start the filter");
        return vec![Doubt.at(shown.to_string(), what, "")];
    }
    let mut findings = Vec::new();
    if !user.may(&socket, 0o2) {
        let what = format!("{owner}, who asks the filter, may not write to the socket {shown}");
        let write = format!("chgrp {owner} {shown} && chmod 660 {shown}");
        findings.push(Doubt.at(shown.to_string(), what, write));
    }
    let folders = path.ancestors().skip(1);
    let closed = folders.filter_map(|folder| Some((folder, fs::metadata(folder).ok()?)));
    for (folder, _) in closed.filter(|(_, meta)| !user.may(meta, 0o1)) {
        let folder = folder.display();
        let what = format!("{owner}, who asks the filter, may not enter {folder}");
        let write = format!("chgrp {owner} {folder} && chmod 750 {folder}");
        findings.push(Doubt.at(folder.to_string(), what, write));
    }
    findings
}

/// A user of this machine with his groups.
struct User {
    id: u32,
    groups: Vec<u32>,
}

impl User {
    /// Reads `/etc/passwd` and `/etc/group`: Postfix's user is a local one.
    fn named(name: &str) -> Option<Self> {
        let passwd = fs::read_to_string("/etc/passwd").ok()?;
        let line = passwd
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        let id: u32 = fields.next()?.parse().ok()?;
        let mut groups = vec![fields.next()?.parse().ok()?];
        let group = fs::read_to_string(Path::new("/etc/group")).unwrap_or_default();
        groups.extend(group.lines().filter_map(|line| {
            let mut fields = line.split(':').skip(2);
            let id: u32 = fields.next()?.parse().ok()?;
            let is_member = fields.next()?.split(',').any(|member| member == name);
            is_member.then_some(id)
        }));
        Some(Self { id, groups })
    }

    /// True where the mode gives these bits (4 read, 2 write, 1 enter).
    fn may(&self, meta: &fs::Metadata, bits: u32) -> bool {
        let shift = if meta.uid() == self.id {
            6
        } else if self.groups.contains(&meta.gid()) {
            3
        } else {
            0
        };
        meta.mode() >> shift & bits == bits
    }
}
