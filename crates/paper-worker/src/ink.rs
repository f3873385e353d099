//! Signatures as vectors.

use std::fmt::Write;

use paper::{StrokePoint, Strokes};

/// Most points of one signature; a pad gives 200 a second, nobody signs for five minutes.
const POINT_LIMIT: usize = 60_000;
/// Least width of the drawn area as a share of the pad: a small signature stays small on paper.
const LEAST_SHARE: f64 = 0.45;

/// Draws a signature as an SVG around its ink; `None` without ink or with numbers that are no places.
///
/// The width of the line follows the pressure, as a pen's does.
pub(crate) fn svg(signature: &Strokes) -> Option<String> {
    let strokes: Vec<Vec<&StrokePoint>> = signature
        .strokes
        .iter()
        .map(|stroke| stroke.iter().collect::<Vec<_>>())
        .filter(|stroke| !stroke.is_empty())
        .collect();
    let points = || strokes.iter().flatten();
    let sane = |n: f64| n.is_finite() && n.abs() < 1.0e6;
    let fits = sane(signature.width) && sane(signature.height) && points().all(|p| sane(p.x) && sane(p.y));
    if strokes.is_empty() || !fits || points().count() > POINT_LIMIT || signature.height <= 0.0 {
        return None;
    }
    let span = |of: fn(&StrokePoint) -> f64, least: f64| {
        let low = points().map(|p| of(p)).fold(f64::INFINITY, f64::min);
        let high = points().map(|p| of(p)).fold(f64::NEG_INFINITY, f64::max);
        let size = (high - low).max(least);
        (f64::midpoint(low, high) - size / 2.0, size)
    };
    let pen = signature.height / 32.0;
    let (left, width) = span(|p| p.x, signature.width * LEAST_SHARE);
    let (top, height) = span(|p| p.y, signature.height * LEAST_SHARE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{:.2} {:.2} {:.2} {:.2}\">\
         <g fill=\"none\" stroke=\"#000\" stroke-linecap=\"round\" stroke-linejoin=\"round\">",
        left - pen,
        top - pen,
        width + 2.0 * pen,
        height + 2.0 * pen,
    );
    for stroke in &strokes {
        draw(&mut svg, stroke, pen);
    }
    svg.push_str("</g></svg>");
    Some(svg)
}

/// One stroke as pieces of equal line width; neighbouring points of like pressure share a piece.
fn draw(svg: &mut String, stroke: &[&StrokePoint], pen: f64) {
    // Eight widths: finer steps cannot be seen on paper and would double the file.
    let step = |p: &StrokePoint| i32::from(p.pressure.min(1023) / 128);
    let mut start = 0;
    while start < stroke.len() {
        let width = step(stroke[start]);
        let mut end = start + 1;
        while end < stroke.len() && step(stroke[end]) == width {
            end += 1;
        }
        // Up to and with the next piece's first point, so that the line does not break.
        let piece = &stroke[start..(end + 1).min(stroke.len())];
        let thickness = pen * (0.45 + f64::from(width) * 0.11);
        // Writing to a String cannot fail.
        let _ = write!(svg, "<path stroke-width=\"{thickness:.2}\" d=\"M{:.2} {:.2}", piece[0].x, piece[0].y);
        if piece.len() == 1 {
            svg.push_str("h0.01");
        }
        for point in &piece[1..] {
            let _ = write!(svg, "L{:.2} {:.2}", point.x, point.y);
        }
        svg.push_str("\"/>");
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f64, y: f64, pressure: u16) -> StrokePoint {
        StrokePoint { x, y, pressure, t: 0 }
    }

    fn pad(strokes: Vec<Vec<StrokePoint>>) -> Strokes {
        Strokes { width: 400.0, height: 160.0, strokes }
    }

    #[test]
    fn pressure_widens_the_line_without_a_gap() {
        let light_then_hard = vec![point(10.0, 10.0, 0), point(20.0, 10.0, 0), point(30.0, 10.0, 1023)];
        let svg = svg(&pad(vec![light_then_hard, vec![point(5.0, 5.0, 500)]])).unwrap();
        assert_eq!(svg.matches("<path").count(), 3);
        assert!(svg.contains("M10.00 10.00L20.00 10.00L30.00 10.00"), "{svg}");
        assert!(svg.contains("M5.00 5.00h0.01"), "a dot must show: {svg}");
    }

    #[test]
    fn no_ink_and_no_place_are_refused() {
        assert!(svg(&pad(vec![])).is_none());
        assert!(svg(&pad(vec![vec![]])).is_none());
        assert!(svg(&pad(vec![vec![point(f64::NAN, 0.0, 1)]])).is_none());
        assert!(svg(&pad(vec![vec![point(1.0, 0.0, 1); POINT_LIMIT + 1]])).is_none());
    }
}
