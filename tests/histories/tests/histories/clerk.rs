//! Somebody who works on a case: half of the time the next useful command, read off what is missing and where the case
//! stands; otherwise nonsense of every kind, by anybody.

mod course;
mod fingers;
mod nonsense;

use crate::dice::Dice;
use check_assets::plan::Plan;
use domain::case::Case;
use domain::code::CodeTables;
use domain::command::Command;
use domain::condition::Situation as _;
use domain::context::Facts;
use domain::event::{
    Attestation, BlobRef, CheckState, Decision, Identity, PrintedDocument, Reading, Reason, RegisterAnswer,
    ValueSource,
};
use domain::flow::StepKind;
use domain::identity::DocumentKind;
use domain::ids::{ContentHash, FieldPath, MaterialId, PageId, QuestionId};
use domain::matter::{Field, FieldKind, MatterDefinition, Signer};
use domain::person::{Actor, PersonRole, Role, Roster};
use domain::requirement::{Missing, material_applies, missing};
use domain::rule::Severity;
use domain::situation::Answers;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What somebody wants to do.
#[derive(Clone, Debug)]
pub struct Idea {
    pub actor: Actor,
    pub online: bool,
    pub command: Command,
}

/// Everybody of a roster in every post.
pub fn everybody(roster: &Roster) -> Vec<Actor> {
    let posts = |officer: &domain::person::Officer| {
        let (id, name) = (officer.id.clone(), officer.name.clone());
        let posts = officer.posts.clone();
        posts.into_iter().map(move |post| Actor { officer: id.clone(), name: name.clone(), post })
    };
    roster.officers.iter().flat_map(posts).collect()
}

/// What the clerk means to write, once and for the whole case.
#[derive(Clone, Default)]
pub struct Intent {
    way: Answers,
    values: BTreeMap<FieldPath, String>,
    answers: BTreeMap<String, RegisterAnswer>,
}

impl Intent {
    /// A way through the questions with values that keep all rules where there are any.
    pub fn make(definition: &MatterDefinition, codes: &CodeTables, day: Date, way: &Answers) -> Self {
        let Ok(plan) = Plan::make(definition, codes, day, way) else {
            return Self { way: way.clone(), ..Self::default() };
        };
        let values =
            plan.case.fields.iter().map(|(path, value)| (path.clone(), value.value.clone())).collect();
        let answers = definition.lookups.iter().map(|one| (one.id.clone(), plan.answer_to(one))).collect();
        Self { way: way.clone(), values, answers }
    }
}

/// The case in front of the clerk and what the rules need.
pub struct Sight<'a> {
    pub case: &'a Case,
    pub facts: Facts<'a>,
    pub people: &'a [Actor],
    pub day: Date,
    pub intent: &'a Intent,
}

pub fn blob(dice: &mut Dice) -> BlobRef {
    let mark = dice.below(200) as u8;
    BlobRef {
        id: ContentHash([mark; 32]),
        content: ContentHash([mark ^ 0xff; 32]),
        length: 1 + u64::from(mark),
        media: "image/jpeg".into(),
    }
}

fn reading() -> Reading {
    Reading { device: "samv".into(), attestation: Attestation::Virtual, at: 1, raw: ContentHash([7; 32]) }
}

impl Sight<'_> {
    fn in_roles(&self, roles: &[Role]) -> Vec<Actor> {
        self.people.iter().filter(|one| roles.contains(&one.post.role)).cloned().collect()
    }

    /// Who may work at the counter of the case.
    pub fn at_counter(&self) -> Vec<Actor> {
        let unit = self.case.opening.as_ref().map(|one| &one.unit);
        let mut found = self.in_roles(&self.facts.definition.intake_roles);
        found.retain(|one| match unit {
            Some(unit) => one.post.unit == *unit,
            // A case begins at a station's counter.
            None => self
                .facts
                .roster
                .unit(&one.post.unit)
                .is_some_and(|unit| unit.level == domain::flow::Level::Station),
        });
        found
    }

    /// Who may rectify the case where that is being done.
    pub fn at_rectification(&self) -> Vec<Actor> {
        if self.case.course.rectification.is_some() { self.police() } else { Vec::new() }
    }

    /// The police officers of the unit that took the case in.
    fn police(&self) -> Vec<Actor> {
        let Some(opening) = &self.case.opening else { return Vec::new() };
        let mut found = self.in_roles(&[Role::Officer, Role::CommunityOfficer, Role::Head]);
        found.retain(|one| one.post.unit == opening.unit);
        found
    }

    /// Who may act where the case stands.
    pub fn at_stage(&self) -> Vec<Actor> {
        let (Some(stage), Some(opening)) = (&self.case.stage, &self.case.opening) else { return Vec::new() };
        let unit = self.facts.roster.unit_at(&opening.unit, stage.level).map(|unit| unit.code.clone());
        let mut found = self.in_roles(&stage.roles);
        found.retain(|one| Some(&one.post.unit) == unit.as_ref());
        found
    }

    fn anybody(&self, dice: &mut Dice) -> Actor {
        dice.one(self.people)
    }

    fn one_of(&self, people: &[Actor], dice: &mut Dice) -> Actor {
        dice.pick(people).cloned().unwrap_or_else(|| self.anybody(dice))
    }

    /// The next command that brings the case on.
    pub fn useful(&self, dice: &mut Dice) -> Idea {
        let counter = self.at_counter();
        // Mostly the one who began, so that a case that officers alone took in stays one.
        let opener = self.case.opening.as_ref().map(|one| one.actor.clone());
        let clerk = match opener {
            Some(opener) if counter.contains(&opener) && dice.percent(80) => opener,
            _ => self.one_of(&counter, dice),
        };
        let online = !dice.percent(8);
        let idea = |actor: Actor, command: Command| Idea { actor, online, command };
        if self.case.opening.is_none() {
            return idea(clerk, Command::Open);
        }
        if dice.percent(8)
            && let Some(deviation) = self.deviation(dice)
        {
            return deviation;
        }
        if self.case.outcome.is_some() {
            return idea(clerk, Command::RecordPrint(self.paper(dice)));
        }
        let Some(stage) = &self.case.stage else {
            let rectifies = self.at_rectification();
            if rectifies.is_empty() {
                return idea(clerk, self.at_intake(dice, online));
            }
            let submits = dice.percent(40);
            let command = if submits { Command::Submit } else { self.at_intake(dice, online) };
            return idea(self.one_of(&rectifies, dice), command);
        };
        if self.case.course.suspension.is_some() && dice.percent(60) {
            return idea(self.one_of(&self.police(), dice), Command::Resume);
        }
        let actor = self.one_of(&self.at_stage(), dice);
        let command = match stage.kind {
            StepKind::Review | StepKind::Investigate => self.review(dice, [74, 14, 12]),
            StepKind::Effect if self.case.effect_refused.is_some() && dice.percent(50) => {
                self.review(dice, [0, 60, 40])
            }
            StepKind::Effect => self.effect(dice),
            StepKind::Issue | StepKind::LateScan => {
                let (by, command) = self.going_on(dice);
                return idea(if by { clerk } else { actor }, command);
            }
            StepKind::Collect => collect(dice),
        };
        idea(actor, command)
    }

    /// The next command at a step that goes on by itself; with true it is the counter's.
    fn going_on(&self, dice: &mut Dice) -> (bool, Command) {
        let step = self
            .case
            .stage
            .as_ref()
            .and_then(|stage| self.facts.definition.flow_of(self.case).step(&stage.step));
        let Some(step) = step else { return (false, Command::Continue) };
        if step.kind == StepKind::Issue {
            let printed = self.case.prints.iter().any(|(one, _)| one.document == step.document);
            if printed {
                return (false, Command::Continue);
            }
            return (true, Command::RecordPrint(self.paper_named(&step.document, dice)));
        }
        let lacking = self.facts.definition.materials.iter().find(|one| {
            step.materials.contains(&one.id)
                && material_applies(one, self.case)
                && self.case.materials.get(&one.id).is_none_or(Vec::is_empty)
        });
        if let Some(material) = lacking {
            return (false, add_page(&material.id, dice));
        }
        match self.late_fields(dice) {
            Some(typed) if dice.percent(80) => (false, typed),
            _ => (false, Command::Continue),
        }
    }

    /// What a late scan brings is typed from it.
    fn late_fields(&self, dice: &mut Dice) -> Option<Command> {
        let stage = self.case.stage.as_ref()?;
        let step = self.facts.definition.flow_of(self.case).step(&stage.step)?;
        let empty: Vec<FieldPath> = step.fields.iter().filter(|path| !self.fits(path)).cloned().collect();
        (!empty.is_empty()).then(|| self.type_fields(&empty, dice))
    }

    fn fits(&self, path: &FieldPath) -> bool {
        let Some(field) = self.facts.definition.field(path) else { return true };
        self.case.value(path).is_some_and(|value| {
            domain::requirement::check_value(field, value, self.facts.codes, self.day).is_ok()
        })
    }

    fn at_intake(&self, dice: &mut Dice, online: bool) -> Command {
        let definition = self.facts.definition;
        let lacking =
            missing(definition, self.case, self.facts.codes, self.day, !online && !definition.accept_offline);
        let asked = lacking.iter().find(|one| matches!(one, Missing::Answer { .. }));
        let chosen = match asked {
            Some(answer) if dice.percent(80) => Some(answer),
            _ => dice.pick(&lacking),
        };
        let Some(chosen) = chosen else {
            return if self.case.awaits_confirmation() {
                Command::ConfirmAcceptance
            } else {
                Command::Submit
            };
        };
        match chosen {
            Missing::Answer { question, .. } => self.answer(question, dice),
            Missing::Field { .. } | Missing::FieldWrong { .. } => {
                let paths: Vec<FieldPath> = lacking
                    .iter()
                    .filter_map(|one| match one {
                        Missing::Field { field, .. } | Missing::FieldWrong { field, .. } => {
                            Some(field.clone())
                        }
                        _ => None,
                    })
                    .collect();
                self.type_fields(&paths, dice)
            }
            Missing::Material { material, .. } if dice.percent(40) && self.tolerable(material) => {
                Command::PromiseMaterials { materials: vec![material.clone()], until: self.some_day(dice) }
            }
            Missing::Material { material, .. } => add_page(material, dice),
            Missing::OneOf { materials, .. } => add_page(&dice.one(materials), dice),
            Missing::Signature { slot, .. } | Missing::Identity { slot, .. } => {
                let signer = definition.signers.iter().find(|one| one.slot == *slot);
                match signer {
                    Some(signer) => self.sign(signer, dice),
                    None => Command::Submit,
                }
            }
            Missing::Fingerprints { person, .. } => self.fingers(*person, dice),
            Missing::Check { lookup, .. } => {
                Command::RecordLookup { lookup: lookup.clone(), answer: self.agreeing(lookup, dice) }
            }
            Missing::Rule { rule, severity, .. } => self.keep_rule(rule, *severity, dice),
        }
    }

    fn keep_rule(&self, rule: &str, severity: Severity, dice: &mut Dice) -> Command {
        if severity == Severity::Warn && dice.percent(80) {
            return Command::Override { rule: rule.to_owned(), reason: "已核实".into() };
        }
        // All that was planned; where nothing was, other values for what the rule names.
        let planned: Vec<FieldPath> = self
            .intent
            .values
            .iter()
            .filter(|(path, value)| self.case.value(path) != Some(value.as_str()))
            .map(|(path, _)| path.clone())
            .collect();
        if !planned.is_empty() {
            return self.type_fields(&planned, dice);
        }
        let known = self.facts.definition.rules.iter().find(|one| one.id == rule);
        let named = known.map(domain::rule::Rule::fields).unwrap_or_default();
        if named.is_empty() { self.any_change(dice) } else { self.type_fields(&named, dice) }
    }

    fn answer(&self, question: &QuestionId, dice: &mut Dice) -> Command {
        let known = self.facts.definition.questions.iter().find(|one| one.id == *question);
        let planned = self.intent.way.get(question).cloned();
        let answer = match (planned, known) {
            (Some(answer), _) if dice.percent(95) => answer,
            (_, Some(known)) => dice.one(&known.answers).id,
            _ => String::new(),
        };
        Command::Answer { question: question.clone(), answer }
    }

    fn type_fields(&self, paths: &[FieldPath], dice: &mut Dice) -> Command {
        let definition = self.facts.definition;
        let typed = |path: &&FieldPath| definition.field(path).is_some_and(|one| one.kind.typed());
        let changes = paths
            .iter()
            .filter(typed)
            .map(|path| {
                let known = definition.field(path);
                let fits = |value: &&String| {
                    known.is_some_and(|field| {
                        domain::requirement::check_value(field, value, self.facts.codes, self.day).is_ok()
                    })
                };
                // A rule may have been planned around with a value that the field cannot take.
                let planned = self.intent.values.get(path).filter(|_| dice.percent(97)).filter(fits).cloned();
                let value = planned.unwrap_or_else(|| {
                    known.map_or_else(String::new, |field| suggest(field, self.facts.codes, dice))
                });
                (path.clone(), value)
            })
            .collect();
        Command::ChangeFields { changes, source: ValueSource::Typed, reason: "按证件更正".into() }
    }

    fn any_change(&self, dice: &mut Dice) -> Command {
        let paths: Vec<FieldPath> = (0..dice.between(1, 3)).filter_map(|_| self.any_path(dice)).collect();
        self.type_fields(&paths, dice)
    }

    fn any_path(&self, dice: &mut Dice) -> Option<FieldPath> {
        let section = dice.pick(&self.facts.definition.sections)?;
        let field = dice.pick(&section.fields)?;
        let row = if section.table { format!("{}.", dice.below(3)) } else { String::new() };
        Some(FieldPath(format!("{}.{row}{}", section.id, field.id)))
    }

    /// A signature, and before it what it stands on: the signer's identity and name.
    fn sign(&self, signer: &Signer, dice: &mut Dice) -> Command {
        if !self.case.identities.contains_key(&signer.person) {
            return self.read_identity(signer.person, dice);
        }
        if self.case.value(&signer.name_field).is_none() {
            return self.type_fields(std::slice::from_ref(&signer.name_field), dice);
        }
        Command::Sign { slot: signer.slot.clone(), strokes: blob(dice), shown: ContentHash([5; 32]) }
    }

    fn read_identity(&self, person: PersonRole, dice: &mut Dice) -> Command {
        let part = |id: &str| {
            self.facts
                .definition
                .sections
                .iter()
                .filter(|one| one.person == Some(person) && !one.table)
                .find_map(|one| self.intent.values.get(&FieldPath(format!("{}.{id}", one.id))))
                .cloned()
                .unwrap_or_default()
        };
        let number = part("number");
        let document = if number.is_empty() { DocumentKind::None } else { DocumentKind::ResidentCard };
        let identity = Identity {
            document,
            number,
            name: part("name"),
            sex: part("sex"),
            ethnic_group: part("ethnic_group"),
            birth_date: part("birth_date"),
            address: part("address"),
            issuing_office: part("issuing_office"),
            valid_from: String::new(),
            valid_until: dice.one(&["长期", "长期", "长期", "2001-01-01"]).to_owned(),
            portrait: None,
        };
        Command::ReadIdentity { person, identity, reading: dice.percent(70).then(reading) }
    }

    /// What the register says where it finds what was meant.
    pub fn agreeing(&self, lookup: &str, dice: &mut Dice) -> RegisterAnswer {
        let known = self.intent.answers.get(lookup).cloned();
        let mut answer = known.unwrap_or_else(|| RegisterAnswer {
            query_id: String::new(),
            state: CheckState::Agrees,
            answered_at: 1,
            values: BTreeMap::new(),
        });
        answer.query_id = format!("q{}", dice.next());
        if let Some(known) = self.facts.definition.lookup(lookup) {
            for (place, value) in &known.expect {
                answer.values.insert(place.clone(), value.clone());
            }
        }
        answer
    }

    fn review(&self, dice: &mut Dice, odds: [usize; 3]) -> Command {
        let drawn = dice.below(100);
        let decision = if drawn < odds[0] {
            Decision::Pass
        } else if drawn < odds[0] + odds[1] {
            Decision::Return
        } else {
            Decision::Refuse
        };
        review(decision)
    }

    fn effect(&self, dice: &mut Dice) -> Command {
        let values = self.facts.definition.effect_at(self.case).map(|effect| {
            effect
                .result
                .iter()
                .map(|(field, place)| {
                    let planned = self.intent.values.get(field).cloned();
                    (place.clone(), planned.unwrap_or_else(|| format!("给{}", dice.below(9))))
                })
                .collect()
        });
        let refused = if dice.percent(12) { "常口暂不受理".to_owned() } else { String::new() };
        let state = if refused.is_empty() { CheckState::Agrees } else { CheckState::Differs };
        let answer = RegisterAnswer {
            query_id: format!("e{}", dice.next()),
            state,
            answered_at: 1,
            values: values.unwrap_or_default(),
        };
        Command::RecordEffect { answer, refused }
    }

    pub fn paper_named(&self, document: &str, dice: &mut Dice) -> PrintedDocument {
        let known = self.facts.definition.prints.iter().find(|one| one.document == document);
        // A blank has a serial of its own, printed on it before.
        let blank = known.is_some_and(|one| one.blank);
        PrintedDocument {
            blank: if blank { format!("演示{:08}", dice.below(100_000_000)) } else { String::new() },
            document: document.to_owned(),
            template: known.map_or_else(String::new, |one| one.template.clone()),
            print_set: ContentHash([4; 32]),
            pdf: blob(dice),
            printer: "演示打印机".into(),
            job: dice.below(1000).to_string(),
            reprint_reason: if dice.percent(50) { "卡纸".into() } else { String::new() },
        }
    }

    fn paper(&self, dice: &mut Dice) -> PrintedDocument {
        let document = dice.pick(&self.facts.definition.prints).map(|one| one.document.clone());
        self.paper_named(&document.unwrap_or_default(), dice)
    }

    /// Commands of which one must bring a case on that has not ended, wherever it stands.
    pub fn ways_on(&self, dice: &mut Dice) -> Vec<Command> {
        let withdraw = Command::Withdraw { reason: "申请人要求".into() };
        if self.case.course.suspension.is_some() {
            return vec![Command::Resume, withdraw];
        }
        if self.case.course.rectification.is_some() {
            let give_up = Command::Abandon { reason: "原来没错".into() };
            return vec![give_up, review(Decision::Pass), review(Decision::Return)];
        }
        let Some(stage) = &self.case.stage else {
            return vec![withdraw, Command::Submit, Command::ConfirmAcceptance];
        };
        // What was promised, or asked for again, is brought.
        let mut brought: Vec<Command> = self
            .case
            .outstanding()
            .iter()
            .chain(&self.case.unsupplied())
            .map(|material| add_page(material, dice))
            .collect();
        let mut effect = self.effect(dice);
        if let Command::RecordEffect { answer, refused } = &mut effect {
            (answer.state, *refused) = (CheckState::Agrees, String::new());
        }
        brought.extend(match stage.kind {
            StepKind::Review | StepKind::Investigate => {
                vec![review(Decision::Pass), review(Decision::Return), review(Decision::Refuse)]
            }
            StepKind::Effect => vec![effect, review(Decision::Return)],
            StepKind::Issue | StepKind::LateScan => {
                let mut ways = vec![Command::Continue, self.going_on(dice).1];
                ways.extend(self.late_fields(dice));
                ways
            }
            StepKind::Collect => vec![collect(dice)],
        });
        brought.push(withdraw);
        brought
    }
}

const ALL_PERSONS: [PersonRole; 9] = [
    PersonRole::Applicant,
    PersonRole::Subject,
    PersonRole::Father,
    PersonRole::Mother,
    PersonRole::Guardian,
    PersonRole::HouseholdHead,
    PersonRole::FormerHead,
    PersonRole::Spouse,
    PersonRole::Agent,
];

fn add_page(material: &MaterialId, dice: &mut Dice) -> Command {
    Command::AddPage {
        material: material.clone(),
        page: PageId(dice.uuid()),
        picture: blob(dice),
        reading: dice.percent(70).then(reading),
    }
}

pub fn review(decision: Decision) -> Command {
    let reason = (decision != Decision::Pass).then(|| Reason {
        code: String::new(),
        text: "材料不符".into(),
        basis: "演示依据".into(),
    });
    Command::Review { decision, reason, opinion: "已核对".into() }
}

fn collect(dice: &mut Dice) -> Command {
    let born = Date::constant(1990, 1, 1);
    Command::Collect {
        name: "演领".into(),
        document: DocumentKind::ResidentCard,
        number: check_assets::people::number(born, "1", dice.below(400) as u16),
        strokes: blob(dice),
    }
}

/// A value for a field, mostly one that fits.
fn suggest(field: &Field, codes: &CodeTables, dice: &mut Dice) -> String {
    let number = dice.below(400) as u16;
    let day = Date::constant(1960 + (number % 66) as i16, (number % 12) as i8 + 1, (number % 28) as i8 + 1);
    match field.kind {
        FieldKind::Text | FieldKind::LongText => format!("填写{}", number % 4),
        FieldKind::Address => format!("江城市城关区槐荫路{number}号"),
        FieldKind::Name => check_assets::people::name(number),
        FieldKind::IdNumber => check_assets::people::number(day, "1", number),
        FieldKind::Date => day.to_string(),
        FieldKind::DateOrLongTerm => {
            if number.is_multiple_of(2) {
                "长期".to_owned()
            } else {
                day.to_string()
            }
        }
        FieldKind::Phone => "0999-12345678".to_owned(),
        FieldKind::Number => number.to_string(),
        FieldKind::Code => {
            let table = codes.tables.get(field.codes.as_deref().unwrap_or_default());
            table.and_then(|table| dice.pick(&table.rows)).map_or_else(String::new, |row| row.code.clone())
        }
        FieldKind::Assigned | FieldKind::Computed => String::new(),
    }
}

/// Everybody who made something of a case, as its records tell, by a rule of its own.
pub fn makers(records: &[domain::event::EventRecord]) -> BTreeSet<String> {
    use domain::event::Event;
    let mut found = BTreeSet::new();
    let mut submitted = false;
    for record in records {
        let made = match &record.event {
            Event::Reviewed { next, .. } => {
                submitted = next.is_some();
                false
            }
            // Sent back to the counter by a decision about the work, not made anew.
            Event::ToleranceCancelled { .. } | Event::SupplementRequested { .. } => {
                submitted = false;
                false
            }
            Event::ProvisionalOpinionGiven { .. }
            | Event::Printed(_)
            | Event::Evaluated { .. }
            | Event::ActSettled(_)
            | Event::EffectRefused { .. }
            | Event::Suspended { .. }
            | Event::Resumed { .. }
            | Event::Terminated { .. }
            | Event::HandedOver { .. }
            | Event::ReviewDelegated { .. } => false,
            Event::LookupRecorded { .. } => !submitted,
            Event::Submitted { stage, .. } | Event::AcceptanceConfirmed { stage, .. } => {
                submitted = stage.is_some();
                true
            }
            Event::Effected { next, .. } | Event::Continued { next, .. } => {
                submitted = next.is_some();
                true
            }
            _ => true,
        };
        if made {
            found.insert(record.actor.officer.to_string());
        }
    }
    found
}
