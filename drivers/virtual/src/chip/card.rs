//! The card: an answer to reset and an application.

use std::time::Duration;

/// What a card does wrong, until it is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChipFault {
    /// Nothing.
    #[default]
    None,
    /// It does not answer to a reset: laid the wrong way round, or dead.
    Mute,
    /// It answers to a reset and to nothing else.
    Silent,
    /// Each answer comes late.
    Slow {
        /// By how many milliseconds.
        delay_ms: u64,
    },
    /// It is another kind of card: no such application.
    OtherApplication,
    /// It answers one instruction with this status.
    Status {
        /// The instruction byte.
        instruction: u8,
        /// The status.
        status: u16,
    },
    /// The record of the number is cut off after so many bytes.
    RecordCut(usize),
    /// The record of the number holds bytes that are no number.
    RecordGarbage,
    /// A single byte instead of an answer.
    Stump,
    /// A number that is none as status.
    NoStatus,
    /// It wants its answer fetched, for ever.
    Endless,
    /// It is pulled out when the record is asked for.
    PulledAtRecord,
    /// It gives the record in the way of T=0: wants it fetched, and wants another length first.
    Fetched,
}

/// A social security card (社会保障卡) of nobody.
#[derive(Debug, Clone)]
pub struct VirtualChipCard {
    number: [u8; 9],
    pub(super) fault: ChipFault,
    application: bool,
    file: bool,
    /// What waits to be fetched.
    waiting: Vec<u8>,
}

/// Class, instruction and parameters of the commands that the card knows.
const SELECT: u8 = 0xa4;
const READ_RECORD: u8 = 0xb2;
const GET_RESPONSE: u8 = 0xc0;

/// The application's name: "sx1.sh." and 社会保障 in GBK.
const NAME: &[u8] = b"sx1.sh.\xc9\xe7\xbb\xe1\xb1\xa3\xd5\xcf";

fn status(word: u16) -> Vec<u8> {
    word.to_be_bytes().to_vec()
}

fn with_status(data: &[u8], word: u16) -> Vec<u8> {
    [data, &word.to_be_bytes()].concat()
}

impl VirtualChipCard {
    /// A card with nine characters on its face; what is missing is filled with zeros.
    #[must_use]
    pub fn new(number: &str) -> Self {
        let mut digits = *b"000000000";
        for (place, byte) in digits.iter_mut().zip(number.bytes()) {
            *place = byte;
        }
        Self { number: digits, fault: ChipFault::None, application: false, file: false, waiting: Vec::new() }
    }

    /// With something wrong.
    #[must_use]
    pub const fn with_fault(mut self, fault: ChipFault) -> Self {
        self.fault = fault;
        self
    }

    /// `None`: the card is pulled out.
    pub(super) fn answer(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        if let ChipFault::Slow { delay_ms } = self.fault {
            std::thread::sleep(Duration::from_millis(delay_ms));
        }
        let [class, instruction, first, second, rest @ ..] = command else { return Some(status(0x6700)) };
        match self.fault {
            ChipFault::Status { instruction: one, status: word } if one == *instruction => {
                return Some(status(word));
            }
            ChipFault::Stump => return Some(vec![0x90]),
            ChipFault::NoStatus => return Some(vec![0x12, 0x34]),
            ChipFault::Endless => return Some(status(0x6108)),
            ChipFault::PulledAtRecord if *instruction == READ_RECORD => return None,
            _ => {}
        }
        if *class != 0 {
            return Some(status(0x6e00));
        }
        Some(match (*instruction, *first, *second) {
            (SELECT, 0x04, 0x00) => self.select_application(rest),
            (SELECT, 0x02, 0x00) => self.select_file(rest),
            (READ_RECORD, 0x07, 0x2c) => self.record(rest.last().copied()),
            (READ_RECORD, ..) => status(0x6a83),
            (GET_RESPONSE, 0x00, 0x00) => self.fetch(rest.first().copied()),
            _ => status(0x6d00),
        })
    }

    fn select_application(&mut self, rest: &[u8]) -> Vec<u8> {
        let named = rest.split_first().is_some_and(|(length, name)| name.starts_with(NAME) && *length == 15);
        self.application = named && self.fault != ChipFault::OtherApplication;
        self.file = false;
        status(if self.application { 0x9000 } else { 0x6a82 })
    }

    fn select_file(&mut self, rest: &[u8]) -> Vec<u8> {
        self.file = self.application && rest.starts_with(&[2, 0xef, 0x05]);
        status(if self.file { 0x9000 } else { 0x6a82 })
    }

    fn record(&mut self, length: Option<u8>) -> Vec<u8> {
        if !self.file {
            return status(0x6986);
        }
        let mut record = vec![0x07, 9];
        record.extend(self.number);
        match self.fault {
            ChipFault::RecordCut(after) => record.truncate(after),
            ChipFault::RecordGarbage => record[4..].fill(0xff),
            ChipFault::Fetched if length != Some(record.len() as u8 + 1) => {
                return status(0x6c00 | (record.len() as u16 + 1));
            }
            ChipFault::Fetched => {
                self.waiting = record;
                return status(0x6100 | self.waiting.len() as u16);
            }
            _ => {}
        }
        with_status(&record, 0x9000)
    }

    fn fetch(&mut self, length: Option<u8>) -> Vec<u8> {
        let waiting = std::mem::take(&mut self.waiting);
        if length.map(usize::from) != Some(waiting.len()) || waiting.is_empty() {
            return status(0x6985);
        }
        with_status(&waiting, 0x9000)
    }

    /// Power is gone: nothing is selected any more.
    pub(super) fn forget(&mut self) {
        self.application = false;
        self.file = false;
        self.waiting.clear();
    }
}
