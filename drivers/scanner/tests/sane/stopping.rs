//! Cancel and deadline.

use std::sync::atomic::Ordering;
use std::time::Duration;

use driver_contract::{CollectingContext, ColourMode, ScanParameters, ScanSource, Task};

use crate::bench::{context, factory, in_own_process, open, scan, small};

/// 200 ms after each piece: a page of this size would take minutes.
const SLOW: [(&str, &str); 4] = [
    ("read-delay", "yes"),
    ("read-delay-duration", "200000"),
    ("read-limit", "yes"),
    ("read-limit-size", "256"),
];

#[test]
fn a_page_that_is_being_read_can_be_cancelled() {
    in_own_process("stopping::a_page_that_is_being_read_can_be_cancelled", || {
        let factory = factory();
        let mut device = open(&factory, "test:0", &SLOW);
        let mut context = context();
        let switch = context.cancel_switch();
        let presser = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(400));
            switch.store(true, Ordering::SeqCst);
        });
        let parameters = ScanParameters { mode: ColourMode::Colour, dpi: 300, ..small() };
        let fault = device.run(&Task::Scan(parameters), &mut context).unwrap_err();
        presser.join().unwrap();
        assert_eq!(fault.code(), "device.cancelled");
        assert!(context.pages.is_empty());
        assert!(device.is_alive());
        // The same open device scans again at once.
        let mut device = {
            drop(device);
            open(&factory, "test:0", &[])
        };
        assert!(scan(device.as_mut(), small()).0.is_ok());
    });
}

#[test]
fn a_deadline_ends_a_page_as_a_time_out() {
    in_own_process("stopping::a_deadline_ends_a_page_as_a_time_out", || {
        let factory = factory();
        let mut device = open(&factory, "test:0", &SLOW);
        let mut context = CollectingContext::new(Duration::from_millis(300));
        let fault = device.run(&Task::Scan(small()), &mut context).unwrap_err();
        assert_eq!(fault.code(), "device.timeout");
        assert!(!context.remaining_is_left());
    });
}

#[test]
fn a_feeder_scan_that_is_cancelled_keeps_its_whole_pages() {
    in_own_process("stopping::a_feeder_scan_that_is_cancelled_keeps_its_whole_pages", || {
        let factory = factory();
        let mut device = open(&factory, "test:0", &[("read-delay", "yes"), ("read-delay-duration", "20000")]);
        let mut context = context();
        let switch = context.cancel_switch();
        let presser = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(1500));
            switch.store(true, Ordering::SeqCst);
        });
        // Some 0.4 s a page.
        let parameters = ScanParameters { source: ScanSource::Feeder, ..small() };
        let outcome = device.run(&Task::Scan(parameters), &mut context);
        presser.join().unwrap();
        assert_eq!(outcome.unwrap_err().code(), "device.cancelled");
        assert!(context.pages.len() < 10, "{}", context.pages.len());
        assert!(context.pages.iter().all(|page| page.bytes.len() as u64 == page.header.byte_length()));
        assert!(scan(device.as_mut(), small()).0.is_ok(), "the same open device scans again");
    });
}

trait RemainingIsLeft {
    fn remaining_is_left(&self) -> bool;
}

impl RemainingIsLeft for CollectingContext {
    fn remaining_is_left(&self) -> bool {
        use driver_contract::TaskContext as _;
        !self.remaining().is_zero()
    }
}
