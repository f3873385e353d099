//! One case on a definition, by the rules alone, with everything that must hold looked at after each command.

use crate::clerk::{Idea, Intent, Sight, everybody, makers};
use crate::dice::Dice;
use domain::case::Case;
use domain::catalogue::Catalogue;
use domain::cbor;
use domain::command::Command;
use domain::context::{Allotted, Context, Facts};
use domain::decide::decide;
use domain::event::{Decision, Event, EventRecord, EventTime, Outcome, SCHEMA, SubmissionMode};
use domain::flow::Level;
use domain::ids::{CaseId, CommandId, ContentHash, EventId, TerminalId, UnitCode};
use domain::matter::MatterDefinition;
use domain::number::{NumberKind, format};
use domain::path::{Paths, of_command, of_event};
use domain::person::{Actor, Officer, Post, Role, Roster, Unit};
use domain::refusal::Refusal;
use domain::situation::Answers;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Stages that the rules themselves define, beside the steps of flows.
pub const STAGES_OF_THE_RULES: [&str; 1] = [domain::course::RECTIFICATION];

/// How the names of those begin who act only where nobody else may.
const RESERVE: &str = "reserve-";

/// 2026-11-23 12:00 in China.
const NOON: i64 = 1_795_406_400_000;
pub const DAY: Date = Date::constant(2026, 11, 23);

const CITY: &str = "999900000000";
const COUNTY: &str = "999901000000";
const STATION: &str = "999901510000";
const OTHER_STATION: &str = "999901520000";

fn unit(code: &str) -> UnitCode {
    UnitCode::try_from(code).expect("twelve digits")
}

/// Several people in every post, one in many posts, and a neighbouring station.
pub fn roster() -> Roster {
    let units = [
        (CITY, Level::City, None),
        (COUNTY, Level::County, Some(CITY)),
        (STATION, Level::Station, Some(COUNTY)),
        (OTHER_STATION, Level::Station, Some(COUNTY)),
    ]
    .map(|(code, level, parent)| Unit {
        code: unit(code),
        name: code.to_owned(),
        short: code.to_owned(),
        level,
        parent: parent.map(unit),
    });
    let posts: [(&str, Role, &str, usize); 14] = [
        ("F", Role::Auxiliary, STATION, 2),
        ("J", Role::Officer, STATION, 5),
        ("S", Role::CommunityOfficer, STATION, 4),
        ("P", Role::Photographer, STATION, 1),
        ("L", Role::Head, STATION, 4),
        ("C", Role::CountyReviewer, COUNTY, 4),
        ("Y", Role::CityReviewer, CITY, 4),
        ("I", Role::Inspector, COUNTY, 1),
        ("A", Role::Admin, CITY, 1),
        ("N", Role::Officer, OTHER_STATION, 2),
        ("NF", Role::Auxiliary, OTHER_STATION, 1),
        ("NS", Role::CommunityOfficer, OTHER_STATION, 1),
        ("NP", Role::Photographer, OTHER_STATION, 1),
        ("NL", Role::Head, OTHER_STATION, 2),
    ];
    let mut officers: Vec<Officer> = Vec::new();
    for (letter, role, code, count) in posts {
        for number in 0..count {
            let id = format!("{letter}{number:04}");
            let posts = vec![Post { unit: unit(code), role }];
            officers.push(Officer { id: id.as_str().into(), name: id, posts, active: true });
        }
        // In every post there is one more who touches no case before he is asked whether it can go on.
        let id = format!("{RESERVE}{letter}{code}");
        let posts = vec![Post { unit: unit(code), role }];
        officers.push(Officer { id: id.as_str().into(), name: id, posts, active: true });
    }
    let all = [Role::Auxiliary, Role::Officer, Role::Head].map(|role| Post { unit: unit(STATION), role });
    let mut many = all.to_vec();
    many.push(Post { unit: unit(COUNTY), role: Role::CountyReviewer });
    officers.push(Officer { id: "D0001".into(), name: "D0001".into(), posts: many, active: true });
    Roster { version: 1, officers, units: units.to_vec() }
}

/// What the sequences of a suite came to, to show that they get far.
#[derive(Default, Debug)]
pub struct Tally {
    pub commands: usize,
    pub accepted: usize,
    pub refusals: BTreeMap<&'static str, usize>,
    pub kinds: BTreeMap<String, usize>,
    /// Events by type.
    pub events: BTreeMap<String, usize>,
    pub done: usize,
    pub refused: usize,
    pub withdrawn: usize,
    pub open: usize,
}

pub struct Desk<'a> {
    definition: &'a MatterDefinition,
    catalogue: &'a Catalogue,
    roster: &'a Roster,
    people: Vec<Actor>,
    intent: &'a Intent,
    case: Case,
    records: Vec<EventRecord>,
    bytes: Vec<Vec<u8>>,
    now: i64,
    given: BTreeSet<String>,
    serial: u32,
}

impl<'a> Desk<'a> {
    pub fn new(
        definition: &'a MatterDefinition,
        catalogue: &'a Catalogue,
        roster: &'a Roster,
        intent: &'a Intent,
    ) -> Self {
        Self {
            definition,
            catalogue,
            roster,
            people: everybody(roster)
                .into_iter()
                .filter(|one| !one.officer.as_str().starts_with(RESERVE))
                .collect(),
            intent,
            case: Case::new(CaseId(Uuid::from_u128(1))),
            records: Vec::new(),
            bytes: Vec::new(),
            now: NOON,
            given: BTreeSet::new(),
            serial: 0,
        }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            definition: self.definition,
            codes: &self.catalogue.codes,
            calendar: &self.catalogue.calendar,
            roster: self.roster,
        }
    }

    fn sight(&self) -> Sight<'_> {
        Sight { case: &self.case, facts: self.facts(), people: &self.people, day: DAY, intent: self.intent }
    }

    fn context(&self, actor: &Actor, online: bool) -> Context {
        let number = |kind| Some(format(kind, &actor.post.unit, 2026, self.serial + 1));
        Context {
            actor: actor.clone(),
            terminal: TerminalId(Uuid::from_u128(9)),
            definition: ContentHash([1; 32]),
            codes: ContentHash([2; 32]),
            calendar: ContentHash([3; 32]),
            roster: 1,
            time: EventTime { wall: self.now, trusted: self.now, confirmed: true },
            online,
            duplicates: Vec::new(),
            elsewhere: None,
            allotted: Allotted {
                case_number: number(NumberKind::Acceptance),
                intake_number: number(NumberKind::Intake),
                query_password: Some("482913".into()),
            },
        }
    }

    /// Plays one random sequence.
    ///
    /// # Errors
    /// What does not hold.
    pub fn play(&mut self, dice: &mut Dice, tally: &mut Tally) -> Result<(), String> {
        let length = dice.between(5, 70);
        let sense = dice.one(&[50, 50, 80, 95]);
        for _ in 0..length {
            let sight = self.sight();
            let idea = if dice.percent(sense) { sight.useful(dice) } else { sight.nonsense(dice) };
            self.step(&idea, dice, tally).map_err(|fault| {
                format!(
                    "{fault}\n  after {} events, at {:?} by {:?} {:?} online {}",
                    self.records.len(),
                    idea.command,
                    idea.actor.officer,
                    idea.actor.post.role,
                    idea.online
                )
            })?;
        }
        match self.case.outcome {
            Some(Outcome::Done) => tally.done += 1,
            Some(Outcome::Refused) => tally.refused += 1,
            Some(Outcome::Withdrawn | Outcome::Terminated | Outcome::Abandoned) => tally.withdrawn += 1,
            None => tally.open += 1,
        }
        self.replays()
    }

    fn step(&mut self, idea: &Idea, dice: &mut Dice, tally: &mut Tally) -> Result<(), String> {
        tally.commands += 1;
        let context = self.context(&idea.actor, idea.online);
        let before = self.case.clone();
        let first = decide(&idea.command, &self.case, &context, &self.facts());
        // A decision is a function of bytes: the same command, context and case give the same answer.
        let command: Command =
            cbor::from_slice(&cbor::to_vec(&idea.command)).map_err(|fault| fault.to_string())?;
        let read: Context = cbor::from_slice(&cbor::to_vec(&context)).map_err(|fault| fault.to_string())?;
        if decide(&command, &self.case, &read, &self.facts()) != first {
            return Err("decided otherwise when read from bytes".into());
        }
        if self.case != before {
            return Err("a decision changed the case".into());
        }
        let events = match first {
            Err(refusal) => {
                *tally.refusals.entry(refusal.code()).or_default() += 1;
                return Ok(());
            }
            Ok(events) => events,
        };
        // What is done reopens as rectification, and in no other way.
        let may_follow = |event: &Event| match event {
            Event::Printed(_) | Event::Evaluated { .. } | Event::ActSettled(_) => true,
            Event::RectificationOpened { .. } => before.outcome == Some(Outcome::Done),
            _ => false,
        };
        if before.outcome.is_some() && !events.iter().all(may_follow) {
            return Err("an ended case took more than a print, an evaluation or what became of an act".into());
        }
        let declared = of_command(&idea.command);
        for path in events.iter().flat_map(|event| of_event(event).0) {
            if !declared.overlap(&Paths(vec![path.clone()])) {
                return Err(format!("writes {path} and does not say so"));
            }
        }
        self.may_decide(idea, &events)?;
        self.numbers(&events, &context, &before)?;
        tally.accepted += usize::from(!events.is_empty());
        for event in &events {
            let shown = format!("{event:?}");
            let name = shown.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
            *tally.events.entry(name.to_owned()).or_default() += 1;
        }
        self.add(&events, &context)?;
        self.stands()?;
        if self.case.stage != before.stage || self.case.outcome != before.outcome || dice.percent(5) {
            if let Some(stage) = &self.case.stage {
                *tally.kinds.entry(format!("{:?}", stage.kind)).or_default() += 1;
            }
            self.goes_on(dice)?;
        }
        if dice.percent(4) { self.replays() } else { Ok(()) }
    }

    fn add(&mut self, events: &[Event], context: &Context) -> Result<(), String> {
        for (index, event) in events.iter().enumerate() {
            let seq = self.records.len() as u64 + 1;
            let record = EventRecord {
                schema: SCHEMA,
                id: EventId(Uuid::from_u128(u128::from(seq) + 100)),
                case: self.case.id,
                terminal: context.terminal,
                epoch: 1,
                seq,
                previous: ContentHash::ZERO,
                command: CommandId(Uuid::from_u128(5)),
                index: index as u16,
                count: events.len() as u16,
                actor: context.actor.clone(),
                time: context.time,
                event: event.clone(),
            };
            let bytes = record.to_bytes();
            let read = EventRecord::from_bytes(&bytes).map_err(|fault| fault.to_string())?;
            if read != record {
                return Err("an event reads otherwise than it was written".into());
            }
            self.case.apply(&read);
            self.records.push(read);
            self.bytes.push(bytes);
        }
        self.now += 60_000;
        Ok(())
    }

    /// Whoever made the case decides nothing about it.
    fn may_decide(&self, idea: &Idea, events: &[Event]) -> Result<(), String> {
        let decides = events.iter().any(|event| match event {
            Event::Reviewed { decision, .. } | Event::ProvisionalOpinionGiven { decision, .. } => {
                *decision != Decision::Return
            }
            _ => false,
        });
        if decides && makers(&self.records).contains(idea.actor.officer.as_str()) {
            return Err("who made the case decided on it".into());
        }
        Ok(())
    }

    /// A number is the one allotted now, or the one that the case had; and no number is given to two things.
    fn numbers(&mut self, events: &[Event], context: &Context, before: &Case) -> Result<(), String> {
        let kept = before.submission.as_ref();
        for event in events {
            let (number, allotted, kept) = match event {
                Event::Submitted { mode: SubmissionMode::Accepted, number: Some(number), .. }
                | Event::AcceptanceConfirmed { number, .. } => {
                    (number, &context.allotted.case_number, kept.and_then(|one| one.accepted_number.clone()))
                }
                Event::Submitted { number: Some(number), .. } => {
                    (number, &context.allotted.intake_number, None)
                }
                _ => continue,
            };
            match kept {
                Some(kept) if kept == *number => {}
                Some(_) => return Err("a case got another number".into()),
                None if Some(number) != allotted.as_ref() => return Err("a number from nowhere".into()),
                None if !self.given.insert(number.clone()) => return Err("a number given twice".into()),
                None => self.serial += 1,
            }
        }
        Ok(())
    }

    /// The case is at the counter, awaits its confirmation, stands at a step of its flow, or has ended.
    fn stands(&self) -> Result<(), String> {
        let case = &self.case;
        if case.opening.is_none() {
            return if case.event_count == 0 { Ok(()) } else { Err("never opened".into()) };
        }
        let places =
            [case.at_counter(), case.awaits_confirmation(), case.stage.is_some(), case.outcome.is_some()];
        if places.iter().filter(|there| **there).count() != 1 {
            return Err(format!("counter, confirmation, stage, end: {places:?}"));
        }
        if case.state_words().is_empty() {
            return Err("no words for where it stands".into());
        }
        let Some(stage) = &case.stage else { return Ok(()) };
        if STAGES_OF_THE_RULES.contains(&stage.step.as_str()) {
            return Ok(());
        }
        let flow = self.definition.flow_of(case);
        match flow.step(&stage.step) {
            Some(step) if (step.kind, step.level, &step.roles) == (stage.kind, stage.level, &stage.roles) => {
                Ok(())
            }
            Some(_) => Err(format!("stands at {} otherwise than flow {} says", stage.step, flow.id)),
            None => Err(format!("stands at {}, which flow {} does not name", stage.step, flow.id)),
        }
    }

    /// Somebody can bring it on or end it.
    fn goes_on(&self, dice: &mut Dice) -> Result<(), String> {
        let case = &self.case;
        // A step without roles waits for somebody outside the counter: the makers of the cards.
        let outside = case.stage.as_ref().is_some_and(|stage| stage.roles.is_empty());
        if case.opening.is_none() || case.outcome.is_some() || outside {
            return Ok(());
        }
        let everybody = everybody(self.roster);
        let sight = Sight { people: &everybody, ..self.sight() };
        let mut somebody = sight.at_stage();
        somebody.extend(sight.at_counter());
        somebody.extend(sight.at_rectification());
        let mut told = BTreeSet::new();
        for command in sight.ways_on(dice) {
            for actor in &somebody {
                let context = self.context(actor, true);
                match decide(&command, case, &context, &self.facts()) {
                    Ok(events) if !events.is_empty() => return Ok(()),
                    Ok(_) => {}
                    // What is missing can be brought while the case lies at the counter.
                    Err(Refusal::Incomplete { .. }) if case.stage.is_none() => return Ok(()),
                    Err(refusal) => {
                        told.insert(format!("{refusal:?}"));
                    }
                }
            }
        }
        Err(format!("nobody can go on from {:?}: {told:?}", case.state_words()))
    }

    /// The bytes of the events give the same case again.
    fn replays(&self) -> Result<(), String> {
        let read: Result<Vec<EventRecord>, _> =
            self.bytes.iter().map(|one| EventRecord::from_bytes(one)).collect();
        let read = read.map_err(|fault| fault.to_string())?;
        if Case::replay(self.case.id, &read) != self.case {
            return Err("the events add up to another case".into());
        }
        let told: BTreeSet<String> = self.case.makers.iter().map(ToString::to_string).collect();
        if told != makers(&self.records) {
            return Err(format!("makers are {told:?}"));
        }
        Ok(())
    }
}

/// Intents for some of the ways through a definition.
pub fn intents(
    definition: &MatterDefinition,
    catalogue: &Catalogue,
    most: usize,
    dice: &mut Dice,
) -> Vec<Intent> {
    let mut ways: Vec<Answers> = domain::situation::ways(definition).unwrap_or_default();
    dice.shuffle(&mut ways);
    ways.truncate(most);
    if ways.is_empty() {
        ways.push(Answers::new());
    }
    ways.iter().map(|way| Intent::make(definition, &catalogue.codes, DAY, way)).collect()
}
