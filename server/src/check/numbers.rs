//! Printed numbers: no number in two cases, each from a block of its author, no two blocks over each other.

use super::{Found, Report};
use crate::fault::Result;
use crate::storage::{Work, values};
use std::collections::BTreeMap;

struct Block {
    terminal: String,
    epoch: u32,
    first: u64,
    last: u64,
}

/// Kind, unit and year of a number: what a series is counted in.
type Series = (String, String, i64);

pub(super) async fn check(work: &mut dyn Work, report: &mut Report, found: &Found) -> Result<()> {
    let rows = work
        .rows(
            "SELECT kind, unit, year, terminal, epoch, first, last FROM number_block \
             ORDER BY kind, unit, year, first",
            values![],
        )
        .await?;
    let mut blocks: BTreeMap<Series, Vec<Block>> = BTreeMap::new();
    for row in rows {
        let series = (row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.int(2)?);
        let known = blocks.entry(series.clone()).or_default();
        let block = Block {
            terminal: row.text(3)?.to_owned(),
            epoch: row.small(4)?,
            first: row.count(5)?,
            last: row.count(6)?,
        };
        let apart = known.last().is_none_or(|before| before.last < block.first) && block.first <= block.last;
        report.must(apart, || format!("two blocks of {series:?} overlap at {}", block.first));
        known.push(block);
    }
    let used = work.rows("SELECT kind, unit, year, serial, case_id FROM number_used", values![]).await?;
    let mut used_by: BTreeMap<(Series, u64), String> = BTreeMap::new();
    for row in used {
        let series = (row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.int(2)?);
        used_by.insert((series, row.count(3)?), row.text(4)?.to_owned());
    }
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (case, number, terminal, epoch) in &found.numbers {
        report.numbers += 1;
        let fault = |what: &str| format!("a number of case {case}: {what}");
        let before = owners.insert(number, case);
        if let Some(before) = before {
            // Handed in again after a return, a case keeps its number.
            report.must(before == case, || fault("it stands in two cases"));
            continue;
        }
        let Some((series, serial)) = parts(number) else {
            report.must(false, || fault("it is not written rightly"));
            continue;
        };
        let leased = blocks.get(&series).is_some_and(|blocks| {
            blocks.iter().any(|block| {
                block.terminal == *terminal
                    && block.epoch == *epoch
                    && (block.first..=block.last).contains(&serial)
            })
        });
        report.must(leased, || fault("it was not leased to its author"));
        let noted = used_by.get(&(series, serial)).is_some_and(|owner| owner == case);
        report.must(noted, || fault("its use was not noted"));
    }
    Ok(())
}

/// Reads a number by its layout (kind 1, unit 12, year 4, serial 6, check 1) with an own check digit
/// (ISO/IEC 7064 MOD 11,10: the whole, check digit included, leaves 1).
fn parts(number: &str) -> Option<(Series, u64)> {
    if number.len() != 24 {
        return None;
    }
    let digits: Vec<u32> = number.chars().map(|sign| sign.to_digit(10)).collect::<Option<_>>()?;
    let (last, body) = digits.split_last()?;
    let left = body.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    if (left + last) % 10 != 1 {
        return None;
    }
    let kind = match digits.first()? {
        1 => "acceptance",
        2 => "intake",
        _ => return None,
    };
    let series = (kind.to_owned(), number.get(1..13)?.to_owned(), number.get(13..17)?.parse().ok()?);
    Some((series, number.get(17..23)?.parse().ok()?))
}
