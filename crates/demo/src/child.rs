//! Child programs: started, listened to until they are ready, ended with this one.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};

/// How long a program may take to end in order before it is killed.
const END_LIMIT: Duration = Duration::from_secs(8);
/// Pause between two looks at a program that is to end.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How much of a log goes into an error.
const SAID_LIMIT: usize = 1500;

/// A child program. It holds the reading end of a pipe from us as its standard input, which closes however we end,
/// and ends itself then.
#[derive(Debug)]
pub struct Child {
    /// Its name, for people.
    pub name: String,
    log: PathBuf,
    process: std::process::Child,
}

/// A program to start.
#[derive(Debug)]
pub struct Program {
    name: String,
    command: Command,
    log: PathBuf,
}

impl Program {
    /// The program `file`, called `name` in messages; what it says goes to `NAME.log` in `logs`.
    ///
    /// # Errors
    /// The program is not there.
    pub fn new(name: &str, file: &Path, logs: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(file.is_file(), "{} is missing: build the workspace first", file.display());
        Ok(Self { name: name.to_owned(), command: Command::new(file), log: logs.join(format!("{name}.log")) })
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds an option with its value.
    #[must_use]
    pub fn option(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.arg(name).arg(value)
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// The program and its arguments, for somebody else to start.
    #[must_use]
    pub fn words(&self) -> Vec<OsString> {
        std::iter::once(self.command.get_program())
            .chain(self.command.get_args())
            .map(OsStr::to_owned)
            .collect()
    }

    /// Starts it; the answer is its first line of output, waited for up to `limit`.
    ///
    /// # Errors
    /// It cannot be started, ends, or says nothing in time; with the end of its log.
    pub fn start(self, limit: Duration) -> anyhow::Result<(Child, String)> {
        let (mut child, out) = self.spawn()?;
        let (sender, first) = channel();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(out).lines();
            let _ = sender.send(lines.next());
            // Read on, so that the program never waits for us.
            for line in lines {
                if line.is_err() {
                    break;
                }
            }
        });
        match first.recv_timeout(limit) {
            Ok(Some(line)) => Ok((child, line?)),
            Ok(None) | Err(RecvTimeoutError::Disconnected) => bail!("{} ended: {}", child.name, child.said()),
            Err(RecvTimeoutError::Timeout) => {
                child.end();
                bail!("{} was not ready after {} s: {}", child.name, limit.as_secs(), child.said())
            }
        }
    }

    /// Starts it without waiting for anything.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start_silent(self) -> anyhow::Result<Child> {
        let (child, out) = self.spawn()?;
        std::thread::spawn(move || std::io::copy(&mut BufReader::new(out), &mut std::io::sink()));
        Ok(child)
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// It cannot be started, or ends with an error; with the end of its log.
    pub fn run(self) -> anyhow::Result<()> {
        let mut child = self.start_silent()?;
        let status = child.process.wait()?;
        anyhow::ensure!(status.success(), "{} ended with {status}: {}", child.name, child.said());
        Ok(())
    }

    fn spawn(mut self) -> anyhow::Result<(Child, std::process::ChildStdout)> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut process = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            // The reason of an error is its words; where it was raised hides them.
            .env("RUST_LIB_BACKTRACE", "0")
            // Ctrl-C is for us: we end the programs in their order.
            .process_group(0)
            .spawn()
            .with_context(|| format!("starting {}", self.name))?;
        let out = process.stdout.take().context("no pipe to read from")?;
        Ok((Child { name: self.name, log: self.log, process }, out))
    }
}

impl Child {
    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }

    /// Its process number.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// The end of its log.
    #[must_use]
    pub fn said(&self) -> String {
        let said = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&said[said.len().saturating_sub(SAID_LIMIT)..]).trim().to_owned()
    }

    /// Tells it to end, and kills it when it does not.
    pub fn end(&mut self) {
        self.end_within(END_LIMIT);
    }

    fn end_within(&mut self, limit: Duration) {
        drop(self.process.stdin.take());
        if self.has_ended() {
            return;
        }
        // The number is the child's until we have waited for it.
        if let Some(process) = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(process, Signal::TERM);
        }
        let until = Instant::now() + limit;
        while !self.has_ended() {
            if Instant::now() > until {
                let _ = self.process.kill();
                let _ = self.process.wait();
                return;
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, logs: &Path) -> Program {
        Program::new("program", Path::new("/bin/sh"), logs).expect("a shell").option("-c", script)
    }

    #[test]
    fn the_first_line_tells_that_a_program_is_ready() {
        let logs = tempfile::tempdir().expect("a folder");
        let limit = Duration::from_secs(20);
        let (mut child, line) = shell("echo ready; cat", logs.path()).start(limit).expect("it starts");
        assert_eq!(line, "ready");
        assert!(!child.has_ended());
        child.end();
        assert!(child.has_ended());
    }

    #[test]
    fn a_program_that_ends_is_told_with_its_words() {
        let logs = tempfile::tempdir().expect("a folder");
        let script = "echo no such port >&2; exit 3";
        let error = shell(script, logs.path()).start(Duration::from_secs(20)).expect_err("it ends");
        assert!(error.to_string().contains("no such port"), "{error}");
        let error = shell(script, logs.path()).run().expect_err("it fails");
        assert!(error.to_string().contains("no such port"), "{error}");
        assert!(shell("exit 0", logs.path()).run().is_ok());
    }

    #[test]
    fn a_program_that_does_not_listen_is_killed() {
        let logs = tempfile::tempdir().expect("a folder");
        let script = "trap '' TERM; echo ready; exec sleep 1000";
        let (mut child, _) = shell(script, logs.path()).start(Duration::from_secs(20)).expect("it starts");
        child.end_within(Duration::from_millis(200));
        assert!(child.has_ended());
    }
}
