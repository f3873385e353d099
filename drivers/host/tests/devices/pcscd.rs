//! A smart-card service of the test's own: pcscd with vpcd's reader, behind a private socket and on private ports, so
//! that one that runs on the PC is never disturbed.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::post::LONG;

/// The service's name for the reader's first slot.
pub(crate) const READER: &str = "Virtual PCD 00 00";

/// One pcscd.
pub(crate) struct Service {
    folder: PathBuf,
    /// Where the reader waits for its card.
    pub(crate) port: u16,
    child: Option<Child>,
}

impl Service {
    /// A service that does not run yet, in a new folder below `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        let folder = folder.join("pcscd");
        std::fs::create_dir_all(folder.join("run")).unwrap();
        Self { folder, port: free_ports(), child: None }
    }

    /// What the library must be told.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join("run/pcscd.comm")
    }

    /// Starts it and waits until it answers. Without `reader` no reader is plugged in.
    pub(crate) fn start(&mut self, reader: bool) {
        self.stop();
        let readers = self.folder.join(if reader { "with" } else { "without" });
        std::fs::create_dir_all(&readers).unwrap();
        if reader {
            // vpcd's file, but with a port of our own.
            let library = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
            let text = format!(
                "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x{0:X}\nLIBPATH {library}\nCHANNELID 0x{0:X}\n",
                self.port
            );
            std::fs::write(readers.join("vpcd"), text).unwrap();
        }
        let mut command = Command::new("unshare");
        if !rustix::process::getuid().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        // The socket's place is built into pcscd; it gets one of its own by a mount that nobody else sees.
        let script = "if [ -d /run/pcscd ]; then mount --bind \"$0\" /run/pcscd; \
                      else mount --bind \"$(dirname \"$0\")\" /run && mkdir -p /run/pcscd && \
                           mount --bind /run/run /run/pcscd; fi && exec \"$@\"";
        command.args(["--mount", "--", "/bin/sh", "-c", script]).arg(self.folder.join("run"));
        command.args(["pcscd", "--foreground", "--config"]).arg(&readers);
        let log = std::fs::File::create(self.folder.join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.child = Some(command.spawn().expect("unshare of util-linux, pcscd"));
        let until = Instant::now() + LONG;
        // Readers are made before the socket listens.
        while std::os::unix::net::UnixStream::connect(self.socket()).is_err() {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap();
            assert!(ended.is_none() && Instant::now() < until, "pcscd: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
            let _ = std::fs::remove_file(self.socket());
            let _ = std::fs::remove_file(self.folder.join("run/pcscd.pid"));
        }
    }

    /// Stops its clock, or lets it run again.
    pub(crate) fn freeze(&self, frozen: bool) {
        let child = self.child.as_ref().unwrap();
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        kill_process(pid, if frozen { Signal::STOP } else { Signal::CONT }).unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port that is free now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A port that is free together with the one above it: the reader has two slots.
fn free_ports() -> u16 {
    loop {
        let port = free_port();
        if port < u16::MAX
            && TcpListener::bind(("0.0.0.0", port)).is_ok()
            && TcpListener::bind(("0.0.0.0", port + 1)).is_ok()
        {
            return port;
        }
    }
}
