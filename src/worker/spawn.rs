// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps one thread that starts worker processes and waits for the dead ones.
//!
//! Both block, so neither belongs on the runtime.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::sleep;

/// A process that was started, and our end of its socket.
pub type Started = (Process, UnixStream);

/// A child process that ends, and is collected, when it is dropped: also where the future that
/// held it is given up half-way.
#[derive(Debug)]
pub struct Process {
    child: Option<Child>,
    spawner: Spawner,
}

enum Order {
    Start(oneshot::Sender<io::Result<Started>>, Spawner),
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
        let order = Order::Start(answer, self.clone());
        self.0.send(order).map_err(|_| gone())?;
        started.await.map_err(|_| gone())?
    }
}

impl Process {
    /// True as long as the process runs.
    pub fn is_alive(&mut self) -> bool {
        let child = self.child.as_mut();
        child.is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// How it ended, where it ends within a second.
    pub async fn ended(&mut self) -> Option<ExitStatus> {
        let child = self.child.as_mut()?;
        for _ in 0..100 {
            if let Ok(Some(status)) = child.try_wait() {
                return Some(status);
            }
            sleep(Duration::from_millis(10)).await;
        }
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            // The thread is gone only when we exit ourselves; init then collects the child.
            self.spawner.0.send(Order::Bury(child)).ok();
        }
    }
}

fn work(orders: &mpsc::Receiver<Order>) {
    while let Ok(order) = orders.recv() {
        match order {
            Order::Start(answer, spawner) => {
                // Where nobody waits for it any more, what comes back is dropped, and so ended.
                drop(answer.send(start(spawner)));
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

fn start(spawner: Spawner) -> io::Result<Started> {
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
    let child = Some(child);
    Ok((Process { child, spawner }, ours))
}
