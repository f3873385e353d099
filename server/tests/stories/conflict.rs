//! Two windows on one case without knowing of each other.

use crate::on_both;
use crate::support::window::{HAN, ZHOU, change};
use crate::support::{Kind, Session, Site, Window};
use domain::command::Command;
use domain::ids::CaseId;
use protocol::push::PushOutcome;

on_both!(
    other_fields_are_placed_side_by_side,
    the_same_field_becomes_a_conflict_and_what_builds_on_it_waits,
    a_status_change_clashes_with_a_field,
);

async fn opened(site: &Site) -> (Window, Window, Session, Session, CaseId) {
    let mut counter = site.window("counter1").await;
    let mut office = site.window("head-office").await;
    let first = counter.login("F0001").await;
    let second = office.login("J0001").await;
    let mut local = counter.new_case("D001");
    let items =
        vec![counter.act(&first, &mut local, Command::Open), counter.act(&first, &mut local, HAN.read())];
    counter.placed(&first, &items).await;
    counter.pull().await;
    office.pull().await;
    let case = local.case.id;
    (counter, office, first, second, case)
}

async fn other_fields_are_placed_side_by_side(kind: Kind) {
    let site = Site::start(kind).await;
    let (mut counter, mut office, first, second, case) = opened(&site).await;
    let (mut here, mut there) = (counter.local(case), office.local(case));
    let mine = counter.act(&first, &mut here, change("extra.note", "甲"));
    let theirs = office.act(&second, &mut there, change("extra.wish", "乙"));
    counter.placed(&first, &[mine]).await;
    office.placed(&second, &[theirs]).await;
    counter.pull().await;
    office.pull().await;
    assert_eq!(counter.local(case).case.fields, office.local(case).case.fields);
    assert_eq!(counter.local(case).case.fields.len(), 5, "name, number, address, and both changes");
    site.finish().await;
}

async fn the_same_field_becomes_a_conflict_and_what_builds_on_it_waits(kind: Kind) {
    let site = Site::start(kind).await;
    let (mut counter, mut office, first, second, case) = opened(&site).await;
    let (mut here, mut there) = (counter.local(case), office.local(case));
    let mine = counter.act(&first, &mut here, change("extra.note", "甲"));
    counter.placed(&first, &[mine]).await;
    let theirs = office.act(&second, &mut there, change("extra.note", "乙"));
    let after = office.act(&second, &mut there, change("extra.wish", "丙"));
    let mut elsewhere = office.new_case("D001");
    let other = office.act(&second, &mut elsewhere, Command::Open);
    let results = office.push(&second, &[theirs.clone(), after, other]).await.unwrap().results;
    let PushOutcome::Conflict { paths, others, version } = &results[0].outcome else {
        panic!("{:?}", results[0].outcome)
    };
    assert_eq!(paths, &["fields/extra.note"]);
    assert_eq!(others.len(), 1);
    assert_eq!(*version, 4);
    assert_eq!(results[1].outcome, PushOutcome::Held { case });
    assert!(matches!(results[2].outcome, PushOutcome::Placed { .. }), "other cases go on");
    // A repeat gets the same conflict.
    assert_eq!(office.outcome(&second, &theirs).await, results[0].outcome);
    // Rebuilt on what the server has, the wish is placed.
    office.pull().await;
    let mut again = office.local(case);
    let mended = office.act(&second, &mut again, change("extra.note", "乙"));
    office.placed(&second, &[mended]).await;
    counter.pull().await;
    let value = counter.local(case).case.fields[&domain::ids::FieldPath("extra.note".into())].clone();
    assert_eq!((value.value.as_str(), value.previous.as_deref()), ("乙", Some("甲")));
    site.finish().await;
}

async fn a_status_change_clashes_with_a_field(kind: Kind) {
    let site = Site::start(kind).await;
    let (mut counter, mut office, first, second, case) = opened(&site).await;
    let (mut here, mut there) = (counter.local(case), office.local(case));
    let gone = counter.act(&first, &mut here, Command::Withdraw { reason: "不办了".into() });
    counter.placed(&first, &[gone]).await;
    let late = office.act(&second, &mut there, ZHOU.read());
    let outcome = office.outcome(&second, &late).await;
    assert!(matches!(outcome, PushOutcome::Conflict { .. }), "{outcome:?}");
    site.finish().await;
}
