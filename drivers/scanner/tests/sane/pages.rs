//! Pages and their pixels.

use driver_contract::{ColourMode, Outcome, PixelFormat, ScanArea, ScanParameters, ScanSource};

use crate::bench::{factory, in_own_process, open, picture, scan, small};

const ONE_PAGE: Outcome = Outcome::Scanned { pages: 1, feeder_empty: false };
/// Side of a square of the `Grid` picture in pixels at 300 dpi: 10 mm.
const SQUARE: f64 = 300.0 / 25.4 * 10.0;

/// The `Grid` picture: black and white squares of 10 mm, white at the corner.
#[test]
fn a4_at_300_dpi_in_colour_is_the_grid_pixel_by_pixel() {
    in_own_process("pages::a4_at_300_dpi_in_colour_is_the_grid_pixel_by_pixel", || {
        let factory = factory();
        let mut device = open(&factory, "test:0", &[("test-picture", "Grid")]);
        let parameters = ScanParameters { mode: ColourMode::Colour, dpi: 300, ..small() };
        let (outcome, context) = scan(device.as_mut(), parameters);
        assert_eq!(outcome, Ok(ONE_PAGE));
        let page = &context.pages[0];
        assert!(page.header.is_consistent());
        assert_eq!((page.header.width, page.header.height), (2480, 3507));
        assert_eq!((page.header.dpi, page.header.format), (300, PixelFormat::Rgb8));
        assert_eq!(page.bytes.len(), 2480 * 3507 * 3);
        let mut wrong = 0_u32;
        for (y, line) in page.bytes.chunks_exact(2480 * 3).enumerate() {
            for (x, pixel) in line.chunks_exact(3).enumerate() {
                let (across, down) = (x as f64 / SQUARE, y as f64 / SQUARE);
                // The back-end rounds the squares' edges; the few pixels beside an edge are not judged.
                let near_edge = |place: f64| (place - place.round()).abs() * SQUARE < 4.0 && place > 0.5;
                if near_edge(across) || near_edge(down) {
                    continue;
                }
                let white = (across as u32 + down as u32).is_multiple_of(2);
                wrong += u32::from(pixel != [if white { 255 } else { 0 }; 3]);
            }
        }
        assert_eq!(wrong, 0, "pixels that are not the grid's");
    });
}

#[test]
fn gray_bilevel_and_sixteen_bits_have_their_layouts() {
    in_own_process("pages::gray_bilevel_and_sixteen_bits_have_their_layouts", || {
        let factory = factory();
        let mut device = open(&factory, "test:0", &[("test-picture", "Grid")]);
        let (outcome, gray) = scan(device.as_mut(), small());
        assert_eq!(outcome, Ok(ONE_PAGE));
        let gray = &gray.pages[0];
        assert_eq!(gray.header.format, PixelFormat::Gray8);
        assert_eq!(gray.header.stride, gray.header.width);

        let (outcome, lineart) =
            scan(device.as_mut(), ScanParameters { mode: ColourMode::Lineart, ..small() });
        assert_eq!(outcome, Ok(ONE_PAGE));
        let lineart = &lineart.pages[0];
        assert_eq!(lineart.header.format, PixelFormat::Bilevel);
        assert_eq!(lineart.header.stride, lineart.header.width.div_ceil(8));
        // The same picture twice: a white pixel (255) is a bit that is 0. The back-end draws whole bytes,
        // so only bytes inside a square are compared.
        let mut compared = 0;
        for y in 0..gray.header.height as usize {
            for byte in 0..(gray.header.width / 8) as usize {
                let eight = &gray.bytes[y * gray.header.stride as usize + byte * 8..][..8];
                if eight.iter().all(|pixel| *pixel == eight[0]) {
                    let bits = lineart.bytes[y * lineart.header.stride as usize + byte];
                    if bits == 0 || bits == 0xFF {
                        assert_eq!(bits == 0, eight[0] == 255, "line {y}, byte {byte}");
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > 10_000, "{compared}");
        drop(device);

        let mut deep = open(&factory, "test:0", &[("test-picture", "Grid"), ("depth", "16")]);
        let (outcome, deep) = scan(deep.as_mut(), small());
        assert_eq!(outcome, Ok(ONE_PAGE));
        assert_eq!(deep.pages[0].header, gray.header);
        assert_eq!(deep.pages[0].bytes, gray.bytes);
    });
}

#[test]
fn the_feeder_gives_ten_pages_and_is_empty() {
    in_own_process("pages::the_feeder_gives_ten_pages_and_is_empty", || {
        let factory = factory();
        let mut device = open(&factory, "test:0", &[]);
        let feeder = ScanParameters { source: ScanSource::Feeder, ..small() };
        let (outcome, context) = scan(device.as_mut(), feeder.clone());
        assert_eq!(outcome, Ok(Outcome::Scanned { pages: 10, feeder_empty: true }));
        let numbers: Vec<u32> = context.pages.iter().map(|page| page.header.page).collect();
        assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
        assert!(context.pages.iter().all(|page| page.bytes.len() as u64 == page.header.byte_length()));

        let (outcome, context) = scan(device.as_mut(), ScanParameters { max_pages: Some(3), ..feeder });
        // Whether the back-end counts its ten papers anew is its affair: three pages, or an empty feeder.
        match outcome {
            Ok(outcome) => {
                assert_eq!(outcome, Outcome::Scanned { pages: 3, feeder_empty: false });
                assert_eq!(context.pages.len(), 3);
            }
            Err(fault) => assert_eq!(fault.code(), "scanner.feeder_empty"),
        }
    });
}

#[test]
fn a_height_that_nobody_knows_and_padded_lines_are_read_to_the_end() {
    in_own_process("pages::a_height_that_nobody_knows_and_padded_lines_are_read_to_the_end", || {
        let factory = factory();
        let mut device = open(&factory, "test:0", &[("hand-scanner", "yes"), ("test-picture", "Grid")]);
        let (outcome, context) = scan(device.as_mut(), ScanParameters { area: None, ..small() });
        assert_eq!(outcome, Ok(ONE_PAGE));
        let page = &context.pages[0];
        // A hand scanner of this back-end is 11 cm wide.
        assert!((320..=326).contains(&page.header.width), "{}", page.header.width);
        assert!(page.header.height > 100, "{}", page.header.height);
        assert_eq!(page.bytes.len() as u64, page.header.byte_length());
        drop(device);

        // A device keeps its options when it is closed, so each of these starts from the plain ones.
        let mut opened = open(&factory, "test:1", &[("test-picture", "Grid")]);
        let (_, plain) = scan(opened.as_mut(), small());
        drop(opened);
        for odd in [
            &[("ppl-loss", "7")][..],
            &[("read-limit", "yes"), ("read-limit-size", "977")],
            &[("fuzzy-parameters", "yes")],
            &[("non-blocking", "yes")],
        ] {
            let mut options = vec![
                ("test-picture", "Grid"),
                ("ppl-loss", "0"),
                ("read-limit", "no"),
                ("fuzzy-parameters", "no"),
                ("non-blocking", "no"),
            ];
            options.extend(odd);
            let mut device = open(&factory, "test:1", &options);
            let (outcome, context) = scan(device.as_mut(), small());
            assert_eq!(outcome, Ok(ONE_PAGE), "{odd:?}");
            let page = &context.pages[0];
            assert!(page.header.is_consistent(), "{odd:?}");
            let lines = page.bytes.chunks_exact(page.header.stride as usize);
            let whole = plain.pages[0].bytes.chunks_exact(plain.pages[0].header.stride as usize);
            assert_eq!(lines.len(), whole.len(), "{odd:?}");
            for (line, whole) in lines.zip(whole) {
                assert_eq!(line, &whole[..line.len()], "{odd:?}");
            }
        }
    });
}

#[test]
fn our_own_document_lies_on_the_glass() {
    in_own_process("pages::our_own_document_lies_on_the_glass", || {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("document.ppm");
        // A4 at 300 dpi.
        let drawn = picture(&file, 2480, 3508);
        let factory = factory();
        let mut device = open(&factory, "pnm:0", &[("filename", file.to_str().unwrap())]);
        let whole = ScanParameters { mode: ColourMode::Colour, dpi: 300, area: None, ..small() };
        let (outcome, context) = scan(device.as_mut(), whole.clone());
        assert_eq!(outcome, Ok(ONE_PAGE));
        let page = &context.pages[0];
        assert_eq!((page.header.width, page.header.height, page.header.dpi), (2480, 3508, 300));
        assert!(page.bytes == drawn.as_raw().as_slice(), "the page is not the picture, byte for byte");

        // This device cannot be told to scan a part: the driver cuts it out. 25.4 mm are 300 pixels.
        let part = ScanArea { left: 254, top: 508, width: 762, height: 1016 };
        let (outcome, context) = scan(device.as_mut(), ScanParameters { area: Some(part), ..whole });
        assert_eq!(outcome, Ok(ONE_PAGE));
        let page = &context.pages[0];
        assert_eq!((page.header.width, page.header.height), (900, 1200));
        let cut = image::imageops::crop_imm(&drawn, 300, 600, 900, 1200).to_image();
        assert!(page.bytes == cut.as_raw().as_slice(), "the part is not the part of the picture");
    });
}

#[test]
fn areas_of_the_bed_are_what_was_asked() {
    in_own_process("pages::areas_of_the_bed_are_what_was_asked", || {
        let factory = factory();
        let mut device = open(&factory, "test:0", &[("test-picture", "Grid")]);
        let at = |left, top, width, height| ScanParameters {
            area: Some(ScanArea { left, top, width, height }),
            dpi: 254,
            ..small()
        };
        // 254 dpi: ten pixels a millimetre. From the middle of the first (white) square.
        for (left, top, width, height) in [(0, 0, 500, 300), (50, 50, 100, 1000), (3000, 2000, 850, 540)] {
            let (outcome, context) = scan(device.as_mut(), at(left, top, width, height));
            assert_eq!(outcome, Ok(ONE_PAGE));
            let page = context.pages[0].header;
            // The bed is measured in tenths of a millimetre.
            assert!(page.width.abs_diff(width) <= 2 && page.height.abs_diff(height) <= 2, "{page:?}");
        }
        let (outcome, context) = scan(device.as_mut(), ScanParameters { area: None, dpi: 10, ..small() });
        assert_eq!(outcome, Ok(ONE_PAGE));
        assert!(context.pages[0].header.width.abs_diff(165) <= 1, "the whole bed is 420 mm");
        let (outcome, _) = scan(device.as_mut(), at(0, 0, 5000, 100));
        assert_eq!(outcome.unwrap_err().code(), "device.unsupported");
        let (outcome, _) = scan(device.as_mut(), at(0, 0, 0, 100));
        assert_eq!(outcome.unwrap_err().code(), "device.unsupported");
    });
}
