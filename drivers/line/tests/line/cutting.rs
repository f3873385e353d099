//! Frames out of streams.

use driver_line::{Cut, Cutter, Framing, Pattern, Spoilt};
use proptest::prelude::*;

fn cutter(framing: Framing) -> Cutter {
    let patterns = ["AA 55 {key} {sum}", "AA 66 {x:2be} {crc16}"].map(|text| Pattern::parse(text).unwrap());
    Cutter::new(patterns.to_vec(), framing)
}

fn all(cutter: &mut Cutter) -> Vec<Cut> {
    std::iter::from_fn(|| cutter.next_cut()).collect()
}

fn keys(cuts: &[Cut]) -> Vec<u32> {
    cuts.iter()
        .filter_map(|cut| match cut {
            Cut::Frame(frame) => frame.number("key"),
            Cut::Spoilt(_) => None,
        })
        .collect()
}

/// AA 55 07 with its sum.
const KEY: [u8; 4] = [0xaa, 0x55, 0x07, 0x06];

#[test]
fn a_frame_is_found_at_every_split_and_behind_noise() {
    let mut bytes = vec![0x00, 0xaa, 0x13];
    bytes.extend(KEY);
    bytes.extend(KEY);
    for split in 0..=bytes.len() {
        let mut cutter = cutter(Framing::Stream);
        cutter.push(&bytes[..split]);
        let mut cuts = all(&mut cutter);
        cutter.push(&bytes[split..]);
        cuts.extend(all(&mut cutter));
        assert_eq!(keys(&cuts), [7, 7], "split at {split}");
        let noise: usize = cuts
            .iter()
            .map(|cut| if let Cut::Spoilt(Spoilt::Garbage(count)) = cut { *count } else { 0 })
            .sum();
        assert_eq!(noise, 3, "split at {split}");
        assert!(!cutter.has_begun());
    }
}

#[test]
fn a_wrong_check_value_costs_one_frame_and_not_the_next() {
    let mut cutter = cutter(Framing::Stream);
    cutter.push(&[0xaa, 0x55, 0x07, 0x07]);
    cutter.push(&KEY);
    let cuts = all(&mut cutter);
    assert_eq!(cuts[0], Cut::Spoilt(Spoilt::Check));
    assert_eq!(keys(&cuts), [7]);
}

#[test]
fn what_began_and_did_not_end_expires() {
    let mut cutter = cutter(Framing::Stream);
    cutter.push(&KEY[..3]);
    assert_eq!(all(&mut cutter), []);
    assert!(cutter.has_begun());
    assert_eq!(cutter.expire(), Some(Spoilt::BrokenOff));
    assert_eq!(cutter.expire(), None);
    cutter.push(&KEY);
    assert_eq!(keys(&all(&mut cutter)), [7]);
}

#[test]
fn a_message_is_a_frame_or_none() {
    let mut cutter = cutter(Framing::Messages);
    let mut take = |bytes: &[u8]| {
        cutter.push(bytes);
        all(&mut cutter)
    };
    assert_eq!(keys(&take(&KEY)), [7]);
    assert_eq!(take(&KEY[..3]), [Cut::Spoilt(Spoilt::BrokenOff)]);
    assert_eq!(take(&[0xaa, 0x55, 0x07, 0x07]), [Cut::Spoilt(Spoilt::Check)]);
    assert_eq!(take(&[0x13; 4]), [Cut::Spoilt(Spoilt::Garbage(4))]);
    let mut long = KEY.to_vec();
    long.push(0);
    assert_eq!(take(&long), [Cut::Spoilt(Spoilt::Garbage(5))], "a longer report is another report");
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_end_and_are_counted_once(
        pieces in proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(0xaa_u8), Just(0x55), Just(0x66), any::<u8>()], 0..20), 0..20)
    ) {
        let total: usize = pieces.iter().map(Vec::len).sum();
        let mut cutter = cutter(Framing::Stream);
        let mut counted = 0;
        for piece in &pieces {
            cutter.push(piece);
            while let Some(cut) = cutter.next_cut() {
                counted += match cut {
                    Cut::Frame(frame) => frame.raw.len(),
                    Cut::Spoilt(Spoilt::Garbage(count)) => count,
                    // One byte of it is gone; the rest is looked at again.
                    Cut::Spoilt(_) => 1,
                };
            }
        }
        prop_assert!(counted <= total);
        prop_assert!(total - counted < 6, "{} of {total} bytes are still held", total - counted);
    }

    #[test]
    fn any_pattern_is_read_or_refused(text in "[0-9A-F?{}a-z:@ ]{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(pattern) = Pattern::parse(&text) {
            let _ = pattern.fit(&bytes);
            prop_assert!((1..=256).contains(&pattern.length()));
        }
    }
}
