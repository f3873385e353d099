//! A STU-430 in the form of its reports (Wacom's STU SDK, `Protocol.hpp`): feature reports 03, 08, 09, 20, 21, 25, 26, 27, 32;
//! input reports 01 and 34.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::hand::PenMove;
use super::wait_for;
use image::{GrayImage, Luma};

use crate::node::{Handler, VirtualNode, unknown};
use crate::uhid::{HidIdentity, HidPlug, KernelHid};

/// What a STU-430 says of itself: 9600 by 6000 units, 1023 steps of pressure, 320 by 200 pixels, 200 reports a second.
const CAPABILITY: [u8; 17] =
    [0x09, 0x25, 0x80, 0x17, 0x70, 0x03, 0xff, 0x01, 0x40, 0x00, 0xc8, 200, 0x09, 0xec, 0x01, 0, 0];
const INFORMATION: [u8; 17] =
    [0x08, b'S', b'T', b'U', b'-', b'4', b'3', b'0', 0, 0, 0x01, 0x04, 0, 0, 0, 0, 0];

/// Input reports 01 (6 bytes), 34 (10) and 10 (15); feature reports 03 (4), 08, 09 (16 bytes each), 20, 21, 25, 27 and 32 (1),
/// 26 (255).
const DESCRIPTOR: [u8; 111] = [
    0x06, 0x0d, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75,
    0x08, // vendor's page, bytes
    0x85, 0x01, 0x09, 0x01, 0x95, 0x06, 0x81, 0x02, // pen
    0x85, 0x34, 0x09, 0x01, 0x95, 0x0a, 0x81, 0x02, // pen with time
    0x85, 0x10, 0x09, 0x01, 0x95, 0x0f, 0x81, 0x02, // pen, encrypted
    0x85, 0x08, 0x09, 0x01, 0x95, 0x10, 0xb1, 0x02, // information
    0x85, 0x09, 0x09, 0x01, 0x95, 0x10, 0xb1, 0x02, // capability
    0x85, 0x20, 0x09, 0x01, 0x95, 0x01, 0xb1, 0x02, // clear screen
    0x85, 0x21, 0x09, 0x01, 0x95, 0x01, 0xb1, 0x02, // inking mode
    0x85, 0x32, 0x09, 0x01, 0x95, 0x01, 0xb1, 0x02, // pen data option mode
    0x85, 0x03, 0x09, 0x01, 0x95, 0x04, 0xb1, 0x02, // status
    0x85, 0x25, 0x09, 0x01, 0x95, 0x01, 0xb1, 0x02, // a picture begins
    0x85, 0x26, 0x09, 0x01, 0x95, 0xff, 0xb1, 0x02, // a piece of it
    0x85, 0x27, 0x09, 0x01, 0x95, 0x01, 0xb1, 0x02, // it ends
    0xc0,
];

const IDENTITY: HidIdentity =
    HidIdentity { name: "Wacom Co.,Ltd. STU-430", vendor: 0x056a, product: 0x00a6, descriptor: &DESCRIPTOR };

/// What a pad can do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StuFault {
    /// Nothing.
    #[default]
    None,
    /// It answers nothing.
    Silent,
    /// It is another device of the same maker: its capability report is empty.
    OtherDevice,
    /// Its reports are encrypted.
    Encrypted,
    /// Its reports break off.
    Short,
    /// It sends reports that nobody knows.
    Strange,
    /// None, but it is of the first pads, which knew no reports with a time.
    WithoutTime,
    /// None, but it takes no pictures.
    WithoutPictures,
    /// It says for ever that it is not ready for a picture.
    NeverReady,
}

#[derive(Default)]
struct State {
    fault: Mutex<StuFault>,
    inking: AtomicBool,
    option_mode: AtomicU8,
    cleared: Mutex<u32>,
    display: Mutex<Display>,
}

/// What stands behind the ink.
#[derive(Default)]
struct Display {
    /// Bytes of a picture that comes in.
    coming: Option<Vec<u8>>,
    shown: Option<GrayImage>,
}

impl Display {
    const WIDTH: u32 = 320;
    const HEIGHT: u32 = 200;

    /// Ends a picture; shows it if it is whole.
    fn end(&mut self) -> bool {
        let bytes = self.coming.take().unwrap_or_default();
        let whole = bytes.len() == (Self::WIDTH * Self::HEIGHT / 8) as usize;
        self.shown = whole.then(|| {
            GrayImage::from_fn(Self::WIDTH, Self::HEIGHT, |x, y| {
                let at = y * Self::WIDTH + x;
                Luma([if bytes[(at / 8) as usize] >> (7 - at % 8) & 1 == 1 { 255 } else { 0 }])
            })
        });
        whole
    }
}

/// A pad that is plugged in until it is dropped.
pub struct VirtualStu {
    node: HidPlug,
    state: Arc<State>,
}

fn copy<T: Copy>(mutex: &Mutex<T>) -> T {
    *mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl VirtualStu {
    /// Width and height in the pad's units.
    pub const FIELD: (u32, u32) = (9600, 6000);

    /// Plugs a pad in, whose node appears at `path`.
    ///
    /// # Errors
    /// No socket can be made there.
    pub fn start(path: &Path) -> io::Result<Self> {
        Self::with(|handler| Ok(HidPlug::Socket(VirtualNode::start(path, handler)?)))
    }

    /// Plugs a pad into the kernel, which makes a hidraw node for it.
    ///
    /// # Errors
    /// No `/dev/uhid`.
    pub fn in_kernel() -> io::Result<Self> {
        Self::with(|handler| Ok(HidPlug::Kernel(KernelHid::start(IDENTITY, handler)?)))
    }

    fn with(plug: impl FnOnce(Handler) -> io::Result<HidPlug>) -> io::Result<Self> {
        let state = Arc::new(State::default());
        let handler = {
            let state = Arc::clone(&state);
            Box::new(move |letter: u8, bytes: &[u8]| answer(&state, letter, bytes))
        };
        Ok(Self { node: plug(handler)?, state })
    }

    /// The kernel's node of a pad that is plugged in there.
    #[must_use]
    pub fn hidraw(&self) -> Option<PathBuf> {
        self.node.hidraw()
    }

    /// Tells the pad to do something wrong.
    pub fn set_fault(&self, fault: StuFault) {
        *self.state.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Pulls its plug.
    pub fn unplug(&self) {
        self.state.inking.store(false, Ordering::SeqCst);
        self.node.unplug();
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// As for [`VirtualStu::start`].
    pub fn plug(&self) -> io::Result<()> {
        self.node.plug()
    }

    /// Forgets that a driver made it ready: what a pad does when its driver died.
    pub fn forget(&self) {
        self.state.inking.store(false, Ordering::SeqCst);
    }

    /// Waits until the pad has been made ready to be written on.
    #[must_use]
    pub fn wait_until_ready(&self, limit: Duration) -> bool {
        wait_for(&self.state.inking, limit)
    }

    /// Whether it lets the pen draw.
    #[must_use]
    pub fn is_inking(&self) -> bool {
        self.state.inking.load(Ordering::SeqCst)
    }

    /// How often its display was cleared.
    #[must_use]
    pub fn times_cleared(&self) -> u32 {
        copy(&self.state.cleared)
    }

    /// What its display shows behind the ink; none while it is empty.
    #[must_use]
    pub fn display(&self) -> Option<GrayImage> {
        self.state.display.lock().unwrap_or_else(PoisonError::into_inner).shown.clone()
    }

    /// Writes on it.
    pub fn write(&self, moves: &[PenMove]) {
        let fault = copy(&self.state.fault);
        let timed = self.state.option_mode.load(Ordering::SeqCst) == 3;
        for (number, pen) in moves.iter().enumerate() {
            let mut report =
                report(*pen, timed.then_some(u16::try_from(number % 65_536).unwrap_or_default()));
            match fault {
                StuFault::Short => report.truncate(4),
                StuFault::Strange => report[0] = 0x77,
                StuFault::Encrypted => report[0] = 0x10,
                _ => {}
            }
            self.node.send(&report);
        }
    }
}

fn report(pen: PenMove, number: Option<u16>) -> Vec<u8> {
    let mut report = vec![if number.is_some() { 0x34 } else { 0x01 }];
    // rdy is bit 7, sw bits 6 to 4; the pressure has the twelve bits after them.
    let head = if pen.down { 0x9000 | (pen.pressure & 0x0fff) } else { 0x8000 };
    report.extend(head.to_be_bytes());
    for position in [pen.x, pen.y] {
        report.extend(u16::try_from(position).unwrap_or(u16::MAX).to_be_bytes());
    }
    if let Some(number) = number {
        report.extend(u16::try_from(pen.at_ms % 65_536).unwrap_or_default().to_be_bytes());
        report.extend(number.to_be_bytes());
    }
    report
}

fn answer(state: &State, letter: u8, bytes: &[u8]) -> Option<Result<Vec<u8>, u8>> {
    let fault = copy(&state.fault);
    if fault == StuFault::Silent {
        return None;
    }
    match (letter, bytes) {
        (b'F', [0x09, ..]) if fault == StuFault::OtherDevice => {
            let mut nothing = vec![0; 17];
            nothing[0] = 0x09;
            Some(Ok(nothing))
        }
        (b'F', [0x09, ..]) => Some(Ok(CAPABILITY.to_vec())),
        (b'F', [0x08, ..]) => Some(Ok(INFORMATION.to_vec())),
        (b'S', [0x20, 0]) => {
            *state.cleared.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            state.display.lock().unwrap_or_else(PoisonError::into_inner).shown = None;
            Some(Ok(Vec::new()))
        }
        (b'S', [0x25, ..]) if fault == StuFault::WithoutPictures => unknown(),
        _ if matches!(bytes.first(), Some(0x03 | 0x25..=0x27)) => picture(state, fault, letter, bytes),
        (b'S', [0x21, on]) => {
            state.inking.store(*on == 1, Ordering::SeqCst);
            Some(Ok(Vec::new()))
        }
        (b'S', [0x32, _]) if fault == StuFault::WithoutTime => unknown(),
        (b'S', [0x32, mode]) => {
            state.option_mode.store(*mode, Ordering::SeqCst);
            Some(Ok(Vec::new()))
        }
        _ => unknown(),
    }
}

/// The reports of the display; one bit a pixel is the only encoding of this model.
fn picture(state: &State, fault: StuFault, letter: u8, bytes: &[u8]) -> Option<Result<Vec<u8>, u8>> {
    let mut display = state.display.lock().unwrap_or_else(PoisonError::into_inner);
    match (letter, bytes) {
        (b'F', [0x03, ..]) => {
            let taking = display.coming.is_some() && fault != StuFault::NeverReady;
            Some(Ok(vec![0x03, u8::from(taking), 0, 0, 0]))
        }
        (b'S', [0x25, 0x00]) => {
            display.coming = Some(Vec::new());
            Some(Ok(Vec::new()))
        }
        (b'S', [0x26, low, high, block @ ..]) => {
            let length = usize::from(u16::from_le_bytes([*low, *high]));
            match (display.coming.as_mut(), block.get(..length)) {
                (Some(coming), Some(block)) => {
                    coming.extend(block);
                    Some(Ok(Vec::new()))
                }
                _ => unknown(),
            }
        }
        (b'S', [0x27, 0]) if display.end() => Some(Ok(Vec::new())),
        (b'S', [0x27, 1]) => {
            display.coming = None;
            Some(Ok(Vec::new()))
        }
        _ => unknown(),
    }
}
