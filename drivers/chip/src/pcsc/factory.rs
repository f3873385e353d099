//! Finds and opens readers through pcsc-lite.

use std::ffi::{CString, OsString};
use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, OpenDevice,
};

use super::device::ChipReader;
use super::error::{NO_SERVICE, PcscError};
use super::ffi::Library;

const NAME: &str = "pcsc";
/// What every distribution calls the library (its major version is part of the name).
const LIBRARY: &str = "libpcsclite.so.1";
/// Where the service listens, unless `PCSCLITE_CSOCK_NAME` says otherwise (pcsc-lite's own variable).
const SOCKET: &str = "/run/pcscd/pcscd.comm";

/// The driver `pcsc`.
///
/// It finds readers by itself. A configuration entry adds a name, a maker or an attestation; its `path` is the
/// service's name for the reader, as `pcsc_scan` shows it.
pub struct Pcsc {
    library: OsString,
    loaded: Mutex<Option<Arc<Library>>>,
}

impl Default for Pcsc {
    fn default() -> Self {
        Self::with_library(LIBRARY)
    }
}

impl Pcsc {
    /// A driver that loads the library from another file.
    #[must_use]
    pub fn with_library(library: impl Into<OsString>) -> Self {
        Self { library: library.into(), loaded: Mutex::default() }
    }

    fn library(&self) -> Result<Arc<Library>, PcscError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(library) = &*loaded {
            return Ok(Arc::clone(library));
        }
        let library = Library::load(&self.library)?;
        *loaded = Some(Arc::clone(&library));
        Ok(library)
    }

    fn readers(&self) -> Result<(Arc<Library>, Vec<String>), PcscError> {
        let library = self.library()?;
        let readers = access(library.context())?.readers()?;
        Ok((library, readers))
    }
}

/// The library says "no service" also where the service's socket may not be opened; that is another fault.
pub(super) fn access<T>(result: Result<T, PcscError>) -> Result<T, PcscError> {
    match result {
        Err(PcscError::Service { code: NO_SERVICE, during }) => {
            let socket = std::env::var_os("PCSCLITE_CSOCK_NAME").map_or_else(|| SOCKET.into(), PathBuf::from);
            match UnixStream::connect(socket) {
                Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(PcscError::Denied),
                _ => Err(PcscError::Service { code: NO_SERVICE, during }),
            }
        }
        other => other,
    }
}

fn info(reader: &str, accessibility: Accessibility, entry: Option<&DeviceConfig>) -> DeviceInfo {
    DeviceInfo {
        id: DeviceId::new(NAME, reader),
        class: DeviceClass::ChipCardReader,
        name: entry.and_then(|entry| entry.name.clone()).unwrap_or_else(|| reader.to_owned()),
        maker: entry.and_then(|entry| entry.maker.clone()).unwrap_or_default(),
        connection: Connection::System { name: reader.to_owned() },
        accessibility,
        attestation: entry.map(|entry| entry.attestation).unwrap_or_default(),
        capabilities: Capabilities::Unknown,
        model: DeviceModel { model: reader.to_owned(), ..DeviceModel::default() },
    }
}

impl DriverFactory for Pcsc {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::ChipCardReader
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        let entry = |reader: &str| configured.iter().find(|entry| entry.path == reader);
        let (readers, missing) = match self.readers() {
            Ok((_, readers)) => (readers, Accessibility::Absent),
            Err(PcscError::Denied) => (Vec::new(), Accessibility::PermissionDenied),
            // A counter without such readers need not have the service.
            Err(_) if configured.is_empty() => return Ok(Vec::new()),
            Err(error) => return Err(error.at(&DeviceId::new(NAME, ""))),
        };
        let found = readers.iter().map(|reader| info(reader, Accessibility::Accessible, entry(reader)));
        let absent = configured.iter().filter(|entry| !readers.contains(&entry.path));
        Ok(found.chain(absent.map(|entry| info(&entry.path, missing.clone(), Some(entry)))).collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let reader = device.local();
        let opened = self.readers().and_then(|(library, readers)| {
            let name = CString::new(reader).map_err(|_| PcscError::NoReader)?;
            if readers.iter().any(|found| found == reader) {
                Ok((library, name))
            } else {
                Err(PcscError::NoReader)
            }
        });
        let (library, name) = opened.map_err(|error| error.at(device))?;
        let entry = configured.iter().find(|entry| entry.path == reader);
        Ok(Box::new(ChipReader::new(info(reader, Accessibility::Accessible, entry), library, name)))
    }
}

#[cfg(test)]
mod tests {
    use driver_contract::{Attestation, FaultCode};

    use super::*;

    #[test]
    fn a_missing_library_is_named_where_a_device_is_configured_and_hides_nothing_else() {
        let driver = Pcsc::with_library("libnobody-has-this.so.9");
        assert_eq!(driver.list(&[]), Ok(Vec::new()));
        let entry = DeviceConfig {
            driver: NAME.to_owned(),
            path: "one".to_owned(),
            name: None,
            maker: None,
            attestation: Attestation::Virtual,
            record: None,
            settings: serde_json::Map::new(),
        };
        let entries = [entry];
        assert_eq!(driver.list(&entries).unwrap_err().code, FaultCode::LibraryMissing);
        let opened = driver.open(&DeviceId::new(NAME, "one"), &entries);
        assert_eq!(opened.err().map(|fault| fault.code), Some(FaultCode::LibraryMissing));
    }
}
