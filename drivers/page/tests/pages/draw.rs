//! Draws documents: every point of a sheet has a level by its place in millimetres, so that any view of it is known
//! exactly. Shares no geometry with the crate.

use page_image::{Picture, Point};

/// A source of numbers that look random and are the same on every run (D. Knuth's MMIX generator).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }

    /// Nearly a normal distribution of deviation 1: the sum of four, whose own deviation is √⅓.
    pub fn normal(&mut self) -> f64 {
        ((0..4).map(|_| self.roll()).sum::<f64>() - 2.0) * 3_f64.sqrt()
    }
}

/// A document of `width × height` millimetres.
#[derive(Clone, Copy)]
pub struct Sheet {
    pub width: f64,
    pub height: f64,
    /// Level of paper and of ink.
    pub paper: [f64; 3],
    pub ink: f64,
    /// Lines of text.
    pub lines: bool,
    /// Size of a character; 3.70 mm is 10.5 pt.
    pub character: f64,
    /// Radius of the corners.
    pub radius: f64,
    /// Another text.
    pub seed: u64,
}

impl Sheet {
    pub const fn a4() -> Self {
        Self {
            width: 210.0,
            height: 297.0,
            paper: [225.0; 3],
            ink: 40.0,
            lines: true,
            character: 3.70,
            radius: 0.0,
            seed: 1,
        }
    }

    pub const fn card() -> Self {
        Self { width: 85.60, height: 53.98, character: 2.6, radius: 3.18, ..Self::a4() }
    }

    pub fn holds(&self, x: f64, y: f64) -> bool {
        if !(0.0..=self.width).contains(&x) || !(0.0..=self.height).contains(&y) {
            return false;
        }
        let dx = (self.radius - x).max(x - self.width + self.radius).max(0.0);
        let dy = (self.radius - y).max(y - self.height + self.radius).max(0.0);
        dx.hypot(dy) <= self.radius || self.radius == 0.0
    }

    pub fn level(&self, x: f64, y: f64) -> [f64; 3] {
        if self.lines && self.inked(x, y) { [self.ink; 3] } else { self.paper }
    }

    /// Strokes of made-up characters, 0.08 of a character wide, in lines within margins of a tenth.
    fn inked(&self, x: f64, y: f64) -> bool {
        let margin = self.width.min(self.height) * 0.1;
        if x < margin || x > self.width - margin || y < margin || y > self.height - margin {
            return false;
        }
        let (across, down) = (self.character * 1.05, self.character * 1.7);
        let (column, line) = (((x - margin) / across).floor(), ((y - margin) / down).floor());
        let (u, v) = (
            ((x - margin) - column * across) / self.character,
            ((y - margin) - line * down) / self.character,
        );
        if u > 1.0 || v > 1.0 {
            return false;
        }
        // The last lines of paragraphs are short.
        let mut dice = Dice(self.seed ^ (line as u64).wrapping_mul(0x9e37));
        dice.roll();
        if dice.roll() < 0.2 && x > self.width * dice.between(0.3, 0.9) {
            return false;
        }
        let mut dice = Dice(self.seed.wrapping_mul(31) ^ ((line as u64) << 20) ^ (column as u64) << 3);
        dice.roll();
        dice.roll();
        let half = 0.04;
        (0..4).any(|_| {
            (v - dice.between(0.08, 0.92)).abs() < half
                && u > dice.between(0.0, 0.3)
                && u < dice.between(0.7, 1.0)
        }) || (0..3).any(|_| {
            (u - dice.between(0.08, 0.92)).abs() < half
                && v > dice.between(0.0, 0.3)
                && v < dice.between(0.7, 1.0)
        })
    }
}

/// A straight scan of a sheet that slants by so many degrees about its middle, falling to the right.
pub fn scan(sheet: &Sheet, dpi: f64, slant: f64) -> Picture {
    let pixels = |millimetres: f64| (millimetres / 25.4 * dpi).round() as usize;
    let (width, height) = (pixels(sheet.width), pixels(sheet.height));
    let (sine, cosine) = slant.to_radians().sin_cos();
    let (cx, cy) = (sheet.width / 2.0, sheet.height / 2.0);
    paint(width, height, 3, |x, y| {
        let (x, y) = (x / dpi * 25.4 - cx, y / dpi * 25.4 - cy);
        let (x, y) = (cx + x * cosine + y * sine, cy - x * sine + y * cosine);
        if sheet.holds(x, y) { sheet.level(x, y) } else { sheet.paper }
    })
}

/// What a camera sees: the sheet with its corners at these places of the picture, on a ground.
pub fn photograph(
    sheet: &Sheet,
    corners: [Point; 4],
    width: usize,
    height: usize,
    ground: impl Fn(f64, f64) -> [f64; 3],
) -> Picture {
    let places = [(0.0, 0.0), (sheet.width, 0.0), (sheet.width, sheet.height), (0.0, sheet.height)];
    let map = solve(corners, places);
    paint(width, height, 2, |x, y| {
        let weight = map[6] * x + map[7] * y + 1.0;
        let sheet_x = (map[0] * x + map[1] * y + map[2]) / weight;
        let sheet_y = (map[3] * x + map[4] * y + map[5]) / weight;
        if sheet.holds(sheet_x, sheet_y) { sheet.level(sheet_x, sheet_y) } else { ground(x, y) }
    })
}

/// Each pixel is the mean of `fine × fine` points.
fn paint(width: usize, height: usize, fine: usize, level: impl Fn(f64, f64) -> [f64; 3]) -> Picture {
    let mut bytes = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let mut sum = [0.0; 3];
            for point in 0..fine * fine {
                let at = |index: usize| (index as f64 + 0.5) / fine as f64;
                let here = level(x as f64 + at(point % fine), y as f64 + at(point / fine));
                for (sum, level) in sum.iter_mut().zip(here) {
                    *sum += level;
                }
            }
            bytes.extend(sum.map(|sum| (sum / (fine * fine) as f64).round() as u8));
        }
    }
    Picture::rgb(width, height, bytes).unwrap()
}

/// The eight numbers of the projective map that takes each of four points to another (Gauss with pivots).
fn solve(from: [Point; 4], to: [(f64, f64); 4]) -> [f64; 8] {
    let mut rows: Vec<[f64; 9]> = Vec::new();
    for (point, (x, y)) in from.into_iter().zip(to) {
        rows.push([point.x, point.y, 1.0, 0.0, 0.0, 0.0, -point.x * x, -point.y * x, x]);
        rows.push([0.0, 0.0, 0.0, point.x, point.y, 1.0, -point.x * y, -point.y * y, y]);
    }
    for column in 0..8 {
        let pivot =
            (column..8).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs())).unwrap();
        rows.swap(column, pivot);
        let lead = rows[column];
        for (index, row) in rows.iter_mut().enumerate() {
            if index != column {
                let times = row[column] / lead[column];
                for (value, lead) in row.iter_mut().zip(lead) {
                    *value -= times * lead;
                }
            }
        }
    }
    std::array::from_fn(|index| rows[index][8] / rows[index][index])
}

fn each(picture: &Picture, change: impl FnMut(usize, f64) -> f64) -> Picture {
    let mut change = change;
    let bytes = picture
        .bytes()
        .iter()
        .enumerate()
        .map(|(index, level)| change(index, f64::from(*level)).round().clamp(0.0, 255.0) as u8);
    let bytes: Vec<u8> = bytes.collect();
    if picture.channels() == 1 {
        Picture::grey(picture.width(), picture.height(), bytes).unwrap()
    } else {
        Picture::rgb(picture.width(), picture.height(), bytes).unwrap()
    }
}

/// With the noise of a sensor, of this deviation.
pub fn noisy(picture: &Picture, deviation: f64, seed: u64) -> Picture {
    let mut dice = Dice(seed);
    each(picture, |_, level| level + deviation * dice.normal())
}

/// Under a light that falls from `1 + change` at the left to `1 - change` at the right.
pub fn shaded(picture: &Picture, change: f64) -> Picture {
    let (width, channels) = (picture.width(), picture.channels());
    each(picture, |index, level| {
        let x = (index / channels % width) as f64 / width as f64;
        level * (1.0 + change - 2.0 * change * x)
    })
}

/// With all levels times a factor.
pub fn dimmed(picture: &Picture, factor: f64) -> Picture {
    each(picture, |_, level| level * factor)
}

/// With a round reflection.
pub fn shining(picture: &Picture, centre: Point, radius: f64) -> Picture {
    let (width, channels) = (picture.width(), picture.channels());
    each(picture, |index, level| {
        let place = index / channels;
        let at = Point::new((place % width) as f64, (place / width) as f64);
        if at.distance(centre) <= radius { 255.0 } else { level }
    })
}

/// Out of focus by a Gaussian of this deviation in pixels; across only, if `shaken`.
pub fn blurred(picture: &Picture, deviation: f64, shaken: bool) -> Picture {
    let reach = (deviation * 3.5).ceil() as i64;
    let kernel: Vec<f64> =
        (-reach..=reach).map(|x| (-((x * x) as f64) / (2.0 * deviation * deviation)).exp()).collect();
    let sum: f64 = kernel.iter().sum();
    let (width, height, channels) = (picture.width(), picture.height(), picture.channels());
    let pass = |picture: &Picture, down: bool| {
        let source = picture.bytes().to_vec();
        each(picture, |index, _| {
            let (place, channel) = (index / channels, index % channels);
            let (x, y) = ((place % width) as i64, (place / width) as i64);
            let mut level = 0.0;
            for (offset, weight) in (-reach..=reach).zip(&kernel) {
                let (x, y) = if down { (x, y + offset) } else { (x + offset, y) };
                let x = x.clamp(0, width as i64 - 1) as usize;
                let y = y.clamp(0, height as i64 - 1) as usize;
                level += weight * f64::from(source[(y * width + x) * channels + channel]);
            }
            level / sum
        })
    };
    let across = pass(picture, false);
    if shaken { across } else { pass(&across, true) }
}
