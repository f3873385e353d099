//! What happens to a camera while its preview is on.

use std::time::{Duration, Instant};

use driver_contract::{FaultCode, Outcome, Running, TaskNews};
use rustix::process::{Signal, kill_process};
use virtual_devices::camera::CameraFault;

use super::{Counter, number_in, preview};
use crate::post::{LONG, told};

impl Counter {
    /// A preview that has shown its first picture.
    fn previewing(&mut self) -> Running {
        let device = self.post.device.clone();
        let mut running = self.post.client().begin(&device, preview(), LONG).unwrap();
        wait_for_picture(&mut running);
        running
    }
}

fn wait_for_picture(running: &mut Running) -> u32 {
    let end = Instant::now() + LONG;
    loop {
        assert!(Instant::now() < end, "no picture");
        match running.next(LONG) {
            Some(TaskNews::Picture(picture)) => return picture.header.number,
            Some(TaskNews::Ended(result)) => panic!("{result:?}"),
            _ => {}
        }
    }
}

fn ends_in(running: Running, code: FaultCode) {
    let fault = running.finish(drop).expect_err("a fault was injected");
    assert_eq!(fault.code, code, "{fault:?}");
    told(&fault);
}

#[test]
fn unplugged_in_mid_preview() {
    let mut counter = Counter::new();
    let running = counter.previewing();
    counter.camera.unplug();
    ends_in(running, FaultCode::Unplugged);
    counter.camera.plug().unwrap();
    counter.shoots_again();
}

#[test]
fn stops_in_mid_preview() {
    let mut counter = Counter::new();
    let running = counter.previewing();
    counter.camera.set_fault(Some(CameraFault::Silent));
    ends_in(running, FaultCode::CameraNoFrames);
    counter.camera.set_fault(None);
    counter.shoots_again();
}

#[test]
fn host_killed_in_mid_preview() {
    let mut counter = Counter::new();
    let pid = counter.post.pid();
    let running = counter.previewing();
    kill_process(pid, Signal::KILL).unwrap();
    ends_in(running, FaultCode::HostCrashed);
    counter.shoots_again();
}

#[test]
fn host_stopped_in_mid_preview() {
    let mut counter = Counter::new();
    counter.post = counter.post.with(|options| {
        options.ping_every = Duration::from_millis(200);
        options.ping_limit = Duration::from_secs(2);
    });
    let pid = counter.post.pid();
    let running = counter.previewing();
    kill_process(pid, Signal::STOP).unwrap();
    ends_in(running, FaultCode::HostHung);
    counter.shoots_again();
}

#[test]
fn frozen_in_mid_preview() {
    let mut counter = Counter::new();
    let running = counter.previewing();
    counter.camera.set_fault(Some(CameraFault::Frozen));
    ends_in(running, FaultCode::CameraFrozen);
    counter.camera.set_fault(None);
    counter.shoots_again();
}

#[test]
fn preview_cancelled() {
    let mut counter = Counter::new();
    let running = counter.previewing();
    running.cancel();
    assert_eq!(running.finish(drop), Ok(Outcome::Stopped));
    counter.shoots_again();
}

#[test]
fn shot_in_mid_preview_and_the_preview_goes_on() {
    let mut counter = Counter::new();
    let mut running = counter.previewing();
    counter.shoots_again();
    // The numbers go on too: one row for the whole preview, shot or not.
    let (mut last, mut shown) = (0, 0);
    let mut pictures = Vec::new();
    while shown < 10 {
        if let Some(TaskNews::Picture(picture)) = running.next(LONG) {
            assert!(picture.header.number > last, "{} after {last}", picture.header.number);
            last = picture.header.number;
            shown += 1;
            pictures.push(picture.bytes);
        }
    }
    counter.shoots_again();
    running.cancel();
    let ended = running.finish(|news| {
        if let TaskNews::Picture(picture) = news {
            assert!(picture.header.number > last);
            last = picture.header.number;
        }
    });
    assert_eq!(ended, Ok(Outcome::Stopped));
    let numbers: Vec<u32> = pictures.iter().map(|jpeg| number_in(jpeg).expect("torn")).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}
