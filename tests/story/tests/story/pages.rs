//! Scanned pages in a stored case, and the notice of what is missing.

use crate::counter::{Counter, one};
use crate::matters::open;
use crate::shelf;
use crate::station::{Glass, Station, root};
use domain::event::Event;
use image::{GenericImageView as _, RgbImage};
use serde_json::{Value, json};
use terminal::rpc::WindowRole;

/// Lays a sheet on the glass: four fields of colour, so that every turn and cut can be told.
fn lay_sheet(station: &Station, shade: u8) -> RgbImage {
    let (width, height) = (800, 600);
    let picture = RgbImage::from_fn(width, height, |x, y| {
        image::Rgb(match (x < width / 2, y < height / 2) {
            (true, true) => [220, shade, 30],
            (false, true) => [30, 200, shade],
            (true, false) => [shade, 40, 210],
            (false, false) => [240, 240, shade],
        })
    });
    let mut file = format!("P6\n{width} {height}\n255\n").into_bytes();
    file.extend_from_slice(picture.as_raw());
    std::fs::write(station.folder.path().join("glass.ppm"), file).unwrap();
    picture
}

/// Whether two pictures show the same: JPEG moves a colour a little, a turn or another cut moves it far.
fn same(one: &RgbImage, other: &RgbImage) -> bool {
    if one.dimensions() != other.dimensions() {
        return false;
    }
    let sum: u64 =
        one.as_raw().iter().zip(other.as_raw()).map(|(left, right)| u64::from(left.abs_diff(*right))).sum();
    sum / (one.as_raw().len() as u64) < 3
}

fn shown(counter: &Counter, blob: &str) -> RgbImage {
    let picture = counter.terminal.picture(WindowRole::Officer, blob, 0).unwrap();
    image::load_from_memory(&picture.bytes).unwrap().to_rgb8()
}

fn blobs(view: &Value, material: &str) -> Vec<String> {
    one(&view["materials"], "id", material)["pages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|page| page["blob"].as_str().unwrap().to_owned())
        .collect()
}

fn ids(view: &Value, material: &str) -> Vec<Value> {
    let pages = one(&view["materials"], "id", material)["pages"].as_array().unwrap();
    pages.iter().map(|page| page["id"].clone()).collect()
}

#[test]
fn turned_cut_replaced_and_ordered_pages_stay_so_with_their_originals() {
    let station = Station::start_with(root().join("assets"), Glass::File);
    let first = lay_sheet(&station, 10);
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = open(&station, &counter, "T001", "shen_mother");
    counter.answer(&case, "applicant_is", "mother");
    let material = "mother_booklet";
    counter.scan(&case, material);
    let second = lay_sheet(&station, 90);
    counter.scan(&case, material);
    let view = counter.case(&case);
    let (pages, originals) = (ids(&view, material), blobs(&view, material));
    assert!(same(&shown(&counter, &originals[0]), &first) && same(&shown(&counter, &originals[1]), &second));

    let page = json!({ "case": case, "material": material, "page": pages[0] });
    let with = |more: Value| {
        let mut request = page.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let view = counter.act("rotate_page", with(json!({ "quarters": 1 })));
    let turned = image::imageops::rotate90(&first);
    assert!(same(&shown(&counter, &blobs(&view, material)[0]), &turned));
    let view =
        counter.act("crop_page", with(json!({ "left": 100, "top": 250, "right": 900, "bottom": 1000 })));
    let cut = image::imageops::crop_imm(&turned, 60, 200, 480, 600).to_image();
    assert!(same(&shown(&counter, &blobs(&view, material)[0]), &cut));

    let third = lay_sheet(&station, 170);
    counter.operate(
        "scan_pages",
        json!({ "case": case, "material": material, "replace": pages[1], "feeder": false }),
    );
    let order = json!([pages[1], pages[0]]);
    let view = counter.act("reorder_pages", json!({ "case": case, "material": material, "order": order }));
    assert_eq!(ids(&view, material), [pages[1].clone(), pages[0].clone()], "names stay with their pages");
    let now = blobs(&view, material);
    assert!(same(&shown(&counter, &now[0]), &third) && same(&shown(&counter, &now[1]), &cut));
    // What was scanned is not lost with what is shown.
    assert!(same(&shown(&counter, &originals[0]), &first) && same(&shown(&counter, &originals[1]), &second));
    counter.drained();

    // Another window gets it from the server: the same order, the same bytes.
    let office = Counter::new(station.terminal("所长室"));
    office.login("J0001");
    let seen = office.wait("the case at the second terminal", || {
        let seen = office.try_ask("case", json!({ "case": case })).ok()?;
        (ids(&seen, material).len() == 2 && ids(&seen, material)[0] == pages[1]).then_some(seen)
    });
    assert_eq!(blobs(&seen, material), now);
    for blob in &now {
        let there = office.terminal.picture(WindowRole::Officer, blob, 0).unwrap();
        let here = counter.terminal.picture(WindowRole::Officer, blob, 0).unwrap();
        assert!(there.bytes == here.bytes);
    }
    counter.ask("logout", json!({}));
    let store = shelf::of_window(&station, "柜台一", "F0001");
    for (original, sheet) in originals.iter().zip([&first, &second]) {
        let (_, kept) = shelf::file(&store, original);
        assert!(same(&image::load_from_memory(&kept).unwrap().to_rgb8(), sheet));
        assert_eq!(image::load_from_memory(&kept).unwrap().dimensions(), sheet.dimensions());
    }
    let added = shelf::events(&store, &case)
        .into_iter()
        .filter_map(|(record, _)| match record.event {
            Event::PageAdded { picture, .. } => Some(picture.id.to_hex()),
            _ => None,
        })
        .collect::<Vec<_>>();
    assert_eq!(added, originals, "the events name the originals for ever");
}

/// Lays a page of lines of dashes on the glass that fall to the right by so many degrees, with sharp or soft edges.
fn lay_text(station: &Station, slant: f64, soft: bool) {
    let (width, height) = (1240_u32, 1754_u32);
    let (sine, cosine) = slant.to_radians().sin_cos();
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x) - f64::from(width) / 2.0, f64::from(y) - f64::from(height) / 2.0);
        let (along, down) = (x * cosine + y * sine, y * cosine - x * sine);
        let text = along.abs() < 500.0 && down.abs() < 750.0 && (along / 12.0).floor().rem_euclid(4.0) > 0.0;
        let line = down.rem_euclid(30.0);
        // A soft line fades over ten pixels, 0.8 mm at 300 dpi.
        let ink = if soft { 1.0 - (line - 15.0).abs() / 12.0 } else { f64::from(u8::from(line < 8.0)) };
        image::Rgb([if text { (235.0 - 200.0 * ink.clamp(0.0, 1.0)).round() as u8 } else { 235 }; 3])
    });
    let mut file = format!("P6\n{width} {height}\n255\n").into_bytes();
    file.extend_from_slice(picture.as_raw());
    std::fs::write(station.folder.path().join("glass.ppm"), file).unwrap();
}

#[test]
fn a_slanting_page_is_set_upright_and_an_unfit_one_kept_with_a_reason() {
    let station = Station::start_with(root().join("assets"), Glass::File);
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = open(&station, &counter, "T001", "shen_mother");
    counter.answer(&case, "applicant_is", "mother");
    let material = "mother_booklet";
    let scan = |replace: Value| {
        counter.operate(
            "scan_pages",
            json!({ "case": case, "material": material, "replace": replace, "feeder": false }),
        )
    };
    let judged =
        |page: &Value| counter.ask("judge_page", json!({ "case": case, "material": material, "page": page }));
    let codes = |judged: &Value| -> Vec<String> {
        let findings = judged["findings"].as_array().unwrap();
        findings.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };

    lay_text(&station, 2.0, false);
    let end = scan(Value::Null);
    let words = end["words"].as_str().unwrap();
    assert!(words.starts_with("已扫描 1 页，第 1 页歪斜 ") && words.ends_with("°已扶正"), "{words}");
    let page = ids(&counter.case(&case), material)[0].clone();
    assert_eq!(codes(&judged(&page)), Vec::<String>::new());

    lay_text(&station, 0.0, true);
    let end = scan(page.clone());
    assert_eq!(end["words"], "已扫描 1 页", "{end}");
    let found = judged(&page);
    assert_eq!(codes(&found), ["page.blurred"], "{found}");
    assert_eq!(found["blob"], blobs(&counter.case(&case), material)[0]);
    let keep = |reason: &str| json!({ "case": case, "material": material, "page": page, "reason": reason });
    assert_eq!(counter.refused("keep_page", keep(" ")), "REASON_MISSING");
    let view = counter.act("keep_page", keep("原件褪色，无法更清楚"));
    assert_eq!(one(&view["materials"], "id", material)["pages"][0]["kept"], "原件褪色，无法更清楚");
    counter.drained();

    // The server has checked every act of it, and what was scanned stays beside what is shown.
    counter.ask("logout", json!({}));
    let store = shelf::of_window(&station, "柜台一", "F0001");
    let events: Vec<Event> =
        shelf::events(&store, &case).into_iter().map(|(record, _)| record.event).collect();
    let scanned = |event: &&Event| {
        matches!(
            event,
            Event::PageAdded { reading: Some(_), .. } | Event::PageReplaced { reading: Some(_), .. }
        )
    };
    assert_eq!(events.iter().filter(scanned).count(), 2);
    let upright = |event: &&Event| matches!(event, Event::PageReplaced { reading: None, .. });
    assert_eq!(events.iter().filter(upright).count(), 1);
    let kept = events.iter().find_map(|event| match event {
        Event::PageKept { findings, reason, .. } => Some((findings.clone(), reason.clone())),
        _ => None,
    });
    assert_eq!(kept, Some((vec!["page.blurred".to_owned()], "原件褪色，无法更清楚".to_owned())));
}

#[test]
fn the_one_time_notice_is_printed_while_something_lacks_and_never_empty() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = open(&station, &counter, "K07", "han_proof");
    let notice = json!({ "case": case, "document": "one-time-notice" });
    let view = counter.case(&case);
    assert_eq!(one(&view["prints"], "document", "one-time-notice")["printable"], true);
    counter.print(&case, "one-time-notice");
    let printed = station.printer.documents().unwrap();
    let text = crate::papers::text_of(&std::fs::read(&printed[0].file).unwrap());
    assert!(text.contains("一次性告知单"), "{text}");

    counter.answer(&case, "already_proved", "no");
    counter.sign(&case, "applicant");
    // Nothing is lacking that the citizen could bring.
    let view = counter.case(&case);
    assert_eq!(
        one(&view["prints"], "document", "one-time-notice")["printable"],
        false,
        "{}",
        view["missing"]
    );
    let refused = counter.try_ask("preview_print", notice).unwrap_err();
    assert_eq!(refused.code, "NOTHING_LACKING");
    assert!(refused.sentence.contains("告知") && !refused.cure.is_empty(), "{refused:?}");
    let print = json!({ "case": case, "document": "one-time-notice", "reprint_reason": "" });
    assert_eq!(counter.fails("print_document", print)["code"], "NOTHING_LACKING");
    assert_eq!(station.printer.documents().unwrap().len(), 1);
}
