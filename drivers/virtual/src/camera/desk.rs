//! What lies under a document camera: nothing, a page, either side of a card. Drawn: nobody's document is in it.

/// What somebody laid under the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Laid {
    /// The bare ground.
    Nothing,
    /// A page of text.
    Page,
    /// A card with a portrait and lines of text.
    CardFront,
    /// Its other side.
    CardBack,
}

/// Shades of the ground, which is dark as on every document camera; of paper; of ink.
const GROUND: [u8; 3] = [40, 44, 52];
const PAPER: [u8; 3] = [235, 235, 235];
const CARD: [u8; 3] = [214, 226, 232];
const INK: [u8; 3] = [40, 40, 40];
const EMBLEM: [u8; 3] = [176, 40, 44];

/// How a hand lays things: never quite straight.
const SLANT_DEGREES: f64 = 3.0;
/// A page's height, as a share of the picture's.
const PAGE: f64 = 0.84;
/// A card's width, as a share of the picture's height: whoever copies cards lowers the camera.
const CARD_WIDTH: f64 = 0.72;
/// Width through height: A4 (ISO 216); ID-1 (ISO/IEC 7810).
const PAGE_SIDES: f64 = 210.0 / 297.0;
const CARD_SIDES: f64 = 85.60 / 53.98;

/// The picture, row by row.
pub(super) fn draw(laid: Laid, width: usize, height: usize) -> Vec<u8> {
    let (sine, cosine) = SLANT_DEGREES.to_radians().sin_cos();
    let (middle_x, middle_y) = (width as f64 / 2.0, height as f64 / 2.0);
    let high = height as f64;
    let mut rgb = Vec::with_capacity(width * height * 3);
    for row in 0..height {
        for column in 0..width {
            let (x, y) = (column as f64 - middle_x, row as f64 - middle_y);
            let (u, v) = (x * cosine + y * sine, y * cosine - x * sine);
            let pixel = match laid {
                Laid::Nothing => None,
                Laid::Page => {
                    let tall = PAGE * high;
                    inside(u, v, tall * PAGE_SIDES, tall).map(|(u, v)| page(u, v))
                }
                Laid::CardFront | Laid::CardBack => {
                    let wide = CARD_WIDTH * high;
                    inside(u, v, wide, wide / CARD_SIDES)
                        .map(|(u, v)| if laid == Laid::CardFront { front(u, v) } else { back(u, v) })
                }
            };
            rgb.extend(pixel.unwrap_or(GROUND));
        }
    }
    rgb
}

/// The place on a thing of that size, each from 0 to 1.
fn inside(u: f64, v: f64, wide: f64, high: f64) -> Option<(f64, f64)> {
    let place = (u / wide + 0.5, v / high + 0.5);
    ((0.0..1.0).contains(&place.0) && (0.0..1.0).contains(&place.1)).then_some(place)
}

/// Lines of words: `lines` of them between two heights, words of uneven length.
fn text(u: f64, v: f64, (top, bottom): (f64, f64), (left, right): (f64, f64), lines: f64) -> bool {
    if !(top..bottom).contains(&v) || !(left..right).contains(&u) {
        return false;
    }
    let line = (v - top) / (bottom - top) * lines;
    let word = ((u - left) * 12.0 + line.floor() * 0.37).rem_euclid(1.0);
    line.rem_euclid(1.0) < 0.4 && word < 0.74
}

fn page(u: f64, v: f64) -> [u8; 3] {
    if text(u, v, (0.08, 0.92), (0.1, 0.9), 22.0) { INK } else { PAPER }
}

fn front(u: f64, v: f64) -> [u8; 3] {
    let portrait = (0.64..0.92).contains(&u) && (0.12..0.68).contains(&v);
    if portrait {
        let head = ((u - 0.78) / 0.09).powi(2) + ((v - 0.34) / 0.16).powi(2) < 1.0;
        let shoulders = v > 0.52 && (u - 0.78).abs() < 0.12;
        return if head || shoulders { [120, 100, 90] } else { [240, 240, 240] };
    }
    let lines = text(u, v, (0.12, 0.7), (0.06, 0.56), 5.0) || text(u, v, (0.8, 0.9), (0.2, 0.92), 1.0);
    if lines { INK } else { CARD }
}

fn back(u: f64, v: f64) -> [u8; 3] {
    if ((u - 0.17) / 0.1).powi(2) + ((v - 0.26) / 0.16).powi(2) < 1.0 {
        return EMBLEM;
    }
    let lines = text(u, v, (0.14, 0.42), (0.32, 0.92), 2.0) || text(u, v, (0.66, 0.9), (0.2, 0.86), 2.0);
    if lines { INK } else { CARD }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_there_is_told_apart() {
        let pictures =
            [Laid::Nothing, Laid::Page, Laid::CardFront, Laid::CardBack].map(|laid| draw(laid, 320, 180));
        for (at, one) in pictures.iter().enumerate() {
            assert_eq!(one.len(), 320 * 180 * 3);
            assert!(pictures[..at].iter().all(|other| other != one));
            assert_eq!(one[..3], GROUND, "no document is cut off");
        }
    }
}
