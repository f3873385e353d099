//! Pushes acts in the order of the outbox and keeps what became of them.

use crate::client::Channel;
use crate::core::Core;
use crate::credential::{delegation, hash, prove};
use crate::lane::{Next, Work};
use crate::{Result, SyncError};
use domain::act::Act;
use domain::command::Command;
use domain::ids::CaseId;
use futures::future::BoxFuture;
use protocol::error::ErrorCode;
use protocol::push::{MOST_ACTS, MOST_BYTES, PushAnswer, PushItem, PushOutcome, PushRequest, Receipt};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::table::outbox::{self, OutboxRow, OutboxState};
use store::table::{audit, event, terminal};

/// A full push over a poor line: 1 MiB at 256 kbit/s.
const ANSWER: Duration = Duration::from_secs(40);
/// Without any wake the outbox is looked at this often.
const SWEEP: Duration = Duration::from_secs(60);
/// Value of the terminal's table: the server may have lost acts, the last answered one is to be asked about.
pub(crate) const PROBE: &str = "push_probe";

pub(crate) struct Push {
    core: Arc<Core>,
    /// Most acts of one push; halved when pushes are too large or get lost, as a poor line needs.
    most: AtomicUsize,
}

impl Push {
    pub(crate) fn new(core: &Arc<Core>) -> Self {
        Self { core: Arc::clone(core), most: AtomicUsize::new(MOST_ACTS) }
    }
}

impl Work for Push {
    fn round(&self) -> BoxFuture<'_, Result<Next>> {
        Box::pin(async {
            let most = self.most.load(Ordering::Relaxed);
            let epoch = self.core.epoch;
            let Some((rows, request)) = self.core.blocking(move |core| batch(core, most, epoch)).await?
            else {
                return Ok(Next::Rest(SWEEP));
            };
            let sent = rows.len();
            store::failpoint::pass("push-not-sent");
            let answer = self.core.client.post(Channel::Call, "/v1/push", &request, ANSWER).await;
            match answer {
                Ok(answer) => {
                    store::failpoint::pass("answer-not-kept");
                    self.most.store((most * 2).min(MOST_ACTS), Ordering::Relaxed);
                    let kept = self.core.blocking(move |core| keep(core, &rows, answer)).await?;
                    self.core.lanes.blobs.wake();
                    if kept == 0 && sent > 0 {
                        return Err(SyncError::Unproven("a push without results"));
                    }
                    Ok(Next::Now)
                }
                Err(SyncError::Refused(refused)) if refused.code == ErrorCode::OutboxGap => {
                    let expected = refused.expected.ok_or(SyncError::Unproven("gap"))?;
                    self.core.blocking(move |core| go_back(core, expected)).await?;
                    Ok(Next::Now)
                }
                Err(fault) => {
                    if fault.is_offline() || fault.refusal() == Some(ErrorCode::TooLarge) {
                        self.most.store((most / 2).max(1), Ordering::Relaxed);
                    }
                    Err(fault)
                }
            }
        })
    }
}

/// The next acts with their delegations; none when nothing waits.
fn batch(core: &Core, most: usize, epoch: u32) -> Result<Option<(Vec<OutboxRow>, PushRequest)>> {
    let limit = u32::try_from(most).unwrap_or(1);
    let (mut rows, probe) = core.store.read(|connection| {
        let waiting = outbox::waiting(connection, limit)?;
        let probe = terminal::get(connection, PROBE)?.is_some_and(|value| !value.is_empty());
        if probe {
            // The last answered act: its repeat either gets its first answer again, or shows what was lost.
            return Ok((outbox::last_answered(connection)?.into_iter().collect(), true));
        }
        Ok((waiting, false))
    })?;
    if rows.is_empty() {
        if probe {
            core.write(|transaction| terminal::put(transaction, PROBE, &[]))?;
        }
        return Ok(None);
    }
    let mut bytes = 0;
    let fit = rows.iter().take_while(|row| {
        bytes += row.act.len();
        bytes <= MOST_BYTES
    });
    let fit = fit.count().max(1);
    rows.truncate(fit);
    // The outbox has no holes; should it get one, what comes behind waits for a push of its own.
    let consecutive = rows.windows(2).take_while(|pair| pair[0].seq + 1 == pair[1].seq).count() + 1;
    rows.truncate(consecutive);

    let mut names = BTreeSet::new();
    for row in &rows {
        // An act that does not read is for the server to refuse; it must not hold up the others.
        if let Ok(act) = Act::from_bytes(&row.act) {
            names.insert(act.delegation);
        }
    }
    let delegations = core.store.read(|connection| {
        let mut found = Vec::with_capacity(names.len());
        for name in &names {
            found.extend(delegation(connection, *name)?);
        }
        Ok(found)
    })?;
    let items = rows.iter().map(|row| PushItem { seq: row.seq, act: row.act.clone() }).collect();
    Ok(Some((rows, PushRequest { epoch, items, delegations })))
}

/// Whether an act without a place needs nobody: it kept an answer of the register, made by no hand, and the look-up is
/// asked again where the case needs it. One that was refused for itself is a fault, and is told.
fn is_asked_again(row: &OutboxRow, outcome: &PushOutcome) -> bool {
    matches!(outcome, PushOutcome::Conflict { .. } | PushOutcome::Held { .. })
        && Act::from_bytes(&row.act).is_ok_and(|act| matches!(act.command, Command::RecordLookup { .. }))
}

struct Answered {
    seq: u64,
    case: CaseId,
    command: domain::ids::CommandId,
    state: OutboxState,
    /// Needs nobody although it has no place.
    asked_again: bool,
    outcome: Vec<u8>,
    receipt: (Vec<u8>, Vec<u8>),
}

/// Checks every receipt, then keeps all answers in one transaction. Gives how many.
fn keep(core: &Core, rows: &[OutboxRow], answer: PushAnswer) -> Result<usize> {
    if answer.results.len() > rows.len() {
        return Err(SyncError::Unproven("a push with too many results"));
    }
    let mut answered = Vec::with_capacity(answer.results.len());
    for (row, result) in rows.iter().zip(answer.results) {
        if result.seq != row.seq {
            return Err(SyncError::Unproven("result"));
        }
        prove(&core.server_key, &result.receipt, "receipt")?;
        let receipt: Receipt =
            domain::cbor::from_slice(&result.receipt.bytes).map_err(|_| SyncError::Unproven("receipt"))?;
        let outcome = domain::cbor::to_vec(&result.outcome);
        if receipt.act != hash(&row.act) || receipt.outcome != hash(&outcome) {
            return Err(SyncError::Unproven("receipt"));
        }
        let state = match result.outcome {
            PushOutcome::Placed { .. } => OutboxState::Placed,
            PushOutcome::Conflict { .. } | PushOutcome::Rejected { .. } | PushOutcome::Held { .. } => {
                OutboxState::Troubled
            }
        };
        answered.push(Answered {
            seq: row.seq,
            case: row.case,
            command: row.command,
            state,
            asked_again: is_asked_again(row, &result.outcome),
            outcome,
            receipt: (result.receipt.bytes, result.receipt.signature),
        });
    }
    let kept = answered.len();
    if kept == 0 {
        return Ok(0);
    }
    let projection = Arc::clone(&core.projection);
    let now = answer.now;
    let changed = core.write(move |transaction| {
        let mut changed = BTreeSet::new();
        for one in &answered {
            let before = outbox::get(transaction, one.seq)?;
            // A repeat gets its first receipt again; a new one says that the first answer was lost over there.
            let waiting = before.as_ref().is_none_or(|row| row.state == OutboxState::Waiting);
            if !waiting && before.as_ref().is_some_and(|row| row.receipt.as_ref() != Some(&one.receipt)) {
                audit::append(transaction, now, "", &format!("server-lost-acts from={} acts=1", one.seq))?;
            }
            // An officer dealt with it already: a repeated answer must not bring it back.
            let settled = before.is_some_and(|row| row.settled.is_some());
            let state =
                if settled && one.state == OutboxState::Troubled { OutboxState::Settled } else { one.state };
            outbox::answer(transaction, one.seq, state, &one.outcome, (&one.receipt.0, &one.receipt.1))?;
            if one.state == OutboxState::Troubled {
                if one.asked_again && outbox::settle(transaction, one.seq, "")? {
                    audit::append(transaction, now, "", &format!("act-settled seq={} look-up", one.seq))?;
                }
                event::drop_command(transaction, one.command)?;
                changed.insert(one.case);
            }
        }
        for case in &changed {
            projection.project(transaction, *case)?;
        }
        terminal::put(transaction, PROBE, &[])?;
        Ok(changed)
    })?;
    store::failpoint::pass("answer-not-told");
    core.watcher.outbox_changed();
    if !changed.is_empty() {
        core.watcher.cases_changed(&changed.into_iter().collect::<Vec<_>>());
    }
    Ok(kept)
}

/// The server expects an earlier number: it lost acts that it had receipted. They wait again, for everybody to
/// see, and are pushed anew.
fn go_back(core: &Core, expected: u64) -> Result<()> {
    let now = core.server_time().unwrap_or_default();
    let reopened = core.write(move |transaction| {
        let last = outbox::last(transaction)?;
        if expected == 0 || expected > last {
            return Ok(None);
        }
        let reopened = outbox::reopen(transaction, expected)?;
        terminal::put(transaction, PROBE, &[])?;
        audit::append(transaction, now, "", &format!("server-lost-acts from={expected} acts={reopened}"))?;
        Ok(Some(reopened))
    })?;
    match reopened {
        Some(acts) if acts > 0 => {
            tracing::warn!(expected, acts, "the server lost acts; they are pushed again");
            core.watcher.outbox_changed();
            Ok(())
        }
        // It expects what this store never made, or what waits already and was sent: another history.
        _ => Err(SyncError::Unproven("gap")),
    }
}
