//! A finger made of arithmetic, and the line on which it reaches libfprint's virtual image sensor.
//!
//! The sensor itself is libfprint's own (`FP_VIRTUAL_IMAGE`, its driver `virtual_image`): it takes pictures from a
//! socket and treats them as those of any other sensor, looking for minutiae and refusing what has none.

mod finger;
mod line;

pub use finger::VirtualFinger;
pub use line::{SensorLine, SensorRetry, SensorTrouble};
