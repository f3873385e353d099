//! What a definition must get right before anybody may use it: nothing named that is not there, nothing that waits for
//! itself, no step that nobody reaches, no condition that never holds. Each fault names its place.

use super::file::Placed;
use super::{Effect, Field, FieldKind, Lookup, MaterialRule, MatterDefinition, PrintMoment, Section};
use crate::address;
use crate::condition::Condition;
use crate::document_number::IDENTITY_DOCUMENT_TYPE;
use crate::fault::Wrong;
use crate::flow::{Flow, Level, StepKind};
use crate::ids::FieldPath;
use crate::person::Role;
use crate::rule::{Must, Rule, Severity};
use crate::situation::{Answers, chance, ways};
use std::collections::{BTreeMap, BTreeSet};

/// What follows from others is named by nothing: no condition, rule, look-up or act leans on it.
const COMPUTED_NAMED: Wrong =
    Wrong::Misused { what: "这里不能用算出来的栏，请用它所依据的那一栏" };

/// Looks at one definition and collects what is wrong.
struct Check<'a> {
    definition: &'a MatterDefinition,
    faults: Vec<Placed>,
}

impl MatterDefinition {
    /// Everything that is wrong with the definition.
    #[must_use]
    pub fn faults(&self) -> Vec<Placed> {
        let mut check = Check { definition: self, faults: Vec::new() };
        check.names();
        check.conditions();
        check.questions_in_order();
        check.fields();
        check.lookups();
        check.effects();
        check.rules();
        check.faults.extend(self.wrong_tolerance());
        check.faults.extend(self.wrong_fingerprints());
        check.faults.extend(self.wrong_computations());
        let mut seen: Vec<&str> = Vec::new();
        for flow in self.flows() {
            // A flow that counts in several situations is told about once.
            if !seen.contains(&flow.id.as_str()) {
                seen.push(&flow.id);
                check.flow("flow", flow);
            }
        }
        // What follows asks whether things can ever be; with names that lead nowhere the answer would mislead.
        if check.faults.is_empty() {
            check.circles();
            check.choices();
            check.never();
            check.contradictions();
        }
        check.faults
    }
}

impl<'a> Check<'a> {
    fn add(&mut self, place: impl Into<String>, wrong: Wrong) {
        self.faults.push((place.into(), wrong));
    }

    fn unique<'n>(&mut self, place: &str, what: &'static str, names: impl Iterator<Item = &'n str>) {
        let mut seen = BTreeSet::new();
        for name in names {
            if name.is_empty() {
                self.add(place, Wrong::Unsaid { what: "名称" });
            } else if !seen.insert(name) {
                self.add(format!("{place}.{name}"), Wrong::Twice { what, name: name.to_owned() });
            }
        }
    }

    fn names(&mut self) {
        let definition = self.definition;
        self.unique("question", "情形问题", definition.questions.iter().map(|one| one.id.as_str()));
        self.unique("material", "材料", definition.materials.iter().map(|one| one.id.as_str()));
        self.unique("section", "表单段", definition.sections.iter().map(|one| one.id.as_str()));
        self.unique("signer", "签名人", definition.signers.iter().map(|one| one.slot.as_str()));
        self.unique("lookup", "核查", definition.lookups.iter().map(|one| one.id.as_str()));
        self.unique("print", "文书", definition.prints.iter().map(|one| one.document.as_str()));
        self.unique("rule", "规则", definition.rules.iter().map(|one| one.id.as_str()));
        for question in &definition.questions {
            let place = format!("question.{}.answer", question.id);
            self.unique(&place, "答案", question.answers.iter().map(|one| one.id.as_str()));
            if question.answers.len() < 2 {
                self.add(place, Wrong::Unsaid { what: "可选的答案（至少两个）" });
            }
        }
        for section in &definition.sections {
            let place = format!("section.{}.field", section.id);
            self.unique(&place, "栏目", section.fields.iter().map(|one| one.id.as_str()));
        }
        if definition.effects.len() > 1 {
            self.unique("effect", "落实", definition.effects.iter().map(|one| one.id.as_str()));
        }
        if definition.intake_roles.is_empty() {
            self.add("intake_roles", Wrong::Unsaid { what: "可以收件的岗位" });
        }
        if definition.sections.is_empty() {
            self.add("section", Wrong::Unsaid { what: "表单" });
        }
    }

    fn known_field(&mut self, place: &str, path: &FieldPath) {
        match self.definition.field(path) {
            Some(field) if field.kind == FieldKind::Computed => {
                self.add(place, COMPUTED_NAMED);
                return;
            }
            Some(_) => return,
            None => {}
        }
        let known: Vec<String> = self
            .definition
            .sections
            .iter()
            .filter(|section| path.as_str().split('.').next() == Some(section.id.as_str()))
            .flat_map(|section| {
                let row = if section.table { ".0" } else { "" };
                section.fields.iter().map(move |field| format!("{}{row}.{}", section.id, field.id))
            })
            .collect();
        let wrong = if known.is_empty() {
            let sections = self.definition.sections.iter().map(|section| section.id.as_str());
            Wrong::unknown("表单段", path, sections)
        } else {
            Wrong::unknown("栏目", path, known.iter().map(String::as_str))
        };
        self.add(place, wrong);
    }

    /// A field, or the code beside a field for an address.
    fn known_value(&mut self, place: &str, path: &FieldPath) {
        let Some(text) = address::text_path(path) else { return self.known_field(place, path) };
        match self.definition.field(&text) {
            Some(field) if field.kind != FieldKind::Address => {
                let said = format!("“{text}”不是地址栏，没有标准地址编码");
                self.add(place, Wrong::Unreadable { said });
            }
            _ => self.known_field(place, &text),
        }
    }

    fn known_column(&mut self, place: &str, section: &str, column: &str) {
        let Some(table) = self.table(place, section) else { return };
        match table.fields.iter().find(|field| field.id == column) {
            Some(field) if field.kind == FieldKind::Computed => self.add(place, COMPUTED_NAMED),
            Some(_) => {}
            None => {
                let known = table.fields.iter().map(|field| field.id.as_str());
                self.add(place, Wrong::unknown("列", &format!("{section}.{column}"), known));
            }
        }
    }

    fn table(&mut self, place: &str, section: &str) -> Option<&'a Section> {
        let tables = || self.definition.sections.iter().filter(|one| one.table);
        let found = tables().find(|one| one.id == section);
        if found.is_none() {
            let known: Vec<&str> = tables().map(|one| one.id.as_str()).collect();
            self.add(place, Wrong::unknown("表格段", section, known));
        }
        found
    }

    fn known_lookup(&mut self, place: &str, id: &str) {
        if self.definition.lookup(id).is_none() {
            let known = self.definition.lookups.iter().map(|one| one.id.as_str());
            self.add(place, Wrong::unknown("核查", id, known));
        }
    }

    /// Every condition with its place, and what it decides.
    fn all_conditions(&self) -> Vec<(String, &'static str, &'a Condition)> {
        let definition = self.definition;
        let mut found = Vec::new();
        let mut add = |place: String, what: &'static str, when: &'a Option<Condition>| {
            found.extend(when.as_ref().map(|when| (format!("{place}.when"), what, when)));
        };
        for one in &definition.questions {
            add(format!("question.{}", one.id), "这个情形问题", &one.when);
        }
        for one in &definition.materials {
            add(format!("material.{}", one.id), "这份材料", &one.when);
        }
        for section in &definition.sections {
            add(format!("section.{}", section.id), "这一段表单", &section.when);
            for one in &section.fields {
                add(format!("section.{}.field.{}", section.id, one.id), "这一栏", &one.when);
            }
        }
        for one in &definition.signers {
            add(format!("signer.{}", one.slot), "这个签名", &one.when);
        }
        for one in &definition.lookups {
            add(format!("lookup.{}", one.id), "这项核查", &one.when);
        }
        for one in &definition.rules {
            add(format!("rule.{}", one.id), "这条规则的前提", &one.when);
        }
        if let Some(one) = &definition.fingerprints {
            add("fingerprints".to_owned(), "采集指纹", &one.when);
        }
        for (at, one) in definition.other_flows.iter().enumerate() {
            found.push((format!("flow_for.{}.when", at + 1), "这个流程", &one.when));
        }
        let mut add = |place: String, what: &'static str, when: &'a Option<Condition>| {
            found.extend(when.as_ref().map(|when| (format!("{place}.when"), what, when)));
        };
        for effect in &definition.effects {
            for one in &effect.fixed {
                add(format!("effect.{}.fixed.{}", effect.kind, one.place), "这个固定值", &one.when);
            }
            for one in &effect.rows {
                add(format!("effect.{}.rows.{}", effect.kind, one.list), "这个列表", &one.when);
            }
            for one in &effect.entries {
                add(format!("effect.{}.entries.{}", effect.kind, one.place), "这组对应", &one.when);
            }
        }
        found
    }

    fn conditions(&mut self) {
        for (place, _, condition) in self.all_conditions() {
            self.condition(&place, condition);
        }
        for rule in &self.definition.rules {
            if let Must::Holds { condition } = &rule.must {
                self.condition(&format!("rule.{}.must", rule.id), condition);
            }
        }
    }

    fn condition(&mut self, place: &str, condition: &Condition) {
        match condition {
            Condition::Answer { question, is } => {
                let definition = self.definition;
                match definition.questions.iter().find(|one| one.id == *question) {
                    None => {
                        let known = definition.questions.iter().map(|one| one.id.as_str());
                        self.add(place, Wrong::unknown("情形问题", question, known));
                    }
                    Some(known) if !known.answers.iter().any(|answer| answer.id == *is) => {
                        let known = known.answers.iter().map(|one| one.id.as_str());
                        self.add(place, Wrong::unknown("答案", is, known));
                    }
                    Some(_) => {}
                }
            }
            Condition::All { all: parts } | Condition::Any { any: parts } => {
                for part in parts {
                    self.condition(place, part);
                }
            }
            Condition::Not { not } => self.condition(place, not),
            Condition::Field { field, .. } => self.known_field(place, field),
            Condition::Filled { filled } => self.known_field(place, filled),
            Condition::Differ { differ } => differ.iter().for_each(|field| self.known_field(place, field)),
        }
    }

    /// A question may depend on questions before it only: the guide asks them in order.
    fn questions_in_order(&mut self) {
        for (at, question) in self.definition.questions.iter().enumerate() {
            let (mut asked, mut fields) = (Vec::new(), Vec::new());
            if let Some(when) = &question.when {
                when.mentions(&mut asked, &mut fields);
            }
            for other in asked {
                let before = self.definition.questions[..at].iter().any(|one| one.id == other);
                let there = self.definition.questions.iter().any(|one| one.id == other);
                if there && !before {
                    let through = vec![question.id.to_string(), other.to_string(), question.id.to_string()];
                    self.add(format!("question.{}.when", question.id), Wrong::Circle { through });
                }
            }
        }
    }

    fn fields(&mut self) {
        let definition = self.definition;
        for signer in &definition.signers {
            self.known_field(&format!("signer.{}.name_field", signer.slot), &signer.name_field);
        }
        for material in &definition.materials {
            let place = format!("material.{}", material.id);
            if let Some(check) = &material.check {
                self.known_lookup(&format!("{place}.check"), check);
            }
            match material.rule {
                MaterialRule::OneOf if material.group.is_empty() => {
                    self.add(place, Wrong::Unsaid { what: "多选一的组名（group）" });
                }
                MaterialRule::OneOf => {
                    let group = definition.materials.iter().filter(|one| one.group == material.group);
                    if group.count() < 2 {
                        self.add(place, Wrong::Unsaid { what: "同组的其他材料（多选一至少两份）" });
                    }
                }
                MaterialRule::Late => {
                    let comes =
                        |flow: &Flow| flow.steps.iter().any(|step| step.materials.contains(&material.id));
                    if !definition.flows().any(comes) {
                        self.add(place, Wrong::Unsaid { what: "流程里补扫这份材料的一步" });
                    }
                }
                _ => {}
            }
        }
        for section in &definition.sections {
            for field in &section.fields {
                if field.historic && field.kind != FieldKind::Code {
                    let said = "historic 只用于代码栏".to_owned();
                    self.add(
                        format!("section.{}.field.{}.historic", section.id, field.id),
                        Wrong::Unreadable { said },
                    );
                }
                if field.kind == FieldKind::Code && field.codes.is_none() {
                    self.add(
                        format!("section.{}.field.{}", section.id, field.id),
                        Wrong::Unsaid { what: "代码表（codes）" },
                    );
                }
            }
        }
    }

    fn lookups(&mut self) {
        for lookup in &self.definition.lookups {
            let place = format!("lookup.{}", lookup.id);
            self.lookup(&place, lookup);
        }
    }

    fn lookup(&mut self, place: &str, lookup: &Lookup) {
        for field in lookup.ask.values() {
            self.known_field(&format!("{place}.ask"), field);
        }
        for unknown in lookup.needs.iter().filter(|one| !lookup.ask.contains_key(*one)) {
            let known = lookup.ask.keys().map(String::as_str);
            self.add(format!("{place}.needs"), Wrong::unknown("参数", unknown, known));
        }
        for field in lookup.fill.keys() {
            self.known_field(&format!("{place}.fill"), field);
        }
        if let Some(rows) = &lookup.rows {
            for column in rows.columns.keys() {
                self.known_column(&format!("{place}.rows"), &rows.section, column);
            }
            for one in &rows.without {
                self.known_field(&format!("{place}.rows.without"), &one.field);
            }
        }
    }

    fn effects(&mut self) {
        for effect in &self.definition.effects {
            let place = format!("effect.{}", effect.kind);
            self.effect(&place, effect);
            let handed = |flow: &Flow| {
                flow.steps.iter().any(|step| {
                    step.kind == StepKind::Effect
                        && self.definition.effect_of(step).is_some_and(|one| one.id == effect.id)
                })
            };
            if !self.definition.flows().any(handed) {
                self.add(place, Wrong::Unsaid { what: "流程里交常口落实它的一步" });
            }
        }
    }

    fn effect(&mut self, place: &str, effect: &Effect) {
        for field in effect.body.values() {
            self.known_value(&format!("{place}.body"), field);
        }
        for field in effect.result.keys() {
            self.known_field(&format!("{place}.result"), field);
        }
        for one in &effect.answers {
            self.known_lookup(&format!("{place}.answers"), &one.lookup);
        }
        for rows in &effect.rows {
            let place = format!("{place}.rows.{}", rows.list);
            if rows.columns.is_empty() == rows.column.is_empty() {
                self.add(&place, Wrong::Unsaid { what: "columns 或者 column（两者之一）" });
            }
            let own = Some(&rows.column).filter(|column| !column.is_empty());
            let among = rows.among.as_ref().map(|among| &among.column);
            for column in rows.columns.values().chain(own).chain(among) {
                self.known_column(&place, &rows.section, column);
            }
        }
        for entries in &effect.entries {
            let place = format!("{place}.entries.{}", entries.place);
            let among = entries.among.as_ref().map(|among| &among.column);
            for column in [&entries.key, &entries.value].into_iter().chain(among) {
                self.known_column(&place, &entries.section, column);
            }
            for field in &entries.without {
                self.known_field(&format!("{place}.without"), field);
            }
        }
        for entries in &effect.answer_entries {
            let place = format!("{place}.answer_entries.{}", entries.place);
            self.known_lookup(&place, &entries.lookup);
            for path in &entries.only {
                let (section, column) = path.as_str().split_once('.').unwrap_or((path.as_str(), ""));
                let table = self.definition.sections.iter().any(|one| one.id == section && one.table);
                if table {
                    self.known_column(&place, section, column);
                } else {
                    self.known_field(&place, path);
                }
            }
        }
    }

    fn rules(&mut self) {
        for rule in &self.definition.rules {
            let place = format!("rule.{}.must", rule.id);
            for field in rule.fields() {
                self.known_field(&place, &field);
            }
            match &rule.must {
                Must::OneAdultHead { section, relation, birth, number, among, .. } => {
                    let among = among.as_ref().map(|among| &among.column);
                    for column in [relation, birth, number].into_iter().chain(among) {
                        self.known_column(&place, section, column);
                    }
                }
                Must::HasRow { section } => {
                    self.table(&place, section);
                }
                Must::DocumentNumber { document, .. } | Must::DocumentCheckDigit { document, .. } => {
                    let kinds = |field: &&Field| field.codes.as_deref() == Some(IDENTITY_DOCUMENT_TYPE);
                    if self.definition.field(document).filter(kinds).is_none() {
                        self.add(
                            place,
                            Wrong::Misused {
                                what: "证件种类一栏要用代码表 identity-document-type"
                            },
                        );
                    }
                }
                Must::UniqueColumn { section, column } => self.known_column(&place, section, column),
                Must::RowHas { section, key, column, .. } => {
                    self.known_column(&place, section, key);
                    self.known_column(&place, section, column);
                }
                Must::NotDiffering { lookup } | Must::AnswerLacks { lookup, .. } => {
                    self.known_lookup(&place, lookup);
                }
                _ => {}
            }
        }
    }

    fn flow(&mut self, place: &str, flow: &Flow) {
        self.unique(place, "步骤", flow.steps.iter().map(|one| one.id.as_str()));
        if flow.steps.is_empty() {
            self.add(place, Wrong::Unsaid { what: "步骤" });
        }
        let mut closed = false;
        for step in &flow.steps {
            let place = format!("{place}.{}.{}", flow.id, step.id);
            if step.id.as_str() == crate::course::RECTIFICATION {
                self.add(&place, Wrong::Twice { what: "步骤", name: step.id.to_string() });
            }
            if closed {
                self.add(&place, Wrong::Unreachable { why: "前面的领取登记已经办结" });
            }
            closed |= step.kind == StepKind::Collect;
            if !step.roles.is_empty() && !step.roles.iter().any(|role| sits_at(*role, step.level)) {
                self.add(&place, Wrong::Unreachable { why: "这一级单位没有这些岗位" });
            }
            match step.kind {
                StepKind::Effect if !step.roles.is_empty() && self.definition.effect_of(step).is_none() => {
                    let known = self.definition.effects.iter().map(|one| one.id.as_str());
                    self.add(&place, Wrong::unknown("落实", &step.effect, known));
                }
                StepKind::LateScan => {
                    if step.materials.is_empty() {
                        self.add(&place, Wrong::Unsaid { what: "补扫的材料（materials）" });
                    }
                    for field in &step.fields {
                        self.known_field(&place, field);
                        if self.definition.field(field).is_some_and(|one| one.kind == FieldKind::Assigned) {
                            self.add(&place, Wrong::Never { what: "由人补填只能由常口给出的栏目" });
                        }
                    }
                    for material in &step.materials {
                        let late = |one: &&super::Material| one.rule == MaterialRule::Late;
                        if !self.definition.materials.iter().filter(late).any(|one| one.id == *material) {
                            let known =
                                self.definition.materials.iter().filter(late).map(|one| one.id.as_str());
                            self.add(&place, Wrong::unknown("补扫材料", material, known));
                        }
                    }
                }
                StepKind::Issue => {
                    let issued = |one: &&super::Print| one.at == PrintMoment::Issued;
                    if !self.definition.prints.iter().filter(issued).any(|one| one.document == step.document)
                    {
                        let known =
                            self.definition.prints.iter().filter(issued).map(|one| one.document.as_str());
                        self.add(&place, Wrong::unknown("签发文书", &step.document, known));
                    }
                }
                _ => {}
            }
        }
    }

    /// Fields that are shown only when they themselves have a value.
    fn circles(&mut self) {
        let mut waits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for section in &self.definition.sections {
            let mut section_waits = Vec::new();
            if let Some(when) = &section.when {
                when.mentions(&mut Vec::new(), &mut section_waits);
            }
            for field in &section.fields {
                let mut own = section_waits.clone();
                if let Some(when) = &field.when {
                    when.mentions(&mut Vec::new(), &mut own);
                }
                let column = |path: &FieldPath| {
                    let parts: Vec<&str> = path.as_str().split('.').collect();
                    format!("{}.{}", parts[0], parts[parts.len() - 1])
                };
                waits.insert(format!("{}.{}", section.id, field.id), own.iter().map(column).collect());
            }
        }
        let mut free: BTreeSet<String> = BTreeSet::new();
        for start in waits.keys() {
            let mut way = Vec::new();
            if let Some(through) = circle(start, &waits, &mut free, &mut way) {
                self.faults.push((
                    format!("section.{}", through[0].replace('.', ".field.")),
                    Wrong::Circle { through },
                ));
                return;
            }
        }
    }

    /// The flow of a case is settled with its submission. A field that comes later, typed at a step or given by the
    /// register, would move the case into a flow that does not know the step where it stands.
    fn choices(&mut self) {
        let definition = self.definition;
        let typed = definition.flows().flat_map(|flow| &flow.steps).flat_map(|step| &step.fields);
        let given = definition.effects.iter().flat_map(|effect| effect.result.keys());
        let later: BTreeSet<&FieldPath> = typed.chain(given).collect();
        for (at, choice) in definition.other_flows.iter().enumerate() {
            let mut fields = Vec::new();
            choice.when.mentions(&mut Vec::new(), &mut fields);
            if let Some(field) = fields.iter().find(|field| later.contains(field)) {
                let flow = choice.flow.id.clone();
                let through = vec![flow.clone(), field.to_string(), flow];
                self.add(format!("flow_for.{}.when", at + 1), Wrong::Circle { through });
            }
        }
    }

    /// Conditions and rules that no way through the questions meets.
    fn never(&mut self) {
        let Some(ways) = ways(self.definition) else {
            self.add("question", Wrong::Never { what: "情形太多，窗口问不完" });
            return;
        };
        for (place, what, condition) in self.all_conditions() {
            if !ways.iter().any(|way| chance(condition, way).holds) {
                self.add(place, Wrong::Never { what });
            }
        }
        for rule in &self.definition.rules {
            let Must::Holds { condition } = &rule.must else { continue };
            // A rule may close one situation, with its sentence; it may not close all of them.
            let left_alone = |way: &Answers| rule.when.as_ref().is_some_and(|when| chance(when, way).fails);
            if !ways.iter().any(|way| left_alone(way) || chance(condition, way).holds) {
                self.add(format!("rule.{}.must", rule.id), Wrong::Never { what: "这条规则" });
            }
        }
    }

    /// Two blocking rules on the same fields that exclude each other whenever both apply.
    fn contradictions(&mut self) {
        let rules = &self.definition.rules;
        for (at, rule) in rules.iter().enumerate() {
            for other in &rules[..at] {
                let both = rule.severity == Severity::Block
                    && other.severity == Severity::Block
                    && (rule.when == other.when || rule.when.is_none() || other.when.is_none());
                if both && exclude(rule, other) {
                    self.add(format!("rule.{}", rule.id), Wrong::Contradiction { other: other.id.clone() });
                }
            }
        }
    }
}

fn exclude(one: &Rule, other: &Rule) -> bool {
    let ages = |below: &Must, least: &Must| match (below, least) {
        (Must::AgeBelow { field: first, years: below }, Must::AgeAtLeast { field: second, years: least }) => {
            first == second && least >= below
        }
        _ => false,
    };
    let equal = |same: &Must, different: &Must| match (same, different) {
        (Must::Same { fields: [a, b] }, Must::Different { fields: [c, d] }) => {
            (a == c && b == d) || (a == d && b == c)
        }
        _ => false,
    };
    ages(&one.must, &other.must)
        || ages(&other.must, &one.must)
        || equal(&one.must, &other.must)
        || equal(&other.must, &one.must)
}

/// Whether a role is held at units of a level (rules of the counter, 7).
fn sits_at(role: Role, level: Level) -> bool {
    match role {
        Role::Auxiliary | Role::Officer | Role::CommunityOfficer | Role::Photographer | Role::Head => {
            level == Level::Station
        }
        Role::CountyReviewer => level == Level::County,
        Role::CityReviewer => level == Level::City,
        Role::Inspector | Role::Admin => true,
    }
}

/// The circle that a name waits in, if any. `free` are the names known to wait in none.
fn circle(
    name: &str,
    waits: &BTreeMap<String, BTreeSet<String>>,
    free: &mut BTreeSet<String>,
    way: &mut Vec<String>,
) -> Option<Vec<String>> {
    if free.contains(name) {
        return None;
    }
    if let Some(at) = way.iter().position(|one| one == name) {
        let mut through = way[at..].to_vec();
        through.push(name.to_owned());
        return Some(through);
    }
    way.push(name.to_owned());
    for next in waits.get(name).into_iter().flatten() {
        if let Some(found) = circle(next, waits, free, way) {
            return Some(found);
        }
    }
    way.pop();
    free.insert(name.to_owned());
    None
}
