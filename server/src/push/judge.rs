//! The judgement of one act. The order of the questions decides which code a forged act gets: who signed, does the
//! chain hold, what did the author know, was the authority there, do the rules give exactly these events, are
//! numbers and answers ours, did somebody else change the same, does it still hold today.

use super::proof::{ProvedAct, ReadAct};
use super::{Stream, Verdict, authority, facts, place};
use crate::fault::Result;
use crate::house::{House, Terminal, now};
use crate::storage::{Work, one, values};
use crate::{cases, mutants};
use domain::act::Act;
use domain::command::Command;
use domain::context::Facts;
use domain::decide::decide;
use domain::event::{Decision, Event, EventRecord};
use domain::ids::{CaseId, CommandId, FieldPath, TerminalId};
use domain::path::{self, of_command};
use domain::refusal::Refusal;
use protocol::push::{PushOutcome, RejectCode};
use uuid::Uuid;

fn rejected(code: RejectCode) -> PushOutcome {
    PushOutcome::Rejected { code, refusal: None, field: None }
}

fn refused(code: RejectCode, refusal: Refusal) -> PushOutcome {
    let field = match &refusal {
        Refusal::WrongValue { field, .. } | Refusal::FieldLocked { field } => Some(FieldPath(field.clone())),
        _ => None,
    };
    PushOutcome::Rejected { code, refusal: Some(refusal), field }
}

pub(super) async fn judge(
    house: &House,
    work: &mut dyn Work,
    terminal: &Terminal,
    epoch: u32,
    seq: u64,
    stream: &Stream,
    read: &ReadAct,
) -> Result<Verdict> {
    let proved = match read {
        ReadAct::Proved(proved) => proved,
        ReadAct::Refused(act, code) => {
            let nobody = (CommandId(Uuid::nil()), CaseId(Uuid::nil()));
            let (id, case) = act.as_ref().map_or(nobody, |act| (act.id, act.case));
            let seal = house.keys.unit(work, &terminal.unit).await?.seal(&terminal.unit);
            return Ok(Verdict { act: id, case, outcome: rejected(*code), seal });
        }
    };
    let file = cases::find(house, work, &proved.act.case).await?;
    let seen = match &file {
        Some(file) => in_sight(house, work, terminal, &file.unit).await?,
        None => true,
    };
    let mut bench = Bench { house, work, terminal, epoch, seq, proved, file: None };
    if seen {
        bench.file = file;
    }
    let outcome = if !chain_holds(bench.work, proved, stream).await? {
        rejected(RejectCode::BrokenChain)
    } else {
        bench.advance_chain().await?;
        let outcome = if seen { bench.weigh().await? } else { rejected(RejectCode::NoAuthority) };
        bench.note_authorship(&outcome).await?;
        outcome
    };
    let Bench { file, .. } = bench;
    let seal = match file {
        Some(file) => file.seal,
        None => house.keys.unit(work, &terminal.unit).await?.seal(&terminal.unit),
    };
    Ok(Verdict { act: proved.act.id, case: proved.act.case, outcome, seal })
}

/// The answer to an act whose case this server cannot read any more: it is told so and goes to the officers of its
/// terminal, and the cases behind it in the outbox are taken. The work must be a new one: what was begun is undone.
pub(super) async fn set_aside(
    house: &House,
    work: &mut dyn Work,
    terminal: &Terminal,
    epoch: u32,
    seq: u64,
    stream: &Stream,
    proved: &ProvedAct,
) -> Result<Verdict> {
    let mut bench = Bench { house, work, terminal, epoch, seq, proved, file: None };
    let outcome = if chain_holds(bench.work, proved, stream).await? {
        bench.advance_chain().await?;
        let outcome = rejected(RejectCode::CaseDamaged);
        bench.note_authorship(&outcome).await?;
        outcome
    } else {
        rejected(RejectCode::BrokenChain)
    };
    let seal = house.keys.unit(bench.work, &terminal.unit).await?.seal(&terminal.unit);
    Ok(Verdict { act: proved.act.id, case: proved.act.case, outcome, seal })
}

/// Whether a unit's cases are for a terminal's eyes.
pub(crate) async fn in_sight(
    house: &House,
    work: &mut dyn Work,
    terminal: &Terminal,
    unit: &domain::ids::UnitCode,
) -> Result<bool> {
    let roster = house.rosters.present(house, work).await?.roster;
    Ok(terminal.unit == *unit || roster.covers(&terminal.unit, unit) || mutants::planted("no-scope"))
}

/// Whether the events go on where the author's chain ended, and none of their names was used before.
async fn chain_holds(work: &mut dyn Work, proved: &ProvedAct, stream: &Stream) -> Result<bool> {
    let (mut seq, mut head) = (stream.chain_seq, stream.chain_head);
    for (record, hash) in proved.records.iter().zip(&proved.hashes) {
        if record.seq != seq + 1 || record.previous != head {
            return Ok(false);
        }
        let known =
            one(work, "SELECT seq FROM author_event WHERE id = $1", values![record.id.to_string()]).await?;
        if known.is_some() {
            return Ok(false);
        }
        (seq, head) = (record.seq, *hash);
    }
    let mut names: Vec<_> = proved.records.iter().map(|record| record.id).collect();
    names.sort_unstable();
    Ok(names.windows(2).all(|pair| pair[0] != pair[1]))
}

/// What is at hand while an act is weighed.
pub(super) struct Bench<'a> {
    pub(super) house: &'a House,
    pub(super) work: &'a mut dyn Work,
    pub(super) terminal: &'a Terminal,
    pub(super) epoch: u32,
    pub(super) seq: u64,
    pub(super) proved: &'a ProvedAct,
    pub(super) file: Option<cases::CaseFile>,
}

impl Bench<'_> {
    /// The author's chain goes on even when the act is refused: the terminal has signed the events and builds on
    /// them.
    async fn advance_chain(&mut self) -> Result<()> {
        if let (Some(record), Some(hash)) = (self.proved.records.last(), self.proved.hashes.last()) {
            self.work
                .run(
                    "UPDATE stream SET chain_seq = $1, chain_head = $2 WHERE terminal = $3 AND epoch = $4",
                    values![record.seq, hash.0.to_vec(), self.terminal.id.to_string(), self.epoch],
                )
                .await?;
        }
        Ok(())
    }

    async fn note_authorship(&mut self, outcome: &PushOutcome) -> Result<()> {
        let count = self.proved.records.len() as u64;
        for (at, (record, hash)) in self.proved.records.iter().zip(&self.proved.hashes).enumerate() {
            let placed = match outcome {
                PushOutcome::Placed { version } => Some(version - count + 1 + at as u64),
                _ => None,
            };
            self.work
                .run(
                    "INSERT INTO author_event (id, case_id, terminal, epoch, seq, hash, placed) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    values![
                        record.id.to_string(),
                        record.case.to_string(),
                        self.terminal.id.to_string(),
                        self.epoch,
                        record.seq,
                        hash.0.to_vec(),
                        placed
                    ],
                )
                .await?;
        }
        Ok(())
    }

    async fn weigh(&mut self) -> Result<PushOutcome> {
        let proved = self.proved;
        let act = &proved.act;
        if !proved.consistent {
            return Ok(rejected(RejectCode::Forged));
        }
        let own = match self.own_base(act).await? {
            Ok(own) => own,
            Err(outcome) => return Ok(outcome),
        };
        let version = self.file.as_ref().map_or(0, |file| file.version);
        if act.base.version > version {
            return Ok(rejected(RejectCode::BrokenChain));
        }
        let names = (&act.context.definition, &act.context.codes, &act.context.calendar);
        let shelf = self.house.library.shelf(self.work, names.0, names.1, names.2).await?;
        let Some(shelf) = shelf else { return Ok(rejected(RejectCode::UnknownDefinition)) };
        let now = now();
        let roster = match authority::roster_then(self.house, self.work, act, &proved.paper, now).await? {
            Ok(roster) => roster,
            Err(code) => return Ok(rejected(code)),
        };
        let events = match &self.file {
            Some(file) => cases::events(self.work, &act.case, file).await?,
            None => Vec::new(),
        };
        let known = cases::at_base(act.case, &events, act.base.version, own);
        let today = cases::today(act.case, &events);
        // Every act stands on the definition that the case kept as far as its author knew; only the move itself
        // stands on the one that it goes to. Acts beside a move of somebody else are conflicts, told below.
        let held = known.case.opening.as_ref().or(today.opening.as_ref());
        let moves = matches!(act.command, Command::MoveToDefinition { .. });
        if !moves && held.is_some_and(|one| one.definition != act.context.definition) {
            return Ok(rejected(RejectCode::Forged));
        }

        // (a) The command gives exactly these events on what the author knew.
        let facts = Facts {
            definition: &shelf.definition,
            codes: &shelf.codes,
            calendar: &shelf.calendar,
            roster: &roster,
        };
        let rules_asked = !mutants::planted("no-approver-check");
        if rules_asked {
            match decide(&act.command, &known.case, &act.context, &facts) {
                Ok(events) if same(&events, &proved.records) => {}
                Ok(_) => return Ok(rejected(RejectCode::Forged)),
                Err(refusal) => return Ok(refused(RejectCode::Forged, refusal)),
            }
        }
        let opened = proved.records.iter().find_map(|record| match &record.event {
            Event::CaseOpened { unit, .. } => Some(unit),
            _ => None,
        });
        if let Some(unit) = opened
            && !in_sight(self.house, self.work, self.terminal, unit).await?
        {
            return Ok(rejected(RejectCode::NoAuthority));
        }

        // (b) Numbers and answers are ours.
        let mut numbers = Vec::new();
        for (kind, number) in facts::new_numbers(&proved.records, &today) {
            match facts::leased(self.work, self.terminal, self.epoch, kind, number, &act.case).await? {
                Some(number) => numbers.push(number),
                None => return Ok(rejected(RejectCode::NumberNotLeased)),
            }
        }
        if let Command::SettleAct(settlement) = &act.command
            && !facts::unplaced(self.work, self.terminal, act, settlement).await?
        {
            return Ok(rejected(RejectCode::Forged));
        }
        if !facts::answer_known(&self.house.keys, self.work, act, &shelf.definition).await? {
            return Ok(rejected(RejectCode::UnknownAnswer));
        }

        // What the register has, or may have, is not given up, whatever the author knew of it.
        if gives_up(&act.command) && crate::register::under_way(self.work, &today).await? {
            return Ok(refused(RejectCode::NoLongerHolds, Refusal::EffectUnfinished));
        }

        // (c) Nobody else changed what the act reads or writes.
        let clash = clash(act, &proved.records, &known.others);
        if !clash.is_empty() {
            for number in &numbers {
                facts::note_used(self.work, number, act).await?;
            }
            return self.conflict(clash, &known.others, version).await;
        }

        // The act still holds on the case of today, by the roster of today.
        if rules_asked {
            let present = self.house.rosters.present(self.house, self.work).await?.roster;
            match decide(&act.command, &today, &act.context, &Facts { roster: &present, ..facts }) {
                Ok(events) if same(&events, &proved.records) => {}
                Ok(_) => return self.conflict(of_command(&act.command).0, &known.others, version).await,
                Err(refusal) => return Ok(refused(RejectCode::NoLongerHolds, refusal)),
            }
        }
        for number in &numbers {
            facts::note_used(self.work, number, act).await?;
        }
        place::place(self, &shelf.definition, today, now).await
    }

    /// The author's own last event of the case. An act that builds on one that has no place waits with it.
    async fn own_base(
        &mut self,
        act: &Act,
    ) -> Result<std::result::Result<Option<(TerminalId, u32, u64)>, PushOutcome>> {
        let Some(own) = act.base.own else { return Ok(Ok(None)) };
        let row = one(
            self.work,
            "SELECT case_id, terminal, epoch, seq, placed FROM author_event WHERE id = $1",
            values![own.to_string()],
        )
        .await?;
        let Some(row) = row else { return Ok(Err(rejected(RejectCode::BrokenChain))) };
        let mine = row.text(0)? == act.case.to_string() && row.text(1)? == self.terminal.id.to_string();
        if !mine {
            return Ok(Err(rejected(RejectCode::BrokenChain)));
        }
        if row.is_null(4) {
            return Ok(Err(PushOutcome::Held { case: act.case }));
        }
        Ok(Ok(Some((self.terminal.id, row.small(2)?, row.count(3)?))))
    }

    /// Keeps both sides: the act is stored with the answer, and what it clashed with stands here.
    async fn conflict(
        &mut self,
        paths: Vec<String>,
        others: &[cases::PlacedEvent],
        version: u64,
    ) -> Result<PushOutcome> {
        let others: Vec<_> = others.iter().map(|one| one.record.id).collect();
        if let Some(file) = &self.file {
            let name = format!("conflict|{}|{}|{}", self.terminal.id, self.epoch, self.seq);
            let sealed = file.seal.seal(&name, &domain::cbor::to_vec(&(&paths, &others)))?;
            self.work
                .run(
                    "INSERT INTO conflict (terminal, epoch, seq, case_id, version, sealed, at) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    values![
                        self.terminal.id.to_string(),
                        self.epoch,
                        self.seq,
                        self.proved.act.case.to_string(),
                        version,
                        sealed,
                        now()
                    ],
                )
                .await?;
        }
        Ok(PushOutcome::Conflict { paths, others, version })
    }
}

/// Whether a command ends a hand-over without an answer of the register.
fn gives_up(command: &Command) -> bool {
    match command {
        Command::Withdraw { .. } | Command::Terminate { .. } | Command::CancelTolerance { .. } => true,
        Command::Review { decision, .. } => *decision != Decision::Pass,
        _ => false,
    }
}

fn same(events: &[Event], records: &[EventRecord]) -> bool {
    events.len() == records.len() && events.iter().zip(records).all(|(event, record)| *event == record.event)
}

/// The paths of an act that events of others changed meanwhile.
fn clash(act: &Act, records: &[EventRecord], others: &[cases::PlacedEvent]) -> Vec<String> {
    if mutants::planted("clash-not-seen") {
        return Vec::new();
    }
    let (own, others) = (records.iter().map(|one| &one.event), others.iter().map(|one| &one.record.event));
    path::clash(&act.command, own, others)
}
