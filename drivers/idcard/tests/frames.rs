//! Frames under every cut, noise and flipped bit.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use driver_idcard::samv::{AnswerParser, Status, encode_answer};
use proptest::prelude::*;

fn reading_frame() -> Vec<u8> {
    let mut data = vec![0x01, 0x00, 0x04, 0x00];
    data.extend((0..1280_u32).map(|index| u8::try_from(index * 7 % 251).unwrap()));
    encode_answer(Status::OK, &data)
}

fn answers(pieces: &[&[u8]]) -> (Vec<Vec<u8>>, usize) {
    let mut parser = AnswerParser::default();
    let (mut whole, mut errors) = (Vec::new(), 0);
    for piece in pieces {
        parser.push(piece);
        while let Some(result) = parser.next_answer() {
            match result {
                Ok(answer) => whole.push(answer.raw),
                Err(_) => errors += 1,
            }
        }
    }
    (whole, errors)
}

#[test]
fn every_split_point_gives_the_same_answer() {
    let frame = reading_frame();
    for cut in 0..=frame.len() {
        let (front, back) = frame.split_at(cut);
        assert_eq!(answers(&[front, back]), (vec![frame.clone()], 0), "cut at {cut}");
    }
}

#[test]
fn no_flipped_bit_ever_gives_an_answer() {
    let frame = reading_frame();
    for bit in 0..frame.len() * 8 {
        let mut spoilt = frame.clone();
        spoilt[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(answers(&[&spoilt]).0, Vec::<Vec<u8>>::new(), "bit {bit}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(status: u8, data in prop::collection::vec(any::<u8>(), 0..3000)) {
        let frame = encode_answer(Status(status), &data);
        let mut parser = AnswerParser::default();
        parser.push(&frame);
        let answer = parser.next_answer().unwrap().unwrap();
        prop_assert_eq!(answer.status, Status(status));
        prop_assert_eq!(answer.data, data);
        prop_assert!(!parser.has_begun());
    }

    /// Noise may hold the beginning of a preamble, but no whole one.
    #[test]
    fn noise_before_a_frame_is_skipped(
        noise in prop::collection::vec(prop_oneof![Just(0xaa_u8), Just(0x96), any::<u8>()], 0..200),
        cuts in prop::collection::vec(0_usize..1500, 0..6),
    ) {
        prop_assume!(!noise.windows(5).any(|window| window == [0xaa, 0xaa, 0xaa, 0x96, 0x69]));
        let frame = reading_frame();
        let stream = [noise.as_slice(), &frame].concat();
        // The noise must not complete a preamble together with the frame's own first bytes.
        let first = stream.windows(5).position(|window| window == [0xaa, 0xaa, 0xaa, 0x96, 0x69]);
        prop_assume!(first == Some(noise.len()));
        let mut points: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
        points.push(0);
        points.push(stream.len());
        points.sort_unstable();
        let pieces: Vec<&[u8]> = points.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect();
        prop_assert_eq!(answers(&pieces), (vec![frame], 0));
    }

    #[test]
    fn one_spoilt_byte_never_gives_an_answer(at in 0_usize..1295, by in 1_u8..=255) {
        let mut frame = reading_frame();
        frame[at] ^= by;
        prop_assert!(answers(&[&frame]).0.is_empty());
    }

    #[test]
    fn no_bytes_make_the_parser_stumble(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        let mut parser = AnswerParser::default();
        parser.push(&bytes);
        let mut rounds = 0;
        while parser.next_answer().is_some() {
            rounds += 1;
            prop_assert!(rounds <= bytes.len());
        }
    }

    #[test]
    fn no_text_area_makes_the_decoder_stumble(
        bytes in prop::collection::vec(any::<u8>(), 256),
        letter in prop_oneof![Just(b' '), Just(b'I'), Just(b'J'), Just(b'Y')],
    ) {
        let mut bytes = bytes;
        bytes[248] = letter;
        bytes[249] = 0;
        let _ = driver_idcard::samv::decode_text(&bytes);
    }
}
