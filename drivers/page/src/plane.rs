//! One channel of 8 bits, and what can be counted on it.

/// One channel: `width × height` levels, row after row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane {
    width: usize,
    height: usize,
    levels: Vec<u8>,
}

/// How many pixels have each level.
pub(crate) type Histogram = [u32; 256];

impl Plane {
    pub(crate) fn of(width: usize, height: usize, levels: Vec<u8>) -> Self {
        debug_assert_eq!(width * height, levels.len());
        Self { width, height, levels }
    }

    /// Width in pixels.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// The levels, row after row.
    #[must_use]
    pub fn levels(&self) -> &[u8] {
        &self.levels
    }

    pub(crate) fn into_levels(self) -> Vec<u8> {
        self.levels
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        // `chunks_exact` does not take 0; a plane without width has no rows.
        self.levels.chunks_exact(self.width.max(1))
    }

    pub(crate) fn histogram(&self) -> Histogram {
        let mut counts = [0; 256];
        for level in &self.levels {
            counts[usize::from(*level)] += 1;
        }
        counts
    }

    /// Sums of all levels above and left of each corner between pixels: `(width + 1) × (height + 1)` values.
    pub(crate) fn sums(&self) -> Vec<u32> {
        // 72 million pixels of 255 overflow 32 bits; differences stay right, because they wrap both ways.
        let across = self.width + 1;
        let mut sums = vec![0_u32; across * (self.height + 1)];
        for (y, row) in self.rows().enumerate() {
            let mut line = 0_u32;
            for (x, level) in row.iter().enumerate() {
                line = line.wrapping_add(u32::from(*level));
                sums[(y + 1) * across + x + 1] = sums[y * across + x + 1].wrapping_add(line);
            }
        }
        sums
    }
}

/// The level below which `share` (0 to 1) of the pixels lie; 0 where there are none.
pub(crate) fn percentile(counts: &Histogram, share: f64) -> u8 {
    let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    let wanted = (total as f64 * share) as u64;
    let mut below = 0;
    for (level, count) in (0..=u8::MAX).zip(counts) {
        below += u64::from(*count);
        if below > wanted {
            return level;
        }
    }
    if total == 0 { 0 } else { u8::MAX }
}

/// The factor by which a picture of this size is shrunk so that its longer side has at most `longest` pixels.
pub(crate) const fn factor_for(width: usize, height: usize, longest: usize) -> usize {
    let side = if width > height { width } else { height };
    let factor = side.div_ceil(longest);
    if factor == 0 { 1 } else { factor }
}
