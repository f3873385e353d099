//! 居民身份证期满换领, up to 待审签.

use super::desk::*;
use domain::command::Command;
use domain::event::{CheckState, Decision, Fingerprint, Identity, Outcome, SetAsideFinger};
use domain::fingerprint::{Finger, FingerReason, WeakReason};
use domain::person::PersonRole;
use domain::requirement::Missing;
use serde_json::json;

fn filled(birth: &str, valid_until: &str, validity: &str, under_16: &str) -> Desk {
    let mut desk = Desk::new("ID-RENEW");
    desk.act(AUXILIARY, Command::Open);
    let identity = Identity { valid_until: valid_until.into(), ..card("冯春", birth, 903) };
    desk.read_card(AUXILIARY, PersonRole::Applicant, identity);
    desk.answer(AUXILIARY, "under_16", under_16);
    desk.look_up(
        AUXILIARY,
        "applicant",
        CheckState::Agrees,
        &json!({ "person": { "name": "冯春", "status": "registered" } }),
    );
    desk.set(AUXILIARY, &[("card.validity", validity), ("applicant.phone", "19900000006")]);
    desk
}

fn omitted(reason: &str) -> Command {
    Command::OmitFingerprints { person: PersonRole::Applicant, reason: reason.into() }
}

fn rules(desk: &Desk) -> Vec<String> {
    desk.missing()
        .into_iter()
        .filter_map(|one| match one {
            Missing::Rule { rule, .. } => Some(rule),
            _ => None,
        })
        .collect()
}

#[test]
fn a_renewal_waits_for_the_county_and_is_not_done() {
    let mut desk = filled("1990-12-01", "2026-12-31", "26to45", "no");
    assert!(desk.missing().iter().any(|one| matches!(one, Missing::Fingerprints { .. })));
    desk.act(AUXILIARY, omitted("本窗口暂无指纹采集设备"));
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    assert_eq!(desk.case.state_words(), "待审签");
    assert_eq!(desk.case.submission.as_ref().unwrap().due.unwrap().to_string(), "2027-01-22", "60 days");
    for paper in ["receipt", "application", "collection-slip"] {
        desk.print(AUXILIARY, paper);
    }
    assert_eq!(desk.refused(FAR_REVIEWER, &review(Decision::Pass, None)), "UNIT_NOT_ALLOWED");
    desk.pass(REVIEWER);
    assert_eq!(desk.case.outcome, None, "signing is not the end");
    assert_eq!(desk.case.state_words(), "已审签，待制证");
    for who in [AUXILIARY, OFFICER, REVIEWER] {
        assert_eq!(desk.refused(who, &effected(&json!({}))), "ROLE_NOT_ALLOWED");
    }
}

fn print(finger: Finger, image: u8, quality: Option<u8>, mark: u8) -> Fingerprint {
    Fingerprint { finger, image, picture: blob(mark), quality, weak: None, reading: reading() }
}

fn taken(prints: &[Fingerprint], set_aside: &[(Finger, FingerReason)]) -> Command {
    let set_aside =
        set_aside.iter().map(|(finger, reason)| SetAsideFinger { finger: *finger, reason: *reason });
    Command::TakeFingerprints {
        person: PersonRole::Applicant,
        prints: prints.to_vec(),
        set_aside: set_aside.collect(),
    }
}

#[test]
fn fingerprints_are_all_there_or_a_reason_stands_in_their_place() {
    use Finger::{LeftThumb, RightIndex, RightThumb};
    let mut desk = filled("1990-12-01", "2026-12-31", "26to45", "no");
    let lacks = |desk: &Desk| desk.missing().iter().any(|one| matches!(one, Missing::Fingerprints { .. }));
    assert!(lacks(&desk));
    assert_eq!(desk.refused(AUXILIARY, &omitted("  ")), "REASON_MISSING");
    let three = |finger, mark: u8| (1..=3).map(move |image| print(finger, image, Some(60), mark + image));
    let right_and_left: Vec<Fingerprint> = three(RightThumb, 100).chain(three(LeftThumb, 110)).collect();
    let injured = [(RightThumb, FingerReason::Injured)];
    for (wrong, aside) in [
        (right_and_left[..5].to_vec(), &[][..]),
        (right_and_left.iter().rev().cloned().collect(), &[]),
        // One below the threshold without a reason; the thumb that is said to be injured; one picture twice.
        (right_and_left.iter().map(|one| Fingerprint { quality: Some(59), ..one.clone() }).collect(), &[]),
        (right_and_left.clone(), &injured),
        (right_and_left.iter().map(|one| Fingerprint { picture: blob(7), ..one.clone() }).collect(), &[]),
    ] {
        assert_eq!(desk.refused(AUXILIARY, &taken(&wrong, aside)), "FINGERPRINTS_INCOMPLETE");
    }
    let mut stand_in: Vec<Fingerprint> = three(RightIndex, 120).chain(three(LeftThumb, 130)).collect();
    stand_in[4] = Fingerprint { quality: Some(31), weak: Some(WeakReason::Worn), ..stand_in[4].clone() };
    assert_eq!(desk.refused(FAR_OFFICER, &taken(&stand_in, &injured)), "UNIT_NOT_ALLOWED");
    desk.act(AUXILIARY, taken(&stand_in, &injured));
    assert!(!lacks(&desk));
    let foreign = Command::OmitFingerprints { person: PersonRole::Guardian, reason: "不需要".into() };
    assert_eq!(desk.refused(AUXILIARY, &foreign), "UNKNOWN_NAME");
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    assert_eq!(desk.refused(AUXILIARY, &taken(&right_and_left, &[])), "CASE_NOT_AT_COUNTER");
}

#[test]
fn a_refused_card_is_told_at_the_window() {
    let mut desk = filled("1990-12-01", "2026-12-31", "26to45", "no");
    desk.act(AUXILIARY, omitted("未满采集年龄"));
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    desk.act(REVIEWER, review(Decision::Refuse, Some(reason("相片不合格"))));
    assert_eq!(desk.case.state_words(), "审核不通过，待告知");
    desk.print(AUXILIARY, "refusal-notice");
    desk.collect(AUXILIARY, "冯春");
    assert_eq!(desk.case.outcome, Some(Outcome::Refused));
}

#[test]
fn a_card_that_is_not_expiring_is_warned_about() {
    // 2026-11-23 + 180 days = 2027-05-22.
    assert!(rules(&filled("1990-12-01", "2027-05-22", "26to45", "no")).is_empty());
    assert_eq!(rules(&filled("1990-12-01", "2027-05-23", "26to45", "no")), ["expires_soon"]);
    assert_eq!(rules(&filled("1970-12-01", "长期", "46up", "no")), ["expires_soon"]);
    let mut desk = filled("1990-12-01", "2027-05-23", "26to45", "no");
    desk.act(AUXILIARY, Command::Override { rule: "expires_soon".into(), reason: "即将出国".into() });
    assert!(rules(&desk).is_empty());
    let hard = Command::Override { rule: "guardian_needed".into(), reason: "监护人不在".into() };
    assert_eq!(desk.refused(AUXILIARY, &hard), "NOT_OVERRIDABLE");
}

#[test]
fn the_validity_follows_the_age() {
    // On 2026-11-23.
    for (birth, fitting) in [
        ("2010-11-24", "under16"),
        ("2010-11-23", "16to25"),
        ("2000-11-24", "16to25"),
        ("2000-11-23", "26to45"),
        ("1980-11-24", "26to45"),
        ("1980-11-23", "46up"),
    ] {
        for code in ["under16", "16to25", "26to45", "46up"] {
            let under = if fitting == "under16" { "yes" } else { "no" };
            let broken = rules(&filled(birth, "2026-12-31", code, under));
            assert_eq!(broken.is_empty(), code == fitting, "{birth} {code}: {broken:?}");
        }
    }
}

#[test]
fn under_sixteen_a_guardian_signs() {
    let mut desk = filled("2012-01-01", "2026-12-31", "under16", "no");
    assert_eq!(rules(&desk), ["guardian_needed"]);
    desk.answer(AUXILIARY, "under_16", "yes");
    assert!(rules(&desk).is_empty());
    desk.read_card(AUXILIARY, PersonRole::Guardian, card("冯大山", "1985-01-01", 905));
    desk.set(AUXILIARY, &[("guardian.relation", "父亲")]);
    desk.act(AUXILIARY, omitted("未满采集年龄"));
    desk.sign_all(AUXILIARY);
    assert_eq!(desk.case.signatures.len(), 2);
    assert!(desk.missing().is_empty(), "{:?}", desk.missing());
}
