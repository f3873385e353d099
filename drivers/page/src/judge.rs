//! What is wrong with the picture of a page.

use serde::{Deserialize, Serialize};

use crate::find::{Document, LEAST_SHARE, find};
use crate::focus::blur;
use crate::geometry::{Format, Point};
use crate::plane::{factor_for, percentile};
use crate::reduce::adaptive;
use crate::{Picture, Plane};

/// Least brightness of the paper (the level that nine tenths of the page lie below). A scanner gives 220 to 255 for
/// paper, a camera 150 to 220; at 90 black ink (5 % of the light that paper sends back) differs from it by less than a
/// third of the range, and handwriting in pencil by nothing.
pub const DARKEST_PAPER: f64 = 90.0;
/// Greatest brightness of the ink (the level that the darkest two thousandths of a page with ink lie below): above, thin
/// strokes have gone.
pub const BRIGHTEST_INK: f64 = 170.0;
/// Greatest blur, in millimetres (see `focus`). Characters of 10.5 pt (五号, 3.70 mm) with ten strokes side by side put a
/// stroke every 0.37 mm. Blur by σ leaves exp(−2π²σ²/p²) of the contrast of lines at a distance p: 20 %, the least that
/// can be read, at σ = 0.29 p = 0.106 mm. A little above, because edges that are measured are wider than those of ink.
pub const GREATEST_BLUR: f64 = 0.12;
/// Least blur, in pixels, that is one: below, it is that of the pixels themselves. Counts where a picture is so coarse
/// (a preview) that [`GREATEST_BLUR`] is less than it.
pub const LEAST_BLUR: f64 = 1.2;
/// Greatest share of a document that a lamp's reflection may cover: half a hundredth of A4 is 3 cm², a line of text.
pub const GREATEST_GLARE: f64 = 0.005;
/// Greatest share of a side of the picture that the document may touch: corners of a sheet that lies askew but whole
/// touch nothing, one that is cut off touches by far more than dust does.
pub const GREATEST_TOUCH: f64 = 0.02;
/// Greatest slant in degrees that is left alone without a word: at 1° a line of A4 falls by 3 mm, which is seen at once
/// (DA/T 31 wants pages on which no slant is felt).
pub const GREATEST_SKEW: f64 = 1.0;
/// Least share of a page that is ink: of A4, 0.008 % are 5 mm², less than any written word and more than dust.
pub const LEAST_INK: f64 = 0.000_08;

/// Longest side of the picture on which brightness, reflections and ink are counted.
const SIDE: usize = 1000;
/// Level of a reflection: the sensor is full.
const FULL: u8 = 250;
/// Brightest paper on which a reflection can be told from the paper itself.
const BRIGHTEST_PAPER: u8 = 235;

/// How a page came to be a picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// From a scanner's glass or feeder: the page fills the picture, at this resolution.
    Scanner {
        /// Dots per inch.
        dpi: u16,
    },
    /// From a camera above: the document lies on a ground, at a size that the picture itself must tell.
    Camera,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// No document can be told from the ground.
    NotFound,
    /// A part lies outside of the picture.
    CutOff,
    /// Too little light.
    TooDark,
    /// Too much light: strokes have gone.
    TooBright,
    /// Out of focus, or shaken.
    Blurred,
    /// A lamp is reflected in it.
    Glare,
    /// It slants.
    Skewed,
    /// There is nothing on it.
    Blank,
}

/// One thing that is wrong, and by how much.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub defect: Defect,
    /// What was measured, in the unit of its limit.
    pub measured: f64,
    /// The limit that it broke: one of the constants of this module.
    pub limit: f64,
}

/// What a page looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// All that is wrong; empty for a good page.
    pub findings: Vec<Finding>,
    /// The document in the picture of a camera, or on a scanner's bed that it does not fill.
    pub document: Option<Document>,
    /// The slant of its lines in degrees, where they tell it.
    pub skew: Option<f64>,
}

impl Judgement {
    /// Whether it has this defect.
    #[must_use]
    pub fn has(&self, defect: Defect) -> bool {
        self.findings.iter().any(|finding| finding.defect == defect)
    }
}

/// Judges the picture of one page.
#[must_use]
pub fn judge(picture: &Picture, origin: Origin) -> Judgement {
    if picture.is_empty() {
        let nothing = Finding { defect: Defect::NotFound, measured: 0.0, limit: LEAST_SHARE };
        return Judgement { findings: vec![nothing], document: None, skew: None };
    }
    let document = find(picture);
    let skew = match origin {
        Origin::Scanner { .. } => crate::skew::skew(picture),
        Origin::Camera => document.map(|found| found.corners.slant()),
    };
    let mut findings = Vec::new();
    let mut add = |defect, measured: f64, limit: f64, broken: bool| {
        if broken {
            findings.push(Finding { defect, measured, limit });
        }
    };
    if origin == Origin::Camera && document.is_none() {
        add(Defect::NotFound, 0.0, LEAST_SHARE, true);
    }
    // On a scanner's glass a document lies at the corner, as it should.
    let touching = document.filter(|_| origin == Origin::Camera).map_or(0.0, |found| found.touching);
    add(Defect::CutOff, touching, GREATEST_TOUCH, touching > GREATEST_TOUCH);

    let light = Light::of(picture, document.as_ref());
    add(Defect::TooDark, light.paper, DARKEST_PAPER, light.paper < DARKEST_PAPER);
    let ink = ink_share(picture);
    let blank = ink < LEAST_INK;
    // A page without ink has none to fade; whether it is blank is said below.
    let faded = !blank && light.ink > BRIGHTEST_INK;
    add(Defect::TooBright, light.ink, BRIGHTEST_INK, faded);
    if origin == Origin::Camera {
        add(Defect::Glare, light.glare, GREATEST_GLARE, light.glare > GREATEST_GLARE);
    }
    let inside = |x: f64, y: f64| document.is_none_or(|found| found.corners.contains(Point::new(x, y)));
    let dpi = resolution(picture, origin, document.as_ref());
    let blurred = blur(picture, inside, dpi).unwrap_or_default();
    let limit = GREATEST_BLUR.max(LEAST_BLUR * 25.4 / dpi.max(1.0));
    add(Defect::Blurred, blurred, limit, blurred > limit);
    if let (Origin::Scanner { .. }, Some(skew)) = (origin, skew) {
        add(Defect::Skewed, skew, GREATEST_SKEW, skew.abs() > GREATEST_SKEW);
    }
    if matches!(origin, Origin::Scanner { .. }) {
        add(Defect::Blank, ink, LEAST_INK, blank);
    }
    Judgement { findings, document, skew }
}

/// Whether there is nothing on a page.
#[must_use]
pub fn is_blank(picture: &Picture) -> bool {
    ink_share(picture) < LEAST_INK
}

/// Dots per inch of the document: a camera's from the size of its format, or of A4 where its sides are of none.
fn resolution(picture: &Picture, origin: Origin, document: Option<&Document>) -> f64 {
    match origin {
        Origin::Scanner { dpi } => f64::from(dpi),
        Origin::Camera => {
            let whole = (picture.width() as f64, picture.height() as f64);
            let (wide, high) = document.map_or(whole, |found| found.corners.sides());
            let format = Format::of_sides(wide, high).unwrap_or(Format::A4);
            let (across, down) = format.millimetres();
            wide.max(high) / across.max(down) * 25.4
        }
    }
}

struct Light {
    paper: f64,
    ink: f64,
    glare: f64,
}

impl Light {
    fn of(picture: &Picture, document: Option<&Document>) -> Self {
        let factor = factor_for(picture.width(), picture.height(), SIDE);
        let small = picture.shrunk(factor);
        let (luma, darkest) = (small.luma(), small.darkest());
        let inside = |index: usize| {
            let (x, y) = (index % small.width(), index / small.width());
            let place = Point::new((x as f64 + 0.5) * factor as f64, (y as f64 + 0.5) * factor as f64);
            document.is_none_or(|found| found.corners.contains(place))
        };
        let mut counts = [0_u32; 256];
        let mut full = vec![false; luma.levels().len()];
        let mut within = 0_usize;
        for (index, (level, dark)) in luma.levels().iter().zip(darkest.levels()).enumerate() {
            if inside(index) {
                counts[usize::from(*level)] += 1;
                within += 1;
                full[index] = *dark >= FULL;
            }
        }
        // Seven tenths: a reflection that takes a fifth of the page must not pass for its paper.
        let paper = percentile(&counts, 0.7);
        let spot = if paper <= BRIGHTEST_PAPER { spots(&full, small.width()) } else { 0 };
        Self {
            paper: f64::from(percentile(&counts, 0.9)),
            ink: f64::from(percentile(&counts, 0.002)),
            glare: spot as f64 / within.max(1) as f64,
        }
    }
}

/// Pixels whose eight neighbours are full too: single ones are noise.
fn spots(full: &[bool], width: usize) -> usize {
    let height = full.len().checked_div(width).unwrap_or_default();
    let whole = |x: usize, y: usize| {
        (y - 1..=y + 1).all(|row| full[row * width + x - 1..=row * width + x + 1].iter().all(|one| *one))
    };
    (1..height.saturating_sub(1))
        .map(|y| (1..width.saturating_sub(1)).filter(|x| full[y * width + x] && whole(*x, y)).count())
        .sum()
}

/// Share of the page that is ink, without its rim (a scanner's lid throws lines there; holes are punched there) and
/// without specks. Coloured ink counts as black does.
fn ink_share(picture: &Picture) -> f64 {
    /// Least pixels of a mark, at a side of 1000: two tenths of a square millimetre of A4.
    const MARK: usize = 3;
    /// Rim, in parts of the side: 5 mm of A4's height.
    const RIM: usize = 60;
    let small = picture.shrunk(factor_for(picture.width(), picture.height(), SIDE)).darkest();
    let (width, height) = (small.width(), small.height());
    let black = strong(&small, &adaptive(&small));
    let (left, top) = (width / RIM, height / RIM);
    let mut inked = vec![false; black.len()];
    for y in top..height - top {
        let row = y * width;
        inked[row + left..row + width - left].copy_from_slice(&black[row + left..row + width - left]);
    }
    marks(&mut inked, width, MARK) as f64 / inked.len().max(1) as f64
}

/// Ink that differs from its paper by a fifth of it: what shows through from the other side does not.
fn strong(plane: &Plane, black: &Plane) -> Vec<bool> {
    let paper = f64::from(percentile(&plane.histogram(), 0.9));
    let limit = paper * 0.8;
    plane
        .levels()
        .iter()
        .zip(black.levels())
        .map(|(level, black)| *black == 0 && f64::from(*level) < limit)
        .collect()
}

/// Pixels in marks of at least so many, eight neighbours joined.
fn marks(inked: &mut [bool], width: usize, least: usize) -> usize {
    let mut total = 0;
    let mut mark = Vec::new();
    for start in 0..inked.len() {
        if !inked[start] {
            continue;
        }
        inked[start] = false;
        mark.clear();
        mark.push(start);
        let mut next = 0;
        while next < mark.len() {
            let index = mark[next];
            next += 1;
            let (x, y) = (index % width, index / width);
            for row in y.saturating_sub(1)..=y + 1 {
                for column in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                    let neighbour = row * width + column;
                    if inked.get(neighbour).copied().unwrap_or_default() {
                        inked[neighbour] = false;
                        mark.push(neighbour);
                    }
                }
            }
        }
        if mark.len() >= least {
            total += mark.len();
        }
    }
    total
}
