//! Whether a JPEG picture is whole, and where one ends and the next begins (ITU-T T.81, annex B).
//!
//! Cameras that speak Motion JPEG send one JPEG picture after the other. A picture that was cut is told by its markers:
//! it ends without EOI, or the next SOI comes first. What is inside the entropy-coded part is not looked at here.

use std::sync::OnceLock;

use driver_contract::{PictureHeader, PictureSize};

/// Start of image (T.81, table B.1).
const SOI: u8 = 0xd8;
/// End of image.
const EOI: u8 = 0xd9;
/// Start of scan.
const SOS: u8 = 0xda;
/// Define Huffman tables.
const DHT: u8 = 0xc4;

/// Why a picture is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JpegFlaw {
    /// It does not begin with SOI.
    #[error("no beginning")]
    NoBeginning,
    /// It ends before its EOI.
    #[error("cut off")]
    CutOff,
    /// Something else stands where a marker must be.
    #[error("no marker where one must be")]
    NoMarker,
    /// A segment is shorter than its own length.
    #[error("a segment of a wrong length")]
    BadSegment,
    /// No frame header before the scan, or a size that no picture has.
    #[error("no size")]
    NoSize,
    /// EOI without a scan.
    #[error("empty")]
    Empty,
}

/// How far a walk came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// More bytes are needed.
    More,
    /// The last byte was that of EOI.
    Whole,
    /// It cannot become whole any more.
    Broken(JpegFlaw),
    /// It was cut: the last two bytes are the SOI of the next one.
    Again,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Begin,
    BeginCode,
    Marker,
    Code,
    LengthHigh(u8),
    LengthLow(u8, u8),
    /// The marker, the bytes left, the bytes read.
    Body(u8, u16, u16),
    Entropy,
    EntropyCode,
}

/// Goes through one picture byte by byte, in pieces of any length.
#[derive(Debug, Clone)]
pub struct JpegWalker {
    state: State,
    scanned: bool,
    tables: bool,
    /// How much of `SOI 0xff` was just read inside a segment of tables or numbers.
    seen: u8,
    frame: [u8; 5],
    size: Option<PictureSize>,
}

impl Default for JpegWalker {
    fn default() -> Self {
        Self { state: State::Begin, scanned: false, tables: false, seen: 0, frame: [0; 5], size: None }
    }
}

impl JpegWalker {
    /// A walk that begins behind a SOI.
    #[must_use]
    pub fn behind_beginning() -> Self {
        Self { state: State::Marker, ..Self::default() }
    }

    /// Whether SOI has been found.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        !matches!(self.state, State::Begin | State::BeginCode)
    }

    /// Size in the frame header, once that was read.
    #[must_use]
    pub const fn size(&self) -> Option<PictureSize> {
        self.size
    }

    /// Whether it brings its Huffman tables; many USB cameras leave out the usual ones.
    #[must_use]
    pub const fn has_tables(&self) -> bool {
        self.tables
    }

    /// Looks for SOI and stops behind it; gives the bytes used.
    pub fn search(&mut self, bytes: &[u8]) -> usize {
        let mut used = 0;
        while let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty() && !self.has_begun()) {
            let jump = match self.state {
                State::Begin => rest.iter().position(|byte| *byte == 0xff).unwrap_or(rest.len()),
                _ => 0,
            };
            used += jump;
            if let Some(byte) = rest.get(jump) {
                self.take(*byte);
                used += 1;
            }
        }
        used
    }

    /// Goes on; gives the bytes used and how far it came. Bytes before SOI are passed over.
    pub fn walk(&mut self, bytes: &[u8]) -> (usize, Step) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            // The long stretches at once.
            let jump = match self.state {
                State::Entropy | State::Begin => {
                    rest.iter().position(|byte| *byte == 0xff).unwrap_or(rest.len())
                }
                State::Body(marker, left, read) if left > 0 => {
                    let length = rest.len().min(usize::from(left));
                    let body = rest.get(..length).unwrap_or_default();
                    if let Some(place) = self.next_beginning(marker, body) {
                        return (at + place, Step::Again);
                    }
                    for (place, byte) in body.iter().enumerate().take(self.frame.len()) {
                        // Frame header: precision, lines, samples a line (T.81, B.2.2).
                        if let Some(cell) =
                            self.frame.get_mut(usize::from(read) + place).filter(|_| is_frame(marker))
                        {
                            *cell = *byte;
                        }
                    }
                    let length = length as u16;
                    self.state = State::Body(marker, left - length, read + length);
                    usize::from(length)
                }
                _ => 0,
            };
            at += jump;
            if let State::Body(marker, 0, read) = self.state {
                if let Err(flaw) = self.end_segment(marker, read) {
                    return (at, Step::Broken(flaw));
                }
                continue;
            }
            let Some(byte) = bytes.get(at) else { break };
            at += 1;
            match self.take(*byte) {
                Step::More => {}
                step => return (at, step),
            }
        }
        (at, Step::More)
    }

    /// The bytes up to and with a SOI that a marker follows, inside a segment where none can stand: the picture was cut
    /// there and the next one begins. Makers' own segments and comments may hold a picture.
    fn next_beginning(&mut self, marker: u8, body: &[u8]) -> Option<usize> {
        if matches!(marker, 0xe0..=0xef | 0xfe) {
            return None;
        }
        for (place, byte) in body.iter().enumerate() {
            self.seen = match (self.seen, *byte) {
                (2, 0xff) => return Some(place),
                (1, SOI) => 2,
                (_, 0xff) => 1,
                _ => 0,
            };
        }
        None
    }

    fn take(&mut self, byte: u8) -> Step {
        self.state = match (self.state, byte) {
            (State::Begin, 0xff) | (State::BeginCode, 0xff) => State::BeginCode,
            (State::BeginCode, SOI) => State::Marker,
            (State::Begin | State::BeginCode, _) => State::Begin,
            (State::Marker, 0xff) | (State::Code, 0xff) => State::Code,
            (State::Marker, _) | (State::Code, 0) => return Step::Broken(JpegFlaw::NoMarker),
            (State::EntropyCode, 0 | 0xd0..=0xd7) => State::Entropy,
            (State::EntropyCode, 0xff) => State::EntropyCode,
            (State::Code | State::EntropyCode, SOI) => return Step::Again,
            (State::Code | State::EntropyCode, EOI) => {
                return match (self.scanned, self.size) {
                    (true, Some(_)) => Step::Whole,
                    _ => Step::Broken(JpegFlaw::Empty),
                };
            }
            // Markers that stand alone (T.81, table B.1).
            (State::Code, 0x01 | 0xd0..=0xd7) => State::Marker,
            (State::Code | State::EntropyCode, marker) => State::LengthHigh(marker),
            (State::LengthHigh(marker), high) => State::LengthLow(marker, high),
            (State::LengthLow(marker, high), low) => match u16::from_be_bytes([high, low]).checked_sub(2) {
                Some(left) => {
                    self.seen = 0;
                    State::Body(marker, left, 0)
                }
                None => return Step::Broken(JpegFlaw::BadSegment),
            },
            (State::Entropy, 0xff) => State::EntropyCode,
            (state @ (State::Entropy | State::Body(..)), _) => state,
        };
        // An empty segment ends at once.
        if let State::Body(marker, 0, read) = self.state
            && let Err(flaw) = self.end_segment(marker, read)
        {
            return Step::Broken(flaw);
        }
        Step::More
    }

    fn end_segment(&mut self, marker: u8, read: u16) -> Result<(), JpegFlaw> {
        self.state = State::Marker;
        if is_frame(marker) {
            if usize::from(read) < self.frame.len() {
                return Err(JpegFlaw::BadSegment);
            }
            let [_, high, low, wide, narrow] = self.frame;
            let height = u32::from(u16::from_be_bytes([high, low]));
            let width = u32::from(u16::from_be_bytes([wide, narrow]));
            let side = |length: u32| (1..=PictureHeader::MOST_SIDE).contains(&length);
            if !side(width) || !side(height) {
                return Err(JpegFlaw::NoSize);
            }
            self.size = Some(PictureSize { width, height });
        }
        match marker {
            DHT => self.tables = true,
            SOS if self.size.is_none() => return Err(JpegFlaw::NoSize),
            SOS => {
                self.scanned = true;
                self.state = State::Entropy;
            }
            _ => {}
        }
        Ok(())
    }
}

/// SOF0 to SOF15 without DHT, JPG and DAC (T.81, table B.1).
const fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// The first picture in a camera's buffer, from SOI to EOI, and its size. What stands before and behind it (padding,
/// the rest of an earlier and longer picture) is left away. A picture without Huffman tables gets the usual ones.
///
/// # Errors
/// No picture, or none that is whole.
pub fn whole(bytes: &[u8]) -> Result<(Vec<u8>, PictureSize), JpegFlaw> {
    let begin = bytes.windows(2).position(|pair| pair == [0xff, SOI]).ok_or(JpegFlaw::NoBeginning)?;
    let bytes = bytes.get(begin..).unwrap_or_default();
    let mut walker = JpegWalker::default();
    match walker.walk(bytes) {
        (length, Step::Whole) => {
            let size = walker.size().ok_or(JpegFlaw::NoSize)?;
            Ok((with_tables(bytes.get(..length).unwrap_or_default().to_vec(), &walker), size))
        }
        (_, Step::Broken(flaw)) => Err(flaw),
        (_, Step::More | Step::Again) => Err(JpegFlaw::CutOff),
    }
}

/// Puts the usual Huffman tables (T.81, annex K.3) behind SOI where a picture brings none: decoders that know JPEG files
/// only would refuse it. Nothing else is touched.
#[must_use]
pub fn with_tables(picture: Vec<u8>, walker: &JpegWalker) -> Vec<u8> {
    if walker.has_tables() {
        return picture;
    }
    let tables = usual_tables();
    let mut whole = Vec::with_capacity(picture.len() + tables.len());
    whole.extend([0xff, SOI]);
    whole.extend(tables);
    whole.extend(picture.get(2..).unwrap_or_default());
    whole
}

/// The DHT segments of annex K.3: baseline encoders write just these, ours too.
fn usual_tables() -> &'static [u8] {
    static TABLES: OnceLock<Vec<u8>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut file = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut file);
        if encoder.encode(&[0; 3], 1, 1, image::ExtendedColorType::Rgb8).is_err() {
            return Vec::new();
        }
        segments(&file).filter(|segment| segment.get(1) == Some(&DHT)).flatten().copied().collect()
    })
}

/// The segments before the scan of a file that is known to be good.
fn segments(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = file.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        let [0xff, marker, high, low, ..] = rest else { return None };
        if *marker == SOS {
            return None;
        }
        let (segment, after) = rest.split_at_checked(2 + usize::from(u16::from_be_bytes([*high, *low])))?;
        rest = after;
        Some(segment)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Vec<u8> {
        let mut file = Vec::new();
        let pixels: Vec<u8> = (0..64 * 48 * 3).map(|place: u32| (place * 7 % 251) as u8).collect();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 80);
        encoder.encode(&pixels, 64, 48, image::ExtendedColorType::Rgb8).unwrap();
        file
    }

    #[test]
    fn every_cut_is_seen_and_padding_is_left_away() {
        let file = picture();
        let (taken, size) = whole(&file).unwrap();
        assert_eq!((taken, size), (file.clone(), PictureSize { width: 64, height: 48 }));
        for length in 0..file.len() {
            assert!(whole(&file[..length]).is_err(), "cut after {length} bytes");
        }
        let mut padded = vec![0, 0xff, 7];
        padded.extend(&file);
        padded.extend([0; 100]);
        assert_eq!(whole(&padded).unwrap().0, file);
        // Two pictures of which the first is cut: nobody gets a half of each.
        let mut torn = file[..file.len() / 2].to_vec();
        torn.extend(&file);
        assert_eq!(whole(&torn), Err(JpegFlaw::CutOff));
    }

    #[test]
    fn a_walk_in_pieces_of_any_length_ends_at_the_same_byte() {
        let file = picture();
        for piece in [1, 2, 3, 7, 64, 1000] {
            let mut walker = JpegWalker::default();
            let (mut at, mut last) = (0, Step::More);
            for part in file.chunks(piece) {
                let (used, step) = walker.walk(part);
                (at, last) = (at + used, step);
                if step != Step::More {
                    break;
                }
            }
            assert_eq!((at, last), (file.len(), Step::Whole), "pieces of {piece}");
        }
    }

    #[test]
    fn missing_tables_are_put_in_and_then_it_decodes_to_the_same_pixels() {
        let file = picture();
        let mut bare = vec![0xff, SOI];
        for segment in segments(&file).filter(|segment| segment[1] != DHT) {
            bare.extend(segment);
        }
        let scan = file.windows(2).position(|pair| pair == [0xff, SOS]).unwrap();
        bare.extend(&file[scan..]);
        assert!(bare.len() < file.len());
        let (mended, _) = whole(&bare).unwrap();
        let decoded = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().to_rgb8();
        assert_eq!(decoded(&mended), decoded(&file));
    }

    proptest::proptest! {
        #[test]
        fn no_noise_makes_it_stumble(noise in proptest::collection::vec(proptest::num::u8::ANY, 0..2000)) {
            let mut bytes = vec![0xff, SOI];
            bytes.extend(noise);
            let _ = whole(&bytes);
        }
    }
}
