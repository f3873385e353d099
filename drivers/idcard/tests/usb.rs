//! USB framing: one pair of pipes and the national two, against a module behind pipes in memory.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use driver_idcard::samv::{Pipes, SamvError, SamvReader, Status, Timing, UsbLine, encode_answer};

/// A module that answers each whole command, through one pair of pipes or two.
struct Module {
    pairs: usize,
    /// Longest transfer that it sends at once.
    piece: usize,
    told: Vec<u8>,
    /// Where each byte was sent.
    sent: Vec<(u8, usize)>,
    answers: [VecDeque<u8>; 2],
    gone: bool,
}

const OUTS: [u8; 2] = [0x02, 0x06];
const INS: [u8; 2] = [0x81, 0x85];

impl Module {
    fn new(pairs: usize, piece: usize) -> Self {
        let answers = [VecDeque::new(), VecDeque::new()];
        Self { pairs, piece, told: Vec::new(), sent: Vec::new(), answers, gone: false }
    }

    fn answer(&mut self) {
        let command = [self.told[7], self.told[8]];
        let frame = match command {
            [0x11, 0xff] => encode_answer(Status(0x90), &[]),
            [0x20, 0x01] => encode_answer(Status(0x9f), &[0; 4]),
            [0x20, 0x02] => encode_answer(Status(0x90), &[0; 8]),
            [0x30, 0x01] => {
                let mut data = vec![0x01, 0x00, 0x04, 0x00];
                data.extend(std::iter::repeat_n(0x20, 1280));
                encode_answer(Status(0x90), &data)
            }
            _ => encode_answer(Status(0x21), &[]),
        };
        let at = if self.pairs == 2 { 7 } else { frame.len() };
        self.answers[0].extend(&frame[..at]);
        self.answers[1].extend(&frame[at..]);
        self.told.clear();
    }
}

impl Pipes for Module {
    fn outs(&self) -> &[u8] {
        &OUTS[..self.pairs]
    }

    fn ins(&self) -> &[u8] {
        &INS[..self.pairs]
    }

    fn send(&mut self, endpoint: u8, bytes: &[u8], _: Duration) -> io::Result<usize> {
        if self.gone {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.sent.push((endpoint, bytes.len()));
        self.told.extend_from_slice(bytes);
        let length = self.told.get(5..7).map(|pair| usize::from(u16::from_be_bytes([pair[0], pair[1]])));
        if length.is_some_and(|length| self.told.len() == 7 + length) {
            self.answer();
        }
        Ok(bytes.len())
    }

    fn receive(&mut self, endpoint: u8, buffer: &mut [u8], _: Duration) -> io::Result<usize> {
        if self.gone {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let pipe = &mut self.answers[usize::from(endpoint == INS[1])];
        let count = pipe.len().min(self.piece).min(buffer.len());
        if count == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        for (place, byte) in buffer.iter_mut().zip(pipe.drain(..count)) {
            *place = byte;
        }
        Ok(count)
    }
}

fn reader(pairs: usize, piece: usize) -> SamvReader<UsbLine<Module>> {
    let timing = Timing {
        short: Duration::from_millis(60),
        read: Duration::from_millis(60),
        gap: Duration::from_millis(30),
        quiet: Duration::from_millis(1),
    };
    SamvReader::new(UsbLine::new(Module::new(pairs, piece)).unwrap(), timing)
}

#[test]
fn one_pair_and_two_pairs_read_the_same_in_pieces_of_any_size() {
    for pairs in [1, 2] {
        // 7 is the head of the national layout; 64 a full-speed packet.
        for piece in [7, 8, 63, 64, 65, 512, 4096] {
            let mut reader = reader(pairs, piece);
            reader.self_test().unwrap();
            assert!(reader.find().unwrap(), "{pairs} pairs, pieces of {piece}");
            reader.select().unwrap();
            let card = reader.read(false).unwrap();
            assert_eq!((card.text.len(), card.photo.len(), card.raw.len()), (256, 1024, 1295));
        }
    }
}

#[test]
fn a_status_is_told_and_the_next_command_is_not_disturbed() {
    let mut reader = reader(2, 64);
    let error = reader.sam_id().unwrap_err();
    assert!(matches!(error, SamvError::Status(Status(0x21))), "{error}");
    assert!(reader.find().unwrap());
}

#[test]
fn an_interface_without_pipes_is_no_reader() {
    assert!(UsbLine::new(Module::new(0, 64)).is_err());
}
