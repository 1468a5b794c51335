// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the files of a trail into what is wrong with them: which record, in which file and line.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::chain::{Hash, Link, PublicKey, is_signed};
use super::files::{Head, Place};
use super::read::{self, Line};

/// So many records are remembered, for one that stands out of its place.
const NEAR: usize = 256;

/// A record may be so much older than the one before it: clocks are put right by little steps.
const STEP: SignedDuration = SignedDuration::from_secs(60);

/// What a look at the whole trail came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verified {
    /// Files that were read.
    pub files: usize,
    /// Records that were read.
    pub records: u64,
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// Signatures that hold.
    pub signatures: u64,
    /// Up to this record a signature vouches.
    pub signed: u64,
    /// What is wrong, in the order in which it was found.
    pub wrong: Vec<Wrong>,
    /// What the trail itself says of what it lacks.
    pub gaps: Vec<Wrong>,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The record.
    pub seq: u64,
    /// The file it stands, or should stand, in.
    pub file: PathBuf,
    /// Its line there.
    pub line: u64,
    /// What is wrong with it.
    pub what: String,
}

/// What is remembered of a record.
struct Seen {
    seq: u64,
    hash: Hash,
    prev: Hash,
    file: PathBuf,
    line: u64,
}

/// What some kinds of record have besides.
#[derive(Deserialize)]
struct More {
    last: Option<u64>,
    hash: Option<Hash>,
    why: Option<String>,
}

struct Verifier<'a> {
    keys: &'a [PublicKey],
    result: Verified,
    near: VecDeque<Seen>,
    /// The number that should come next.
    next: Option<u64>,
    at: Option<Timestamp>,
    /// Numbers that were passed over: first and last, where they were missed.
    missing: BTreeMap<u64, (u64, PathBuf, u64)>,
    /// The first record, and what it follows.
    begins: Option<(u64, Hash, PathBuf)>,
    /// What a signed word of expiry says was before it.
    expired: Vec<(u64, Hash)>,
    /// How far it should go.
    head: Option<Head>,
}

/// Reads the whole trail, and checks it with these keys.
///
/// # Errors
/// One sentence: a file that cannot be read.
pub fn verify(place: &Place, keys: &[PublicKey]) -> Result<Verified, String> {
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    // Before the records: a daemon that goes on writing is ahead of it, never behind.
    let head = Head::read(&place.head(), keys).map_err(|error| failed(&place.head(), error))?;
    let files = place.all().map_err(|error| failed(place.folder(), error))?;
    let mut verifier = Verifier {
        keys,
        result: Verified {
            files: files.len(),
            ..Verified::default()
        },
        near: VecDeque::new(),
        next: None,
        at: None,
        missing: BTreeMap::new(),
        begins: None,
        expired: Vec::new(),
        head: head.and_then(|(head, is_signed)| head.filter(|_| is_signed)),
    };
    read::each(&files, |line| verifier.take(line))?;
    let place_of_head = place.head();
    match head {
        _ if files.is_empty() && head.is_none() => (),
        None => verifier.wrong(
            0,
            &place_of_head,
            1,
            "it is gone: whether the end was cut off cannot be told",
        ),
        Some((Some(_), true)) => (),
        Some(_) => verifier.wrong(0, &place_of_head, 1, "it was changed, or is of another key"),
    }
    Ok(verifier.end(place))
}

impl Verifier<'_> {
    fn wrong(&mut self, seq: u64, file: &Path, line: u64, what: impl Into<String>) {
        self.result.wrong.push(Wrong {
            seq,
            file: file.to_owned(),
            line,
            what: what.into(),
        });
    }

    fn take(&mut self, line: Line<'_>) {
        let expected = self.next.unwrap_or(1);
        let link: Option<Link> = serde_json::from_slice(line.bytes).ok();
        let Some(link) = link else {
            let what = match line.is_whole {
                true => "it is no record any more",
                false => "it is cut off in the middle",
            };
            self.wrong(expected, line.file, line.number, what);
            // It had a number; which record it was is seen by its neighbours.
            self.next = self.next.map(|next| next + 1);
            return;
        };
        self.result.records += 1;
        let hash = Hash::of(line.bytes);
        if self.begins.is_none() {
            self.begins = Some((link.seq, link.prev, line.file.to_owned()));
            self.result.first = link.seq;
            self.next = Some(link.seq);
        }
        self.order(&link, line);
        self.chain(&link, hash, line);
        self.time(&link, line);
        self.signature(&link, line);
        if let Some(head) = self.head.filter(|head| head.seq == link.seq)
            && head.hash != hash
        {
            self.wrong(
                link.seq,
                line.file,
                line.number,
                "it was changed: the head has another hash of it",
            );
        }
        self.result.last = self.result.last.max(link.seq);
        self.near.push_back(Seen {
            seq: link.seq,
            hash,
            prev: link.prev,
            file: line.file.to_owned(),
            line: line.number,
        });
        if self.near.len() > NEAR {
            self.near.pop_front();
        }
    }

    /// Whether it stands where its number says.
    fn order(&mut self, link: &Link, line: Line<'_>) {
        let next = self.next.unwrap_or(link.seq);
        if link.seq >= next {
            if link.seq > next {
                let place = (link.seq - 1, line.file.to_owned(), line.number);
                self.missing.insert(next, place);
            }
            self.next = Some(link.seq + 1);
            return;
        }
        let gap = self.missing.range(..=link.seq).next_back();
        let gap = gap.map(|(first, (last, file, line))| (*first, *last, file.clone(), *line));
        match gap.filter(|(_, last, ..)| *last >= link.seq) {
            Some((first, last, file, at)) => {
                self.missing.remove(&first);
                if first < link.seq {
                    self.missing.insert(first, (link.seq - 1, file.clone(), at));
                }
                if last > link.seq {
                    self.missing.insert(link.seq + 1, (last, file, at));
                }
                let what = format!("it stands behind record {}: they were swapped", next - 1);
                self.wrong(link.seq, line.file, line.number, what);
            }
            None => self.wrong(
                link.seq,
                line.file,
                line.number,
                "it stands there a second time",
            ),
        }
    }

    /// Whether its neighbours are those it was written with.
    fn chain(&mut self, link: &Link, hash: Hash, line: Line<'_>) {
        let near = |seq: Option<u64>| self.near.iter().rev().find(|one| Some(one.seq) == seq);
        let before = near(link.seq.checked_sub(1));
        let before = before.filter(|before| before.hash != link.prev);
        let before = before.map(|one| (one.seq, one.file.clone(), one.line));
        let is_changed = near(Some(link.seq + 1)).is_some_and(|after| after.prev != hash);
        if let Some((seq, file, at)) = before {
            let what = format!("it was changed: record {} has another hash of it", link.seq);
            self.wrong(seq, &file, at, what);
        }
        if is_changed {
            let what = format!(
                "it was changed: record {} has another hash of it",
                link.seq + 1
            );
            self.wrong(link.seq, line.file, line.number, what);
        }
    }

    /// Whether time went on. A clock that the daemon saw being set is no fault.
    fn time(&mut self, link: &Link, line: Line<'_>) {
        let is_back = self.at.is_some_and(|at| at.duration_since(link.at) > STEP);
        if is_back && link.kind != "clock" {
            let what =
                "it is older than the record before it, and no record says that the clock was set";
            self.wrong(link.seq, line.file, line.number, what);
        }
        self.at = Some(link.at);
    }

    fn signature(&mut self, link: &Link, line: Line<'_>) {
        let more = || serde_json::from_slice::<More>(line.bytes).ok();
        match link.kind.as_str() {
            "begin" | "checkpoint" | "expired" => {
                let text = std::str::from_utf8(line.bytes).unwrap_or_default();
                if is_signed(text, self.keys) != Some(true) {
                    let since = self.result.signed + 1;
                    let what = format!(
                        "its signature does not hold: nothing vouches for records {since} to {}",
                        link.seq
                    );
                    self.wrong(link.seq, line.file, line.number, what);
                    return;
                }
                self.result.signatures += 1;
                self.result.signed = link.seq;
                if link.kind == "expired"
                    && let Some(More {
                        last: Some(last),
                        hash: Some(hash),
                        ..
                    }) = more()
                {
                    self.expired.push((last, hash));
                }
            }
            "gap" => {
                let why = more().and_then(|more| more.why);
                self.result.gaps.push(Wrong {
                    seq: link.seq,
                    file: line.file.to_owned(),
                    line: line.number,
                    what: why.unwrap_or_default(),
                });
            }
            _ => (),
        }
    }

    fn end(mut self, place: &Place) -> Verified {
        for (first, (last, file, line)) in std::mem::take(&mut self.missing) {
            self.wrong(first, &file, line, are(first, last, "missing here"));
        }
        if let Some((first, prev, file)) = self.begins.take()
            && first > 1
            && !self.expired.contains(&(first - 1, prev))
        {
            let what = are(
                1,
                first - 1,
                "missing, and no signed record says that their time was over",
            );
            self.wrong(1, &file, 1, what);
        }
        if let Some(head) = self.head.filter(|head| head.seq > self.result.last) {
            let what = are(self.result.last + 1, head.seq, "cut off at the end");
            self.wrong(self.result.last + 1, place.path(), 0, what);
        }
        self.result
    }
}

fn are(first: u64, last: u64, what: &str) -> String {
    match first == last {
        true => format!("record {first} is {what}"),
        false => format!("records {first} to {last} are {what}"),
    }
}
