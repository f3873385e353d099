//! Pictures of any size and content: nothing panics, nothing grows beyond its limit.

use std::time::Duration;

use page_image::judge::{Origin, is_blank, judge};
use page_image::reduce::{Palette, adaptive, reduce};
use page_image::still::Watch;
use page_image::straighten::{crop, flatten, page, upright};
use page_image::{Format, MOST_PIXELS, Picture, PictureError, Point, Quad, code, find, sheet, skew};
use proptest::prelude::*;

fn picture() -> impl Strategy<Value = Picture> {
    let side = || prop_oneof![Just(0_usize), Just(1), 1..12_usize, 1..90_usize];
    (side(), side(), any::<bool>(), any::<u64>(), 0..3_u8).prop_map(|(width, height, colour, seed, kind)| {
        let mut dice = crate::draw::Dice(seed);
        let length = width * height * if colour { 3 } else { 1 };
        let plain = (dice.roll() * 255.0) as u8;
        let bytes = (0..length).map(|_| match kind {
            0 => plain,
            1 => (dice.roll() * 255.0) as u8,
            _ if dice.roll() < 0.5 => 0,
            _ => 255,
        });
        let bytes = bytes.collect();
        if colour { Picture::rgb(width, height, bytes) } else { Picture::grey(width, height, bytes) }.unwrap()
    })
}

fn everything(one: &Picture, other: &Picture) {
    for origin in [
        Origin::Camera,
        Origin::Scanner { dpi: 0 },
        Origin::Scanner { dpi: 300 },
        Origin::Scanner { dpi: u16::MAX },
    ] {
        for finding in judge(one, origin).findings {
            assert!(finding.measured.is_finite() && finding.limit.is_finite(), "{finding:?}");
        }
    }
    let _ = (find::find(one), skew::skew(one), is_blank(one), code::read(one), adaptive(&one.luma()));
    for palette in [Palette::Colour, Palette::Grey, Palette::Black] {
        let reduced = reduce(one.clone(), palette);
        assert_eq!((reduced.width(), reduced.height()), (one.width(), one.height()));
    }
    for slant in [0.0, 3.0, -90.0, f64::NAN, f64::INFINITY] {
        assert_eq!(upright(one, slant).bytes().len(), one.bytes().len());
    }
    let part = crop(one, 3, 5, usize::MAX, 7);
    assert!(part.width() <= one.width() && part.height() <= 7);
    assert!(sheet::card(one, other, 20).is_ok());
    let mut watch = Watch::new();
    for (time, frame) in [one, other, one, one].into_iter().enumerate() {
        let _ = watch.see(frame, Duration::from_secs(time as u64));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]

    #[test]
    fn no_picture_makes_anything_stumble(one in picture(), other in picture()) {
        everything(&one, &other);
    }

    #[test]
    fn no_corners_make_the_page_stumble(
        one in picture(),
        corners in prop::array::uniform4((-1e3..1e3_f64, -1e3..1e3_f64)),
    ) {
        let quad = Quad { corners: corners.map(|(x, y)| Point::new(x, y)) };
        prop_assert!(flatten(&one, &quad, 9, 4).is_ok());
        prop_assert!(page(&one, &quad, Format::Id1, 30).is_ok());
    }
}

#[test]
fn long_and_thin_pictures() {
    for (width, height) in [(0, 0), (0, 9), (9, 0), (1, 40_000), (40_000, 1), (3, 20_000), (20_000, 4)] {
        let one = Picture::grey(width, height, vec![200; width * height]).unwrap();
        everything(&one, &one);
    }
}

#[test]
fn what_is_too_large_or_too_short_is_refused() {
    assert_eq!(Picture::grey(MOST_PIXELS + 1, 1, Vec::new()), Err(PictureError::TooLarge));
    assert_eq!(Picture::rgb(usize::MAX, 2, Vec::new()), Err(PictureError::TooLarge));
    assert_eq!(Picture::rgb(2, 2, vec![0; 11]), Err(PictureError::WrongLength { wanted: 12, got: 11 }));
    let one = Picture::grey(1, 1, vec![0]).unwrap();
    let quad = Quad { corners: [Point::new(0.0, 0.0); 4] };
    assert_eq!(page(&one, &quad, Format::A4, u16::MAX), Err(PictureError::TooLarge));
    assert_eq!(sheet::card(&one, &one, u16::MAX), Err(PictureError::TooLarge));
}
