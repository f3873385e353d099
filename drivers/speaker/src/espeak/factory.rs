//! Opens the voice that the configuration names.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, FaultCode, OpenDevice,
};
use driver_line::{Settings, SettingsError};

use super::device::{EspeakDevice, Manner};
use crate::SpeechError;

/// The driver `espeak`. Its entries name the program in `path`: `espeak-ng`, or a file. Settings, all optional: `voice`
/// (`cmn`), `rate` (160 words a minute), `amplitude` (100), and, for virtual devices only, `sink` (`sound` or `wav`) with
/// `wav`, the file that is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Espeak;

const NAME: &str = "espeak";

impl DriverFactory for Espeak {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Speaker
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        Ok(configured.iter().map(listed).collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let config = configured.iter().find(|config| config.path == device.local()).ok_or_else(|| {
            Fault::new(FaultCode::NotFound, DeviceClass::Speaker).at(device).with_detail("not configured")
        })?;
        let opened = manner(config)
            .map_err(SpeechError::from)
            .and_then(|manner| EspeakDevice::open(listed(config), manner));
        Ok(Box::new(opened.map_err(|error| error.at(device))?))
    }
}

fn manner(config: &DeviceConfig) -> Result<Manner, SettingsError> {
    let settings = Settings::new(config);
    let voice = settings.text("voice")?.unwrap_or("cmn").to_owned();
    // A voice's name becomes part of a command line.
    if !voice.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'_')) {
        return Err(SettingsError::new("settings.voice is no voice's name"));
    }
    let wav = match settings.text("sink")?.unwrap_or("sound") {
        "sound" => None,
        "wav" if settings.is_virtual() => {
            let path = settings.text("wav")?.ok_or_else(|| SettingsError::new("settings.wav is missing"))?;
            Some(PathBuf::from(path))
        }
        "wav" => return Err(SettingsError::new("only virtual devices speak into a file")),
        _ => return Err(SettingsError::new("settings.sink is not sound or wav")),
    };
    Ok(Manner {
        program: PathBuf::from(&config.path),
        voice,
        rate: settings.number("rate", 160, 80..=450)?,
        amplitude: settings.number("amplitude", 100, 0..=200)?,
        wav,
    })
}

/// Whether the program can be run, searched for as a shell would.
fn accessibility(program: &str) -> Accessibility {
    let rights = |path: &Path| std::fs::metadata(path).ok().map(|found| found.permissions().mode());
    let found = if program.contains('/') {
        rights(Path::new(program))
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).find_map(|folder| rights(&folder.join(program)))
    };
    match found {
        None => Accessibility::Absent,
        Some(mode) if mode & 0o111 == 0 => Accessibility::PermissionDenied,
        Some(_) => Accessibility::Accessible,
    }
}

fn listed(config: &DeviceConfig) -> DeviceInfo {
    DeviceInfo {
        id: DeviceId::new(NAME, &config.path),
        class: DeviceClass::Speaker,
        name: config.name.clone().unwrap_or_else(|| DeviceClass::Speaker.chinese().to_owned()),
        maker: config.maker.clone().unwrap_or_default(),
        connection: Connection::System { name: config.path.clone() },
        accessibility: accessibility(&config.path),
        attestation: config.attestation,
        capabilities: Capabilities::Unknown,
        model: DeviceModel::default(),
    }
}
