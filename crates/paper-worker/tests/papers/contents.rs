//! What stands on the papers.

use paper::PaperWorker;

use crate::bench::{Judged, SAMPLES, make, order, sample, settings, templates, with};

/// One character each of extensions B, E, A, G and the end of A: names that residents bear.
const RARE: &str = "𠮷𬭚㛃𰻝䶮";
const LONG_ADDRESS: &str = "演示省江城市城关区很长很长很长的路名一直到很远很远的地方第一千二百三十四号附五号之六演示花园小区东区第十二栋第三单元第二十八层二千八百零六室";

#[test]
fn every_paper_satisfies_the_judges() {
    let worker = PaperWorker::new(settings());
    for (name, template, person, pages) in SAMPLES {
        let data = with(sample(name), person, format!("测{RARE}验"));
        let paper = make(&worker, template, data).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(paper.pages, pages, "{name}");
        assert!(paper.missing_glyphs.is_empty());
        let judged = Judged::of(&paper.pdf);
        let text = judged.text();
        assert!(text.contains(&format!("测{RARE}验")), "{name}: rare characters in {text}");
        assert!(text.contains("演示/培训"), "{name}: the demo mark is missing");
        judged.ask("qpdf", &["--check"], &[]);
        let told = judged.ask("pdfinfo", &[], &[]);
        let line = format!("Pages:{pages}");
        assert!(told.lines().any(|l| l.replace(' ', "") == line), "{name}: {told}");
        let fonts = judged.ask("pdffonts", &[], &[]);
        assert!(fonts.lines().count() > 2, "{name}: no fonts");
        for font in fonts.lines().skip(2) {
            let marks: Vec<&str> = font.split_whitespace().collect();
            // From the right: object, generation, to-Unicode, subset, embedded.
            let from_right = |n: usize| marks[marks.len() - n];
            assert_eq!(
                (from_right(5), from_right(4), from_right(3)),
                ("yes", "yes", "yes"),
                "{name}: {font}"
            );
        }
        if !placed(template) {
            let xmp = judged.ask("pdfinfo", &["-meta"], &[]);
            assert!(xmp.contains("<pdfaid:part>2</pdfaid:part>"), "{name}: {xmp}");
            assert!(xmp.contains("<pdfaid:conformance>B</pdfaid:conformance>"), "{name}: {xmp}");
            assert!(xmp.contains("2026-03-05T14:32:00+08:00"), "{name}: {xmp}");
        }
    }
}

#[test]
fn the_same_order_gives_the_same_bytes_in_a_fresh_worker() {
    let first = PaperWorker::new(settings());
    let second = PaperWorker::new(settings());
    let cancel = paper::Cancellation::new();
    let orders = SAMPLES.map(|(name, template, ..)| (name, order(&first, template, sample(name))));
    let made = orders.each_ref().map(|(_, order)| first.render(order, &cancel).unwrap().pdf);
    // The second worker makes them the other way round, so nothing that one paper leaves behind may count.
    for ((name, order), made) in orders.iter().zip(&made).rev() {
        assert!(*made == second.render(order, &cancel).unwrap().pdf, "{name}: two workers differ");
        let mut later = order.clone();
        later.print_set.timestamp += 60;
        assert!(*made != second.render(&later, &cancel).unwrap().pdf, "{name}: the time does not count");
    }
    // Once more from what the worker has cached.
    let (name, order) = orders.last().unwrap();
    assert!(
        made.last().unwrap() == &first.render(order, &cancel).unwrap().pdf,
        "{name}: the second time differs"
    );
}

#[test]
fn long_names_and_addresses_stay_whole_and_on_the_page() {
    let worker = PaperWorker::new(settings());
    let chinese = "阿卜杜热合曼·玉素甫".chars().cycle().take(50).collect::<String>();
    let latin = "Wolfeschlegelsteinhausenbergerdorffwelchevoraltern";
    assert_eq!((chinese.chars().count(), latin.len()), (50, 50));
    assert!(LONG_ADDRESS.chars().count() >= 70);
    let address = |name: &str| match name {
        "birth-application" => Some("/sections/1/fields/4/value"),
        "head-change-application" => Some("/sections/0/fields/4/value"),
        "id-card-application" => Some("/address"),
        "household-proof" => Some("/facts/8/value"),
        "collection-slip" => Some("/collect_at"),
        _ => None,
    };
    for (name, template, person, _) in SAMPLES {
        for long in [chinese.as_str(), latin] {
            let mut data = with(sample(name), person, long);
            if let Some(place) = address(name) {
                data = with(data, place, LONG_ADDRESS);
            }
            let paper = make(&worker, template, data).unwrap_or_else(|error| panic!("{name}: {error}"));
            let judged = Judged::of(&paper.pdf);
            // A name broken over lines of a narrow cell is read beside its neighbours; every sign must be there.
            let text = judged.text();
            let counted = |c: char| text.chars().filter(|found| *found == c).count();
            for c in long.chars() {
                assert!(counted(c) >= long.chars().filter(|w| *w == c).count(), "{name}: {c} of the name");
            }
            if address(name).is_some() {
                assert!(LONG_ADDRESS.chars().all(|c| counted(c) > 0), "{name}: the address is cut: {text}");
            }
            inside_the_page(name, &judged);
        }
    }
}

/// Placed papers are plain PDF: an archive's PDF/A is the flowing papers' affair.
fn placed(template: &str) -> bool {
    templates().join("placed").join(template).with_extension("toml").is_file()
}

/// No word leaves the page (3 mm is what no printer can print on).
fn inside_the_page(name: &str, judged: &Judged) {
    let edge = 3.0 * 72.0 / 25.4;
    let boxes = judged.ask("pdftotext", &["-bbox"], &["-"]);
    let number = |line: &str, key: &str| -> f64 {
        let (_, rest) = line.split_once(&format!("{key}=\"")).unwrap();
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    let mut page = (0.0, 0.0);
    let mut words = 0;
    for line in boxes.lines().map(str::trim) {
        if line.starts_with("<page ") {
            page = (number(line, "width"), number(line, "height"));
        } else if line.starts_with("<word ") {
            words += 1;
            let fits = number(line, "xMin") >= edge
                && number(line, "xMax") <= page.0 - edge
                && number(line, "yMin") >= 0.0
                && number(line, "yMax") <= page.1;
            assert!(fits, "{name}: off the page: {line}");
        }
    }
    assert!(words > 10, "{name}: {words} words");
}

#[test]
fn a_reprint_says_so_and_a_real_paper_bears_no_demo_mark() {
    let worker = PaperWorker::new(settings());
    for (name, template, ..) in SAMPLES {
        let mut data = sample(name);
        data["demo"] = false.into();
        data["reprint"] = 2.into();
        let text = Judged::of(&make(&worker, template, data).unwrap().pdf).text();
        assert!(text.contains("补打第2次"), "{name}: {text}");
        assert!(!text.contains("演示/培训"), "{name}: {text}");
    }
}

#[test]
fn data_is_never_markup() {
    let worker = PaperWorker::new(settings());
    let words = "#panic() *x* $y$ [z] \"q\" // = @w";
    let paper = make(&worker, "receipt", with(sample("receipt"), "/matter", words)).unwrap();
    let whole: String = words.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(Judged::of(&paper.pdf).text().contains(&whole));
}

#[test]
fn signatures_are_drawn_as_vectors() {
    let worker = PaperWorker::new(settings());
    let paper = make(&worker, "application-form", sample("birth-application")).unwrap();
    let judged = Judged::of(&paper.pdf);
    let pictures = judged.ask("pdfimages", &["-list"], &[]);
    assert_eq!(pictures.lines().count(), 2, "no raster picture: {pictures}");
    // The same form without ink is smaller by the strokes.
    let mut data = sample("birth-application");
    data["signatures"][0]["strokes"] = serde_json::Value::Null;
    assert!(make(&worker, "application-form", data).unwrap().pdf.len() < paper.pdf.len());
}

/// Share of ink in each square of the picture, `side` pixels wide and high.
fn ink(picture: &image::GrayImage, side: u32) -> Vec<f64> {
    let (across, down) = (picture.width() / side, picture.height() / side);
    let squares = (0..down).flat_map(|row| (0..across).map(move |column| (column * side, row * side)));
    let dark = |x: u32, y: u32| f64::from(255 - picture.get_pixel(x, y).0[0]) / 255.0;
    squares
        .map(|(left, top)| {
            let pixels = (0..side * side).map(|one| dark(left + one % side, top + one / side));
            pixels.sum::<f64>() / f64::from(side * side)
        })
        .collect()
}

/// What a case gives for a sheet is set as a slip with the same data: the two templates must ask for the same.
#[test]
fn a_slip_asks_for_what_its_sheet_asks_for() {
    let fields = |name: &str| {
        let text = std::fs::read_to_string(templates().join(name).join("template.toml")).unwrap();
        let file: toml::Table = toml::from_str(&text).unwrap();
        (file["title"].clone(), file["fields"].clone())
    };
    let names =
        std::fs::read_dir(templates()).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap());
    // The test page is chosen by name and not by its sheet.
    let slips = names
        .filter(|name| name != "test-page-roll")
        .filter_map(|name| name.strip_suffix("-roll").map(str::to_owned));
    let slips: Vec<String> = slips.collect();
    assert!(slips.len() >= 2, "{slips:?}");
    for name in slips {
        assert_eq!(fields(&format!("{name}-roll")), fields(&name));
    }
}

#[test]
fn a_slip_of_a_case_is_as_long_as_its_words() {
    let worker = PaperWorker::new(settings());
    let cancel = paper::Cancellation::new();
    let length = |data: serde_json::Value| {
        let png = worker.picture(&order(&worker, "receipt-roll", data), 8, &cancel).unwrap();
        let picture = image::load_from_memory(&png).unwrap();
        assert_eq!(picture.width(), 576, "72 mm of eight dots");
        picture.height()
    };
    let whole = sample("receipt");
    let mut short = whole.clone();
    short["materials"] = serde_json::Value::Null;
    short["next_steps"] = serde_json::json!(["带本回执领取。"]);
    let (long, short) = (length(whole), length(short));
    // Between ten and twenty-six centimetres.
    assert!((800..2080).contains(&long) && short + 80 < long, "{long} and {short} dots");
}

#[test]
fn a_slip_is_a_picture_of_the_heads_width_and_looks_like_its_paper() {
    let worker = PaperWorker::new(settings());
    let order = order(&worker, "test-page-roll", sample("test-page-roll"));
    let cancel = paper::Cancellation::new();
    let png = worker.picture(&order, 8, &cancel).unwrap();
    let picture = image::load_from_memory(&png).unwrap().to_luma8();
    // 72 mm and 118 mm, 8 dots each.
    assert_eq!(picture.dimensions(), (576, 944));
    // The second opinion: poppler draws the paper with the same number of pixels.
    let paper = worker.render(&order, &cancel).unwrap();
    let judged = Judged::of(&paper.pdf);
    let drawn = judged.drawn(&["-gray", "-scale-to-x", "576", "-scale-to-y", "944"]);
    assert_eq!(drawn.dimensions(), picture.dimensions());
    // Squares of two millimetres, so that how an edge is softened does not count.
    let (ours, theirs) = (ink(&picture, 16), ink(&drawn, 16));
    assert!(theirs.iter().filter(|share| **share > 0.05).count() > 200, "a slip with something on it");
    let worst = ours.iter().zip(&theirs).map(|(one, two)| (one - two).abs()).fold(0.0, f64::max);
    assert!(worst < 0.15, "{worst}");
    // Where it is printed, half tones are gone: enough ink must be left of the characters.
    let black = picture.pixels().filter(|pixel| pixel.0[0] < 128).count();
    assert!(black * 100 > 2 * picture.pixels().len(), "{black} black dots");
    // A placed paper is for a blank, never for a roll.
    let blank = crate::bench::order(&worker, "collection-slip", sample("collection-slip"));
    assert!(matches!(worker.picture(&blank, 8, &cancel), Err(paper::PaperError::TemplateBroken { .. })));
}
