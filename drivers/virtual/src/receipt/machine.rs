//! The printer behind its line: buffer, mechanics, sensors, and what can be wrong with it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::paper::ReceiptSlip;
use super::stream::{Order, RealTime, Stream};

/// Receive buffer of the smaller models.
const BUFFER: usize = 4096;
/// What the knife needs.
const CUT: Duration = Duration::from_millis(5);

/// What can be wrong with a receipt printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReceiptFault {
    /// Nothing.
    #[default]
    None,
    /// The roll is nearly at its end.
    PaperLow,
    /// The roll is at its end.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// Somebody has switched it to offline.
    Offline,
    /// The head is too hot.
    HeadHot,
    /// The knife sticks at the next cut.
    CutterStuck,
    /// An error that it does not recover from.
    Unrecoverable,
    /// It prints, and says nothing.
    Mute,
    /// It prints and answers real-time questions, but no others.
    MuteInTurn,
    /// Everything that it says is noise.
    Garbage,
    /// It gives each answer in its turn twice.
    Twice,
    /// It neither prints nor answers nor takes anything.
    Hung,
    /// The plug is pulled.
    Pulled,
    /// It tells automatic states between its answers.
    Chatter,
}

#[derive(Debug)]
pub(super) struct Machine {
    pub(super) fault: ReceiptFault,
    /// A fault that comes after so many printed rows.
    later: Option<(usize, ReceiptFault)>,
    stream: Stream,
    waiting: VecDeque<Order>,
    waiting_bytes: usize,
    /// Rows of the first waiting picture that are on the paper.
    begun: usize,
    rows: usize,
    busy_until: Instant,
    /// Time that a row takes.
    pub(super) row_time: Duration,
    stuck: bool,
    dots: usize,
    hanging: ReceiptSlip,
    pub(super) slips: Vec<ReceiptSlip>,
    pub(super) pulses: u32,
    pub(super) strange: u32,
    pub(super) bytes_taken: usize,
}

impl Machine {
    pub(super) fn new(dots: usize) -> Self {
        Self {
            fault: ReceiptFault::None,
            later: None,
            stream: Stream::default(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            begun: 0,
            rows: 0,
            busy_until: Instant::now(),
            row_time: Duration::ZERO,
            stuck: false,
            dots,
            hanging: ReceiptSlip::of_head(dots),
            slips: Vec::new(),
            pulses: 0,
            strange: 0,
            bytes_taken: 0,
        }
    }

    pub(super) fn set_fault(&mut self, fault: ReceiptFault) {
        self.fault = fault;
        self.later = None;
        if fault == ReceiptFault::None {
            self.stuck = false;
        }
    }

    pub(super) fn set_fault_after(&mut self, rows: usize, fault: ReceiptFault) {
        self.later = Some((self.rows + rows, fault));
    }

    /// What hangs out of the printer.
    pub(super) fn hanging(&self) -> ReceiptSlip {
        self.hanging.clone()
    }

    /// Without power everything is forgotten but the paper.
    pub(super) fn lose_power(&mut self) {
        self.stream = Stream::default();
        self.waiting.clear();
        (self.waiting_bytes, self.begun, self.stuck) = (0, 0, false);
    }

    /// Bytes that the buffer has room for.
    pub(super) fn room(&self) -> usize {
        if self.fault == ReceiptFault::Hung {
            return 0;
        }
        BUFFER.saturating_sub(self.waiting_bytes + self.stream.waiting())
    }

    fn online(&self) -> bool {
        !matches!(
            self.fault,
            ReceiptFault::PaperOut
                | ReceiptFault::CoverOpen
                | ReceiptFault::Offline
                | ReceiptFault::HeadHot
                | ReceiptFault::Unrecoverable
                | ReceiptFault::Hung
                | ReceiptFault::Pulled
        ) && !self.stuck
    }

    /// Takes what came in; gives what it answers at once.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.bytes_taken += bytes.len();
        let mut answers = Vec::new();
        for byte in bytes {
            let before = self.stream.waiting();
            let (now, order) = self.stream.take(*byte);
            match now {
                Some(RealTime::Status(number)) => answers.extend(self.says(&[self.real_time(number)])),
                Some(RealTime::Pulse) => self.pulses += 1,
                Some(RealTime::Other) => self.strange += 1,
                None => {}
            }
            if let Some(order) = order {
                self.waiting_bytes += before + 1;
                self.waiting.push_back(order);
            }
        }
        answers
    }

    /// Prints what is due; gives what it answers in its turn.
    pub(super) fn work(&mut self) -> Vec<u8> {
        let mut answers = Vec::new();
        while self.online() && Instant::now() >= self.busy_until {
            let Some(order) = self.waiting.front() else { break };
            let size = match order {
                Order::Raster { line, data } => {
                    let (line, start) = (*line, self.begun * *line);
                    if start < data.len() {
                        let row = data[start..start + line].to_vec();
                        self.hanging.print(&row);
                        self.begun += 1;
                        self.rows += 1;
                        self.busy_until = Instant::now() + self.row_time;
                        if let Some((rows, fault)) = self.later
                            && self.rows >= rows
                        {
                            self.later = None;
                            self.fault = fault;
                        }
                        continue;
                    }
                    self.begun = 0;
                    8 + data.len()
                }
                Order::Cut if self.fault == ReceiptFault::CutterStuck => {
                    self.stuck = true;
                    break;
                }
                Order::Cut => {
                    self.busy_until = Instant::now() + CUT;
                    if !self.hanging.is_blank() {
                        let fresh = ReceiptSlip::of_head(self.dots);
                        self.slips.push(std::mem::replace(&mut self.hanging, fresh));
                    }
                    4
                }
                Order::Feed(dots) => {
                    self.hanging.fed += dots;
                    3
                }
                Order::Transmit(1 | 49) => {
                    if self.fault != ReceiptFault::MuteInTurn {
                        answers.extend(self.in_turn());
                    }
                    3
                }
                Order::Automatic(_) | Order::Initialise => 2,
                Order::Transmit(_) | Order::Character | Order::Unknown => {
                    self.strange += 1;
                    1
                }
            };
            self.waiting.pop_front();
            self.waiting_bytes = self.waiting_bytes.saturating_sub(size);
            if self.waiting.is_empty() {
                self.waiting_bytes = 0;
            }
        }
        answers
    }

    fn in_turn(&self) -> Vec<u8> {
        let low = if self.fault == ReceiptFault::PaperLow { 0x03 } else { 0x00 };
        match self.fault {
            ReceiptFault::Twice => vec![low, low],
            ReceiptFault::Chatter => vec![0x10, 0x00, 0x00, 0x00, low, 0x14, 0x00, 0x00, 0x00],
            _ => self.says(&[low]),
        }
    }

    fn says(&self, bytes: &[u8]) -> Vec<u8> {
        match self.fault {
            ReceiptFault::Mute | ReceiptFault::Hung | ReceiptFault::Pulled => Vec::new(),
            ReceiptFault::Garbage => vec![0xff, 0x80],
            _ => bytes.to_vec(),
        }
    }

    fn real_time(&self, number: u8) -> u8 {
        let is = |fault: ReceiptFault, bits: u8| if self.fault == fault { bits } else { 0 };
        0x12 | match number {
            1 => {
                if self.online() {
                    0
                } else {
                    0x08
                }
            }
            2 => {
                is(ReceiptFault::CoverOpen, 0x04)
                    | is(ReceiptFault::PaperOut, 0x20)
                    | is(ReceiptFault::HeadHot, 0x40)
                    | is(ReceiptFault::Unrecoverable, 0x40)
                    | if self.stuck { 0x40 } else { 0 }
            }
            3 => {
                is(ReceiptFault::Unrecoverable, 0x20)
                    | is(ReceiptFault::HeadHot, 0x40)
                    | if self.stuck { 0x08 } else { 0 }
            }
            _ => is(ReceiptFault::PaperLow, 0x0c) | is(ReceiptFault::PaperOut, 0x6c),
        }
    }
}
