//! What the camera sees: a test pattern that moves and counts, or a picture with a sensor's noise.

use std::io;
use std::path::PathBuf;

use super::desk::Laid;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, imageops::FilterType};

/// How frames are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraFormat {
    /// One JPEG picture after the other.
    Mjpeg,
    /// YUV4MPEG2, 4:2:0.
    Y4m,
}

/// What stands in front of the camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CameraScene {
    /// Bars, a ball that moves, number and time of the frame in digits, and the number in black and white fields along
    /// the upper and the lower edge: a picture that was put together of two is told by its edges.
    Pattern,
    /// A picture (PNG or JPEG), as large as the frame.
    Still(PathBuf),
    /// The ground of a document camera, and what somebody laid on it.
    Desk(Laid),
}

/// Black and white fields along an edge: one a bit.
const FIELDS: usize = 32;
/// Height of those fields, in pixels.
const FIELD_HEIGHT: usize = 16;
const BLACK: u8 = 24;
const WHITE: u8 = 226;

/// Digits of three by five points; `:` and `.` after them. A row a number, its upper bit on the left.
const DIGITS: [[u8; 5]; 12] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 7, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 1, 2, 2],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
    [0, 2, 0, 2, 0],
    [0, 0, 0, 0, 2],
];

/// A scene that gives one frame after the other.
#[derive(Debug, Clone)]
pub struct Scene {
    width: usize,
    height: usize,
    luma: Vec<u8>,
    /// Planes of blue and red, at half width and height.
    colour: [Vec<u8>; 2],
    /// Of a still picture.
    rgb: Option<Vec<u8>>,
}

impl Scene {
    /// Prepares what does not change.
    ///
    /// # Errors
    /// The picture cannot be read.
    pub fn new(scene: &CameraScene, width: u32, height: u32) -> io::Result<Self> {
        let (wide, high) = (width as usize, height as usize);
        match scene {
            CameraScene::Pattern => {
                let bar = |x: usize| 40 + 20 * ((x * 8 / wide.max(1)) % 8) as u8;
                let line: Vec<u8> = (0..wide).map(bar).collect();
                let half = wide.div_ceil(2);
                let tint: Vec<u8> = (0..half).map(|x| 96 + 8 * ((x * 8 / half.max(1)) % 8) as u8).collect();
                let (blue, rows) = (tint.repeat(high.div_ceil(2)), high.div_ceil(2));
                let red = tint.iter().rev().copied().collect::<Vec<u8>>().repeat(rows);
                Ok(Self {
                    width: wide,
                    height: high,
                    luma: line.repeat(high),
                    colour: [blue, red],
                    rgb: None,
                })
            }
            CameraScene::Desk(laid) => Ok(Self::of_picture(super::desk::draw(*laid, wide, high), wide, high)),
            CameraScene::Still(path) => {
                let picture = image::open(path).map_err(io::Error::other)?;
                let picture = picture.resize_to_fill(width, height, FilterType::Triangle).to_rgb8();
                Ok(Self::of_picture(picture.into_raw(), wide, high))
            }
        }
    }

    /// ITU-R BT.601, limited range.
    fn of_picture(rgb: Vec<u8>, width: usize, height: usize) -> Self {
        let pixel = |x: usize, y: usize| {
            let at = (y * width + x) * 3;
            [rgb[at], rgb[at + 1], rgb[at + 2]].map(f32::from)
        };
        let mut luma = Vec::with_capacity(width * height);
        let mut colour = [Vec::new(), Vec::new()];
        for y in 0..height {
            for x in 0..width {
                let [r, g, b] = pixel(x, y);
                luma.push((16.0 + 0.257 * r + 0.504 * g + 0.098 * b) as u8);
                if x % 2 == 0 && y % 2 == 0 {
                    colour[0].push((128.0 - 0.148 * r - 0.291 * g + 0.439 * b) as u8);
                    colour[1].push((128.0 + 0.439 * r - 0.368 * g - 0.071 * b) as u8);
                }
            }
        }
        Self { width, height, luma, colour, rgb: Some(rgb) }
    }

    /// The line that comes before all frames.
    #[must_use]
    pub fn head(&self, format: CameraFormat, frames_per_second: u32) -> Vec<u8> {
        match format {
            CameraFormat::Mjpeg => Vec::new(),
            CameraFormat::Y4m => {
                let rate = frames_per_second.max(1);
                format!("YUV4MPEG2 W{} H{} F{rate}:1 Ip A1:1 C420jpeg\n", self.width, self.height)
                    .into_bytes()
            }
        }
    }

    /// One frame, ready to be sent; `milliseconds` is the time that it shows.
    ///
    /// # Errors
    /// The encoder's.
    pub fn frame(&self, format: CameraFormat, number: u32, milliseconds: u64) -> io::Result<Vec<u8>> {
        if let (Some(rgb), CameraFormat::Mjpeg) = (&self.rgb, format) {
            return self.jpeg(&noisy(rgb, number), ExtendedColorType::Rgb8);
        }
        let luma =
            if self.rgb.is_some() { noisy(&self.luma, number) } else { self.pattern(number, milliseconds) };
        self.coded(format, &luma)
    }

    /// A frame of darkness, with a little noise.
    ///
    /// # Errors
    /// The encoder's.
    pub fn dark(&self, format: CameraFormat, number: u32) -> io::Result<Vec<u8>> {
        let colour = self.colour.clone().map(|plane| vec![128; plane.len()]);
        let dark = Self { colour, rgb: None, ..self.clone() };
        dark.coded(format, &noisy(&vec![17; self.width * self.height], number))
    }

    fn coded(&self, format: CameraFormat, luma: &[u8]) -> io::Result<Vec<u8>> {
        match format {
            CameraFormat::Mjpeg => self.jpeg(luma, ExtendedColorType::L8),
            CameraFormat::Y4m => {
                let mut frame = b"FRAME\n".to_vec();
                frame.extend(luma);
                frame.extend(self.colour.iter().flatten());
                Ok(frame)
            }
        }
    }

    fn jpeg(&self, pixels: &[u8], kind: ExtendedColorType) -> io::Result<Vec<u8>> {
        let mut file = Vec::new();
        let side = |length: usize| u32::try_from(length).map_err(io::Error::other);
        JpegEncoder::new_with_quality(&mut file, 85)
            .encode(pixels, side(self.width)?, side(self.height)?, kind)
            .map_err(io::Error::other)?;
        Ok(file)
    }

    fn pattern(&self, number: u32, milliseconds: u64) -> Vec<u8> {
        let mut luma = self.luma.clone();
        let mut fill = |x: usize, y: usize, wide: usize, high: usize, shade: u8| {
            let end = (x + wide).min(self.width);
            for line in y.min(self.height)..(y + high).min(self.height) {
                if let Some(part) = luma.get_mut(line * self.width + x.min(end)..line * self.width + end) {
                    part.fill(shade);
                }
            }
        };
        let field = self.width / FIELDS;
        for place in 0..FIELDS {
            let shade = if number >> (FIELDS - 1 - place) & 1 == 1 { WHITE } else { BLACK };
            fill(place * field, 0, field, FIELD_HEIGHT, shade);
            fill(place * field, self.height.saturating_sub(FIELD_HEIGHT), field, FIELD_HEIGHT, shade);
        }
        let ball = self.height / 8;
        let x = (number as usize * 7) % self.width.saturating_sub(ball).max(1);
        fill(x, self.height / 2, ball, ball, WHITE);
        let (minutes, seconds) = (milliseconds / 60_000 % 60, milliseconds / 1000 % 60);
        let text = format!("{number:06} {minutes:02}:{seconds:02}.{:03}", milliseconds % 1000);
        let point = (self.width / 100).max(2);
        for (place, letter) in text.chars().enumerate() {
            let glyph = match letter {
                ':' => DIGITS[10],
                '.' => DIGITS[11],
                _ => letter.to_digit(10).map_or([0; 5], |digit| DIGITS[digit as usize]),
            };
            for (row, bits) in glyph.into_iter().enumerate() {
                for column in (0..3).filter(|column| bits >> (2 - column) & 1 == 1) {
                    let (x, y) = ((place * 4 + column) * point + point, FIELD_HEIGHT * 2 + row * point);
                    fill(x, y, point, point, WHITE);
                }
            }
        }
        luma
    }
}

/// The number that a frame of the pattern shows, out of its shades of grey; `None` if its edges do not agree: then it is
/// no whole picture.
#[must_use]
pub fn counter_of(grey: &[u8], width: usize, height: usize) -> Option<u32> {
    let field = width / FIELDS;
    let edge = |y: usize| {
        (0..FIELDS).try_fold(0_u32, |number, place| {
            let shade = *grey.get(y * width + place * field + field / 2)?;
            Some(number << 1 | u32::from(shade > 128))
        })
    };
    let (upper, lower) = (edge(FIELD_HEIGHT / 2)?, edge(height.checked_sub(FIELD_HEIGHT / 2)?)?);
    (upper == lower).then_some(upper)
}

/// Some hundred pixels that are a little brighter, others in each frame: no sensor gives the same picture twice.
fn noisy(pixels: &[u8], number: u32) -> Vec<u8> {
    let mut noisy = pixels.to_vec();
    let mut state = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for _ in 0..400 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let place = (state >> 16) as usize % noisy.len().max(1);
        if let Some(pixel) = noisy.get_mut(place) {
            *pixel = pixel.saturating_add(6);
        }
    }
    noisy
}
