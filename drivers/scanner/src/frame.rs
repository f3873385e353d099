//! Turns the bytes of a frame into a page.

use driver_contract::{PixelFormat, ScanArea};

use crate::error::{ScanError, Status};
use crate::ffi::Parameters;

/// Largest page taken, in bytes. A3 at 600 dpi in colour is 7016 × 9921 × 3 = 208.8 MB.
pub const PAGE_LIMIT: usize = 256 << 20;
/// A page may end this many lines in a hundred early: drivers round millimetres to lines before the
/// scan. More is a page that was cut off.
const SHORT_PERCENT: u64 = 2;
/// Tenths of a millimetre in an inch.
const TENTHS_PER_INCH: u64 = 254;

/// A whole page of pixels, lines without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Pixels of a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Bytes of a line.
    pub stride: u32,
    /// Layout of a pixel.
    pub format: PixelFormat,
    /// The lines, one after the other.
    pub bytes: Vec<u8>,
}

/// Collects a frame.
pub struct PageBuilder {
    /// Bytes of a line as the device sends it.
    line_in: usize,
    /// Bytes of a line as it is kept.
    line_out: usize,
    /// Bytes of a line that mean something, padding cut off.
    line_used: usize,
    deep: bool,
    announced: Option<u32>,
    /// A line that has come in part.
    partial: Vec<u8>,
    page: Page,
}

impl PageBuilder {
    /// Begins a page.
    ///
    /// # Errors
    /// A layout that is not read (three-pass colour, colour with one bit), numbers that contradict each
    /// other, or a page over [`PAGE_LIMIT`].
    pub fn new(parameters: &Parameters) -> Result<Self, ScanError> {
        let (format, samples) = match (parameters.format, parameters.depth) {
            (0, 1) => (PixelFormat::Bilevel, 1),
            (0, 8 | 16) => (PixelFormat::Gray8, 1),
            (1, 8 | 16) => (PixelFormat::Rgb8, 3),
            (0 | 1, _) => return Err(ScanError::FrameUnsupported { what: "bit depth" }),
            (2..=4, _) => return Err(ScanError::FrameUnsupported { what: "three-pass colour" }),
            _ => return Err(ScanError::FrameUnsupported { what: "compressed or special frame" }),
        };
        if parameters.last_frame == 0 {
            return Err(ScanError::FrameUnsupported { what: "several frames in one page" });
        }
        let positive = |number: i32, what| {
            u32::try_from(number).ok().filter(|number| *number > 0).ok_or(ScanError::FrameInvalid { what })
        };
        let width = positive(parameters.pixels_per_line, "pixels per line")?;
        let line_in = positive(parameters.bytes_per_line, "bytes per line")? as usize;
        // Room for a line is made before one comes, padding included.
        if line_in > PAGE_LIMIT {
            return Err(ScanError::PageTooLarge { limit: PAGE_LIMIT });
        }
        let line_out = if format == PixelFormat::Bilevel {
            width.div_ceil(8) as usize
        } else {
            width as usize * samples
        };
        let deep = parameters.depth == 16;
        let line_used = if deep { line_out * 2 } else { line_out };
        if line_in < line_used {
            return Err(ScanError::FrameInvalid { what: "a line is shorter than its pixels" });
        }
        let stride = u32::try_from(line_out).map_err(|_| ScanError::FrameInvalid { what: "line length" })?;
        let announced = u32::try_from(parameters.lines).ok().filter(|lines| *lines > 0);
        let size = line_out.saturating_mul(announced.unwrap_or(0) as usize);
        if size > PAGE_LIMIT {
            return Err(ScanError::PageTooLarge { limit: PAGE_LIMIT });
        }
        Ok(Self {
            line_in,
            line_out,
            line_used,
            deep,
            announced,
            partial: Vec::with_capacity(line_in),
            page: Page { width, height: 0, stride, format, bytes: Vec::with_capacity(size) },
        })
    }

    /// Takes the next bytes of the frame, wherever they were cut.
    ///
    /// # Errors
    /// A page over [`PAGE_LIMIT`].
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), ScanError> {
        if !self.partial.is_empty() {
            let missing = self.line_in - self.partial.len();
            let (head, rest) = bytes.split_at(missing.min(bytes.len()));
            self.partial.extend_from_slice(head);
            bytes = rest;
            if self.partial.len() < self.line_in {
                return Ok(());
            }
            let line = std::mem::take(&mut self.partial);
            self.line(&line)?;
        }
        let mut lines = bytes.chunks_exact(self.line_in);
        for line in &mut lines {
            self.line(line)?;
        }
        self.partial.clear();
        self.partial.extend_from_slice(lines.remainder());
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<(), ScanError> {
        if self.page.bytes.len() + self.line_out > PAGE_LIMIT {
            return Err(ScanError::PageTooLarge { limit: PAGE_LIMIT });
        }
        let used = &line[..self.line_used];
        if self.deep {
            // SANE sends 16-bit samples in the byte order of this machine; the upper byte is what 8 bits keep.
            let upper = if cfg!(target_endian = "little") { 1 } else { 0 };
            self.page.bytes.extend(used.chunks_exact(2).map(|sample| sample[upper]));
        } else {
            self.page.bytes.extend_from_slice(used);
        }
        self.page.height += 1;
        Ok(())
    }

    /// Ends the page.
    ///
    /// # Errors
    /// No line at all, or many fewer than announced.
    pub fn finish(self) -> Result<Page, ScanError> {
        let got = self.page.height;
        if got == 0 {
            return Err(ScanError::Status { status: Status::EndOfFrame, during: "sane_read" });
        }
        if let Some(announced) = self.announced
            && u64::from(announced.saturating_sub(got)) * 100 > u64::from(announced) * SHORT_PERCENT
            && !crate::mutants::planted("short-page-accepted")
        {
            return Err(ScanError::PageShort { got, announced });
        }
        Ok(self.page)
    }
}

impl Page {
    /// The part of the page inside `area`, for devices that cannot be told to scan a part.
    ///
    /// # Errors
    /// An area outside the page.
    pub fn cropped(self, area: &ScanArea, dpi: u16) -> Result<Self, ScanError> {
        let pixels = |tenths: u32| {
            let pixels = (u64::from(tenths) * u64::from(dpi) + TENTHS_PER_INCH / 2) / TENTHS_PER_INCH;
            u32::try_from(pixels).unwrap_or(u32::MAX)
        };
        let (left, top) = (pixels(area.left), pixels(area.top));
        if left >= self.width || top >= self.height {
            return Err(ScanError::NotOffered { what: "an area outside the bed" });
        }
        let width = pixels(area.width).min(self.width - left);
        let height = pixels(area.height).min(self.height - top);
        if (left, top, width, height) == (0, 0, self.width, self.height) {
            return Ok(self);
        }
        let samples = match self.format {
            PixelFormat::Gray8 => 1,
            PixelFormat::Rgb8 => 3,
            PixelFormat::Bilevel => return Err(ScanError::NotOffered { what: "a part of the bed, bilevel" }),
        };
        if width == 0 || height == 0 {
            return Err(ScanError::NotOffered { what: "an empty area" });
        }
        let (from, length) = (left as usize * samples, width as usize * samples);
        let bytes = self
            .bytes
            .chunks_exact(self.stride as usize)
            .skip(top as usize)
            .take(height as usize)
            .flat_map(|line| &line[from..from + length])
            .copied()
            .collect();
        Ok(Self { width, height, stride: width * samples as u32, format: self.format, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(format: i32, depth: i32, width: i32, line: i32, lines: i32) -> Parameters {
        Parameters { format, last_frame: 1, bytes_per_line: line, pixels_per_line: width, lines, depth }
    }

    /// Every split point of the byte stream gives the same page, padding cut off.
    #[test]
    fn a_page_does_not_depend_on_where_reads_end() {
        let raw: Vec<u8> = (0..4 * 11).collect();
        let whole: Vec<u8> = raw.chunks(11).flat_map(|line| line[..9].to_vec()).collect();
        for cut in 0..=raw.len() {
            for second in cut..=raw.len() {
                let mut builder = PageBuilder::new(&parameters(1, 8, 3, 11, 4)).unwrap();
                for part in [&raw[..cut], &raw[cut..second], &raw[second..]] {
                    builder.push(part).unwrap();
                }
                let page = builder.finish().unwrap();
                assert_eq!((page.width, page.height, page.stride), (3, 4, 9));
                assert_eq!(page.bytes, whole, "cut at {cut} and {second}");
            }
        }
    }

    #[test]
    fn sixteen_bits_keep_the_upper_byte() {
        let mut builder = PageBuilder::new(&parameters(0, 16, 2, 4, 1)).unwrap();
        let samples: Vec<u8> = [0x12FF_u16, 0xFE00].iter().flat_map(|sample| sample.to_ne_bytes()).collect();
        builder.push(&samples).unwrap();
        assert_eq!(builder.finish().unwrap().bytes, [0x12, 0xFE]);
    }

    #[test]
    fn contradictions_and_foreign_layouts_are_refused() {
        for (given, code) in [
            (parameters(0, 8, 10, 9, 1), "SCAN_FRAME_INVALID"),
            (parameters(0, 8, 0, 9, 1), "SCAN_FRAME_INVALID"),
            (parameters(0, 8, 10, -1, 1), "SCAN_FRAME_INVALID"),
            (parameters(2, 8, 10, 10, 1), "SCAN_FRAME_UNSUPPORTED"),
            (parameters(11, 8, 10, 10, 1), "SCAN_FRAME_UNSUPPORTED"),
            (parameters(1, 1, 10, 10, 1), "SCAN_FRAME_UNSUPPORTED"),
            (parameters(0, 12, 10, 20, 1), "SCAN_FRAME_UNSUPPORTED"),
            (parameters(1, 8, 100_000, 300_000, 100_000), "SCAN_PAGE_TOO_LARGE"),
            (parameters(0, 8, 1, i32::MAX, 1), "SCAN_PAGE_TOO_LARGE"),
            (Parameters { last_frame: 0, ..parameters(0, 8, 10, 10, 1) }, "SCAN_FRAME_UNSUPPORTED"),
        ] {
            let error = PageBuilder::new(&given).err().map(|error| error.code());
            assert_eq!(error, Some(code), "{given:?}");
        }
    }

    #[test]
    fn a_cut_off_page_is_no_page() {
        let filled = |announced, lines: usize| {
            let mut builder = PageBuilder::new(&parameters(0, 8, 4, 4, announced)).unwrap();
            builder.push(&vec![7; lines * 4]).unwrap();
            builder.finish().map(|page| page.height).map_err(|error| error.code())
        };
        assert_eq!(filled(100, 100), Ok(100));
        assert_eq!(filled(100, 98), Ok(98), "rounding of two lines in a hundred");
        assert_eq!(filled(100, 97), Err("SCAN_PAGE_SHORT"));
        assert_eq!(filled(100, 0), Err("SCAN_END_OF_FRAME"));
        assert_eq!(filled(-1, 31), Ok(31), "a hand scanner cannot announce");
    }

    #[test]
    fn cropping_takes_the_part_in_tenths_of_a_millimetre() {
        // 254 dpi: one pixel is a tenth of a millimetre.
        let page =
            Page { width: 4, height: 3, stride: 4, format: PixelFormat::Gray8, bytes: (0..12).collect() };
        let part = |left, top, width, height| {
            page.clone().cropped(&ScanArea { left, top, width, height }, 254).map(|part| part.bytes)
        };
        assert_eq!(part(1, 1, 2, 2), Ok(vec![5, 6, 9, 10]));
        assert_eq!(part(0, 0, 2100, 2970), Ok((0..12).collect()));
        assert!(part(4, 0, 1, 1).is_err());
        assert!(part(0, 0, 0, 1).is_err());
    }
}
