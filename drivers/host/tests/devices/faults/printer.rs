//! The printer: `ippeveprinter` of CUPS for what a printer can tell, machines that answer wrongly for the rest.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use driver_contract::{DeviceClass, Fault, FaultCode, JobState, JobStatus, PrintParameters, Region, Sides};
use ippeve_counterpart::{Behaviour, IppEvePrinter};
use rustix::process::{Signal, kill_process};
use serde_json::json;

use crate::post::{LONG, Post, told};

/// A page without text, with a right cross-reference table.
fn pdf() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] >>",
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", index + 1).as_bytes());
    }
    let start = file.len();
    file.extend_from_slice(b"xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        file.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    file.extend_from_slice(
        format!("trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").as_bytes(),
    );
    file
}

fn parameters(format: &str) -> PrintParameters {
    PrintParameters {
        document: Region { offset: 0, length: 0 },
        format: format.to_owned(),
        title: "回执 20261122-0001".to_owned(),
        copies: 1,
        media: None,
        sides: Sides::OneSided,
        tray: None,
    }
}

fn post(uri: &str) -> Post {
    let entry = json!({ "driver": "ipp", "path": uri, "name": "柜台打印机", "attestation": "virtual",
        "settings": { "lost_after_ms": 600 } });
    Post::new(DeviceClass::Printer, tempfile::tempdir().unwrap(), &entry)
}

fn print(post: &mut Post, each: impl FnMut(JobStatus)) -> Result<JobStatus, Fault> {
    let device = post.device.clone();
    post.client().print(&device, &pdf(), parameters("application/pdf"), LONG, each)
}

fn fails(post: &mut Post, code: FaultCode) {
    let fault = print(post, drop).expect_err("a fault was injected");
    assert_eq!(fault.code, code, "{fault:?}");
    told(&fault);
}

struct Counter {
    printer: IppEvePrinter,
    post: Post,
    _spool: tempfile::TempDir,
}

impl Counter {
    fn new() -> Self {
        let spool = tempfile::tempdir().unwrap();
        let printer = IppEvePrinter::start(spool.path(), 0).unwrap_or_else(|error| panic!("{error}"));
        let post = post(&printer.uri());
        Self { printer, post, _spool: spool }
    }

    fn prints_again(&mut self) {
        self.printer.behave(&Behaviour::Print).unwrap();
        let status = print(&mut self.post, drop).unwrap();
        assert_eq!((status.state, status.fault), (JobState::Completed, None));
        assert!(self.printer.documents().unwrap().last().unwrap().printed);
    }

    /// The printer stops for `reason`, which is told while it waits; then somebody helps it.
    fn waits(reason: &str, code: FaultCode) {
        let mut counter = Self::new();
        counter.printer.behave(&Behaviour::Wait(vec![reason.to_owned()])).unwrap();
        let mut seen = Vec::new();
        let printer = &counter.printer;
        let status = print(&mut counter.post, |status| {
            if let Some(fault) = status.fault {
                told(&fault);
                seen.push(fault.code);
                printer.behave(&Behaviour::Print).unwrap();
            }
        });
        assert_eq!(status.unwrap().state, JobState::Completed);
        assert!(seen.contains(&code), "{seen:?}");
        counter.prints_again();
    }

    fn gives_up(reasons: &[&str], code: FaultCode) {
        let mut counter = Self::new();
        let reasons: Vec<String> = reasons.iter().map(|reason| (*reason).to_owned()).collect();
        counter.printer.behave(&Behaviour::Abort(reasons)).unwrap();
        let status = print(&mut counter.post, drop).unwrap();
        assert_eq!(status.state, JobState::Aborted);
        let fault = status.fault.expect("why it was given up");
        assert_eq!(fault.code, code);
        told(&fault);
        assert!(counter.printer.documents().unwrap().iter().all(|document| !document.printed));
    }
}

/// A machine that answers each question with the same bytes, for as long as it is asked.
fn machine(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.set_read_timeout(Some(Duration::from_millis(100)));
            let mut buffer = [0; 4096];
            while stream.read(&mut buffer).is_ok_and(|count| count > 0) {}
            let _ = stream.write_all(answer);
        }
    });
    format!("ipp://127.0.0.1:{port}/ipp/print")
}

#[test]
fn absent() {
    fails(&mut post("ipp://127.0.0.1:9/ipp/print"), FaultCode::PrinterUnreachable);
}

#[test]
fn switched_off_while_idle_and_on_again() {
    let mut counter = Counter::new();
    counter.prints_again();
    counter.printer.stop();
    fails(&mut counter.post, FaultCode::PrinterUnreachable);
}

#[test]
fn goes_away_with_the_job() {
    let mut counter = Counter::new();
    counter.printer.behave(&Behaviour::Wait(vec!["media-empty-error".to_owned()])).unwrap();
    let printer = std::cell::RefCell::new(counter.printer);
    let fault = print(&mut counter.post, |status| {
        if status.fault.is_some() {
            printer.borrow_mut().stop();
        }
    });
    let fault = fault.unwrap_err();
    assert_eq!(fault.code, FaultCode::JobLost);
    told(&fault);
}

#[test]
fn out_of_paper() {
    Counter::waits("media-empty-error", FaultCode::OutOfPaper);
}

#[test]
fn cover_open() {
    Counter::waits("cover-open-error", FaultCode::CoverOpen);
}

#[test]
fn paper_jam() {
    Counter::waits("media-jam-error", FaultCode::PaperJam);
}

#[test]
fn toner_empty() {
    Counter::waits("toner-empty-error", FaultCode::TonerEmpty);
}

#[test]
fn gives_up_for_a_jam() {
    Counter::gives_up(&["media-jam-error", "toner-low-warning"], FaultCode::PaperJam);
}

#[test]
fn gives_up_without_a_reason() {
    Counter::gives_up(&[], FaultCode::JobAborted);
}

#[test]
fn does_not_take_the_format() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    let foreign = parameters("application/vnd.oasis.opendocument.text");
    let fault = counter.post.client().print(&device, &pdf(), foreign, LONG, drop).unwrap_err();
    assert_eq!(fault.code, FaultCode::FormatNotSupported);
    told(&fault);
    counter.prints_again();
}

#[test]
fn denied() {
    fails(
        &mut post(&machine(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
        FaultCode::PermissionDenied,
    );
}

#[test]
fn garbage() {
    fails(
        &mut post(&machine(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\na router")),
        FaultCode::ProtocolGarbage,
    );
}

#[test]
fn truncated() {
    fails(
        &mut post(&machine(b"HTTP/1.1 200 OK\r\nContent-Length: 800\r\n\r\n\x02\x00")),
        FaultCode::LineFailed,
    );
}

#[test]
fn hangs() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("ipp://127.0.0.1:{}/ipp/print", listener.local_addr().unwrap().port());
    let mut post = post(&uri);
    let device = post.device.clone();
    let short = Duration::from_secs(2);
    let fault = post.client().print(&device, &pdf(), parameters("application/pdf"), short, drop).unwrap_err();
    assert!([FaultCode::Timeout, FaultCode::LineFailed].contains(&fault.code), "{fault:?}");
    told(&fault);
}

#[test]
fn host_killed_in_mid_job() {
    let mut counter = Counter::new();
    counter.printer.behave(&Behaviour::Wait(vec!["media-empty-error".to_owned()])).unwrap();
    let pid = counter.post.pid();
    let fault = print(&mut counter.post, |status| {
        if status.fault.is_some() {
            let _ = kill_process(pid, Signal::KILL);
        }
    });
    assert_eq!(fault.unwrap_err().code, FaultCode::HostCrashed);
    // The job lies in the printer still: it goes on when there is paper, and the next one follows it.
    counter.prints_again();
}
