//! What reads bytes that a device, a host or a maker's library chose, each under a name: fed with a corpus and its
//! mutations in `make test`, with libFuzzer in `make test-full`.
//!
//! A target may refuse whatever it gets. It must not panic, hang or keep more than it was given, and what it accepted
//! must hold what the target says beside it.

mod host;
mod lines;
mod makers;
mod pads;
mod pictures;
mod readers;
mod servers;

/// A parser under test.
pub struct Target {
    /// Name of the target and of its corpus.
    pub name: &'static str,
    /// Reads bytes; panics when a promise is broken.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "samv-answers", run: readers::samv_answers },
    Target { name: "samv-masks", run: readers::samv_masks },
    Target { name: "samv-text", run: readers::samv_text },
    Target { name: "chip-answers", run: readers::chip_answers },
    Target { name: "ukey-blobs", run: readers::ukey_blobs },
    Target { name: "scanned-codes", run: readers::scanned_codes },
    Target { name: "typed-codes", run: readers::typed_codes },
    Target { name: "receipt-answers", run: readers::receipt_answers },
    Target { name: "stu-reports", run: pads::stu_reports },
    Target { name: "pen-events", run: pads::pen_events },
    Target { name: "line-frames", run: lines::line_frames },
    Target { name: "line-patterns", run: lines::line_patterns },
    Target { name: "line-models", run: lines::line_models },
    Target { name: "camera-streams", run: pictures::camera_streams },
    Target { name: "camera-pictures", run: pictures::camera_pictures },
    Target { name: "scanner-words", run: pictures::scanner_words },
    Target { name: "scanner-pages", run: pictures::scanner_pages },
    Target { name: "scanner-options", run: makers::scanner_options },
    Target { name: "scanner-frames", run: makers::scanner_frames },
    Target { name: "camera-frames", run: pictures::camera_frames },
    Target { name: "camera-settings", run: pictures::camera_settings },
    Target { name: "finger-pictures", run: pictures::finger_pictures },
    Target { name: "page-pictures", run: pictures::page_pictures },
    Target { name: "printer-answers", run: servers::printer_answers },
    Target { name: "call-answers", run: servers::call_answers },
    Target { name: "library-answers", run: makers::library_answers },
    Target { name: "tapes", run: host::tapes },
    Target { name: "contract-tapes", run: host::contract_tapes },
    Target { name: "host-messages", run: host::host_messages },
    Target { name: "device-records", run: host::device_records },
];

/// The target of a name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Cuts bytes into pieces as a line would: the first bytes say how long each piece is.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (lengths, mut rest) = bytes.split_at(bytes.len().min(4));
    let mut turn = 0;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let length = usize::from(lengths[turn % lengths.len()] % 61) + 1;
        turn += 1;
        let (piece, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        Some(piece)
    })
}
