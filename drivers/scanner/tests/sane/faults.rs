//! Every status of the library, and everything that is refused before a scan.

use driver_contract::{
    CollectingContext, ColourMode, DeviceId, DriverFactory, Outcome, ScanParameters, ScanSource, Task,
};
use driver_scanner::SaneFactory;

use crate::bench::{configured, context, factory, in_own_process, open, picture, scan, small};

#[test]
fn every_status_of_a_read_is_its_own_fault() {
    in_own_process("faults::every_status_of_a_read_is_its_own_fault", || {
        let factory = factory();
        for (status, code, detail) in [
            ("SANE_STATUS_UNSUPPORTED", "device.unsupported", "SCAN_UNSUPPORTED"),
            ("SANE_STATUS_CANCELLED", "device.cancelled", "SCAN_CANCELLED"),
            ("SANE_STATUS_DEVICE_BUSY", "device.busy", "SCAN_BUSY"),
            ("SANE_STATUS_INVAL", "device.bad_parameters", "SCAN_INVALID"),
            ("SANE_STATUS_EOF", "scanner.page_incomplete", "SCAN_END_OF_FRAME"),
            ("SANE_STATUS_JAMMED", "scanner.feeder_jam", "SCAN_JAMMED"),
            ("SANE_STATUS_NO_DOCS", "scanner.feeder_empty", "SCAN_NO_DOCUMENTS"),
            ("SANE_STATUS_COVER_OPEN", "device.cover_open", "SCAN_COVER_OPEN"),
            ("SANE_STATUS_IO_ERROR", "scanner.scan_failed", "SCAN_IO"),
            ("SANE_STATUS_NO_MEM", "device.driver_failed", "SCAN_NO_MEMORY"),
            ("SANE_STATUS_ACCESS_DENIED", "device.permission_denied", "SCAN_ACCESS_DENIED"),
        ] {
            let mut device = open(&factory, "test:0", &[("read-return-value", status)]);
            let (outcome, context) = scan(device.as_mut(), small());
            let fault = outcome.expect_err(status);
            assert_eq!(fault.code(), code, "{status}");
            assert!(fault.detail.starts_with(detail), "{status}: {}", fault.detail);
            assert!(context.pages.is_empty(), "{status}");
            let line_is_gone = matches!(status, "SANE_STATUS_IO_ERROR" | "SANE_STATUS_INVAL");
            assert_eq!(device.is_alive(), !line_is_gone, "{status}");
            drop(device);
            // The device is as good as new afterwards.
            let mut device = open(&factory, "test:0", &[("read-return-value", "Default")]);
            assert!(scan(device.as_mut(), small()).0.is_ok(), "after {status}");
        }
    });
}

#[test]
fn layouts_that_are_not_read_are_refused_and_the_device_lives_on() {
    in_own_process("faults::layouts_that_are_not_read_are_refused_and_the_device_lives_on", || {
        let factory = factory();
        let colour = ScanParameters { mode: ColourMode::Colour, ..small() };
        for options in [&[("three-pass", "yes")][..], &[("depth", "1")]] {
            let mut device = open(&factory, "test:0", options);
            let (outcome, context) = scan(device.as_mut(), colour.clone());
            assert_eq!(outcome.unwrap_err().code(), "device.unsupported", "{options:?}");
            assert!(context.pages.is_empty());
            assert!(device.is_alive());
        }
        let mut device = open(&factory, "test:0", &[("three-pass", "no")]);
        assert!(scan(device.as_mut(), colour).0.is_ok());
    });
}

/// `mode` switches `three-pass` on and off, `read-limit` switches `read-limit-size`: each asks for the
/// descriptions to be read again, and the back-end refuses whoever does not.
#[test]
fn options_that_other_options_switch_on_can_be_set() {
    in_own_process("faults::options_that_other_options_switch_on_can_be_set", || {
        let factory = factory();
        let options = [("read-limit", "yes"), ("read-limit-size", "4096"), ("test-picture", "Color pattern")];
        let mut device = open(&factory, "test:0", &options);
        for mode in [ColourMode::Colour, ColourMode::Gray, ColourMode::Colour, ColourMode::Lineart] {
            let (outcome, _) = scan(device.as_mut(), ScanParameters { mode, ..small() });
            assert_eq!(outcome, Ok(Outcome::Scanned { pages: 1, feeder_empty: false }), "{mode:?}");
        }
        drop(device);
        // Switched off, it can no longer be set.
        let mut device = open(&factory, "test:0", &[("read-limit", "no"), ("read-limit-size", "4096")]);
        assert_eq!(scan(device.as_mut(), small()).0.unwrap_err().code(), "device.bad_configuration");
    });
}

#[test]
fn wrong_options_are_refused_before_the_device_sees_them() {
    in_own_process("faults::wrong_options_are_refused_before_the_device_sees_them", || {
        let factory = factory();
        for (option, value) in [
            ("no-such-option", "1"),
            ("test-picture", "Mona Lisa"),
            ("ppl-loss", "129"),
            ("ppl-loss", "many"),
            ("read-delay", "maybe"),
            ("print-options", "yes"),
            ("three-pass-order", "RGB"),
        ] {
            let mut device = open(&factory, "test:0", &[(option, value)]);
            let fault = scan(device.as_mut(), small()).0.expect_err(option);
            assert_eq!(fault.code(), "device.bad_configuration", "{option}={value}");
            assert!(fault.detail.contains(option), "{}", fault.detail);
        }
        let mut device = open(&factory, "pnm:0", &[]);
        for parameters in [
            ScanParameters { source: ScanSource::Feeder, ..small() },
            ScanParameters { source: ScanSource::FeederDuplex, ..small() },
            ScanParameters { mode: ColourMode::Lineart, ..small() },
        ] {
            assert_eq!(scan(device.as_mut(), parameters).0.unwrap_err().code(), "device.unsupported");
        }
        for parameters in
            [ScanParameters { dpi: 0, ..small() }, ScanParameters { max_pages: Some(0), ..small() }]
        {
            assert_eq!(scan(device.as_mut(), parameters).0.unwrap_err().code(), "device.bad_parameters");
        }
        let other = device.run(&Task::ReadCard { fingerprint: false }, &mut context());
        assert_eq!(other.unwrap_err().code(), "device.bad_parameters");
        let mut wrong = configured("test:0", &[]);
        wrong.settings.insert("dpi".into(), "three hundred".into());
        let opened = factory.open(&DeviceId::new("sane", "test:0"), &[wrong]);
        assert_eq!(opened.err().unwrap().code(), "device.bad_configuration");
    });
}

#[test]
fn a_picture_that_is_not_there_and_one_that_is_cut_off_are_faults() {
    in_own_process("faults::a_picture_that_is_not_there_and_one_that_is_cut_off_are_faults", || {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("document.ppm");
        let factory = factory();
        let parameters = ScanParameters { mode: ColourMode::Colour, area: None, ..small() };
        let named = [("filename", file.to_str().unwrap())];
        let mut device = open(&factory, "pnm:0", &named);
        assert!(scan(device.as_mut(), parameters.clone()).0.is_err());
        drop(device);
        picture(&file, 600, 800);
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        let mut device = open(&factory, "pnm:0", &named);
        let (outcome, context) = scan(device.as_mut(), parameters);
        assert_eq!(outcome.unwrap_err().code(), "scanner.page_incomplete");
        assert!(context.pages.is_empty());
    });
}

#[test]
fn unknown_devices_and_a_missing_library_are_faults() {
    in_own_process("faults::unknown_devices_and_a_missing_library_are_faults", || {
        let missing = SaneFactory::with_library("libsane-that-nobody-has.so.1");
        for _ in 0..2 {
            let fault = missing.list(&[]).unwrap_err();
            assert_eq!(fault.code(), "device.library_missing");
            assert!(fault.detail.contains("libsane-that-nobody-has.so.1"), "{}", fault.detail);
        }
        let opened = missing.open(&DeviceId::new("sane", "test:0"), &[]);
        assert_eq!(opened.err().unwrap().code(), "device.library_missing");
        // A library that is there and is not SANE.
        let foreign = SaneFactory::with_library("libm.so.6");
        assert_eq!(foreign.list(&[]).unwrap_err().code(), "device.library_missing");

        let factory = factory();
        for name in ["test:9", "nosuchbackend:0", "pnm:\0"] {
            let fault = factory.open(&DeviceId::new("sane", name), &[]).err().unwrap();
            assert_eq!(fault.code(), "device.not_found", "{name:?}");
        }
        // The library can be initialised once: a second user in the same process is told so.
        assert_eq!(SaneFactory::default().list(&[]).unwrap_err().code(), "device.driver_failed");
        drop(factory);
        let again = crate::bench::factory();
        let mut device = open(&again, "test:0", &[]);
        let mut context = CollectingContext::new(std::time::Duration::from_secs(60));
        assert_eq!(device.run(&Task::CheckState, &mut context), Ok(Outcome::State(Vec::new())));
    });
}
