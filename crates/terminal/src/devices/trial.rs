//! The test button of the device page: each device does something real, and the officer sees that it did.

use crate::Terminal;
use crate::error::{Own, Result};
use crate::operation::Stop;
use crate::printing::{Paper, is_roll_printer};
use crate::rpc::request::TryDevice;
use crate::rpc::view::OperationView;
use driver_contract::{
    CallParameters, CardKind, CardReading, ChipCardKind, ColourMode, DeviceClass, DeviceEvent, DeviceInfo,
    EvaluationParameters, Fault, FaultCode, Finger, FingerParameters, HostClient, Outcome, PhotoParameters,
    ScanArea, ScanParameters, ScanSource, SignatureParameters, SpeechParameters, Task, TaskNews, UkeyAnswer,
    UkeyCommand, Word,
};
use serde_json::json;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// Somebody has to fetch a card or find the pen.
const HANDS: Duration = Duration::from_secs(40);
/// Nobody has to do anything.
const ALONE: Duration = Duration::from_secs(60);
/// Many pads have no key for *done*: a pen that rests for so long has finished.
const PEN_RESTS: Duration = Duration::from_secs(2);
/// Enough to see that a page is straight and whole, and quick.
const DPI: u16 = 150;
/// What a queue's sign shows in a test: a number that no ticket has.
const TEST_TICKET: &str = "T000";

impl Terminal {
    /// Lets a device do something real. Nothing of it is kept.
    pub(crate) fn try_device(&self, request: TryDevice) -> Result<OperationView> {
        self.actor()?;
        let device = self.known_device(&request.device)?;
        let host = self.host_of(&device).ok_or(Own::NoDevice)?;
        if device.class == DeviceClass::Printer {
            return self.print_paper_at(request.command, self.test_page(&device)?, (host, device));
        }
        let (mut task, title, limit) = trial(device.class).ok_or(Own::NoDevice)?;
        self.begin(None, title, move |terminal, id, stop| {
            terminal.progress(id, title);
            // The scanner is listened to all the time: its test is the next code.
            if let Some(code) = Some(device.class)
                .filter(|class| *class == DeviceClass::CodeScanner)
                .and_then(|_| terminal.next_code())
            {
                return try_watched_scanner(&code, &device, limit, stop);
            }
            if let Task::Sign(wanted) = &mut task {
                let screen = terminal.signing_screen(&host, &device, &wanted.title, &wanted.text);
                wanted.screen = screen.unwrap_or_default();
            }
            terminal.try_task(&host, &device, task, limit, id, stop)
        })
    }

    fn try_task(
        &self,
        host: &HostClient,
        device: &DeviceInfo,
        task: Task,
        limit: Duration,
        operation: &str,
        stop: &Stop,
    ) -> Result<String> {
        let endless = task.is_endless();
        let end = Instant::now() + limit;
        let mut running = host.begin(&device.id, task, limit)?;
        let (mut points, mut page, mut code) = (0, None, None);
        // When the pen was last at work, until the pad was told that it is enough.
        let mut wrote: Option<Instant> = None;
        loop {
            if stop.requested() || (endless && (code.is_some() || Instant::now() > end)) {
                running.cancel();
            }
            if wrote.is_some_and(|at| at.elapsed() > PEN_RESTS) {
                wrote = None;
                running.tell(Word::Finish);
            }
            match running.next(Duration::from_millis(100)) {
                Some(TaskNews::Page(one)) => {
                    page = Some(format!("{} × {} 点", one.header.width, one.header.height));
                }
                Some(TaskNews::Picture(one)) => {
                    page = Some(format!("{} × {} 点", one.header.size.width, one.header.size.height));
                }
                Some(TaskNews::Event(DeviceEvent::Strokes(stroke))) => {
                    points += stroke.len();
                    wrote = Some(Instant::now());
                    self.progress(operation, format!("已收到 {points} 个笔迹点，停笔两秒就算写完"));
                }
                Some(TaskNews::Event(DeviceEvent::CodeRead(read))) => code = Some(read.text.chars().count()),
                Some(TaskNews::Ended(Err(fault))) => return Err(fault.into()),
                Some(TaskNews::Ended(Ok(outcome))) => return told(&outcome, page, code, device),
                Some(TaskNews::Event(_)) | None => {}
            }
        }
    }

    fn test_page(&self, device: &DeviceInfo) -> Result<Paper> {
        let store = self.store()?;
        let actor = self.actor()?;
        let current = self.contents.current(&store)?;
        let unit = current.roster.unit(&actor.post.unit).map(|one| one.name.clone()).unwrap_or_default();
        let now = self.clock.now();
        let data = json!({
            "unit": unit,
            "counter": self.settings.profile,
            "printer": device.name,
            "printed_at": crate::forms::moment(now.trusted),
            "demo": self.settings.demo,
        });
        let roll = is_roll_printer(device);
        let template = if roll { "test-page-roll" } else { "test-page" };
        Ok(Paper { template, title: "打印测试页", data, now, roll })
    }
}

fn try_watched_scanner(
    code: &Receiver<usize>,
    device: &DeviceInfo,
    limit: Duration,
    stop: &Stop,
) -> Result<String> {
    let end = Instant::now() + limit;
    while !stop.requested() && Instant::now() < end {
        if let Ok(length) = code.recv_timeout(Duration::from_millis(100)) {
            return Ok(code_words(length));
        }
    }
    let code = if stop.requested() { FaultCode::Cancelled } else { FaultCode::NoCode };
    Err(Fault::new(code, device.class).at(&device.id).into())
}

fn code_words(length: usize) -> String {
    format!("扫到一个 {length} 个字的码，扫码枪正常。")
}

/// What a device of the class is to do, in words for the officer, and how long it may take.
fn trial(class: DeviceClass) -> Option<(Task, &'static str, Duration)> {
    Some(match class {
        DeviceClass::IdCardReader => {
            (Task::ReadCard { fingerprint: false }, "请放一张身份证在读卡器上", HANDS)
        }
        DeviceClass::Scanner => {
            let (source, mode) = (ScanSource::Flatbed, ColourMode::Gray);
            let parameters =
                ScanParameters { source, mode, dpi: DPI, area: Some(ScanArea::A4), max_pages: Some(1) };
            (Task::Scan(parameters), "正在扫描一页", ALONE)
        }
        DeviceClass::SignaturePad => {
            let parameters = SignatureParameters {
                title: "签字测试".to_owned(),
                text: "这是一次测试，签字不会保存。".to_owned(),
                screen: Vec::new(),
                idle_ms: 30_000,
            };
            (Task::Sign(parameters), "请在签字板上随便写几笔", HANDS)
        }
        DeviceClass::Fingerprint => {
            let parameters = FingerParameters { finger: Finger::RightThumb, image: 1 };
            (Task::CaptureFinger(parameters), "请把手指按在指纹采集器上", HANDS)
        }
        DeviceClass::Camera | DeviceClass::DocumentCamera => {
            (Task::TakePhoto(PhotoParameters { size: None, settings: Vec::new() }), "正在拍一张", ALONE)
        }
        DeviceClass::EvaluationPad => {
            let prompt = "测试：请按任意一个评价键".to_owned();
            (Task::Evaluate(EvaluationParameters { prompt }), "请在评价器上按一个键", HANDS)
        }
        DeviceClass::CodeScanner => (Task::WatchCodes, "请用扫码枪扫任意一个码", HANDS),
        DeviceClass::ChipCardReader => (Task::ReadChip, "请插入一张社会保障卡", HANDS),
        DeviceClass::Ukey => (Task::Ukey(UkeyCommand::Describe), "正在查看密码钥匙", ALONE),
        DeviceClass::QueueCaller => {
            let (ticket, window) = (TEST_TICKET.to_owned(), "测试".to_owned());
            (Task::Call(CallParameters { ticket, window, again: false }), "正在叫一个测试号", ALONE)
        }
        DeviceClass::Speaker => {
            let text = "这是语音测试，声音清楚就可以使用。".to_owned();
            (Task::Speak(SpeechParameters { text }), "正在播放一句话", ALONE)
        }
        _ => return None,
    })
}

/// What came of it, without anything of the person whose card or finger it was.
fn told(outcome: &Outcome, page: Option<String>, code: Option<usize>, device: &DeviceInfo) -> Result<String> {
    let page = page.unwrap_or_default();
    Ok(match outcome {
        Outcome::Card(reading) => format!("读到了一张{}，芯片和读卡器都正常。", kind_words(reading)),
        Outcome::Scanned { .. } => format!("扫到了一页，{page}。"),
        Outcome::Signature(reading) => format!("收到 {} 个笔迹点，签字板正常。", reading.points.len()),
        Outcome::Finger(reading) => match reading.quality {
            Some(quality) => format!("采到一枚指纹，{page}，质量 {quality} 分。"),
            None => format!("采到一枚指纹，{page}。"),
        },
        Outcome::Photo(_) => format!("拍到一张，{page}。"),
        Outcome::Evaluated(reading) => format!("收到评价：{} 级。", reading.score),
        Outcome::Stopped => match code {
            Some(length) => code_words(length),
            None => return Err(Fault::new(FaultCode::NoCode, device.class).at(&device.id).into()),
        },
        Outcome::Chip(reading) => match reading.kind {
            ChipCardKind::SocialSecurity => "读到了一张社会保障卡。".to_owned(),
            ChipCardKind::Unknown => "卡片有应答，但不是本机认识的卡。".to_owned(),
        },
        Outcome::Ukey(UkeyAnswer::Description { containers, tries_left, .. }) => {
            format!("密码钥匙有 {} 个证书容器，口令还可以试 {tries_left} 次。", containers.len())
        }
        Outcome::Announced => "已播放，请确认听到或看到了。".to_owned(),
        _ => return Err(Own::ProgramFault.into()),
    })
}

fn kind_words(reading: &CardReading) -> &'static str {
    match reading.kind {
        CardKind::Resident => "居民身份证",
        CardKind::HongKongMacaoTaiwan => "港澳台居民居住证",
        CardKind::PermanentResident2017 | CardKind::PermanentResident2023 => "外国人永久居留身份证",
    }
}
