//! A sign with the frames of `assets/devices/caller-sign.toml`.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::tty::VirtualTty;

/// What a sign can do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignFault {
    /// Nothing.
    #[default]
    None,
    /// It shows the call and says nothing.
    Mute,
    /// It refuses, with this reason.
    Refuse(u8),
    /// It is busy for so many calls.
    Busy(u32),
    /// Its answers have a wrong check value.
    Check,
    /// Its answers break off.
    Short,
    /// It answers something that nobody knows.
    Garbage,
    /// It answers for the call before.
    Stale,
}

/// A call that the sign has shown. Texts as they came, in GB 18030 with spaces at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCall {
    /// Number of the ticket.
    pub ticket: Vec<u8>,
    /// Window.
    pub window: Vec<u8>,
    /// Whether it was called once more.
    pub again: bool,
}

#[derive(Default)]
struct State {
    fault: SignFault,
    shown: Vec<ShownCall>,
}

/// A sign that is plugged in until it is dropped.
pub struct VirtualSign {
    tty: VirtualTty,
    state: Arc<Mutex<State>>,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// CRC-16/MODBUS, low byte first.
fn seal(mut frame: Vec<u8>) -> Vec<u8> {
    let crc = frame.iter().fold(0xffff_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| (crc >> 1) ^ (0xa001 * (crc & 1)))
    });
    frame.extend(crc.to_le_bytes());
    frame
}

/// Head, kind, number of the call, again, 8 bytes of ticket, 12 of window, check value.
const CALL_LENGTH: usize = 26;

impl VirtualSign {
    /// Plugs a sign in, whose device file appears at `link`.
    ///
    /// # Errors
    /// No pseudo terminal.
    pub fn start(link: &Path) -> io::Result<Self> {
        let state = Arc::new(Mutex::new(State::default()));
        let reaction = {
            let state = Arc::clone(&state);
            Box::new(move |input: &mut Vec<u8>| {
                let mut answers = Vec::new();
                while input.len() >= CALL_LENGTH {
                    let call: Vec<u8> = input.drain(..CALL_LENGTH).collect();
                    if call == seal(call[..CALL_LENGTH - 2].to_vec()) {
                        answers.extend(lock(&state).react(&call));
                    }
                }
                answers
            })
        };
        Ok(Self { tty: VirtualTty::start(link, reaction)?, state })
    }

    /// Tells the sign to do something wrong.
    pub fn set_fault(&self, fault: SignFault) {
        lock(&self.state).fault = fault;
    }

    /// What it has shown.
    #[must_use]
    pub fn shown(&self) -> Vec<ShownCall> {
        lock(&self.state).shown.clone()
    }

    /// Pulls its plug.
    pub fn unplug(&self) {
        self.tty.unplug();
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// As for [`VirtualSign::start`].
    pub fn plug(&self) -> io::Result<()> {
        self.tty.plug()
    }
}

impl State {
    fn react(&mut self, call: &[u8]) -> Option<Vec<u8>> {
        let number = call[2];
        match self.fault {
            SignFault::Refuse(reason) => return Some(seal(vec![0xc5, 0x82, number, reason])),
            SignFault::Busy(times) => {
                self.fault = if times > 1 { SignFault::Busy(times - 1) } else { SignFault::None };
                return Some(seal(vec![0xc5, 0x83, number]));
            }
            _ => {}
        }
        self.shown.push(ShownCall {
            ticket: call[4..12].to_vec(),
            window: call[12..24].to_vec(),
            again: call[3] == 1,
        });
        let mut answer = seal(vec![0xc5, 0x81, number]);
        match self.fault {
            SignFault::Mute => return None,
            SignFault::Check => answer[3] ^= 0xff,
            SignFault::Short => answer.truncate(2),
            SignFault::Garbage => answer = vec![0x13, 0x37, 0x00],
            SignFault::Stale => answer = seal(vec![0xc5, 0x81, number.wrapping_sub(1)]),
            _ => {}
        }
        Some(answer)
    }
}
