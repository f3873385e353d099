//! Each defect is found just beyond its limit, and nothing is found just within it. The limits stand here as numbers, so
//! that one that is changed is missed.

use page_image::judge::{Defect, Origin, is_blank, judge};
use page_image::skew::skew;
use page_image::straighten::crop;
use page_image::{Picture, Point};

use crate::draw::{Sheet, blurred, dimmed, noisy, photograph, scan, shaded, shining};

const SCANNER: Origin = Origin::Scanner { dpi: 200 };

fn defects(picture: &Picture, origin: Origin) -> Vec<Defect> {
    judge(picture, origin).findings.iter().map(|finding| finding.defect).collect()
}

/// A4 in the middle of a picture of 1280 × 960, 90 dpi or 3.5 pixels a millimetre when `large`.
fn under_camera(sheet: &Sheet) -> (Picture, [Point; 4]) {
    let scale = 3.0;
    let (wide, high) = (sheet.width * scale / 2.0, sheet.height * scale / 2.0);
    let corners = [(-wide, -high), (wide, -high), (wide, high), (-wide, high)]
        .map(|(x, y)| Point::new(640.0 + x, 480.0 + y + x * 0.02));
    (photograph(sheet, corners, 1280, 960, |_, _| [50.0; 3]), corners)
}

/// A text large enough for a preview of 76 dpi.
fn legible() -> Sheet {
    Sheet { character: 12.0, ..Sheet::a4() }
}

#[test]
fn good_pages_have_no_defect() {
    for dpi in [200, 300] {
        let page = noisy(&scan(&Sheet::a4(), f64::from(dpi), 0.1), 2.0, 1);
        let judgement = judge(&page, Origin::Scanner { dpi });
        assert!(judgement.findings.is_empty(), "{dpi} dpi: {:?}", judgement.findings);
    }
    let (seen, _) = under_camera(&legible());
    let judgement = judge(&noisy(&shaded(&seen, 0.1), 2.0, 2), Origin::Camera);
    assert!(judgement.findings.is_empty(), "{:?}", judgement.findings);
}

#[test]
fn a_dark_page() {
    // Paper of 225 times the factor.
    let page = scan(&Sheet::a4(), 200.0, 0.0);
    for (paper, dark) in [(96.0, false), (84.0, true)] {
        let found = defects(&noisy(&dimmed(&page, paper / 225.0), 2.0, 3), SCANNER);
        assert_eq!(found.contains(&Defect::TooDark), dark, "paper {paper}: {found:?}");
    }
    let (seen, _) = under_camera(&Sheet { paper: [80.0; 3], ink: 20.0, ..legible() });
    assert!(defects(&seen, Origin::Camera).contains(&Defect::TooDark), "by the document, not by its ground");
}

#[test]
fn a_page_whose_strokes_have_gone() {
    for (ink, bright) in [(158.0, false), (182.0, true)] {
        let page = scan(&Sheet { ink, paper: [252.0; 3], ..Sheet::a4() }, 200.0, 0.0);
        assert_eq!(defects(&page, SCANNER).contains(&Defect::TooBright), bright, "ink {ink}");
    }
}

#[test]
fn a_blurred_page() {
    for dpi in [200_u16, 300] {
        let page =
            crop(&scan(&Sheet { height: 90.0, ..Sheet::a4() }, f64::from(dpi), 0.0), 150, 150, 900, 450);
        let pixels = |millimetres: f64| millimetres / 25.4 * f64::from(dpi);
        for (sigma, shaken, bad) in
            [(0.07, false, false), (0.2, false, true), (0.2, true, true), (0.45, false, true)]
        {
            let seen = noisy(&blurred(&page, pixels(sigma), shaken), 1.5, 5);
            let found = judge(&seen, Origin::Scanner { dpi });
            assert_eq!(found.has(Defect::Blurred), bad, "{dpi} dpi, {sigma} mm: {:?}", found.findings);
        }
    }
}

#[test]
fn a_reflection() {
    let (seen, _) = under_camera(&Sheet { paper: [190.0; 3], ..legible() });
    let document = 210.0 * 297.0 * 9.0;
    for (share, bad) in [(0.003, false), (0.008, true), (0.1, true)] {
        let radius = (share * document / std::f64::consts::PI).sqrt();
        let found = defects(&shining(&seen, Point::new(640.0, 300.0), radius), Origin::Camera);
        assert_eq!(found.contains(&Defect::Glare), bad, "{share}: {found:?}");
    }
    // Beside the document it does no harm; on a scanner's page white is white.
    let beside = shining(&seen, Point::new(150.0, 300.0), 90.0);
    assert!(!defects(&beside, Origin::Camera).contains(&Defect::Glare));
    let page = scan(&Sheet { paper: [255.0; 3], ..Sheet::a4() }, 200.0, 0.0);
    assert!(!defects(&page, SCANNER).contains(&Defect::Glare));
}

#[test]
fn a_page_that_is_cut_off_and_one_that_is_not_there() {
    let sheet = legible();
    let corners = [(640.0, 60.0), (1270.0, 60.0), (1270.0, 950.0), (640.0, 950.0)];
    let whole = corners.map(|(x, y)| Point::new(x, y));
    let over = corners.map(|(x, y)| Point::new(x + 150.0, y));
    let view = |corners| photograph(&sheet, corners, 1280, 960, |_, _| [50.0; 3]);
    assert!(!defects(&view(whole), Origin::Camera).contains(&Defect::CutOff));
    assert!(defects(&view(over), Origin::Camera).contains(&Defect::CutOff));
    let desk = Picture::grey(640, 480, vec![70; 640 * 480]).unwrap();
    assert!(defects(&desk, Origin::Camera).contains(&Defect::NotFound));
}

#[test]
fn the_slant_is_measured_to_a_fifth_of_a_degree() {
    let mut worst: f64 = 0.0;
    for slant in [-12.0, -7.3, -3.1, -0.9, -0.35, 0.0, 0.2, 0.55, 1.4, 4.75, 9.9] {
        let page = noisy(&shaded(&scan(&Sheet::a4(), 100.0, slant), 0.1), 4.0, 6);
        let measured = skew(&page).expect("lines of text");
        worst = worst.max((measured - slant).abs());
        assert!((measured - slant).abs() <= 0.2, "{slant}: {measured}");
    }
    for (slant, said) in [(0.75, false), (1.25, true)] {
        let page = scan(&Sheet::a4(), 100.0, slant);
        assert_eq!(judge(&page, Origin::Scanner { dpi: 100 }).has(Defect::Skewed), said, "{slant}");
    }
}

#[test]
fn where_there_are_no_lines_no_slant_is_told() {
    let empty = Sheet { lines: false, ..Sheet::a4() };
    assert_eq!(skew(&noisy(&scan(&empty, 100.0, 0.0), 4.0, 7)), None);
    assert_eq!(skew(&scan(&Sheet::a4(), 100.0, 25.0)), None, "beyond what is looked for");
    // A round spot: as clear at any angle.
    let spot = Picture::grey(
        800,
        800,
        (0..800 * 800)
            .map(|at: i32| {
                let (x, y) = (at % 800 - 400, at / 800 - 400);
                if (x * x + y * y) < 120 * 120 { 30 } else { 230 }
            })
            .collect(),
    )
    .unwrap();
    assert_eq!(skew(&spot), None);
}

/// An empty page with a mark of so many square millimetres.
fn marked(area: f64, ink: u8) -> Picture {
    let empty = noisy(&scan(&Sheet { lines: false, ..Sheet::a4() }, 100.0, 0.0), 3.0, 8);
    let side = (area.sqrt() / 25.4 * 100.0).round() as usize;
    let (width, height) = (empty.width(), empty.height());
    let mut bytes = empty.into_bytes();
    for y in 500..500 + side {
        for x in 300..300 + side {
            bytes[(y * width + x) * 3..][..3].fill(ink);
        }
    }
    Picture::rgb(width, height, bytes).unwrap()
}

#[test]
fn a_blank_page() {
    // A crumb of 2.5 mm², a word of 10 mm².
    assert!(is_blank(&marked(0.0, 0)));
    assert!(is_blank(&marked(2.5, 30)));
    assert!(!is_blank(&marked(10.0, 30)));
    assert!(is_blank(&marked(400.0, 205)), "what shows through from the other side");
    assert!(!is_blank(&scan(&Sheet::a4(), 100.0, 0.0)));
    assert!(defects(&marked(0.0, 0), Origin::Scanner { dpi: 100 }).contains(&Defect::Blank));
    // A red seal is ink, though it is not dark.
    let mut seal = marked(0.0, 0).into_bytes();
    for pixel in seal[827 * 3 * 400..827 * 3 * 440].chunks_exact_mut(3).skip(200).step_by(827).take(40) {
        pixel.copy_from_slice(&[220, 40, 40]);
    }
    for pixel in seal[827 * 3 * 600..827 * 3 * 620].chunks_exact_mut(3) {
        if pixel[0] > 100 {
            pixel.copy_from_slice(&[225, 60, 60]);
        }
    }
    assert!(!is_blank(&Picture::rgb(827, 1169, seal).unwrap()));
    // Lines that the lid throws at the rim are no text.
    let mut rim = marked(0.0, 0).into_bytes();
    for row in rim.chunks_exact_mut(827 * 3) {
        row[..9].fill(20);
    }
    assert!(is_blank(&Picture::rgb(827, 1169, rim).unwrap()));
}
