//! Recording a device from its page: what it was told and said goes to a tape, for whoever has to find out why it does not
//! work. Masked always: a clerk presses the key, and what lies on the reader is somebody's card. A recording ends
//! with the program at the latest.

use super::{Devices, HostKey};
use crate::Terminal;
use crate::error::{Own, Result};
use crate::rpc::ChangeSource;
use crate::rpc::request::RecordDevice;
use crate::rpc::view::{DevicesView, RecordingLine};
use driver_contract::{DeviceClass, DeviceConfig, DeviceId, DeviceInfo, Recording};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// What is recorded now, and where to.
pub(super) type Recordings = Mutex<BTreeMap<DeviceId, PathBuf>>;

impl Terminal {
    /// Begins or ends the recording of a device. Its host starts anew: nothing must be under way in this window.
    pub(crate) fn record_device(&self, request: RecordDevice) -> Result<DevicesView> {
        self.actor()?;
        let device = self.known_device(&request.device)?;
        if device.class == DeviceClass::Ukey {
            return Err(Own::NotRecordable.into());
        }
        if !self.operations.running().is_empty() {
            return Err(Own::DevicesAtWork.into());
        }
        let key = self.devices.key_of(&device).ok_or(Own::NoDevice)?;
        {
            let mut recorded = self.devices.recordings.lock().unwrap_or_else(PoisonError::into_inner);
            if request.on == recorded.contains_key(&device.id) {
                drop(recorded);
                return self.devices(crate::rpc::request::Empty {});
            }
            if request.on {
                let folder = self.settings.data.join("recordings");
                crate::vault::private_folder(&folder)?;
                let name = format!("{}-{}.tape", device.class.as_str(), self.clock.now().trusted);
                recorded.insert(device.id.clone(), folder.join(name));
            } else {
                recorded.remove(&device.id);
            }
        }
        self.restart_host(&key)?;
        tracing::info!(class = device.class.as_str(), on = request.on, "the recording of a device");
        self.changed(ChangeSource::Device, ["devices", "shell"]);
        self.devices(crate::rpc::request::Empty {})
    }

    pub(super) fn recording_lines(&self) -> Vec<RecordingLine> {
        let recorded = self.devices.recordings.lock().unwrap_or_else(PoisonError::into_inner);
        let line = |(device, file): (&DeviceId, &PathBuf)| RecordingLine {
            device: device.clone(),
            file: file.display().to_string(),
        };
        recorded.iter().map(line).collect()
    }
}

impl Devices {
    /// The device file's entries of a host, with what is recorded. A device that was found without an entry has one while
    /// it is recorded.
    pub(super) fn entries_recorded(&self, key: &HostKey) -> Vec<DeviceConfig> {
        let recorded = self.recordings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut entries = self.parts.get(key).cloned().unwrap_or_default();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = known.get(key).into_iter().flatten();
        for line in lines.filter(|line| recorded.contains_key(&line.device.id)) {
            if !entries.iter().any(|entry| id_of(entry) == line.device.id) {
                entries.push(entry_of(&line.device));
            }
        }
        drop(known);
        for entry in &mut entries {
            if let Some(file) = recorded.get(&id_of(entry)) {
                entry.record = Some(Recording { file: file.clone(), mask: true, line: false });
            }
        }
        entries
    }
}

fn id_of(entry: &DeviceConfig) -> DeviceId {
    DeviceId::new(&entry.driver, &entry.path)
}

fn entry_of(device: &DeviceInfo) -> DeviceConfig {
    DeviceConfig {
        driver: device.id.driver().to_owned(),
        path: device.id.local().to_owned(),
        name: Some(device.name.clone()),
        maker: None,
        attestation: device.attestation,
        record: None,
        settings: serde_json::Map::new(),
    }
}
