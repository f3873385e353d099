//! One case that is worked on at one, two or three terminals, each seeing what it pulled and what it did itself; and
//! what must become of every act when the server gets it.

use crate::clerk::{Idea, Intent, Sight, everybody};
use crate::dice::Dice;
use crate::site::Register;
use crate::window::{Session, Window, now};
use domain::act::{Act, Base};
use domain::case::Case;
use domain::catalogue::Catalogue;
use domain::command::Command;
use domain::context::{Allotted, Context, Facts};
use domain::decide::decide;
use domain::effect::EffectKey;
use domain::event::{CheckState, Decision, Event, EventRecord, EventTime, RegisterAnswer};
use domain::ids::{CaseId, CommandId, ContentHash, EventId};
use domain::matter::MatterDefinition;
use domain::number::NumberKind;
use domain::path::{Paths, of_command, of_event};
use domain::person::{Actor, Roster};
use protocol::push::{PushOutcome, RejectCode};
use protocol::register::{EffectAnswer, EffectRequest, QueryRequest};
use std::collections::HashMap;
use std::sync::Arc;

/// What every history of a batch shares.
pub struct Ground<'a> {
    pub catalogue: &'a Catalogue,
    pub roster: Roster,
    pub people: Vec<Actor>,
    pub register: &'a Register,
    /// Answers that were asked for before there was a case: they may serve any.
    pub pool: HashMap<(usize, usize, String), RegisterAnswer>,
    pub definitions: Vec<(&'a MatterDefinition, ContentHash, Vec<Intent>)>,
}

/// A case as one window has it.
#[derive(Clone)]
struct View {
    case: Case,
    /// Version that the server last told it.
    version: usize,
    /// Own events that no pull has brought yet.
    pending: Vec<EventRecord>,
    /// Own last event of the case, pushed or not.
    own: Option<EventId>,
    /// Whether an own act was not placed: nothing more is done before the next pull.
    troubled: bool,
}

/// An act on its way.
pub struct Queued {
    pub history: usize,
    pub act: Act,
    pub records: Vec<EventRecord>,
    pub session: Arc<Session>,
}

/// What histories came to.
#[derive(Default, Debug, Clone)]
pub struct Counts {
    pub acts: usize,
    pub refused: usize,
    pub placed: usize,
    pub conflicts: usize,
    pub no_longer: usize,
    pub held: usize,
    pub ended: usize,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        self.acts += other.acts;
        self.refused += other.refused;
        self.placed += other.placed;
        self.conflicts += other.conflicts;
        self.no_longer += other.no_longer;
        self.held += other.held;
        self.ended += other.ended;
    }
}

pub struct History {
    pub number: usize,
    pub case: CaseId,
    dice: Dice,
    definition: usize,
    intent: usize,
    sense: usize,
    /// Rounds for which somebody works on it.
    rounds: usize,
    /// Windows that take part.
    pub windows: Vec<usize>,
    views: HashMap<usize, View>,
    /// Acts that the register was asked for, by their keys; true where it did them.
    handed: HashMap<String, bool>,
    /// What the server must have placed, in order.
    pub log: Vec<EventRecord>,
    pub today: Case,
    /// Acts of a window that were answered and have no place.
    unplaced: HashMap<usize, Vec<CommandId>>,
    pub fault: Option<String>,
    pub counts: Counts,
}

impl History {
    pub fn new(number: usize, mut dice: Dice, ground: &Ground<'_>) -> Self {
        let definition = dice.below(ground.definitions.len());
        let intent = dice.below(ground.definitions[definition].2.len());
        let case = CaseId(dice.uuid());
        // Half of the cases are worked on at one window, as at a counter; the others at two or three.
        let mut windows = vec![0, 1, 2];
        if dice.percent(70) {
            // Who takes in begins at the station.
            let first = dice.below(2);
            windows.swap(0, first);
        }
        windows.truncate(dice.one(&[1, 1, 2, 3]));
        let sense = dice.one(&[60, 80, 95]);
        // Most are short, some go through the whole flow.
        let rounds = dice.one(&[1, 1, 2, 2, 3, 6]);
        Self {
            number,
            case,
            dice,
            definition,
            intent,
            sense,
            rounds,
            windows,
            views: HashMap::new(),
            handed: HashMap::new(),
            log: Vec::new(),
            today: Case::new(case),
            unplaced: HashMap::new(),
            fault: None,
            counts: Counts::default(),
        }
    }

    /// Acts at one window, as far as this round goes.
    #[allow(clippy::too_many_lines)] // one act from the wish to the outbox
    pub async fn work(
        &mut self,
        round: usize,
        at: usize,
        window: &mut Window,
        ground: &mut Ground<'_>,
        queue: &mut Vec<Queued>,
    ) {
        if round >= self.rounds {
            return;
        }
        let view = self.views.entry(at).or_insert_with(|| View {
            case: Case::new(self.case),
            version: 0,
            pending: Vec::new(),
            own: None,
            troubled: false,
        });
        // Nobody works on what he has never seen, save who begins it.
        let unseen = view.case.opening.is_none() && self.windows.first() != Some(&at);
        if self.fault.is_some() || view.troubled || unseen {
            return;
        }
        let mut here = 0;
        for _ in 0..self.dice.between(1, 6) {
            let view = self.views.get_mut(&at).expect("made above");
            let (definition, name, intents) = &ground.definitions[self.definition];
            let facts = Facts {
                definition,
                codes: &ground.catalogue.codes,
                calendar: &ground.catalogue.calendar,
                roster: &ground.roster,
            };
            let time = now();
            let sight = Sight {
                case: &view.case,
                facts,
                people: &ground.people,
                day: domain::event::civil_day(time),
                intent: &intents[self.intent],
            };
            let mut idea = if self.dice.percent(self.sense) {
                sight.useful(&mut self.dice)
            } else {
                sight.nonsense(&mut self.dice)
            };
            if let Command::SettleAct(settlement) = &mut idea.command
                && let Some(own) = self.unplaced.get(&at).and_then(|acts| self.dice.pick(acts))
            {
                settlement.act = *own;
            }
            let mut context = Context {
                actor: idea.actor.clone(),
                terminal: window.id,
                definition: *name,
                codes: window.edition.codes,
                calendar: window.edition.calendar,
                roster: window.roster.version,
                time: EventTime { wall: time, trusted: time, confirmed: true },
                online: idea.online,
                duplicates: Vec::new(),
                elsewhere: None,
                allotted: Allotted::default(),
            };
            if matches!(idea.command, Command::Submit | Command::ConfirmAcceptance) {
                context.allotted = Allotted {
                    case_number: window.number(NumberKind::Acceptance).await,
                    intake_number: window.number(NumberKind::Intake).await,
                    query_password: Some("482913".into()),
                };
            }
            let Ok(wanted) = decide(&idea.command, &view.case, &context, &facts) else {
                // What the rules refuse is never sent.
                self.counts.refused += 1;
                continue;
            };
            if wanted.is_empty() {
                continue;
            }
            if matches!(idea.command, Command::RecordEffect { .. }) && here > 0 {
                // The register is handed what the server has.
                return;
            }
            let key = (self.definition, self.intent);
            let handed = &mut self.handed;
            let asked = true_answer(&mut idea, key, view, window, ground, handed, &mut self.dice).await;
            if !asked {
                continue;
            }
            let (definition, ..) = &ground.definitions[self.definition];
            let facts = Facts {
                definition,
                codes: &ground.catalogue.codes,
                calendar: &ground.catalogue.calendar,
                roster: &ground.roster,
            };
            let Ok(events) = decide(&idea.command, &view.case, &context, &facts) else {
                self.counts.refused += 1;
                continue;
            };
            window.take_numbers(&events);
            let session = window.session(&idea.actor).await;
            let base = Base { version: view.version as u64, own: view.own };
            let (act, records) = window.sign(
                &session,
                self.case,
                idea.command,
                context,
                events,
                base,
                &mut self.dice,
                |_, _| {},
            );
            for record in &records {
                view.case.apply(record);
                view.own = Some(record.id);
                view.pending.push(record.clone());
            }
            self.counts.acts += 1;
            here += 1;
            queue.push(Queued { history: self.number, act, records, session });
        }
    }

    /// What must become of an act that the server gets now.
    fn expected(&self, at: usize, queued: &Queued, ground: &Ground<'_>) -> PushOutcome {
        let (act, records) = (&queued.act, &queued.records);
        let own = act.base.own.and_then(|own| self.log.iter().find(|one| one.id == own));
        if act.base.own.is_some() && own.is_none() {
            return PushOutcome::Held { case: self.case };
        }
        // Only what became of an own act can be said, and only while it has no place.
        if let Command::SettleAct(settlement) = &act.command
            && !self.unplaced.get(&at).is_some_and(|acts| acts.contains(&settlement.act))
        {
            return PushOutcome::Rejected { code: RejectCode::Forged, refusal: None, field: None };
        }
        let behind = self.log.iter().skip(act.base.version as usize);
        let others: Vec<&EventRecord> = behind
            .filter(|one| !own.is_some_and(|own| one.terminal == own.terminal && one.seq <= own.seq))
            .collect();
        // What the register has is not given up, whatever the window knew of it.
        let gives_up = match &act.command {
            Command::Withdraw { .. } | Command::Terminate { .. } | Command::CancelTolerance { .. } => true,
            Command::Review { decision, .. } => *decision != Decision::Pass,
            _ => false,
        };
        let has = |key: EffectKey| self.handed.get(&key.to_string()).copied().unwrap_or_default();
        if gives_up && EffectKey::of(&self.today).is_some_and(has) {
            return PushOutcome::Rejected {
                code: RejectCode::NoLongerHolds,
                refusal: Some(domain::refusal::Refusal::EffectUnfinished),
                field: None,
            };
        }
        let version = self.log.len() as u64;
        let conflict = |paths: Vec<String>| PushOutcome::Conflict {
            paths,
            others: others.iter().map(|one| one.id).collect(),
            version,
        };
        let mut mine = of_command(&act.command).0;
        mine.extend(records.iter().flat_map(|record| of_event(&record.event).0));
        mine.sort();
        mine.dedup();
        let theirs = Paths(others.iter().flat_map(|one| of_event(&one.event).0).collect());
        mine.retain(|path| Paths(vec![path.clone()]).overlap(&theirs));
        if !mine.is_empty() {
            return conflict(mine);
        }
        if !others.is_empty() {
            let (definition, ..) = &ground.definitions[self.definition];
            let facts = Facts {
                definition,
                codes: &ground.catalogue.codes,
                calendar: &ground.catalogue.calendar,
                roster: &ground.roster,
            };
            match decide(&act.command, &self.today, &act.context, &facts) {
                Ok(events) if events.iter().eq(records.iter().map(|one| &one.event)) => {}
                Ok(_) => return conflict(of_command(&act.command).0),
                Err(refusal) => {
                    use domain::refusal::Refusal;
                    let field = match &refusal {
                        Refusal::WrongValue { field, .. } | Refusal::FieldLocked { field } => {
                            Some(field.as_str().into())
                        }
                        _ => None,
                    };
                    let code = RejectCode::NoLongerHolds;
                    return PushOutcome::Rejected { code, refusal: Some(refusal), field };
                }
            }
        }
        PushOutcome::Placed { version: version + records.len() as u64 }
    }

    /// Holds what became of an act against what must, and goes on from there.
    pub fn answered(&mut self, at: usize, queued: &Queued, outcome: &PushOutcome, ground: &Ground<'_>) {
        let expected = self.expected(at, queued, ground);
        if !matches!(outcome, PushOutcome::Placed { .. }) {
            self.unplaced.entry(at).or_default().push(queued.act.id);
        }
        if expected != *outcome {
            let kind = &queued.act.command;
            self.fail(format!("{kind:?} was answered {outcome:?} and not {expected:?}"));
        }
        let view = self.views.get_mut(&at).expect("who acted has a view");
        if matches!(outcome, PushOutcome::Placed { .. }) {
            self.counts.placed += 1;
            for record in &queued.records {
                self.today.apply(record);
                self.log.push(record.clone());
            }
            return;
        }
        match outcome {
            PushOutcome::Conflict { .. } => self.counts.conflicts += 1,
            PushOutcome::Rejected { .. } => self.counts.no_longer += 1,
            _ => self.counts.held += 1,
        }
        view.troubled = true;
    }

    /// Takes what a window pulled. What was not placed is given up; the case is what the server has.
    pub fn pulled(&mut self, at: usize, window: &Window) {
        let Some(placed) = window.placed.get(&self.case) else {
            if let Some(view) = self.views.get_mut(&at).filter(|view| view.troubled) {
                // Nothing of the case was ever placed.
                view.case = Case::new(self.case);
                view.pending.clear();
                (view.own, view.troubled) = (None, false);
            }
            return;
        };
        let view = self.views.entry(at).or_insert_with(|| View {
            case: Case::new(self.case),
            version: 0,
            pending: Vec::new(),
            own: None,
            troubled: false,
        });
        let new = &placed[view.version.min(placed.len())..];
        // Where only own acts came back, the case stays the one that the terminal made by itself.
        let only_own = !view.troubled && new == view.pending.as_slice();
        if !only_own {
            view.case = Case::replay(self.case, placed);
            view.own = placed.iter().rev().find(|one| one.terminal == window.id).map(|one| one.id);
        }
        view.pending.clear();
        view.version = placed.len();
        view.troubled = false;
    }

    fn fail(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }

    /// After everything was pushed and pulled: every terminal's case, the foretold one, and the one that a stranger
    /// builds from what the server's database gives are one and the same.
    pub fn finish(&mut self, reader: &Window, state: Option<&str>) {
        self.counts.ended = usize::from(self.today.outcome.is_some());
        let none = Vec::new();
        let placed = reader.placed.get(&self.case).unwrap_or(&none);
        if *placed != self.log {
            let (has, must) = (placed.len(), self.log.len());
            self.fail(format!("the server has {has} events, {must} were to be placed, or others"));
        }
        let rebuilt = Case::replay(self.case, placed);
        if rebuilt != self.today {
            self.fail("the server's case is another than the foretold".into());
        }
        let different: Vec<usize> =
            self.views.iter().filter(|(_, view)| view.case != rebuilt).map(|(at, _)| *at).collect();
        if !different.is_empty() {
            self.fail(format!("windows {different:?} have another case than the server"));
        }
        let words = (!placed.is_empty()).then(|| rebuilt.state_words());
        if words.as_deref() != state {
            self.fail(format!("the server's row says {state:?}, the case {words:?}"));
        }
    }

    /// What the history was, as bytes.
    pub fn input(&self) -> Vec<u8> {
        domain::cbor::to_vec(&self.log.iter().map(|one| one.event.clone()).collect::<Vec<Event>>())
    }
}

/// Puts the register's own answer into a command; false where it gives none.
async fn true_answer(
    idea: &mut Idea,
    key: (usize, usize),
    view: &View,
    window: &Window,
    ground: &mut Ground<'_>,
    handed: &mut HashMap<String, bool>,
    dice: &mut Dice,
) -> bool {
    let definition = ground.definitions[key.0].0;
    match &mut idea.command {
        Command::RecordLookup { lookup, answer } => {
            if answer.state == CheckState::Unavailable && answer.values.is_empty() {
                return true;
            }
            if !idea.online {
                return false;
            }
            let Some(known) = definition.lookup(lookup) else { return false };
            let name = (key.0, key.1, format!("{lookup} {:?}", answer.state));
            let pooled = dice.percent(75);
            if let Some(given) = ground.pool.get(&name).filter(|_| pooled) {
                answer.clone_from(given);
                return true;
            }
            let state = match answer.state {
                CheckState::Agrees => "agrees",
                CheckState::Differs => "differs",
                CheckState::NotChecked | CheckState::Unavailable => return false,
            };
            ground.register.answers(state, answer, dice);
            let request = QueryRequest {
                case: (!pooled).then_some(view.case.id),
                query: known.query.clone(),
                ask: [("number".to_owned(), "999901".to_owned())].into(),
            };
            let Ok(given) = window.post::<RegisterAnswer>("/v1/register/query", &request).await else {
                return false;
            };
            if pooled {
                ground.pool.insert(name, given.clone());
            }
            *answer = given;
            true
        }
        Command::RecordEffect { answer, refused } => {
            let Some(effect) = definition.effect_at(&view.case) else { return false };
            let state = if refused.is_empty() { "done" } else { "refused" };
            ground.register.answers(state, answer, dice);
            let Some(key) = EffectKey::of(&view.case) else { return false };
            let name = key.to_string();
            let request = EffectRequest {
                case: view.case.id,
                key,
                kind: effect.kind.clone(),
                body: effect.request(definition, &view.case),
                resume: false,
            };
            // A terminal that is behind is told to look again.
            let Ok(given) = window.post::<EffectAnswer>("/v1/register/effect", &request).await else {
                return false;
            };
            handed.insert(name, given.refused.is_empty());
            *answer = given.answer;
            *refused = given.refused;
            true
        }
        _ => true,
    }
}

/// Everybody who may log in at the windows.
pub fn people(roster: &Roster) -> Vec<Actor> {
    everybody(roster)
}
