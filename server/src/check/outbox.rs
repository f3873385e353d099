//! The author chains, and the acts with their receipts.

use super::{Found, Report};
use crate::cases::seal_named;
use crate::fault::Result;
use crate::house::House;
use crate::keys::{hash, holds};
use crate::storage::{Work, one, values};
use domain::ids::ContentHash;
use protocol::push::{PushResult, Receipt};
use std::collections::BTreeMap;

/// Every author chain is whole, and every placed event stands in it where its author put it.
pub(super) async fn check_chains(work: &mut dyn Work, report: &mut Report, found: &Found) -> Result<()> {
    let mut chains: BTreeMap<(String, u32), Vec<(u64, ContentHash)>> = BTreeMap::new();
    let rows = work
        .rows(
            "SELECT id, terminal, epoch, seq, hash, placed, case_id FROM author_event \
             ORDER BY terminal, epoch, seq",
            values![],
        )
        .await?;
    let mut placed = 0;
    for row in &rows {
        let (id, terminal, epoch, seq) =
            (row.text(0)?, row.text(1)?.to_owned(), row.small(2)?, row.count(3)?);
        let chain = chains.entry((terminal.clone(), epoch)).or_default();
        let fault = |what: &str| format!("author {terminal}, epoch {epoch}, event {seq}: {what}");
        report.must(seq == chain.len() as u64 + 1, || fault("an event is missing before it"));
        let before = chain.last().map_or(ContentHash::ZERO, |(_, hash)| *hash);
        if !row.is_null(5) {
            placed += 1;
            let fits = found.placed.get(id).is_some_and(|facts| {
                row.hash(4).is_ok_and(|hash| hash == facts.hash)
                    && row.count(5).is_ok_and(|version| version == facts.version)
                    && row.text(6).is_ok_and(|case| case == facts.case)
                    && facts.previous == before
                    && facts.author == (terminal.clone(), epoch, seq)
            });
            report.must(fits, || fault("it is not what stands in its case"));
        }
        chain.push((seq, row.hash(4)?));
    }
    report.must(placed == found.placed.len(), || "events without an author's entry".to_owned());
    let streams = work
        .rows("SELECT terminal, epoch, chain_seq, chain_head FROM stream ORDER BY terminal", values![])
        .await?;
    for row in streams {
        let (terminal, epoch) = (row.text(0)?.to_owned(), row.small(1)?);
        let last = chains.get(&(terminal.clone(), epoch)).and_then(|chain| chain.last().copied());
        let fits = last.unwrap_or((0, ContentHash::ZERO)) == (row.count(2)?, row.hash(3)?);
        report
            .must(fits, || format!("author {terminal}, epoch {epoch}: the chain does not end where it says"));
    }
    Ok(())
}

/// Every act is there, is what its hash says, and has an answer with a receipt that holds.
pub(super) async fn check_acts(house: &House, work: &mut dyn Work, report: &mut Report) -> Result<()> {
    let server = house.keys.public_bytes();
    let rows = work
        .rows(
            "SELECT terminal, epoch, seq, act_hash, lock, sealed_act, sealed_result FROM applied \
             ORDER BY terminal, epoch, seq",
            values![],
        )
        .await?;
    let mut counts: BTreeMap<(String, u32), u64> = BTreeMap::new();
    for row in rows {
        report.acts += 1;
        let (terminal, epoch, seq) = (row.text(0)?.to_owned(), row.small(1)?, row.count(2)?);
        let fault = |what: &str| format!("outbox {terminal}, epoch {epoch}, act {seq}: {what}");
        let count = counts.entry((terminal.clone(), epoch)).or_default();
        *count += 1;
        report.must(seq == *count, || fault("an act is missing before it"));
        let seal = seal_named(house, work, row.text(4)?).await?;
        let act = seal.open(&format!("act|{terminal}|{epoch}|{seq}"), row.bytes(5)?);
        let whole = act.is_ok_and(|bytes| row.hash(3).is_ok_and(|name| hash(&bytes) == name));
        report.must(whole, || fault("the act is not what its hash says"));
        let result = seal.open(&format!("result|{terminal}|{epoch}|{seq}"), row.bytes(6)?);
        let result: Option<PushResult> = result.ok().and_then(|bytes| domain::cbor::from_slice(&bytes).ok());
        let good = result.is_some_and(|result| {
            let receipt: Option<Receipt> = domain::cbor::from_slice(&result.receipt.bytes).ok();
            let outcome = hash(&domain::cbor::to_vec(&result.outcome));
            receipt.is_some_and(|one| {
                row.hash(3).is_ok_and(|name| one.act == name)
                    && one.outcome == outcome
                    && result.seq == seq
                    && holds(&server, &result.receipt.bytes, &result.receipt.signature)
            })
        });
        report.must(good, || fault("the receipt does not hold"));
    }
    check_settled(work, report).await?;
    for ((terminal, epoch), count) in counts {
        let row = one(
            work,
            "SELECT expected FROM stream WHERE terminal = $1 AND epoch = $2",
            values![terminal.clone(), epoch],
        )
        .await?;
        let fits = row.is_some_and(|row| row.count(0).is_ok_and(|expected| expected == count + 1));
        report.must(fits, || format!("outbox {terminal}, epoch {epoch}: another act is expected"));
    }
    Ok(())
}

/// What somebody dealt with has no place, and the act that says so has one, in the same case.
async fn check_settled(work: &mut dyn Work, report: &mut Report) -> Result<()> {
    let rows = work
        .rows(
            "SELECT settled_act.act_id, \
               (SELECT count(*) FROM applied WHERE applied.act_id = settled_act.act_id \
                AND applied.case_id = settled_act.case_id AND applied.outcome <> 'placed'), \
               (SELECT count(*) FROM applied WHERE applied.act_id = settled_act.by_act \
                AND applied.case_id = settled_act.case_id AND applied.outcome = 'placed') FROM settled_act",
            values![],
        )
        .await?;
    for row in rows {
        let act = row.text(0)?.to_owned();
        report.must(row.count(1)? == 1, || format!("act {act} was settled and is none without a place"));
        report.must(row.count(2)? == 1, || format!("act {act} was settled by no act"));
    }
    Ok(())
}
