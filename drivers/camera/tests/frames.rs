//! Streams cut into pictures: at every split point, with noise, cuts and wrong sizes.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use driver_camera::CameraError;
use driver_camera::stream::{FrameCutter, Y4mFlaw};
use driver_contract::{FaultCode, PictureSize};
use proptest::prelude::*;
use virtual_devices::camera::{CameraFormat, counter_of, recording};

const SIZE: PictureSize = PictureSize { width: 64, height: 48 };

/// What comes out: the bytes of whole pictures, `None` for one that is broken.
fn cut(pieces: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, CameraError> {
    let mut cutter = FrameCutter::default();
    let mut pictures = Vec::new();
    let mut fetch = |cutter: &mut FrameCutter| {
        while let Some(picture) = cutter.fetch() {
            pictures.push(
                picture.ok().inspect(|cut| assert_eq!(cut.size(), SIZE)).map(|cut| cut.bytes().to_vec()),
            );
        }
    };
    for piece in pieces {
        cutter.push(piece)?;
        fetch(&mut cutter);
    }
    cutter.end();
    fetch(&mut cutter);
    Ok(pictures)
}

fn pixels(jpeg: &[u8]) -> Option<Vec<u8>> {
    image::load_from_memory(jpeg).ok().map(|picture| picture.to_rgb8().into_raw())
}

fn three(format: CameraFormat) -> (Vec<u8>, Vec<Option<Vec<u8>>>) {
    let bytes = recording(format, SIZE.width, SIZE.height, 3, 25).unwrap();
    let pictures = cut(&[&bytes]).unwrap();
    assert!(pictures.len() == 3 && pictures.iter().all(Option::is_some));
    (bytes, pictures)
}

#[test]
fn pictures_come_out_whole_and_in_their_order_wherever_the_stream_is_split() {
    for format in [CameraFormat::Mjpeg, CameraFormat::Y4m] {
        let (bytes, pictures) = three(format);
        for place in 0..=bytes.len() {
            let (first, second) = bytes.split_at(place);
            assert_eq!(cut(&[first, second]).unwrap(), pictures, "{format:?} split at {place}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(cut(&single).unwrap(), pictures);
    }
}

#[test]
fn the_number_in_the_pixels_is_that_of_the_frame() {
    let bytes = recording(CameraFormat::Y4m, 320, 240, 4, 25).unwrap();
    let mut cutter = FrameCutter::default();
    cutter.push(&bytes).unwrap();
    cutter.end();
    for number in 1..=4 {
        let picture = cutter.fetch().unwrap().unwrap();
        assert_eq!(counter_of(picture.bytes(), 320, 240), Some(number));
    }
    assert_eq!(cutter.rate(), Some(25.0));
}

#[test]
fn a_cut_picture_is_told_and_the_next_one_is_whole() {
    let (bytes, pictures) = three(CameraFormat::Mjpeg);
    let [first, second, third] = [0, 1, 2].map(|place| pictures[place].clone().unwrap());
    // A cut in a segment's length swallows what follows, up to 64 KiB.
    let more = third.repeat(1 + (64 << 10) / third.len());
    for length in 2..second.len() {
        let cut_pictures = cut(&[&first, &second[..length], &more, &third]).unwrap();
        assert_eq!(cut_pictures.first(), Some(&Some(first.clone())), "cut after {length}");
        // Never pixels of two: a cut in JFIF's own segment may swallow a part of the next picture's head, which then
        // cannot be decoded, or can without it.
        let whole = Some(pixels(&third).unwrap());
        let good = |one: &Vec<u8>| *one == third || pixels(one).is_none() || pixels(one) == whole;
        assert!(cut_pictures[1..].iter().flatten().all(good), "cut after {length}");
        let lost =
            cut_pictures.contains(&None) || cut_pictures.iter().flatten().any(|one| one.len() != third.len());
        assert!(lost, "cut after {length}");
        assert_eq!(cut_pictures.last(), Some(&Some(third.clone())), "cut after {length}");
    }
    // Who comes in the middle gets the next whole one.
    let late = cut(&[&bytes[first.len() / 2..]]).unwrap();
    assert_eq!(late.into_iter().flatten().collect::<Vec<_>>(), [second, third]);
}

#[test]
fn what_is_no_stream_is_named() {
    let code = |bytes: &[u8]| cut(&[bytes]).unwrap_err().fault_code();
    assert_eq!(code(&vec![0x55; 5 << 20]), FaultCode::ProtocolGarbage);
    assert_eq!(code(b"YUV4MPEG2 W640\n"), FaultCode::CameraFormatUnknown);
    assert_eq!(code(&[b"YUV4MPEG2 ".as_slice(), &[b'X'; 300]].concat()), FaultCode::CameraFormatUnknown);
    // Longer than any frame may be: refused by its header, before a byte of it is held.
    assert_eq!(code(b"YUV4MPEG2 W60000 H60000\nFRAME\n"), FaultCode::CameraFormatUnknown);
}

#[test]
fn a_frame_that_is_too_short_or_too_long_ends_the_stream() {
    let (bytes, _) = three(CameraFormat::Y4m);
    for wrong in [[&bytes[..4000], &bytes[4001..]].concat(), [&bytes[..4000], b"x", &bytes[4000..]].concat()]
    {
        let error = cut(&[&wrong]).unwrap_err();
        // The frame in which a byte is missing never comes out.
        let mut cutter = FrameCutter::default();
        assert!(cutter.push(&wrong).is_err() && cutter.fetch().is_none());
        assert_eq!(error, CameraError::Y4m(Y4mFlaw::FrameLine));
        assert_eq!(error.fault_code(), FaultCode::CameraPictureBroken);
    }
}

proptest! {
    #[test]
    fn noise_never_makes_it_stumble(
        noise in proptest::collection::vec(any::<u8>(), 0..3000),
        begin in prop_oneof![Just(&b""[..]), Just(&b"YUV4MPEG2 W4 H4\nFRAME\n"[..]), Just(&b"\xff\xd8\xff"[..])],
        piece in 1_usize..200,
    ) {
        let bytes = [begin, &noise].concat();
        let mut cutter = FrameCutter::default();
        for part in bytes.chunks(piece) {
            if cutter.push(part).is_err() {
                break;
            }
            while cutter.fetch().is_some() {}
        }
    }
}
