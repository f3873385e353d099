//! What libgphoto2's error numbers and its words mean (gphoto2-result.h, gphoto2-port-result.h of 2.5).

use crate::error::CameraError;

/// An answer below zero, and what the library said of it meanwhile.
pub(super) fn meaning(code: i32, said: &str) -> CameraError {
    let said = said.to_ascii_lowercase();
    let speaks = |words: &[&str]| words.iter().any(|word| said.contains(word));
    match code {
        // The drivers of makers tell a shutter that did not release with "error" alone, and the reason in words.
        -1 | -7 | -113 if speaks(&["focus"]) => CameraError::NoFocus,
        -1 | -7 | -113 if speaks(&["no card", "memory card", "no storage", "store not available"]) => {
            CameraError::NoCard
        }
        -1 | -7 | -113 if speaks(&["mode dial", "invalid mode", "wrong mode", "not in a mode"]) => {
            CameraError::WrongMode
        }
        -2 => CameraError::Settings("refused by libgphoto2".to_owned()),
        -3 | -4 | -8 => CameraError::LibraryMissing(format!("libgphoto2: error {code}")),
        -5 | -105 | -107 | -108 => CameraError::NotFound,
        -6 => CameraError::Unsupported,
        -10 => CameraError::Timeout,
        -52 => CameraError::Unplugged,
        -53 | -60 | -110 => CameraError::Busy,
        -102 => CameraError::Broken(crate::error::BrokenPicture::Undecodable),
        -112 => CameraError::Cancelled,
        -115 => CameraError::Full,
        // Its words stay here: they may hold names of files.
        _ => CameraError::Line(format!("libgphoto2: error {code}")),
    }
}

#[cfg(test)]
mod tests {
    use driver_contract::FaultCode;

    use super::*;

    #[test]
    fn numbers_and_words_have_their_faults() {
        let code = |number: i32, said: &str| meaning(number, said).fault_code();
        assert_eq!(code(-105, ""), FaultCode::NotFound);
        assert_eq!(code(-53, ""), FaultCode::Busy);
        assert_eq!(code(-6, ""), FaultCode::Unsupported);
        assert_eq!(code(-52, ""), FaultCode::Unplugged);
        assert_eq!(code(-10, ""), FaultCode::Timeout);
        assert_eq!(code(-115, ""), FaultCode::DeviceFull);
        assert_eq!(code(-112, ""), FaultCode::Cancelled);
        assert_eq!(code(-102, ""), FaultCode::CameraPictureBroken);
        assert_eq!(code(-7, ""), FaultCode::LineFailed);
        assert_eq!(code(-1, "Canon EOS Capture failed: Perhaps no focus?"), FaultCode::CameraNoFocus);
        assert_eq!(code(-1, "No memory card present"), FaultCode::CameraNoCard);
        assert_eq!(code(-1, "Sorry, your camera is in the wrong mode"), FaultCode::CameraWrongMode);
    }
}
