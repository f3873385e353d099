//! What a document lies on, as far as the rim of the picture shows it: an even colour under an even light.

use crate::Picture;

/// Part of the shorter side that counts as the rim: 2 %, where a document that is wholly in the picture seldom reaches.
const RIM: f64 = 0.02;
/// Least share of the rim that must look like one ground; below it there is no ground, or the document covers it.
const COMMON: f64 = 0.5;
/// Least difference from the ground, in levels, that is no noise of a camera in a dim room.
const LEAST_CONTRAST: f64 = 14.0;

/// A ground: for each channel a level that changes evenly with the place.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    /// Level at the origin, change to the right, change downwards; per pixel of the picture it was made of.
    planes: Vec<[f64; 3]>,
    /// How far the ground itself is from that, in levels: its standard deviation.
    spread: f64,
}

struct Sample {
    x: f64,
    y: f64,
    index: usize,
}

impl Ground {
    /// The ground of a picture; `None` where its rim is of more than one kind.
    pub(crate) fn of(picture: &Picture) -> Option<Self> {
        let (width, height) = (picture.width(), picture.height());
        let rim = ((width.min(height) as f64 * RIM) as usize).clamp(1, 8);
        if width <= 4 * rim || height <= 4 * rim {
            return None;
        }
        let mut samples = Vec::new();
        for y in 0..height {
            let whole = y < rim || y >= height - rim;
            let columns =
                (0..width).filter(|x| whole || *x < rim || *x >= width - rim).collect::<Vec<usize>>();
            samples.extend(columns.into_iter().map(|x| Sample {
                x: x as f64 + 0.5,
                y: y as f64 + 0.5,
                index: y * width + x,
            }));
        }
        let level = |sample: &Sample, channel: usize| {
            f64::from(picture.bytes()[sample.index * picture.channels() + channel])
        };
        let mut planes: Vec<[f64; 3]> = (0..picture.channels())
            .map(|channel| [median(samples.iter().map(|sample| level(sample, channel)).collect()), 0.0, 0.0])
            .collect();
        let distance = |planes: &[[f64; 3]], sample: &Sample| {
            let off = |(channel, plane): (usize, &[f64; 3])| {
                (level(sample, channel) - value(plane, sample.x, sample.y)).abs()
            };
            planes.iter().enumerate().map(off).fold(0.0, f64::max)
        };
        let mut kept = 0;
        let mut spread = 0.0;
        // Each round leaves out what is not ground and fits the light anew; three settle it.
        for _ in 0..3 {
            let off: Vec<f64> = samples.iter().map(|sample| distance(&planes, sample)).collect();
            // 2.5 medians of the distance are 1.7 standard deviations of noise, or all of an even slope.
            let limit = (2.5 * median(off.clone())).max(LEAST_CONTRAST);
            let near: Vec<&Sample> = samples
                .iter()
                .zip(&off)
                .filter(|(_, off)| **off <= limit)
                .map(|(sample, _)| sample)
                .collect();
            kept = near.len();
            for (channel, plane) in planes.iter_mut().enumerate() {
                if let Some(fitted) = fit(near.iter().map(|one| (one.x, one.y, level(one, channel)))) {
                    *plane = fitted;
                }
            }
            let squares: f64 = near.iter().map(|sample| distance(&planes, sample).powi(2)).sum();
            spread = (squares / near.len().max(1) as f64).sqrt();
        }
        (kept as f64 >= COMMON * samples.len() as f64).then_some(Self { planes, spread })
    }

    /// The same ground for a picture that is `factor` times as large.
    pub(crate) fn enlarged(&self, factor: f64) -> Self {
        let planes = self.planes.iter().map(|[level, right, down]| [*level, right / factor, down / factor]);
        Self { planes: planes.collect(), spread: self.spread }
    }

    /// How far a pixel's levels are from the ground.
    pub(crate) fn distance(&self, x: f64, y: f64, level: impl Fn(usize) -> f64) -> f64 {
        let off = |(channel, plane)| (level(channel) - value(plane, x, y)).abs();
        self.planes.iter().enumerate().map(off).fold(0.0, f64::max)
    }

    /// Distance above which a pixel is not ground: four standard deviations, and never less than a dim camera's noise.
    pub(crate) fn noise(&self) -> f64 {
        (4.0 * self.spread).max(LEAST_CONTRAST)
    }
}

fn value([level, right, down]: &[f64; 3], x: f64, y: f64) -> f64 {
    level + right * x + down * y
}

fn median(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// Least squares of a plane over places; `None` where they do not span one.
fn fit(places: impl Iterator<Item = (f64, f64, f64)> + Clone) -> Option<[f64; 3]> {
    let count = places.clone().count() as f64;
    if count < 3.0 {
        return None;
    }
    let sum = |of: fn((f64, f64, f64)) -> f64| places.clone().map(of).sum::<f64>() / count;
    let (mx, my, mz) = (sum(|place| place.0), sum(|place| place.1), sum(|place| place.2));
    let (mut xx, mut xy, mut yy, mut xz, mut yz) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (x, y, z) in places {
        let (x, y, z) = (x - mx, y - my, z - mz);
        xx += x * x;
        xy += x * y;
        yy += y * y;
        xz += x * z;
        yz += y * z;
    }
    let determinant = xx * yy - xy * xy;
    if determinant.abs() < 1e-9 {
        return None;
    }
    let (right, down) = ((xz * yy - yz * xy) / determinant, (yz * xx - xz * xy) / determinant);
    Some([mz - right * mx - down * my, right, down])
}
