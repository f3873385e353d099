//! A process and a folder per test.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use driver_contract::{
    CollectingContext, ColourMode, DeviceClass, DeviceConfig, DeviceId, DriverFactory, Fault, OpenDevice,
    Outcome, ScanArea, ScanParameters, ScanSource, Task,
};
use driver_scanner::SaneFactory;

/// Set in the process that does the test's work.
const INSIDE: &str = "SCANNER_TEST_INSIDE";
const DLL_CONF: &str = "test\npnm\n";
/// Bed of 420 mm, so that A4 fits; the back-end's own default is 200 mm.
const TEST_CONF: &str = "number_of_devices 2\ngeometry_min 0.0\ngeometry_max 420.0\ngeometry_quant 0.1\n\
    resolution_min 1.0\nresolution_max 1200.0\nresolution_quant 1.0\nresolution 50.0\nbr_x 210\nbr_y 297\n";

/// Runs `body` in a process whose SANE knows the `test` and `pnm` back-ends only. `name` is the full name
/// of the test that calls it.
pub fn in_own_process(name: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        body();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dll.conf"), DLL_CONF).unwrap();
    std::fs::write(folder.path().join("test.conf"), TEST_CONF).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .env("SANE_CONFIG_DIR", folder.path())
        .output()
        .unwrap();
    let said =
        format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("running 1 test"), "no test is called {name}");
    assert!(output.status.success(), "{}: {said}", output.status);
}

/// A factory; says what to install where SANE is missing.
pub fn factory() -> SaneFactory {
    let factory = SaneFactory::default();
    match factory.list(&[]) {
        Ok(list) => {
            assert!(
                list.iter().any(|device| device.id.0 == "sane:test:0"),
                "SANE has no `test` back-end here: install libsane1 (Debian)"
            );
            factory
        }
        Err(fault) => panic!("these tests need SANE: install libsane1 and sane-utils (Debian). {fault}"),
    }
}

/// Opens a device with SANE options.
pub fn open(factory: &SaneFactory, path: &str, options: &[(&str, &str)]) -> Box<dyn OpenDevice> {
    let config = configured(path, options);
    factory
        .open(&DeviceId::new("sane", path), &[config])
        .unwrap_or_else(|fault| panic!("{path} does not open: {fault}"))
}

pub fn configured(path: &str, options: &[(&str, &str)]) -> DeviceConfig {
    let map: serde_json::Map<String, serde_json::Value> =
        options.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let mut settings = serde_json::Map::new();
    settings.insert("options".into(), map.into());
    DeviceConfig {
        driver: "sane".into(),
        path: path.into(),
        name: Some("训练扫描仪".into()),
        maker: None,
        attestation: driver_contract::Attestation::Virtual,
        record: None,
        settings,
    }
}

/// A4, gray, 75 dpi, from the glass: small, for everything that is not about size.
pub fn small() -> ScanParameters {
    ScanParameters {
        source: ScanSource::Flatbed,
        mode: ColourMode::Gray,
        dpi: 75,
        area: Some(ScanArea::A4),
        max_pages: None,
    }
}

pub fn context() -> CollectingContext {
    CollectingContext::new(Duration::from_secs(60))
}

pub fn scan(
    device: &mut dyn OpenDevice,
    parameters: ScanParameters,
) -> (Result<Outcome, Fault>, CollectingContext) {
    let mut context = context();
    let outcome = device.run(&Task::Scan(parameters), &mut context);
    if let Err(fault) = &outcome {
        assert_eq!(fault.class, DeviceClass::Scanner);
        assert_eq!(fault.device.as_ref(), Some(&device.info().id));
    }
    (outcome, context)
}

/// Writes a colour picture in which every pixel tells its place.
pub fn picture(path: &Path, width: u32, height: u32) -> image::RgbImage {
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb(pixel(x, y)));
    // Binary PPM, written here: the back-end knows this kind of PNM only.
    let mut file = format!("P6\n{width} {height}\n255\n").into_bytes();
    file.extend_from_slice(picture.as_raw());
    std::fs::write(path, file).unwrap();
    picture
}

#[expect(clippy::cast_possible_truncation, reason = "the low byte is meant")]
fn pixel(x: u32, y: u32) -> [u8; 3] {
    [x as u8, y as u8, ((x >> 8) * 16 + (y >> 8)) as u8]
}
