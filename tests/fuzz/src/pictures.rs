//! Cameras' streams and what network scanners say.

use super::pieces;
use driver_camera::jpeg;
use driver_camera::stream::{FrameCutter, Y4mHeader};
use driver_scanner::escl::{ScannerCapabilities, ScannerStatus};

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
