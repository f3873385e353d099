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
    /// Real-time questions that were given up: their answers may come late, and are then answers to nothing else.
    given_up: usize,
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
            given_up: 0,
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
                    Answer::RealTime(_) if self.given_up > 0 => self.given_up -= 1,
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
    /// [`ReceiptError::Stuck`] if the printer takes nothing for so long; stopped, where there is no patience; the line's.
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
            if !left.is_empty() && stop() {
                if after_stop.is_zero() {
                    return Err(ReceiptError::Stopped);
                }
                if stopped.get_or_insert_with(Instant::now).elapsed() > after_stop {
                    return Err(ReceiptError::Stuck);
                }
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
                let is_stopped = stop();
                if is_stopped || asked.elapsed() > limit {
                    self.given_up += 1;
                    let mute = ReceiptError::Mute { question: Question::RealTime };
                    return Err(if is_stopped { ReceiptError::Stopped } else { mute });
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

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Says what it is given, and takes everything.
    #[derive(Clone, Default)]
    struct Scripted(Arc<Mutex<VecDeque<u8>>>);

    impl Read for Scripted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let byte = self.0.lock().unwrap().pop_front().ok_or(io::ErrorKind::TimedOut)?;
            buffer[0] = byte;
            Ok(1)
        }
    }

    impl Write for Scripted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Line for Scripted {
        fn clear_input(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn talk() -> (Talk, impl Fn(&[u8])) {
        let line = Scripted::default();
        let says = line.clone();
        (Talk::new(Box::new(line)).unwrap(), move |bytes: &[u8]| says.0.lock().unwrap().extend(bytes))
    }

    const SOON: Duration = Duration::from_millis(50);

    #[test]
    fn a_late_answer_is_no_answer_to_the_next_question() {
        let (mut talk, says) = talk();
        assert!(matches!(talk.status(SOON, &|| false), Err(ReceiptError::Mute { .. })));
        assert!(matches!(talk.status(SOON, &|| true), Err(ReceiptError::Stopped)));
        // Both come now: cover open, offline. Then the four that are asked for.
        says(&[0x1a, 0x1a, 0x12, 0x12, 0x12, 0x1e]);
        let status = talk.status(SOON, &|| false).unwrap();
        assert_eq!(status, Status { paper_low: true, ..Status::default() });
    }

    #[test]
    fn more_answers_than_questions_are_noticed() {
        let (mut talk, says) = talk();
        says(&[0x00]);
        assert!(matches!(talk.listen(), Err(ReceiptError::Surplus)));
        let (mut talk, says) = self::talk();
        talk.ask();
        says(&[0x00, 0x12, 0x12]);
        assert!(talk.listen().is_ok() && talk.open_questions() == 0);
        assert!(talk.listen().is_ok());
        assert!(matches!(talk.listen(), Err(ReceiptError::Surplus)));
    }

    #[test]
    fn noise_is_named_by_its_first_byte() {
        let (mut talk, says) = talk();
        says(&[0xfe, 0xff]);
        assert!(matches!(talk.listen(), Err(ReceiptError::Garbage { byte: 0xfe })));
        assert!(matches!(talk.status(SOON, &|| false), Err(ReceiptError::Garbage { byte: 0xfe })));
    }
}
