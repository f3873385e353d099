//! `demo play`: the story without a person. Every act goes through the window's commands over HTTP; a step that does
//! not go as told ends the program with an error.

mod counter;
mod intake;
mod papers;
mod story;

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use demo::card::cards;
use demo::place::{Parts, Place};
use demo::station::Station;

use crate::say;
use counter::Room;

/// The story with what it needs.
pub(crate) struct Play {
    pub(crate) station: Station,
    /// 柜台一.
    pub(crate) counter: Room,
    /// 所长室.
    pub(crate) office: Room,
    begun: Instant,
    step_begun: Instant,
    steps: u32,
}

impl Play {
    /// Says that a step was done, and how long it took.
    pub(crate) fn step(&mut self, words: &str) -> anyhow::Result<()> {
        self.steps += 1;
        let seconds = self.step_begun.elapsed().as_secs_f64();
        self.step_begun = Instant::now();
        say(&format!("[{:>3}] {seconds:>6.2} s  {words}", self.steps))
    }
}

/// Plays the story on a fresh station in `root`; what was printed is left in `folder`.
pub(crate) fn play(root: &Path, parts: &Parts, folder: &Path) -> anyhow::Result<()> {
    let begun = Instant::now();
    std::fs::create_dir_all(folder)?;
    let place = Place::open(root)?;
    Station::prepare(&place, parts)?;
    let station = Station::start(place, parts)?;
    let people = parts.assets.join("demo/people.toml");
    let cards = cards(&people, jiff::Zoned::now().date())?;
    let counter = Room::open("柜台一", &station, parts, cards.clone()).context("柜台一")?;
    let office = Room::open("所长室", &station, parts, cards).context("所长室")?;
    let mut play = Play { station, counter, office, begun, step_begun: begun, steps: 0 };
    play.step("派出所开门：服务端、常口、设备、两个窗口都已登记")?;
    story::tell(&mut play, folder).with_context(|| {
        let log = play.counter.said();
        format!("after step {}{}{log}", play.steps, if log.is_empty() { "" } else { "; 柜台一 said: " })
    })?;
    let (steps, seconds) = (play.steps, play.begun.elapsed().as_secs_f64());
    play.counter.close();
    play.office.close();
    drop(play.station);
    say(&format!("demo: ok, {steps} steps, {seconds:.1} s"))
}
