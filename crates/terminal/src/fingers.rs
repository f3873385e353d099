//! Taking fingerprints: the rule says which finger comes next and when a picture is good enough; the officer says what no
//! sensor can know, that a finger is missing or injured, or why its lines are faint.

use crate::Terminal;
use crate::card::cancelled;
use crate::devices::prompt::Prompt;
use crate::devices::waiting::{LOOK, run_while};
use crate::error::{Own, Result};
use crate::operation::Stop;
use crate::rpc::ChangeSource;
use crate::rpc::request::{OmitFingerprints, TakeFingerprints};
use crate::rpc::view::{CaseView, FingerprintState, FingerprintsView, OperationView};
use crate::scanning::picture_of;
use domain::case::{Case, FingerprintRecord};
use domain::command::Command;
use domain::event::{Fingerprint, Reading, SetAsideFinger};
use domain::fingerprint::{
    Comparison, Finger, FingerCapture, FingerPicture, FingerReason, FingerRefusal, FingerStep, Judged,
    WeakReason, pictures_of,
};
use domain::ids::{CaseId, ContentHash};
use domain::matter::{FingerprintDemand, MatterDefinition};
use domain::refusal::Refusal;
use driver_contract::{
    DeviceClass, DeviceInfo, Fault, FaultCode, FingerParameters, HostClient, Outcome, ReceivedPage, Task,
    TaskNews,
};
use gm::sm3;
use image::ImageFormat;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::time::Duration;

/// A finger that is not laid on for so long will not be: the officer begins again, or sets it aside.
const FINGER_LIMIT: Duration = Duration::from_secs(120);

/// What an officer can say of a finger, and of faint lines.
const REASONS: [FingerReason; 2] = [FingerReason::Injured, FingerReason::Missing];
const FAINT: [WeakReason; 3] = [WeakReason::Worn, WeakReason::Skin, WeakReason::Age];

/// How a try ended.
enum Tried {
    /// A picture came: its PNG, and how it was taken.
    Came { png: Vec<u8>, quality: Option<u8>, reading: Reading },
    /// The officer said something instead.
    Said(String),
    /// The sensor could not use what lay on it: why, and what to do.
    Again(String),
}

struct Taking<'a> {
    terminal: &'a Terminal,
    host: &'a HostClient,
    device: &'a DeviceInfo,
    operation: &'a str,
    stop: &'a Stop,
    capture: FingerCapture,
    /// The pictures that came, by the SM3 of their files.
    pictures: BTreeMap<String, (Vec<u8>, Reading)>,
    /// What the last try came to.
    note: String,
}

impl Taking<'_> {
    /// Goes through the capture to its end.
    fn run(&mut self) -> Result<()> {
        loop {
            match self.capture.next() {
                FingerStep::Capture { finger, image, attempt } => {
                    let images = self.capture.rule().images;
                    let words = format!("请按{}，第 {image} 张，共 {images} 张", finger.words());
                    let words = if attempt > 1 { format!("{words}（第 {attempt} 次）") } else { words };
                    self.terminal.progress(self.operation, format!("{}{words}", self.note));
                    self.offer(finger, &[]);
                    match self.press(finger, image)? {
                        Tried::Said(choice) => self.set_aside(finger, &choice),
                        Tried::Again(why) => self.note = why,
                        Tried::Came { png, quality, reading } => self.judge(png, quality, reading),
                    }
                }
                FingerStep::Settle { finger, best, .. } => {
                    let words = format!("{}几次都不清楚，最好的一张 {best} 分，请选原因", finger.words());
                    self.terminal.progress(self.operation, words);
                    self.offer(finger, &FAINT);
                    let choice = self.choice()?;
                    match FAINT.iter().find(|one| name(*one) == choice) {
                        Some(reason) => drop(self.capture.keep_best(*reason)),
                        None => self.set_aside(finger, &choice),
                    }
                    self.note.clear();
                }
                FingerStep::Complete | FingerStep::NoFingerLeft { .. } => return Ok(()),
            }
        }
    }

    fn offer(&self, finger: Finger, faint: &[WeakReason]) {
        let faint = faint.iter().map(|one| (name(one), format!("用最好的一张：{}", one.words())));
        let aside = REASONS.iter().map(|one| (name(one), format!("{}{}", finger.words(), one.words())));
        let choices: Vec<(String, String)> = faint.chain(aside).collect();
        let choices: Vec<(&str, String)> =
            choices.iter().map(|(choice, words)| (choice.as_str(), words.clone())).collect();
        self.terminal.operation_offers(self.operation, &choices);
    }

    /// The next finger of the hand stands in for one that gives no picture.
    fn set_aside(&mut self, finger: Finger, choice: &str) {
        if let Some(reason) = REASONS.into_iter().find(|one| name(one) == choice) {
            let _ = self.capture.put_aside(finger, reason);
            self.note = format!("{}{}，换一枚。", finger.words(), reason.words());
        }
    }

    fn judge(&mut self, png: Vec<u8>, quality: Option<u8>, reading: Reading) {
        let named = ContentHash(sm3(&png).0).to_hex();
        let picture = FingerPicture { sm3: named.clone(), quality };
        let scored = quality.map_or_else(String::new, |quality| format!("，质量 {quality} 分"));
        // No open library compares two fingers; a maker's would be asked here.
        self.note = match self.capture.take(picture, |_, _| Comparison::Unknown) {
            Ok(Judged::Taken) => format!("已采到{scored}。"),
            Ok(Judged::Weak) => format!("不够清楚{scored}，请擦干净再按。"),
            Err(FingerRefusal::SamePicture) => "和前面一张完全一样，请抬起手指再按。".to_owned(),
            Err(FingerRefusal::SameFinger(other)) => {
                format!("按的是采过的{}，请换手指。", other.words())
            }
            Err(_) => "这一张没有用上，请再按。".to_owned(),
        };
        self.pictures.insert(named, (png, reading));
    }

    /// One try: a picture of the finger, or a word of the officer.
    fn press(&self, finger: Finger, image: u8) -> Result<Tried> {
        let wished = FingerParameters { finger: contract(finger), image };
        let task = (Task::CaptureFinger(wished), FINGER_LIMIT);
        let said = RefCell::new(None);
        let mut page: Option<ReceivedPage> = None;
        let wanted = || {
            if said.borrow().is_none() {
                *said.borrow_mut() = self.stop.chosen();
            }
            !self.stop.requested() && said.borrow().is_none()
        };
        let ended = run_while(self.host, &self.device.id, task, wanted, |_, news| {
            if let Some(TaskNews::Page(came)) = news {
                page = Some(came);
            }
        });
        let ended = match ended {
            // Too dry, beside the middle, moved: the next try may do.
            Err(fault) if of_the_finger(&fault) => {
                return Ok(Tried::Again(format!("{}{}", fault.sentence(), fault.cure())));
            }
            ended => ended?,
        };
        match (ended, page, said.into_inner()) {
            (None, _, Some(choice)) => Ok(Tried::Said(choice)),
            (None, _, None) => Err(cancelled(self.device)),
            (Some(Outcome::Finger(reading)), Some(page), _) => {
                let mut png = Cursor::new(Vec::new());
                picture_of(&page)?
                    .write_to(&mut png, ImageFormat::Png)
                    .map_err(|_| Own::PictureUnreadable)?;
                let taken = self.terminal.reading_from(&page.provenance, ContentHash(sm3(&page.bytes).0));
                Ok(Tried::Came { png: png.into_inner(), quality: reading.quality, reading: taken })
            }
            _ => Err(Own::ProgramFault.into()),
        }
    }

    /// Waits for a word of the officer.
    fn choice(&self) -> Result<String> {
        loop {
            if self.stop.requested() {
                return Err(cancelled(self.device));
            }
            if let Some(choice) = self.stop.chosen() {
                return Ok(choice);
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl Terminal {
    pub(crate) fn take_fingerprints(&self, request: TakeFingerprints) -> Result<OperationView> {
        self.actor()?;
        let demand = self.fingerprint_demand(request.case)?;
        self.begin(Some(request.case), "正在采集指纹", move |terminal, operation, stop| {
            let (host, device) = terminal.device(DeviceClass::Fingerprint)?;
            let (capture, pictures) = (FingerCapture::new(demand.rule), BTreeMap::new());
            let (host, device) = (&*host, &device);
            let note = String::new();
            let mut taking = Taking { terminal, host, device, operation, stop, capture, pictures, note };
            terminal.prompt(Prompt::PressFinger);
            taking.run()?;
            terminal.operation_offers(operation, &[]);
            let mut prints = Vec::new();
            for taken in taking.capture.taken() {
                let (png, reading) = taking.pictures.remove(&taken.picture.sm3).ok_or(Own::ProgramFault)?;
                prints.push(Fingerprint {
                    finger: taken.finger,
                    image: taken.image,
                    picture: terminal.keep_blob(request.case, &png, "image/png")?,
                    quality: taken.picture.quality,
                    weak: taken.weak,
                    reading,
                });
            }
            let aside = taking.capture.set_aside().iter();
            let set_aside = aside.map(|(finger, reason)| SetAsideFinger { finger: *finger, reason: *reason });
            let words = format!("指纹已采集，共 {} 张", prints.len());
            let wish =
                Command::TakeFingerprints { person: demand.person, prints, set_aside: set_aside.collect() };
            terminal.act(request.case, request.command, wish, "采集指纹")?;
            terminal.changed(ChangeSource::Device, [format!("case:{}", request.case)]);
            Ok(words)
        })
    }

    fn fingerprint_demand(&self, case: CaseId) -> Result<FingerprintDemand> {
        let loaded = self.load_case(case)?;
        let demand = loaded.definition.fingerprints.clone().filter(|one| one.applies(&loaded.case));
        Ok(demand.ok_or_else(|| Refusal::UnknownName { name: "fingerprints".to_owned() })?)
    }

    pub(crate) fn omit_fingerprints(&self, request: OmitFingerprints) -> Result<CaseView> {
        let person = self.fingerprint_demand(request.case)?.person;
        let wish = Command::OmitFingerprints { person, reason: request.reason };
        self.act(request.case, request.command, wish, "不采集指纹")?;
        self.case_view(request.case)
    }

    /// How it stands with the fingerprints that the matter asks for.
    pub(crate) fn fingerprints_view(
        &self,
        definition: &MatterDefinition,
        case: &Case,
    ) -> Option<FingerprintsView> {
        let demand = definition.fingerprints.as_ref().filter(|one| one.applies(case))?;
        let lines = self.device_lines();
        let sensor = lines.iter().any(|one| one.device.class == DeviceClass::Fingerprint && one.ready);
        let (state, words) = match case.fingerprints.get(&demand.person) {
            None => (
                FingerprintState::Missing,
                format!("{} 枚，每枚 {} 张", demand.rule.fingers, demand.rule.images),
            ),
            Some(FingerprintRecord::Omitted { reason, .. }) => (FingerprintState::Omitted, reason.clone()),
            Some(FingerprintRecord::Taken { prints, set_aside, .. }) => {
                (FingerprintState::Taken, taken_words(prints, set_aside))
            }
        };
        Some(FingerprintsView {
            person: demand.person,
            label: definition.person_words(demand.person).to_owned(),
            state,
            words,
            sensor,
        })
    }
}

/// Which fingers were taken, and which were not and why.
fn taken_words(prints: &[Fingerprint], set_aside: &[SetAsideFinger]) -> String {
    let taken = pictures_of(prints.iter().map(|one| one.finger));
    let taken = taken.iter().map(|(finger, count)| format!("{} {count} 张", finger.words()));
    let aside = set_aside.iter().map(|one| format!("{}{}", one.finger.words(), one.reason.words()));
    taken.chain(aside).collect::<Vec<_>>().join("，")
}

/// A reason's word in the bytes, which also names the button.
fn name(reason: &impl serde::Serialize) -> String {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Whether the finger was at fault, and not the sensor; nobody laying one is neither.
fn of_the_finger(fault: &Fault) -> bool {
    fault.code().starts_with("fingerprint.") && !fault.permanent && fault.code != FaultCode::NoFinger
}

/// The finger as the devices call it: both follow the positions of ISO/IEC 19794-4.
fn contract(finger: Finger) -> driver_contract::Finger {
    driver_contract::Finger::ALL[usize::from(finger.position()) - 1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::fingerprint::FingerRule;

    #[test]
    fn rules_and_devices_speak_of_the_same_finger() {
        let mut capture = FingerCapture::new(FingerRule { fingers: 10, images: 1, ..FingerRule::default() });
        for number in 0..10 {
            let FingerStep::Capture { finger, .. } = capture.next() else { panic!("ten fingers") };
            assert_eq!(name(&contract(finger)), name(&finger));
            let picture = FingerPicture { sm3: number.to_string(), quality: None };
            capture.take(picture, |_, _| Comparison::Unknown).unwrap();
        }
    }
}
