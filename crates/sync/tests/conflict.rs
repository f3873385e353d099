//! Two windows change the same.

use crate::support::House;
use crate::support::counter::Counter;
use crate::support::proxy::Toxic;
use domain::condition::Situation;
use protocol::push::PushOutcome;
use store::table::event;
use store::table::outbox::{self, OutboxState};

#[test]
fn both_sides_of_a_conflict_are_kept_and_other_cases_go_on() {
    let house = House::open();
    let (line_one, line_two) = (house.proxy(), house.proxy());
    let one = Counter::open(&house, &line_one.url(), "柜台一", "J0001");
    let two = Counter::open(&house, &line_two.url(), "所长室", "J0003");
    let case = one.begin();
    one.wait_until_sent();
    let opened = one.events(case).len();
    two.wait_for_case(case, opened);

    line_two.set(Toxic::Drop);
    two.type_in(case, "applicant.name", "演示乙");
    two.type_in(case, "applicant.phone", "13800000002");
    let other_case = two.begin();
    one.type_in(case, "applicant.name", "演示甲");
    one.wait_until_sent();
    line_two.set(Toxic::None);
    two.sync().wake();
    two.wait_until_sent();

    assert_eq!(two.count(OutboxState::Troubled), 2);
    let troubled =
        two.store.read(|connection| outbox::of_case(connection, case, OutboxState::Troubled)).unwrap();
    let outcome = |at: usize| -> PushOutcome {
        domain::cbor::from_slice(troubled[at].outcome.as_ref().unwrap()).unwrap()
    };
    assert!(matches!(outcome(0), PushOutcome::Conflict { .. }), "{:?}", outcome(0));
    assert!(matches!(outcome(1), PushOutcome::Held { .. }), "{:?}", outcome(1));
    assert!(troubled.iter().all(|row| row.receipt.is_some()));
    two.wait_for_case(case, opened + 1);
    assert_eq!(two.case(case).value(&"applicant.name".into()), Some("演示甲"));
    // Out of the case, not out of the store.
    let chain = two.store.read(event::own_chain).unwrap();
    assert_eq!(chain.iter().filter(|row| row.case == case).count(), 2);
    // The other case was not held up.
    let begun = two.events(other_case).len();
    one.wait_for_case(other_case, begun);
}
