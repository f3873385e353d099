//! Opens scanners that the configuration names.

use std::time::Duration;

use driver_contract::{
    Accessibility, Capabilities, Connection, DeviceClass, DeviceConfig, DeviceId, DeviceInfo, DeviceModel,
    DriverFactory, Fault, FaultCode, OpenDevice,
};

use super::capabilities::ScannerCapabilities;
use super::device::EsclScanner;
use super::error::EsclError;
use super::job::expect;
use super::transport::{Question, Transport};

/// Name of this driver, in front of its device ids.
pub const NAME: &str = "escl";
/// How long a list waits for a scanner that may be switched off.
const LIST_LIMIT: Duration = Duration::from_secs(2);

/// The driver `escl`. Its entries name an address in `path`: `http://host:port/eSCL`, within the station's network.
/// Settings, both optional: `answer_ms` (10000; an answer without a page), `page_ms` (120000; a page: lamps warm up, and a
/// page of 600 dpi takes a minute).
#[derive(Debug, Clone, Copy, Default)]
pub struct EsclFactory;

impl DriverFactory for EsclFactory {
    fn name(&self) -> &'static str {
        NAME
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Scanner
    }

    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        // Side by side: ten scanners that are switched off take no longer than one.
        Ok(std::thread::scope(|scope| {
            let asked: Vec<_> = configured.iter().map(|entry| scope.spawn(|| listed(entry))).collect();
            let listed = asked.into_iter().zip(configured);
            listed.map(|(one, entry)| one.join().unwrap_or_else(|_| describe(entry, None))).collect()
        }))
    }

    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        let entry = configured.iter().find(|entry| entry.path == device.local()).ok_or_else(|| {
            Fault::new(FaultCode::NotFound, DeviceClass::Scanner).at(device).with_detail("not configured")
        })?;
        let opened = transport(entry).and_then(|transport| {
            let capabilities = capabilities(&transport)?;
            let info = describe(entry, Some(&capabilities));
            Ok(Box::new(EsclScanner { info, transport, capabilities, alive: true }))
        });
        Ok(opened.map_err(|error| error.at(device))?)
    }
}

fn transport(entry: &DeviceConfig) -> Result<Transport, EsclError> {
    let mut limits = [("answer_ms", 10_000), ("page_ms", 120_000)];
    for (key, value) in &entry.settings {
        let limit = limits.iter_mut().find(|(name, _)| name == key);
        let limit = limit.ok_or_else(|| EsclError::Settings(format!("unknown setting {key}")))?;
        let number = value.as_u64().filter(|number| (100..=600_000).contains(number));
        limit.1 =
            number.ok_or_else(|| EsclError::Settings(format!("{key} is no time from 100 to 600000 ms")))?;
    }
    let [answer, page] = limits.map(|(_, limit)| Duration::from_millis(limit));
    Transport::new(&entry.path, answer, page)
}

fn capabilities(transport: &Transport) -> Result<ScannerCapabilities, EsclError> {
    const DURING: &str = "ScannerCapabilities";
    let answer = transport.ask(Question::Get(transport.resource(DURING)), &|| None)?;
    expect(&answer, 200, DURING)?;
    ScannerCapabilities::read(&answer.body)
}

fn listed(entry: &DeviceConfig) -> DeviceInfo {
    let asked = transport(entry).and_then(|transport| capabilities(&transport.hurried(LIST_LIMIT)));
    describe(entry, asked.ok().as_ref())
}

fn describe(entry: &DeviceConfig, capabilities: Option<&ScannerCapabilities>) -> DeviceInfo {
    let address = entry.path.rsplit_once('@').map_or(entry.path.as_str(), |(_, rest)| rest);
    let model: DeviceModel = capabilities.map(ScannerCapabilities::model).unwrap_or_default();
    DeviceInfo {
        id: DeviceId::new(NAME, &entry.path),
        class: DeviceClass::Scanner,
        name: entry.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| {
            if model.model.is_empty() {
                DeviceClass::Scanner.chinese().to_owned()
            } else {
                model.model.clone()
            }
        }),
        maker: entry.maker.clone().unwrap_or_default(),
        connection: Connection::Network { address: address.to_owned() },
        accessibility: if capabilities.is_some() { Accessibility::Accessible } else { Accessibility::Absent },
        attestation: entry.attestation,
        capabilities: capabilities.map_or(Capabilities::Unknown, ScannerCapabilities::capabilities),
        model,
    }
}
