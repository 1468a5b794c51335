// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the calling process from doing anything but read, write, think and allocate a little.
//!
//! `doc/decisions/001-processes.md` says why each layer is there; `tests/sandbox.rs` tries to get out.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus,
    Scope,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

/// The system calls of a process that reads a pipe, thinks, and answers.
const CALLS: &[libc::c_long] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_clock_gettime,
    libc::SYS_getrandom,
    libc::SYS_prlimit64,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // What Rust's runtime asks for when it unwinds, aborts, or tells an overflowing stack.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_tgkill,
];

/// Calls that are allowed as long as they do not ask for executable memory: the number, and which
/// argument holds the protection.
const CALLS_WITH_PROTECTION: &[(libc::c_long, u8)] =
    &[(libc::SYS_mmap, 2), (libc::SYS_mprotect, 2)];

/// Locks the calling thread, and with it a process of one thread, in. There is no way back.
///
/// # Errors
/// One sentence that says which layer the system refused. The process must end then.
pub fn enter() -> Result<(), String> {
    // The first look at a clock asks the kernel where the clock is, which the filter would not allow.
    processor_seconds();
    // Landlock makes a descriptor of its rules, so it comes before the limit of descriptors.
    lock_files_and_network()?;
    limit().map_err(|error| format!("cannot set resource limits: {error}"))?;
    filter_calls()
}

/// Limits the address space to so many bytes, for good. What the admin wrote has been read by then; a
/// mail has not.
///
/// # Errors
/// One sentence with what the system says.
pub fn limit_memory(bytes: u64) -> Result<(), String> {
    let limit = Rlimit {
        current: Some(bytes),
        maximum: Some(bytes),
    };
    setrlimit(Resource::As, limit).map_err(|error| format!("cannot limit the memory: {error}"))
}

/// Moves the processor limit on, so that the message that begins now may spend its share, in whole
/// seconds.
///
/// # Errors
/// What the system says; it does not happen as long as the hard limit is unset.
pub fn allow_processor_time(share: Duration) -> io::Result<()> {
    let current = processor_seconds() + 1 + share.as_secs();
    let limit = Rlimit {
        current: Some(current),
        maximum: None,
    };
    Ok(setrlimit(Resource::Cpu, limit)?)
}

/// What the process has spent so far.
fn processor_seconds() -> u64 {
    u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0)
}

fn limit() -> io::Result<()> {
    let limits = [
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 0),
        (Resource::Nproc, 0),
    ];
    for (resource, most) in limits {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit)?;
    }
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// A Landlock domain without any rule: nothing is reachable. What an old kernel does not know
/// (TCP before 6.7, scopes before 6.12) the filter of calls refuses as well.
fn lock_files_and_network() -> Result<(), String> {
    let abi = ABI::V6;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(abi))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(abi)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(abi)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(|error| format!("cannot lock the worker in by Landlock: {error}"))?;
    if status.ruleset == RulesetStatus::NotEnforced {
        return Err("this kernel has no Landlock; Linux 5.13 or newer with \"landlock\" among the security modules is needed".into());
    }
    Ok(())
}

fn filter_calls() -> Result<(), String> {
    let build = || -> Result<BpfProgram, seccompiler::BackendError> {
        let arch = TargetArch::try_from(std::env::consts::ARCH)?;
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
            CALLS.iter().map(|call| (*call, Vec::new())).collect();
        for (call, argument) in CALLS_WITH_PROTECTION {
            let executable = u64::from(libc::PROT_EXEC.unsigned_abs());
            let operator = SeccompCmpOp::MaskedEq(executable);
            let condition = SeccompCondition::new(*argument, SeccompCmpArgLen::Dword, operator, 0)?;
            rules.insert(*call, vec![SeccompRule::new(vec![condition])?]);
        }
        let filter = SeccompFilter::new(
            rules,
            SeccompAction::KillProcess,
            SeccompAction::Allow,
            arch,
        )?;
        filter.try_into()
    };
    let program = build().map_err(|error| format!("cannot build the filter of calls: {error}"))?;
    seccompiler::apply_filter(&program)
        .map_err(|error| format!("cannot install the filter of calls: {error}"))
}
