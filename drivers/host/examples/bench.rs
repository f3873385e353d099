//! Figures of the device hosts: `make bench-devices`. Printed, never judged. The wire time stands beside what the program
//! adds to it, so that a slow PC shows as one.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench stops at the first surprise"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use driver_contract::{
    CardNews, DeviceClass, DeviceEvent, DeviceId, HostClient, HostLog, HostNotice, HostOptions, HostState,
    Task,
};
use serde_json::json;
use virtual_devices::samv::{ReaderOptions, VirtualCard, VirtualReader};

const LONG: Duration = Duration::from_secs(30);
/// The reader's rate, as a counter has it.
const BAUD: u32 = 115_200;
/// Bytes of one reading on the line: commands and answers of find (10 + 15), select (10 + 19), read (10 + 1295), and the
/// newest address, which this card does not have (10 + 11).
const READING_BYTES: u32 = 10 + 15 + 10 + 19 + 10 + 1295 + 10 + 11;
/// Time between two looks for a card, as the terminal has it.
const INTERVAL: Duration = Duration::from_millis(350);
/// A serial byte has a start bit and a stop bit.
const BITS: u32 = 10;

fn host_program() -> PathBuf {
    let me = std::env::current_exe().unwrap();
    me.parent().and_then(Path::parent).unwrap().join("device-host")
}

fn options(folder: &Path, entry: &serde_json::Value) -> HostOptions {
    let config = folder.join("devices.json");
    std::fs::write(&config, json!({ "devices": [entry] }).to_string()).unwrap();
    let mut options =
        HostOptions::new(host_program(), DeviceClass::IdCardReader, "柜台一", config, folder.join("locks"));
    options.log = HostLog::Discard;
    options
}

fn card() -> VirtualCard {
    serde_json::from_value(json!({
        "name": "演示𠮷", "sex_code": "1", "ethnic_group_code": "01", "birth_date": "1990-01-01",
        "address": "演示省江城市", "number": "999901199001010010", "issuing_office": "江城市公安局",
        "valid_from": "2015-01-01", "valid_until": "2035-01-01"
    }))
    .unwrap()
}

fn share(times: &mut [Duration], percent: usize) -> f64 {
    times.sort();
    times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1000.0
}

fn line(what: &str, milliseconds: f64, beside: &str) {
    println!("{what:<52} {milliseconds:>9.2} ms   {beside}");
}

/// A reader behind a host, at a rate or at once.
fn reader(folder: &Path, baud: Option<u32>) -> (VirtualReader, HostClient, DeviceId) {
    let link = folder.join("reader");
    let reader =
        VirtualReader::start(ReaderOptions { link: Some(link.clone()), baud, ..ReaderOptions::default() });
    let path = link.to_str().unwrap();
    let entry = json!({ "driver": "samv-serial", "path": path, "attestation": "virtual", "settings": { "baud": BAUD } });
    let client = HostClient::start(options(folder, &entry), |_| ()).unwrap();
    assert!(client.wait_until_running(LONG));
    (reader.unwrap(), client, DeviceId::new("samv-serial", path))
}

/// From the card on the reader to its reading at the terminal.
fn laid_to_read() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, client, device) = reader(folder.path(), Some(BAUD));
    let (sender, news) = channel();
    let watch =
        client.watch_cards(&device, INTERVAL, move |news| drop(sender.send((Instant::now(), news)))).unwrap();
    let wire = Duration::from_secs_f64(f64::from(READING_BYTES * BITS) / f64::from(BAUD));
    let (mut whole, mut added) = (Vec::new(), Vec::new());
    while !matches!(news.recv_timeout(LONG).unwrap().1, CardNews::Ready) {}
    for _ in 0..30 {
        let laid = Instant::now();
        reader.lay(&card()).unwrap();
        let mut found = laid;
        loop {
            let (at, one) = news.recv_timeout(LONG).unwrap();
            match one {
                CardNews::Present => found = at,
                CardNews::Read(_) => {
                    whole.push(at - laid);
                    added.push((at - found).saturating_sub(wire));
                    break;
                }
                CardNews::Failed(fault) | CardNews::Trouble(fault) => panic!("{fault:?}"),
                CardNews::Ready | CardNews::Removed => {}
            }
        }
        reader.lift();
        while !matches!(news.recv_timeout(LONG).unwrap().1, CardNews::Removed) {}
    }
    drop(watch);
    let wire = wire.as_secs_f64() * 1000.0;
    line(
        "card laid → reading at the terminal, median",
        share(&mut whole, 50),
        "a look every 350 ms among it",
    );
    line(
        "card found → reading, beside the wire, median",
        share(&mut added, 50),
        &format!("the wire {wire:.0} ms; goal 50 ms"),
    );
    line("card found → reading, beside the wire, 90 %", share(&mut added, 90), "");
}

/// From the kernel's word to the terminal's.
fn plugged_to_ready() {
    let preload = "libumockdev-preload.so.0";
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/devices/testbed.py");
    let mut bus = Command::new("/usr/bin/python3")
        .arg(script)
        .env("LD_PRELOAD", preload)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut asked, mut answers) =
        (bus.stdin.take().unwrap(), BufReader::new(bus.stdout.take().unwrap()).lines());
    let root = answers.next().unwrap().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let entry = json!({ "driver": "samv-serial", "path": "/dev/nothing" });
    let mut options = options(folder.path(), &entry);
    options.environment.push(("LD_PRELOAD".into(), preload.into()));
    options.environment.push(("UMOCKDEV_DIR".into(), root.into()));
    let (sender, news) = channel();
    let client =
        HostClient::start(options, move |notice| drop(sender.send((Instant::now(), notice)))).unwrap();
    assert!(client.wait_until_running(LONG));
    client.list(LONG).unwrap();
    let (mut plugged, mut pulled) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        for (word, times) in [("plug", &mut plugged), ("unplug", &mut pulled)] {
            writeln!(asked, "{word}").unwrap();
            answers.next().unwrap().unwrap();
            let begun = Instant::now();
            loop {
                let (at, notice) = news.recv_timeout(LONG).unwrap();
                if let HostNotice::Device {
                    event: DeviceEvent::Plugged(_) | DeviceEvent::Unplugged, ..
                } = notice
                {
                    times.push(at.saturating_duration_since(begun));
                    break;
                }
            }
        }
    }
    let _ = bus.kill();
    let _ = bus.wait();
    line("udev event → ready, median", share(&mut plugged, 50), "goal 1,000 ms");
    line("udev event → ready, slowest", share(&mut plugged, 100), "");
    line("udev event → gone, median", share(&mut pulled, 50), "");
}

/// Resident memory in KiB and open files of a process.
fn holds(pid: u32) -> (u64, usize) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kilobytes = resident.trim().trim_end_matches(" kB").trim().parse().unwrap();
    (kilobytes, std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count())
}

/// Many readings: nothing may grow, at the host or at the terminal's end.
fn many_readings(count: u32) {
    let folder = tempfile::tempdir().unwrap();
    let (reader, client, device) = reader(folder.path(), None);
    client.open(&device, LONG).unwrap();
    let read = || {
        reader.lay(&card()).unwrap();
        let outcome =
            client.begin(&device, Task::ReadCard { fingerprint: false }, LONG).unwrap().finish(drop);
        reader.lift();
        outcome.unwrap();
    };
    // Buffers and allocators have their size by then.
    for _ in 0..count / 30 {
        read();
    }
    let HostState::Running { pid } = client.state() else { panic!("the host runs") };
    let (before, mine) = (holds(pid), holds(std::process::id()));
    let begun = Instant::now();
    for _ in 0..count {
        read();
    }
    let each = begun.elapsed().as_secs_f64() * 1000.0 / f64::from(count);
    assert_eq!(client.state(), HostState::Running { pid }, "one host for all of them");
    let (after, mine_after) = (holds(pid), holds(std::process::id()));
    line(&format!("one of {count} readings in a row"), each, "");
    println!(
        "    the host: {} → {} KiB, {} → {} open files; the terminal's end: {} → {} KiB, {} → {} open files",
        before.0, after.0, before.1, after.1, mine.0, mine_after.0, mine.1, mine_after.1
    );
}

fn main() {
    let count = std::env::var("READINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(30_000);
    laid_to_read();
    plugged_to_ready();
    many_readings(count);
}
