// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps a private Postfix: its own configuration, queue, data, log and ports, all on loopback.
//!
//! Its services are Debian's `master.cf`, smtpd in its chroot (the queue folder) included.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use super::home::Home;
use super::{Mta, PATIENCE, wait_for};

/// Debian's own list of services, as its package installs it.
const SERVICES: &str = "/usr/share/postfix/master.cf.dist";

/// One smtpd: its port, and what it asks (`unix:pii-milter/milter.sock`, `inet:127.0.0.1:8894`), by commas
/// where that is more than one.
#[derive(Clone, Debug)]
pub struct Entrance {
    /// The port on loopback.
    pub port: u16,
    /// The value of `smtpd_milters`, no blanks; none where empty.
    pub milter: String,
}

/// A Postfix that runs. It ends with its `Home`.
pub struct Postfix {
    etc: PathBuf,
    log: PathBuf,
}

impl Postfix {
    /// Starts one that sends everything to the port `next_hop`. `more` is added to `main.cf`,
    /// `services` to `master.cf`.
    ///
    /// # Panics
    /// Where this process is not root, where Postfix is not installed, or where it does not start.
    pub fn start(
        home: &Home,
        entrances: &[Entrance],
        next_hop: u16,
        more: &str,
        services: &str,
    ) -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "a chrooted Postfix needs root: run this by `sudo`, or by `make test`, which does"
        );
        assert!(
            Path::new(SERVICES).exists(),
            "{SERVICES} is not there: Postfix is not installed, `make test` installs it"
        );
        let etc = home.path().join("etc");
        let postfix = Self {
            log: home.path().join("data/mail.log"),
            etc,
        };
        let main = main_cf(home.path(), next_hop);
        fs::write(postfix.etc.join("main.cf"), main + more).unwrap();
        fs::write(
            postfix.etc.join("master.cf"),
            master_cf(entrances) + services,
        )
        .unwrap();
        furnish(&home.path().join("queue"));
        run(
            "chown",
            &["postfix".as_ref(), home.path().join("data").as_ref()],
        );

        let started = postfix.run("postfix", &["start"]);
        assert!(
            started.status.success(),
            "postfix start: {started:?}\n{}",
            postfix.log()
        );
        for entrance in entrances {
            let address = ("127.0.0.1", entrance.port);
            let open = wait_for(PATIENCE, || std::net::TcpStream::connect(address).ok());
            assert!(open.is_some(), "Postfix does not listen\n{}", postfix.log());
        }
        postfix
    }

    /// The senders of the mails in the queue of that name (`hold`, `deferred`, `active`).
    fn senders_in(&self, queue: &str) -> Vec<String> {
        let listed = self.run("postqueue", &["-j"]);
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let mails = listed
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        mails
            .filter(|mail: &serde_json::Value| mail["queue_name"] == queue)
            .map(|mail| mail["sender"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Waits until the log says all of these in one line.
    pub fn wait_log(&self, words: &[&str]) -> Option<String> {
        wait_for(PATIENCE, || {
            let log = self.log();
            let mut lines = log.lines();
            lines
                .find(|line| words.iter().all(|word| line.contains(word)))
                .map(str::to_owned)
        })
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        let mut command = Command::new(Path::new("/usr/sbin").join(program));
        command.arg("-c").arg(&self.etc).args(args).current_dir("/");
        command.output().unwrap()
    }
}

impl Mta for Postfix {
    /// What it logged so far.
    fn log(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    fn senders_held(&self) -> Vec<String> {
        self.senders_in("hold")
    }

    fn senders_deferred(&self) -> Vec<String> {
        self.senders_in("deferred")
    }
}

fn main_cf(home: &Path, next_hop: u16) -> String {
    let home = home.display();
    format!(
        "compatibility_level = 3.6
config_directory = {home}/etc
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/data/mail.log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.ch
mydestination =
local_recipient_maps =
alias_maps =
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{next_hop}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_address_preference = ipv4
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_recipient_restrictions = permit_mynetworks, reject
message_size_limit = 52428800
header_size_limit = 102400
milter_default_action = tempfail
milter_connect_timeout = 5s
milter_content_timeout = 120s
in_flow_delay = 0
"
    )
}

/// Debian's services, with our entrances in the place of its port 25: each a chrooted smtpd.
fn master_cf(entrances: &[Entrance]) -> String {
    let shipped = fs::read_to_string(SERVICES).unwrap();
    let mut lines = Vec::new();
    for line in shipped.lines().filter(|line| !line.starts_with('#')) {
        let is_port_25 =
            line.starts_with("smtp ") && line.contains("inet") && line.ends_with("smtpd");
        if !is_port_25 {
            lines.push(line.to_owned());
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[4], "y", "Debian's smtpd is chrooted");
        for Entrance { port, milter } in entrances {
            lines.push(format!("127.0.0.1:{port} inet {}", words[2..].join(" ")));
            lines.push(format!("  -o smtpd_milters={milter}"));
        }
    }
    lines.join("\n") + "\n"
}

/// Copies into the chroot what Debian's start script copies.
fn furnish(queue: &Path) {
    fs::create_dir(queue.join("etc")).unwrap();
    for file in [
        "services",
        "resolv.conf",
        "hosts",
        "nsswitch.conf",
        "host.conf",
        "localtime",
    ] {
        let from = Path::new("/etc").join(file);
        if from.exists() {
            fs::copy(from, queue.join("etc").join(file)).unwrap();
        }
    }
}

fn run(program: &str, args: &[&std::ffi::OsStr]) {
    let status = Command::new(program).args(args).status().unwrap();
    assert!(status.success(), "{program} {args:?}: {status}");
}

/// Waits a moment in which a mail that must not arrive would have arrived.
pub fn moment() {
    thread::sleep(Duration::from_millis(700));
}
