//! Signature pads: a STU pad's reports, a tablet's events, a serial pad's frames.

use std::path::Path;
use std::time::Duration;

use driver_contract::{
    Accessibility, DeviceClass, DeviceEvent, Fault, FaultCode, Outcome, Running, SignatureParameters,
    SignatureReading, Task, TaskNews, Word,
};
use rustix::process::{Signal, kill_process};
use serde_json::json;
use virtual_devices::signature::{
    PenMove, StuFault, VirtualFramePad, VirtualStu, VirtualTablet, handwriting,
};

use crate::post::{LONG, Post, told};

fn sign(idle_ms: u32) -> Task {
    Task::Sign(SignatureParameters {
        title: "演示承诺书".into(),
        text: "演示".into(),
        screen: Vec::new(),
        idle_ms,
    })
}

/// A virtual pad, whatever its protocol.
trait VirtualPad: Sized {
    const DRIVER: &'static str;
    fn start(path: &Path) -> Self;
    fn forget(&self);
    fn ready(&self) -> bool;
    fn hand(&self) -> Vec<PenMove>;
    fn write(&self, moves: &[PenMove]);
}

macro_rules! virtual_pad {
    ($pad:ty, $driver:literal) => {
        impl VirtualPad for $pad {
            const DRIVER: &'static str = $driver;
            fn start(path: &Path) -> Self {
                Self::start(path).unwrap()
            }
            fn forget(&self) {
                self.forget();
            }
            fn ready(&self) -> bool {
                self.wait_until_ready(LONG)
            }
            fn hand(&self) -> Vec<PenMove> {
                handwriting(Self::FIELD.0, Self::FIELD.1, 200)
            }
            fn write(&self, moves: &[PenMove]) {
                self.write(moves);
            }
        }
    };
}
virtual_pad!(VirtualStu, "wacom-stu");
virtual_pad!(VirtualTablet, "pen-evdev");
virtual_pad!(VirtualFramePad, "signature-frames");

struct Counter<P> {
    pad: P,
    post: Post,
}

impl<P: VirtualPad> Counter<P> {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pad");
        let pad = P::start(&path);
        let entry = json!({ "driver": P::DRIVER, "path": path.to_str().unwrap(), "name": "演示签字板",
            "attestation": "virtual",
            "settings": { "model": "signature-frames", "keys": { "256": "finish", "258": "cancel" } } });
        Self { pad, post: Post::new(DeviceClass::SignaturePad, folder, &entry) }
    }

    /// Begins a signature and waits until the pad can be written on.
    fn begin(&mut self) -> Running {
        let device = self.post.device.clone();
        self.pad.forget();
        let running = self.post.client().begin(&device, sign(0), LONG).unwrap();
        assert!(self.pad.ready(), "the pad was not made ready");
        running
    }

    /// Signs, and says that it is enough once all points have come.
    fn signed(&mut self, moves: &[PenMove]) -> Result<SignatureReading, Fault> {
        let running = self.begin();
        self.pad.write(moves);
        finished(running, moves.len())
    }

    fn refuses(&mut self, moves: &[PenMove], code: FaultCode) {
        let fault = self.signed(moves).expect_err("a fault was injected");
        assert_eq!(fault.code, code, "{fault:?}");
        told(&fault);
    }

    /// Ends by itself with this fault.
    fn ends(&self, running: Running, code: FaultCode) {
        let fault = running.finish(drop).expect_err("a fault was injected");
        assert_eq!(fault.code, code, "{fault:?}");
        told(&fault);
    }

    /// The terminal is usable: whole again, the pad takes a signature.
    fn signs_again(&mut self) {
        let moves = self.pad.hand();
        let reading = self.signed(&moves).unwrap();
        assert_eq!(reading.points.len(), moves.len());
        assert!(!format!("{reading:?}").contains("pressure"), "a signature in a log");
    }
}

/// Waits for so many points, then says that it is enough.
fn finished(mut running: Running, points: usize) -> Result<SignatureReading, Fault> {
    let mut seen = 0;
    if points == 0 {
        running.tell(Word::Finish);
    }
    loop {
        match running.next(LONG).expect("the pad says nothing") {
            TaskNews::Event(DeviceEvent::Strokes(strokes)) => {
                seen += strokes.len();
                if seen >= points {
                    running.tell(Word::Finish);
                }
            }
            TaskNews::Ended(Ok(Outcome::Signature(reading))) => return Ok(*reading),
            TaskNews::Ended(Err(fault)) => return Err(fault),
            TaskNews::Ended(other) => panic!("{other:?}"),
            _ => {}
        }
    }
}

/// One use of the device by a host that `prepare` has set up: for the recordings.
pub(crate) fn used(prepare: fn(&mut Post)) -> Post {
    let mut counter = Counter::<VirtualStu>::new();
    prepare(&mut counter.post);
    counter.signs_again();
    counter.post
}

#[test]
fn absent() {
    let mut counter = Counter::<VirtualStu>::new();
    counter.pad.unplug();
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.post.fails(sign(0), LONG, FaultCode::NotFound);
    counter.pad.plug().unwrap();
    counter.signs_again();
}

#[test]
fn denied() {
    let Counter { pad, post } = Counter::<VirtualStu>::new();
    let node = post.folder.path().join("pad");
    let mut post = post.without_rights_on(&node);
    assert_eq!(post.listed(), Accessibility::PermissionDenied);
    post.fails(sign(0), LONG, FaultCode::PermissionDenied);
    drop(pad);
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::<VirtualStu>::new();
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    let fault = counter.post.fails(sign(0), LONG, FaultCode::Busy);
    assert_eq!(fault.held_by.as_deref(), Some("所长室"));
    other.close(&counter.post.device, LONG).unwrap();
    counter.signs_again();
}

#[test]
fn grabbed_by_another_program() {
    let mut counter = Counter::<VirtualTablet>::new();
    counter.pad.grab_for_another(true);
    counter.post.fails(sign(0), LONG, FaultCode::Busy);
    counter.pad.grab_for_another(false);
    counter.signs_again();
    assert!(!counter.pad.is_grabbed(), "after the signature the pen is everybody's again");
}

#[test]
fn unplugged_while_idle() {
    let mut counter = Counter::<VirtualStu>::new();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.pad.unplug();
    counter.post.fails(sign(0), LONG, FaultCode::Unplugged);
    counter.pad.plug().unwrap();
    counter.signs_again();
}

#[test]
fn unplugged_in_mid_signature() {
    let mut counter = Counter::<VirtualFramePad>::new();
    let running = counter.begin();
    let moves = counter.pad.hand();
    counter.pad.write(&moves[..40]);
    counter.pad.unplug();
    counter.ends(running, FaultCode::Unplugged);
    counter.pad.plug().unwrap();
    counter.signs_again();
}

#[test]
fn hangs() {
    let mut counter = Counter::<VirtualStu>::new();
    counter.pad.set_fault(StuFault::Silent);
    counter.post.fails(sign(0), LONG, FaultCode::Timeout);
    counter.pad.set_fault(StuFault::None);
    counter.signs_again();
}

#[test]
fn host_killed_in_mid_signature() {
    let mut counter = Counter::<VirtualTablet>::new();
    let pid = counter.post.pid();
    let running = counter.begin();
    kill_process(pid, Signal::KILL).unwrap();
    counter.ends(running, FaultCode::HostCrashed);
    counter.signs_again();
}

#[test]
fn garbage() {
    let mut counter = Counter::<VirtualStu>::new();
    counter.pad.set_fault(StuFault::Strange);
    let running = counter.begin();
    counter.pad.write(&counter.pad.hand());
    counter.ends(running, FaultCode::ProtocolGarbage);
    counter.pad.set_fault(StuFault::None);
    counter.signs_again();
}

#[test]
fn not_such_a_pad() {
    let mut counter = Counter::<VirtualStu>::new();
    counter.pad.set_fault(StuFault::OtherDevice);
    counter.post.fails(sign(0), LONG, FaultCode::ProtocolGarbage);
    counter.pad.set_fault(StuFault::None);
    counter.signs_again();
}

#[test]
fn encrypted() {
    let mut counter = Counter::<VirtualStu>::new();
    counter.pad.set_fault(StuFault::Encrypted);
    let running = counter.begin();
    counter.pad.write(&counter.pad.hand());
    counter.ends(running, FaultCode::Unsupported);
    counter.pad.set_fault(StuFault::None);
    counter.signs_again();
}

#[test]
fn truncated() {
    let mut counter = Counter::<VirtualStu>::new();
    counter.pad.set_fault(StuFault::Short);
    let running = counter.begin();
    counter.pad.write(&counter.pad.hand());
    counter.ends(running, FaultCode::WrongLength);
    counter.pad.set_fault(StuFault::None);
    counter.signs_again();
}

#[test]
fn wrong_check_value() {
    let mut counter = Counter::<VirtualFramePad>::new();
    let running = counter.begin();
    counter.pad.write_spoilt(&counter.pad.hand());
    counter.ends(running, FaultCode::LineChecksum);
    counter.signs_again();
}

#[test]
fn nothing_written() {
    let mut counter = Counter::<VirtualStu>::new();
    counter.refuses(&[], FaultCode::SignatureEmpty);
    counter.signs_again();
}

#[test]
fn too_short() {
    let mut counter = Counter::<VirtualTablet>::new();
    let moves = counter.pad.hand();
    counter.refuses(&moves[..8], FaultCode::SignatureTooShort);
    counter.signs_again();
}

#[test]
fn outside_of_the_field() {
    let mut counter = Counter::<VirtualStu>::new();
    let mut moves = counter.pad.hand();
    moves[120].x = VirtualStu::FIELD.0 + 1;
    counter.refuses(&moves, FaultCode::SignatureOutside);
    counter.signs_again();
}

#[test]
fn slow() {
    // The pad tells 80 points a second by its own clock.
    let mut counter = Counter::<VirtualStu>::new();
    let moves = handwriting(VirtualStu::FIELD.0, VirtualStu::FIELD.1, 80);
    counter.refuses(&moves, FaultCode::SignatureSparse);
    counter.signs_again();
}

#[test]
fn nobody_signs() {
    let mut counter = Counter::<VirtualStu>::new();
    counter.post.fails(sign(300), LONG, FaultCode::SignatureTimedOut);
    assert!(!counter.pad.is_inking(), "the pad is left at rest");
    counter.signs_again();
}

#[test]
fn declined_at_the_pad() {
    let mut counter = Counter::<VirtualFramePad>::new();
    let running = counter.begin();
    counter.pad.write(&counter.pad.hand());
    counter.pad.press(3);
    counter.ends(running, FaultCode::SignatureDeclined);
    counter.signs_again();
}

#[test]
fn cancelled() {
    let mut counter = Counter::<VirtualTablet>::new();
    let running = counter.begin();
    running.cancel();
    counter.ends(running, FaultCode::Cancelled);
    counter.signs_again();
}

#[test]
fn scribbled_without_end() {
    let mut counter = Counter::<VirtualTablet>::new();
    let hand = counter.pad.hand();
    let running = counter.begin();
    let endless: Vec<PenMove> = hand.iter().cycle().take(8000).copied().collect();
    // The pad goes on until the driver has had enough.
    std::thread::scope(|scope| {
        scope.spawn(|| counter.pad.write(&endless));
        counter.ends(running, FaultCode::WrongLength);
    });
    counter.signs_again();
}

#[test]
fn written_twice() {
    // The first name is wiped by the officer's word; only the second is kept.
    let mut counter = Counter::<VirtualStu>::new();
    let moves = counter.pad.hand();
    let mut running = counter.begin();
    counter.pad.write(&moves[..150]);
    let (mut seen, mut cleared) = (0, false);
    while !cleared {
        match running.next(Duration::from_secs(30)).expect("the pad says nothing") {
            TaskNews::Event(DeviceEvent::Strokes(strokes)) => {
                seen += strokes.len();
                if seen == 150 {
                    running.tell(Word::Clear);
                }
            }
            TaskNews::Event(DeviceEvent::Cleared) => cleared = true,
            TaskNews::Ended(ended) => panic!("{ended:?}"),
            _ => {}
        }
    }
    counter.pad.write(&moves);
    let reading = finished(running, moves.len()).unwrap();
    assert_eq!(reading.points.len(), moves.len());
    assert_eq!(reading.points[0].at_ms, 0);
    counter.signs_again();
}
