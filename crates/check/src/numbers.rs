//! Printed numbers: one case each, every one noted, none that would be given again.

use crate::chain::Found;
use crate::open::{Opened, name};
use crate::report::{Part, Report};
use domain::event::Event;
use domain::ids::{CaseId, CommandId, UnitCode};
use domain::number::{NumberKind, format, is_valid};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn check(opened: &Opened, found: &Found, report: &mut Report) -> rusqlite::Result<()> {
    let used: BTreeMap<String, CommandId> = opened
        .rows("SELECT number, command FROM number_used", [], |row| {
            Ok((row.get(0)?, CommandId(name(row, 1)?)))
        })?
        .into_iter()
        .collect();
    report.numbers = used.len() as u64;
    let cases: BTreeMap<CommandId, CaseId> =
        found.events.iter().filter(|one| one.own).map(|one| (one.record.command, one.record.case)).collect();
    let mut owners: BTreeMap<&str, CaseId> = BTreeMap::new();
    // Numbers that a case has from another terminal may stand in events of this one.
    let mut given: BTreeSet<(CaseId, &str)> = BTreeSet::new();
    for event in &found.events {
        let case = event.record.case;
        if let Some(number) = printed(&event.record.event) {
            let other = *owners.entry(number).or_insert(case);
            report.must(Part::Numbers, other == case, || format!("号码 {number} 给了两个办件"));
            report.must(Part::Numbers, is_valid(number), || format!("号码 {number} 的校验位不对"));
            let known = used.contains_key(number) || given.contains(&(case, number));
            report.must(Part::Numbers, known || !event.own, || format!("号码 {number} 已经用过，却没有记下"));
            given.insert((case, number));
        }
    }
    for (number, command) in &used {
        let case = cases.get(command);
        report.must(Part::Numbers, case.is_some(), || format!("号码 {number} 记为用过，却没有对应的操作"));
        let fits = case.is_none_or(|case| owners.get(number.as_str()).is_none_or(|owner| owner == case));
        report.must(Part::Numbers, fits, || format!("号码 {number} 记在另一个办件名下"));
    }
    blocks(opened, &used, report)
}

fn printed(event: &Event) -> Option<&str> {
    match event {
        Event::Submitted { number, .. } => number.as_deref(),
        Event::AcceptanceConfirmed { number, .. } => Some(number),
        _ => None,
    }
}

/// In every block, what lies before the next serial was used and nothing after it.
fn blocks(opened: &Opened, used: &BTreeMap<String, CommandId>, report: &mut Report) -> rusqlite::Result<()> {
    let blocks = opened.rows("SELECT kind, unit, year, first, last, next FROM number_block", [], |row| {
        let kind = if row.get::<_, i64>(0)? == 1 { NumberKind::Acceptance } else { NumberKind::Intake };
        let unit: String = row.get(1)?;
        Ok((
            kind,
            unit,
            row.get::<_, i16>(2)?,
            row.get::<_, u32>(3)?,
            row.get::<_, u32>(4)?,
            row.get::<_, u32>(5)?,
        ))
    })?;
    for (kind, unit, year, first, last, next) in blocks {
        let Ok(unit) = UnitCode::try_from(unit.as_str()) else {
            report.must(Part::Numbers, false, || "号段的单位代码读不出来".to_owned());
            continue;
        };
        for serial in first..=last {
            let number = format(kind, &unit, year, serial);
            let taken = used.contains_key(&number);
            report.must(Part::Numbers, !taken || serial < next, || format!("号码 {number} 会被再用一次"));
            report
                .must(Part::Numbers, taken || serial >= next, || format!("号码 {number} 取走了，却没有记下"));
        }
    }
    Ok(())
}
