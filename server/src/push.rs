//! Acts arrive: each is judged and placed in a work of its own, and answered only when that is durable.

mod authority;
mod facts;
mod judge;
mod place;
mod proof;

pub(crate) use facts::{answer_digest, unfinished_digest};
pub(crate) use judge::in_sight;

use crate::fault::{Fault, Result, told, told_later};
use crate::house::{House, Terminal, now};
use crate::keys::hash;
use crate::storage::{Row, Work, one, values};
use crate::{cases, mutants};
use domain::ids::{CaseId, CommandId, ContentHash};
use protocol::error::{ErrorCode, ProtocolError};
use protocol::push::{MOST_ACTS, PushAnswer, PushItem, PushOutcome, PushRequest, PushResult, Receipt};

/// Milliseconds until an act is asked for again whose answer another request is writing.
const AT_ONCE: u32 = 100;

/// Takes acts in the order of the outbox.
///
/// # Errors
/// [`ErrorCode::OldEpoch`], [`ErrorCode::Fork`], [`ErrorCode::OutboxGap`] and the limits; nothing after the last
/// answered act has then been looked at.
pub async fn push(house: &House, terminal: &Terminal, request: &PushRequest) -> Result<PushAnswer> {
    terminal.check_epoch(request.epoch)?;
    if request.items.len() > MOST_ACTS {
        return Err(told(ErrorCode::TooLarge));
    }
    let consecutive = request.items.windows(2).all(|pair| pair[0].seq.checked_add(1) == Some(pair[1].seq));
    if !consecutive {
        return Err(told(ErrorCode::Unreadable));
    }
    let papers = proof::Papers::read(house, &request.delegations).await?;
    let mut results = Vec::with_capacity(request.items.len());
    for item in &request.items {
        results.push(take(house, terminal, request.epoch, item, &papers).await?);
    }
    let mut work = house.read().await?;
    let stream = stream(&mut *work, terminal, request.epoch, false).await?;
    Ok(PushAnswer { results, expected: stream.expected, now: now() })
}

/// Where a terminal's outbox and author chain stand.
pub(crate) struct Stream {
    pub(crate) expected: u64,
    pub(crate) chain_seq: u64,
    pub(crate) chain_head: ContentHash,
}

pub(crate) async fn stream(
    work: &mut dyn Work,
    terminal: &Terminal,
    epoch: u32,
    lock: bool,
) -> Result<Stream> {
    let statement = if lock {
        "SELECT expected, chain_seq, chain_head FROM stream WHERE terminal = $1 AND epoch = $2 FOR UPDATE"
    } else {
        "SELECT expected, chain_seq, chain_head FROM stream WHERE terminal = $1 AND epoch = $2"
    };
    let row = one(work, statement, values![terminal.id.to_string(), epoch]).await?;
    let row = row.ok_or_else(|| told(ErrorCode::OldEpoch))?;
    Ok(Stream { expected: row.count(0)?, chain_seq: row.count(1)?, chain_head: row.hash(2)? })
}

async fn applied(work: &mut dyn Work, terminal: &Terminal, epoch: u32, seq: u64) -> Result<Option<Row>> {
    Ok(one(
        work,
        "SELECT act_hash, lock, sealed_result FROM applied WHERE terminal = $1 AND epoch = $2 AND seq = $3",
        values![terminal.id.to_string(), epoch, seq],
    )
    .await?)
}

/// What was decided of an act, before it is written down.
pub(crate) struct Verdict {
    pub(crate) act: CommandId,
    pub(crate) case: CaseId,
    pub(crate) outcome: PushOutcome,
    /// The seal for act and answer.
    pub(crate) seal: crate::keys::Seal,
}

fn result_place(terminal: &Terminal, epoch: u32, seq: u64) -> String {
    format!("result|{}|{epoch}|{seq}", terminal.id)
}

pub(crate) fn act_place(terminal: &str, epoch: u32, seq: u64) -> String {
    format!("act|{terminal}|{epoch}|{seq}")
}

async fn take(
    house: &House,
    terminal: &Terminal,
    epoch: u32,
    item: &PushItem,
    papers: &proof::Papers,
) -> Result<PushResult> {
    let act_hash = hash(&item.act);
    let idempotent = !mutants::planted("no-idempotency");
    let mut reading = house.read().await?;
    if idempotent && applied(&mut *reading, terminal, epoch, item.seq).await?.is_some() {
        drop(reading);
        return repeat(house, terminal, epoch, item.seq, &act_hash).await;
    }
    drop(reading);
    // Signatures take most of the time: they are checked before anything is locked.
    let read = proof::read(house, terminal, epoch, &item.act, papers).await?;

    let mut work = house.write().await?;
    let present = house.terminal(&mut *work, &terminal.id).await?.ok_or_else(|| told(ErrorCode::OldEpoch))?;
    present.check_epoch(epoch)?;
    let standing = stream(&mut *work, terminal, epoch, true).await?;
    if idempotent && item.seq < standing.expected {
        drop(work);
        return repeat(house, terminal, epoch, item.seq, &act_hash).await;
    }
    if item.seq > standing.expected {
        return Err(Fault::Told(ProtocolError {
            code: ErrorCode::OutboxGap,
            retry_after: None,
            expected: Some(standing.expected),
        }));
    }
    let judged = judge::judge(house, &mut *work, &present, epoch, item.seq, &standing, &read).await;
    let verdict = match (judged, &read) {
        // One case must not hold up all that wait behind it.
        (Err(Fault::CaseDamaged), proof::ReadAct::Proved(proved)) => {
            drop(work);
            work = house.write().await?;
            let standing = stream(&mut *work, terminal, epoch, true).await?;
            if standing.expected != item.seq {
                // Somebody brought the same act meanwhile; it is asked for again.
                return Err(told_later(ErrorCode::Storage, AT_ONCE));
            }
            tracing::error!(case = %proved.act.case, seq = item.seq, "a case does not read; its act is set aside");
            judge::set_aside(house, &mut *work, &present, epoch, item.seq, &standing, proved).await?
        }
        (judged, _) => judged?,
    };
    let result = write_down(house, &mut *work, terminal, epoch, item, act_hash, &verdict).await?;
    let outcome = outcome_name(&result.outcome);
    if mutants::planted("reply-before-commit") {
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            let _ = work.commit().await;
        });
    } else {
        work.commit().await?;
    }
    metrics::counter!("window_acts_total", "outcome" => outcome).increment(1);
    if matches!(result.outcome, PushOutcome::Placed { .. }) {
        house.ring();
    } else {
        tracing::warn!(terminal = %terminal.id, seq = item.seq, outcome, "an act was not placed");
    }
    Ok(result)
}

fn outcome_name(outcome: &PushOutcome) -> &'static str {
    match outcome {
        PushOutcome::Placed { .. } => "placed",
        PushOutcome::Conflict { .. } => "conflict",
        PushOutcome::Rejected { code, .. } => code.code(),
        PushOutcome::Held { .. } => "held",
    }
}

/// The stored answer of an act that came before; other content under its number is a copied store.
async fn repeat(
    house: &House,
    terminal: &Terminal,
    epoch: u32,
    seq: u64,
    act_hash: &ContentHash,
) -> Result<PushResult> {
    let mut work = house.write().await?;
    let row = applied(&mut *work, terminal, epoch, seq).await?.ok_or(Fault::Stored("answer"))?;
    if row.hash(0)? != *act_hash {
        work.run(
            "UPDATE terminal SET state = 'stopped' WHERE id = $1 AND epoch = $2",
            values![terminal.id.to_string(), epoch],
        )
        .await?;
        work.commit().await?;
        tracing::error!(terminal = %terminal.id, epoch, seq, "a copied store: the terminal was stopped");
        return Err(told(ErrorCode::Fork));
    }
    let seal = cases::seal_named(house, &mut *work, row.text(1)?).await?;
    let bytes = seal.open(&result_place(terminal, epoch, seq), row.bytes(2)?)?;
    domain::cbor::from_slice(&bytes).map_err(|_| Fault::Stored("answer"))
}

async fn write_down(
    house: &House,
    work: &mut dyn Work,
    terminal: &Terminal,
    epoch: u32,
    item: &PushItem,
    act_hash: ContentHash,
    verdict: &Verdict,
) -> Result<PushResult> {
    let now = now();
    let outcome_hash = hash(&domain::cbor::to_vec(&verdict.outcome));
    let receipt = house.keys.sign(&Receipt { act: act_hash, outcome: outcome_hash, now })?;
    let result = PushResult { seq: item.seq, act: verdict.act, outcome: verdict.outcome.clone(), receipt };
    let place = result_place(terminal, epoch, item.seq);
    let sealed_result = verdict.seal.seal(&place, &domain::cbor::to_vec(&result))?;
    let name = terminal.id.to_string();
    let sealed_act = verdict.seal.seal(&act_place(&name, epoch, item.seq), &item.act)?;
    work.run(
        "INSERT INTO applied (terminal, epoch, seq, act_hash, act_id, case_id, lock, sealed_act, sealed_result, \
         outcome, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        values![
            name.clone(),
            epoch,
            item.seq,
            act_hash.0.to_vec(),
            verdict.act.to_string(),
            verdict.case.to_string(),
            verdict.seal.name(),
            sealed_act,
            sealed_result,
            outcome_name(&result.outcome),
            now
        ],
    )
    .await?;
    work.run(
        "UPDATE stream SET expected = $1 WHERE terminal = $2 AND epoch = $3",
        values![item.seq + 1, name, epoch],
    )
    .await?;
    Ok(result)
}
