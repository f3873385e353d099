//! A scanner that types, as a USB keyboard: the kernel's own code makes an evdev node of it.

use std::io;
use std::path::PathBuf;

use crate::node::unknown;
use crate::uhid::{HidIdentity, KernelHid};

/// The keyboard of the boot protocol (Device Class Definition for HID 1.11, appendix B.1), with keys to F24.
const DESCRIPTOR: [u8; 45] = [
    0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, // keyboard
    0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81,
    0x02, // shift and so on
    0x95, 0x01, 0x75, 0x08, 0x81, 0x01, // a byte of nothing
    0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x25, 0x73, 0x05, 0x07, 0x19, 0x00, 0x29, 0x73, 0x81,
    0x00, // six keys
    0xc0,
];

const IDENTITY: HidIdentity =
    HidIdentity { name: "virtual code scanner", vendor: 0x1209, product: 0x0001, descriptor: &DESCRIPTOR };

const SHIFT: u8 = 0x02;
const ENTER: u8 = 0x28;
const F13: u8 = 0x68;

/// Usage of the key that types a character on the US layout (HID Usage Tables 1.4, chapter 10), and its modifiers.
fn key_of(character: char) -> Option<(u8, u8)> {
    const PLAIN: &str = "abcdefghijklmnopqrstuvwxyz1234567890";
    const SHIFTED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()";
    // From 2C: space - = [ ] \, one that no US keyboard has, ; ' ` , . /
    const MARKS: &str = " -=[]\\\u{0};'`,./";
    const SHIFTED_MARKS: &str = "\u{0}_+{}|\u{0}:\"~<>?";
    for (row, first, modifiers) in
        [(PLAIN, 0x04, 0), (SHIFTED, 0x04, SHIFT), (MARKS, 0x2c, 0), (SHIFTED_MARKS, 0x2c, SHIFT)]
    {
        if let Some(index) = row.chars().position(|one| one == character) {
            return Some((first + u8::try_from(index).ok()?, modifiers));
        }
    }
    None
}

/// A scanner that is plugged in until it is dropped.
pub struct VirtualKeyboardScanner {
    device: KernelHid,
}

impl VirtualKeyboardScanner {
    /// Plugs a scanner into the kernel.
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
    /// As for [`VirtualKeyboardScanner::in_kernel`].
    pub fn plug(&self) -> io::Result<()> {
        self.device.plug()
    }

    /// Types a text and ENTER, a key every ten milliseconds. Characters that are on no key come as F13, as some scanners do.
    pub fn type_text(&self, text: &str) {
        for character in text.chars() {
            let (key, modifiers) = key_of(character).unwrap_or((F13, 0));
            self.press(key, modifiers);
        }
        self.press(ENTER, 0);
    }

    fn press(&self, key: u8, modifiers: u8) {
        self.device.send(&[modifiers, 0, key, 0, 0, 0, 0, 0]);
        self.device.send(&[0; 8]);
    }
}
