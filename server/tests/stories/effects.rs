//! What becomes of a decided act at the register: done, refused, delayed, half done, an answer that was lost.

use super::register::{Changkou, accepted_change_to, accepted_name_change, ask, hand_over};
use crate::on_both;
use crate::support::window::{HAN, Told, blob, change};
use crate::support::{Kind, LocalCase, Session, Site, Window};
use domain::command::Command;
use domain::effect::UnfinishedState;
use domain::event::CheckState;
use domain::ids::{CaseId, MaterialId, PageId};
use protocol::error::ErrorCode;
use protocol::push::{PushOutcome, RejectCode};
use protocol::register::{EffectAnswer, EffectState};
use serde_json::json;

on_both!(
    a_delayed_act_is_asked_for_until_it_is_done,
    a_half_done_act_is_gone_on_with,
    what_was_decided_anew_is_handed_over_anew,
    a_lost_answer_is_given_to_the_terminal_that_goes_on,
    what_the_register_has_is_not_given_up,
    a_promise_that_is_taken_back_does_not_give_up_what_the_register_has,
    whatever_happens_each_act_is_done_once,
);

async fn hand(window: &Window, local: &LocalCase, resume: bool) -> Told<EffectAnswer> {
    let mut request = hand_over(window, local);
    request.resume = resume;
    window.post("/v1/register/effect", &request).await
}

/// Records an answer as the terminal does, and gives the case as it stands then.
async fn record(
    window: &mut Window,
    session: &Session,
    local: &mut LocalCase,
    answer: EffectAnswer,
) -> String {
    let item = window.act(session, local, answer.recorded());
    window.placed(session, &[item]).await;
    local.case.state_words()
}

async fn site(kind: Kind) -> (Changkou, Site, Window, Session) {
    let register = Changkou::start().await;
    let site = Site::start_with(kind, Some(register.settings.clone())).await;
    let counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    (register, site, counter, session)
}

async fn a_delayed_act_is_asked_for_until_it_is_done(kind: Kind) {
    let (register, mut site, mut counter, session) = site(kind).await;
    let mut local = accepted_name_change(&mut counter, &session).await;
    register.bend(&json!({ "fault": "slow_effect", "requests": 1 })).await;
    let taken = hand(&counter, &local, false).await.unwrap();
    assert_eq!(taken.state(), EffectState::Accepted);
    assert!(taken.unfinished.as_ref().unwrap().expected_in.is_some());
    // An answer that ends nothing passes neither as done nor as refused, nor as another kind of unfinished.
    for command in [
        Command::RecordEffect { answer: taken.answer.clone(), refused: "不行".into() },
        Command::RecordUnfinished {
            answer: taken.answer.clone(),
            state: UnfinishedState::Partial,
            reason: String::new(),
        },
        Command::RecordUnfinished {
            answer: taken.answer.clone(),
            state: UnfinishedState::Delayed,
            reason: "别的".into(),
        },
    ] {
        let mut copy = local.clone();
        let item = counter.act(&session, &mut copy, command);
        super::forged::rejected(&counter.outcome(&session, &item).await, RejectCode::UnknownAnswer);
    }
    let words = record(&mut counter, &session, &mut local, taken.clone()).await;
    assert_eq!(words, "落实中，等常口回复");
    assert_eq!(register.cases_of(HAN.number).await.len(), 0);
    // Asked again it is under way still, even by a server that was started anew; each asking is an answer.
    site.restart().await;
    counter.url = site.url();
    let again = hand(&counter, &local, false).await.unwrap();
    assert_eq!(again.state(), EffectState::Accepted);
    assert_ne!(again.answer.query_id, taken.answer.query_id);
    assert_eq!(hand(&counter, &local, true).await.unwrap().state(), EffectState::Accepted);
    record(&mut counter, &session, &mut local, again).await;
    assert_eq!(register.let_go().await, 1);
    let done = hand(&counter, &local, false).await.unwrap();
    assert_eq!((done.state(), done.answer.state), (EffectState::Done, CheckState::Agrees));
    assert_eq!(record(&mut counter, &session, &mut local, done).await, "待领取");
    assert_eq!(register.cases_of(HAN.number).await, [local.case.id.to_string()]);
    site.finish().await;
}

async fn a_half_done_act_is_gone_on_with(kind: Kind) {
    let (register, site, mut counter, session) = site(kind).await;
    let mut local = accepted_name_change(&mut counter, &session).await;
    let reason = json!({ "code": "NUMBERS_BUSY", "message": "回执号库占用" });
    register.bend(&json!({ "fault": "half_effect", "requests": 1, "refusals": 1, "reason": reason })).await;
    let half = hand(&counter, &local, false).await.unwrap();
    assert_eq!(half.state(), EffectState::Partial);
    assert_eq!(half.unfinished.as_ref().unwrap().reason, "回执号库占用");
    assert_eq!(half.answer.values["done.0.name"], "人员和户的登记");
    assert_eq!(half.answer.values["pending.1.name"], "业务回执");
    assert_eq!(record(&mut counter, &session, &mut local, half).await, "常口只办了一部分，待续办");
    // What is done is there: the name is the new one.
    let person = ask(&counter, None, "person", HAN.number).await;
    assert_eq!(person.values["person.name"], "韩一言");
    // To ask changes nothing; to go on is refused once, and then finishes it.
    assert_eq!(hand(&counter, &local, false).await.unwrap().state(), EffectState::Partial);
    let refused = hand(&counter, &local, true).await.unwrap();
    assert_eq!(refused.state(), EffectState::Partial);
    record(&mut counter, &session, &mut local, refused).await;
    assert_eq!(register.cases_of(HAN.number).await.len(), 0);
    // The answer of the second time is lost on the way to the server.
    register.order("drop_after_commit", 1).await;
    let done = hand(&counter, &local, true).await.unwrap();
    assert_eq!(done.state(), EffectState::Done);
    assert_eq!(record(&mut counter, &session, &mut local, done).await, "待领取");
    assert_eq!(register.cases_of(HAN.number).await, [local.case.id.to_string()]);
    site.finish().await;
}

async fn what_was_decided_anew_is_handed_over_anew(kind: Kind) {
    let (register, site, mut counter, session) = site(kind).await;
    let mut local = accepted_name_change(&mut counter, &session).await;
    // Somebody else changes the person meanwhile.
    let mut other = accepted_change_to(&mut counter, &session, "韩一心").await;
    let done = hand(&counter, &other, false).await.unwrap();
    record(&mut counter, &session, &mut other, done).await;
    let refused = hand(&counter, &local, false).await.unwrap();
    assert_eq!(refused.state(), EffectState::Refused);
    // A refusal cannot be recorded as done.
    let mut copy = local.clone();
    let command = Command::RecordEffect { answer: refused.answer.clone(), refused: String::new() };
    let mut draft = counter.draft(&session, &copy, command);
    draft.events = vec![domain::event::Event::Closed { outcome: domain::event::Outcome::Done }];
    let item = counter.sign(&session, &mut copy, draft);
    super::forged::rejected(&counter.outcome(&session, &item).await, RejectCode::Forged);
    // Until it is recorded it is the answer, whoever asks, and whatever was looked up since.
    assert_eq!(hand(&counter, &local, false).await.unwrap(), refused);
    let first = hand_over(&counter, &local);
    record(&mut counter, &session, &mut local, refused).await;
    look_again(&mut counter, &session, &mut local).await;
    let second = hand_over(&counter, &local);
    assert_ne!(second.key, first.key);
    let done = hand(&counter, &local, false).await.unwrap();
    assert_eq!(done.state(), EffectState::Done);
    record(&mut counter, &session, &mut local, done).await;
    assert_eq!(register.cases_of(HAN.number).await.len(), 2);
    site.finish().await;
}

async fn look_again(window: &mut Window, session: &Session, local: &mut LocalCase) {
    let answer = ask(window, Some(local), "person", HAN.number).await;
    let item = window.act(session, local, Command::RecordLookup { lookup: "applicant".into(), answer });
    window.placed(session, &[item]).await;
}

async fn a_lost_answer_is_given_to_the_terminal_that_goes_on(kind: Kind) {
    let (register, site, mut counter, session) = site(kind).await;
    let mut second = site.window("head-office").await;
    let other = second.login("F0001").await;
    for fault in [None, Some("slow_effect"), Some("half_effect")] {
        let local = accepted_name_change(&mut counter, &session).await;
        if let Some(fault) = fault {
            register.bend(&json!({ "fault": fault, "requests": 1 })).await;
        }
        // The server has the register's answer, and the terminal dies before it records it.
        let lost = hand(&counter, &local, false).await.unwrap();
        let _ = register.let_go().await;
        second.pull().await;
        let mut local = second.local(local.case.id);
        // Looked up anew meanwhile, the request says another version; it is the same hand-over.
        look_again(&mut second, &other, &mut local).await;
        let resume = fault == Some("half_effect");
        let found = hand(&second, &local, resume).await.unwrap();
        assert_eq!(found.state(), EffectState::Done, "{fault:?}");
        if fault.is_none() {
            assert_eq!(found, lost);
        }
        assert_eq!(record(&mut second, &other, &mut local, found).await, "待领取");
        let cases = register.cases_of(HAN.number).await;
        assert_eq!(cases.iter().filter(|one| **one == local.case.id.to_string()).count(), 1);
        // The way back for the next round.
        let mut back = accepted_change_to(&mut counter, &session, HAN.name).await;
        let done = hand(&counter, &back, false).await.unwrap();
        record(&mut counter, &session, &mut back, done).await;
    }
    site.finish().await;
}

async fn what_the_register_has_is_not_given_up(kind: Kind) {
    let (register, site, mut counter, session) = site(kind).await;
    let mut local = accepted_name_change(&mut counter, &session).await;
    // Nothing was handed over yet: the applicant may take it back.
    let withdraw = || Command::Withdraw { reason: "不改了".into() };
    let mut early = accepted_change_to(&mut counter, &session, "韩一心").await;
    let item = counter.act(&session, &mut early, withdraw());
    counter.placed(&session, &[item]).await;
    // Handed over, and the terminal knows nothing of it.
    register.order("drop_after_commit", 2).await;
    assert!(hand(&counter, &local, false).await.is_err());
    register.clear_faults().await;
    let mut copy = local.clone();
    let item = counter.act(&session, &mut copy, withdraw());
    match counter.outcome(&session, &item).await {
        PushOutcome::Rejected { code, refusal, .. } => {
            assert_eq!(code, RejectCode::NoLongerHolds);
            assert_eq!(refusal.unwrap().code(), "EFFECT_UNFINISHED");
        }
        other => panic!("{other:?}"),
    }
    let done = hand(&counter, &local, false).await.unwrap();
    local.base.own = None;
    counter.pull().await;
    let mut local = counter.local(local.case.id);
    assert_eq!(record(&mut counter, &session, &mut local, done).await, "待领取");
    assert_eq!(register.cases_of(HAN.number).await, [local.case.id.to_string()]);
    site.finish().await;
}

async fn a_promise_that_is_taken_back_does_not_give_up_what_the_register_has(kind: Kind) {
    let (register, site, mut counter, session) = site(kind).await;
    let mut office = site.window("head-office").await;
    let head = office.login("S0001").await;
    let mut local = counter.new_case("D002");
    let until = domain::event::civil_day(jiff::Timestamp::now().as_millisecond()).tomorrow().unwrap();
    let answer = ask(&counter, None, "person", HAN.number).await;
    let letter = || MaterialId::from("letter");
    let page = PageId(uuid::Uuid::now_v7());
    let scan = || Command::AddPage { material: letter(), page, picture: blob(b"letter"), reading: None };
    let mut items = Vec::new();
    for command in [
        Command::Open,
        HAN.read(),
        change("change.new_name", "韩后补"),
        Command::PromiseMaterials { materials: vec![letter()], until },
        Command::RecordLookup { lookup: "applicant".into(), answer },
    ] {
        items.push(counter.act(&session, &mut local, command));
    }
    items.push(counter.submit(&session, &mut local).await);
    counter.placed(&session, &items).await;
    // Nothing is put into force while the paper is awaited.
    assert_eq!(hand(&counter, &local, false).await.unwrap_err().code, ErrorCode::CaseNotReady);
    let item = counter.act(&session, &mut local, scan());
    counter.placed(&session, &[item]).await;
    // Handed over, and no terminal knows of it: the page is taken away again.
    register.order("drop_after_commit", 2).await;
    assert!(hand(&counter, &local, false).await.is_err());
    register.clear_faults().await;
    let item = counter.act(&session, &mut local, Command::RemovePage { material: letter(), page });
    counter.placed(&session, &[item]).await;
    // The head would refuse the case for it, but the register has done it.
    office.pull().await;
    let mut theirs = office.local(local.case.id);
    let reason = domain::event::Reason { text: "来函一直未交".into(), ..Default::default() };
    let item = office.act(&head, &mut theirs, Command::CancelTolerance { reason });
    match office.outcome(&head, &item).await {
        PushOutcome::Rejected { code, refusal, .. } => {
            assert_eq!((code, refusal.unwrap().code()), (RejectCode::NoLongerHolds, "EFFECT_UNFINISHED"));
        }
        other => panic!("{other:?}"),
    }
    // With the paper the case goes on to its end.
    let item = counter.act(
        &session,
        &mut local,
        Command::AddPage {
            material: letter(),
            page: PageId(uuid::Uuid::now_v7()),
            picture: blob(b"letter"),
            reading: None,
        },
    );
    counter.placed(&session, &[item]).await;
    let done = hand(&counter, &local, false).await.unwrap();
    assert_eq!(record(&mut counter, &session, &mut local, done).await, "待领取");
    assert_eq!(register.cases_of(HAN.number).await, [local.case.id.to_string()]);
    site.finish().await;
}

/// A small generator: the seed is all there is to it (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}

async fn whatever_happens_each_act_is_done_once(kind: Kind) {
    const CASES: usize = 10;
    const STEPS: usize = 120;
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_122);
    eprintln!("SEED={seed}");
    let mut chance = Chance(seed);
    let (register, site, mut counter, session) = site(kind).await;
    let mut second = site.window("head-office").await;
    let other = second.login("F0001").await;
    let mut open: Vec<CaseId> = Vec::new();
    for at in 0..CASES {
        let name = format!("韩一{}", char::from_u32(0x4E00 + 16 * at as u32).unwrap());
        open.push(accepted_change_to(&mut counter, &session, &name).await.case.id);
    }
    let all = open.clone();
    let mut step = 0;
    while !open.is_empty() {
        step += 1;
        assert!(step < 4 * STEPS, "it never ends");
        // Trouble for a while, and then none.
        if step == STEPS {
            register.clear_faults().await;
        }
        if step < STEPS {
            match chance.below(9) {
                0 => register.order("drop_before", 1).await,
                1 => register.order("drop_after_commit", 1).await,
                2 => register.order("unavailable", 1).await,
                3 => register.order("garbage", 1).await,
                4 => register.bend(&json!({ "fault": "slow_effect", "requests": 1 })).await,
                5 => {
                    let refusals = chance.below(3);
                    let fault = json!({ "fault": "half_effect", "requests": 1, "refusals": refusals });
                    register.bend(&fault).await;
                }
                _ => {}
            }
        }
        if step >= STEPS || chance.below(4) == 0 {
            register.let_go().await;
        }
        let case = open[chance.below(open.len() as u64) as usize];
        let (window, session) =
            if chance.below(2) == 0 { (&mut counter, &session) } else { (&mut second, &other) };
        window.pull().await;
        let mut local = window.local(case);
        // After a refusal, and sometimes without reason, the person is looked up again.
        if local.case.effect_refused.is_some() || chance.below(5) == 0 {
            let answer = ask(window, Some(&local), "person", HAN.number).await;
            if answer.state == CheckState::Agrees {
                let command = Command::RecordLookup { lookup: "applicant".into(), answer };
                let item = window.act(session, &mut local, command);
                window.placed(session, &[item]).await;
            }
        }
        let resume = chance.below(2) == 0;
        let Ok(answer) = hand(window, &local, resume).await else { continue };
        // The terminal may die before it records what it was told.
        if step < STEPS && chance.below(3) == 0 {
            continue;
        }
        record(window, session, &mut local, answer).await;
        if local.case.effect.is_some() {
            open.retain(|one| *one != case);
        }
    }
    register.clear_faults().await;
    let mut done = register.cases_of(HAN.number).await;
    done.sort();
    let mut decided: Vec<String> = all.iter().map(ToString::to_string).collect();
    decided.sort();
    assert_eq!(done, decided, "SEED={seed}");
    second.pull().await;
    for case in &all {
        assert_eq!(second.local(*case).case.state_words(), "待领取");
    }
    site.finish().await;
}
