//! A pad on a serial line, with the frames of `assets/devices/signature-frames.toml`.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::hand::PenMove;
use super::wait_for;
use crate::tty::VirtualTty;

/// A pad that is plugged in until it is dropped.
pub struct VirtualFramePad {
    tty: VirtualTty,
    lit: Arc<AtomicBool>,
}

/// CRC-16/MODBUS, low byte first.
fn seal(mut frame: Vec<u8>) -> Vec<u8> {
    let crc = frame.iter().fold(0xffff_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| (crc >> 1) ^ (0xa001 * (crc & 1)))
    });
    frame.extend(crc.to_le_bytes());
    frame
}

impl VirtualFramePad {
    /// Width and height in the pad's units.
    pub const FIELD: (u32, u32) = (8000, 3000);

    /// Plugs a pad in, whose device file appears at `link`.
    ///
    /// # Errors
    /// No pseudo terminal.
    pub fn start(link: &Path) -> io::Result<Self> {
        let lit = Arc::new(AtomicBool::new(false));
        let reaction = {
            let lit = Arc::clone(&lit);
            Box::new(move |input: &mut Vec<u8>| {
                while input.len() >= 4 {
                    let command: Vec<u8> = input.drain(..4).collect();
                    match command {
                        command if command == seal(vec![0xa5, 0x10]) => lit.store(true, Ordering::SeqCst),
                        command if command == seal(vec![0xa5, 0x12]) => lit.store(false, Ordering::SeqCst),
                        _ => {}
                    }
                }
                Vec::new()
            })
        };
        Ok(Self { tty: VirtualTty::start(link, reaction)?, lit })
    }

    /// Pulls its plug.
    pub fn unplug(&self) {
        self.lit.store(false, Ordering::SeqCst);
        self.tty.unplug();
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// As for [`VirtualFramePad::start`].
    pub fn plug(&self) -> io::Result<()> {
        self.tty.plug()
    }

    /// Forgets that a driver made it ready: what a pad does when its driver died.
    pub fn forget(&self) {
        self.lit.store(false, Ordering::SeqCst);
    }

    /// Waits until the pad has been made ready to be written on.
    #[must_use]
    pub fn wait_until_ready(&self, limit: Duration) -> bool {
        wait_for(&self.lit, limit)
    }

    fn sample(pen: PenMove) -> Vec<u8> {
        let mut frame = vec![0xa5, 0x5a, u8::from(pen.down)];
        let short = |value: u32| u16::try_from(value % 65_536).unwrap_or_default().to_be_bytes();
        frame.extend(short(pen.x));
        frame.extend(short(pen.y));
        frame.extend(pen.pressure.to_be_bytes());
        frame.extend(short(pen.at_ms));
        seal(frame)
    }

    /// Writes on it.
    pub fn write(&self, moves: &[PenMove]) {
        for pen in moves {
            self.tty.send(&Self::sample(*pen));
        }
    }

    /// Writes on it over a line that spoils one bit of each frame.
    pub fn write_spoilt(&self, moves: &[PenMove]) {
        for pen in moves {
            let mut frame = Self::sample(*pen);
            frame[4] ^= 1;
            self.tty.send(&frame);
        }
    }

    /// One of its keys: 1 done, 2 once more, 3 I do not sign.
    pub fn press(&self, key: u8) {
        self.tty.send(&seal(vec![0xa5, 0x5b, key]));
    }

    /// Sends bytes as they are.
    pub fn send_raw(&self, bytes: &[u8]) {
        self.tty.send(bytes);
    }
}
