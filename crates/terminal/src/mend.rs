//! Acts that the server did not place: in conflict with somebody else's, refused, or held behind such a one. Their events
//! are out of the case and stay in the store; a person decides, in the order in which they were made, what is made
//! again on the case of today and what is given up. Nothing is settled without a word in the case or in the outbox.

use crate::Terminal;
use crate::act::{Again, LoadedCase, Wish};
use crate::carry::derived;
use crate::contents::Current;
use crate::error::{Own, Result, TerminalError};
use crate::project::{self, Line};
use crate::rpc::ChangeSource;
use crate::rpc::request::{CaseAct, GiveUpAct, OneCase, RedoAct};
use crate::rpc::view::{MendAct, MendField, MendPart, MendView};
use crate::view::{event_words, field_words, part_words};
use domain::act::Act;
use domain::case::Case;
use domain::cbor;
use domain::command::Command;
use domain::condition::Situation as _;
use domain::context::Facts;
use domain::decide::decide;
use domain::event::{Event, EventRecord, Settlement};
use domain::ids::{CaseId, FieldPath};
use domain::matter::{FieldKind, MatterDefinition};
use domain::number::NumberKind;
use domain::path::{self, Paths, of_event};
use domain::refusal::Refusal;
use protocol::push::PushOutcome;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use store::table::event::EventRow;
use store::table::outbox::{OutboxRow, OutboxState};
use store::{Priority, Store, StoreError, Transaction, table};

/// Code of an act that waits behind another.
const HELD: &str = "ACT_HELD";
/// Code of an act that clashes with somebody else's.
const CONFLICT: &str = "ACT_CONFLICT";
/// What the act shows in the trail when it settles another.
const SETTLING: &str = "处理没有办成的一步";

/// What an act put on paper that the citizen holds.
#[derive(Default)]
pub(crate) struct Printed {
    numbers: Vec<(NumberKind, String)>,
    pub(crate) query_password: Option<String>,
}

impl Printed {
    /// The number of a kind.
    pub(crate) fn of(&self, kind: NumberKind) -> Option<String> {
        self.numbers.iter().find(|(one, _)| *one == kind).map(|(_, number)| number.clone())
    }
}

/// Number and password that an act gave out: they stay good when it is made again.
pub(crate) fn printed(act: &Act) -> Printed {
    use domain::event::SubmissionMode::{Accepted, TakenIn};
    let numbers: Vec<_> = records(act)
        .into_iter()
        .filter_map(|record| match record.event {
            Event::Submitted { mode: Accepted, number: Some(number), .. }
            | Event::AcceptanceConfirmed { number, .. } => Some((NumberKind::Acceptance, number)),
            Event::Submitted { mode: TakenIn, number: Some(number), .. } => {
                Some((NumberKind::Intake, number))
            }
            _ => None,
        })
        .collect();
    let query_password = act.context.allotted.query_password.clone().filter(|_| !numbers.is_empty());
    Printed { numbers, query_password }
}

/// Marks an act as dealt with and writes that into the audit log.
pub(crate) fn settle(
    tx: &Transaction<'_>,
    at: i64,
    officer: &str,
    seq: u64,
    reason: &str,
) -> store::Result<()> {
    if table::outbox::settle(tx, seq, reason)? {
        let way = if reason.is_empty() { "again" } else { "given-up" };
        table::audit::append(tx, at, officer, &format!("act-settled seq={seq} {way}"))?;
    }
    Ok(())
}

fn records(act: &Act) -> Vec<EventRecord> {
    act.events.iter().filter_map(|one| EventRecord::from_bytes(&one.bytes).ok()).collect()
}

/// An act without a place, read.
struct Unplaced {
    row: OutboxRow,
    act: Act,
    outcome: Option<PushOutcome>,
}

impl Unplaced {
    /// Parts that somebody else changed since. The server compares the first act of a case only; what is held behind it
    /// is compared here, by the same rule.
    fn clashes(&self, loaded: Option<&LoadedCase>) -> Vec<String> {
        let mut paths = match &self.outcome {
            Some(PushOutcome::Conflict { paths, .. }) => paths.clone(),
            _ => Vec::new(),
        };
        let since = |row: &EventRow| row.own_seq.is_none() && row.version > Some(self.act.base.version);
        let others = loaded.iter().flat_map(|one| &one.records).filter(|(row, _)| since(row));
        let own = records(&self.act);
        let (own, others) = (own.iter().map(|one| &one.event), others.map(|(_, record)| &record.event));
        paths.extend(path::clash(&self.act.command, own, others));
        paths.sort();
        paths.dedup();
        paths
    }

    /// The version of the case that holds what it clashes with; 0 when there is none to wait for.
    fn needed_version(&self) -> u64 {
        match self.outcome {
            Some(PushOutcome::Conflict { version, .. }) => version,
            _ => 0,
        }
    }

    /// What is given up with the whole act.
    fn parts(&self) -> Vec<String> {
        let mut paths: Vec<String> =
            records(&self.act).iter().flat_map(|record| of_event(&record.event).0).collect();
        paths.sort();
        paths.dedup();
        paths
    }
}

fn unplaced(store: &Store, case: CaseId) -> Result<Vec<Unplaced>> {
    let rows = store.read(|db| table::outbox::of_case(db, case, OutboxState::Troubled))?;
    let read = rows.into_iter().map(|row| {
        let act = Act::from_bytes(&row.act).map_err(|_| StoreError::Unreadable("outbox"))?;
        let outcome = row.outcome.as_ref().and_then(|bytes| cbor::from_slice(bytes).ok());
        Ok(Unplaced { row, act, outcome })
    });
    read.collect()
}

impl Terminal {
    pub(crate) fn mend(&self, request: OneCase) -> Result<MendView> {
        self.actor()?;
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let waiting = unplaced(&store, request.case)?;
        let loaded = self.case_if_there(request.case)?;
        let line = store.read(|db| table::case::get(db, request.case))?;
        let line = line.and_then(|row| cbor::from_slice::<Line>(&row.line).ok());
        let title = line.map(|line| format!("{}　{}", line.person, line.matter_name)).unwrap_or_default();
        let mut acts = Vec::with_capacity(waiting.len());
        for (at, one) in waiting.iter().enumerate() {
            let why_not =
                if at == 0 { self.why_not(&store, one, loaded.as_ref(), &current)? } else { String::new() };
            acts.push(self.mend_act(&store, one, loaded.as_ref(), &current, (at == 0).then_some(why_not))?);
        }
        Ok(MendView { case: request.case, title: title.trim().to_owned(), known: loaded.is_some(), acts })
    }

    pub(crate) fn redo_act(&self, request: RedoAct) -> Result<MendView> {
        {
            let _one_at_a_time = self.acting.lock().unwrap_or_else(PoisonError::into_inner);
            let store = self.store()?;
            if let Some(first) = self.first(&store, request.case, request.seq)? {
                self.redo(&store, &first, Some(&request.fields), &request.reason)?;
            }
        }
        self.mended(request.case)
    }

    pub(crate) fn redo_rest(&self, request: CaseAct) -> Result<MendView> {
        {
            let _one_at_a_time = self.acting.lock().unwrap_or_else(PoisonError::into_inner);
            let store = self.store()?;
            for (at, one) in unplaced(&store, request.case)?.iter().enumerate() {
                // A conflict is chosen value by value.
                let clashes = one.clashes(self.case_if_there(request.case)?.as_ref());
                let done = if clashes.is_empty() {
                    self.redo(&store, one, None, "")
                } else {
                    Err(Own::CaseTroubled.into())
                };
                match done {
                    Ok(()) => {}
                    // What went before stands; the screen shows the one that needs a word.
                    Err(_) if at > 0 => break,
                    Err(refusal) => return Err(refusal),
                }
            }
        }
        self.mended(request.case)
    }

    pub(crate) fn give_up_act(&self, request: GiveUpAct) -> Result<MendView> {
        if request.reason.trim().is_empty() {
            return Err(Refusal::ReasonMissing.into());
        }
        {
            let _one_at_a_time = self.acting.lock().unwrap_or_else(PoisonError::into_inner);
            let store = self.store()?;
            if let Some(first) = self.first(&store, request.case, request.seq)? {
                self.give_up(&store, &first, request.reason.trim())?;
                if request.all {
                    for one in unplaced(&store, request.case)? {
                        self.give_up(&store, &one, request.reason.trim())?;
                    }
                }
            }
        }
        self.mended(request.case)
    }

    /// The act that is to be dealt with now. None when it was dealt with already: a repeat changes nothing.
    fn first(&self, store: &Store, case: CaseId, seq: u64) -> Result<Option<Unplaced>> {
        let mut waiting = unplaced(store, case)?;
        let Some(at) = waiting.iter().position(|one| one.row.seq == seq) else { return Ok(None) };
        if at > 0 {
            return Err(Own::CaseTroubled.into());
        }
        Ok(Some(waiting.swap_remove(0)))
    }

    fn mended(&self, case: CaseId) -> Result<MendView> {
        let topics = [format!("case:{case}"), "desk".to_owned(), "shell".to_owned(), "sync".to_owned()];
        self.changed(ChangeSource::Window, topics);
        self.mend(OneCase { case })
    }

    /// The case, unless its own opening has no place.
    fn case_if_there(&self, case: CaseId) -> Result<Option<LoadedCase>> {
        match self.load_case(case) {
            Ok(loaded) => Ok(Some(loaded)),
            Err(TerminalError::Own(Own::CaseTroubled | Own::CaseUnknown)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Makes an act again on the case of today. Of a change of fields only the chosen ones, all when none are named.
    fn redo(
        &self,
        store: &Arc<Store>,
        one: &Unplaced,
        chosen: Option<&[FieldPath]>,
        reason: &str,
    ) -> Result<()> {
        let loaded = self.case_if_there(one.act.case)?;
        let (command, given_up) = match (&one.act.command, chosen) {
            (Command::ChangeFields { changes, source, reason }, Some(chosen)) => {
                let (mine, theirs): (Vec<_>, Vec<_>) =
                    changes.iter().cloned().partition(|(path, _)| chosen.contains(path));
                let differs = |(path, value): &(FieldPath, String)| {
                    let case = loaded.as_ref().map(|one| &one.case);
                    case.and_then(|case| case.value(path)).unwrap_or_default() != value
                };
                let given_up = theirs.into_iter().filter(differs).map(|(path, _)| format!("fields/{path}"));
                let given_up = given_up.collect::<Vec<_>>();
                (Command::ChangeFields { changes: mine, source: *source, reason: reason.clone() }, given_up)
            }
            (command, _) => (command.clone(), Vec::new()),
        };
        if !given_up.is_empty() && reason.trim().is_empty() {
            return Err(Refusal::ReasonMissing.into());
        }
        let told = !one.clashes(loaded.as_ref()).is_empty() || !given_up.is_empty();
        let again = Again { seq: one.row.seq, act: one.act.clone(), settles: !told };
        let empty = matches!(&command, Command::ChangeFields { changes, .. } if changes.is_empty());
        let id = derived(one.act.id, "again");
        if !empty && !store.read(|db| table::outbox::has(db, id))? {
            let wish = Wish { id, command, words: &one.row.words, again: Some(&again) };
            match &loaded {
                Some(loaded) => {
                    self.act_on(store, &loaded.case, &loaded.definition, loaded.definition_hash, wish)?;
                }
                None if matches!(wish.command, Command::Open) => {
                    let hash = one.act.context.definition;
                    let definition = self.contents.definition(store, hash)?;
                    self.act_on(store, &Case::new(one.act.case), &definition, hash, wish)?;
                }
                None => return Err(Refusal::NotOpen.into()),
            }
        }
        if told {
            self.settle_by_act(store, one, given_up, reason)
        } else {
            self.settle_alone(store, one.act.case, Some(&again))
        }
    }

    fn give_up(&self, store: &Arc<Store>, one: &Unplaced, reason: &str) -> Result<()> {
        // Of an act that only said what became of another, nothing is lost.
        let says_only = matches!(one.act.command, Command::SettleAct(_));
        if self.case_if_there(one.act.case)?.is_none() || says_only {
            return self.settle_row(store, one.act.case, one.row.seq, reason);
        }
        self.settle_by_act(store, one, one.parts(), reason)
    }

    /// Writes into the case what became of the act, for everybody who reads it.
    fn settle_by_act(
        &self,
        store: &Arc<Store>,
        one: &Unplaced,
        given_up: Vec<String>,
        reason: &str,
    ) -> Result<()> {
        let loaded = self.load_case(one.act.case)?;
        let reason = if given_up.is_empty() { String::new() } else { reason.trim().to_owned() };
        let settlement = Settlement { act: one.act.id, given_up, reason };
        let again = Again { seq: one.row.seq, act: one.act.clone(), settles: true };
        let wish = Wish {
            id: derived(one.act.id, "settled"),
            command: Command::SettleAct(settlement),
            words: SETTLING,
            again: Some(&again),
        };
        self.act_on(store, &loaded.case, &loaded.definition, loaded.definition_hash, wish)
    }

    /// Settles the act that another stands for, when that one changed nothing and so was not written.
    pub(crate) fn settle_alone(&self, store: &Store, case: CaseId, again: Option<&Again>) -> Result<()> {
        match again {
            Some(again) if again.settles => self.settle_row(store, case, again.seq, ""),
            _ => Ok(()),
        }
    }

    fn settle_row(&self, store: &Store, case: CaseId, seq: u64, reason: &str) -> Result<()> {
        let (officer, now, reason) = (self.actor()?.officer, self.clock.now().trusted, reason.to_owned());
        store.write(Priority::Interactive, move |tx| {
            settle(tx, now, officer.as_str(), seq, &reason)?;
            project::project(tx, case)
        })?;
        Ok(())
    }

    /// What stands in the way of making an act again; empty when nothing does.
    fn why_not(
        &self,
        store: &Store,
        one: &Unplaced,
        loaded: Option<&LoadedCase>,
        current: &Current,
    ) -> Result<String> {
        let known = store.read(|db| table::event::server_version(db, one.act.case))?;
        if known < one.needed_version() {
            return Ok("对方的改动还没有取到本机，取到后再办。".to_owned());
        }
        let hash = loaded.map_or(one.act.context.definition, |loaded| loaded.definition_hash);
        let definition = self.contents.definition(store, hash)?;
        let mut context = self.context(self.actor()?, hash, current)?;
        context.allotted = one.act.context.allotted.clone();
        if matches!(one.act.command, Command::Submit) {
            context.online = one.act.context.online;
        }
        let empty = Case::new(one.act.case);
        let case = loaded.map_or(&empty, |loaded| &loaded.case);
        context.duplicates = self.duplicates(case)?;
        context.elsewhere = self.elsewhere(case)?;
        let facts = Facts {
            definition: &definition,
            codes: &current.codes,
            calendar: &current.calendar,
            roster: &current.roster,
        };
        let refusal = decide(&one.act.command, case, &context, &facts).err();
        Ok(refusal.map(|refusal| self.refusal_words(&refusal)).unwrap_or_default())
    }

    fn mend_act(
        &self,
        store: &Store,
        one: &Unplaced,
        loaded: Option<&LoadedCase>,
        current: &Current,
        first: Option<String>,
    ) -> Result<MendAct> {
        let definition = match loaded {
            Some(loaded) => Arc::clone(&loaded.definition),
            None => self.contents.definition(store, one.act.context.definition)?,
        };
        let clashes = one.clashes(loaded);
        let mut told = self.trouble(&one.row, Some(&definition));
        if told.code == HELD && !clashes.is_empty() {
            told.code = CONFLICT.to_owned();
            (told.sentence, told.cure, _) = self.words(CONFLICT, &BTreeMap::new());
        }
        let (redo, why_not) = match first {
            Some(why_not) => (why_not.is_empty(), why_not),
            None => (false, "先处理前面的一步。".to_owned()),
        };
        Ok(MendAct {
            seq: one.row.seq,
            words: one.row.words.clone(),
            by: one.act.context.actor.name.clone(),
            at: one.row.made,
            code: told.code,
            sentence: told.sentence,
            cure: told.cure,
            fields: self.mend_fields(one, &clashes, loaded, &definition, current),
            others: others(one, &clashes, loaded, &definition),
            asks: !clashes.is_empty(),
            redo,
            why_not,
        })
    }

    fn mend_fields(
        &self,
        one: &Unplaced,
        clashes: &[String],
        loaded: Option<&LoadedCase>,
        definition: &MatterDefinition,
        current: &Current,
    ) -> Vec<MendField> {
        let Command::ChangeFields { changes, .. } = &one.act.command else { return Vec::new() };
        let day = self.clock.now().day();
        let words = |path: &FieldPath, value: &str| {
            let field = definition.field(path).filter(|field| field.kind == FieldKind::Code);
            let table = field.and_then(|field| field.codes.as_deref());
            table
                .and_then(|table| current.codes.words_on(table, value, day))
                .unwrap_or_else(|| value.to_owned())
        };
        let view = |(path, mine): &(FieldPath, String)| {
            let part = format!("fields/{path}");
            let now = loaded.and_then(|one| one.case.value(path)).unwrap_or_default();
            let last = loaded.and_then(|one| last_change(one, &part));
            let clashes = Paths(vec![part]).overlap(&Paths(clashes.to_vec()));
            MendField {
                label: field_words(path, definition),
                mine: words(path, mine),
                now: words(path, now),
                by: last.map(|one| one.actor.name.clone()).unwrap_or_default(),
                at: last.map(|one| one.time.trusted),
                clashes,
                same: now == mine,
                path: path.clone(),
            }
        };
        changes.iter().map(view).collect()
    }
}

/// The last event that changed a part of a case.
fn last_change<'a>(loaded: &'a LoadedCase, part: &str) -> Option<&'a EventRecord> {
    let part = Paths(vec![part.to_owned()]);
    loaded.records.iter().rev().map(|(_, record)| record).find(|one| of_event(&one.event).overlap(&part))
}

/// What was done meanwhile to the parts that clash, beside the values of the act itself.
fn others(
    one: &Unplaced,
    clashes: &[String],
    loaded: Option<&LoadedCase>,
    definition: &MatterDefinition,
) -> Vec<MendPart> {
    let Some(loaded) = loaded else { return Vec::new() };
    let own = |part: &&String| match &one.act.command {
        Command::ChangeFields { changes, .. } => {
            !changes.iter().any(|(path, _)| **part == format!("fields/{path}"))
        }
        _ => true,
    };
    let found = clashes.iter().filter(own).filter_map(|part| Some((part, last_change(loaded, part)?)));
    let view = |(part, record): (&String, &EventRecord)| MendPart {
        label: part_words(std::slice::from_ref(part), definition).concat(),
        words: event_words(record, loaded),
        by: record.actor.name.clone(),
        at: record.time.trusted,
    };
    found.map(view).collect()
}
