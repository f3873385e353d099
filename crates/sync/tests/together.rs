//! Two windows of one station.

use crate::support::House;
use crate::support::counter::Counter;
use crate::support::wait_for;
use domain::condition::Situation;
use domain::number::NumberKind;
use std::sync::atomic::Ordering;
use store::table::outbox::OutboxState;
use store::table::{blob, number};

#[test]
fn one_window_sees_what_the_other_did_with_its_files() {
    let house = House::open();
    let proxy = house.proxy();
    let one = Counter::open(&house, &proxy.url(), "柜台一", "J0001");
    let other = Counter::open(&house, &proxy.url(), "所长室", "J0003");
    let case = one.begin();
    one.type_in(case, "applicant.name", "演示甲");
    // Larger than two pieces, and not a whole number of them.
    let picture: Vec<u8> = (0..2_500_000_u32).map(|at| (at * 7 + at / 251) as u8).collect();
    let reference = one.keep_file(case, &picture);
    one.wait_until_sent();
    assert_eq!(one.count(OutboxState::Troubled), 0);
    let events = one.events(case).len();
    one.wait_for_case(case, events);
    other.wait_for_case(case, events);
    other.assert_whole(case);
    assert_eq!(other.case(case).value(&"applicant.name".into()), Some("演示甲"));
    assert!(other.seen.changed.load(Ordering::SeqCst) > 0);

    wait_for("the file on the server", || one.store.read(blob::unsent_count).unwrap() == 0);
    other.sync().fetch_blob(case, &reference).unwrap();
    let row = other.store.read(|connection| blob::get(connection, reference.id)).unwrap().unwrap();
    assert_eq!(store::blob_file::read(&other.folder, &row).unwrap(), picture);

    for kind in [NumberKind::Acceptance, NumberKind::Intake] {
        let year = domain::event::civil_day(jiff::Timestamp::now().as_millisecond()).year();
        wait_for("numbers", || {
            one.store.read(|connection| number::left_of_year(connection, kind, year)).unwrap() >= 200
        });
    }
}

#[test]
fn a_file_that_nobody_has_is_refused_by_name() {
    let house = House::open();
    let proxy = house.proxy();
    let one = Counter::open(&house, &proxy.url(), "柜台一", "J0001");
    let case = one.begin();
    let stranger = domain::event::BlobRef {
        id: domain::ids::ContentHash([7; 32]),
        content: domain::ids::ContentHash([8; 32]),
        length: 1,
        media: "image/png".to_owned(),
    };
    let fault = one.sync().fetch_blob(case, &stranger).unwrap_err();
    assert_eq!(fault.code(), "NOT_YOURS");
    assert!(!fault.is_offline());
}
