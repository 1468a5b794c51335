// SPDX-License-Identifier: GPL-3.0-or-later
//! Starts the real daemon with a configuration of its own, and ends it whatever a test does.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use indymilter_test::{EomAction, EomActions, ProtoOpts, Status, TestConnection};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};

/// Nothing in these tests takes longer.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Changes the shipped configuration so that verdicts are acted on.
pub const ENFORCE: (&str, &str) = ("mode: monitor", "mode: enforce");

/// What the shipped table holds is refused instead.
pub const REFUSE: (&str, &str) = (
    "quarantine: personal data that may not leave by e-mail",
    "reject: \"5.7.1 Please use the customer portal\"",
);

/// Where a daemon listens.
#[derive(Clone, Debug)]
pub enum Place {
    Unix(PathBuf),
    Inet(u16),
}

/// A running daemon.
pub struct Daemon {
    pub place: Place,
    pub config: PathBuf,
    child: Child,
    folder: PathBuf,
    log: Arc<Mutex<String>>,
    manager: UnixDatagram,
}

/// A message to show to the daemon.
#[derive(Clone)]
pub struct Mail<'a> {
    pub sender: &'a [&'a str],
    pub recipients: &'a [&'a [&'a str]],
    pub fields: &'a [(&'a str, &'a str)],
    pub body: &'a [&'a [u8]],
}

/// A message that says nothing.
pub const PLAIN: Mail<'static> = Mail {
    sender: &["<a@example.ch>"],
    recipients: &[&["<b@example.org>"]],
    fields: &[("From", "a@example.ch"), ("Subject", "Hello")],
    body: &[b"Good morning\r\n"],
};

impl Daemon {
    /// Starts it over a unix socket, with lines of the shipped configuration replaced.
    pub fn over_unix(changes: &[(&str, &str)]) -> Self {
        let folder = folder();
        let path = folder.join("milter.sock");
        Self::start(folder, Place::Unix(path), changes)
    }

    /// The same over TCP.
    pub fn over_inet(changes: &[(&str, &str)]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        Self::start(folder(), Place::Inet(port), changes)
    }

    /// Over a unix socket, with so many descriptors and no more.
    pub fn with_descriptors(count: u32, changes: &[(&str, &str)]) -> Self {
        Self::after(&format!("ulimit -n {count}"), changes)
    }

    /// Over a unix socket, started by a shell that has done this.
    pub fn after(lines: &str, changes: &[(&str, &str)]) -> Self {
        let folder = folder();
        let place = Place::Unix(folder.join("milter.sock"));
        let script = format!("{lines}\nexec \"$@\"");
        Self::started(folder, place, changes, &script, Stdio::null())
    }

    /// On a socket that the service manager hands over, started by a shell that has done this.
    pub fn given(listener: &impl AsFd, place: Place, lines: &str) -> Self {
        // Descriptors of ours close on exec, all but standard input.
        let hand = "exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec \"$@\"";
        let input = Stdio::from(listener.as_fd().try_clone_to_owned().unwrap());
        Self::started(folder(), place, &[], &format!("{lines}\n{hand}"), input)
    }

    fn start(folder: PathBuf, place: Place, changes: &[(&str, &str)]) -> Self {
        Self::started(folder, place, changes, "exec \"$@\"", Stdio::null())
    }

    /// Starts it by a shell's script.
    fn started(
        folder: PathBuf,
        place: Place,
        changes: &[(&str, &str)],
        script: &str,
        input: Stdio,
    ) -> Self {
        let config = folder.join("pii-milter.yaml");
        fs::write(&config, configuration(&place, changes)).unwrap();
        let manager = UnixDatagram::bind(folder.join("notify")).unwrap();
        let mut child = Command::new("sh")
            .args(["-c", script, "sh", env!("CARGO_BIN_EXE_pii-milter")])
            .arg("--config")
            .arg(&config)
            .arg("serve")
            .env("NOTIFY_SOCKET", folder.join("notify"))
            .env("STATE_DIRECTORY", folder.join("state"))
            .env_remove("RUNTIME_DIRECTORY")
            .stdin(input)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let written = Arc::clone(&log);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                written.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
        let daemon = Self {
            place,
            config,
            child,
            folder,
            log,
            manager,
        };
        daemon.wait_for("ready");
        daemon
    }

    /// Kills it, if it lives, and starts it anew over what it left, by a shell that has done this.
    pub fn again(mut self, lines: &str, changes: &[(&str, &str)]) -> Self {
        self.child.kill().ok();
        self.child.wait().ok();
        let (folder, place) = (std::mem::take(&mut self.folder), self.place.clone());
        fs::remove_file(folder.join("notify")).unwrap();
        let script = format!("{lines}\nexec \"$@\"");
        Self::started(folder, place, changes, &script, Stdio::null())
    }

    /// Where it keeps what outlives it.
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// Runs `pii-milter cases` beside it.
    pub fn cases(&self, arguments: &[&str]) -> Output {
        let mut cases = Command::new(env!("CARGO_BIN_EXE_pii-milter"));
        cases
            .arg("cases")
            .args(arguments)
            .env("STATE_DIRECTORY", self.state())
            .env_remove("RUNTIME_DIRECTORY")
            .stdin(Stdio::null());
        cases.output().unwrap()
    }

    /// Writes the configuration anew.
    pub fn configure(&self, changes: &[(&str, &str)]) {
        fs::write(&self.config, configuration(&self.place, changes)).unwrap();
    }

    /// Opens a connection that can do what Postfix can, and says who the client is.
    pub async fn connect(&self) -> TestConnection {
        let mut conn = self.open(ProtoOpts::all()).await;
        conn.connect("client.example.ch", [127, 0, 0, 1])
            .await
            .unwrap();
        conn
    }

    /// Opens a connection that can do this.
    pub async fn open(&self, options: ProtoOpts) -> TestConnection {
        let mta = TestConnection::configure().available_opts(options);
        match &self.place {
            Place::Unix(path) => mta.open_unix(path).await.unwrap(),
            Place::Inet(port) => mta.open_tcp(("127.0.0.1", *port)).await.unwrap(),
        }
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Takes away, or gives back, what it needs to open anything.
    pub fn may_open(&self, may: bool) {
        let own = getrlimit(Resource::Nofile);
        let limit = Rlimit {
            current: if may { own.current } else { Some(0) },
            ..own
        };
        prlimit(Some(Pid::from_child(&self.child)), Resource::Nofile, limit).unwrap();
    }

    /// Lets no file of it grow beyond so many bytes, or lets them grow again.
    pub fn may_write(&self, bytes: Option<u64>) {
        let own = getrlimit(Resource::Fsize);
        let limit = Rlimit {
            current: bytes.or(own.current),
            ..own
        };
        prlimit(Some(Pid::from_child(&self.child)), Resource::Fsize, limit).unwrap();
    }

    /// The processes of the workers that run.
    pub fn workers(&self) -> Vec<Pid> {
        let ours = self.child.id().to_string();
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let is_child = |pid: &i32| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let fields = stat.rsplit(") ").next().unwrap_or_default();
            let mut fields = fields.split(' ');
            fields.next() != Some("Z") && fields.next() == Some(&ours)
        };
        pids.filter(is_child).filter_map(Pid::from_raw).collect()
    }

    /// The most memory that any of its workers has held, in kilobytes.
    pub fn workers_memory(&self) -> usize {
        let peak = |pid: Pid| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let number = line.and_then(|line| line.split_whitespace().next());
            number.map_or(0, |number| number.parse().unwrap())
        };
        self.workers().into_iter().map(peak).max().unwrap_or(0)
    }

    /// How many descriptors it holds.
    pub fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        fs::read_dir(folder).unwrap().count()
    }

    /// How many of them are memory without a name.
    pub fn memfds(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        let files = fs::read_dir(folder).unwrap().flatten();
        let names = files.filter_map(|file| fs::read_link(file.path()).ok());
        names
            .filter(|name| name.starts_with("/memfd:pii-milter-message (deleted)"))
            .count()
    }

    /// The same, once it holds hardly more than `few`, or patience ends.
    pub fn wait_descriptors(&self, few: usize) -> usize {
        let begin = Instant::now();
        while self.descriptors() > few + 2 && begin.elapsed() < PATIENCE {
            sleep(Duration::from_millis(10));
        }
        self.descriptors()
    }

    /// Memory that it holds, in kilobytes, its workers left out.
    pub fn memory(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.unwrap().split_whitespace().next();
        number.unwrap().parse().unwrap()
    }

    /// What it tells the service manager next.
    pub fn tells(&self) -> String {
        self.tells_within(PATIENCE).unwrap()
    }

    /// The same, if it comes in time.
    pub fn tells_within(&self, time: Duration) -> Option<String> {
        self.manager.set_read_timeout(Some(time)).unwrap();
        let mut bytes = [0; 500];
        let length = self.manager.recv(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(bytes.get(..length).unwrap()).into_owned())
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The lines of the log about messages, once there are so many.
    pub fn messages(&self, count: usize) -> Vec<String> {
        let begin = Instant::now();
        loop {
            let log = self.log();
            let lines = log.lines().filter(|line| line.contains("message id="));
            let lines: Vec<String> = lines.map(str::to_owned).collect();
            if lines.len() >= count {
                return lines;
            }
            assert!(begin.elapsed() < PATIENCE, "no {count} messages in {log}");
            sleep(Duration::from_millis(10));
        }
    }

    pub fn wait_for(&self, words: &str) {
        let begin = Instant::now();
        while !self.log().contains(words) {
            assert!(
                begin.elapsed() < PATIENCE,
                "no \"{words}\" in {}",
                self.log()
            );
            sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the daemon has ended by itself.
    pub fn end(&mut self) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begin.elapsed() < PATIENCE, "still running: {}", self.log());
            sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Its workers follow.
        self.child.kill().ok();
        self.child.wait().ok();
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// Shows a message from MAIL to its end.
pub async fn show(conn: &mut TestConnection, mail: &Mail<'_>) -> (EomActions, Status) {
    begin(conn, mail).await;
    conn.eom().await.unwrap()
}

/// Shows a message, its end left out.
pub async fn begin(conn: &mut TestConnection, mail: &Mail<'_>) {
    let went_on = conn.mail(mail.sender.iter().copied()).await.unwrap();
    assert_eq!(went_on, Status::Continue);
    for recipient in mail.recipients {
        conn.rcpt(recipient.iter().copied()).await.unwrap();
    }
    for (name, value) in mail.fields {
        conn.header(*name, *value).await.unwrap();
    }
    if !conn.negotiated_opts().contains(ProtoOpts::NO_EOH) {
        conn.eoh().await.unwrap();
    }
    for bytes in mail.body {
        conn.body(bytes.to_vec()).await.unwrap();
    }
}

fn configuration(place: &Place, changes: &[(&str, &str)]) -> String {
    let mut text = include_str!("../../conf/pii-milter.yaml").to_owned();
    let listen = match place {
        Place::Unix(path) => format!("unix:{}", path.display()),
        Place::Inet(port) => format!("inet:127.0.0.1:{port}"),
    };
    let shipped = "unix:/var/spool/postfix/pii-milter/milter.sock";
    for (old, new) in [(shipped, listen.as_str())].iter().chain(changes) {
        assert!(
            text.contains(old),
            "the shipped configuration has no \"{old}\""
        );
        text = text.replacen(old, new, 1);
    }
    text
}

fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("pii-milter-test-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The names of what an end of message did, without progress.
pub fn deeds(actions: &[EomAction]) -> Vec<String> {
    let deeds = actions.iter().filter_map(|action| match action {
        EomAction::AddHeader { name, .. } => Some(format!("add {}", name.to_string_lossy())),
        EomAction::Progress => None,
        other => Some(format!("{other:?}")),
    });
    deeds.collect()
}
