//! What the program is started with.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::{Parser, Subcommand};
use terminal::Settings;

/// Where the package puts what all profiles share.
const SHARED: &str = "/usr/share/window-terminal";
/// The administrator's list of devices.
const DEVICES: &str = "/etc/window-terminal/devices.json";

/// The window terminal of a service counter.
#[derive(Debug, Clone, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    /// Something else than opening the windows.
    #[command(subcommand)]
    pub(crate) task: Option<Task>,
    /// Name of the window, e.g. 柜台一; each has data, keys and devices of its own.
    #[arg(long, default_value = "窗口")]
    pub(crate) profile: String,
    /// Data folder of this profile; a folder of its name among this account's data by default.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Folder of device locks, shared by the profiles of this PC.
    #[arg(long)]
    runtime: Option<PathBuf>,
    /// Folder of matters, flows, codes, templates, messages.
    #[arg(long)]
    assets: Option<PathBuf>,
    /// Address of the server, offered at enrolment.
    #[arg(long)]
    server: Option<String>,
    /// File that names the devices.
    #[arg(long)]
    devices: Option<PathBuf>,
    /// Folder with `device-host` and `paper-worker`; the folder of this program by default.
    #[arg(long)]
    programs: Option<PathBuf>,
    /// Screens and papers say that this is a demonstration.
    #[arg(long)]
    pub(crate) demo: bool,
    /// Opens no applicant screen: for rooms without a counter.
    #[arg(long)]
    pub(crate) without_applicant: bool,
    /// End when standard input ends: for programs that start this one and may die.
    #[arg(long)]
    pub(crate) until_stdin_ends: bool,
}

/// What the program does without windows.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Task {
    /// Proves the data of a window from what lies on the disk, and changes nothing. Asks for the officer's password;
    /// ends with 0 when everything is whole, with 1 when something is wrong, with 2 when it cannot be checked.
    Check {
        /// Data folder of the window.
        data: PathBuf,
        /// Log-in name of an officer who has logged in at this window.
        #[arg(long)]
        officer: String,
    },
}

impl Options {
    /// The terminal's settings.
    ///
    /// # Errors
    /// The profile's name cannot name a folder, or this account has no folder for data.
    pub(crate) fn settings(&self) -> anyhow::Result<Settings> {
        ensure!(
            !self.profile.is_empty() && !self.profile.starts_with('.') && !self.profile.contains(['/', '\0']),
            "the profile's name cannot name a folder"
        );
        let data = match &self.data {
            Some(folder) => folder.clone(),
            None => data_home()?.join("window-terminal").join(&self.profile),
        };
        let devices = match &self.devices {
            Some(file) => file.clone(),
            None => Some(PathBuf::from(DEVICES))
                .filter(|file| file.is_file())
                .unwrap_or(data.join("devices.json")),
        };
        let programs = match &self.programs {
            Some(folder) => folder.clone(),
            None => std::env::current_exe()?.parent().context("this program's folder")?.to_owned(),
        };
        Ok(Settings {
            profile: self.profile.clone(),
            data,
            runtime: self.runtime.clone().unwrap_or_else(shared_runtime),
            assets: self.assets.clone().unwrap_or_else(|| PathBuf::from(SHARED).join("assets")),
            server: self.server.clone(),
            devices,
            programs,
            demo: self.demo,
        })
    }
}

fn data_home() -> anyhow::Result<PathBuf> {
    if let Some(folder) =
        std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute())
    {
        return Ok(folder);
    }
    Ok(PathBuf::from(std::env::var_os("HOME").context("this account has no home folder")?)
        .join(".local/share"))
}

/// One folder for all profiles of an account: they have to see each other's device locks.
fn shared_runtime() -> PathBuf {
    match std::env::var_os("XDG_RUNTIME_DIR") {
        Some(folder) => PathBuf::from(folder).join("window-terminal"),
        None => std::env::temp_dir().join(format!("window-terminal-{}", rustix::process::getuid().as_raw())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_has_a_folder_of_its_own() {
        let options = Options::parse_from(["window-terminal", "--profile", "柜台一", "--assets", "/a"]);
        let settings = options.settings().expect("settings");
        assert!(settings.data.ends_with("window-terminal/柜台一"), "{}", settings.data.display());
        assert_eq!(settings.assets, PathBuf::from("/a"));
        assert!(!settings.runtime.starts_with(&settings.data), "device locks are shared by profiles");
    }

    #[test]
    fn a_check_names_data_and_officer_and_opens_no_window() {
        let options = Options::parse_from(["window-terminal", "check", "/data", "--officer", "F0001"]);
        assert!(matches!(options.task, Some(Task::Check { officer, .. }) if officer == "F0001"));
        assert!(Options::try_parse_from(["window-terminal", "check", "/data"]).is_err());
        assert!(
            Options::try_parse_from(["window-terminal", "--demo", "check", "/data", "--officer", "F"])
                .is_err()
        );
    }

    #[test]
    fn a_profile_cannot_leave_its_place() {
        for name in ["", ".", "..", "../other", "a/b", "/etc"] {
            let options = Options::parse_from(["window-terminal", "--profile", name]);
            assert!(options.settings().is_err(), "{name}");
        }
    }
}
