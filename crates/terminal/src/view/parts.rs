//! Sections, fields, checks and papers as the screens get them.

use crate::act::LoadedCase;
use crate::contents::Current;
use crate::rpc::view::{FieldView, LookupView, PrintView, PrintedLine, SectionView};
use domain::case::Case;
use domain::compute;
use domain::condition::Situation;
use domain::context::Facts;
use domain::decide::{may_act, printable};
use domain::event::ValueSource;
use domain::flow::StepKind;
use domain::ids::FieldPath;
use domain::matter::{Field, FieldKind, Lookup, PrintMoment, Section};
use domain::requirement::{Missing, check_value, field_applies, section_applies};
use jiff::civil::Date;

pub(super) fn section_view(
    section: &Section,
    case: &Case,
    current: &Current,
    lacking: &[Missing],
    day: Date,
) -> SectionView {
    let rows: Vec<Option<u16>> =
        if section.table { case.rows(&section.id).into_iter().map(Some).collect() } else { vec![None] };
    let fields = |row: Option<u16>| -> Vec<FieldView> {
        let path = |field: &Field| {
            FieldPath(match row {
                Some(row) => format!("{}.{row}.{}", section.id, field.id),
                None => format!("{}.{}", section.id, field.id),
            })
        };
        let shown = section.fields.iter().filter(|field| field_applies(field, case));
        shown.map(|field| field_view(field, path(field), case, current, day)).collect()
    };
    // Rows are named once: the next one is below all that ever were.
    let next = domain::row_card::next_row(&section.id, case);
    let next_row = if section.table { fields(Some(next)) } else { Vec::new() };
    let views: Vec<Vec<FieldView>> = rows.into_iter().map(fields).collect();
    let prefix = format!("{}.", section.id);
    let lacks = lacking
        .iter()
        .filter(|one| match one {
            Missing::Field { field, .. } | Missing::FieldWrong { field, .. } => {
                field.as_str().starts_with(&prefix)
            }
            _ => false,
        })
        .count();
    SectionView {
        id: section.id.clone(),
        title: section.title.clone(),
        person: section.person,
        table: section.table,
        rows: views,
        next_row,
        takes_cards: domain::row_card::takes_cards(section),
        lacking: u32::try_from(lacks).unwrap_or(u32::MAX),
    }
}

/// The fields that the present step asks for, where the present post may fill them in.
pub(super) fn late_field_views(
    loaded: &LoadedCase,
    current: &Current,
    context: &domain::context::Context,
) -> Vec<FieldView> {
    let (case, definition) = (&loaded.case, &loaded.definition);
    let Some(stage) = case.stage.as_ref().filter(|stage| stage.kind == StepKind::LateScan) else {
        return Vec::new();
    };
    let facts =
        Facts { definition, codes: &current.codes, calendar: &current.calendar, roster: &current.roster };
    if may_act(stage, case, context, &facts).is_err() {
        return Vec::new();
    }
    let step = definition.flow_of(case).step(&stage.step);
    let paths = step.map(|step| step.fields.as_slice()).unwrap_or_default();
    let shown = paths
        .iter()
        .filter(|path| definition.section_of(path).is_some_and(|section| section_applies(section, case)));
    shown
        .filter_map(|path| Some((path, definition.field(path)?)))
        .filter(|(_, field)| field_applies(field, case))
        .map(|(path, field)| field_view(field, path.clone(), case, current, context.time.day()))
        .collect()
}

pub(super) fn field_view(
    field: &Field,
    path: FieldPath,
    case: &Case,
    current: &Current,
    day: Date,
) -> FieldView {
    let known = case.fields.get(&path);
    let value = compute::shown(field, &path, case, day).unwrap_or_default();
    let register = case.register.get(&path).filter(|one| !one.is_empty() && **one != value).cloned();
    let in_words = |value: &str| match (&field.kind, &field.codes) {
        (FieldKind::Code, Some(table)) => {
            current.codes.words_on(table, value, day).unwrap_or_else(|| value.to_owned())
        }
        _ => value.to_owned(),
    };
    let table = field.codes.as_ref().filter(|_| field.kind == FieldKind::Code);
    let address_code = case.value(&domain::address::code_path(&path)).map(str::to_owned);
    let non_standard = field.kind == FieldKind::Address
        && current.addresses.is_some()
        && address_code.is_none()
        && known.is_some_and(|one| !one.value.is_empty() && one.source == ValueSource::Typed);
    FieldView {
        address_code,
        non_standard,
        searched: table.is_some_and(|table| crate::code::is_searched(&current.codes, table)),
        historic: field.historic,
        previous_words: known.and_then(|one| one.previous.as_deref()).map(in_words),
        label: field.label.clone(),
        kind: field.kind,
        codes: field.codes.clone(),
        width: field.width,
        required: field.required,
        words: in_words(&value),
        source: known.filter(|one| !one.value.is_empty()).map(|one| one.source),
        at: known.map(|one| one.time.trusted),
        previous: known.and_then(|one| one.previous.clone()),
        register_words: register.as_deref().map(in_words),
        register,
        locked: known.is_some_and(|one| one.locked() && !one.value.is_empty()),
        assigned: field.kind == FieldKind::Assigned,
        fault: if field.kind.typed() { check_value(field, &value, &current.codes, day).err() } else { None },
        value,
        path,
    }
}

pub(super) fn lookup_view(lookup: &Lookup, case: &Case) -> LookupView {
    let record = case.lookups.get(&lookup.id);
    LookupView {
        id: lookup.id.clone(),
        title: lookup.title.clone(),
        state: case.check_state(&lookup.id),
        at: record.map(|one| one.answer.answered_at),
        query_id: record.map(|one| one.answer.query_id.clone()).unwrap_or_default(),
        must_agree: lookup.must_agree,
        askable: lookup.askable(case),
    }
}

pub(super) fn print_view(
    print: &domain::matter::Print,
    case: &Case,
    online: bool,
    says_something: bool,
) -> PrintView {
    let printed: Vec<PrintedLine> = case
        .prints
        .iter()
        .filter(|(one, _)| one.document == print.document)
        .map(|(one, time)| PrintedLine {
            at: time.trusted,
            printer: one.printer.clone(),
            reason: one.reprint_reason.clone(),
            blank: one.blank.clone(),
            pdf: one.pdf.id,
        })
        .collect();
    PrintView {
        document: print.document.clone(),
        title: print.title.clone(),
        at: print.at,
        printable: printable(print.at, case) && (online || print.offline) && says_something,
        reprint: !printed.is_empty() && print.at != PrintMoment::Intake,
        blank: print.blank,
        printed,
    }
}
