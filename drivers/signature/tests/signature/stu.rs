//! The reports of STU pads.

use driver_contract::FaultCode;
use driver_signature::stu::{Capability, Information, PenData, Report, parse_report};
use proptest::prelude::*;

/// What Wacom's query sample prints for a STU-430V: 9600, 6000, 1023, 320, 200, 200 a second, 2540 lines an inch.
const STU_430V: [u8; 17] =
    [0x09, 0x25, 0x80, 0x17, 0x70, 0x03, 0xff, 0x01, 0x40, 0x00, 0xc8, 0xc8, 0x09, 0xec, 0x01, 0, 0];

#[test]
fn a_pad_describes_itself() {
    let capability = Capability::parse(&STU_430V).unwrap();
    assert_eq!((capability.max_x, capability.max_y, capability.max_pressure), (9600, 6000, 1023));
    assert_eq!((capability.screen_width, capability.screen_height, capability.max_rate), (320, 200, 200));
    for cut in 0..12 {
        assert_eq!(Capability::parse(&STU_430V[..cut]), None, "cut at {cut}");
    }
    let mut empty = [0; 17];
    empty[0] = 0x09;
    assert_eq!(Capability::parse(&empty), None, "a field of no size");
    let information = Information::parse(b"\x08STU-430V\0\x01\x04\0\0\0\0\0").unwrap();
    assert_eq!((information.model.as_str(), information.firmware.as_str()), ("STU-430V", "1.04"));
}

#[test]
fn pen_reports_with_and_without_time() {
    // rdy, sw 1, pressure 0x234, x 0x1234, y 0x0567, time 0x0102, sequence 0x0304.
    let bytes = [0x34, 0x92, 0x34, 0x12, 0x34, 0x05, 0x67, 0x01, 0x02, 0x03, 0x04];
    let pen = PenData {
        near: true,
        down: true,
        pressure: 0x234,
        x: 0x1234,
        y: 0x0567,
        time: Some((0x0102, 0x0304)),
    };
    assert_eq!(parse_report(&bytes).unwrap(), Report::Pen(pen));
    for cut in 0..bytes.len() {
        assert_eq!(
            parse_report(&bytes[..cut]).unwrap_err().fault_code(),
            FaultCode::WrongLength,
            "cut at {cut}"
        );
    }
    let plain = [0x01, 0x83, 0xff, 0, 1, 0, 2];
    let hover = PenData { near: true, down: false, pressure: 0x3ff, x: 1, y: 2, time: None };
    assert_eq!(parse_report(&plain).unwrap(), Report::Pen(hover));
    for encrypted in [0x10, 0x31, 0x33] {
        assert_eq!(parse_report(&[encrypted; 17]).unwrap_err().fault_code(), FaultCode::Unsupported);
    }
    assert_eq!(parse_report(&[0x03, 0, 0, 0, 0]).unwrap(), Report::Other(3));
}

proptest! {
    #[test]
    fn any_bytes_are_understood_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = parse_report(&bytes);
        let _ = Capability::parse(&bytes);
        let _ = Information::parse(&bytes);
    }
}
