//! Colour to grey to black and white.

use serde::{Deserialize, Serialize};

use crate::plane::Histogram;
use crate::{Picture, Plane};

/// What is left of a picture's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Palette {
    /// All of it.
    Colour,
    /// 256 greys.
    Grey,
    /// Black and white.
    Black,
}

/// Spread of the paper's brightness, in levels, from which black and white are told by each place's surroundings and no
/// longer by one level for the whole page. A scanner's lamp spreads it by less than 10, a room's lamps by 30 and more.
const EVEN: u8 = 24;
/// The picture is divided into so many fields across and down to see how even it is.
const FIELDS: usize = 8;

/// Takes a picture's colour away. Black and white come as levels 0 and 255.
#[must_use]
pub fn reduce(picture: Picture, palette: Palette) -> Picture {
    let plane = match palette {
        Palette::Colour => return picture,
        Palette::Grey => picture.luma(),
        Palette::Black => {
            let plane = picture.luma();
            if unevenness(&plane) > EVEN { adaptive(&plane) } else { global(&plane) }
        }
    };
    let (width, height) = (plane.width(), plane.height());
    // A plane of the picture's own size is never refused.
    Picture::grey(width, height, plane.into_levels()).unwrap_or(picture)
}

/// How much the paper's brightness differs between the fields of a picture: the brighter tenth of each is its paper.
fn unevenness(plane: &Plane) -> u8 {
    let (wide, high) = (plane.width().div_ceil(FIELDS).max(1), plane.height().div_ceil(FIELDS).max(1));
    let mut counts = vec![[0_u32; 256]; FIELDS * FIELDS];
    for (y, row) in plane.rows().enumerate() {
        for (x, level) in row.iter().enumerate() {
            counts[(y / high) * FIELDS + x / wide][usize::from(*level)] += 1;
        }
    }
    let used = counts.iter().filter(|field| field.iter().any(|count| *count > 0));
    let mut papers: Vec<u8> = used.map(|field| crate::plane::percentile(field, 0.9)).collect();
    papers.sort_unstable();
    // One field in ten may be a photograph.
    let (low, high) = (
        papers.get(papers.len() / 10),
        papers.get((papers.len() * 9 / 10).min(papers.len().saturating_sub(1))),
    );
    high.zip(low).map_or(0, |(high, low)| high.abs_diff(*low))
}

/// The level that divides dark from bright best (N. Otsu, 1979): the last dark one.
#[must_use]
pub fn otsu(counts: &Histogram) -> u8 {
    let total: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    let sum: f64 =
        (0..).zip(counts).map(|(level, count): (u32, _)| f64::from(level) * f64::from(*count)).sum();
    let (mut dark, mut dark_sum, mut best, mut found) = (0.0, 0.0, 0.0, (127, 127));
    for (level, count) in (0..=u8::MAX).zip(counts) {
        dark += f64::from(*count);
        dark_sum += f64::from(level) * f64::from(*count);
        let bright = total - dark;
        if dark == 0.0 || bright == 0.0 {
            continue;
        }
        let between = dark * bright * (dark_sum / dark - (sum - dark_sum) / bright).powi(2);
        if between > best {
            (best, found) = (between, (level, level));
        } else if between == best {
            // Between two clean groups every level is as good: the middle is the safest.
            found.1 = level;
        }
    }
    found.0 + (found.1 - found.0) / 2
}

fn global(plane: &Plane) -> Plane {
    let limit = otsu(&plane.histogram());
    let levels = plane.levels().iter().map(|level| if *level <= limit { 0 } else { 255 });
    Plane::of(plane.width(), plane.height(), levels.collect())
}

/// Black where a pixel is darker than its surroundings by 15 % and by ten levels (D. Bradley, G. Roth, Adaptive
/// Thresholding Using the Integral Image, 2007; the ten levels are for dark grounds, whose 15 % is noise).
#[must_use]
pub fn adaptive(plane: &Plane) -> Plane {
    const PART: u64 = 85;
    const LEAST: u64 = 10;
    let (width, height) = (plane.width(), plane.height());
    // The authors take an eighth of the width as the window.
    let half = (width.max(height) / 16).max(1);
    let sums = plane.sums();
    let across = width + 1;
    let mut levels = Vec::with_capacity(plane.levels().len());
    for (y, row) in plane.rows().enumerate() {
        let (top, bottom) = (y.saturating_sub(half), (y + half + 1).min(height));
        for (x, level) in row.iter().enumerate() {
            let (left, right) = (x.saturating_sub(half), (x + half + 1).min(width));
            let sum = sums[bottom * across + right]
                .wrapping_sub(sums[top * across + right])
                .wrapping_sub(sums[bottom * across + left])
                .wrapping_add(sums[top * across + left]);
            let count = ((right - left) * (bottom - top)) as u64;
            let (sum, level) = (u64::from(sum), u64::from(*level));
            let dark = level * count * 100 <= sum * PART && (level + LEAST) * count <= sum;
            levels.push(if dark { 0 } else { 255 });
        }
    }
    Plane::of(width, height, levels)
}
