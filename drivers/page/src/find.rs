//! The one document in a picture: its four corners.

use crate::Picture;
use crate::edge::{Line, Region, area, close, hull, largest, widest};
use crate::geometry::{Point, Quad};
use crate::ground::Ground;
use crate::plane::factor_for;

/// Longest side of the picture in which the document is looked for; its sides are then measured in the whole one.
const SEARCH_SIDE: usize = 640;
/// Least share of the picture that a document covers: an ID-1 card (46 cm²) on the A3 bed of a camera (1247 cm²) covers
/// 3.7 %.
pub const LEAST_SHARE: f64 = 0.02;
/// Least share of its hull that a document fills, gaps not closed: its paper does. A hand, a cable or crumbs fill less; a
/// block of dense text on a page that fills the picture, half.
const LEAST_FILLED: f64 = 0.72;
/// Where a document's side is looked for on both sides of the first guess: this part of its longer side.
const REACH: f64 = 0.03;
/// Points at which each side is measured.
const POINTS: usize = 64;
/// Part of a side, at either end, that is not measured: cards have round corners (ISO/IEC 7810: radius 2.88 to 3.48 mm,
/// 6.4 % of the shorter side).
const CORNER: f64 = 0.1;

/// A document in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Document {
    /// Its corners; those of a document that is cut off lie on the picture's border.
    pub corners: Quad,
    /// The part of the picture's border that it covers, as a share of the side that is covered most: above 0 where it is
    /// cut off.
    pub touching: f64,
}

/// Finds the document in a picture that shows it on an even ground of another brightness or colour; `None` where there
/// is none or more than the ground cannot be told from it.
#[must_use]
pub fn find(picture: &Picture) -> Option<Document> {
    let factor = factor_for(picture.width(), picture.height(), SEARCH_SIDE);
    let small = picture.shrunk(factor);
    let (width, height) = (small.width(), small.height());
    let ground = Ground::of(&small)?;
    let (mask, contrast) = mask(&small, &ground)?;
    // Two pixels join what thin dark lines cut apart.
    let region = largest(&close(&mask, width, height, 2), width, height)?;
    let outline = hull(&region);
    let covered = area(&outline);
    let filled = region.rows.iter().map(|(y, left, right)| {
        mask[y * width + left..=y * width + right].iter().filter(|differs| **differs).count()
    });
    if covered < LEAST_SHARE * (width * height) as f64
        || (filled.sum::<usize>() as f64) < LEAST_FILLED * covered
    {
        return None;
    }
    let rough = widest(&outline)?;
    let scale = factor as f64;
    let rough = Quad { corners: rough.corners.map(|corner| Point::new(corner.x * scale, corner.y * scale)) };
    let corners = measure(picture, &ground.enlarged(scale), contrast / 2.0, &rough)?;
    Some(Document { corners, touching: touching(&region, width, height) })
}

/// What is not ground, and how far the document is from it.
fn mask(small: &Picture, ground: &Ground) -> Option<(Vec<bool>, f64)> {
    let width = small.width();
    let distances: Vec<f64> = small
        .bytes()
        .chunks_exact(small.channels())
        .enumerate()
        .map(|(index, pixel)| {
            let (x, y) = ((index % width) as f64 + 0.5, (index / width) as f64 + 0.5);
            ground.distance(x, y, |channel| f64::from(pixel[channel]))
        })
        .collect();
    let noise = ground.noise();
    let mut other: Vec<f64> = distances.iter().copied().filter(|distance| *distance > noise).collect();
    if other.is_empty() {
        return None;
    }
    let middle = other.len() / 2;
    let contrast = *other.select_nth_unstable_by(middle, f64::total_cmp).1;
    // Half of the contrast: where a blurred edge really lies, and above the shadow that a sheet throws.
    let limit = noise.max(contrast / 2.0);
    Some((distances.iter().map(|distance| *distance > limit).collect(), contrast.max(2.0 * noise)))
}

fn touching(region: &Region, width: usize, height: usize) -> f64 {
    let sides = [width, height, width, height];
    let share = |(pixels, side): (&usize, usize)| *pixels as f64 / side as f64;
    region.borders.iter().zip(sides).map(share).fold(0.0, f64::max)
}

/// Measures the sides of a rough quadrilateral in the whole picture and gives their corners.
fn measure(picture: &Picture, ground: &Ground, limit: f64, rough: &Quad) -> Option<Quad> {
    let (across, down) = rough.sides();
    let reach = across.max(down) * REACH;
    let mut lines = Vec::with_capacity(4);
    for index in 0..4 {
        let (from, to) = (rough.corners[index], rough.corners[(index + 1) % 4]);
        let length = from.distance(to);
        if length < 8.0 {
            return None;
        }
        let along = ((to.x - from.x) / length, (to.y - from.y) / length);
        // Corners go clockwise, so inside lies to the right of each side.
        let inwards = (-along.1, along.0);
        let distance = |place: Point| {
            // Three places along the side: noise of single pixels does not move it.
            let at = |step: f64| {
                let (x, y) = (place.x + along.0 * step, place.y + along.1 * step);
                picture
                    .at(x, y, 0)
                    .map(|_| ground.distance(x, y, |channel| picture.at(x, y, channel).unwrap_or_default()))
            };
            [-1.5, 0.0, 1.5].into_iter().filter_map(at).sum::<f64>() / 3.0
        };
        let points: Vec<Point> = (0..POINTS)
            .filter_map(|point| {
                let share = CORNER + (1.0 - 2.0 * CORNER) * point as f64 / (POINTS - 1) as f64;
                cross(from.towards(to, share), inwards, reach, limit, &distance)
            })
            .collect();
        lines.push(if points.len() >= POINTS / 2 { Line::through(&points)? } else { return None });
    }
    let corner = |index: usize| lines[(index + 3) % 4].meets(&lines[index]);
    let quad = Quad::ordered([corner(0)?, corner(1)?, corner(2)?, corner(3)?]);
    let (width, height) = (picture.width() as f64, picture.height() as f64);
    let margin = width.max(height) * REACH;
    let near = quad.corners.iter().all(|corner| {
        (-margin..=width + margin).contains(&corner.x) && (-margin..=height + margin).contains(&corner.y)
    });
    (near && quad.is_convex() && quad.area() >= LEAST_SHARE * width * height).then_some(quad)
}

/// Goes inwards until the ground ends, and says where exactly it did.
fn cross(
    middle: Point,
    inwards: (f64, f64),
    reach: f64,
    limit: f64,
    distance: &dyn Fn(Point) -> f64,
) -> Option<Point> {
    const STEP: f64 = 0.5;
    let place = |offset: f64| Point::new(middle.x + inwards.0 * offset, middle.y + inwards.1 * offset);
    let steps = (2.0 * reach / STEP) as usize;
    let mut before = distance(place(-reach));
    for step in 1..=steps {
        let offset = -reach + step as f64 * STEP;
        let here = distance(place(offset));
        // A speck on the ground is smaller than two pixels.
        if here >= limit && distance(place(offset + 2.0)) >= limit {
            let back = if here > before { (here - limit) / (here - before) } else { 0.0 };
            return Some(place(offset - STEP * back.clamp(0.0, 1.0)));
        }
        before = here;
    }
    None
}
