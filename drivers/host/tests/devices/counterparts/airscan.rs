//! sane-airscan, the back-end by which Linux speaks to network scanners: it must accept our virtual scanner, and our
//! driver must see what it sees.

use std::path::Path;
use std::process::Command;

use driver_contract::{
    ColourMode, DeviceClass, DeviceId, HostOptions, Outcome, PixelFormat, ReceivedPage, ScanArea,
    ScanParameters, ScanSource, Task, TaskNews,
};
use image::{Rgb, RgbImage};
use serde_json::json;
use virtual_devices::escl::NetworkScanner;

use crate::post::{LONG, Post};

/// What SANE calls the scanner: the first of the configuration that speaks eSCL.
const DEVICE: &str = "airscan:e0:Training";

/// 100 × 80 mm at 300 dpi, whose colours tell the place.
fn sheet(shade: u8) -> RgbImage {
    RgbImage::from_fn(1181, 945, |x, y| Rgb([(x / 5) as u8, (y / 4) as u8, shade]))
}

/// A configuration of SANE that knows this scanner alone, by its address.
fn configure(folder: &Path, scanner: &NetworkScanner) {
    std::fs::write(folder.join("dll.conf"), "airscan\n").unwrap();
    let text = format!("[devices]\nTraining = {}, eSCL\n[options]\ndiscovery = disable\n", scanner.url());
    std::fs::write(folder.join("airscan.conf"), text).unwrap();
}

fn scanimage(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let done = Command::new("scanimage")
        .args(arguments)
        .env("SANE_CONFIG_DIR", folder)
        .output()
        .unwrap_or_else(|error| panic!("this test needs scanimage (Debian: sane-utils): {error}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "scanimage (needs Debian's sane-airscan too): {said}");
    done.stdout
}

fn wanted(source: ScanSource) -> ScanParameters {
    let area = Some(ScanArea { left: 0, top: 0, width: 1000, height: 800 });
    ScanParameters { source, mode: ColourMode::Colour, dpi: 300, area, max_pages: None }
}

/// What our driver gets of the same scanner.
fn ours(scanner: &NetworkScanner, source: ScanSource) -> Vec<ReceivedPage> {
    let entry = json!({ "driver": "escl", "path": scanner.url(), "attestation": "virtual" });
    let mut post = Post::new(DeviceClass::Scanner, tempfile::tempdir().unwrap(), &entry);
    let device = post.device.clone();
    let mut pages = Vec::new();
    let outcome = post.client().begin(&device, Task::Scan(wanted(source)), LONG).unwrap().finish(|news| {
        if let TaskNews::Page(page) = news {
            pages.push(page);
        }
    });
    assert!(matches!(outcome, Ok(Outcome::Scanned { .. })), "{outcome:?}");
    pages
}

/// Levels that differ by more than two decoders of JPEG may.
fn far(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).filter(|(a, b)| a.abs_diff(**b) > 4).count()
}

#[test]
fn takes_the_page_that_we_take() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = NetworkScanner::start(None).unwrap();
    scanner.lay(sheet(120));
    configure(folder.path(), &scanner);
    let listed = String::from_utf8(scanimage(folder.path(), &["-f", "%d%n"])).unwrap();
    assert!(listed.lines().any(|line| line == DEVICE), "{listed}");
    let size = ["-l", "0", "-t", "0", "-x", "100", "-y", "80"];
    let mut arguments = vec!["-d", DEVICE, "--mode", "Color", "--resolution", "300", "--format", "pnm"];
    arguments.extend(size);
    let picture = image::load_from_memory(&scanimage(folder.path(), &arguments)).unwrap().to_rgb8();
    assert!(
        picture.width().abs_diff(1181) <= 2 && picture.height().abs_diff(945) <= 2,
        "{:?}",
        picture.dimensions()
    );

    let pages = ours(&scanner, ScanSource::Flatbed);
    let (page, header) = (&pages[0], pages[0].header);
    assert_eq!((pages.len(), header.format), (1, PixelFormat::Rgb8));
    let (width, height) = (header.width.min(picture.width()), header.height.min(picture.height()));
    let mut differ = 0;
    for y in 0..height {
        let line = &page.bytes[(y * header.stride) as usize..][..width as usize * 3];
        let theirs = &picture.as_raw()[(y * picture.width() * 3) as usize..][..width as usize * 3];
        differ += far(line, theirs);
    }
    assert!(differ < (width * height * 3 / 1000) as usize, "{differ} levels differ");
    // And it is what lies on the glass.
    let laid = sheet(120);
    let seen = picture.enumerate_pixels().filter(|(x, y, _)| *x < 1181 && *y < 945);
    let wrong = seen.filter(|(x, y, pixel)| far(&pixel.0, &laid.get_pixel(*x, *y).0) > 1).count();
    assert!(wrong < 11_000, "{wrong} of 1.1 million pixels");
}

#[test]
fn empties_the_feeder_as_we_do() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = NetworkScanner::start(None).unwrap();
    configure(folder.path(), &scanner);
    let feed = || {
        for shade in [40, 100, 160] {
            scanner.feed(sheet(shade), sheet(shade + 20));
        }
    };
    let batch = folder.path().join("page%d.pnm");
    feed();
    scanimage(
        folder.path(),
        &[
            "-d",
            DEVICE,
            "--source",
            "ADF Duplex",
            "--mode",
            "Color",
            "--resolution",
            "300",
            "--format",
            "pnm",
            "-x",
            "100",
            "-y",
            "80",
            &format!("--batch={}", batch.display()),
        ],
    );
    assert_eq!(scanner.sheets(), 0);
    feed();
    let pages = ours(&scanner, ScanSource::FeederDuplex);
    assert_eq!(pages.len(), 6);
    for (number, (page, shade)) in (1..).zip(pages.iter().zip([40, 60, 100, 120, 160, 180])) {
        let theirs = image::open(folder.path().join(format!("page{number}.pnm"))).unwrap().to_rgb8();
        let ours = page.bytes[page.header.stride as usize * 400 + 302];
        let theirs = theirs.get_pixel(100, 400).0[2];
        assert!(ours.abs_diff(shade) < 8 && theirs.abs_diff(shade) < 8, "{number}: {ours} {theirs} {shade}");
    }
}

/// Our SANE driver reaches the same scanner through sane-airscan: the way for scanners that eSCL alone does not open.
#[test]
fn is_driven_by_our_sane_driver() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = NetworkScanner::start(None).unwrap();
    scanner.lay(sheet(70));
    let sane = folder.path().join("sane.d");
    std::fs::create_dir(&sane).unwrap();
    configure(&sane, &scanner);
    let entry = json!({ "driver": "sane", "path": DEVICE, "attestation": "virtual" });
    let mut post = Post::new(DeviceClass::Scanner, folder, &entry)
        .with(|options: &mut HostOptions| options.environment.push(("SANE_CONFIG_DIR".into(), sane.into())));
    let mut pages = Vec::new();
    let device = DeviceId::new("sane", DEVICE);
    let task = Task::Scan(wanted(ScanSource::Flatbed));
    let outcome = post.client().begin(&device, task, LONG).unwrap().finish(|news| {
        if let TaskNews::Page(page) = news {
            pages.push(page);
        }
    });
    assert_eq!(outcome, Ok(Outcome::Scanned { pages: 1, feeder_empty: false }));
    let level = pages[0].bytes[pages[0].header.stride as usize * 400 + 302];
    assert!(level.abs_diff(70) < 8, "{level}");
}
