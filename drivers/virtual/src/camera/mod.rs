//! A camera made of software: Motion JPEG or YUV4MPEG2 through a socket or a named pipe, or written into a file.
//!
//! Written from ITU-T T.81 (through a foreign encoder) and yuv4mpeg(5), not from the driver.

mod connection;
mod desk;
mod scene;
mod server;

pub use desk::Laid;
pub use scene::{CameraFormat, CameraScene, Scene, counter_of};
pub use server::{CameraFault, CameraOptions, CameraPlace, VirtualCamera, recording};
