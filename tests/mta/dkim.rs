// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps an OpenDKIM on loopback: a filter that signs for example.ch, or one that verifies.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;

use super::home::Home;
use super::{PATIENCE, unpacked, wait_for};

/// A filter that runs, and ends when dropped.
pub struct OpenDkim {
    home: Arc<Home>,
    daemon: Child,
}

impl OpenDkim {
    /// Starts one that signs, with the key of [`make_key`].
    pub fn signer(home: &Arc<Home>, port: u16) -> Self {
        let key = home.path().join("etc/dkim.key");
        let own = format!(
            "Mode s\nDomain example.ch\nSelector test\nKeyFile {}\n",
            key.display()
        );
        Self::start(home, "signer", port, &own)
    }

    /// Starts one that verifies against that key, without any DNS.
    pub fn verifier(home: &Arc<Home>, port: u16) -> Self {
        let keys = home.path().join("etc/dkim.keys");
        let own = format!(
            "Mode v\nAlwaysAddARHeader yes\nTestPublicKeys {}\n",
            keys.display()
        );
        Self::start(home, "verifier", port, &own)
    }

    /// `own` is added to what both have, which is Debian's own choice where it matters.
    fn start(home: &Arc<Home>, name: &str, port: u16, own: &str) -> Self {
        let config = home.path().join(format!("etc/dkim-{name}.conf"));
        let text = format!(
            "Socket inet:{port}@127.0.0.1\nSyslog no\nUserID nobody:nogroup\nRequireSafeKeys no\n\
             Canonicalization relaxed/simple\nOversignHeaders From\n{own}"
        );
        fs::write(&config, text).unwrap();
        let said = home.path().join(format!("data/dkim-{name}.out"));
        let mut command = unpacked::command(&[], "usr/sbin/opendkim");
        command.args(["-f", "-x"]).arg(&config);
        let daemon = home.spawn(&mut command, &said);
        let filter = Self {
            home: Arc::clone(home),
            daemon,
        };
        let open = wait_for(PATIENCE, || TcpStream::connect(("127.0.0.1", port)).ok());
        let told = || fs::read_to_string(&said).unwrap_or_default();
        assert!(open.is_some(), "OpenDKIM does not listen: {}", told());
        filter
    }
}

impl Drop for OpenDkim {
    fn drop(&mut self) {
        self.daemon.kill().ok();
        self.daemon.wait().ok();
        self.home.forget(self.daemon.id());
    }
}

/// Makes a key pair, its public half as the DNS would have it.
pub fn make_key(home: &Home) {
    let key = home.path().join("etc/dkim.key");
    openssl(&["genrsa", "-out"], &key, &["2048"]);
    let public = openssl(&["rsa", "-pubout", "-in"], &key, &[]);
    let base64: String = public
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let record = format!("test._domainkey.example.ch v=DKIM1; k=rsa; p={base64}\n");
    fs::write(home.path().join("etc/dkim.keys"), record).unwrap();
    let owned = Command::new("chown").arg("nobody").arg(&key).status();
    assert!(owned.unwrap().success());
}

fn openssl(before: &[&str], key: &Path, after: &[&str]) -> String {
    let made = Command::new("openssl")
        .args(before)
        .arg(key)
        .args(after)
        .output()
        .unwrap();
    assert!(made.status.success(), "openssl: {made:?}");
    String::from_utf8(made.stdout).unwrap()
}
