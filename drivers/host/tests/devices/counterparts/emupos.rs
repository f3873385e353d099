//! emupos (PyPI, Apache-2.0), a foreign simulator of receipt printers: what it understood of our bytes, and what it says.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use driver_contract::{DeviceClass, FaultCode, JobState, JobStatus};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::faults::receipt_printer::{parameters, picture, png};
use crate::post::{LONG, Post, told};

/// The release that is fetched. Its folder is what `tests/devices.json` names.
const RELEASE: &str = "emupos-0.4.0";

/// A Python that emupos runs on: 3.13 or newer, from the path or from pyenv.
fn python() -> Option<PathBuf> {
    let new_enough = |program: &Path| {
        let asked = Command::new(program)
            .args(["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 13))"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        asked.is_ok_and(|status| status.success())
    };
    let mut programs: Vec<PathBuf> = ["python3.13", "python3.14", "python3"].map(PathBuf::from).to_vec();
    let versions = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv/versions"));
    let versions = versions.and_then(|folder| std::fs::read_dir(folder).ok());
    for version in versions.into_iter().flatten().flatten() {
        if version.file_name().to_string_lossy().starts_with("3.13") {
            programs.push(version.path().join("bin/python3.13"));
        }
    }
    programs.into_iter().find(|program| new_enough(program))
}

/// The program, fetched once. `None`, and said so, where it cannot be had: that is no run.
fn program() -> Option<PathBuf> {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(RELEASE);
    let program = place.join("bin/emupos");
    // Tests may run side by side, and each in a program of its own.
    let lock = std::fs::File::create(place.with_extension("lock")).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    if program.exists() {
        return Some(program);
    }
    let Some(python) = python() else {
        eprintln!("passed over: emupos needs Python 3.13 or newer, in the path or from pyenv");
        return None;
    };
    let _ = std::fs::remove_dir_all(&place);
    let done = |command: &mut Command| command.status().is_ok_and(|status| status.success());
    // Made in its place: a virtual environment cannot be moved. The program comes last.
    let made = done(Command::new(python).args(["-m", "venv"]).arg(&place))
        && done(Command::new(place.join("bin/python")).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "emupos==0.4.0",
        ]));
    if !made || !program.exists() {
        let _ = std::fs::remove_dir_all(&place);
        eprintln!("passed over: the Python package emupos cannot be fetched");
        return None;
    }
    Some(program)
}

/// A running simulator with one printer.
struct Emupos {
    child: Child,
    api: u16,
    printer: u16,
    folder: tempfile::TempDir,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Emupos {
    fn start(profile: &str) -> Option<Self> {
        let program = program()?;
        let folder = tempfile::tempdir().unwrap();
        let (api, printer) = (free_port(), free_port());
        let configuration = format!(
            "schema: 1\napi: {{ host: 127.0.0.1, port: {api} }}\ndevices:\n  - id: front\n    type: printer\n    \
             profile: {profile}\n    connections:\n      - tcp: {{ port: {printer} }}\n    receipts_dir: ./receipts\n"
        );
        std::fs::write(folder.path().join("emupos.yaml"), configuration).unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(program)
            .args(["run", "--config", "emupos.yaml"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let emupos = Self { child, api, printer, folder };
        let end = Instant::now() + LONG;
        // Both ports, and then an answer: they listen before anybody serves them.
        while TcpStream::connect(("127.0.0.1", api)).is_err()
            || TcpStream::connect(("127.0.0.1", printer)).is_err()
        {
            assert!(Instant::now() < end, "emupos does not start: {}", emupos.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(emupos.receipts(), [Value::Null; 0]);
        Some(emupos)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// One request to its control API; gives the body.
    fn ask(&self, method: &str, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.api)).unwrap();
        let port = self.api;
        write!(
            stream,
            "{method} /api/v1/devices/front{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
             Content-Length: 0\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        assert!(answer.starts_with(b"HTTP/1.1 2"), "{path}: {}", String::from_utf8_lossy(&answer));
        answer.split_off(head)
    }

    fn receipts(&self) -> Vec<Value> {
        serde_json::from_slice(&self.ask("GET", "/receipts")).unwrap()
    }

    /// The latest receipt, as it was drawn.
    fn latest(&self) -> image::GrayImage {
        let bytes = self.ask("GET", "/receipts/latest/image");
        image::load_from_memory(&bytes).unwrap().to_luma8()
    }

    fn post(&self) -> Post {
        let entry = json!({ "driver": "escpos-tcp", "path": format!("127.0.0.1:{}", self.printer),
            "name": "小票打印机", "attestation": "virtual",
            // A Python program on a busy PC answers when its turn comes.
            "settings": { "answer_ms": 15_000 } });
        Post::new(DeviceClass::Printer, tempfile::tempdir().unwrap(), &entry)
    }
}

impl Drop for Emupos {
    fn drop(&mut self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let end = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn print(post: &mut Post, each: impl FnMut(JobStatus)) -> JobStatus {
    let device = post.device.clone();
    post.client().print(&device, &png(&picture()), parameters("image/png"), LONG, each).unwrap()
}

#[test]
fn draws_the_slip_that_we_sent() {
    for profile in ["epson-tm-t20iii", "xprinter-xp80t", "rongta-rp326"] {
        let Some(emupos) = Emupos::start(profile) else { return };
        let mut post = emupos.post();
        let status = print(&mut post, drop);
        assert_eq!((status.state, status.fault, status.reasons), (JobState::Completed, None, Vec::new()));
        let receipts = emupos.receipts();
        assert_eq!(receipts.len(), 1, "{profile}: {receipts:?}");
        assert_eq!(receipts[0]["boundary"], "cut", "{profile}: cut by our command");
        assert_eq!(receipts[0]["width_dots"], 576);
        assert!(emupos.latest() == picture(), "{profile}: another slip than ours");
        // A second slip is one of its own.
        assert_eq!(print(&mut post, drop).state, JobState::Completed);
        assert_eq!(emupos.receipts().len(), 2);
        assert!(emupos.latest() == picture());
    }
}

#[test]
fn says_how_it_stands() {
    let Some(emupos) = Emupos::start("epson-tm-t20iii") else { return };
    let mut post = emupos.post();
    let device = post.device.clone();
    for (fault, expected) in [
        ("paper-near-end", vec![FaultCode::PaperLow]),
        ("paper-out", vec![FaultCode::OutOfPaper]),
        ("cover-open", vec![FaultCode::CoverOpen]),
        ("offline", vec![FaultCode::PrinterNeedsAttention]),
    ] {
        assert_eq!(post.client().check_state(&device, LONG).unwrap(), [], "before {fault}");
        emupos.ask("PUT", &format!("/faults/{fault}"));
        let faults = post.client().check_state(&device, LONG).unwrap();
        assert_eq!(faults.iter().map(|one| one.code).collect::<Vec<_>>(), expected, "{fault}");
        emupos.ask("DELETE", &format!("/faults/{fault}"));
    }
}

#[test]
fn holds_the_slip_until_there_is_paper() {
    let Some(emupos) = Emupos::start("epson-tm-t20iii") else { return };
    let mut post = emupos.post();
    emupos.ask("PUT", "/faults/paper-out");
    let mut seen = Vec::new();
    let status = print(&mut post, |status| {
        if let Some(fault) = status.fault {
            told(&fault);
            assert!(emupos.receipts().is_empty());
            seen.push(fault.code);
            emupos.ask("DELETE", "/faults/paper-out");
        }
    });
    assert_eq!((status.state, seen), (JobState::Completed, vec![FaultCode::OutOfPaper]));
    assert_eq!(emupos.receipts().len(), 1);
    assert!(emupos.latest() == picture());
}
