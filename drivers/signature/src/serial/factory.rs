//! Opens pads that the configuration names, with the model that it names.

use driver_contract::{
    Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DriverFactory, Fault,
    FaultCode, OpenDevice,
};
use driver_line::{Model, describe};

use super::pad::FramePad;
use crate::SignatureError;
use crate::device::{Pad, SigningDevice};

/// Models that come with the program.
const SHIPPED: &[&str] = &[include_str!("../../../../assets/devices/signature-frames.toml")];

/// The driver `signature-frames`. Its entries name a tty or a hidraw node in `path`. Settings: `model`, the name of a model
/// that comes with the program, or `model_file`, a file of one's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct SerialPad;

const NAME: &str = "signature-frames";

impl DriverFactory for SerialPad {
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
    let model = Model::of_config(config, DeviceClass::SignaturePad, SHIPPED)?;
    let line = model.open_line::<SignatureError>(config)?;
    let pad = FramePad::new(line, model)?;
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

fn listed(config: &DeviceConfig) -> DeviceInfo {
    let connection = Connection::Serial { path: config.path.clone() };
    describe(NAME, DeviceClass::SignaturePad, config, connection, Capabilities::Unknown)
}
