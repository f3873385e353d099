//! Fingerprints at the table.

use crate::table::{Table, blob};
use domain::command::Command;
use domain::event::{Attestation, Fingerprint, Reading};
use domain::fingerprint::{Comparison, FingerCapture, FingerPicture, FingerStep};
use domain::ids::ContentHash;

impl Table<'_> {
    /// Takes the fingerprints that the matter asks for; one picture fewer is refused.
    pub(crate) fn fingerprints(&mut self) -> Result<(), String> {
        let Some(demand) = self.definition.fingerprints.as_ref().filter(|one| one.applies(&self.case)) else {
            return Ok(());
        };
        let (person, mut capture, mut prints) = (demand.person, FingerCapture::new(demand.rule), Vec::new());
        while let FingerStep::Capture { finger, image, .. } = capture.next() {
            let number = 60 + u8::try_from(prints.len()).map_err(|_| "指纹太多")?;
            let (picture, quality) = (blob(number), Some(demand.rule.quality));
            let named = FingerPicture { sm3: picture.content.to_hex(), quality };
            capture.take(named, |_, _| Comparison::Unknown).map_err(|refusal| refusal.to_string())?;
            let reading = Reading {
                device: "指纹采集器".to_owned(),
                attestation: Attestation::Virtual,
                at: self.now,
                raw: ContentHash([6; 32]),
            };
            prints.push(Fingerprint { finger, image, picture, quality, weak: None, reading });
        }
        let fewer = prints[..prints.len().saturating_sub(1)].to_vec();
        let maker = self.maker.clone();
        let few = Command::TakeFingerprints { person, prints: fewer, set_aside: Vec::new() };
        self.refused(&maker, &few, "FINGERPRINTS_INCOMPLETE")?;
        self.make(&Command::TakeFingerprints { person, prints, set_aside: Vec::new() })
    }
}
