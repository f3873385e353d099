//! A case as the windows show it.

mod parts;
mod trail;

pub(crate) use self::trail::{event_words, field_words, part_words};

use self::parts::{late_field_views, lookup_view, print_view, section_view};
use crate::Terminal;
use crate::act::LoadedCase;
use crate::applicant::COLLECTOR;
use crate::contents::Current;
use crate::counter::Typed;
use crate::effects::{effect_title, probe};
use crate::error::{Own, Result, TerminalError};
use crate::forms::{ONE_TIME_NOTICE, citizen_lacks};
use crate::rpc::view::{
    Action, ActionView, CaseView, DraftView, IdentityView, MaterialView, PageView, QuestionView,
    SignatureState, SignerView, SubmissionView, TrailLine, TroubleView,
};
use domain::case::Case;
use domain::command::Command;
use domain::condition::Situation;
use domain::context::Facts;
use domain::decide::{decide, may_change_pages};
use domain::event::{Decision, Event};
use domain::flow::StepKind;
use domain::ids::CaseId;
use domain::matter::{MaterialRule, MatterDefinition};
use domain::refusal::Refusal;
use domain::requirement::{Missing, material_applies, missing, section_applies, signer_applies};
use protocol::push::PushOutcome;
use std::collections::BTreeMap;
use store::table;
use store::table::outbox::{OutboxRow, OutboxState};

impl Terminal {
    /// The whole case for the officer's window.
    pub(crate) fn case_view(&self, id: CaseId) -> Result<CaseView> {
        let actor = self.actor()?;
        let store = self.store()?;
        let loaded = self.load_case(id)?;
        let current = self.contents.current(&store)?;
        let case = &loaded.case;
        let definition = &loaded.definition;
        let (row, parked, troubled) = store.read(|db| {
            Ok((
                table::case::get(db, id)?,
                table::case::parked(db)?.contains(&id),
                table::outbox::of_case(db, id, OutboxState::Troubled)?,
            ))
        })?;
        let row = row.ok_or(Own::CaseUnknown)?;
        let mut context = self.context(actor.clone(), loaded.definition_hash, &current)?;
        context.duplicates = self.duplicates(case)?;
        context.elsewhere = self.elsewhere(case)?;
        let context = context;
        let day = context.time.day();
        let opening = case.opening.as_ref().ok_or(Own::CaseUnknown)?;
        let own_counter =
            opening.unit == actor.post.unit && definition.intake_roles.contains(&actor.post.role);
        let editable = case.at_counter() && own_counter && case.needs_update.is_none();
        let lacking = if case.at_counter() || case.awaits_confirmation() {
            let taken_in_only = !context.online && !definition.accept_offline;
            let mut lacking = missing(definition, case, &current.codes, day, taken_in_only);
            lacking.extend(domain::duplicate::warning(case, &context.duplicates, context.elsewhere.as_ref()));
            lacking
        } else {
            Vec::new()
        };
        let draft = self.drafts(id)?.into_iter().find(|(_, author, _)| *author == actor.officer.0);
        let released = self.released_slot(id);
        let line = self.case_line(&row, parked)?;
        let next = line.next.clone();
        Ok(CaseView {
            line,
            matter_name: definition.name.clone(),
            guide: definition.guide.clone(),
            editable,
            questions: definition
                .questions
                .iter()
                .filter(|one| one.when.as_ref().is_none_or(|when| when.holds(case)))
                .map(|one| QuestionView {
                    id: one.id.clone(),
                    text: one.text.clone(),
                    answers: one.answers.clone(),
                    answer: case.answer(&one.id).map(str::to_owned),
                })
                .collect(),
            sections: definition
                .sections
                .iter()
                .filter(|one| section_applies(one, case))
                .map(|one| section_view(one, case, &current, &lacking, day))
                .collect(),
            materials: self.material_views(&loaded, &current, &context)?,
            late_fields: late_field_views(&loaded, &current, &context),
            signers: definition
                .signers
                .iter()
                .filter(|one| signer_applies(one, case))
                .map(|one| SignerView {
                    slot: one.slot.clone(),
                    label: one.label.clone(),
                    person: one.person,
                    name: case.value(&one.name_field).unwrap_or_default().to_owned(),
                    identified: case.identities.contains_key(&one.person),
                    state: if case.signatures.contains_key(&one.slot) {
                        SignatureState::Signed
                    } else if released.as_ref() == Some(&one.slot) {
                        SignatureState::Released
                    } else {
                        SignatureState::Missing
                    },
                    strokes: case.signatures.get(&one.slot).map(|one| one.strokes.id),
                })
                .chain(self.collector_view(case, released.as_ref()))
                .collect(),
            fingerprints: self.fingerprints_view(definition, case),
            evaluation: self.evaluation_view(case, &context),
            identities: case
                .identities
                .iter()
                .map(|(person, record)| IdentityView {
                    person: *person,
                    identity: record.identity.clone(),
                    attestation: record.reading.as_ref().map(|one| one.attestation),
                    device: record.reading.as_ref().map(|one| one.device.clone()),
                })
                .collect(),
            lookups: definition
                .lookups
                .iter()
                .filter(|one| one.applies(case))
                .map(|one| lookup_view(one, case))
                .collect(),
            actions: self.actions(&loaded, &current, &context, &lacking),
            prints: definition
                .prints
                .iter()
                .map(|one| {
                    let says_something = one.template != ONE_TIME_NOTICE
                        || citizen_lacks(definition, case, &current.codes, day);
                    print_view(one, case, context.online, says_something)
                })
                .collect(),
            missing: lacking,
            submission: case.submission.as_ref().map(|one| SubmissionView {
                mode: one.mode,
                number: one.number.clone().unwrap_or_default(),
                intake_number: one.intake_number.clone().unwrap_or_default(),
                query_password: one.query_password.clone(),
                due: one.due.map(|day| day.to_string()).unwrap_or_default(),
            }),
            step: case.stage.as_ref().map(|one| one.kind),
            returned: case.returned.clone(),
            refusal_word: definition.family.refusal_word().to_owned(),
            refused: case.refused.clone(),
            register_refused: case.effect_refused.clone(),
            effect: self.effect_view(case, &next),
            outcome: case.outcome,
            course: crate::course::view(&loaded, &current, &context),
            newer: self.newer_definition(&store, &loaded, &current, editable)?,
            trail: loaded
                .records
                .iter()
                .map(|(row, record)| TrailLine {
                    at: record.time.trusted,
                    name: record.actor.name.clone(),
                    role: record.actor.post.role,
                    words: event_words(record, &loaded),
                    decision: match &record.event {
                        Event::Reviewed { decision, .. } => Some(*decision),
                        Event::SupplementRequested { .. } => Some(Decision::Return),
                        _ => None,
                    },
                    placed: row.version.is_some(),
                })
                .collect(),
            troubles: troubled.iter().map(|row| self.trouble(row, Some(definition))).collect(),
            draft: draft.map(|(_, _, typed)| draft_view(typed)),
        })
    }

    /// The slot of the collector, while the case waits for him.
    fn collector_view(&self, case: &Case, released: Option<&domain::ids::SlotId>) -> Option<SignerView> {
        if case.stage.as_ref().is_none_or(|stage| stage.kind != StepKind::Collect) {
            return None;
        }
        let signed = self.collector_signed(case.id);
        Some(SignerView {
            slot: COLLECTOR.into(),
            label: "领取人".to_owned(),
            person: domain::person::PersonRole::Agent,
            name: String::new(),
            identified: true,
            state: match (&signed, released) {
                (Some(_), _) => SignatureState::Signed,
                (None, Some(slot)) if slot.as_str() == COLLECTOR => SignatureState::Released,
                _ => SignatureState::Missing,
            },
            strokes: signed.map(|one| one.id),
        })
    }

    fn material_views(
        &self,
        loaded: &LoadedCase,
        current: &Current,
        context: &domain::context::Context,
    ) -> Result<Vec<MaterialView>> {
        let store = self.store()?;
        let facts = Facts {
            definition: &loaded.definition,
            codes: &current.codes,
            calendar: &current.calendar,
            roster: &current.roster,
        };
        let case = &loaded.case;
        let has =
            |id: &domain::ids::MaterialId| case.materials.get(id).is_some_and(|pages| !pages.is_empty());
        let step = case.stage.as_ref().and_then(|stage| loaded.definition.flow_of(case).step(&stage.step));
        let awaited = step.map(|step| step.materials.clone()).unwrap_or_default();
        // What comes later is shown when it is waited for, and from then on.
        let shown = |one: &&domain::matter::Material| {
            one.rule != MaterialRule::Late || awaited.contains(&one.id) || has(&one.id)
        };
        let asked: Vec<_> = loaded
            .definition
            .materials
            .iter()
            .filter(|one| material_applies(one, case))
            .filter(shown)
            .collect();
        let mut views = Vec::new();
        for material in &asked {
            let met = match material.rule {
                _ if case.unsupplied().contains(&material.id) => false,
                _ if case.course.tolerates(&material.id, context.time.day()) => true,
                MaterialRule::Required => has(&material.id),
                MaterialRule::Optional | MaterialRule::Internal => true,
                MaterialRule::Late => !awaited.contains(&material.id) || has(&material.id),
                MaterialRule::OneOf => asked.iter().any(|one| {
                    let there = has(&one.id) || case.course.tolerates(&one.id, context.time.day());
                    one.rule == MaterialRule::OneOf && one.group == material.group && there
                }),
            };
            let mut pages = Vec::new();
            for page in case.materials.get(&material.id).into_iter().flatten() {
                let here =
                    store.read(|db| table::blob::get(db, page.picture.id))?.is_some_and(|row| row.here);
                pages.push(PageView {
                    id: page.id,
                    blob: page.picture.id,
                    attestation: page.attestation,
                    kept: page.kept.clone(),
                    here,
                });
            }
            views.push(MaterialView {
                id: material.id.clone(),
                name: material.name.clone(),
                plain: material.plain.clone(),
                rule: material.rule,
                group: material.group.clone(),
                met,
                open: may_change_pages(&material.id, case, context, &facts).is_ok(),
                tolerated: case.course.tolerates(&material.id, context.time.day()),
                asked_again: case.unsupplied().contains(&material.id),
                inspect: material.inspect.clone(),
                because: material.because.clone(),
                pages,
                check: material
                    .check
                    .as_ref()
                    .and_then(|check| loaded.definition.lookup(check))
                    .map(|one| lookup_view(one, case)),
            });
        }
        Ok(views)
    }

    /// What the present post may do: the rules are asked, so that the screen need not know them.
    fn actions(
        &self,
        loaded: &LoadedCase,
        current: &Current,
        context: &domain::context::Context,
        lacking: &[Missing],
    ) -> Vec<ActionView> {
        let facts = Facts {
            definition: &loaded.definition,
            codes: &current.codes,
            calendar: &current.calendar,
            roster: &current.roster,
        };
        let mut context = context.clone();
        // The question is whether it may be done; numbers are taken when it is.
        context.allotted.case_number = Some(String::new());
        context.allotted.query_password = Some(String::new());
        let ask = |command: &Command| decide(command, &loaded.case, &context, &facts).err();
        let case = &loaded.case;
        let mut actions = Vec::new();
        let mut offer = |action, label: String, refusal: Option<Refusal>| {
            let why_not = refusal.as_ref().map(|refusal| self.refusal_words(refusal)).unwrap_or_default();
            actions.push(ActionView { action, label, enabled: refusal.is_none(), why_not });
        };
        if case.at_counter() {
            let label = if lacking.is_empty() {
                if context.online || loaded.definition.accept_offline {
                    "提交"
                } else {
                    "收件（联网后确认受理）"
                }
                .to_owned()
            } else {
                format!("提交（还差：{}）", missing_words(lacking))
            };
            offer(Action::Submit, label, ask(&Command::Submit));
        }
        if case.awaits_confirmation() {
            // Look-ups are made by the act itself: what they may still lack does not stand in its way.
            let refusal = ask(&Command::ConfirmAcceptance).filter(|refusal| match refusal {
                Refusal::Incomplete { missing } => {
                    missing.iter().any(|one| !matches!(one, Missing::Check { .. }))
                }
                _ => true,
            });
            offer(Action::ConfirmAcceptance, "确认受理".to_owned(), refusal);
        }
        if let Some(stage) = &case.stage {
            match stage.kind {
                StepKind::Review | StepKind::Investigate => {
                    let command =
                        Command::Review { decision: Decision::Pass, reason: None, opinion: String::new() };
                    offer(Action::Review, stage.title.clone(), ask(&command));
                }
                StepKind::Effect => {
                    let refusal = ask(&probe());
                    offer(Action::Effect, effect_title(case, &stage.title), refusal);
                }
                StepKind::Issue | StepKind::LateScan => {
                    offer(Action::Continue, stage.title.clone(), ask(&Command::Continue));
                }
                StepKind::Collect => {
                    let strokes = domain::event::BlobRef {
                        id: domain::ids::ContentHash::ZERO,
                        content: domain::ids::ContentHash::ZERO,
                        length: 0,
                        media: String::new(),
                    };
                    let command = Command::Collect {
                        name: "-".to_owned(),
                        document: domain::identity::DocumentKind::None,
                        number: String::new(),
                        strokes,
                    };
                    offer(Action::Collect, stage.title.clone(), ask(&command));
                }
            }
        }
        if case.outcome.is_none() {
            let refusal = ask(&Command::Withdraw { reason: "-".to_owned() });
            if refusal.is_none() {
                offer(Action::Withdraw, "撤销申请".to_owned(), None);
            }
        }
        actions
    }

    pub(crate) fn refusal_words(&self, refusal: &Refusal) -> String {
        if let Refusal::Incomplete { missing } = refusal {
            return format!("还差：{}", missing_words(missing));
        }
        self.rpc_error(&TerminalError::Refused(refusal.clone())).sentence
    }

    /// A refused act or conflict in words.
    pub(crate) fn trouble(&self, row: &OutboxRow, definition: Option<&MatterDefinition>) -> TroubleView {
        let outcome: Option<PushOutcome> =
            row.outcome.as_ref().and_then(|bytes| domain::cbor::from_slice(bytes).ok());
        let (code, paths) = match outcome {
            Some(PushOutcome::Conflict { paths, .. }) => ("ACT_CONFLICT".to_owned(), paths),
            Some(PushOutcome::Rejected { code, refusal, field }) => {
                let paths = field.map(|field| format!("fields/{field}")).into_iter().collect();
                match refusal {
                    Some(refusal) => (refusal.code().to_owned(), paths),
                    None => (code.code().to_owned(), paths),
                }
            }
            Some(PushOutcome::Held { .. }) => ("ACT_HELD".to_owned(), Vec::new()),
            _ => ("ACT_UNANSWERED".to_owned(), Vec::new()),
        };
        let (sentence, cure, _) = self.words(&code, &BTreeMap::new());
        let parts = definition.map(|one| part_words(&paths, one)).unwrap_or_default();
        TroubleView { seq: row.seq, code, sentence, cure, parts }
    }
}

fn draft_view(typed: Typed) -> DraftView {
    DraftView { values: typed.values, field: typed.field, cursor: typed.cursor }
}

/// Short names of what is missing, for the submit key.
/// Everything that is missing, each in words.
pub(crate) fn missing_list(missing: &[Missing]) -> Vec<String> {
    missing
        .iter()
        .map(|one| match one {
            Missing::Answer { text, .. } => text.clone(),
            Missing::Field { label, .. } => label.clone(),
            Missing::FieldWrong { label, .. } => format!("{label}有误"),
            Missing::Material { name, .. } => name.clone(),
            Missing::OneOf { names, .. } => format!("{}等之一", names.first().cloned().unwrap_or_default()),
            Missing::Signature { label, .. } => format!("{label}签名"),
            Missing::Identity { label, .. } => format!("{label}身份证件"),
            Missing::Fingerprints { label, .. } => format!("{label}指纹"),
            Missing::Check { title, .. } => title.clone(),
            Missing::Rule { text, .. } => text.clone(),
        })
        .collect()
}

pub(crate) fn missing_words(missing: &[Missing]) -> String {
    // The key has room for a few names; the rest is counted.
    const NAMED: usize = 3;
    let names: Vec<String> = missing_list(missing).into_iter().take(NAMED).collect();
    let mut words = names.join("、");
    if missing.len() > NAMED {
        words.push_str(&format!("等 {} 项", missing.len()));
    }
    words
}
