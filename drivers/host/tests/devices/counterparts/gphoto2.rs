//! libgphoto2 itself, with its own camera on a folder ("Directory Browse"): it is listed, opened and asked; it takes no
//! pictures, and says so.

use std::time::Duration;

use driver_contract::{
    Accessibility, ControlKind, ControlSetting, DeviceClass, FaultCode, Outcome, PhotoParameters, Task,
};
use serde_json::json;

use crate::faults::camera::{photo, preview};
use crate::post::{LONG, Post};

const MODEL: &str = "Directory Browse";
const SOON: Duration = Duration::from_secs(20);

fn post(model: &str, port: impl FnOnce(&str) -> String) -> Post {
    let folder = tempfile::tempdir().unwrap();
    let pictures = folder.path().join("pictures");
    std::fs::create_dir(&pictures).unwrap();
    let port = port(pictures.to_str().unwrap());
    let entry = json!({ "driver": "gphoto2", "path": model, "name": "演示单反照相机", "attestation": "virtual",
        "settings": { "port": port } });
    Post::new(DeviceClass::Camera, folder, &entry)
}

#[test]
fn camera_on_a_folder() {
    let mut post = post(MODEL, |folder| format!("disk:{folder}"));
    assert_eq!(post.listed(), Accessibility::Accessible);
    let device = post.device.clone();
    let info = post.client().open(&device, LONG).unwrap();
    assert_eq!(info.model.model, MODEL);
    assert_eq!(post.run(Task::CheckState, SOON), Ok(Outcome::State(Vec::new())));
    post.fails(photo(), SOON, FaultCode::Unsupported);
    post.fails(preview(), SOON, FaultCode::Unsupported);
    let settings = vec![ControlSetting { kind: ControlKind::Iso, value: Some(400) }];
    let task = Task::TakePhoto(PhotoParameters { size: None, settings });
    post.fails(task, SOON, FaultCode::CameraControlRefused);
    // After every refusal it is there still.
    assert_eq!(post.run(Task::CheckState, SOON), Ok(Outcome::State(Vec::new())));
}

#[test]
fn no_such_port() {
    let mut post = post("USB PTP Class Camera", |_| "usb:250,250".to_owned());
    post.fails(photo(), SOON, FaultCode::NotFound);
}

#[test]
fn port_that_is_not_the_camera_s() {
    let mut post = post(MODEL, |_| "usb:250,250".to_owned());
    post.fails(photo(), SOON, FaultCode::Unsupported);
}

#[test]
fn unknown_model() {
    let mut post = post("Nobody's Camera", |folder| format!("disk:{folder}"));
    post.fails(photo(), SOON, FaultCode::NotFound);
}

#[test]
fn camera_that_is_not_plugged_in() {
    let folder = tempfile::tempdir().unwrap();
    let entry = json!({ "driver": "gphoto2", "path": "Canon EOS 80D" });
    let mut post = Post::new(DeviceClass::Camera, folder, &entry);
    assert_eq!(post.listed(), Accessibility::Absent);
    post.fails(photo(), SOON, FaultCode::NotFound);
}
