//! Pens.

use super::pieces;
use driver_signature::evdev::Decoder;
use driver_signature::stu::{Capability, Information, parse_report};

/// Reports of a Wacom STU pad.
pub(crate) fn stu_reports(bytes: &[u8]) {
    let _ = parse_report(bytes);
    let _ = Information::parse(bytes);
    let _ = Capability::parse(bytes);
}

/// Events of an input node, in reads of any size.
pub(crate) fn pen_events(bytes: &[u8]) {
    let mut decoder = Decoder::default();
    let mut groups = 0;
    for piece in pieces(bytes) {
        groups += decoder.push(piece).len();
    }
    let _ = decoder.push(bytes);
    assert!(groups <= bytes.len(), "a group takes at least a byte");
}
