//! The devices of this PC: one host process per class, watched and restarted by its client.

use crate::Terminal;
use crate::card::LaidCard;
use crate::error::{Own, Result, who_of_fault};
use crate::rpc::ChangeSource;
use crate::rpc::request::Empty;
use crate::rpc::view::{DeviceLine, DevicesView, FaultView};
use crate::settings::Settings;
use driver_contract::{
    Accessibility, Attestation, CardNews, CardWatch, DeviceClass, DeviceInfo, Fault, FaultCode, HostClient,
    HostLog, HostNotice, HostOptions,
};
use gm::random::random_array;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Time between two looks at the devices for the status bar.
const LOOK: Duration = Duration::from_secs(3);
/// Listing is quick or the host is ill.
const LIST_LIMIT: Duration = Duration::from_secs(6);
/// The readers' find command suits 300 to 500 ms.
const CARD_INTERVAL: Duration = Duration::from_millis(350);

/// Which classes this PC has, as the device file says: class → the host's own configuration.
#[derive(Deserialize)]
struct DeviceFile {
    /// Folder of the scanner library's configuration, where it is not the system's.
    #[serde(default)]
    sane_config: Option<std::path::PathBuf>,
    /// Whether the card reader is watched for cards laid on an empty desk. A window that shares its PC's reader
    /// with a counter leaves it alone until it reads.
    #[serde(default = "watched")]
    watch_cards: bool,
    /// Class → its devices.
    classes: BTreeMap<DeviceClass, serde_json::Value>,
}

/// A counter's reader is watched unless its file says otherwise.
fn watched() -> bool {
    true
}

#[derive(Default)]
pub(crate) struct Devices {
    watched: bool,
    sane: Option<std::path::PathBuf>,
    configured: Vec<(DeviceClass, std::path::PathBuf)>,
    hosts: Mutex<BTreeMap<DeviceClass, Arc<HostClient>>>,
    known: Mutex<BTreeMap<DeviceClass, Vec<DeviceLine>>>,
    watch: Mutex<Option<CardWatch>>,
    /// What the watch last met at the card reader, until it can be used again.
    reader_trouble: Mutex<Option<Fault>>,
}

impl Devices {
    /// Reads the device file and lays each class's part where its host reads it.
    pub(crate) fn read(settings: &Settings) -> Result<Self> {
        let Ok(text) = std::fs::read(&settings.devices) else { return Ok(Self::default()) };
        let file: DeviceFile = serde_json::from_slice(&text).map_err(|_| Own::NoDevice)?;
        let folder = settings.data.join("devices");
        crate::vault::private_folder(&folder)?;
        let mut configured = Vec::new();
        for (class, devices) in file.classes {
            let path = folder.join(format!("{}.json", class.as_str()));
            let bytes = serde_json::to_vec(&serde_json::json!({ "devices": devices })).unwrap_or_default();
            crate::vault::write_private(&path, &bytes)?;
            configured.push((class, path));
        }
        Ok(Self { watched: file.watch_cards, sane: file.sane_config, configured, ..Self::default() })
    }

    fn host(&self, class: DeviceClass) -> Option<Arc<HostClient>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).get(&class).cloned()
    }
}

impl Terminal {
    /// Starts one host per configured class.
    pub(crate) fn start_devices(self: &Arc<Self>) {
        for (class, config) in &self.devices.configured {
            let mut options = HostOptions::new(
                self.settings.programs.join("device-host"),
                *class,
                &self.settings.profile,
                config.clone(),
                self.settings.runtime.clone(),
            );
            if let Some(folder) = &self.devices.sane {
                options.environment.push(("SANE_CONFIG_DIR".into(), folder.into()));
            }
            options.log = HostLog::File(self.settings.data.join(format!("device-{}.log", class.as_str())));
            let me = Arc::downgrade(self);
            let started = HostClient::start(options, move |notice: HostNotice| {
                if let (Some(terminal), HostNotice::State(_) | HostNotice::Device { .. }) =
                    (me.upgrade(), &notice)
                {
                    terminal.changed(ChangeSource::Device, ["shell", "devices"]);
                }
            });
            match started {
                Ok(host) => {
                    self.devices
                        .hosts
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert(*class, Arc::new(host));
                }
                Err(error) => {
                    tracing::error!(class = class.as_str(), %error, "a device host could not be started");
                }
            }
        }
        let me = Arc::downgrade(self);
        let looked = std::thread::Builder::new().name("devices".to_owned()).spawn(move || {
            while let Some(terminal) = me.upgrade() {
                terminal.look_at_devices();
                drop(terminal);
                std::thread::sleep(LOOK);
            }
        });
        if let Err(error) = looked {
            tracing::error!(%error, "devices are not looked at");
        }
    }

    pub(crate) fn stop_devices(&self) {
        *self.devices.watch.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.devices.hosts.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn look_at_devices(&self) {
        let mut any_changed = false;
        for (class, _) in &self.devices.configured {
            let Some(host) = self.devices.host(*class) else { continue };
            let lines = match host.list(LIST_LIMIT) {
                Ok(devices) => devices.into_iter().map(|device| self.device_line(&host, device)).collect(),
                Err(fault) => self.lost_lines(*class, &fault),
            };
            let mut known = self.devices.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.get(class) != Some(&lines) {
                known.insert(*class, lines);
                any_changed = true;
            }
        }
        self.watch_cards();
        if any_changed {
            self.changed(ChangeSource::Device, ["shell", "devices"]);
        }
    }

    fn lost_lines(&self, class: DeviceClass, fault: &Fault) -> Vec<DeviceLine> {
        let known = self.devices.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(&class)
            .into_iter()
            .flatten()
            .map(|line| DeviceLine {
                device: line.device.clone(),
                ready: false,
                words: "正在重启".to_owned(),
                fault: Some(fault_view(fault)),
            })
            .collect()
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
        let words = match (&device.accessibility, &fault) {
            (Accessibility::Absent, _) => "未接".to_owned(),
            (Accessibility::Busy { held_by: Some(holder) }, Some(fault)) if fault.code == FaultCode::Busy => {
                format!("{holder}在用")
            }
            (Accessibility::Busy { .. }, Some(fault)) if fault.code == FaultCode::Busy => {
                "别的程序在用".to_owned()
            }
            (Accessibility::PermissionDenied, _) => "没有权限".to_owned(),
            (_, Some(fault)) => short_words(fault.code).to_owned(),
            (_, None) => "正常".to_owned(),
        };
        DeviceLine { device, ready: fault.is_none(), words, fault: fault.as_ref().map(fault_view) }
    }

    /// What the watch met at the card reader.
    fn reader_trouble(&self) -> Option<Fault> {
        self.devices.reader_trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_reader_trouble(&self, trouble: Option<Fault>) {
        *self.devices.reader_trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    pub(crate) fn device_lines(&self) -> Vec<DeviceLine> {
        self.devices
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .flatten()
            .cloned()
            .collect()
    }

    pub(crate) fn devices(&self, _: Empty) -> Result<DevicesView> {
        Ok(DevicesView { devices: self.device_lines() })
    }

    /// The first device of a class, with its host. One that the station vouches for goes before one that was only
    /// found: whatever else is plugged in must not take its place.
    pub(crate) fn device(&self, class: DeviceClass) -> Result<(Arc<HostClient>, DeviceInfo)> {
        let host = self.devices.host(class).ok_or(Own::NoDevice)?;
        let known = {
            let known = self.devices.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&class).and_then(|lines| {
                let vouched = |line: &&DeviceLine| line.device.attestation != Attestation::Unattested;
                let likely: Vec<&DeviceLine> = lines.iter().filter(vouched).collect();
                let likely = if likely.is_empty() { lines.iter().collect() } else { likely };
                let best = likely.iter().find(|line| line.ready).or_else(|| likely.first());
                best.map(|line| line.device.clone())
            })
        };
        let device = match known {
            Some(device) => device,
            None => host.list(LIST_LIMIT)?.into_iter().next().ok_or(Own::NoDevice)?,
        };
        Ok((host, device))
    }

    /// Watches the card reader while somebody works here.
    fn watch_cards(&self) {
        let working = self.actor().is_ok();
        let mut watch = self.devices.watch.lock().unwrap_or_else(PoisonError::into_inner);
        if !working {
            *watch = None;
            return;
        }
        if watch.is_some() || !self.devices.watched {
            return;
        }
        match self.begin_watch() {
            Ok(begun) => *watch = Some(begun),
            Err(error) => tracing::warn!(%error, "the card reader is not watched"),
        }
    }

    /// Watches the card reader of a window that else leaves it alone; none where it is watched anyhow.
    pub(crate) fn watch_for_row_cards(&self) -> Result<Option<CardWatch>> {
        if self.devices.watched { Ok(None) } else { self.begin_watch().map(Some) }
    }

    fn begin_watch(&self) -> Result<CardWatch> {
        let (host, device) = self.device(DeviceClass::IdCardReader)?;
        let me = self.me.clone();
        let begun = host.watch_cards(
            &device.id,
            CARD_INTERVAL,
            || random_array::<16>().map(hex::encode).unwrap_or_default(),
            move |news| {
                let Some(terminal) = me.upgrade() else { return };
                terminal.note_reader_trouble(match &news {
                    CardNews::Trouble(fault) => Some(fault.clone()),
                    _ => None,
                });
                match news {
                    CardNews::Read(reading) => terminal.card_laid(LaidCard::Read(reading)),
                    CardNews::Failed(fault) => terminal.card_laid(LaidCard::Failed(Box::new(fault))),
                    CardNews::Removed => terminal.card_removed(),
                    CardNews::Trouble(fault) => {
                        terminal.told_row_cards(&LaidCard::Failed(Box::new(fault)));
                        terminal.changed(ChangeSource::Device, ["shell", "devices"]);
                    }
                    CardNews::Ready | CardNews::Present => {
                        terminal.changed(ChangeSource::Device, ["shell", "devices"]);
                    }
                }
            },
        );
        Ok(begun?)
    }
}

pub(crate) fn fault_view(fault: &Fault) -> FaultView {
    FaultView {
        sentence: fault.sentence(),
        cure: fault.cure(),
        who: who_of_fault(fault).to_owned(),
        fault: fault.clone(),
    }
}

/// A fault in two to four characters for the status bar; the whole sentence stands on the device page.
fn short_words(code: FaultCode) -> &'static str {
    match code {
        FaultCode::OutOfPaper | FaultCode::MediaNotReady => "缺纸",
        FaultCode::PaperJam | FaultCode::FeederJam => "卡纸",
        FaultCode::CoverOpen => "盖子开着",
        FaultCode::TonerEmpty => "没有碳粉",
        FaultCode::TonerLow => "碳粉将尽",
        FaultCode::PrinterUnreachable => "连不上",
        FaultCode::WarmingUp => "正在预热",
        _ => "有故障",
    }
}
