//! Every class recorded and played again, through the real host process; what a masked recording does not hold.

use std::path::{Path, PathBuf};

use driver_contract::{
    Attestation, Clarity, ContractTape, DeviceClass, DeviceEvent, DeviceId, EvaluationParameters, Fault,
    FaultCode, Moment, Outcome, Section, TapeBytes, Task, TaskNews, UkeyCommand, Word,
};
use encoding_rs::GBK;
use serde_json::json;
use virtual_devices::evaluation::VirtualEvaluationPad;
use virtual_devices::samv::{ReaderOptions, VirtualCard, VirtualReader};

use crate::faults;
use crate::post::{LONG, Post, demo_card, told};

/// The file of a recording, in the folder of its post.
const FILE: &str = "recorded.tape";

/// Records in clear.
fn clear(post: &mut Post) {
    let file = post.folder.path().join(FILE);
    post.record(&json!({ "file": file, "line": false }));
}

/// Records masked: what would be too large in clear for the tree, and one class more.
fn masked(post: &mut Post) {
    let file = post.folder.path().join(FILE);
    post.record(&json!({ "file": file, "mask": true, "line": false }));
}

fn kept(class: DeviceClass) -> PathBuf {
    let name = format!("{}.tape", class.as_str());
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/devices/tapes").join(name)
}

/// Uses a device of the class on a tape, plays that tape, and plays the one of the tree, which must play for ever;
/// `UPDATE_TAPES=1` makes that one anew.
fn plays(class: DeviceClass, used: fn(fn(&mut Post)) -> Post, prepare: fn(&mut Post)) {
    let post = used(prepare);
    let fresh = post.folder.path().join(FILE);
    let tape = ContractTape::load(&fresh).unwrap();
    assert_eq!(tape.head.device.class, class);
    assert!(!tape.sections.is_empty());
    replay(&fresh, &tape);
    if std::env::var_os("UPDATE_TAPES").is_some() {
        // Where the test happened to lie is nobody's business.
        let text = std::fs::read_to_string(&fresh).unwrap();
        let text = text.replace(post.folder.path().to_str().unwrap(), "/run/counter");
        std::fs::create_dir_all(kept(class).parent().unwrap()).unwrap();
        std::fs::write(kept(class), text).unwrap();
    }
    let tape = ContractTape::load(&kept(class)).unwrap();
    let kinds = |tape: &ContractTape| -> Vec<std::mem::Discriminant<Task>> {
        tape.sections.iter().map(|section| std::mem::discriminant(&section.task)).collect()
    };
    assert_eq!(
        kinds(&tape),
        kinds(&ContractTape::load(&fresh).unwrap()),
        "the tree's tape is of another use"
    );
    replay(&kept(class), &tape);
}

fn player(class: DeviceClass, path: &Path) -> Post {
    let entry = json!({ "driver": "tape", "path": path, "settings": { "pace": "at_once" } });
    Post::new(class, tempfile::tempdir().unwrap(), &entry)
}

/// Asks what was asked, and hears what was said and how it ended, with a provenance of this time.
fn replay(path: &Path, tape: &ContractTape) {
    let mut post = player(tape.head.device.class, path);
    let device = post.device.clone();
    let opened = post.client().open(&device, LONG).unwrap();
    assert_eq!(opened.attestation, Attestation::Virtual);
    assert_eq!(opened.capabilities, tape.head.device.capabilities);
    for section in &tape.sections {
        let (heard, end) = ask(&mut post, section);
        let said: Vec<&Moment> = section.moments.iter().map(|(_, moment)| moment).filter(is_said).collect();
        assert!(heard.iter().collect::<Vec<_>>() == said, "{:?} says something else", section.task);
        assert!(end == section.end, "{:?} ends otherwise", section.task);
    }
    let fault = post.run(Task::ReadChip, LONG).expect_err("the tape has ended");
    assert_eq!(fault.code, FaultCode::TapeDiffers);
    told(&fault);
}

/// What the device says, not what it is told.
fn is_said(moment: &&Moment) -> bool {
    !matches!(moment, Moment::Told(_) | Moment::Document(_))
}

fn ask(post: &mut Post, section: &Section) -> (Vec<Moment>, Result<Outcome, Fault>) {
    let device = post.device.clone();
    let expected = section.moments.iter().filter(|(_, moment)| is_said(&moment)).count();
    let mut heard = Vec::new();
    if let Task::Print(parameters) = &section.task {
        let document = section.moments.iter().find_map(|(_, moment)| match moment {
            Moment::Document(document) => document.as_ref(),
            _ => None,
        });
        let document = document.map(TapeBytes::to_vec).unwrap_or_default();
        let each = |status| heard.push(Moment::Event(DeviceEvent::PrintJob(status)));
        let printed = post.client().print(&device, &document, parameters.clone(), LONG, each);
        return (heard, printed.map(Outcome::Printed));
    }
    let limit = if section.task.is_endless() { std::time::Duration::MAX } else { LONG };
    let mut running = post.client().begin(&device, section.task.clone(), limit).unwrap();
    for (_, moment) in &section.moments {
        if let Moment::Told(word) = moment {
            running.tell(*word);
        }
    }
    loop {
        match running.next(LONG).expect("the tape says nothing") {
            TaskNews::Ended(end) => {
                return (heard, end.map(|outcome| outcome.on_tape(Clarity::Clear).unwrap()));
            }
            TaskNews::Event(event) => heard.extend(event.on_tape(Clarity::Clear).map(Moment::Event)),
            TaskNews::Page(page) => {
                assert_eq!(page.provenance.attestation, Attestation::Virtual);
                assert_eq!(page.provenance.device, device);
                heard.push(Moment::Page(page.header, TapeBytes::of(&page.bytes)));
            }
            TaskNews::Picture(picture) => {
                let bytes = TapeBytes::of(&picture.bytes);
                heard.push(match picture.provenance {
                    Some(_) => Moment::Picture(picture.header, bytes),
                    None => Moment::Frame(picture.header, bytes),
                });
            }
        }
        if section.task.is_endless() && heard.len() == expected {
            running.cancel();
        }
    }
}

#[test]
fn id_card_reader() {
    plays(DeviceClass::IdCardReader, faults::idcard::used, clear);
}

#[test]
fn scanner() {
    plays(DeviceClass::Scanner, faults::network_scanner::used, clear);
}

#[test]
fn printer() {
    plays(DeviceClass::Printer, faults::receipt_printer::used, clear);
}

#[test]
fn signature_pad() {
    plays(DeviceClass::SignaturePad, faults::signature_pad::used, clear);
}

#[test]
fn fingerprint() {
    plays(DeviceClass::Fingerprint, faults::fingerprint::used, masked);
}

#[test]
fn camera() {
    plays(DeviceClass::Camera, faults::camera::used, clear);
}

#[test]
fn document_camera() {
    plays(DeviceClass::DocumentCamera, faults::document_camera::used, masked);
}

#[test]
fn evaluation_pad() {
    plays(DeviceClass::EvaluationPad, faults::evaluation_pad::used, clear);
}

#[test]
fn code_scanner() {
    plays(DeviceClass::CodeScanner, faults::code_scanner::used, clear);
}

#[test]
fn chip_card_reader() {
    plays(DeviceClass::ChipCardReader, faults::chip::used, masked);
}

#[test]
fn queue_caller() {
    plays(DeviceClass::QueueCaller, faults::queue_caller::used, clear);
}

#[test]
fn speaker() {
    plays(DeviceClass::Speaker, faults::speaker::used, masked);
}

#[test]
fn every_class_but_ukeys_has_a_tape_in_the_tree() {
    for class in DeviceClass::ALL.into_iter().filter(|class| *class != DeviceClass::Ukey) {
        let tape = ContractTape::load(&kept(class)).unwrap_or_else(|error| panic!("{class:?}: {error}"));
        assert!(tape.sections.iter().all(|section| section.end.is_ok()), "{class:?}");
    }
}

#[test]
fn a_ukey_is_never_recorded() {
    let entry = json!({ "driver": "skf", "path": "/nowhere/libskf.so", "attestation": "virtual" });
    let mut post = Post::new(DeviceClass::Ukey, tempfile::tempdir().unwrap(), &entry);
    masked(&mut post);
    let tape = post.folder.path().join(FILE);
    let fault = post.fails(Task::Ukey(UkeyCommand::Describe), LONG, FaultCode::BadConfiguration);
    assert!(fault.detail.contains("never recorded"), "{fault:?}");
    assert!(!tape.exists());
}

/// A reader with a card on which everything is filled in.
fn full_card() -> VirtualCard {
    VirtualCard {
        address: "演示省江城市城关区演示路99号".into(),
        added_address: Some("演示省江城市新居区搬迁巷7号".into()),
        fingerprint: true,
        ..demo_card()
    }
}

fn reader(attestation: &str, card: &VirtualCard) -> (VirtualReader, Post) {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let options = ReaderOptions { link: Some(link.clone()), ..ReaderOptions::default() };
    let reader = VirtualReader::start(options).unwrap();
    reader.lay(card).unwrap();
    let entry = json!({ "driver": "samv-serial", "path": link.to_str().unwrap(), "name": "演示读卡器",
        "attestation": attestation, "settings": { "baud": 115_200 } });
    (reader, Post::new(DeviceClass::IdCardReader, folder, &entry))
}

/// Every way in which a text could stand in a file.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (gbk, _, lossy) = GBK.encode(text);
    let mut forms = vec![text.as_bytes().to_vec(), utf16];
    if !lossy {
        forms.push(gbk.into_owned());
    }
    let hexed: Vec<Vec<u8>> = forms
        .iter()
        .flat_map(|form| [hex::encode(form).into_bytes(), hex::encode_upper(form).into_bytes()])
        .collect();
    forms.extend(hexed);
    forms
}

fn holds(file: &[u8], form: &[u8]) -> bool {
    file.windows(form.len()).any(|window| window == form)
}

#[test]
fn a_masked_reading_leaves_nothing_of_its_person_on_the_disk() {
    let card = full_card();
    let (_reader, mut post) = reader("physical", &card);
    let tape = post.folder.path().join(FILE);
    post.record(&json!({ "file": tape, "mask": true }));
    let read = Task::ReadCard { fingerprint: true };
    let Ok(Outcome::Card(reading)) = post.run(read.clone(), LONG) else { panic!("no card") };
    assert_eq!(reading.name, card.name, "the terminal gets what the card says");
    assert!(!reading.fingerprint.is_empty());

    let line = PathBuf::from(format!("{}.line", tape.display()));
    let mut texts: Vec<String> =
        vec![card.name, card.number, card.address, card.added_address.unwrap(), card.issuing_office];
    texts.extend(["19900101", "1990-01-01", "20150101", "2015-01-01", "20350101"].map(str::to_owned));
    // Parts too: the end of the number, words of the addresses.
    texts.extend(["1990010100", "010010", "江城", "搬迁巷", "演示路"].map(str::to_owned));
    texts.push(reading.provenance.raw_sm3.clone());
    texts.push(reading.management_number.clone().unwrap());
    let mut secrets: Vec<Vec<u8>> = texts.iter().flat_map(|text| forms(text)).collect();
    for bytes in [&reading.wlt_photo, &reading.fingerprint] {
        // Any eight bytes in a row that are not all the same; those of a blank would be found in anything.
        let runs = bytes.chunks_exact(8).filter(|run| run.iter().any(|byte| *byte != run[0]));
        secrets.extend(runs.flat_map(|run| [run.to_vec(), hex::encode(run).into_bytes()]));
    }
    assert!(secrets.len() > 300, "the card says something");
    for file in [&tape, &line] {
        let bytes = std::fs::read(file).unwrap();
        assert!(bytes.len() > 1000, "{} is empty", file.display());
        for secret in &secrets {
            assert!(!holds(&bytes, secret), "{}: {}", file.display(), String::from_utf8_lossy(secret));
        }
    }
    // The same look finds them all where nothing is masked.
    let (_reader, mut post) = reader("virtual", &full_card());
    let clear = post.folder.path().join(FILE);
    post.record(&json!(clear));
    assert!(matches!(post.run(read, LONG), Ok(Outcome::Card(_))));
    let bytes = std::fs::read(&clear).unwrap();
    assert!(forms(&full_card().number).iter().any(|form| holds(&bytes, form)));
    assert!(holds(&bytes, full_card().name.as_bytes()));

    // And the masked tape plays.
    let masked = ContractTape::load(&tape).unwrap();
    assert_eq!(masked.head.clarity, Clarity::Masked);
    replay(&tape, &masked);
}

#[test]
fn a_real_device_is_recorded_masked_or_not_at_all() {
    for attestation in ["physical", "unattested"] {
        let (_reader, mut post) = reader(attestation, &demo_card());
        let tape = post.folder.path().join(FILE);
        post.record(&json!({ "file": tape, "line": false }));
        let fault = post.fails(Task::ReadCard { fingerprint: false }, LONG, FaultCode::BadConfiguration);
        assert!(fault.detail.starts_with("record"), "{fault:?}");
        assert!(!tape.exists());
    }
}

#[test]
fn a_line_that_nobody_can_mask_is_not_recorded_masked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pad");
    let _pad = VirtualEvaluationPad::serial(&path).unwrap();
    let entry = |line: bool| {
        json!({ "driver": "evaluation-frames", "path": path, "attestation": "virtual",
            "settings": { "model": "evaluation-serial" },
            "record": { "file": folder.path().join(FILE), "mask": true, "line": line } })
    };
    let mut post = Post::new(DeviceClass::EvaluationPad, tempfile::tempdir().unwrap(), &entry(true));
    let ask = || Task::Evaluate(EvaluationParameters { prompt: "请对本次服务评价".into() });
    let fault = post.fails(ask(), LONG, FaultCode::BadConfiguration);
    assert!(fault.detail.contains("cannot be masked"), "{fault:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the pad alone, no tape of any kind");
    let mut post = Post::new(DeviceClass::EvaluationPad, tempfile::tempdir().unwrap(), &entry(false));
    let device = post.device.clone();
    post.client().open(&device, LONG).unwrap();
    assert!(folder.path().join(FILE).exists(), "without its line it is");
}

#[test]
fn the_hosts_own_option_records_what_no_entry_names() {
    let (_reader, post) = reader("virtual", &demo_card());
    let (folder, program) = (post.folder.path().to_owned(), post.options().program.clone());
    let tape = folder.join("option.tape");
    let script = folder.join("recording-host");
    let text = format!("#!/bin/sh\nexec {} --record {} --mask \"$@\"\n", program.display(), tape.display());
    std::fs::write(&script, text).unwrap();
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&script, rights).unwrap();
    let mut post = post.with(|options| options.program = script);
    assert!(matches!(post.run(Task::ReadCard { fingerprint: false }, LONG), Ok(Outcome::Card(_))));
    assert_eq!(ContractTape::load(&tape).unwrap().head.clarity, Clarity::Masked);
    assert!(folder.join("option.tape.line").exists());
}

#[test]
fn tapes_that_cannot_be_played_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let good = std::fs::read_to_string(kept(DeviceClass::IdCardReader)).unwrap();
    let torn = &good[..good.len() - 40];
    let half: String = good.lines().take(3).map(|line| format!("{line}\n")).collect();
    for (text, code) in [
        (torn.to_owned(), FaultCode::TapeUnreadable),
        (half, FaultCode::TapeUnreadable),
        (good.replace("contract-tape 1 ", "contract-tape 2 "), FaultCode::TapeUnreadable),
        (good.replace("\"class\":\"id_card_reader\"", "\"class\":\"scanner\""), FaultCode::TapeUnreadable),
        (String::new(), FaultCode::TapeUnreadable),
    ] {
        let path = folder.path().join("bad.tape");
        std::fs::write(&path, text).unwrap();
        let mut post = player(DeviceClass::IdCardReader, &path);
        post.fails(Task::ReadCard { fingerprint: false }, LONG, code);
        // A whole tape in its place plays, in the same process.
        std::fs::write(&path, &good).unwrap();
        let outcome = post.run(Task::ReadCard { fingerprint: false }, LONG);
        assert!(matches!(outcome, Ok(Outcome::Card(_))), "{outcome:?}");
    }
    let mut post = player(DeviceClass::IdCardReader, &folder.path().join("missing.tape"));
    post.fails(Task::ReadCard { fingerprint: false }, LONG, FaultCode::NotFound);
    // What is not configured is no tape, whatever lies there.
    post.device = DeviceId::new("tape", kept(DeviceClass::IdCardReader).to_str().unwrap());
    post.fails(Task::ReadCard { fingerprint: false }, LONG, FaultCode::NotFound);
}

#[test]
fn another_task_than_the_recorded_is_named_and_the_right_one_still_plays() {
    let mut post = player(DeviceClass::IdCardReader, &kept(DeviceClass::IdCardReader));
    let device = post.device.clone();
    post.client().open(&device, LONG).unwrap();
    post.fails(Task::ReadCard { fingerprint: true }, LONG, FaultCode::TapeDiffers);
    post.fails(Task::WatchCards { interval_ms: 300 }, LONG, FaultCode::TapeDiffers);
    let outcome = post.run(Task::ReadCard { fingerprint: false }, LONG);
    assert!(matches!(outcome, Ok(Outcome::Card(_))), "{outcome:?}");
    let pad = kept(DeviceClass::SignaturePad);
    let tape = ContractTape::load(&pad).unwrap();
    let mut post = player(DeviceClass::SignaturePad, &pad);
    let device = post.device.clone();
    let running = post.client().begin(&device, tape.sections[0].task.clone(), LONG).unwrap();
    running.tell(Word::Clear);
    let fault = running.finish(drop).expect_err("told to finish then, to begin anew now");
    assert_eq!(fault.code, FaultCode::TapeDiffers);
}
