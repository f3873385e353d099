//! Cameras whose frames come from a file, a named pipe or a Unix socket, as Motion JPEG or YUV4MPEG2.
//!
//! What a virtual camera, `ffmpeg`, `gst-launch` or a recording gives:
//! `ffmpeg -i video.mp4 -f yuv4mpegpipe /run/camera` or `… -c:v mjpeg -f mjpeg unix:/run/camera`. Nobody vouches for
//! such a camera, so it always says `virtual` of itself, whatever the configuration says.

mod cutter;
mod factory;
mod line;
mod source;
mod y4m;

pub use cutter::{Cut, FrameCutter};
pub use factory::StreamCameras;
pub use y4m::{Sampling, Y4mFlaw, Y4mHeader};
