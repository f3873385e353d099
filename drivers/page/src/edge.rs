//! The outline of a region: its largest piece, its hull, four sides of it.

use crate::geometry::{Point, Quad, turn};

/// A region of a mask.
pub(crate) struct Region {
    /// Leftmost and rightmost pixel of each row that it has pixels in: `(row, left, right)`.
    pub(crate) rows: Vec<(usize, usize, usize)>,
    /// Pixels on the picture's upper, right, lower and left border.
    pub(crate) borders: [usize; 4],
}

/// Fills gaps of up to `2 × radius` pixels: a window's sum that is not empty, then one that is not full.
pub(crate) fn close(mask: &[bool], width: usize, height: usize, radius: usize) -> Vec<bool> {
    let grown = window(mask, width, height, radius, |hits, _| hits > 0);
    // Outside of the picture counts as set, or closing would eat from the borders.
    window(&grown, width, height, radius, |hits, cells| hits == cells)
}

fn window(
    mask: &[bool],
    width: usize,
    height: usize,
    radius: usize,
    keep: fn(usize, usize) -> bool,
) -> Vec<bool> {
    let line = |get: &dyn Fn(usize) -> bool, set: &mut dyn FnMut(usize, bool), length: usize| {
        let mut hits = (0..radius.min(length)).filter(|index| get(*index)).count();
        for index in 0..length {
            if index + radius < length {
                hits += usize::from(get(index + radius));
            }
            let (first, last) = (index.saturating_sub(radius), (index + radius).min(length - 1));
            set(index, keep(hits, last - first + 1));
            if index >= radius {
                hits -= usize::from(get(index - radius));
            }
        }
    };
    let mut across = vec![false; mask.len()];
    for y in 0..height {
        let base = y * width;
        line(&|x| mask[base + x], &mut |x, value| across[base + x] = value, width);
    }
    let mut both = vec![false; mask.len()];
    for x in 0..width {
        line(&|y| across[y * width + x], &mut |y, value| both[y * width + x] = value, height);
    }
    both
}

/// The largest connected region (four neighbours); `None` if nothing is set.
pub(crate) fn largest(mask: &[bool], width: usize, height: usize) -> Option<Region> {
    let mut seen = vec![false; mask.len()];
    let mut best: Vec<usize> = Vec::new();
    let mut piece = Vec::new();
    for start in 0..mask.len() {
        if !mask[start] || seen[start] {
            continue;
        }
        piece.clear();
        piece.push(start);
        seen[start] = true;
        let mut next = 0;
        while next < piece.len() {
            let index = piece[next];
            next += 1;
            let (x, y) = (index % width, index / width);
            let neighbours = [
                (x > 0).then(|| index - 1),
                (x + 1 < width).then(|| index + 1),
                (y > 0).then(|| index - width),
                (y + 1 < height).then(|| index + width),
            ];
            for neighbour in neighbours.into_iter().flatten() {
                if mask[neighbour] && !seen[neighbour] {
                    seen[neighbour] = true;
                    piece.push(neighbour);
                }
            }
        }
        if piece.len() > best.len() {
            std::mem::swap(&mut best, &mut piece);
        }
    }
    if best.is_empty() {
        return None;
    }
    let mut extent: Vec<Option<(usize, usize)>> = vec![None; height];
    let mut borders = [0; 4];
    for index in &best {
        let (x, y) = (index % width, index / width);
        let row = extent[y].get_or_insert((x, x));
        *row = (row.0.min(x), row.1.max(x));
        for (border, touched) in borders.iter_mut().zip([y == 0, x + 1 == width, y + 1 == height, x == 0]) {
            *border += usize::from(touched);
        }
    }
    let rows = extent.iter().enumerate().filter_map(|(y, row)| row.map(|(left, right)| (y, left, right)));
    Some(Region { rows: rows.collect(), borders })
}

/// The convex hull of a region's pixels, clockwise (A. Andrew's monotone chain, 1979).
pub(crate) fn hull(region: &Region) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    for (y, left, right) in &region.rows {
        for y in [*y as f64, *y as f64 + 1.0] {
            points.push(Point::new(*left as f64, y));
            points.push(Point::new(*right as f64 + 1.0, y));
        }
    }
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let half = |points: &mut dyn Iterator<Item = &Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for point in points {
            while let [.., a, b] = chain.as_slice() {
                if turn(*a, *b, *point) > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(*point);
        }
        chain.pop();
        chain
    };
    let mut hull = half(&mut points.iter());
    hull.extend(half(&mut points.iter().rev()));
    hull
}

/// Area of a polygon.
pub(crate) fn area(polygon: &[Point]) -> f64 {
    let Some(first) = polygon.first() else { return 0.0 };
    polygon.windows(2).map(|pair| turn(*first, pair[0], pair[1])).sum::<f64>().abs() / 2.0
}

/// Most corners of a hull that the search for four of them looks at: it takes their cube.
const MOST_CORNERS: usize = 90;

/// The four corners of a hull that span the largest area.
pub(crate) fn widest(hull: &[Point]) -> Option<Quad> {
    let step = hull.len().div_ceil(MOST_CORNERS).max(1);
    let corners: Vec<Point> = hull.iter().step_by(step).copied().collect();
    let mut best: Option<(f64, [Point; 4])> = None;
    for first in 0..corners.len() {
        for third in first + 2..corners.len() {
            let far = |range: &mut dyn Iterator<Item = usize>| {
                range
                    .map(|index| (turn(corners[first], corners[third], corners[index]).abs(), index))
                    .max_by(|a, b| a.0.total_cmp(&b.0))
            };
            let one = far(&mut (first + 1..third));
            let other = far(&mut (third + 1..corners.len()).chain(0..first));
            let (Some((one, second)), Some((other, fourth))) = (one, other) else { continue };
            if best.is_none_or(|(area, _)| one + other > area) {
                let four = [corners[first], corners[second], corners[third], corners[fourth]];
                best = Some((one + other, four));
            }
        }
    }
    best.map(|(_, corners)| Quad::ordered(corners))
}

/// A line: a point of it and its direction, of length 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) point: Point,
    pub(crate) direction: (f64, f64),
}

impl Line {
    /// The line nearest to points (total least squares); the worst fifth is left out twice. `None` for less than four.
    pub(crate) fn through(points: &[Point]) -> Option<Self> {
        let mut kept = points.to_vec();
        let mut line = Self::nearest(&kept)?;
        for _ in 0..2 {
            kept.sort_by(|a, b| line.off(*a).total_cmp(&line.off(*b)));
            kept.truncate((kept.len() * 4).div_ceil(5));
            line = Self::nearest(&kept)?;
        }
        Some(line)
    }

    fn nearest(points: &[Point]) -> Option<Self> {
        if points.len() < 4 {
            return None;
        }
        let count = points.len() as f64;
        let x = points.iter().map(|point| point.x).sum::<f64>() / count;
        let y = points.iter().map(|point| point.y).sum::<f64>() / count;
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for point in points {
            let (dx, dy) = (point.x - x, point.y - y);
            xx += dx * dx;
            xy += dx * dy;
            yy += dy * dy;
        }
        let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
        Some(Self { point: Point::new(x, y), direction: (angle.cos(), angle.sin()) })
    }

    fn off(&self, point: Point) -> f64 {
        let (dx, dy) = self.direction;
        ((point.x - self.point.x) * dy - (point.y - self.point.y) * dx).abs()
    }

    /// Where two lines meet; `None` where they are all but parallel (within 6°: no document's corner).
    pub(crate) fn meets(&self, other: &Self) -> Option<Point> {
        let ((ax, ay), (bx, by)) = (self.direction, other.direction);
        let sine = ax * by - ay * bx;
        if sine.abs() < 0.1 {
            return None;
        }
        let along = ((other.point.x - self.point.x) * by - (other.point.y - self.point.y) * bx) / sine;
        Some(Point::new(self.point.x + along * ax, self.point.y + along * ay))
    }
}
