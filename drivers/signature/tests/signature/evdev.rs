//! The decoder of input events.

use driver_line::{ABS_PRESSURE, ABS_X, ABS_Y, BTN_TOUCH, EV_ABS, EV_KEY, EV_SYN, SYN_DROPPED, SYN_REPORT};
use driver_signature::evdev::{Decoder, Group};
use proptest::prelude::*;

fn event(time_us: i64, kind: u16, code: u16, value: i32) -> Vec<u8> {
    let mut bytes = (time_us / 1_000_000).to_ne_bytes().to_vec();
    bytes.extend((time_us % 1_000_000).to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(code.to_ne_bytes());
    bytes.extend(value.to_ne_bytes());
    bytes
}

fn stream(events: &[(u16, u16, i32)]) -> Vec<u8> {
    events.iter().flat_map(|(kind, code, value)| event(1_500_000, *kind, *code, *value)).collect()
}

/// x, y and whether it touches.
fn pens(groups: &[Group]) -> Vec<(i32, i32, bool)> {
    groups
        .iter()
        .filter_map(|group| match group {
            Group::Pen { x, y, down, .. } => Some((*x, *y, *down)),
            _ => None,
        })
        .collect()
}

const REPORT: (u16, u16, i32) = (EV_SYN, SYN_REPORT, 0);

#[test]
fn a_stroke_keeps_what_did_not_change() {
    let mut decoder = Decoder::default();
    let bytes = stream(&[
        (EV_ABS, ABS_X, 10),
        (EV_ABS, ABS_Y, 20),
        REPORT, // hovers
        (EV_KEY, BTN_TOUCH, 1),
        (EV_ABS, ABS_PRESSURE, 500),
        REPORT,
        (EV_ABS, ABS_X, 11),
        REPORT, // y as before
        (EV_KEY, BTN_TOUCH, 0),
        (EV_ABS, ABS_PRESSURE, 0),
        REPORT,
        (EV_ABS, ABS_X, 12),
        REPORT, // hovers
    ]);
    let groups = decoder.push(&bytes);
    assert_eq!(pens(&groups), [(10, 20, true), (11, 20, true), (11, 20, false)]);
    let Group::Pen { at_us, pressure, raw, .. } = &groups[0] else { panic!("{groups:?}") };
    assert_eq!((*at_us, *pressure, raw.len()), (1_500_000, Some(500), 72));
}

#[test]
fn a_pen_that_comes_down_where_the_last_one_was_has_drawn() {
    // The kernel tells no height that is the one before, though another signature ended there.
    let mut decoder = Decoder::at(Some(10), Some(20), Some(0));
    let bytes =
        stream(&[(EV_KEY, BTN_TOUCH, 1), (EV_ABS, ABS_X, 11), REPORT, (EV_KEY, BTN_TOUCH, 0), REPORT]);
    assert_eq!(pens(&decoder.push(&bytes)), [(11, 20, true), (11, 20, false)]);
}

#[test]
fn lost_events_break_the_stroke_and_it_goes_on_with_the_next_movement() {
    let mut decoder = Decoder::default();
    let begun = stream(&[
        (EV_ABS, ABS_X, 1),
        (EV_ABS, ABS_Y, 1),
        (EV_ABS, ABS_PRESSURE, 9),
        (EV_KEY, BTN_TOUCH, 1),
        REPORT,
    ]);
    assert_eq!(pens(&decoder.push(&begun)), [(1, 1, true)]);
    let lost = stream(&[(EV_SYN, SYN_DROPPED, 0), (EV_ABS, ABS_X, 99), REPORT]);
    assert_eq!(pens(&decoder.push(&lost)), [(1, 1, false)], "what came with the loss is worth nothing");
    assert_eq!(pens(&decoder.push(&stream(&[REPORT]))), []);
    assert_eq!(pens(&decoder.push(&stream(&[(EV_ABS, ABS_X, 5), REPORT]))), [(5, 1, true)]);
    // Had the pen been lifted meanwhile, its pressure says so.
    decoder.push(&stream(&[(EV_SYN, SYN_DROPPED, 0), REPORT]));
    let lifted = stream(&[(EV_ABS, ABS_PRESSURE, 0), (EV_ABS, ABS_X, 6), REPORT]);
    assert_eq!(pens(&decoder.push(&lifted)), []);
}

#[test]
fn keys_and_half_events() {
    let mut decoder = Decoder::default();
    let mut bytes = stream(&[(EV_KEY, 256, 1), REPORT, (EV_KEY, 256, 0), REPORT]);
    assert_eq!(decoder.push(&bytes), [Group::Key(256)]);
    bytes.truncate(30);
    assert_eq!(decoder.push(&bytes), [Group::Key(256), Group::Broken(6)]);
}

proptest! {
    #[test]
    fn any_bytes_give_at_most_one_group_an_event(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let groups = Decoder::default().push(&bytes);
        prop_assert!(groups.len() <= bytes.len() / 24 + 1);
    }

    #[test]
    fn any_events_end_every_stroke_that_they_began(
        events in proptest::collection::vec((0_u16..4, 0_u16..30, -5_i32..5), 0..200)
    ) {
        let mut decoder = Decoder::default();
        let mut events = events;
        for touch in events.iter_mut().filter(|event| event.0 == EV_KEY && event.1 < 15) {
            touch.1 = BTN_TOUCH;
        }
        let mut down = false;
        for group in decoder.push(&stream(&events)) {
            if let Group::Pen { down: now, .. } = group {
                prop_assert!(now || down, "lifted without having touched");
                down = now;
            }
        }
    }
}
