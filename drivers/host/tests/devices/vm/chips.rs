//! A CCID reader on USB: other people's reader (a gadget that the Python package usb-f-ccid serves), other people's driver
//! (libccid) and service (pcscd) and, where a card is to do something, our own card; elsewhere other people's card too.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use driver_contract::{ChipCardKind, DeviceClass, DeviceEvent, DeviceId, FaultCode, Outcome, Task, TaskNews};
use serde_json::json;
use virtual_devices::chip::{ChipFault, ChipSlot, VirtualChipCard};
use virtual_devices::gadget::{UsbGadget, UsbIdentity};

use super::{next, until};
use crate::pcscd::{Service, free_port};
use crate::post::{LONG, Post, told};

const NUMBER: &str = "A00000018";
const DRIVER: &str = "pcsc";
/// For faults that only a deadline ends.
const SOON: Duration = Duration::from_secs(8);

/// A plugged-in reader: the gadget and who serves its endpoints.
struct Plugged {
    gadget: UsbGadget,
    reader: Child,
    log: PathBuf,
}

impl Plugged {
    /// `card` is the reader's last argument.
    fn new(folder: &Path, card: &str) -> Self {
        // A composite gadget of Linux', which the suite adds to libccid's list.
        let identity =
            UsbIdentity { ids: (0x1d6b, 0x0104), maker: "usb-f-ccid", model: "CCID", serial: "DEMO-0001" };
        let mut gadget = UsbGadget::new("ccid", "ffs", &identity).unwrap();
        let endpoints = folder.join("endpoints");
        gadget.mount(&endpoints).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../chip/tests/ccid_reader.py");
        let packages = std::env::var("CCID_PACKAGES").expect("CCID_PACKAGES: tests/vm/ccid.txt, installed");
        let log = folder.join("reader.log");
        let mut reader = Command::new("python3")
            .arg(script)
            .arg(&endpoints)
            .arg(card)
            .env("PYTHONPATH", packages)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(reader.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "{}", std::fs::read_to_string(&log).unwrap());
        gadget.plug().unwrap();
        Self { gadget, reader, log }
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {
        self.gadget.pull();
        let _ = self.reader.kill();
        let _ = self.reader.wait();
        if std::thread::panicking() {
            eprintln!("the reader said: {}", std::fs::read_to_string(&self.log).unwrap_or_default());
        }
    }
}

struct Counter {
    /// Its endpoints lie in the post's folder, and go first.
    plugged: Option<Plugged>,
    post: Post,
    _service: Service,
    slot: ChipSlot,
    card: String,
}

impl Counter {
    /// No reader yet.
    fn new(card: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut service = Service::new(folder.path());
        service.start(false);
        let socket = service.socket();
        // Readers need no entry; the device is named as soon as it is found.
        let entry = json!({ "driver": DRIVER, "path": "nothing", "attestation": "virtual" });
        let post = Post::new(DeviceClass::ChipCardReader, folder, &entry);
        let post = post.with_environment(&[("PCSCLITE_CSOCK_NAME", socket.to_str().unwrap())]);
        let port = free_port();
        let card = card.map_or_else(|| port.to_string(), ToOwned::to_owned);
        Self { post, _service: service, slot: ChipSlot::new(port), card, plugged: None }
    }

    /// With a reader, and our card in it.
    fn whole() -> Self {
        let mut counter = Self::new(None);
        counter.plug();
        counter.insert(ChipFault::None);
        counter
    }

    fn plug(&mut self) {
        self.plugged = Some(Plugged::new(self.post.folder.path(), &self.card));
        until("the reader", || self.find().is_some());
        self.post.device = self.find().unwrap();
    }

    /// Pulls the reader and waits until nobody sees it any more.
    fn pull(&mut self) {
        self.plugged = None;
        until("the end of the reader", || self.find().is_none());
    }

    fn find(&mut self) -> Option<DeviceId> {
        let devices = self.post.client().list(LONG).unwrap();
        devices.into_iter().map(|info| info.id).find(|id| id.local().contains("CCID"))
    }

    fn insert(&mut self, fault: ChipFault) {
        self.slot.pull();
        // A hand takes its time; pcscd looks every 400 ms.
        std::thread::sleep(Duration::from_millis(1200));
        self.slot.insert(VirtualChipCard::new(NUMBER).with_fault(fault), LONG).unwrap();
    }

    fn reads_again(&mut self) {
        self.insert(ChipFault::None);
        let outcome = self.post.run(Task::ReadChip, LONG);
        let Ok(Outcome::Chip(reading)) = &outcome else { panic!("{outcome:?}") };
        let number = reading.card_number.as_deref();
        assert_eq!((reading.kind, number), (ChipCardKind::SocialSecurity, Some(NUMBER)));
        // The answer to reset, and the last answer.
        let raw = &reading.raw;
        assert!(raw.starts_with(&[0x3b, 0x85, 0x80, 0x01]) && raw.ends_with(b"A00000018\x90\x00"));
    }

    fn fails(&mut self, code: FaultCode) {
        self.post.fails(Task::ReadChip, SOON, code);
    }
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn ccid_reader_reads_a_card() {
    let mut counter = Counter::whole();
    let name = counter.post.device.local().to_owned();
    assert!(name.contains("CCID") && name.contains("DEMO-0001"), "as libccid names it: {name}");
    counter.reads_again();
    // One that wants another length and its answer fetched.
    counter.insert(ChipFault::Fetched);
    let outcome = counter.post.run(Task::ReadChip, LONG);
    assert!(matches!(&outcome, Ok(Outcome::Chip(reading)) if reading.card_number.as_deref() == Some(NUMBER)));
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn ccid_reader_with_a_card_of_others_that_answers_for_itself() {
    let mut counter = Counter::new(Some("openpgp"));
    counter.plug();
    // Its answer to reset was read and SELECT carried out: the card has no such application, in its own words.
    let fault = counter.post.fails(Task::ReadChip, LONG, FaultCode::ChipUnknown);
    assert!(fault.detail.contains("6A82"), "{fault:?}");
    let device = counter.post.device.clone();
    assert_eq!(counter.post.client().check_state(&device, LONG).unwrap(), []);
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn ccid_reader_without_a_card_and_one_that_comes_later() {
    let mut counter = Counter::new(None);
    counter.plug();
    counter.fails(FaultCode::NoChipCard);
    counter.reads_again();
    counter.slot.pull();
    std::thread::sleep(Duration::from_millis(1200));
    counter.fails(FaultCode::NoChipCard);
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn ccid_reader_whose_card_is_pulled_in_mid_reading() {
    let mut counter = Counter::new(None);
    counter.plug();
    counter.insert(ChipFault::PulledAtRecord);
    counter.fails(FaultCode::ChipPulled);
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn ccid_reader_with_a_card_that_is_mute_or_refuses() {
    let mut counter = Counter::new(None);
    counter.plug();
    counter.insert(ChipFault::Mute);
    counter.fails(FaultCode::ChipMute);
    counter.insert(ChipFault::Status { instruction: 0xb2, status: 0x6982 });
    counter.fails(FaultCode::ChipRefused);
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn ccid_reader_pulled_while_idle() {
    let mut counter = Counter::whole();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.pull();
    counter.fails(FaultCode::Unplugged);
    counter.plug();
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn ccid_reader_pulled_in_mid_reading() {
    let mut counter = Counter::new(None);
    counter.plug();
    // The answer takes long enough for somebody to stumble over the cable.
    counter.insert(ChipFault::Slow { delay_ms: 2000 });
    let device = counter.post.device.clone();
    let mut running = counter.post.client().begin(&device, Task::ReadChip, LONG).unwrap();
    loop {
        match running.next(LONG).expect("the reader says nothing") {
            TaskNews::Event(DeviceEvent::Present) => break,
            TaskNews::Event(_) => {}
            other => panic!("{other:?}"),
        }
    }
    std::thread::sleep(Duration::from_millis(500));
    counter.plugged = None;
    let fault = running.finish(drop).expect_err("a fault was injected");
    assert_eq!(fault.code, FaultCode::Unplugged, "{fault:?}");
    told(&fault);
    counter.plug();
    counter.reads_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn ccid_reader_told_by_itself_when_it_is_plugged_in_and_pulled() {
    let mut counter = Counter::new(None);
    let (sender, news) = channel();
    let client = counter.post.listen(move |notice| drop(sender.send(notice)));
    let _ = client.list(LONG).unwrap();
    for round in 0..3 {
        let plugged = Plugged::new(counter.post.folder.path(), &counter.card);
        let (device, event) = next(&news, DRIVER);
        let DeviceEvent::Plugged(info) = event else { panic!("round {round}: {event:?}") };
        assert!(info.id == device && device.local().contains("CCID"), "round {round}: {device:?}");
        drop(plugged);
        assert_eq!(next(&news, DRIVER), (device, DeviceEvent::Unplugged), "round {round}");
    }
}
