//! A look at one host: which devices it has and how each stands.

use super::words::{fault_view, short_words};
use super::{HostKey, LIST_LIMIT};
use crate::Terminal;
use crate::rpc::ChangeSource;
use crate::rpc::view::{DeviceLine, DeviceState};
use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceId, DeviceInfo, DeviceModel, Fault,
    FaultCode, HostClient, HostState,
};
use std::sync::PoisonError;

impl Terminal {
    pub(super) fn look_at_host(&self, key: &HostKey) {
        let Some(host) = self.devices.host(key) else { return };
        let lines = match host.state() {
            // Told at once: a question would wait for the next host.
            HostState::Restarting { fault, .. } | HostState::Unavailable { fault } => {
                self.lost_lines(key, &host, &fault)
            }
            _ => match host.list(LIST_LIMIT) {
                Ok(devices) => devices.into_iter().map(|device| self.device_line(&host, device)).collect(),
                Err(fault) => self.lost_lines(key, &host, &fault),
            },
        };
        let (changed, before) = {
            let mut known = self.devices.known.lock().unwrap_or_else(PoisonError::into_inner);
            let before = known.insert(key.clone(), lines.clone());
            (before.as_ref() != Some(&lines), before)
        };
        self.note_look(&before.unwrap_or_default(), &lines);
        match key.class {
            DeviceClass::IdCardReader => self.watch_cards(),
            DeviceClass::CodeScanner => self.watch_codes(),
            _ => {}
        }
        if changed {
            self.changed(ChangeSource::Device, ["shell", "devices"]);
        }
    }

    /// The devices of a host that does not answer, as they were known; for one that never listed any, a line of its
    /// own: an officer must not think that nothing was ever there.
    fn lost_lines(&self, key: &HostKey, host: &HostClient, fault: &Fault) -> Vec<DeviceLine> {
        let state = match host.state() {
            HostState::Starting => DeviceState::Starting,
            HostState::Unavailable { .. } => DeviceState::Faulty,
            _ if fault.permanent => DeviceState::Faulty,
            _ => DeviceState::Restarting,
        };
        let words = match state {
            DeviceState::Starting => "正在启动",
            DeviceState::Faulty => "有故障",
            _ => "正在重启",
        };
        let lost = |device: DeviceInfo| DeviceLine {
            device,
            state,
            ready: false,
            words: words.to_owned(),
            fault: Some(fault_view(fault)),
        };
        let known = self.devices.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(key) {
            Some(lines) if !lines.is_empty() => lines.iter().map(|line| lost(line.device.clone())).collect(),
            _ => vec![lost(unknown_device(key))],
        }
    }

    fn device_line(&self, host: &HostClient, device: DeviceInfo) -> DeviceLine {
        let class = device.class;
        let fault = match &device.accessibility {
            Accessibility::Accessible => match class {
                // A printer says what stands in its way without being disturbed.
                DeviceClass::Printer => host
                    .check_state(&device.id, LIST_LIMIT)
                    .map_or_else(Some, |faults| faults.into_iter().next()),
                DeviceClass::IdCardReader => self.reader_trouble(),
                _ => None,
            },
            Accessibility::PermissionDenied => {
                Some(Fault::new(FaultCode::PermissionDenied, class).at(&device.id))
            }
            Accessibility::Busy { held_by } => {
                let fault = Fault::new(FaultCode::Busy, class).at(&device.id);
                match held_by {
                    // Held by this very window: it is in use, not in the way.
                    Some(holder) if *holder == self.settings.profile => match class {
                        DeviceClass::IdCardReader => self.reader_trouble(),
                        _ => None,
                    },
                    Some(holder) => Some(fault.held_by(holder.clone())),
                    None => Some(fault),
                }
            }
            Accessibility::Absent => Some(Fault::new(FaultCode::Unplugged, class).at(&device.id)),
        };
        let busy = fault.as_ref().is_some_and(|fault| fault.code == FaultCode::Busy);
        let (state, words) = match (&device.accessibility, &fault) {
            (_, None) => (DeviceState::Ready, "正常".to_owned()),
            (Accessibility::Absent, _) => (DeviceState::Absent, "未接".to_owned()),
            (Accessibility::PermissionDenied, _) => (DeviceState::Denied, "没有权限".to_owned()),
            (Accessibility::Busy { held_by: Some(holder) }, _) if busy => {
                (DeviceState::Busy, format!("{holder}在用"))
            }
            (Accessibility::Busy { .. }, _) if busy => (DeviceState::Busy, "别的程序在用".to_owned()),
            (_, Some(fault)) => (DeviceState::Faulty, short_words(fault.code).to_owned()),
        };
        DeviceLine {
            device,
            state,
            ready: state == DeviceState::Ready,
            words,
            fault: fault.as_ref().map(fault_view),
        }
    }
}

/// What stands for a host that has never listed a device.
fn unknown_device(key: &HostKey) -> DeviceInfo {
    DeviceInfo {
        id: DeviceId::new("host", &key.file_name()),
        class: key.class,
        name: key.class.chinese().to_owned(),
        maker: String::new(),
        connection: Connection::System { name: key.file_name() },
        accessibility: Accessibility::Absent,
        attestation: driver_contract::Attestation::Unattested,
        capabilities: Capabilities::Unknown,
        model: DeviceModel::default(),
    }
}
