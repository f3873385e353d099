//! YUV4MPEG2, the format of mjpegtools' pipes (its manual page yuv4mpeg(5)): a line that describes the stream, then
//! frames, each a line beginning with `FRAME` and the planes Y, Cb, Cr.

use driver_contract::PictureSize;

use crate::pixels::{Layout, Pixels};

/// How the stream begins.
pub(super) const MAGIC: &[u8] = b"YUV4MPEG2 ";
/// How a frame begins.
const FRAME: &[u8] = b"FRAME";
/// Longest line, end included (`Y4M_LINE_MAX` of mjpegtools).
pub(super) const LONGEST_LINE: usize = 256;
/// Most pixels of a frame: 8192 x 5120, above every camera of the field; a frame at 4:4:4 is then 126 MB, an eighth of
/// what the host may hold.
const MOST_PIXELS: u64 = 8192 * 5120;

/// Why a stream cannot be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Y4mFlaw {
    /// It does not begin as the format does, or its first line has no end.
    #[error("no header")]
    NoHeader,
    /// A parameter of the header is none.
    #[error("parameter {0}")]
    Parameter(char),
    /// No width or height, or more pixels than we take.
    #[error("no usable size")]
    Size,
    /// A colour space that we do not know.
    #[error("unknown colour space")]
    ColourSpace,
    /// Something else stands where a frame must begin: a frame before was too short or too long.
    #[error("no frame where one must begin")]
    FrameLine,
}

/// How often colour is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampling {
    /// 4:2:0 in any of its positions.
    Quarter,
    /// 4:2:2.
    Half,
    /// 4:4:4.
    Full,
    /// No colour.
    Grey,
}

/// The stream's first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Y4mHeader {
    /// Width and height in pixels.
    pub size: PictureSize,
    /// Frames in a time, and that time in seconds; `(0, 0)` if unknown.
    pub rate: (u32, u32),
    /// Colour.
    pub sampling: Sampling,
    /// Black is 0 and white 255 (`XCOLORRANGE=FULL`).
    pub full_range: bool,
}

impl Y4mHeader {
    /// Reads the first line, without its end.
    ///
    /// # Errors
    /// No such line.
    pub fn parse(line: &[u8]) -> Result<Self, Y4mFlaw> {
        let parameters = line.strip_prefix(MAGIC).ok_or(Y4mFlaw::NoHeader)?;
        let (mut width, mut height) = (None, None);
        let mut header = Self {
            size: PictureSize { width: 0, height: 0 },
            rate: (0, 0),
            // What holds where nothing is said (yuv4mpeg(5)).
            sampling: Sampling::Quarter,
            full_range: false,
        };
        for parameter in parameters.split(|byte| *byte == b' ').filter(|word| !word.is_empty()) {
            let text = std::str::from_utf8(parameter).map_err(|_| Y4mFlaw::Parameter('?'))?;
            let mut letters = text.chars();
            let letter = letters.next().unwrap_or('?');
            let value = letters.as_str();
            let number = |text: &str| text.parse::<u32>().map_err(|_| Y4mFlaw::Parameter(letter));
            match letter {
                'W' => width = Some(number(value)?),
                'H' => height = Some(number(value)?),
                'F' => {
                    let (count, time) = value.split_once(':').ok_or(Y4mFlaw::Parameter('F'))?;
                    header.rate = (number(count)?, number(time)?);
                }
                'C' => header.sampling = sampling(value)?,
                'X' if value == "COLORRANGE=FULL" => header.full_range = true,
                // Interlacing, aspect and others' extensions change nothing of what we show.
                _ => {}
            }
        }
        let (Some(width), Some(height)) = (width, height) else { return Err(Y4mFlaw::Size) };
        if width == 0 || height == 0 || u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(Y4mFlaw::Size);
        }
        header.size = PictureSize { width, height };
        Ok(header)
    }

    /// Bytes of a frame's planes.
    #[must_use]
    pub const fn frame_length(&self) -> usize {
        self.layout().length(self.size, self.size.width as usize)
    }

    const fn layout(&self) -> Layout {
        match self.sampling {
            Sampling::Quarter => Layout::Planar420,
            Sampling::Half => Layout::Planar422,
            Sampling::Full => Layout::Planar444,
            Sampling::Grey => Layout::Grey,
        }
    }

    /// The planes of one frame as a picture.
    #[must_use]
    pub const fn picture(&self, planes: Vec<u8>) -> Pixels {
        Pixels {
            size: self.size,
            layout: self.layout(),
            stride: self.size.width as usize,
            full_range: self.full_range,
            bytes: planes,
        }
    }
}

fn sampling(name: &str) -> Result<Sampling, Y4mFlaw> {
    Ok(match name {
        "420" | "420jpeg" | "420mpeg2" | "420paldv" => Sampling::Quarter,
        "422" => Sampling::Half,
        "444" => Sampling::Full,
        "mono" => Sampling::Grey,
        _ => return Err(Y4mFlaw::ColourSpace),
    })
}

/// Looks whether a line, without its end, begins a frame.
pub(super) fn is_frame(line: &[u8]) -> bool {
    line.strip_prefix(FRAME).is_some_and(|rest| rest.is_empty() || rest.starts_with(b" "))
}

/// Whether a line that has no end yet could still begin a frame.
pub(super) fn may_be_frame(line: &[u8]) -> bool {
    line.len() <= LONGEST_LINE && (FRAME.starts_with(line) || is_frame(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_as_ffmpeg_and_mjpegtools_write_them() {
        let parse = |line: &str| Y4mHeader::parse(line.as_bytes());
        let header =
            parse("YUV4MPEG2 W1280 H720 F30000:1001 Ip A1:1 C420jpeg XYSCSS=420JPEG XCOLORRANGE=FULL")
                .unwrap();
        assert_eq!(header.size, PictureSize { width: 1280, height: 720 });
        assert_eq!(
            (header.rate, header.sampling, header.full_range),
            ((30_000, 1001), Sampling::Quarter, true)
        );
        assert_eq!(header.frame_length(), 1280 * 720 * 3 / 2);
        assert_eq!(parse("YUV4MPEG2 H3 W5").unwrap().frame_length(), 15 + 2 * 3 * 2);
        assert_eq!(parse("YUV4MPEG2 W5 H3 C422").unwrap().frame_length(), 15 + 2 * 3 * 3);
        assert_eq!(parse("YUV4MPEG2 W5 H3 C444").unwrap().frame_length(), 45);
        assert_eq!(parse("YUV4MPEG2 W5 H3 Cmono").unwrap().frame_length(), 15);
    }

    #[test]
    fn what_is_no_header_is_named() {
        let flaw = |line: &str| Y4mHeader::parse(line.as_bytes()).unwrap_err();
        assert_eq!(flaw("YUV4MPEG W5 H3"), Y4mFlaw::NoHeader);
        assert_eq!(flaw("YUV4MPEG2 W5"), Y4mFlaw::Size);
        assert_eq!(flaw("YUV4MPEG2 W0 H3"), Y4mFlaw::Size);
        assert_eq!(flaw("YUV4MPEG2 W4294967295 H4294967295"), Y4mFlaw::Size);
        assert_eq!(flaw("YUV4MPEG2 W-5 H3"), Y4mFlaw::Parameter('W'));
        assert_eq!(flaw("YUV4MPEG2 W5 H3 F25"), Y4mFlaw::Parameter('F'));
        assert_eq!(flaw("YUV4MPEG2 W5 H3 C420p10"), Y4mFlaw::ColourSpace);
    }
}
