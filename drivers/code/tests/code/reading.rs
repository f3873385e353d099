//! The rules, and the keys, alone.

use std::time::{Duration, Instant};

use driver_code::wedge::{Keyboard, Stroke};
use driver_code::{Encoding, Reading, Rules};
use driver_contract::FaultCode;
use proptest::prelude::*;

fn rules() -> Rules {
    Rules {
        encoding: Encoding::Either,
        longest: 20,
        no_read: "NOREAD".into(),
        repeat: Duration::from_secs(1),
    }
}

fn text(rules: &Rules, bytes: &[u8]) -> Result<String, FaultCode> {
    rules.text(bytes).map_err(|error| error.fault_code())
}

#[test]
fn text_in_utf_8_and_in_gb_18030() {
    assert_eq!(text(&rules(), "演示𠮷".as_bytes()).as_deref(), Ok("演示𠮷"));
    // 演示 in GBK; 𠮷 has four bytes in GB 18030.
    assert_eq!(text(&rules(), &[0xd1, 0xdd, 0xca, 0xbe]).as_deref(), Ok("演示"));
    assert_eq!(text(&rules(), &[0x95, 0x34, 0xb9, 0x37]).map(|text| text.chars().count()), Ok(1));
    let utf8 = Rules { encoding: Encoding::Utf8, ..rules() };
    assert_eq!(text(&utf8, &[0xd1, 0xdd]), Err(FaultCode::CodeUnreadable));
    // Bytes that are both: what the setting says decides.
    let gbk = Rules { encoding: Encoding::Gb18030, ..rules() };
    assert_ne!(text(&gbk, "演示".as_bytes()), text(&rules(), "演示".as_bytes()));
}

#[test]
fn what_is_no_code() {
    let rules = rules();
    assert_eq!(text(&rules, &[b'A'; 20]).map(|text| text.len()), Ok(20));
    assert_eq!(text(&rules, &[b'A'; 21]), Err(FaultCode::CodeTooLong));
    assert_eq!(text(&rules, b"NOREAD"), Err(FaultCode::NoCode));
    assert_eq!(text(&rules, b"   "), Err(FaultCode::CodeUnreadable));
    for control in (0_u8..32).chain([127]) {
        let read = text(&rules, &[b'A', control]);
        assert_eq!(read.is_ok(), control == 29, "{control}: GS alone stands in codes");
    }
}

#[test]
fn a_long_code_ends_where_it_ends_and_the_next_one_is_whole() {
    let mut reading = Reading::new(rules());
    let now = Instant::now();
    for byte in [b'A'; 5000] {
        reading.push(byte);
    }
    assert_eq!(reading.end(now).unwrap().unwrap_err().fault_code(), FaultCode::CodeTooLong);
    reading.push(b'B');
    assert_eq!(reading.end(now).unwrap().unwrap().0, "B");
    assert!(reading.end(now).is_none(), "an end of line of two characters");
}

#[test]
fn the_same_code_counts_again_after_its_time() {
    let mut reading = Reading::new(rules());
    let start = Instant::now();
    let mut scan = |after_ms| {
        reading.push(b'A');
        reading.end(start + Duration::from_millis(after_ms)).is_some()
    };
    assert_eq!([scan(0), scan(900), scan(1800), scan(2900)], [true, false, false, true]);
    reading.push(b'A');
    assert_eq!(reading.break_off().unwrap().fault_code(), FaultCode::WrongLength);
    assert!(reading.break_off().is_none());
}

#[test]
fn shift_caps_lock_and_commands() {
    let mut keyboard = Keyboard::default();
    let letter = |letter: u8| Some(Stroke::Letter(letter));
    assert_eq!(keyboard.key(30, 1), letter(b'a'));
    assert_eq!(keyboard.key(30, 2), None, "a key that is held");
    assert_eq!((keyboard.key(42, 1), keyboard.key(54, 1), keyboard.key(42, 0)), (None, None, None));
    assert_eq!(keyboard.key(30, 1), letter(b'A'), "the other shift is still held");
    keyboard.key(54, 0);
    keyboard.key(58, 1);
    assert_eq!(
        (keyboard.key(30, 1), keyboard.key(2, 1)),
        (letter(b'A'), letter(b'1')),
        "caps lock is for letters"
    );
    keyboard.key(42, 1);
    assert_eq!((keyboard.key(30, 1), keyboard.key(2, 1)), (letter(b'a'), letter(b'!')));
    keyboard.key(42, 0);
    keyboard.key(29, 1);
    assert_eq!(keyboard.key(46, 1), Some(Stroke::Strange), "control and C");
    keyboard.key(29, 0);
    assert_eq!((keyboard.key(28, 1), keyboard.key(96, 1)), (Some(Stroke::End), Some(Stroke::End)));
    assert_eq!((keyboard.key(82, 1), keyboard.key(183, 1)), (letter(b'0'), Some(Stroke::Strange)));
}

proptest! {
    #[test]
    fn any_keys_and_any_bytes_are_taken(
        keys in proptest::collection::vec((any::<u16>(), -1_i32..4), 0..100),
        bytes in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut keyboard = Keyboard::default();
        for (code, value) in keys {
            let _ = keyboard.key(code, value);
        }
        for encoding in [Encoding::Either, Encoding::Utf8, Encoding::Gb18030] {
            let rules = Rules { encoding, ..rules() };
            if let Ok(text) = rules.text(&bytes) {
                let hidden = text.chars().any(|letter| letter.is_control() && letter != '\u{1d}');
                prop_assert!(!hidden);
                prop_assert!(bytes.len() <= 20);
            }
        }
    }
}
