//! Finds and opens V4L2 cameras.

use std::path::Path;

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, OpenDevice,
};

use super::search::{self, Listed};
use super::source::V4l2Source;
use crate::adjusted::adjusted;
use crate::error::CameraError;
use crate::moving::MovingCamera;

const NAME: &str = "v4l2";

/// The driver `v4l2`.
///
/// It finds cameras by itself. A configuration entry adds a name, a maker or an attestation; its `path` is the
/// camera's name below `/dev/v4l/by-id`, or its node.
pub struct V4l2Cameras;

fn info(local: &str, found: Option<Listed>, entry: Option<&DeviceConfig>) -> DeviceInfo {
    let found = found.unwrap_or_else(|| Listed {
        local: local.to_owned(),
        model: DeviceModel::default(),
        connection: Connection::System { name: local.to_owned() },
        accessibility: Accessibility::Absent,
        capabilities: Capabilities::Unknown,
    });
    let model = &found.model.model;
    let name = entry.and_then(|entry| entry.name.clone());
    DeviceInfo {
        id: DeviceId::new(NAME, local),
        class: DeviceClass::Camera,
        name: name.unwrap_or_else(|| if model.is_empty() { "照相机".to_owned() } else { model.clone() }),
        maker: entry.and_then(|entry| entry.maker.clone()).unwrap_or_default(),
        connection: found.connection,
        accessibility: found.accessibility,
        attestation: entry.map(|entry| entry.attestation).unwrap_or_default(),
        capabilities: found.capabilities,
        model: found.model,
    }
}

/// Whether an entry means this camera: by its lasting name or by its node.
fn means(entry: &DeviceConfig, local: &str) -> bool {
    let target = |path: &str| std::fs::canonicalize(path).ok();
    entry.path == local || target(&entry.path).is_some_and(|node| Some(node) == target(local))
}

impl DriverFactory for V4l2Cameras {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Camera
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        let mut rest: Vec<&DeviceConfig> = configured.iter().collect();
        let mut devices = Vec::new();
        for listed in search::all() {
            let entry =
                rest.iter().position(|entry| means(entry, &listed.local)).map(|place| rest.remove(place));
            // The configured name stays the device's name.
            let local = entry.map_or_else(|| listed.local.clone(), |entry| entry.path.clone());
            devices.push(info(&local, Some(listed), entry));
        }
        devices.extend(rest.into_iter().map(|entry| info(&entry.path, None, Some(entry))));
        Ok(devices)
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let local = device.local();
        let entry = configured.iter().find(|entry| entry.path == local);
        let opened = || {
            let node = std::fs::canonicalize(Path::new(local))?;
            let opened = search::open(&node)?;
            let listed = Listed {
                local: local.to_owned(),
                model: DeviceModel { model: opened.query_caps()?.card, ..DeviceModel::default() },
                connection: Connection::System { name: local.to_owned() },
                accessibility: Accessibility::Accessible,
                capabilities: search::capabilities(&opened),
            };
            Ok((V4l2Source::new(opened)?, listed))
        };
        let (source, listed) = opened().map_err(|error: CameraError| error.at(device))?;
        adjusted(Box::new(MovingCamera::new(info(local, Some(listed), entry), source)), entry)
    }
}

#[cfg(test)]
mod tests {
    use driver_contract::{Attestation, FaultCode};

    use super::*;

    #[test]
    fn a_configured_camera_that_is_not_there_is_listed_as_absent_and_named_when_it_is_opened() {
        let entry = DeviceConfig {
            driver: NAME.to_owned(),
            path: "/dev/v4l/by-id/usb-nobody-has-this".to_owned(),
            name: Some("演示照相机".to_owned()),
            maker: None,
            attestation: Attestation::Virtual,
            record: None,
            settings: serde_json::Map::new(),
        };
        let entries = [entry];
        let listed = V4l2Cameras.list(&entries).unwrap();
        let camera = listed.iter().find(|info| info.name == "演示照相机").unwrap();
        assert_eq!(camera.accessibility, Accessibility::Absent);
        let opened = V4l2Cameras.open(&camera.id, &entries);
        assert_eq!(opened.err().map(|fault| fault.code), Some(FaultCode::NotFound));
        // What is no camera is none.
        let opened = V4l2Cameras.open(&DeviceId::new(NAME, "/dev/null"), &[]);
        assert!(opened.is_err());
    }
}
