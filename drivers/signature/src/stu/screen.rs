//! The pad's display: a picture as the pad takes it, and how it is sent.
//!
//! Source: Wacom's STU SDK (`Protocol.hpp`, `ProtocolHelper.cpp`): reports 25, 26, 27 and 03, the bits of the capability's
//! last told byte, the layouts of the three encodings.

use std::time::{Duration, Instant};

use driver_line::{LineError, ReportLine};
use image::GrayImage;

use super::protocol::Capability;
use crate::SignatureError;

/// Numbers of the reports.
const STATUS: u8 = 0x03;
const START_IMAGE: u8 = 0x25;
const IMAGE_BLOCK: u8 = 0x26;
const END_IMAGE: u8 = 0x27;
/// Length of the status report, its number included.
const STATUS_LENGTH: usize = 5;
/// What the status report says while a picture comes in.
const TAKING_IMAGE: u8 = 1;
/// Bytes of a picture in one report.
const BLOCK: usize = 253;
/// A pad that is not ready for a picture, or has not shown it, within so long does not show it at all. Its maker's own
/// program asks 25 times with 50 ms between.
const PATIENCE: Duration = Duration::from_millis(1250);
/// Between two questions for its state.
const PAUSE: Duration = Duration::from_millis(20);
/// Lighter is paper, darker is ink.
const HALF: u8 = 0x80;

/// How a pad takes a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// A bit a pixel, the leftmost the highest, 1 is white; lines begin on a byte.
    Bits = 0x00,
    /// Two bytes a pixel, 5 bits red, 6 green, 5 blue, the high byte first.
    Rgb565 = 0x02,
    /// Three bytes a pixel: blue, green, red.
    Bgr = 0x04,
}

impl Encoding {
    /// The one for words, by what the capability report says: one bit is the quickest by far, and every pad before the
    /// report told encodings takes it.
    #[must_use]
    pub const fn of(flags: u8) -> Self {
        const ONE_BIT: u8 = 0x02;
        const SIXTEEN_BIT: u8 = 0x04;
        const TWENTY_FOUR_BIT: u8 = 0x08;
        if flags & ONE_BIT != 0 || flags & (SIXTEEN_BIT | TWENTY_FOUR_BIT) == 0 {
            Self::Bits
        } else if flags & SIXTEEN_BIT != 0 {
            Self::Rgb565
        } else {
            Self::Bgr
        }
    }
}

/// A picture in the bytes of a pad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    encoding: Encoding,
    bytes: Vec<u8>,
}

impl Screen {
    /// Makes it of a picture as large as the display; `None` for one of another size, or a pad without a display.
    #[must_use]
    pub fn of(picture: &GrayImage, capability: Capability) -> Option<Self> {
        let size = (u32::from(capability.screen_width), u32::from(capability.screen_height));
        if picture.dimensions() != size || size.0 == 0 || size.1 == 0 {
            return None;
        }
        let encoding = Encoding::of(capability.encodings);
        let ink = |grey: u8| grey < HALF;
        let rows = picture.rows();
        let bytes = match encoding {
            Encoding::Bits => {
                let packed = |bits: &[u8]| {
                    let at = |(place, grey): (usize, &u8)| u8::from(ink(*grey)) << (7 - place);
                    !bits.iter().enumerate().map(at).sum::<u8>()
                };
                let line = |row: Vec<u8>| row.chunks(8).map(packed).collect::<Vec<u8>>();
                rows.flat_map(|row| line(row.map(|pixel| pixel.0[0]).collect())).collect()
            }
            Encoding::Rgb565 => {
                picture.iter().flat_map(|grey| if ink(*grey) { [0; 2] } else { [0xff; 2] }).collect()
            }
            Encoding::Bgr => {
                picture.iter().flat_map(|grey| if ink(*grey) { [0; 3] } else { [0xff; 3] }).collect()
            }
        };
        Some(Self { encoding, bytes })
    }

    /// Sends it. `stopped` is asked between the blocks: a pad of many colours takes seconds.
    ///
    /// # Errors
    /// The line's; [`SignatureError::Cancelled`] when it was stopped. A pad that does not take pictures says
    /// [`LineError::Refused`] to the first report.
    pub fn send<L: ReportLine>(
        &self,
        line: &mut L,
        stopped: &dyn Fn() -> bool,
    ) -> Result<(), SignatureError> {
        line.set_feature(&[START_IMAGE, self.encoding as u8]).map_err(LineError::from)?;
        wait_for(line, TAKING_IMAGE, stopped)?;
        for block in self.bytes.chunks(BLOCK) {
            if stopped() {
                // Not shown: what came of it so far is thrown away.
                line.set_feature(&[END_IMAGE, 1]).map_err(LineError::from)?;
                return Err(SignatureError::Cancelled);
            }
            let mut report = [0; BLOCK + 3];
            let length = u16::try_from(block.len()).unwrap_or_default().to_le_bytes();
            report[..3].copy_from_slice(&[IMAGE_BLOCK, length[0], length[1]]);
            report[3..3 + block.len()].copy_from_slice(block);
            line.set_feature(&report).map_err(LineError::from)?;
        }
        line.set_feature(&[END_IMAGE, 0]).map_err(LineError::from)?;
        wait_for(line, 0, stopped)
    }
}

/// Waits until the pad is in a state. One that does not tell its state is taken at its word.
fn wait_for<L: ReportLine>(
    line: &mut L,
    state: u8,
    stopped: &dyn Fn() -> bool,
) -> Result<(), SignatureError> {
    let begun = Instant::now();
    loop {
        match line.get_feature(STATUS, STATUS_LENGTH).map_err(LineError::from) {
            Ok(report) if report.get(1) == Some(&state) => return Ok(()),
            Ok(_) if begun.elapsed() > PATIENCE => return Err(SignatureError::NoScreen),
            Ok(_) if stopped() => return Err(SignatureError::Cancelled),
            Ok(_) => std::thread::sleep(PAUSE),
            Err(LineError::Refused) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    fn capability(width: u16, height: u16, encodings: u8) -> Capability {
        Capability {
            max_x: 100,
            max_y: 100,
            max_pressure: 1023,
            screen_width: width,
            screen_height: height,
            max_rate: 200,
            encodings,
        }
    }

    /// White, with ink in the upper left corner and at the end of the second line.
    fn picture() -> GrayImage {
        let mut picture = GrayImage::from_pixel(10, 2, Luma([250]));
        picture.put_pixel(0, 0, Luma([0]));
        picture.put_pixel(9, 1, Luma([0x7f]));
        picture
    }

    #[test]
    fn each_encoding_lies_as_the_pads_read_it() {
        let of = |flags| Screen::of(&picture(), capability(10, 2, flags)).unwrap();
        // The bits behind the end of a line are white.
        assert_eq!(of(0).bytes, [0x7f, 0xff, 0xff, 0xbf]);
        assert_eq!((of(0x01).encoding, of(0x0e).encoding), (Encoding::Bits, Encoding::Bits));
        let sixteen = of(0x0c);
        assert_eq!((sixteen.encoding, sixteen.bytes.len()), (Encoding::Rgb565, 40));
        assert_eq!((&sixteen.bytes[..4], &sixteen.bytes[38..]), (&[0, 0, 0xff, 0xff][..], &[0, 0][..]));
        let colours = of(0x08);
        assert_eq!((colours.encoding, colours.bytes.len()), (Encoding::Bgr, 60));
        assert_eq!(colours.bytes[..6], [0, 0, 0, 0xff, 0xff, 0xff]);
    }

    #[test]
    fn a_picture_of_another_size_is_none_for_the_pad() {
        assert_eq!(Screen::of(&picture(), capability(10, 3, 0)), None);
        assert_eq!(Screen::of(&GrayImage::new(0, 0), capability(0, 0, 0)), None);
    }
}
