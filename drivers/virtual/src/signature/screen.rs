//! A pen screen as HID digitizers are: the kernel's own code makes an evdev node of it.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::hand::PenMove;
use crate::node::unknown;
use crate::uhid::{HidIdentity, KernelHid};

/// A stylus (HID Usage Tables 1.4, chapter 16): report 1 with tip switch and in range, X to 20,000, Y to 12,000, tip
/// pressure to 8,191.
const DESCRIPTOR: [u8; 61] = [
    0x05, 0x0d, 0x09, 0x02, 0xa1, 0x01, 0x09, 0x20, 0xa1, 0x00, 0x85, 0x01, // digitizer, pen, stylus
    0x09, 0x42, 0x09, 0x32, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x02, 0x81,
    0x02, // tip switch, in range
    0x95, 0x06, 0x81, 0x03, // six bits of nothing
    0x05, 0x01, 0x09, 0x30, 0x26, 0x20, 0x4e, 0x75, 0x10, 0x95, 0x01, 0x81, 0x02, // X
    0x09, 0x31, 0x26, 0xe0, 0x2e, 0x81, 0x02, // Y
    0x05, 0x0d, 0x09, 0x30, 0x26, 0xff, 0x1f, 0x81, 0x02, // tip pressure
    0xc0, 0xc0,
];

const IDENTITY: HidIdentity =
    HidIdentity { name: "virtual pen screen", vendor: 0x1209, product: 0x0001, descriptor: &DESCRIPTOR };

/// A pen screen that is plugged in until it is dropped.
pub struct VirtualPenScreen {
    device: KernelHid,
}

impl VirtualPenScreen {
    /// Width and height in its units.
    pub const FIELD: (u32, u32) = (20_000, 12_000);

    /// Plugs a pen screen into the kernel.
    ///
    /// # Errors
    /// No `/dev/uhid`.
    pub fn in_kernel() -> io::Result<Self> {
        Ok(Self { device: KernelHid::start(IDENTITY, Box::new(|_, _| unknown()))? })
    }

    /// Its `/dev/input/event*`.
    #[must_use]
    pub fn event(&self) -> Option<PathBuf> {
        self.device.event()
    }

    /// Pulls its plug.
    pub fn unplug(&self) {
        self.device.unplug();
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// As for [`VirtualPenScreen::in_kernel`].
    pub fn plug(&self) -> io::Result<()> {
        self.device.plug()
    }

    /// Waits until somebody reads its node, or nobody does any more.
    #[must_use]
    pub fn wait_until_open(&self, open: bool, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while self.device.is_open() != open {
            if Instant::now() >= end {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }

    /// Writes on it, as fast as a hand does.
    pub fn write(&self, moves: &[PenMove]) {
        for pen in moves {
            let mut report = vec![0x01, 0x02 | u8::from(pen.down)];
            for value in [pen.x, pen.y, if pen.down { u32::from(pen.pressure) } else { 0 }] {
                report.extend(u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes());
            }
            self.device.send(&report);
        }
    }
}
