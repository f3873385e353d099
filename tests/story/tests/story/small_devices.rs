//! Fingerprint sensor, evaluation pad, queue caller and slip printer in the hands of an officer.

use crate::counter::Counter;
use crate::devices::{line, with_devices};
use crate::matters::open;
use crate::station::Station;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use terminal::rpc::WindowRole;
use uuid::Uuid;
use virtual_devices::caller::{SignFault, VirtualSign};
use virtual_devices::evaluation::VirtualEvaluationPad;
use virtual_devices::fingerprint::{SensorLine, VirtualFinger};
use virtual_devices::receipt::VirtualReceiptPrinter;

/// Longer than any of these devices needs on a busy PC.
const LIMIT: Duration = Duration::from_secs(60);
/// The glass of the virtual sensor, in pixels.
const GLASS: (u32, u32) = (256, 288);

/// A proof that is handed in.
fn handed_in(station: &Station, counter: &Counter) -> String {
    let case = open(station, counter, "K07", "han_proof");
    counter.answer(&case, "already_proved", "no");
    let fields = [
        ("use.purpose", "办理公证"),
        ("use.receiving_unit", "江城市城关区公证处"),
        ("applicant.phone", "19900000008"),
    ];
    counter.fill(&case, &fields);
    counter.look_up(&case, "applicant");
    counter.sign(&case, "applicant");
    assert_eq!(counter.case(&case)["evaluation"]["possible"], false, "nothing was done yet");
    counter.act("submit_case", json!({ "case": case }));
    case
}

fn applicant(counter: &Counter) -> Value {
    counter.terminal.call(WindowRole::Applicant, "applicant", Value::Null).unwrap()["mode"].clone()
}

fn press(counter: &Counter, release: &Value, score: u8) -> Result<Value, String> {
    let request = json!({ "release": release, "score": score });
    counter.terminal.call(WindowRole::Applicant, "submit_evaluation", request).map_err(|error| error.code)
}

#[test]
fn the_citizen_rates_on_the_screen_and_the_officer_sees_only_that_he_did() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = handed_in(&station, &counter);
    let view = counter.ask("request_evaluation", json!({ "case": case }));
    assert_eq!(view["evaluation"], json!({ "possible": true, "asked": true, "given": false }));
    let mode = applicant(&counter);
    assert_eq!((&mode["kind"], &mode["pad"]), (&json!("evaluate"), &json!(false)));
    // Neither a level that does not exist nor an answer to another question counts.
    assert_eq!(press(&counter, &mode["release"], 9).unwrap_err(), "WRONG_VALUE");
    assert_eq!(press(&counter, &json!("another"), 5).unwrap_err(), "NOTHING_RELEASED");
    press(&counter, &mode["release"], 2).unwrap();
    assert_eq!(applicant(&counter)["kind"], "thanks");
    assert_eq!(press(&counter, &mode["release"], 5).unwrap_err(), "NOTHING_RELEASED");

    let view = counter.case(&case);
    assert_eq!(view["evaluation"], json!({ "possible": false, "asked": false, "given": true }));
    let words: Vec<&str> =
        view["trail"].as_array().unwrap().iter().map(|one| one["words"].as_str().unwrap()).collect();
    assert_eq!(words.last(), Some(&"群众已评价"));
    let refused = counter.terminal.call(WindowRole::Officer, "request_evaluation", json!({ "case": case }));
    assert_eq!(refused.unwrap_err().code, "ALREADY_EVALUATED");
    counter.drained();
}

#[test]
fn the_pad_and_the_screen_wait_together_and_the_first_answer_counts() {
    let station = Station::start();
    let path = station.folder.path().join("evaluation-pad");
    let pad = VirtualEvaluationPad::serial(&path).unwrap();
    with_devices(&station, "柜台一", |classes| {
        classes["evaluation_pad"] = json!([{ "driver": "evaluation-frames", "path": path, "name": "评价器",
            "attestation": "virtual", "settings": { "model": "evaluation-serial" } }]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    counter.wait("the pad", || line(&counter, "evaluation_pad").filter(|line| line["state"] == "ready"));
    let case = handed_in(&station, &counter);

    // Taken back: the pad rests, and a late key is nobody's answer.
    counter.ask("request_evaluation", json!({ "case": case }));
    assert_eq!(applicant(&counter)["pad"], true);
    assert!(pad.wait_until_asked(1, LIMIT));
    counter.ask("take_back_release", json!({ "case": case }));
    counter.wait("the pad at rest", || (pad.times_rested() >= 1).then_some(()));
    pad.press(5);
    assert_eq!(counter.case(&case)["evaluation"]["given"], false);

    // The key on the pad ends it on the screen too.
    counter.ask("request_evaluation", json!({ "case": case }));
    let release = applicant(&counter)["release"].clone();
    assert!(pad.wait_until_asked(2, LIMIT));
    assert_eq!(
        counter.case(&case)["evaluation"]["given"],
        false,
        "the late key was no answer to this either"
    );
    pad.press(1);
    counter.wait("the answer", || {
        (counter.case(&case)["evaluation"]["given"] == true && applicant(&counter)["kind"] == "thanks")
            .then_some(())
    });
    assert_eq!(press(&counter, &release, 5).unwrap_err(), "NOTHING_RELEASED");

    // At the end of the case the other visit is rated; the pad is pulled, the screen remains.
    counter.act("withdraw_case", json!({ "case": case, "reason": "申请人不办了" }));
    counter.ask("request_evaluation", json!({ "case": case }));
    assert!(pad.wait_until_asked(3, LIMIT));
    pad.unplug();
    counter.wait("the screen alone", || (applicant(&counter)["pad"] == false).then_some(()));
    press(&counter, &applicant(&counter)["release"], 4).unwrap();
    assert_eq!(counter.case(&case)["evaluation"]["given"], true);
    counter.drained();
}

#[test]
fn the_queue_is_called_and_a_call_counts_when_the_sign_has_said_so() {
    let station = Station::start();
    let path = station.folder.path().join("sign");
    let sign = VirtualSign::start(&path).unwrap();
    with_devices(&station, "柜台一", |classes| {
        classes["queue_caller"] = json!([{ "driver": "caller-frames", "path": path, "name": "叫号屏",
            "attestation": "virtual", "settings": { "model": "caller-sign" } }]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let queue = || counter.ask("queue", json!({}));
    counter.wait("the sign", || (!queue().is_null()).then_some(()));
    assert_eq!((&queue()["ticket"], &queue()["next"]), (&Value::Null, &json!("")));
    let call = |ticket: &str| {
        counter.ask("call_ticket", json!({ "ticket": ticket }));
        counter.wait("the end of the call", || {
            let now = queue();
            (now["state"]["kind"] != "calling").then_some(now)
        })
    };
    let refused = counter.terminal.call(WindowRole::Officer, "call_ticket", json!({ "ticket": "甲一" }));
    assert_eq!(refused.unwrap_err().code, "TICKET_UNREADABLE");

    let first = call("a007");
    assert_eq!(
        (&first["ticket"], &first["times"], &first["next"]),
        (&json!("A007"), &json!(1), &json!("A008"))
    );
    assert_eq!(call("A007")["times"], 2, "called once more");
    let shown = sign.shown();
    assert_eq!(shown.len(), 2, "{shown:?}");
    let passed = counter.ask("pass_ticket", json!({}));
    assert_eq!((&passed["state"]["kind"], &passed["passed"]), (&json!("passed"), &json!(["A007"])));

    // What the sign does not confirm is not said to be called.
    sign.set_fault(SignFault::Refuse(3));
    let unheard = call("A008");
    assert_eq!((&unheard["state"]["kind"], &unheard["times"]), (&json!("unconfirmed"), &json!(0)));
    assert!(unheard["state"]["words"].as_str().unwrap().chars().count() > 8, "{unheard}");
    sign.set_fault(SignFault::None);
    assert_eq!(call("A008")["times"], 1);

    // The window begins anew and knows where the queue is.
    drop(counter);
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let again = counter
        .wait("the sign again", || Some(counter.ask("queue", json!({}))).filter(|queue| !queue.is_null()));
    assert_eq!(
        (&again["ticket"], &again["next"], &again["passed"]),
        (&json!("A008"), &json!("A009"), &json!(["A007"]))
    );
}

#[test]
fn where_slips_are_chosen_receipts_come_out_as_slips_and_forms_on_sheets() {
    let station = Station::start();
    let slips = VirtualReceiptPrinter::on_tcp(576).unwrap();
    let path = slips.address();
    with_devices(&station, "柜台一", |classes| {
        let entry =
            json!({ "driver": "escpos-tcp", "path": path, "name": "小票打印机", "attestation": "virtual" });
        classes["printer"].as_array_mut().unwrap().push(entry);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let device = json!(format!("escpos-tcp:{path}"));
    counter.wait("the slip printer", || {
        let devices = counter.ask("devices", json!({}))["devices"].as_array().unwrap().clone();
        devices.into_iter().find(|line| line["device"]["id"] == device && line["state"] == "ready")
    });
    counter.ask("choose_device", json!({ "device": device }));
    let case = crate::birth::take_in(&station, &counter);
    counter.act("submit_case", json!({ "case": case }));
    counter.print(&case, "receipt");
    let printed = slips.slips();
    let [slip] = printed.as_slice() else { panic!("one slip: {}", printed.len()) };
    // Ten centimetres and more, with characters on it.
    assert!((800..2080).contains(&slip.height()), "{}", slip.height());
    let picture = slip.picture();
    let black = picture.pixels().filter(|pixel| pixel.0[0] == 0).count();
    assert!(black * 100 > 3 * picture.pixels().len(), "{black} dots");
    assert!(station.printer.documents().unwrap().is_empty(), "nothing for the printer of sheets yet");

    counter.print(&case, "application");
    assert_eq!(slips.slips().len(), 1);
    assert_eq!(station.printer.documents().unwrap().len(), 1, "a form is no slip");
    let view = counter.case(&case);
    let printers: Vec<&str> = view["prints"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["printed"][0]["printer"].as_str())
        .collect();
    assert!(printers.contains(&"小票打印机") && printers.len() == 2, "{printers:?}");
    counter.drained();
}

/// A counter with the fingerprint library's virtual sensor, and a renewal that needs fingerprints.
struct Fingers {
    counter: Counter,
    case: String,
    socket: PathBuf,
    laid: u64,
    _station: Station,
}

impl Fingers {
    fn start() -> Self {
        let station = Station::start();
        let socket = station.folder.path().join("finger");
        let path = station.folder.path().join("柜台一.json");
        let mut file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        file["virtual_finger"] = json!(socket);
        file["classes"]["fingerprint"] = json!([{ "driver": "libfprint", "path": "virtual_image",
            "name": "指纹采集器", "attestation": "virtual" }]);
        std::fs::write(&path, file.to_string()).unwrap();
        let counter = Counter::new(station.terminal("柜台一"));
        counter.login("F0001");
        counter.wait("the sensor", || line(&counter, "fingerprint").filter(|line| line["state"] == "ready"));
        let case = open(&station, &counter, "ID-RENEW", "feng_expired");
        Self { counter, case, socket, laid: 0, _station: station }
    }

    fn begin(&self) -> Value {
        let request = json!({ "command": Uuid::now_v7(), "case": self.case });
        self.counter.ask("take_fingerprints", request)["id"].clone()
    }

    fn progress(&self, operation: &Value, words: &str) -> Value {
        self.counter.wait(words, || {
            let now = self.counter.ask("operation", json!({ "operation": operation }));
            assert!(now["end"].is_null(), "{now}");
            now["progress"].as_str().unwrap().contains(words).then_some(now)
        })
    }

    fn lay(&mut self, finger: &VirtualFinger) {
        self.laid += 1;
        let drawn = VirtualFinger { seed: self.laid, ..finger.clone() }.draw(GLASS.0, GLASS.1);
        let mut line = SensorLine::connect(&self.socket, LIMIT).unwrap();
        line.picture(GLASS.0, GLASS.1, &drawn).unwrap();
    }

    fn says(&self, operation: &Value, choice: &str) {
        self.counter.ask("proceed_operation", json!({ "operation": operation, "choice": choice }));
    }

    fn state(&self) -> Value {
        self.counter.case(&self.case)["fingerprints"].clone()
    }
}

#[test]
fn fingers_are_taken_in_order_with_a_stand_in_for_one_that_is_injured() {
    let mut desk = Fingers::start();
    let before = desk.state();
    assert_eq!((&before["state"], &before["sensor"]), (&json!("missing"), &json!(true)));
    let missing =
        |view: &Value| view["missing"].as_array().unwrap().iter().any(|one| one["kind"] == "fingerprints");
    assert!(missing(&desk.counter.case(&desk.case)));

    let operation = desk.begin();
    let now = desk.progress(&operation, "请按右手拇指，第 1 张，共 3 张");
    let choices: Vec<&str> =
        now["choices"].as_array().unwrap().iter().map(|one| one["words"].as_str().unwrap()).collect();
    assert_eq!(choices, ["右手拇指受伤", "右手拇指缺失"]);
    desk.says(&operation, "injured");
    desk.progress(&operation, "请按右手食指，第 1 张");
    // A finger that the sensor cannot use is said to be so, and tried again.
    desk.lay(&VirtualFinger { ridge: 215, valley: 245, ..VirtualFinger::clear(0) });
    desk.progress(&operation, "干");
    for (finger, image) in
        [("右手食指", 1), ("右手食指", 2), ("右手食指", 3), ("左手拇指", 1), ("左手拇指", 2), ("左手拇指", 3)]
    {
        desk.progress(&operation, &format!("请按{finger}，第 {image} 张"));
        desk.lay(&VirtualFinger::clear(0));
    }
    let end = desk.counter.wait("the end", || {
        let now = desk.counter.ask("operation", json!({ "operation": operation }));
        (!now["end"].is_null()).then(|| now["end"].clone())
    });
    assert_eq!(end, json!({ "kind": "done", "words": "指纹已采集，共 6 张" }));
    let after = desk.state();
    assert_eq!(after["state"], "taken");
    assert_eq!(after["words"], "右手食指 3 张，左手拇指 3 张，右手拇指受伤");
    assert!(!missing(&desk.counter.case(&desk.case)));
    desk.counter.drained();
}

#[test]
fn a_capture_that_is_stopped_leaves_nothing_and_a_reason_can_stand_in_its_place() {
    let mut desk = Fingers::start();
    let operation = desk.begin();
    desk.progress(&operation, "请按右手拇指，第 1 张");
    desk.lay(&VirtualFinger::clear(0));
    desk.progress(&operation, "第 2 张");
    desk.counter.ask("cancel_operation", json!({ "operation": operation }));
    desk.counter.wait("the end", || {
        let now = desk.counter.ask("operation", json!({ "operation": operation }));
        (now["end"]["kind"] == "cancelled").then_some(())
    });
    assert_eq!(desk.state()["state"], "missing");
    let empty = json!({ "case": desk.case, "reason": " " });
    assert_eq!(desk.counter.refused("omit_fingerprints", empty), "REASON_MISSING");
    desk.counter.act("omit_fingerprints", json!({ "case": desk.case, "reason": "双手受伤" }));
    assert_eq!((&desk.state()["state"], &desk.state()["words"]), (&json!("omitted"), &json!("双手受伤")));
    // They can still be taken.
    let operation = desk.begin();
    desk.progress(&operation, "请按右手拇指，第 1 张");
    desk.counter.ask("cancel_operation", json!({ "operation": operation }));
}
