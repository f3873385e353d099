//! One case on the table, with everybody around it: the acts that a play is made of.

use crate::people::{self, EVERYWHERE};
use crate::plan::Plan;
use crate::play::Watch;
use domain::case::Case;
use domain::catalogue::Catalogue;
use domain::command::Command;
use domain::condition::Situation as _;
use domain::context::{Allotted, Context, Facts};
use domain::decide::decide;
use domain::effect::UnfinishedState;
use domain::event::{
    Attestation, BlobRef, CheckState, Decision, Event, EventRecord, EventTime, Identity, PrintedDocument,
    Reading, Reason, RegisterAnswer, SCHEMA, ValueSource,
};
use domain::flow::{Step, StepKind};
use domain::identity::DocumentKind;
use domain::ids::{CaseId, CommandId, ContentHash, EventId, FieldPath, MaterialId, PageId, TerminalId};
use domain::matter::{Material, MaterialRule, MatterDefinition};
use domain::person::{Actor, PersonRole, Role, Roster};
use domain::refusal::Refusal;
use domain::requirement::{Missing, material_applies, missing, section_applies, signer_applies};
use domain::situation::Answers;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Steps after which a case that has not ended goes round in a circle; the longest flow has eight.
pub(crate) const LONGEST: usize = 40;

/// One case on the table, with everybody around it.
pub(crate) struct Table<'a> {
    pub(crate) definition: &'a MatterDefinition,
    pub(crate) catalogue: &'a Catalogue,
    roster: Roster,
    pub(crate) case: Case,
    pub(crate) maker: Actor,
    pub(crate) now: i64,
    seq: u64,
    /// Materials that are promised for later instead of scanned.
    pub(crate) later: BTreeSet<MaterialId>,
    pub(crate) states: BTreeSet<String>,
    /// Who looks on.
    pub(crate) watch: Option<Watch<'a>>,
}

impl<'a> Table<'a> {
    pub(crate) fn new(
        definition: &'a MatterDefinition,
        catalogue: &'a Catalogue,
        day: Date,
        role: Role,
    ) -> Self {
        let noon = jiff::tz::Offset::from_seconds(8 * 3600)
            .ok()
            .and_then(|offset| offset.to_timestamp(day.at(12, 0, 0, 0)).ok())
            .map_or(0, jiff::Timestamp::as_millisecond);
        Self {
            definition,
            catalogue,
            roster: people::roster(),
            case: Case::new(CaseId(Uuid::from_u128(1))),
            maker: people::actor(EVERYWHERE, role).unwrap_or_else(|| Actor {
                officer: EVERYWHERE.into(),
                name: EVERYWHERE.to_owned(),
                post: self::people::post(role)
                    .unwrap_or_else(|| unreachable!("the units of the play are well formed")),
            }),
            now: noon,
            seq: 0,
            later: BTreeSet::new(),
            states: BTreeSet::new(),
            watch: None,
        }
    }

    /// Lets whoever looks on see the case.
    pub(crate) fn show(&self) {
        if let Some(watch) = self.watch {
            watch(&self.case, self.time());
        }
    }

    pub(crate) fn time(&self) -> EventTime {
        EventTime { wall: self.now, trusted: self.now, confirmed: true }
    }

    pub(crate) fn decided(&self, actor: &Actor, command: &Command) -> Result<Vec<Event>, Refusal> {
        let context = Context {
            actor: actor.clone(),
            terminal: TerminalId(Uuid::from_u128(9)),
            definition: ContentHash([1; 32]),
            codes: ContentHash([2; 32]),
            calendar: ContentHash([3; 32]),
            roster: 1,
            time: self.time(),
            online: true,
            duplicates: Vec::new(),
            elsewhere: None,
            allotted: Allotted {
                case_number: Some("1".to_owned()),
                intake_number: Some("2".to_owned()),
                query_password: Some("000000".to_owned()),
            },
        };
        let facts = Facts {
            definition: self.definition,
            codes: &self.catalogue.codes,
            calendar: &self.catalogue.calendar,
            roster: &self.roster,
        };
        decide(command, &self.case, &context, &facts)
    }

    pub(crate) fn act(&mut self, actor: &Actor, command: &Command) -> Result<(), String> {
        let events = self.decided(actor, command).map_err(|refusal| told(command, &refusal))?;
        let count = u16::try_from(events.len()).unwrap_or(u16::MAX);
        for (index, event) in events.into_iter().enumerate() {
            self.seq += 1;
            let record = EventRecord {
                schema: SCHEMA,
                id: EventId(Uuid::from_u128(u128::from(self.seq) + 100)),
                case: self.case.id,
                terminal: TerminalId(Uuid::from_u128(9)),
                epoch: 1,
                seq: self.seq,
                previous: ContentHash::ZERO,
                command: CommandId(Uuid::from_u128(5)),
                index: u16::try_from(index).unwrap_or(u16::MAX),
                count,
                actor: actor.clone(),
                time: self.time(),
                event,
            };
            self.case.apply(&record);
        }
        self.now += 60_000;
        self.states.insert(self.case.state_words());
        Ok(())
    }

    pub(crate) fn make(&mut self, command: &Command) -> Result<(), String> {
        let maker = self.maker.clone();
        self.act(&maker, command)
    }

    /// A command that must be refused with a code.
    pub(crate) fn refused(&self, actor: &Actor, command: &Command, code: &str) -> Result<(), String> {
        match self.decided(actor, command) {
            Err(refusal) if refusal.code() == code => Ok(()),
            Err(refusal) => Err(format!("应当拒绝为 {code}，实际为 {}", refusal.code())),
            Ok(_) => Err(format!("应当拒绝（{code}），却办成了")),
        }
    }

    pub(crate) fn missing(&self) -> Vec<Missing> {
        missing(self.definition, &self.case, &self.catalogue.codes, self.time().day(), false)
    }

    /// Takes the case in as planned, until nothing is missing.
    pub(crate) fn take_in(&mut self, plan: &Plan<'_>, way: &Answers) -> Result<(), String> {
        self.make(&Command::Open)?;
        if self
            .definition
            .materials
            .iter()
            .any(|one| one.rule == MaterialRule::Required && one.when.is_none())
        {
            self.refused(&self.maker, &Command::Submit, "INCOMPLETE")?;
        }
        let mut read: BTreeSet<PersonRole> = BTreeSet::new();
        let mut asked: BTreeSet<String> = BTreeSet::new();
        // Answers show fields, fields make look-ups possible, look-ups fill fields that show questions.
        for _ in 0..LONGEST {
            let before = self.seq;
            self.answer(way)?;
            self.read_identities(plan, &mut read)?;
            self.type_fields(plan)?;
            self.look_up(plan, &mut asked)?;
            if self.seq == before {
                break;
            }
        }
        self.override_warnings()?;
        self.scan()?;
        self.nothing_else_later()?;
        if !self.later.is_empty() {
            let until = self.time().day().saturating_add(jiff::Span::new().days(3));
            let materials = self.later.iter().cloned().collect();
            self.make(&Command::PromiseMaterials { materials, until })?;
        }
        self.fingerprints()?;
        for signer in &self.definition.signers {
            if signer_applies(signer, &self.case) {
                self.make(&Command::Sign {
                    slot: signer.slot.clone(),
                    strokes: blob(50),
                    shown: ContentHash([5; 32]),
                })?;
            }
        }
        let lacking = self.missing();
        if lacking.is_empty() { Ok(()) } else { Err(format!("照计划填完仍缺：{lacking:?}")) }
    }

    fn answer(&mut self, way: &Answers) -> Result<(), String> {
        for question in &self.definition.questions {
            let asked = question.when.as_ref().is_none_or(|when| when.holds(&self.case));
            let Some(answer) = way.get(&question.id).filter(|_| asked) else { continue };
            if self.case.answer(&question.id) != Some(answer) {
                self.make(&Command::Answer { question: question.id.clone(), answer: answer.clone() })?;
            }
        }
        Ok(())
    }

    fn read_identities(&mut self, plan: &Plan<'_>, read: &mut BTreeSet<PersonRole>) -> Result<(), String> {
        let signers = self.definition.signers.iter().filter(|one| signer_applies(one, &self.case));
        let mut wanted: BTreeSet<PersonRole> = signers.map(|one| one.person).collect();
        let sections = self.definition.sections.iter().filter(|one| section_applies(one, &self.case));
        wanted.extend(sections.filter_map(|one| one.person));
        for person in wanted {
            if !read.insert(person) {
                continue;
            }
            let part = |id: &str| {
                self.definition
                    .sections
                    .iter()
                    .filter(|section| section.person == Some(person) && section_applies(section, &plan.case))
                    .find_map(|section| plan.value(&FieldPath(format!("{}.{id}", section.id))))
                    .unwrap_or_default()
                    .to_owned()
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
                valid_until: "长期".to_owned(),
                portrait: None,
            };
            let by_card = document == DocumentKind::ResidentCard;
            let reading = by_card.then(|| Reading {
                device: "samv".to_owned(),
                attestation: Attestation::Virtual,
                at: 1,
                raw: ContentHash([7; 32]),
            });
            self.make(&Command::ReadIdentity { person, identity, reading })?;
        }
        Ok(())
    }

    fn type_fields(&mut self, plan: &Plan<'_>) -> Result<(), String> {
        let planned = plan.case.fields.iter().filter(|(_, value)| !value.value.is_empty());
        let changes: Vec<(FieldPath, String)> = planned
            .filter(|(path, value)| self.case.value(path) != Some(value.value.as_str()))
            .filter(|(path, _)| !self.definition.comes_later(path, &self.case))
            .map(|(path, value)| (path.clone(), value.value.clone()))
            .collect();
        if changes.is_empty() {
            return Ok(());
        }
        self.make(&Command::ChangeFields {
            changes,
            source: ValueSource::Typed,
            reason: "按证件更正".to_owned(),
        })
    }

    fn look_up(&mut self, plan: &Plan<'_>, asked: &mut BTreeSet<String>) -> Result<(), String> {
        for lookup in &self.definition.lookups {
            if !lookup.applies(&self.case) || !lookup.askable(&self.case) {
                continue;
            }
            if self.case.check_state(&lookup.id) == CheckState::NotChecked {
                asked.insert(lookup.id.clone());
                let answer = plan.answer_to(lookup);
                self.make(&Command::RecordLookup { lookup: lookup.id.clone(), answer })?;
            }
        }
        Ok(())
    }

    fn override_warnings(&mut self) -> Result<(), String> {
        for lacking in self.missing() {
            if let Missing::Rule { rule, severity: domain::rule::Severity::Warn, .. } = lacking {
                self.make(&Command::Override { rule, reason: "已核实，情况属实".to_owned() })?;
            }
        }
        Ok(())
    }

    pub(crate) fn page(&mut self, actor: &Actor, material: &MaterialId) -> Result<(), String> {
        let page = PageId(Uuid::from_u128(u128::from(self.seq) + 10_000));
        self.act(
            actor,
            &Command::AddPage { material: material.clone(), page, picture: blob(20), reading: None },
        )
    }

    /// The materials that a complete application of this situation brings.
    pub(crate) fn brought(&self, case: &Case) -> Vec<&'a Material> {
        let mut groups: BTreeSet<&str> = BTreeSet::new();
        let applies = self.definition.materials.iter().filter(|one| material_applies(one, case));
        applies
            .filter(|one| match one.rule {
                MaterialRule::Required => true,
                MaterialRule::OneOf => groups.insert(one.group.as_str()),
                MaterialRule::Optional | MaterialRule::Internal | MaterialRule::Late => false,
            })
            .collect()
    }

    fn scan(&mut self) -> Result<(), String> {
        let maker = self.maker.clone();
        for material in self.brought(&self.case) {
            if !self.later.contains(&material.id) {
                self.page(&maker, &material.id)?;
            }
        }
        Ok(())
    }

    /// A complete case that loses any one thing it needs cannot be handed in.
    pub(crate) fn incomplete(&mut self, plan: &Plan<'_>) -> Result<(), String> {
        let whole = self.case.clone();
        let lacks = |table: &Self, what: &str| {
            table
                .refused(&table.maker, &Command::Submit, "INCOMPLETE")
                .map_err(|fault| format!("没有{what}：{fault}"))
        };
        for material in &self.definition.materials {
            let needed = matches!(material.rule, MaterialRule::Required | MaterialRule::OneOf);
            if needed && whole.materials.get(&material.id).is_some_and(|pages| !pages.is_empty()) {
                self.case.materials.insert(material.id.clone(), Vec::new());
                lacks(self, &material.name)?;
                self.case.clone_from(&whole);
            }
        }
        for slot in whole.signatures.keys() {
            self.case.signatures.remove(slot);
            lacks(self, &format!("签名 {slot}"))?;
            self.case.clone_from(&whole);
        }
        for lookup in self.definition.lookups.iter().filter(|one| one.must_agree && one.applies(&whole)) {
            self.case.lookups.remove(&lookup.id);
            lacks(self, &format!("核查 {}", lookup.title))?;
            self.case.clone_from(&whole);
        }
        if let Some(changed) = plan.without_head() {
            for (path, value) in changed {
                if let Some(field) = self.case.fields.get_mut(&path) {
                    field.value = value;
                }
            }
            lacks(self, "户主")?;
            self.case.clone_from(&whole);
        }
        Ok(())
    }

    /// Somebody of these roles who may act now.
    pub(crate) fn somebody(&self, roles: &[Role], command: &Command) -> Result<Actor, String> {
        let mut last = "没有人".to_owned();
        for actor in people::in_roles(roles) {
            match self.decided(&actor, command) {
                Ok(_) => return Ok(actor),
                Err(refusal) => last = told(command, &refusal),
            }
        }
        Err(last)
    }

    pub(crate) fn review(&mut self, roles: &[Role], decision: Decision) -> Result<(), String> {
        let reason = (decision != Decision::Pass).then(|| Reason {
            code: String::new(),
            text: "材料不符".to_owned(),
            basis: "依据".to_owned(),
        });
        let command = Command::Review { decision, reason, opinion: "已核对".to_owned() };
        // Whoever took it in holds this post too, and may not review it (rules of the counter, 7).
        for role in roles {
            if let Some(maker) = people::actor(EVERYWHERE, *role) {
                self.refused(&maker, &command, "MAKER_CANNOT_REVIEW")?;
            }
        }
        let actor = self.somebody(roles, &command)?;
        self.act(&actor, &command)?;
        if decision == Decision::Pass {
            // Nor may one person review twice in a row of reviews.
            if let Some(stage) = self.case.stage.clone()
                && matches!(stage.kind, StepKind::Review | StepKind::Investigate)
                && stage.roles.contains(&actor.post.role)
            {
                self.refused(&actor, &command, "REVIEWER_TWICE")?;
            }
        }
        Ok(())
    }

    pub(crate) fn effect(&mut self, plan: &Plan<'_>, roles: &[Role]) -> Result<(), String> {
        let effect = self
            .definition
            .effect_at(&self.case)
            .ok_or_else(|| format!("“{}”没有可交常口的内容", self.case.state_words()))?;
        if effect.request(self.definition, &self.case).is_empty() {
            return Err(format!("交常口的 {} 是空的", effect.kind));
        }
        let values: BTreeMap<String, String> = effect
            .result
            .iter()
            .map(|(field, place)| (place.clone(), plan.value(field).unwrap_or("9999").to_owned()))
            .collect();
        // The register numbers its answers: one given before is refused.
        let before = self.case.effects.values().next().cloned();
        let answer = RegisterAnswer {
            query_id: format!("effect-{}", self.seq),
            state: CheckState::Agrees,
            answered_at: 1,
            values,
        };
        let refused = Command::RecordEffect {
            answer: RegisterAnswer { state: CheckState::Differs, ..answer.clone() },
            refused: "常口暂不受理".to_owned(),
        };
        let done = Command::RecordEffect { answer, refused: String::new() };
        let actor = self.somebody(roles, &done)?;
        if let Some(before) = before {
            let again = Command::RecordEffect { answer: before, refused: String::new() };
            self.refused(&actor, &again, "FOREIGN_ANSWER")?;
        }
        // The register may take its time, and may say no first; then the same step is tried again.
        let waits = |state| Command::RecordUnfinished {
            answer: RegisterAnswer {
                query_id: String::new(),
                state: CheckState::NotChecked,
                answered_at: 1,
                values: BTreeMap::new(),
            },
            state,
            reason: "常口暂未办完".to_owned(),
        };
        self.act(&actor, &waits(UnfinishedState::Delayed))?;
        self.act(&actor, &refused)?;
        // What it did in part is only gone on with.
        self.act(&actor, &waits(UnfinishedState::Partial))?;
        self.refused(&actor, &refused, "EFFECT_UNFINISHED")?;
        self.act(&actor, &done)
    }

    pub(crate) fn issue(&mut self, roles: &[Role]) -> Result<(), String> {
        let stage = self.case.stage.clone().ok_or("没有步骤")?;
        let step = self.definition.flow_of(&self.case).step(&stage.step).ok_or("没有步骤")?;
        let print = self
            .definition
            .prints
            .iter()
            .find(|one| one.document == step.document)
            .ok_or_else(|| format!("没有文书 {}", step.document))?;
        let actor = people::in_roles(roles).into_iter().next().ok_or("没有人")?;
        // Nothing goes on before the paper came out of a printer.
        self.refused(&actor, &Command::Continue, "NOT_PRINTED")?;
        let paper = Command::RecordPrint(PrintedDocument {
            document: print.document.clone(),
            template: print.template.clone(),
            print_set: ContentHash([4; 32]),
            pdf: blob(99),
            printer: "打印机".to_owned(),
            job: "1".to_owned(),
            reprint_reason: String::new(),
            blank: if print.blank { format!("演示{:06}", self.seq) } else { String::new() },
        });
        self.act(&actor, &paper)?;
        self.act(&actor, &Command::Continue)
    }

    pub(crate) fn late_scan(&mut self, plan: &Plan<'_>, roles: &[Role]) -> Result<(), String> {
        let stage = self.case.stage.clone().ok_or("没有步骤")?;
        let step = self.definition.flow_of(&self.case).step(&stage.step).ok_or("没有步骤")?;
        let actor = people::in_roles(roles).into_iter().next().ok_or("没有人")?;
        let awaited: Vec<MaterialId> = self
            .definition
            .materials
            .iter()
            .filter(|one| step.materials.contains(&one.id) && material_applies(one, &self.case))
            .map(|one| one.id.clone())
            .collect();
        if awaited.is_empty() {
            return Err(format!("“{}”没有要补扫的材料", stage.title));
        }
        self.refused(&actor, &Command::Continue, "INCOMPLETE")?;
        self.nothing_else(&actor, step, &awaited)?;
        for material in &awaited {
            self.page(&actor, material)?;
        }
        let changes: Vec<(FieldPath, String)> = step
            .fields
            .iter()
            .filter_map(|path| Some((path.clone(), plan.value(path)?.to_owned())))
            .filter(|(path, value)| self.case.value(path) != Some(value.as_str()))
            .collect();
        if !changes.is_empty() {
            let reason = String::new();
            self.act(&actor, &Command::ChangeFields { changes, source: ValueSource::Typed, reason })?;
        }
        self.act(&actor, &Command::Continue)
    }

    /// While the flow waits for one paper, nothing else of the case may be changed.
    fn nothing_else(&self, actor: &Actor, step: &Step, awaited: &[MaterialId]) -> Result<(), String> {
        let other = self.definition.materials.iter().find(|one| !awaited.contains(&one.id));
        if let Some(other) = other {
            let command = Command::AddPage {
                material: other.id.clone(),
                page: PageId(Uuid::from_u128(1)),
                picture: blob(21),
                reading: None,
            };
            self.refused(actor, &command, "CASE_NOT_AT_COUNTER")?;
        }
        let other = self.case.fields.keys().find(|path| !step.fields.contains(path));
        if let Some(other) = other {
            let changes = vec![(other.clone(), "9".to_owned())];
            let command =
                Command::ChangeFields { changes, source: ValueSource::Typed, reason: "更正".to_owned() };
            self.refused(actor, &command, "CASE_NOT_AT_COUNTER")?;
        }
        Ok(())
    }

    pub(crate) fn collect(&mut self, roles: &[Role]) -> Result<(), String> {
        let born = Date::constant(1990, 1, 1);
        let command = Command::Collect {
            name: "演领".to_owned(),
            document: DocumentKind::ResidentCard,
            number: people::number(born, "1", 1),
            strokes: blob(60),
        };
        let actor = self.somebody(roles, &command)?;
        self.act(&actor, &command)
    }
}

pub(crate) fn blob(mark: u8) -> BlobRef {
    BlobRef {
        id: ContentHash([mark; 32]),
        content: ContentHash([mark ^ 0xff; 32]),
        length: 1,
        media: "image/jpeg".to_owned(),
    }
}

/// A refusal with what was tried, without values.
fn told(command: &Command, refusal: &Refusal) -> String {
    let name = match command {
        Command::Open => "开办件",
        Command::ReadIdentity { .. } => "读证",
        Command::Answer { .. } => "回答情形",
        Command::ChangeFields { .. } => "填表",
        Command::RecordLookup { .. } => "核查",
        Command::AddPage { .. } => "扫描",
        Command::Sign { .. } => "签名",
        Command::Override { .. } => "说明后继续",
        Command::Submit => "提交",
        Command::Review { .. } => "审核",
        Command::RecordEffect { .. } => "落实",
        Command::Continue => "续办",
        Command::RecordPrint(_) => "打印",
        Command::Collect { .. } => "领取",
        Command::Withdraw { .. } => "撤销",
        _ => "办理",
    };
    format!("{name}被拒绝：{refusal:?}")
}
