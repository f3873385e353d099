//! The driver `tape`: recordings as devices, of any class.

use std::path::Path;

use driver_contract::{
    Accessibility, Attestation, Capabilities, Connection, ContractHead, ContractTape, DeviceClass,
    DeviceConfig, DeviceId, DeviceInfo, DeviceModel, DriverFactory, Fault, FaultCode, OpenDevice, TapeError,
};

use crate::player::{Pace, TapeDevice};

/// The driver's name: the same in every class.
pub const NAME: &str = "tape";

/// The driver `tape` of one class.
///
/// Each configuration entry names a contract tape in `path`. Setting, optional: `pace`, `"recorded"` (the default) or
/// `"at_once"`. A tape plays from its beginning at each opening, and is always a virtual device.
#[derive(Debug, Clone, Copy)]
pub struct TapeFactory {
    class: DeviceClass,
}

impl TapeFactory {
    /// For tapes of this class.
    #[must_use]
    pub const fn new(class: DeviceClass) -> Self {
        Self { class }
    }

    fn describe(self, entry: &DeviceConfig) -> DeviceInfo {
        let head = self.head(Path::new(&entry.path));
        let accessibility = match &head {
            Ok(_) => Accessibility::Accessible,
            Err(TapeError::Io(error)) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                Accessibility::PermissionDenied
            }
            Err(_) => Accessibility::Absent,
        };
        let recorded = head.ok().map(|head| head.device);
        let text = |of: fn(&DeviceInfo) -> &String| recorded.as_ref().map(of).cloned().unwrap_or_default();
        let name =
            if recorded.is_some() { text(|device| &device.name) } else { self.class.chinese().to_owned() };
        DeviceInfo {
            id: DeviceId::new(NAME, &entry.path),
            class: self.class,
            name: entry.name.clone().unwrap_or(name),
            maker: entry.maker.clone().unwrap_or_else(|| text(|device| &device.maker)),
            connection: Connection::System { name: entry.path.clone() },
            accessibility,
            attestation: Attestation::Virtual,
            capabilities: recorded
                .as_ref()
                .map_or(Capabilities::Unknown, |device| device.capabilities.clone()),
            model: recorded.map_or_else(DeviceModel::default, |device| device.model),
        }
    }

    fn head(self, path: &Path) -> Result<ContractHead, TapeError> {
        let head = ContractHead::load(path)?;
        self.of_this_class(&head)?;
        Ok(head)
    }

    fn of_this_class(self, head: &ContractHead) -> Result<(), TapeError> {
        match head.device.class {
            class if class == self.class => Ok(()),
            class => Err(TapeError::OtherClass(class.as_str())),
        }
    }
}

fn pace(entry: &DeviceConfig) -> Result<Pace, &'static str> {
    match entry.settings.get("pace").map(|value| value.as_str()) {
        None | Some(Some("recorded")) => Ok(Pace::Recorded),
        Some(Some("at_once")) => Ok(Pace::AtOnce),
        Some(_) => Err("settings.pace is neither \"recorded\" nor \"at_once\""),
    }
}

impl DriverFactory for TapeFactory {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        self.class
    }

    /// Several windows may play the same tape, each from its beginning.
    fn exclusive(&self) -> bool {
        false
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        Ok(configured.iter().map(|entry| self.describe(entry)).collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let fault =
            |code: FaultCode, detail: String| Fault::new(code, self.class).at(device).with_detail(detail);
        let unusable = |error: TapeError| fault(error.fault_code(), error.to_string());
        // Only what is configured: a terminal must not be able to have any file of the PC read.
        let entry = configured.iter().find(|entry| entry.path == device.local());
        let entry = entry.ok_or_else(|| fault(FaultCode::NotFound, String::new()))?;
        let pace = pace(entry).map_err(|detail| fault(FaultCode::BadConfiguration, detail.to_owned()))?;
        let tape = ContractTape::load(Path::new(&entry.path)).map_err(unusable)?;
        self.of_this_class(&tape.head).map_err(unusable)?;
        Ok(Box::new(TapeDevice::new(self.describe(entry), tape, pace)))
    }
}
