//! SANE devices in the terms of the contract.

use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, FaultCode, OpenDevice, Outcome, PageHeader, ScanParameters, ScanSource, Task,
    TaskContext,
};

use crate::capture::read_page;
use crate::error::{ScanError, Status};
use crate::ffi::{Handle, Library, SaneDevice};
use crate::option::OptionTable;
use crate::setup::{capabilities, prepare};

/// Name of this driver, in front of its device ids.
pub const DRIVER: &str = "sane";
/// What every distribution calls the library (its major version is part of the name).
const LIBRARY: &str = "libsane.so.1";

/// Finds and opens scanners through SANE: USB, network and eSCL devices, whatever its back-ends know.
///
/// Configuration: `path` is the library's name for the device. Settings: `options`, a map of SANE option
/// names to values, set before every scan; `dpi`, the resolution of a device that does not tell its own.
pub struct SaneFactory {
    library: OsString,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Stays loaded once it is: initialising it again makes some back-ends lose their devices.
    loaded: Option<Arc<Library>>,
    /// Capabilities of devices that could be opened once.
    known: HashMap<String, Capabilities>,
    /// Devices that this process has open.
    open: HashMap<String, Weak<Handle>>,
    /// The last list, shown while a scan runs: a search would disturb it.
    last: Vec<SaneDevice>,
}

impl Default for SaneFactory {
    fn default() -> Self {
        Self::with_library(LIBRARY)
    }
}

impl SaneFactory {
    /// A factory that loads the library from another file.
    #[must_use]
    pub fn with_library(library: impl Into<OsString>) -> Self {
        Self { library: library.into(), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The library, loaded at the first need; a missing one is looked for again each time.
    fn library(&self, state: &mut State) -> Result<Arc<Library>, ScanError> {
        if let Some(library) = &state.loaded {
            return Ok(Arc::clone(library));
        }
        let library = Library::load(&self.library)?;
        state.loaded = Some(Arc::clone(&library));
        Ok(library)
    }

    fn describe(
        state: &mut State,
        library: &Arc<Library>,
        device: &SaneDevice,
    ) -> (Accessibility, Capabilities) {
        let is_open = state.open.get(&device.name).is_some_and(|handle| handle.strong_count() > 0);
        if let Some(known) = state.known.get(&device.name)
            && is_open
        {
            return (Accessibility::Accessible, known.clone());
        }
        // Opening is the only way to learn whether it may be opened.
        match library
            .open(&device.name)
            .and_then(|handle| Ok(capabilities(&OptionTable::read(&handle)?, is_sheetfed(&device.kind))))
        {
            Ok(found) => {
                state.known.insert(device.name.clone(), found.clone());
                (Accessibility::Accessible, found)
            }
            Err(error) => {
                tracing::debug!(device = device.name, %error, "a scanner cannot be opened");
                let accessibility = match error.status() {
                    Some(Status::AccessDenied) => Accessibility::PermissionDenied,
                    Some(Status::Busy | Status::WarmingUp) => Accessibility::Busy { held_by: None },
                    _ => Accessibility::Absent,
                };
                (accessibility, Capabilities::Unknown)
            }
        }
    }

    fn info(
        device: &SaneDevice,
        configured: Option<&DeviceConfig>,
        accessibility: Accessibility,
        capabilities: Capabilities,
    ) -> DeviceInfo {
        DeviceInfo {
            id: DeviceId::new(DRIVER, &device.name),
            class: DeviceClass::Scanner,
            name: configured
                .and_then(|entry| entry.name.clone())
                .unwrap_or_else(|| format!("{} {}", device.vendor, device.model).trim().to_owned()),
            maker: configured.and_then(|entry| entry.maker.clone()).unwrap_or_else(|| device.vendor.clone()),
            connection: Connection::System { name: device.name.clone() },
            accessibility,
            attestation: configured.map(|entry| entry.attestation).unwrap_or_default(),
            capabilities,
            model: DeviceModel { model: device.model.clone(), ..DeviceModel::default() },
        }
    }
}

impl DriverFactory for SaneFactory {
    fn name(&self) -> &'static str {
        DRIVER
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Scanner
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        let mut state = self.state();
        let library = self.library(&mut state).map_err(|error| fault(&error))?;
        if !library.is_scanning() {
            state.last = library.devices().map_err(|error| fault(&error))?;
        }
        let mut found = state.last.clone();
        for entry in configured {
            // A device that the search does not show (a network scanner by address) may open all the same.
            if !found.iter().any(|device| device.name == entry.path) {
                found.push(SaneDevice {
                    name: entry.path.clone(),
                    vendor: String::new(),
                    model: entry.path.clone(),
                    kind: String::new(),
                });
            }
        }
        Ok(found
            .iter()
            .map(|device| {
                let entry = configured.iter().find(|entry| entry.path == device.name);
                let (accessibility, capabilities) = Self::describe(&mut state, &library, device);
                Self::info(device, entry, accessibility, capabilities)
            })
            .collect())
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let entry = configured.iter().find(|entry| entry.path == device.local());
        let settings = Settings::read(entry).map_err(|fault| fault.at(device))?;
        let mut state = self.state();
        let library = self.library(&mut state).map_err(|error| fault(&error).at(device))?;
        let listed =
            state.last.iter().find(|listed| listed.name == device.local()).cloned().unwrap_or_else(|| {
                SaneDevice {
                    name: device.local().to_owned(),
                    vendor: String::new(),
                    model: device.local().to_owned(),
                    kind: String::new(),
                }
            });
        let sheetfed = is_sheetfed(&listed.kind);
        let opened = library.open(device.local()).and_then(|handle| {
            let capabilities = capabilities(&OptionTable::read(&handle)?, sheetfed);
            Ok((Arc::new(handle), capabilities))
        });
        let (handle, capabilities) = opened.map_err(|error| {
            let fault = fault(&error).at(device);
            // For `sane_open`, a value that is refused is a name that no device has.
            if error.status() == Some(Status::Invalid) {
                return Fault {
                    code: FaultCode::NotFound,
                    permanent: FaultCode::NotFound.permanent(),
                    ..fault
                };
            }
            fault
        })?;
        state.known.insert(device.local().to_owned(), capabilities.clone());
        state.open.insert(device.local().to_owned(), Arc::downgrade(&handle));
        let info = Self::info(&listed, entry, Accessibility::Accessible, capabilities);
        Ok(Box::new(SaneScanner { info, handle, settings, sheetfed, alive: true }))
    }
}

/// What the configuration says of a scanner.
#[derive(Debug, Default)]
struct Settings {
    options: Vec<(String, String)>,
    dpi: Option<u16>,
}

impl Settings {
    fn read(entry: Option<&DeviceConfig>) -> Result<Self, Fault> {
        let Some(entry) = entry else { return Ok(Self::default()) };
        let unusable = |detail: &str| {
            Fault::new(FaultCode::BadConfiguration, DeviceClass::Scanner).with_detail(detail.to_owned())
        };
        let mut settings = Self::default();
        for (key, value) in &entry.settings {
            match key.as_str() {
                "options" => {
                    let map = value.as_object().ok_or_else(|| unusable("options is not a map"))?;
                    for (name, value) in map {
                        let written = match value {
                            serde_json::Value::String(text) => text.clone(),
                            serde_json::Value::Bool(true) => "yes".to_owned(),
                            serde_json::Value::Bool(false) => "no".to_owned(),
                            serde_json::Value::Number(number) => number.to_string(),
                            _ => {
                                return Err(unusable(&format!(
                                    "option {name} is no text, number, true or false"
                                )));
                            }
                        };
                        settings.options.push((name.clone(), written));
                    }
                }
                "dpi" => {
                    let dpi = value.as_u64().and_then(|dpi| u16::try_from(dpi).ok()).filter(|dpi| *dpi > 0);
                    settings.dpi = Some(dpi.ok_or_else(|| unusable("dpi is not a resolution"))?);
                }
                _ => return Err(unusable(&format!("unknown setting {key}"))),
            }
        }
        Ok(settings)
    }
}

struct SaneScanner {
    info: DeviceInfo,
    handle: Arc<Handle>,
    settings: Settings,
    sheetfed: bool,
    alive: bool,
}

impl OpenDevice for SaneScanner {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::Scan(parameters) => self.scan(parameters, context),
            Task::CheckState => match OptionTable::read(&self.handle) {
                Ok(_) => Ok(Outcome::State(Vec::new())),
                Err(error) => {
                    self.judge(&error);
                    Ok(Outcome::State(vec![fault(&error).at(&self.info.id)]))
                }
            },
            _ => Err(Fault::new(FaultCode::BadParameters, DeviceClass::Scanner)
                .at(&self.info.id)
                .with_detail("not a task for a scanner")),
        }
    }

    fn is_alive(&self) -> bool {
        self.alive
    }
}

impl SaneScanner {
    fn scan(&mut self, wanted: &ScanParameters, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        if wanted.dpi == 0 || wanted.max_pages == Some(0) {
            return Err(Fault::new(FaultCode::BadParameters, DeviceClass::Scanner)
                .at(&self.info.id)
                .with_detail("no resolution or no page"));
        }
        let handle = Arc::clone(&self.handle);
        let _scanning = handle.scanning();
        let scanned = self.pages(wanted, context);
        // Ends the scan after the last page as after an error; the device goes back to rest.
        handle.cancel();
        scanned
    }

    fn pages(&mut self, wanted: &ScanParameters, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let prepared = OptionTable::read(&self.handle).and_then(|mut table| {
            prepare(&mut table, wanted, &self.settings.options, self.settings.dpi, self.sheetfed)
        });
        let prepared = prepared.map_err(|error| self.fault_of(&error, context))?;
        let last = match (wanted.source, wanted.max_pages) {
            (ScanSource::Flatbed, _) => 1,
            (_, Some(limit)) => limit,
            (_, None) => u32::MAX,
        };
        let mut pages = 0;
        while pages < last {
            let read = read_page(&self.handle, &|| context.cancelled());
            let page = match read {
                Ok(page) => page,
                Err(error) if pages > 0 && error.status() == Some(Status::NoDocuments) => {
                    return Ok(Outcome::Scanned { pages, feeder_empty: true });
                }
                Err(error) => return Err(self.fault_of(&error, context)),
            };
            let page = match &prepared.crop {
                Some(area) => {
                    page.cropped(area, prepared.dpi).map_err(|error| self.fault_of(&error, context))?
                }
                None => page,
            };
            pages += 1;
            let header = PageHeader {
                page: pages,
                width: page.width,
                height: page.height,
                stride: page.stride,
                dpi: prepared.dpi,
                format: page.format,
            };
            context.page(&header, &page.bytes)?;
        }
        Ok(Outcome::Scanned { pages, feeder_empty: false })
    }

    fn fault_of(&mut self, error: &ScanError, context: &dyn TaskContext) -> Fault {
        self.judge(error);
        let fault = fault(error).at(&self.info.id);
        if *error == ScanError::Stopped && context.remaining().is_zero() {
            return Fault { code: FaultCode::Timeout, ..fault };
        }
        fault
    }

    /// After an error of the line the device is opened anew before the next task.
    fn judge(&mut self, error: &ScanError) {
        if matches!(error.status(), Some(Status::InputOutput | Status::Invalid | Status::Unknown(_))) {
            self.alive = false;
        }
    }
}

fn is_sheetfed(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.contains("sheetfed") || kind.contains("sheet-fed") || kind.contains("adf scanner")
}

/// A scanner's error in the catalogue's terms.
#[must_use]
pub fn fault(error: &ScanError) -> Fault {
    let code = match error {
        ScanError::LibraryMissing { .. } | ScanError::LibraryUnfit { .. } => FaultCode::LibraryMissing,
        ScanError::LibraryInUse => FaultCode::DriverFailed,
        ScanError::Status { status, .. } => match status {
            Status::Unsupported => FaultCode::Unsupported,
            Status::Cancelled => FaultCode::Cancelled,
            Status::Busy => FaultCode::Busy,
            Status::Invalid => FaultCode::BadParameters,
            Status::EndOfFrame => FaultCode::PageIncomplete,
            Status::Jammed => FaultCode::FeederJam,
            Status::NoDocuments => FaultCode::FeederEmpty,
            Status::CoverOpen => FaultCode::CoverOpen,
            Status::InputOutput => FaultCode::ScanFailed,
            Status::NoMemory => FaultCode::DriverFailed,
            Status::AccessDenied => FaultCode::PermissionDenied,
            Status::WarmingUp => FaultCode::WarmingUp,
            Status::HeadLocked => FaultCode::LineFailed,
            Status::Unknown(_) => FaultCode::ProtocolGarbage,
        },
        ScanError::OptionUnknown { .. }
        | ScanError::OptionNotSettable { .. }
        | ScanError::OptionValue { .. } => FaultCode::BadConfiguration,
        ScanError::NotOffered { .. } | ScanError::FrameUnsupported { .. } => FaultCode::Unsupported,
        ScanError::FrameInvalid { .. } | ScanError::PageShort { .. } => FaultCode::PageIncomplete,
        ScanError::PageTooLarge { .. } => FaultCode::PageTooLarge,
        ScanError::Stopped => FaultCode::Cancelled,
    };
    Fault::new(code, DeviceClass::Scanner).with_detail(format!("{}: {error}", error.code()))
}
