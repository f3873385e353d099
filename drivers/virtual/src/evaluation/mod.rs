//! Virtual evaluation pads, with the frames of `assets/devices/evaluation-serial.toml` and the reports of
//! `evaluation-hid.toml`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::node::{Handler, VirtualNode};
use crate::tty::VirtualTty;
use crate::uhid::{HidIdentity, HidPlug, KernelHid};

/// How many of a pad's questions have come, and the last one's bytes.
#[derive(Default)]
struct Asked {
    times: AtomicU32,
    rests: AtomicU32,
    prompt: Mutex<Vec<u8>>,
}

impl Asked {
    fn wait(&self, times: u32, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while self.times.load(Ordering::SeqCst) < times {
            if Instant::now() >= end {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }
}

enum Plug {
    Serial(VirtualTty),
    Hid(HidPlug),
}

/// Reports of eight bytes in and out, without numbers; vendor's page.
const DESCRIPTOR: [u8; 27] = [
    0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x08, 0x09,
    0x01, 0x81, 0x02, 0x95, 0x08, 0x09, 0x01, 0x91, 0x02, 0xc0,
];

const IDENTITY: HidIdentity =
    HidIdentity { name: "virtual evaluation pad", vendor: 0x1209, product: 0x0001, descriptor: &DESCRIPTOR };

/// A pad that is plugged in until it is dropped.
pub struct VirtualEvaluationPad {
    plug: Plug,
    asked: Arc<Asked>,
}

/// Frame of a serial pad: head, kind, the rest, sum of everything after the head, end.
fn serial_frame(kind: u8, rest: &[u8]) -> Vec<u8> {
    let mut frame = vec![0xaa, 0x55, kind];
    frame.extend(rest);
    let sum = frame[2..].iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    frame.extend([sum, 0x0d]);
    frame
}

impl VirtualEvaluationPad {
    /// A pad on a serial line, whose device file appears at `link`.
    ///
    /// # Errors
    /// No pseudo terminal.
    pub fn serial(link: &Path) -> io::Result<Self> {
        let asked = Arc::new(Asked::default());
        let reaction = {
            let asked = Arc::clone(&asked);
            Box::new(move |input: &mut Vec<u8>| {
                // Questions have 45 bytes, the word to rest 5.
                while let Some(length) = match input.get(2) {
                    Some(0x01) if input.len() >= 45 => Some(45),
                    Some(0x00) if input.len() >= 5 => Some(5),
                    Some(0x00 | 0x01) | None => None,
                    Some(_) => Some(1),
                } {
                    let frame: Vec<u8> = input.drain(..length).collect();
                    if length == 45 && frame == serial_frame(0x01, &frame[3..43]) {
                        *asked.prompt.lock().unwrap_or_else(PoisonError::into_inner) = frame[3..43].to_vec();
                        asked.times.fetch_add(1, Ordering::SeqCst);
                    } else if length == 5 && frame == serial_frame(0x00, &[]) {
                        asked.rests.fetch_add(1, Ordering::SeqCst);
                    }
                }
                Vec::new()
            })
        };
        Ok(Self { plug: Plug::Serial(VirtualTty::start(link, reaction)?), asked })
    }

    /// A HID pad, whose node appears at `path`.
    ///
    /// # Errors
    /// No socket can be made there.
    pub fn hid(path: &Path) -> io::Result<Self> {
        Self::with_reports(|handler| Ok(HidPlug::Socket(VirtualNode::start(path, handler)?)))
    }

    /// A HID pad that is plugged into the kernel, which makes a hidraw node for it.
    ///
    /// # Errors
    /// No `/dev/uhid`.
    pub fn in_kernel() -> io::Result<Self> {
        Self::with_reports(|handler| Ok(HidPlug::Kernel(KernelHid::start(IDENTITY, handler)?)))
    }

    fn with_reports(plug: impl FnOnce(Handler) -> io::Result<HidPlug>) -> io::Result<Self> {
        let asked = Arc::new(Asked::default());
        let handler = {
            let asked = Arc::clone(&asked);
            Box::new(move |letter: u8, bytes: &[u8]| {
                match (letter, bytes) {
                    (b'O', [0x00, 0x41, 1, ..]) => asked.times.fetch_add(1, Ordering::SeqCst),
                    (b'O', [0x00, 0x41, 0, ..]) => asked.rests.fetch_add(1, Ordering::SeqCst),
                    _ => 0,
                };
                None
            })
        };
        Ok(Self { plug: Plug::Hid(plug(handler)?), asked })
    }

    /// The kernel's node of a pad that is plugged in there.
    #[must_use]
    pub fn hidraw(&self) -> Option<PathBuf> {
        match &self.plug {
            Plug::Serial(_) => None,
            Plug::Hid(plug) => plug.hidraw(),
        }
    }

    /// Waits until the pad has been asked so often since it was made.
    #[must_use]
    pub fn wait_until_asked(&self, times: u32, limit: Duration) -> bool {
        self.asked.wait(times, limit)
    }

    /// Whether a driver has the pad open; of a serial line nobody knows.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match &self.plug {
            Plug::Serial(_) => true,
            Plug::Hid(node) => node.is_open(),
        }
    }

    /// How often it was asked.
    #[must_use]
    pub fn times_asked(&self) -> u32 {
        self.asked.times.load(Ordering::SeqCst)
    }

    /// How often it was let rest.
    #[must_use]
    pub fn times_rested(&self) -> u32 {
        self.asked.rests.load(Ordering::SeqCst)
    }

    /// The last question's text, in GB 18030, as it stands on the display.
    #[must_use]
    pub fn prompt(&self) -> Vec<u8> {
        self.asked.prompt.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the pad sends when a key is pressed.
    #[must_use]
    pub fn frame(&self, key: u8) -> Vec<u8> {
        match self.plug {
            Plug::Serial(_) => serial_frame(0x02, &[key]),
            Plug::Hid(_) => vec![0x45, key, 0, 0, 0, 0, 0, 0x45 ^ key],
        }
    }

    /// A citizen presses a key: 1 非常满意 to 5 非常不满意.
    pub fn press(&self, key: u8) {
        self.send_raw(&self.frame(key));
    }

    /// Sends bytes as they are.
    pub fn send_raw(&self, bytes: &[u8]) {
        match &self.plug {
            Plug::Serial(tty) => tty.send(bytes),
            Plug::Hid(node) => node.send(bytes),
        }
    }

    /// Pulls its plug.
    pub fn unplug(&self) {
        match &self.plug {
            Plug::Serial(tty) => tty.unplug(),
            Plug::Hid(node) => node.unplug(),
        }
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// As at its start.
    pub fn plug(&self) -> io::Result<()> {
        match &self.plug {
            Plug::Serial(tty) => tty.plug(),
            Plug::Hid(node) => node.plug(),
        }
    }
}
