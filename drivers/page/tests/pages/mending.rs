//! Straight pages, colour taken away, both sides of a card on a sheet: against what was drawn.

use page_image::find::find;
use page_image::reduce::{Palette, reduce};
use page_image::skew::skew;
use page_image::straighten::{crop, page, upright};
use page_image::{Format, Picture, Point, sheet};

use crate::draw::{Sheet, noisy, photograph, scan, shaded};

/// How alike two pictures of one size are, as the correlation of their greys: 1 is the same but for light.
fn alike(one: &Picture, other: &Picture) -> f64 {
    assert_eq!((one.width(), one.height()), (other.width(), other.height()));
    let (one, other) = (one.luma(), other.luma());
    let mean =
        |levels: &[u8]| levels.iter().map(|level| f64::from(*level)).sum::<f64>() / levels.len() as f64;
    let (ma, mb) = (mean(one.levels()), mean(other.levels()));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in one.levels().iter().zip(other.levels()) {
        let (a, b) = (f64::from(*a) - ma, f64::from(*b) - mb);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    ab / (aa * bb).sqrt()
}

#[test]
fn a_card_photographed_askew_becomes_the_card() {
    let card = Sheet { character: 6.0, ..Sheet::card() };
    let corners =
        [(310.0, 240.0), (1010.0, 180.0), (1060.0, 640.0), (280.0, 690.0)].map(|(x, y)| Point::new(x, y));
    let seen = noisy(&shaded(&photograph(&card, corners, 1280, 960, |_, _| [45.0; 3]), 0.1), 2.0, 1);
    let found = find(&seen).unwrap();
    for (dpi, size) in [(200, (674, 425)), (300, (1011, 638))] {
        let straight = page(&seen, &found.corners, Format::Id1, dpi).unwrap();
        assert_eq!((straight.width(), straight.height()), size);
        let drawn = scan(&card, f64::from(dpi), 0.0);
        let same = alike(&crop(&straight, 40, 40, 550, 300), &crop(&drawn, 40, 40, 550, 300));
        assert!(same > 0.85, "{dpi} dpi: {same}");
    }
}

#[test]
fn a_slanting_page_is_set_upright() {
    for slant in [-7.0, -1.2, 0.8, 5.0] {
        let seen = scan(&Sheet::a4(), 100.0, slant);
        let set = upright(&seen, skew(&seen).unwrap());
        assert_eq!((set.width(), set.height()), (seen.width(), seen.height()));
        let left = skew(&set).unwrap();
        assert!(left.abs() <= 0.2, "{slant}: {left} is left");
        let drawn = scan(&Sheet::a4(), 100.0, 0.0);
        let same = alike(&crop(&set, 200, 200, 400, 700), &crop(&drawn, 200, 200, 400, 700));
        assert!(same > 0.7, "{slant}: {same}");
    }
}

#[test]
fn black_and_white_keeps_the_text_under_any_light() {
    let drawn = scan(&Sheet::a4(), 150.0, 0.0);
    let truth: Vec<bool> = drawn.luma().levels().iter().map(|level| *level < 132).collect();
    for (name, seen) in [
        ("even light", noisy(&drawn, 3.0, 1)),
        // From 1.5 to 0.5: the dark side's paper is darker than no ink of the bright one, but nearly.
        ("a lamp at the left", noisy(&shaded(&drawn, 0.5), 3.0, 2)),
    ] {
        let black = reduce(seen, Palette::Black);
        assert_eq!(black.channels(), 1);
        assert!(black.bytes().iter().all(|level| *level == 0 || *level == 255), "{name}");
        let wrong = black.bytes().iter().zip(&truth).filter(|(level, ink)| (**level == 0) != **ink).count();
        let share = wrong as f64 / truth.len() as f64;
        // What lies between is the rim of strokes, where a pixel is half ink.
        assert!(share < 0.05, "{name}: {share}");
    }
    assert_eq!(reduce(drawn.clone(), Palette::Grey).channels(), 1);
    assert_eq!(reduce(drawn.clone(), Palette::Colour), drawn);
}

#[test]
fn both_sides_of_a_card_come_true_to_scale() {
    for dpi in [200_u16, 300] {
        let side = |level| {
            let plain = Sheet { lines: false, radius: 0.0, paper: [level; 3], ..Sheet::card() };
            scan(&plain, 250.0, 0.0)
        };
        let sheet = sheet::card(&side(60.0), &side(120.0), dpi).unwrap();
        assert_eq!((sheet.width(), sheet.height()), Format::A4.pixels(dpi));
        for level in [60, 120] {
            let places: Vec<(usize, usize)> = sheet
                .luma()
                .levels()
                .iter()
                .enumerate()
                .filter(|(_, found)| found.abs_diff(level) < 5)
                .map(|(index, _)| (index % sheet.width(), index / sheet.width()))
                .collect();
            let width = places.iter().map(|place| place.0).max().unwrap()
                - places.iter().map(|place| place.0).min().unwrap()
                + 1;
            let height = places.iter().map(|place| place.1).max().unwrap()
                - places.iter().map(|place| place.1).min().unwrap()
                + 1;
            let millimetres = |pixels: usize| pixels as f64 / f64::from(dpi) * 25.4;
            assert!((millimetres(width) - 85.60).abs() < 0.2, "{}", millimetres(width));
            assert!((millimetres(height) - 53.98).abs() < 0.2, "{}", millimetres(height));
        }
    }
}
