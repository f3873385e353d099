//! Scanners on the network: the virtual scanner is told to do wrong, the driver speaks to it over HTTP.

use std::time::{Duration, Instant};

use driver_contract::{
    Accessibility, ColourMode, DeviceClass, Fault, FaultCode, Outcome, ScanArea, ScanParameters, ScanSource,
    Task,
};
use image::{Rgb, RgbImage};
use rustix::process::{Signal, kill_process};
use serde_json::json;
use virtual_devices::escl::{NetworkScanner, ScannerFault};

use crate::post::{LONG, Post};

fn sheet() -> RgbImage {
    RgbImage::from_pixel(700, 700, Rgb([200, 190, 180]))
}

fn scan(source: ScanSource) -> Task {
    let area = Some(ScanArea { left: 0, top: 0, width: 500, height: 500 });
    Task::Scan(ScanParameters { source, mode: ColourMode::Gray, dpi: 100, area, max_pages: None })
}

struct Counter {
    scanner: NetworkScanner,
    post: Post,
}

impl Counter {
    /// A scanner with a sheet on the glass and two in the feeder. Its driver waits 2 s for an answer.
    fn new() -> Self {
        let scanner = NetworkScanner::start(None).unwrap();
        scanner.lay(sheet());
        scanner.feed(sheet(), sheet());
        scanner.feed(sheet(), sheet());
        let entry = json!({ "driver": "escl", "path": scanner.url(), "name": "网络扫描仪", "attestation": "virtual",
            "settings": { "answer_ms": 2000, "page_ms": 3000 } });
        let post = Post::new(DeviceClass::Scanner, tempfile::tempdir().unwrap(), &entry);
        Self { scanner, post }
    }

    /// With this fault a scan from `source` ends in `code`; whole again, the scanner scans, in the same process.
    fn shows(source: ScanSource, fault: ScannerFault, code: FaultCode) -> Fault {
        let mut counter = Self::new();
        // Open already: what is wrong comes in the middle.
        counter.goes_on();
        counter.scanner.set_fault(fault);
        let pid = counter.post.pid();
        let told = counter.post.fails(scan(source), LONG, code);
        counter.scanner.set_fault(ScannerFault::None);
        counter.goes_on();
        assert_eq!(counter.post.pid(), pid, "the process was restarted");
        told
    }

    fn glass(fault: ScannerFault, code: FaultCode) -> Fault {
        Self::shows(ScanSource::Flatbed, fault, code)
    }

    fn feeder(fault: ScannerFault, code: FaultCode) -> Fault {
        Self::shows(ScanSource::Feeder, fault, code)
    }

    fn goes_on(&mut self) {
        let result = self.post.run(scan(ScanSource::Flatbed), LONG);
        assert!(matches!(result, Ok(Outcome::Scanned { pages: 1, .. })), "{result:?}");
    }
}

/// One use of the device by a host that `prepare` has set up: for the recordings.
pub(crate) fn used(prepare: fn(&mut Post)) -> Post {
    let mut counter = Counter::new();
    prepare(&mut counter.post);
    counter.goes_on();
    counter.post
}

#[test]
fn busy_with_somebody_elses_job() {
    Counter::glass(ScannerFault::Busy, FaultCode::Busy);
}

#[test]
fn takes_no_job_now() {
    Counter::glass(ScannerFault::Refuse(503), FaultCode::Busy);
}

#[test]
fn paper_jam_in_the_second_sheet() {
    Counter::feeder(ScannerFault::Jam(1), FaultCode::FeederJam);
}

#[test]
fn two_sheets_at_once() {
    Counter::feeder(ScannerFault::Multipick, FaultCode::FeederJam);
}

#[test]
fn lid_open() {
    Counter::feeder(ScannerFault::LidOpen, FaultCode::CoverOpen);
}

#[test]
fn empty_feeder() {
    let mut counter = Counter::new();
    counter.scanner.clear_feeder();
    counter.post.fails(scan(ScanSource::Feeder), LONG, FaultCode::FeederEmpty);
    counter.scanner.feed(sheet(), sheet());
    let result = counter.post.run(scan(ScanSource::FeederDuplex), LONG);
    assert_eq!(result, Ok(Outcome::Scanned { pages: 2, feeder_empty: true }));
}

#[test]
fn stopped() {
    Counter::glass(ScannerFault::Stopped, FaultCode::ScanFailed);
}

#[test]
fn job_forgotten() {
    Counter::glass(ScannerFault::Forget, FaultCode::ScanFailed);
}

#[test]
fn job_given_up_after_a_page() {
    Counter::feeder(ScannerFault::Abort(1), FaultCode::ScanFailed);
}

#[test]
fn job_without_an_address() {
    Counter::glass(ScannerFault::NoLocation, FaultCode::ProtocolGarbage);
}

#[test]
fn password_wanted() {
    Counter::glass(ScannerFault::Status(401), FaultCode::PermissionDenied);
}

#[test]
fn error_of_its_own() {
    Counter::glass(ScannerFault::Status(500), FaultCode::ScanFailed);
}

#[test]
fn sends_to_another_machine() {
    Counter::glass(ScannerFault::Redirect, FaultCode::ProtocolGarbage);
}

#[test]
fn picture_cut_off() {
    Counter::glass(ScannerFault::CutPicture, FaultCode::PageIncomplete);
}

#[test]
fn connection_lost_in_mid_page() {
    Counter::glass(ScannerFault::ShortBody, FaultCode::PageIncomplete);
}

#[test]
fn half_of_a_page() {
    Counter::glass(ScannerFault::HalfPage, FaultCode::PageIncomplete);
}

#[test]
fn picture_of_four_thousand_megapixels() {
    Counter::glass(ScannerFault::HugePicture, FaultCode::PageTooLarge);
}

#[test]
fn page_of_ten_gigabytes() {
    Counter::glass(ScannerFault::HugeLength, FaultCode::PageTooLarge);
}

#[test]
fn another_format_than_asked() {
    Counter::glass(ScannerFault::Pdf, FaultCode::ProtocolGarbage);
}

#[test]
fn no_picture_at_all() {
    Counter::glass(ScannerFault::NotJpeg, FaultCode::ProtocolGarbage);
}

#[test]
fn garbage_for_a_document() {
    Counter::glass(ScannerFault::GarbageXml, FaultCode::ProtocolGarbage);
}

#[test]
fn a_web_page_for_a_document() {
    Counter::glass(ScannerFault::OtherXml, FaultCode::ProtocolGarbage);
}

#[test]
fn entities_that_grow() {
    Counter::glass(ScannerFault::Entities, FaultCode::ProtocolGarbage);
}

#[test]
fn document_without_end() {
    Counter::glass(ScannerFault::EndlessXml, FaultCode::WrongLength);
}

#[test]
fn no_http() {
    Counter::glass(ScannerFault::NoHttp, FaultCode::ProtocolGarbage);
}

#[test]
fn hangs_with_the_page() {
    let begun = Instant::now();
    Counter::glass(ScannerFault::Hang, FaultCode::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(20), "the driver's own limit ended it");
}

#[test]
fn cancelled_while_it_hangs() {
    let mut counter = Counter::new();
    counter.goes_on();
    counter.scanner.set_fault(ScannerFault::Hang);
    counter.post.fails_when(scan(ScanSource::Flatbed), FaultCode::Cancelled, |running, _| running.cancel());
    counter.scanner.set_fault(ScannerFault::None);
    counter.goes_on();
}

#[test]
fn host_crashes_in_mid_page() {
    let mut counter = Counter::new();
    counter.goes_on();
    counter.scanner.set_fault(ScannerFault::Hang);
    counter.post.fails_when(scan(ScanSource::Flatbed), FaultCode::HostCrashed, |_, pid| {
        // Not SEGV: Rust's handler for overflown stacks lets a first one from outside pass.
        kill_process(pid, Signal::ABORT).unwrap();
    });
    counter.scanner.set_fault(ScannerFault::None);
    counter.goes_on();
}

#[test]
fn switched_off_and_on_again() {
    let Counter { scanner, mut post } = Counter::new();
    assert!(post.run(scan(ScanSource::Flatbed), LONG).is_ok());
    let port = scanner.port();
    drop(scanner);
    post.fails(scan(ScanSource::Flatbed), LONG, FaultCode::NotFound);
    assert_eq!(post.listed(), Accessibility::Absent);
    let scanner = NetworkScanner::start(Some(port)).unwrap();
    scanner.lay(sheet());
    assert!(post.run(scan(ScanSource::Flatbed), LONG).is_ok());
    assert_eq!(post.listed(), Accessibility::Accessible);
}

#[test]
fn address_that_is_none() {
    let entry = json!({ "driver": "escl", "path": "scanner-in-the-hall", "attestation": "virtual" });
    let mut post = Post::new(DeviceClass::Scanner, tempfile::tempdir().unwrap(), &entry);
    let fault = post.fails(scan(ScanSource::Flatbed), LONG, FaultCode::BadConfiguration);
    assert!(fault.permanent);
}
