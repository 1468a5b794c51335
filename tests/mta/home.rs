// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the folder of a site, and the watchman who stops and clears everything in it.
//!
//! The watchman is a shell that reads from a pipe which only we hold. It sees the end of it however we
//! end: by return, panic, Ctrl-C or SIGKILL.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Waits for end of file; ends the processes that are noted under `pids`, then Postfix, then the
/// folder itself. The loop gives them five seconds.
const WATCHMAN: &str = r#"
trap '' INT HUP TERM
cat >/dev/null
for round in 1 2 3 4 5 6; do
    left=
    for note in "$1"/pids/*; do
        pid=${note##*/}
        kill -0 "$pid" 2>/dev/null || continue
        left=1
        if [ $round = 1 ]; then kill -TERM "$pid"; elif [ $round = 6 ]; then kill -KILL "$pid"; fi
    done
    [ "$left" ] || break
    sleep 1
done
postfix -c "$1/etc" status && postfix -c "$1/etc" stop
rm -rf "$1"
"#;

/// A folder under `/tmp` that every user may enter.
pub struct Home {
    path: PathBuf,
    watchman: Child,
}

impl Home {
    /// Makes the folder and sets the watchman. `name` is for people who look into `/tmp`.
    pub fn new(name: &str) -> Self {
        let path = PathBuf::from(format!("/tmp/pii-milter-{name}-{}", std::process::id()));
        for folder in ["", "etc", "queue", "data", "run", "pids"] {
            let folder = path.join(folder);
            fs::create_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let watchman = Command::new("sh")
            .args(["-c", WATCHMAN, "watchman"])
            .arg(&path)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        Self { path, watchman }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts a process that has to end with us. What it says goes to `said`.
    pub fn spawn(&self, command: &mut Command, said: &Path) -> Child {
        let process = command
            .stdin(Stdio::null())
            .stdout(File::create(said).unwrap())
            .stderr(File::options().append(true).open(said).unwrap())
            .spawn()
            .unwrap();
        self.note(process.id());
        process
    }

    /// Tells the watchman of a process of ours that has to end with us.
    pub fn note(&self, pid: u32) {
        fs::write(self.path.join("pids").join(pid.to_string()), "").unwrap();
    }

    /// Tells him that it has ended: its number may soon be somebody else's.
    pub fn forget(&self, pid: u32) {
        fs::remove_file(self.path.join("pids").join(pid.to_string())).unwrap();
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        drop(self.watchman.stdin.take());
        self.watchman.wait().ok();
    }
}
