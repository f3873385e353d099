//! Codes that other programs made (zint, qrencode), on a page of text, askew, noisy, blurred.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use page_image::Picture;
use page_image::code::{Symbology, read};
use page_image::straighten::{crop, upright};

use crate::draw::{Sheet, blurred, noisy, scan};

fn run(program: &str, arguments: &[&str]) {
    let done = Command::new(program).args(arguments).output();
    let done = done.unwrap_or_else(|error| panic!("this test needs {program} (Debian: {program}): {error}"));
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
}

fn load(file: &Path) -> Picture {
    let grey = image::open(file).unwrap().to_luma8();
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    Picture::grey(width, height, grey.into_raw()).unwrap()
}

/// A code of zint's; `scale` 1 makes two pixels of a module.
fn zint(folder: &Path, kind: &str, scale: &str, text: &str) -> Picture {
    let file = folder.join(format!("{kind}.png"));
    let arguments = ["--barcode", kind, "--scale", scale, "--quietzones", "--notext", "--data", text];
    let mut arguments = arguments.to_vec();
    arguments.extend(["--output", file.to_str().unwrap()]);
    run("zint", &arguments);
    load(&file)
}

fn qr(folder: &Path, size: &str, text: &str) -> Picture {
    let file = folder.join("qr.png");
    run("qrencode", &["--size", size, "--margin", "4", "--output", file.to_str().unwrap(), text]);
    load(&file)
}

/// A page of A4 at 300 dpi: text on the upper half, codes below.
fn page(codes: &[(&Picture, usize, usize)]) -> Picture {
    static TEXT: OnceLock<Picture> = OnceLock::new();
    let page = TEXT.get_or_init(|| scan(&Sheet::a4(), 300.0, 0.0)).luma();
    let (width, height) = (page.width(), page.height());
    let mut levels = page.levels().to_vec();
    levels[width * height / 2..].fill(225);
    for (code, left, top) in codes {
        for y in 0..code.height() {
            for x in 0..code.width() {
                let level = code.bytes()[y * code.width() + x];
                levels[(top + y) * width + left + x] = if level < 128 { 35 } else { 225 };
            }
        }
    }
    Picture::grey(width, height, levels).unwrap()
}

fn found(picture: &Picture) -> Vec<(Symbology, String)> {
    let mut codes: Vec<_> = read(picture).into_iter().map(|code| (code.symbology, code.text)).collect();
    codes.sort();
    codes
}

#[test]
fn every_kind_is_read_from_a_page_that_was_scanned_askew() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let kinds = [
        (Symbology::Qr, "受理号 999901202611230017", qr(folder, "6", "受理号 999901202611230017")),
        (Symbology::Code128, "WT-20261123-0017", zint(folder, "CODE128", "2", "WT-20261123-0017")),
        (Symbology::Code39, "A9999-17", zint(folder, "CODE39", "2", "A9999-17")),
        (Symbology::Ean, "6901234567892", zint(folder, "EANX", "2", "690123456789")),
        (
            Symbology::Pdf417,
            "PDF417 of 2026-11-23, serial 17",
            zint(folder, "PDF417", "2", "PDF417 of 2026-11-23, serial 17"),
        ),
    ];
    for (kind, text, code) in &kinds {
        let page = page(&[(code, 700, 2300)]);
        for (name, seen) in [
            ("straight", page.clone()),
            ("askew", upright(&page, -3.0)),
            ("noisy and soft", noisy(&blurred(&crop(&page, 500, 2100, 1700, 900), 1.2, false), 6.0, 3)),
        ] {
            assert_eq!(found(&seen), [(*kind, (*text).to_owned())], "{kind:?} {name}");
        }
    }
}

#[test]
fn several_codes_on_one_page() {
    let folder = tempfile::tempdir().unwrap();
    let one = qr(folder.path(), "6", "https://example.invalid/case/17");
    let other = zint(folder.path(), "CODE128", "2", "WT-20261123-0018");
    let codes = found(&page(&[(&one, 300, 2000), (&other, 1200, 2900)]));
    let texts: Vec<&str> = codes.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["https://example.invalid/case/17", "WT-20261123-0018"], "{codes:?}");
}

#[test]
fn text_is_no_code() {
    for seed in 1..3 {
        let sheet = Sheet { seed, ..Sheet::a4() };
        assert_eq!(found(&scan(&sheet, 300.0, 0.0)), Vec::new());
    }
}
