//! Where a station keeps its things.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// The programs and data that a station is made from.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Folder of the built programs.
    pub programs: PathBuf,
    /// Folder of the assets.
    pub assets: PathBuf,
    /// Folder of the built user interface.
    pub ui: PathBuf,
    /// Folder of the register's invented population, shared by all stations: making it takes a while.
    pub population: PathBuf,
}

/// Ports of a station. They stay the same from start to start: windows keep the server's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// The server.
    pub server: u16,
    /// The population register.
    pub register: u16,
    /// The printer.
    pub printer: u16,
}

/// A station's folder.
#[derive(Debug, Clone)]
pub struct Place {
    root: PathBuf,
    /// Ports.
    pub ports: Ports,
}

impl Place {
    /// The station in `root`; made when there is none.
    ///
    /// # Errors
    /// The folder cannot be made or holds something else.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(root).with_context(|| format!("making {}", root.display()))?;
        let root = root.canonicalize()?;
        for folder in ["logs", "server", "register", "devices", "printer", "windows", "locks"] {
            std::fs::create_dir_all(root.join(folder))?;
        }
        let file = root.join("ports.json");
        let ports = match std::fs::read(&file) {
            Ok(text) => {
                serde_json::from_slice(&text).with_context(|| format!("reading {}", file.display()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let ports = free_ports()?;
                std::fs::write(&file, serde_json::to_vec_pretty(&ports)?)?;
                ports
            }
            Err(error) => return Err(error).with_context(|| format!("reading {}", file.display())),
        };
        Ok(Self { root, ports })
    }

    /// Logs of the programs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// The server's data.
    #[must_use]
    pub fn server(&self) -> PathBuf {
        self.root.join("server")
    }

    /// One-time codes for the windows.
    #[must_use]
    pub fn codes(&self) -> PathBuf {
        self.root.join("enrolment-codes.toml")
    }

    /// The server's token at the register.
    #[must_use]
    pub fn register_token(&self) -> PathBuf {
        self.root.join("register.token")
    }

    /// Invented standard addresses, as the server reads them.
    #[must_use]
    pub fn addresses(&self) -> PathBuf {
        self.root.join("addresses.csv")
    }

    /// The register's data.
    #[must_use]
    pub fn register(&self) -> PathBuf {
        self.root.join("register")
    }

    /// What the printer printed.
    #[must_use]
    pub fn spool(&self) -> PathBuf {
        self.root.join("printer")
    }

    /// Folder of device files.
    #[must_use]
    pub fn devices(&self) -> PathBuf {
        self.root.join("devices")
    }

    /// The virtual reader's serial line.
    #[must_use]
    pub fn reader(&self) -> PathBuf {
        self.devices().join("reader")
    }

    /// The socket through which cards are laid on the virtual reader.
    #[must_use]
    pub fn reader_control(&self) -> PathBuf {
        self.devices().join("control")
    }

    /// The cards of a training counter.
    #[must_use]
    pub fn training_cards(&self) -> PathBuf {
        self.devices().join("cards.json")
    }

    /// A window's list of devices: the same devices for all, because it is one PC.
    #[must_use]
    pub fn device_list(&self, name: &str) -> PathBuf {
        self.devices().join(format!("{name}.json"))
    }

    /// The scanner library's settings.
    #[must_use]
    pub fn scanner_settings(&self) -> PathBuf {
        self.devices().join("sane")
    }

    /// Device locks of both windows.
    #[must_use]
    pub fn locks(&self) -> PathBuf {
        self.root.join("locks")
    }

    /// A window's data.
    #[must_use]
    pub fn window(&self, name: &str) -> PathBuf {
        self.root.join("windows").join(name)
    }
}

/// Writes a file that only this account can read.
///
/// # Errors
/// The file cannot be written.
pub fn write_private(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut opened = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(file)?;
    opened.write_all(bytes).with_context(|| format!("writing {}", file.display()))
}

fn free_ports() -> anyhow::Result<Ports> {
    // All open at the same time, so that they differ.
    let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1");
    let open = [bind()?, bind()?, bind()?];
    let [server, register, printer] = &open;
    let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
    Ok(Ports { server: port(server)?, register: port(register)?, printer: port(printer)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_station_keeps_its_ports() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Place::open(folder.path()).expect("a place").ports;
        assert_eq!(Place::open(folder.path()).expect("the same place").ports, first);
        assert!(first.server != first.register && first.register != first.printer);
        let other = tempfile::tempdir().expect("another folder");
        std::fs::write(other.path().join("ports.json"), "{}").expect("a damaged file");
        assert!(Place::open(other.path()).is_err(), "a damaged file is not overwritten");
    }
}
