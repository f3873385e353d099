//! How sharp a picture is: the width of its edges.

use crate::{Picture, Plane};

/// Rows and columns that are looked at: enough that a page with one line of text is met, few enough for a preview.
const LINES: usize = 400;
/// Fewer edges tell nothing.
const LEAST_EDGES: usize = 40;
/// Part of the strongest contrast that an edge must have to count: shades and noise have less.
const LEAST_PART: f64 = 0.35;
/// And at least this many levels, four times the noise of a camera in a dim room.
const LEAST_CONTRAST: u8 = 28;
/// Half of the window in which an edge ends, in millimetres: a stroke of a character of 10.5 pt is 0.3 mm wide, and a
/// blur that matters spreads it over less than a millimetre.
const WINDOW: f64 = 0.6;

/// The blur of a picture in millimetres: the standard deviation of the Gaussian that would turn a sharp edge into the
/// ones that are there, the median of all edges, across or down, whichever is worse (a shaken picture is sharp one way).
/// `None` where there are too few edges to tell. `dpi` is the resolution of the document in the picture.
pub(crate) fn blur(picture: &Picture, inside: impl Fn(f64, f64) -> bool, dpi: f64) -> Option<f64> {
    let pixels_per_mm = dpi / 25.4;
    if !(1.0..=100.0).contains(&pixels_per_mm) {
        return None;
    }
    let plane = picture.luma();
    let window = ((WINDOW * pixels_per_mm).ceil() as usize).max(3);
    let across = edges(&plane, window, false, &inside);
    let down = edges(&plane, window, true, &inside);
    let both = [across, down]
        .into_iter()
        .flatten()
        .fold(None, |worst: Option<f64>, one| Some(worst.map_or(one, |worst| worst.max(one))));
    Some(both? / pixels_per_mm)
}

/// The median blur of the edges of every so many rows (or columns), in pixels.
fn edges(plane: &Plane, window: usize, down: bool, inside: &impl Fn(f64, f64) -> bool) -> Option<f64> {
    let (width, height) = (plane.width(), plane.height());
    let (lines, length) = if down { (width, height) } else { (height, width) };
    if length < 2 * window + 3 {
        return None;
    }
    let mut found: Vec<(u8, f64)> = Vec::new();
    let mut line = vec![0_u8; length];
    for index in (0..lines).step_by((lines / LINES).max(1)) {
        for (at, level) in line.iter_mut().enumerate() {
            let (x, y) = if down { (index, at) } else { (at, index) };
            *level = plane.levels()[y * width + x];
        }
        let slope = |at: usize| line[at + 1].abs_diff(line[at - 1]);
        for at in window + 1..length - window - 1 {
            let steepest = slope(at);
            // The steepest place of its edge.
            if steepest < LEAST_CONTRAST / 4 || slope(at - 1) > steepest || slope(at + 1) >= steepest {
                continue;
            }
            let (x, y) = if down { (index, at) } else { (at, index) };
            if !inside(x as f64, y as f64) {
                continue;
            }
            let contrast = rise(&line, at, window);
            if contrast >= LEAST_CONTRAST {
                found.push((contrast, deviation(f64::from(steepest) / f64::from(contrast))));
            }
        }
    }
    let strongest = found.iter().map(|(contrast, _)| *contrast).max()?;
    let least = f64::from(strongest) * LEAST_PART;
    let mut blurs: Vec<f64> = found
        .into_iter()
        .filter(|(contrast, _)| f64::from(*contrast) >= least)
        .map(|(_, blur)| blur)
        .collect();
    if blurs.len() < LEAST_EDGES {
        return None;
    }
    let middle = blurs.len() / 2;
    Some(*blurs.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// How much the level changes over the edge at `at`: on each side as far as it goes on in one direction.
fn rise(line: &[u8], at: usize, window: usize) -> u8 {
    let rising = line[at + 1] > line[at - 1];
    let (mut low, mut high) = (at, at);
    let on = |from: u8, to: u8| if rising { to >= from } else { to <= from };
    while at - low < window && on(line[low - 1], line[low]) {
        low -= 1;
    }
    while high - at < window && on(line[high], line[high + 1]) {
        high += 1;
    }
    line[high].abs_diff(line[low])
}

/// The standard deviation, in pixels, of a blurred edge whose levels two pixels apart differ by `part` of its contrast:
/// that part is erf(1 / (σ √2)). The inverse error function by S. Winitzki, 2008 (error below 0.2 %).
fn deviation(part: f64) -> f64 {
    const A: f64 = 0.147;
    let part = part.clamp(0.01, 0.9999);
    let log = (1.0 - part * part).ln();
    let half = 2.0 / (std::f64::consts::PI * A) + log / 2.0;
    let inverse = ((half * half - log / A).sqrt() - half).sqrt();
    1.0 / (std::f64::consts::SQRT_2 * inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_of_a_known_blur_is_measured() {
        // Φ(1/σ) − Φ(−1/σ) from tables of the normal distribution.
        for (sigma, part) in [(0.5, 0.9545), (1.0, 0.6827), (2.0, 0.3829), (4.0, 0.1974)] {
            let measured = deviation(part);
            assert!((measured - sigma).abs() < 0.02 * sigma, "{sigma}: {measured}");
        }
    }
}
