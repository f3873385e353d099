//! Lines that fail.

use crate::support::counter::Counter;
use crate::support::proxy::Toxic;
use crate::support::{House, Random, seed, wait_for};
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::table::blob;
use store::table::outbox::OutboxState;

/// Whatever stands in the line: nothing counts as an answer but the server's, and afterwards all goes on.
#[test]
fn nothing_but_the_server_counts_as_an_answer() {
    let house = House::open();
    let proxy = house.proxy();
    let one = Counter::open(&house, &proxy.url(), "柜台一", "J0001");
    let case = one.begin();
    one.wait_until_sent();
    for (toxic, field) in [
        (Toxic::Portal, "a"),
        (Toxic::Redirect, "b"),
        (Toxic::Busy, "c"),
        (Toxic::Drop, "d"),
        (Toxic::HalfOpen, "e"),
        (Toxic::Truncate, "f"),
        (Toxic::TooMany, "g"),
        (Toxic::TooLarge, "h"),
    ] {
        proxy.set(toxic);
        one.type_in(case, "applicant.phone", &format!("1380000000{}", field.as_bytes()[0] % 10));
        wait_for("the lamp to go out", || !one.seen.online.load(Ordering::SeqCst));
        assert!(!one.sync().online(), "{toxic:?}");
        assert_eq!(one.count(OutboxState::Waiting), 1, "{toxic:?} was taken for an answer");
        // Why it does not get on is said, by the pushes or by the line.
        wait_for("the cause", || {
            let lanes = one.sync().lanes();
            lanes.iter().any(|lane| ["line", "push"].contains(&lane.name) && lane.held.is_some())
        });
        // Whether a timer or a request: no lane stands still.
        assert!(one.sync().lanes().iter().all(|lane| lane.timer || lane.in_flight), "{toxic:?}");
        proxy.set(Toxic::None);
        one.sync().wake();
        wait_for("the lamp to come on", || one.sync().online());
        one.wait_until_sent();
        wait_for("no cause any more", || {
            let lanes = one.sync().lanes();
            lanes.iter().all(|lane| !["line", "push"].contains(&lane.name) || lane.held.is_none())
        });
    }
    assert_eq!(one.count(OutboxState::Troubled), 0);
}

/// Sixty small files that cannot be sent (they are gone from the disk) do not keep a larger one from the server, and
/// each says why.
#[test]
fn files_that_cannot_be_sent_do_not_stand_before_the_others() {
    let house = House::open();
    let proxy = house.proxy();
    let one = Counter::open(&house, &proxy.url(), "柜台一", "J0001");
    let case = one.begin();
    one.wait_until_sent();
    proxy.set(Toxic::Drop);
    let gone: Vec<_> = (0..60_u8).map(|at| one.keep_file(case, &[at; 40])).collect();
    for file in &gone {
        std::fs::remove_file(store::blob_file::path(one.store.folder(), file.id)).unwrap();
    }
    let large = one.keep_file(case, &[7; 300_000]);
    proxy.set(Toxic::None);
    one.sync().wake();
    wait_for("the large file", || {
        one.sync().wake();
        one.store.read(|db| blob::get(db, large.id)).unwrap().is_some_and(|row| row.sent)
    });
    let left = one.store.read(|db| blob::unsent_by_case(db, 9)).unwrap();
    assert_eq!((left.len(), left[0].case, left[0].count), (1, case, 60));
    assert!(left[0].fault.is_some(), "why they wait");
    assert_eq!(one.store.read(blob::unsent_count).unwrap(), 60, "and none of them is forgotten");
}

/// Requests that are lost, doubled, late or torn: every act is placed once, both windows agree.
#[test]
fn a_bad_line_loses_and_doubles_nothing() {
    let seed = seed("a_bad_line_loses_and_doubles_nothing");
    let mut random = Random(seed);
    let house = House::open();
    let (line_one, line_two) = (house.proxy(), house.proxy());
    let one = Counter::open(&house, &line_one.url(), "柜台一", "J0001");
    let two = Counter::open(&house, &line_two.url(), "所长室", "J0003");
    line_one.set_random(random.next(), 40);
    line_two.set_random(random.next(), 40);
    let cases = [one.begin(), two.begin(), one.begin()];
    for round in 0..10 {
        one.type_in(cases[0], "applicant.name", &format!("演示{round}"));
        two.type_in(cases[1], "applicant.name", &format!("演示{round}"));
        one.type_in(cases[2], "new_head.name", &format!("演示{round}"));
        std::thread::sleep(Duration::from_millis(random.below(120)));
    }
    line_one.set(Toxic::None);
    line_two.set(Toxic::None);
    for counter in [&one, &two] {
        counter.sync().wake();
        counter.wait_until_sent();
        assert_eq!(counter.count(OutboxState::Troubled), 0);
    }
    for (case, author) in [(cases[0], &one), (cases[1], &two), (cases[2], &one)] {
        let events = author.events(case).len();
        one.wait_for_case(case, events);
        two.wait_for_case(case, events);
        one.assert_whole(case);
        let hashes = |counter: &Counter| counter.events(case).iter().map(|row| row.hash).collect::<Vec<_>>();
        assert_eq!(hashes(&one), hashes(&two));
    }
    println!("{} and {} requests", line_one.requests(), line_two.requests());
}

/// The engine ends at any moment and begins again on the same store.
#[test]
fn ending_in_the_middle_loses_and_doubles_nothing() {
    let seed = seed("ending_in_the_middle_loses_and_doubles_nothing");
    let mut random = Random(seed);
    let house = House::open();
    let proxy = house.proxy();
    let mut one = Counter::open(&house, &proxy.url(), "柜台一", "J0001");
    let two = Counter::open(&house, &proxy.url(), "所长室", "J0003");
    proxy.set_random(random.next(), 20);
    let case = one.begin();
    for round in 0..20 {
        one.type_in(case, "applicant.name", &format!("演示{round}"));
        std::thread::sleep(Duration::from_millis(random.below(60)));
        one.disconnect();
        if round % 3 == 0 {
            one.type_in(case, "new_head.name", &format!("演示{round}"));
        }
        one.connect();
    }
    proxy.set(Toxic::None);
    one.sync().wake();
    one.wait_until_sent();
    assert_eq!(one.count(OutboxState::Troubled), 0);
    let events = one.events(case).len();
    one.wait_for_case(case, events);
    two.wait_for_case(case, events);
    two.assert_whole(case);
}
