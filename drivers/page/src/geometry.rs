//! Points, quadrilaterals, and the sizes of documents.

use serde::{Deserialize, Serialize};

/// A place in a picture, in pixels from its upper left corner; the centre of the first pixel is (0.5, 0.5).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Point {
    /// At these coordinates.
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// Distance to another point, in pixels.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    pub(crate) fn towards(self, other: Self, share: f64) -> Self {
        Self::new(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)
    }
}

/// Twice the area of a triangle; positive if the turn at `b` goes to the right on the screen.
pub(crate) fn turn(a: Point, b: Point, c: Point) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// Four corners: upper left, upper right, lower right, lower left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quad {
    /// The corners, clockwise.
    pub corners: [Point; 4],
}

impl Quad {
    /// From four corners in any order around it, so that the first is the upper left one: the one nearest to the
    /// picture's.
    pub(crate) fn ordered(mut corners: [Point; 4]) -> Self {
        if turn(corners[0], corners[1], corners[2]) < 0.0 {
            corners.reverse();
        }
        let first = (0..4)
            .min_by(|a, b| {
                let far = |index: &usize| corners[*index].x + corners[*index].y;
                far(a).total_cmp(&far(b))
            })
            .unwrap_or(0);
        corners.rotate_left(first);
        Self { corners }
    }

    /// Area in square pixels.
    #[must_use]
    pub fn area(&self) -> f64 {
        let [a, b, c, d] = self.corners;
        (turn(a, b, c) + turn(a, c, d)) / 2.0
    }

    /// Whether it is convex and has an area.
    #[must_use]
    pub fn is_convex(&self) -> bool {
        (0..4).all(|index| {
            let at = |step: usize| self.corners[(index + step) % 4];
            turn(at(0), at(1), at(2)) > 1e-6
        })
    }

    /// Whether a point lies inside.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        (0..4).all(|index| turn(self.corners[index], self.corners[(index + 1) % 4], point) >= 0.0)
    }

    /// Length of the upper and lower side, and of the left and right one, each the mean of both, in pixels.
    #[must_use]
    pub fn sides(&self) -> (f64, f64) {
        let [a, b, c, d] = self.corners;
        ((a.distance(b) + d.distance(c)) / 2.0, (a.distance(d) + b.distance(c)) / 2.0)
    }

    /// The slant of its upper and lower sides, in degrees; positive if they fall to the right.
    #[must_use]
    pub fn slant(&self) -> f64 {
        let [a, b, c, d] = self.corners;
        (b.y - a.y + c.y - d.y).atan2(b.x - a.x + c.x - d.x).to_degrees()
    }

    /// The projective map from the unit square onto it (P. Heckbert, Fundamentals of Texture Mapping, 1989, §2.2.3).
    pub(crate) fn map(&self) -> impl Fn(f64, f64) -> Point {
        let [p0, p1, p2, p3] = self.corners;
        let (dx1, dx2, sx) = (p1.x - p2.x, p3.x - p2.x, p0.x - p1.x + p2.x - p3.x);
        let (dy1, dy2, sy) = (p1.y - p2.y, p3.y - p2.y, p0.y - p1.y + p2.y - p3.y);
        let determinant = dx1 * dy2 - dx2 * dy1;
        let (g, h) = if determinant.abs() < 1e-12 {
            (0.0, 0.0)
        } else {
            ((sx * dy2 - dx2 * sy) / determinant, (dx1 * sy - sx * dy1) / determinant)
        };
        let (a, b) = (p1.x - p0.x + g * p1.x, p3.x - p0.x + h * p3.x);
        let (d, e) = (p1.y - p0.y + g * p1.y, p3.y - p0.y + h * p3.y);
        move |u, v| {
            let weight = g * u + h * v + 1.0;
            Point::new((a * u + b * v + p0.x) / weight, (d * u + e * v + p0.y) / weight)
        }
    }
}

/// The size of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// 210 × 297 mm (ISO 216).
    A4,
    /// 297 × 210 mm.
    A4Across,
    /// A card of 85.60 × 53.98 mm (ISO/IEC 7810, ID-1): identity cards, residence permits.
    Id1,
    /// The same, upright.
    Id1Upright,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::A4, Self::A4Across, Self::Id1, Self::Id1Upright];

    /// Width and height in millimetres.
    #[must_use]
    pub const fn millimetres(self) -> (f64, f64) {
        match self {
            Self::A4 => (210.0, 297.0),
            Self::A4Across => (297.0, 210.0),
            Self::Id1 => (85.60, 53.98),
            Self::Id1Upright => (53.98, 85.60),
        }
    }

    /// Width and height in pixels at a resolution.
    #[must_use]
    pub fn pixels(self, dpi: u16) -> (usize, usize) {
        let (width, height) = self.millimetres();
        let pixels = |millimetres: f64| (millimetres / 25.4 * f64::from(dpi)).round() as usize;
        (pixels(width), pixels(height))
    }

    /// The format whose sides have the ratio of these ones, if one has it within 6 % : half of the way from A4 (1.414)
    /// to ID-1 (1.586), so that neither is taken for the other.
    #[must_use]
    pub fn of_sides(width: f64, height: f64) -> Option<Self> {
        const TOLERANCE: f64 = 0.06;
        let off = |format: Self| {
            let (wide, high) = format.millimetres();
            (width / height / (wide / high)).ln().abs()
        };
        Self::ALL
            .into_iter()
            .filter(|format| off(*format) <= TOLERANCE)
            .min_by(|a, b| off(*a).total_cmp(&off(*b)))
    }
}
