//! What is made from events, and what stands beside them: work list, search, drafts, definitions, audit log.

use crate::chain::Found;
use crate::open::{Opened, hash, name, number_of, sm3};
use crate::report::{Part, Report};
use domain::case::Case;
use domain::ids::{CaseId, ContentHash};
use protocol::credential::Signed;
use std::collections::BTreeMap;

/// A row of the work list, as far as the events alone decide it.
#[derive(PartialEq, Eq)]
struct Line {
    number: String,
    matter: String,
    unit: String,
    opened: i64,
    changed: i64,
    due: String,
    waits: bool,
    at_counter: bool,
    awaits_confirmation: bool,
    ended: bool,
}

impl Line {
    /// What must stand in the list; none for a case whose opening is not here.
    fn of(case: &Case) -> Option<Self> {
        let opening = case.opening.as_ref()?;
        let submission = case.submission.as_ref();
        Some(Self {
            number: submission.and_then(|one| one.number.clone()).unwrap_or_default(),
            matter: opening.matter.0.clone(),
            unit: opening.unit.to_string(),
            opened: opening.time.trusted,
            changed: case.changed.map_or(opening.time.trusted, |time| time.trusted),
            due: submission.and_then(|one| one.due).map(|day| day.to_string()).unwrap_or_default(),
            waits: case.stage.is_some(),
            at_counter: case.at_counter(),
            awaits_confirmation: case.awaits_confirmation(),
            ended: case.outcome.is_some(),
        })
    }
}

pub(crate) fn check(opened: &Opened, found: &Found, report: &mut Report) -> rusqlite::Result<()> {
    let mut rows: BTreeMap<CaseId, Line> = opened
        .rows(
            "SELECT id, number, matter, unit, opened, changed, due, step_kind, at_counter, awaits_confirmation, ended
             FROM case_list",
            [],
            |row| {
                let line = Line {
                    number: row.get(1)?,
                    matter: row.get(2)?,
                    unit: row.get(3)?,
                    opened: row.get(4)?,
                    changed: row.get(5)?,
                    due: row.get(6)?,
                    waits: !row.get::<_, String>(7)?.is_empty(),
                    at_counter: row.get(8)?,
                    awaits_confirmation: row.get(9)?,
                    ended: row.get(10)?,
                };
                Ok((CaseId(name(row, 0)?), line))
            },
        )?
        .into_iter()
        .collect();
    let listed = rows.len() as u64;
    for (id, case) in &found.cases {
        let Some(wanted) = Line::of(case) else { continue };
        let fits = rows.remove(id).is_some_and(|line| line == wanted);
        report.must(Part::Lists, fits, || format!("办件 {id} 在列表里的样子与它的事件不符"));
    }
    for id in rows.keys() {
        report.must(Part::Lists, false, || format!("列表里的办件 {id} 没有事件"));
    }
    let searched = number_of(opened.one("SELECT count(*) FROM case_search_docsize")?);
    report
        .must(Part::Lists, searched == listed, || format!("列表有 {listed} 个办件，检索里有 {searched} 个"));
    drafts(opened, found, report)?;
    contents(opened, found, report)
}

fn drafts(opened: &Opened, found: &Found, report: &mut Report) -> rusqlite::Result<()> {
    let rows = opened.rows("SELECT case_id, typed FROM draft", [], |row| {
        Ok((CaseId(name(row, 0)?), row.get::<_, Vec<u8>>(1)?))
    })?;
    for (case, typed) in rows {
        report.drafts += 1;
        let reads = domain::cbor::from_slice::<serde_json::Value>(&typed).is_ok();
        report.must(Part::Lists, reads && found.cases.contains_key(&case), || {
            format!("办件 {case} 的一份草稿读不出来，或者办件不在")
        });
    }
    Ok(())
}

/// Definitions, code tables and delegations lie under their hashes, and every case has its definition.
fn contents(opened: &Opened, found: &Found, report: &mut Report) -> rusqlite::Result<()> {
    let rows = opened
        .rows("SELECT hash, bytes FROM content", [], |row| Ok((hash(row, 0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let mut names = std::collections::BTreeSet::new();
    for (name, bytes) in rows {
        // A delegation lies under the hash of what was signed, with its signature beside it.
        let fits = sm3(&bytes) == name
            || domain::cbor::from_slice::<Signed>(&bytes).is_ok_and(|signed| sm3(&signed.bytes) == name);
        report.must(Part::Lists, fits, || format!("定义 {name} 的内容不是它的名字所指"));
        names.insert(name);
    }
    for (id, case) in &found.cases {
        let definition = case.opening.as_ref().map(|opening| opening.definition);
        let here = definition.is_none_or(|one| names.contains(&one));
        report.must(Part::Lists, here, || format!("办件 {id} 所用的事项定义不在"));
    }
    Ok(())
}

/// The audit log's chain: each line's hash follows from the line before.
pub(crate) fn audit(opened: &Opened, report: &mut Report) -> rusqlite::Result<()> {
    let rows = opened.rows("SELECT seq, at, officer, what, hash FROM audit ORDER BY seq", [], |row| {
        let line = (row.get::<_, i64>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?);
        Ok((row.get::<_, i64>(0)?, line, hash(row, 4)?))
    })?;
    let mut previous = ContentHash::ZERO;
    for (place, (seq, (at, officer, what), name)) in (1..).zip(rows) {
        report.audit_lines += 1;
        let line = format!("{previous}\n{seq}\n{at}\n{officer}\n{what}");
        let follows = seq == place && sm3(line.as_bytes()) == name;
        report.must(Part::Audit, follows, || format!("第 {seq} 行接不上前一行"));
        previous = name;
    }
    Ok(())
}
