//! A program that is given a text, watched, and ended with its starter.

// The child's own wish to die with its parent can be said only between fork and exec.
#![allow(unsafe_code)]

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::{Signal, set_parent_process_death_signal};

use crate::SpeechError;

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What a program said is there so long after its end at the latest, or somebody else holds its output open.
const OUTPUT_LIMIT: Duration = Duration::from_secs(1);

/// What is kept of a program's output; the rest is thrown away.
const MOST_OUTPUT: usize = 64 * 1024;

/// What a program left behind.
pub(super) struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub(super) code: Option<i32>,
    /// The signal.
    pub(super) signal: Option<i32>,
    pub(super) output: String,
    pub(super) errors: String,
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Nothing to end where it has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a program to its end with `text` on its standard input. `stop` is asked every few milliseconds; when it says so the
/// program is killed.
///
/// # Errors
/// It cannot be started, or it was stopped.
pub(super) fn run(
    command: &mut Command,
    text: &str,
    stop: &dyn Fn() -> Option<SpeechError>,
) -> Result<Ended, SpeechError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // SAFETY: between fork and exec only one system call is made; it takes no lock and no memory.
    unsafe {
        command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?));
    }
    let mut running = Running(command.spawn()?);
    let output = drain(running.0.stdout.take())?;
    let errors = drain(running.0.stderr.take())?;
    if let Some(mut input) = running.0.stdin.take() {
        let text = text.as_bytes().to_vec();
        // A program that does not read must not hold us up; it is killed below, which ends the thread.
        std::thread::Builder::new().name("speech-text".into()).spawn(move || {
            let _ = input.write_all(&text);
        })?;
    }
    let status = loop {
        if let Some(status) = running.0.try_wait()? {
            break status;
        }
        if let Some(error) = stop() {
            return Err(error);
        }
        std::thread::sleep(LOOK);
    };
    Ok(Ended { code: status.code(), signal: status.signal(), output: said(&output)?, errors: said(&errors)? })
}

fn said(output: &Receiver<String>) -> Result<String, SpeechError> {
    let late = |_| SpeechError::NoSound("an output that does not end".to_owned());
    output.recv_timeout(OUTPUT_LIMIT).map_err(late)
}

fn drain(stream: Option<impl Read + Send + 'static>) -> Result<Receiver<String>, SpeechError> {
    let (whole, output) = channel();
    std::thread::Builder::new().name("speech-output".into()).spawn(move || {
        let mut kept = Vec::new();
        let mut buffer = [0; 4096];
        if let Some(mut stream) = stream {
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                let room = MOST_OUTPUT.saturating_sub(kept.len()).min(count);
                kept.extend_from_slice(&buffer[..room]);
            }
        }
        let _ = whole.send(String::from_utf8_lossy(&kept).into_owned());
    })?;
    Ok(output)
}
