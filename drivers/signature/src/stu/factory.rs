//! Finds and opens STU pads.

use std::path::Path;

use driver_contract::{
    Attestation, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, OpenDevice,
};
use driver_line::{ReportNode, Settings, describe};

use super::pad::StuPad;
use super::protocol::VENDOR;
use crate::SignatureError;
use crate::device::{Pad, SigningDevice};

/// The driver `wacom-stu`. Its entries name a hidraw node in `path`; nodes of STU pads are found without an entry.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stu;

const NAME: &str = "wacom-stu";

/// Where the kernel lists hidraw nodes.
const SYSFS: &str = "/sys/class/hidraw";

impl DriverFactory for Stu {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::SignaturePad
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        let mut devices: Vec<DeviceInfo> = configured.iter().map(listed).collect();
        for path in found(Path::new(SYSFS)) {
            if !configured.iter().any(|config| config.path == path) {
                devices.push(listed(&bare_config(&path)));
            }
        }
        Ok(devices)
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let config = configured
            .iter()
            .find(|config| config.path == device.local())
            .cloned()
            .unwrap_or_else(|| bare_config(device.local()));
        open(&config).map_err(|error| error.at(device))
    }
}

fn open(config: &DeviceConfig) -> Result<Box<dyn OpenDevice>, SignatureError> {
    let node = ReportNode::open(&config.path, Settings::new(config).is_virtual())?;
    let pad = StuPad::new(node)?;
    let mut info = listed(config);
    let field = pad.field();
    info.capabilities = Capabilities::SignaturePad {
        width: field.width,
        height: field.height,
        pressure: u32::from(field.pressure),
        display: pad.display(),
    };
    if let Some(information) = pad.information() {
        let (model, firmware) = (information.model.clone(), information.firmware.clone());
        info.model = DeviceModel { model, serial: String::new(), firmware };
    }
    Ok(Box::new(SigningDevice::new(info, pad)))
}

fn listed(config: &DeviceConfig) -> DeviceInfo {
    let connection = Connection::System { name: config.path.clone() };
    let mut info = describe(NAME, DeviceClass::SignaturePad, config, connection, Capabilities::Unknown);
    if info.maker.is_empty() {
        info.maker = "Wacom".to_owned();
    }
    info
}

fn bare_config(path: &str) -> DeviceConfig {
    DeviceConfig {
        driver: NAME.to_owned(),
        path: path.to_owned(),
        name: None,
        maker: None,
        attestation: Attestation::default(),
        record: None,
        settings: serde_json::Map::new(),
    }
}

/// Nodes whose device is Wacom's and calls itself a STU. Other tablets of theirs are evdev's.
fn found(sysfs: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(sysfs) else { return Vec::new() };
    let mut nodes: Vec<String> = entries
        .flatten()
        .filter(|entry| {
            std::fs::read_to_string(entry.path().join("device/uevent")).is_ok_and(|text| is_stu(&text))
        })
        .map(|entry| format!("/dev/{}", entry.file_name().to_string_lossy()))
        .collect();
    nodes.sort_unstable();
    nodes
}

fn is_stu(uevent: &str) -> bool {
    let value = |key: &str| uevent.lines().find_map(|line| line.strip_prefix(key));
    // HID_ID=0003:0000056A:000000A8
    let vendor = value("HID_ID=").and_then(|id| id.split(':').nth(1));
    let vendor = vendor.and_then(|vendor| u32::from_str_radix(vendor, 16).ok());
    vendor == Some(u32::from(VENDOR)) && value("HID_NAME=").is_some_and(|name| name.contains("STU"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_stu_pads_are_found_among_the_nodes() {
        let folder = tempfile::tempdir().unwrap();
        for (node, id, name) in [
            ("hidraw0", "0003:0000046D:0000C31C", "Logitech Keyboard"),
            ("hidraw1", "0003:0000056A:000000A6", "Wacom Co.,Ltd. STU-430"),
            ("hidraw2", "0003:0000056A:00000374", "Wacom Co.,Ltd. Intuos S"),
        ] {
            let device = folder.path().join(node).join("device");
            std::fs::create_dir_all(&device).unwrap();
            std::fs::write(device.join("uevent"), format!("DRIVER=x\nHID_ID={id}\nHID_NAME={name}\n"))
                .unwrap();
        }
        assert_eq!(found(folder.path()), ["/dev/hidraw1"]);
        assert!(found(&folder.path().join("nowhere")).is_empty());
    }
}
