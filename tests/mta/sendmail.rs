// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps a private Sendmail: its own configuration made by m4, its own queue and ports, all on loopback.
//!
//! It runs in namespaces of its own for processes and for the host's name. The first ends all of its
//! processes with the one that we started; the second gives it a name with a dot, without which it
//! sleeps for a minute at each start.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;

use super::home::Home;
use super::postfix::Entrance;
use super::{Mta, PATIENCE, unpacked, wait_for};

const PROGRAM: &str = "usr/libexec/sendmail/sendmail";

/// Gives the namespace a name, then becomes the program.
const NAMED: &str = "hostname mail.example.ch && exec \"$@\"";

/// A Sendmail that runs, and ends when dropped.
pub struct Sendmail {
    home: Arc<Home>,
    daemon: Child,
    queue: PathBuf,
    said: PathBuf,
}

/// What of it differs from site to site.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// Lines of sendmail.mc before the mailers.
    pub features: String,
    /// Lines behind them.
    pub mailers: String,
    /// Where mail without a relay goes: a port of loopback.
    pub next_hop: u16,
    /// Where the mailer `relay` goes.
    pub relay: u16,
    /// The port of our own entry.
    pub submit: u16,
}

impl Sendmail {
    /// Starts one. The maps that its lines name stand in `etc` and are made here.
    ///
    /// # Panics
    /// Where this process is not root, where Sendmail is not unpacked, or where it does not start.
    pub fn start(home: &Arc<Home>, entrances: &[Entrance], lines: &Lines) -> Self {
        let (hook, rest): (Vec<_>, Vec<_>) =
            lines.features.lines().partition(|line| is_filter(line));
        let doors: String = entrances
            .iter()
            .map(|one| door(one, &hook.concat()))
            .collect();
        let features = format!("{}\n{doors}", rest.join("\n"));
        Self::with_hook(
            home,
            entrances,
            &Lines {
                features,
                ..lines.clone()
            },
        )
    }

    /// Starts one that asks what its lines hook in, whatever the entrances say.
    ///
    /// # Panics
    /// As above.
    pub fn with_hook(home: &Arc<Home>, entrances: &[Entrance], lines: &Lines) -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "a Sendmail needs root: run this by `sudo`, or by `make test`, which does"
        );
        let (etc, queue) = (home.path().join("etc"), home.path().join("mqueue"));
        fs::create_dir(&queue).unwrap();
        fs::write(etc.join("switch"), "hosts files\naliases files\n").unwrap();
        let cf = etc.join("sendmail.cf");
        compile(&source(home.path(), lines), &etc, &cf);
        for map in ["pii-milter-mailertable", "pii-milter-access"] {
            make_map(&cf, &etc.join(map));
        }

        let said = home.path().join("data/sendmail.out");
        let mut command = runner();
        command.arg("-C").arg(&cf).args(["-bD", "-q1s"]);
        let daemon = home.spawn(&mut command, &said);
        let sendmail = Self {
            home: Arc::clone(home),
            daemon,
            queue,
            said,
        };
        for entrance in entrances {
            let address = ("127.0.0.1", entrance.port);
            let open = wait_for(PATIENCE, || std::net::TcpStream::connect(address).ok());
            assert!(
                open.is_some(),
                "Sendmail does not listen\n{}",
                sendmail.log()
            );
        }
        sendmail
    }

    /// The control files in the queue whose name begins so.
    fn control_files(&self, start: &str) -> Vec<String> {
        let files = fs::read_dir(&self.queue).unwrap().flatten();
        let files = files.filter(|file| file.file_name().to_string_lossy().starts_with(start));
        // One may go while we look.
        let texts = files.filter_map(|file| fs::read(file.path()).ok());
        texts
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .collect()
    }
}

impl Mta for Sendmail {
    /// Sendmail logs to syslog only, which there need not be: what it said, and why mail waits.
    fn log(&self) -> String {
        let waits = [self.control_files("qf"), self.control_files("hf")].concat();
        let said = fs::read_to_string(&self.said).unwrap_or_default();
        format!("{said}\n{}", waits.join("\n"))
    }

    fn senders_held(&self) -> Vec<String> {
        senders(&self.control_files("hf"))
    }

    fn senders_deferred(&self) -> Vec<String> {
        senders(&self.control_files("qf"))
    }
}

impl Drop for Sendmail {
    fn drop(&mut self) {
        // The watch over its namespace lets no other signal through.
        self.daemon.kill().ok();
        self.daemon.wait().ok();
        self.home.forget(self.daemon.id());
    }
}

/// The lines `S<sender>` (doc/op, B.1).
fn senders(files: &[String]) -> Vec<String> {
    let lines = files.iter().flat_map(|text| text.lines());
    let senders = lines.filter_map(|line| line.strip_prefix("S<")?.strip_suffix('>'));
    senders.map(str::to_owned).collect()
}

/// Sendmail in its namespaces.
fn runner() -> Command {
    let apart = [
        "unshare",
        "--uts",
        "--pid",
        "--fork",
        "--kill-child",
        "sh",
        "-c",
        NAMED,
        "sh",
    ];
    unpacked::command(&apart, PROGRAM)
}

fn source(home: &Path, lines: &Lines) -> String {
    let Lines {
        features,
        mailers,
        next_hop,
        relay,
        ..
    } = lines;
    let home = home.display();
    format!(
        "OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `mail.example.ch')dnl
define(`QUEUE_DIR', `{home}/mqueue')dnl
define(`STATUS_FILE', `')dnl
define(`HELP_FILE', `')dnl
define(`ALIAS_FILE', `')dnl
define(`confPID_FILE', `{home}/data/sendmail.pid')dnl
define(`confCW_FILE', `/dev/null')dnl
define(`confSERVICE_SWITCH_FILE', `{home}/etc/switch')dnl
define(`confDONT_BLAME_SENDMAIL', `TrustStickyBit')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confPRIVACY_FLAGS', `noetrn')dnl
define(`confTO_IDENT', `0s')dnl
define(`confMIN_QUEUE_AGE', `0')dnl
define(`confQUEUE_LA', `10000')dnl
define(`confREFUSE_LA', `10000')dnl
define(`confDELAY_LA', `0')dnl
define(`SMART_HOST', `esmtp:[127.0.0.1]')dnl
define(`ESMTP_MAILER_ARGS', `TCP $h {next_hop}')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {relay}')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`no_default_msa')dnl
{features}
MAILER(`smtp')dnl
{mailers}
"
    )
}

/// True for the rendered line that hooks the filter in.
fn is_filter(line: &str) -> bool {
    line.starts_with("INPUT_MAIL_FILTER(")
}

/// A port of its own, over both kinds of loopback. For each filter of the entrance it has the rendered
/// line that hooks ours in, with another name and socket, and for this port only.
fn door(entrance: &Entrance, hook: &str) -> String {
    let Entrance { port, milter } = entrance;
    let (head, rest) = hook.split_once("S=").unwrap();
    let (_, tail) = rest.split_once(',').unwrap();
    let mut lines = String::new();
    let mut names = Vec::new();
    for (at, socket) in milter.split(',').filter(|one| !one.is_empty()).enumerate() {
        let name = format!("f{port}x{at}");
        let head = head
            .replace("INPUT_MAIL_FILTER", "MAIL_FILTER")
            .replace("pii", &name);
        let socket = match socket
            .strip_prefix("inet:")
            .and_then(|rest| rest.split_once(':'))
        {
            Some((host, port)) => format!("inet:{port}@{host}"),
            None => socket.to_owned(),
        };
        lines.push_str(&format!("{head}S={socket},{tail}\n"));
        names.push(name);
    }
    let filters = match names.as_slice() {
        [] => String::new(),
        names => format!(", InputMailFilters={}", names.join(";")),
    };
    for (family, address) in [("inet", "127.0.0.1"), ("inet6", "::1")] {
        lines.push_str(&format!(
            "DAEMON_OPTIONS(`Name={family}{port}, Family={family}, Addr={address}, Port={port}{filters}')dnl\n"
        ));
    }
    lines
}

fn compile(source: &str, etc: &Path, cf: &Path) {
    let mc = etc.join("sendmail.mc");
    fs::write(&mc, source).unwrap();
    let macros = unpacked::folder().join("usr/share/sendmail/cf");
    let made = Command::new("m4")
        .arg(format!("-D_CF_DIR_={}/", macros.display()))
        .arg(macros.join("m4/cf.m4"))
        .arg(&mc)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success() && told.is_empty(), "m4: {told}");
    fs::write(cf, made.stdout).unwrap();
}

/// `makemap hash NAME.db < NAME`.
fn make_map(cf: &Path, source: &Path) {
    let made = unpacked::command(&[], "usr/libexec/sendmail/makemap")
        .arg("-C")
        .arg(cf)
        .arg("hash")
        .arg(source)
        .stdin(File::open(source).unwrap())
        .output()
        .unwrap();
    assert!(made.status.success(), "makemap: {made:?}");
}
