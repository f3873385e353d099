//! 迁出市外: the movers get a migration certificate and their records stay, moved out.

use std::collections::BTreeSet;

use serde_json::json;

use super::admit::Desk;
use super::leave::{self, Succession};
use super::refusal::EffectError;
use super::request::{Document, Migrant, MigrationOut};
use super::{Change, Note, write};
use crate::model::PersonStatus;
use crate::papers::{self, Paper};

pub(super) fn apply(desk: &Desk<'_>, act: &MigrationOut) -> Result<Change, EffectError> {
    let (household, movers) =
        leave::movers(desk, &act.citizen_numbers, &act.person_versions, act.household_version)?;
    let unit = desk.keeping_unit()?;
    let today = desk.clock.today();
    let number = papers::next_number(desk.connection, Document::MigrationCertificate, unit, today)?;
    let valid_until = papers::valid_until(Document::MigrationCertificate, today);
    let mut notes = Vec::new();
    for mover in &movers {
        write::end_registration(
            desk.connection,
            mover,
            household.head.as_deref(),
            PersonStatus::MovedOut,
            today,
            Some(&act.reason),
        )?;
        let details = json!({ "from_address": household.address, "to_address": act.to_address,
            "reason": act.reason, "migration_certificate_number": number });
        notes.push(Note::new(&mover.citizen_number, &household.household_number, details));
    }
    let leaving: BTreeSet<&str> = movers.iter().map(|m| m.citizen_number.as_str()).collect();
    let succession = Succession {
        new_head: act.new_head.as_deref(),
        relations: &act.relations,
        head_exception: act.head_exception.as_deref(),
    };
    let closed = leave::hand_on(desk.connection, today, &household, &leaving, &succession)?;
    let persons = movers.iter().map(|m| Migrant {
        citizen_number: m.citizen_number.clone(),
        name: m.name.clone(),
        sex: m.sex.clone(),
        birth_date: m.birth_date,
        ethnic_group: m.ethnic_group.clone(),
        relation: m.relation.clone(),
    });
    let paper = Paper {
        number: number.clone(),
        document: Document::MigrationCertificate.word().into(),
        unit: Some(unit.to_owned()),
        issued_by: unit.to_owned(),
        issued_on: today,
        valid_until,
        persons: persons.collect(),
        household_number: Some(household.household_number.clone()),
        from_address: Some(household.address.clone()),
        to_address: Some(act.to_address.clone()),
        reason: act.reason.clone(),
        approval_number: None,
        used_on: None,
        void_since: None,
        replaced_by: None,
        moved_out_on: None,
    };
    papers::insert(desk.connection, &paper)?;
    Ok(Change {
        person: movers.first().map(|m| m.citizen_number.clone()),
        household: Some(household.household_number),
        assigned: json!({ "migration_certificate_number": number, "valid_until": valid_until,
            "household_closed": closed }),
        notes,
    })
}
