//! Finds and opens UKeys through the libraries that the configuration names.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, FaultCode, OpenDevice,
};
use serde_json::Value;

use super::device::Ukey;
use super::error::UkeyError;
use super::ffi::{Application, Decrypting, Key, Library};

const NAME: &str = "skf";

/// The driver `skf`.
///
/// Each configuration entry names a maker's library in `path`. Settings, all optional: `key` (the library's name for
/// the key; else the first that is plugged in), `application` (else the key's first), `decrypt` (`"ecc_decrypt"` for
/// `SKF_ECCDecrypt` with four arguments, `"prv_key_decrypt"` for `SKF_PrvKeyDecrypt` with five: makers differ, and the
/// standard has none). A UKey's traffic is never recorded.
#[derive(Default)]
pub struct Skf {
    libraries: Mutex<HashMap<String, Arc<Library>>>,
}

impl Skf {
    fn library(&self, path: &str) -> Result<Arc<Library>, UkeyError> {
        let mut libraries = self.libraries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(library) = libraries.get(path) {
            return Ok(Arc::clone(library));
        }
        let library = Library::load(OsStr::new(path))?;
        libraries.insert(path.to_owned(), Arc::clone(&library));
        Ok(library)
    }
}

/// What a configuration entry says.
pub(super) struct Settings {
    key: Option<String>,
    application: Option<String>,
    pub(super) decrypting: Option<Decrypting>,
}

impl Settings {
    fn from_config(config: &DeviceConfig) -> Result<Self, &'static str> {
        let text = |name: &str| match config.settings.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err("a setting is not a text"),
        };
        let decrypting = match text("decrypt")?.as_deref() {
            None => None,
            Some("ecc_decrypt") => Some(Decrypting::EccDecrypt),
            Some("prv_key_decrypt") => Some(Decrypting::PrivateKeyDecrypt),
            Some(_) => return Err("settings.decrypt is neither ecc_decrypt nor prv_key_decrypt"),
        };
        if config.record.is_some() {
            return Err("a UKey's traffic is never recorded");
        }
        Ok(Self { key: text("key")?, application: text("application")?, decrypting })
    }

    /// The name of the key to take, if one is plugged in.
    fn choose(&self, keys: Vec<String>) -> Option<String> {
        match &self.key {
            Some(wanted) => keys.into_iter().find(|key| key == wanted),
            None => keys.into_iter().next(),
        }
    }

    /// Connects to the key.
    pub(super) fn connect(&self, library: &Arc<Library>) -> Result<Key, UkeyError> {
        let key = self.choose(library.keys()?).ok_or(UkeyError::NoKey)?;
        library.connect(&key)
    }

    /// Opens the application.
    pub(super) fn application(&self, key: &Key) -> Result<Application, UkeyError> {
        let name = match &self.application {
            Some(name) => name.clone(),
            None => key.applications()?.into_iter().next().ok_or(UkeyError::NoApplication)?,
        };
        key.application(&name)
    }
}

impl DriverFactory for Skf {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Ukey
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        Ok(configured.iter().map(|config| self.describe(config)).collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let fault = |code: FaultCode| Fault::new(code, DeviceClass::Ukey).at(device);
        // A library is named by the administrator or not at all: nobody else says what is loaded.
        let config = configured.iter().find(|config| config.path == device.local());
        let config = config.ok_or_else(|| fault(FaultCode::NotFound))?;
        let settings = Settings::from_config(config)
            .map_err(|what| fault(FaultCode::BadConfiguration).with_detail(what))?;
        if may_not_read(&config.path) {
            return Err(fault(FaultCode::PermissionDenied));
        }
        let opened = self
            .library(&config.path)
            .and_then(|library| Ukey::open(info(config, Accessibility::Accessible), library, settings));
        Ok(Box::new(opened.map_err(|error| error.at(device))?))
    }
}

impl Skf {
    fn describe(&self, config: &DeviceConfig) -> DeviceInfo {
        if may_not_read(&config.path) {
            return info(config, Accessibility::PermissionDenied);
        }
        let settings = Settings::from_config(config).ok();
        let keys = self.library(&config.path).and_then(|library| library.keys());
        let there = settings.zip(keys.ok()).and_then(|(settings, keys)| settings.choose(keys));
        info(config, if there.is_some() { Accessibility::Accessible } else { Accessibility::Absent })
    }
}

fn may_not_read(path: &str) -> bool {
    std::fs::File::open(Path::new(path))
        .is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
}

fn info(config: &DeviceConfig, accessibility: Accessibility) -> DeviceInfo {
    DeviceInfo {
        id: DeviceId::new(NAME, &config.path),
        class: DeviceClass::Ukey,
        name: config.name.clone().unwrap_or_else(|| "密码钥匙".to_owned()),
        maker: config.maker.clone().unwrap_or_default(),
        connection: Connection::System { name: config.path.clone() },
        accessibility,
        attestation: config.attestation,
        capabilities: Capabilities::Unknown,
        model: DeviceModel::default(),
    }
}
