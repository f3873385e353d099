//! Straight pages out of slanting ones.

use crate::geometry::{Format, Point, Quad};
use crate::plane::percentile;
use crate::{Picture, PictureError};

/// Slants from which a page is set upright, in degrees: below 0.3° nobody sees it (1.5 mm over the width of A4), and each
/// turn costs a little sharpness.
pub const LEAST_SLANT: f64 = 0.3;
/// Slants up to which it is: beyond, corners would leave the sheet.
pub const MOST_SLANT: f64 = 10.0;
/// Most places of the source that are averaged for one pixel, across and down.
const MOST_SAMPLES: usize = 4;

/// The document inside `corners` as a page of its size at a resolution.
///
/// # Errors
/// More pixels than a picture may have.
pub fn page(picture: &Picture, corners: &Quad, format: Format, dpi: u16) -> Result<Picture, PictureError> {
    let (width, height) = format.pixels(dpi);
    flatten(picture, corners, width, height)
}

/// The document inside `corners` as a picture of `width × height` pixels.
///
/// # Errors
/// More pixels than a picture may have.
pub fn flatten(
    picture: &Picture,
    corners: &Quad,
    width: usize,
    height: usize,
) -> Result<Picture, PictureError> {
    let (across, down) = corners.sides();
    let samples = |source: f64, target: usize| {
        ((source / target.max(1) as f64).round() as usize).clamp(1, MOST_SAMPLES)
    };
    let (wide, high) = (samples(across, width), samples(down, height));
    let map = corners.map();
    resample(picture, width, height, (wide, high), |x, y| map(x / width as f64, y / height as f64))
}

/// Turns a page back by its slant (as [`crate::skew::skew`] gives it) about its middle, in a picture of the same size.
/// What comes in from outside has the colour of its paper.
#[must_use]
pub fn upright(picture: &Picture, slant: f64) -> Picture {
    let (sine, cosine) = slant.to_radians().sin_cos();
    let (cx, cy) = (picture.width() as f64 / 2.0, picture.height() as f64 / 2.0);
    let turned = resample(picture, picture.width(), picture.height(), (1, 1), |x, y| {
        let (x, y) = (x - cx, y - cy);
        Point::new(cx + x * cosine - y * sine, cy + x * sine + y * cosine)
    });
    // A picture of the same size is never too large.
    turned.unwrap_or_else(|_| picture.clone())
}

/// A part of a picture; what lies outside of it is left out.
#[must_use]
pub fn crop(picture: &Picture, left: usize, top: usize, width: usize, height: usize) -> Picture {
    let (left, top) = (left.min(picture.width()), top.min(picture.height()));
    let (width, height) = (width.min(picture.width() - left), height.min(picture.height() - top));
    let channels = picture.channels();
    let mut bytes = Vec::with_capacity(width * height * channels);
    for y in top..top + height {
        let start = (y * picture.width() + left) * channels;
        bytes.extend_from_slice(&picture.bytes()[start..start + width * channels]);
    }
    let part =
        if channels == 1 { Picture::grey(width, height, bytes) } else { Picture::rgb(width, height, bytes) };
    part.unwrap_or_else(|_| picture.clone())
}

/// A picture whose pixel at (x, y) comes from `place(x, y)` of another, averaged over `samples` places.
fn resample(
    picture: &Picture,
    width: usize,
    height: usize,
    samples: (usize, usize),
    place: impl Fn(f64, f64) -> Point,
) -> Result<Picture, PictureError> {
    let channels = picture.channels();
    let mut page = Picture::filled(width, height, channels, 255)?;
    if picture.is_empty() || width == 0 {
        return Ok(page);
    }
    let paper = paper(picture);
    let (wide, high) = samples;
    let count = (wide * high) as f64;
    for (y, row) in page.bytes_mut().chunks_exact_mut(width * channels).enumerate() {
        for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
            let mut sums = [0.0; 3];
            for sample in 0..wide * high {
                let dx = ((sample % wide) as f64 + 0.5) / wide as f64;
                let dy = ((sample / wide) as f64 + 0.5) / high as f64;
                let source = place(x as f64 + dx, y as f64 + dy);
                for (channel, sum) in sums.iter_mut().enumerate().take(channels) {
                    *sum += picture.at(source.x, source.y, channel).unwrap_or(f64::from(paper[channel]));
                }
            }
            for (level, sum) in pixel.iter_mut().zip(sums) {
                *level = (sum / count).round() as u8;
            }
        }
    }
    Ok(page)
}

/// The colour of a page's paper: the level below which nine tenths of each channel lie.
fn paper(picture: &Picture) -> [u8; 3] {
    let mut counts = [[0_u32; 256]; 3];
    for (index, level) in picture.bytes().iter().enumerate() {
        counts[index % picture.channels()][usize::from(*level)] += 1;
    }
    counts.map(|counts| percentile(&counts, 0.9))
}
