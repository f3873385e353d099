//! The stream of a preview: a page is taken once, when it lies still, whole and sharp; and again when it was changed.

use std::time::Duration;

use page_image::judge::Defect;
use page_image::still::{Sight, Watch};
use page_image::{Picture, Point};

use crate::draw::{Dice, Sheet, blurred, dimmed, noisy, photograph};

/// Ten pictures a second.
struct Stream {
    watch: Watch,
    time: Duration,
    dice: Dice,
}

impl Stream {
    fn new() -> Self {
        Self { watch: Watch::new(), time: Duration::ZERO, dice: Dice(77) }
    }

    /// Shows a picture so often, with new noise each time.
    fn show(&mut self, picture: &Picture, times: usize) -> Vec<Sight> {
        (0..times)
            .map(|_| {
                self.time += Duration::from_millis(100);
                let seed = (self.dice.roll() * 1e9) as u64;
                self.watch.see(&noisy(picture, 3.0, seed), self.time)
            })
            .collect()
    }

    /// A sheet pushed in from the left.
    fn push(&mut self, sheet: &Sheet) -> Vec<Sight> {
        (0..6).flat_map(|step| self.show(&lying(sheet, f64::from(step) * 40.0 - 240.0), 1)).collect()
    }
}

fn lying(sheet: &Sheet, right: f64) -> Picture {
    let corners = [(200.0, 30.0), (510.0, 34.0), (505.0, 455.0), (196.0, 451.0)];
    photograph(sheet, corners.map(|(x, y)| Point::new(x + right, y)), 640, 480, |_, _| [40.0; 3])
}

/// Characters that a preview of 38 dpi can show.
fn page(seed: u64) -> Sheet {
    Sheet { character: 24.0, seed, ..Sheet::a4() }
}

fn takes(sights: &[Sight]) -> usize {
    sights.iter().filter(|sight| **sight == Sight::Take).count()
}

#[test]
fn each_page_is_taken_once() {
    let mut stream = Stream::new();
    let moved = stream.push(&page(1));
    assert_eq!(takes(&moved), 0, "{moved:?}");
    let first = stream.show(&lying(&page(1), 0.0), 30);
    assert_eq!(takes(&first), 1, "{first:?}");
    // Not before it has lain there for 0.7 s.
    let taken = first.iter().position(|sight| *sight == Sight::Take).unwrap();
    assert!((7..=9).contains(&taken), "{taken}: {first:?}");
    assert_eq!(first[taken + 1..].iter().filter(|sight| **sight != Sight::Taken).count(), 0, "{first:?}");

    // A hand passes over it, the lamp changes: still the same page.
    let hand = photograph(
        &Sheet { lines: false, paper: [150.0, 110.0, 90.0], ..Sheet::card() },
        [(0.0, 100.0), (400.0, 110.0), (400.0, 240.0), (0.0, 230.0)].map(|(x, y)| Point::new(x, y)),
        640,
        480,
        |x, y| if (200.0..505.0).contains(&x) && (32.0..452.0).contains(&y) { [225.0; 3] } else { [40.0; 3] },
    );
    stream.show(&hand, 3);
    let again = stream.show(&lying(&page(1), 0.0), 20);
    assert_eq!(takes(&again), 0, "{again:?}");
    let dimmer = stream.show(&dimmed(&lying(&page(1), 0.0), 0.95), 20);
    assert_eq!(takes(&dimmer), 0, "{dimmer:?}");
    assert!(stream.watch.is_taken());

    // Another page in the same place.
    stream.show(&hand, 3);
    let second = stream.show(&lying(&page(2), 0.0), 20);
    assert_eq!(takes(&second), 1, "{second:?}");

    // The officer wants it once more.
    stream.watch.again();
    let wanted = stream.show(&lying(&page(2), 0.0), 5);
    assert_eq!(takes(&wanted), 1, "{wanted:?}");
}

#[test]
fn a_page_that_cannot_be_taken_says_why() {
    let mut stream = Stream::new();
    let over = stream.show(&lying(&page(1), 250.0), 12);
    assert_eq!(takes(&over), 0, "{over:?}");
    assert_eq!(over.last(), Some(&Sight::Unfit(Defect::CutOff)), "{over:?}");
    let mut stream = Stream::new();
    let empty = Picture::rgb(640, 480, vec![60; 640 * 480 * 3]).unwrap();
    let nothing = stream.show(&empty, 12);
    assert_eq!(nothing.last(), Some(&Sight::Unfit(Defect::NotFound)), "{nothing:?}");
    let soft = stream.show(&blurred(&lying(&page(1), 0.0), 3.0, false), 12);
    assert_eq!(soft.last(), Some(&Sight::Unfit(Defect::Blurred)), "{soft:?}");
    // It is taken as soon as it lies well.
    let well = stream.show(&lying(&page(1), 0.0), 20);
    assert_eq!(takes(&well), 1, "{well:?}");
}

#[test]
fn a_page_that_never_rests_is_never_taken() {
    let mut stream = Stream::new();
    for step in 0..40 {
        let right = if step % 2 == 0 { 0.0 } else { 14.0 };
        let sights = stream.show(&lying(&page(1), right), 1);
        assert_eq!(takes(&sights), 0);
    }
}
