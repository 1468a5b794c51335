// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps one thread that starts worker processes and waits for the dead ones.
//!
//! Both block, so neither belongs on the runtime.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use tokio::sync::oneshot;

/// A process that was started, and our end of its socket.
pub type Started = (Child, UnixStream);

enum Order {
    Start(oneshot::Sender<io::Result<Started>>),
    Bury(Child),
}

/// The thread's other end. The thread ends with the last clone.
#[derive(Clone, Debug)]
pub struct Spawner(mpsc::Sender<Order>);

impl Spawner {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn new() -> io::Result<Self> {
        let (orders, received) = mpsc::channel();
        thread::Builder::new()
            .name("spawner".into())
            .spawn(move || work(&received))?;
        Ok(Self(orders))
    }

    /// Starts one worker process.
    ///
    /// # Errors
    /// What the system says: no process or no descriptor left.
    pub async fn start(&self) -> io::Result<Started> {
        let (answer, started) = oneshot::channel();
        let gone = || io::Error::other("the spawner thread is gone");
        self.0.send(Order::Start(answer)).map_err(|_| gone())?;
        started.await.map_err(|_| gone())?
    }

    /// Ends a process for good and collects it.
    pub fn bury(&self, child: Child) {
        // The thread is gone only when we exit ourselves; init then collects the child.
        self.0.send(Order::Bury(child)).ok();
    }
}

fn work(orders: &mpsc::Receiver<Order>) {
    while let Ok(order) = orders.recv() {
        match order {
            Order::Start(answer) => {
                if let Err(Ok((child, _))) = answer.send(start()) {
                    bury(child);
                }
            }
            Order::Bury(child) => bury(child),
        }
    }
}

/// SIGKILL, because a worker past its deadline does not listen any more.
fn bury(mut child: Child) {
    child.kill().ok();
    child.wait().ok();
}

fn start() -> io::Result<Started> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    // The running file itself: an upgrade on disk must not mix two versions.
    let child = Command::new("/proc/self/exe")
        .arg0("pii-milter")
        .arg("worker")
        .env_clear()
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok((child, ours))
}
