//! The way of a case between two windows.

use crate::on_both;
use crate::support::window::{HAN, collect, review};
use crate::support::{Kind, Site};
use domain::event::{Decision, Outcome};

on_both!(a_case_goes_from_window_to_window);

async fn a_case_goes_from_window_to_window(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let mut office = site.window("head-office").await;
    let auxiliary = counter.login("F0001").await;
    let (local, items) = counter.take_in(&auxiliary, &HAN).await;
    counter.placed(&auxiliary, &items).await;
    let case = local.case.id;

    office.pull().await;
    let officer = office.login("J0001").await;
    let head = office.login("S0001").await;
    let mut seen = office.local(case);
    assert_eq!(seen.case.state_words(), "待民警审核");
    let first = office.act(&officer, &mut seen, review(Decision::Pass));
    office.placed(&officer, &[first]).await;
    let second = office.act(&head, &mut seen, review(Decision::Pass));
    office.placed(&head, &[second]).await;

    let ack = counter.pull().await;
    assert_eq!(ack, items.len() as u64);
    let mut back = counter.local(case);
    assert_eq!(back.case.state_words(), "待领取");
    let last = counter.act(&auxiliary, &mut back, collect());
    counter.placed(&auxiliary, &[last]).await;
    office.pull().await;
    assert_eq!(office.local(case).case.outcome, Some(Outcome::Done));
    site.finish().await;
}
