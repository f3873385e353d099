//! Who may not, what may not, and why.

use super::birth;
use super::desk::*;
use super::name_change;
use domain::command::Command;
use domain::event::{Decision, Event, Identity, ValueSource};
use domain::identity::DocumentKind;
use domain::ids::{MaterialId, PageId};
use domain::person::PersonRole;
use domain::refusal::Refusal;
use domain::requirement::{FieldFault, Missing};
use serde_json::json;
use uuid::Uuid;

fn pass() -> Command {
    review(Decision::Pass, None)
}

#[test]
fn who_made_a_case_cannot_review_it_in_another_post_either() {
    let mut desk = Desk::new("T001");
    birth::fill(&mut desk, "01");
    // One page put in order is enough to be a maker.
    let page = desk.case.materials.values().next().unwrap()[0].clone();
    let material = desk.case.materials.keys().next().unwrap().clone();
    desk.act(
        DOUBLE_AUXILIARY,
        Command::ReplacePage { material, page: page.id, picture: blob(9), reading: None },
    );
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    assert_eq!(desk.refused(DOUBLE_OFFICER, &pass()), "MAKER_CANNOT_REVIEW");
    assert_eq!(desk.refused(AUXILIARY, &pass()), "ROLE_NOT_ALLOWED");
    desk.pass(OFFICER);
}

#[test]
fn every_intake_act_makes_a_maker_and_a_take_over_does_not_unmake_him() {
    let number = number("1990-01-01", 909);
    let material = MaterialId::from("mother_booklet");
    let acts = [
        typed(&[("applicant.phone", "19900000099")]),
        Command::Answer { question: "applicant_is".into(), answer: "guardian".into() },
        Command::ReadIdentity {
            person: PersonRole::Guardian,
            identity: Identity { number, ..card("某人", "1990-01-01", 909) },
            reading: Some(reading()),
        },
        Command::RecordLookup {
            lookup: "duplicate".into(),
            answer: answer(domain::event::CheckState::Agrees, &json!({})),
        },
        Command::AddPage { material, page: PageId(Uuid::from_u128(5)), picture: blob(3), reading: None },
        sign("applicant"),
        Command::Override { rule: "no_duplicate".into(), reason: "已核实".into() },
    ];
    for act in acts {
        let mut desk = Desk::new("T001");
        birth::fill(&mut desk, "01");
        let made = desk.act(OFFICER, act.clone());
        assert!(!made.is_empty(), "{act:?}");
        // Another one takes the case over, mends it and hands it in.
        desk.answer(AUXILIARY, "applicant_is", "mother");
        desk.look_up(AUXILIARY, "duplicate", domain::event::CheckState::Agrees, &json!({ "duplicates": [] }));
        desk.sign_all(AUXILIARY);
        desk.act(AUXILIARY, Command::Submit);
        assert_eq!(desk.refused(OFFICER, &pass()), "MAKER_CANNOT_REVIEW", "{act:?}");
        desk.pass(SECOND_OFFICER);
    }
}

#[test]
fn printing_makes_no_maker() {
    let mut desk = birth::submitted();
    desk.print(OFFICER, "receipt");
    desk.pass(OFFICER);
}

#[test]
fn a_step_belongs_to_a_role_and_a_unit() {
    let mut desk = name_change::submitted();
    assert_eq!(desk.refused(HEAD, &pass()), "ROLE_NOT_ALLOWED");
    assert_eq!(desk.refused(FAR_OFFICER, &pass()), "UNIT_NOT_ALLOWED");
    desk.pass(OFFICER);
    assert_eq!(desk.refused(SECOND_OFFICER, &pass()), "ROLE_NOT_ALLOWED", "the step has gone on");
    desk.pass(COMMUNITY);
    desk.pass(HEAD);
    assert_eq!(desk.refused(HEAD, &pass()), "ROLE_NOT_ALLOWED", "approval is the county's");
    assert_eq!(desk.refused(FAR_REVIEWER, &pass()), "UNIT_NOT_ALLOWED");
    let nobody = Who("C0001", domain::person::Role::Head, STATION);
    assert_eq!(desk.refused(nobody, &pass()), "POST_NOT_HELD");
    desk.roster.officers.iter_mut().for_each(|officer| officer.active = false);
    assert_eq!(desk.refused(REVIEWER, &pass()), "POST_NOT_HELD", "an account that was closed");
}

#[test]
fn nobody_reviews_twice_in_one_round() {
    let mut desk = name_change::submitted();
    // The officer holds the head's post too.
    let head_too = Who("J0001", domain::person::Role::Head, STATION);
    let officer = desk.roster.officers.iter_mut().find(|one| one.id.as_str() == "J0001").unwrap();
    officer.posts.push(domain::person::Post { unit: unit(STATION), role: head_too.1 });
    desk.pass(OFFICER);
    desk.pass(COMMUNITY);
    assert_eq!(desk.refused(head_too, &pass()), "REVIEWER_TWICE");
    desk.pass(HEAD);
}

#[test]
fn a_returned_case_keeps_its_number_and_begins_a_new_round() {
    let mut desk = name_change::submitted();
    desk.pass(OFFICER);
    desk.pass(COMMUNITY);
    let first = desk.case.submission.clone().unwrap();
    desk.now += 3 * 24 * 3600 * 1000;
    assert_eq!(desk.refused(HEAD, &review(Decision::Return, None)), "REASON_MISSING");
    desk.act(HEAD, review(Decision::Return, Some(reason("申请书缺日期"))));
    assert_eq!(desk.case.state_words(), "已退回，待补正");
    assert_eq!(desk.refused(HEAD, &pass()), "WRONG_STAGE");
    assert_eq!(desk.refused(FAR_OFFICER, &Command::Submit), "UNIT_NOT_ALLOWED");
    desk.allotted.case_number = Some("1-SECOND".into());
    let cleared = desk.set(AUXILIARY, &[("change.reason", "原名与亲属重名，已补日期")]);
    assert_eq!(cleared.iter().filter(|one| matches!(one, Event::SignatureCleared { .. })).count(), 2);
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    assert_eq!(desk.case.submission.as_ref().unwrap().number.as_deref(), Some("1-FIRST"));
    let second = desk.case.submission.clone().unwrap();
    assert_eq!(second.query_password, "482913");
    assert_eq!(second.due, first.due, "the citizen holds the first receipt");
    assert_eq!((second.applied, second.accepted), (first.applied, first.accepted));
    assert_ne!(second.time, first.time);
    desk.pass(OFFICER);
    assert_eq!(desk.step(), "investigation");
}

#[test]
fn what_the_register_refuses_goes_back_or_is_refused() {
    let mut desk = birth::submitted();
    desk.pass(OFFICER);
    assert_eq!(desk.refused(OFFICER, &review(Decision::Return, Some(reason("x")))), "WRONG_STAGE");
    let refused = Command::RecordEffect {
        answer: answer(
            domain::event::CheckState::Differs,
            &json!({ "refusal": { "code": "HOUSEHOLD_FROZEN" } }),
        ),
        refused: "该户户口业务已冻结，不能办理".into(),
    };
    desk.act(OFFICER, refused);
    assert_eq!(desk.step(), "effect", "it waits for somebody to decide");
    assert_eq!(desk.refused(OFFICER, &pass()), "WRONG_STAGE");
    // The household may only have changed since it was seen: look again and hand over again.
    let mut again = desk.clone();
    let mut seen = birth::household_answer();
    seen["household"]["version"] = json!(8);
    again.look_up(OFFICER, "mother_household", domain::event::CheckState::Agrees, &seen);
    let effect = again.definition.effects[0].clone();
    assert_eq!(effect.request(&again.definition, &again.case)["household_version"], "8");
    assert_eq!(again.refused(AUXILIARY, &typed(&[("newborn.name", "周念")])), "CASE_NOT_AT_COUNTER");
    again.act(OFFICER, effected(&json!({ "assigned": { "citizen_number": number("2026-11-03", 2) } })));
    // Or it is refused for good,
    let mut refused = desk.clone();
    refused.act(OFFICER, review(Decision::Refuse, Some(reason("户口业务冻结"))));
    assert_eq!(refused.case.state_words(), "不予办理，待告知");
    // or sent back, and the officer who handed it over may look at it again.
    desk.act(OFFICER, review(Decision::Return, Some(reason("请先解除冻结"))));
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    assert_eq!(desk.case.effect_refused, None);
    desk.pass(OFFICER);
}

#[test]
fn locked_values_change_with_a_reason_only() {
    let mut desk = Desk::new("T001");
    birth::fill(&mut desk, "01");
    for field in ["mother.name", "household.number"] {
        let refusal = desk.ask(AUXILIARY, &typed(&[(field, "别的")])).unwrap_err();
        assert_eq!(refusal, Refusal::FieldLocked { field: field.to_owned() });
    }
    let other = Identity { name: "沈另".into(), ..card("沈㛃", "1995-09-03", 902) };
    let by_typing_an_identity =
        Command::ReadIdentity { person: PersonRole::Mother, identity: other.clone(), reading: None };
    assert_eq!(desk.refused(AUXILIARY, &by_typing_an_identity), "FIELD_LOCKED");
    let by_card =
        Command::ReadIdentity { person: PersonRole::Mother, identity: other, reading: Some(reading()) };
    assert!(desk.ask(AUXILIARY, &by_card).is_ok(), "a card says what it says");
    desk.act(
        AUXILIARY,
        Command::ChangeFields {
            changes: vec![("mother.name".into(), "沈洁".into())],
            source: ValueSource::Typed,
            reason: "证件姓名有误".into(),
        },
    );
    assert_eq!(desk.value("mother.name"), Some("沈洁"));
    let pretended = Command::ChangeFields {
        changes: vec![("newborn.name".into(), "周念".into())],
        source: ValueSource::Register,
        reason: String::new(),
    };
    assert_eq!(desk.refused(AUXILIARY, &pretended), "FOREIGN_ANSWER");
}

#[test]
fn the_childs_number_is_nobodys_to_type() {
    let mut desk = Desk::new("T001");
    birth::fill(&mut desk, "01");
    let refusal =
        desk.ask(AUXILIARY, &typed(&[("newborn.citizen_number", "99990120261103002X")])).unwrap_err();
    assert_eq!(
        refusal,
        Refusal::WrongValue { field: "newborn.citizen_number".into(), fault: FieldFault::AssignedByRegister }
    );
}

#[test]
fn a_changed_form_or_situation_takes_signatures_back() {
    let mut desk = Desk::new("T001");
    birth::fill(&mut desk, "01");
    desk.sign_all(AUXILIARY);
    let same = desk.set(AUXILIARY, &[("applicant.phone", "19900000001")]);
    assert!(same.is_empty(), "nothing changed");
    desk.set(AUXILIARY, &[("applicant.phone", "19900000002")]);
    assert!(desk.case.signatures.is_empty());
    desk.sign_all(AUXILIARY);
    desk.answer(AUXILIARY, "applicant_is", "guardian");
    assert!(desk.case.signatures.is_empty());
    assert_eq!(desk.refused(AUXILIARY, &sign("father")), "UNKNOWN_NAME", "a slot that is not asked for");
}

#[test]
fn what_is_missing_comes_in_the_order_of_the_screen() {
    let mut desk = Desk::new("T042");
    desk.act(AUXILIARY, Command::Open);
    let kinds: Vec<&str> = desk
        .missing()
        .iter()
        .map(|one| match one {
            Missing::Answer { .. } => "answer",
            Missing::Field { .. } | Missing::FieldWrong { .. } => "field",
            Missing::Material { .. } | Missing::OneOf { .. } => "material",
            Missing::Rule { .. } => "rule",
            Missing::Check { .. } => "check",
            Missing::Fingerprints { .. } => "fingers",
            Missing::Identity { .. } | Missing::Signature { .. } => "sign",
        })
        .collect();
    let mut blocks = kinds.clone();
    blocks.dedup();
    assert_eq!(blocks, ["answer", "field", "material", "check", "sign"], "{kinds:?}");
    let fields: Vec<String> = desk
        .missing()
        .into_iter()
        .filter_map(|one| match one {
            Missing::Field { field, .. } => Some(field.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(fields[..3], ["applicant.name", "applicant.number", "applicant.relation"]);
    let Err(Refusal::Incomplete { missing }) = desk.ask(AUXILIARY, &Command::Submit) else { panic!() };
    assert_eq!(missing, desk.missing());
}

#[test]
fn values_must_have_their_form() {
    let wrong = |field: &str, value: &str| {
        let mut desk = Desk::new("T001");
        desk.act(AUXILIARY, Command::Open);
        desk.answer(AUXILIARY, "in_wedlock", "yes");
        desk.set(AUXILIARY, &[(field, value)]);
        desk.missing().into_iter().find_map(|one| match one {
            Missing::FieldWrong { field: at, fault, .. } if at.as_str() == field => Some(fault),
            _ => None,
        })
    };
    assert_eq!(wrong("mother.number", "99990119950903902"), Some(FieldFault::NumberLength));
    assert_eq!(wrong("mother.number", "9999011995O9039025"), Some(FieldFault::NumberSign));
    assert_eq!(wrong("mother.number", "999901199513039025"), Some(FieldFault::NumberBirthDate));
    let good = number("1995-09-03", 902);
    let last = if good.ends_with('0') { "1" } else { "0" };
    assert_eq!(wrong("mother.number", &format!("{}{last}", &good[..17])), Some(FieldFault::CheckDigit));
    assert_eq!(wrong("mother.number", &good), None);
    assert_eq!(wrong("newborn.birth_date", "2026-02-29"), Some(FieldFault::NotADate));
    assert_eq!(wrong("newborn.sex", "7"), Some(FieldFault::NotACode));
    assert_eq!(wrong("applicant.phone", "12-34"), Some(FieldFault::NotAPhone));
    assert_eq!(wrong("newborn.name", "周1"), Some(FieldFault::NameSign));
    assert_eq!(wrong("newborn.name", "古丽娜尔·阿不都热依木江"), None);
    assert_eq!(wrong("newborn.name", &"㛃".repeat(51)), Some(FieldFault::TooLong));
    assert_eq!(wrong("newborn.name", "𠮷𬭚"), None);
}

#[test]
fn an_impossible_number_is_refused_at_once() {
    let mut desk = Desk::new("T001");
    desk.act(AUXILIARY, Command::Open);
    let identity = Identity { number: "999901199509039020".into(), ..card("沈㛃", "1995-09-03", 902) };
    let command = Command::ReadIdentity { person: PersonRole::Mother, identity, reading: None };
    assert_eq!(desk.refused(AUXILIARY, &command), "WRONG_VALUE");
    let passport = Identity {
        document: DocumentKind::Passport,
        number: "E1234".into(),
        ..card("沈㛃", "1995-09-03", 902)
    };
    let command = Command::ReadIdentity { person: PersonRole::Father, identity: passport, reading: None };
    assert!(desk.ask(AUXILIARY, &command).is_ok(), "only an 18-digit number blocks");
    let mut desk = birth::submitted();
    desk.pass(OFFICER);
    desk.act(OFFICER, effected(&json!({ "assigned": { "citizen_number": number("2026-11-03", 2) } })));
    let Command::Collect { name, document, strokes, .. } = collect("沈㛃") else { unreachable!() };
    let wrong = Command::Collect { name, document, number: "999901199509039020".into(), strokes };
    assert_eq!(desk.refused(AUXILIARY, &wrong), "WRONG_VALUE");
}

#[test]
fn rows_have_one_way_of_being_named() {
    let mut desk = super::head_change::filled();
    for path in ["members.01.relation", "members.+1.relation", "members.x.relation", "members.70000.relation"]
    {
        assert_eq!(desk.refused(AUXILIARY, &typed(&[(path, "02")])), "UNKNOWN_NAME", "{path}");
    }
    desk.set(AUXILIARY, &[("members.1.relation", "02")]);
}

#[test]
fn pages_keep_their_names_and_order() {
    let mut desk = Desk::new("T001");
    desk.act(AUXILIARY, Command::Open);
    let material = MaterialId::from("mother_booklet");
    let pages = [1, 2, 3].map(|at| PageId(Uuid::from_u128(at)));
    for page in pages {
        let add = Command::AddPage { material: material.clone(), page, picture: blob(1), reading: None };
        desk.act(AUXILIARY, add.clone());
        assert_eq!(desk.refused(AUXILIARY, &add), "NO_SUCH_PAGE", "a name is used once");
    }
    let order =
        |pages: &[PageId]| Command::ReorderPages { material: material.clone(), order: pages.to_vec() };
    assert_eq!(desk.refused(AUXILIARY, &order(&pages[..2])), "ORDER_INCOMPLETE");
    assert_eq!(desk.refused(AUXILIARY, &order(&[pages[0], pages[0], pages[1]])), "ORDER_INCOMPLETE");
    desk.act(AUXILIARY, order(&[pages[2], pages[0], pages[1]]));
    let now: Vec<PageId> = desk.case.materials[&material].iter().map(|page| page.id).collect();
    assert_eq!(now, [pages[2], pages[0], pages[1]]);
    let gone = Command::RemovePage { material, page: PageId(Uuid::from_u128(9)) };
    assert_eq!(desk.refused(AUXILIARY, &gone), "NO_SUCH_PAGE");
}

#[test]
fn a_page_that_is_hard_to_read_is_kept_with_a_reason_until_it_is_scanned_again() {
    let mut desk = Desk::new("T001");
    desk.act(AUXILIARY, Command::Open);
    let material = MaterialId::from("mother_booklet");
    let page = PageId(Uuid::from_u128(1));
    let keep = |page, reason: &str| Command::KeepPage {
        material: material.clone(),
        page,
        findings: vec!["page.blurred".into()],
        reason: reason.into(),
    };
    assert_eq!(desk.refused(AUXILIARY, &keep(page, "原件褪色")), "NO_SUCH_PAGE");
    let add = Command::AddPage { material: material.clone(), page, picture: blob(1), reading: None };
    desk.act(AUXILIARY, add);
    assert_eq!(desk.refused(AUXILIARY, &keep(page, " ")), "REASON_MISSING");
    assert_eq!(desk.refused(HEAD, &keep(page, "原件褪色")), "ROLE_NOT_ALLOWED");
    desk.act(AUXILIARY, keep(page, "原件褪色"));
    let kept = |desk: &Desk| desk.case.materials[&material][0].kept.clone();
    assert_eq!(kept(&desk), "原件褪色");
    let again = Command::ReplacePage { material: material.clone(), page, picture: blob(2), reading: None };
    desk.act(AUXILIARY, again);
    assert_eq!(kept(&desk), "", "said of the picture before");
}

#[test]
fn an_ended_case_takes_no_more_acts() {
    let mut desk = birth::submitted();
    assert_eq!(desk.refused(AUXILIARY, &Command::Withdraw { reason: String::new() }), "REASON_MISSING");
    desk.act(AUXILIARY, Command::Withdraw { reason: "改由父亲申报".into() });
    assert_eq!(desk.case.state_words(), "已撤销");
    assert_eq!(desk.refused(OFFICER, &pass()), "CASE_ENDED");
    assert_eq!(desk.refused(AUXILIARY, &Command::Open), "CASE_ALREADY_OPEN");
    assert_eq!(Desk::new("T001").refused(AUXILIARY, &Command::Submit), "CASE_NOT_OPEN");
    assert_eq!(Desk::new("T001").refused(HEAD, &Command::Open), "ROLE_NOT_ALLOWED");
}
