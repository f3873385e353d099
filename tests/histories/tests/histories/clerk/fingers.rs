//! Fingerprints.

use super::{ALL_PERSONS, Sight, blob, reading};
use crate::dice::Dice;
use domain::command::Command;
use domain::event::{Fingerprint, SetAsideFinger};
use domain::fingerprint::{Comparison, FingerCapture, FingerPicture, FingerReason, FingerStep};
use domain::person::PersonRole;

impl Sight<'_> {
    /// Fingerprints of a person: mostly all that the rule asks for, else a reason why there are none.
    pub(super) fn fingers(&self, person: PersonRole, dice: &mut Dice) -> Command {
        let Some(demand) = &self.facts.definition.fingerprints else {
            return Command::OmitFingerprints { person, reason: "未满采集年龄".into() };
        };
        if dice.percent(30) {
            return Command::OmitFingerprints { person, reason: "未满采集年龄".into() };
        }
        let mut capture = FingerCapture::new(demand.rule);
        let mut prints = Vec::new();
        while let FingerStep::Capture { finger, image, .. } = capture.next() {
            if dice.percent(20) {
                let _ = capture.put_aside(finger, FingerReason::Injured);
                prints.retain(|print: &Fingerprint| print.finger != finger);
                continue;
            }
            let picture = blob(dice);
            let quality = dice.percent(80).then_some(demand.rule.quality);
            let named = FingerPicture { sm3: picture.content.to_hex(), quality };
            if capture.take(named, |_, _| Comparison::Unknown).is_ok() {
                prints.push(Fingerprint { finger, image, picture, quality, weak: None, reading: reading() });
            }
        }
        let aside = capture.set_aside().iter();
        let set_aside =
            aside.map(|(finger, reason)| SetAsideFinger { finger: *finger, reason: *reason }).collect();
        Command::TakeFingerprints { person, prints, set_aside }
    }

    /// Fingerprints of anybody, sometimes with one too few, or weak ones without a reason.
    pub(super) fn some_fingers(&self, dice: &mut Dice) -> Command {
        let mut command = self.fingers(dice.one(&ALL_PERSONS), dice);
        match &mut command {
            Command::TakeFingerprints { prints, .. } if dice.percent(50) => {
                prints.pop();
            }
            Command::TakeFingerprints { prints, .. } if dice.percent(50) => {
                prints.iter_mut().for_each(|print| print.quality = Some(0));
            }
            Command::OmitFingerprints { reason, .. } if dice.percent(50) => reason.clear(),
            _ => {}
        }
        command
    }
}
