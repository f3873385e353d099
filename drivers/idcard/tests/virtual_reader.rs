//! The real driver against a virtual reader, over a real pseudo terminal.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

mod common;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use common::{Bench, demo_card, read, read_code, read_with};
use driver_contract::{
    Accessibility, CardKind, CollectingContext, DeviceEvent, DriverFactory, FaultCode, Outcome, Recording,
    Task,
};
use driver_idcard::samv::{SamvReader, SamvSerial, Status, Timing};
use driver_line::SerialLine;
use serde_json::json;
use virtual_devices::samv::{CardLayout, ReaderFault, VirtualCard, VirtualReader};

#[test]
fn a_resident_card_with_rare_characters_and_past_dates() {
    let bench = Bench::new();
    bench.reader.lay(&demo_card()).unwrap();
    let reading = read(bench.open().as_mut()).unwrap();
    assert_eq!(reading.kind, CardKind::Resident);
    assert_eq!(reading.name, "演示𠮷𬭚㛃");
    assert_eq!(reading.number, "999901199001010029");
    assert_eq!(reading.sex_code, "2");
    assert_eq!(reading.ethnic_group_code.as_deref(), Some("01"));
    assert_eq!(reading.birth_date.to_string(), "1990-01-01");
    assert_eq!(reading.address.as_deref(), Some("演示省江城市城关区演示路1号"));
    assert_eq!(reading.issuing_office.as_deref(), Some("江城市公安局"));
    // Expired: the driver says what the card says, and judges nothing.
    assert_eq!(
        serde_json::to_value(reading.valid_until).unwrap(),
        json!({"type": "date", "date": "2020-01-01"})
    );
    assert_eq!(reading.provenance.raw_sm3, driver_contract::sm3_hex(&reading.raw));
    assert_eq!(reading.wlt_photo.len(), 1024);
    assert!(reading.wlt_photo.starts_with(b"DEMO CARD, NOT A PICTURE"));
    assert_eq!(reading.raw.len(), 1295);
    assert!(reading.fingerprint.is_empty() && reading.added_address.is_none());
    let shown = format!("{reading:?}");
    assert!(!shown.contains("演示") && !shown.contains("999901"), "{shown}");
}

#[test]
fn added_address_and_fingerprint() {
    let bench = Bench::new();
    let card =
        VirtualCard {
            added_address: Some("演示省江城市新区2号".into()), fingerprint: true, ..demo_card()
        };
    bench.reader.lay(&card).unwrap();
    let reading = read_with(bench.open().as_mut(), 5000, true).unwrap();
    assert_eq!(reading.added_address.as_deref(), Some("演示省江城市新区2号"));
    assert_eq!((reading.fingerprint.len(), reading.raw.len()), (1024, 2321));
}

#[test]
fn the_three_other_layouts() {
    let bench = Bench::new();
    let mut device = bench.open();
    let permit = VirtualCard {
        kind: CardLayout::HongKongMacaoTaiwan,
        pass_number: "H00000001".into(),
        issue_count: "01".into(),
        number: "810000199001010019".into(),
        ..demo_card()
    };
    bench.reader.lay(&permit).unwrap();
    let reading = read(device.as_mut()).unwrap();
    assert_eq!(reading.kind, CardKind::HongKongMacaoTaiwan);
    assert_eq!(reading.pass_number.as_deref(), Some("H00000001"));
    assert_eq!(reading.ethnic_group_code, None);
    bench.reader.lift();

    let old = VirtualCard {
        kind: CardLayout::PermanentResident2017,
        english_name: "DEMO, PERSON".into(),
        name: String::new(),
        number: "XXX999985010101".into(),
        nationality_code: "XXX".into(),
        issuing_office: "9999".into(),
        version: "01".into(),
        ..demo_card()
    };
    bench.reader.lay(&old).unwrap();
    let reading = read(device.as_mut()).unwrap();
    assert_eq!(reading.kind, CardKind::PermanentResident2017);
    assert_eq!((reading.name.as_str(), reading.english_name.as_deref()), ("", Some("DEMO, PERSON")));
    assert_eq!((reading.address, reading.version.as_deref()), (None, Some("01")));
    bench.reader.lift();

    let long = "DEMONSTRATION PERSON WITH A LONG A NAME IN ALL";
    let new = VirtualCard {
        kind: CardLayout::PermanentResident2023,
        english_name: long.into(),
        // A sample number that the immigration administration printed for this card.
        number: "911124198108030024".into(),
        nationality_code: "XXX".into(),
        valid_until: virtual_devices::samv::ValidUntil("long_term".into()),
        ..demo_card()
    };
    bench.reader.lay(&new).unwrap();
    let reading = read(device.as_mut()).unwrap();
    assert_eq!(reading.kind, CardKind::PermanentResident2023);
    assert_eq!(reading.english_name.as_deref(), Some(long));
    assert_eq!(serde_json::to_value(reading.valid_until).unwrap(), json!({"type": "long_term"}));
}

#[test]
fn the_cards_management_number_is_read_where_the_reader_gives_it() {
    let mut bench = Bench::new();
    bench.reader.lay(&demo_card()).unwrap();
    let number = read(bench.open().as_mut()).unwrap().management_number.unwrap();
    assert_eq!(number.len(), 56);
    assert_eq!(number[..24], "99".repeat(12), "IIN and SN as the virtual card has them");
    let expected: String =
        demo_card().pseudo_management_number().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(number, expected);
    bench.reader.lift();
    bench.reader.lay(&demo_card()).unwrap();
    bench.config.settings.insert("management_number".into(), json!(false));
    bench.reader.set_fault(ReaderFault::SilentAt { command: 0x3005 });
    assert_eq!(read(bench.open().as_mut()).unwrap().management_number, None);
    assert_eq!(bench.reader.status().unanswered, 0, "it was not asked");
}

#[test]
fn no_answer_to_the_management_number_spoils_a_reading() {
    let bench = Bench::new();
    let mut device = bench.open();
    let read_again = |device: &mut dyn driver_contract::OpenDevice, fault: ReaderFault| {
        bench.reader.lift();
        bench.reader.lay(&demo_card()).unwrap();
        bench.reader.set_fault(fault);
        let reading = read(device).unwrap_or_else(|code| panic!("{fault:?}: {code:?}"));
        assert_eq!(reading.name, "演示𠮷𬭚㛃");
        bench.reader.set_fault(ReaderFault::None);
        reading.management_number
    };
    // Each has a reader of its own: one that does not know the command is not asked a second time.
    for status in Status::FAILURES.into_iter().chain([0x77, 0x9f]) {
        let fault = ReaderFault::Status { command: 0x3005, status, times: 1 };
        let mut fresh = bench.open();
        assert_eq!(read_again(fresh.as_mut(), fault), None, "{status:02x}");
        let known = !matches!(Status(status), Status::COMMAND_ERROR | Status::NO_PRIVILEGE);
        assert_eq!(
            read_again(fresh.as_mut(), ReaderFault::None).is_some(),
            known,
            "{status:02x} the next time"
        );
    }
    for length in [0, 16, 27, 29] {
        assert_eq!(read_again(device.as_mut(), ReaderFault::ManagementNumberOf { length }), None, "{length}");
    }
    assert!(read_again(device.as_mut(), ReaderFault::None).is_some());
    // One that says nothing is waited for once, and then not asked again.
    let silent = ReaderFault::SilentAt { command: 0x3005 };
    assert_eq!(read_again(device.as_mut(), silent), None);
    assert_eq!(read_again(device.as_mut(), silent), None);
    assert_eq!(bench.reader.status().unanswered, 1);
}

#[test]
fn every_status_at_every_step_has_its_fault() {
    let bench = Bench::new();
    let mut device = bench.open();
    for command in [0x2001_u16, 0x2002, 0x3001] {
        for status in Status::FAILURES.into_iter().chain([0x77]) {
            bench.reader.lift();
            bench.reader.lay(&demo_card()).unwrap();
            bench.reader.set_fault(ReaderFault::Status { command, status, times: 1000 });
            let expected = Status(status).fault().unwrap();
            assert_eq!(read_code(device.as_mut()), expected, "{status:02x} to {command:04x}");
            bench.reader.set_fault(ReaderFault::None);
        }
    }
    bench.reader.lift();
    bench.reader.lay(&demo_card()).unwrap();
    read(device.as_mut()).unwrap();
}

#[test]
fn a_good_status_in_the_wrong_place_is_no_reading() {
    let bench = Bench::new();
    let mut device = bench.open();
    bench.reader.lay(&demo_card()).unwrap();
    for (command, status) in [(0x2001, 0x90), (0x2002, 0x9f), (0x3001, 0x9f)] {
        bench.reader.set_fault(ReaderFault::Status { command, status, times: 1000 });
        assert_eq!(read_code(device.as_mut()), FaultCode::ProtocolGarbage, "{command:04x}");
    }
}

#[test]
fn one_failure_of_the_chip_or_the_line_is_mended_without_the_officer() {
    let bench = Bench::new();
    let mut device = bench.open();
    for fault in [
        ReaderFault::Status { command: 0x3001, status: 0x41, times: 1 },
        ReaderFault::Status { command: 0x2002, status: 0x81, times: 1 },
        ReaderFault::GarbageBefore { count: 33 },
        ReaderFault::NoAddedAddress,
    ] {
        bench.reader.lay(&demo_card()).unwrap();
        bench.reader.set_fault(fault);
        assert_eq!(read(device.as_mut()).map(|reading| reading.raw.len()), Ok(1295), "{fault:?}");
        bench.reader.set_fault(ReaderFault::None);
        bench.reader.lift();
        // The driver learns that the card has gone.
        assert_eq!(read_code(device.as_mut()), FaultCode::NoCard);
    }
}

#[test]
fn a_spoilt_line_never_gives_a_reading() {
    let bench = Bench::new();
    let mut device = bench.open();
    let cases = [
        (ReaderFault::Checksum { times: 100 }, FaultCode::LineChecksum),
        (ReaderFault::Truncate { after: 8, times: 100 }, FaultCode::WrongLength),
        (ReaderFault::FlipBit { bit: 5 * 8 + 4, times: 100 }, FaultCode::WrongLength),
        (ReaderFault::FlipBit { bit: 9 * 8, times: 100 }, FaultCode::LineChecksum),
        (ReaderFault::Garbage { times: 100 }, FaultCode::ProtocolGarbage),
        (ReaderFault::Silent, FaultCode::Timeout),
        (ReaderFault::SamUnauthorised, FaultCode::SamNotAuthorised),
        (ReaderFault::SelfTestFailed, FaultCode::SamSelfTestFailed),
    ];
    bench.reader.lay(&demo_card()).unwrap();
    for (fault, expected) in cases {
        bench.reader.set_fault(fault);
        assert_eq!(read_with(device.as_mut(), 3000, false).unwrap_err().code, expected, "{fault:?}");
    }
    bench.reader.set_fault(ReaderFault::SamUnauthorised);
    assert_eq!(bench.try_open().err().unwrap().code, FaultCode::SamNotAuthorised);
}

#[test]
fn a_card_pulled_at_any_byte_is_said_to_be_pulled() {
    let bench = Bench::new();
    let mut device = bench.open();
    for after in [0, 1, 5, 7, 10, 700, 1294, 1295] {
        bench.reader.lay(&demo_card()).unwrap();
        bench.reader.set_fault(ReaderFault::PullAfterBytes { after });
        assert_eq!(read_code(device.as_mut()), FaultCode::CardPulled, "after {after} bytes");
    }
    bench.reader.lay(&demo_card()).unwrap();
    assert!(read(device.as_mut()).is_ok());
}

#[test]
fn every_split_point_over_the_line() {
    let bench = Bench::new();
    let mut device = bench.open();
    // The short answers byte by byte, the reading at forty places in one go and at each of them alone.
    let points: Vec<usize> = (1..20).chain((20..1295).step_by(61)).collect();
    bench.reader.split_answers_at(points.clone());
    bench.reader.lay(&demo_card()).unwrap();
    let whole = read(device.as_mut()).unwrap();
    for point in points {
        bench.reader.split_answers_at(vec![point]);
        let again = read(device.as_mut()).unwrap();
        assert_eq!(again.raw, whole.raw, "split at {point}");
    }
}

#[test]
fn no_card_and_a_card_that_was_read_by_somebody_else() {
    let bench = Bench::new();
    let mut device = bench.open();
    assert_eq!(read_code(device.as_mut()), FaultCode::NoCard);
    bench.reader.lay(&demo_card()).unwrap();
    read(device.as_mut()).unwrap();
    // The same driver knows the card and can read it again as it lies.
    read(device.as_mut()).unwrap();
    drop(device);
    assert_eq!(read_code(bench.open().as_mut()), FaultCode::CardMustBeRelaid);
}

#[test]
fn unplugged_in_the_middle_absent_and_back_again() {
    let bench = Bench::new();
    let mut device = bench.open();
    bench.reader.lay(&demo_card()).unwrap();
    bench.reader.set_fault(ReaderFault::Slow { delay_ms: 80 });
    let reader = Arc::clone(&bench.reader);
    let puller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(120));
        reader.unplug();
    });
    let fault = read(device.as_mut()).unwrap_err();
    puller.join().unwrap();
    assert_eq!(fault.code, FaultCode::Unplugged);
    assert!(!device.is_alive());
    let listed = SamvSerial.list(std::slice::from_ref(&bench.config)).unwrap();
    assert_eq!(listed[0].accessibility, Accessibility::Absent);
    assert_eq!(bench.try_open().err().unwrap().code, FaultCode::NotFound);

    bench.reader.set_fault(ReaderFault::None);
    bench.reader.plug().unwrap();
    let listed = SamvSerial.list(std::slice::from_ref(&bench.config)).unwrap();
    assert_eq!(listed[0].accessibility, Accessibility::Accessible);
    assert!(read(bench.open().as_mut()).is_ok());
}

/// What a watch says, one word an event; each event is answered by the next act on the bench.
fn watch(bench: &Bench, acts: Vec<Box<dyn Fn()>>) -> Vec<String> {
    let mut device = bench.open();
    let said = Rc::new(RefCell::new(Vec::new()));
    let context = CollectingContext::new(Duration::from_secs(20));
    let stop = context.cancel_switch();
    let mut acts = acts.into_iter();
    acts.next().unwrap()();
    let mut context = context.listening({
        let said = Rc::clone(&said);
        move |event| {
            let word = match event {
                DeviceEvent::Present => "present".to_owned(),
                DeviceEvent::Removed => "removed".to_owned(),
                DeviceEvent::CardRead(reading) => format!("read {}", reading.name),
                DeviceEvent::CardFailed(fault) => format!("failed {}", fault.code),
                DeviceEvent::Plugged(_) => "plugged".to_owned(),
                DeviceEvent::Unplugged => "unplugged".to_owned(),
                DeviceEvent::Warning(fault) => format!("warning {}", fault.code),
                other => format!("{other:?}"),
            };
            said.borrow_mut().push(word);
            if matches!(event, DeviceEvent::Present) {
                return;
            }
            match acts.next() {
                Some(act) => act(),
                None => stop.store(true, std::sync::atomic::Ordering::SeqCst),
            }
        }
    });
    let task = Task::WatchCards { interval_ms: 100 };
    assert_eq!(device.run(&task, &mut context), Ok(Outcome::Stopped));
    said.take()
}

fn act(bench: &Bench, act: impl Fn(&VirtualReader) + 'static) -> Box<dyn Fn()> {
    let reader = Arc::clone(&bench.reader);
    Box::new(move || act(&reader))
}

#[test]
fn a_watch_tells_of_cards_faults_and_plugs() {
    let bench = Bench::new();
    let lay = |reader: &VirtualReader| reader.lay(&demo_card()).unwrap();
    let acts = vec![
        act(&bench, lay),
        act(&bench, VirtualReader::lift),
        act(&bench, move |reader| {
            reader.set_fault(ReaderFault::PullAfterBytes { after: 300 });
            lay(reader);
        }),
        act(&bench, |_| ()),
        act(&bench, VirtualReader::unplug),
        act(&bench, |reader| reader.plug().unwrap()),
        act(&bench, lay),
    ];
    // The fourth act follows `failed`, the fifth the `removed` of the pulled card.
    let expected = [
        "present",
        "read 演示𠮷𬭚㛃",
        "removed",
        "present",
        "failed idcard.card_pulled",
        "removed",
        "unplugged",
        "plugged",
        "present",
        "read 演示𠮷𬭚㛃",
    ];
    assert_eq!(watch(&bench, acts), expected);
}

#[test]
fn a_watch_on_a_reader_without_added_addresses_notices_the_next_card() {
    let bench = Bench::new();
    bench.reader.set_fault(ReaderFault::NoAddedAddress);
    let acts = vec![
        act(&bench, |reader| reader.lay(&demo_card()).unwrap()),
        act(&bench, |reader| {
            reader.lift();
            reader.lay(&VirtualCard { name: "另一张".into(), ..demo_card() }).unwrap();
        }),
        act(&bench, |_| ()),
    ];
    let expected = ["present", "read 演示𠮷𬭚㛃", "removed", "present", "read 另一张"];
    assert_eq!(watch(&bench, acts), expected);
}

#[test]
fn a_card_that_cannot_be_read_is_told_once_and_its_leaving_too() {
    let bench = Bench::new();
    let acts = vec![
        act(&bench, |reader| {
            reader.set_fault(ReaderFault::Status { command: 0x3001, status: 0x31, times: 1000 });
            reader.lay(&demo_card()).unwrap();
        }),
        act(&bench, |reader| {
            assert!(reader.status().card);
        }),
    ];
    // Nothing more is said while the card lies: the listener would stop the watch at the next event, so
    // the card is lifted by another hand after several polls.
    let reader = Arc::clone(&bench.reader);
    let hand = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(900));
        reader.lift();
    });
    let said = watch(&bench, acts);
    hand.join().unwrap();
    assert_eq!(said, ["present", "failed idcard.card_authentication_failed", "removed"]);
}

#[test]
fn a_watch_steps_aside() {
    let bench = Bench::new();
    let mut device = bench.open();
    let mut context = CollectingContext::new(Duration::from_secs(20));
    context.yield_switch().store(true, std::sync::atomic::Ordering::SeqCst);
    let task = Task::WatchCards { interval_ms: 300 };
    assert_eq!(device.run(&task, &mut context), Ok(Outcome::Yielded));
}

#[test]
fn the_module_tells_its_number_and_the_rate_is_found() {
    let mut bench = Bench::new();
    let line = SerialLine::open(&bench.config.path, 9600, false).unwrap();
    let mut reader = SamvReader::new(line, Timing::default());
    assert_eq!(reader.sam_id().unwrap().0, "05.09-00000999-0000000001-0000000001");
    drop(reader);
    bench.config.settings.clear();
    bench.reader.lay(&demo_card()).unwrap();
    assert!(read(bench.open().as_mut()).is_ok());
}

#[test]
fn a_recorded_reading_plays_again_and_only_virtual_readers_are_recorded() {
    let mut bench = Bench::new();
    let tape = bench.folder().join("reading.tape");
    bench.config.record = Some(tape.clone().into());
    bench.reader.lay(&demo_card()).unwrap();
    let recorded = read(bench.open().as_mut()).unwrap();

    let mut reader = SamvReader::new(driver_contract::Replay::load(&tape).unwrap(), Timing::default());
    reader.self_test().unwrap();
    assert!(reader.find().unwrap());
    reader.select().unwrap();
    assert!(reader.read(false).unwrap().raw == recorded.raw);

    bench.config.attestation = driver_contract::Attestation::Unattested;
    assert_eq!(bench.try_open().err().unwrap().code, FaultCode::BadConfiguration);
}

#[test]
fn a_masked_recording_plays_with_an_invented_person_and_is_made_of_any_reader() {
    let mut bench = Bench::new();
    let tape = bench.folder().join("masked.tape");
    bench.config.record = Some(Recording { mask: true, ..tape.clone().into() });
    bench.config.attestation = driver_contract::Attestation::Physical;
    bench.reader.lay(&VirtualCard { added_address: Some("演示省江城市新居".into()), ..demo_card() }).unwrap();
    let recorded = read_with(bench.open().as_mut(), 5000, true).unwrap();
    assert_eq!(recorded.name, "演示𠮷𬭚㛃", "the terminal gets what the card says");

    let mut reader = SamvReader::new(driver_contract::Replay::load(&tape).unwrap(), Timing::default());
    reader.self_test().unwrap();
    assert!(reader.find().unwrap());
    reader.select().unwrap();
    let played = reader.read(true).unwrap();
    let lengths = |text: &[u8], photo: &[u8], prints: &[u8]| (text.len(), photo.len(), prints.len());
    let sizes = lengths(&[0; 256], &recorded.wlt_photo, &recorded.fingerprint);
    assert_eq!(lengths(&played.text, &played.photo, &played.fingerprint), sizes);
    assert!(played.photo.iter().chain(&played.fingerprint).all(|byte| *byte == 0));
    let text = driver_idcard::samv::decode_text(&played.text).unwrap();
    assert_eq!((text.name.as_str(), text.number.as_str()), ("某某某某某", "999999190001010007"));
    assert_eq!(reader.added_address().unwrap().as_deref(), Some("某某某某某某某某"));
}
