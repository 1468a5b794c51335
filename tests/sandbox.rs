// SPDX-License-Identifier: GPL-3.0-or-later
//! Tries to get out of a worker's sandbox, one way after the other, each in a process of its own.
//!
//! Not the usual harness: the sandbox is for a process of one thread, and the system kills who tries.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test reports by both"
)]

use std::fs::File;
use std::io::Read;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use pii_milter::worker::sandbox;
use rustix::process::{Resource, Rlimit, setrlimit};

/// What a probe says by its exit code when it got through.
const THROUGH: u8 = 0;
/// What it says when the system refused without killing it.
const REFUSED: u8 = 3;
/// What it says when there was no sandbox to begin with.
const NO_SANDBOX: u8 = 4;

/// What a probe tries, and whether the sandbox has to let it through: without those that get
/// through, the others would prove nothing.
struct Probe(&'static str, fn() -> bool, Expected);

#[derive(PartialEq)]
enum Expected {
    Allowed,
    Stopped,
    /// Has no end outside the sandbox.
    StoppedOnlyHere,
}
use Expected::{Allowed, Stopped, StoppedOnlyHere};

const PROBES: &[Probe] = &[
    Probe("read standard input", read_input, Allowed),
    Probe("allocate 100 MB", || allocate(100 << 20), Allowed),
    Probe("allocate 2 GB", || allocate(2 << 30), Stopped),
    Probe(
        "open /etc/passwd",
        || File::open("/etc/passwd").is_ok(),
        Stopped,
    ),
    Probe("create a file", create, Stopped),
    Probe("list a folder", || std::fs::read_dir("/").is_ok(), Stopped),
    Probe(
        "connect by TCP",
        || TcpStream::connect(world().tcp.local_addr().unwrap()).is_ok(),
        Stopped,
    ),
    Probe(
        "connect to a control socket",
        || UnixStream::connect(&world().socket).is_ok(),
        Stopped,
    ),
    Probe(
        "read a held message",
        || std::fs::read(&world().held).is_ok(),
        Stopped,
    ),
    Probe(
        "change a held message",
        || std::fs::write(&world().held, b"x").is_ok(),
        Stopped,
    ),
    Probe(
        "delete a held message",
        || std::fs::remove_file(&world().held).is_ok(),
        Stopped,
    ),
    Probe(
        "open the memory of the parent",
        || File::open(format!("/proc/{}/mem", world().parent)).is_ok(),
        Stopped,
    ),
    Probe(
        "open a UDP socket",
        || UdpSocket::bind("127.0.0.1:0").is_ok(),
        Stopped,
    ),
    Probe("make a socket pair", || UnixStream::pair().is_ok(), Stopped),
    Probe("start a thread", start_thread, Stopped),
    Probe(
        "fork",
        || Command::new("/bin/true").spawn().is_ok(),
        Stopped,
    ),
    Probe("exec", exec, Stopped),
    Probe("signal the parent", signal_parent, Stopped),
    Probe("raise its memory", raise_memory, Stopped),
    Probe(
        "think for longer than a message may",
        think,
        StoppedOnlyHere,
    ),
];

fn main() -> ExitCode {
    if let Ok(name) = std::env::var("PII_MILTER_PROBE") {
        return ExitCode::from(probe(&name));
    }
    let failed = PROBES.iter().filter(|probe| !holds(probe)).count();
    println!("{} passed, {failed} failed", PROBES.len() - failed);
    ExitCode::from(u8::from(failed > 0))
}

/// Runs one probe outside the sandbox, where it must get through, and inside.
fn holds(Probe(name, _, expected): &Probe) -> bool {
    let free = *expected == StoppedOnlyHere || run(name, false).success();
    let caged = run(name, true);
    let stopped = caged.code() == Some(i32::from(REFUSED)) || caged.signal().is_some();
    let held = if *expected == Allowed {
        caged.success()
    } else {
        stopped
    };
    let verdict = if free && held { "ok" } else { "FAILED" };
    println!("{verdict}: {name}: outside {free}, in the sandbox {caged}");
    free && held
}

fn run(name: &str, caged: bool) -> ExitStatus {
    let cage = if caged { "caged " } else { "" };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env("PII_MILTER_PROBE", format!("{cage}{name}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // A probe that does not read may be gone already.
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"mail").ok();
    let status = child.wait().unwrap();
    let name = format!("pii-milter-probe-{}", child.id());
    std::fs::remove_dir_all(std::env::temp_dir().join(name)).ok();
    status
}

/// What the daemon has and a worker must not reach: made before the sandbox is entered, so that a probe
/// fails at what it tries and not at making it.
struct World {
    tcp: TcpListener,
    /// Where a socket such as the control socket listens.
    socket: PathBuf,
    /// A file such as those of the quarantine, of the same user.
    held: PathBuf,
    parent: i32,
    _control: UnixListener,
}

static WORLD: OnceLock<World> = OnceLock::new();

fn world() -> &'static World {
    WORLD.get_or_init(|| {
        let name = format!("pii-milter-probe-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let (socket, held) = (folder.join("control.sock"), folder.join("held"));
        std::fs::write(&held, b"sealed").unwrap();
        World {
            tcp: TcpListener::bind("127.0.0.1:0").unwrap(),
            _control: UnixListener::bind(&socket).unwrap(),
            socket,
            held,
            parent: rustix::process::getppid().unwrap().as_raw_nonzero().get(),
        }
    })
}

fn probe(name: &str) -> u8 {
    world();
    let caged = name.strip_prefix("caged ");
    let lock = || {
        sandbox::enter()?;
        sandbox::limit_memory(512 << 20)?;
        let share = Duration::from_secs(2);
        sandbox::allow_processor_time(share).map_err(|error| error.to_string())
    };
    if caged.is_some() && lock().is_err() {
        return NO_SANDBOX;
    }
    let name = caged.unwrap_or(name);
    let Probe(_, attempt, _) = PROBES.iter().find(|probe| probe.0 == name).unwrap();
    if attempt() { THROUGH } else { REFUSED }
}

fn read_input() -> bool {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).is_ok() && text == "mail"
}

fn allocate(bytes: usize) -> bool {
    let mut block: Vec<u8> = Vec::new();
    if block.try_reserve_exact(bytes).is_err() {
        return false;
    }
    block.resize(1 << 20, 1);
    std::hint::black_box(&block).len() == 1 << 20
}

fn create() -> bool {
    let path = world().held.with_extension("new");
    let created = File::create(&path).is_ok();
    std::fs::remove_file(&path).is_ok() && created
}

fn start_thread() -> bool {
    let thread = std::thread::Builder::new().spawn(|| ());
    thread.is_ok_and(|thread| thread.join().is_ok())
}

/// Comes back only when it fails; `/bin/true` ends with 0, which is `THROUGH`.
fn exec() -> bool {
    let refused = Command::new("/bin/true").exec();
    refused.kind() == std::io::ErrorKind::NotFound
}

fn signal_parent() -> bool {
    let parent = rustix::process::getppid().unwrap();
    rustix::process::test_kill_process(parent).is_ok()
}

/// Asks for no more than a process without a sandbox has.
fn raise_memory() -> bool {
    let limit = Rlimit {
        current: Some(1 << 40),
        maximum: Some(1 << 40),
    };
    setrlimit(Resource::As, limit).is_ok()
}

fn think() -> bool {
    let mut x = 1_u64;
    for round in 0..u64::MAX {
        x = std::hint::black_box(x.wrapping_mul(round | 1));
    }
    x != 0
}
