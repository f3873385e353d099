//! The devices of this PC: one host process per class, and one for each maker's library; watched and restarted by
//! their clients.

mod adjusting;
mod choice;
pub(crate) mod frames;
mod ledger;
mod look;
pub(crate) mod prompt;
mod recording;
mod rehearsal;
mod self_test;
mod signing;
mod trial;
pub(crate) mod waiting;
mod watch;
mod words;

use crate::Terminal;
use crate::error::{Own, Result};
use crate::rpc::request::Empty;
use crate::rpc::view::{DeviceLine, DevicesView, SelfTest};
use crate::settings::Settings;
use adjusting::Adjusting;
use choice::Choices;
use driver_contract::{
    DeviceClass, DeviceConfig, DeviceInfo, Fault, HostClient, HostLog, HostNotice, HostOptions, Watch,
};
use ledger::Ledger;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Time between two looks at the devices for the status bar.
const LOOK: Duration = Duration::from_secs(3);
/// Listing is quick or the host is ill.
const LIST_LIMIT: Duration = Duration::from_secs(6);
/// The readers' find command suits 300 to 500 ms.
const CARD_INTERVAL: Duration = Duration::from_millis(350);

/// Which classes this PC has, as the device file says: class → its devices.
#[derive(Deserialize)]
struct DeviceFile {
    /// Folder of the scanner library's configuration, where it is not the system's.
    #[serde(default)]
    sane_config: Option<PathBuf>,
    /// Socket of the fingerprint library's virtual sensor, at a training counter.
    #[serde(default)]
    virtual_finger: Option<PathBuf>,
    /// Folder of the virtual UKey, at a training counter.
    #[serde(default)]
    virtual_ukey: Option<PathBuf>,
    /// Whether the card reader is watched for cards laid on an empty desk, and the code scanner for codes. A window that
    /// shares its PC's devices with a counter leaves them alone until it uses them.
    #[serde(default = "watched")]
    watch_cards: bool,
    /// Where the virtual devices of a training counter are told what to do; heeded at demo and training stations only.
    #[serde(default)]
    rehearsal: Option<PathBuf>,
    /// Class → its devices.
    classes: BTreeMap<DeviceClass, Vec<Entry>>,
}

/// A device of the file.
#[derive(Deserialize)]
struct Entry {
    /// The maker's library that serves it; none for an open driver.
    #[serde(default)]
    library: Option<PathBuf>,
    /// The rest is the host's.
    #[serde(flatten)]
    config: DeviceConfig,
}

/// A counter's reader is watched unless its file says otherwise.
fn watched() -> bool {
    true
}

/// What one host process serves: a class, through its open drivers or through one maker's library.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct HostKey {
    class: DeviceClass,
    library: Option<PathBuf>,
}

impl HostKey {
    /// Name of the host's files: the class, and for a library its file name with a mark of its whole path, since two
    /// makers may call theirs the same.
    fn file_name(&self) -> String {
        let Some(library) = &self.library else { return self.class.as_str().to_owned() };
        let stem = library.file_stem().unwrap_or_default().to_string_lossy();
        let mark = &driver_contract::sm3_hex(library.as_os_str().as_encoded_bytes())[..8];
        format!("{}-{stem}-{mark}", self.class.as_str())
    }
}

#[derive(Default)]
pub(crate) struct Devices {
    watched: bool,
    sane: Option<PathBuf>,
    virtual_finger: Option<PathBuf>,
    virtual_ukey: Option<PathBuf>,
    rehearsal: Option<PathBuf>,
    /// What the device file says, host by host.
    parts: BTreeMap<HostKey, Vec<DeviceConfig>>,
    /// Tells the thread that looks at a host that something happened there.
    news: Mutex<BTreeMap<HostKey, Sender<()>>>,
    recordings: recording::Recordings,
    /// The operations that show what a camera sees.
    looks: Mutex<BTreeMap<String, frames::Look>>,
    hosts: Mutex<BTreeMap<HostKey, Arc<HostClient>>>,
    known: Mutex<BTreeMap<HostKey, Vec<DeviceLine>>>,
    choices: Choices,
    adjusting: Adjusting,
    watch: Mutex<Option<Watch>>,
    code_watch: Mutex<Option<Watch>>,
    /// Takes the next code for a test of the scanner, instead of the window.
    code_trial: Mutex<Option<Sender<usize>>>,
    prompts: prompt::Prompts,
    pub(crate) queue: crate::queue::Queue,
    ledger: Mutex<Ledger>,
    self_test: Mutex<Option<SelfTest>>,
    /// What the watch last met at the card reader, until it can be used again.
    reader_trouble: Mutex<Option<Fault>>,
}

impl Devices {
    /// Reads the device file and lays each host's part where it reads it.
    pub(crate) fn read(settings: &Settings) -> Result<Self> {
        let Ok(text) = std::fs::read(&settings.devices) else { return Ok(Self::default()) };
        let file: DeviceFile = serde_json::from_slice(&text).map_err(|_| Own::NoDevice)?;
        let folder = settings.data.join("devices");
        crate::vault::private_folder(&folder)?;
        let mut parts: BTreeMap<HostKey, Vec<DeviceConfig>> = BTreeMap::new();
        for (class, entries) in file.classes {
            // A class without entries has a host all the same: its drivers may find devices by themselves.
            parts.entry(HostKey { class, library: None }).or_default();
            for Entry { library, config } in entries {
                parts.entry(HostKey { class, library }).or_default().push(config);
            }
        }
        let prompts = prompt::Prompts::read(&settings.assets)?;
        let choices = Choices::read(folder.join("choices.json"));
        let adjusting = Adjusting::read(&settings.assets, folder.join("settings.json"))?;
        let queue = crate::queue::Queue::read(folder.join("queue.json"));
        let devices = Self {
            watched: file.watch_cards,
            sane: file.sane_config,
            virtual_finger: file.virtual_finger,
            virtual_ukey: file.virtual_ukey,
            rehearsal: file.rehearsal,
            parts,
            choices,
            adjusting,
            prompts,
            queue,
            ..Self::default()
        };
        for key in devices.parts.keys() {
            devices.lay_part(settings, key)?;
        }
        Ok(devices)
    }

    /// Where a host reads its part of the device file.
    fn part(settings: &Settings, key: &HostKey) -> PathBuf {
        settings.data.join("devices").join(format!("{}.json", key.file_name()))
    }

    /// Lays a host's part of the device file where it reads it, with what was set and what is recorded here.
    fn lay_part(&self, settings: &Settings, key: &HostKey) -> Result<()> {
        let part = serde_json::json!({
            "devices": self.entries_recorded(key),
            "adjusted": self.adjusting.of_class(key.class),
        });
        crate::vault::write_private(
            &Self::part(settings, key),
            &serde_json::to_vec(&part).unwrap_or_default(),
        )
    }

    /// The host that listed a device.
    fn key_of(&self, device: &DeviceInfo) -> Option<HostKey> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let lists = |lines: &Vec<DeviceLine>| lines.iter().any(|line| line.device.id == device.id);
        known.iter().find(|(_, lines)| lists(lines)).map(|(key, _)| key.clone())
    }

    fn host(&self, key: &HostKey) -> Option<Arc<HostClient>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// The hosts of a class, the open drivers' first.
    fn hosts_of(&self, class: DeviceClass) -> Vec<(HostKey, Arc<HostClient>)> {
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let of_class = hosts.iter().filter(|(key, _)| key.class == class);
        of_class.map(|(key, host)| (key.clone(), Arc::clone(host))).collect()
    }
}

impl Terminal {
    /// Starts the hosts; each is looked at by a thread of its own, so that a sick one delays nobody's news.
    pub(crate) fn start_devices(self: &Arc<Self>) {
        for key in self.devices.parts.keys() {
            let (news, looked_for) = channel();
            self.devices.news.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), news);
            if !self.start_host(key) {
                continue;
            }
            let (me, key) = (Arc::downgrade(self), key.clone());
            let looked = std::thread::Builder::new().name("devices".to_owned()).spawn(move || {
                while let Some(terminal) = me.upgrade() {
                    // Several pieces of news that came meanwhile are one look.
                    looked_for.try_iter().for_each(drop);
                    terminal.look_at_host(&key);
                    drop(terminal);
                    if looked_for.recv_timeout(LOOK) == Err(RecvTimeoutError::Disconnected) {
                        std::thread::sleep(LOOK);
                    }
                }
            });
            if let Err(error) = looked {
                tracing::error!(%error, "devices are not looked at");
            }
        }
    }

    /// Starts one host; whether it could be.
    fn start_host(self: &Arc<Self>, key: &HostKey) -> bool {
        let mut options = HostOptions::new(
            self.settings.programs.join("device-host"),
            key.class,
            &self.settings.profile,
            Devices::part(&self.settings, key),
            self.settings.runtime.clone(),
        );
        options.library.clone_from(&key.library);
        for (name, place) in [
            ("SANE_CONFIG_DIR", &self.devices.sane),
            ("FP_VIRTUAL_IMAGE", &self.devices.virtual_finger),
            ("SKF_VIRTUAL", &self.devices.virtual_ukey),
        ] {
            if let Some(place) = place {
                options.environment.push((name.into(), place.into()));
            }
        }
        options.log = HostLog::File(self.settings.data.join(format!("device-{}.log", key.file_name())));
        let news = self.devices.news.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        // What was plugged in, or a host that runs again, is looked at now and not at the next round.
        let (me, host) = (Arc::downgrade(self), key.clone());
        let started = HostClient::start(options, move |notice: HostNotice| {
            if let (HostNotice::Used { device, result }, Some(terminal)) = (&notice, me.upgrade()) {
                return terminal.note_use(&host, device, result);
            }
            if let Some(news) = &news {
                let _ = news.send(());
            }
        });
        match started {
            Ok(host) => {
                let mut hosts = self.devices.hosts.lock().unwrap_or_else(PoisonError::into_inner);
                hosts.insert(key.clone(), Arc::new(host));
                true
            }
            Err(error) => {
                tracing::error!(class = key.class.as_str(), %error, "a device host could not be started");
                false
            }
        }
    }

    /// Starts a host anew with what was set or recorded meanwhile.
    fn restart_host(&self, key: &HostKey) -> Result<()> {
        self.devices.lay_part(&self.settings, key)?;
        self.stop_watches();
        // The old host lets go of its devices before the new one takes them.
        self.devices.hosts.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        if !self.myself()?.start_host(key) {
            return Err(Own::ProgramFault.into());
        }
        Ok(())
    }

    /// Ends the watches; the next look begins them anew.
    fn stop_watches(&self) {
        for watch in [&self.devices.watch, &self.devices.code_watch] {
            *watch.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    pub(crate) fn stop_devices(&self) {
        self.stop_watches();
        self.devices.hosts.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn device_lines(&self) -> Vec<DeviceLine> {
        let known = self.devices.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.values().flatten().cloned().collect()
    }

    pub(crate) fn devices(&self, _: Empty) -> Result<DevicesView> {
        let devices = self.device_lines();
        let adjustable = devices.iter().filter(|line| self.devices.adjusting.any(&line.device));
        Ok(DevicesView {
            adjustable: adjustable.map(|line| line.device.id.clone()).collect(),
            devices,
            used: self.used_devices(),
            histories: self.device_histories(),
            self_test: self.last_self_test(),
            recordings: self.recording_lines(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_makers_with_one_file_name_have_files_of_their_own() {
        let key = |library: Option<&str>| {
            HostKey { class: DeviceClass::Fingerprint, library: library.map(PathBuf::from) }.file_name()
        };
        assert_eq!(key(None), "fingerprint");
        assert_ne!(key(Some("/opt/one/libfinger.so")), key(Some("/opt/two/libfinger.so")));
        assert!(key(Some("/opt/one/libfinger.so")).starts_with("fingerprint-libfinger-"));
    }
}
