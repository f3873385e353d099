//! The PC's clock is set wrong, by a year or by weeks, and the PC is started anew without its server: nobody is locked
//! out, nothing ends before its time, and what was made comes to the server.

use crate::counter::{Counter, field};
use crate::line::Line;
use crate::station::Station;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use terminal::{PcClocks, TimeSource};

const HOUR: i64 = 3600 * 1000;
const DAY: i64 = 24 * HOUR;

/// The PC's clocks with a wall clock that somebody set, and boots that the test counts.
#[derive(Default)]
struct Bent {
    off: AtomicI64,
    boots: AtomicI64,
}

impl TimeSource for Bent {
    fn wall(&self) -> i64 {
        PcClocks.wall() + self.off.load(Ordering::SeqCst)
    }

    fn since_boot(&self) -> i64 {
        PcClocks.since_boot()
    }

    fn boot(&self) -> String {
        format!("boot {}", self.boots.load(Ordering::SeqCst))
    }
}

struct Window {
    station: Station,
    line: Line,
    clocks: Arc<Bent>,
    counter: Counter,
    case: String,
}

impl Window {
    /// An officer has worked here with the server, and has a case in hand.
    fn known_to_the_server() -> Self {
        let station = Station::start();
        let line = Line::to(station.server_address(), &station.runtime);
        let clocks = Arc::new(Bent::default());
        let counter = Counter::new(station.terminal_by("所长室", line.address, clocks.clone()));
        counter.login("J0001");
        let case = counter.act("open_case", json!({ "matter": "T042", "arrival": false }));
        let case = case["line"]["id"].as_str().unwrap().to_owned();
        counter.drained();
        Self { station, line, clocks, counter, case }
    }

    /// The PC is off for a moment and comes up without its server, with its clock wrong by so much.
    fn starts_anew_off_by(&mut self, off: i64) {
        self.counter.ask("logout", json!({}));
        self.line.cut();
        self.clocks.off.store(off, Ordering::SeqCst);
        self.clocks.boots.fetch_add(1, Ordering::SeqCst);
        self.counter =
            Counter::new(self.station.terminal_by("所长室", self.line.address, self.clocks.clone()));
        self.counter.login("J0001");
        let shell = self.counter.ask("shell", json!({}));
        assert_eq!((&shell["session"]["online"], &shell["time_confirmed"]), (&json!(false), &json!(false)));
    }

    fn trail(&self) -> Vec<i64> {
        let view = self.counter.case(&self.case);
        view["trail"].as_array().unwrap().iter().map(|one| one["at"].as_i64().unwrap()).collect()
    }

    fn phone(&self, number: &str) {
        self.counter.fill(&self.case, &[("applicant.phone", number)]);
    }

    fn line_is_back(&self) {
        self.line.mend();
        self.counter.wait("the time of the server", || {
            self.counter.ask("sync_now", json!({}));
            (self.counter.ask("shell", json!({}))["time_confirmed"] == true).then_some(())
        });
    }

    fn ends_well(mut self) {
        self.counter.drained();
        self.counter.ask("logout", json!({}));
        self.station.pull_network();
        let report = self.station.check_server();
        assert!(report.faults.is_empty(), "{report:#?}");
    }
}

#[test]
fn a_clock_that_is_off_by_a_year_locks_nobody_out_and_moves_nothing() {
    for off in [365 * DAY, -365 * DAY] {
        let mut window = Window::known_to_the_server();
        window.starts_anew_off_by(off);
        window.phone("19900000031");
        let truth = PcClocks.wall();
        let made = window.trail();
        let last = *made.last().unwrap();
        assert!((last - truth).abs() < HOUR, "off by {off}: {} hours", (last - truth) / HOUR);
        assert!(made.windows(2).all(|pair| pair[0] <= pair[1]), "in their order");
        let desk = window.counter.ask("desk", json!({}));
        let told =
            desk["notices"].as_array().unwrap().iter().any(|one| one.as_str().unwrap().contains("时间"));
        assert!(told, "{}", desk["notices"]);
        window.line_is_back();
        window.counter.drained();
        assert_eq!(window.counter.ask("sync_state", json!({}))["troubles"], json!([]));
        assert_eq!(field(&window.counter.case(&window.case), "applicant.phone")["value"], "19900000031");
        window.ends_well();
    }
}

#[test]
fn a_clock_that_is_weeks_ahead_is_told_by_its_name_and_what_it_made_is_made_again() {
    let mut window = Window::known_to_the_server();
    window.starts_anew_off_by(20 * DAY);
    window.phone("19900000031");
    window.line_is_back();
    let mend = window.counter.wait("the refusal", || {
        window.counter.ask("sync_now", json!({}));
        let mend: Value = window.counter.ask("mend", json!({ "case": window.case }));
        (!mend["acts"].as_array().unwrap().is_empty()).then_some(mend)
    });
    assert_eq!(mend["acts"][0]["code"], "CLOCK_AHEAD");
    assert_eq!(mend["acts"][0]["fields"][0]["mine"], "19900000031");
    assert_eq!(window.counter.act("redo_rest", json!({ "case": window.case }))["acts"], json!([]));
    // The session goes on at the right time, without another log-in.
    window.phone("19900000032");
    window.counter.drained();
    let last = *window.trail().last().unwrap();
    assert!((last - PcClocks.wall()).abs() < HOUR);
    assert_eq!(field(&window.counter.case(&window.case), "applicant.phone")["value"], "19900000032");
    window.ends_well();
}
