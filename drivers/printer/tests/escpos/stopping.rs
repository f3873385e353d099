//! Slips that are cancelled: the task ends soon, and what it says is what lies there.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use driver_contract::{DeviceEvent, FaultCode, JobState};
use serde_json::json;
use virtual_devices::receipt::{ReceiptFault, VirtualReceiptPrinter};

use crate::bench::{context, open, picture, print, printer};

/// Cancels at the first event of which `at` says yes, and gives the code of the end with the printer.
fn cancelled(
    printer: &VirtualReceiptPrinter,
    at: impl Fn(&DeviceEvent) -> bool + 'static,
) -> Result<JobState, FaultCode> {
    let mut device = open("escpos-tcp", &printer.address(), &json!({})).unwrap();
    let context = context(&picture(576, 200));
    let switch = context.cancel_switch();
    let mut context = context.listening(move |event| {
        if at(event) {
            switch.store(true, Ordering::SeqCst);
        }
    });
    let begun = Instant::now();
    let end = print(device.as_mut(), 1, &mut context);
    // Longer than any orderly end may take, and far below the time limit of the task.
    assert!(begun.elapsed() < Duration::from_secs(15));
    end.map(|status| status.state).map_err(|fault| fault.code)
}

fn is_stopped(event: &DeviceEvent) -> bool {
    matches!(event, DeviceEvent::PrintJob(status) if status.state == JobState::Stopped)
}

#[test]
fn before_anything_was_sent_nothing_comes_out() {
    let printer = printer();
    printer.set_fault(ReceiptFault::CoverOpen);
    assert_eq!(cancelled(&printer, is_stopped), Err(FaultCode::Cancelled));
    printer.set_fault(ReceiptFault::None);
    std::thread::sleep(Duration::from_millis(200));
    assert!(printer.slips().is_empty() && printer.hanging().height() == 0);
}

#[test]
fn in_the_middle_the_part_that_is_out_is_told_and_cut_off() {
    let printer = printer();
    printer.set_fault_after(90, ReceiptFault::PaperOut);
    assert_eq!(cancelled(&printer, is_stopped), Err(FaultCode::JobCancelled));
    printer.set_fault(ReceiptFault::None);
    let end = Instant::now() + Duration::from_secs(20);
    while printer.slips().is_empty() {
        assert!(Instant::now() < end, "the part is cut off");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!((90..200).contains(&printer.slips()[0].height()));
}

#[test]
fn a_slip_that_was_wholly_sent_and_never_answered_is_lost_and_not_cancelled() {
    let printer = printer();
    // The last two bands and the cut lie in its buffer when the paper ends.
    printer.set_fault_after(195, ReceiptFault::PaperOut);
    assert_eq!(cancelled(&printer, is_stopped), Err(FaultCode::JobLost));
}
