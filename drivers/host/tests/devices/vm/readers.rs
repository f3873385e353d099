//! SAM_V readers on the kernel's USB: one pair of endpoints and two, pulled and plugged in again, and told of by udev.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use driver_contract::{Connection, DeviceClass, DeviceEvent, DeviceId, DeviceInfo, FaultCode, Outcome, Task};
use serde_json::json;
use virtual_devices::samv::{ReaderFault, UsbLayout, VirtualUsbReader};

use super::next;
use crate::post::{LONG, Post, demo_card, told};

const READ: Task = Task::ReadCard { fingerprint: false };
const DRIVER: &str = "samv-usb";

struct Counter {
    reader: VirtualUsbReader,
    post: Post,
}

fn post() -> Post {
    // Readers on USB need no entry.
    let entry = json!({ "driver": "samv-serial", "path": "/dev/nothing", "attestation": "virtual" });
    Post::new(DeviceClass::IdCardReader, tempfile::tempdir().unwrap(), &entry)
}

/// The reader as the host sees it, as soon as the kernel has shown it.
fn found(post: &mut Post) -> DeviceInfo {
    let end = Instant::now() + LONG;
    loop {
        let devices = post.client().list(LONG).unwrap();
        if let Some(info) = devices.into_iter().find(|info| info.id.driver() == DRIVER) {
            return info;
        }
        assert!(Instant::now() < end, "the reader does not appear");
        std::thread::sleep(Duration::from_millis(50));
    }
}

impl Counter {
    fn new(layout: UsbLayout) -> Self {
        let mut post = post();
        let reader = VirtualUsbReader::start("samv", post.folder.path(), layout).unwrap();
        reader.lay(&demo_card()).unwrap();
        post.device = found(&mut post).id;
        Self { reader, post }
    }

    /// The terminal is usable: whole again, the reader reads, and nobody had to start anything.
    fn reads_again(&mut self) {
        self.reader.set_fault(ReaderFault::None);
        self.reader.lift();
        self.reader.lay(&demo_card()).unwrap();
        self.post.device = found(&mut self.post).id;
        let outcome = self.post.run(READ, LONG);
        assert!(matches!(&outcome, Ok(Outcome::Card(reading)) if reading.name == "演示𠮷"), "{outcome:?}");
    }
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_reader_with_one_pair_of_endpoints() {
    let mut counter = Counter::new(UsbLayout::OnePair);
    let info = found(&mut counter.post);
    assert_eq!(info.connection, Connection::Usb { vendor: 0x0400, product: 0xc35a });
    assert_eq!((info.model.model.as_str(), info.model.serial.as_str()), ("SAM_V", "DEMO-0001"));
    counter.reads_again();
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_reader_with_two_pairs_of_endpoints() {
    let mut counter = Counter::new(UsbLayout::TwoPairs);
    counter.reads_again();
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_reader_pulled_while_idle() {
    let mut counter = Counter::new(UsbLayout::OnePair);
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.reader.unplug();
    let fault = counter.post.run(READ, LONG).expect_err("a fault was injected");
    assert_eq!(fault.code, FaultCode::Unplugged, "{fault:?}");
    told(&fault);
    counter.reader.plug().unwrap();
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_reader_pulled_in_mid_reading() {
    for layout in [UsbLayout::OnePair, UsbLayout::TwoPairs] {
        let mut counter = Counter::new(layout);
        // The answer takes long enough for somebody to stumble over the cable.
        counter.reader.set_fault(ReaderFault::Slow { delay_ms: 600 });
        let device = counter.post.device.clone();
        let running = counter.post.client().begin(&device, READ, LONG).unwrap();
        std::thread::sleep(Duration::from_millis(1000));
        counter.reader.unplug();
        let fault = running.finish(drop).expect_err("a fault was injected");
        assert_eq!(fault.code, FaultCode::Unplugged, "{fault:?}");
        told(&fault);
        counter.reader.plug().unwrap();
        counter.reads_again();
    }
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_reader_that_answers_nothing() {
    let mut counter = Counter::new(UsbLayout::OnePair);
    counter.reader.set_fault(ReaderFault::Silent);
    counter.post.fails(READ, Duration::from_secs(4), FaultCode::Timeout);
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_reader_whose_answer_breaks_off() {
    let mut counter = Counter::new(UsbLayout::OnePair);
    counter.reader.set_fault(ReaderFault::Truncate { after: 100, times: 20 });
    let fault = counter.post.run(READ, Duration::from_secs(8)).expect_err("a fault was injected");
    told(&fault);
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_reader_told_by_itself_when_it_is_plugged_in_and_pulled() {
    let mut post = post();
    let (sender, news) = channel();
    let client = post.listen(move |notice| drop(sender.send(notice)));
    let _ = client.list(LONG).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut last: Option<DeviceId> = None;
    for round in 0..3 {
        let reader = VirtualUsbReader::start("samv", folder.path(), UsbLayout::OnePair).unwrap();
        let (device, event) = next(&news, DRIVER);
        let DeviceEvent::Plugged(info) = event else { panic!("round {round}: {event:?}") };
        assert_eq!(info.connection, Connection::Usb { vendor: 0x0400, product: 0xc35a });
        assert!(last.as_ref().is_none_or(|last| *last == device), "another socket: {last:?}, {device:?}");
        reader.unplug();
        assert_eq!(next(&news, DRIVER), (device.clone(), DeviceEvent::Unplugged));
        last = Some(device);
    }
}
