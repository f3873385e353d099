//! A virtual reader and the real driver on it.

use std::sync::Arc;
use std::time::Duration;

use driver_contract::{
    Attestation, CardReading, CollectingContext, DeviceConfig, DeviceId, DriverFactory, Fault, FaultCode,
    OpenDevice, Outcome, Task,
};
use driver_idcard::samv::SamvSerial;
use serde_json::json;
use virtual_devices::samv::{ReaderOptions, VirtualCard, VirtualReader};

pub struct Bench {
    pub reader: Arc<VirtualReader>,
    pub config: DeviceConfig,
    folder: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("reader");
        let options = ReaderOptions { link: Some(link.clone()), ..ReaderOptions::default() };
        let reader = Arc::new(VirtualReader::start(options).unwrap());
        let config = DeviceConfig {
            driver: "samv-serial".into(),
            path: link.to_str().unwrap().into(),
            name: Some("演示读卡器".into()),
            maker: None,
            attestation: Attestation::Virtual,
            record: None,
            settings: serde_json::from_value(json!({"baud": 115_200})).unwrap(),
        };
        Self { reader, config, folder }
    }

    #[allow(dead_code)]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub fn try_open(&self) -> Result<Box<dyn OpenDevice>, Fault> {
        let id = DeviceId::new("samv-serial", &self.config.path);
        SamvSerial.open(&id, std::slice::from_ref(&self.config))
    }

    pub fn open(&self) -> Box<dyn OpenDevice> {
        self.try_open().unwrap()
    }
}

/// Demo data: region 999901 belongs to no real place.
pub fn demo_card() -> VirtualCard {
    serde_json::from_value(json!({
        "name": "演示𠮷𬭚㛃", "sex_code": "2", "ethnic_group_code": "01", "birth_date": "1990-01-01",
        "address": "演示省江城市城关区演示路1号", "number": "999901199001010029",
        "issuing_office": "江城市公安局", "valid_from": "2010-01-01", "valid_until": "2020-01-01"
    }))
    .unwrap()
}

pub fn read_with(
    device: &mut dyn OpenDevice,
    limit_ms: u64,
    fingerprint: bool,
) -> Result<CardReading, Fault> {
    let mut context = CollectingContext::new(Duration::from_millis(limit_ms));
    let task = Task::ReadCard { fingerprint };
    match device.run(&task, &mut context)? {
        Outcome::Card(reading) => Ok(*reading),
        other => panic!("{other:?}"),
    }
}

pub fn read(device: &mut dyn OpenDevice) -> Result<CardReading, Fault> {
    read_with(device, 5000, false)
}

#[allow(dead_code)]
pub fn read_code(device: &mut dyn OpenDevice) -> FaultCode {
    read_with(device, 400, false).expect_err("a fault").code
}
