//! The talk with a reader: one command, one answer; find, select, read.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use driver_line::Line;

use super::error::SamvError;
use super::frame::{Answer, AnswerParser, FrameError, encode_command};
use super::protocol::{Command, Status};
use super::text::{TEXT_LENGTH, decode_utf16};

/// How long to wait for answers.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// For everything but reading. Readers answer find and select within some 200 ms.
    pub short: Duration,
    /// For reading text and photo. The module takes 1 to 2 s, then 1.3 KiB come over the line (0.11 s at
    /// 115200 baud, 1.4 s at 9600).
    pub read: Duration,
    /// A frame that began and then stopped for so long will not go on. Modules send a frame in one go;
    /// USB bridges add gaps of some 16 ms.
    pub gap: Duration,
    /// A line that was quiet for so long carries no late answer any more.
    pub quiet: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            short: Duration::from_millis(1500),
            read: Duration::from_millis(5000),
            gap: Duration::from_millis(400),
            quiet: Duration::from_millis(120),
        }
    }
}

/// What one card gave, before its text is understood.
#[derive(Clone, PartialEq, Eq)]
pub struct CardBytes {
    /// The text area.
    pub text: Vec<u8>,
    /// The WLT portrait.
    pub photo: Vec<u8>,
    /// The fingerprint record; empty if not asked for or not on the card.
    pub fingerprint: Vec<u8>,
    /// The answer's frame as it came.
    pub raw: Vec<u8>,
}

/// Whether a card that was read lies there still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It does.
    Lying,
    /// It does not.
    Gone,
    /// This reader cannot tell.
    Unknown,
}

/// The serial number of a security module, in the form that is printed on readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamId(pub String);

/// A reader behind a line.
#[derive(Debug)]
pub struct SamvReader<L> {
    line: L,
    timing: Timing,
    late_answer_possible: bool,
    /// The module was asked for a management number and does not know the command, or did not answer to it.
    no_management_number: bool,
}

/// Length of the management number: IIN 4, SN 8, DN 16 bytes (`SDT_ReadMngInfo`, 28 bytes).
const MANAGEMENT_NUMBER_LENGTH: usize = 28;

/// Length of the newest-address record: 35 UTF-16 units, as the address on the card itself.
const ADDED_ADDRESS_LENGTH: usize = 70;

impl<L: Line> SamvReader<L> {
    /// Takes over a line.
    pub const fn new(line: L, timing: Timing) -> Self {
        Self { line, timing, late_answer_possible: false, no_management_number: false }
    }

    /// The line itself.
    pub const fn line_mut(&mut self) -> &mut L {
        &mut self.line
    }

    /// Gives the line back.
    pub fn into_line(self) -> L {
        self.line
    }

    /// Asks the module whether it works.
    ///
    /// # Errors
    /// Its status if it does not; the line's errors.
    pub fn self_test(&mut self) -> Result<(), SamvError> {
        expect(self.exchange(Command::SelfTest)?, Status::OK).map(drop)
    }

    /// Asks for the module's serial number.
    ///
    /// # Errors
    /// The module's status; the line's errors; an answer of another length.
    pub fn sam_id(&mut self) -> Result<SamId, SamvError> {
        let answer = expect(self.exchange(Command::SamId)?, Status::OK)?;
        // Two u16, then three u32, little-endian, printed in decimal with fixed widths.
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *answer.data.as_slice() else {
            return Err(SamvError::Length(answer.data.len()));
        };
        Ok(SamId(format!(
            "{:02}.{:02}-{:08}-{:010}-{:010}",
            u16::from_le_bytes([a, b]),
            u16::from_le_bytes([c, d]),
            u32::from_le_bytes([e, f, g, h]),
            u32::from_le_bytes([i, j, k, l]),
            u32::from_le_bytes([m, n, o, p]),
        )))
    }

    /// Whether a card that can be selected lies in the field. A card that was read already is not found
    /// again before it has left.
    ///
    /// # Errors
    /// The module's status other than *not found*; the line's errors.
    pub fn find(&mut self) -> Result<bool, SamvError> {
        let answer = self.exchange(Command::Find)?;
        match answer.status {
            Status::FOUND => Ok(true),
            Status::NOT_FOUND => Ok(false),
            _ => Err(unexpected(&answer)),
        }
    }

    /// Selects the card found.
    ///
    /// # Errors
    /// The module's status; the line's errors.
    pub fn select(&mut self) -> Result<(), SamvError> {
        expect(self.exchange(Command::Select)?, Status::OK).map(drop)
    }

    /// Reads the selected card.
    ///
    /// # Errors
    /// The module's status, where *read failed* and a broken-off answer become
    /// [`SamvError::CardPulled`] if the card is gone; the line's errors; parts whose lengths do not add
    /// up.
    pub fn read(&mut self, fingerprint: bool) -> Result<CardBytes, SamvError> {
        let command = if fingerprint { Command::ReadWithFingerprint } else { Command::Read };
        let answer = self.exchange(command).and_then(|answer| expect(answer, Status::OK));
        match answer {
            Ok(answer) => split_card(&answer, fingerprint),
            Err(error) => Err(self.was_it_pulled(error)),
        }
    }

    /// Reads the newest address. `None`: the card has none, or this reader cannot ask.
    ///
    /// # Errors
    /// [`SamvError::CardPulled`] if the card left; the line's errors.
    pub fn added_address(&mut self) -> Result<Option<String>, SamvError> {
        let answer = match self.exchange(Command::ReadAddedAddress) {
            Ok(answer) => answer,
            Err(error) => return Err(self.was_it_pulled(error)),
        };
        match answer.status {
            Status::OK if answer.data.len() == ADDED_ADDRESS_LENGTH => {
                let text = decode_utf16(&answer.data)
                    .ok_or(SamvError::Text(super::TextError::NotText("added_address")))?;
                Ok(Some(text.trim_end_matches(' ').to_owned()).filter(|text| !text.is_empty()))
            }
            Status::OK => Err(SamvError::Length(answer.data.len())),
            Status::ITEM_EMPTY | Status::COMMAND_ERROR | Status::NO_PRIVILEGE => Ok(None),
            _ => Err(self.was_it_pulled(unexpected(&answer))),
        }
    }

    /// Reads the management number of the selected card, 56 hexadecimal digits. `None`: the card has none, this reader
    /// cannot ask, or it did not come. What was read before is whole without it, so nothing here is an error; a line
    /// that is lost shows at the next command.
    pub fn management_number(&mut self) -> Option<String> {
        if self.no_management_number {
            return None;
        }
        match self.exchange(Command::ReadManagementNumber) {
            Ok(answer) if answer.status == Status::OK && answer.data.len() == MANAGEMENT_NUMBER_LENGTH => {
                Some(answer.data.iter().map(|byte| format!("{byte:02x}")).collect())
            }
            // It would not answer the next time either, and the officer would wait for it at each card.
            Ok(Answer { status: Status::COMMAND_ERROR | Status::NO_PRIVILEGE, .. })
            | Err(SamvError::Timeout) => {
                self.no_management_number = true;
                None
            }
            Ok(answer) => {
                tracing::debug!(status = %answer.status, length = answer.data.len(), "no management number");
                None
            }
            Err(error) => {
                tracing::debug!(code = error.code(), "no management number");
                None
            }
        }
    }

    /// Whether the card that was read lies there still. Finding does not tell (a card that was read is
    /// not found again), but a selected card answers for its newest address, and one that has left does
    /// not.
    ///
    /// # Errors
    /// The line's errors.
    pub fn presence(&mut self) -> Result<Presence, SamvError> {
        let answer = self.exchange(Command::ReadAddedAddress)?;
        Ok(match answer.status {
            Status::OK | Status::ITEM_EMPTY => Presence::Lying,
            Status::COMMAND_ERROR | Status::NO_PRIVILEGE => Presence::Unknown,
            _ => Presence::Gone,
        })
    }

    /// A reading failed: looks whether the card is still there, to give the officer the right advice.
    fn was_it_pulled(&mut self, error: SamvError) -> SamvError {
        let could_be = matches!(
            error,
            SamvError::Status(Status::READ_FAILED) | SamvError::BrokenOff | SamvError::Timeout
        );
        if !could_be || matches!(self.presence(), Ok(Presence::Lying)) {
            return error;
        }
        if matches!(self.find(), Ok(false)) { SamvError::CardPulled } else { error }
    }

    /// One command, one answer.
    fn exchange(&mut self, command: Command) -> Result<Answer, SamvError> {
        self.silence()?;
        let limit = match command {
            Command::Read | Command::ReadWithFingerprint | Command::ReadAddedAddress => self.timing.read,
            _ => self.timing.short,
        };
        let result = self.exchange_within(command, limit);
        // Whatever went wrong, bytes of this answer may still be on their way; they must not be taken
        // for the next one.
        self.late_answer_possible = result.is_err();
        result
    }

    fn exchange_within(&mut self, command: Command, limit: Duration) -> Result<Answer, SamvError> {
        self.line.write_all(&encode_command(command.bytes(), &[]))?;
        self.line.flush()?;
        let end = Instant::now() + limit;
        let mut last_byte = Instant::now();
        let mut parser = AnswerParser::default();
        let mut buffer = [0; 512];
        loop {
            match parser.next_answer() {
                Some(Ok(answer)) if answer.prefix == [0, 0] => return Ok(answer),
                Some(Ok(answer)) => return Err(SamvError::Misplaced(answer.status)),
                Some(Err(FrameError::Checksum)) => return Err(SamvError::Checksum),
                Some(Err(FrameError::Length(length))) => return Err(SamvError::Length(length)),
                None => {}
            }
            let broken_off = parser.has_begun() && last_byte.elapsed() >= self.timing.gap;
            if broken_off || Instant::now() >= end {
                return Err(match (parser.has_begun(), parser.skipped()) {
                    (true, _) => SamvError::BrokenOff,
                    (false, 0) => SamvError::Timeout,
                    (false, skipped) => SamvError::Garbage(skipped),
                });
            }
            match self.line.read(&mut buffer) {
                Ok(count) => {
                    last_byte = Instant::now();
                    parser.push(&buffer[..count]);
                }
                Err(error) if error.kind() == ErrorKind::TimedOut => {
                    // Replays give up at once; a port has already waited.
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Throws away what lies in the line; after a failure, waits until nothing more comes.
    fn silence(&mut self) -> Result<(), SamvError> {
        self.line.clear_input()?;
        if !self.late_answer_possible {
            return Ok(());
        }
        let end = Instant::now() + self.timing.short;
        let mut quiet_since = Instant::now();
        let mut buffer = [0; 512];
        while quiet_since.elapsed() < self.timing.quiet && Instant::now() < end {
            match self.line.read(&mut buffer) {
                Ok(_) => quiet_since = Instant::now(),
                Err(error) if error.kind() == ErrorKind::TimedOut => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.late_answer_possible = false;
        Ok(())
    }
}

fn expect(answer: Answer, status: Status) -> Result<Answer, SamvError> {
    if answer.status == status { Ok(answer) } else { Err(unexpected(&answer)) }
}

/// A failure status is the reader's word; a good status in the wrong place is a mixed-up line.
fn unexpected(answer: &Answer) -> SamvError {
    match answer.status.fault() {
        Some(_) => SamvError::Status(answer.status),
        None => SamvError::Misplaced(answer.status),
    }
}

/// Cuts a reading into its parts: two or three big-endian lengths, then the parts.
fn split_card(answer: &Answer, fingerprint: bool) -> Result<CardBytes, SamvError> {
    let data = &answer.data;
    let head = if fingerprint { 6 } else { 4 };
    let wrong = || SamvError::Length(data.len());
    let lengths: Vec<usize> = data
        .get(..head)
        .ok_or_else(wrong)?
        .chunks_exact(2)
        .map(|pair| usize::from(u16::from_be_bytes([pair[0], pair[1]])))
        .collect();
    if lengths[0] != TEXT_LENGTH || head + lengths.iter().sum::<usize>() != data.len() {
        return Err(wrong());
    }
    let (text, rest) = data[head..].split_at(lengths[0]);
    let (photo, prints) = rest.split_at(lengths[1]);
    Ok(CardBytes {
        text: text.to_vec(),
        photo: photo.to_vec(),
        fingerprint: prints.to_vec(),
        raw: answer.raw.clone(),
    })
}
