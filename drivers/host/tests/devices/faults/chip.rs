//! The chip-card reader: pcscd with vpcd's reader, and a social security card of nobody in it.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use driver_contract::{Accessibility, ChipCardKind, DeviceClass, FaultCode, Outcome, Task};
use rustix::process::{Signal, kill_process};
use serde_json::json;
use virtual_devices::chip::{ChipFault, ChipSlot, VirtualChipCard};

use crate::pcscd::{READER, Service};
use crate::post::{LONG, Post};

/// For faults that only a deadline ends.
const SOON: Duration = Duration::from_secs(4);

const NUMBER: &str = "A00000018";

struct Counter {
    post: Post,
    service: Service,
    slot: ChipSlot,
}

impl Counter {
    /// A reader with a card in it.
    fn new() -> Self {
        let mut counter = Self::without_card();
        counter.insert(ChipFault::None);
        counter
    }

    fn without_card() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut service = Service::new(folder.path());
        service.start(true);
        let socket = service.socket();
        let entry =
            json!({ "driver": "pcsc", "path": READER, "name": "演示读写器", "attestation": "virtual" });
        let post = Post::new(DeviceClass::ChipCardReader, folder, &entry);
        let post = post.with_environment(&[("PCSCLITE_CSOCK_NAME", socket.to_str().unwrap())]);
        Self { post, slot: ChipSlot::new(service.port), service }
    }

    fn insert(&mut self, fault: ChipFault) {
        self.slot.insert(VirtualChipCard::new(NUMBER).with_fault(fault), LONG).unwrap();
    }

    fn fails(&mut self, code: FaultCode) {
        let fault = self.post.fails(Task::ReadChip, SOON, code);
        assert!(!fault.detail.contains("0000001"), "the card's number in the detail: {fault:?}");
    }

    /// Another card instead of the one that is in. A hand takes its time; pcscd looks every 400 ms.
    fn exchange(&mut self, fault: ChipFault) {
        self.slot.pull();
        std::thread::sleep(Duration::from_millis(1200));
        self.insert(fault);
    }

    fn reads_again(&mut self) {
        self.exchange(ChipFault::None);
        let outcome = self.post.run(Task::ReadChip, LONG);
        let Ok(Outcome::Chip(reading)) = &outcome else { panic!("{outcome:?}") };
        assert_eq!(
            (reading.kind, reading.card_number.as_deref()),
            (ChipCardKind::SocialSecurity, Some(NUMBER))
        );
        assert!(!format!("{reading:?}").contains(NUMBER), "Debug hides the number");
    }

    /// A card that does this.
    fn shows(fault: ChipFault, code: FaultCode) {
        let mut counter = Self::without_card();
        counter.insert(fault);
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
    let mut counter = Counter::without_card();
    counter.service.start(false);
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.fails(FaultCode::NotFound);
    counter.service.start(true);
    counter.reads_again();
}

#[test]
fn denied() {
    let Counter { post, service, slot } = Counter::new();
    let run = service.socket().parent().unwrap().to_owned();
    let mut counter = Counter { post: post.without_rights_on(&run), service, slot };
    assert_eq!(counter.post.listed(), Accessibility::PermissionDenied);
    counter.fails(FaultCode::PermissionDenied);
    std::fs::set_permissions(&run, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(counter.post.listed(), Accessibility::Accessible);
    counter.reads_again();
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::new();
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    let fault = counter.post.fails(Task::ReadChip, SOON, FaultCode::Busy);
    assert_eq!(fault.held_by.as_deref(), Some("所长室"));
    other.close(&counter.post.device, LONG).unwrap();
    counter.reads_again();
}

#[test]
fn service_not_running() {
    let mut counter = Counter::without_card();
    counter.service.stop();
    counter.fails(FaultCode::ChipServiceMissing);
    counter.service.start(true);
    counter.reads_again();
}

#[test]
fn service_dies_in_mid_reading() {
    let mut counter = Counter::without_card();
    counter.insert(ChipFault::Slow { delay_ms: 700 });
    let device = counter.post.device.clone();
    let running = counter.post.client().begin(&device, Task::ReadChip, LONG).unwrap();
    std::thread::sleep(Duration::from_millis(900));
    counter.service.stop();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::ChipServiceMissing);
    counter.service.start(true);
    counter.reads_again();
}

#[test]
fn service_hangs() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.service.freeze(true);
    let fault = counter.post.run(Task::ReadChip, SOON).unwrap_err();
    // A library's call that does not come back is ended with its process.
    assert!(matches!(fault.code, FaultCode::HostHung | FaultCode::Timeout), "{fault:?}");
    crate::post::told(&fault);
    counter.service.freeze(false);
    counter.reads_again();
}

#[test]
fn reader_unplugged_while_idle() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.slot.pull();
    counter.service.start(false);
    counter.fails(FaultCode::Unplugged);
    counter.service.start(true);
    counter.reads_again();
}

#[test]
fn no_card() {
    let mut counter = Counter::without_card();
    counter.fails(FaultCode::NoChipCard);
    counter.reads_again();
}

#[test]
fn mute_card() {
    Counter::shows(ChipFault::Mute, FaultCode::ChipMute);
}

#[test]
fn pulled_in_mid_reading() {
    Counter::shows(ChipFault::PulledAtRecord, FaultCode::ChipPulled);
}

#[test]
fn card_hangs() {
    Counter::shows(ChipFault::Silent, FaultCode::Timeout);
}

#[test]
fn slow_card() {
    let mut counter = Counter::without_card();
    counter.insert(ChipFault::Slow { delay_ms: 300 });
    assert!(matches!(counter.post.run(Task::ReadChip, LONG), Ok(Outcome::Chip(_))), "late is no fault");
    // So slow that the time is over first.
    counter.exchange(ChipFault::Slow { delay_ms: 3000 });
    counter.fails(FaultCode::Timeout);
    counter.reads_again();
}

#[test]
fn another_kind_of_card() {
    Counter::shows(ChipFault::OtherApplication, FaultCode::ChipUnknown);
}

#[test]
fn card_refuses() {
    Counter::shows(ChipFault::Status { instruction: 0xb2, status: 0x6982 }, FaultCode::ChipRefused);
}

#[test]
fn application_locked() {
    Counter::shows(ChipFault::Status { instruction: 0xa4, status: 0x6283 }, FaultCode::ChipRefused);
}

#[test]
fn truncated() {
    Counter::shows(ChipFault::RecordCut(6), FaultCode::WrongLength);
}

#[test]
fn garbage() {
    Counter::shows(ChipFault::RecordGarbage, FaultCode::ProtocolGarbage);
}

#[test]
fn no_status_at_all() {
    Counter::shows(ChipFault::NoStatus, FaultCode::ProtocolGarbage);
}

#[test]
fn stump_of_an_answer() {
    let mut counter = Counter::without_card();
    counter.insert(ChipFault::Stump);
    let fault = counter.post.run(Task::ReadChip, SOON).unwrap_err();
    // pcscd may refuse the stump before the driver sees it.
    assert!(matches!(fault.code, FaultCode::WrongLength | FaultCode::LineFailed), "{fault:?}");
    counter.reads_again();
}

#[test]
fn never_comes_to_an_end() {
    Counter::shows(ChipFault::Endless, FaultCode::ProtocolGarbage);
}

#[test]
fn host_killed_in_mid_reading() {
    let mut counter = Counter::without_card();
    let device = counter.post.device.clone();
    let pid = counter.post.pid();
    let running = counter.post.client().begin(&device, Task::ReadChip, LONG).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::HostCrashed);
    counter.reads_again();
}

#[test]
fn cancelled() {
    let mut counter = Counter::without_card();
    let device = counter.post.device.clone();
    let running = counter.post.client().begin(&device, Task::ReadChip, LONG).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    running.cancel();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::Cancelled);
    counter.reads_again();
}
