//! What the pen did, and whether it is a signature.

use driver_contract::PenPoint;

use crate::{SignatureError, planted};

/// Fewest points a second while the pen touches: what signature comparison asks of a pad; pads give 133 to 200.
const LEAST_RATE: u64 = 100;

/// The rate is measured over at least so many microseconds of touching; over less it says nothing.
const RATE_SPAN: u64 = 300_000;

/// Fewest points of a signature: a tenth of a second at the least rate.
const LEAST_POINTS: usize = 10;

/// The pen's way must be at least the field's width divided by this.
const LEAST_PATH: u64 = 10;

/// Most points, and most bytes of reports: as much as one message to the terminal holds (1 MiB, with some 64 bytes for a
/// point and two for a byte). That is 15 to 30 seconds of touching.
const MOST_POINTS: usize = 6000;
const MOST_RAW: usize = 300_000;

/// A pad's writing field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Largest position from the left.
    pub width: u32,
    /// Largest position from above.
    pub height: u32,
    /// Largest pressure; 0 if the pad tells none.
    pub pressure: u16,
}

/// One report of the pen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When, in microseconds of a clock of the pad's or ours.
    pub at_us: u64,
    /// From the field's left edge.
    pub x: i64,
    /// From the field's upper edge.
    pub y: i64,
    /// Pressure; `None` if the pad tells none.
    pub pressure: Option<u16>,
    /// Whether the pen touches.
    pub down: bool,
}

/// Holds what was written.
#[derive(Debug, Clone)]
pub struct Sheet {
    field: Field,
    points: Vec<PenPoint>,
    raw: Vec<u8>,
    begun_us: Option<u64>,
    last: Option<Sample>,
    /// Microseconds of touching, and the steps between two points in them.
    touched_us: u64,
    steps: u64,
    path: f64,
}

impl Sheet {
    /// An empty sheet.
    #[must_use]
    pub const fn new(field: Field) -> Self {
        Self {
            field,
            points: Vec::new(),
            raw: Vec::new(),
            begun_us: None,
            last: None,
            touched_us: 0,
            steps: 0,
            path: 0.0,
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::new(self.field);
    }

    /// Whether something was written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Takes one report in; gives its point back unless the pen hovers. `raw` are the report's bytes.
    ///
    /// # Errors
    /// A point beside the field; more than a signature can have.
    pub fn add(&mut self, sample: Sample, raw: &[u8]) -> Result<Option<PenPoint>, SignatureError> {
        let was_down = self.last.is_some_and(|last| last.down);
        if !sample.down && !was_down {
            return Ok(None);
        }
        let (x, y) = (self.inside(sample.x, self.field.width), self.inside(sample.y, self.field.height));
        let (x, y) = match (x, y) {
            (Some(x), Some(y)) => (x, y),
            // Where the pen leaves the field while it is lifted is no part of the signature.
            _ if !sample.down => self.points.last().map_or((0, 0), |last| (last.x, last.y)),
            _ => return Err(SignatureError::Outside),
        };
        if self.points.len() >= MOST_POINTS || self.raw.len() + raw.len() > MOST_RAW {
            return Err(SignatureError::TooMuch);
        }
        let begun = *self.begun_us.get_or_insert(sample.at_us);
        if let Some(last) = self.last.filter(|last| last.down && sample.down) {
            self.touched_us += sample.at_us.saturating_sub(last.at_us);
            self.steps += 1;
            self.path += way(last, sample);
        }
        self.last = Some(sample);
        let largest = self.field.pressure;
        let point = PenPoint {
            at_ms: u32::try_from(sample.at_us.saturating_sub(begun) / 1000).unwrap_or(u32::MAX),
            x,
            y,
            pressure: if sample.down { sample.pressure.unwrap_or(largest).min(largest) } else { 0 },
            down: sample.down,
        };
        self.points.push(point);
        self.raw.extend_from_slice(raw);
        Ok(Some(point))
    }

    fn inside(&self, position: i64, largest: u32) -> Option<u32> {
        let found = u32::try_from(position).ok().filter(|position| *position <= largest);
        if found.is_none() && planted("signature-outside-accepted") {
            return Some(u32::try_from(position.clamp(0, i64::from(largest))).unwrap_or_default());
        }
        found
    }

    /// Whether this is a signature; its points and reports.
    ///
    /// # Errors
    /// Empty, too short, or with too few points a second.
    pub fn finish(&self) -> Result<(Vec<PenPoint>, Vec<u8>), SignatureError> {
        let points = self.points.iter().filter(|point| point.down).count();
        if points == 0 {
            return Err(SignatureError::Empty);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a sum of lengths, cut to units"
        )]
        let path = self.path as u64;
        if points < LEAST_POINTS || path < u64::from(self.field.width) / LEAST_PATH {
            return Err(SignatureError::TooShort { points, path });
        }
        if self.touched_us >= RATE_SPAN {
            let rate = self.steps * 1_000_000 / self.touched_us;
            if rate < LEAST_RATE {
                return Err(SignatureError::Sparse(rate));
            }
        }
        Ok((self.points.clone(), self.raw.clone()))
    }
}

#[expect(clippy::cast_precision_loss, reason = "positions have at most 32 bits")]
fn way(from: Sample, to: Sample) -> f64 {
    ((to.x - from.x) as f64).hypot((to.y - from.y) as f64)
}
