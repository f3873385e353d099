//! 居民身份证申领登记表: a form with boxes of its own.
//!
//! The boxes find their content by the parts of a card (`name`, `number` …) of the applicant's section and by the
//! names of the other fields: `validity`, `reason`, `collection`, `old_card`, `phone`, `mail_address`. Fingers come from
//! the capture of the case.

use super::application::{opinions, signatures};
use super::{Paper, moment, shortened};
use crate::error::Result;
use domain::case::FingerprintRecord;
use domain::fingerprint::pictures_of;
use domain::person::PersonRole;
use serde_json::{Value, json};

/// The template has room for so many signatures and opinions, and for two fingers.
const SIGNATURES: usize = 4;
const OPINIONS: usize = 3;
const FINGERS: usize = 2;
/// Characters of a guide's words on the fee; a longer explanation is not the fee of this card.
const FEE: usize = 30;

pub(super) fn id_card_application(paper: &Paper<'_, '_>) -> Result<Value> {
    let applicant = |part: &str, place: &str| paper.wanted(place, paper.part(PersonRole::Applicant, part));
    let named = |id: &str| paper.wanted(id, paper.field(id));
    let mut slots = signatures(paper)?;
    slots.truncate(SIGNATURES);
    let fee = Some(&paper.definition().guide.fee).filter(|fee| !fee.is_empty() && fee.chars().count() <= FEE);
    Ok(json!({
        "number": paper.case_number("number")?,
        "unit": paper.unit()?,
        "accepted_at": moment(paper.accepted("accepted_at")?.trusted),
        "name": applicant("name", "name")?,
        "sex": applicant("sex", "sex")?,
        "ethnic_group": applicant("ethnic_group", "ethnic_group")?,
        "birth_date": applicant("birth_date", "birth_date")?,
        "address": applicant("address", "address")?,
        "id_number": applicant("number", "id_number")?,
        "issuing_office": applicant("issuing_office", "issuing_office")?,
        "validity": named("validity")?,
        "reason": named("reason")?,
        "collection": named("collection")?,
        "phone": named("phone")?,
        "fee": fee,
        "old_card": paper.field("old_card"),
        "guardian_name": paper.part(PersonRole::Guardian, "name"),
        "guardian_id_number": paper.part(PersonRole::Guardian, "number"),
        "remarks": paper.field("mail_address").map(|address| format!("寄递地址：{address}")),
        "fingers": fingers(paper),
        "signatures": slots,
        "opinions": opinions(paper, OPINIONS),
    }))
}

/// Finger by finger how many pictures there are, or why there are none.
fn fingers(paper: &Paper<'_, '_>) -> Vec<Value> {
    let line = |finger: &str, state: &str| json!({ "finger": finger, "state": shortened(state, 60) });
    match paper.case().fingerprints.get(&PersonRole::Applicant) {
        None => Vec::new(),
        Some(FingerprintRecord::Omitted { reason, .. }) => vec![line("指纹", &format!("未采集：{reason}"))],
        Some(FingerprintRecord::Taken { prints, set_aside, .. }) => {
            let taken = pictures_of(prints.iter().map(|print| print.finger));
            let taken =
                taken.iter().map(|(finger, count)| line(finger.words(), &format!("已采集 {count} 张")));
            let aside = set_aside.iter().map(|one| line(one.finger.words(), one.reason.words()));
            // The form has room for two: what was taken, and else why there is less.
            taken.chain(aside).take(FINGERS).collect()
        }
    }
}
