//! The fingerprint sensor, libfprint's virtual one: it takes what it shows from a socket.

use std::path::PathBuf;
use std::time::Duration;

use driver_contract::{
    DeviceClass, DeviceEvent, DeviceId, FaultCode, Finger, FingerParameters, Outcome, Task, TaskNews,
};
use rustix::process::{Signal, kill_process};
use serde_json::json;
use virtual_devices::fingerprint::{SensorLine, SensorRetry, SensorTrouble, VirtualFinger};

use crate::post::{LONG, Post};

const CAPTURE: Task = Task::CaptureFinger(FingerParameters { finger: Finger::RightThumb, image: 1 });
/// For faults that only a deadline ends.
const SOON: Duration = Duration::from_secs(4);
const WIDTH: u32 = 256;
const HEIGHT: u32 = 288;

struct Counter {
    post: Post,
    socket: PathBuf,
    next: u64,
}

impl Counter {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // A folder of its own, so that rights on it are rights on the sensor.
        let place = folder.path().join("sensor");
        std::fs::create_dir(&place).unwrap();
        let socket = place.join("socket");
        let entry = json!({ "driver": "libfprint", "path": "virtual_image", "name": "演示指纹采集器",
            "attestation": "virtual" });
        let post = Post::new(DeviceClass::Fingerprint, folder, &entry);
        let post = post.with_environment(&[("FP_VIRTUAL_IMAGE", socket.to_str().unwrap())]);
        Self { post, socket, next: 1 }
    }

    /// Captures while `show` speaks for the sensor, which waits for a finger by then.
    fn capture(&mut self, limit: Duration, show: impl FnOnce(&mut SensorLine)) -> Result<Outcome, FaultCode> {
        let device = self.post.device.clone();
        let running = self.post.client().begin(&device, CAPTURE, limit).unwrap();
        let mut line = SensorLine::connect(&self.socket, LONG).unwrap();
        show(&mut line);
        running.finish(drop).map_err(|fault| {
            crate::post::told(&fault);
            fault.code
        })
    }

    fn draw(&mut self, finger: &VirtualFinger) -> Vec<u8> {
        self.next += 1;
        VirtualFinger { seed: self.next, ..finger.clone() }.draw(WIDTH, HEIGHT)
    }

    fn captures_again(&mut self) {
        let print = self.draw(&VirtualFinger::clear(0));
        let outcome = self.capture(LONG, |line| line.picture(WIDTH, HEIGHT, &print).unwrap());
        let Ok(Outcome::Finger(reading)) = &outcome else { panic!("{outcome:?}") };
        assert!(reading.quality.unwrap() >= 60, "{reading:?}");
    }

    /// Whatever the sensor shows of itself.
    fn shows(show: impl FnOnce(&mut SensorLine), code: FaultCode) {
        let mut counter = Self::new();
        assert_eq!(counter.capture(SOON, show).unwrap_err(), code);
        counter.captures_again();
    }

    /// A finger laid in this way.
    fn lays(finger: &VirtualFinger, code: FaultCode) {
        let mut counter = Self::new();
        let print = counter.draw(finger);
        let result = counter.capture(LONG, |line| line.picture(WIDTH, HEIGHT, &print).unwrap());
        assert_eq!(result.unwrap_err(), code);
        counter.captures_again();
    }
}

/// One use of the device by a host that `prepare` has set up: for the recordings.
pub(crate) fn used(prepare: fn(&mut Post)) -> Post {
    let mut counter = Counter::new();
    prepare(&mut counter.post);
    counter.captures_again();
    counter.post
}

#[test]
fn absent() {
    let mut counter = Counter::new();
    let there = std::mem::replace(&mut counter.post.device, DeviceId::new("libfprint", "elan"));
    counter.post.fails(CAPTURE, SOON, FaultCode::NotFound);
    counter.post.device = there;
    counter.captures_again();
}

#[test]
fn denied() {
    use std::os::unix::fs::PermissionsExt;
    let Counter { post, socket, next } = Counter::new();
    let place = socket.parent().unwrap().to_owned();
    let mut counter = Counter { post: post.without_rights_on(&place), socket, next };
    counter.post.fails(CAPTURE, SOON, FaultCode::PermissionDenied);
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o777)).unwrap();
    counter.captures_again();
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::new();
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    let fault = counter.post.fails(CAPTURE, SOON, FaultCode::Busy);
    assert_eq!(fault.held_by.as_deref(), Some("所长室"));
    other.close(&counter.post.device, LONG).unwrap();
    counter.captures_again();
}

#[test]
fn unplugged_while_idle() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    let print = counter.draw(&VirtualFinger::clear(0));
    // The line stays: the sensor hears of its plug while nobody asks anything of it.
    let running = counter.post.client().begin(&device, CAPTURE, LONG).unwrap();
    let mut line = SensorLine::connect(&counter.socket, LONG).unwrap();
    line.picture(WIDTH, HEIGHT, &print).unwrap();
    assert!(matches!(running.finish(drop), Ok(Outcome::Finger(_))));
    line.unplug().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    counter.post.fails(CAPTURE, SOON, FaultCode::Unplugged);
    counter.captures_again();
}

#[test]
fn unplugged_in_mid_capture() {
    Counter::shows(
        |line| {
            line.finger(true).unwrap();
            line.unplug().unwrap();
        },
        FaultCode::Unplugged,
    );
}

#[test]
fn hangs_with_a_finger_on_it() {
    Counter::shows(|line| line.finger(true).unwrap(), FaultCode::Timeout);
}

#[test]
fn host_killed_in_mid_capture() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    let pid = counter.post.pid();
    let running = counter.post.client().begin(&device, CAPTURE, LONG).unwrap();
    drop(SensorLine::connect(&counter.socket, LONG).unwrap());
    kill_process(pid, Signal::KILL).unwrap();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::HostCrashed);
    // The dead sensor's socket lies there still; nobody answers on it.
    counter.captures_again();
}

#[test]
fn garbage() {
    Counter::shows(|line| line.fail(SensorTrouble::Protocol).unwrap(), FaultCode::ProtocolGarbage);
}

#[test]
fn data_that_cannot_be_used() {
    Counter::shows(|line| line.fail(SensorTrouble::DataInvalid).unwrap(), FaultCode::ProtocolGarbage);
}

#[test]
fn truncated() {
    let half = vec![200; (WIDTH * HEIGHT / 2) as usize];
    Counter::shows(
        |line| {
            line.finger(true).unwrap();
            line.picture(WIDTH, HEIGHT, &half).unwrap();
        },
        FaultCode::Timeout,
    );
}

#[test]
fn line_broken() {
    Counter::shows(|line| line.fail(SensorTrouble::General).unwrap(), FaultCode::LineFailed);
}

#[test]
fn slow() {
    let mut counter = Counter::new();
    let print = counter.draw(&VirtualFinger::clear(0));
    let device = counter.post.device.clone();
    let running = counter.post.client().begin(&device, CAPTURE, LONG).unwrap();
    let mut line = SensorLine::connect(&counter.socket, LONG).unwrap();
    line.finger(true).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    line.picture(WIDTH, HEIGHT, &print).unwrap();
    line.finger(false).unwrap();
    let mut fingers = Vec::new();
    let outcome = running.finish(|event| {
        if let TaskNews::Event(event @ (DeviceEvent::FingerPresent | DeviceEvent::FingerRemoved)) = event {
            fingers.push(event);
        }
    });
    assert!(matches!(outcome, Ok(Outcome::Finger(_))), "{outcome:?}");
    assert_eq!(fingers.first(), Some(&DeviceEvent::FingerPresent));
    // Late is no fault; never is one.
    Counter::shows(|line| line.finger(true).unwrap(), FaultCode::Timeout);
}

#[test]
fn no_finger() {
    Counter::shows(|_| (), FaultCode::NoFinger);
}

#[test]
fn no_minutiae() {
    // Blank paper: NBIS, inside libfprint, finds nothing in it.
    let blank = vec![250; (WIDTH * HEIGHT) as usize];
    Counter::shows(|line| line.picture(WIDTH, HEIGHT, &blank).unwrap(), FaultCode::FingerQualityLow);
}

#[test]
fn not_a_print() {
    // Noise has what NBIS takes for minutiae, but no ridges.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let noise: Vec<u8> = (0..WIDTH * HEIGHT)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect();
    Counter::shows(|line| line.picture(WIDTH, HEIGHT, &noise).unwrap(), FaultCode::FingerNotAPrint);
}

#[test]
fn finger_at_the_edge() {
    let finger = VirtualFinger { centre: (0.22, 0.22), radius: (0.36, 0.36), ..VirtualFinger::clear(0) };
    Counter::lays(&finger, FaultCode::FingerOffCentre);
}

#[test]
fn finger_too_dry() {
    let finger = VirtualFinger { ridge: 215, valley: 245, ..VirtualFinger::clear(0) };
    Counter::lays(&finger, FaultCode::FingerTooDry);
}

#[test]
fn finger_too_wet() {
    let finger = VirtualFinger { ridge: 5, valley: 35, ..VirtualFinger::clear(0) };
    Counter::lays(&finger, FaultCode::FingerTooWet);
}

#[test]
fn finger_drawn_away() {
    Counter::shows(|line| line.retry(SensorRetry::TooShort).unwrap(), FaultCode::FingerMoved);
}

#[test]
fn finger_not_lifted() {
    Counter::shows(|line| line.retry(SensorRetry::Lift).unwrap(), FaultCode::FingerNotLifted);
}

#[test]
fn too_hot() {
    Counter::shows(|line| line.fail(SensorTrouble::TooHot).unwrap(), FaultCode::NotReadyYet);
}

#[test]
fn same_picture_twice() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    let print = counter.draw(&VirtualFinger::clear(0));
    let again = print.clone();
    let first = counter.capture(LONG, |line| line.picture(WIDTH, HEIGHT, &print).unwrap());
    assert!(matches!(first, Ok(Outcome::Finger(_))), "{first:?}");
    let second = counter.capture(LONG, |line| line.picture(WIDTH, HEIGHT, &again).unwrap());
    assert_eq!(second.unwrap_err(), FaultCode::CaptureReplayed);
    counter.captures_again();
}

#[test]
fn cancelled() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    let running = counter.post.client().begin(&device, CAPTURE, LONG).unwrap();
    drop(SensorLine::connect(&counter.socket, LONG).unwrap());
    running.cancel();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::Cancelled);
    counter.captures_again();
}
