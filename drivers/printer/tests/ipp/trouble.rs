//! Paper out, cancel, refusal, a printer that goes away.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use driver_contract::{CollectingContext, DeviceEvent, Fault, JobState, PrintParameters};
use ippeve_counterpart::Behaviour;

use crate::bench::{context, open, parameters, pdf, print, printer, told};

fn reasons(list: &[&str]) -> Vec<String> {
    list.iter().map(|reason| (*reason).to_owned()).collect()
}

/// Out of paper, then paper is put in: a warning, no failure, and the job ends printed.
#[test]
fn a_job_that_waits_for_paper_goes_on_when_there_is_some() {
    for (reason, code) in
        [("media-empty-error", "printer.out_of_paper"), ("cover-open-error", "device.cover_open")]
    {
        let (printer, _spool) = printer();
        printer.behave(&Behaviour::Wait(reasons(&[reason]))).unwrap();
        let printer = Arc::new(printer);
        let filler = Arc::clone(&printer);
        // Whoever puts paper in does so when the screen asks for it.
        let mut context = context().listening(move |event| {
            if let DeviceEvent::Warning(_) = event {
                filler.behave(&Behaviour::Print).unwrap();
            }
        });
        let mut device = open(&printer.uri()).unwrap();
        let status = print(device.as_mut(), parameters(), &mut context).unwrap();
        assert_eq!(status.state, JobState::Completed, "{reason}");
        assert_eq!(status.fault, None);
        let (warnings, states) = told(&context);
        assert_eq!(warnings, [code]);
        assert_eq!(states.iter().filter(|state| **state == JobState::Completed).count(), 1, "{states:?}");
        let faults: Vec<_> = context
            .events
            .iter()
            .filter_map(|event| match event {
                DeviceEvent::PrintJob(status) => status.fault.as_ref().map(Fault::code),
                _ => None,
            })
            .collect();
        assert_eq!(faults, [code]);
        assert!(printer.documents().unwrap()[0].printed);
    }
}

#[test]
fn a_job_that_the_printer_gives_up_says_why_and_is_not_printed() {
    for (given, code) in [
        (&["media-empty-error"][..], "printer.out_of_paper"),
        (&["media-jam-error", "toner-low-warning"], "printer.paper_jam"),
        (&[], "printer.job_aborted"),
    ] {
        let (printer, _spool) = printer();
        let mut device = open(&printer.uri()).unwrap();
        printer.behave(&Behaviour::Abort(reasons(given))).unwrap();
        let status = print(device.as_mut(), parameters(), &mut context()).unwrap();
        assert_eq!(status.state, JobState::Aborted, "{given:?}");
        assert_eq!(status.fault.as_ref().map(Fault::code), Some(code), "{status:?}");
        assert!(printer.documents().unwrap().iter().all(|document| !document.printed));
        if given.is_empty() {
            // Nothing is in its way any more (with the paper still out it would wait).
            printer.behave(&Behaviour::Print).unwrap();
            let status = print(device.as_mut(), parameters(), &mut context()).unwrap();
            assert_eq!(status.state, JobState::Completed);
        }
    }
}

#[test]
fn a_cancelled_job_is_taken_back() {
    let (printer, _spool) = printer();
    printer.behave(&Behaviour::Wait(reasons(&["media-empty-error"]))).unwrap();
    let mut device = open(&printer.uri()).unwrap();
    let context = context();
    let switch = context.cancel_switch();
    let mut context = context.listening(move |event| {
        if let DeviceEvent::Warning(_) = event {
            switch.store(true, Ordering::SeqCst);
        }
    });
    let fault = print(device.as_mut(), parameters(), &mut context).unwrap_err();
    assert_eq!(fault.code(), "device.cancelled");
    assert!(fault.detail.contains("media-empty"), "{}", fault.detail);
    // This printer ends a cancelled job when its print command ends; the next job is printed.
    printer.behave(&Behaviour::Abort(Vec::new())).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    printer.behave(&Behaviour::Print).unwrap();
    let status = print(device.as_mut(), parameters(), &mut crate::bench::context()).unwrap();
    assert_eq!(status.state, JobState::Completed);
    let printed: Vec<bool> = printer.documents().unwrap().iter().map(|document| document.printed).collect();
    assert_eq!(printed.iter().filter(|printed| **printed).count(), 1, "{printed:?}");
}

#[test]
fn a_deadline_takes_the_job_back_too() {
    let (printer, _spool) = printer();
    printer.behave(&Behaviour::Wait(reasons(&["cover-open-error"]))).unwrap();
    let mut device = open(&printer.uri()).unwrap();
    let mut context = CollectingContext::new(Duration::from_millis(2600)).with_document(pdf());
    let fault = print(device.as_mut(), parameters(), &mut context).unwrap_err();
    assert_eq!(fault.code(), "device.timeout");
    assert_eq!(told(&context).0, ["device.cover_open"]);
}

#[test]
fn a_format_that_the_printer_does_not_take_is_its_own_fault() {
    let (printer, _spool) = printer();
    let mut device = open(&printer.uri()).unwrap();
    for format in ["application/postscript", "application/vnd.nobody"] {
        let wanted = PrintParameters { format: format.into(), ..parameters() };
        let fault = print(device.as_mut(), wanted, &mut context()).unwrap_err();
        assert_eq!(fault.code(), "printer.format_not_supported", "{format}");
        assert!(fault.permanent);
    }
    for wanted in [
        PrintParameters { title: String::new(), ..parameters() },
        PrintParameters { title: "一".repeat(86), ..parameters() },
        PrintParameters { title: "two\nlines".into(), ..parameters() },
        PrintParameters { copies: 0, ..parameters() },
    ] {
        let fault = print(device.as_mut(), wanted, &mut context()).unwrap_err();
        assert_eq!(fault.code(), "device.bad_parameters");
    }
    let mut nothing = CollectingContext::new(Duration::from_secs(5));
    let fault = print(device.as_mut(), parameters(), &mut nothing).unwrap_err();
    assert_eq!(fault.code(), "device.bad_parameters");
    assert_eq!(printer.documents().unwrap(), []);
}

#[test]
fn a_printer_that_goes_away_with_the_job_is_a_lost_job() {
    let (printer, _spool) = printer();
    printer.behave(&Behaviour::Wait(Vec::new())).unwrap();
    let mut device = open(&printer.uri()).unwrap();
    let plug = RefCell::new(Some(printer));
    let mut context = context().listening(move |event| {
        if let DeviceEvent::PrintJob(_) = event {
            drop(plug.take());
        }
    });
    let fault = print(device.as_mut(), parameters(), &mut context).unwrap_err();
    assert_eq!(fault.code(), "printer.job_lost");
    let (warnings, states) = told(&context);
    assert_eq!(warnings, ["printer.unreachable"]);
    assert!(states.iter().all(|state| !state.is_final()), "{states:?}");
}

#[test]
fn a_printer_that_is_busy_gets_the_document_when_it_is_free() {
    let (printer, _spool) = printer();
    printer.behave(&Behaviour::Wait(reasons(&["media-empty-error"]))).unwrap();
    let uri = printer.uri();
    let first = std::thread::spawn(move || {
        let mut device = open(&uri).unwrap();
        print(device.as_mut(), parameters(), &mut context()).unwrap().state
    });
    while printer.documents().unwrap().is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let printer = Arc::new(printer);
    let filler = Arc::clone(&printer);
    let mut context = context().listening(move |_| filler.behave(&Behaviour::Print).unwrap());
    let mut device = open(&printer.uri()).unwrap();
    let status = print(device.as_mut(), parameters(), &mut context).unwrap();
    assert_eq!(status.state, JobState::Completed);
    assert_eq!(first.join().unwrap(), JobState::Completed);
    assert_eq!(printer.documents().unwrap().iter().filter(|document| document.printed).count(), 2);
}
