//! A camera's factory under another name and class.

use driver_contract::{DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DriverFactory, Fault, OpenDevice};

use super::device::DocumentCamera;

/// Offers the cameras of another driver as document cameras. It knows configured ones only: a camera that is merely plugged
/// in looks at faces as likely as at papers.
pub struct DocumentCameras {
    name: &'static str,
    cameras: Box<dyn DriverFactory>,
}

impl DocumentCameras {
    /// The cameras of `cameras`, under `name`.
    #[must_use]
    pub fn new(name: &'static str, cameras: Box<dyn DriverFactory>) -> Self {
        Self { name, cameras }
    }

    /// The configuration as the camera's own driver reads it.
    fn entries(&self, configured: &[DeviceConfig]) -> Vec<DeviceConfig> {
        let renamed =
            |entry: &DeviceConfig| DeviceConfig { driver: self.cameras.name().to_owned(), ..entry.clone() };
        configured.iter().map(renamed).collect()
    }

    fn own(&self, mut info: DeviceInfo) -> DeviceInfo {
        info.id = DeviceId::new(self.name, info.id.local());
        info.class = DeviceClass::DocumentCamera;
        info
    }

    fn fault(&self, mut fault: Fault) -> Fault {
        fault.class = DeviceClass::DocumentCamera;
        fault.device = fault.device.map(|id| DeviceId::new(self.name, id.local()));
        fault
    }
}

impl DriverFactory for DocumentCameras {
    fn name(&self) -> &'static str {
        self.name
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::DocumentCamera
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        if configured.is_empty() {
            return Ok(Vec::new());
        }
        let listed = self.cameras.list(&self.entries(configured)).map_err(|fault| self.fault(fault))?;
        let meant = |info: &DeviceInfo| configured.iter().any(|entry| entry.path == info.id.local());
        Ok(listed.into_iter().filter(meant).map(|info| self.own(info)).collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let camera = DeviceId::new(self.cameras.name(), device.local());
        let opened =
            self.cameras.open(&camera, &self.entries(configured)).map_err(|fault| self.fault(fault))?;
        let info = self.own(opened.info().clone());
        Ok(Box::new(DocumentCamera::new(info, opened)))
    }
}
