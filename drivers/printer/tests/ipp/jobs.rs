//! Jobs that end well, lists, states.

use driver_contract::{
    Accessibility, Capabilities, Connection, DriverFactory, JobState, Outcome, PrintParameters, Sides, Task,
};
use driver_printer::ipp::IppFactory;

use crate::bench::{TITLE, configured, context, open, parameters, pdf, print, printer, told};

#[test]
fn a_pdf_arrives_byte_for_byte_and_printed_comes_from_the_printer() {
    let (printer, _spool) = printer();
    let mut device = open(&printer.uri()).unwrap();
    let mut context = context();
    let status = print(device.as_mut(), parameters(), &mut context).unwrap();
    assert_eq!(status.state, JobState::Completed);
    assert_eq!(status.fault, None);
    let (warnings, states) = told(&context);
    assert_eq!(warnings, [""; 0]);
    assert_eq!(states.last(), Some(&JobState::Completed));
    assert_eq!(states.iter().filter(|state| state.is_final()).count(), 1);

    let documents = printer.documents().unwrap();
    assert_eq!(documents.len(), 1);
    assert!(documents[0].printed, "the driver said printed before the printer had");
    assert_eq!(documents[0].title, TITLE);
    assert_eq!(std::fs::read(&documents[0].file).unwrap(), pdf());

    // Copies, media and sides travel with the job.
    let wanted = PrintParameters {
        copies: 2,
        media: Some("iso_a4_210x297mm".into()),
        sides: Sides::TwoSidedLongEdge,
        title: "告知单 20261122-0002".into(),
        ..parameters()
    };
    let status = print(device.as_mut(), wanted, &mut context).unwrap();
    assert_eq!(status.state, JobState::Completed);
    assert_eq!(printer.documents().unwrap()[1].title, "告知单 20261122-0002");
}

#[test]
fn two_printers_run_side_by_side_and_keep_to_themselves() {
    let (one, _one_spool) = printer();
    let (other, _other_spool) = printer();
    assert_ne!(one.uri(), other.uri());
    for (printer, title) in [(&one, "回执 1"), (&other, "回执 2"), (&one, "回执 3")] {
        let mut device = open(&printer.uri()).unwrap();
        let wanted = PrintParameters { title: title.into(), ..parameters() };
        let status = print(device.as_mut(), wanted, &mut context()).unwrap();
        assert_eq!(status.state, JobState::Completed);
    }
    let titles = |documents: Vec<ippeve_counterpart::ReceivedDocument>| {
        documents.into_iter().map(|document| document.title).collect::<Vec<_>>()
    };
    assert_eq!(titles(one.documents().unwrap()), ["回执 1", "回执 3"]);
    assert_eq!(titles(other.documents().unwrap()), ["回执 2"]);
}

#[test]
fn the_list_and_the_state_are_the_printers_own() {
    let (mut printer, _spool) = printer();
    let uri = printer.uri();
    let gone = "ipp://localhost:9/ipp/print";
    let list = IppFactory.list(&[configured(&uri), configured(gone), configured("usb:/dev/lp0")]).unwrap();
    let accessible: Vec<bool> =
        list.iter().map(|device| device.accessibility == Accessibility::Accessible).collect();
    assert_eq!(accessible, [true, false, false]);
    assert_eq!(list[0].name, "柜台打印机");
    assert!(
        matches!(&list[0].connection, Connection::Network { address } if uri.ends_with(address.as_str()))
    );
    let Capabilities::Printer { formats, media, .. } = &list[0].capabilities else {
        panic!("{:?}", list[0].capabilities)
    };
    assert!(formats.iter().any(|format| format == "application/pdf"), "{formats:?}");
    assert!(media.iter().any(|name| name == "iso_a4_210x297mm"), "{media:?}");
    assert_eq!(list[1].accessibility, Accessibility::Absent);
    assert!(!IppFactory.exclusive());

    let mut device = open(&uri).unwrap();
    assert_eq!(device.run(&Task::CheckState, &mut context()), Ok(Outcome::State(Vec::new())));
    printer.stop();
    match device.run(&Task::CheckState, &mut context()) {
        Ok(Outcome::State(faults)) => assert_eq!(faults[0].code(), "printer.unreachable"),
        other => panic!("{other:?}"),
    }
}
