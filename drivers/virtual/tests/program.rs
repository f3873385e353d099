//! The program as the demonstration starts it: its control socket, its link, its end.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

struct Devices {
    folder: tempfile::TempDir,
    child: Child,
}

impl Devices {
    fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    fn start_in(folder: tempfile::TempDir) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_virtual-devices"))
            .arg("--reader")
            .arg(folder.path().join("reader"))
            .arg("--control")
            .arg(folder.path().join("control"))
            .arg("--camera")
            .arg(folder.path().join("camera"))
            .arg("--until-stdin-ends")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n");
        Self { folder, child }
    }

    fn talk(&self) -> Talk {
        let stream = UnixStream::connect(self.folder.path().join("control")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Talk(BufReader::new(stream))
    }
}

impl Drop for Devices {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Talk(BufReader<UnixStream>);

impl Talk {
    fn say(&mut self, order: &str) -> Value {
        self.0.get_mut().write_all(format!("{order}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        self.0.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

fn card(name: &str) -> Value {
    json!({
        "name": name, "sex_code": "1", "ethnic_group_code": "01", "birth_date": "1990-01-01",
        "address": "演示省", "number": "999901199001010010", "issuing_office": "江城市公安局",
        "valid_from": "2015-01-01", "valid_until": "long_term"
    })
}

fn ask_reader(path: &Path, frame: &[u8], answer: usize) -> Vec<u8> {
    let mut line = std::fs::File::options().read(true).write(true).open(path).unwrap();
    line.write_all(frame).unwrap();
    let mut bytes = vec![0; answer];
    line.read_exact(&mut bytes).unwrap();
    bytes
}

#[test]
fn orders_reach_the_reader() {
    let devices = Devices::start();
    let reader = devices.folder.path().join("reader");
    let mut talk = devices.talk();
    assert_eq!(talk.say(r#"{"do":"status"}"#)["status"]["card"], false);
    let find = [0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 3, 0x20, 0x01, 0x22];
    assert_eq!(ask_reader(&reader, &find, 11)[9], 0x80);
    let laid = talk.say(&json!({"do": "lay", "card": card("演示𠮷")}).to_string());
    assert_eq!((&laid["ok"], &laid["status"]["card"]), (&json!(true), &json!(true)));
    assert_eq!(ask_reader(&reader, &find, 15)[9], 0x9f);
    let fault = talk.say(r#"{"do":"fault","fault":{"kind":"checksum"}}"#);
    assert_eq!(fault["status"]["fault"]["kind"], "checksum");
    assert_eq!(ask_reader(&reader, &find, 15)[14], 0x97 ^ 0xff);
    assert_eq!(talk.say(r#"{"do":"unplug"}"#)["status"]["path"], Value::Null);
    assert!(!reader.exists());
    talk.say(r#"{"do":"plug"}"#);
    assert_eq!(devices.talk().say(r#"{"do":"lift"}"#)["status"]["card"], false);
    assert_eq!(ask_reader(&reader, &find, 11)[9], 0x80);
}

#[test]
fn wrong_orders_are_refused_with_a_reason_and_the_talk_goes_on() {
    let devices = Devices::start();
    let mut talk = devices.talk();
    for order in ["", "{}", r#"{"do":"burn"}"#, "not json", r#"{"do":"lay","card":{"nmae":"x"}}"#] {
        let answer = talk.say(order);
        assert_eq!((&answer["ok"], &answer["code"]), (&json!(false), &json!("virtual.bad_order")), "{order}");
    }
    let long = talk.say(&json!({"do": "lay", "card": card(&"长".repeat(16))}).to_string());
    assert_eq!(long["code"], "virtual.card_field_too_long");
    assert_eq!(talk.say(r#"{"do":"status"}"#)["ok"], true);
}

#[test]
fn it_ends_with_its_starter_and_leaves_nothing() {
    let mut devices = Devices::start();
    drop(devices.child.stdin.take());
    let end = Instant::now() + Duration::from_secs(20);
    while devices.child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "it lives on");
        std::thread::sleep(Duration::from_millis(10));
    }
    let left: Vec<_> = std::fs::read_dir(devices.folder.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn it_takes_the_place_of_one_that_was_killed_but_not_of_one_that_lives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let first = Devices::start_in(folder);
    let second = Command::new(env!("CARGO_BIN_EXE_virtual-devices"))
        .arg("--reader")
        .arg(path.join("other-reader"))
        .arg("--control")
        .arg(path.join("control"))
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(!second.success());
    let mut first = first;
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    assert!(path.join("control").exists(), "a killed program leaves its socket");
    let folder = std::mem::replace(&mut first.folder, tempfile::tempdir().unwrap());
    let again = Devices::start_in(folder);
    assert_eq!(again.talk().say(r#"{"do":"status"}"#)["ok"], true);
}

#[test]
fn the_camera_shows_its_pattern_to_whoever_reads() {
    use std::io::Read;
    let devices = Devices::start();
    let camera = UnixStream::connect(devices.folder.path().join("camera")).unwrap();
    camera.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut stream = Vec::new();
    (&camera).take(300_000).read_to_end(&mut stream).unwrap();
    let picture = image::load_from_memory(&stream).unwrap().to_luma8();
    assert_eq!(picture.dimensions(), (1280, 720));
    assert!(virtual_devices::camera::counter_of(picture.as_raw(), 1280, 720).is_some());
}
