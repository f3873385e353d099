//! A maker's library as a driver of the host.

use std::path::Path;

use driver_contract::{
    Attestation, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DriverFactory,
    Fault, FaultCode, OpenDevice, Outcome, Task, TaskContext,
};

use crate::answer::{Listed, discreet, fault_of, outcome_of};
use crate::call::Call;
use crate::error::LibraryError;
use crate::ffi::{Driver, Handle, OK};

/// The driver that a library is.
#[derive(Debug)]
pub struct LibraryFactory {
    driver: Driver,
    /// Drivers have names that live as long as the program; a host loads one library.
    name: &'static str,
}

impl LibraryFactory {
    /// Loads the library for a class of devices.
    ///
    /// # Errors
    /// A file that others may change, that the loader refuses, or that does not offer the interface for this class.
    pub fn load(path: &Path, class: DeviceClass) -> Result<Self, LibraryError> {
        let driver = Driver::load(path)?;
        if driver.class != class {
            return Err(LibraryError::Name);
        }
        let name = Box::leak(driver.name.clone().into_boxed_str());
        Ok(Self { driver, name })
    }

    fn listed(&self, configured: &[DeviceConfig]) -> Result<Vec<Listed>, LibraryError> {
        let mut call = Call::new(None, Vec::new());
        let config = config_text(configured);
        let code = call.make(|host| self.driver.list(host, &config));
        let text = answered(&mut call, code)?;
        serde_json::from_str(&text).map_err(|_| LibraryError::Garbage("a list that is none"))
    }

    fn info(&self, listed: &Listed, configured: &[DeviceConfig]) -> DeviceInfo {
        let entry = configured.iter().find(|entry| entry.path == listed.local).or(configured.first());
        DeviceInfo {
            id: DeviceId::new(self.name, &listed.local),
            class: self.driver.class,
            name: entry.and_then(|entry| entry.name.clone()).unwrap_or_else(|| listed.name.clone()),
            maker: entry.and_then(|entry| entry.maker.clone()).unwrap_or_else(|| listed.maker.clone()),
            connection: Connection::System { name: self.name.to_owned() },
            accessibility: listed.accessibility(),
            attestation: entry.map_or(Attestation::Unattested, |entry| entry.attestation),
            capabilities: Capabilities::Unknown,
            model: listed.model(),
        }
    }
}

fn config_text(configured: &[DeviceConfig]) -> String {
    let settings: Vec<_> = configured.iter().map(|entry| &entry.settings).collect();
    serde_json::to_string(&settings).unwrap_or_else(|_| "[]".to_owned())
}

/// What the call answered, or the fault that it told.
fn answered(call: &mut Call<'_>, code: i32) -> Result<String, LibraryError> {
    if let Some(what) = call.garbage {
        return Err(LibraryError::Garbage(what));
    }
    let text = match call.answer.take() {
        Some(Some(text)) => text,
        Some(None) => return Err(LibraryError::Garbage("a text that is none")),
        None => String::new(),
    };
    if code == OK { Ok(text) } else { Err(fault_of(&text)) }
}

impl DriverFactory for LibraryFactory {
    fn name(&self) -> &'static str {
        self.name
    }

    fn class(&self) -> DeviceClass {
        self.driver.class
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        let listed = self.listed(configured).map_err(|error| error.fault(self.driver.class))?;
        Ok(listed.iter().map(|one| self.info(one, configured)).collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let class = self.driver.class;
        let fault = |error: LibraryError| error.fault(class).at(device);
        let listed = self.listed(configured).map_err(fault)?;
        let one = listed.iter().find(|one| one.local == device.local());
        let one = one.ok_or_else(|| Fault::new(FaultCode::NotFound, class).at(device))?;
        let info = self.info(one, configured);
        let mut call = Call::new(None, Vec::new());
        let config = config_text(configured);
        let (code, handle) = call.make(|host| self.driver.open(host, device.local(), &config));
        answered(&mut call, code).map_err(fault)?;
        if handle.is_null() {
            return Err(fault(LibraryError::Garbage("an open device that is none")));
        }
        Ok(Box::new(LibraryDevice { driver: self.driver.clone(), handle, info }))
    }
}

struct LibraryDevice {
    driver: Driver,
    handle: Handle,
    info: DeviceInfo,
}

impl OpenDevice for LibraryDevice {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let fault = |error: LibraryError| error.fault(self.info.class).at(&self.info.id);
        let document = match task {
            Task::Print(parameters) => context.document(parameters.document)?,
            _ => Vec::new(),
        };
        let task =
            serde_json::to_string(task).map_err(|_| fault(LibraryError::Garbage("a task that is none")))?;
        let mut call = Call::new(Some(context), document);
        let code = call.make(|host| self.driver.run(host, &self.handle, &task));
        if let Some(refused) = call.refused.take() {
            return Err(refused);
        }
        let text = answered(&mut call, code).map_err(fault)?;
        let picture = call.picture.take();
        let Some(context) = call.into_context() else {
            return Err(fault(LibraryError::Garbage("no task")));
        };
        let outcome = outcome_of(&text, picture.as_ref(), context).map_err(fault)?;
        Ok(discreet(outcome, self.info.class, &self.info.id))
    }
}

impl Drop for LibraryDevice {
    fn drop(&mut self) {
        self.driver.close(&self.handle);
    }
}
