//! The module behind the line: commands in, answers out, a card or none in the field.

use super::card::{CardError, VirtualCard};
use super::fault::ReaderFault;

/// The serial number that the virtual module tells: 05.09, then numbers that are plainly invented.
const SAM_ID: [u8; 16] = [5, 0, 9, 0, 0xe7, 3, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];

/// What a card's chip holds, made when the card is laid.
#[derive(Debug, Clone)]
struct Chip {
    text: Vec<u8>,
    portrait: Vec<u8>,
    fingerprint: Vec<u8>,
    added_address: Option<Vec<u8>>,
    management_number: Vec<u8>,
}

/// How far the talk about the card has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Laid,
    Found,
    Selected,
    /// Read once: selected, but not found again before it has left the field.
    Read,
}

/// What the reader does with a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    /// Nothing at all.
    Nothing,
    /// These bytes.
    Send(Vec<u8>),
}

/// The state of a module.
#[derive(Debug, Default)]
pub(super) struct Module {
    card: Option<(Chip, Stage)>,
    pub(super) fault: ReaderFault,
    pub(super) cards_read: u64,
    /// Commands that were left without an answer, by [`ReaderFault::SilentAt`].
    pub(super) unanswered: u64,
}

impl Module {
    pub(super) fn lay(&mut self, card: &VirtualCard) -> Result<(), CardError> {
        let chip = Chip {
            text: card.text_area()?,
            portrait: card.pseudo_portrait(),
            fingerprint: card.pseudo_fingerprint(),
            added_address: card.added_address_record()?,
            management_number: card.pseudo_management_number(),
        };
        self.card = Some((chip, Stage::Laid));
        Ok(())
    }

    pub(super) fn lift(&mut self) {
        self.card = None;
    }

    pub(super) const fn card_lies(&self) -> bool {
        self.card.is_some()
    }

    /// The module loses its power: what it knew of the card is gone, the card itself stays.
    pub(super) fn power_off(&mut self) {
        if let Some((_, stage)) = &mut self.card {
            *stage = Stage::Laid;
        }
    }

    /// Answers one frame: the bytes between preamble and end, length first.
    pub(super) fn react(&mut self, body: &[u8]) -> Reaction {
        if self.fault == ReaderFault::Silent {
            return Reaction::Nothing;
        }
        if let ReaderFault::SilentAt { command } = self.fault
            && body.get(2..4) == Some(&command.to_be_bytes())
        {
            self.unanswered += 1;
            return Reaction::Nothing;
        }
        let (status, data) = self.answer(body);
        let mut frame = answer_frame(status, &data);
        let command = body.get(2..4).map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]));
        match self.fault {
            ReaderFault::Checksum { .. } => {
                if let Some(check) = frame.last_mut() {
                    *check ^= 0xff;
                }
                self.fault.spend();
            }
            ReaderFault::Truncate { after, .. } => {
                frame.truncate(after);
                self.fault.spend();
            }
            ReaderFault::FlipBit { bit, .. } => {
                if let Some(byte) = frame.get_mut(bit / 8) {
                    *byte ^= 1 << (bit % 8);
                }
                self.fault.spend();
            }
            ReaderFault::PullAfterBytes { after } if is_reading(command) && status == 0x90 => {
                self.card = None;
                frame.truncate(after);
                if after == 0 {
                    frame = answer_frame(0x41, &[]);
                }
                self.fault.spend();
            }
            ReaderFault::GarbageBefore { count } => {
                // Bytes that look like the beginning of a preamble are the hard case.
                let garbage = (0..count).map(|index| [0xaa, 0xaa, 0x96, 0x00, 0x69][index % 5]);
                frame.splice(0..0, garbage);
            }
            ReaderFault::Garbage { .. } => {
                frame = (0..40_u8).map(|index| index.wrapping_mul(37) | 1).collect();
                self.fault.spend();
            }
            _ => {}
        }
        if frame.is_empty() { Reaction::Nothing } else { Reaction::Send(frame) }
    }

    fn answer(&mut self, body: &[u8]) -> (u8, Vec<u8>) {
        if body.iter().fold(0, |check, byte| check ^ byte) != 0 {
            return (0x10, Vec::new());
        }
        let [_, _, command @ .., _] = body else { return (0x11, Vec::new()) };
        let [high, low] = *command else { return (0x11, Vec::new()) };
        let command = u16::from_be_bytes([high, low]);
        match self.fault {
            ReaderFault::SamUnauthorised if command != 0x12ff => return (0x66, Vec::new()),
            ReaderFault::SelfTestFailed => return (0x60, Vec::new()),
            ReaderFault::NoAddedAddress if command == 0x3003 => return (0x21, Vec::new()),
            ReaderFault::ManagementNumberOf { length } if command == 0x3005 => {
                return (0x90, vec![0x99; length]);
            }
            ReaderFault::Status { command: spoilt, status, .. } if command == spoilt => {
                self.fault.spend();
                return (status, Vec::new());
            }
            _ => {}
        }
        match command {
            0x10ff | 0x11ff => (0x90, Vec::new()),
            0x12ff => (0x90, SAM_ID.to_vec()),
            0x2001 => self.find(),
            0x2002 => self.select(),
            0x3001 => self.read(false),
            0x3010 => self.read(true),
            0x3003 => self.added_address(),
            0x3005 => self.management_number(),
            _ => (0x21, Vec::new()),
        }
    }

    fn find(&mut self) -> (u8, Vec<u8>) {
        match &mut self.card {
            Some((_, stage)) if *stage != Stage::Read => {
                *stage = Stage::Found;
                (0x9f, vec![0; 4])
            }
            _ => (0x80, Vec::new()),
        }
    }

    fn select(&mut self) -> (u8, Vec<u8>) {
        match &mut self.card {
            Some((_, stage @ Stage::Found)) => {
                *stage = Stage::Selected;
                (0x90, vec![0; 8])
            }
            _ => (0x81, Vec::new()),
        }
    }

    fn read(&mut self, with_fingerprint: bool) -> (u8, Vec<u8>) {
        let Some((chip, stage @ (Stage::Selected | Stage::Read))) = &mut self.card else {
            return (0x41, Vec::new());
        };
        let mut parts = vec![&chip.text, &chip.portrait];
        if with_fingerprint {
            parts.push(&chip.fingerprint);
        }
        let mut data = Vec::new();
        for part in &parts {
            data.extend(u16::try_from(part.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
        for part in parts {
            data.extend(part);
        }
        *stage = Stage::Read;
        self.cards_read += 1;
        (0x90, data)
    }

    fn added_address(&self) -> (u8, Vec<u8>) {
        match &self.card {
            Some((chip, Stage::Selected | Stage::Read)) => match &chip.added_address {
                Some(record) => (0x90, record.clone()),
                None => (0x91, Vec::new()),
            },
            _ => (0x41, Vec::new()),
        }
    }
}

impl Module {
    /// Command 30 05: 28 bytes of a card that is selected.
    fn management_number(&self) -> (u8, Vec<u8>) {
        match &self.card {
            Some((chip, Stage::Selected | Stage::Read)) => (0x90, chip.management_number.clone()),
            _ => (0x41, Vec::new()),
        }
    }
}

const fn is_reading(command: u16) -> bool {
    matches!(command, 0x3001 | 0x3010)
}

fn answer_frame(status: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(3 + data.len() + 1).unwrap_or(u16::MAX).to_be_bytes();
    let mut frame = vec![0xaa, 0xaa, 0xaa, 0x96, 0x69, length[0], length[1], 0, 0, status];
    frame.extend_from_slice(data);
    let check = frame[5..].iter().fold(0, |check, byte| check ^ byte);
    frame.push(check);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_those_of_the_sheets() {
        let mut module = Module::default();
        let find = [0x00, 0x03, 0x20, 0x01, 0x22];
        let none = Reaction::Send(vec![0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 4, 0, 0, 0x80, 0x84]);
        assert_eq!(module.react(&find), none);
        let select = [0x00, 0x03, 0x20, 0x02, 0x21];
        let failed = Reaction::Send(vec![0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 4, 0, 0, 0x81, 0x85]);
        assert_eq!(module.react(&select), failed);
        let Reaction::Send(wrong) = module.react(&[0x00, 0x03, 0x20, 0x01, 0x23]) else { panic!("silent") };
        assert_eq!(wrong[9], 0x10, "a wrong check byte");
        let Reaction::Send(wrong) = module.react(&[0x00, 0x02, 0x20, 0x22]) else { panic!("silent") };
        assert_eq!(wrong[9], 0x11, "a wrong length");
        let Reaction::Send(wrong) = module.react(&[0x00, 0x03, 0x77, 0x01, 0x75]) else { panic!("silent") };
        assert_eq!(wrong[9], 0x21, "an unknown command");
    }
}
