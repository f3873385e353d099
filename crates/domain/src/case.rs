//! A case (办件): what its events add up to.

mod records;

pub use self::records::{
    Collection, FieldValue, FingerprintRecord, IdentityRecord, LookupRecord, Opening, Page, ReviewRecord,
    Signature, Submission,
};

use crate::condition::Situation;
use crate::course::{
    Course, HandOver, RECTIFICATION, Rectification, ReviewDelegation, Supplement, Suspension, Termination,
    Tolerance,
};
use crate::effect::UnfinishedEffect;
use crate::event::{
    CaseLink, CheckState, Decision, EvaluationOccasion, Event, EventRecord, EventTime, Outcome,
    PrintedDocument, Reason, RegisterAnswer, SubmissionMode, ValueSource,
};
use crate::flow::{Stage, StepKind};
use crate::ids::{
    CaseId, CommandId, EventId, FieldPath, MaterialId, OfficerId, QuestionId, SlotId, StepId, UnitCode,
};
use crate::person::{PersonRole, Role};
use std::collections::{BTreeMap, BTreeSet};

/// A case as its events add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Name.
    pub id: CaseId,
    /// How it began; none before its first event.
    pub opening: Option<Opening>,
    /// Identities by person.
    pub identities: BTreeMap<PersonRole, IdentityRecord>,
    /// Identities that were read into tables of persons, by section and row.
    pub row_identities: BTreeMap<(String, u16), IdentityRecord>,
    /// Answers by question.
    pub answers: BTreeMap<QuestionId, String>,
    /// Values by field.
    pub fields: BTreeMap<FieldPath, FieldValue>,
    /// Last answer by look-up.
    pub lookups: BTreeMap<String, LookupRecord>,
    /// What the register holds, by field, for comparison.
    pub register: BTreeMap<FieldPath, String>,
    /// Pages by material.
    pub materials: BTreeMap<MaterialId, Vec<Page>>,
    /// Signatures by slot.
    pub signatures: BTreeMap<SlotId, Signature>,
    /// Reasons by overridden rule.
    pub overrides: BTreeMap<String, String>,
    /// Submission, once done.
    pub submission: Option<Submission>,
    /// Where it waits; none while it is at the counter.
    pub stage: Option<Stage>,
    /// Decisions so far, oldest first.
    pub reviews: Vec<ReviewRecord>,
    /// A head's opinion that waits for the server.
    pub provisional_opinion: Option<ReviewRecord>,
    /// Why it was sent back, while it is.
    pub returned: Option<Reason>,
    /// Why it was refused, once it is.
    pub refused: Option<Reason>,
    /// What the register did last.
    pub effect: Option<RegisterAnswer>,
    /// What the register did, by the step that handed it over.
    pub effects: BTreeMap<StepId, RegisterAnswer>,
    /// Whether a step that issues a paper is done.
    pub issued: bool,
    /// Why the register refused, until it does it.
    pub effect_refused: Option<String>,
    /// Units that keep the households it is about, beside the one that took it in (跨所受理).
    pub home_units: BTreeSet<UnitCode>,
    /// What the register has taken and not finished.
    pub unfinished: Option<UnfinishedEffect>,
    /// Number of answers of the register that ended a hand-over, done or refused: the next one is another.
    pub effect_rounds: u32,
    /// Papers printed, oldest first.
    pub prints: Vec<(PrintedDocument, EventTime)>,
    /// Who took the result.
    pub collection: Option<Collection>,
    /// How the citizen rated the service, by visit.
    pub evaluations: BTreeMap<EvaluationOccasion, u8>,
    /// Whose fingerprints are there, or why not.
    pub fingerprints: BTreeMap<PersonRole, FingerprintRecord>,
    /// What happened beside the flow: promises, supplements, suspensions, rectifications, hand-overs.
    pub course: Course,
    /// How it ended, once it did.
    pub outcome: Option<Outcome>,
    /// Cases that this one belongs together with, in the order of tying.
    pub links: Vec<CaseLink>,
    /// Acts without a place that somebody dealt with.
    pub settled: BTreeSet<CommandId>,
    /// Everybody who took in or handled: none of them may review.
    pub makers: BTreeSet<OfficerId>,
    /// Whether an auxiliary took part in making it: then an officer has to review it (rules of the counter, 7).
    pub auxiliary_made: bool,
    /// Everybody who reviewed.
    pub reviewers: BTreeSet<OfficerId>,
    /// Last event applied.
    pub last_event: Option<EventId>,
    /// Time of the last event.
    pub changed: Option<EventTime>,
    /// Number of events applied.
    pub event_count: u64,
    /// Type of an event that this version does not know: the case can only be read.
    pub needs_update: Option<String>,
}

impl Situation for Case {
    fn answer(&self, question: &QuestionId) -> Option<&str> {
        self.answers.get(question).map(String::as_str)
    }
    fn value(&self, field: &FieldPath) -> Option<&str> {
        self.fields.get(field).map(|value| value.value.as_str()).filter(|value| !value.is_empty())
    }
}

impl Case {
    /// A case before its first event.
    #[must_use]
    pub fn new(id: CaseId) -> Self {
        Self {
            id,
            opening: None,
            identities: BTreeMap::new(),
            row_identities: BTreeMap::new(),
            answers: BTreeMap::new(),
            fields: BTreeMap::new(),
            lookups: BTreeMap::new(),
            register: BTreeMap::new(),
            materials: BTreeMap::new(),
            signatures: BTreeMap::new(),
            overrides: BTreeMap::new(),
            submission: None,
            stage: None,
            reviews: Vec::new(),
            provisional_opinion: None,
            returned: None,
            refused: None,
            effect: None,
            effects: BTreeMap::new(),
            issued: false,
            effect_refused: None,
            home_units: BTreeSet::new(),
            unfinished: None,
            effect_rounds: 0,
            prints: Vec::new(),
            collection: None,
            evaluations: BTreeMap::new(),
            fingerprints: BTreeMap::new(),
            course: Course::default(),
            outcome: None,
            links: Vec::new(),
            settled: BTreeSet::new(),
            makers: BTreeSet::new(),
            auxiliary_made: false,
            reviewers: BTreeSet::new(),
            last_event: None,
            changed: None,
            event_count: 0,
            needs_update: None,
        }
    }

    /// Adds up the events of one case, in the order of their places.
    #[must_use]
    pub fn replay<'a>(id: CaseId, records: impl IntoIterator<Item = &'a EventRecord>) -> Self {
        let mut case = Self::new(id);
        for record in records {
            case.apply(record);
        }
        case
    }

    /// Whether it is being taken in: opened and not submitted, or sent back.
    #[must_use]
    pub fn at_counter(&self) -> bool {
        self.opening.is_some()
            && self.outcome.is_none()
            && self.stage.is_none()
            && (self.submission.is_none() || self.returned.is_some())
    }

    /// Whether a paper of the flow is being issued, or was (签发).
    #[must_use]
    pub fn issued(&self) -> bool {
        self.issued || self.stage.as_ref().is_some_and(|stage| stage.kind == StepKind::Issue)
    }

    /// Whether an intake without the network waits for its confirmation.
    #[must_use]
    pub fn awaits_confirmation(&self) -> bool {
        self.outcome.is_none()
            && self.stage.is_none()
            && self.returned.is_none()
            && self.submission.as_ref().is_some_and(|one| one.mode == SubmissionMode::TakenIn)
    }

    /// Numbers of the rows of a table section that hold any value.
    #[must_use]
    pub fn rows(&self, section: &str) -> Vec<u16> {
        let mut rows = BTreeSet::new();
        for (path, value) in &self.fields {
            let mut parts = path.as_str().splitn(3, '.');
            if parts.next() == Some(section)
                && let (Some(row), Some(_)) = (parts.next(), parts.next())
                && let Ok(row) = row.parse()
                && !value.value.is_empty()
            {
                rows.insert(row);
            }
        }
        rows.into_iter().collect()
    }

    /// The value of `section.row.column`.
    #[must_use]
    pub fn cell(&self, section: &str, row: u16, column: &str) -> Option<&str> {
        self.value(&FieldPath(format!("{section}.{row}.{column}")))
    }

    fn set_field(&mut self, field: &FieldPath, value: &str, source: ValueSource, time: EventTime) {
        let previous = self.fields.get(field).map(|one| one.value.clone()).filter(|one| !one.is_empty());
        self.fields.insert(field.clone(), FieldValue { value: value.to_owned(), source, time, previous });
    }

    /// Adds one event. Never fails: what cannot be was refused before the event was written.
    pub fn apply(&mut self, record: &EventRecord) {
        let time = record.time;
        match record.event {
            Event::Reviewed { .. }
            | Event::ProvisionalOpinionGiven { .. }
            | Event::SupplementRequested { .. } => {
                self.reviewers.insert(record.actor.officer.clone());
            }
            // Who leads the work does not make the case: who does it, when, and whether it waits.
            Event::ToleranceCancelled { .. }
            | Event::Suspended { .. }
            | Event::Resumed { .. }
            | Event::Terminated { .. }
            | Event::HandedOver { .. }
            | Event::ReviewDelegated { .. } => {}
            // The citizen's own hand.
            Event::Evaluated { .. } => {}
            // Says what became of an act; what was made again stands in an act of its own.
            Event::ActSettled(_) => {}
            // Printing what is there, and being refused by the register, make nothing of the case's content; nor
            // does asking the register again while the decided act is handed over.
            Event::Printed(_) | Event::EffectRefused { .. } | Event::EffectUnfinished { .. } => {}
            Event::LookupRecorded { .. } if self.stage.is_some() => {}
            _ => {
                self.makers.insert(record.actor.officer.clone());
                // What comes after the submission is not taking in: papers scanned later, the result handed out.
                self.auxiliary_made |= self.stage.is_none() && record.actor.post.role == Role::Auxiliary;
            }
        }
        self.last_event = Some(record.id);
        self.changed = Some(time);
        self.event_count += 1;
        match &record.event {
            Event::CaseOpened { matter, matter_name, family, definition, unit } => {
                self.opening = Some(Opening {
                    matter: matter.clone(),
                    matter_name: matter_name.clone(),
                    family: *family,
                    definition: *definition,
                    unit: unit.clone(),
                    actor: record.actor.clone(),
                    time,
                });
            }
            Event::IdentityRead { person, identity, reading } => {
                self.identities
                    .insert(*person, IdentityRecord { identity: identity.clone(), reading: reading.clone() });
            }
            Event::SituationAnswered { question, answer } => {
                self.answers.insert(question.clone(), answer.clone());
            }
            Event::FieldsChanged { changes, .. } => {
                for change in changes {
                    self.set_field(&change.field, &change.value, change.source, time);
                }
            }
            Event::LookupRecorded { lookup, answer, register } => {
                self.register.extend(register.iter().map(|(field, value)| (field.clone(), value.clone())));
                self.lookups.insert(lookup.clone(), LookupRecord { answer: answer.clone(), time });
            }
            Event::PageAdded { material, page, picture, reading } => {
                self.supplied(material);
                self.materials.entry(material.clone()).or_default().push(Page {
                    id: *page,
                    picture: picture.clone(),
                    attestation: reading.as_ref().map(|one| one.attestation),
                    kept: String::new(),
                });
            }
            Event::PageReplaced { material, page, picture, reading } => {
                if reading.is_some() {
                    self.supplied(material);
                }
                let pages = self.materials.entry(material.clone()).or_default();
                if let Some(one) = pages.iter_mut().find(|one| one.id == *page) {
                    one.picture = picture.clone();
                    // What was said of the picture before does not hold for this one.
                    one.kept.clear();
                    if let Some(reading) = reading {
                        one.attestation = Some(reading.attestation);
                    }
                }
            }
            Event::PageRemoved { material, page } => {
                if let Some(pages) = self.materials.get_mut(material) {
                    pages.retain(|one| one.id != *page);
                }
            }
            Event::PageKept { material, page, reason, .. } => {
                let mut pages = self.materials.get_mut(material).into_iter().flatten();
                if let Some(one) = pages.find(|one| one.id == *page) {
                    one.kept.clone_from(reason);
                }
            }
            Event::PagesReordered { material, order } => {
                if let Some(pages) = self.materials.get_mut(material) {
                    pages
                        .sort_by_key(|page| order.iter().position(|id| *id == page.id).unwrap_or(usize::MAX));
                }
            }
            Event::Signed { slot, name, strokes, shown } => {
                self.signatures.insert(
                    slot.clone(),
                    Signature { name: name.clone(), strokes: strokes.clone(), shown: *shown, time },
                );
            }
            Event::SignatureCleared { slot } => {
                self.signatures.remove(slot);
            }
            Event::WarningOverridden { rule, reason } => {
                self.overrides.insert(rule.clone(), reason.clone());
            }
            Event::Submitted { mode, number, query_password, due, stage } => {
                let before = self.submission.take();
                let accepted_number = match mode {
                    SubmissionMode::Accepted => number.clone(),
                    SubmissionMode::TakenIn => None,
                }
                .or_else(|| before.as_ref().and_then(|one| one.accepted_number.clone()));
                let accepted = before
                    .as_ref()
                    .and_then(|one| one.accepted)
                    .or_else(|| (*mode == SubmissionMode::Accepted).then_some(time));
                let due = due.or(before.as_ref().and_then(|one| one.due));
                let applied = before.as_ref().map_or(time, |one| one.applied);
                self.submission = Some(Submission {
                    mode: *mode,
                    number: number.clone().or_else(|| before.as_ref().and_then(|one| one.number.clone())),
                    intake_number: match mode {
                        SubmissionMode::TakenIn => number.clone(),
                        SubmissionMode::Accepted => before.and_then(|one| one.intake_number),
                    },
                    accepted_number,
                    query_password: query_password.clone(),
                    due,
                    actor: record.actor.clone(),
                    time,
                    applied,
                    accepted,
                });
                self.stage.clone_from(stage);
                self.returned = None;
                if let Some(supplement) = self.course.supplements.last_mut() {
                    supplement.answered.get_or_insert(time);
                }
            }
            Event::AcceptanceConfirmed { number, due, stage } => {
                if let Some(submission) = &mut self.submission {
                    submission.mode = SubmissionMode::Accepted;
                    submission.number = Some(number.clone());
                    submission.accepted_number = Some(number.clone());
                    submission.due = Some(*due);
                    submission.accepted.get_or_insert(time);
                }
                self.stage.clone_from(stage);
            }
            Event::HomeUnitNamed { unit } => {
                self.home_units.insert(unit.clone());
            }
            Event::Reviewed { stage, decision, reason, opinion, next } => {
                self.reviews.push(self.review_record(record, stage, *decision, reason.as_ref(), opinion));
                self.provisional_opinion = None;
                self.stage.clone_from(next);
                match decision {
                    Decision::Pass => {}
                    Decision::Refuse if stage.step.as_str() == RECTIFICATION => {
                        self.end_rectification(false, time);
                    }
                    Decision::Return => {
                        self.returned = Some(reason.clone().unwrap_or_default());
                        self.course.earlier_reviews = self.reviews.len();
                        self.effect_refused = None;
                    }
                    Decision::Refuse => self.refused = Some(reason.clone().unwrap_or_default()),
                }
            }
            Event::ProvisionalOpinionGiven { stage, decision, reason, opinion } => {
                self.provisional_opinion =
                    Some(self.review_record(record, stage, *decision, reason.as_ref(), opinion));
            }
            Event::Effected { answer, values, next } => {
                self.effect = Some(answer.clone());
                if let Some(stage) = &self.stage {
                    self.effects.insert(stage.step.clone(), answer.clone());
                }
                self.effect_refused = None;
                self.unfinished = None;
                self.effect_rounds += 1;
                for (field, value) in values {
                    self.set_field(field, value, ValueSource::Register, time);
                }
                self.stage.clone_from(next);
            }
            Event::Continued { stage, next } => {
                self.issued |= stage.kind == StepKind::Issue;
                self.stage.clone_from(next);
            }
            Event::EffectRefused { reason, .. } => {
                self.effect_refused = Some(reason.clone());
                self.unfinished = None;
                self.effect_rounds += 1;
            }
            Event::EffectUnfinished { answer, state, reason } => {
                self.effect_refused = None;
                self.unfinished = Some(UnfinishedEffect {
                    state: *state,
                    answer: answer.clone(),
                    reason: reason.clone(),
                    since: self.unfinished.as_ref().map_or(time, |one| one.since),
                    asked: time,
                });
            }
            Event::Printed(document) => self.prints.push((document.clone(), time)),
            Event::Collected { name, strokes, .. } => {
                self.collection = Some(Collection { name: name.clone(), strokes: strokes.clone(), time });
            }
            Event::Evaluated { occasion, score, .. } => {
                self.evaluations.insert(*occasion, *score);
            }
            Event::FingerprintsTaken { person, prints, set_aside } => {
                let record =
                    FingerprintRecord::Taken { prints: prints.clone(), set_aside: set_aside.clone(), time };
                self.fingerprints.insert(*person, record);
            }
            Event::FingerprintsOmitted { person, reason } => {
                let record = FingerprintRecord::Omitted { reason: reason.clone(), time };
                self.fingerprints.insert(*person, record);
            }
            Event::Closed { .. } if self.course.rectification.is_some() => self.end_rectification(true, time),
            Event::Closed { outcome } => {
                self.outcome = Some(*outcome);
                self.stage = None;
            }
            Event::Withdrawn { .. } => {
                self.outcome = Some(Outcome::Withdrawn);
                self.stage = None;
            }
            Event::MaterialsPromised { .. }
            | Event::ToleranceCancelled { .. }
            | Event::SupplementRequested { .. }
            | Event::Suspended { .. }
            | Event::Resumed { .. }
            | Event::Terminated { .. }
            | Event::Abandoned { .. }
            | Event::RectificationOpened { .. }
            | Event::HandedOver { .. }
            | Event::ReviewDelegated { .. } => self.apply_course(record),
            Event::MovedToDefinition { definition, .. } => {
                if let Some(opening) = &mut self.opening {
                    opening.definition = *definition;
                }
            }
            Event::CaseLinked(link) => self.links.push(link.clone()),
            Event::ActSettled(settlement) => {
                self.settled.insert(settlement.act);
            }
            Event::RowIdentityRead { section, row, identity, reading } => {
                let record = IdentityRecord { identity: identity.clone(), reading: Some(reading.clone()) };
                self.row_identities.insert((section.clone(), *row), record);
            }
            Event::Unknown { kind } => self.needs_update = Some(kind.clone()),
        }
    }

    fn review_record(
        &self,
        record: &EventRecord,
        stage: &Stage,
        decision: Decision,
        reason: Option<&Reason>,
        opinion: &str,
    ) -> ReviewRecord {
        let actor = record.actor.clone();
        // Whoever holds one of the step's posts reviews in his own right.
        let on_behalf_of = (!stage.roles.contains(&actor.post.role))
            .then(|| self.delegation(&stage.step, &actor.officer, record.time.day()))
            .flatten()
            .map(|one| one.actor.clone());
        ReviewRecord {
            stage: stage.clone(),
            decision,
            reason: reason.cloned(),
            opinion: opinion.to_owned(),
            actor,
            on_behalf_of,
            time: record.time,
        }
    }

    /// A page of a material that was asked for again has come.
    fn supplied(&mut self, material: &MaterialId) {
        let open = self.course.supplements.last_mut().filter(|one| one.answered.is_none());
        if let Some(open) = open.filter(|one| one.materials.contains(material)) {
            open.supplied.insert(material.clone());
        }
    }

    /// What happens beside the flow.
    fn apply_course(&mut self, record: &EventRecord) {
        let (time, actor) = (record.time, || record.actor.clone());
        match &record.event {
            Event::MaterialsPromised { materials, until } => {
                self.course.tolerance = (!materials.is_empty()).then(|| Tolerance {
                    materials: materials.iter().cloned().collect(),
                    until: *until,
                    actor: actor(),
                    time,
                });
            }
            Event::ToleranceCancelled { reason } => {
                self.course.tolerance = None;
                if self.stage.take().is_some() {
                    self.returned = Some(reason.clone());
                    self.course.earlier_reviews = self.reviews.len();
                }
            }
            Event::SupplementRequested { stage, materials, until, reason } => {
                let asked = self.review_record(record, stage, Decision::Return, Some(reason), "");
                self.reviews.push(asked);
                self.course.earlier_reviews = self.reviews.len();
                self.course.supplements.push(Supplement {
                    materials: materials.iter().cloned().collect(),
                    supplied: BTreeSet::new(),
                    until: *until,
                    reason: reason.clone(),
                    actor: actor(),
                    time,
                    answered: None,
                });
                self.provisional_opinion = None;
                self.stage = None;
                self.returned = Some(reason.clone());
            }
            Event::Suspended { kind, reason, until } => {
                self.course.suspension = Some(Suspension {
                    kind: *kind,
                    reason: reason.clone(),
                    until: *until,
                    actor: actor(),
                    time,
                });
            }
            Event::Resumed { due } => {
                if let Some(ended) = self.course.suspension.take() {
                    self.course.suspensions.push((ended, time));
                }
                if let Some(submission) = &mut self.submission {
                    submission.due = due.or(submission.due);
                }
            }
            Event::Terminated { reason } => {
                self.course.ended_for.clone_from(&reason.text);
                self.course.termination = Some(Termination { reason: reason.clone(), actor: actor(), time });
                self.outcome = Some(Outcome::Terminated);
                self.stage = None;
            }
            Event::Abandoned { .. } if self.course.rectification.is_some() => {
                self.end_rectification(false, time);
            }
            Event::Abandoned { reason } => {
                self.course.ended_for.clone_from(reason);
                self.outcome = Some(Outcome::Abandoned);
                self.stage = None;
            }
            Event::RectificationOpened { reason } => {
                self.course.rectification = Some(Rectification {
                    reason: reason.clone(),
                    actor: actor(),
                    time,
                    outcome: self.outcome.take().unwrap_or(Outcome::Done),
                    fields: self.fields.clone(),
                    materials: self.materials.clone(),
                });
                self.course.earlier_reviews = self.reviews.len();
                self.returned = Some(Reason { text: reason.clone(), ..Reason::default() });
            }
            Event::HandedOver { to, name, reason } => {
                self.course.holder = Some(HandOver {
                    to: to.clone(),
                    name: name.clone(),
                    reason: reason.clone(),
                    actor: actor(),
                    time,
                });
            }
            Event::ReviewDelegated { step, to, name, until, reason } => {
                self.course.delegations.push(ReviewDelegation {
                    step: step.clone(),
                    to: to.clone(),
                    name: name.clone(),
                    until: *until,
                    reason: reason.clone(),
                    actor: actor(),
                    time,
                });
            }
            _ => {}
        }
    }

    /// The state of a look-up; one never made is [`CheckState::NotChecked`].
    #[must_use]
    pub fn check_state(&self, lookup: &str) -> CheckState {
        self.lookups.get(lookup).map_or(CheckState::NotChecked, |record| record.answer.state)
    }

    /// Words for where the case stands.
    #[must_use]
    pub fn state_words(&self) -> String {
        if self.needs_update.is_some() {
            return "需更新程序后办理".to_owned();
        }
        match self.outcome {
            Some(Outcome::Done) => return "已办结".to_owned(),
            Some(Outcome::Refused) => {
                return format!(
                    "{}，已告知",
                    self.opening.as_ref().map_or("不予办理", |one| one.family.refusal_word())
                );
            }
            Some(Outcome::Withdrawn) => return "已撤销".to_owned(),
            Some(Outcome::Terminated) => return "已终止".to_owned(),
            Some(Outcome::Abandoned) => return "已作废".to_owned(),
            None => {}
        }
        if let Some(stopped) = &self.course.suspension {
            return format!("{}中", stopped.kind.title());
        }
        if let Some(stage) = &self.stage {
            if self.refused.is_some() {
                return format!(
                    "{}，待告知",
                    self.opening.as_ref().map_or("不予办理", |one| one.family.refusal_word())
                );
            }
            if let Some(unfinished) = &self.unfinished {
                return unfinished.state.words().to_owned();
            }
            return stage.state.clone();
        }
        if self.course.rectification.is_some() {
            return "更正中".to_owned();
        }
        if self.open_supplement().is_some() {
            return "待补件".to_owned();
        }
        if self.returned.is_some() {
            return "已退回，待补正".to_owned();
        }
        if self.awaits_confirmation() {
            return "已收件，待确认受理".to_owned();
        }
        "收件中".to_owned()
    }
}
