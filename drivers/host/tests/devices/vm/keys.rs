//! Scanners that type, on an evdev node.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use driver_contract::{DeviceClass, DeviceEvent, FaultCode, Outcome, Running, Task, TaskNews};
use serde_json::json;
use virtual_devices::code::VirtualKeyboardScanner;

use super::NodeName;
use crate::post::{LONG, Post, told};

/// Another program that is a node's only reader (`EVIOCGRAB`) until it is dropped.
pub(super) struct Grabbing(Child);

impl Grabbing {
    pub(super) fn start(node: &str) -> Self {
        let script = "import fcntl, sys\nnode = open(sys.argv[1], 'rb')\nfcntl.ioctl(node, 0x40044590, 1)\n\
                      print('mine', flush=True)\nsys.stdin.read()";
        let mut child = Command::new("python3")
            .args(["-c", script, node])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "mine\n");
        Self(child)
    }
}

impl Drop for Grabbing {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Counter {
    scanner: VirtualKeyboardScanner,
    post: Post,
    node: NodeName,
}

impl Counter {
    fn new() -> Self {
        let scanner = VirtualKeyboardScanner::in_kernel().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let node = NodeName::new(folder.path());
        node.lead_to(scanner.event());
        let entry = json!({ "driver": "code-wedge", "path": node.as_str(), "name": "演示扫码枪",
            // How quick this machine is, is not what is asked.
            "attestation": "virtual", "settings": { "longest": 200, "key_gap_ms": 1000 } });
        Self { scanner, post: Post::new(DeviceClass::CodeScanner, folder, &entry), node }
    }

    fn watch(&mut self) -> Running {
        let device = self.post.device.clone();
        let mut running = self.post.client().begin(&device, Task::WatchCodes, Duration::MAX).unwrap();
        // What comes before the watch's first look is thrown away, and nothing on the line tells when that was.
        for probe in 0..50 {
            let probe = format!("PROBE-{probe}");
            self.scanner.type_text(&probe);
            while let Some(news) = running.next(Duration::from_millis(500)) {
                if matches!(&news, TaskNews::Event(DeviceEvent::CodeRead(reading)) if reading.text == probe) {
                    return running;
                }
            }
        }
        panic!("no code is read");
    }

    fn reads(&self, running: &mut Running, text: &str) {
        self.scanner.type_text(text);
        let event = until(running, |event| matches!(event, DeviceEvent::CodeRead(_)));
        let DeviceEvent::CodeRead(reading) = event else { panic!("{event:?}") };
        assert_eq!(reading.text, text);
    }
}

fn until(running: &mut Running, wanted: impl Fn(&DeviceEvent) -> bool) -> DeviceEvent {
    loop {
        match running.next(LONG).expect("the scanner says nothing") {
            TaskNews::Event(event) if wanted(&event) => return event,
            TaskNews::Event(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn stops(running: Running) {
    running.cancel();
    assert_eq!(running.finish(drop), Ok(Outcome::Stopped));
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn scanner_types_every_kind_of_letter_through_the_kernels_keyboard() {
    let mut counter = Counter::new();
    let mut running = counter.watch();
    counter.reads(&mut running, "DEMO-2026-0001");
    counter.reads(&mut running, "https://demo.invalid/q?a=[b]&c={D}|e~f_'\"\\`,;:.<>!@#$%^*()+ 0");
    stops(running);
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn scanner_types_a_key_that_no_code_has() {
    let mut counter = Counter::new();
    let mut running = counter.watch();
    counter.scanner.type_text("DEMO-演-0001");
    let event = until(&mut running, |event| matches!(event, DeviceEvent::Warning(_)));
    let DeviceEvent::Warning(fault) = event else { panic!("{event:?}") };
    assert_eq!(fault.code, FaultCode::CodeUnreadable, "{fault:?}");
    told(&fault);
    counter.reads(&mut running, "DEMO-2026-0002");
    stops(running);
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn scanner_pulled_while_watched_and_plugged_in_again() {
    let mut counter = Counter::new();
    let mut running = counter.watch();
    counter.scanner.unplug();
    until(&mut running, |event| matches!(event, DeviceEvent::Unplugged));
    counter.scanner.plug().unwrap();
    counter.node.lead_to(counter.scanner.event());
    // The watch opens the node again by itself.
    until(&mut running, |event| matches!(event, DeviceEvent::Plugged(_)));
    counter.reads(&mut running, "DEMO-2026-0003");
    stops(running);
}
