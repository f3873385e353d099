//! A reader is plugged in and pulled: udev's netlink group and the bus are umockdev's, so everything from libudev and
//! libusb on is what runs at a counter.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use driver_contract::{Connection, DeviceClass, DeviceEvent, DeviceId, HostNotice};
use serde_json::json;

use crate::post::{LONG, Post};

const PRELOAD: &str = "libumockdev-preload.so.0";

/// The bus, as the script beside this file makes it.
struct Bus {
    script: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Bus {
    /// An empty bus, and the folder that a program finds it by.
    fn new() -> (Self, String) {
        let mut script = Command::new("/usr/bin/python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/devices/testbed.py"))
            .env("LD_PRELOAD", PRELOAD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let asked = script.stdin.take().unwrap();
        let mut bus = Self { asked, answers: BufReader::new(script.stdout.take().unwrap()), script };
        let folder = bus.line();
        (bus, folder)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "the bus ended: installer/packages.sh build run test");
        line.trim_end().to_owned()
    }

    fn does(&mut self, what: &str) {
        writeln!(self.asked, "{what}").unwrap();
        assert_eq!(self.line(), "done");
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

/// The next word about a device; nobody has asked for one.
fn next(news: &Receiver<HostNotice>) -> (DeviceId, DeviceEvent) {
    loop {
        if let HostNotice::Device { device, event } = news.recv_timeout(LONG).expect("plugging is told") {
            return (device, event);
        }
    }
}

#[test]
fn a_reader_that_is_plugged_in_is_told_without_being_asked_for() {
    let (mut bus, folder) = Bus::new();
    let entry = json!({ "driver": "samv-serial", "path": "/dev/nothing", "attestation": "physical" });
    let mut post = Post::new(DeviceClass::IdCardReader, tempfile::tempdir().unwrap(), &entry)
        .with_environment(&[("LD_PRELOAD", PRELOAD), ("UMOCKDEV_DIR", &folder)]);
    let (sender, news) = channel();
    let client = post.listen(move |notice| drop(sender.send(notice)));
    let found = |devices: &[driver_contract::DeviceInfo]| {
        devices.iter().filter(|info| info.id.driver() == "samv-usb").count()
    };
    assert_eq!(found(&client.list(LONG).unwrap()), 0);
    for round in 0..3 {
        bus.does("plug");
        let (device, event) = next(&news);
        let DeviceEvent::Plugged(info) = event else { panic!("round {round}: {event:?}") };
        assert_eq!(info.connection, Connection::Usb { vendor: 0x0400, product: 0xc35a });
        assert_eq!((device.driver(), &device), ("samv-usb", &info.id));
        assert_eq!(found(&client.list(LONG).unwrap()), 1);
        bus.does("unplug");
        assert_eq!(next(&news), (device, DeviceEvent::Unplugged));
        assert_eq!(found(&client.list(LONG).unwrap()), 0);
    }
}
