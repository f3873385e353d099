//! What a tape keeps of what passes at the contract.
//!
//! Every kind and every field of a reading is named: a new one does not compile until somebody has said here what is
//! personal in it.

use crate::{
    Attestation, CallParameters, CardDate, CardReading, ChipReading, CodeReading, DeviceEvent, DeviceId,
    EvaluationParameters, EvaluationReading, Fault, FingerReading, JobStatus, Outcome, PageHeader, PenPoint,
    PhotoReading, PixelFormat, PrintParameters, Provenance, Region, SignatureParameters, SignatureReading,
    SpeechParameters, Task, ValidUntil,
};

use super::contract::TapeBytes;
use crate::mutants::planted;

/// How personal data is written on a tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clarity {
    /// As it is. Virtual devices only.
    Clear,
    /// Replaced by what is plainly invented, of the same length and class.
    Masked,
}

/// What stands for a text that the terminal gave to a device: the same for every text, so that the same task with
/// another text is still the same task at the replay.
const HIDDEN: &str = "（录制时隐去）";

/// As many invented letters: Chinese for Chinese, Latin for Latin; spaces stay.
#[must_use]
pub fn demo_text(text: &str) -> String {
    let letter = |letter: char| match letter {
        ' ' => ' ',
        letter if letter.is_ascii() => 'X',
        _ => '某',
    };
    text.chars().map(letter).collect()
}

/// A number of region 999999, which no edition of GB/T 2260 has, with a day of birth that nobody living has and the
/// check digit of GB 11643.
const DEMO_NUMBER: &str = "999999190001010007";

/// An invented number of the same length and class. Capital letters in front of the last place stay letters, as in the
/// numbers of foreigners' cards.
#[must_use]
pub fn demo_number(number: &str) -> String {
    let count = number.chars().count();
    let last = count.saturating_sub(1);
    // Damaged ones too: what they become is one of this length, and masked again it stays the same.
    if count == DEMO_NUMBER.len() && !number.chars().take(last).any(|letter| letter.is_ascii_alphabetic()) {
        return DEMO_NUMBER.to_owned();
    }
    let digit = |(place, letter): (usize, char)| match letter {
        letter if letter.is_ascii_alphabetic() && place < last => 'X',
        _ if place < 6 => '9',
        _ => '0',
    };
    number.chars().enumerate().map(digit).collect()
}

/// The day of birth of [`DEMO_NUMBER`].
#[must_use]
pub fn demo_birth() -> CardDate {
    CardDate::new(1900, 1, 1).unwrap_or_else(|| unreachable!("a day of the calendar"))
}

/// When a masked card began and ends to be valid: it can be used at the replay, whenever that is.
#[must_use]
pub fn demo_validity() -> (CardDate, CardDate) {
    let day = |year, month, day| CardDate::new(year, month, day).unwrap_or_else(|| unreachable!("a day"));
    (day(2000, 1, 1), day(2099, 12, 31))
}

/// As many zeros.
fn zeros(bytes: &[u8]) -> Vec<u8> {
    vec![0; bytes.len()]
}

/// A stroke that nobody wrote, of so many samples, inside of any pad: the smallest has 320 × 200 dots.
fn demo_stroke(count: usize) -> Vec<PenPoint> {
    let point = |index: u32| PenPoint {
        at_ms: index.saturating_mul(5),
        x: 20 + index % 64,
        y: 20 + index % 64,
        pressure: 1,
        down: true,
    };
    (0..u32::try_from(count).unwrap_or(u32::MAX)).map(point).collect()
}

/// Where, when and for which request is only right once; a hash would tell whether a guessed reading is the right one.
/// Which device it was stands in the head.
fn no_provenance() -> Provenance {
    Provenance {
        device: DeviceId(String::new()),
        attestation: Attestation::Unattested,
        nonce: String::new(),
        number: 0,
        boot_ms: 0,
        raw_sm3: String::new(),
    }
}

impl PageHeader {
    /// A white page of this form.
    #[must_use]
    pub fn blank(&self) -> TapeBytes {
        // 1 is black in two colours, 0 in all others.
        let byte = if self.format == PixelFormat::Bilevel { 0 } else { 0xff };
        TapeBytes::Same { count: self.byte_length(), byte }
    }
}

impl Task {
    /// The task as it stands on a tape; `None`: it must not stand on any.
    #[must_use]
    pub fn on_tape(&self, clarity: Clarity) -> Option<Self> {
        let masked = clarity == Clarity::Masked;
        let text = |text: &String| if masked { HIDDEN.to_owned() } else { text.clone() };
        Some(match self {
            // A PIN, what was signed, what was decrypted: never.
            Self::Ukey(_) => return None,
            Self::Print(PrintParameters { document: _, format, title, copies, media, sides, tray }) => {
                Self::Print(PrintParameters {
                    // The place in the shared memory is another at each request; the document has a line of its own.
                    document: Region { offset: 0, length: 0 },
                    format: format.clone(),
                    title: text(title),
                    copies: *copies,
                    media: media.clone(),
                    sides: *sides,
                    tray: tray.clone(),
                })
            }
            Self::Sign(SignatureParameters { title, text: body, screen, idle_ms }) => {
                // A picture of names cannot be blurred by its letters: it is left out.
                let screen = if masked { Vec::new() } else { screen.clone() };
                let (title, text, idle_ms) = (text(title), text(body), *idle_ms);
                Self::Sign(SignatureParameters { title, text, screen, idle_ms })
            }
            Self::Evaluate(EvaluationParameters { prompt }) => {
                Self::Evaluate(EvaluationParameters { prompt: text(prompt) })
            }
            Self::Speak(SpeechParameters { text: body }) => {
                Self::Speak(SpeechParameters { text: text(body) })
            }
            Self::Call(CallParameters { ticket, window, again }) => {
                Self::Call(CallParameters { ticket: text(ticket), window: window.clone(), again: *again })
            }
            Self::ReadCard { .. }
            | Self::WatchCards { .. }
            | Self::Scan(_)
            | Self::CheckState
            | Self::CaptureFinger(_)
            | Self::WatchCodes
            | Self::Preview(_)
            | Self::TakePhoto(_)
            | Self::ReadChip => self.clone(),
        })
    }
}

impl DeviceEvent {
    /// The event as it stands on a tape; `None`: it has a line of its own, or is not the driver's to say.
    #[must_use]
    pub fn on_tape(self, clarity: Clarity) -> Option<Self> {
        Some(match self {
            Self::Started | Self::Page { .. } | Self::Picture { .. } | Self::Frame { .. } => return None,
            Self::CardRead(reading) => Self::CardRead(Box::new(reading.on_tape(clarity))),
            Self::CodeRead(reading) => Self::CodeRead(Box::new(reading.on_tape(clarity))),
            Self::CardFailed(fault) => Self::CardFailed(fault.on_tape(clarity)),
            Self::Warning(fault) => Self::Warning(fault.on_tape(clarity)),
            Self::PrintJob(status) => Self::PrintJob(status.on_tape(clarity)),
            Self::Strokes(points) => Self::Strokes(match clarity {
                Clarity::Clear => points,
                Clarity::Masked => demo_stroke(points.len()),
            }),
            // What the device is, nothing of a person.
            Self::Plugged(info) => Self::Plugged(info),
            Self::Unplugged
            | Self::Present
            | Self::Removed
            | Self::Cleared
            | Self::FingerPresent
            | Self::FingerRemoved => self,
        })
    }
}

impl Outcome {
    /// The outcome as it stands on a tape; `None`: it must not stand on any.
    #[must_use]
    pub fn on_tape(self, clarity: Clarity) -> Option<Self> {
        Some(match self {
            Self::Ukey(_) => return None,
            Self::Card(reading) => Self::Card(Box::new(reading.on_tape(clarity))),
            Self::Signature(reading) => Self::Signature(Box::new(reading.on_tape(clarity))),
            Self::Finger(reading) => Self::Finger(Box::new(reading.on_tape(clarity))),
            Self::Evaluated(reading) => Self::Evaluated(Box::new(reading.on_tape(clarity))),
            Self::Photo(reading) => {
                let PhotoReading { provenance: _, size, settings } = *reading;
                let provenance = no_provenance();
                Self::Photo(Box::new(PhotoReading { provenance, size, settings }))
            }
            Self::Chip(reading) => Self::Chip(Box::new(reading.on_tape(clarity))),
            Self::Printed(status) => Self::Printed(status.on_tape(clarity)),
            Self::State(faults) => {
                Self::State(faults.into_iter().map(|fault| fault.on_tape(clarity)).collect())
            }
            Self::Stopped | Self::Yielded | Self::Scanned { .. } | Self::Announced => self,
        })
    }
}

impl Fault {
    /// The fault as it stands on a tape: its detail says nothing of a person by its own rule, and a maker's library
    /// that does not keep the rule has its digits blotted out by the host.
    #[must_use]
    pub fn on_tape(self, clarity: Clarity) -> Self {
        let Self { code, class, device, held_by, detail, permanent } = self;
        // A window may be called after the officer who works at it.
        let held_by = held_by.filter(|_| clarity == Clarity::Clear);
        Self { code, class, device, held_by, detail, permanent }
    }
}

impl JobStatus {
    fn on_tape(self, clarity: Clarity) -> Self {
        let Self { job_id, state, pages_done, reasons, fault } = self;
        Self { job_id, state, pages_done, reasons, fault: fault.map(|fault| fault.on_tape(clarity)) }
    }
}

impl CardReading {
    fn on_tape(self, clarity: Clarity) -> Self {
        let provenance = no_provenance();
        if clarity == Clarity::Clear {
            return Self { provenance, ..self };
        }
        let Self {
            provenance: _,
            kind,
            name,
            english_name,
            sex_code: _,
            ethnic_group_code,
            nationality_code,
            birth_date: _,
            address,
            added_address,
            number,
            management_number,
            issuing_office,
            valid_from: _,
            valid_until,
            pass_number,
            issue_count,
            version,
            wlt_photo,
            fingerprint,
            raw,
        } = self;
        let text = |text: Option<String>| text.map(|text| demo_text(&text));
        let digits = |number: Option<String>| number.map(|number| demo_number(&number));
        Self {
            provenance,
            kind,
            name: demo_text(&name),
            english_name: text(english_name),
            // GB/T 2261.1: not stated.
            sex_code: "9".to_owned(),
            // GB/T 3304: 97, other.
            ethnic_group_code: ethnic_group_code.map(|_| "97".to_owned()),
            nationality_code: nationality_code.map(|_| "XXX".to_owned()),
            birth_date: demo_birth(),
            address: text(address),
            added_address: text(added_address),
            number: if planted("number-not-masked") { number } else { demo_number(&number) },
            management_number: management_number.map(|number| "0".repeat(number.chars().count())),
            issuing_office: text(issuing_office),
            valid_from: demo_validity().0,
            valid_until: match valid_until {
                ValidUntil::Date(_) => ValidUntil::Date(demo_validity().1),
                ValidUntil::LongTerm => ValidUntil::LongTerm,
            },
            pass_number: digits(pass_number),
            issue_count: digits(issue_count),
            version: digits(version),
            wlt_photo: zeros(&wlt_photo),
            fingerprint: zeros(&fingerprint),
            raw: zeros(&raw),
        }
    }
}

impl CodeReading {
    fn on_tape(self, clarity: Clarity) -> Self {
        let Self { provenance: _, text, raw } = self;
        let provenance = no_provenance();
        match clarity {
            Clarity::Clear => Self { provenance, text, raw },
            Clarity::Masked => {
                let text = "0".repeat(text.chars().count());
                Self { provenance, text, raw: vec![b'0'; raw.len()] }
            }
        }
    }
}

impl SignatureReading {
    fn on_tape(self, clarity: Clarity) -> Self {
        let Self { provenance: _, width, height, pressure, points, raw } = self;
        let provenance = no_provenance();
        let (points, raw) = match clarity {
            Clarity::Clear => (points, raw),
            Clarity::Masked => (demo_stroke(points.len()), zeros(&raw)),
        };
        Self { provenance, width, height, pressure, points, raw }
    }
}

impl FingerReading {
    fn on_tape(self, clarity: Clarity) -> Self {
        let Self { provenance: _, finger, image, quality, template } = self;
        let template = if clarity == Clarity::Masked { zeros(&template) } else { template };
        Self { provenance: no_provenance(), finger, image, quality, template }
    }
}

impl EvaluationReading {
    fn on_tape(self, clarity: Clarity) -> Self {
        // The level is nobody's without the case that it was asked for.
        let Self { provenance: _, score, raw } = self;
        let raw = if clarity == Clarity::Masked { zeros(&raw) } else { raw };
        Self { provenance: no_provenance(), score, raw }
    }
}

impl ChipReading {
    fn on_tape(self, clarity: Clarity) -> Self {
        let Self { provenance: _, kind, card_number, raw } = self;
        let provenance = no_provenance();
        match clarity {
            Clarity::Clear => Self { provenance, kind, card_number, raw },
            Clarity::Masked => {
                let card_number = card_number.map(|number| demo_number(&number));
                Self { provenance, kind, card_number, raw: zeros(&raw) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pin, UkeyAnswer, UkeyCommand};

    #[test]
    fn what_stands_for_a_number_has_its_length_and_class() {
        assert_eq!(demo_number("99990119900101001X"), DEMO_NUMBER);
        assert_eq!(demo_number("XYZ999198705067"), "XXX999000000000");
        assert_eq!(demo_number("H12345678"), "X99999000");
        assert_eq!(demo_number(""), "");
        assert_eq!(demo_text("欧阳 Anna𠮷"), "某某 XXXX某");
    }

    #[test]
    fn a_ukeys_traffic_stands_on_no_tape() {
        let sign =
            UkeyCommand::Sign { container: "c".into(), pin: Pin("24680135".into()), digest: vec![7; 32] };
        for clarity in [Clarity::Clear, Clarity::Masked] {
            assert_eq!(Task::Ukey(sign.clone()).on_tape(clarity), None);
            assert_eq!(Outcome::Ukey(UkeyAnswer::Verified { good: true }).on_tape(clarity), None);
        }
    }

    #[test]
    fn a_blank_page_is_white_in_every_form() {
        let page = |format, stride| PageHeader { page: 1, width: 8, height: 2, stride, dpi: 300, format };
        let same = |count, byte| TapeBytes::Same { count, byte };
        assert_eq!(page(PixelFormat::Bilevel, 1).blank(), same(2, 0));
        assert_eq!(page(PixelFormat::Gray8, 8).blank(), same(16, 0xff));
        assert_eq!(page(PixelFormat::Rgb8, 24).blank(), same(48, 0xff));
    }
}
