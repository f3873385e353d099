//! Every event: its row, its signature, and the terminal's own chain.

use crate::open::{Opened, hash, name, number, sm3};
use crate::papers::Papers;
use crate::report::{Part, Report};
use domain::case::Case;
use domain::event::EventRecord;
use domain::ids::{CaseId, CommandId, ContentHash};
use rusqlite::Row;
use std::collections::BTreeMap;

/// An event as it is stored.
pub(crate) struct Stored {
    pub(crate) record: EventRecord,
    pub(crate) bytes: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) delegation: ContentHash,
    pub(crate) own: bool,
    pub(crate) dropped: bool,
    pub(crate) version: Option<u64>,
}

/// What the events tell for the other parts, in the order of their cases: placed ones first, then those that wait.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) events: Vec<Stored>,
    pub(crate) cases: BTreeMap<CaseId, Case>,
}

struct RawRow {
    fields: (uuid::Uuid, CaseId, CommandId, ContentHash),
    bytes: Vec<u8>,
    signature: Vec<u8>,
    delegation: ContentHash,
    own_seq: Option<u64>,
    version: Option<u64>,
    dropped: bool,
}

fn read(row: &Row<'_>) -> rusqlite::Result<RawRow> {
    let optional = |at| row.get::<_, Option<i64>>(at).map(|one| one.map(crate::open::number_of));
    Ok(RawRow {
        fields: (name(row, 0)?, CaseId(name(row, 1)?), CommandId(name(row, 2)?), hash(row, 3)?),
        bytes: row.get(4)?,
        signature: row.get(5)?,
        delegation: hash(row, 6)?,
        own_seq: optional(7)?,
        version: optional(8)?,
        dropped: number(row, 9)? != 0,
    })
}

pub(crate) fn check(opened: &Opened, report: &mut Report) -> rusqlite::Result<Found> {
    let rows = opened.rows(
        "SELECT id, case_id, command, hash, bytes, signature, delegation, own_seq, version, dropped
         FROM event ORDER BY case_id, version IS NULL, version, own_seq",
        [],
        read,
    )?;
    let mut papers = Papers::default();
    let mut found = Found::default();
    let mut chain: BTreeMap<u64, (ContentHash, ContentHash)> = BTreeMap::new();
    for row in rows {
        let own = row.own_seq.is_some();
        if own {
            report.own_events += 1;
        } else {
            report.other_events += 1;
        }
        let label = row.fields.0;
        let Ok(record) = EventRecord::from_bytes(&row.bytes) else {
            report.must(Part::Events, false, || format!("事件 {label} 读不出来"));
            continue;
        };
        let name = sm3(&row.bytes);
        let fits = (record.id.0, record.case, record.command, name) == row.fields
            && (!own
                || (row.own_seq == Some(record.seq)
                    && record.terminal == opened.enrolment.terminal
                    && record.epoch <= opened.enrolment.epoch));
        report.must(Part::Events, fits, || format!("事件 {label} 与所在的行不一致"));
        let signed = papers.signed(opened, row.delegation, &record, &row.bytes, &row.signature)?;
        report.must(Part::Events, signed, || format!("事件 {label} 的签名不成立"));
        if own {
            chain.insert(record.seq, (record.previous, name));
        }
        if !row.dropped {
            found.cases.entry(record.case).or_insert_with(|| Case::new(record.case)).apply(&record);
        }
        found.events.push(Stored {
            record,
            bytes: row.bytes,
            signature: row.signature,
            delegation: row.delegation,
            own,
            dropped: row.dropped,
            version: row.version,
        });
    }
    let (mut last, mut head) = (0, ContentHash::ZERO);
    for (seq, (previous, name)) in chain {
        let follows = seq == last + 1 && previous == head;
        report.must(Part::Events, follows, || format!("本机第 {seq} 件事件接不上前一件"));
        (last, head) = (seq, name);
    }
    report.cases = found.cases.len() as u64;
    Ok(found)
}
