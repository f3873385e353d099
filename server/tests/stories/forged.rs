//! Acts that lie, straight to the server as no honest terminal would send them.

use crate::on_both;
use crate::support::window::{HAN, LocalCase, Session, Window, change, fresh, hash, review, sign};
use crate::support::{Kind, Site};
use domain::command::Command;
use domain::event::{Decision, Event, Outcome};
use domain::ids::{CommandId, EventId};
use gm::SigningKey;
use protocol::push::{PushItem, PushOutcome, RejectCode};

on_both!(
    events_that_the_rules_do_not_give,
    a_maker_who_reviews,
    envelopes_that_lie,
    signatures_that_do_not_hold,
    delegations_that_do_not_reach,
    chains_that_do_not_go_on,
    facts_that_the_server_never_gave,
    posts_that_nobody_holds,
);

pub(super) fn rejected(outcome: &PushOutcome, wanted: RejectCode) -> Option<&'static str> {
    let PushOutcome::Rejected { code, refusal, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(*code, wanted, "{refusal:?}");
    refusal.as_ref().map(domain::refusal::Refusal::code)
}

/// A case at the counter with everything that a submission needs.
async fn at_counter(counter: &mut Window, session: &Session) -> LocalCase {
    let mut local = counter.new_case("D001");
    let items =
        vec![counter.act(session, &mut local, Command::Open), counter.act(session, &mut local, HAN.read())];
    counter.placed(session, &items).await;
    local
}

async fn expect(counter: &Window, session: &Session, item: &PushItem, wanted: RejectCode) {
    rejected(&counter.outcome(session, item).await, wanted);
}

async fn events_that_the_rules_do_not_give(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let local = at_counter(&mut counter, &session).await;

    // Another event than the command gives.
    let mut draft = counter.draft(&session, &local, change("extra.note", "甲"));
    draft.events = vec![Event::Closed { outcome: Outcome::Done }];
    let item = counter.sign(&session, &mut local.clone(), draft);
    expect(&counter, &session, &item, RejectCode::Forged).await;

    // One event more.
    let mut draft = counter.draft(&session, &local, change("extra.note", "甲"));
    counter.decide(&local, &mut draft);
    draft.events.push(Event::Closed { outcome: Outcome::Done });
    let item = counter.sign(&session, &mut local.clone(), draft);
    expect(&counter, &session, &item, RejectCode::Forged).await;

    // A command that the rules refuse: a submission without signature.
    let mut draft = counter.draft(&session, &local, Command::Submit);
    draft.events = vec![Event::Submitted {
        mode: domain::event::SubmissionMode::Accepted,
        number: Some(counter.number().await),
        query_password: "1".into(),
        due: None,
        stage: None,
    }];
    let item = counter.sign(&session, &mut local.clone(), draft);
    let outcome = counter.outcome(&session, &item).await;
    assert_eq!(rejected(&outcome, RejectCode::Forged), Some("INCOMPLETE"));

    // After all that the honest way is still open.
    let mut honest = local;
    let item = counter.act(&session, &mut honest, change("extra.note", "甲"));
    counter.placed(&session, &[item]).await;
    site.finish().await;
}

async fn a_maker_who_reviews(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let mut office = site.window("head-office").await;
    // 户籍民警 takes in himself and would review himself.
    let maker = counter.login("J0001").await;
    let (local, items) = counter.take_in(&maker, &HAN).await;
    counter.placed(&maker, &items).await;
    let stage = local.case.stage.clone().unwrap();
    let forged = |counter: &Window, session: &Session, local: &LocalCase| {
        let mut draft = counter.draft(session, local, review(Decision::Pass));
        draft.events = vec![Event::Reviewed {
            stage: stage.clone(),
            decision: Decision::Pass,
            reason: None,
            opinion: "同意".into(),
            next: counter.definitions[&local.definition].flow.after(&stage.step),
        }];
        draft
    };
    let draft = forged(&counter, &maker, &local);
    let item = counter.sign(&maker, &mut local.clone(), draft);
    let outcome = counter.outcome(&maker, &item).await;
    assert_eq!(rejected(&outcome, RejectCode::Forged), Some("MAKER_CANNOT_REVIEW"));

    // Nor from the other window.
    office.pull().await;
    let there = office.login("J0001").await;
    let seen = office.local(local.case.id);
    let draft = forged(&office, &there, &seen);
    let item = office.sign(&there, &mut seen.clone(), draft);
    let outcome = office.outcome(&there, &item).await;
    assert_eq!(rejected(&outcome, RejectCode::Forged), Some("MAKER_CANNOT_REVIEW"));

    // Who did not make it may, with the own key: the key of a session decides nothing.
    let mut other = office.login("J0003").await;
    let mut seen = office.local(local.case.id);
    let chain = (office.chain_seq, office.chain_head);
    let own =
        std::mem::replace(&mut other.officer_key, SigningKey::from_bytes(&other.key.to_bytes()).unwrap());
    let item = office.act(&other, &mut seen.clone(), review(Decision::Pass));
    expect(&office, &other, &item, RejectCode::BadSignature).await;
    (office.chain_seq, office.chain_head) = chain;
    other.officer_key = own;

    // And then not again at the next level.
    let item = office.act(&other, &mut seen, review(Decision::Pass));
    office.placed(&other, &[item]).await;
    site.finish().await;
}

async fn envelopes_that_lie(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let local = at_counter(&mut counter, &session).await;
    type Lie = fn(usize, &mut domain::event::EventRecord);
    let lies: [Lie; 6] = [
        |_, record| record.command = CommandId(fresh()),
        |_, record| record.index = 7,
        |_, record| record.count = 9,
        |_, record| record.actor.officer = "S0001".into(),
        |_, record| record.time.trusted += 1,
        |_, record| record.case = domain::ids::CaseId(fresh()),
    ];
    for lie in lies {
        let mut draft = counter.draft(&session, &local, change("extra.note", "甲"));
        counter.decide(&local, &mut draft);
        let item = counter.sign_with(&session, &mut local.clone(), draft, lie);
        expect(&counter, &session, &item, RejectCode::Forged).await;
    }
    // Somebody else's name in context and events alike.
    let mut draft = counter.draft(&session, &local, change("extra.note", "甲"));
    draft.context.actor.name = "别人".into();
    counter.decide(&local, &mut draft);
    let item = counter.sign(&session, &mut local.clone(), draft);
    expect(&counter, &session, &item, RejectCode::Forged).await;
    // A time that has not come yet.
    let mut draft = counter.draft(&session, &local, change("extra.note", "甲"));
    draft.context.time.trusted += 3_600_000;
    counter.decide(&local, &mut draft);
    let item = counter.sign(&session, &mut local.clone(), draft);
    expect(&counter, &session, &item, RejectCode::ClockAhead).await;
    site.finish().await;
}

async fn signatures_that_do_not_hold(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let local = at_counter(&mut counter, &session).await;
    let chain = (counter.chain_seq, counter.chain_head);

    // A session key that no delegation names.
    let mut thief = counter.login("F0001").await;
    thief.key = SigningKey::generate().unwrap();
    let item = counter.act(&thief, &mut local.clone(), change("extra.note", "甲"));
    expect(&counter, &thief, &item, RejectCode::BadSignature).await;
    (counter.chain_seq, counter.chain_head) = chain;

    // A certificate that the server did not sign.
    let officer_key = SigningKey::generate().unwrap();
    let mut login = counter.try_login("F0001", "jiangcheng-F0001", &officer_key).await.unwrap();
    let mut own: protocol::credential::OfficerCertificate =
        domain::cbor::from_slice(&login.certificate.bytes).unwrap();
    own.officer = "S0001".into();
    login.certificate.bytes = domain::cbor::to_vec(&own);
    let forger = counter.session(officer_key, &login, |_| {});
    let item = counter.act(&forger, &mut local.clone(), change("extra.note", "甲"));
    expect(&counter, &forger, &item, RejectCode::BadSignature).await;
    (counter.chain_seq, counter.chain_head) = chain;

    // A delegation that somebody else signed.
    let officer_key = SigningKey::generate().unwrap();
    let login = counter.try_login("F0001", "jiangcheng-F0001", &officer_key).await.unwrap();
    let forger = counter.session(SigningKey::generate().unwrap(), &login, |_| {});
    let item = counter.act(&forger, &mut local.clone(), change("extra.note", "甲"));
    expect(&counter, &forger, &item, RejectCode::BadSignature).await;
    (counter.chain_seq, counter.chain_head) = chain;

    // A bit of an event.
    let item = counter.act(&session, &mut local.clone(), change("extra.note", "甲"));
    let mut act = domain::act::Act::from_bytes(&item.act).unwrap();
    act.events[0].signature[5] ^= 1;
    let item = PushItem { act: act.to_bytes(), ..item };
    expect(&counter, &session, &item, RejectCode::BadSignature).await;
    (counter.chain_seq, counter.chain_head) = chain;

    // Bytes that are no act.
    counter.outbox += 1;
    let item = PushItem { seq: counter.outbox, act: b"no act".to_vec() };
    let outcome = counter.push(&session, &[item]).await.unwrap().results[0].outcome.clone();
    rejected(&outcome, RejectCode::Unreadable);
    site.finish().await;
}

async fn delegations_that_do_not_reach(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let office = site.window("head-office").await;
    let session = counter.login("F0001").await;
    let local = at_counter(&mut counter, &session).await;
    let chain = (counter.chain_seq, counter.chain_head);

    // Ended before the act.
    let key = SigningKey::generate().unwrap();
    let login = counter.try_login("F0001", "jiangcheng-F0001", &key).await.unwrap();
    let ended = counter.session(key, &login, |one| one.not_after = one.not_before + 1000);
    let mut draft = counter.draft(&ended, &local, change("extra.note", "甲"));
    draft.context.time.trusted += 5000;
    counter.decide(&local, &mut draft);
    let item = counter.sign(&ended, &mut local.clone(), draft);
    expect(&counter, &ended, &item, RejectCode::DelegationEnded).await;

    // Longer than a shift.
    let chain_now = (counter.chain_seq, counter.chain_head);
    assert_ne!(chain_now, chain);
    let key = SigningKey::generate().unwrap();
    let login = counter.try_login("F0001", "jiangcheng-F0001", &key).await.unwrap();
    let endless = counter.session(key, &login, |one| one.not_after += 24 * 3_600_000);
    let item = counter.act(&endless, &mut local.clone(), change("extra.note", "甲"));
    expect(&counter, &endless, &item, RejectCode::BadSignature).await;
    (counter.chain_seq, counter.chain_head) = chain_now;

    // For another window.
    let foreign = office.login("F0001").await;
    let item = counter.act(&foreign, &mut local.clone(), change("extra.note", "甲"));
    expect(&counter, &foreign, &item, RejectCode::BadSignature).await;
    (counter.chain_seq, counter.chain_head) = chain_now;

    // In another post than the act says.
    let mut draft = counter.draft(&session, &local, change("extra.note", "甲"));
    draft.events = vec![Event::Closed { outcome: Outcome::Done }];
    draft.context.actor.post.role = domain::person::Role::Head;
    let item = counter.sign(&session, &mut local.clone(), draft);
    expect(&counter, &session, &item, RejectCode::Forged).await;
    site.finish().await;
}

async fn chains_that_do_not_go_on(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let local = at_counter(&mut counter, &session).await;
    let chain = (counter.chain_seq, counter.chain_head);

    // A number left out.
    counter.chain_seq += 1;
    let item = counter.act(&session, &mut local.clone(), change("extra.note", "甲"));
    expect(&counter, &session, &item, RejectCode::BrokenChain).await;
    (counter.chain_seq, counter.chain_head) = chain;

    // Another past.
    counter.chain_head = hash(b"another past");
    let item = counter.act(&session, &mut local.clone(), change("extra.note", "甲"));
    expect(&counter, &session, &item, RejectCode::BrokenChain).await;
    (counter.chain_seq, counter.chain_head) = chain;

    // The name of an event that is there.
    let used = local.base.own.unwrap();
    let mut draft = counter.draft(&session, &local, change("extra.note", "甲"));
    counter.decide(&local, &mut draft);
    let item = counter.sign_with(&session, &mut local.clone(), draft, |_, record| record.id = used);
    expect(&counter, &session, &item, RejectCode::BrokenChain).await;
    (counter.chain_seq, counter.chain_head) = chain;

    // A base that nobody ever had.
    let mut from_nowhere = local.clone();
    from_nowhere.base.own = Some(EventId(fresh()));
    let item = counter.act(&session, &mut from_nowhere, change("extra.note", "甲"));
    expect(&counter, &session, &item, RejectCode::BrokenChain).await;
    let mut from_tomorrow = local.clone();
    from_tomorrow.base.version = 99;
    let item = counter.act(&session, &mut from_tomorrow, change("extra.note", "甲"));
    expect(&counter, &session, &item, RejectCode::BrokenChain).await;

    let mut honest = local;
    let item = counter.act(&session, &mut honest, sign());
    counter.placed(&session, &[item]).await;
    site.finish().await;
}

async fn facts_that_the_server_never_gave(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let local = at_counter(&mut counter, &session).await;
    let nothing = hash(b"nothing");
    for which in 0..3 {
        let mut draft = counter.draft(&session, &local, change("extra.note", "甲"));
        counter.decide(&local, &mut draft);
        match which {
            0 => draft.context.definition = nothing,
            1 => draft.context.codes = nothing,
            _ => draft.context.calendar = nothing,
        }
        let item = counter.sign(&session, &mut local.clone(), draft);
        expect(&counter, &session, &item, RejectCode::UnknownDefinition).await;
    }
    // A definition that is known, but not the one that the case keeps.
    let mut draft = counter.draft(&session, &local, change("extra.note", "甲"));
    counter.decide(&local, &mut draft);
    draft.context.definition = counter.edition.definitions[&"K07".into()];
    let item = counter.sign(&session, &mut local.clone(), draft);
    expect(&counter, &session, &item, RejectCode::Forged).await;
    // A roster of tomorrow.
    let mut draft = counter.draft(&session, &local, change("extra.note", "甲"));
    counter.decide(&local, &mut draft);
    draft.context.roster = 99;
    let item = counter.sign(&session, &mut local.clone(), draft);
    expect(&counter, &session, &item, RejectCode::NoAuthority).await;
    // A register's answer that nobody gave.
    let answer = domain::event::RegisterAnswer {
        query_id: "CX20261122-001-000001".into(),
        state: domain::event::CheckState::Agrees,
        answered_at: 1,
        values: [("person.name".to_owned(), "甲".to_owned())].into(),
    };
    let command = Command::RecordLookup { lookup: "applicant".into(), answer };
    let item = counter.act(&session, &mut local.clone(), command);
    expect(&counter, &session, &item, RejectCode::UnknownAnswer).await;
    site.finish().await;
}

async fn posts_that_nobody_holds(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let local = at_counter(&mut counter, &session).await;
    // The auxiliary's own delegation, for the head's post.
    let key = SigningKey::generate().unwrap();
    let mut login = counter.try_login("F0001", "jiangcheng-F0001", &key).await.unwrap();
    login.officer.posts[0].role = domain::person::Role::Head;
    let usurper = counter.session(key, &login, |_| {});
    let mut draft = counter.draft(&usurper, &local, change("extra.note", "甲"));
    draft.events = vec![Event::Closed { outcome: Outcome::Done }];
    let item = counter.sign(&usurper, &mut local.clone(), draft);
    expect(&counter, &usurper, &item, RejectCode::NoAuthority).await;
    site.finish().await;
}
