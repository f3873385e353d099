//! Spoken prompts: the real espeak-ng, and a program in its place that does it wrong.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use driver_contract::{Accessibility, DeviceClass, FaultCode, Outcome, SpeechParameters, Task};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value, json};

use crate::post::{LONG, Post};

fn say(text: &str) -> Task {
    Task::Speak(SpeechParameters { text: text.into() })
}

fn prompt() -> Task {
    say("请A零二三号到三号窗口")
}

struct Counter {
    post: Post,
    program: PathBuf,
}

impl Counter {
    fn with(extra: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("voice");
        // A link, not a copy: a program that was written a moment ago may not be run while another test forks.
        std::os::unix::fs::symlink(Self::voice(), &program).unwrap();
        let wav = folder.path().join("prompt.wav");
        let mut settings = json!({ "sink": "wav", "wav": wav.to_str().unwrap(), "rate": 300 });
        for (name, value) in extra.as_object().unwrap() {
            settings[name] = value.clone();
        }
        let entry = json!({ "driver": "espeak", "path": program.to_str().unwrap(), "name": "演示语音",
            "attestation": "virtual", "settings": settings });
        Self { post: Post::new(DeviceClass::Speaker, folder, &entry), program }
    }

    fn new() -> Self {
        Self::with(&json!({}))
    }

    fn voice() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../virtual/src/speaker/voice.sh")
            .canonicalize()
            .unwrap()
    }

    fn mode(&self, mode: &str) {
        std::fs::write(self.post.folder.path().join("mode"), mode).unwrap();
    }

    fn shows(mode: &str, code: FaultCode) {
        let mut counter = Self::new();
        counter.mode(mode);
        counter.post.fails(prompt(), LONG, code);
        counter.speaks_again();
    }

    /// The terminal is usable: whole again, the voice says something.
    fn speaks_again(&mut self) {
        self.speaks_again_as("");
    }

    fn speaks_again_as(&mut self, mode: &str) {
        self.mode(mode);
        let wav = self.post.folder.path().join("prompt.wav");
        let _ = std::fs::remove_file(&wav);
        assert_eq!(self.post.run(prompt(), LONG), Ok(Outcome::Announced));
        assert!(std::fs::metadata(&wav).unwrap().len() > 10_000);
    }

    /// The program that hangs, once it runs.
    fn hanging(&self) -> Pid {
        let file = self.post.folder.path().join("pid");
        let end = Instant::now() + LONG;
        loop {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            if let Some(pid) = text.trim().parse().ok().and_then(Pid::from_raw) {
                return pid;
            }
            assert!(Instant::now() < end, "the program does not run");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Waits until a process has gone.
fn gone(pid: Pid) {
    let end = Instant::now() + LONG;
    while test_kill_process(pid).is_ok() {
        assert!(Instant::now() < end, "an orphan");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// One use of the device by a host that `prepare` has set up: for the recordings.
pub(crate) fn used(prepare: fn(&mut Post)) -> Post {
    let mut counter = Counter::new();
    prepare(&mut counter.post);
    counter.speaks_again();
    counter.post
}

#[test]
fn absent() {
    let mut counter = Counter::new();
    std::fs::remove_file(&counter.program).unwrap();
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.post.fails(prompt(), LONG, FaultCode::LibraryMissing);
    std::os::unix::fs::symlink(Counter::voice(), &counter.program).unwrap();
    counter.speaks_again();
}

#[test]
fn denied() {
    let mut counter = Counter::new();
    std::fs::remove_file(&counter.program).unwrap();
    // Not a program: nobody may run it, root neither.
    std::fs::write(&counter.program, "#!/bin/sh\n").unwrap();
    assert_eq!(counter.post.listed(), Accessibility::PermissionDenied);
    counter.post.fails(prompt(), LONG, FaultCode::PermissionDenied);
    std::fs::remove_file(&counter.program).unwrap();
    std::os::unix::fs::symlink(Counter::voice(), &counter.program).unwrap();
    counter.speaks_again();
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::new();
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    let fault = counter.post.fails(prompt(), LONG, FaultCode::Busy);
    assert_eq!(fault.held_by.as_deref(), Some("所长室"));
    other.close(&counter.post.device, LONG).unwrap();
    counter.speaks_again();
}

#[test]
fn no_chinese_voice() {
    Counter::shows("no-voice", FaultCode::VoiceMissing);
}

#[test]
fn no_list_of_voices() {
    Counter::shows("no-list", FaultCode::LibraryGarbage);
}

#[test]
fn list_of_voices_hangs() {
    Counter::shows("list-hangs", FaultCode::Timeout);
}

#[test]
fn no_sound_device() {
    // The real program ends with 0 then; only its standard error tells.
    let mut counter = Counter::with(&json!({ "sink": "sound" }));
    counter.mode("no-device");
    counter.post.fails(prompt(), LONG, FaultCode::SoundFailed);
    counter.speaks_again_as("to-file");
}

#[test]
fn fails() {
    Counter::shows("fails", FaultCode::SoundFailed);
}

#[test]
fn crashes() {
    Counter::shows("crashes", FaultCode::SoundFailed);
}

#[test]
fn truncated() {
    Counter::shows("cut", FaultCode::SoundFailed);
}

#[test]
fn babbles_while_it_speaks() {
    // Megabytes on the standard error neither block it nor us; no line of them is an error.
    let mut counter = Counter::new();
    counter.mode("babbles");
    assert_eq!(counter.post.run(prompt(), LONG), Ok(Outcome::Announced));
    counter.speaks_again();
}

#[test]
fn hangs_until_the_deadline() {
    let mut counter = Counter::new();
    counter.mode("hangs");
    counter.post.fails(prompt(), Duration::from_secs(2), FaultCode::Timeout);
    gone(counter.hanging());
    counter.speaks_again();
}

#[test]
fn cancelled_while_it_speaks() {
    let mut counter = Counter::new();
    counter.mode("hangs");
    let device = counter.post.device.clone();
    let running = counter.post.client().begin(&device, prompt(), LONG).unwrap();
    let pid = counter.hanging();
    // Everybody on the PC can read a command line.
    let line = std::fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap();
    assert!(!String::from_utf8_lossy(&line).contains("窗口"));
    running.cancel();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::Cancelled);
    gone(pid);
    counter.speaks_again();
}

#[test]
fn host_killed_while_it_speaks() {
    let mut counter = Counter::new();
    counter.mode("hangs");
    let device = counter.post.device.clone();
    let host = counter.post.pid();
    let running = counter.post.client().begin(&device, prompt(), LONG).unwrap();
    let pid = counter.hanging();
    kill_process(host, Signal::KILL).unwrap();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::HostCrashed);
    gone(pid);
    counter.speaks_again();
}

#[test]
fn garbage_to_say() {
    let mut counter = Counter::new();
    for text in ["", "  ", "请\u{1b}[2J", &"字".repeat(501)] {
        counter.post.fails(say(text), LONG, FaultCode::BadParameters);
    }
    counter.speaks_again();
}

#[test]
fn voice_that_is_no_name() {
    let mut counter = Counter::with(&json!({ "voice": "cmn -w /etc/passwd" }));
    counter.post.fails(prompt(), LONG, FaultCode::BadConfiguration);
}
