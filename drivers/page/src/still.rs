//! Taking a document under a camera by itself: when it lies still, sharp and whole; and whether it was changed since.

use std::time::Duration;

use crate::Picture;
use crate::judge::{Defect, Origin, judge};
use crate::plane::factor_for;

/// Longest side of the picture in which movement is seen.
const SIDE: usize = 160;
/// Difference of a pixel, in levels, that is no noise of the sensor.
const NOISE: u8 = 20;
/// Share of pixels that differ from the picture before when something begins to move: a hand's finger at the rim is more.
const MOVING: f64 = 0.02;
/// Share below which it counts as still again: less than half, so that a picture at the limit does not flicker.
const STILL: f64 = 0.008;
/// Share of pixels that differ from the page that was taken when another one lies there. Text put in other places changes
/// 4 % and more at this size; the same page pushed by a breath less than 2 %.
const CHANGED: f64 = 0.03;
/// How long everything must lie still: shorter than anybody's patience, longer than a hand rests while it puts a page in
/// place.
const SETTLE: Duration = Duration::from_millis(700);

/// What the last picture of the preview means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Something moves.
    Moving,
    /// It lies still, not yet long enough.
    Settling,
    /// It lies still and cannot be taken as it lies.
    Unfit(Defect),
    /// Take it now. Said once for each page.
    Take,
    /// This page was taken; it still lies there.
    Taken,
}

/// Watches the small pictures of a preview.
#[derive(Debug, Default)]
pub struct Watch {
    before: Option<Picture>,
    still_since: Option<Duration>,
    moving: bool,
    taken: Option<Picture>,
}

impl Watch {
    /// Nothing seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next picture of the preview, and the time by any clock that only goes forward.
    pub fn see(&mut self, frame: &Picture, at: Duration) -> Sight {
        let small = small(frame);
        let share = self.before.as_ref().map_or(1.0, |before| difference(before, &small));
        self.before = Some(small);
        let limit = if self.moving { STILL } else { MOVING };
        if share > limit || share.is_nan() {
            self.moving = true;
            self.still_since = None;
            return Sight::Moving;
        }
        self.moving = false;
        let since = *self.still_since.get_or_insert(at);
        if at.saturating_sub(since) < SETTLE {
            return Sight::Settling;
        }
        let Some(now) = &self.before else { return Sight::Settling };
        if self.taken.as_ref().is_some_and(|taken| difference(taken, now) < CHANGED) {
            return Sight::Taken;
        }
        // What lies there now is another page than the one that was taken.
        self.taken = None;
        if let Some(defect) = unfit(frame) {
            return Sight::Unfit(defect);
        }
        self.taken.clone_from(&self.before);
        Sight::Take
    }

    /// The officer wants this page once more.
    pub fn again(&mut self) {
        self.taken = None;
    }

    /// Whether the page that was taken still lies there, by the last picture.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.taken
            .as_ref()
            .zip(self.before.as_ref())
            .is_some_and(|(taken, now)| difference(taken, now) < CHANGED)
    }
}

/// What keeps a page from being taken. How slanted it lies does not: it is straightened. The focus of a preview says
/// little, because it is small; only a blur that would show there counts, and `judge` measures it against the document.
fn unfit(frame: &Picture) -> Option<Defect> {
    judge(frame, Origin::Camera).findings.first().map(|finding| finding.defect)
}

fn small(frame: &Picture) -> Picture {
    let shrunk = frame.shrunk(factor_for(frame.width(), frame.height(), SIDE)).luma();
    let (width, height) = (shrunk.width(), shrunk.height());
    Picture::grey(width, height, shrunk.into_levels()).unwrap_or_else(|_| frame.clone())
}

/// Share of pixels that differ, after the brightness of both was made the same (exposure changes by itself). Pictures of
/// other sizes differ wholly.
fn difference(one: &Picture, other: &Picture) -> f64 {
    if (one.width(), one.height()) != (other.width(), other.height()) || one.is_empty() {
        return 1.0;
    }
    let mean = |picture: &Picture| {
        let sum: u64 = picture.bytes().iter().map(|level| u64::from(*level)).sum();
        (sum / picture.bytes().len() as u64) as i32
    };
    let shift = mean(one) - mean(other);
    let differ = one
        .bytes()
        .iter()
        .zip(other.bytes())
        .filter(|(a, b)| (i32::from(**a) - i32::from(**b) - shift).unsigned_abs() > u32::from(NOISE));
    differ.count() as f64 / one.bytes().len() as f64
}
