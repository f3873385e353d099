//! The camera, a virtual one whose frames come through a socket or a named pipe.

mod preview;

use std::path::{Path, PathBuf};
use std::time::Duration;

use driver_contract::{
    Accessibility, ControlKind, ControlSetting, DeviceClass, Fault, FaultCode, Outcome, PhotoParameters,
    PictureSize, PreviewParameters, Task, TaskNews,
};
use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
use serde_json::json;
use virtual_devices::camera::{
    CameraFault, CameraFormat, CameraOptions, CameraPlace, CameraScene, VirtualCamera, counter_of,
};

use crate::post::{LONG, Post};

const SIZE: PictureSize = PictureSize { width: 640, height: 480 };
/// For faults that only a deadline ends.
const SOON: Duration = Duration::from_secs(20);

pub(crate) fn photo() -> Task {
    Task::TakePhoto(PhotoParameters { size: None, settings: Vec::new() })
}

pub(crate) fn preview() -> Task {
    Task::Preview(PreviewParameters { size: SIZE, frames_per_second: 25, settings: Vec::new() })
}

/// The number that a picture of the pattern shows; `None` for one that was put together of two.
pub(crate) fn number_in(jpeg: &[u8]) -> Option<u32> {
    let grey = image::load_from_memory(jpeg).unwrap().to_luma8();
    counter_of(grey.as_raw(), grey.width() as usize, grey.height() as usize)
}

struct Counter {
    post: Post,
    camera: VirtualCamera,
    path: PathBuf,
}

impl Counter {
    fn new() -> Self {
        Self::with(CameraOptions::default())
    }

    fn with(options: CameraOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("camera");
        std::fs::create_dir(&place).unwrap();
        let path = place.join("frames");
        let camera = VirtualCamera::start(&path, options).unwrap();
        // Whatever the configuration says, it stays a virtual device.
        let entry = json!({ "driver": "camera-stream", "path": path, "name": "演示照相机",
            "attestation": "physical" });
        Self { post: Post::new(DeviceClass::Camera, folder, &entry), camera, path }
    }

    /// A shot: its number, after every check that a terminal makes.
    fn shot(&mut self) -> Result<u32, Fault> {
        let device = self.post.device.clone();
        let mut pictures = Vec::new();
        let outcome = self.post.client().begin(&device, photo(), SOON)?.finish(|news| {
            if let TaskNews::Picture(picture) = news {
                pictures.push(picture);
            }
        })?;
        let Outcome::Photo(reading) = outcome else { panic!("{outcome:?}") };
        assert_eq!(pictures.len(), 1);
        let picture = pictures.remove(0);
        assert_eq!(picture.provenance.as_ref(), Some(&reading.provenance));
        assert_eq!(reading.provenance.attestation, driver_contract::Attestation::Virtual);
        assert_eq!((picture.header.size, reading.size), (SIZE, SIZE));
        Ok(number_in(&picture.bytes).expect("one whole picture"))
    }

    fn shoots_again(&mut self) {
        let sent = self.camera.sent();
        let number = self.shot().unwrap();
        assert!(number > sent, "an old picture: {number} after {sent}");
    }

    /// The camera does this wrong while a shot is taken.
    fn does(fault: CameraFault, code: FaultCode) {
        Self::does_with(CameraOptions::default(), fault, code);
    }

    fn does_with(options: CameraOptions, fault: CameraFault, code: FaultCode) {
        let mut counter = Self::with(options);
        counter.camera.set_fault(Some(fault));
        counter.post.fails(photo(), SOON, code);
        counter.camera.set_fault(None);
        counter.shoots_again();
    }
}

/// One use of the device by a host that `prepare` has set up: for the recordings.
pub(crate) fn used(prepare: fn(&mut Post)) -> Post {
    let mut counter = Counter::new();
    prepare(&mut counter.post);
    counter.shoots_again();
    counter.post
}

#[test]
fn absent() {
    let mut counter = Counter::new();
    counter.camera.unplug();
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.post.fails(photo(), SOON, FaultCode::NotFound);
    counter.camera.plug().unwrap();
    counter.shoots_again();
}

#[test]
fn denied() {
    use std::os::unix::fs::PermissionsExt;
    let Counter { post, camera, path } = Counter::new();
    let place = path.parent().unwrap().to_owned();
    let mut counter = Counter { post: post.without_rights_on(&place), camera, path };
    counter.post.fails(photo(), SOON, FaultCode::PermissionDenied);
    assert_eq!(counter.post.listed(), Accessibility::PermissionDenied);
    let open_to_all = |path: &Path| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
    };
    open_to_all(&place);
    open_to_all(&counter.path);
    counter.shoots_again();
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::new();
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    let fault = counter.post.fails(photo(), SOON, FaultCode::Busy);
    assert_eq!(fault.held_by.as_deref(), Some("所长室"));
    other.close(&counter.post.device, LONG).unwrap();
    counter.shoots_again();
}

#[test]
fn busy_with_another_program() {
    let pipe = CameraOptions { place: CameraPlace::Pipe, ..CameraOptions::default() };
    let mut counter = Counter::with(pipe);
    let other =
        open(&counter.path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()).unwrap();
    flock(&other, FlockOperation::LockExclusive).unwrap();
    counter.post.fails(photo(), SOON, FaultCode::Busy);
    drop(other);
    counter.shoots_again();
}

#[test]
fn unplugged_while_idle() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.camera.unplug();
    counter.post.fails(photo(), SOON, FaultCode::Unplugged);
    counter.camera.plug().unwrap();
    counter.shoots_again();
}

#[test]
fn unplugged_in_mid_shot() {
    let mut counter = Counter::new();
    counter.camera.set_fault(Some(CameraFault::StopsInMidFrame));
    let Counter { post, camera, .. } = &mut counter;
    post.fails_when(photo(), FaultCode::Unplugged, |_, _| {
        assert!(camera.wait_until_watched(LONG));
        std::thread::sleep(Duration::from_millis(300));
        camera.unplug();
    });
    counter.camera.set_fault(None);
    counter.camera.plug().unwrap();
    counter.shoots_again();
}

#[test]
fn silent() {
    Counter::does(CameraFault::Silent, FaultCode::CameraNoFrames);
}

#[test]
fn stops_in_mid_frame() {
    Counter::does(CameraFault::StopsInMidFrame, FaultCode::CameraNoFrames);
}

#[test]
fn garbage() {
    Counter::does(CameraFault::Garbage, FaultCode::ProtocolGarbage);
}

#[test]
fn garbage_in_a_pipe() {
    let pipe = CameraOptions { place: CameraPlace::Pipe, ..CameraOptions::default() };
    Counter::does_with(pipe, CameraFault::Garbage, FaultCode::ProtocolGarbage);
}

#[test]
fn slow() {
    // Late is no fault.
    let mut counter = Counter::new();
    counter.camera.set_fault(Some(CameraFault::Slow));
    counter.shoots_again();
    counter.camera.set_fault(None);
    counter.shoots_again();
    // Slower than the deadline is one.
    counter.camera.set_fault(Some(CameraFault::Slow));
    counter.post.fails(photo(), Duration::from_millis(300), FaultCode::CameraNoFrames);
    counter.camera.set_fault(None);
    counter.shoots_again();
}

#[test]
fn frozen() {
    Counter::does(CameraFault::Frozen, FaultCode::CameraFrozen);
}

#[test]
fn truncated() {
    Counter::does(CameraFault::Truncated, FaultCode::CameraPictureBroken);
}

#[test]
fn truncated_raw() {
    let raw = CameraOptions { format: CameraFormat::Y4m, ..CameraOptions::default() };
    Counter::does_with(raw, CameraFault::Truncated, FaultCode::CameraPictureBroken);
}

#[test]
fn wrong_size() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.shoots_again();
    counter.camera.set_fault(Some(CameraFault::WrongSize));
    counter.post.fails(photo(), SOON, FaultCode::CameraWrongSize);
    counter.camera.set_fault(None);
    counter.shoots_again();
}

#[test]
fn no_light() {
    Counter::does(CameraFault::Dark, FaultCode::CameraTooDark);
}

#[test]
fn no_light_raw() {
    let raw = CameraOptions { format: CameraFormat::Y4m, ..CameraOptions::default() };
    Counter::does_with(raw, CameraFault::Dark, FaultCode::CameraTooDark);
}

#[test]
fn control_that_it_has_not() {
    let mut counter = Counter::new();
    let settings = vec![ControlSetting { kind: ControlKind::Zoom, value: Some(1_000_000) }];
    let task = Task::TakePhoto(PhotoParameters { size: None, settings });
    counter.post.fails(task, SOON, FaultCode::CameraControlRefused);
    counter.shoots_again();
}

#[test]
fn picture_of_nothing() {
    let mut counter = Counter::new();
    counter.camera.unplug();
    std::fs::write(&counter.path, "no picture").unwrap();
    counter.post.fails(photo(), SOON, FaultCode::ProtocolGarbage);
    std::fs::remove_file(&counter.path).unwrap();
    counter.camera.plug().unwrap();
    counter.shoots_again();
}

#[test]
fn wrong_setting() {
    let folder = tempfile::tempdir().unwrap();
    let entry = json!({ "driver": "camera-stream", "path": folder.path().join("frames"),
        "settings": { "framerate": 25 } });
    let mut post = Post::new(DeviceClass::Camera, folder, &entry);
    post.fails(photo(), SOON, FaultCode::BadConfiguration);
}

#[test]
fn shot_cancelled_while_nothing_comes() {
    let mut counter = Counter::new();
    counter.camera.set_fault(Some(CameraFault::Silent));
    let Counter { post, camera, .. } = &mut counter;
    post.fails_when(photo(), FaultCode::Cancelled, |running, _| {
        assert!(camera.wait_until_watched(LONG));
        running.cancel();
    });
    counter.camera.set_fault(None);
    counter.shoots_again();
}

#[test]
fn still_scene_of_a_picture_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scene.png");
    image::RgbImage::from_fn(320, 240, |x, y| image::Rgb([x as u8, y as u8, 128])).save(&file).unwrap();
    for format in [CameraFormat::Mjpeg, CameraFormat::Y4m] {
        let scene = CameraScene::Still(file.clone());
        let mut counter = Counter::with(CameraOptions { scene, format, ..CameraOptions::default() });
        let device = counter.post.device.clone();
        let outcome = counter.post.client().begin(&device, photo(), SOON).unwrap().finish(drop);
        assert!(matches!(outcome, Ok(Outcome::Photo(_))), "{outcome:?}");
    }
}
