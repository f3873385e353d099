//! Code scanners: on a serial line, and typing like a keyboard.

use std::path::Path;
use std::time::Duration;

use driver_contract::{
    Accessibility, CodeReading, DeviceClass, DeviceEvent, Fault, FaultCode, Outcome, Running, Task, TaskNews,
};
use rustix::process::{Signal, kill_process};
use serde_json::json;
use virtual_devices::code::{VirtualSerialScanner, VirtualWedge};

use crate::post::{LONG, Post, told};

const SOON: Duration = Duration::from_secs(4);

/// A virtual scanner, whatever its protocol.
trait VirtualScanner {
    const DRIVER: &'static str;
    fn start(path: &Path) -> Self;
    fn scan(&self, code: &str);
    /// Waits until codes are taken.
    fn ready(&self, running: &mut Running);
}

impl VirtualScanner for VirtualSerialScanner {
    const DRIVER: &'static str = "code-serial";
    fn start(path: &Path) -> Self {
        Self::start(path).unwrap()
    }
    fn scan(&self, code: &str) {
        self.scan(code.as_bytes());
    }
    fn ready(&self, running: &mut Running) {
        // What comes before the watch's first look is thrown away, and nothing on the line tells when that was.
        for probe in 0..200 {
            let probe = format!("PROBE-{probe}");
            VirtualScanner::scan(self, &probe);
            let mut news = running.next(Duration::from_millis(300));
            while let Some(TaskNews::Event(DeviceEvent::CodeRead(reading))) = news {
                if reading.text == probe {
                    return;
                }
                news = running.next(Duration::from_millis(300));
            }
        }
        panic!("no code is read");
    }
}

impl VirtualScanner for VirtualWedge {
    const DRIVER: &'static str = "code-wedge";
    fn start(path: &Path) -> Self {
        Self::start(path).unwrap()
    }
    fn scan(&self, code: &str) {
        self.type_text(code, 4);
    }
    fn ready(&self, _: &mut Running) {
        assert!(self.wait_until_grabbed(LONG), "the scanner was not grabbed");
    }
}

struct Counter<S> {
    scanner: S,
    post: Post,
}

impl<S: VirtualScanner> Counter<S> {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scanner");
        let scanner = S::start(&path);
        let entry = json!({ "driver": S::DRIVER, "path": path.to_str().unwrap(), "name": "演示扫码枪",
            "attestation": "virtual", "settings": { "longest": 200, "no_read": "NOREAD" } });
        Self { scanner, post: Post::new(DeviceClass::CodeScanner, folder, &entry) }
    }

    fn watch(&mut self) -> Running {
        let device = self.post.device.clone();
        let mut running = self.post.client().begin(&device, Task::WatchCodes, Duration::MAX).unwrap();
        assert_eq!(until(&mut running, |event| matches!(event, DeviceEvent::Started)), DeviceEvent::Started);
        self.scanner.ready(&mut running);
        running
    }

    /// What is sent shows as this fault, and the watch goes on.
    fn shows(&mut self, send: impl FnOnce(&S), code: FaultCode) {
        let mut running = self.watch();
        send(&self.scanner);
        warns(&mut running, code);
        self.reads(&mut running);
        stops(running);
    }

    /// The terminal is usable: a code that is scanned now is read.
    fn reads(&self, running: &mut Running) {
        self.scanner.scan("DEMO-2026-0001");
        assert_eq!(code(running).text, "DEMO-2026-0001");
    }

    fn reads_again(&mut self) {
        let mut running = self.watch();
        self.reads(&mut running);
        stops(running);
    }
}

fn until(running: &mut Running, wanted: impl Fn(&DeviceEvent) -> bool) -> DeviceEvent {
    loop {
        match running.next(LONG).expect("the scanner says nothing") {
            TaskNews::Event(event) if wanted(&event) => return event,
            TaskNews::Event(DeviceEvent::Started) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn code(running: &mut Running) -> CodeReading {
    match until(running, |event| matches!(event, DeviceEvent::CodeRead(_))) {
        DeviceEvent::CodeRead(reading) => *reading,
        other => panic!("{other:?}"),
    }
}

fn warns(running: &mut Running, wanted: FaultCode) -> Fault {
    let DeviceEvent::Warning(fault) = until(running, |event| matches!(event, DeviceEvent::Warning(_))) else {
        panic!("no warning")
    };
    assert_eq!(fault.code, wanted, "{fault:?}");
    told(&fault);
    fault
}

fn stops(running: Running) {
    running.cancel();
    assert_eq!(running.finish(drop), Ok(Outcome::Stopped));
}

/// One use of the device by a host that `prepare` has set up: for the recordings.
pub(crate) fn used(prepare: fn(&mut Post)) -> Post {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    prepare(&mut counter.post);
    counter.reads_again();
    counter.post
}

#[test]
fn absent() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    counter.scanner.unplug();
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.post.fails(Task::WatchCodes, SOON, FaultCode::NotFound);
    counter.scanner.plug().unwrap();
    counter.reads_again();
}

#[test]
fn denied() {
    let Counter { scanner, post } = Counter::<VirtualSerialScanner>::new();
    let node = post.folder.path().join("scanner");
    let mut post = post.without_rights_on(&node);
    assert_eq!(post.listed(), Accessibility::PermissionDenied);
    post.fails(Task::WatchCodes, SOON, FaultCode::PermissionDenied);
    drop(scanner);
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    let fault = counter.post.fails(Task::WatchCodes, SOON, FaultCode::Busy);
    assert_eq!(fault.held_by.as_deref(), Some("所长室"));
    other.close(&counter.post.device, LONG).unwrap();
    counter.reads_again();
}

#[test]
fn grabbed_by_another_program() {
    let mut counter = Counter::<VirtualWedge>::new();
    counter.scanner.grab_for_another(true);
    counter.post.fails(Task::WatchCodes, SOON, FaultCode::Busy);
    counter.scanner.grab_for_another(false);
    counter.reads_again();
    assert!(!counter.scanner.is_grabbed(), "after the watch it types for everybody again");
}

#[test]
fn unplugged_while_idle() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.scanner.unplug();
    let mut running = counter.post.client().begin(&device, Task::WatchCodes, Duration::MAX).unwrap();
    until(&mut running, |event| matches!(event, DeviceEvent::Unplugged));
    counter.scanner.plug().unwrap();
    until(&mut running, |event| matches!(event, DeviceEvent::Plugged(_)));
    counter.reads(&mut running);
    stops(running);
}

#[test]
fn unplugged_in_mid_code() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    let mut running = counter.watch();
    counter.scanner.send_raw(b"DEMO-20");
    counter.scanner.unplug();
    until(&mut running, |event| matches!(event, DeviceEvent::Unplugged));
    counter.scanner.plug().unwrap();
    until(&mut running, |event| matches!(event, DeviceEvent::Plugged(_)));
    // The watch goes on by itself, and half a code is none.
    counter.reads(&mut running);
    stops(running);
}

#[test]
fn unplugged_while_it_types() {
    let mut counter = Counter::<VirtualWedge>::new();
    let mut running = counter.watch();
    counter.scanner.unplug();
    until(&mut running, |event| matches!(event, DeviceEvent::Unplugged));
    counter.scanner.plug().unwrap();
    until(&mut running, |event| matches!(event, DeviceEvent::Plugged(_)));
    counter.reads(&mut running);
    stops(running);
}

#[test]
fn host_killed_while_watching() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    let pid = counter.post.pid();
    let running = counter.watch();
    kill_process(pid, Signal::KILL).unwrap();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::HostCrashed);
    counter.reads_again();
}

#[test]
fn garbage() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    counter.shows(|scanner| scanner.scan(&[0xff, 0xfe, 0xff, 0x80]), FaultCode::CodeUnreadable);
}

#[test]
fn control_characters() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    counter.shows(|scanner| scanner.scan(b"DEMO\x1b[2J"), FaultCode::CodeUnreadable);
}

#[test]
fn truncated() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    counter.shows(|scanner| scanner.send_raw(b"DEMO-20"), FaultCode::WrongLength);
}

#[test]
fn too_long() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    counter.shows(|scanner| scanner.scan(&[b'A'; 201]), FaultCode::CodeTooLong);
}

#[test]
fn typed_too_long() {
    let mut counter = Counter::<VirtualWedge>::new();
    counter.shows(|scanner| scanner.type_text(&"A".repeat(201), 2), FaultCode::CodeTooLong);
}

#[test]
fn no_code_in_front_of_it() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    counter.shows(|scanner| scanner.scan(b"NOREAD"), FaultCode::NoCode);
}

#[test]
fn keys_that_no_code_has() {
    let mut counter = Counter::<VirtualWedge>::new();
    counter.shows(|scanner| scanner.type_text("DEMO→1", 4), FaultCode::CodeUnreadable);
}

#[test]
fn lost_events() {
    let mut counter = Counter::<VirtualWedge>::new();
    counter.shows(
        |scanner| {
            scanner.drop_events();
            scanner.type_text("DEMO-1", 4);
        },
        FaultCode::CodeUnreadable,
    );
}

#[test]
fn typed_by_hand() {
    // Somebody configured a real keyboard: 200 ms from key to key are nobody's scanner, and only the last key is left.
    let mut counter = Counter::<VirtualWedge>::new();
    let mut running = counter.watch();
    counter.scanner.type_text("password", 200);
    counter.reads(&mut running);
    stops(running);
}

#[test]
fn scanned_twice() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    let mut running = counter.watch();
    counter.scanner.send_raw(b"DEMO-1\r\nDEMO-1\r\nDEMO-2\r\n");
    assert_eq!(code(&mut running).text, "DEMO-1");
    assert_eq!(code(&mut running).text, "DEMO-2", "the sheet still lay there");
    counter.reads(&mut running);
    stops(running);
}

#[test]
fn two_watches_of_one_window() {
    let mut counter = Counter::<VirtualSerialScanner>::new();
    let mut running = counter.watch();
    counter.post.fails(Task::WatchCodes, SOON, FaultCode::Busy);
    counter.reads(&mut running);
    stops(running);
}
