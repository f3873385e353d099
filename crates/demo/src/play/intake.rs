//! What is done at the counter for each matter, as data.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use serde_json::json;

use super::Play;
use super::counter::list;

/// One intake. In values, `@name` stands for the identity number of the demo person of that name.
pub(crate) struct Intake {
    pub(crate) matter: &'static str,
    /// Whose card is laid on the reader.
    pub(crate) card: &'static str,
    /// Question, answer.
    pub(crate) answers: &'static [(&'static str, &'static str)],
    /// Field, value.
    pub(crate) fields: &'static [(&'static str, &'static str)],
    /// Look-ups that must agree with the register.
    pub(crate) lookups: &'static [&'static str],
    /// Table, and the relation of each of its persons to the new head.
    pub(crate) relations: Option<(&'static str, &'static [(&'static str, &'static str)])>,
    /// Further persons whose cards are read.
    pub(crate) persons: &'static [(&'static str, &'static str)],
    /// Materials that are scanned.
    pub(crate) materials: &'static [&'static str],
    /// Signature slots.
    pub(crate) signers: &'static [&'static str],
}

const NOTHING: Intake = Intake {
    matter: "",
    card: "",
    answers: &[],
    fields: &[],
    lookups: &[],
    relations: None,
    persons: &[],
    materials: &[],
    signers: &[],
};

pub(crate) const ID_CARD: Intake = Intake {
    matter: "ID-RENEW",
    card: "feng_expired",
    answers: &[("under_16", "no")],
    fields: &[("applicant.phone", "19900000006"), ("card.validity", "46up")],
    lookups: &["applicant", "household"],
    signers: &["applicant"],
    ..NOTHING
};

pub(crate) const BIRTH: Intake = Intake {
    matter: "T001",
    card: "shen_mother",
    answers: &[("applicant_is", "mother"), ("in_wedlock", "yes")],
    fields: &[
        ("applicant.phone", "19900000001"),
        ("mother.number", "@shen_mother"),
        ("father.number", "@zhou_father"),
        ("newborn.certificate", "Z990000001"),
        ("newborn.name", "周念安"),
        ("newborn.sex", "2"),
        ("newborn.birth_date", "2026-11-03"),
        ("newborn.ethnic_group", "01"),
        ("household.relation", "31"),
    ],
    lookups: &["mother", "mother_household", "father", "birth_certificate", "duplicate"],
    materials: &["mother_booklet", "birth_certificate"],
    signers: &["applicant"],
    ..NOTHING
};

pub(crate) const NAME_CHANGE: Intake = Intake {
    matter: "T026",
    card: "sun_father",
    answers: &[("parents", "both"), ("consent", "together")],
    fields: &[
        ("applicant.phone", "19900000004"),
        ("subject.number", "@sun_child"),
        ("change.new_name", "孙知远"),
        ("change.reason", "原名与亲属重名"),
        ("father.number", "@sun_father"),
        ("mother.number", "@tian_mother"),
    ],
    lookups: &["subject", "father", "mother"],
    persons: &[("father", "sun_father"), ("mother", "tian_mother")],
    materials: &["birth_certificate", "booklet_and_card", "written_application"],
    signers: &["father", "mother"],
    ..NOTHING
};

pub(crate) const HEAD_CHANGE_OFFLINE: Intake = Intake {
    matter: "T042",
    card: "he_old_head",
    answers: &[("capacity", "yes")],
    fields: &[
        ("applicant.phone", "19900000003"),
        ("new_head.number", "@he_new_head"),
        ("applicant.relation", "02"),
        ("household.number", "900000003"),
        ("household.kind", "1"),
        ("household.address", "江城市城关区石桥街43号"),
        // Without the register the members are written down from the booklet.
        ("members.0.name", "何守义"),
        ("members.0.number", "@he_old_head"),
        ("members.0.sex", "1"),
        ("members.0.birth_date", "1955-05-06"),
        ("members.0.relation", "51"),
        ("members.1.name", "秦玉兰"),
        ("members.1.number", "@qin_wife"),
        ("members.1.sex", "2"),
        ("members.1.birth_date", "1957-11-12"),
        ("members.1.relation", "52"),
        ("members.2.name", "何𠮷平"),
        ("members.2.number", "@he_new_head"),
        ("members.2.sex", "1"),
        ("members.2.birth_date", "1986-03-15"),
        ("members.2.relation", "02"),
        ("members.3.name", "何小满"),
        ("members.3.number", "@he_granddaughter"),
        ("members.3.sex", "2"),
        ("members.3.birth_date", "2017-05-21"),
        ("members.3.relation", "31"),
    ],
    persons: &[("former_head", "he_old_head"), ("household_head", "he_new_head")],
    materials: &["booklet", "former_head_card", "written_application"],
    signers: &["former_head", "new_head"],
    ..NOTHING
};

pub(crate) const DEATH: Intake = Intake {
    matter: "T083",
    card: "wu_son",
    fields: &[
        ("applicant.relation_to_deceased", "子"),
        ("applicant.phone", "19900000005"),
        ("deceased.number", "@wu_dead"),
        ("deceased.relation", "02"),
        ("deceased.died_on", "2026-11-15"),
        ("deceased.cause", "1"),
        ("deceased.proof", "medical_certificate"),
        ("deceased.proof_number", "D990000001"),
    ],
    lookups: &["deceased", "household", "death_certificate"],
    answers: &[("remaining", "adults")],
    relations: Some(("members", &[("wu_son", "02"), ("zheng_widow", "52")])),
    persons: &[("household_head", "wu_son")],
    materials: &["deceased_papers", "medical_certificate"],
    signers: &["applicant"],
};

pub(crate) const PROOF: Intake = Intake {
    matter: "K07",
    card: "han_proof",
    answers: &[("already_proved", "no")],
    fields: &[
        ("use.purpose", "办理公证"),
        ("use.receiving_unit", "江城市城关区公证处"),
        ("applicant.phone", "19900000008"),
    ],
    lookups: &["applicant"],
    signers: &["applicant"],
    ..NOTHING
};

/// Takes a case in at 柜台一, up to everything but the submission; the answer names it.
pub(crate) fn take_in(
    play: &mut Play,
    intake: &Intake,
    people: &BTreeMap<String, String>,
) -> anyhow::Result<String> {
    let counter = &mut play.counter;
    let case = counter.begin(intake.matter, intake.card)?;
    let mut answers = intake.answers.to_vec();
    answer(play, &case, &mut answers)?;
    fill(play, &case, intake.fields, people)?;
    // Some questions come up only when the form says so.
    answer(play, &case, &mut answers)?;
    for lookup in intake.lookups {
        let state = play.counter.look_up(&case, lookup)?;
        ensure!(state == "agrees", "{lookup} of {} is {state}", intake.matter);
    }
    answer(play, &case, &mut answers)?;
    ensure!(answers.is_empty(), "questions that were not asked: {answers:?}");
    if let Some((table, relations)) = intake.relations {
        relate(play, &case, table, relations, people)?;
    }
    for (person, card) in intake.persons {
        play.counter.read_card(&case, person, card).with_context(|| format!("the card of {card}"))?;
    }
    for material in intake.materials {
        play.counter.keys += 1;
        let request = json!({ "case": case, "material": material, "replace": null, "feeder": false });
        play.counter.operate("scan_pages", request)?;
    }
    if play.counter.case(&case)?["fingerprints"]["state"] == "missing" {
        play.counter.keys += 1;
        let request = json!({ "case": case, "reason": "演示窗口没有指纹采集器" });
        play.counter.act("omit_fingerprints", request)?;
    }
    for slot in intake.signers {
        play.counter.sign(&case, slot)?;
    }
    Ok(case)
}

/// Gives the answers whose questions are asked now, and takes them off the list.
fn answer(play: &mut Play, case: &str, answers: &mut Vec<(&str, &str)>) -> anyhow::Result<()> {
    while let Some(first) = answers.first().copied() {
        let view = play.counter.case(case)?;
        if !list(&view["questions"]).iter().any(|one| one["id"] == first.0) {
            return Ok(());
        }
        // The digit of the answer.
        play.counter.keys += 1;
        let request = json!({ "case": case, "question": first.0, "answer": first.1 });
        play.counter.act("answer_question", request)?;
        answers.remove(0);
    }
    Ok(())
}

fn fill(
    play: &mut Play,
    case: &str,
    fields: &[(&str, &str)],
    people: &BTreeMap<String, String>,
) -> anyhow::Result<()> {
    let mut changes = Vec::new();
    for (field, value) in fields {
        let value = match value.strip_prefix('@') {
            Some(person) => people.get(person).with_context(|| format!("no number of {person}"))?,
            None => *value,
        };
        // Each sign is a key, except that a code is chosen by one or two digits; and Enter goes on.
        let signs = if value.len() > 2 && value.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        {
            1
        } else {
            value.chars().count()
        };
        play.counter.keys += u32::try_from(signs)? + 1;
        changes.push(json!([field, value]));
    }
    play.counter.act("change_fields", json!({ "case": case, "changes": changes, "reason": "" }))?;
    Ok(())
}

/// Writes each person's relation to the new head into the table that the register filled.
fn relate(
    play: &mut Play,
    case: &str,
    table: &str,
    relations: &[(&str, &str)],
    people: &BTreeMap<String, String>,
) -> anyhow::Result<()> {
    let view = play.counter.case(case)?;
    let section =
        list(&view["sections"]).iter().find(|one| one["id"] == table).context("the table is not shown")?;
    let mut changes = Vec::new();
    for row in list(&section["rows"]) {
        let cell = |name: &str| {
            list(row).iter().find(|one| one["path"].as_str().is_some_and(|path| path.ends_with(name)))
        };
        let number =
            cell(".number").and_then(|cell| cell["value"].as_str()).context("a row without a number")?;
        let (_, code) = relations
            .iter()
            .find(|(person, _)| people.get(*person).is_some_and(|known| known == number))
            .context("a member whom the story does not know")?;
        let path = &cell(".relation").context("a row without a relation")?["path"];
        changes.push(json!([path, code]));
    }
    ensure!(changes.len() == relations.len(), "the register names {} members", changes.len());
    play.counter.act("change_fields", json!({ "case": case, "changes": changes, "reason": "" }))?;
    Ok(())
}
