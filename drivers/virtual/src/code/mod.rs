//! Virtual code scanners: one on a serial line, one that types like a keyboard.

mod keyboard;

pub use keyboard::VirtualKeyboardScanner;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::node::{VirtualNode, unknown};
use crate::tty::VirtualTty;

/// A scanner on a serial line that is plugged in until it is dropped.
pub struct VirtualSerialScanner {
    tty: VirtualTty,
}

impl VirtualSerialScanner {
    /// Plugs a scanner in, whose device file appears at `link`.
    ///
    /// # Errors
    /// No pseudo terminal.
    pub fn start(link: &Path) -> io::Result<Self> {
        let deaf = Box::new(|input: &mut Vec<u8>| {
            input.clear();
            Vec::new()
        });
        Ok(Self { tty: VirtualTty::start(link, deaf)? })
    }

    /// Scans a code: its bytes and an end of line.
    pub fn scan(&self, code: &[u8]) {
        let mut bytes = code.to_vec();
        bytes.extend(b"\r\n");
        self.tty.send(&bytes);
    }

    /// Sends bytes as they are.
    pub fn send_raw(&self, bytes: &[u8]) {
        self.tty.send(bytes);
    }

    /// Pulls its plug.
    pub fn unplug(&self) {
        self.tty.unplug();
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// As for [`VirtualSerialScanner::start`].
    pub fn plug(&self) -> io::Result<()> {
        self.tty.plug()
    }
}

#[derive(Default)]
struct Grab {
    ours: AtomicBool,
    another: AtomicBool,
}

/// A scanner that types, plugged in until it is dropped.
pub struct VirtualWedge {
    node: VirtualNode,
    grab: Arc<Grab>,
}

/// Left shift.
const SHIFT: u16 = 42;

/// Which key types a character on the US layout, and whether with shift.
fn key_of(character: char) -> Option<(u16, bool)> {
    let place = |row: &str, first: u16| {
        let index = row.chars().position(|one| one == character)?;
        Some(first + u16::try_from(index).ok()?)
    };
    let rows = [
        (2, "1234567890-=", "!@#$%^&*()_+"),
        (16, "qwertyuiop[]", "QWERTYUIOP{}"),
        (30, "asdfghjkl;'`", "ASDFGHJKL:\"~"),
        (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
        (57, " ", " "),
    ];
    for (first, plain, shifted) in rows {
        if let Some(code) = place(plain, first) {
            return Some((code, false));
        }
        if let Some(code) = place(shifted, first) {
            return Some((code, true));
        }
    }
    None
}

fn event(at_us: i64, kind: u16, code: u16, value: i32) -> Vec<u8> {
    let mut event = Vec::with_capacity(24);
    event.extend((at_us / 1_000_000).to_ne_bytes());
    event.extend((at_us % 1_000_000).to_ne_bytes());
    event.extend(kind.to_ne_bytes());
    event.extend(code.to_ne_bytes());
    event.extend(value.to_ne_bytes());
    event
}

impl VirtualWedge {
    /// Plugs a scanner in, whose node appears at `path`.
    ///
    /// # Errors
    /// No socket can be made there.
    pub fn start(path: &Path) -> io::Result<Self> {
        let grab = Arc::new(Grab::default());
        let handler = {
            let grab = Arc::clone(&grab);
            Box::new(move |letter: u8, bytes: &[u8]| match (letter, bytes) {
                (b'G', [1]) if grab.another.load(Ordering::SeqCst) => {
                    Some(Err(u8::try_from(Errno::BUSY.raw_os_error()).unwrap_or(16)))
                }
                (b'G', [on]) => {
                    grab.ours.store(*on == 1, Ordering::SeqCst);
                    Some(Ok(Vec::new()))
                }
                _ => unknown(),
            })
        };
        Ok(Self { node: VirtualNode::start(path, handler)?, grab })
    }

    /// Another program grabs the scanner, or lets it go.
    pub fn grab_for_another(&self, grabbed: bool) {
        self.grab.another.store(grabbed, Ordering::SeqCst);
    }

    /// Waits until a driver is its only reader.
    #[must_use]
    pub fn wait_until_grabbed(&self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while !self.grab.ours.load(Ordering::SeqCst) {
            if Instant::now() >= end {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }

    /// Whether a driver is its only reader.
    #[must_use]
    pub fn is_grabbed(&self) -> bool {
        self.grab.ours.load(Ordering::SeqCst)
    }

    /// Types a text and ENTER, with so many milliseconds from key to key by the kernel's clock. Characters that are on no key
    /// of the US layout come as F13, as some scanners do.
    pub fn type_text(&self, text: &str, key_ms: u32) {
        let mut at_us = 5_000_000;
        for character in text.chars() {
            at_us += i64::from(key_ms) * 1000;
            let (code, shift) = key_of(character).unwrap_or((183, false));
            self.press(at_us, code, shift);
        }
        self.press(at_us + i64::from(key_ms) * 1000, 28, false);
    }

    fn press(&self, at_us: i64, code: u16, shift: bool) {
        let mut batch = Vec::new();
        if shift {
            batch.extend(event(at_us, 1, SHIFT, 1));
        }
        batch.extend(event(at_us, 1, code, 1));
        batch.extend(event(at_us, 0, 0, 0));
        batch.extend(event(at_us, 1, code, 0));
        if shift {
            batch.extend(event(at_us, 1, SHIFT, 0));
        }
        batch.extend(event(at_us, 0, 0, 0));
        self.node.send(&batch);
    }

    /// The kernel lost events.
    pub fn drop_events(&self) {
        let mut batch = event(5_000_000, 0, 3, 0);
        batch.extend(event(5_000_000, 0, 0, 0));
        self.node.send(&batch);
    }

    /// Pulls its plug.
    pub fn unplug(&self) {
        self.grab.ours.store(false, Ordering::SeqCst);
        self.node.unplug();
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// As for [`VirtualWedge::start`].
    pub fn plug(&self) -> io::Result<()> {
        self.node.plug()
    }
}
