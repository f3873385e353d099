//! The device page: every device does something real, the one that was chosen is used, and a maker's library that
//! crashes takes nothing with it.

use crate::counter::{Counter, one};
use crate::station::Station;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use terminal::rpc::WindowRole;
use uuid::Uuid;
use virtual_devices::receipt::{ReceiptFault, VirtualReceiptPrinter};
use virtual_devices::signature::{VirtualFramePad, VirtualStu, handwriting};

/// The library of `drivers/abi` that does everything wrong, as an evaluation pad.
fn bad_library(folder: &Path) -> PathBuf {
    bad_library_that(folder, &[])
}

fn bad_library_that(folder: &Path, more: &[&str]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../drivers/abi/bad/bad.c");
    let library = folder.join("libbad.so");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-std=gnu11", "-shared", "-fPIC", "-pthread"])
        .args(more)
        .arg("-o")
        .arg(&library)
        .arg(source);
    assert!(compiler.status().unwrap().success(), "{compiler:?}");
    library
}

/// Adds devices to the file of a window before it opens.
pub fn with_devices(station: &Station, window: &str, change: impl FnOnce(&mut Value)) {
    let path = station.folder.path().join(format!("{window}.json"));
    let mut file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut file["classes"]);
    std::fs::write(&path, file.to_string()).unwrap();
}

fn lines(counter: &Counter) -> Vec<Value> {
    counter.ask("devices", json!({}))["devices"].as_array().unwrap().clone()
}

pub fn line(counter: &Counter, class: &str) -> Option<Value> {
    lines(counter).into_iter().find(|line| line["device"]["class"] == class)
}

/// The test button of a class, pressed as soon as its device is ready.
pub fn test_of(counter: &Counter, class: &str) -> Value {
    let ready = counter.wait(class, || line(counter, class).filter(|line| line["state"] == "ready"));
    press_test(counter, &ready["device"]["id"])
}

pub fn operation(counter: &Counter, id: &Value) -> Value {
    counter.ask("operation", json!({ "operation": id }))
}

fn press_test(counter: &Counter, device: &Value) -> Value {
    let request = json!({ "command": Uuid::now_v7(), "device": device });
    let begun = counter.ask("try_device", request);
    let id = begun["id"].clone();
    let ended = counter.wait("the test's end", || {
        let now = counter.ask("operation", json!({ "operation": id }));
        (!now["end"].is_null()).then_some(now)
    });
    ended["end"].clone()
}

#[test]
fn each_device_does_something_real_and_nothing_of_it_is_kept() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    station.lay("han_proof");
    let card = test_of(&counter, "id_card_reader");
    assert_eq!(card["kind"], "done", "{card}");
    let words = card["words"].as_str().unwrap();
    assert!(words.contains("居民身份证") && !words.contains('韩'), "nothing of the person: {words}");
    let page = test_of(&counter, "scanner");
    assert!(page["words"].as_str().unwrap().contains("1240 × 175"), "A4 at 150 dpi: {page}");
    let paper = test_of(&counter, "printer");
    assert_eq!(paper, json!({ "kind": "done", "words": "打印测试页已打印" }));
    let documents = station.printer.documents().unwrap();
    let [document] = documents.as_slice() else { panic!("one paper: {documents:?}") };
    assert!(document.printed && document.title == "打印测试页");
    assert!(std::fs::read(&document.file).unwrap().starts_with(b"%PDF"));
}

#[test]
fn a_receipt_printer_prints_its_test_as_a_slip_and_leaves_the_papers_to_the_other() {
    let station = Station::start();
    let slips = VirtualReceiptPrinter::on_tcp(576).unwrap();
    let path = slips.address();
    with_devices(&station, "柜台一", |classes| {
        let entry =
            json!({ "driver": "escpos-tcp", "path": path, "name": "小票打印机", "attestation": "virtual" });
        // In front of the other, and still not the one for papers.
        classes["printer"].as_array_mut().unwrap().insert(0, entry);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let printers = counter.wait("two printers", || {
        let printers: Vec<Value> =
            lines(&counter).into_iter().filter(|line| line["device"]["class"] == "printer").collect();
        let ready = printers.len() == 2 && printers.iter().all(|line| line["state"] == "ready");
        ready.then_some(printers)
    });
    let device = json!(format!("escpos-tcp:{path}"));
    assert!(printers.iter().any(|line| line["device"]["id"] == device));
    let used = counter.ask("devices", json!({}))["used"].as_array().unwrap().clone();
    assert!(!used.contains(&device), "{used:?}");

    let end = press_test(&counter, &device);
    assert_eq!(end, json!({ "kind": "done", "words": "打印测试页已打印" }));
    let printed = slips.slips();
    let [slip] = printed.as_slice() else { panic!("one slip: {}", printed.len()) };
    // 118 mm at 8 dots, less what is white at the end, with characters on it from edge to edge.
    assert!((600..944).contains(&slip.height()), "{}", slip.height());
    let picture = slip.picture();
    let black = picture.pixels().filter(|pixel| pixel.0[0] == 0).count();
    assert!(black * 100 > 3 * picture.pixels().len(), "{black} dots");
    assert!(station.printer.documents().unwrap().is_empty(), "nothing for the printer of sheets");

    slips.set_fault(ReceiptFault::Unrecoverable);
    let end = press_test(&counter, &device);
    assert_eq!(
        (&end["kind"], &end["error"]["code"]),
        (&json!("failed"), &json!("printer.unrecoverable")),
        "{end}"
    );
    assert_eq!(slips.slips().len(), 1);
}

#[test]
fn the_device_that_was_chosen_is_used_and_remembered() {
    let station = Station::start();
    with_devices(&station, "柜台一", |classes| {
        let mut second = classes["scanner"][0].clone();
        second["path"] = json!("test:1");
        second["name"] = json!("第二台");
        classes["scanner"].as_array_mut().unwrap().push(second);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let both = || {
        let scanners: Vec<Value> =
            lines(&counter).into_iter().filter(|line| line["device"]["class"] == "scanner").collect();
        (scanners.len() == 2 && scanners.iter().all(|line| line["state"] == "ready")).then_some(())
    };
    counter.wait("two scanners", both);
    let used = |view: &Value| view["used"].as_array().unwrap().clone();
    assert!(used(&counter.ask("devices", json!({}))).contains(&json!("sane:test:0")));
    let chosen = counter.ask("choose_device", json!({ "device": "sane:test:1" }));
    assert!(used(&chosen).contains(&json!("sane:test:1")) && !used(&chosen).contains(&json!("sane:test:0")));
    counter.ask("logout", json!({}));
    drop(counter);
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    counter.wait("the choice of before", || {
        used(&counter.ask("devices", json!({}))).contains(&json!("sane:test:1")).then_some(())
    });
}

#[test]
fn a_maker_s_library_serves_and_one_that_cannot_be_loaded_says_so() {
    let station = Station::start();
    let library = bad_library(station.folder.path());
    with_devices(&station, "柜台一", |classes| {
        classes["evaluation_pad"] = json!([
            { "driver": "bad", "path": "0", "name": "评价器", "attestation": "virtual", "library": library },
        ]);
        classes["fingerprint"] = json!([
            { "driver": "gone", "path": "0", "library": station.folder.path().join("not-there.so") },
        ]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    // Its test asks for something that this library does not know: the fault is its own, named, and the pad is there
    // still.
    let end = test_of(&counter, "evaluation_pad");
    assert_eq!(
        (&end["kind"], &end["error"]["code"]),
        (&json!("failed"), &json!("device.unsupported")),
        "{end}"
    );
    let pad = line(&counter, "evaluation_pad").unwrap();
    assert_eq!((&pad["state"], &pad["device"]["model"]["model"]), (&json!("ready"), &json!("B-1")), "{pad}");
    let missing = counter.wait("the missing library", || {
        line(&counter, "fingerprint").filter(|line| line["state"] == "faulty")
    });
    assert_eq!(missing["fault"]["fault"]["code"], "device.library_unusable", "{missing}");
    assert_eq!(missing["fault"]["who"], "administrator");
    station.lay("han_proof");
    assert_eq!(test_of(&counter, "id_card_reader")["kind"], "done");
}

#[test]
fn a_reader_that_is_pulled_is_absent_and_comes_back() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let state = |wanted: &str| {
        let is = || line(&counter, "id_card_reader").filter(|line| line["state"] == wanted);
        counter.wait(wanted, is)
    };
    state("ready");
    station.reader.unplug();
    let absent = state("absent");
    assert_eq!(absent["fault"]["fault"]["code"], "device.unplugged");
    assert!(!absent["ready"].as_bool().unwrap());
    station.reader.plug().unwrap();
    state("ready");
}

#[test]
fn what_happened_to_a_device_is_written_down_and_told_to_the_server() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let history = |class: &str| {
        let view = counter.ask("devices", json!({}));
        let id = line(&counter, class)?["device"]["id"].clone();
        view["histories"].as_array().unwrap().iter().find(|one| one["device"] == id).cloned()
    };
    let tested = counter.wait("the test of the day", || {
        let test = counter.ask("devices", json!({}))["self_test"].clone();
        (test["running"] == false).then_some(test)
    });
    // Reader, printer, scanner; SANE finds the other test scanner by itself.
    assert_eq!((tested["good"].as_u64() >= Some(3), &tested["wrong"]), (true, &json!([])), "{tested}");
    station.lay("han_proof");
    assert_eq!(test_of(&counter, "id_card_reader")["kind"], "done");
    counter.wait("a use", || history("id_card_reader").filter(|one| one["uses_today"].as_u64() > Some(0)));
    station.reader.unplug();
    let pulled = counter
        .wait("a fault", || history("id_card_reader").filter(|one| one["faults_today"].as_u64() == Some(1)));
    assert!(pulled["last_fault"].as_str().unwrap().contains("。"), "{pulled}");
    assert!(!pulled.to_string().contains('韩'), "nothing of the person");
    // The server has it as soon as the terminal tells it; it stays after the terminal has gone.
    let reported = counter.wait("the server's word", || {
        let stations = station.server_devices();
        let one = stations.into_iter().find(|one| one.window == "柜台一")?;
        let reader = one.devices.into_iter().find(|record| record.class == "id_card_reader")?;
        (reader.last_fault.is_some() && reader.last_use.is_some()).then_some(reader)
    });
    assert_eq!(reported.standing, domain::device::DeviceStanding::Absent);
    counter.ask("logout", json!({}));
    drop(counter);
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    counter.wait("what was written down before", || {
        let view = counter.ask("devices", json!({}));
        let reader = view["histories"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["device"].as_str().unwrap().starts_with("samv"))?
            .clone();
        (reader["uses_today"].as_u64() > Some(0)).then_some(())
    });
}

#[test]
fn a_pad_with_a_display_shows_what_is_signed_and_nothing_afterwards() {
    let station = Station::start();
    let path = station.folder.path().join("pad");
    let pad = VirtualStu::start(&path).unwrap();
    with_devices(&station, "柜台一", |classes| {
        classes["signature_pad"] =
            json!([{ "driver": "wacom-stu", "path": path, "name": "签字板", "attestation": "virtual" }]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    counter.wait("the pad", || line(&counter, "signature_pad").filter(|line| line["state"] == "ready"));
    let case = crate::matters::open(&station, &counter, "T042", "he_old_head");
    assert!(pad.display().is_none());
    counter.ask("request_signature", json!({ "case": case, "slot": "former_head" }));
    assert!(pad.wait_until_ready(std::time::Duration::from_secs(30)), "the pad was not made ready");
    let shown = pad.display().expect("words on the display");
    let ink = |part: std::ops::Range<u32>| {
        part.flat_map(|y| (0..shown.width()).map(move |x| (x, y)))
            .filter(|(x, y)| shown.get_pixel(*x, *y).0[0] == 0)
            .count()
    };
    // Words above, a line to sign on, and room for the pen between them.
    assert!(ink(0..100) > 1200, "{} dots of words", ink(0..100));
    assert!(ink(160..200) > 300, "{} dots below", ink(160..200));
    assert_eq!(ink(110..160), 0, "the field is free");
    let moves = handwriting(VirtualStu::FIELD.0, VirtualStu::FIELD.1, 200);
    pad.write(&moves);
    counter.wait("the signature", || {
        let shown = counter.terminal.call(WindowRole::Applicant, "applicant", Value::Null).unwrap();
        (shown["mode"]["kind"] == "thanks").then_some(())
    });
    assert!(pad.display().is_none(), "nobody's words stay there");
    if let Some(folder) = std::env::var_os("PICTURES") {
        shown.save(PathBuf::from(folder).join("signing-screen.png")).unwrap();
    }
}

#[test]
fn a_signature_is_taken_by_the_pad_or_the_screen_whichever_is_first() {
    let station = Station::start();
    let path = station.folder.path().join("pad");
    let pad = VirtualFramePad::start(&path).unwrap();
    with_devices(&station, "柜台一", |classes| {
        classes["signature_pad"] = json!([{ "driver": "signature-frames", "path": path, "name": "签字板",
            "attestation": "virtual", "settings": { "model": "signature-frames" } }]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    counter.wait("the pad", || line(&counter, "signature_pad").filter(|line| line["state"] == "ready"));
    let case = crate::matters::open(&station, &counter, "T042", "he_old_head");
    let ask = || {
        pad.forget();
        counter.ask("request_signature", json!({ "case": case, "slot": "former_head" }));
        let shown = counter.terminal.call(WindowRole::Applicant, "applicant", Value::Null).unwrap();
        assert_eq!(
            (&shown["mode"]["kind"], &shown["mode"]["pad"]),
            (&json!("sign"), &json!(true)),
            "{shown}"
        );
        assert!(pad.wait_until_ready(std::time::Duration::from_secs(30)), "the pad was not made ready");
        shown["mode"]["release"].clone()
    };
    let mode = || {
        counter.terminal.call(WindowRole::Applicant, "applicant", Value::Null).unwrap()["mode"]["kind"]
            .clone()
    };

    // Taken back: the pad forgets it, and a pen that comes too late writes nothing.
    ask();
    counter.ask("take_back_release", json!({ "case": case }));
    assert_eq!(mode(), "welcome");

    // Signed on the screen: the pad is free for the next.
    let release = ask();
    let strokes =
        json!({ "release": release, "width": 1000, "height": 400, "strokes": [Counter::strokes()] });
    counter.terminal.call(WindowRole::Applicant, "submit_signature", strokes).unwrap();
    assert_eq!(mode(), "thanks");
    let command = Uuid::now_v7();
    counter.ask("clear_signature", json!({ "command": command, "case": case, "slot": "former_head" }));

    // Signed on the pad: kept with the pad's name, the request's word and the hash of what the pad sent.
    ask();
    let moves = handwriting(VirtualFramePad::FIELD.0, VirtualFramePad::FIELD.1, 200);
    pad.write(&moves);
    counter.wait("the pad's signature", || (mode() == "thanks").then_some(()));
    let store = crate::shelf::of_window(&station, "柜台一", "F0001");
    let strokes = one(&counter.case(&case)["signers"], "slot", "former_head")["strokes"].clone();
    let (_, stored) = crate::shelf::file(&store, strokes.as_str().unwrap());
    let document: Value = serde_json::from_slice(&stored).unwrap();
    let points: usize =
        document["strokes"].as_array().unwrap().iter().map(|stroke| stroke.as_array().unwrap().len()).sum();
    assert!(points > 100 && document["width"] == VirtualFramePad::FIELD.0, "{points} points");
    let provenance = &document["provenance"];
    assert!(provenance["device"].as_str().unwrap().starts_with("signature-frames:"), "{provenance}");
    assert_eq!(provenance["nonce"].as_str().unwrap().len(), 32);
    assert_eq!(provenance["raw_sm3"].as_str().unwrap().len(), 64);
    // The papers that bear it draw it.
    let papers = counter.case(&case)["prints"].as_array().unwrap().clone();
    let drawn = papers.iter().filter(|print| {
        let request = json!({ "case": case, "document": print["document"] });
        counter.terminal.call(WindowRole::Officer, "preview_print", request).is_ok()
    });
    assert!(drawn.count() >= 2, "{papers:?}");
}

/// The host of a class that this process started for the station; the window of a story lives in the test's process.
fn host_of(station: &Station, class: &str) -> Option<i32> {
    let own = std::process::id().to_string();
    let folder = station.folder.path().to_string_lossy().into_owned();
    std::fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
        let words = std::fs::read_to_string(entry.path().join("cmdline")).ok()?;
        let words: Vec<&str> = words.split('\0').collect();
        let has = |name: &str, value: &str| words.windows(2).any(|two| two == [name, value]);
        let ours = words.iter().any(|word| word.starts_with(&folder));
        (has("--class", class) && has("--parent", &own) && ours)
            .then(|| entry.file_name().to_string_lossy().parse().ok())?
    })
}

#[test]
fn a_host_that_dies_is_told_as_restarting_and_comes_back() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let state = || line(&counter, "id_card_reader").map(|line| line["state"].clone());
    counter.wait("ready", || (state()? == "ready").then_some(()));
    // The pauses grow with each death in a row, so that one of them is seen.
    let told = counter.wait("restarting", || {
        if let Some(pid) = host_of(&station, "id_card_reader").and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        line(&counter, "id_card_reader").filter(|line| line["state"] == "restarting")
    });
    assert_eq!(told["fault"]["fault"]["code"], "device.host_crashed", "{told}");
    // Nothing else was touched, and it comes back by itself.
    assert_eq!(line(&counter, "scanner").unwrap()["state"], "ready");
    counter.wait("ready again", || (state()? == "ready").then_some(()));
    station.lay("han_proof");
    assert_eq!(test_of(&counter, "id_card_reader")["kind"], "done");
}

#[test]
fn every_fault_of_the_catalogue_comes_to_the_window_with_its_cure() {
    let station = Station::start();
    let library = bad_library(station.folder.path());
    let wished = station.folder.path().join("fault");
    with_devices(&station, "柜台一", |classes| {
        classes["evaluation_pad"] = json!([{
            "driver": "bad", "path": "0", "name": "评价器", "attestation": "virtual", "library": library,
            "settings": { "fault_file": wished },
        }]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    for code in driver_contract::FaultCode::ALL {
        std::fs::write(&wished, code.as_str()).unwrap();
        let end = test_of(&counter, "evaluation_pad");
        let (name, error) = (code.as_str(), &end["error"]);
        assert_eq!((&end["kind"], &error["code"]), (&json!("failed"), &json!(name)), "{end}");
        let fault = driver_contract::Fault::new(*code, driver_contract::DeviceClass::EvaluationPad);
        assert_eq!(error["sentence"], fault.sentence(), "{name}");
        assert_eq!(error["cure"], fault.cure(), "{name}");
        assert!(
            ["clerk", "administrator", "maker"].contains(&error["who"].as_str().unwrap()),
            "{name}: {error}"
        );
    }
}

#[test]
fn a_host_that_takes_long_to_start_is_told_as_starting() {
    let station = Station::start();
    // Longer than a look waits, shorter than a host may take to say that it is there.
    let library = bad_library_that(station.folder.path(), &["-DSLOW=7"]);
    with_devices(&station, "柜台一", |classes| {
        classes["evaluation_pad"] = json!([
            { "driver": "bad", "path": "0", "name": "评价器", "attestation": "virtual", "library": library },
        ]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    let pad = |state: &str| line(&counter, "evaluation_pad").filter(|line| line["state"] == state);
    counter.login("F0001");
    let starting = counter.wait("starting", || pad("starting"));
    assert_eq!((&starting["ready"], &starting["words"]), (&json!(false), &json!("正在启动")), "{starting}");
    // Nobody waits for it.
    counter.wait("the reader beside", || {
        line(&counter, "id_card_reader").filter(|line| line["state"] == "ready")
    });
    let ready = counter.wait("ready", || pad("ready"));
    assert!(ready["fault"].is_null(), "{ready}");
}
