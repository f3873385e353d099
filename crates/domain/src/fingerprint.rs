//! The fingerprints that are taken of a person: which fingers, how many pictures, when a picture is good enough, and
//! what stands in for a finger that is missing or injured.
//!
//! Two fingers with three pictures each (Jiangsu document, L3304-3305), the right thumb before the left. The rule says
//! nothing of how two pictures are compared: whoever runs it brings a [`Comparison`], because every algorithm for that
//! belongs to a sensor's maker or needs templates that only a library can make.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;

/// A finger, with its position code in ISO/IEC 19794-4:2005 table 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Finger {
    /// 右手拇指
    RightThumb = 1,
    /// 右手食指
    RightIndex,
    /// 右手中指
    RightMiddle,
    /// 右手环指
    RightRing,
    /// 右手小指
    RightLittle,
    /// 左手拇指
    LeftThumb,
    /// 左手食指
    LeftIndex,
    /// 左手中指
    LeftMiddle,
    /// 左手环指
    LeftRing,
    /// 左手小指
    LeftLittle,
}

/// A hand's fingers in the order in which one stands in for another.
const RIGHT: [Finger; 5] =
    [Finger::RightThumb, Finger::RightIndex, Finger::RightMiddle, Finger::RightRing, Finger::RightLittle];
/// As [`RIGHT`].
const LEFT: [Finger; 5] =
    [Finger::LeftThumb, Finger::LeftIndex, Finger::LeftMiddle, Finger::LeftRing, Finger::LeftLittle];

impl Finger {
    /// What the officer says.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::RightThumb => "右手拇指",
            Self::RightIndex => "右手食指",
            Self::RightMiddle => "右手中指",
            Self::RightRing => "右手环指",
            Self::RightLittle => "右手小指",
            Self::LeftThumb => "左手拇指",
            Self::LeftIndex => "左手食指",
            Self::LeftMiddle => "左手中指",
            Self::LeftRing => "左手环指",
            Self::LeftLittle => "左手小指",
        }
    }

    /// The position code of ISO/IEC 19794-4, 1 to 10.
    #[must_use]
    pub const fn position(self) -> u8 {
        self as u8
    }
}

/// Why a finger gives no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FingerReason {
    /// 缺失
    Missing,
    /// 受伤: now; it may heal.
    Injured,
}

impl FingerReason {
    /// What the officer says.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Missing => "缺失",
            Self::Injured => "受伤",
        }
    }
}

/// Why a picture below the threshold is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WeakReason {
    /// 纹路磨损
    Worn,
    /// 皮肤干裂或皮肤病
    Skin,
    /// 年幼或年老，纹路浅
    Age,
}

impl WeakReason {
    /// What the officer says.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Worn => "纹路磨损",
            Self::Skin => "皮肤干裂或皮肤病",
            Self::Age => "年幼或年老纹路浅",
        }
    }
}

/// What a person's capture asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FingerRule {
    /// How many fingers.
    pub fingers: u8,
    /// How many pictures of each.
    pub images: u8,
    /// Least quality of a picture, 0 to 100.
    pub quality: u8,
    /// How often a picture is tried before the best one may be kept for a reason.
    pub tries: u8,
}

impl Default for FingerRule {
    /// Two fingers, three pictures (Jiangsu document, L3305). Threshold and tries are this product's: the national
    /// ones stand in documents that are not public, and a province sets its own.
    fn default() -> Self {
        Self { fingers: 2, images: 3, quality: 60, tries: 3 }
    }
}

impl FingerRule {
    /// Whether anybody could ever fulfil it: a person has ten fingers, and nine pictures or tries fit one key.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        (1..=10).contains(&self.fingers)
            && (1..=9).contains(&self.images)
            && self.quality <= 100
            && (1..=9).contains(&self.tries)
    }

    /// Whether a picture is good enough: the one place where quality is compared. A picture that nobody can judge is
    /// taken as it is, and marked.
    #[must_use]
    pub fn is_good(&self, quality: Option<u8>) -> bool {
        quality.is_none_or(|quality| quality >= self.quality)
    }
}

/// Whether two pictures show the same finger, as far as whoever compares can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Same,
    /// Two fingers.
    Different,
    /// Nothing here can tell.
    Unknown,
}

/// A picture that came from the sensor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FingerPicture {
    /// SM3 of its pixels: its name.
    pub sm3: String,
    /// Quality, 0 to 100; `None` where nobody judges.
    pub quality: Option<u8>,
}

/// A picture that was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TakenPicture {
    /// Of which finger.
    pub finger: Finger,
    /// Which picture of it, from 1.
    pub image: u8,
    /// The picture.
    pub picture: FingerPicture,
    /// Why it was kept although it is below the threshold.
    pub weak: Option<WeakReason>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum FingerStep {
    /// A picture is to be taken.
    Capture {
        /// Of which finger.
        finger: Finger,
        /// Which picture of it, from 1.
        image: u8,
        /// Which try at it, from 1.
        attempt: u8,
    },
    /// All tries are used: the best one is kept for a reason, or the finger is set aside.
    Settle {
        /// Of which finger.
        finger: Finger,
        /// Which picture of it.
        image: u8,
        /// Quality of the best try.
        best: u8,
    },
    /// Everything is there.
    Complete,
    /// No finger is left; so many are there.
    NoFingerLeft {
        /// Fingers with all their pictures.
        fingers: u8,
    },
}

/// What became of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// Taken.
    Taken,
    /// Below the threshold; kept aside in case no better one comes.
    Weak,
}

/// Why the capture refuses something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FingerRefusal {
    /// No picture is wanted now.
    #[error("no picture is wanted now")]
    NotNow,
    /// The picture shows a finger that was captured as another one, or is one of its pictures.
    #[error("the same finger as the {} one", .0.position())]
    SameFinger(Finger),
    /// The very same picture was taken already.
    #[error("the same picture twice")]
    SamePicture,
    /// Only the finger that is asked for can be set aside.
    #[error("another finger is asked for")]
    AnotherFinger,
    /// There are no tries to choose the best of.
    #[error("nothing is to be settled")]
    NothingToSettle,
    /// Something is missing, too much, weak without a reason, or of a finger that is not asked for.
    #[error("not what the rule asks for")]
    Incomplete,
}

impl FingerRefusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotNow => "finger.not_now",
            Self::SameFinger(_) => "finger.same_finger",
            Self::SamePicture => "finger.same_picture",
            Self::AnotherFinger => "finger.another_finger",
            Self::NothingToSettle => "finger.nothing_to_settle",
            Self::Incomplete => "finger.incomplete",
        }
    }
}

/// The capture of one person's fingerprints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FingerCapture {
    rule: FingerRule,
    set_aside: BTreeMap<Finger, FingerReason>,
    taken: Vec<TakenPicture>,
    /// Tries at the picture that is asked for, all below the threshold.
    weak: Vec<FingerPicture>,
}

impl FingerCapture {
    /// Nothing captured yet.
    #[must_use]
    pub const fn new(rule: FingerRule) -> Self {
        Self { rule, set_aside: BTreeMap::new(), taken: Vec::new(), weak: Vec::new() }
    }

    /// Checks what somebody says a finished capture gave, picture by picture.
    ///
    /// # Errors
    /// The same picture twice, or anything else than the rule asks for.
    pub fn check(
        rule: FingerRule,
        set_aside: BTreeMap<Finger, FingerReason>,
        taken: &[TakenPicture],
    ) -> Result<(), FingerRefusal> {
        let mut seen = BTreeSet::new();
        if !taken.iter().all(|one| seen.insert(one.picture.sm3.as_str())) {
            return Err(FingerRefusal::SamePicture);
        }
        let given: Vec<_> = taken.iter().map(|one| (one.finger, one.image)).collect();
        let reasoned = taken.iter().all(|one| rule.is_good(one.picture.quality) == one.weak.is_none());
        let whole = Self { rule, set_aside, taken: Vec::new(), weak: Vec::new() };
        let images = 1..=rule.images;
        let asked = whole.fingers().into_iter().flat_map(|one| images.clone().map(move |image| (one, image)));
        let asked: Vec<_> = asked.collect();
        if given == asked && reasoned { Ok(()) } else { Err(FingerRefusal::Incomplete) }
    }

    /// The pictures that were taken, in their order.
    #[must_use]
    pub fn taken(&self) -> &[TakenPicture] {
        &self.taken
    }

    /// The fingers that were set aside, with their reasons.
    #[must_use]
    pub const fn set_aside(&self) -> &BTreeMap<Finger, FingerReason> {
        &self.set_aside
    }

    fn images_of(&self, finger: Finger) -> u8 {
        let count = self.taken.iter().filter(|taken| taken.finger == finger).count();
        u8::try_from(count).unwrap_or(u8::MAX)
    }

    /// The finger for each place, in order: each place first looks through its own hand, then through the other. Odd
    /// places belong to the right hand.
    fn fingers(&self) -> Vec<Finger> {
        let mut chosen = Vec::new();
        for place in 0..self.rule.fingers {
            let (own, other) = if place % 2 == 0 { (RIGHT, LEFT) } else { (LEFT, RIGHT) };
            let free = |finger: &Finger| !self.set_aside.contains_key(finger) && !chosen.contains(finger);
            match own.into_iter().chain(other).find(free) {
                Some(finger) => chosen.push(finger),
                None => break,
            }
        }
        chosen
    }

    /// The rule that it follows.
    #[must_use]
    pub const fn rule(&self) -> FingerRule {
        self.rule
    }

    /// What comes next.
    #[must_use]
    pub fn next(&self) -> FingerStep {
        let fingers = self.fingers();
        let Some(finger) = fingers.iter().copied().find(|finger| self.images_of(*finger) < self.rule.images)
        else {
            let fingers = u8::try_from(fingers.len()).unwrap_or(u8::MAX);
            return if fingers < self.rule.fingers {
                FingerStep::NoFingerLeft { fingers }
            } else {
                FingerStep::Complete
            };
        };
        let image = self.images_of(finger) + 1;
        let tries = u8::try_from(self.weak.len()).unwrap_or(u8::MAX);
        match self.best() {
            Some(best) if tries >= self.rule.tries.max(1) => {
                FingerStep::Settle { finger, image, best: best.quality.unwrap_or_default() }
            }
            _ => FingerStep::Capture { finger, image, attempt: tries + 1 },
        }
    }

    /// The best of the tries; the first of equals.
    fn best(&self) -> Option<&FingerPicture> {
        self.weak.iter().rev().max_by_key(|picture| picture.quality)
    }

    /// Takes a picture of the finger that [`Self::next`] asks for. `compare` says whether the picture and one that was
    /// taken before, named by its SM3, show the same finger; it is asked for pictures of other fingers only.
    ///
    /// # Errors
    /// A picture that is not asked for, is there already, or shows another finger again. Nothing changes then, and it
    /// is no try.
    pub fn take(
        &mut self,
        picture: FingerPicture,
        mut compare: impl FnMut(&str, &str) -> Comparison,
    ) -> Result<Judged, FingerRefusal> {
        let FingerStep::Capture { finger, image, .. } = self.next() else {
            return Err(FingerRefusal::NotNow);
        };
        let known = self.taken.iter().map(|taken| &taken.picture).chain(&self.weak);
        if known.into_iter().any(|known| known.sm3 == picture.sm3) {
            return Err(FingerRefusal::SamePicture);
        }
        let mut others = self.taken.iter().filter(|taken| taken.finger != finger);
        let same = |taken: &&TakenPicture| compare(&taken.picture.sm3, &picture.sm3) == Comparison::Same;
        if let Some(other) = others.find(same) {
            return Err(FingerRefusal::SameFinger(other.finger));
        }
        if !self.rule.is_good(picture.quality) {
            self.weak.push(picture);
            return Ok(Judged::Weak);
        }
        self.weak.clear();
        self.taken.push(TakenPicture { finger, image, picture, weak: None });
        Ok(Judged::Taken)
    }

    /// Keeps the best of the tries, for a reason.
    ///
    /// # Errors
    /// Tries are left.
    pub fn keep_best(&mut self, reason: WeakReason) -> Result<(), FingerRefusal> {
        let (FingerStep::Settle { finger, image, .. }, Some(best)) = (self.next(), self.best().cloned())
        else {
            return Err(FingerRefusal::NothingToSettle);
        };
        self.weak.clear();
        self.taken.push(TakenPicture { finger, image, picture: best, weak: Some(reason) });
        Ok(())
    }

    /// The finger that is asked for gives no picture; the next in its order stands in for it. Pictures of it that were
    /// taken go.
    ///
    /// # Errors
    /// Another finger is asked for, or none.
    pub fn put_aside(&mut self, finger: Finger, reason: FingerReason) -> Result<(), FingerRefusal> {
        match self.next() {
            FingerStep::Capture { finger: asked, .. } | FingerStep::Settle { finger: asked, .. }
                if asked == finger =>
            {
                self.set_aside.insert(finger, reason);
                self.taken.retain(|taken| taken.finger != finger);
                self.weak.clear();
                Ok(())
            }
            _ => Err(FingerRefusal::AnotherFinger),
        }
    }
}

/// How many pictures there are of each finger, in the order of taking.
#[must_use]
pub fn pictures_of(fingers: impl IntoIterator<Item = Finger>) -> Vec<(Finger, usize)> {
    let mut counted: Vec<(Finger, usize)> = Vec::new();
    for finger in fingers {
        match counted.iter_mut().find(|(one, _)| *one == finger) {
            Some((_, count)) => *count += 1,
            None => counted.push((finger, 1)),
        }
    }
    counted
}

#[cfg(test)]
mod tests;
