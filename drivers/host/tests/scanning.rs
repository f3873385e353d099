//! A scan through the whole way: client, host process, SANE, the distribution's `test` back-end.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use std::path::PathBuf;
use std::time::Duration;

use driver_contract::{
    ColourMode, DeviceClass, DeviceId, FaultCode, HostClient, HostLog, HostOptions, PixelFormat, ScanArea,
    ScanParameters, ScanSource,
};

const LONG: Duration = Duration::from_secs(60);

fn scanner_host(folder: &tempfile::TempDir) -> HostClient {
    let sane = folder.path().join("sane.d");
    std::fs::create_dir(&sane).unwrap();
    std::fs::write(sane.join("dll.conf"), "test\n").unwrap();
    std::fs::write(sane.join("test.conf"), "geometry_max 420.0\nresolution_max 1200.0\n").unwrap();
    let config = folder.path().join("devices.json");
    std::fs::write(&config, r#"{"devices": []}"#).unwrap();
    let mut options = HostOptions::new(
        PathBuf::from(env!("CARGO_BIN_EXE_device-host")),
        DeviceClass::Scanner,
        "柜台一",
        config,
        folder.path().join("locks"),
    );
    options.log = HostLog::Discard;
    options.environment = vec![("SANE_CONFIG_DIR".into(), sane.into())];
    HostClient::start(options, |_| ()).unwrap()
}

#[test]
fn pages_come_through_shared_memory() {
    let folder = tempfile::tempdir().unwrap();
    let client = scanner_host(&folder);
    let devices = client.list(LONG).unwrap();
    let device: DeviceId = devices.first().expect("the test back-end of libsane").id.clone();
    let parameters = ScanParameters {
        source: ScanSource::Feeder,
        mode: ColourMode::Gray,
        dpi: 75,
        area: Some(ScanArea { left: 0, top: 0, width: 1000, height: 1000 }),
        max_pages: None,
    };
    let mut pages = Vec::new();
    let (count, empty) = client.scan(&device, parameters, LONG, |page| pages.push(page)).unwrap();
    // The back-end's feeder holds ten sheets.
    assert_eq!((count, empty, pages.len()), (10, true, 10));
    for (index, page) in pages.iter().enumerate() {
        assert_eq!(page.header.page as usize, index + 1);
        assert_eq!(page.header.format, PixelFormat::Gray8);
        assert_eq!(page.bytes.len() as u64, page.header.byte_length());
        assert!((280..=310).contains(&page.header.width), "{:?}", page.header);
    }
    let unknown = DeviceId::new(device.driver(), "test:9");
    assert_eq!(client.open(&unknown, LONG).unwrap_err().code, FaultCode::NotFound);
}
