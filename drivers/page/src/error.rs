//! What a picture can be refused for.

use crate::MOST_PIXELS;

/// Why bytes are no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// More pixels than any page has.
    #[error("the picture has more than {MOST_PIXELS} pixels")]
    TooLarge,
    /// The bytes are not as many as width and height ask for.
    #[error("{got} bytes where {wanted} are needed")]
    WrongLength {
        /// Bytes needed.
        wanted: usize,
        /// Bytes given.
        got: usize,
    },
}
