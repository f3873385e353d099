//! Addresses where no printer is, and machines that answer with something else.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use driver_contract::{CollectingContext, DeviceId, DriverFactory};
use driver_printer::ipp::{IppFactory, Queue};

use crate::bench::{configured, open, parameters, pdf, print, printer};

/// A machine that reads a request and answers with `answer`, once for each answer given, then is gone.
fn machine(answers: Vec<Vec<u8>>) -> (String, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(150))).unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while let Ok(length) = stream.read(&mut buffer) {
                if length == 0 {
                    break;
                }
                request.extend_from_slice(&buffer[..length]);
            }
            let _ = stream.write_all(&answer);
        }
    });
    (format!("ipp://127.0.0.1:{port}/ipp/print"), thread)
}

fn http(status: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/ipp\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// An IPP answer with a printer group that holds `printer-state` idle.
fn idle_printer() -> Vec<u8> {
    let mut body = vec![2, 0, 0, 0, 0, 0, 0, 1, 4, 0x23];
    body.extend_from_slice(&13_u16.to_be_bytes());
    body.extend_from_slice(b"printer-state");
    body.extend_from_slice(&[0, 4, 0, 0, 0, 3, 3]);
    http("200 OK", &body)
}

fn refusal(status: u16) -> Vec<u8> {
    let [high, low] = status.to_be_bytes();
    http("200 OK", &[2, 0, high, low, 0, 0, 0, 1, 1, 3])
}

#[test]
fn addresses_without_a_printer_are_faults() {
    for (uri, code) in [
        ("ipp://no-such-host.invalid/ipp/print", "printer.unreachable"),
        ("ipp://127.0.0.1:9/ipp/print", "printer.unreachable"),
        ("ipps://127.0.0.1/ipp/print", "device.bad_configuration"),
        ("not an address", "device.bad_configuration"),
        ("ipp://officer:secret@127.0.0.1/ipp", "device.bad_configuration"),
    ] {
        let fault = open(uri).err().unwrap();
        assert_eq!(fault.code(), code, "{uri}: {}", fault.detail);
        assert!(!fault.detail.contains("secret"));
    }
    let unknown = IppFactory.open(&DeviceId::new("ipp", "ipp://127.0.0.1/ipp"), &[]);
    assert_eq!(unknown.err().unwrap().code(), "device.not_found");
    let mut odd = configured("ipp://127.0.0.1/ipp");
    odd.settings.insert("lost_after_ms".into(), "soon".into());
    let opened = IppFactory.open(&DeviceId::new("ipp", "ipp://127.0.0.1/ipp"), &[odd]);
    assert_eq!(opened.err().unwrap().code(), "device.bad_configuration");
    // A real printer, a wrong path.
    let (printer, _spool) = printer();
    let wrong = printer.uri().replace("/ipp/print", "/printers/none");
    assert_eq!(open(&wrong).err().unwrap().code(), "device.not_found");
}

#[test]
fn machines_that_are_no_printer_are_recognised() {
    for (answer, code) in [
        (http("404 Not Found", b""), "device.not_found"),
        (http("401 Unauthorized", b""), "device.permission_denied"),
        (http("500 Internal Server Error", b""), "device.protocol_garbage"),
        (http("302 Found\r\nLocation: http://127.0.0.1:9/", b""), "device.protocol_garbage"),
        (http("200 OK", b"<html>a router</html>"), "device.protocol_garbage"),
        (http("200 OK", b""), "device.protocol_garbage"),
        (b"SSH-2.0-OpenSSH\r\n".to_vec(), "device.line_failed"),
        (Vec::new(), "device.line_failed"),
        (refusal(0x0406), "device.not_found"),
        (refusal(0x0402), "device.permission_denied"),
        (refusal(0x0503), "device.unsupported"),
    ] {
        let (uri, thread) = machine(vec![answer.clone()]);
        let fault = open(&uri).err().unwrap();
        assert_eq!(fault.code(), code, "{}: {}", String::from_utf8_lossy(&answer), fault.detail);
        thread.join().unwrap();
    }
}

/// The document was sent and the connection broke: it may come out, so it must not be printed again
/// without a look at the printer.
#[test]
fn a_document_whose_answer_is_lost_is_a_lost_job() {
    let (uri, thread) = machine(vec![idle_printer(), Vec::new()]);
    let mut device = open(&uri).unwrap();
    let mut context = CollectingContext::new(Duration::from_secs(10)).with_document(pdf());
    let fault = print(device.as_mut(), parameters(), &mut context).unwrap_err();
    assert_eq!(fault.code(), "printer.job_lost");
    thread.join().unwrap();

    // One that was surely not sent is not lost.
    let mut context = CollectingContext::new(Duration::from_secs(10)).with_document(pdf());
    let fault = print(device.as_mut(), parameters(), &mut context).unwrap_err();
    assert_eq!(fault.code(), "printer.unreachable");
}

#[test]
fn refusals_of_a_job_keep_their_meaning() {
    for (status, code) in [
        (0x040A, "printer.format_not_supported"),
        (0x0506, "printer.not_accepting_jobs"),
        (0x0504, "printer.needs_attention"),
        (0x040B, "device.bad_parameters"),
        (0x0403, "device.permission_denied"),
    ] {
        let (uri, thread) = machine(vec![idle_printer(), refusal(status)]);
        let mut device = open(&uri).unwrap();
        let mut context = CollectingContext::new(Duration::from_secs(10)).with_document(pdf());
        let fault = print(device.as_mut(), parameters(), &mut context).unwrap_err();
        assert_eq!(fault.code(), code, "{status:#06x}");
        thread.join().unwrap();
    }
}

/// Some printers name what they do not support instead of using the status made for it.
#[test]
fn unsupported_media_and_format_are_told_apart() {
    for (name, code) in [
        ("document-format", "printer.format_not_supported"),
        ("media", "printer.media_not_ready"),
        ("media-col", "printer.media_not_ready"),
        ("sides", "device.bad_parameters"),
    ] {
        // Group 5: unsupported attributes; tag 0x10: the bare word "unsupported".
        let mut body = vec![2, 0, 0x04, 0x0B, 0, 0, 0, 1, 5, 0x10];
        body.extend_from_slice(&u16::try_from(name.len()).unwrap().to_be_bytes());
        body.extend_from_slice(name.as_bytes());
        body.extend_from_slice(&[0, 0, 3]);
        let (uri, thread) = machine(vec![idle_printer(), http("200 OK", &body)]);
        let mut device = open(&uri).unwrap();
        let mut context = CollectingContext::new(Duration::from_secs(10)).with_document(pdf());
        let fault = print(device.as_mut(), parameters(), &mut context).unwrap_err();
        assert_eq!(fault.code(), code, "{name}: {}", fault.detail);
        thread.join().unwrap();
    }
}

/// A machine that takes the connection and then says nothing must not keep anybody waiting.
#[test]
fn a_silent_machine_does_not_hold_a_question_that_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let queue = Queue::new(&format!("ipp://{}/ipp/print", listener.local_addr().unwrap())).unwrap();
    let asked = std::cell::Cell::new(0);
    let given_up = queue.attributes(&|| {
        asked.set(asked.get() + 1);
        asked.get() > 2
    });
    assert_eq!(given_up.err().map(|error| error.code()), Some("PRINT_STOPPED"));
    assert_eq!(asked.get(), 3);
}
