//! Repeats, gaps, copied stores, restored stores.

use crate::on_both;
use crate::support::window::{HAN, Window, change, fresh};
use crate::support::{Kind, Site};
use domain::cbor;
use domain::command::Command;
use gm::SigningKey;
use protocol::error::ErrorCode;
use protocol::push::{PushOutcome, PushRequest, RejectCode};

on_both!(
    a_repeated_push_gets_the_same_answer,
    a_gap_is_told_with_what_is_expected,
    a_copied_store_stops_the_terminal,
    a_window_enrolled_again_has_a_new_epoch,
    an_enrolment_code_is_good_once,
    a_repeated_nonce_with_other_content_is_refused,
    a_case_that_does_not_read_holds_up_no_other,
);

/// What can befall the rows of one case, and what brings them back, where that can be said in SQL.
const DAMAGES: [(&str, Option<&str>); 3] = [
    (
        "UPDATE event SET version = version + 10 WHERE version = 2",
        Some("UPDATE event SET version = version - 10 WHERE version = 12"),
    ),
    ("UPDATE event SET sealed = substr(sealed, 1, 20) WHERE version = 2", None),
    ("UPDATE case_file SET wrapped = substr(wrapped, 2)", None),
];

async fn a_case_that_does_not_read_holds_up_no_other(kind: Kind) {
    for (damage, undo) in DAMAGES {
        let site = Site::start(kind).await;
        let mut counter = site.window("counter1").await;
        let session = counter.login("F0001").await;
        let mut hurt = counter.new_case("D001");
        let begun = vec![
            counter.act(&session, &mut hurt, Command::Open),
            counter.act(&session, &mut hurt, HAN.read()),
        ];
        counter.placed(&session, &begun).await;
        site.tamper(damage);

        let on_it = counter.act(&session, &mut hurt, change("extra.note", "甲"));
        let behind_it = counter.act(&session, &mut hurt, change("extra.wish", "乙"));
        let mut other = counter.new_case("D001");
        let beside = counter.act(&session, &mut other, Command::Open);
        let items = [on_it.clone(), behind_it, beside];
        let results = counter.push(&session, &items).await.unwrap().results;
        let damaged = PushOutcome::Rejected { code: RejectCode::CaseDamaged, refusal: None, field: None };
        assert_eq!(results[0].outcome, damaged, "{damage}");
        // Behind it the case waits; where not even its key opens, each of its acts is told so.
        let held = PushOutcome::Held { case: hurt.case.id };
        assert!([&damaged, &held].contains(&&results[1].outcome), "{damage}: {:?}", results[1]);
        assert!(matches!(results[2].outcome, PushOutcome::Placed { .. }), "{damage}: {:?}", results[2]);
        // A repeat is told the same, and the chain of the author goes on.
        assert_eq!(counter.outcome(&session, &on_it).await, damaged);
        let more = counter.act(&session, &mut other, HAN.read());
        counter.placed(&session, &[more]).await;

        let Some(undo) = undo else { continue };
        // The rows of the case are brought back: the act is done again and placed.
        site.tamper(undo);
        counter.pull().await;
        let mut mended = counter.local(hurt.case.id);
        let again = counter.act(&session, &mut mended, change("extra.note", "甲"));
        counter.placed(&session, &[again]).await;
        site.finish().await;
    }
}

async fn a_repeated_push_gets_the_same_answer(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let (_, items) = counter.take_in(&session, &HAN).await;
    let first = counter.push(&session, &items).await.unwrap();
    for _ in 0..3 {
        let again = counter.push(&session, &items).await.unwrap();
        assert_eq!(cbor::to_vec(&again.results), cbor::to_vec(&first.results));
    }
    // Side by side, as when a proxy sends twice.
    let mut local = counter.new_case("D001");
    let item = counter.act(&session, &mut local, Command::Open);
    let request = PushRequest {
        epoch: counter.epoch,
        items: vec![item],
        delegations: vec![session.delegation.clone()],
    };
    let sends = (0..5).map(|_| async {
        loop {
            let answer: Result<protocol::push::PushAnswer, _> = counter.post("/v1/push", &request).await;
            match answer {
                Ok(answer) => return answer.results,
                Err(told) => assert!(!told.code.is_permanent(), "{told}"),
            }
        }
    });
    let answers = futures::future::join_all(sends).await;
    for answer in &answers {
        assert_eq!(cbor::to_vec(answer), cbor::to_vec(&answers[0]));
    }
    counter.pull().await;
    assert_eq!(counter.placed.len(), 2);
    let expected: usize = items.iter().map(|item| events_of(item).len()).sum();
    let in_first = counter.placed.values().map(Vec::len).max().unwrap();
    assert_eq!(in_first, expected);
    site.finish().await;
}

fn events_of(item: &protocol::push::PushItem) -> Vec<domain::act::SignedEvent> {
    domain::act::Act::from_bytes(&item.act).unwrap().events
}

async fn a_gap_is_told_with_what_is_expected(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let (_, items) = counter.take_in(&session, &HAN).await;
    counter.placed(&session, &items[..2]).await;
    let told = counter.push(&session, &items[3..]).await.unwrap_err();
    assert_eq!((told.code, told.expected), (ErrorCode::OutboxGap, Some(3)));
    let holes = [items[2].clone(), items[4].clone()];
    assert_eq!(counter.push(&session, &holes).await.unwrap_err().code, ErrorCode::Unreadable);
    counter.placed(&session, &items[2..]).await;
    site.finish().await;
}

async fn a_copied_store_stops_the_terminal(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let mut local = counter.new_case("D001");
    let open = counter.act(&session, &mut local, Command::Open);
    counter.placed(&session, std::slice::from_ref(&open)).await;
    // The copy of the store goes another way with the same number.
    (counter.outbox, counter.chain_seq, counter.chain_head) = (0, 0, domain::ids::ContentHash::ZERO);
    let mut other = counter.new_case("D001");
    let forked = counter.act(&session, &mut other, Command::Open);
    assert_eq!(counter.push(&session, &[forked]).await.unwrap_err().code, ErrorCode::Fork);
    // Now neither goes on.
    assert_eq!(counter.push(&session, &[open]).await.unwrap_err().code, ErrorCode::Fork);
    assert_eq!(counter.pull_once(0, 10).await.unwrap_err().code, ErrorCode::Fork);
    site.finish().await;
}

async fn a_window_enrolled_again_has_a_new_epoch(kind: Kind) {
    let site = Site::start(kind).await;
    let mut old = site.window("counter1").await;
    let session = old.login("F0001").await;
    let number = old.number().await;
    let codes = server::prepare_demo(&site.settings).await.unwrap();
    let code = &codes.enrolment.iter().find(|one| one.profile == "counter1").unwrap().code;
    let mut new = Window::enrol(&site.url(), code, "柜台一").await.unwrap();
    assert_eq!((new.id, new.epoch), (old.id, old.epoch + 1));
    // The old key is no longer the terminal's.
    let mut local = old.new_case("D001");
    let item = old.act(&session, &mut local, Command::Open);
    assert_eq!(
        old.push(&session, std::slice::from_ref(&item)).await.unwrap_err().code,
        ErrorCode::BadSignature
    );
    // Nor is the old epoch, under the new key.
    let request = PushRequest { epoch: old.epoch, items: vec![item], delegations: Vec::new() };
    let told: Result<protocol::push::PushAnswer, _> = new.post("/v1/push", &request).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::OldEpoch);
    // The old block is not the new store's.
    let session = new.login("F0001").await;
    let mut local = new.new_case("D001");
    let mut items = Vec::new();
    for command in
        [Command::Open, HAN.read(), crate::support::window::answer("one"), crate::support::window::sign()]
    {
        items.push(new.act(&session, &mut local, command));
    }
    new.placed(&session, &items).await;
    let mut draft = new.draft(&session, &local, Command::Submit);
    draft.context.allotted.case_number = Some(number);
    new.decide(&local, &mut draft);
    let item = new.sign(&session, &mut local, draft);
    let outcome = new.outcome(&session, &item).await;
    super::forged::rejected(&outcome, protocol::push::RejectCode::NumberNotLeased);
    site.finish().await;
}

async fn an_enrolment_code_is_good_once(kind: Kind) {
    let site = Site::start(kind).await;
    let code = site.codes.enrolment[0].clone();
    let key = SigningKey::generate().unwrap();
    let copy = SigningKey::from_bytes(&key.to_bytes()).unwrap();
    let first = Window::enrol_with(&site.url(), &code.code, &code.window, key).await.unwrap();
    // A lost reply is asked for again with the same key.
    let again = Window::enrol_with(&site.url(), &code.code, &code.window, copy).await.unwrap();
    assert_eq!(first.enrolled, again.enrolled);
    let other = Window::enrol(&site.url(), &code.code, &code.window).await;
    assert_eq!(other.err().unwrap().code, ErrorCode::EnrolmentCode);
    let none = Window::enrol(&site.url(), "AAAA-BBBB-CCCC", &code.window).await;
    assert_eq!(none.err().unwrap().code, ErrorCode::EnrolmentCode);
    site.finish().await;
}

async fn a_repeated_nonce_with_other_content_is_refused(kind: Kind) {
    let site = Site::start(kind).await;
    let counter = site.window("counter1").await;
    let status = |path: &'static str, key: SigningKey, nonce: [u8; 16]| {
        let counter = &counter;
        async move {
            let response = counter.send_as(&key, "GET", path, Vec::new(), nonce).await.unwrap();
            response.status().as_u16()
        }
    };
    let key = || SigningKey::from_bytes(&counter.key.to_bytes()).unwrap();
    let nonce = *fresh().as_bytes();
    assert_eq!(status("/v1/roster", key(), nonce).await, 200);
    assert_eq!(status("/v1/edition", key(), nonce).await, 401);
    assert_eq!(status("/v1/edition", key(), *fresh().as_bytes()).await, 200);
    let stranger = SigningKey::generate().unwrap();
    assert_eq!(status("/v1/edition", stranger, *fresh().as_bytes()).await, 401);
    site.finish().await;
}
