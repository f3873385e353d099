//! A SAM_V reader on a serial port of the kernel's (`/dev/ttyACM*`, CDC-ACM on USB).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use driver_contract::{DeviceClass, FaultCode, Outcome, Task};
use serde_json::json;
use virtual_devices::samv::{ReaderFault, UsbLayout, VirtualUsbReader};

use super::NodeName;
use crate::post::{LONG, Post, demo_card, told};

const READ: Task = Task::ReadCard { fingerprint: false };

struct Counter {
    reader: VirtualUsbReader,
    post: Post,
    node: NodeName,
}

/// The port, as soon as the kernel has made its node.
fn port() -> Option<PathBuf> {
    let end = Instant::now() + LONG;
    while Instant::now() < end {
        let entries = std::fs::read_dir("/sys/class/tty").unwrap();
        let names = entries.flatten().map(|entry| entry.file_name());
        let found = names.into_iter().find(|name| name.to_string_lossy().starts_with("ttyACM"));
        if let Some(name) = found {
            return Some(Path::new("/dev").join(name));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

impl Counter {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let reader = VirtualUsbReader::start("serial", folder.path(), UsbLayout::Serial).unwrap();
        reader.lay(&demo_card()).unwrap();
        let node = NodeName::new(folder.path());
        node.lead_to(port());
        let entry = json!({ "driver": "samv-serial", "path": node.as_str(), "name": "演示读卡器",
            "attestation": "virtual", "settings": { "baud": 115_200 } });
        Self { reader, post: Post::new(DeviceClass::IdCardReader, folder, &entry), node }
    }

    fn reads_again(&mut self) {
        self.reader.set_fault(ReaderFault::None);
        self.reader.lift();
        self.reader.lay(&demo_card()).unwrap();
        let outcome = self.post.run(READ, LONG);
        assert!(matches!(&outcome, Ok(Outcome::Card(reading)) if reading.name == "演示𠮷"), "{outcome:?}");
    }
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn serial_reader_on_a_port_of_the_kernels() {
    let mut counter = Counter::new();
    counter.reads_again();
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn serial_reader_pulled_in_mid_reading() {
    let mut counter = Counter::new();
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
    counter.node.lead_to(port());
    counter.reads_again();
}
