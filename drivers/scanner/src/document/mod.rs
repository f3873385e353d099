//! Document cameras (高拍仪): a camera above a ground, which takes a page by itself when it lies still, cuts it out and sets
//! it straight. Any camera of `driver-camera` that the configuration calls one.

mod device;
mod eye;
mod factory;

pub use factory::DocumentCameras;

use driver_camera::stream::StreamCameras;
use driver_camera::v4l2::V4l2Cameras;
use driver_contract::DriverFactory;

/// The drivers `document-v4l2` and `document-stream`.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![
        Box::new(DocumentCameras::new("document-v4l2", Box::new(V4l2Cameras))),
        Box::new(DocumentCameras::new("document-stream", Box::new(StreamCameras))),
    ]
}
