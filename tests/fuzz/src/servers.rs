//! What servers answer: printers over IPP, a hall's queue over HTTP.

use driver_caller::CallError;
use driver_caller::http::Shape;
use driver_contract::{Attestation, DeviceConfig, DeviceId};
use driver_line::Settings;
use driver_printer::ipp::{Job, PrinterAttributes};
use serde_json::{Map, json};

/// The body of an answer over IPP, read by the library and by us as every answer that we ask for.
pub(crate) fn printer_answers(bytes: &[u8]) {
    if let Ok(printer) = PrinterAttributes::of_answer(bytes.to_vec()) {
        assert!(!printer.reasons.iter().any(|reason| reason == "none"));
        let faults = printer.faults(&DeviceId::new("ipp", "ipp://printer.invalid/ipp"));
        assert!(printer.accepting || !faults.is_empty(), "a printer that takes nothing is not ready");
        let strings = printer.reasons.iter().chain(&printer.media).chain(&printer.formats);
        assert!(strings.map(String::len).sum::<usize>() <= bytes.len(), "more words than were sent");
    }
    if let Ok(job) = Job::of_answer(bytes.to_vec()) {
        assert!(!job.reasons.iter().any(|reason| reason == "none"));
        // Said to be printed is a word of the printer's: job-state 9 (RFC 8011 §5.3.7) stands in the bytes.
        let completed = job.state == driver_contract::JobState::Completed;
        assert!(!completed || bytes.windows(6).any(|six| six == [0, 4, 0, 0, 0, 9]));
    }
}

/// A queue server's answer: its status, and the words that say yes.
pub(crate) fn call_answers(bytes: &[u8]) {
    let Some((status, body)) = bytes.split_first_chunk() else { return };
    let mut settings = Map::new();
    settings.insert("accepted".to_owned(), json!({ "pointer": "/code", "equals": 0 }));
    settings.insert("busy".to_owned(), json!({ "pointer": "/data/state", "equals": "busy" }));
    let entry = DeviceConfig {
        driver: "caller-http".to_owned(),
        path: "http://hall.invalid/".to_owned(),
        name: None,
        maker: None,
        attestation: Attestation::Virtual,
        record: None,
        settings,
    };
    let Ok(shape) = Shape::of_settings(Settings::new(&entry)) else { panic!("the settings can be used") };
    let status = u16::from_be_bytes(*status);
    match shape.judge(status, body) {
        Ok(()) => assert!((200..300).contains(&status) && body.contains(&b'0')),
        Err(CallError::Refused(words)) => assert!(words.chars().count() < 200, "{words}"),
        Err(_) => {}
    }
}
