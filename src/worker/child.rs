// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns jobs that come over standard input into verdicts, in a process that can do nothing else.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::fd::AsFd;

use rustix::process::{Signal, set_parent_process_death_signal};

use super::{Greeting, Job, VERSION, frame, sandbox};
use crate::inspect::{Policy, inspect_by};

/// Runs the worker: enters the sandbox, compiles the policy that the daemon sends, then inspects one
/// message after the other until the daemon closes the socket.
///
/// # Errors
/// When the socket fails. What else fails is told to the daemon in the greeting.
pub fn run(compile: impl FnOnce(&[u8]) -> Result<Policy, String>) -> io::Result<()> {
    // A panic message could hold a found value, and nobody reads it here.
    std::panic::set_hook(Box::new(|_| ()));
    // One that is stopped, or deep in a mail, does not see the end of its socket. The daemon's thread that
    // forked us outlives us, so its end is the daemon's.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let socket = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut jobs = BufReader::with_capacity(frame::BUFFER, &socket);
    let mut verdicts = BufWriter::with_capacity(frame::BUFFER, &socket);
    let ready = sandbox::enter();
    let Some(text) = frame::read(&mut jobs)? else {
        return Ok(());
    };
    let ready = ready.and_then(|()| compile(&text));
    let ready = ready.and_then(|policy| {
        sandbox::limit_memory(policy.budget.memory)?;
        Ok(policy)
    });
    drop(text);
    let greeting = Greeting {
        version: VERSION.to_owned(),
        policy: ready
            .as_ref()
            .map(|policy| policy.digest.clone())
            .map_err(Clone::clone),
    };
    frame::write(&mut verdicts, &serde_json::to_vec(&greeting)?)?;
    verdicts.flush()?;
    match ready {
        Ok(policy) => serve(&mut jobs, &mut verdicts, &policy),
        Err(_) => Ok(()),
    }
}

fn serve(jobs: &mut impl Read, verdicts: &mut impl Write, policy: &Policy) -> io::Result<()> {
    while let Some(job) = frame::read(jobs)? {
        let job: Job = serde_json::from_slice(&job)?;
        let raw = frame::read(jobs)?.unwrap_or_default();
        sandbox::allow_processor_time(policy.processor)?;
        let verdict = inspect_by(job.envelope, raw, job.unread, &job.by, policy);
        frame::write(verdicts, &serde_json::to_vec(&verdict)?)?;
        verdicts.flush()?;
    }
    Ok(())
}
