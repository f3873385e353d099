//! The document camera: a virtual camera that looks at a drawn page.

use std::path::{Path, PathBuf};
use std::time::Duration;

use driver_contract::{
    Accessibility, ColourMode, DeviceClass, DeviceEvent, Fault, FaultCode, Outcome, PixelFormat,
    ReceivedPage, ScanParameters, ScanSource, Task, TaskNews, Word,
};
use image::{Rgb, RgbImage};
use rustix::process::{Signal, kill_process};
use serde_json::json;
use virtual_devices::camera::{CameraFault, CameraOptions, CameraScene, VirtualCamera};

use crate::post::{LONG, Post, told};

const SIZE: (u32, u32) = (1280, 720);
/// For faults that only a deadline ends.
const SOON: Duration = Duration::from_secs(6);
/// Half the height of the page in the picture.
const HALF: f64 = 300.0;

fn scan(mode: ColourMode) -> Task {
    let (source, max_pages) = (ScanSource::Flatbed, Some(1));
    Task::Scan(ScanParameters { source, mode, dpi: 300, area: None, max_pages })
}

/// A page of text on a dark ground, turned by some degrees and moved to the right; as bright as `paper`.
fn scene(file: &Path, turned: f64, right: f64, paper: u8) {
    let half_width = HALF / std::f64::consts::SQRT_2;
    let (sine, cosine) = turned.to_radians().sin_cos();
    let picture = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let (x, y) = (f64::from(x) - 640.0 - right, f64::from(y) - 360.0);
        let (u, v) = (x * cosine + y * sine, y * cosine - x * sine);
        if u.abs() > half_width || v.abs() > HALF {
            return Rgb([40, 44, 52]);
        }
        // Lines of words: dark blocks with gaps.
        let line = v.rem_euclid(24.0) < 9.0 && v.abs() < HALF - 40.0 && u.abs() < half_width - 30.0;
        let word = (u + 7.0 * (v / 24.0).floor()).rem_euclid(31.0) < 23.0;
        if line && word { Rgb([paper / 6; 3]) } else { Rgb([paper; 3]) }
    });
    picture.save(file).unwrap();
}

struct Counter {
    post: Post,
    camera: VirtualCamera,
    place: PathBuf,
}

impl Counter {
    fn new() -> Self {
        Self::looking_at(|file| scene(file, 4.0, 0.0, 235))
    }

    fn looking_at(draw: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.png");
        draw(&file);
        let place = folder.path().join("camera");
        let options = CameraOptions {
            width: SIZE.0,
            height: SIZE.1,
            scene: CameraScene::Still(file),
            ..CameraOptions::default()
        };
        let camera = VirtualCamera::start(&place, options).unwrap();
        let entry = json!({ "driver": "document-stream", "path": place, "name": "演示高拍仪" });
        Self { post: Post::new(DeviceClass::DocumentCamera, folder, &entry), camera, place }
    }

    /// A page, taken without a word from anybody.
    fn takes(&mut self, mode: ColourMode, limit: Duration) -> Result<ReceivedPage, Fault> {
        let device = self.post.device.clone();
        let mut pages = Vec::new();
        let outcome = self.post.client().begin(&device, scan(mode), limit)?.finish(|news| {
            if let TaskNews::Page(page) = news {
                pages.push(page);
            }
        })?;
        assert_eq!(outcome, Outcome::Scanned { pages: 1, feeder_empty: false });
        assert_eq!(pages.len(), 1);
        Ok(pages.remove(0))
    }

    fn goes_on(&mut self) {
        self.camera.set_fault(None);
        let page = self.takes(ColourMode::Gray, LONG).unwrap();
        assert_eq!(page.header.page, 1);
    }

    fn shows(fault: CameraFault, code: FaultCode) {
        let mut counter = Self::new();
        counter.camera.set_fault(Some(fault));
        let found = counter.takes(ColourMode::Gray, SOON).expect_err("a fault was injected");
        assert_eq!(found.code, code, "{found:?}");
        told(&found);
        counter.goes_on();
    }

    fn sees(draw: impl FnOnce(&Path), code: FaultCode) {
        let mut counter = Self::looking_at(draw);
        let found = counter.takes(ColourMode::Gray, SOON).expect_err("a page that cannot be taken");
        assert_eq!((found.code, found.class), (code, DeviceClass::DocumentCamera), "{found:?}");
        told(&found);
        // By hand everything is taken: the officer decides.
        let device = counter.post.device.clone();
        let running = counter.post.client().begin(&device, scan(ColourMode::Gray), LONG).unwrap();
        running.tell(Word::Finish);
        let mut pages = 0;
        let outcome = running.finish(|news| pages += u32::from(matches!(news, TaskNews::Page(_))));
        assert_eq!((outcome.unwrap(), pages), (Outcome::Scanned { pages: 1, feeder_empty: false }, 1));
    }
}

/// One use of the device by a host that `prepare` has set up: for the recordings.
pub(crate) fn used(prepare: fn(&mut Post)) -> Post {
    let mut counter = Counter::new();
    prepare(&mut counter.post);
    counter.goes_on();
    counter.post
}

#[test]
fn a_page_that_lies_still_is_taken_straight_and_true_to_scale() {
    let mut counter = Counter::new();
    let page = counter.takes(ColourMode::Colour, LONG).unwrap();
    let header = page.header;
    assert_eq!(header.format, PixelFormat::Rgb8);
    // 600 pixels for 297 mm: what the camera has, and not the 300 dpi that were wished for.
    assert!((49..=52).contains(&header.dpi), "{header:?}");
    let ratio = f64::from(header.height) / f64::from(header.width);
    assert!((ratio - std::f64::consts::SQRT_2).abs() < 0.02, "{header:?}");
    // The ground is gone: every corner is paper.
    let pixel = |x: u32, y: u32| page.bytes[(y * header.stride + x * 3) as usize];
    for (x, y) in
        [(4, 4), (header.width - 5, 4), (4, header.height - 5), (header.width - 5, header.height - 5)]
    {
        assert!(pixel(x, y) > 180, "{} at {x},{y}", pixel(x, y));
    }
    let black = counter.takes(ColourMode::Lineart, LONG).unwrap();
    assert_eq!(black.header.format, PixelFormat::Bilevel);
}

#[test]
fn absent() {
    let mut counter = Counter::new();
    counter.camera.unplug();
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    let found = counter.takes(ColourMode::Gray, SOON).unwrap_err();
    assert!(matches!(found.code, FaultCode::NotFound | FaultCode::Unplugged), "{found:?}");
    counter.camera.plug().unwrap();
    counter.goes_on();
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    let other = counter.post.other_window();
    other.open(&device, LONG).unwrap();
    let found = counter.takes(ColourMode::Gray, SOON).unwrap_err();
    assert_eq!((found.code, found.held_by.as_deref()), (FaultCode::Busy, Some("所长室")));
    other.close(&device, LONG).unwrap();
    counter.goes_on();
}

#[test]
fn silent() {
    Counter::shows(CameraFault::Silent, FaultCode::CameraNoFrames);
}

#[test]
fn garbage() {
    Counter::shows(CameraFault::Garbage, FaultCode::ProtocolGarbage);
}

#[test]
fn truncated() {
    Counter::shows(CameraFault::Truncated, FaultCode::CameraPictureBroken);
}

#[test]
fn frozen() {
    Counter::shows(CameraFault::Frozen, FaultCode::CameraFrozen);
}

#[test]
fn lens_cap() {
    Counter::shows(CameraFault::Dark, FaultCode::PageNotFound);
}

#[test]
fn no_page() {
    Counter::sees(
        |file| {
            // A ground with a grain: of an even one a camera's pictures would be the same to the last byte.
            let grain = |x: u32, y: u32| (x * 7 + y * 13) as u8 % 9;
            let ground = |x, y| Rgb([40 + grain(x, y), 44 + grain(y, x), 52]);
            RgbImage::from_fn(SIZE.0, SIZE.1, ground).save(file).unwrap();
        },
        FaultCode::PageNotFound,
    );
}

#[test]
fn cut_off() {
    Counter::sees(|file| scene(file, 3.0, 560.0, 235), FaultCode::PageCutOff);
}

#[test]
fn too_dark() {
    Counter::sees(|file| scene(file, 2.0, 0.0, 84), FaultCode::PageTooDark);
}

#[test]
fn what_keeps_a_page_from_being_taken_is_told_meanwhile() {
    let mut counter = Counter::looking_at(|file| scene(file, 3.0, 560.0, 235));
    let device = counter.post.device.clone();
    let mut running = counter.post.client().begin(&device, scan(ColourMode::Gray), LONG).unwrap();
    loop {
        match running.next(LONG) {
            Some(TaskNews::Event(DeviceEvent::Warning(fault))) => {
                assert_eq!(fault.code, FaultCode::PageCutOff);
                break;
            }
            Some(TaskNews::Ended(ended)) => panic!("{ended:?}"),
            Some(_) => {}
            None => panic!("nothing was told"),
        }
    }
    running.cancel();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::Cancelled);
}

#[test]
fn unplugged_while_it_waits() {
    let mut counter = Counter::looking_at(|file| scene(file, 3.0, 560.0, 235));
    let camera = &counter.camera;
    let device = counter.post.device.clone();
    let mut running = counter.post.client().begin(&device, scan(ColourMode::Gray), LONG).unwrap();
    assert_eq!(running.next(LONG), Some(TaskNews::Event(DeviceEvent::Started)));
    camera.unplug();
    let found = running.finish(drop).unwrap_err();
    assert!(matches!(found.code, FaultCode::Unplugged | FaultCode::LineFailed), "{found:?}");
    told(&found);
    scene(&counter.post.folder.path().join("page.png"), 4.0, 0.0, 235);
    counter.camera.plug().unwrap();
    assert!(counter.place.exists());
}

#[test]
fn host_crashes_while_it_waits() {
    let mut counter = Counter::looking_at(|file| scene(file, 3.0, 560.0, 235));
    let fault = counter.post.fails_when(scan(ColourMode::Gray), FaultCode::HostCrashed, |_, pid| {
        kill_process(pid, Signal::KILL).unwrap();
    });
    assert_eq!(fault.class, DeviceClass::DocumentCamera);
    let found = counter.takes(ColourMode::Gray, SOON).unwrap_err();
    assert_eq!(found.code, FaultCode::PageCutOff, "the next host looks again");
}

#[test]
fn a_source_that_no_camera_has() {
    let mut counter = Counter::new();
    let (source, mode) = (ScanSource::FeederDuplex, ColourMode::Gray);
    let task = Task::Scan(ScanParameters { source, mode, dpi: 300, area: None, max_pages: None });
    counter.post.fails(task, SOON, FaultCode::BadParameters);
    counter.goes_on();
}
