//! Receipt printers on USB: the node of the kernel's printer class, `/dev/usb/lp0`, with a gadget at its other end.

use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use driver_contract::{Accessibility, DeviceEvent, FaultCode, JobState, Task};
use image::GrayImage;
use paper::{Cancellation, MissingGlyphs, PaperWorker, PrintOrder, TemplateId, WorkerSettings};
use serde_json::json;
use virtual_devices::receipt::{ReceiptFault, VirtualReceiptPrinter};

use super::{next, until};
use crate::faults::receipt_printer::{Counter, parameters, picture, png, post};
use crate::post::{LONG, told};

/// The kernel's name of the first printer, from plug to plug.
const NODE: &str = "/dev/usb/lp0";
const DRIVER: &str = "escpos-usb";

fn is_there() -> bool {
    Path::new(NODE).exists()
}

fn counter() -> Counter {
    let printer = VirtualReceiptPrinter::on_usb("receipt", 576).unwrap();
    until(NODE, is_there);
    Counter { printer, post: post(DRIVER, NODE, tempfile::tempdir().unwrap(), &json!({})) }
}

fn pull(counter: &Counter) {
    counter.printer.unplug();
    until("the end of the node", || !is_there());
}

fn plug(counter: &Counter) {
    counter.printer.plug().unwrap();
    until(NODE, is_there);
}

/// The terminal's test page for a roll, as its type setter makes it, in black and white.
fn test_page() -> GrayImage {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let program = std::env::var("PAPER_WORKER").expect("PAPER_WORKER: the type setter");
    let mut settings = WorkerSettings::new(program, tree.join("assets/templates"));
    // This machine's processor is made of software.
    settings.deadline = Duration::from_secs(300);
    let worker = PaperWorker::new(settings);
    let sample = std::fs::read(tree.join("crates/paper-worker/tests/samples/test-page-roll.json")).unwrap();
    let template = TemplateId::new("test-page-roll").unwrap();
    let order = PrintOrder {
        data: serde_json::from_slice(&sample).unwrap(),
        // 5 March 2026, 14:32 in Beijing.
        print_set: worker.current_print_set(&template, 1_772_692_320).unwrap(),
        template,
        missing_glyphs: MissingGlyphs::default(),
    };
    let grey = worker.picture(&order, 8, &Cancellation::new()).unwrap();
    let mut picture = image::load_from_memory(&grey).unwrap().to_luma8();
    picture.pixels_mut().for_each(|pixel| pixel.0[0] = if pixel.0[0] < 128 { 0 } else { 255 });
    picture
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn roll_test_page_comes_out_of_the_usb_printer_dot_for_dot() {
    let mut counter = counter();
    assert_eq!(counter.post.listed(), Accessibility::Accessible);
    let device = counter.post.device.clone();
    assert_eq!(counter.post.client().check_state(&device, LONG).unwrap(), []);
    let page = test_page();
    let document = png(&page);
    let status =
        counter.post.client().print(&device, &document, parameters("image/png"), LONG, drop).unwrap();
    assert_eq!((status.state, status.pages_done), (JobState::Completed, Some(1)));
    let slips = counter.printer.slips();
    let [slip] = slips.as_slice() else { panic!("one slip: {}", slips.len()) };
    let printed = slip.picture();
    assert!(printed.height() > 600 && printed.height() <= page.height(), "{}", printed.height());
    let (top, end) = page.as_raw().split_at(printed.as_raw().len());
    assert!(printed.as_raw() == top, "another page than the one that was sent");
    assert!(end.iter().all(|grey| *grey == 255), "something at its end is missing");
    assert_eq!((counter.printer.strange_commands(), counter.printer.drawer_pulses()), (0, 0));
    counter.prints_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_printer_alone_says_that_it_has_printed() {
    let mut counter = counter();
    // The slip lies in the kernel's buffers and the printer's long before the last row is out.
    counter.printer.set_row_time(Duration::from_millis(5));
    let status = counter.print(drop).unwrap();
    assert_eq!((status.state, counter.printer.slips().len()), (JobState::Completed, 1));
    counter.printer.set_row_time(Duration::ZERO);
    counter.printer.set_fault(ReceiptFault::Mute);
    counter.fails(FaultCode::PrinterUnreachable);
    assert_eq!(counter.printer.slips().len(), 1);
    counter.printer.set_fault(ReceiptFault::MuteInTurn);
    counter.fails(FaultCode::Timeout);
    assert_eq!(counter.printer.slips().len(), 1, "its end could never have been learnt");
    counter.prints_again();
    counter.printer.set_fault_after(90, ReceiptFault::Mute);
    counter.fails(FaultCode::JobLost);
    counter.prints_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_printer_out_of_paper_in_mid_slip() {
    let counter = counter();
    counter.printer.set_fault_after(90, ReceiptFault::PaperOut);
    counter.waits(FaultCode::OutOfPaper);
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_printer_that_takes_nothing_more_in_mid_slip() {
    let mut counter = counter();
    counter.printer.set_fault_after(90, ReceiptFault::Hung);
    counter.fails(FaultCode::JobLost);
    // Awake again, it goes on with what it has, and answers nobody; then it is at rest.
    counter.printer.set_fault(ReceiptFault::None);
    let (printer, mut before) = (&counter.printer, None);
    until("the end of what it has", || {
        std::thread::sleep(Duration::from_millis(500));
        let now = Some((printer.bytes_taken(), printer.hanging().height()));
        std::mem::replace(&mut before, now) == now
    });
    assert!(printer.slips().is_empty() && printer.hanging().height() >= 90, "a void part of a slip");
    counter.prints_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_printer_given_up_in_mid_slip_whose_late_answers_are_none_to_the_next() {
    let mut counter = counter();
    counter.printer.set_fault_after(90, ReceiptFault::PaperOut);
    let fault = counter.print_within(Duration::from_secs(2), drop).unwrap_err();
    assert_eq!(fault.code, FaultCode::JobCancelled, "{fault:?}");
    told(&fault);
    // With paper again it prints and answers what waits in it, to nobody: the node is closed.
    counter.printer.set_fault(ReceiptFault::None);
    let printer = &counter.printer;
    until("the void slip", || printer.slips().len() == 1);
    counter.prints_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_printer_pulled_while_idle() {
    let mut counter = counter();
    counter.prints_again();
    pull(&counter);
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.fails(FaultCode::NotFound);
    plug(&counter);
    assert_eq!(counter.post.listed(), Accessibility::Accessible);
    counter.prints_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_printer_pulled_in_mid_slip() {
    let mut counter = counter();
    counter.printer.set_fault_after(90, ReceiptFault::Pulled);
    counter.fails(FaultCode::JobLost);
    assert!(counter.printer.slips().is_empty());
    pull(&counter);
    plug(&counter);
    counter.prints_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_printer_whose_node_may_not_be_opened() {
    let Counter { printer, post } = counter();
    let mut post = post.without_rights_on(Path::new(NODE));
    assert_eq!(post.listed(), Accessibility::PermissionDenied);
    post.fails(Task::CheckState, LONG, FaultCode::PermissionDenied);
    drop(printer);
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_printer_held_by_another_program() {
    let mut counter = counter();
    // The kernel lets one program have it.
    let other = std::fs::File::options().write(true).open(NODE).unwrap();
    counter.fails(FaultCode::Busy);
    drop(other);
    counter.prints_again();
}

#[test]
#[ignore = "needs tests/full/vm.sh"]
fn usb_printer_told_by_itself_when_it_is_plugged_in_and_pulled() {
    let Counter { printer, mut post } = counter();
    let (sender, news) = channel();
    let client = post.listen(move |notice| drop(sender.send(notice)));
    let _ = client.list(LONG).unwrap();
    let device = post.device.clone();
    for round in 0..2 {
        printer.unplug();
        assert_eq!(next(&news, DRIVER), (device.clone(), DeviceEvent::Unplugged), "round {round}");
        printer.plug().unwrap();
        let (plugged, event) = next(&news, DRIVER);
        assert!(plugged == device && matches!(event, DeviceEvent::Plugged(_)), "round {round}: {event:?}");
    }
    // What it was told of can be used at once.
    let document = png(&picture());
    let status = post.client().print(&device, &document, parameters("image/png"), LONG, drop).unwrap();
    assert_eq!(status.state, JobState::Completed);
}
