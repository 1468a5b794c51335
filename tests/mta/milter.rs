// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps a pii-milter that runs as an unprivileged user.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output};
use std::sync::Arc;

use super::home::Home;
use super::{PATIENCE, wait_for};

/// The configuration as shipped.
pub const SHIPPED: &str = include_str!("../../conf/pii-milter.yaml");

/// Who it runs as: somebody who may do nothing on any Debian.
const USER: &str = "nobody";

/// The shipped configuration with these lines changed; each old text stands there exactly once.
pub fn config(changes: &[(&str, &str)]) -> String {
    let mut text = SHIPPED.to_owned();
    for (old, new) in changes {
        assert_eq!(
            text.matches(old).count(),
            1,
            "{old:?} in the shipped configuration"
        );
        text = text.replace(old, new);
    }
    text
}

/// The shipped configuration in `enforce`, listening there.
pub fn enforcing(listen: &str) -> String {
    config(&[
        ("mode: monitor", "mode: enforce"),
        (&shipped_listen(), listen),
    ])
}

/// The shipped configuration, `monitor` as it is, listening there.
pub fn monitoring(listen: &str) -> String {
    config(&[(&shipped_listen(), listen)])
}

/// The value of `listen` in the shipped configuration.
fn shipped_listen() -> String {
    let line = SHIPPED
        .lines()
        .find(|line| line.trim_start().starts_with("listen:"));
    line.unwrap().split_whitespace().nth(1).unwrap().to_owned()
}

/// Where the program under test is: two folders above this one, in `target/<profile>`.
pub fn program() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let program = this.ancestors().nth(2).unwrap().join("pii-milter");
    assert!(program.exists(), "{} is not built", program.display());
    program
}

/// Copies the program into the site: its user cannot enter the folder it was built in.
pub fn install(home: &Home) {
    fs::copy(program(), home.path().join("run/pii-milter")).unwrap();
}

/// Makes the folder for a socket inside Postfix's chroot: owned by our user, for the group
/// postfix to enter, and giving that group to the socket. Its path as Postfix and as we see it.
pub fn socket_in_chroot(home: &Home) -> (String, PathBuf) {
    let folder = home.path().join("queue/pii-milter");
    fs::create_dir(&folder).unwrap();
    let owned = Command::new("chown")
        .arg(format!("{USER}:postfix"))
        .arg(&folder)
        .status();
    assert!(owned.unwrap().success());
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o2750)).unwrap();
    (
        "unix:pii-milter/milter.sock".into(),
        folder.join("milter.sock"),
    )
}

/// A daemon that runs, and ends when dropped.
pub struct Milter {
    home: Arc<Home>,
    daemon: Child,
    log: PathBuf,
    config: PathBuf,
    state: PathBuf,
}

impl Milter {
    /// Starts one and waits until it listens at `listen` (`unix:/path`, `inet:127.0.0.1:8894`).
    ///
    /// # Panics
    /// Where it ends or does not listen; with what it said.
    pub fn start(home: &Arc<Home>, name: &str, config: &str, listen: &str) -> Self {
        Self::start_with(home, name, config, listen, &[])
    }

    /// The same with these variables in its environment. What it keeps is what a daemon of that name left.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_with(
        home: &Arc<Home>,
        name: &str,
        config: &str,
        listen: &str,
        variables: &[(&str, &str)],
    ) -> Self {
        let mut milter = Self::spawn(home, name, config, variables);
        let up = wait_for(PATIENCE, || milter.answer(listen));
        assert!(
            up == Some(true),
            "pii-milter serve does not listen at {listen}: {}",
            milter.log()
        );
        milter
    }

    /// Starts one that perhaps ends at once.
    pub fn spawn(home: &Arc<Home>, name: &str, config: &str, variables: &[(&str, &str)]) -> Self {
        let run = home.path().join("run");
        let file = run.join(format!("{name}.yaml"));
        fs::write(&file, config).unwrap();
        let log = run.join(format!("{name}.log"));
        let state = home.path().join("run").join(format!("{name}-state"));
        fs::create_dir_all(&state).unwrap();
        let owned = Command::new("chown").arg(USER).arg(&state).status();
        assert!(owned.unwrap().success());
        let mut command = Command::new("sh");
        command
            .envs(variables.iter().copied())
            .env("STATE_DIRECTORY", &state)
            .env_remove("RUNTIME_DIRECTORY")
            .args(["-c", "umask 0007; exec setpriv \"$@\"", "sh"])
            .args([
                "--reuid",
                USER,
                "--regid",
                "nogroup",
                "--clear-groups",
                "--no-new-privs",
            ])
            .arg(run.join("pii-milter"))
            .arg("--config")
            .arg(&file)
            .arg("serve")
            .current_dir("/")
            .process_group(0);
        let daemon = home.spawn(&mut command, &log);
        Self {
            home: Arc::clone(home),
            daemon,
            log,
            config: file,
            state,
        }
    }

    /// How it ended, waited for.
    ///
    /// # Panics
    /// Where it lives on.
    pub fn ended(&mut self) -> ExitStatus {
        let ended = wait_for(PATIENCE, || self.daemon.try_wait().unwrap());
        ended.unwrap_or_else(|| panic!("it lives on: {}", self.log()))
    }

    /// Whether it has ended by now.
    pub fn has_ended(&mut self) -> bool {
        self.daemon.try_wait().unwrap().is_some()
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Runs `pii-milter cases` beside it, and gives what it printed.
    ///
    /// # Panics
    /// Where it fails.
    pub fn cases(&self, arguments: &[&str]) -> String {
        let done = self.try_cases(arguments);
        assert!(done.status.success(), "{done:?}\n{}", self.log());
        String::from_utf8(done.stdout).unwrap()
    }

    /// Runs `pii-milter cases` with its configuration and its state, whether it lives or not.
    pub fn try_cases(&self, arguments: &[&str]) -> Output {
        let mut cases = Command::new(program());
        cases.arg("--config").arg(&self.config);
        cases.arg("cases").args(arguments);
        let cases = cases.env("STATE_DIRECTORY", &self.state);
        cases.env_remove("RUNTIME_DIRECTORY").output().unwrap()
    }

    /// Runs `pii-milter cases` as the daemon's user, while no daemon runs.
    pub fn offline(&self, arguments: &[&str]) -> Output {
        let mut cases = Command::new("setpriv");
        cases.args(["--reuid", USER, "--regid", "nogroup", "--clear-groups"]);
        cases.arg(self.home.path().join("run/pii-milter"));
        cases.arg("--config").arg(&self.config);
        cases.arg("cases").args(arguments).current_dir("/");
        let cases = cases.env("STATE_DIRECTORY", &self.state);
        cases.env_remove("RUNTIME_DIRECTORY").output().unwrap()
    }

    /// The file it was started with.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Where it keeps what outlives it.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.daemon.id()
    }

    /// The processes it started that live.
    pub fn workers(&self) -> Vec<u32> {
        let mut workers = Vec::new();
        let threads = format!("/proc/{}/task", self.daemon.id());
        for thread in fs::read_dir(threads).into_iter().flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            workers.extend(
                children
                    .split_whitespace()
                    .map(|pid| pid.parse::<u32>().unwrap()),
            );
        }
        workers
    }

    /// The number of the user it runs as.
    pub fn user(&self) -> u32 {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(format!("/proc/{}", self.daemon.id()))
            .unwrap()
            .uid()
    }

    /// Kills it, as the kernel does when memory is short.
    pub fn kill(&mut self) {
        self.daemon.kill().unwrap();
        self.daemon.wait().unwrap();
    }

    /// Whether it listens; `None` while that is open.
    fn answer(&mut self, listen: &str) -> Option<bool> {
        if self.daemon.try_wait().unwrap().is_some() {
            return Some(false);
        }
        let connected = match listen.split_once(':').unwrap() {
            ("unix", path) => UnixStream::connect(path).is_ok(),
            (_, address) => TcpStream::connect(address).is_ok(),
        };
        connected.then_some(true)
    }
}

impl Drop for Milter {
    fn drop(&mut self) {
        // The number of one that was waited for may be somebody else's.
        if self.daemon.try_wait().is_ok_and(|ended| ended.is_none()) {
            signal(self.daemon.id(), rustix::process::Signal::TERM);
        }
        let ended = wait_for(PATIENCE, || self.daemon.try_wait().ok().flatten());
        if ended.is_none() {
            self.daemon.kill().ok();
            self.daemon.wait().ok();
        }
        self.home.forget(self.daemon.id());
    }
}

/// Sends a signal to a process that we started, or that it started.
pub fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    // It may have ended just now, which is what most signals are for.
    rustix::process::kill_process(pid, signal).ok();
}

/// Whether a process lives. One that has ended and that nobody has waited for does not.
pub fn is_running(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with('Z'))
}
