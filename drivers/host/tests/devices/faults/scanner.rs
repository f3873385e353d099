//! The scanner: SANE with its own `test` back-end, whose first device is told to do wrong and whose second one is
//! whole. What ends a page of the first must leave the second alone, in the same process.

use std::time::Duration;

use driver_contract::{
    ColourMode, DeviceClass, DeviceId, Fault, FaultCode, HostOptions, Outcome, ScanArea, ScanParameters,
    ScanSource, Task,
};
use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};

use crate::post::{LONG, Post};

fn scan(source: ScanSource, mode: ColourMode) -> Task {
    let area = Some(ScanArea { left: 0, top: 0, width: 500, height: 500 });
    Task::Scan(ScanParameters { source, mode, dpi: 75, area, max_pages: Some(1) })
}

fn page() -> Task {
    scan(ScanSource::Flatbed, ColourMode::Gray)
}

struct Counter {
    post: Post,
    whole: DeviceId,
}

impl Counter {
    fn with(path: &str, options: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sane = folder.path().join("sane.d");
        std::fs::create_dir(&sane).unwrap();
        std::fs::write(sane.join("dll.conf"), "test\n").unwrap();
        std::fs::write(sane.join("test.conf"), "number_of_devices 2\n").unwrap();
        let entry = |path: &str, options: &Value| {
            json!({ "driver": "sane", "path": path, "name": "扫描仪", "attestation": "virtual",
                "settings": { "options": options } })
        };
        let whole = DeviceId::new("sane", "test:1");
        let others = [entry("test:1", &json!({}))];
        let post = Post::with_others(DeviceClass::Scanner, folder, &entry(path, options), &others);
        let post = post.with(|options: &mut HostOptions| {
            options.environment.push(("SANE_CONFIG_DIR".into(), sane.into()));
        });
        Self { post, whole }
    }

    /// The other scanner gives a page: of the same process, if `pid` names it.
    fn goes_on(&mut self) {
        let whole = self.whole.clone();
        let result = self.post.client().begin(&whole, page(), LONG).unwrap().finish(drop);
        assert!(matches!(result, Ok(Outcome::Scanned { pages: 1, .. })), "{result:?}");
    }

    /// The device shows `code` with these options; the process lives on.
    fn shows(options: &Value, task: Task, code: FaultCode) -> Fault {
        let mut counter = Self::with("test:0", options);
        let fault = counter.post.fails(task, Duration::from_secs(10), code);
        let pid = counter.post.pid();
        counter.goes_on();
        assert_eq!(counter.post.pid(), pid, "the process was restarted");
        fault
    }

    fn answers(status: &str, code: FaultCode) {
        Self::shows(&json!({ "read-return-value": status }), page(), code);
    }
}

/// With [`long_page`] a page that takes longer than anybody waits: a pause after each piece.
fn endless() -> Value {
    json!({ "read-limit": true, "read-limit-size": 256, "read-delay": true, "read-delay-duration": 200_000 })
}

fn long_page() -> Task {
    let (source, mode) = (ScanSource::Flatbed, ColourMode::Colour);
    Task::Scan(ScanParameters { source, mode, dpi: 300, area: None, max_pages: Some(1) })
}

#[test]
fn absent() {
    let mut counter = Counter::with("test:9", &json!({}));
    counter.post.fails(page(), LONG, FaultCode::NotFound);
    counter.goes_on();
}

#[test]
fn denied() {
    Counter::answers("SANE_STATUS_ACCESS_DENIED", FaultCode::PermissionDenied);
}

#[test]
fn busy_with_another_program() {
    Counter::answers("SANE_STATUS_DEVICE_BUSY", FaultCode::Busy);
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::with("test:0", &json!({}));
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    let fault = counter.post.fails(page(), LONG, FaultCode::Busy);
    assert_eq!(fault.held_by.as_deref(), Some("所长室"));
    counter.goes_on();
    other.close(&counter.post.device, LONG).unwrap();
    assert!(counter.post.run(page(), LONG).is_ok());
}

#[test]
fn paper_jam() {
    Counter::answers("SANE_STATUS_JAMMED", FaultCode::FeederJam);
}

#[test]
fn out_of_paper() {
    Counter::answers("SANE_STATUS_NO_DOCS", FaultCode::FeederEmpty);
}

#[test]
fn cover_open() {
    Counter::answers("SANE_STATUS_COVER_OPEN", FaultCode::CoverOpen);
}

#[test]
fn unplugged_in_mid_page() {
    // What back-ends answer when the device has gone.
    Counter::answers("SANE_STATUS_IO_ERROR", FaultCode::ScanFailed);
}

#[test]
fn truncated_page() {
    Counter::answers("SANE_STATUS_EOF", FaultCode::PageIncomplete);
}

#[test]
fn library_out_of_memory() {
    Counter::answers("SANE_STATUS_NO_MEM", FaultCode::DriverFailed);
}

#[test]
fn picture_in_an_unknown_layout() {
    let task = scan(ScanSource::Flatbed, ColourMode::Colour);
    Counter::shows(&json!({ "three-pass": true }), task, FaultCode::Unsupported);
}

#[test]
fn slow() {
    let mut counter = Counter::with("test:0", &endless());
    counter.post.fails(long_page(), Duration::from_secs(2), FaultCode::Timeout);
    counter.goes_on();
}

#[test]
fn cancelled_in_mid_page() {
    let mut counter = Counter::with("test:0", &endless());
    counter.post.fails_when(long_page(), FaultCode::Cancelled, |running, _| running.cancel());
    counter.goes_on();
}

#[test]
fn crashes_in_mid_page() {
    let mut counter = Counter::with("test:0", &endless());
    counter.post.fails_when(long_page(), FaultCode::HostCrashed, |_, pid| {
        // Not SEGV: Rust's handler for overflown stacks lets a first one from outside pass.
        kill_process(pid, Signal::ABORT).unwrap();
    });
    counter.goes_on();
}

#[test]
fn hangs_in_mid_page() {
    let counter = Counter::with("test:0", &endless());
    let Counter { post, whole } = counter;
    let post = post.with(|options| options.ping_limit = Duration::from_secs(1));
    let mut counter = Counter { post, whole };
    counter.post.fails_when(long_page(), FaultCode::HostHung, |_, pid| {
        kill_process(pid, Signal::STOP).unwrap();
    });
    counter.goes_on();
}

#[test]
fn settings_that_the_device_does_not_have() {
    let fault = Counter::shows(&json!({ "no-such-option": 1 }), page(), FaultCode::BadConfiguration);
    assert!(fault.permanent);
}

#[test]
fn recording_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let tape = folder.path().join("missing/page.tape");
    let mut counter = Counter::with("test:0", &json!({}));
    counter.post.record(&json!(tape));
    counter.post.fails(page(), LONG, FaultCode::TapeNotWritten);
    // The folder is there now: the next opening records.
    std::fs::create_dir(folder.path().join("missing")).unwrap();
    let result = counter.post.run(page(), LONG);
    assert!(matches!(result, Ok(Outcome::Scanned { pages: 1, .. })), "{result:?}");
    assert_eq!(driver_contract::ContractTape::load(&tape).unwrap().sections.len(), 1);
    counter.goes_on();
}
