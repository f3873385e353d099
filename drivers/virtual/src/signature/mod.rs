//! Virtual signature pads: a STU pad with its HID reports, a pen tablet with its input events, a pad on a serial line.

mod frames;
mod hand;
mod screen;
mod stu;
mod tablet;

pub use frames::VirtualFramePad;
pub use hand::{PenMove, handwriting};
pub use screen::VirtualPenScreen;
pub use stu::{StuFault, VirtualStu};
pub use tablet::VirtualTablet;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Waits until a driver has made the pad ready.
fn wait_for(ready: &AtomicBool, limit: Duration) -> bool {
    let end = Instant::now() + limit;
    while !ready.load(Ordering::SeqCst) {
        if Instant::now() >= end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}
