//! The talk with a printer: what is sent in pieces, what is asked, and how many answers are still to come.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use driver_line::{Line, LineError, read_some};

use super::answer::{Answer, Answers};
use super::command;
use super::error::{Question, ReceiptError};
use super::status::Status;

/// Bytes handed to the line in one go: what a line of 9600 baud carries in a quarter of a second.
const PIECE: usize = 256;

/// A talk over an open line.
pub(crate) struct Talk {
    line: Box<dyn Line>,
    answers: Answers,
    real_time: VecDeque<u8>,
    /// Questions GS r that were sent, and answers to them.
    asked: u32,
    answered: u32,
    trouble: Option<u8>,
    /// Automatic status, the latest, until it is looked at.
    automatic: Option<Status>,
}

impl Talk {
    /// Takes over a line. What an earlier talk left unread is thrown away.
    pub(crate) fn new(mut line: Box<dyn Line>) -> Result<Self, ReceiptError> {
        line.clear_input()?;
        Ok(Self {
            line,
            answers: Answers::default(),
            real_time: VecDeque::new(),
            asked: 0,
            answered: 0,
            trouble: None,
            automatic: None,
        })
    }

    /// Reads what is there; waits for it at most as long as a line waits (a fraction of a tenth of a second).
    ///
    /// # Errors
    /// The line's; garbage; an answer that nobody asked for.
    pub(crate) fn listen(&mut self) -> Result<(), ReceiptError> {
        let mut buffer = [0; 64];
        if let Some(count) = read_some(self.line.as_mut(), &mut buffer)? {
            for byte in &buffer[..count] {
                self.answers.take(*byte, |answer| match answer {
                    Answer::RealTime(byte) => self.real_time.push_back(byte),
                    Answer::Transmitted(_) => self.answered += 1,
                    Answer::Automatic(bytes) => self.automatic = Some(Status::of_automatic(bytes)),
                    Answer::Garbage(byte) => self.trouble = self.trouble.or(Some(byte)),
                });
            }
        }
        match self.trouble {
            Some(byte) => Err(ReceiptError::Garbage { byte }),
            // At most one real-time question is open at a time.
            None if self.answered > self.asked || self.real_time.len() > 1 => Err(ReceiptError::Surplus),
            None => Ok(()),
        }
    }

    /// Sends bytes to the last. `stop` is asked meanwhile, and when it says yes, the line has `patience` for the rest: a
    /// command that is cut in two would swallow the next one.
    ///
    /// # Errors
    /// [`ReceiptError::Stuck`] if the printer takes nothing for so long; the line's.
    pub(crate) fn send(
        &mut self,
        bytes: &[u8],
        patience: Duration,
        stop: &dyn Fn() -> bool,
        after_stop: Duration,
    ) -> Result<(), ReceiptError> {
        let mut left = bytes;
        let mut moved = Instant::now();
        let mut stopped: Option<Instant> = None;
        while !left.is_empty() {
            match self.line.write(&left[..left.len().min(PIECE)]) {
                Ok(0) => return Err(LineError::Unplugged.into()),
                Ok(count) => {
                    left = &left[count..];
                    moved = Instant::now();
                }
                Err(error) if passing(&error) => {
                    if moved.elapsed() > patience {
                        return Err(ReceiptError::Stuck);
                    }
                    self.listen()?;
                }
                Err(error) => return Err(error.into()),
            }
            if stop() && stopped.get_or_insert_with(Instant::now).elapsed() > after_stop {
                return Err(ReceiptError::Stuck);
            }
        }
        Ok(())
    }

    /// Notes that a question GS r was sent.
    pub(crate) const fn ask(&mut self) {
        self.asked += 1;
    }

    /// Questions GS r that are not yet answered.
    pub(crate) const fn open_questions(&self) -> u32 {
        self.asked.saturating_sub(self.answered)
    }

    /// A status that came by itself since the last look.
    pub(crate) const fn automatic(&mut self) -> Option<Status> {
        self.automatic.take()
    }

    /// Asks for the four real-time states, one after the other.
    ///
    /// # Errors
    /// [`ReceiptError::Mute`] if one is not answered within `limit`; stopped; the line's.
    pub(crate) fn status(
        &mut self,
        limit: Duration,
        stop: &dyn Fn() -> bool,
    ) -> Result<Status, ReceiptError> {
        let mut bytes = [0; 4];
        for (number, byte) in (1..).zip(&mut bytes) {
            self.send(&command::real_time_status(number), limit, stop, Duration::ZERO)?;
            let asked = Instant::now();
            *byte = loop {
                if let Some(answer) = self.real_time.pop_front() {
                    break answer;
                }
                if stop() {
                    return Err(ReceiptError::Stopped);
                }
                if asked.elapsed() > limit {
                    return Err(ReceiptError::Mute { question: Question::RealTime });
                }
                self.listen()?;
            };
        }
        Ok(Status::of_real_time(bytes))
    }
}

fn passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
