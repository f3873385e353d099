use super::*;
use std::sync::atomic::{AtomicI64, Ordering};

const YEAR: i64 = 365 * 24 * 3600 * 1000;
const HOUR: i64 = 3600 * 1000;
/// 2026-11-23 08:00 UTC.
const TODAY: i64 = 1_795_420_800_000;

/// Clocks in the test's hand: true time, by how much the wall clock is off, the moment of the last boot.
struct Bent {
    truth: AtomicI64,
    off: AtomicI64,
    booted: AtomicI64,
    boots: AtomicI64,
}

impl Bent {
    fn new() -> Arc<Self> {
        Arc::new(Self { truth: TODAY.into(), off: 0.into(), booted: (TODAY - HOUR).into(), boots: 1.into() })
    }

    fn pass(&self, time: i64) {
        self.truth.fetch_add(time, Ordering::SeqCst);
    }

    fn set_wall_off(&self, off: i64) {
        self.off.store(off, Ordering::SeqCst);
    }

    fn reboot(&self) {
        self.booted.store(self.truth.load(Ordering::SeqCst), Ordering::SeqCst);
        self.boots.fetch_add(1, Ordering::SeqCst);
    }
}

impl TimeSource for Bent {
    fn wall(&self) -> i64 {
        self.truth.load(Ordering::SeqCst) + self.off.load(Ordering::SeqCst)
    }

    fn since_boot(&self) -> i64 {
        self.truth.load(Ordering::SeqCst) - self.booted.load(Ordering::SeqCst)
    }

    fn boot(&self) -> String {
        format!("boot {}", self.boots.load(Ordering::SeqCst))
    }
}

struct Desk {
    clocks: Arc<Bent>,
    folder: tempfile::TempDir,
    secret: MachineSecret,
}

impl Desk {
    fn new() -> Self {
        Self {
            clocks: Bent::new(),
            folder: tempfile::tempdir().unwrap(),
            secret: MachineSecret::generate().unwrap(),
        }
    }

    fn program(&self) -> Clock {
        let source: Arc<dyn TimeSource> = Arc::clone(&self.clocks) as Arc<dyn TimeSource>;
        Clock::start(source, self.folder.path().join("clock.json"), &self.secret)
    }
}

#[test]
fn while_the_pc_runs_its_wall_clock_counts_for_nothing() {
    for off in [YEAR, -YEAR, 20 * 24 * HOUR] {
        let desk = Desk::new();
        let clock = desk.program();
        clock.confirm(TODAY);
        desk.clocks.set_wall_off(off);
        desk.clocks.pass(HOUR);
        let now = clock.now();
        assert_eq!((now.trusted, now.confirmed, now.wall), (TODAY + HOUR, true, TODAY + HOUR + off));
        assert_eq!(clock.earliest(), TODAY + HOUR);
        // The program ends and begins again on the same day.
        drop(clock);
        desk.clocks.pass(HOUR);
        let again = desk.program();
        assert_eq!((again.now().trusted, again.now().confirmed), (TODAY + 2 * HOUR, true), "off by {off}");
    }
}

#[test]
fn after_a_reboot_a_wall_clock_that_cannot_be_right_is_not_believed() {
    for off in [YEAR, -YEAR] {
        let desk = Desk::new();
        desk.program().confirm(TODAY);
        desk.clocks.pass(10 * HOUR);
        desk.clocks.set_wall_off(off);
        desk.clocks.reboot();
        let clock = desk.program();
        let now = clock.now();
        assert_eq!((now.trusted, now.confirmed), (TODAY, false), "the last time kept; off by {off}");
        desk.clocks.pass(HOUR);
        assert_eq!(clock.now().trusted, TODAY + HOUR, "and from there on the boot-time clock");
    }
}

#[test]
fn after_a_reboot_a_likely_wall_clock_is_taken_but_ends_nothing() {
    let desk = Desk::new();
    desk.program().confirm(TODAY);
    desk.clocks.pass(10 * HOUR);
    desk.clocks.reboot();
    let clock = desk.program();
    assert_eq!((clock.now().trusted, clock.now().confirmed), (TODAY + 10 * HOUR, false));
    assert_eq!(clock.earliest(), TODAY);
    // The wrong one within the bounds is taken, too; what it made is no ground for the start after the next.
    desk.clocks.set_wall_off(29 * 24 * HOUR);
    desk.clocks.reboot();
    let ahead = desk.program();
    assert_eq!(ahead.now().trusted, TODAY + 10 * HOUR + 29 * 24 * HOUR);
    ahead.keep();
    desk.clocks.set_wall_off(0);
    desk.clocks.reboot();
    assert_eq!(desk.program().now().trusted, TODAY + 10 * HOUR);
    // And the server puts it right.
    assert_eq!(ahead.confirm(TODAY + 10 * HOUR), -29 * 24 * HOUR);
    assert_eq!(ahead.earliest(), TODAY + 10 * HOUR);
}

#[test]
fn a_kept_time_that_somebody_wrote_is_not_believed() {
    let desk = Desk::new();
    desk.program().confirm(TODAY + YEAR);
    let path = desk.folder.path().join("clock.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace(&(TODAY + YEAR).to_string(), &TODAY.to_string())).unwrap();
    let clock = desk.program();
    assert!(!clock.now().confirmed);
    assert_eq!(clock.now().trusted, TODAY, "as at the very first start");
    assert!(clock.earliest() < TODAY - YEAR, "nothing is known to be over");
}

#[test]
fn a_time_kept_in_the_store_is_not_gone_behind() {
    let desk = Desk::new();
    let clock = desk.program();
    clock.at_least(TODAY + HOUR);
    assert_eq!((clock.now().trusted, clock.earliest()), (TODAY + HOUR, TODAY + HOUR));
    clock.confirm(TODAY);
    clock.at_least(TODAY + HOUR);
    assert_eq!(clock.now().trusted, TODAY, "the server knows better");
}
