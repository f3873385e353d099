//! libfprint itself, with its virtual image sensor, and with recordings of real sensors that its own tests use: each
//! recording comes with the picture that must come out, to the last pixel.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use driver_contract::{
    Accessibility, Capabilities, DeviceClass, DeviceId, Finger, FingerParameters, FingerReading, Outcome,
    ReceivedPage, Task, TaskNews, sm3_hex,
};
use serde_json::json;
use virtual_devices::fingerprint::{SensorLine, VirtualFinger};

use super::recordings;
use crate::post::{LONG, Post};

const CAPTURE: Task = Task::CaptureFinger(FingerParameters { finger: Finger::LeftThumb, image: 2 });

/// Names the recording to the test that runs inside the replay.
const REPLAYED: &str = "FINGER_REPLAYED";

fn post(driver: &str, variables: &[(&str, &str)]) -> Post {
    let entry = json!({ "driver": "libfprint", "path": driver, "attestation": "virtual" });
    let post = Post::new(DeviceClass::Fingerprint, tempfile::tempdir().unwrap(), &entry);
    if variables.is_empty() { post } else { post.with_environment(variables) }
}

/// One capture: what was said of it, and its picture.
fn capture(
    post: &mut Post,
    device: &DeviceId,
    show: impl FnOnce(),
) -> Result<(FingerReading, ReceivedPage), driver_contract::Fault> {
    let running = post.client().begin(device, CAPTURE, LONG).unwrap();
    show();
    let mut pages = Vec::new();
    let outcome = running.finish(|news| {
        if let TaskNews::Page(page) = news {
            pages.push(page);
        }
    })?;
    let Outcome::Finger(reading) = outcome else { panic!("{outcome:?}") };
    assert_eq!(pages.len(), 1);
    Ok((*reading, pages.remove(0)))
}

#[test]
fn virtual_image_sensor() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let mut post = post("virtual_image", &[("FP_VIRTUAL_IMAGE", socket.to_str().unwrap())]);
    let devices = post.client().list(LONG).unwrap();
    let sensor = devices.iter().find(|info| info.id == post_device(&post)).unwrap();
    assert_eq!(sensor.capabilities, Capabilities::Fingerprint { dpi: 500, images: true });
    assert_eq!(sensor.model.model, "Virtual image device for debugging");
    for seed in 1..=3 {
        let print = VirtualFinger::clear(seed).draw(252, 236);
        let device = post_device(&post);
        let (reading, page) = capture(&mut post, &device, || {
            SensorLine::connect(&socket, LONG).unwrap().picture(252, 236, &print).unwrap();
        })
        .unwrap();
        assert_eq!((page.header.width, page.header.height, page.header.dpi), (252, 236, 500));
        assert_eq!(page.bytes, print, "the pixels are those that the sensor was given");
        assert_eq!((reading.finger, reading.image), (Finger::LeftThumb, 2));
        assert_eq!(reading.provenance.raw_sm3, sm3_hex(&print));
        assert!(reading.quality.unwrap() >= 60, "{reading:?}");
    }
}

#[test]
fn listed_while_it_waits_for_a_finger() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let mut post = post("virtual_image", &[("FP_VIRTUAL_IMAGE", socket.to_str().unwrap())]);
    let device = post_device(&post);
    assert_eq!(post.listed(), Accessibility::Accessible);
    let running = post.client().begin(&device, CAPTURE, LONG).unwrap();
    drop(SensorLine::connect(&socket, LONG).unwrap());
    // The library's thread is taken; the list comes all the same, with what was seen last.
    assert_eq!(post.listed(), Accessibility::Busy { held_by: Some("柜台一".into()) });
    running.cancel();
    assert!(running.finish(drop).is_err());
}

fn post_device(post: &Post) -> DeviceId {
    post.device.clone()
}

/// Plays a recording under this same program, where [`inside_a_replay`] captures.
fn replay(sensor: &str) {
    let Some(folder) = recordings::folder("libfprint").map(|all| all.join(sensor)) else { return };
    let device = std::fs::read_to_string(folder.join("device")).unwrap();
    let mut command = Command::new("umockdev-run");
    command.arg("-d").arg(folder.join("device"));
    let line = |mark: &str| device.lines().find_map(|line| line.strip_prefix(mark)).unwrap().trim();
    let (kind, place, tape) = if folder.join("capture.ioctl").exists() {
        // The device file may hold the node's bytes after its name.
        let node = line("N: bus/usb/").split('=').next().unwrap();
        ("-i", format!("/dev/bus/usb/{node}"), "capture.ioctl")
    } else {
        ("-p", format!("/sys{}", line("P: ")), "capture.pcapng")
    };
    command.arg(kind).arg(format!("{place}={}", folder.join(tape).display())).arg("--");
    command.arg(std::env::current_exe().unwrap());
    command.args(["--exact", "counterparts::libfprint::inside_a_replay", "--ignored", "--nocapture"]);
    let output = command.env(REPLAYED, &folder).env("FP_DEVICE_EMULATION", "1").output().expect("umockdev");
    let said =
        format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    eprintln!("{}", said.lines().find(|line| line.contains("quality")).unwrap_or_default());
}

#[test]
#[ignore = "only inside a replay, which starts it"]
fn inside_a_replay() {
    let folder = std::env::var(REPLAYED).unwrap();
    let folder = Path::new(&folder);
    let sensor = folder.file_name().unwrap().to_str().unwrap();
    let mut post = post(sensor, &[]);
    let devices = post.client().list(LONG).unwrap();
    assert!(devices.iter().any(|info| info.id == post.device), "{devices:?}");
    let expected = image::open(folder.join("capture.png")).unwrap().to_luma8();
    let device = post.device.clone();
    let (reading, page) = capture(&mut post, &device, || ()).unwrap();
    eprintln!("{sensor}: {}x{}, quality {:?}", page.header.width, page.header.height, reading.quality);
    assert_eq!((page.header.width, page.header.height), expected.dimensions());
    assert!(page.bytes == *expected.as_raw(), "{sensor}: another picture than the recording's own");
    // Nothing hangs on the end of a tape.
    post.client().close(&device, Duration::from_secs(10)).unwrap();
}

#[test]
fn recorded_elan() {
    replay("elan");
}

#[test]
fn recorded_aes3500() {
    replay("aes3500");
}

#[test]
fn recorded_vfs7552() {
    replay("vfs7552");
}

#[test]
fn recorded_egis0570() {
    replay("egis0570");
}
