//! Frames that are written down as data, and the data itself.

use super::pieces;
use driver_contract::DeviceClass;
use driver_line::{Cut, Cutter, Framing, Model, Overlong, Pattern};

/// The patterns of the frames' target: as the models in `assets/devices` use them, one of each kind of word.
const PATTERNS: [&str; 3] =
    ["02 {score} {xor} 03", "A5 5A {x:2be} {y:3le} {crc16}", "4B {ticket:6t} ?? {sum@1} 0D"];

/// Frames between noise, in pieces.
pub(crate) fn line_frames(bytes: &[u8]) {
    let patterns: Vec<Pattern> = PATTERNS.iter().filter_map(|text| Pattern::parse(text).ok()).collect();
    for framing in [Framing::Stream, Framing::Messages] {
        let mut cutter = Cutter::new(patterns.clone(), framing);
        let mut taken = 0;
        for piece in pieces(bytes) {
            cutter.push(piece);
            while let Some(cut) = cutter.next_cut() {
                if let Cut::Frame(frame) = cut {
                    taken += frame.raw.len();
                    assert_eq!(frame.raw.len(), patterns[frame.pattern].length());
                }
            }
        }
        assert!(taken <= bytes.len());
        let _ = cutter.expire();
        assert!(!cutter.has_begun());
    }
}

/// Patterns as somebody writes them: a frame that one makes fits it.
pub(crate) fn line_patterns(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(pattern) = Pattern::parse(text) else { return };
    let Ok(frame) = pattern.encode(&Default::default(), Overlong::Refuse) else { return };
    assert_eq!(frame.len(), pattern.length());
    assert!(matches!(pattern.fit(&frame), driver_line::Fit::Whole(_)), "{text}");
}

/// Models as somebody writes them.
pub(crate) fn line_models(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for class in DeviceClass::ALL {
        if let Ok(model) = Model::parse(text, class) {
            let _ = model.cutter();
        }
    }
}
