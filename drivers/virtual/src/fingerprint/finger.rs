//! A drawn fingerprint.

use std::f64::consts::TAU;

/// Distance of two ridges at 500 dpi, in pixels: 0.46 mm.
const RIDGE: f64 = 9.0;

/// How many minutiae are strewn over a print. NBIS finds a part of them.
const MINUTIAE: u32 = 24;

/// A print after the model of Larkin and Fletcher ("A coherent framework for fingerprint analysis: are fingerprints
/// holograms?", Optics Express 15, 2007): the grey is the cosine of a phase, and each minutia is a place around which
/// the phase turns once. Nobody's finger.
#[derive(Debug, Clone, PartialEq)]
pub struct VirtualFinger {
    /// Which finger: minutiae and noise follow from it.
    pub seed: u64,
    /// Grey of the ridges' middle, 0 is black.
    pub ridge: u8,
    /// Grey between ridges.
    pub valley: u8,
    /// Grey of glass without a finger.
    pub glass: u8,
    /// Middle of the print, as shares of the picture's width and height.
    pub centre: (f64, f64),
    /// Half axes of the print, likewise.
    pub radius: (f64, f64),
}

impl VirtualFinger {
    /// A clear print that fills most of the picture.
    #[must_use]
    pub const fn clear(seed: u64) -> Self {
        Self { seed, ridge: 30, valley: 225, glass: 250, centre: (0.5, 0.5), radius: (0.47, 0.49) }
    }

    /// Draws it; lines one after the other, one byte a pixel.
    #[must_use]
    pub fn draw(&self, width: u32, height: u32) -> Vec<u8> {
        let mut random = Random(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let (wide, high) = (f64::from(width), f64::from(height));
        let middle = (self.centre.0 * wide, self.centre.1 * high);
        let minutiae: Vec<(f64, f64, f64)> = (0..MINUTIAE)
            .map(|count| {
                let (angle, out) = (random.share() * TAU, 0.2 + 0.7 * random.share());
                let x = middle.0 + angle.cos() * out * self.radius.0 * wide;
                let y = middle.1 + angle.sin() * out * self.radius.1 * high;
                (x, y, if count % 2 == 0 { 1.0 } else { -1.0 })
            })
            .collect();
        let mut pixels = Vec::with_capacity(width as usize * height as usize);
        for y in (0..height).map(f64::from) {
            for x in (0..width).map(f64::from) {
                let (dx, dy) = (x - middle.0, y - middle.1);
                let out = (dx / (self.radius.0 * wide)).hypot(dy / (self.radius.1 * high));
                // A whorl that is higher than wide, as most are.
                let mut phase = TAU * dx.hypot(dy * 0.8) / RIDGE;
                for (mx, my, turn) in &minutiae {
                    phase += turn * (y - my).atan2(x - mx);
                }
                let (low, tall) = (f64::from(self.ridge), f64::from(self.valley));
                let grey = if out > 1.0 {
                    f64::from(self.glass)
                } else {
                    low + (tall - low) * (1.0 - phase.cos()) / 2.0
                };
                // Four greys of noise: no two pictures of a real sensor are the same either.
                pixels.push((grey + random.share() * 8.0 - 4.0).clamp(0.0, 255.0) as u8);
            }
        }
        pixels
    }
}

/// Marsaglia's xorshift: the same picture for the same seed on every machine.
struct Random(u64);

impl Random {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        f64::from((self.0 >> 32) as u32) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_finger_gives_the_same_picture_and_another_another() {
        let one = VirtualFinger::clear(7).draw(96, 128);
        assert_eq!(one, VirtualFinger::clear(7).draw(96, 128));
        assert_ne!(one, VirtualFinger::clear(8).draw(96, 128));
        assert_eq!(one.len(), 96 * 128);
    }
}
