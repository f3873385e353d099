//! Where a terminal keeps its things and finds its programs.

use std::path::PathBuf;

/// Settings of one terminal profile.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name of the profile and window, e.g. 柜台一.
    pub profile: String,
    /// Folder of the store, keys and reports; this profile's alone.
    pub data: PathBuf,
    /// Folder of device locks, shared by the profiles of this PC.
    pub runtime: PathBuf,
    /// Folder of definitions, templates, messages.
    pub assets: PathBuf,
    /// Address of the server, when the profile is not enrolled yet.
    pub server: Option<String>,
    /// Devices by class: JSON `{"devices": [DeviceConfig …]}`.
    pub devices: PathBuf,
    /// Folder of the programs `device-host` and `paper-worker`.
    pub programs: PathBuf,
    /// Whether this is a demo or training station.
    pub demo: bool,
}

impl Settings {
    /// The store.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.data.join("store")
    }

    /// What is known of the enrolment; nothing secret inside.
    #[must_use]
    pub fn enrolment(&self) -> PathBuf {
        self.data.join("enrolment.json")
    }

    /// Secret of this machine, mixed into every password slot. Only this account may read it.
    #[must_use]
    pub fn machine_secret(&self) -> PathBuf {
        self.data.join("machine.secret")
    }

    /// The terminal's key, sealed with the machine secret.
    #[must_use]
    pub fn terminal_key(&self) -> PathBuf {
        self.data.join("terminal.key")
    }

    /// The trusted time that was kept last.
    #[must_use]
    pub fn clock(&self) -> PathBuf {
        self.data.join("clock.json")
    }

    /// Failed log-ins.
    #[must_use]
    pub fn attempts(&self) -> PathBuf {
        self.data.join("attempts.json")
    }

    /// Reports of program faults and diagnostic bundles.
    #[must_use]
    pub fn reports(&self) -> PathBuf {
        self.data.join("reports")
    }
}
