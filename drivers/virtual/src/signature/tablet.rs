//! A pen tablet as the kernel shows it: `struct input_event` of 24 bytes, ranges of ABS_X, ABS_Y and ABS_PRESSURE.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::io::Errno;

use super::hand::PenMove;
use super::wait_for;
use crate::node::{VirtualNode, unknown};

/// Smallest positions: a driver that takes them for 0 is wrong.
const LEFT: i32 = 100;
const TOP: i32 = -50;

#[derive(Default)]
struct State {
    grabbed: AtomicBool,
    grabbed_by_another: AtomicBool,
    without_axes: AtomicBool,
}

/// A tablet that is plugged in until it is dropped.
pub struct VirtualTablet {
    node: VirtualNode,
    state: Arc<State>,
}

fn event(at_ms: u32, kind: u16, code: u16, value: i32) -> Vec<u8> {
    let mut event = Vec::with_capacity(24);
    event.extend(i64::from(1_000 + at_ms / 1000).to_ne_bytes());
    event.extend((i64::from(at_ms % 1000) * 1000).to_ne_bytes());
    event.extend(kind.to_ne_bytes());
    event.extend(code.to_ne_bytes());
    event.extend(value.to_ne_bytes());
    event
}

impl VirtualTablet {
    /// Width and height in the tablet's units.
    pub const FIELD: (u32, u32) = (20_000, 12_000);

    /// Plugs a tablet in, whose node appears at `path`.
    ///
    /// # Errors
    /// No socket can be made there.
    pub fn start(path: &Path) -> io::Result<Self> {
        let state = Arc::new(State::default());
        let handler = {
            let state = Arc::clone(&state);
            Box::new(move |letter: u8, bytes: &[u8]| answer(&state, letter, bytes))
        };
        Ok(Self { node: VirtualNode::start(path, handler)?, state })
    }

    /// Another program grabs the tablet, or lets it go.
    pub fn grab_for_another(&self, grabbed: bool) {
        self.state.grabbed_by_another.store(grabbed, Ordering::SeqCst);
    }

    /// It is a keyboard: it has no axes.
    pub fn lose_axes(&self, lost: bool) {
        self.state.without_axes.store(lost, Ordering::SeqCst);
    }

    /// Pulls its plug.
    pub fn unplug(&self) {
        self.state.grabbed.store(false, Ordering::SeqCst);
        self.node.unplug();
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// As for [`VirtualTablet::start`].
    pub fn plug(&self) -> io::Result<()> {
        self.node.plug()
    }

    /// Forgets that a driver made it ready: what a pad does when its driver died.
    pub fn forget(&self) {
        self.state.grabbed.store(false, Ordering::SeqCst);
    }

    /// Waits until a driver is the tablet's only reader.
    #[must_use]
    pub fn wait_until_ready(&self, limit: Duration) -> bool {
        wait_for(&self.state.grabbed, limit)
    }

    /// Whether a driver is its only reader.
    #[must_use]
    pub fn is_grabbed(&self) -> bool {
        self.state.grabbed.load(Ordering::SeqCst)
    }

    /// Writes on it.
    pub fn write(&self, moves: &[PenMove]) {
        let mut was_down = false;
        for pen in moves {
            let mut batch = Vec::new();
            if pen.down != was_down {
                batch.extend(event(pen.at_ms, 1, 0x14a, i32::from(pen.down)));
                was_down = pen.down;
            }
            batch.extend(event(pen.at_ms, 3, 0, LEFT.saturating_add_unsigned(pen.x)));
            batch.extend(event(pen.at_ms, 3, 1, TOP.saturating_add_unsigned(pen.y)));
            batch.extend(event(pen.at_ms, 3, 24, if pen.down { i32::from(pen.pressure) } else { 0 }));
            // A tilt, which is no part of a signature here.
            batch.extend(event(pen.at_ms, 3, 26, 12));
            batch.extend(event(pen.at_ms, 0, 0, 0));
            self.node.send(&batch);
        }
    }

    /// The kernel lost events, as it does when nobody reads them in time.
    pub fn drop_events(&self, at_ms: u32) {
        let mut batch = event(at_ms, 0, 3, 0);
        batch.extend(event(at_ms, 3, 0, 7));
        batch.extend(event(at_ms, 0, 0, 0));
        self.node.send(&batch);
    }

    /// One of its buttons is pressed and let go.
    pub fn press(&self, code: u16) {
        let mut batch = event(0, 1, code, 1);
        batch.extend(event(0, 0, 0, 0));
        batch.extend(event(0, 1, code, 0));
        batch.extend(event(0, 0, 0, 0));
        self.node.send(&batch);
    }

    /// Sends bytes that are no events.
    pub fn send_raw(&self, bytes: &[u8]) {
        self.node.send(bytes);
    }
}

fn answer(state: &State, letter: u8, bytes: &[u8]) -> Option<Result<Vec<u8>, u8>> {
    let range = |minimum: i32, span: u32| {
        let mut answer = minimum.to_be_bytes().to_vec();
        answer.extend(minimum.saturating_add_unsigned(span).to_be_bytes());
        Some(Ok(answer))
    };
    let (width, height) = VirtualTablet::FIELD;
    match (letter, bytes) {
        (b'A', _) if state.without_axes.load(Ordering::SeqCst) => unknown(),
        (b'A', [0, 0]) => range(LEFT, width),
        (b'A', [0, 1]) => range(TOP, height),
        (b'A', [0, 24]) => range(0, 8191),
        (b'G', [1]) if state.grabbed_by_another.load(Ordering::SeqCst) => {
            Some(Err(u8::try_from(Errno::BUSY.raw_os_error()).unwrap_or(16)))
        }
        (b'G', [on]) => {
            state.grabbed.store(*on == 1, Ordering::SeqCst);
            Some(Ok(Vec::new()))
        }
        _ => unknown(),
    }
}
