//! What a picture of a finger is worth: pure arithmetic on grey pixels, the same for every sensor.
//!
//! libfprint tells no quality, and NFIQ 2 is a C++ program with a model of its own; so this module measures what
//! ISO/IEC 29794-4 calls the orientation certainty level (OCL) and the local contrast of blocks, and how much of the
//! frame shows ridges. It is a measure of the picture, not of how well a matcher will do with it.
//!
//! Pixels: 0 is black, ridges are dark, valleys light (libfprint turns every sensor's picture this way).

/// Side of a block in millimetres: two ridges, whose distance is 0.4 to 0.5 mm in grown-ups.
const BLOCK_MM: f64 = 1.0;

/// Smallest and largest block in pixels, whatever a sensor says of its resolution.
const BLOCK_PIXELS: (usize, usize) = (8, 48);

/// Least standard deviation of grey in a block with ridges. Optical sensors of GA/T 1011 use more than 150 of 256
/// greys in a good print, which gives about 50; empty glass stays below 5.
const CONTRAST_LEAST: f64 = 16.0;

/// Standard deviation below which even an ordered block is nothing: the noise of an empty sensor.
const CONTRAST_NOTHING: f64 = 3.0;

/// Standard deviation from which more contrast is not better.
const CONTRAST_FULL: f64 = 40.0;

/// Least OCL of a block with ridges. Noise has gradients in all directions (below 0.25 in a block of 400 pixels),
/// parallel ridges come near 1; minutiae and cores lie between.
const ORDER_LEAST: f64 = 0.4;

/// Mean grey of a block in which ridges have run together: a quarter of the scale.
const DARK: f64 = 64.0;

/// Share of blocks that are dark and without ridges from which the finger is too wet or pressed too hard.
const DARK_SHARE: f64 = 0.5;

/// Share of blocks with ridges below which there is no print: a tenth of the frame could be a scratch.
const COVERAGE_LEAST: f64 = 0.1;

/// Share of blocks with ridges from which more is not better: the frame of a sensor is larger than a finger.
const COVERAGE_FULL: f64 = 0.7;

/// A print whose centre lies further than this share of the frame from the frame's centre lies at the edge...
const OFF_CENTRE: f64 = 0.2;

/// ... if it also leaves half of the frame empty.
const OFF_CENTRE_COVERAGE: f64 = 0.5;

/// Why a picture is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The bytes are not the picture that was announced, or it is smaller than two blocks.
    #[error("not a picture of the announced size")]
    NoPicture,
    /// Nothing in it looks like ridges.
    #[error("no ridges")]
    NoRidges,
    /// Ridges are there, but faint.
    #[error("faint ridges")]
    Faint,
    /// Ridges have run together.
    #[error("ridges have run together")]
    Dark,
    /// The print lies at the edge and fills less than half of the frame.
    #[error("the print lies at the edge")]
    AtTheEdge,
}

/// A picture's worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// Share of the frame with ridges, 0 to 1.
    pub coverage: f64,
    /// Mean OCL of the blocks with ridges, 0 to 1.
    pub order: f64,
    /// Mean standard deviation of grey in the blocks with ridges.
    pub contrast: f64,
    /// The three in one, 0 to 100: their product, each measured against what is full.
    pub quality: u8,
}

/// What one block shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Ridges,
    Faint,
    Dark,
    Nothing,
}

/// Judges a picture of `width × height` grey pixels, lines one after the other, `ppmm` pixels to the millimetre.
///
/// # Errors
/// The first flaw for which it cannot be taken.
pub fn judge(pixels: &[u8], width: usize, height: usize, ppmm: f64) -> Result<Judgement, Flaw> {
    let side = block_side(ppmm);
    if width.checked_mul(height) != Some(pixels.len()) || width < 2 * side || height < 2 * side {
        return Err(Flaw::NoPicture);
    }
    let (columns, rows) = (width / side, height / side);
    let mut sum = Sum::default();
    for row in 0..rows {
        for column in 0..columns {
            let measure = measure(pixels, width, column * side, row * side, side);
            // Where the block's centre lies, as a share of the frame from its own centre.
            let away = |place: usize, count: usize| (place as f64 + 0.5) / count as f64 - 0.5;
            sum.add(measure, away(column, columns), away(row, rows));
        }
    }
    sum.judge()
}

fn block_side(ppmm: f64) -> usize {
    let (least, most) = BLOCK_PIXELS;
    if !ppmm.is_finite() {
        return least;
    }
    // A number between the two ends: nothing is lost.
    (ppmm * BLOCK_MM).round().clamp(least as f64, most as f64) as usize
}

#[derive(Debug, Clone, Copy)]
struct Measure {
    mean: f64,
    contrast: f64,
    order: f64,
}

impl Measure {
    fn block(self) -> Block {
        match self {
            _ if self.order >= ORDER_LEAST && self.contrast >= CONTRAST_LEAST => Block::Ridges,
            _ if self.mean < DARK => Block::Dark,
            _ if self.order >= ORDER_LEAST && self.contrast >= CONTRAST_NOTHING => Block::Faint,
            _ => Block::Nothing,
        }
    }
}

/// Mean, standard deviation and OCL of one block: 1 − λmin/λmax of the covariance of its gradients
/// (ISO/IEC 29794-4, orientation certainty level).
fn measure(pixels: &[u8], width: usize, left: usize, top: usize, side: usize) -> Measure {
    let at = |x: usize, y: usize| f64::from(pixels.get(y * width + x).copied().unwrap_or_default());
    let count = (side * side) as f64;
    let (mut total, mut squares) = (0.0, 0.0);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for y in top..top + side {
        for x in left..left + side {
            let grey = at(x, y);
            total += grey;
            squares += grey * grey;
            // The block's own edge is left out, so that no neighbour is asked.
            if x > left && y > top && x + 1 < left + side && y + 1 < top + side {
                let dx = at(x + 1, y) - at(x - 1, y);
                let dy = at(x, y + 1) - at(x, y - 1);
                xx += dx * dx;
                yy += dy * dy;
                xy += dx * dy;
            }
        }
    }
    let mean = total / count;
    let contrast = (squares / count - mean * mean).max(0.0).sqrt();
    let root = ((xx - yy).powi(2) + 4.0 * xy * xy).sqrt();
    let most = (xx + yy + root) / 2.0;
    let least = (xx + yy - root) / 2.0;
    let order = if most > 0.0 { (1.0 - least / most).clamp(0.0, 1.0) } else { 0.0 };
    Measure { mean, contrast, order }
}

#[derive(Debug, Default)]
struct Sum {
    blocks: f64,
    ridges: f64,
    faint: f64,
    dark: f64,
    order: f64,
    contrast: f64,
    across: f64,
    down: f64,
}

impl Sum {
    fn add(&mut self, measure: Measure, across: f64, down: f64) {
        self.blocks += 1.0;
        match measure.block() {
            Block::Ridges => {
                self.ridges += 1.0;
                self.order += measure.order;
                self.contrast += measure.contrast;
                self.across += across;
                self.down += down;
            }
            Block::Faint => self.faint += 1.0,
            Block::Dark => self.dark += 1.0,
            Block::Nothing => {}
        }
    }

    fn judge(&self) -> Result<Judgement, Flaw> {
        let coverage = self.ridges / self.blocks;
        if self.dark / self.blocks >= DARK_SHARE {
            return Err(Flaw::Dark);
        }
        if self.faint > self.ridges && (self.faint + self.ridges) / self.blocks >= COVERAGE_LEAST {
            return Err(Flaw::Faint);
        }
        if coverage < COVERAGE_LEAST {
            return Err(Flaw::NoRidges);
        }
        let far = (self.across / self.ridges).abs().max((self.down / self.ridges).abs());
        let at_the_edge = far > OFF_CENTRE && coverage < OFF_CENTRE_COVERAGE;
        if at_the_edge && !crate::mutants::planted("finger-place-not-checked") {
            return Err(Flaw::AtTheEdge);
        }
        let (order, contrast) = (self.order / self.ridges, self.contrast / self.ridges);
        let worth = (coverage / COVERAGE_FULL).min(1.0) * order * (contrast / CONTRAST_FULL).min(1.0);
        // Each factor lies between 0 and 1.
        let quality = (worth * 100.0).round().clamp(0.0, 100.0) as u8;
        Ok(Judgement { coverage, order, contrast, quality })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 500 dpi.
    const PPMM: f64 = 19.685;

    /// Straight ridges every nine pixels, where `inside` says so; white glass elsewhere.
    fn ridges(low: f64, high: f64, inside: impl Fn(usize, usize) -> bool) -> Vec<u8> {
        let mut pixels = vec![255_u8; 200 * 240];
        for y in 0..240 {
            for x in (0..200).filter(|x| inside(*x, y)) {
                let wave = ((x as f64 * 0.8 + y as f64 * 0.6) * std::f64::consts::TAU / 9.0).cos();
                pixels[y * 200 + x] = (low + (high - low) * (wave + 1.0) / 2.0) as u8;
            }
        }
        pixels
    }

    fn judged(pixels: &[u8]) -> Result<Judgement, Flaw> {
        judge(pixels, 200, 240, PPMM)
    }

    #[test]
    fn a_clear_print_is_worth_more_than_a_weak_and_a_small_one() {
        let clear = judged(&ridges(30.0, 230.0, |_, _| true)).unwrap();
        let weak = judged(&ridges(100.0, 160.0, |_, _| true)).unwrap();
        let small =
            judged(&ridges(30.0, 230.0, |x, y| x.abs_diff(100) < 40 && y.abs_diff(120) < 40)).unwrap();
        assert!(clear.quality >= 90, "{clear:?}");
        assert!(weak.quality < clear.quality && small.quality < clear.quality, "{weak:?} {small:?}");
    }

    #[test]
    fn each_flaw_has_its_name() {
        assert_eq!(judged(&vec![255; 200 * 240]), Err(Flaw::NoRidges));
        assert_eq!(judged(&vec![20; 200 * 240]), Err(Flaw::Dark));
        assert_eq!(judged(&ridges(225.0, 250.0, |_, _| true)), Err(Flaw::Faint));
        assert_eq!(judged(&ridges(30.0, 230.0, |x, y| x < 90 && y < 100)), Err(Flaw::AtTheEdge));
        assert_eq!(judge(&[0; 10], 200, 240, PPMM), Err(Flaw::NoPicture));
        assert_eq!(judge(&[], 0, 0, f64::NAN), Err(Flaw::NoPicture));
    }

    proptest! {
        /// Noise is no print, whatever its seed.
        #[test]
        fn noise_is_no_print(seed in any::<u64>()) {
            let mut state = seed | 1;
            let pixels: Vec<u8> = (0..200 * 240).map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 32) as u8
            }).collect();
            prop_assert_eq!(judged(&pixels), Err(Flaw::NoRidges));
        }

        /// No picture, size or resolution makes it panic, and a worth is never above 100.
        #[test]
        fn anything_is_judged(
            pixels in proptest::collection::vec(any::<u8>(), 0..5000),
            width in 0_usize..120,
            height in 0_usize..120,
            ppmm in any::<f64>(),
        ) {
            if let Ok(judgement) = judge(&pixels, width, height, ppmm) {
                prop_assert!(judgement.quality <= 100);
            }
            let mut fitting = pixels.clone();
            fitting.resize(width * height, 128);
            if let Ok(judgement) = judge(&fitting, width, height, ppmm) {
                prop_assert!(judgement.quality <= 100 && judgement.coverage <= 1.0);
            }
        }

        /// More contrast never makes a print worse.
        #[test]
        fn contrast_only_helps(half in 25_u8..110) {
            let print = |half: u8| judged(&ridges(128.0 - f64::from(half), 128.0 + f64::from(half), |_, _| true));
            let (less, more) = (print(half).unwrap(), print(half + 10).unwrap());
            prop_assert!(more.quality >= less.quality);
        }
    }
}
