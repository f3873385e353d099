//! Real writing, set by another program (Pango with a Chinese type): the limits hold for what officers scan.

use std::process::Command;

use page_image::judge::{Defect, Origin, judge};
use page_image::skew::skew;
use page_image::straighten::upright;
use page_image::{Picture, code};

use crate::draw::{blurred, noisy};

const TEXT: &str = "居民户口簿遗失补领申请。申请人因保管不善将居民户口簿遗失，现申请补领，所填内容属实，如有不实愿承担相应责任。\
    本页为演示内容，不涉及任何真实人员。一二三四五六七八九十，常住人口登记，户籍所在地派出所，电话号码，联系地址。";

/// A page of text at 10.5 pt (五号), 160 mm wide.
fn written(dpi: u16) -> Picture {
    let folder = tempfile::tempdir().unwrap();
    let (text, file) = (folder.path().join("text"), folder.path().join("page.png"));
    std::fs::write(&text, TEXT.repeat(12)).unwrap();
    let set = Command::new("pango-view")
        .args(["--no-display", "--font", "Noto Serif CJK SC 10.5", "--width", "454", "--margin", "60"])
        .args(["--background", "white", "--pixels", "--dpi", &dpi.to_string()])
        .args(["--output".as_ref(), file.as_os_str(), text.as_os_str()])
        .output()
        .unwrap_or_else(|error| panic!("this test needs pango-view (Debian: pango1.0-tools): {error}"));
    assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
    let page = image::open(&file).unwrap().to_rgb8();
    Picture::rgb(page.width() as usize, page.height() as usize, page.into_raw()).unwrap()
}

#[test]
fn a_page_of_small_print_is_judged() {
    for dpi in [200_u16, 300] {
        let page = written(dpi);
        let origin = Origin::Scanner { dpi };
        // A scanner's own softness: half a pixel.
        let seen = noisy(&blurred(&page, 0.5, false), 2.0, 1);
        let judgement = judge(&seen, origin);
        assert!(judgement.findings.is_empty(), "{dpi} dpi: {:?}", judgement.findings);
        assert!(judgement.skew.unwrap().abs() <= 0.2, "{:?}", judgement.skew);
        let pixels = 0.2 / 25.4 * f64::from(dpi);
        assert!(
            judge(&noisy(&blurred(&page, pixels, false), 2.0, 2), origin).has(Defect::Blurred),
            "{dpi} dpi"
        );
        for slant in [-4.0, 1.5] {
            let measured = skew(&upright(&page, -slant)).unwrap();
            assert!((measured - slant).abs() <= 0.2, "{slant}: {measured}");
        }
        assert_eq!(code::read(&page), Vec::new(), "text is no code");
    }
}
