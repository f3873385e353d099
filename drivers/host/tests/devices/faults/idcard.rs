//! The ID-card reader, SAM_V over a serial line.

use std::time::Duration;

use driver_contract::{Accessibility, DeviceClass, FaultCode, Outcome, Task};
use rustix::process::{Signal, kill_process};
use serde_json::json;
use virtual_devices::samv::{ReaderFault, ReaderOptions, VirtualReader};

use crate::post::{LONG, Post, demo_card};

const READ: Task = Task::ReadCard { fingerprint: false };
/// For faults that only a deadline ends.
const SOON: Duration = Duration::from_secs(4);

struct Counter {
    reader: VirtualReader,
    post: Post,
}

impl Counter {
    /// A reader that lies there with a card on it.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("reader");
        let options = ReaderOptions { link: Some(link.clone()), ..ReaderOptions::default() };
        let reader = VirtualReader::start(options).unwrap();
        reader.lay(&demo_card()).unwrap();
        let entry = json!({ "driver": "samv-serial", "path": link.to_str().unwrap(), "name": "演示读卡器",
            "attestation": "virtual", "settings": { "baud": 115_200 } });
        Self { reader, post: Post::new(DeviceClass::IdCardReader, folder, &entry) }
    }

    fn fails(&mut self, code: FaultCode) {
        self.post.fails(READ, SOON, code);
    }

    /// The terminal is usable: whole again, the reader reads, and nobody had to start anything.
    fn reads_again(&mut self) {
        self.reader.set_fault(ReaderFault::None);
        self.reader.lift();
        self.reader.lay(&demo_card()).unwrap();
        let outcome = self.post.run(READ, LONG);
        assert!(matches!(&outcome, Ok(Outcome::Card(reading)) if reading.name == "演示𠮷"), "{outcome:?}");
    }

    /// A fault of the reader itself, for as long as it is tried.
    fn shows(fault: ReaderFault, code: FaultCode) {
        let mut counter = Self::new();
        counter.reader.set_fault(fault);
        counter.fails(code);
        counter.reads_again();
    }
}

/// One use of the device by a host that `prepare` has set up: for the recordings.
pub(crate) fn used(prepare: fn(&mut Post)) -> Post {
    let mut counter = Counter::new();
    prepare(&mut counter.post);
    counter.reads_again();
    counter.post
}

#[test]
fn absent() {
    let mut counter = Counter::new();
    counter.reader.unplug();
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.fails(FaultCode::NotFound);
    counter.reader.plug().unwrap();
    counter.reads_again();
}

#[test]
fn denied() {
    let Counter { reader, post } = Counter::new();
    let link = post.folder.path().join("reader");
    let mut post = post.without_rights_on(&link);
    assert_eq!(post.listed(), Accessibility::PermissionDenied);
    post.fails(READ, SOON, FaultCode::PermissionDenied);
    drop(reader);
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::new();
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    let fault = counter.post.fails(READ, SOON, FaultCode::Busy);
    assert_eq!(fault.held_by.as_deref(), Some("所长室"));
    other.close(&counter.post.device, LONG).unwrap();
    counter.reads_again();
}

#[test]
fn unplugged_while_idle() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.reader.unplug();
    counter.fails(FaultCode::Unplugged);
    counter.reader.plug().unwrap();
    counter.reads_again();
}

#[test]
fn unplugged_in_mid_reading() {
    let mut counter = Counter::new();
    // The answer takes long enough for somebody to stumble over the cable.
    counter.reader.set_fault(ReaderFault::Slow { delay_ms: 400 });
    let device = counter.post.device.clone();
    let running = counter.post.client().begin(&device, READ, LONG).unwrap();
    std::thread::sleep(Duration::from_millis(700));
    counter.reader.unplug();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::Unplugged);
    counter.reader.plug().unwrap();
    counter.reads_again();
}

#[test]
fn hangs() {
    Counter::shows(ReaderFault::Silent, FaultCode::Timeout);
}

#[test]
fn host_killed_in_mid_reading() {
    let mut counter = Counter::new();
    counter.reader.lift();
    let device = counter.post.device.clone();
    let pid = counter.post.pid();
    let running = counter.post.client().begin(&device, READ, LONG).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::HostCrashed);
    counter.reads_again();
}

#[test]
fn garbage() {
    Counter::shows(ReaderFault::Garbage { times: 1000 }, FaultCode::ProtocolGarbage);
}

#[test]
fn wrong_check_byte() {
    Counter::shows(ReaderFault::Checksum { times: 1000 }, FaultCode::LineChecksum);
}

#[test]
fn truncated() {
    Counter::shows(ReaderFault::Truncate { after: 7, times: 1000 }, FaultCode::WrongLength);
}

#[test]
fn card_pulled_in_mid_reading() {
    Counter::shows(ReaderFault::PullAfterBytes { after: 300 }, FaultCode::CardPulled);
}

#[test]
fn no_card() {
    let mut counter = Counter::new();
    counter.reader.lift();
    counter.fails(FaultCode::NoCard);
    counter.reads_again();
}

#[test]
fn chip_cannot_be_read() {
    Counter::shows(ReaderFault::Status { command: 0x3001, status: 0x41, times: 1000 }, FaultCode::ReadFailed);
}

#[test]
fn two_cards() {
    // What a module says when it cannot settle on one of them (81).
    Counter::shows(
        ReaderFault::Status { command: 0x2002, status: 0x81, times: 1000 },
        FaultCode::SelectFailed,
    );
}

#[test]
fn module_without_licence() {
    Counter::shows(ReaderFault::SamUnauthorised, FaultCode::SamNotAuthorised);
}

#[test]
fn self_test_failed() {
    Counter::shows(ReaderFault::SelfTestFailed, FaultCode::SamSelfTestFailed);
}

#[test]
fn cancelled() {
    let mut counter = Counter::new();
    counter.reader.lift();
    let device = counter.post.device.clone();
    let running = counter.post.client().begin(&device, READ, LONG).unwrap();
    running.cancel();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::Cancelled);
    counter.reads_again();
}

#[test]
fn same_card_twice_without_being_lifted() {
    let mut counter = Counter::new();
    assert!(matches!(counter.post.run(READ, LONG), Ok(Outcome::Card(_))));
    // Opened anew, the driver knows nothing of the card; the module does not find it a second time.
    counter.fails(FaultCode::CardMustBeRelaid);
    counter.reads_again();
}
