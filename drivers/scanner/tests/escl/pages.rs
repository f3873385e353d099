//! Pages from a virtual scanner.

use std::time::Duration;

use driver_contract::{
    Accessibility, Attestation, CollectingContext, ColourMode, DeviceConfig, DeviceId, DriverFactory, Fault,
    OpenDevice, Outcome, PixelFormat, ScanArea, ScanParameters, ScanSource, Task,
};
use driver_scanner::escl::{EsclFactory, NAME};
use image::{Rgb, RgbImage};
use virtual_devices::escl::{NetworkScanner, ScannerFault};

/// A4 at 300 dpi whose colours tell the place, softly: JPEG keeps them to some levels.
fn picture(shade: u8) -> RgbImage {
    RgbImage::from_fn(2480, 3508, |x, y| Rgb([(x / 10) as u8, (y / 14) as u8, shade]))
}

/// A sheet of 60 × 80 mm, of one colour.
fn sheet(shade: u8) -> RgbImage {
    RgbImage::from_pixel(709, 945, Rgb([200, 100, shade]))
}

/// Of such a sheet most, at 100 dpi.
fn part(source: ScanSource) -> ScanParameters {
    let area = Some(ScanArea { left: 0, top: 0, width: 500, height: 700 });
    ScanParameters { area, ..wanted(source, ColourMode::Colour, 100) }
}

fn configured(path: &str) -> DeviceConfig {
    DeviceConfig {
        driver: NAME.into(),
        path: path.into(),
        name: None,
        maker: None,
        attestation: Attestation::Virtual,
        record: None,
        settings: serde_json::Map::new(),
    }
}

fn open(scanner: &NetworkScanner) -> Box<dyn OpenDevice> {
    let url = scanner.url();
    EsclFactory.open(&DeviceId::new(NAME, &url), &[configured(&url)]).unwrap()
}

fn wanted(source: ScanSource, mode: ColourMode, dpi: u16) -> ScanParameters {
    ScanParameters { source, mode, dpi, area: Some(ScanArea::A4), max_pages: None }
}

fn scan(device: &mut dyn OpenDevice, wanted: ScanParameters) -> (Result<Outcome, Fault>, CollectingContext) {
    let mut context = CollectingContext::new(Duration::from_secs(60));
    let outcome = device.run(&Task::Scan(wanted), &mut context);
    (outcome, context)
}

#[test]
fn the_glass_in_every_mode_and_resolution() {
    let scanner = NetworkScanner::start(None).unwrap();
    scanner.lay(picture(90));
    let mut device = open(&scanner);
    assert_eq!(device.info().model.model, "Training Network Scanner");
    for (mode, dpi, format, size, stride) in [
        (ColourMode::Colour, 300, PixelFormat::Rgb8, (2480, 3508), 7440),
        (ColourMode::Gray, 200, PixelFormat::Gray8, (1653, 2338), 1653),
        (ColourMode::Lineart, 100, PixelFormat::Bilevel, (826, 1169), 104),
    ] {
        let (outcome, context) = scan(device.as_mut(), wanted(ScanSource::Flatbed, mode, dpi));
        assert_eq!(outcome, Ok(Outcome::Scanned { pages: 1, feeder_empty: false }), "{mode:?}");
        let page = &context.pages[0];
        assert_eq!((page.header.width, page.header.height), size, "{mode:?}");
        assert_eq!((page.header.stride, page.header.dpi, page.header.format), (stride, dpi, format));
        assert!(page.header.is_consistent() && page.bytes.len() as u64 == page.header.byte_length());
    }
    let (_, context) = scan(device.as_mut(), wanted(ScanSource::Flatbed, ColourMode::Colour, 300));
    let laid = picture(90);
    let far = context.pages[0].bytes.iter().zip(laid.as_raw()).filter(|(a, b)| a.abs_diff(**b) > 12).count();
    assert!(far < laid.as_raw().len() / 1000, "{far} of {} levels are others", laid.as_raw().len());
    // A resolution that it has not: the nearest.
    let (_, context) = scan(device.as_mut(), wanted(ScanSource::Flatbed, ColourMode::Gray, 240));
    assert_eq!(context.pages[0].header.dpi, 200);
}

#[test]
fn the_feeder_is_emptied_in_its_order_both_sides() {
    let scanner = NetworkScanner::start(None).unwrap();
    let feed = || {
        for step in 0..3_u8 {
            scanner.feed(sheet(20 + step * 60), sheet(50 + step * 60));
        }
    };
    let shades = |context: &CollectingContext| -> Vec<u8> {
        context.pages.iter().map(|page| page.bytes[page.header.stride as usize * 100 + 302]).collect()
    };
    let near = |found: Vec<u8>, drawn: &[u8]| {
        assert_eq!(found.len(), drawn.len());
        assert!(found.iter().zip(drawn).all(|(a, b)| a.abs_diff(*b) < 10), "{found:?} {drawn:?}");
    };
    let mut device = open(&scanner);
    feed();
    let (outcome, context) = scan(device.as_mut(), part(ScanSource::FeederDuplex));
    assert_eq!(outcome, Ok(Outcome::Scanned { pages: 6, feeder_empty: true }));
    near(shades(&context), &[20, 50, 80, 110, 140, 170]);
    assert_eq!(context.pages[5].header.page, 6);

    feed();
    let limited = ScanParameters { max_pages: Some(2), ..part(ScanSource::Feeder) };
    let (outcome, context) = scan(device.as_mut(), limited);
    assert_eq!(outcome, Ok(Outcome::Scanned { pages: 2, feeder_empty: false }));
    near(shades(&context), &[20, 80]);
    // The job that was left is given back; the third sheet still lies there.
    assert_eq!((scanner.jobs(), scanner.sheets()), ((2, 1), 1));
}

#[test]
fn a_scanner_that_calls_itself_by_another_name_is_asked_at_its_address() {
    let scanner = NetworkScanner::start(None).unwrap();
    scanner.lay(picture(90));
    scanner.set_fault(ScannerFault::NamedElsewhere);
    let (outcome, _) = scan(open(&scanner).as_mut(), wanted(ScanSource::Flatbed, ColourMode::Gray, 75));
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[test]
fn a_scanner_that_is_not_ready_yet_is_waited_for() {
    let scanner = NetworkScanner::start(None).unwrap();
    scanner.lay(picture(90));
    scanner.set_fault(ScannerFault::Warming(2));
    let (outcome, _) = scan(open(&scanner).as_mut(), wanted(ScanSource::Flatbed, ColourMode::Gray, 75));
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[test]
fn what_is_listed_is_what_answers() {
    let scanner = NetworkScanner::start(None).unwrap();
    let gone = "http://127.0.0.1:9/eSCL";
    let listed = EsclFactory.list(&[configured(&scanner.url()), configured(gone)]).unwrap();
    assert_eq!(listed[0].accessibility, Accessibility::Accessible);
    assert_eq!(
        (listed[0].name.as_str(), listed[0].model.serial.as_str()),
        ("Training Network Scanner", "TNS-0001")
    );
    assert_eq!((&listed[1].accessibility, listed[1].name.as_str()), (&Accessibility::Absent, "扫描仪"));
    assert_eq!(EsclFactory.list(&[]), Ok(Vec::new()), "nobody is asked who is not configured");
    let id = DeviceId::new(NAME, gone);
    assert_eq!(EsclFactory.open(&id, &[configured(gone)]).err().unwrap().code(), "device.not_found");
    assert_eq!(EsclFactory.open(&id, &[]).err().unwrap().code(), "device.not_found");
    for (path, setting) in [
        ("http://user:word@127.0.0.1/eSCL", None),
        ("https://127.0.0.1/eSCL", None),
        (gone, Some(("answer_ms", 5))),
        (gone, Some(("other", 5000))),
    ] {
        let mut entry = configured(path);
        entry.settings.extend(setting.map(|(name, value)| (name.to_owned(), value.into())));
        let fault = EsclFactory.open(&DeviceId::new(NAME, path), &[entry]).err().unwrap();
        assert_eq!(fault.code(), "device.bad_configuration", "{path} {setting:?}");
        assert!(!fault.detail.contains("word@"), "{fault:?}");
    }
}

#[test]
fn check_state_says_what_is_in_the_way() {
    let scanner = NetworkScanner::start(None).unwrap();
    let mut device = open(&scanner);
    let mut state = |fault| {
        scanner.set_fault(fault);
        let mut context = CollectingContext::new(Duration::from_secs(5));
        let Ok(Outcome::State(faults)) = device.run(&Task::CheckState, &mut context) else { panic!() };
        faults.iter().map(|fault| fault.code().to_owned()).collect::<Vec<_>>()
    };
    assert!(state(ScannerFault::None).is_empty(), "an empty feeder is in nobody's way");
    assert_eq!(state(ScannerFault::LidOpen), ["device.cover_open"]);
    assert_eq!(state(ScannerFault::Busy), ["device.busy"]);
    assert_eq!(state(ScannerFault::Stopped), ["scanner.scan_failed"]);
    assert_eq!(state(ScannerFault::GarbageXml), ["device.protocol_garbage"]);
    assert_eq!(state(ScannerFault::Status(401)), ["device.permission_denied"]);
}
