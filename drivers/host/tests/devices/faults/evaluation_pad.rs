//! Evaluation pads: serial frames and HID reports.

use std::time::Duration;

use driver_contract::{
    Accessibility, DeviceClass, EvaluationParameters, EvaluationReading, Fault, FaultCode, Outcome, Running,
    Task,
};
use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};
use virtual_devices::evaluation::VirtualEvaluationPad;

use crate::post::{LONG, Post, told};

/// For faults that only a deadline ends.
const SOON: Duration = Duration::from_secs(3);

fn ask() -> Task {
    Task::Evaluate(EvaluationParameters { prompt: "请对本次服务评价".into() })
}

struct Counter {
    pad: VirtualEvaluationPad,
    post: Post,
}

fn score(ended: Result<Outcome, Fault>) -> Result<EvaluationReading, Fault> {
    match ended? {
        Outcome::Evaluated(reading) => Ok(*reading),
        other => panic!("{other:?}"),
    }
}

impl Counter {
    fn with(
        settings: &Value,
        start: impl Fn(&std::path::Path) -> std::io::Result<VirtualEvaluationPad>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pad");
        let pad = start(&path).unwrap();
        let entry = json!({ "driver": "evaluation-frames", "path": path.to_str().unwrap(), "name": "演示评价器",
            "attestation": "virtual", "settings": settings });
        Self { pad, post: Post::new(DeviceClass::EvaluationPad, folder, &entry) }
    }

    fn serial() -> Self {
        Self::with(&json!({ "model": "evaluation-serial" }), VirtualEvaluationPad::serial)
    }

    fn hid() -> Self {
        Self::with(&json!({ "model": "evaluation-hid" }), VirtualEvaluationPad::hid)
    }

    /// Begins, and waits until the pad has put the question.
    fn begin(&mut self, limit: Duration) -> Running {
        let before = self.pad.times_asked();
        let device = self.post.device.clone();
        let running = self.post.client().begin(&device, ask(), limit).unwrap();
        assert!(self.pad.wait_until_asked(before + 1, LONG), "the pad was not asked");
        running
    }

    /// The pad sends this instead of a key, and nobody presses another one until the deadline.
    fn shows(mut self, bytes: &[u8], code: FaultCode) {
        let running = self.begin(SOON);
        self.pad.send_raw(bytes);
        ends(running, code);
        self.evaluates_again();
    }

    /// The terminal is usable: whole again, the pad takes an evaluation.
    fn evaluates_again(&mut self) {
        let running = self.begin(LONG);
        self.pad.press(2);
        assert_eq!(score(running.finish(drop)).unwrap().score, 4);
    }
}

fn ends(running: Running, code: FaultCode) {
    let fault = running.finish(drop).expect_err("a fault was injected");
    assert_eq!(fault.code, code, "{fault:?}");
    told(&fault);
}

/// One use of the device by a host that `prepare` has set up: for the recordings.
pub(crate) fn used(prepare: fn(&mut Post)) -> Post {
    let mut counter = Counter::serial();
    prepare(&mut counter.post);
    counter.evaluates_again();
    counter.post
}

#[test]
fn absent() {
    let mut counter = Counter::serial();
    counter.pad.unplug();
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.post.fails(ask(), SOON, FaultCode::NotFound);
    counter.pad.plug().unwrap();
    counter.evaluates_again();
}

#[test]
fn denied() {
    let Counter { pad, post } = Counter::serial();
    let node = post.folder.path().join("pad");
    let mut post = post.without_rights_on(&node);
    assert_eq!(post.listed(), Accessibility::PermissionDenied);
    post.fails(ask(), SOON, FaultCode::PermissionDenied);
    drop(pad);
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::hid();
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    let fault = counter.post.fails(ask(), SOON, FaultCode::Busy);
    assert_eq!(fault.held_by.as_deref(), Some("所长室"));
    other.close(&counter.post.device, LONG).unwrap();
    counter.evaluates_again();
}

#[test]
fn unplugged_while_idle() {
    let mut counter = Counter::serial();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.pad.unplug();
    counter.post.fails(ask(), SOON, FaultCode::Unplugged);
    counter.pad.plug().unwrap();
    counter.evaluates_again();
}

#[test]
fn unplugged_while_asked() {
    let mut counter = Counter::hid();
    let running = counter.begin(LONG);
    counter.pad.unplug();
    ends(running, FaultCode::Unplugged);
    counter.pad.plug().unwrap();
    counter.evaluates_again();
}

#[test]
fn nobody_presses() {
    let mut counter = Counter::serial();
    let running = counter.begin(Duration::from_secs(1));
    ends(running, FaultCode::EvaluationTimedOut);
    counter.evaluates_again();
}

#[test]
fn host_killed_while_asked() {
    let mut counter = Counter::hid();
    let pid = counter.post.pid();
    let running = counter.begin(LONG);
    kill_process(pid, Signal::KILL).unwrap();
    ends(running, FaultCode::HostCrashed);
    counter.evaluates_again();
}

#[test]
fn garbage() {
    Counter::serial().shows(&[0x13, 0x37, 0x00, 0xff], FaultCode::ProtocolGarbage);
}

#[test]
fn garbage_reports() {
    Counter::hid().shows(&[0x13; 8], FaultCode::ProtocolGarbage);
}

#[test]
fn wrong_check_value() {
    Counter::serial().shows(&[0xaa, 0x55, 0x02, 0x01, 0x04, 0x0d], FaultCode::LineChecksum);
}

#[test]
fn truncated() {
    Counter::serial().shows(&[0xaa, 0x55, 0x02], FaultCode::WrongLength);
}

#[test]
fn unknown_key() {
    let counter = Counter::hid();
    let frame = counter.pad.frame(9);
    counter.shows(&frame, FaultCode::EvaluationUnknownKey);
}

#[test]
fn babbles_without_end() {
    let mut counter = Counter::serial();
    let running = counter.begin(LONG);
    // Each piece with its pause: a thousand bytes at once would be one trouble. A pad that is done with was let rest.
    while counter.pad.times_rested() == 0 {
        counter.pad.send_raw(&[0x00]);
        std::thread::sleep(Duration::from_millis(2));
    }
    ends(running, FaultCode::ProtocolGarbage);
    counter.evaluates_again();
}

#[test]
fn cancelled() {
    let mut counter = Counter::serial();
    let running = counter.begin(LONG);
    running.cancel();
    ends(running, FaultCode::Cancelled);
    counter.evaluates_again();
}

#[test]
fn pressed_before_it_was_asked() {
    let mut counter = Counter::hid();
    // Held open, so that the key waits in the node.
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    while !counter.pad.is_open() {
        std::thread::sleep(Duration::from_millis(5));
    }
    counter.pad.press(5);
    let running = counter.begin(Duration::from_secs(1));
    ends(running, FaultCode::EvaluationTimedOut);
    counter.evaluates_again();
}

#[test]
fn pressed_several_times() {
    let mut counter = Counter::serial();
    let running = counter.begin(LONG);
    let mut presses = counter.pad.frame(1);
    presses.extend(counter.pad.frame(5));
    presses.extend(counter.pad.frame(5));
    counter.pad.send_raw(&presses);
    let reading = score(running.finish(drop)).unwrap();
    assert_eq!((reading.score, reading.raw), (5, counter.pad.frame(1)), "the first press counts");
    // What was pressed after it is no answer to the next question.
    counter.evaluates_again();
}

#[test]
fn pressed_too_late() {
    let mut counter = Counter::serial();
    let running = counter.begin(Duration::from_secs(1));
    ends(running, FaultCode::EvaluationTimedOut);
    counter.pad.press(5);
    counter.evaluates_again();
}

#[test]
fn model_unknown() {
    let mut counter = Counter::with(&json!({ "model": "nobody's" }), VirtualEvaluationPad::serial);
    let fault = counter.post.fails(ask(), SOON, FaultCode::BadConfiguration);
    assert!(fault.detail.contains("nobody's"), "{fault:?}");
}
