//! A camera of the kernel: any, or the kernel's own test driver.
//!
//! ```text
//! modprobe vivid n_devs=1 node_types=0x1
//! CAMERA_V4L2=/dev/video0 cargo test -p driver-camera --test v4l2 -- --ignored --test-threads=1
//! ```
//!
//! Without the variable nothing is opened: the PC's own camera is nobody's test device. The tests whose name begins with
//! `vivid_` need the kernel's test driver, which can be told to fail; those with `uvc_` a USB camera made of software,
//! `uvc_camera.py`, whose mode file `CAMERA_UVC_MODE` names. `CAMERA_V4L2_UNBIND=1` (root) lets the last test take the camera
//! away from its driver in the middle of a preview.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use driver_camera::v4l2::V4l2Cameras;
use driver_contract::{
    Accessibility, CameraControl, Capabilities, CollectingContext, ControlKind, ControlSetting, DeviceConfig,
    DeviceId, DriverFactory, FaultCode, OpenDevice, Outcome, PhotoParameters, PictureSize, PreviewParameters,
    Task,
};

const LONG: Duration = Duration::from_secs(30);

fn node() -> PathBuf {
    PathBuf::from(std::env::var_os("CAMERA_V4L2").expect("CAMERA_V4L2 names the camera's node"))
}

fn open() -> Box<dyn OpenDevice> {
    V4l2Cameras.open(&id(), &[]).unwrap()
}

fn id() -> DeviceId {
    DeviceId::new("v4l2", node().to_str().unwrap())
}

fn capabilities(camera: &dyn OpenDevice) -> (Vec<PictureSize>, Vec<CameraControl>) {
    match &camera.info().capabilities {
        Capabilities::Camera { sizes, controls, preview: true } => (sizes.clone(), controls.clone()),
        other => panic!("{other:?}"),
    }
}

fn photo(settings: Vec<ControlSetting>) -> Task {
    Task::TakePhoto(PhotoParameters { size: None, settings })
}

fn preview(frames_per_second: u16) -> Task {
    let size = PictureSize { width: 1280, height: 720 };
    Task::Preview(PreviewParameters { size, frames_per_second, settings: Vec::new() })
}

/// Previews until the switch is thrown by a thread after `limit`.
fn previewed(
    camera: &mut dyn OpenDevice,
    limit: Duration,
) -> (CollectingContext, Result<Outcome, FaultCode>) {
    let mut context = CollectingContext::new(LONG);
    let switch = context.cancel_switch();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(limit);
        switch.store(true, Ordering::SeqCst);
        Instant::now()
    });
    let outcome = camera.run(&preview(25), &mut context).map_err(|fault| fault.code);
    let late = thread.join().unwrap().elapsed();
    if outcome.is_ok() {
        assert!(late < Duration::from_millis(500), "it ended {late:?} after it was told to");
    }
    (context, outcome)
}

#[test]
#[ignore = "needs a camera: CAMERA_V4L2"]
fn listed_with_what_it_can() {
    let found = V4l2Cameras.list(&[]).unwrap();
    let same = |local: &str| std::fs::canonicalize(local).ok() == std::fs::canonicalize(node()).ok();
    let camera = found.iter().find(|info| same(info.id.local())).expect("the camera is listed");
    assert_eq!(camera.accessibility, Accessibility::Accessible);
    let Capabilities::Camera { sizes, controls, .. } = &camera.capabilities else { panic!("{camera:?}") };
    assert!(!sizes.is_empty());
    assert!(sizes.is_sorted_by_key(|size| std::cmp::Reverse(size.width * size.height)), "{sizes:?}");
    eprintln!("{} sizes, the largest {:?}; controls {controls:?}", sizes.len(), sizes[0]);
}

#[test]
#[ignore = "needs a camera: CAMERA_V4L2"]
fn a_preview_flows_in_whole_pictures_and_ends_when_told() {
    let mut camera = open();
    let (context, outcome) = previewed(camera.as_mut(), Duration::from_secs(4));
    assert_eq!(outcome, Ok(Outcome::Stopped));
    assert!(context.frames.len() > 10, "{} pictures", context.frames.len());
    let mut last = 0;
    for frame in &context.frames {
        assert!(frame.header.number > last);
        last = frame.header.number;
        let picture = image::load_from_memory(&frame.bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (frame.header.size.width, frame.header.size.height));
    }
    eprintln!("{} of {last} pictures of {:?} in 4 s", context.frames.len(), context.frames[0].header.size);
}

#[test]
#[ignore = "needs a camera: CAMERA_V4L2"]
fn a_shot_has_the_largest_size_and_the_preview_goes_on_after_it() {
    let mut camera = open();
    let (sizes, _) = capabilities(camera.as_ref());
    for _ in 0..2 {
        let (before, outcome) = previewed(camera.as_mut(), Duration::from_secs(2));
        assert!(outcome.is_ok() && !before.frames.is_empty(), "{outcome:?}");
        let mut context = CollectingContext::new(LONG);
        let outcome = camera.run(&photo(Vec::new()), &mut context);
        let Ok(Outcome::Photo(reading)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(reading.size, sizes[0]);
        let picture = image::load_from_memory(&context.pictures[0].bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (sizes[0].width, sizes[0].height));
    }
}

#[test]
#[ignore = "needs a camera: CAMERA_V4L2"]
fn controls_are_set_for_the_shot_and_set_back() {
    let mut camera = open();
    let (_, controls) = capabilities(camera.as_ref());
    let Some(one) = controls.iter().find(|control| control.kind == ControlKind::Brightness) else {
        panic!("no brightness: {controls:?}")
    };
    let other = if one.value == one.most { one.most - one.step } else { one.value + one.step };
    let setting = ControlSetting { kind: one.kind, value: Some(other) };
    let mut context = CollectingContext::new(LONG);
    let Outcome::Photo(reading) = camera.run(&photo(vec![setting]), &mut context).unwrap() else { panic!() };
    assert_eq!(reading.settings, [setting]);
    drop(camera);
    let (_, after) = capabilities(open().as_ref());
    assert_eq!(after.iter().find(|control| control.kind == one.kind).unwrap().value, one.value);
}

#[test]
#[ignore = "needs a camera: CAMERA_V4L2"]
fn what_the_configuration_sets_is_set_at_a_shot_that_asks_for_nothing() {
    let (_, controls) = capabilities(open().as_ref());
    let one = controls.iter().find(|control| control.kind == ControlKind::Brightness).expect("brightness");
    let other = if one.value == one.most { one.most - one.step } else { one.value + one.step };
    let mut entry = DeviceConfig {
        driver: "v4l2".to_owned(),
        path: node().to_str().unwrap().to_owned(),
        name: None,
        maker: None,
        attestation: driver_contract::Attestation::Unattested,
        record: None,
        settings: serde_json::Map::new(),
    };
    entry.settings.insert("controls".to_owned(), serde_json::json!({ "brightness": other }));
    let mut camera = V4l2Cameras.open(&id(), &[entry]).unwrap();
    let mut context = CollectingContext::new(LONG);
    let Outcome::Photo(reading) = camera.run(&photo(Vec::new()), &mut context).unwrap() else { panic!() };
    assert_eq!(reading.settings, [ControlSetting { kind: one.kind, value: Some(other) }]);
}

#[test]
#[ignore = "needs a camera: CAMERA_V4L2"]
fn a_value_out_of_range_is_refused_and_a_shot_succeeds_afterwards() {
    let mut camera = open();
    let (_, controls) = capabilities(camera.as_ref());
    let refused = |camera: &mut dyn OpenDevice, kind: ControlKind, value: Option<i32>| {
        let mut context = CollectingContext::new(LONG);
        camera.run(&photo(vec![ControlSetting { kind, value }]), &mut context).unwrap_err().code
    };
    for control in controls.iter().filter(|control| control.most < i32::MAX) {
        let code = refused(camera.as_mut(), control.kind, Some(control.most + 1));
        assert_eq!(code, FaultCode::CameraControlRefused, "{:?}", control.kind);
    }
    assert_eq!(refused(camera.as_mut(), ControlKind::Aperture, Some(56)), FaultCode::CameraControlRefused);
    let mut context = CollectingContext::new(LONG);
    assert!(matches!(camera.run(&photo(Vec::new()), &mut context), Ok(Outcome::Photo(_))));
}

#[test]
#[ignore = "needs a camera: CAMERA_V4L2"]
fn busy_while_another_has_it_and_free_afterwards() {
    let (running, ready) = std::sync::mpsc::channel();
    let other = std::thread::spawn(move || {
        let mut context = CollectingContext::new(LONG);
        running.send(context.cancel_switch()).unwrap();
        open().run(&preview(25), &mut context).map_err(|fault| fault.code)
    });
    let switch = ready.recv().unwrap();
    // Long enough for the other one's first picture; what is asked is not how quick it is.
    std::thread::sleep(Duration::from_secs(2));
    let found = V4l2Cameras.list(&[]).unwrap();
    let same = |local: &str| std::fs::canonicalize(local).ok() == std::fs::canonicalize(node()).ok();
    let listed = found.iter().find(|info| same(info.id.local())).unwrap();
    assert_eq!(listed.accessibility, Accessibility::Busy { held_by: None });
    let mut second = CollectingContext::new(LONG);
    let outcome = open().run(&photo(Vec::new()), &mut second);
    assert_eq!(outcome.unwrap_err().code, FaultCode::Busy);
    switch.store(true, Ordering::SeqCst);
    assert_eq!(other.join().unwrap(), Ok(Outcome::Stopped));
    let mut third = CollectingContext::new(LONG);
    assert!(matches!(open().run(&photo(Vec::new()), &mut third), Ok(Outcome::Photo(_))));
}

/// One of vivid's controls for planted errors, by its name.
struct Plant {
    device: v4l::Device,
    id: u32,
}

impl Plant {
    fn new(name: &str) -> Self {
        let device = v4l::Device::with_path(node()).unwrap();
        let all = device.query_controls().unwrap();
        let found = all.iter().find(|control| control.name == name);
        let id = found.unwrap_or_else(|| panic!("vivid has no {name:?}")).id;
        Self { device, id }
    }

    fn set(&self, value: i64) {
        let value = v4l::control::Value::Integer(value);
        self.device.set_control(v4l::control::Control { id: self.id, value }).unwrap();
    }
}

fn shoots() {
    let mut context = CollectingContext::new(LONG);
    let outcome = open().run(&photo(Vec::new()), &mut context);
    assert!(matches!(outcome, Ok(Outcome::Photo(_))), "{outcome:?}");
}

fn fails() -> FaultCode {
    let mut context = CollectingContext::new(LONG);
    open().run(&photo(Vec::new()), &mut context).unwrap_err().code
}

#[test]
#[ignore = "needs vivid: CAMERA_V4L2"]
fn vivid_drops_every_picture() {
    let dropped = Plant::new("Percentage of Dropped Buffers");
    dropped.set(100);
    assert_eq!(fails(), FaultCode::CameraNoFrames);
    dropped.set(0);
    shoots();
}

#[test]
#[ignore = "needs vivid: CAMERA_V4L2"]
fn vivid_cannot_be_started() {
    Plant::new("Inject VIDIOC_STREAMON Error").set(1);
    assert_eq!(fails(), FaultCode::LineFailed);
    shoots();
}

#[test]
#[ignore = "needs vivid: CAMERA_V4L2"]
fn vivid_has_no_buffers() {
    Plant::new("Inject VIDIOC_REQBUFS Error").set(1);
    assert_eq!(fails(), FaultCode::LineFailed);
    shoots();
}

#[test]
#[ignore = "needs vivid: CAMERA_V4L2"]
fn vivid_marks_a_picture_as_damaged_and_the_next_one_is_taken() {
    let damage = Plant::new("Inject V4L2_BUF_FLAG_ERROR");
    let mut camera = open();
    let mut context = CollectingContext::new(LONG);
    let switch = context.cancel_switch();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(2));
        damage.set(1);
        std::thread::sleep(Duration::from_secs(2));
        switch.store(true, Ordering::SeqCst);
    });
    assert_eq!(camera.run(&preview(25), &mut context), Ok(Outcome::Stopped));
    thread.join().unwrap();
    shoots();
}

#[test]
#[ignore = "needs vivid: CAMERA_V4L2"]
fn vivid_breaks_in_mid_preview() {
    let broken = Plant::new("Inject Fatal Streaming Error");
    let mut camera = open();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(2));
        broken.set(1);
    });
    let (_, outcome) = previewed(camera.as_mut(), LONG);
    assert_eq!(outcome, Err(FaultCode::LineFailed));
    assert!(!camera.is_alive());
    drop(camera);
    thread.join().unwrap();
    shoots();
}

/// Tells the camera of `uvc_camera.py` to do something wrong.
fn uvc_does(word: &str) {
    let mode =
        std::env::var_os("CAMERA_UVC_MODE").expect("CAMERA_UVC_MODE names the mode file of uvc_camera.py");
    std::fs::write(mode, word).unwrap();
}

#[test]
#[ignore = "needs uvc_camera.py: CAMERA_V4L2, CAMERA_UVC_MODE"]
fn uvc_cuts_every_picture() {
    uvc_does("cut");
    assert_eq!(fails(), FaultCode::CameraPictureBroken);
    uvc_does("");
    shoots();
}

#[test]
#[ignore = "needs uvc_camera.py: CAMERA_V4L2, CAMERA_UVC_MODE"]
fn uvc_stands_still() {
    uvc_does("frozen");
    assert_eq!(fails(), FaultCode::CameraFrozen);
    uvc_does("");
    shoots();
}

#[test]
#[ignore = "needs root: CAMERA_V4L2, CAMERA_V4L2_UNBIND"]
fn taken_away_in_mid_preview() {
    assert!(std::env::var_os("CAMERA_V4L2_UNBIND").is_some(), "CAMERA_V4L2_UNBIND=1 allows it");
    let name = node().file_name().unwrap().to_str().unwrap().to_owned();
    let interface =
        std::fs::canonicalize(Path::new("/sys/class/video4linux").join(name).join("device")).unwrap();
    let driver = std::fs::canonicalize(interface.join("driver")).unwrap();
    let place = interface.file_name().unwrap().to_str().unwrap().to_owned();
    let mut camera = open();
    let thread = std::thread::spawn({
        let (driver, place) = (driver.clone(), place.clone());
        move || {
            std::thread::sleep(Duration::from_secs(2));
            std::fs::write(driver.join("unbind"), place).unwrap();
        }
    });
    let (_, outcome) = previewed(camera.as_mut(), LONG);
    assert_eq!(outcome, Err(FaultCode::Unplugged));
    assert!(!camera.is_alive());
    drop(camera);
    thread.join().unwrap();
    std::fs::write(driver.join("bind"), place).unwrap();
    std::thread::sleep(Duration::from_secs(2));
    let mut context = CollectingContext::new(LONG);
    assert!(matches!(open().run(&photo(Vec::new()), &mut context), Ok(Outcome::Photo(_))));
}
