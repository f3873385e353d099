//! Pads: a STU pad and an evaluation pad on hidraw, a pen screen on evdev.

use std::io::Cursor;
use std::sync::mpsc::channel;
use std::time::Duration;

use driver_contract::{
    Accessibility, DeviceClass, DeviceEvent, EvaluationParameters, Fault, FaultCode, Outcome, Running,
    SignatureParameters, SignatureReading, Task, TaskNews, Word,
};
use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use serde_json::json;
use virtual_devices::evaluation::VirtualEvaluationPad;
use virtual_devices::signature::{PenMove, StuFault, VirtualPenScreen, VirtualStu, handwriting};

use super::{NodeName, next};
use crate::post::{LONG, Post, told};

/// A picture of the size of the pad's display.
fn words() -> GrayImage {
    GrayImage::from_fn(320, 200, |x, y| Luma([if (x * 7 + y * 13) % 11 < 4 { 0 } else { 255 }]))
}

fn sign() -> Task {
    let mut screen = Cursor::new(Vec::new());
    DynamicImage::from(words()).write_to(&mut screen, ImageFormat::Png).unwrap();
    let (title, text, screen) = ("演示承诺书".into(), "演示".into(), screen.into_inner());
    Task::Sign(SignatureParameters { title, text, screen, idle_ms: 0 })
}

fn post(class: DeviceClass, driver: &str, settings: &serde_json::Value) -> (Post, NodeName) {
    let folder = tempfile::tempdir().unwrap();
    let node = NodeName::new(folder.path());
    let entry = json!({ "driver": driver, "path": node.as_str(), "name": "演示", "attestation": "virtual",
        "settings": settings });
    (Post::new(class, folder, &entry), node)
}

/// Waits for so many points, then says that it is enough.
fn finished(mut running: Running, points: usize) -> Result<SignatureReading, Fault> {
    let mut seen = 0;
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

fn same(reading: &SignatureReading, moves: &[PenMove]) {
    assert_eq!(reading.points.len(), moves.len());
    for (point, pen) in reading.points.iter().zip(moves).filter(|(_, pen)| pen.down) {
        assert_eq!((i64::from(point.x), i64::from(point.y)), (i64::from(pen.x), i64::from(pen.y)));
        assert_eq!(point.pressure, pen.pressure);
    }
}

fn ends(running: Running, code: FaultCode) {
    let fault = running.finish(drop).expect_err("a fault was injected");
    assert_eq!(fault.code, code, "{fault:?}");
    told(&fault);
}

struct Stu {
    pad: VirtualStu,
    post: Post,
    node: NodeName,
}

impl Stu {
    fn new() -> Self {
        let pad = VirtualStu::in_kernel().unwrap();
        let (post, node) = post(DeviceClass::SignaturePad, "wacom-stu", &json!({}));
        node.lead_to(pad.hidraw());
        Self { pad, post, node }
    }

    fn begin(&mut self) -> Running {
        self.pad.forget();
        let device = self.post.device.clone();
        let running = self.post.client().begin(&device, sign(), LONG).unwrap();
        assert!(self.pad.wait_until_ready(LONG), "the pad was not made ready");
        running
    }

    fn signs(&mut self) {
        let moves = handwriting(VirtualStu::FIELD.0, VirtualStu::FIELD.1, 200);
        let running = self.begin();
        assert!(self.pad.display() == Some(words()), "the words stand on the display, dot for dot");
        self.pad.write(&moves);
        same(&finished(running, moves.len()).unwrap(), &moves);
        assert!(self.pad.display().is_none(), "nobody's words stay there");
        assert!(!self.pad.is_inking(), "the pad is left at rest");
    }
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn stu_pad_signs_on_its_hidraw_node() {
    let mut counter = Stu::new();
    counter.signs();
    counter.signs();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn stu_pad_pulled_while_idle() {
    let mut counter = Stu::new();
    counter.signs();
    counter.pad.unplug();
    let fault = counter.post.run(sign(), LONG).expect_err("a fault was injected");
    // The name that udev gave leads nowhere, or the open node says that its device has gone.
    assert!(matches!(fault.code, FaultCode::Unplugged | FaultCode::NotFound), "{fault:?}");
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.pad.plug().unwrap();
    counter.node.lead_to(counter.pad.hidraw());
    counter.signs();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn stu_pad_pulled_in_mid_signature() {
    let mut counter = Stu::new();
    let running = counter.begin();
    let moves = handwriting(VirtualStu::FIELD.0, VirtualStu::FIELD.1, 200);
    counter.pad.write(&moves[..40]);
    counter.pad.unplug();
    ends(running, FaultCode::Unplugged);
    counter.pad.plug().unwrap();
    counter.node.lead_to(counter.pad.hidraw());
    counter.signs();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn stu_pad_that_answers_nothing() {
    let mut counter = Stu::new();
    counter.pad.set_fault(StuFault::Silent);
    let fault = counter.post.run(sign(), LONG).expect_err("a fault was injected");
    // uhid ends a question that nobody answers with EIO, which is also what a pulled device says; USB's own code has a
    // timeout for it.
    assert_eq!(fault.code, FaultCode::Unplugged, "{fault:?}");
    told(&fault);
    counter.pad.set_fault(StuFault::None);
    counter.signs();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn stu_pad_that_knows_no_reports_with_a_time() {
    let mut counter = Stu::new();
    counter.pad.set_fault(StuFault::WithoutTime);
    counter.signs();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn stu_pad_told_by_itself_when_it_is_plugged_in() {
    let (mut post, node) = post(DeviceClass::SignaturePad, "wacom-stu", &json!({}));
    let (sender, news) = channel();
    let client = post.listen(move |notice| drop(sender.send(notice)));
    let _ = client.list(LONG).unwrap();
    for _ in 0..2 {
        let pad = VirtualStu::in_kernel().unwrap();
        let path = pad.hidraw().unwrap();
        let (device, event) = next(&news, "wacom-stu");
        assert!(matches!(&event, DeviceEvent::Plugged(_)), "{event:?}");
        assert_eq!(std::path::Path::new(device.local()), path);
        pad.unplug();
        assert_eq!(next(&news, "wacom-stu"), (device, DeviceEvent::Unplugged));
    }
    drop(node);
}

struct Screen {
    screen: VirtualPenScreen,
    post: Post,
    node: NodeName,
}

impl Screen {
    fn new() -> Self {
        let screen = VirtualPenScreen::in_kernel().unwrap();
        let (post, node) = post(DeviceClass::SignaturePad, "pen-evdev", &json!({}));
        node.lead_to(screen.event());
        Self { screen, post, node }
    }

    fn begin(&mut self) -> Running {
        let device = self.post.device.clone();
        let running = self.post.client().begin(&device, sign(), LONG).unwrap();
        assert!(self.screen.wait_until_open(true, LONG), "nobody reads the node");
        // Between opening and reading lie a few calls of the driver's, which nobody outside can see.
        std::thread::sleep(Duration::from_secs(1));
        running
    }

    fn signs(&mut self) {
        let moves = handwriting(VirtualPenScreen::FIELD.0, VirtualPenScreen::FIELD.1, 200);
        let running = self.begin();
        self.screen.write(&moves);
        let reading = finished(running, moves.len()).unwrap();
        assert_eq!((reading.width, reading.height, reading.pressure), (20_000, 12_000, 8191));
        same(&reading, &moves);
    }
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn pen_screen_signs_on_its_evdev_node() {
    let mut counter = Screen::new();
    counter.signs();
    counter.signs();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn pen_screen_pulled_in_mid_signature() {
    let mut counter = Screen::new();
    let running = counter.begin();
    let moves = handwriting(VirtualPenScreen::FIELD.0, VirtualPenScreen::FIELD.1, 200);
    counter.screen.write(&moves[..40]);
    counter.screen.unplug();
    ends(running, FaultCode::Unplugged);
    counter.screen.plug().unwrap();
    counter.node.lead_to(counter.screen.event());
    counter.signs();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn pen_screen_grabbed_by_another_program() {
    let mut counter = Screen::new();
    let other = super::keys::Grabbing::start(counter.node.as_str());
    let fault = counter.post.run(sign(), LONG).expect_err("a fault was injected");
    assert_eq!(fault.code, FaultCode::Busy, "{fault:?}");
    drop(other);
    counter.signs();
}

fn ask() -> Task {
    Task::Evaluate(EvaluationParameters { prompt: "请对本次服务评价".into() })
}

struct Evaluation {
    pad: VirtualEvaluationPad,
    post: Post,
    node: NodeName,
}

impl Evaluation {
    fn new() -> Self {
        let pad = VirtualEvaluationPad::in_kernel().unwrap();
        let settings = json!({ "model": "evaluation-hid" });
        let (post, node) = post(DeviceClass::EvaluationPad, "evaluation-frames", &settings);
        node.lead_to(pad.hidraw());
        Self { pad, post, node }
    }

    fn begin(&mut self) -> Running {
        let before = self.pad.times_asked();
        let device = self.post.device.clone();
        let running = self.post.client().begin(&device, ask(), LONG).unwrap();
        assert!(self.pad.wait_until_asked(before + 1, LONG), "the pad was not asked");
        running
    }

    fn evaluates(&mut self) {
        let running = self.begin();
        self.pad.press(2);
        let Ok(Outcome::Evaluated(reading)) = running.finish(drop) else { panic!("no evaluation") };
        assert_eq!(reading.score, 4);
    }
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn evaluation_pad_asks_and_is_answered_on_its_hidraw_node() {
    let mut counter = Evaluation::new();
    counter.evaluates();
    counter.evaluates();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn evaluation_pad_pulled_while_asked() {
    let mut counter = Evaluation::new();
    let running = counter.begin();
    counter.pad.unplug();
    ends(running, FaultCode::Unplugged);
    counter.pad.plug().unwrap();
    counter.node.lead_to(counter.pad.hidraw());
    counter.evaluates();
}
