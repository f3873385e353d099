//! The corners of a document, wherever it lies.

use page_image::find::find;
use page_image::{Format, Picture, Point};

use crate::draw::{Dice, Sheet, noisy, photograph, shaded};

const WIDTH: usize = 1280;
const HEIGHT: usize = 960;
/// A camera of 1280 × 960 over A4 has a pixel every 0.3 mm.
const TOLERANCE: f64 = 1.5;

/// Where the corners of a sheet come to lie: turned, moved, each corner drawn a little by the perspective.
fn corners(sheet: &Sheet, size: f64, dice: &mut Dice) -> [Point; 4] {
    let turn = dice.between(-20.0, 20.0).to_radians();
    let (cx, cy) = (dice.between(600.0, 680.0), dice.between(450.0, 510.0));
    let (wide, high) = (sheet.width * size / 2.0, sheet.height * size / 2.0);
    [(-wide, -high), (wide, -high), (wide, high), (-wide, high)].map(|(x, y)| {
        let (x, y) = (x * dice.between(0.94, 1.0), y * dice.between(0.94, 1.0));
        Point::new(cx + x * turn.cos() - y * turn.sin(), cy + x * turn.sin() + y * turn.cos())
    })
}

fn off(picture: &Picture, truth: [Point; 4]) -> f64 {
    let found = find(picture).expect("a document lies there");
    assert!(found.touching < 1e-9, "it lies whole in the picture");
    found.corners.corners.iter().zip(truth).map(|(found, truth)| found.distance(truth)).fold(0.0, f64::max)
}

#[test]
fn corners_are_found_on_every_ground() {
    let grounds: [(&str, [f64; 3], [f64; 3]); 6] = [
        ("black mat", [25.0; 3], [225.0; 3]),
        ("green mat", [30.0, 90.0, 50.0], [225.0; 3]),
        ("wooden desk", [150.0, 105.0, 70.0], [230.0; 3]),
        ("grey desk, little lighter paper", [170.0; 3], [215.0; 3]),
        ("white desk, darker paper", [240.0; 3], [190.0, 180.0, 160.0]),
        ("blue desk as bright as the paper", [110.0, 160.0, 240.0], [180.0, 165.0, 120.0]),
    ];
    let mut worst: f64 = 0.0;
    for (number, (name, ground, paper)) in grounds.into_iter().enumerate() {
        for sheet in [Sheet { paper, ..Sheet::a4() }, Sheet { paper, ..Sheet::card() }] {
            let mut dice = Dice(number as u64 * 7 + 3);
            let size = if sheet.radius > 0.0 { 6.0 } else { 2.6 };
            let truth = corners(&sheet, size, &mut dice);
            let plain = photograph(&sheet, truth, WIDTH, HEIGHT, |_, _| ground);
            let seen = noisy(&shaded(&plain, 0.12), 3.0, number as u64);
            let off = off(&seen, truth);
            assert!(off < TOLERANCE, "{name}, {} mm wide: {off} pixels", sheet.width);
            worst = worst.max(off);
        }
    }
    assert!(worst > 0.0, "drawn and found by different code");
}

#[test]
fn the_format_is_known_by_its_sides() {
    let mut dice = Dice(5);
    for (sheet, size, format) in [(Sheet::a4(), 2.6, Format::A4), (Sheet::card(), 6.0, Format::Id1)] {
        let truth = corners(&sheet, size, &mut dice);
        let seen = photograph(&sheet, truth, WIDTH, HEIGHT, |_, _| [40.0; 3]);
        let (wide, high) = find(&seen).unwrap().corners.sides();
        assert_eq!(Format::of_sides(wide, high), Some(format));
    }
    assert_eq!(Format::of_sides(1.0, 1.0), None);
    assert_eq!(Format::of_sides(0.0, 0.0), None);
    assert_eq!(Format::of_sides(2970.0, 2100.0), Some(Format::A4Across));
    assert_eq!(Format::Id1.pixels(300), (1011, 638));
    assert_eq!(Format::A4.pixels(200), (1654, 2339));
}

#[test]
fn a_shadow_beside_the_sheet_is_not_the_sheet() {
    let sheet = Sheet::a4();
    let truth = corners(&sheet, 2.6, &mut Dice(11));
    let [_, right, lower, _] = truth;
    // The ground darkens from 150 to 110 in a strip of 25 pixels along the right side.
    let seen = photograph(&sheet, truth, WIDTH, HEIGHT, |x, y| {
        let along = Point::new(lower.x - right.x, lower.y - right.y);
        let length = along.x.hypot(along.y);
        let away = ((x - right.x) * along.y - (y - right.y) * along.x) / length;
        let beside = ((x - right.x) * along.x + (y - right.y) * along.y) / length;
        let shadow = (0.0..25.0).contains(&away) && (0.0..length).contains(&beside);
        [if shadow { 125.0 } else { 150.0 }; 3]
    });
    let off = off(&noisy(&seen, 2.0, 4), truth);
    assert!(off < TOLERANCE, "{off}");
}

#[test]
fn no_document_is_invented() {
    for (name, seen) in [
        (
            "an empty desk",
            photograph(
                &Sheet::a4(),
                [(2e4, 0.0), (3e4, 0.0), (3e4, 1e4), (2e4, 1e4)].map(|(x, y)| Point::new(x, y)),
                WIDTH,
                HEIGHT,
                |_, _| [120.0; 3],
            ),
        ),
        ("a page that fills the picture", crate::draw::scan(&Sheet::a4(), 100.0, 0.0)),
    ] {
        assert_eq!(find(&noisy(&seen, 3.0, 9)), None, "{name}");
    }
}

#[test]
fn a_sheet_over_the_edge_touches_it() {
    let sheet = Sheet::a4();
    for (x, y) in [(330.0, 0.0), (-330.0, 0.0), (0.0, 150.0), (0.0, -150.0)] {
        let upright = [(-260.0, -370.0), (260.0, -370.0), (260.0, 370.0), (-260.0, 370.0)];
        let truth = upright.map(|(dx, dy)| Point::new(640.0 + x * 1.3 + dx, 480.0 + y + dy));
        let seen = photograph(&sheet, truth, WIDTH, HEIGHT, |_, _| [60.0; 3]);
        let found = find(&seen).expect("it is still seen");
        assert!(found.touching > 0.3, "{x} {y}: {}", found.touching);
    }
}
