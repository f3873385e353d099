//! The way of an act: decide, sign, write in one transaction, tell. Only then does a screen say "saved".

use crate::contents::Current;
use crate::error::{Own, Result, TerminalError};
use crate::{Terminal, project};
use domain::act::{Act, Base, SignedEvent};
use domain::case::Case;
use domain::command::Command;
use domain::context::{Allotted, Context, Facts};
use domain::decide::decide;
use domain::event::{Event, EventRecord, SCHEMA};
use domain::ids::{CaseId, CommandId, ContentHash, EventId};
use domain::matter::MatterDefinition;
use domain::number::{self, NumberKind};
use domain::person::Actor;
use domain::refusal::Refusal;
use gm::sm3;
use std::sync::{Arc, PoisonError};
use store::table::event::EventRow;
use store::table::outbox::OutboxState;
use store::{Priority, Store, StoreError, table};
use uuid::Uuid;

/// The chain moves on only by our own acts, which come one after another; more than one retry means a fault.
const MOST_TRIES: u32 = 3;

/// A case with the definition that it keeps.
pub(crate) struct LoadedCase {
    pub(crate) case: Case,
    pub(crate) records: Vec<(EventRow, EventRecord)>,
    pub(crate) definition: Arc<MatterDefinition>,
    pub(crate) definition_hash: ContentHash,
}

/// What somebody wants done.
pub(crate) struct Wish<'a> {
    pub(crate) id: CommandId,
    pub(crate) command: Command,
    pub(crate) words: &'a str,
    /// The act that it stands for, when that one was not placed.
    pub(crate) again: Option<&'a Again>,
}

/// An act without a place that is made again.
pub(crate) struct Again {
    /// Its number in the outbox.
    pub(crate) seq: u64,
    /// The act.
    pub(crate) act: Act,
    /// Whether it is dealt with as soon as the new act stands.
    pub(crate) settles: bool,
}

/// A number taken for an act.
struct Taken {
    kind: NumberKind,
    year: i16,
    serial: u32,
    number: String,
}

/// Replays the events of a case.
pub(crate) fn replay(rows: Vec<EventRow>, id: CaseId) -> Result<(Case, Vec<(EventRow, EventRecord)>)> {
    let mut records = Vec::with_capacity(rows.len());
    let mut case = Case::new(id);
    for row in rows {
        let record = EventRecord::from_bytes(&row.bytes).map_err(|_| StoreError::Unreadable("event"))?;
        case.apply(&record);
        records.push((row, record));
    }
    Ok((case, records))
}

impl Terminal {
    /// A case of this terminal.
    pub(crate) fn load_case(&self, id: CaseId) -> Result<LoadedCase> {
        let store = self.store()?;
        let rows = store.read(|db| table::event::of_case(db, id))?;
        let (case, records) = replay(rows, id)?;
        let Some(hash) = case.opening.as_ref().map(|one| one.definition) else {
            let troubled = store.read(|db| table::outbox::of_case(db, id, OutboxState::Troubled))?;
            return Err(if troubled.is_empty() { Own::CaseUnknown } else { Own::CaseTroubled }.into());
        };
        let definition = self.contents.definition(&store, hash)?;
        Ok(LoadedCase { case, records, definition, definition_hash: hash })
    }

    /// What the rules say against a command of the present officer; none when they would take it. Nothing is done.
    pub(crate) fn refusal_of(&self, command: &Command, loaded: &LoadedCase) -> Result<Option<Refusal>> {
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let context = self.context(self.actor()?, loaded.definition_hash, &current)?;
        let facts = Facts {
            definition: &loaded.definition,
            codes: &current.codes,
            calendar: &current.calendar,
            roster: &current.roster,
        };
        Ok(decide(command, &loaded.case, &context, &facts).err())
    }

    /// What the rules use, beside the case.
    pub(crate) fn context(
        &self,
        actor: Actor,
        definition: ContentHash,
        current: &Current,
    ) -> Result<Context> {
        Ok(Context {
            actor,
            terminal: self.enrolment()?.terminal,
            definition,
            codes: current.edition.codes,
            calendar: current.edition.calendar,
            roster: current.roster.version,
            time: self.clock.now(),
            online: self.online(),
            allotted: Allotted::default(),
            duplicates: Vec::new(),
            elsewhere: None,
        })
    }

    /// Does a command on an existing case. A repeat of a command that was done changes nothing.
    /// In a one-thing package the other members follow.
    pub(crate) fn act(&self, case: CaseId, id: CommandId, command: Command, words: &str) -> Result<()> {
        if matches!(command, Command::Submit) {
            // Before the acts are held up: the server may take its time.
            self.look_elsewhere(case)?;
        }
        self.act_alone(case, id, command.clone(), words)?;
        self.mirror(case, id, &command, words);
        Ok(())
    }

    /// As [`Self::act`], on this case only.
    pub(crate) fn act_alone(&self, case: CaseId, id: CommandId, command: Command, words: &str) -> Result<()> {
        let _one_at_a_time = self.acting.lock().unwrap_or_else(PoisonError::into_inner);
        let store = self.store()?;
        if store.read(|db| table::outbox::has(db, id))? {
            return Ok(());
        }
        let loaded = self.load_case(case)?;
        let troubled = store.read(|db| table::outbox::of_case(db, case, OutboxState::Troubled))?;
        if !troubled.is_empty() {
            return Err(Own::CaseTroubled.into());
        }
        let wish = Wish { id, command, words, again: None };
        self.act_on(&store, &loaded.case, &loaded.definition, loaded.definition_hash, wish)
    }

    /// Does a command on an existing case under another definition than it keeps: the move to that definition.
    pub(crate) fn act_under(
        &self,
        case: CaseId,
        id: CommandId,
        command: Command,
        under: ContentHash,
        words: &str,
    ) -> Result<()> {
        let _one_at_a_time = self.acting.lock().unwrap_or_else(PoisonError::into_inner);
        let store = self.store()?;
        if store.read(|db| table::outbox::has(db, id))? {
            return Ok(());
        }
        let loaded = self.load_case(case)?;
        let troubled = store.read(|db| table::outbox::of_case(db, case, OutboxState::Troubled))?;
        if !troubled.is_empty() {
            return Err(Own::CaseTroubled.into());
        }
        let definition = self.contents.definition(&store, under)?;
        let wish = Wish { id, command, words, again: None };
        self.act_on(&store, &loaded.case, &definition, under, wish)
    }

    /// Opens a case.
    pub(crate) fn act_open(
        &self,
        case: CaseId,
        id: CommandId,
        definition: &MatterDefinition,
        hash: ContentHash,
    ) -> Result<()> {
        let _one_at_a_time = self.acting.lock().unwrap_or_else(PoisonError::into_inner);
        let store = self.store()?;
        if store.read(|db| table::outbox::has(db, id))? {
            return Ok(());
        }
        let wish = Wish { id, command: Command::Open, words: "开始办件", again: None };
        self.act_on(&store, &Case::new(case), definition, hash, wish)
    }

    /// Decides, signs and writes. A wish that changes nothing makes no act.
    pub(crate) fn act_on(
        &self,
        store: &Arc<Store>,
        case: &Case,
        definition: &MatterDefinition,
        definition_hash: ContentHash,
        wish: Wish<'_>,
    ) -> Result<()> {
        let command = &wish.command;
        let actor = self.actor()?;
        let current = self.contents.current(store)?;
        let mut context = self.context(actor, definition_hash, &current)?;
        if let (Command::Submit, Some(again)) = (command, wish.again) {
            // The citizen went away with a slip or with a receipt: the act is made again as the one or the other.
            context.online = again.act.context.online;
        }
        let taken = self.allot(store, &wish, &mut context)?;
        if matches!(command, Command::Submit) {
            context.duplicates = self.duplicates(case)?;
            context.elsewhere = self.elsewhere(case)?;
        }
        let facts =
            Facts { definition, codes: &current.codes, calendar: &current.calendar, roster: &current.roster };
        let events = decide(command, case, &context, &facts)?;
        if events.is_empty() {
            return self.settle_alone(store, case.id, wish.again);
        }
        let taken = taken.into_iter().find(|one| uses(&events, &one.number));
        let mut tries = 0;
        loop {
            match self.write_act(store, case, &wish, &context, &events, taken.as_ref()) {
                Err(TerminalError::Store(StoreError::ChainMoved)) if tries < MOST_TRIES => tries += 1,
                other => return other,
            }
        }
    }

    /// Numbers and password for a command that may need them.
    fn allot(&self, store: &Store, wish: &Wish<'_>, context: &mut Context) -> Result<Vec<Taken>> {
        if !matches!(wish.command, Command::Submit | Command::ConfirmAcceptance) {
            return Ok(Vec::new());
        }
        // The citizen holds a paper with the number and the password of the act that is made again.
        let printed = wish.again.map(|again| crate::mend::printed(&again.act)).unwrap_or_default();
        let unit = context.actor.post.unit.clone();
        let year = self.clock.year();
        let mut taken = Vec::new();
        for kind in [NumberKind::Acceptance, NumberKind::Intake] {
            if let Some(number) = printed.of(kind) {
                match kind {
                    NumberKind::Acceptance => context.allotted.case_number = Some(number),
                    NumberKind::Intake => context.allotted.intake_number = Some(number),
                }
                continue;
            }
            let serial = store.read(|db| table::number::peek(db, kind, unit.as_str(), year))?;
            let number = serial.map(|serial| number::format(kind, &unit, year, serial));
            match kind {
                NumberKind::Acceptance => context.allotted.case_number.clone_from(&number),
                NumberKind::Intake => context.allotted.intake_number.clone_from(&number),
            }
            if let (Some(serial), Some(number)) = (serial, number) {
                taken.push(Taken { kind, year, serial, number });
            }
        }
        if let Some(password) = printed.query_password {
            context.allotted.query_password = Some(password);
            return Ok(taken);
        }
        // Six digits: the citizen types them together with the case number, and the query locks after failures.
        let mut digits = String::new();
        while digits.len() < 6 {
            let [byte] = gm::random::random_array::<1>()?;
            // 250 is the largest multiple of ten: every digit is equally likely.
            if byte < 250 {
                digits.push(char::from(b'0' + byte % 10));
            }
        }
        context.allotted.query_password = Some(digits);
        Ok(taken)
    }

    fn write_act(
        &self,
        store: &Arc<Store>,
        case: &Case,
        wish: &Wish<'_>,
        context: &Context,
        events: &[Event],
        taken: Option<&Taken>,
    ) -> Result<()> {
        let id = wish.id;
        let enrolment = self.enrolment()?;
        let (head, version, own) = store.read(|db| {
            Ok((
                table::event::chain_head(db)?,
                table::event::server_version(db, case.id)?,
                table::event::last_own(db, case.id)?,
            ))
        })?;
        let (mut seq, mut previous) = head;
        let mut rows = Vec::with_capacity(events.len());
        let mut signed = Vec::with_capacity(events.len());
        let count = u16::try_from(events.len()).map_err(|_| Own::ProgramFault)?;
        {
            let state = self.state();
            let session = state.session.as_ref().ok_or(Own::NoSession)?;
            if session.until < context.time.trusted {
                return Err(Own::Locked.into());
            }
            for (index, event) in (0..count).zip(events) {
                seq += 1;
                let record = EventRecord {
                    schema: SCHEMA,
                    id: EventId(Uuid::now_v7()),
                    case: case.id,
                    terminal: enrolment.terminal,
                    epoch: enrolment.epoch,
                    seq,
                    previous,
                    command: id,
                    index,
                    count,
                    actor: context.actor.clone(),
                    time: context.time,
                    event: event.clone(),
                };
                let bytes = record.to_bytes();
                let key = if event.wants_officer_key() { &session.officer_key } else { &session.key };
                let signature = key.sign(&bytes)?.as_bytes().to_vec();
                let hash = ContentHash(sm3(&bytes).0);
                signed.push(SignedEvent { bytes: bytes.clone(), signature: signature.clone() });
                let row = EventRow {
                    id: record.id,
                    case: case.id,
                    command: id,
                    bytes,
                    signature,
                    delegation: session.delegation,
                    hash,
                    own_seq: Some(seq),
                    version: None,
                    place: None,
                };
                rows.push((row, previous));
                previous = hash;
            }
        }
        let delegation = rows.first().map(|(row, _)| row.delegation).ok_or(Own::ProgramFault)?;
        let act = Act {
            id,
            case: case.id,
            command: wish.command.clone(),
            context: context.clone(),
            events: signed,
            base: Base { version, own },
            delegation,
        };
        let act_bytes = act.to_bytes();
        let (words, made, case_id) = (wish.words.to_owned(), context.time.trusted, case.id);
        // The fault that tests plant: what waits is written after what was done, and not with it.
        let outside = crate::mutants::planted("outbox-outside").then(|| (act_bytes.clone(), words.clone()));
        let with_it = outside.is_none();
        let unit = context.actor.post.unit.clone();
        let taken = taken.map(|one| (one.kind, one.year, one.serial, one.number.clone()));
        let settles = wish.again.filter(|one| one.settles).map(|one| one.seq);
        let given_up = match &wish.command {
            Command::SettleAct(settlement) => settlement.reason.clone(),
            _ => String::new(),
        };
        let officer = context.actor.officer.clone();
        store.write(Priority::Interactive, move |tx| {
            for (row, before) in &rows {
                table::event::append_own(tx, row, before)?;
            }
            store::failpoint::pass("event-without-outbox");
            if let Some((kind, year, serial, number)) = &taken
                && !crate::mutants::planted("number-not-taken")
            {
                table::number::take(tx, *kind, unit.as_str(), *year, *serial, number, id)?;
            }
            if with_it {
                table::outbox::append(tx, id, case_id, &act_bytes, &words, made)?;
            }
            if let Some(seq) = settles {
                crate::mend::settle(tx, made, officer.as_str(), seq, &given_up)?;
            }
            project::project(tx, case_id)
        })?;
        store::failpoint::pass("committed-not-woken");
        if let Some((act, words)) = outside {
            store.write(Priority::Interactive, move |tx| {
                table::outbox::append(tx, id, case_id, &act, &words, made)
            })?;
        }
        self.clock.keep();
        if let Ok(sync) = self.sync() {
            sync.wake();
        }
        store::failpoint::pass("window-not-told");
        Ok(())
    }
}

/// Whether the events print a number.
fn uses(events: &[Event], number: &str) -> bool {
    events.iter().any(|event| match event {
        Event::Submitted { number: Some(one), .. } => one == number,
        Event::AcceptanceConfirmed { number: one, .. } => one == number,
        _ => false,
    })
}
