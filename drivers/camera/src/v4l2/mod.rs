//! Cameras behind the kernel's Video4Linux 2 (V4L2; Linux userspace API, part "Video for Linux").
//!
//! `nokhwa` finds them. Pictures are fetched through `v4l`, which nokhwa itself stands on, because nokhwa 0.10 hands a
//! buffer over in its full length and without its flags: the rest of an older picture behind a cut one cannot be told
//! from the picture, it waits for a picture without an end, and its exposure, focus and zoom are not the controls that
//! USB cameras have.

mod controls;
mod factory;
mod modes;
mod search;
mod source;

pub use factory::V4l2Cameras;
pub use modes::{Coding, Mode, choose};
