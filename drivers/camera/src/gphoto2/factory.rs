//! Finds and opens cameras through libgphoto2.

use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, OpenDevice,
};
use serde::Deserialize;

use super::body::{Body, Detected};
use super::device::{Reflex, controls};
use super::ffi::Library;
use crate::adjusted::adjusted;
use crate::error::CameraError;

const NAME: &str = "gphoto2";
/// What every distribution calls the library (its major version is part of the name).
const LIBRARY: &str = "libgphoto2.so.6";

/// The driver `gphoto2`.
///
/// It finds cameras by itself. A configuration entry adds a name, a maker or an attestation; its `path` is the library's
/// name for the model (`Canon EOS 80D`), with `-2` and so on for a second one of the model. With the setting `port`
/// (`usb:001,004`, `disk:/folder`) it names a camera that is not found by itself.
pub struct Gphoto2 {
    library: OsString,
    loaded: Mutex<Option<Arc<Library>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    port: Option<String>,
}

/// A camera's own name, its model and its port.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed {
    local: String,
    model: String,
    port: String,
    shoots: bool,
}

impl Default for Gphoto2 {
    fn default() -> Self {
        Self::with_library(LIBRARY)
    }
}

fn settings(entry: &DeviceConfig) -> Result<Settings, CameraError> {
    let mut own = entry.settings.clone();
    // Read when the camera is open and tells what it has.
    own.remove("controls");
    serde_json::from_value(serde_json::Value::Object(own))
        .map_err(|error| CameraError::Settings(error.to_string()))
}

/// Names for what the library found, the same whenever the same cameras are there.
fn named(mut found: Vec<Detected>) -> Vec<Listed> {
    found.sort_unstable();
    let mut listed: Vec<Listed> = Vec::new();
    for Detected { model, port, shoots } in found {
        let before = listed.iter().filter(|other| other.model == model).count();
        let local = if before == 0 { model.clone() } else { format!("{model}-{}", before + 1) };
        listed.push(Listed { local, model, port, shoots });
    }
    listed
}

impl Gphoto2 {
    /// A driver that loads the library from another file.
    #[must_use]
    pub fn with_library(library: impl Into<OsString>) -> Self {
        Self { library: library.into(), loaded: Mutex::default() }
    }

    fn library(&self) -> Result<Arc<Library>, CameraError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        match &*loaded {
            Some(library) => Ok(Arc::clone(library)),
            None => Ok(Arc::clone(loaded.insert(Library::load(&self.library)?))),
        }
    }

    fn opened(&self, local: &str, entry: Option<&DeviceConfig>) -> Result<(Body, Listed), CameraError> {
        let port = entry.map(settings).transpose()?.and_then(|settings| settings.port);
        let library = self.library()?;
        let listed = match port {
            Some(port) => Listed { local: local.to_owned(), model: local.to_owned(), port, shoots: true },
            None => {
                let found = named(library.detect()?);
                found.into_iter().find(|listed| listed.local == local).ok_or(CameraError::NotFound)?
            }
        };
        Ok((library.open(&listed.model, &listed.port)?, listed))
    }
}

fn info(local: &str, found: Option<&Listed>, entry: Option<&DeviceConfig>) -> DeviceInfo {
    let model = found.map_or_else(|| local.to_owned(), |listed| listed.model.clone());
    DeviceInfo {
        id: DeviceId::new(NAME, local),
        class: DeviceClass::Camera,
        name: entry.and_then(|entry| entry.name.clone()).unwrap_or_else(|| model.clone()),
        maker: entry.and_then(|entry| entry.maker.clone()).unwrap_or_default(),
        connection: Connection::System {
            name: found.map_or_else(|| local.to_owned(), |listed| listed.port.clone()),
        },
        accessibility: if found.is_some() { Accessibility::Accessible } else { Accessibility::Absent },
        attestation: entry.map(|entry| entry.attestation).unwrap_or_default(),
        capabilities: Capabilities::Unknown,
        model: DeviceModel { model, ..DeviceModel::default() },
    }
}

impl DriverFactory for Gphoto2 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Camera
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        let found = match self.library().and_then(|library| library.detect()) {
            Ok(found) => named(found),
            // Cameras of other drivers are not hidden because this library is not installed.
            Err(CameraError::LibraryMissing(_)) if configured.is_empty() => return Ok(Vec::new()),
            Err(error) => return Err(error.at(&DeviceId::new(NAME, ""))),
        };
        let mut devices: Vec<DeviceInfo> = found
            .iter()
            .filter_map(|listed| {
                let entry = configured.iter().find(|entry| entry.path == listed.local);
                // A telephone that hangs here to be charged is no camera, unless somebody says so.
                (listed.shoots || entry.is_some()).then(|| info(&listed.local, Some(listed), entry))
            })
            .collect();
        for entry in configured.iter().filter(|entry| !found.iter().any(|listed| listed.local == entry.path))
        {
            let port = settings(entry).unwrap_or_default().port;
            let named = port.map(|port| {
                let (local, model) = (entry.path.clone(), entry.path.clone());
                Listed { local, model, port, shoots: true }
            });
            devices.push(info(&entry.path, named.as_ref(), Some(entry)));
        }
        Ok(devices)
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let local = device.local();
        let entry = configured.iter().find(|entry| entry.path == local);
        let (body, listed) = self.opened(local, entry).map_err(|error| error.at(device))?;
        let mut info = info(local, Some(&listed), entry);
        info.capabilities =
            Capabilities::Camera { sizes: Vec::new(), controls: controls(&body), preview: body.previews };
        adjusted(Box::new(Reflex::new(info, body)), entry)
    }
}

#[cfg(test)]
mod tests {
    use driver_contract::{Attestation, FaultCode};

    use super::*;

    fn entry(path: &str, port: Option<&str>) -> DeviceConfig {
        let settings = port.map(|port| ("port".to_owned(), port.into())).into_iter().collect();
        DeviceConfig {
            driver: NAME.to_owned(),
            path: path.to_owned(),
            name: None,
            maker: None,
            attestation: Attestation::Virtual,
            record: None,
            settings,
        }
    }

    #[test]
    fn a_missing_library_is_named_where_a_device_is_configured_and_hides_nothing_else() {
        let driver = Gphoto2::with_library("libnobody-has-this.so.9");
        assert_eq!(driver.list(&[]), Ok(Vec::new()));
        let entries = [entry("Canon EOS 80D", None)];
        assert_eq!(driver.list(&entries).unwrap_err().code, FaultCode::LibraryMissing);
        let opened = driver.open(&DeviceId::new(NAME, "Canon EOS 80D"), &entries);
        assert_eq!(opened.err().map(|fault| fault.code), Some(FaultCode::LibraryMissing));
    }

    #[test]
    fn two_of_a_model_have_two_names() {
        let pair =
            |port: &str| Detected { model: "Nikon Z6".to_owned(), port: port.to_owned(), shoots: true };
        let names: Vec<String> = named(vec![pair("usb:001,009"), pair("usb:001,004")])
            .into_iter()
            .map(|listed| format!("{} {}", listed.local, listed.port))
            .collect();
        assert_eq!(names, ["Nikon Z6 usb:001,004", "Nikon Z6-2 usb:001,009"]);
    }

    /// libgphoto2's own camera on a folder: it lists and gives files, and takes none.
    #[test]
    fn a_folder_as_camera_gives_its_picture_to_the_last_byte() {
        let folder = tempfile::tempdir().unwrap();
        let size = driver_contract::PictureSize { width: 64, height: 48 };
        let picture = crate::pixels::to_jpeg(&[180; 64 * 48 * 3], size, 90).unwrap();
        std::fs::write(folder.path().join("IMG_0001.JPG"), &picture).unwrap();
        let port = format!("disk:{}", folder.path().display());
        let driver = Gphoto2::default();
        let (body, _) =
            driver.opened("Directory Browse", Some(&entry("Directory Browse", Some(&port)))).unwrap();
        assert_eq!(body.names("/", true, &|| false).unwrap(), ["IMG_0001.JPG"]);
        assert_eq!(body.fetch("/", "IMG_0001.JPG", &|| false).unwrap(), picture);
        assert_eq!(body.fetch("/", "IMG_0002.JPG", &|| false), Err(CameraError::NotFound));
        body.delete("/", "IMG_0001.JPG").unwrap();
        assert!(body.names("/", true, &|| false).unwrap().is_empty());
        assert_eq!(body.capture(&|| false), Err(CameraError::Unsupported));
    }
}
