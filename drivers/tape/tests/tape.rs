//! What a recorded device writes, and how a tape plays: without a host, on devices that do what the test says.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use std::io::{self, Write};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use driver_contract::{
    Accessibility, Attestation, Capabilities, Clarity, CodeReading, CollectingContext, Connection,
    ContractTape, DeviceClass, DeviceConfig, DeviceEvent, DeviceId, DeviceInfo, DeviceModel, DriverFactory,
    Fault, FaultCode, JobState, JobStatus, Moment, OpenDevice, Outcome, PhotoParameters, PhotoReading,
    PictureHeader, PictureSize, PreviewParameters, PrintParameters, Provenance, Region, Sides,
    SpeechParameters, Task, TaskContext, UkeyAnswer, UkeyCommand, Word,
};
use driver_tape::{NAME, Pace, RecordedDevice, TapeDevice, TapeFactory};

type Act = Box<dyn FnMut(&Task, &mut dyn TaskContext) -> Result<Outcome, Fault> + Send>;

/// A device that does what it is told here.
struct Scripted {
    info: DeviceInfo,
    act: Act,
}

impl OpenDevice for Scripted {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        (self.act)(task, context)
    }
}

fn info(class: DeviceClass, attestation: Attestation) -> DeviceInfo {
    DeviceInfo {
        id: DeviceId::new("scripted", "0"),
        class,
        name: "演示设备".into(),
        maker: "演示".into(),
        connection: Connection::System { name: "0".into() },
        accessibility: Accessibility::Accessible,
        attestation,
        capabilities: Capabilities::Unknown,
        model: DeviceModel::default(),
    }
}

fn device(
    class: DeviceClass,
    act: impl FnMut(&Task, &mut dyn TaskContext) -> Result<Outcome, Fault> + Send + 'static,
) -> Box<dyn OpenDevice> {
    Box::new(Scripted { info: info(class, Attestation::Virtual), act: Box::new(act) })
}

/// A disk that is full after so many bytes.
#[derive(Clone)]
struct Disk {
    written: Arc<Mutex<Vec<u8>>>,
    room: usize,
}

impl Disk {
    fn new(room: usize) -> Self {
        Self { written: Arc::default(), room }
    }

    fn text(&self) -> String {
        String::from_utf8(self.written.lock().unwrap().clone()).unwrap()
    }

    fn tape(&self) -> ContractTape {
        ContractTape::parse(&self.text()).unwrap()
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.written.lock().unwrap();
        if written.len() + bytes.len() > self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const LARGE: usize = 1 << 24;

fn context() -> CollectingContext {
    CollectingContext::new(Duration::from_secs(20))
}

/// Records these tasks of a device.
fn recorded(device: Box<dyn OpenDevice>, clarity: Clarity, tasks: &[Task]) -> ContractTape {
    let disk = Disk::new(LARGE);
    let mut device = RecordedDevice::onto(device, clarity, Box::new(disk.clone())).unwrap();
    for task in tasks {
        let mut context = context().with_document(b"%PDF-1.4 one".to_vec());
        let _ = device.run(task, &mut context);
    }
    assert!(device.is_alive());
    disk.tape()
}

fn played(tape: ContractTape, pace: Pace) -> TapeDevice {
    let class = tape.head.device.class;
    TapeDevice::new(info(class, Attestation::Virtual), tape, pace)
}

fn say(text: &str) -> Task {
    Task::Speak(SpeechParameters { text: text.into() })
}

fn code(text: &str, context: &mut dyn TaskContext) -> DeviceEvent {
    let raw = text.as_bytes().to_vec();
    let reading = CodeReading { provenance: context.provenance(&raw), text: text.into(), raw };
    DeviceEvent::CodeRead(Box::new(reading))
}

/// A scanner that reads a code at each turn, and steps aside when it is asked to.
fn code_scanner() -> Box<dyn OpenDevice> {
    let mut next = 0;
    device(DeviceClass::CodeScanner, move |task, context| {
        assert_eq!(*task, Task::WatchCodes);
        next += 1;
        let event = code(&format!("CODE-{next}"), context);
        context.emit(event);
        Ok(if context.should_yield() { Outcome::Yielded } else { Outcome::Stopped })
    })
}

fn texts(context: &CollectingContext) -> Vec<&str> {
    let text = |event: &'_ DeviceEvent| match event {
        DeviceEvent::CodeRead(reading) => reading.text.clone().leak(),
        other => panic!("{other:?}"),
    };
    context.events.iter().map(|event| -> &str { text(event) }).collect()
}

#[test]
fn a_full_disk_refuses_the_opening_and_later_ends_the_recording_but_not_the_task() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let speaker = || device(DeviceClass::Speaker, |_, _| Ok(Outcome::Announced));
    let refused = RecordedDevice::onto(speaker(), Clarity::Clear, Box::new(full));
    assert_eq!(refused.err().unwrap().code, FaultCode::TapeNotWritten);

    for room in 600..800 {
        let disk = Disk::new(room);
        let Ok(mut device) = RecordedDevice::onto(speaker(), Clarity::Clear, Box::new(disk.clone())) else {
            panic!("the head has less than 600 bytes")
        };
        let mut context = context();
        let words = "请稍候".repeat(20);
        assert_eq!(
            device.run(&say(&words), &mut context),
            Ok(Outcome::Announced),
            "it was said all the same"
        );
        let warned: Vec<FaultCode> = context
            .events
            .iter()
            .map(|event| match event {
                DeviceEvent::Warning(fault) => fault.code,
                other => panic!("{other:?}"),
            })
            .collect();
        let whole = ContractTape::parse(&disk.text()).is_ok_and(|tape| tape.sections.len() == 1);
        assert_eq!(warned.is_empty(), whole, "told exactly when the tape is not whole; room for {room}");
        assert_eq!(device.is_alive(), whole, "opened anew, or refused, for the next task");
        assert!(warned.iter().all(|code| *code == FaultCode::TapeNotWritten));
    }
}

#[test]
fn a_tape_ends_at_its_longest_and_no_page_is_kept_in_half() {
    let format = driver_contract::PixelFormat::Gray8;
    let header = driver_contract::PageHeader {
        page: 1,
        width: 1 << 13,
        height: 1 << 14,
        stride: 1 << 13,
        dpi: 600,
        format,
    };
    let mut pixels = vec![0xff; 1 << 27];
    pixels[1] = 0;
    let scanner = device(DeviceClass::Scanner, move |_, context| {
        context.page(&header, &pixels)?;
        Ok(Outcome::Scanned { pages: 1, feeder_empty: false })
    });
    let disk = Disk::new(LARGE);
    let mut scanner = RecordedDevice::onto(scanner, Clarity::Clear, Box::new(disk.clone())).unwrap();
    let mut context = context();
    scanner.run(&Task::CheckState, &mut context).unwrap();
    let warned = |event: &DeviceEvent| matches!(event, DeviceEvent::Warning(fault) if fault.code == FaultCode::TapeNotWritten);
    assert!(context.events.iter().any(warned) && context.pages.len() == 1, "the page itself came");
    assert!(!scanner.is_alive());
    assert!(disk.text().lines().count() == 3, "head and task, nothing of the page");
}

#[test]
fn real_devices_are_masked_and_ukeys_are_not_recorded() {
    let with = |class, attestation| {
        let act: Act = Box::new(|_, _| Ok(Outcome::Announced));
        Box::new(Scripted { info: info(class, attestation), act }) as Box<dyn OpenDevice>
    };
    let code = |class, attestation, clarity| {
        let disk = Disk::new(LARGE);
        let made = RecordedDevice::onto(with(class, attestation), clarity, Box::new(disk.clone()));
        let refused = made.err().map(|fault| fault.code);
        assert_eq!(refused.is_some(), disk.text().is_empty());
        refused
    };
    let refused = Some(FaultCode::BadConfiguration);
    for attestation in [Attestation::Physical, Attestation::Unattested] {
        assert_eq!(code(DeviceClass::Speaker, attestation, Clarity::Clear), refused);
        assert_eq!(code(DeviceClass::Speaker, attestation, Clarity::Masked), None);
    }
    assert_eq!(code(DeviceClass::Speaker, Attestation::Virtual, Clarity::Clear), None);
    for clarity in [Clarity::Clear, Clarity::Masked] {
        assert_eq!(code(DeviceClass::Ukey, Attestation::Virtual, clarity), refused);
    }
    // Asked of a device of another class, it stands on no tape either.
    let chip =
        device(DeviceClass::ChipCardReader, |_, _| Ok(Outcome::Ukey(UkeyAnswer::Verified { good: true })));
    let tape = recorded(chip, Clarity::Clear, &[Task::Ukey(UkeyCommand::Describe)]);
    assert!(tape.sections.is_empty());
}

#[test]
fn the_same_tasks_get_the_same_answers_and_others_a_fault() {
    let tasks = [say("一"), Task::CheckState, say("二")];
    let mut number = 0;
    let speaker = device(DeviceClass::Speaker, move |task, context| {
        number += 1;
        let fault = Fault::new(FaultCode::Timeout, DeviceClass::Speaker).at(&DeviceId::new("scripted", "0"));
        context.emit(DeviceEvent::Warning(fault.clone()));
        match task {
            Task::CheckState => Ok(Outcome::State(vec![fault])),
            _ if number == 1 => Ok(Outcome::Announced),
            _ => Err(fault),
        }
    });
    let tape = recorded(speaker, Clarity::Clear, &tasks);
    let mut again = played(tape.clone(), Pace::AtOnce);
    let ask = |device: &mut TapeDevice, task: &Task| {
        let mut context = context();
        let result = device.run(task, &mut context);
        (result, context.events)
    };
    assert_eq!(ask(&mut again, &say("三")).0.unwrap_err().code, FaultCode::TapeDiffers);
    let (result, events) = ask(&mut again, &say("一"));
    assert_eq!((result, events.len()), (Ok(Outcome::Announced), 1));
    // The state may be asked twice, and need not be asked at all.
    let (state, events) = ask(&mut again, &Task::CheckState);
    assert!(matches!(&state, Ok(Outcome::State(faults)) if faults[0].code == FaultCode::Timeout));
    assert_eq!(events.len(), 1);
    assert_eq!(ask(&mut again, &Task::CheckState).0, state);
    assert_eq!(ask(&mut again, &say("二")).0.unwrap_err().code, FaultCode::Timeout);
    assert_eq!(ask(&mut again, &say("二")).0.unwrap_err().code, FaultCode::TapeDiffers, "the tape has ended");
    let mut unasked = played(tape, Pace::AtOnce);
    assert_eq!(ask(&mut unasked, &say("一")).0, Ok(Outcome::Announced));
    assert_eq!(ask(&mut unasked, &say("二")).0.unwrap_err().code, FaultCode::Timeout);
    let only =
        recorded(device(DeviceClass::Speaker, |_, _| Ok(Outcome::Announced)), Clarity::Clear, &tasks[..1]);
    let mut stateless = played(only, Pace::AtOnce);
    assert_eq!(ask(&mut stateless, &Task::CheckState).0.unwrap_err().code, FaultCode::TapeDiffers);
}

#[test]
fn a_masked_tape_plays_to_another_text() {
    let speaker = device(DeviceClass::Speaker, |_, _| Ok(Outcome::Announced));
    let tape = recorded(speaker, Clarity::Masked, &[say("请演示某甲到三号窗口")]);
    assert!(!tape.to_string().contains("三号"));
    let mut again = played(tape, Pace::AtOnce);
    assert_eq!(again.run(&say("请下一位"), &mut context()), Ok(Outcome::Announced));
}

#[test]
fn another_document_is_another_task() {
    let print = |offset| {
        Task::Print(PrintParameters {
            document: Region { offset, length: 12 },
            format: "application/pdf".into(),
            title: "回执".into(),
            copies: 1,
            media: None,
            sides: Sides::OneSided,
            tray: None,
        })
    };
    let status = JobStatus {
        job_id: 7,
        state: JobState::Completed,
        pages_done: Some(1),
        reasons: vec![],
        fault: None,
    };
    let printer = || {
        let status = status.clone();
        device(DeviceClass::Printer, move |task, context| {
            let Task::Print(parameters) = task else { panic!("{task:?}") };
            context.document(parameters.document)?;
            Ok(Outcome::Printed(status.clone()))
        })
    };
    let run = |tape: &ContractTape, document: &[u8]| {
        let mut again = played(tape.clone(), Pace::AtOnce);
        again.run(&print(4096), &mut context().with_document(document.to_vec())).map_err(|fault| fault.code)
    };
    let clear = recorded(printer(), Clarity::Clear, &[print(0)]);
    assert_eq!(run(&clear, b"%PDF-1.4 one"), Ok(Outcome::Printed(status.clone())));
    assert_eq!(run(&clear, b"%PDF-1.4 two"), Err(FaultCode::TapeDiffers));
    let masked = recorded(printer(), Clarity::Masked, &[print(0)]);
    assert!(!masked.to_string().contains(&hex(b"%PDF")), "{masked}");
    assert_eq!(run(&masked, b"%PDF-1.4 two"), Ok(Outcome::Printed(status.clone())));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_cancel_gets_through_and_a_deadline_ends_a_tape_that_is_slower() {
    let mut tape =
        recorded(device(DeviceClass::Speaker, |_, _| Ok(Outcome::Announced)), Clarity::Clear, &[say("一")]);
    tape.sections[0].end_ms = 3_600_000;
    let begun = Instant::now();
    let mut slow = context();
    let switch = slow.cancel_switch();
    let hand = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        switch.store(true, Ordering::SeqCst);
    });
    let ended = played(tape.clone(), Pace::Recorded).run(&say("一"), &mut slow);
    hand.join().unwrap();
    assert_eq!(ended.unwrap_err().code, FaultCode::Cancelled);
    let mut short = CollectingContext::new(Duration::from_millis(50));
    let ended = played(tape.clone(), Pace::Recorded).run(&say("一"), &mut short);
    assert_eq!(ended.unwrap_err().code, FaultCode::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(3600), "nobody waits for the tape's hour");
    assert_eq!(played(tape.clone(), Pace::AtOnce).run(&say("一"), &mut context()), Ok(Outcome::Announced));
    // At its own pace a pause is a pause.
    tape.sections[0].end_ms = 120;
    let begun = Instant::now();
    assert_eq!(played(tape, Pace::Recorded).run(&say("一"), &mut context()), Ok(Outcome::Announced));
    assert!(begun.elapsed() >= Duration::from_millis(120));
    // A word that never comes is waited for, and the cancel is heard there too.
    let pad = device(DeviceClass::SignaturePad, |_, context| {
        let told = context.told();
        assert_eq!(told, Some(Word::Finish));
        Ok(Outcome::Announced)
    });
    let disk = Disk::new(LARGE);
    let mut pad = RecordedDevice::onto(pad, Clarity::Clear, Box::new(disk.clone())).unwrap();
    let mut told = context();
    told.words().say(Word::Finish);
    pad.run(&say("一"), &mut told).unwrap();
    assert_eq!(disk.tape().sections[0].moments[0].1, Moment::Told(Word::Finish));
    let mut silent = CollectingContext::new(Duration::from_millis(50));
    let ended = played(disk.tape(), Pace::AtOnce).run(&say("一"), &mut silent);
    assert_eq!(ended.unwrap_err().code, FaultCode::Timeout);
}

#[test]
fn a_watch_steps_aside_and_goes_on_where_it_was() {
    let disk = Disk::new(LARGE);
    let mut watch = RecordedDevice::onto(code_scanner(), Clarity::Clear, Box::new(disk.clone())).unwrap();
    for yields in [true, true, false] {
        let mut context = context();
        context.yield_switch().store(yields, Ordering::SeqCst);
        watch.run(&Task::WatchCodes, &mut context).unwrap();
    }
    let tape = disk.tape();
    assert_eq!(tape.sections.len(), 3);
    let mut again = played(tape, Pace::AtOnce);
    // Other work waits from the beginning: the watch steps aside before anything happens.
    let mut aside = context();
    aside.yield_switch().store(true, Ordering::SeqCst);
    assert_eq!(again.run(&Task::WatchCodes, &mut aside), Ok(Outcome::Yielded));
    assert!(aside.events.is_empty());
    // Nothing waits: all three turns are one, and then nothing more happens until it is stopped.
    let mut all = CollectingContext::new(Duration::from_millis(300));
    assert_eq!(again.run(&Task::WatchCodes, &mut all), Ok(Outcome::Stopped));
    assert_eq!(texts(&all), ["CODE-1", "CODE-2", "CODE-3"]);
    let numbers: Vec<u32> = all.events.iter().map(number_of).collect();
    assert_eq!(numbers, [1, 2, 3], "captures of one request are numbered anew");
    let ended = again.run(&Task::WatchCodes, &mut context());
    assert_eq!(ended.unwrap_err().code, FaultCode::TapeDiffers, "the tape has no more of it");
}

fn number_of(event: &DeviceEvent) -> u32 {
    match event {
        DeviceEvent::CodeRead(reading) => reading.provenance.number,
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_a_preview_few_pictures_are_kept_and_a_masked_shot_shows_nothing() {
    let size = PictureSize { width: 64, height: 48 };
    let header = move |number| PictureHeader { format: "image/jpeg".into(), size, number };
    let shown: Vec<u8> = [0xff, 0xd8, 0xff, 0xe0]
        .into_iter()
        .chain((1..=200_u8).map(|byte| byte.wrapping_mul(37) | 1))
        .collect();
    let bytes = shown.clone();
    let camera = device(DeviceClass::Camera, move |task, context| match task {
        Task::Preview(_) => {
            for number in 1..=200 {
                context.frame(&header(number), &bytes);
            }
            Ok(Outcome::Stopped)
        }
        _ => {
            let provenance = context.picture(&header(1), &bytes)?;
            Ok(Outcome::Photo(Box::new(PhotoReading { provenance, size, settings: Vec::new() })))
        }
    });
    let preview = Task::Preview(PreviewParameters { size, frames_per_second: 25, settings: Vec::new() });
    let photo = Task::TakePhoto(PhotoParameters { size: None, settings: Vec::new() });
    let tape = recorded(camera, Clarity::Masked, &[preview, photo.clone()]);
    let frames = tape.sections[0].moments.len();
    assert!((1..=2).contains(&frames), "{frames} pictures of a preview that took no time");
    assert!(!tape.to_string().contains(&hex(&shown[4..12])));

    let mut context = context();
    let outcome = played(tape, Pace::AtOnce).run(&photo, &mut context).unwrap();
    let Outcome::Photo(reading) = outcome else { panic!("{outcome:?}") };
    let picture = &context.pictures[0];
    assert!(picture.header.fits(&picture.bytes) && picture.bytes != shown);
    assert_eq!(
        reading.provenance.raw_sm3,
        driver_contract::sm3_hex(&picture.bytes),
        "of the picture that came"
    );
    assert_eq!(reading.size, size);
}

#[test]
fn no_provenance_stands_on_a_tape_and_a_new_one_is_made() {
    let tape = recorded(code_scanner(), Clarity::Clear, &[Task::WatchCodes]);
    let Moment::Event(DeviceEvent::CodeRead(reading)) = &tape.sections[0].moments[0].1 else { panic!() };
    let Provenance { device, nonce, number, boot_ms, raw_sm3, .. } = &reading.provenance;
    assert!(device.0.is_empty() && nonce.is_empty() && *number == 0 && *boot_ms == 0 && raw_sm3.is_empty());
    let mut context = CollectingContext::new(Duration::from_millis(100));
    played(tape, Pace::AtOnce).run(&Task::WatchCodes, &mut context).unwrap();
    let [DeviceEvent::CodeRead(reading)] = context.events.as_slice() else { panic!() };
    assert_eq!(reading.provenance.raw_sm3, driver_contract::sm3_hex(b"CODE-1"));
    assert_eq!(reading.provenance.nonce, "collected");
}

#[test]
fn the_driver_lists_and_opens_what_is_configured_for_its_class() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes.tape");
    std::fs::write(&path, recorded(code_scanner(), Clarity::Clear, &[Task::WatchCodes]).to_string()).unwrap();
    let entry = |path: &std::path::Path, settings: serde_json::Value| -> DeviceConfig {
        serde_json::from_value(serde_json::json!({ "driver": NAME, "path": path, "settings": settings,
            "attestation": "physical" }))
        .unwrap()
    };
    let listed = |class, entry: &DeviceConfig| {
        TapeFactory::new(class).list(std::slice::from_ref(entry)).unwrap().remove(0)
    };
    let good = entry(&path, serde_json::json!({}));
    let device = listed(DeviceClass::CodeScanner, &good);
    assert_eq!((device.name.as_str(), device.accessibility), ("演示设备", Accessibility::Accessible));
    assert_eq!(device.attestation, Attestation::Virtual, "whatever the configuration says");
    assert_eq!(listed(DeviceClass::Scanner, &good).accessibility, Accessibility::Absent);
    let missing = entry(&folder.path().join("missing"), serde_json::json!({}));
    assert_eq!(listed(DeviceClass::CodeScanner, &missing).accessibility, Accessibility::Absent);
    let open = |class, entry: &DeviceConfig| {
        let opened =
            TapeFactory::new(class).open(&DeviceId::new(NAME, &entry.path), std::slice::from_ref(entry));
        opened.err().map(|fault| fault.code)
    };
    assert_eq!(open(DeviceClass::CodeScanner, &good), None);
    assert_eq!(open(DeviceClass::Scanner, &good), Some(FaultCode::TapeUnreadable));
    assert_eq!(open(DeviceClass::CodeScanner, &missing), Some(FaultCode::NotFound));
    let hasty = entry(&path, serde_json::json!({ "pace": "hasty" }));
    assert_eq!(open(DeviceClass::CodeScanner, &hasty), Some(FaultCode::BadConfiguration));
}
