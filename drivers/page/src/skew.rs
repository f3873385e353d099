//! The slant of lines of text and of ruled lines.

use crate::plane::factor_for;
use crate::reduce::adaptive;
use crate::{Picture, Plane};

/// Longest side of the picture in which the slant is measured: at 1000 pixels, 0.1° moves the end of a line by 1.5.
const SIDE: usize = 1000;
/// Largest slant that is told, in degrees. A sheet that slants more lies there by accident; nobody wants it turned by
/// itself.
pub const MOST: f64 = 15.0;
/// Largest slant that is looked for: characters stand in columns and diagonals too, which would pass for lines if the
/// lines themselves were not seen.
const SEARCHED: f64 = 45.0;
/// Coarse step and fine step, in degrees.
const STEPS: (f64, f64) = (0.5, 0.05);
/// Points of ink that are looked at; more only take longer.
const MOST_POINTS: usize = 60_000;
/// Fewer points are a stamp or a spot, no lines.
const LEAST_POINTS: usize = 300;
/// How much clearer lines must stand out at the best angle than on average over all of them: text gives 3 and more,
/// photographs and spots 1.2 (measured on the pages of the tests).
const LEAST_CLEARNESS: f64 = 1.6;

/// The slant of a page in degrees, positive if its lines fall to the right; `None` where there are no lines to tell it
/// by, or where it is beyond [`MOST`].
#[must_use]
pub fn skew(picture: &Picture) -> Option<f64> {
    let small = picture.shrunk(factor_for(picture.width(), picture.height(), SIDE)).luma();
    let points = ink(&small);
    if points.len() < LEAST_POINTS {
        return None;
    }
    let reach = small.width().max(small.height()) as f64 * 1.5;
    let score = |degrees: f64| clearness(&points, degrees, reach);
    let steps = (SEARCHED / STEPS.0) as i32;
    let coarse: Vec<(f64, f64)> =
        (-steps..=steps).map(|step| f64::from(step) * STEPS.0).map(|angle| (angle, score(angle))).collect();
    let mean = coarse.iter().map(|(_, score)| score).sum::<f64>() / coarse.len() as f64;
    let (about, best) = coarse.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    if mean <= 0.0 || best / mean < LEAST_CLEARNESS || about.abs() > MOST {
        return None;
    }
    let fine = (STEPS.0 / STEPS.1) as i32;
    let found = (-fine..=fine).map(|step| about + f64::from(step) * STEPS.1);
    found.map(|angle| (angle, score(angle))).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(angle, _)| angle)
}

/// Places of ink, without the rim, where the scanner's lid throws lines of its own.
fn ink(small: &Plane) -> Vec<(f64, f64)> {
    let (width, height) = (small.width(), small.height());
    let black = adaptive(small);
    let (left, top) = (width / 50, height / 50);
    let inked = |(index, level): (usize, &u8)| {
        let (x, y) = (index % width, index / width);
        let within = x >= left && x < width - left && y >= top && y < height - top;
        (*level == 0 && within).then_some((x as f64, y as f64))
    };
    let all: Vec<(f64, f64)> = black.levels().iter().enumerate().filter_map(inked).collect();
    let step = all.len().div_ceil(MOST_POINTS).max(1);
    // Pixels stand in a grid, whose own diagonals would pass for lines: each point is moved within its pixel, by
    // sequences that fill it evenly (M. Roberts' R2: powers of 1/1.3247).
    let within = |index: usize, part: f64| (index as f64 * part).fract() - 0.5;
    let moved = |(index, (x, y)): (usize, (f64, f64))| {
        (x + within(index, 0.754_877_666), y + within(index, 0.569_840_291))
    };
    all.into_iter().step_by(step).enumerate().map(moved).collect()
}

/// How much the rows differ from their neighbours when the page is turned back by an angle (J. Postl, 1986).
fn clearness(points: &[(f64, f64)], degrees: f64, reach: f64) -> f64 {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let mut rows = vec![0_i64; (2.0 * reach) as usize + 2];
    for (x, y) in points {
        let row = y * cosine - x * sine + reach / 2.0;
        if let Some(count) = rows.get_mut(row.max(0.0) as usize) {
            *count += 1;
        }
    }
    rows.windows(2).map(|pair| ((pair[1] - pair[0]) * (pair[1] - pair[0])) as f64).sum()
}
