//! 核验 of papers of people who move: 准予迁入证明, 户口迁移证.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use super::checks::{Body, Comparison, malformed, unknown};
use super::envelope::broken;
use super::{Shared, with_register};
use crate::effects::Document;
use crate::papers;
use crate::register::Register;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PaperCheck {
    number: String,
    citizen_number: Option<String>,
    name: Option<String>,
    household_number: Option<String>,
    issued_on: Option<Date>,
    valid_until: Option<Date>,
}

pub(super) async fn entry_permit(State(shared): State<Shared>, body: Body<PaperCheck>) -> Response {
    let Ok(Json(check)) = body else { return malformed(&shared.register) };
    with_register(&shared, move |register| compare(register, Document::EntryPermit, "permit", &check)).await
}

pub(super) async fn migration_certificate(State(shared): State<Shared>, body: Body<PaperCheck>) -> Response {
    let Ok(Json(check)) = body else { return malformed(&shared.register) };
    with_register(&shared, move |register| {
        compare(register, Document::MigrationCertificate, "certificate", &check)
    })
    .await
}

/// A paper may agree although it is used, void or past its last day: the client looks at all of them.
fn compare(register: &Register, document: Document, name: &str, check: &PaperCheck) -> Response {
    let found = papers::find(&register.connection(), document, &check.number);
    let paper = match found {
        Ok(Some(paper)) => paper,
        Ok(None) => return unknown(register, name),
        Err(error) => return broken(register, &error),
    };
    // Of several persons the one asked about counts; one who is not among them differs from the first.
    let asked = paper.persons.iter().find(|m| Some(&m.citizen_number) == check.citizen_number.as_ref());
    let named = paper.persons.iter().find(|m| Some(&m.name) == check.name.as_ref());
    let first = paper.persons.first();
    let person = asked.or(if check.citizen_number.is_none() { named } else { None }).or(first);
    let mut comparison = Comparison::default();
    comparison.field(
        "citizen_number",
        check.citizen_number.as_deref(),
        person.map(|p| p.citizen_number.as_str()),
    );
    comparison.field("name", check.name.as_deref(), person.map(|p| p.name.as_str()));
    comparison.field(
        "household_number",
        check.household_number.as_deref(),
        paper.household_number.as_deref(),
    );
    for (field, given, recorded) in [
        ("issued_on", check.issued_on, paper.issued_on),
        ("valid_until", check.valid_until, paper.valid_until),
    ] {
        let given = given.map(|day| day.to_string());
        comparison.field(field, given.as_deref(), Some(&recorded.to_string()));
    }
    let body = json!({
        "used": paper.used_on.is_some(),
        "valid_until": paper.valid_until,
        "expired": paper.expired(register.clock().today()),
        "void": paper.void_since.is_some(),
        name: paper,
    });
    comparison.answer(register, body)
}
