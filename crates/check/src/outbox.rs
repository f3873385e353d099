//! The outbox: every own event belongs to one act, every act has its events, every answer its receipt.

use crate::chain::{Found, Stored};
use crate::open::{Opened, name, number, sm3};
use crate::papers::holds;
use crate::report::{Part, Report};
use domain::act::Act;
use domain::ids::CommandId;
use protocol::push::Receipt;
use std::collections::{BTreeMap, BTreeSet};

/// State of an act that the server has not answered.
const WAITING: u64 = 0;

struct Row {
    seq: u64,
    command: CommandId,
    act: Vec<u8>,
    state: u64,
    outcome: Option<Vec<u8>>,
    receipt: Option<Vec<u8>>,
    signature: Option<Vec<u8>>,
}

pub(crate) fn check(opened: &Opened, found: &Found, report: &mut Report) -> rusqlite::Result<()> {
    let rows = opened.rows(
        "SELECT seq, command, act, state, outcome, receipt, receipt_signature FROM outbox ORDER BY seq",
        [],
        |row| {
            Ok(Row {
                seq: number(row, 0)?,
                command: CommandId(name(row, 1)?),
                act: row.get(2)?,
                state: number(row, 3)?,
                outcome: row.get(4)?,
                receipt: row.get(5)?,
                signature: row.get(6)?,
            })
        },
    )?;
    let mut events: BTreeMap<CommandId, Vec<&Stored>> = BTreeMap::new();
    for event in found.events.iter().filter(|event| event.own) {
        events.entry(event.record.command).or_default().push(event);
    }
    let mut seen = BTreeSet::new();
    for (place, row) in (1..).zip(&rows) {
        report.acts += 1;
        let seq = row.seq;
        report.must(Part::Acts, seq == place, || format!("第 {place} 件操作的编号是 {seq}"));
        seen.insert(row.command);
        let mut own = events.get(&row.command).cloned().unwrap_or_default();
        own.sort_by_key(|event| event.record.seq);
        let whole = Act::from_bytes(&row.act).is_ok_and(|act| holds_events(&act, row, &own));
        report.must(Part::Acts, whole, || format!("第 {seq} 件操作与它的事件不一致"));
        if row.state == WAITING {
            report.acts_waiting += 1;
        } else {
            report.must(Part::Acts, receipted(opened, row), || format!("第 {seq} 件操作的回执不成立"));
        }
    }
    for command in events.keys().filter(|command| !seen.contains(command)) {
        report.must(Part::Acts, false, || format!("操作 {command} 有事件，但不在待传清单里"));
    }
    Ok(())
}

fn holds_events(act: &Act, row: &Row, own: &[&Stored]) -> bool {
    act.id == row.command
        && act.to_bytes() == row.act
        && !own.is_empty()
        && act.events.len() == own.len()
        && act.events.iter().zip(own).all(|(sent, kept)| {
            sent.bytes == kept.bytes
                && sent.signature == kept.signature
                && act.delegation == kept.delegation
                && act.case == kept.record.case
        })
}

/// The server signed for exactly this act and this answer.
fn receipted(opened: &Opened, row: &Row) -> bool {
    let (Some(outcome), Some(receipt), Some(signature)) = (&row.outcome, &row.receipt, &row.signature) else {
        return false;
    };
    let said = domain::cbor::from_slice::<Receipt>(receipt);
    holds(opened.enrolment.server_key.as_bytes(), receipt, signature)
        && said.is_ok_and(|said| said.act == sm3(&row.act) && said.outcome == sm3(outcome))
}
