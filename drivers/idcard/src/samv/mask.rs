//! What a masked recording of the line keeps: frames, commands, statuses, lengths and check bytes, and of a card only
//! its layout. The tape plays as the line did, with an invented person.

use driver_contract::{
    CardKind, Direction, LineMask, TapeLine, ValidUntil, demo_birth, demo_number, demo_text, demo_validity,
};

use super::frame::{HEAD, PREAMBLE, check_byte, frame_length};
use super::protocol::{Command, Status};
use super::text::{CardText, TEXT_LENGTH, decode_text, decode_utf16};

/// Status bytes in front of an answer's data.
const STATUS: usize = 3;

/// Holds an answer back until it is whole, since only then it is known what in it is personal.
#[derive(Debug, Default)]
pub struct SamvMask {
    /// The last command, or as much of it as was written.
    asked: Vec<u8>,
    /// What came and was not written yet.
    held: Vec<u8>,
}

impl SamvMask {
    fn command(&self) -> Option<Command> {
        let asked = self.asked.get(HEAD..HEAD + 2)?;
        Command::ALL.into_iter().find(|command| command.bytes() == asked)
    }

    /// Takes out of what is held all that can be masked.
    fn take(&mut self, masked: &mut Vec<u8>) {
        loop {
            let start = preamble_at(&self.held);
            // Bytes in front of a frame may be a spoilt frame: nothing of them is kept but their number.
            masked.extend(self.held.drain(..start).map(|_| 0));
            if self.held.len() < HEAD {
                return;
            }
            match frame_length(&self.held) {
                // Shorter than any answer: no frame to a reader either.
                Some(length) if length <= STATUS => masked.extend(self.held.drain(..HEAD)),
                Some(length) if self.held.len() >= HEAD + length => {
                    let frame: Vec<u8> = self.held.drain(..HEAD + length).collect();
                    masked.extend(self.masked(frame));
                }
                Some(_) => return,
                None => masked.extend(self.held.drain(..HEAD)),
            }
        }
    }

    /// A whole frame. A wrong check byte stays as wrong as it was.
    fn masked(&self, mut frame: Vec<u8>) -> Vec<u8> {
        let wrong_by = check_byte(&frame[PREAMBLE.len()..]);
        let end = frame.len() - 1;
        let status = Status(frame[HEAD + STATUS - 1]);
        mask_data(self.command(), status, &mut frame[HEAD + STATUS..end]);
        frame[end] = check_byte(&frame[PREAMBLE.len()..end]) ^ wrong_by;
        frame
    }
}

/// Where a preamble, or as much of one as there is, begins; the end if none does.
fn preamble_at(bytes: &[u8]) -> usize {
    let begins = |start: &usize| {
        let rest = &bytes[*start..];
        let length = rest.len().min(PREAMBLE.len());
        rest[..length] == PREAMBLE[..length]
    };
    (0..bytes.len()).find(begins).unwrap_or(bytes.len())
}

fn mask_data(command: Option<Command>, status: Status, data: &mut [u8]) {
    match command {
        // The module's own number.
        Some(Command::SamId) => {}
        Some(Command::Read) if status == Status::OK => mask_card(4, data),
        Some(Command::ReadWithFingerprint) if status == Status::OK => mask_card(6, data),
        Some(Command::ReadAddedAddress) => match decode_utf16(data) {
            Some(address) => {
                let length = data.len();
                data.fill(0);
                put(data, 0, length, &demo_text(&address));
            }
            None => data.fill(0),
        },
        // The management number of the card, the serial number of its chip at selecting, and what is not known.
        _ => data.fill(0),
    }
}

/// The parts of a reading behind their lengths: text, portrait, fingerprints.
fn mask_card(head: usize, data: &mut [u8]) {
    let Some((_, parts)) = data.split_at_mut_checked(head) else { return data.fill(0) };
    let text = parts.get(..TEXT_LENGTH).and_then(|text| decode_text(text).ok());
    parts.fill(0);
    if let (Some(text), Some(area)) = (text, parts.get_mut(..TEXT_LENGTH)) {
        write_text(&text, area);
    }
}

/// Writes an invented person in the layout of `text`. Bytes as the makers' notes give them; see `text.rs`.
fn write_text(text: &CardText, area: &mut [u8]) {
    put(area, 0, TEXT_LENGTH, "");
    let (from, until) = demo_validity();
    let until = match text.valid_until {
        ValidUntil::Date(_) => until.to_compact(),
        ValidUntil::LongTerm => "长期".to_owned(),
    };
    put(area, 188, 16, &from.to_compact());
    put(area, 204, 16, &until);
    let name = demo_text(&text.name);
    let english = text.english_name.as_deref().map(demo_text).unwrap_or_default();
    let optional = |number: &Option<String>| number.as_deref().map(demo_number).unwrap_or_default();
    let number = demo_number(&text.number);
    let birth = demo_birth().to_compact();
    match text.kind {
        CardKind::Resident | CardKind::HongKongMacaoTaiwan => {
            put(area, 0, 30, &name);
            put(area, 30, 2, "9");
            put(area, 36, 16, &birth);
            put(area, 52, 70, &demo_text(text.address.as_deref().unwrap_or_default()));
            put(area, 122, 36, &number);
            put(area, 158, 30, &demo_text(text.issuing_office.as_deref().unwrap_or_default()));
            if text.kind == CardKind::Resident {
                put(area, 32, 4, "97");
            } else {
                put(area, 220, 18, &optional(&text.pass_number));
                put(area, 238, 4, &optional(&text.issue_count));
                put(area, 248, 2, "J");
            }
        }
        CardKind::PermanentResident2017 => {
            put(area, 0, 120, &english);
            put(area, 120, 2, "9");
            put(area, 122, 30, &number);
            put(area, 152, 6, "XXX");
            put(area, 158, 30, &name);
            put(area, 220, 16, &birth);
            put(area, 236, 4, &optional(&text.version));
            put(area, 240, 8, &optional(&text.issuing_office));
            put(area, 248, 2, "I");
        }
        CardKind::PermanentResident2023 => {
            put(area, 0, 30, &name);
            put(area, 30, 2, "9");
            put(area, 32, 4, &optional(&text.issue_count));
            put(area, 36, 16, &birth);
            // 35 letters here, the rest in a second place.
            let first: String = english.chars().take(35).collect();
            let second: String = english.chars().skip(35).collect();
            put(area, 52, 70, &first);
            put(area, 122, 36, &number);
            put(area, 220, 22, &second);
            put(area, 242, 6, "XXX");
            put(area, 248, 2, "Y");
            put(area, 250, 6, &optional(&text.version));
        }
    }
}

/// Writes a field, padded with spaces.
fn put(area: &mut [u8], at: usize, length: usize, text: &str) {
    let Some(field) = area.get_mut(at..at + length) else { return };
    let units = text.encode_utf16().chain(std::iter::repeat(u16::from(b' ')));
    for (place, unit) in field.chunks_exact_mut(2).zip(units) {
        place.copy_from_slice(&unit.to_le_bytes());
    }
}

impl LineMask for SamvMask {
    fn pass(&mut self, direction: Direction, bytes: &[u8]) -> Vec<TapeLine> {
        match direction {
            Direction::ToDevice => {
                let mut lines = self.rest();
                if frame_length(&self.asked).is_some_and(|length| self.asked.len() >= HEAD + length) {
                    self.asked.clear();
                }
                // Commands are ours and say nothing of anybody.
                self.asked.extend(bytes);
                lines.push(TapeLine { direction, offset_ms: 0, bytes: bytes.to_vec() });
                lines
            }
            Direction::FromDevice => {
                self.held.extend(bytes);
                let mut masked = Vec::new();
                self.take(&mut masked);
                line(masked)
            }
        }
    }

    /// A frame that broke off: its head and status, then as many zeros as there were bytes.
    fn rest(&mut self) -> Vec<TapeLine> {
        let mut rest = std::mem::take(&mut self.held);
        if let Some(data) = rest.get_mut(HEAD + STATUS..) {
            data.fill(0);
        }
        line(rest)
    }
}

fn line(bytes: Vec<u8>) -> Vec<TapeLine> {
    if bytes.is_empty() {
        return Vec::new();
    }
    vec![TapeLine { direction: Direction::FromDevice, offset_ms: 0, bytes }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samv::frame::{encode_answer, encode_command};

    /// What the mask writes of an answer to `command` that comes in these pieces.
    fn kept(command: Command, pieces: &[&[u8]]) -> Vec<u8> {
        let mut mask = SamvMask::default();
        let asked = mask.pass(Direction::ToDevice, &encode_command(command.bytes(), &[]));
        assert_eq!(asked.len(), 1);
        let mut lines: Vec<TapeLine> =
            pieces.iter().flat_map(|piece| mask.pass(Direction::FromDevice, piece)).collect();
        lines.extend(mask.rest());
        lines.into_iter().flat_map(|line| line.bytes).collect()
    }

    fn resident() -> Vec<u8> {
        let mut area = vec![0; TEXT_LENGTH];
        put(&mut area, 0, TEXT_LENGTH, "");
        for (at, length, text) in [
            (0, 30, "演示𠮷"),
            (30, 2, "1"),
            (32, 4, "01"),
            (36, 16, "19900101"),
            (52, 70, "演示省江城市"),
            (122, 36, "999901199001010010"),
            (158, 30, "江城市公安局"),
            (188, 16, "20150101"),
            (204, 16, "20350101"),
            (220, 36, "ABCDEFGHIJKLMN"),
        ] {
            put(&mut area, at, length, text);
        }
        // The reserved part ends in the layout's letter, which a resident card does not have.
        put(&mut area, 248, 2, "");
        area
    }

    fn reading() -> Vec<u8> {
        let portrait: Vec<u8> = (0..1024_u32).map(|index| index.to_le_bytes()[0] | 1).collect();
        [&[1, 0, 4, 0][..], &resident(), &portrait].concat()
    }

    #[test]
    fn a_reading_keeps_its_layout_and_nothing_of_its_person_however_it_is_cut() {
        let frame = encode_answer(Status::OK, &reading());
        let whole = kept(Command::Read, &[&frame]);
        assert_eq!(whole.len(), frame.len());
        assert_eq!(check_byte(&whole[PREAMBLE.len()..]), 0, "it plays");
        let text = decode_text(&whole[HEAD + STATUS + 4..][..TEXT_LENGTH]).unwrap();
        assert_eq!((text.name.as_str(), text.address.as_deref()), ("某某某", Some("某某某某某某")));
        assert_eq!(text.number, "999999190001010007");
        assert!(whole[HEAD + STATUS + 4 + TEXT_LENGTH..whole.len() - 1].iter().all(|byte| *byte == 0));
        for cut in 1..frame.len() {
            assert!(kept(Command::Read, &[&frame[..cut], &frame[cut..]]) == whole, "cut at {cut}");
        }
    }

    #[test]
    fn what_broke_off_or_was_spoilt_stays_so_and_is_as_long() {
        let frame = encode_answer(Status::OK, &reading());
        for end in 0..frame.len() {
            let rest = kept(Command::Read, &[&frame[..end]]);
            assert_eq!(rest.len(), end);
            assert!(rest.iter().skip(HEAD + STATUS).all(|byte| *byte == 0), "broke off at {end}");
        }
        let mut spoilt = frame.clone();
        spoilt[HEAD + 40] ^= 0x10;
        let kept_spoilt = kept(Command::Read, &[&spoilt]);
        assert_eq!(check_byte(&kept_spoilt[PREAMBLE.len()..]), 0x10);
        // Without its preamble it is noise.
        let noise = kept(Command::Read, &[&frame[1..]]);
        assert!(noise.len() == frame.len() - 1 && noise.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn answers_of_other_commands_keep_what_the_module_says_of_itself() {
        let number = encode_answer(Status::OK, &[5; 16]);
        assert_eq!(kept(Command::SamId, &[&number]), number);
        let selected = encode_answer(Status::OK, &[1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(kept(Command::Select, &[&selected]), encode_answer(Status::OK, &[0; 8]));
        let mut address = vec![0; 70];
        put(&mut address, 0, 70, "演示省江城市新居");
        let address = encode_answer(Status::OK, &address);
        let masked = kept(Command::ReadAddedAddress, &[&address]);
        assert_eq!(
            decode_utf16(&masked[HEAD + STATUS..masked.len() - 1]).unwrap().trim_end(),
            "某某某某某某某某"
        );
        let number = encode_answer(Status::OK, &[7; 28]);
        assert_eq!(kept(Command::ReadManagementNumber, &[&number]), encode_answer(Status::OK, &[0; 28]));
        let empty = encode_answer(Status::ITEM_EMPTY, &[]);
        assert_eq!(kept(Command::ReadAddedAddress, &[&empty]), empty);
    }
}
