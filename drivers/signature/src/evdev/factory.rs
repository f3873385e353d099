//! Opens tablets that the configuration names. None is taken unasked: many a touch screen is the officer's own.

use std::collections::BTreeMap;

use driver_contract::{
    Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DriverFactory, Fault,
    FaultCode, OpenDevice,
};
use driver_line::{InputNode, Settings, SettingsError, describe};

use super::pad::PenPad;
use crate::SignatureError;
use crate::device::{Pad, PadKey, SigningDevice};

/// The driver `pen-evdev`. Its entries name a node of `/dev/input` in `path`, best one of `by-id`. Setting `keys`, may
/// be left out: the tablet's buttons by their codes, `{"256": "finish", "257": "clear", "258": "cancel"}`.
#[derive(Debug, Clone, Copy, Default)]
pub struct PenInput;

const NAME: &str = "pen-evdev";

impl DriverFactory for PenInput {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::SignaturePad
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        Ok(configured.iter().map(listed).collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let config = configured.iter().find(|config| config.path == device.local()).ok_or_else(|| {
            Fault::new(FaultCode::NotFound, DeviceClass::SignaturePad)
                .at(device)
                .with_detail("not configured")
        })?;
        open(config).map_err(|error| error.at(device))
    }
}

fn open(config: &DeviceConfig) -> Result<Box<dyn OpenDevice>, SignatureError> {
    let settings = Settings::new(config);
    let keys = keys(settings)?;
    let pad = PenPad::new(InputNode::open(&config.path, settings.is_virtual())?, keys)?;
    let mut info = listed(config);
    let field = pad.field();
    info.capabilities = Capabilities::SignaturePad {
        width: field.width,
        height: field.height,
        pressure: u32::from(field.pressure),
        display: None,
    };
    Ok(Box::new(SigningDevice::new(info, pad)))
}

fn keys(settings: Settings<'_>) -> Result<BTreeMap<u16, PadKey>, SettingsError> {
    let wrong = || SettingsError::new("settings.keys does not say what a key means");
    let Some(value) = settings.other("keys") else { return Ok(BTreeMap::new()) };
    let mut keys = BTreeMap::new();
    for (code, meaning) in value.as_object().ok_or_else(wrong)? {
        let meaning = meaning.as_str().and_then(PadKey::parse).ok_or_else(wrong)?;
        keys.insert(code.parse().map_err(|_| wrong())?, meaning);
    }
    Ok(keys)
}

fn listed(config: &DeviceConfig) -> DeviceInfo {
    let connection = Connection::System { name: config.path.clone() };
    describe(NAME, DeviceClass::SignaturePad, config, connection, Capabilities::Unknown)
}
