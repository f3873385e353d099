//! Opens configured streams.

use std::path::Path;

use driver_contract::{
    Accessibility, Attestation, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo,
    DeviceModel, DriverFactory, Fault, OpenDevice, PictureSize,
};
use serde::Deserialize;

use super::line::Line;
use super::source::StreamSource;
use crate::error::CameraError;
use crate::moving::MovingCamera;

const NAME: &str = "camera-stream";

/// The driver `camera-stream`. It knows configured streams only; `path` is the file, named pipe or Unix socket.
///
/// Settings, all of which may be left out: `size` (`{"width": 1280, "height": 720}`), which every picture must have;
/// `frames_per_second`, the pace of a file (0: as fast as pictures are fetched).
pub struct StreamCameras;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    size: Option<PictureSize>,
    frames_per_second: Option<f64>,
}

fn settings(entry: &DeviceConfig) -> Result<Settings, CameraError> {
    let settings: Settings = serde_json::from_value(serde_json::Value::Object(entry.settings.clone()))
        .map_err(|error| CameraError::Settings(error.to_string()))?;
    // A thousand pictures a second is beyond every camera; it keeps the pause between two a time.
    match settings.frames_per_second {
        Some(rate) if !(rate == 0.0 || (0.01..=1000.0).contains(&rate)) => {
            Err(CameraError::Settings("frames_per_second: 0, or 0.01 to 1000".to_owned()))
        }
        _ => Ok(settings),
    }
}

fn info(entry: &DeviceConfig, accessibility: Accessibility, size: Option<PictureSize>) -> DeviceInfo {
    DeviceInfo {
        id: DeviceId::new(NAME, &entry.path),
        class: DeviceClass::Camera,
        name: entry.name.clone().unwrap_or_else(|| "照相机（画面流）".to_owned()),
        maker: entry.maker.clone().unwrap_or_default(),
        connection: Connection::System { name: entry.path.clone() },
        accessibility,
        // Never what the entry says: a stream has no origin that anybody could enrol.
        attestation: Attestation::Virtual,
        capabilities: Capabilities::Camera {
            sizes: size.into_iter().collect(),
            controls: Vec::new(),
            preview: true,
        },
        model: DeviceModel::default(),
    }
}

fn accessibility(path: &Path) -> Accessibility {
    use rustix::fs::{Access, access};
    match (std::fs::metadata(path), access(path, Access::READ_OK)) {
        (Err(error), _) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Accessibility::PermissionDenied
        }
        (Err(_), _) => Accessibility::Absent,
        (Ok(_), Err(rustix::io::Errno::ACCESS)) => Accessibility::PermissionDenied,
        (Ok(_), _) => Accessibility::Accessible,
    }
}

impl DriverFactory for StreamCameras {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Camera
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        let listed = configured.iter().map(|entry| {
            let size = settings(entry).unwrap_or_default().size;
            info(entry, accessibility(Path::new(&entry.path)), size)
        });
        Ok(listed.collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let opened = || {
            let entry = configured.iter().find(|entry| entry.path == device.local());
            let entry = entry.ok_or(CameraError::NotFound)?;
            let settings = settings(entry)?;
            let line = Line::open(Path::new(&entry.path))?;
            let source = StreamSource::new(line, settings.size, settings.frames_per_second);
            Ok(MovingCamera::new(info(entry, Accessibility::Accessible, settings.size), source))
        };
        let camera = opened().map_err(|error: CameraError| error.at(device))?;
        Ok(Box::new(camera))
    }
}
