//! Which device of a class is used: the one that was chosen here, else the likeliest.

use super::LIST_LIMIT;
use crate::Terminal;
use crate::error::{Own, Result};
use crate::printing::is_roll_printer;
use crate::rpc::ChangeSource;
use crate::rpc::request::OneDevice;
use crate::rpc::view::{DeviceLine, DevicesView};
use driver_contract::{Attestation, DeviceClass, DeviceId, DeviceInfo, HostClient};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The devices that the officer of this window has chosen, one a class; remembered in a file of the profile.
#[derive(Default)]
pub(super) struct Choices {
    path: PathBuf,
    chosen: Mutex<BTreeMap<DeviceClass, DeviceId>>,
}

impl Choices {
    /// What was chosen before. A file that cannot be read is no choice: everything works without it.
    pub(super) fn read(path: PathBuf) -> Self {
        let chosen = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { path, chosen: Mutex::new(chosen.unwrap_or_default()) }
    }

    fn chosen(&self) -> MutexGuard<'_, BTreeMap<DeviceClass, DeviceId>> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn choose(&self, class: DeviceClass, device: DeviceId) -> Result<()> {
        let mut chosen = self.chosen();
        let mut next = chosen.clone();
        next.insert(class, device);
        crate::vault::write_private(&self.path, &serde_json::to_vec(&next).unwrap_or_default())?;
        *chosen = next;
        Ok(())
    }
}

impl Terminal {
    /// Uses this device of its class from now on, in this window.
    pub(crate) fn choose_device(&self, request: OneDevice) -> Result<DevicesView> {
        self.actor()?;
        let device = self.known_device(&request.device)?;
        self.devices.choices.choose(device.class, device.id)?;
        let watch = match device.class {
            DeviceClass::IdCardReader => Some(&self.devices.watch),
            DeviceClass::CodeScanner => Some(&self.devices.code_watch),
            _ => None,
        };
        if let Some(watch) = watch {
            // It is begun anew at the device that was chosen.
            *watch.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        self.changed(ChangeSource::Device, ["shell", "devices"]);
        self.devices(crate::rpc::request::Empty {})
    }

    /// The devices that would be used now, one a class.
    pub(super) fn used_devices(&self) -> Vec<DeviceId> {
        let lines = self.device_lines();
        let mut used = Vec::new();
        for class in DeviceClass::ALL {
            let of_class: Vec<&DeviceLine> = lines.iter().filter(|line| line.device.class == class).collect();
            used.extend(
                best(&of_class, self.devices.choices.chosen().get(&class)).map(|line| line.device.id.clone()),
            );
        }
        used
    }

    /// The device of a class that is used, with its host.
    pub(crate) fn device(&self, class: DeviceClass) -> Result<(Arc<HostClient>, DeviceInfo)> {
        let hosts = self.devices.hosts_of(class);
        let found = {
            let known = self.devices.known.lock().unwrap_or_else(PoisonError::into_inner);
            let lines: Vec<&DeviceLine> =
                hosts.iter().filter_map(|(key, _)| known.get(key)).flatten().collect();
            let chosen = self.devices.choices.chosen().get(&class).cloned();
            best(&lines, chosen.as_ref()).map(|line| line.device.clone())
        };
        let device = match found {
            Some(device) => device,
            None => {
                let (_, host) = hosts.first().ok_or(Own::NoDevice)?;
                host.list(LIST_LIMIT)?.into_iter().next().ok_or(Own::NoDevice)?
            }
        };
        let host = self.host_of(&device).ok_or(Own::NoDevice)?;
        Ok((host, device))
    }

    /// The host that listed the device.
    pub(crate) fn host_of(&self, device: &DeviceInfo) -> Option<Arc<HostClient>> {
        let hosts = self.devices.hosts_of(device.class);
        let known = self.devices.known.lock().unwrap_or_else(PoisonError::into_inner);
        let lists =
            |key| known.get(key).is_some_and(|lines| lines.iter().any(|line| line.device.id == device.id));
        let listed = hosts.iter().find(|(key, _)| lists(key)).or(hosts.first());
        listed.map(|(_, host)| Arc::clone(host))
    }
}

/// The one that was chosen, if it is there; else one that the station vouches for goes before one that was only found
/// (whatever else is plugged in must not take its place), a printer of sheets before one of slips, and one that is ready
/// before one that is not.
fn best<'a>(lines: &[&'a DeviceLine], chosen: Option<&DeviceId>) -> Option<&'a DeviceLine> {
    if let Some(line) = lines.iter().find(|line| Some(&line.device.id) == chosen) {
        return Some(line);
    }
    let vouched = |line: &&&DeviceLine| line.device.attestation != Attestation::Unattested;
    let likely: Vec<&DeviceLine> = lines.iter().filter(vouched).copied().collect();
    let likely = if likely.is_empty() { lines.to_vec() } else { likely };
    // Papers are set for sheets: a printer of slips is for those who choose it.
    let sheets: Vec<&DeviceLine> =
        likely.iter().filter(|line| !is_roll_printer(&line.device)).copied().collect();
    let likely = if sheets.is_empty() { likely } else { sheets };
    likely.iter().find(|line| line.ready).or_else(|| likely.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::view::DeviceState;
    use driver_contract::{Accessibility, Capabilities, Connection, DeviceModel};

    fn printer(name: &str, format: &str, media: &str, ready: bool) -> DeviceLine {
        let device = DeviceInfo {
            id: DeviceId(name.to_owned()),
            class: DeviceClass::Printer,
            name: name.to_owned(),
            maker: String::new(),
            connection: Connection::Network { address: String::new() },
            accessibility: Accessibility::Accessible,
            attestation: Attestation::Virtual,
            capabilities: Capabilities::Printer {
                formats: vec![format.to_owned()],
                media: vec![media.to_owned()],
                duplex: false,
                colour: false,
            },
            model: DeviceModel::default(),
        };
        DeviceLine { device, state: DeviceState::Ready, ready, words: String::new(), fault: None }
    }

    #[test]
    fn papers_go_to_a_printer_of_sheets_unless_one_of_slips_is_chosen_or_alone() {
        let slips = printer("slips", "image/png", "roll_max_72x2000mm", true);
        let sheets = printer("sheets", "application/pdf", "iso_a4_210x297mm", false);
        let name = |lines: &[&DeviceLine], chosen: Option<&str>| {
            let chosen = chosen.map(|name| DeviceId(name.to_owned()));
            best(lines, chosen.as_ref()).unwrap().device.name.clone()
        };
        assert_eq!(name(&[&slips, &sheets], None), "sheets");
        assert_eq!(name(&[&slips, &sheets], Some("slips")), "slips");
        assert_eq!(name(&[&slips], None), "slips");
    }
}
