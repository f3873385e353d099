//! A camera on a real or emulated USB port that libgphoto2 finds by itself.
//!
//! ```text
//! qemu-system-x86_64 … -device qemu-xhci -device usb-mtp,rootdir=/some/folder
//! CAMERA_GPHOTO2=list cargo test -p driver-camera --test gphoto2 -- --ignored --test-threads=1
//! ```
//!
//! QEMU's MTP device speaks PTP, lists and takes no pictures: as a telephone, it is a camera only if it is configured as
//! one. With a camera that does, `CAMERA_GPHOTO2=shoot` takes one.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use std::time::Duration;

use driver_camera::gphoto2::Gphoto2;
use driver_contract::{
    Accessibility, Attestation, Capabilities, CollectingContext, DeviceConfig, DriverFactory, FaultCode,
    Outcome, PhotoParameters, Task,
};

#[test]
#[ignore = "needs a camera: CAMERA_GPHOTO2"]
fn found_opened_and_asked() {
    let shoots = std::env::var("CAMERA_GPHOTO2").expect("CAMERA_GPHOTO2 allows it") == "shoot";
    let driver = Gphoto2::default();
    let telephone = DeviceConfig {
        driver: "gphoto2".to_owned(),
        path: "QEMU Virtual MTP".to_owned(),
        name: None,
        maker: None,
        attestation: Attestation::Virtual,
        record: None,
        settings: serde_json::Map::new(),
    };
    let configured = if shoots { Vec::new() } else { vec![telephone] };
    assert_eq!(driver.list(&[]).unwrap().is_empty(), !shoots);
    let found = driver.list(&configured).unwrap();
    let camera = found.first().expect("a camera is found");
    assert_eq!(camera.accessibility, Accessibility::Accessible);
    for _ in 0..2 {
        let mut open = driver.open(&camera.id, &configured).unwrap();
        assert!(matches!(open.info().capabilities, Capabilities::Camera { .. }));
        eprintln!("{:?}", open.info());
        let mut context = CollectingContext::new(Duration::from_secs(60));
        assert_eq!(open.run(&Task::CheckState, &mut context), Ok(Outcome::State(Vec::new())));
        let task = Task::TakePhoto(PhotoParameters { size: None, settings: Vec::new() });
        let outcome = open.run(&task, &mut context);
        if shoots {
            assert!(matches!(outcome, Ok(Outcome::Photo(_))) && context.pictures.len() == 1, "{outcome:?}");
        } else {
            assert_eq!(outcome.unwrap_err().code, FaultCode::Unsupported);
        }
    }
}
