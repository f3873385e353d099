//! Pictures, whoever gives them, and what network scanners say.

use super::pieces;
use driver_camera::pixels::{Layout, Pixels};
use driver_camera::stream::{FrameCutter, Y4mHeader};
use driver_camera::{gphoto2, jpeg};
use driver_contract::{ColourMode, ControlKind, PictureSize};
use driver_fingerprint::picture;
use driver_scanner::escl::{self, ScannerCapabilities, ScannerStatus};
use page_image::judge::{self, Origin};
use page_image::{Picture, find, skew};

/// Motion JPEG leaves out the usual Huffman tables (ISO/IEC 10918-1, K.3: two of 33 and two of 183 bytes, markers included); a picture that is
/// given out has them.
const TABLES: usize = 432;

/// Streams of pictures in pieces: the same pictures come out however they are cut, and no more bytes than went in but the tables of each.
pub(crate) fn camera_streams(bytes: &[u8]) {
    let all = bytes.get(4..).unwrap_or_default();
    let cut = |parts: &mut dyn Iterator<Item = &[u8]>| {
        let (mut cutter, mut out) = (FrameCutter::default(), Vec::new());
        for part in parts {
            let lost = cutter.push(part).is_err();
            while let Some(cut) = cutter.fetch() {
                out.extend(cut.ok().map(|cut| cut.bytes().to_vec()));
            }
            if lost {
                break;
            }
        }
        out
    };
    let from_pieces = cut(&mut pieces(bytes));
    assert_eq!(from_pieces, cut(&mut std::iter::once(all)), "how it is cut changes nothing");
    let given = from_pieces.iter().map(Vec::len).sum::<usize>();
    assert!(given <= all.len() + TABLES * from_pieces.len(), "{given} bytes out of {}", all.len());
}

/// A single JPEG: one that is called whole begins and ends as one.
pub(crate) fn camera_pictures(bytes: &[u8]) {
    if let Ok((picture, size)) = jpeg::whole(bytes) {
        assert!(picture.starts_with(&[0xff, 0xd8]) && size.width > 0 && size.height > 0);
    }
    let _ = Y4mHeader::parse(bytes);
}

/// XML of an eSCL scanner.
pub(crate) fn scanner_words(bytes: &[u8]) {
    if let Ok(capabilities) = ScannerCapabilities::read(bytes) {
        let _ = (capabilities.capabilities(), capabilities.model());
    }
    if let Ok(status) = ScannerStatus::read(bytes) {
        let _ = (status.job("/eSCL/ScanJobs/1"), status.feeder_trouble());
    }
}

/// A page of an eSCL scanner: one that is taken has the pixels that it says, in the mode that was asked for.
pub(crate) fn scanner_pages(bytes: &[u8]) {
    let Some((asked, jpeg)) = bytes.split_first() else { return };
    let mode = [ColourMode::Colour, ColourMode::Gray, ColourMode::Lineart][usize::from(asked % 3)];
    let least = (asked & 0x80 != 0).then_some(u32::from(asked & 0x7f));
    if let Ok(page) = escl::decode(jpeg, mode, 300, least) {
        assert!(page.header.is_consistent() && page.header.byte_length() == page.bytes.len() as u64);
    }
}

/// A picture of raw pixels as a camera announces it: as many colours come out as it has pixels, or none.
pub(crate) fn camera_frames(bytes: &[u8]) {
    const LAYOUTS: [Layout; 8] = [
        Layout::Yuyv,
        Layout::Nv12,
        Layout::Planar420,
        Layout::Planar422,
        Layout::Planar444,
        Layout::Grey,
        Layout::Rgb,
        Layout::Bgr,
    ];
    let Some(([layout, width, height, more], pixels)) = bytes.split_first_chunk() else { return };
    let layout = LAYOUTS[usize::from(layout % 8)];
    let size = PictureSize { width: u32::from(*width), height: u32::from(*height) };
    // Lines as long as they must be, and padded ones; some that are too short.
    let stride = (layout.line(size.width) + usize::from(more & 0x7f)).saturating_sub(4);
    let picture = Pixels { size, layout, stride, full_range: more & 0x80 != 0, bytes: pixels.to_vec() };
    if let Ok(rgb) = picture.to_rgb() {
        assert_eq!(rgb.len(), usize::from(*width) * usize::from(*height) * 3, "{layout:?} {size:?} {stride}");
    }
}

/// Words of a camera's settings: a number is one that can be set.
pub(crate) fn camera_settings(bytes: &[u8]) {
    let Ok(choice) = std::str::from_utf8(bytes) else { return };
    for kind in [ControlKind::Aperture, ControlKind::Shutter, ControlKind::Iso, ControlKind::WhiteBalance] {
        let number = gphoto2::number(kind, choice);
        assert!(number.is_none_or(|number| number > 0 && !gphoto2::is_automatic(choice)), "{choice}");
    }
}

/// A picture of a finger, of any size and resolution: a worth is one between 0 and 100.
pub(crate) fn finger_pictures(bytes: &[u8]) {
    let Some(([width, height, ppmm], pixels)) = bytes.split_first_chunk() else { return };
    // Resolutions as a library may name them: none, usual ones, and what is no number.
    let ppmm = [0.0, -1.0, f64::NAN, f64::INFINITY, f64::from(*ppmm)][usize::from(*ppmm).min(4)];
    if let Ok(judged) = picture::judge(pixels, usize::from(*width), usize::from(*height), ppmm) {
        assert!(judged.quality <= 100 && (0.0..=1.0).contains(&judged.coverage), "{judged:?}");
    }
}

/// A picture of a document: what is found in it lies in it.
pub(crate) fn page_pictures(bytes: &[u8]) {
    let Some(([width, kind], pixels)) = bytes.split_first_chunk() else { return };
    let (width, channels) = (usize::from(*width) + 1, if kind & 1 == 0 { 1 } else { 3 });
    let height = pixels.len() / (width * channels);
    let pixels = pixels[..height * width * channels].to_vec();
    let picture = if channels == 1 {
        Picture::grey(width, height, pixels)
    } else {
        Picture::rgb(width, height, pixels)
    };
    let Ok(picture) = picture else { panic!("{width} x {height} pixels are a picture") };
    let _ = judge::judge(&picture, Origin::Scanner { dpi: 300 });
    let _ = judge::is_blank(&picture);
    assert!(skew::skew(&picture).is_none_or(f64::is_finite));
    if let Some(document) = find::find(&picture) {
        assert!(document.corners.is_convex(), "{document:?}");
    }
}
