//! What devices there are, as all drivers of the class see it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use driver_contract::{
    Accessibility, Attestation, Capabilities, DeviceConfig, DeviceId, DeviceInfo, DeviceLock, DriverFactory,
    Fault, FaultCode,
};

use crate::configuration::{HostConfiguration, Settings};
use crate::hub::locked;

pub(crate) struct Search {
    factories: Vec<Arc<dyn DriverFactory>>,
    devices: Vec<DeviceConfig>,
    /// Settings of devices that have no entry.
    adjusted: BTreeMap<DeviceId, Settings>,
    lock_dir: PathBuf,
    /// What devices can do that a search does not tell, from when they were open.
    learned: Mutex<BTreeMap<DeviceId, Capabilities>>,
    /// What the last search found; held while one runs, since not every library may be searched twice at once.
    found: Mutex<Option<Vec<DeviceInfo>>>,
}

/// What came and what went between two searches.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Difference {
    /// Devices that can be reached now and could not before.
    pub(crate) plugged: Vec<DeviceInfo>,
    /// Devices that were there and are not.
    pub(crate) unplugged: Vec<DeviceId>,
}

impl Search {
    pub(crate) fn new(
        factories: Vec<Arc<dyn DriverFactory>>,
        configuration: &HostConfiguration,
        lock_dir: PathBuf,
    ) -> Self {
        let mut devices = configuration.devices.clone();
        let mut adjusted = configuration.adjusted.clone();
        for entry in &mut devices {
            if let Some(settings) = adjusted.remove(&DeviceId::new(&entry.driver, &entry.path)) {
                entry.settings.extend(settings);
            }
        }
        Self { factories, devices, adjusted, lock_dir, learned: Mutex::default(), found: Mutex::new(None) }
    }

    pub(crate) fn factory(&self, name: &str) -> Option<&Arc<dyn DriverFactory>> {
        self.factories.iter().find(|factory| factory.name() == name)
    }

    /// The configured devices of one driver.
    pub(crate) fn entries_of(&self, factory: &dyn DriverFactory) -> Vec<DeviceConfig> {
        self.devices.iter().filter(|device| device.driver == factory.name()).cloned().collect()
    }

    /// The same for opening one device. One that was only found gets an entry for what was set at it: in a search such an
    /// entry would show the device as absent once it has gone.
    pub(crate) fn entries_for(&self, factory: &dyn DriverFactory, device: &DeviceId) -> Vec<DeviceConfig> {
        let mut entries = self.entries_of(factory);
        if let Some(settings) = self.adjusted.get(device) {
            entries.push(DeviceConfig {
                driver: factory.name().to_owned(),
                path: device.local().to_owned(),
                name: None,
                maker: None,
                attestation: Attestation::Unattested,
                record: None,
                settings: settings.clone(),
            });
        }
        entries
    }

    /// A device is open: what it can do now stands in the next list too.
    pub(crate) fn learn(&self, info: &DeviceInfo) {
        locked(&self.learned).insert(info.id.clone(), info.capabilities.clone());
    }

    /// What all drivers see. A driver that cannot search hides the others only if all fail.
    ///
    /// # Errors
    /// The first driver's fault, when nothing was found.
    pub(crate) fn run(&self) -> Result<Vec<DeviceInfo>, Fault> {
        let mut last = locked(&self.found);
        let devices = self.look()?;
        *last = Some(devices.clone());
        Ok(devices)
    }

    /// Searches, and says what is different from the search before; nothing where there was none or none was possible.
    pub(crate) fn difference(&self) -> Difference {
        let mut last = locked(&self.found);
        let Ok(devices) = self.look() else { return Difference::default() };
        let before = last.replace(devices.clone());
        before.map(|before| compare(&before, &devices)).unwrap_or_default()
    }

    fn look(&self) -> Result<Vec<DeviceInfo>, Fault> {
        let mut found = Vec::new();
        let mut first_fault = None;
        for factory in &self.factories {
            let entries = self.entries_of(factory.as_ref());
            // A library that panics (serialport does where `/sys/class/tty` is missing) costs its own devices only.
            let listed = catch_unwind(AssertUnwindSafe(|| factory.list(&entries)));
            match listed.unwrap_or_else(|_| {
                Err(Fault::new(FaultCode::DriverFailed, factory.class())
                    .with_detail("a panic while searching"))
            }) {
                Ok(devices) => {
                    found.extend(devices.into_iter().map(|info| self.mark(factory.as_ref(), info)));
                }
                Err(fault) => {
                    tracing::warn!(
                        driver = factory.name(),
                        code = fault.code(),
                        detail = fault.detail,
                        "list"
                    );
                    first_fault.get_or_insert(fault);
                }
            }
        }
        match first_fault {
            Some(fault) if found.is_empty() => Err(fault),
            _ => Ok(found),
        }
    }

    fn mark(&self, factory: &dyn DriverFactory, mut info: DeviceInfo) -> DeviceInfo {
        if factory.exclusive()
            && let Some(held_by) = DeviceLock::holder(&self.lock_dir, &info.id)
        {
            info.accessibility = Accessibility::Busy { held_by };
        }
        if info.capabilities == Capabilities::Unknown
            && let Some(learned) = locked(&self.learned).get(&info.id)
        {
            info.capabilities = learned.clone();
        }
        info
    }
}

/// A configured device that is not there is listed as absent; one that was only found is not listed then.
fn compare(before: &[DeviceInfo], now: &[DeviceInfo]) -> Difference {
    let there = |devices: &[DeviceInfo], id: &DeviceId| {
        devices.iter().any(|info| info.id == *id && info.accessibility != Accessibility::Absent)
    };
    Difference {
        plugged: now
            .iter()
            .filter(|info| there(now, &info.id) && !there(before, &info.id))
            .cloned()
            .collect(),
        unplugged: before
            .iter()
            .map(|info| &info.id)
            .filter(|id| there(before, id) && !there(now, id))
            .cloned()
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use driver_contract::{Attestation, Capabilities, Connection, DeviceClass, DeviceModel};

    fn device(name: &str, accessibility: Accessibility) -> DeviceInfo {
        DeviceInfo {
            id: DeviceId::new("test", name),
            class: DeviceClass::Scanner,
            name: name.to_owned(),
            maker: String::new(),
            connection: Connection::System { name: name.to_owned() },
            accessibility,
            attestation: Attestation::Unattested,
            capabilities: Capabilities::Unknown,
            model: DeviceModel::default(),
        }
    }

    /// Lists one device, or panics.
    struct Factory(Option<DeviceInfo>);

    impl DriverFactory for Factory {
        fn name(&self) -> &'static str {
            "test"
        }

        fn class(&self) -> DeviceClass {
            DeviceClass::Scanner
        }

        fn list(&self, _: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
            Ok(vec![self.0.clone().expect("a library's assertion")])
        }

        fn open(
            &self,
            _: &DeviceId,
            _: &[DeviceConfig],
        ) -> Result<Box<dyn driver_contract::OpenDevice>, Fault> {
            Err(Fault::new(FaultCode::NotFound, DeviceClass::Scanner))
        }
    }

    #[test]
    fn a_driver_that_panics_while_searching_costs_its_own_devices_only() {
        let search = |factories: Vec<Arc<dyn DriverFactory>>| {
            Search::new(factories, &HostConfiguration::default(), PathBuf::new())
        };
        let whole = Factory(Some(device("whole", Accessibility::Accessible)));
        let found = search(vec![Arc::new(Factory(None)), Arc::new(whole)]).run().unwrap();
        assert_eq!(found.len(), 1);
        let fault = search(vec![Arc::new(Factory(None))]).run().unwrap_err();
        assert_eq!(fault.code, FaultCode::DriverFailed);
    }

    #[test]
    fn what_was_set_goes_over_the_entry_and_makes_one_only_for_opening() {
        let configuration = serde_json::json!({
            "devices": [{ "driver": "test", "path": "known", "name": "窗口", "settings": { "rate": 1, "stays": 2 } }],
            "adjusted": { "test:known": { "rate": 9 }, "test:found": { "focus": 3 } },
        });
        let configuration: HostConfiguration = serde_json::from_value(configuration).unwrap();
        let search = Search::new(Vec::new(), &configuration, PathBuf::new());
        let factory = Factory(None);
        let listed = search.entries_of(&factory);
        assert_eq!(listed.len(), 1);
        assert_eq!(serde_json::json!(listed[0].settings), serde_json::json!({ "rate": 9, "stays": 2 }));
        assert_eq!(search.entries_for(&factory, &DeviceId::new("test", "known")), listed);
        let opened = search.entries_for(&factory, &DeviceId::new("test", "found"));
        let [_, found] = opened.as_slice() else { panic!("one more") };
        assert_eq!((found.path.as_str(), found.attestation), ("found", Attestation::Unattested));
        assert_eq!(serde_json::json!(found.settings), serde_json::json!({ "focus": 3 }));
    }

    #[test]
    fn what_a_device_told_when_it_was_open_stands_in_the_next_list() {
        let silent =
            DeviceInfo { capabilities: Capabilities::Unknown, ..device("silent", Accessibility::Accessible) };
        let search = Search::new(
            vec![Arc::new(Factory(Some(silent.clone())))],
            &HostConfiguration::default(),
            PathBuf::new(),
        );
        assert_eq!(search.run().unwrap()[0].capabilities, Capabilities::Unknown);
        let can = Capabilities::Ukey { certificates: 2 };
        search.learn(&DeviceInfo { capabilities: can.clone(), ..silent });
        assert_eq!(search.run().unwrap()[0].capabilities, can);
    }

    #[test]
    fn what_came_and_what_went_is_told_and_nothing_else() {
        let busy = Accessibility::Busy { held_by: None };
        let before = [
            device("stays", Accessibility::Accessible),
            device("goes", busy.clone()),
            device("pulled", Accessibility::Accessible),
            device("configured", Accessibility::Absent),
            device("missing", Accessibility::Absent),
        ];
        let now = [
            device("stays", busy),
            device("pulled", Accessibility::Absent),
            device("configured", Accessibility::PermissionDenied),
            device("missing", Accessibility::Absent),
            device("new", Accessibility::Accessible),
        ];
        let difference = compare(&before, &now);
        let names: Vec<&str> = difference.plugged.iter().map(|info| info.name.as_str()).collect();
        assert_eq!(names, ["configured", "new"]);
        assert_eq!(difference.unplugged, ["goes", "pulled"].map(|name| DeviceId::new("test", name)));
        assert_eq!(compare(&now, &now), Difference::default());
    }
}
