//! Drivers for cameras (照相机).
//!
//! | folder | what |
//! |---|---|
//! | [`v4l2`] | what the kernel shows as `/dev/video…`: USB cameras, document cameras, capture cards |
//! | [`stream`] | frames from a file, a named pipe or a socket, as Motion JPEG or YUV4MPEG2: training and tests |
//! | [`gphoto2`] | cameras that a photographer holds, through libgphoto2 |
//!
//! [`moving`] does the tasks for the first two; [`jpeg`] and [`pixels`] judge and encode what they give.

mod adjusted;
pub mod error;
pub mod gphoto2;
pub mod jpeg;
mod moving;
mod mutants;
pub mod pixels;
mod still;
pub mod stream;
pub mod v4l2;

pub use error::CameraError;

use driver_contract::DriverFactory;

/// Every driver of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![Box::new(v4l2::V4l2Cameras), Box::new(stream::StreamCameras), Box::new(gphoto2::Gphoto2::default())]
}
