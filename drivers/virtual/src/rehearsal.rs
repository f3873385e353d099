//! A whole counter of virtual devices for training: what each can do, and do wrong, in words, so that a clerk can rehearse
//! every case and every fault.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use image::{Rgb, RgbImage};
use serde::{Deserialize, Serialize};
use skf_virtual::{Control, KeyFault, Keystore};

use crate::caller::{SignFault, VirtualSign};
use crate::camera::{CameraFault, CameraOptions, CameraScene, Laid, VirtualCamera};
use crate::code::VirtualSerialScanner;
use crate::escl::{NetworkScanner, ScannerFault};
use crate::evaluation::VirtualEvaluationPad;
use crate::fingerprint::{SensorLine, SensorTrouble, VirtualFinger};
use crate::receipt::{ReceiptFault, VirtualReceiptPrinter};
use crate::samv::{ReaderFault, VirtualCard, VirtualReader};
use crate::signature::{VirtualFramePad, handwriting};

/// The file in the training folder that holds the scanner's address.
pub const SCANNER_ADDRESS: &str = "scanner.address";
/// Dots of a head for paper of 80 mm.
const SLIP_DOTS: usize = 576;
/// Width and height of the sensor's glass at 500 dpi, in pixels: half an inch, as small sensors have.
const GLASS: (u32, u32) = (256, 288);
/// Samples of the pen in a second, as good pads have them.
const SAMPLES: u32 = 200;
/// What the training scanner of codes reads: the form of an acceptance number, of a station that does not exist.
const SAMPLE_CODE: &str = "https://query.example.invalid/q?n=199990111000020260000010";

/// A card that can be laid on the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingCard {
    /// Names it.
    pub key: String,
    /// What stands on it.
    pub card: VirtualCard,
}

/// Something that a device can be made to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Names it for [`Rehearsal::perform`].
    pub act: String,
    /// For the clerk.
    pub words: String,
    /// It is a fault, or the end of one.
    pub fault: bool,
}

/// A device of the training counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// Its class, as the device contract spells it.
    pub class: String,
    /// The driver that it speaks to, where the counter has other devices of its class beside it; else empty.
    pub driver: String,
    /// What it can do.
    pub acts: Vec<Act>,
}

/// Why an act was not done: a code, and words for a log.
pub type Refusal = (&'static str, String);

/// Devices of a training counter. Dropping it pulls all plugs.
pub struct Rehearsal {
    reader: Arc<VirtualReader>,
    cards: Vec<TrainingCard>,
    pad: VirtualFramePad,
    evaluation: VirtualEvaluationPad,
    scanner: VirtualSerialScanner,
    sign: VirtualSign,
    camera: VirtualCamera,
    document_camera: VirtualCamera,
    network_scanner: NetworkScanner,
    slips: VirtualReceiptPrinter,
    /// Where the fingerprint library's virtual sensor listens while somebody captures.
    finger: PathBuf,
    /// Fingers laid so far: each is another picture.
    fingers: AtomicU64,
    /// Where the virtual key's library finds its keys, and what it is to do wrong.
    key: PathBuf,
}

/// Folder of the virtual key, beside the device files.
pub const KEY_FOLDER: &str = "ukey";
/// Its PIN. Nobody types it: the device page only asks what the key holds.
const KEY_PIN: &str = "11111111";
/// What the test of a key asks first that needs the key itself.
const KEY_ASKED: &str = "SKF_GetPINInfo";
/// Longer than an officer waits without a word, shorter than the driver does.
const KEY_SLOW_MS: u64 = 4000;

fn key_faults() -> [(&'static str, &'static str, Control); 5] {
    let at = |fault: KeyFault, function: &str| Control { fault, function: function.to_owned() };
    [
        ("pulled", "用到一半被拔出", at(KeyFault::Pulled, KEY_ASKED)),
        ("slow", "应答很慢", at(KeyFault::Slow { milliseconds: KEY_SLOW_MS }, KEY_ASKED)),
        ("hang", "没有反应", at(KeyFault::Hang, KEY_ASKED)),
        ("crash", "厂家程序崩溃", at(KeyFault::Crash, KEY_ASKED)),
        ("garbage", "应答的长度不可能", at(KeyFault::AbsurdLength, "")),
    ]
}

/// Plug, as every device has it.
const PLUG: [(&str, &str); 2] = [("unplug", "拔掉插头"), ("plug", "插上插头")];
/// Ends every fault.
const WELL: (&str, &str) = ("well", "恢复正常");

const READER_FAULTS: [(&str, &str, ReaderFault); 8] = [
    ("silent", "读卡器没有应答", ReaderFault::Silent),
    ("slow", "读卡器应答很慢", ReaderFault::Slow { delay_ms: 1500 }),
    ("garbage", "线路上全是乱码", ReaderFault::Garbage { times: 3 }),
    ("checksum", "应答校验错", ReaderFault::Checksum { times: 3 }),
    ("pulled", "读到一半把证拿走", ReaderFault::PullAfterBytes { after: 200 }),
    ("unauthorised", "安全模块没有授权", ReaderFault::SamUnauthorised),
    ("self_test", "安全模块自检不过", ReaderFault::SelfTestFailed),
    ("unreadable", "证件读不出来", ReaderFault::Status { command: 0x3001, status: 0x41, times: 3 }),
];

const SIGN_FAULTS: [(&str, &str, SignFault); 4] = [
    ("mute", "显示了但不出声", SignFault::Mute),
    ("refuse", "拒绝叫号", SignFault::Refuse(3)),
    ("check", "应答校验错", SignFault::Check),
    ("garbage", "应答是乱码", SignFault::Garbage),
];

const CAMERA_FAULTS: [(&str, &str, CameraFault); 5] = [
    ("silent", "没有画面", CameraFault::Silent),
    ("frozen", "画面定住不动", CameraFault::Frozen),
    ("dark", "镜头盖没有打开", CameraFault::Dark),
    ("truncated", "画面残缺", CameraFault::Truncated),
    ("garbage", "画面是乱码", CameraFault::Garbage),
];

const SCANNER_FAULTS: [(&str, &str, ScannerFault); 9] = [
    ("busy", "被别的电脑占用", ScannerFault::Busy),
    ("jam", "卡纸", ScannerFault::Jam(0)),
    ("multipick", "一次进了两张", ScannerFault::Multipick),
    ("lid", "进纸器盖子没合上", ScannerFault::LidOpen),
    ("stopped", "停机待处理", ScannerFault::Stopped),
    ("hang", "扫到一半没有反应", ScannerFault::Hang),
    ("half", "只扫出半页", ScannerFault::HalfPage),
    ("cut", "图像传到一半断了", ScannerFault::CutPicture),
    ("garbage", "应答是乱码", ScannerFault::GarbageXml),
];

const SLIP_FAULTS: [(&str, &str, ReceiptFault); 9] = [
    ("paper_low", "纸卷快用完", ReceiptFault::PaperLow),
    ("paper_out", "缺纸", ReceiptFault::PaperOut),
    ("cover", "上盖打开", ReceiptFault::CoverOpen),
    ("offline", "被人按成脱机", ReceiptFault::Offline),
    ("hot", "打印头过热", ReceiptFault::HeadHot),
    ("cutter", "切刀卡住", ReceiptFault::CutterStuck),
    ("mute", "打出来了但不回话", ReceiptFault::Mute),
    ("hang", "没有反应", ReceiptFault::Hung),
    ("garbage", "应答是乱码", ReceiptFault::Garbage),
];

/// What a hand lays under the document camera.
const LAID: [(&str, &str, Laid); 4] = [
    ("page", "放上一页材料", Laid::Page),
    ("card_front", "放上证件，正面朝上", Laid::CardFront),
    ("card_back", "把证件翻到背面", Laid::CardBack),
    ("nothing", "拿走", Laid::Nothing),
];

const SCORES: [(&str, &str, u8); 5] = [
    ("press_1", "按“非常满意”", 1),
    ("press_2", "按“满意”", 2),
    ("press_3", "按“基本满意”", 3),
    ("press_4", "按“不满意”", 4),
    ("press_5", "按“非常不满意”", 5),
];

/// How a finger is laid on the sensor.
const FINGERS: [(&str, &str); 4] = [
    ("press", "按上手指，清楚"),
    ("dry", "按上太干的手指"),
    ("off_centre", "按偏了"),
    ("failed", "指纹采集器出错"),
];

/// A finger waits so long for the sensor to look: a clerk presses first and begins afterwards.
const FINGER_WAITS: Duration = Duration::from_secs(10);

fn act((act, words): (&str, &str), fault: bool) -> Act {
    Act { act: act.to_owned(), words: words.to_owned(), fault }
}

impl Rehearsal {
    /// Plugs in the pads, scanner, sign and camera beside the reader; their device files appear in `folder`.
    ///
    /// # Errors
    /// A device file cannot be made.
    pub fn start(folder: &Path, reader: Arc<VirtualReader>, cards: Vec<TrainingCard>) -> io::Result<Self> {
        let seeing = |scene| CameraOptions { width: 1280, height: 720, scene, ..CameraOptions::default() };
        let network_scanner = network_scanner(&folder.join(SCANNER_ADDRESS))?;
        network_scanner.lay(sheet(1));
        Ok(Self {
            reader,
            cards,
            network_scanner,
            slips: VirtualReceiptPrinter::on_tty(&folder.join("slip-printer"), SLIP_DOTS)?,
            finger: folder.join("finger"),
            fingers: AtomicU64::default(),
            key: key_in(&folder.join(KEY_FOLDER))?,
            pad: VirtualFramePad::start(&folder.join("signature-pad"))?,
            evaluation: VirtualEvaluationPad::serial(&folder.join("evaluation-pad"))?,
            scanner: VirtualSerialScanner::start(&folder.join("code-scanner"))?,
            sign: VirtualSign::start(&folder.join("queue-sign"))?,
            camera: VirtualCamera::start(&folder.join("camera"), seeing(CameraScene::Pattern))?,
            document_camera: VirtualCamera::start(
                &folder.join("document-camera"),
                seeing(CameraScene::Desk(Laid::Nothing)),
            )?,
        })
    }

    /// What everything here can do.
    #[must_use]
    pub fn devices(&self) -> Vec<Rehearsed> {
        let device = |class: &str, acts: Vec<Act>, faults: Vec<Act>| {
            let plug = PLUG.iter().map(|one| act(*one, true));
            let acts = acts.into_iter().chain(faults).chain(plug).collect();
            Rehearsed { class: class.to_owned(), driver: String::new(), acts }
        };
        let lay = |one: &TrainingCard| Act {
            act: format!("lay:{}", one.key),
            words: format!("放上{}的身份证", one.card.name),
            fault: false,
        };
        let mut cards: Vec<Act> = self.cards.iter().map(lay).collect();
        cards.push(act(("lift", "把证拿走"), false));
        let faults = |list: &[(&str, &str)]| -> Vec<Act> {
            list.iter().chain([&WELL]).map(|one| act(*one, true)).collect()
        };
        let named = |list: Vec<(&'static str, &'static str)>| faults(&list);
        vec![
            device("id_card_reader", cards, named(READER_FAULTS.iter().map(|one| (one.0, one.1)).collect())),
            device(
                "signature_pad",
                vec![act(("write", "写一个签名"), false), act(("done", "按“完成”键"), false)],
                vec![act(("spoilt", "写的时候线路受干扰"), true), act(("refused", "按“我不签”键"), true)],
            ),
            device(
                "evaluation_pad",
                SCORES.iter().map(|one| act((one.0, one.1), false)).collect(),
                vec![act(("garbage", "发出乱码"), true)],
            ),
            device(
                "code_scanner",
                vec![act(("scan", "扫一个受理编号"), false)],
                vec![act(("garbage", "发出乱码"), true)],
            ),
            Rehearsed {
                class: "scanner".to_owned(),
                driver: "escl".to_owned(),
                acts: [("feed", "进纸器放 3 张纸"), ("clear", "取出进纸器里的纸")]
                    .into_iter()
                    .map(|one| act(one, false))
                    .chain(named(SCANNER_FAULTS.iter().map(|one| (one.0, one.1)).collect()))
                    .collect(),
            },
            Rehearsed {
                driver: "escpos-serial".to_owned(),
                ..device("printer", Vec::new(), named(SLIP_FAULTS.iter().map(|one| (one.0, one.1)).collect()))
            },
            Rehearsed {
                class: "fingerprint".to_owned(),
                driver: String::new(),
                acts: FINGERS.iter().map(|one| act(*one, one.0 != "press")).collect(),
            },
            device("ukey", Vec::new(), named(key_faults().iter().map(|one| (one.0, one.1)).collect())),
            device("queue_caller", Vec::new(), named(SIGN_FAULTS.iter().map(|one| (one.0, one.1)).collect())),
            device("camera", Vec::new(), named(CAMERA_FAULTS.iter().map(|one| (one.0, one.1)).collect())),
            device(
                "document_camera",
                LAID.iter().map(|one| act((one.0, one.1), false)).collect(),
                named(CAMERA_FAULTS.iter().map(|one| (one.0, one.1)).collect()),
            ),
        ]
    }

    /// Does an act.
    ///
    /// # Errors
    /// There is no such device or act, or it cannot be done now.
    pub fn perform(&self, class: &str, act: &str) -> Result<(), Refusal> {
        let failed = |error: io::Error| ("virtual.plug_failed", error.to_string());
        match (class, act) {
            ("id_card_reader", "unplug") => self.reader.unplug(),
            ("id_card_reader", "plug") => self.reader.plug().map_err(failed)?,
            ("id_card_reader", act) => self.read(act)?,
            ("signature_pad", "unplug") => self.pad.unplug(),
            ("signature_pad", "plug") => self.pad.plug().map_err(failed)?,
            ("signature_pad", "write") => self.pad.write(&Self::hand()),
            ("signature_pad", "spoilt") => self.pad.write_spoilt(&Self::hand()),
            ("signature_pad", "done") => self.pad.press(1),
            ("signature_pad", "refused") => self.pad.press(3),
            ("evaluation_pad", "unplug") => self.evaluation.unplug(),
            ("evaluation_pad", "plug") => self.evaluation.plug().map_err(failed)?,
            ("evaluation_pad", "garbage") => self.evaluation.send_raw(b"\xaa\x00\x7f\x13\x37"),
            ("evaluation_pad", act) => {
                let key = SCORES.iter().find(|one| one.0 == act).ok_or_else(|| unknown(class, act))?;
                self.evaluation.press(key.2);
            }
            ("code_scanner", "unplug") => self.scanner.unplug(),
            ("code_scanner", "plug") => self.scanner.plug().map_err(failed)?,
            ("code_scanner", "scan") => self.scanner.scan(SAMPLE_CODE.as_bytes()),
            ("code_scanner", "garbage") => self.scanner.send_raw(b"\xff\xfe\x01\x02\r\n"),
            ("fingerprint", act) => self.lay_finger(act)?,
            ("scanner", "feed") => {
                (1..=3).for_each(|number| self.network_scanner.feed(sheet(number), sheet(0)));
            }
            ("scanner", "clear") => self.network_scanner.clear_feeder(),
            ("scanner", "well") => self.network_scanner.set_fault(ScannerFault::None),
            ("scanner", act) => {
                let fault = SCANNER_FAULTS.iter().find(|one| one.0 == act);
                self.network_scanner.set_fault(fault.ok_or_else(|| unknown(class, act))?.2);
            }
            ("printer", "unplug") => self.slips.unplug(),
            ("printer", "plug") => self.slips.plug().map_err(failed)?,
            ("printer", "well") => self.slips.set_fault(ReceiptFault::None),
            ("printer", act) => {
                let fault = SLIP_FAULTS.iter().find(|one| one.0 == act).ok_or_else(|| unknown(class, act))?;
                self.slips.set_fault(fault.2);
            }
            ("ukey", act) => {
                let none = Control { fault: KeyFault::None, function: String::new() };
                let control = match act {
                    "unplug" => Control { fault: KeyFault::Absent, ..none },
                    "plug" | "well" => none,
                    act => {
                        let fault = key_faults().into_iter().find(|one| one.0 == act);
                        fault.ok_or_else(|| unknown(class, act))?.2
                    }
                };
                control.set(&self.key).map_err(failed)?;
            }
            ("queue_caller", "unplug") => self.sign.unplug(),
            ("queue_caller", "plug") => self.sign.plug().map_err(failed)?,
            ("queue_caller", "well") => self.sign.set_fault(SignFault::None),
            ("queue_caller", act) => {
                let fault = SIGN_FAULTS.iter().find(|one| one.0 == act).ok_or_else(|| unknown(class, act))?;
                self.sign.set_fault(fault.2);
            }
            ("camera", act) => film(&self.camera, class, act)?,
            ("document_camera", act) => match LAID.iter().find(|one| one.0 == act) {
                Some((_, _, laid)) => self.document_camera.show(&CameraScene::Desk(*laid)).map_err(failed)?,
                None => film(&self.document_camera, class, act)?,
            },
            _ => return Err(unknown(class, act)),
        }
        Ok(())
    }

    fn read(&self, act: &str) -> Result<(), Refusal> {
        if let Some(key) = act.strip_prefix("lay:") {
            let found = self.cards.iter().find(|one| one.key == key);
            let card = &found.ok_or_else(|| unknown("id_card_reader", act))?.card;
            self.reader.lift();
            return self.reader.lay(card).map_err(|error| (error.code(), error.to_string()));
        }
        match act {
            "lift" => self.reader.lift(),
            "well" => self.reader.set_fault(ReaderFault::None),
            act => {
                let fault = READER_FAULTS.iter().find(|one| one.0 == act);
                self.reader.set_fault(fault.ok_or_else(|| unknown("id_card_reader", act))?.2);
            }
        }
        Ok(())
    }

    /// Lays a finger on the sensor; it lies there until somebody looks.
    fn lay_finger(&self, act: &str) -> Result<(), Refusal> {
        let clear = VirtualFinger::clear(self.fingers.fetch_add(1, Ordering::SeqCst) + 1);
        let finger = match act {
            "press" => Some(clear),
            "dry" => Some(VirtualFinger { ridge: 215, valley: 245, ..clear }),
            "off_centre" => Some(VirtualFinger { centre: (0.22, 0.22), radius: (0.36, 0.36), ..clear }),
            "failed" => None,
            _ => return Err(unknown("fingerprint", act)),
        };
        let socket = self.finger.clone();
        std::thread::spawn(move || -> io::Result<()> {
            let mut line = SensorLine::connect(&socket, FINGER_WAITS)?;
            match finger {
                Some(finger) => line.picture(GLASS.0, GLASS.1, &finger.draw(GLASS.0, GLASS.1)),
                None => line.fail(SensorTrouble::General),
            }
        });
        Ok(())
    }

    fn hand() -> Vec<crate::signature::PenMove> {
        handwriting(VirtualFramePad::FIELD.0, VirtualFramePad::FIELD.1, SAMPLES)
    }
}

/// A scanner on the port that it had before, as windows remember it; where another program has taken that one, on a free
/// one. Its address is written to `file`.
fn network_scanner(file: &Path) -> io::Result<NetworkScanner> {
    let before = std::fs::read_to_string(file).ok();
    let port = before.and_then(|url| url.trim().strip_suffix("/eSCL")?.rsplit_once(':')?.1.parse().ok());
    let scanner = match port {
        Some(port) => NetworkScanner::start(Some(port)).or_else(|_| NetworkScanner::start(None)),
        None => NetworkScanner::start(None),
    }?;
    std::fs::write(file, scanner.url())?;
    Ok(scanner)
}

/// A sheet of A4 at 300 dpi with lines as of text, the more the higher its number; 0 is blank.
fn sheet(number: u32) -> RgbImage {
    // ISO 216: 210 by 297 mm.
    let mut page = RgbImage::from_pixel(2480, 3508, Rgb([250, 250, 248]));
    for line in 0..number * 12 {
        for y in 0..26 {
            for x in 300..(2180 - (line % 5) * 130) {
                // Words: gaps between them.
                if x % 190 > 28 {
                    page.put_pixel(x, 320 + line * 78 + y, Rgb([40, 40, 44]));
                }
            }
        }
    }
    page
}

/// What every camera can do.
fn film(camera: &VirtualCamera, class: &str, act: &str) -> Result<(), Refusal> {
    match act {
        "unplug" => camera.unplug(),
        "plug" => camera.plug().map_err(|error| ("virtual.plug_failed", error.to_string()))?,
        "well" => camera.set_fault(None),
        act => {
            let fault = CAMERA_FAULTS.iter().find(|one| one.0 == act).ok_or_else(|| unknown(class, act))?;
            camera.set_fault(Some(fault.2));
        }
    }
    Ok(())
}

/// A key in the folder: the one that lies there, else a new one.
fn key_in(folder: &Path) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    if Keystore::load(folder).is_err() {
        Keystore::generate("演示密码钥匙", KEY_PIN, "counter").map_err(io::Error::other)?.save(folder)?;
    }
    Control::default().set(folder)?;
    Ok(folder.to_owned())
}

fn unknown(class: &str, act: &str) -> Refusal {
    ("virtual.unknown_act", format!("{class} cannot {act}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samv::ReaderOptions;
    use std::collections::BTreeSet;

    #[test]
    fn every_act_that_is_offered_can_be_done() {
        let folder = tempfile::tempdir().unwrap();
        let options = ReaderOptions { link: Some(folder.path().join("reader")), ..ReaderOptions::default() };
        let reader = Arc::new(VirtualReader::start(options).unwrap());
        let card: VirtualCard = serde_json::from_value(serde_json::json!({
            "name": "演示", "sex_code": "1", "ethnic_group_code": "01", "birth_date": "1990-01-01",
            "address": "演示省江城市", "number": "999901199001010010", "issuing_office": "江城市公安局",
            "valid_from": "2015-01-01", "valid_until": "2035-01-01"
        }))
        .unwrap();
        let cards = vec![TrainingCard { key: "one".into(), card }];
        let counter = Rehearsal::start(folder.path(), reader, cards).unwrap();
        let mut faults = 0;
        for device in counter.devices() {
            let names: BTreeSet<&str> = device.acts.iter().map(|one| one.act.as_str()).collect();
            assert_eq!(names.len(), device.acts.len(), "{}: an act twice", device.class);
            for one in &device.acts {
                counter.perform(&device.class, &one.act).unwrap();
                assert!(!one.words.is_empty());
                faults += usize::from(one.fault);
            }
        }
        assert!(faults > 60, "{faults} faults");
        let refused = counter.perform("id_card_reader", "lay:nobody").unwrap_err();
        assert_eq!(refused.0, "virtual.unknown_act");
        assert_eq!(counter.perform("ukey", "dance").unwrap_err().0, "virtual.unknown_act");
    }
}
