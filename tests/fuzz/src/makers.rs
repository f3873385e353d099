//! What makers' libraries answer: through `drivers/abi`'s C interface, and SANE's words.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use super::pieces;
use driver_abi::LibraryFactory;
use driver_contract::{
    Attestation, CollectingContext, DeviceClass, DeviceConfig, DeviceEvent, DriverFactory, Fault, Outcome,
    Provenance, ScanArea, SignatureParameters, Task, sm3_hex,
};
use driver_scanner::{Constraint, OptionInfo, PAGE_LIMIT, PageBuilder, Parameters, Unit, ValueKind};
use serde_json::{Map, json};

/// A maker's library that says what a script tells it (`library.c`). One is loaded, as in a host.
static LIBRARY: LazyLock<LibraryFactory> = LazyLock::new(|| {
    let path = Path::new(env!("SCRIPTED_LIBRARY"));
    LibraryFactory::load(path, DeviceClass::SignaturePad)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
});

/// A library that answers what it likes, from the list of its devices to the end of a task.
pub(crate) fn library_answers(bytes: &[u8]) {
    let script: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut settings = Map::new();
    settings.insert("script".to_owned(), json!(script));
    let entries = [DeviceConfig {
        driver: "scripted".to_owned(),
        path: "0".to_owned(),
        name: None,
        maker: None,
        attestation: Attestation::Virtual,
        record: None,
        settings,
    }];
    let listed = match LIBRARY.list(&entries) {
        Ok(listed) => listed,
        Err(fault) => return discreet(&fault),
    };
    let device = listed.first().map(|info| info.id.clone());
    assert!(
        listed.iter().all(|info| info.id.driver() == "scripted" && info.class == DeviceClass::SignaturePad)
    );
    let Some(device) = device else { return };
    let mut open = match LIBRARY.open(&device, &entries) {
        Ok(open) => open,
        Err(fault) => return discreet(&fault),
    };
    let document = b"%PDF-1.7 a document".to_vec();
    let mut context = CollectingContext::new(Duration::from_secs(60)).with_document(document);
    let task = Task::Sign(SignatureParameters {
        title: String::new(),
        text: String::new(),
        screen: Vec::new(),
        idle_ms: 0,
    });
    match open.run(&task, &mut context) {
        Ok(outcome) => ours(&outcome),
        Err(fault) => discreet(&fault),
    }
    for event in &context.events {
        match event {
            DeviceEvent::CardRead(reading) => counted(&reading.provenance, &reading.raw),
            DeviceEvent::CodeRead(reading) => counted(&reading.provenance, &reading.raw),
            DeviceEvent::Started | DeviceEvent::Plugged(_) | DeviceEvent::Frame { .. } => {
                panic!("not a library's event: {event:?}")
            }
            _ => {}
        }
    }
    for page in &context.pages {
        assert!(page.header.is_consistent() && page.header.byte_length() == page.bytes.len() as u64);
    }
    assert!(context.pictures.iter().all(|picture| !picture.bytes.is_empty()));
}

/// Nothing that could be somebody's number: runs of digits end after four.
fn discreet(fault: &Fault) {
    let longest = fault.detail.split(|character: char| !character.is_ascii_digit()).map(str::len).max();
    assert!(longest.is_none_or(|longest| longest <= 4), "{fault:?}");
}

/// What is counted has the host's provenance, and that of these very bytes.
fn counted(provenance: &Provenance, raw: &[u8]) {
    assert_eq!((provenance.nonce.as_str(), &provenance.raw_sm3), ("collected", &sm3_hex(raw)));
}

fn ours(outcome: &Outcome) {
    match outcome {
        Outcome::Card(reading) => counted(&reading.provenance, &reading.raw),
        Outcome::Signature(reading) => counted(&reading.provenance, &reading.raw),
        Outcome::Evaluated(reading) => counted(&reading.provenance, &reading.raw),
        Outcome::Chip(reading) => counted(&reading.provenance, &reading.raw),
        Outcome::Finger(reading) => assert_eq!(reading.provenance.nonce, "collected"),
        Outcome::Photo(reading) => assert_eq!(reading.provenance.nonce, "collected"),
        Outcome::State(faults) => faults.iter().for_each(discreet),
        Outcome::Printed(status) => status.fault.iter().for_each(discreet),
        Outcome::Stopped | Outcome::Yielded | Outcome::Scanned { .. } | Outcome::Announced => {}
        other => panic!("not a library's outcome: {other:?}"),
    }
}

/// The next word of SANE; 0 behind the end.
fn word(bytes: &mut &[u8]) -> i32 {
    let (word, rest) = bytes.split_at(bytes.len().min(4));
    *bytes = rest;
    i32::from_le_bytes(word.try_into().unwrap_or_default())
}

/// Limits of an option as a back-end names them, and numbers that somebody wants: what is set is a word that the option
/// takes, as far as its limits can be kept at all.
pub(crate) fn scanner_options(bytes: &[u8]) {
    let Some((shape, mut rest)) = bytes.split_first() else { return };
    let kind = ValueKind::from_raw(i32::from(shape & 7));
    let wanted = f64::from(word(&mut rest)) + f64::from(word(&mut rest)) / 65_536.0;
    let (least, most, step) = (word(&mut rest), word(&mut rest), word(&mut rest));
    let constraint = match shape >> 3 & 3 {
        0 => Constraint::None,
        1 => Constraint::Range { least, most, step },
        2 => Constraint::Words(rest.as_chunks().0.iter().map(|word| i32::from_le_bytes(*word)).collect()),
        _ => Constraint::Texts(
            rest.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into()).collect(),
        ),
    };
    let option = OptionInfo {
        index: 1,
        name: "resolution".to_owned(),
        kind,
        unit: Unit::from_raw(i32::from(shape >> 5)),
        size: 4,
        capabilities: i32::from(*shape),
        constraint,
    };
    let set = option.nearest(wanted);
    assert!(option.number(set).is_finite() && (option.is_active() || !option.is_settable()));
    let kept = match &option.constraint {
        Constraint::None | Constraint::Texts(_) => true,
        Constraint::Range { least, most, .. } => least <= most,
        Constraint::Words(words) => !words.is_empty(),
    };
    assert!(!kept || option.accepts(set), "{option:?} does not take {set}");
}

/// A frame as a back-end announces it, and its bytes in pieces: the same page comes out however they are cut, of the
/// size that it says, and no more of it than went in.
pub(crate) fn scanner_frames(bytes: &[u8]) {
    let (mut head, rest) = bytes.split_at(bytes.len().min(24));
    let parameters = Parameters {
        format: word(&mut head),
        last_frame: word(&mut head),
        bytes_per_line: word(&mut head),
        pixels_per_line: word(&mut head),
        lines: word(&mut head),
        depth: word(&mut head),
    };
    let page = |parts: &mut dyn Iterator<Item = &[u8]>| {
        let mut builder = PageBuilder::new(&parameters)?;
        for part in parts {
            builder.push(part)?;
        }
        builder.finish()
    };
    let whole = page(&mut std::iter::once(rest.get(4..).unwrap_or_default()));
    assert_eq!(whole, page(&mut pieces(rest)), "how it is cut changes nothing");
    let Ok(whole) = whole else { return };
    let length = whole.stride as usize * whole.height as usize;
    assert!(whole.bytes.len() == length && length <= rest.len().min(PAGE_LIMIT), "{length}");
    let area = ScanArea { left: 1, top: 1, width: u32::from(rest[0]), height: u32::from(rest[1]) };
    if let Ok(part) = whole.clone().cropped(&area, 254) {
        assert_eq!(part.bytes.len(), part.stride as usize * part.height as usize);
        assert!(part.width <= whole.width && part.height <= whole.height);
    }
}
