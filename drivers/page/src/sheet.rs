//! Both sides of a card on one A4 page.

use crate::geometry::{Format, Point, Quad};
use crate::straighten::flatten;
use crate::{Picture, PictureError};

/// Where the upper edge of the front lies, in millimetres from the page's: copies of cards leave the head free for stamps.
const FRONT_TOP: f64 = 60.0;
/// Space between front and back, in millimetres.
const GAP: f64 = 20.0;

/// Sets both sides of an ID-1 card on a white A4 page, each 85.60 × 53.98 mm at the resolution asked for. The pictures
/// are the cards themselves, already straight and cut out, at any resolution; an upright one is set upright.
///
/// # Errors
/// More pixels than a picture may have.
pub fn card(front: &Picture, back: &Picture, dpi: u16) -> Result<Picture, PictureError> {
    let (width, height) = Format::A4.pixels(dpi);
    let colour = front.channels().max(back.channels());
    let mut page = Picture::filled(width, height, colour, 255)?;
    let pixels = |millimetres: f64| (millimetres / 25.4 * f64::from(dpi)).round() as usize;
    let mut top = pixels(FRONT_TOP);
    for side in [front, back] {
        let format = if side.width() < side.height() { Format::Id1Upright } else { Format::Id1 };
        let (wide, high) = format.pixels(dpi);
        set(&mut page, &scaled(side, wide, high)?, (width.saturating_sub(wide)) / 2, top);
        top += high + pixels(GAP);
    }
    Ok(page)
}

/// A picture at another size.
///
/// # Errors
/// More pixels than a picture may have.
pub fn scaled(picture: &Picture, width: usize, height: usize) -> Result<Picture, PictureError> {
    let (right, bottom) = (picture.width() as f64, picture.height() as f64);
    let corners = [(0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom)].map(|(x, y)| Point::new(x, y));
    flatten(picture, &Quad { corners }, width, height)
}

fn set(page: &mut Picture, part: &Picture, left: usize, top: usize) {
    let (width, height, channels) = (page.width(), page.height(), page.channels());
    let columns = part.width().min(width.saturating_sub(left));
    for y in 0..part.height().min(height.saturating_sub(top)) {
        for x in 0..columns {
            let source = (y * part.width() + x) * part.channels();
            let target = ((top + y) * width + left + x) * channels;
            for channel in 0..channels {
                page.bytes_mut()[target + channel] = part.bytes()[source + channel.min(part.channels() - 1)];
            }
        }
    }
}
