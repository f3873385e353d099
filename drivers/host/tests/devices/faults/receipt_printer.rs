//! Receipt printers over TCP and on a serial line, against a virtual one that keeps its slips as pictures.

use std::io::Cursor;
use std::time::{Duration, Instant};

use driver_contract::{
    Accessibility, DeviceClass, Fault, FaultCode, JobState, JobStatus, PrintParameters, Region, Sides, Task,
};
use image::{GrayImage, ImageFormat};
use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};
use virtual_devices::receipt::{ReceiptFault, VirtualReceiptPrinter};

use crate::post::{LONG, Post, told};

/// Head of a printer for paper of 80 mm.
const DOTS: u32 = 576;
/// Rows of the slip: eight bands and a half.
const ROWS: u32 = 200;

/// A slip that no half of it, and no shifted row, could be taken for.
pub(crate) fn picture() -> GrayImage {
    GrayImage::from_fn(DOTS, ROWS, |x, y| {
        let black = x == y || x % 64 < y % 29 || (y == ROWS - 1 && x < 8);
        [if black { 0 } else { 255 }].into()
    })
}

pub(crate) fn png(picture: &GrayImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

pub(crate) fn parameters(format: &str) -> PrintParameters {
    PrintParameters {
        document: Region { offset: 0, length: 0 },
        format: format.to_owned(),
        title: "回执 20261122-0001".to_owned(),
        copies: 1,
        media: None,
        sides: Sides::OneSided,
        tray: None,
    }
}

pub(crate) struct Counter {
    pub(crate) printer: VirtualReceiptPrinter,
    pub(crate) post: Post,
}

impl Counter {
    fn new() -> Self {
        Self::with(&json!({}))
    }

    fn with(settings: &Value) -> Self {
        let printer = VirtualReceiptPrinter::on_tcp(576).unwrap();
        let post = post("escpos-tcp", &printer.address(), tempfile::tempdir().unwrap(), settings);
        Self { printer, post }
    }

    fn serial() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("printer");
        let printer = VirtualReceiptPrinter::on_tty(&link, 576).unwrap();
        let post = post("escpos-serial", &printer.address(), folder, &json!({}));
        Self { printer, post }
    }

    pub(crate) fn print(&mut self, each: impl FnMut(JobStatus)) -> Result<JobStatus, Fault> {
        self.print_within(LONG, each)
    }

    pub(crate) fn print_within(
        &mut self,
        limit: Duration,
        each: impl FnMut(JobStatus),
    ) -> Result<JobStatus, Fault> {
        let device = self.post.device.clone();
        self.post.client().print(&device, &png(&picture()), parameters("image/png"), limit, each)
    }

    /// The slip ends in this fault.
    pub(crate) fn fails(&mut self, code: FaultCode) {
        let fault = self.print(drop).expect_err("a fault was injected");
        assert_eq!(fault.code, code, "{fault:?}");
        told(&fault);
    }

    /// Whole again, the printer gives one slip, and the right one.
    pub(crate) fn prints_again(&mut self) {
        self.printer.set_fault(ReceiptFault::None);
        let before = self.printer.slips().len();
        let status = self.print(drop).unwrap();
        assert_eq!((status.state, status.fault), (JobState::Completed, None));
        let slips = self.printer.slips();
        // What an earlier slip left behind is cut off in front of the new one.
        assert!((before + 1..=before + 2).contains(&slips.len()), "{} after {before}", slips.len());
        assert!(slips.last().unwrap().picture() == picture(), "another slip than the one that was sent");
        assert!(self.printer.hanging().height() == 0);
    }

    /// The printer stops for a reason, which is told while the slip waits; then somebody helps it.
    pub(crate) fn waits(mut self, code: FaultCode) {
        let mut seen = Vec::new();
        let device = self.post.device.clone();
        let printer = &self.printer;
        let document = png(&picture());
        let each = |status: JobStatus| {
            if let Some(fault) = &status.fault {
                assert_eq!(status.state, JobState::Stopped);
                assert!(printer.slips().is_empty(), "told before it came out");
                told(fault);
                seen.push(fault.code);
                printer.set_fault(ReceiptFault::None);
            }
        };
        let status =
            self.post.client().print(&device, &document, parameters("image/png"), LONG, each).unwrap();
        assert_eq!((status.state, status.pages_done, status.fault), (JobState::Completed, Some(1), None));
        assert_eq!(seen, [code]);
        let slips = self.printer.slips();
        assert_eq!(slips.len(), 1, "printed once");
        assert!(slips[0].picture() == picture());
        self.prints_again();
    }

    /// What goes wrong in the middle leaves the end of the slip unknown, never a second one.
    fn is_lost(fault: ReceiptFault) -> Self {
        let mut counter = Self::new();
        counter.printer.set_fault_after(90, fault);
        counter.fails(FaultCode::JobLost);
        assert!(counter.printer.slips().len() <= 1);
        counter
    }
}

pub(crate) fn post(driver: &str, path: &str, folder: tempfile::TempDir, settings: &Value) -> Post {
    let mut all = json!({ "answer_ms": 500, "lost_after_ms": 1500 });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let entry = json!({ "driver": driver, "path": path, "name": "小票打印机", "attestation": "virtual",
        "settings": all });
    Post::new(DeviceClass::Printer, folder, &entry)
}

fn until(what: impl Fn() -> bool) {
    let end = Instant::now() + LONG;
    while !what() {
        assert!(Instant::now() < end, "it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// One use of the device by a host that `prepare` has set up: for the recordings.
pub(crate) fn used(prepare: fn(&mut Post)) -> Post {
    let mut counter = Counter::new();
    prepare(&mut counter.post);
    counter.prints_again();
    counter.post
}

#[test]
fn absent() {
    let mut counter = Counter::new();
    counter.printer.unplug();
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.fails(FaultCode::PrinterUnreachable);
    counter.printer.plug().unwrap();
    assert_eq!(counter.post.listed(), Accessibility::Accessible);
    counter.prints_again();
}

#[test]
fn absent_on_the_line() {
    let mut counter = Counter::serial();
    counter.printer.unplug();
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.fails(FaultCode::NotFound);
    counter.printer.plug().unwrap();
    counter.prints_again();
}

#[test]
fn denied() {
    let Counter { printer, post } = Counter::serial();
    let node = post.folder.path().join("printer");
    let mut post = post.without_rights_on(&node);
    assert_eq!(post.listed(), Accessibility::PermissionDenied);
    post.fails(Task::CheckState, LONG, FaultCode::PermissionDenied);
    drop(printer);
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::serial();
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    let fault = counter.print(drop).unwrap_err();
    assert_eq!((fault.code, fault.held_by.as_deref()), (FaultCode::Busy, Some("所长室")));
    told(&fault);
    other.close(&counter.post.device, LONG).unwrap();
    counter.prints_again();
}

#[test]
fn switched_off_while_idle_and_on_again() {
    let mut counter = Counter::new();
    counter.prints_again();
    counter.printer.unplug();
    counter.fails(FaultCode::PrinterUnreachable);
    counter.printer.plug().unwrap();
    counter.prints_again();
}

#[test]
fn out_of_paper() {
    let counter = Counter::new();
    counter.printer.set_fault(ReceiptFault::PaperOut);
    counter.waits(FaultCode::OutOfPaper);
}

#[test]
fn out_of_paper_in_mid_slip() {
    let counter = Counter::new();
    counter.printer.set_fault_after(90, ReceiptFault::PaperOut);
    counter.waits(FaultCode::OutOfPaper);
}

#[test]
fn out_of_paper_in_mid_slip_on_the_line() {
    let counter = Counter::serial();
    counter.printer.set_fault_after(90, ReceiptFault::PaperOut);
    counter.waits(FaultCode::OutOfPaper);
}

#[test]
fn cover_opened_in_mid_slip() {
    let counter = Counter::new();
    counter.printer.set_fault_after(1, ReceiptFault::CoverOpen);
    counter.waits(FaultCode::CoverOpen);
}

#[test]
fn switched_to_offline() {
    let counter = Counter::new();
    counter.printer.set_fault(ReceiptFault::Offline);
    counter.waits(FaultCode::PrinterNeedsAttention);
}

#[test]
fn head_too_hot() {
    let counter = Counter::new();
    counter.printer.set_fault_after(150, ReceiptFault::HeadHot);
    counter.waits(FaultCode::PrintHeadHot);
}

#[test]
fn out_of_paper_until_time_is_over() {
    let mut counter = Counter::new();
    counter.printer.set_fault(ReceiptFault::PaperOut);
    let fault = counter.print_within(Duration::from_secs(2), drop).unwrap_err();
    assert_eq!(fault.code, FaultCode::Timeout);
    told(&fault);
    counter.printer.set_fault(ReceiptFault::None);
    counter.prints_again();
    assert_eq!(counter.printer.slips().len(), 1, "nothing of the slip that was given up");
}

#[test]
fn cutter_stuck() {
    let mut counter = Counter::new();
    counter.prints_again();
    counter.printer.set_fault(ReceiptFault::CutterStuck);
    let status = counter.print(drop).unwrap();
    assert_eq!(status.state, JobState::Aborted);
    let fault = status.fault.unwrap();
    assert_eq!(fault.code, FaultCode::CutterStuck);
    told(&fault);
    assert_eq!(counter.printer.slips().len(), 1);
    // Switched off, cleaned, switched on: what hangs out is cut off first.
    counter.printer.unplug();
    counter.printer.plug().unwrap();
    counter.prints_again();
}

#[test]
fn unrecoverable() {
    let mut counter = Counter::new();
    counter.printer.set_fault_after(90, ReceiptFault::Unrecoverable);
    let status = counter.print(drop).unwrap();
    assert_eq!(status.state, JobState::Aborted);
    let fault = status.fault.unwrap();
    assert_eq!(fault.code, FaultCode::PrinterUnrecoverable);
    told(&fault);
    counter.printer.unplug();
    counter.printer.plug().unwrap();
    counter.prints_again();
}

#[test]
fn mute() {
    let mut counter = Counter::new();
    counter.printer.set_fault(ReceiptFault::Mute);
    counter.fails(FaultCode::PrinterUnreachable);
    assert!(counter.printer.slips().is_empty());
    counter.prints_again();
}

#[test]
fn answers_not_in_its_turn() {
    let mut counter = Counter::new();
    counter.printer.set_fault(ReceiptFault::MuteInTurn);
    counter.fails(FaultCode::Timeout);
    assert!(counter.printer.slips().is_empty(), "its end could never have been learnt");
    counter.prints_again();
}

#[test]
fn falls_silent_in_mid_slip() {
    let mut counter = Counter::is_lost(ReceiptFault::Mute);
    counter.prints_again();
}

#[test]
fn hangs_in_mid_slip() {
    let mut counter = Counter::is_lost(ReceiptFault::Hung);
    counter.prints_again();
}

#[test]
fn garbage() {
    let mut counter = Counter::new();
    counter.printer.set_fault(ReceiptFault::Garbage);
    counter.fails(FaultCode::ProtocolGarbage);
    assert!(counter.printer.slips().is_empty());
    counter.prints_again();
}

#[test]
fn garbage_in_mid_slip() {
    let mut counter = Counter::is_lost(ReceiptFault::Garbage);
    counter.prints_again();
}

#[test]
fn answers_twice() {
    let mut counter = Counter::new();
    counter.printer.set_fault(ReceiptFault::Twice);
    counter.fails(FaultCode::ProtocolGarbage);
    counter.prints_again();
}

#[test]
fn answers_twice_in_mid_slip() {
    let mut counter = Counter::is_lost(ReceiptFault::Twice);
    counter.prints_again();
}

#[test]
fn pulled_in_mid_slip() {
    let mut counter = Counter::is_lost(ReceiptFault::Pulled);
    counter.printer.plug().unwrap();
    counter.prints_again();
}

#[test]
fn pulled_in_mid_slip_on_the_line() {
    let mut counter = Counter::serial();
    counter.printer.set_fault_after(90, ReceiptFault::Pulled);
    counter.fails(FaultCode::JobLost);
    counter.printer.plug().unwrap();
    counter.prints_again();
}

#[test]
fn one_way_line() {
    let mut counter = Counter::with(&json!({ "answers": false }));
    counter.printer.set_fault(ReceiptFault::Mute);
    counter.fails(FaultCode::JobLost);
    let printer = &counter.printer;
    until(|| printer.slips().len() == 1);
    assert!(printer.slips()[0].picture() == picture());
    // Told that it can answer, it does.
    let mut answering = post("escpos-tcp", &printer.address(), tempfile::tempdir().unwrap(), &json!({}));
    printer.set_fault(ReceiptFault::None);
    let device = answering.device.clone();
    let status =
        answering.client().print(&device, &png(&picture()), parameters("image/png"), LONG, drop).unwrap();
    assert_eq!((status.state, printer.slips().len()), (JobState::Completed, 2));
}

#[test]
fn given_up_in_mid_slip() {
    let mut counter = Counter::new();
    counter.printer.set_fault_after(90, ReceiptFault::PaperOut);
    let fault = counter.print_within(Duration::from_secs(2), drop).unwrap_err();
    assert_eq!(fault.code, FaultCode::JobCancelled);
    told(&fault);
    counter.printer.set_fault(ReceiptFault::None);
    // The part that was printed is cut off, and void.
    let printer = &counter.printer;
    until(|| printer.slips().len() == 1);
    assert!(printer.slips()[0].height() < usize::try_from(ROWS).unwrap());
    counter.prints_again();
}

#[test]
fn document_that_is_none() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    let whole = png(&picture());
    let blank = png(&GrayImage::from_pixel(DOTS, ROWS, [255].into()));
    for (document, format, code) in [
        (&whole[..], "application/pdf", FaultCode::FormatNotSupported),
        (b"%PDF-1.7", "image/png", FaultCode::FormatNotSupported),
        (&whole[..whole.len() / 2], "image/png", FaultCode::FormatNotSupported),
        (&blank, "image/png", FaultCode::BadParameters),
    ] {
        let fault =
            counter.post.client().print(&device, document, parameters(format), LONG, drop).unwrap_err();
        assert_eq!(fault.code, code, "{fault:?}");
        told(&fault);
    }
    assert_eq!(counter.printer.bytes_taken(), 0, "nothing was sent");
    counter.prints_again();
}

#[test]
fn settings_that_cannot_be_used() {
    for settings in [json!({ "dots": 570 }), json!({ "cut": "half" }), json!({ "width": 80 })] {
        let mut counter = Counter::with(&settings);
        counter.fails(FaultCode::BadConfiguration);
    }
    Counter::new().prints_again();
}

#[test]
fn host_killed_in_mid_slip() {
    let mut counter = Counter::new();
    counter.printer.set_fault_after(90, ReceiptFault::PaperOut);
    let pid = counter.post.pid();
    let fault = counter.print(|status| {
        if status.fault.is_some() {
            let _ = kill_process(pid, Signal::KILL);
        }
    });
    assert_eq!(fault.unwrap_err().code, FaultCode::HostCrashed);
    // What the dead host left behind stays a part of no other slip.
    counter.printer.set_fault(ReceiptFault::None);
    counter.prints_again();
    assert_eq!(counter.printer.slips().len(), 2);
}

#[test]
fn roll_nearly_at_its_end() {
    let mut counter = Counter::new();
    counter.printer.set_fault(ReceiptFault::PaperLow);
    let device = counter.post.device.clone();
    let faults = counter.post.client().check_state(&device, LONG).unwrap();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [FaultCode::PaperLow]);
    told(&faults[0]);
    let status = counter.print(drop).unwrap();
    assert_eq!((status.state, status.reasons), (JobState::Completed, vec!["media-low-report".to_owned()]));
    counter.prints_again();
    assert_eq!(counter.post.client().check_state(&device, LONG).unwrap(), []);
}

#[test]
fn states_that_nobody_asked_for() {
    // No fault at all: another program has switched them on.
    let mut counter = Counter::new();
    counter.printer.set_fault(ReceiptFault::Chatter);
    let status = counter.print(drop).unwrap();
    assert_eq!((status.state, counter.printer.slips().len()), (JobState::Completed, 1));
    counter.prints_again();
}

#[test]
fn slow() {
    // Printed is said when the last row is out, and not before.
    let mut counter = Counter::new();
    counter.printer.set_row_time(Duration::from_millis(5));
    let status = counter.print(drop).unwrap();
    assert_eq!((status.state, counter.printer.slips().len()), (JobState::Completed, 1));
    counter.prints_again();
}

#[test]
fn picture_that_looks_like_a_command() {
    let mut counter = Counter::new();
    // DLE DC4 1 0 1 opens the drawer, DLE EOT 1 asks for a status, DLE DC4 8 … empties the buffer.
    let commands = [0x10, 0x14, 1, 0, 1, 0x10, 0x04, 1, 0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8];
    let evil = GrayImage::from_fn(DOTS, 48, |x, _| {
        let byte = commands.get(usize::try_from(x / 8).unwrap()).copied().unwrap_or(0xff_u8);
        [if byte >> (7 - x % 8) & 1 == 1 { 0 } else { 255 }].into()
    });
    let device = counter.post.device.clone();
    let status =
        counter.post.client().print(&device, &png(&evil), parameters("image/png"), LONG, drop).unwrap();
    assert_eq!(status.state, JobState::Completed);
    assert_eq!((counter.printer.drawer_pulses(), counter.printer.strange_commands()), (0, 0));
    let printed = counter.printer.slips()[0].picture();
    let other = printed.pixels().zip(evil.pixels()).filter(|(one, two)| one != two).count();
    assert_eq!(other, 3 * 48, "one dot for each command in each row");
    counter.prints_again();
}
