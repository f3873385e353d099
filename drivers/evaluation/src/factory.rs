//! Opens pads that the configuration names, with the model that it names.

use driver_contract::{
    Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DriverFactory, Fault,
    FaultCode, OpenDevice,
};
use driver_line::{Model, describe};

use crate::EvaluationError;
use crate::device::{EvaluationDevice, Talk};

/// Models that come with the program.
const SHIPPED: &[&str] = &[
    include_str!("../../../assets/devices/evaluation-serial.toml"),
    include_str!("../../../assets/devices/evaluation-hid.toml"),
];

/// The driver `evaluation-frames`. Its entries name a tty or a hidraw node in `path`. Settings: `model`, the name of a model
/// that comes with the program, or `model_file`, a file of one's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct FrameEvaluation;

const NAME: &str = "evaluation-frames";

impl DriverFactory for FrameEvaluation {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::EvaluationPad
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        Ok(configured.iter().map(listed).collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let config = configured.iter().find(|config| config.path == device.local()).ok_or_else(|| {
            Fault::new(FaultCode::NotFound, DeviceClass::EvaluationPad)
                .at(device)
                .with_detail("not configured")
        })?;
        open(config).map_err(|error| error.at(device))
    }
}

fn open(config: &DeviceConfig) -> Result<Box<dyn OpenDevice>, EvaluationError> {
    let model = Model::of_config(config, DeviceClass::EvaluationPad, SHIPPED)?;
    let line = model.open_line::<EvaluationError>(config)?;
    let talk = Talk::new(line, model)?;
    Ok(Box::new(EvaluationDevice::new(listed(config), talk)))
}

fn listed(config: &DeviceConfig) -> DeviceInfo {
    let connection = Connection::System { name: config.path.clone() };
    describe(NAME, DeviceClass::EvaluationPad, config, connection, Capabilities::Unknown)
}
