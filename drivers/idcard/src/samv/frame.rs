//! Frames: `AA AA AA 96 69`, a big-endian length, the body, and an XOR over length and body.

use super::protocol::Status;
use crate::mutants::planted;

/// What every frame begins with.
pub(super) const PREAMBLE: [u8; 5] = [0xaa, 0xaa, 0xaa, 0x96, 0x69];

/// Preamble and length.
pub(super) const HEAD: usize = PREAMBLE.len() + 2;

/// Longest length field of an answer. The longest answer known, text, photo and two fingerprints, has
/// 0x090A; twice that leaves room and still bounds what a garbled length can make us wait for.
const LONGEST: usize = 0x1400;

/// Shortest length field of an answer: three status bytes and the check byte.
const SHORTEST: usize = 4;

/// Writes a command to the module.
#[must_use]
pub fn encode_command(command: [u8; 2], data: &[u8]) -> Vec<u8> {
    encode(&[&command, data].concat())
}

/// Writes an answer of the module: what a reader sends.
#[must_use]
pub fn encode_answer(status: Status, data: &[u8]) -> Vec<u8> {
    encode(&[&[0, 0, status.0], data].concat())
}

fn encode(body: &[u8]) -> Vec<u8> {
    // Bodies are built by this crate and at most a few kilobytes long.
    let length = u16::try_from(body.len() + 1).unwrap_or(u16::MAX);
    let mut frame = PREAMBLE.to_vec();
    frame.extend(length.to_be_bytes());
    frame.extend(body);
    frame.push(check_byte(&frame[PREAMBLE.len()..]));
    frame
}

/// XOR over length, status or command, and data.
pub(super) fn check_byte(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |check, byte| check ^ byte)
}

/// What the length field of a frame says that begins here; `None` while it is not there, and for a length that no frame
/// has.
pub(super) fn frame_length(frame: &[u8]) -> Option<usize> {
    let [.., high, low] = *frame.get(..HEAD)? else { return None };
    let length = usize::from(u16::from_be_bytes([high, low]));
    // The shortest is a command without data: two bytes and the check byte.
    (SHORTEST - 1..=LONGEST).contains(&length).then_some(length)
}

/// An answer whose check byte was right.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The first two status bytes; zero in every answer of the sheets.
    pub prefix: [u8; 2],
    /// The third.
    pub status: Status,
    /// What follows the status.
    pub data: Vec<u8>,
    /// The whole frame as it came.
    pub raw: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    /// Without the data: it is a person's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answer({:02x}, {} bytes)", self.status.0, self.data.len())
    }
}

/// Why bytes are no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// The check byte is wrong.
    Checksum,
    /// The length field is impossible.
    Length(usize),
}

/// Finds answers in what comes over the line, however it is cut and whatever lies before.
#[derive(Debug, Default)]
pub struct AnswerParser {
    buffer: Vec<u8>,
    skipped: usize,
}

impl AnswerParser {
    /// Takes in what the line gave.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next answer, an error where a frame began that is none, or `None` while more must come.
    ///
    /// After an error the search goes on behind the preamble of the bad frame.
    pub fn next_answer(&mut self) -> Option<Result<Answer, FrameError>> {
        self.seek_preamble();
        let length = self.declared_length()?;
        if !(SHORTEST..=LONGEST).contains(&length) {
            self.skip(PREAMBLE.len());
            return Some(Err(FrameError::Length(length)));
        }
        let end = HEAD + length;
        if self.buffer.len() < end {
            return None;
        }
        let frame = &self.buffer[..end];
        if check_byte(&frame[PREAMBLE.len()..]) != 0 && !planted("idcard-checksum-ignored") {
            self.skip(PREAMBLE.len());
            return Some(Err(FrameError::Checksum));
        }
        let answer = Answer {
            prefix: [frame[HEAD], frame[HEAD + 1]],
            status: Status(frame[HEAD + 2]),
            data: frame[HEAD + 3..end - 1].to_vec(),
            raw: frame.to_vec(),
        };
        self.buffer.drain(..end);
        Some(Ok(answer))
    }

    /// Whether a frame has begun and not ended, be it with the first byte of its preamble.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Bytes thrown away because they belonged to no frame.
    #[must_use]
    pub const fn skipped(&self) -> usize {
        self.skipped
    }

    fn declared_length(&self) -> Option<usize> {
        if self.buffer.len() < HEAD {
            return None;
        }
        Some(usize::from(u16::from_be_bytes([self.buffer[PREAMBLE.len()], self.buffer[PREAMBLE.len() + 1]])))
    }

    /// Throws away what cannot be the beginning of a preamble.
    fn seek_preamble(&mut self) {
        let start = (0..self.buffer.len())
            .find(|start| {
                let rest = &self.buffer[*start..];
                let length = rest.len().min(PREAMBLE.len());
                rest[..length] == PREAMBLE[..length]
            })
            .unwrap_or(self.buffer.len());
        self.skip(start);
    }

    fn skip(&mut self, count: usize) {
        self.buffer.drain(..count);
        self.skipped += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samv::Command;

    /// The frames that makers print in their sheets (eastcoms.com, yzsam.com); written here as there.
    #[test]
    fn printed_command_frames() {
        let printed: [(Command, &[u8]); 5] = [
            (Command::Find, &[0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0x03, 0x20, 0x01, 0x22]),
            (Command::Select, &[0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0x03, 0x20, 0x02, 0x21]),
            (Command::Read, &[0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0x03, 0x30, 0x01, 0x32]),
            (Command::ReadWithFingerprint, &[0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0x03, 0x30, 0x10, 0x23]),
            (Command::SamId, &[0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0x03, 0x12, 0xff, 0xee]),
        ];
        for (command, frame) in printed {
            assert_eq!(encode_command(command.bytes(), &[]), frame, "{command:?}");
        }
        let added = encode_command(Command::ReadAddedAddress.bytes(), &[]);
        assert_eq!(added.last(), Some(&0x30));
        let management = encode_command(Command::ReadManagementNumber.bytes(), &[]);
        assert_eq!(management, [0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0x03, 0x30, 0x05, 0x36]);
    }

    #[test]
    fn printed_answer_frames() {
        let printed: [(&[u8], u8, usize); 5] = [
            (&[0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 8, 0, 0, 0x9f, 0, 0, 0, 0, 0x97], 0x9f, 4),
            (&[0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 4, 0, 0, 0x80, 0x84], 0x80, 0),
            (&[0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 12, 0, 0, 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0x9c], 0x90, 8),
            (&[0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 4, 0, 0, 0x81, 0x85], 0x81, 0),
            (&[0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 4, 0, 0, 0x41, 0x45], 0x41, 0),
        ];
        for (frame, status, length) in printed {
            let mut parser = AnswerParser::default();
            parser.push(frame);
            let answer = parser.next_answer().unwrap().unwrap();
            assert_eq!((answer.status.0, answer.data.len()), (status, length));
            assert_eq!(answer.raw, frame);
            assert_eq!(encode_answer(answer.status, &answer.data), frame);
            assert_eq!(parser.next_answer(), None);
        }
        // The sheets give the whole lengths of the two reading answers.
        assert_eq!(encode_answer(Status::OK, &[0; 4 + 256 + 1024]).len(), 1295);
        assert_eq!(encode_answer(Status::OK, &[0; 6 + 256 + 1024 + 1024]).len(), 2321);
    }

    #[test]
    fn a_bad_length_does_not_swallow_the_next_frame() {
        let mut parser = AnswerParser::default();
        parser.push(&[0xaa, 0xaa, 0xaa, 0x96, 0x69, 0xff, 0xff]);
        parser.push(&encode_answer(Status::FOUND, &[0; 4]));
        assert_eq!(parser.next_answer(), Some(Err(FrameError::Length(0xffff))));
        assert_eq!(parser.next_answer().unwrap().unwrap().status, Status::FOUND);
    }
}
