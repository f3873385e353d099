//! A plan for one situation of a matter: values for every field that make all its rules hold.

use crate::people;
use domain::case::{Case, FieldValue, LookupRecord};
use domain::code::CodeTables;
use domain::condition::{Condition, Situation as _};
use domain::document_number::IDENTITY_DOCUMENT_TYPE;
use domain::event::{CheckState, EventTime, RegisterAnswer, ValueSource};
use domain::ids::{CaseId, FieldPath};
use domain::matter::{Field, FieldKind, Lookup, MatterDefinition, Section};
use domain::requirement::{field_applies, section_applies};
use domain::rule::{Must, Rule, Severity};
use domain::situation::Answers;
use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Rounds of mending after which a plan is given up: each round mends every broken rule once, and a rule may break
/// one mended before it.
const ROUNDS: usize = 12;
/// Codes tried when a value has to change: the largest table that rules look into has about a hundred.
const MOST_CODES: usize = 200;

/// A case that was never played, only filled in: what the play will type, read and be told by the register.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    definition: &'a MatterDefinition,
    codes: &'a CodeTables,
    day: Date,
    /// The filled-in case.
    pub case: Case,
    /// Fields that must stay empty in this situation.
    empty: Vec<FieldPath>,
    count: u16,
}

impl<'a> Plan<'a> {
    /// Plans one situation.
    ///
    /// # Errors
    /// What cannot be met, in words.
    pub fn make(
        definition: &'a MatterDefinition,
        codes: &'a CodeTables,
        day: Date,
        way: &Answers,
    ) -> Result<Self, String> {
        let mut case = Case::new(CaseId(Uuid::nil()));
        case.answers = way.clone();
        let mut plan = Self { definition, codes, day, case, empty: Vec::new(), count: 0 };
        for _ in 0..ROUNDS {
            plan.fill();
            plan.answer_lookups();
            if !plan.mend(way)? {
                return Ok(plan);
            }
        }
        plan.answer_lookups();
        let broken = plan.broken().map_or_else(String::new, |rule| format!("规则 {}", rule.id));
        Err(format!("没有一种填法能满足全部规则：{broken}"))
    }

    fn time(&self) -> EventTime {
        EventTime { wall: 0, trusted: 0, confirmed: true }
    }

    /// Sets a value.
    pub fn set(&mut self, field: &FieldPath, value: &str) {
        let value = FieldValue {
            value: value.to_owned(),
            source: ValueSource::Typed,
            time: self.time(),
            previous: None,
        };
        self.case.fields.insert(field.clone(), value);
    }

    /// The value of a field.
    #[must_use]
    pub fn value(&self, field: &FieldPath) -> Option<&str> {
        self.case.value(field)
    }

    fn next(&mut self) -> u16 {
        self.count += 1;
        self.count
    }

    fn sections(&self) -> Vec<&'a Section> {
        let definition: &'a MatterDefinition = self.definition;
        definition.sections.iter().filter(|section| section_applies(section, &self.case)).collect()
    }

    /// Gives a value to every field that is shown and has none.
    fn fill(&mut self) {
        for section in self.sections() {
            if section.table {
                self.fill_table(section);
                continue;
            }
            let someone = self.someone_of(section);
            for field in section.fields.iter().filter(|one| one.kind.typed()) {
                let path = FieldPath(format!("{}.{}", section.id, field.id));
                let wanted = field_applies(field, &self.case) && !self.empty.contains(&path);
                if wanted && self.value(&path).is_none() {
                    let value = self.suggest(field, someone.as_ref());
                    self.set(&path, &value);
                }
            }
        }
    }

    /// The person a plain section describes, once he has a number or name.
    fn someone_of(&mut self, section: &Section) -> Option<Someone> {
        let path = |id: &str| FieldPath(format!("{}.{id}", section.id));
        let known = |plan: &Self, id: &str| plan.value(&path(id)).map(str::to_owned);
        let describes =
            section.fields.iter().any(|one| one.kind == FieldKind::IdNumber || one.kind == FieldKind::Name);
        if !describes {
            return None;
        }
        let (young, old) = self.ages(&path("birth_date"));
        let born = known(self, "birth_date")
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| self.born_between(young, old));
        let sex = known(self, "sex").unwrap_or_else(|| "1".to_owned());
        let count = self.next();
        Some(Someone { number: people::number(born, &sex, count), name: people::name(count), sex, born })
    }

    fn fill_table(&mut self, section: &Section) {
        if !self.case.rows(&section.id).is_empty() {
            let rows = self.case.rows(&section.id);
            for row in rows {
                let row_born =
                    self.case.cell(&section.id, row, "birth_date").and_then(|text| text.parse().ok());
                // Rows were made in pairs, the head first.
                self.fill_row(section, row, row_born, Some(row.is_multiple_of(2)));
            }
            return;
        }
        // One household of two adults, the head first; two where the table holds the members of two households.
        let sides: Vec<(String, String)> = self
            .definition
            .rules
            .iter()
            .filter_map(|rule| match &rule.must {
                Must::OneAdultHead { section: table, among: Some(among), .. } if *table == section.id => {
                    Some((among.column.clone(), among.one_of.first()?.clone()))
                }
                _ => None,
            })
            .collect();
        let groups = if sides.is_empty() { vec![None] } else { sides.into_iter().map(Some).collect() };
        let mut row = 0;
        for side in groups {
            for head in [true, false] {
                let age = if head { 45 } else { 43 };
                let born = self.born(age);
                if let Some((column, value)) = &side {
                    self.set(&FieldPath(format!("{}.{row}.{column}", section.id)), value);
                }
                self.fill_row(section, row, Some(born), Some(head));
                row += 1;
            }
        }
    }

    fn fill_row(&mut self, section: &Section, row: u16, born: Option<Date>, head: Option<bool>) {
        let born = born.unwrap_or_else(|| self.born(43));
        let count = self.next();
        let sex = if row.is_multiple_of(2) { "1" } else { "2" };
        let someone = Someone {
            number: people::number(born, sex, count),
            name: people::name(count),
            sex: sex.to_owned(),
            born,
        };
        for field in section.fields.iter().filter(|one| one.kind.typed()) {
            let path = FieldPath(format!("{}.{row}.{}", section.id, field.id));
            if !field_applies(field, &self.case) || self.value(&path).is_some() {
                continue;
            }
            let relation = field.codes.as_deref() == Some("relation-to-head");
            // GB/T 4761: 02 head, 12 wife.
            let value = match head {
                Some(true) if relation => "02".to_owned(),
                Some(false) if relation => "12".to_owned(),
                _ => self.suggest(field, Some(&someone)),
            };
            self.set(&path, &value);
        }
    }

    fn born(&self, age: i16) -> Date {
        // A month more, so that birthdays and leap days play no part.
        self.day.checked_sub(Span::new().years(age).months(1)).unwrap_or(self.day)
    }

    fn born_between(&self, young: i16, old: i16) -> Date {
        let usual = if old > 40 { young.max(40) } else { young };
        if usual == 0 { self.day.checked_sub(1.month()).unwrap_or(self.day) } else { self.born(usual) }
    }

    /// The ages that the rules in force leave to the bearer of a birth date: from, to.
    fn ages(&self, field: &FieldPath) -> (i16, i16) {
        let mut ages = (0, 90);
        for rule in &self.definition.rules {
            if rule.when.as_ref().is_some_and(|when| !when.holds(&self.case)) {
                continue;
            }
            match &rule.must {
                Must::AgeBelow { field: one, years } if one == field => ages.1 = ages.1.min(years - 1),
                Must::AgeAtLeast { field: one, years } if one == field => ages.0 = ages.0.max(*years),
                _ => {}
            }
        }
        ages
    }

    /// A value that fits a field by itself.
    fn suggest(&mut self, field: &Field, someone: Option<&Someone>) -> String {
        if !field.preset.is_empty() {
            return field.preset.clone();
        }
        if let Some(someone) = someone {
            match (field.id.as_str(), field.kind) {
                ("number", FieldKind::IdNumber) => return someone.number.clone(),
                ("name", FieldKind::Name) => return someone.name.clone(),
                ("sex", FieldKind::Code) => return someone.sex.clone(),
                ("birth_date", FieldKind::Date) => return someone.born.to_string(),
                _ => {}
            }
        }
        match field.kind {
            FieldKind::Text | FieldKind::LongText => format!("填写{}", self.next()),
            FieldKind::Address => format!("江城市城关区槐荫路{}号", self.next()),
            FieldKind::Name => {
                let count = self.next();
                people::name(count)
            }
            FieldKind::IdNumber => {
                let count = self.next();
                people::number(self.born(41), "1", count)
            }
            FieldKind::Date => self.day.checked_sub(40.days()).unwrap_or(self.day).to_string(),
            FieldKind::DateOrLongTerm => "长期".to_owned(),
            FieldKind::Phone => "0999-12345678".to_owned(),
            FieldKind::Number => "170".to_owned(),
            FieldKind::Code => self.other_code(field, &[]).unwrap_or_default(),
            FieldKind::Assigned | FieldKind::Computed => String::new(),
        }
    }

    /// The first code of a field's table that is none of these.
    fn other_code(&self, field: &Field, not: &[String]) -> Option<String> {
        let table = self.codes.tables.get(field.codes.as_deref()?)?;
        let usable = table.rows.iter().filter(|row| field.historic || row.holds_on(self.day));
        usable.map(|row| row.code.clone()).find(|code| !not.contains(code))
    }

    /// What the register says to a look-up that is made in this situation.
    #[must_use]
    pub fn answer_to(&self, lookup: &Lookup) -> RegisterAnswer {
        let mut values = lookup.expect.clone();
        for (field, place) in &lookup.fill {
            if let Some(value) = self.value(field) {
                values.entry(place.clone()).or_insert_with(|| value.to_owned());
            }
        }
        if let Some(rows) = &lookup.rows {
            for (at, row) in self.case.rows(&rows.section).into_iter().enumerate() {
                for (column, place) in &rows.columns {
                    if let Some(value) = self.case.cell(&rows.section, row, column) {
                        values.insert(format!("{}.{at}.{place}", rows.list), value.to_owned());
                    }
                }
            }
        }
        let versions = self.definition.effects.iter().flat_map(|effect| &effect.answers);
        for one in versions.filter(|one| one.lookup == lookup.id) {
            values.entry(one.at.clone()).or_insert_with(|| "1".to_owned());
        }
        RegisterAnswer { query_id: "1".to_owned(), state: CheckState::Agrees, answered_at: 1, values }
    }

    fn answer_lookups(&mut self) {
        for lookup in &self.definition.lookups {
            if !lookup.applies(&self.case) {
                continue;
            }
            let answer = self.answer_to(lookup);
            self.case.lookups.insert(lookup.id.clone(), LookupRecord { answer, time: self.time() });
        }
    }

    fn broken(&self) -> Option<&'a Rule> {
        let definition: &'a MatterDefinition = self.definition;
        definition.rules.iter().find(|rule| {
            !matches!(rule.must, Must::DocumentValid { .. }) && !rule.holds(&self.case, self.codes, self.day)
        })
    }

    /// Mends what is wrong; whether anything was.
    fn mend(&mut self, way: &Answers) -> Result<bool, String> {
        let mut changed = false;
        // A question is asked exactly where this way answers it.
        for question in &self.definition.questions {
            let Some(when) = &question.when else { continue };
            let wanted = way.contains_key(&question.id);
            if when.holds(&self.case) != wanted {
                if !self.want(when, wanted) {
                    return Err(format!("情形问题 {} 的条件没有办法满足", question.id));
                }
                changed = true;
            }
        }
        if changed {
            // What the situation shows now has to be filled in before rules can say anything about it.
            return Ok(true);
        }
        for rule in &self.definition.rules {
            // A warning is overridden with a reason; a rule on documents is met by the card that is read.
            if matches!(rule.must, Must::DocumentValid { .. }) || rule.holds(&self.case, self.codes, self.day)
            {
                continue;
            }
            // Either the rule is met or its premise is given up; the situation decides which can be.
            if self.mend_rule(rule) || rule.when.as_ref().is_some_and(|when| self.want(when, false)) {
                changed = true;
            } else if rule.severity == Severity::Block {
                return Err(format!("规则 {} 在这种情形下无法满足：{}", rule.id, rule.text));
            }
        }
        Ok(changed)
    }

    fn definition_of(&self, path: &FieldPath) -> Option<&'a Field> {
        let definition: &'a MatterDefinition = self.definition;
        definition.field(path)
    }

    fn count_broken(&self) -> usize {
        let broken = |rule: &&Rule| {
            !matches!(rule.must, Must::DocumentValid { .. }) && !rule.holds(&self.case, self.codes, self.day)
        };
        self.definition.rules.iter().filter(broken).count()
    }

    /// The value with which the fewest rules are broken.
    fn best(&self, path: &FieldPath, values: Vec<String>) -> Option<String> {
        let mut probe = self.clone();
        let broken_with = |value: &String| {
            probe.set(path, value);
            probe.count_broken()
        };
        let counts: Vec<usize> = values.iter().map(broken_with).collect();
        values.into_iter().zip(counts).min_by_key(|(_, count)| *count).map(|(value, _)| value)
    }

    /// Another value than the present one.
    fn change(&mut self, path: &FieldPath) -> bool {
        let Some(field) = self.definition_of(path) else { return false };
        let now: Vec<String> = self.value(path).map(str::to_owned).into_iter().collect();
        let value = match field.kind {
            FieldKind::Assigned | FieldKind::Computed => return false,
            FieldKind::Code => {
                let table = self.codes.tables.get(field.codes.as_deref().unwrap_or_default());
                let rows = table.into_iter().flat_map(|table| &table.rows);
                let usable = rows.filter(|row| field.historic || row.holds_on(self.day));
                // No rule tells one of some thousand places from another.
                let others = usable.map(|row| row.code.clone()).filter(|code| !now.contains(code));
                self.best(path, others.take(MOST_CODES).collect())
            }
            FieldKind::Date => {
                let day = now.first().and_then(|text| text.parse::<Date>().ok()).unwrap_or(self.day);
                day.checked_sub(3.months()).ok().map(|day| day.to_string())
            }
            _ => {
                let bare = Field { preset: String::new(), ..field.clone() };
                Some(self.suggest(&bare, None))
            }
        };
        let Some(value) = value.filter(|value| !now.contains(value)) else { return false };
        self.set(path, &value);
        true
    }

    fn mend_rule(&mut self, rule: &Rule) -> bool {
        match &rule.must {
            Must::AgeBelow { field, .. } | Must::AgeAtLeast { field, .. } => {
                let (young, old) = self.ages(field);
                if young > old {
                    return false;
                }
                let born = self.born_between(young, old);
                self.set_birth(field, born);
                true
            }
            Must::NotFuture { field } => {
                let day = self.day.to_string();
                self.set(field, &day);
                true
            }
            Must::NotBefore { field, than } => {
                let Some(than) = self.value(than).map(str::to_owned) else { return false };
                self.set(field, &than);
                true
            }
            Must::Same { fields: [first, second] } => {
                let (Some(one), Some(other)) =
                    (self.value(first).map(str::to_owned), self.value(second).map(str::to_owned))
                else {
                    return false;
                };
                // Either takes the value of the other: the way that breaks less.
                let broken = |path: &FieldPath, value: &str| {
                    let mut probe = self.clone();
                    probe.set(path, value);
                    probe.count_broken()
                };
                if broken(second, &one) <= broken(first, &other) {
                    self.set(second, &one);
                } else {
                    self.set(first, &other);
                }
                true
            }
            Must::Different { fields: [first, second] } => self.change(second) || self.change(first),
            Must::NumberMatchesBirth { number, birth } => {
                let Some(born) = self.value(birth).and_then(|text| text.parse().ok()) else { return false };
                let count = self.next();
                let value = people::number(born, "1", count);
                self.set(number, &value);
                true
            }
            Must::ExpiresWithin { field, .. } => {
                let soon = self.day.checked_add(10.days()).unwrap_or(self.day).to_string();
                self.set(field, &soon);
                true
            }
            Must::Holds { condition } => self.want(condition, true),
            Must::RowHas { section, key, field, column, one_of } => {
                let wanted = self.value(field).map(str::to_owned);
                let rows = self.case.rows(section);
                let with = |plan: &Self, row: u16| {
                    plan.case
                        .cell(section, row, column)
                        .is_some_and(|value| one_of.iter().any(|one| one == value))
                };
                let row = rows.iter().copied().find(|row| with(self, *row)).or(rows.first().copied());
                let Some(row) = row else { return false };
                let Some(found) = self.case.cell(section, row, key).map(str::to_owned) else { return false };
                if let Some(value) = one_of.first().filter(|_| !with(self, row)) {
                    self.set(&FieldPath(format!("{section}.{row}.{column}")), value);
                }
                if wanted.as_deref() != Some(found.as_str()) {
                    self.set(field, &found);
                }
                true
            }
            // A kind of document that may have any number.
            Must::DocumentNumber { document, .. } | Must::DocumentCheckDigit { document, .. } => {
                let table = self.codes.tables.get(IDENTITY_DOCUMENT_TYPE);
                let any = table.and_then(|table| table.rows.iter().find(|row| row.number_rule.is_none()));
                let any = any.map(|row| row.code.clone());
                any.inspect(|code| self.set(document, code)).is_some()
            }
            Must::DocumentValid { .. }
            | Must::NotDiffering { .. }
            | Must::HasRow { .. }
            | Must::UniqueColumn { .. }
            | Must::AnswerLacks { .. }
            | Must::OneAdultHead { .. } => false,
        }
    }

    /// A birth date, and the number of the same section with it.
    fn set_birth(&mut self, field: &FieldPath, born: Date) {
        self.set(field, &born.to_string());
        let Some((section, _)) = field.as_str().split_once('.') else { return };
        let number = FieldPath(format!("{section}.number"));
        let is_number = self.definition_of(&number).is_some_and(|one| one.kind == FieldKind::IdNumber);
        if is_number && !self.empty.contains(&number) {
            let sex = self.value(&FieldPath(format!("{section}.sex"))).unwrap_or("1").to_owned();
            let count = self.next();
            let value = people::number(born, &sex, count);
            self.set(&number, &value);
        }
    }

    /// Makes a condition hold, or not; whether it could.
    fn want(&mut self, condition: &Condition, wanted: bool) -> bool {
        if condition.holds(&self.case) == wanted {
            return true;
        }
        match condition {
            Condition::Answer { .. } => return false,
            Condition::Field { field, one_of } => {
                let Some(known) = self.definition_of(field) else { return false };
                if !known.kind.typed() {
                    return false;
                }
                let value = if wanted {
                    self.best(field, one_of.clone())
                } else if known.kind == FieldKind::Code {
                    self.other_code(known, one_of)
                } else {
                    Some(format!("填写{}", self.next()))
                };
                let Some(value) = value else { return false };
                self.set(field, &value);
            }
            Condition::Filled { filled } => {
                if wanted {
                    let Some(known) = self.definition_of(filled) else { return false };
                    let value = self.suggest(known, None);
                    self.set(filled, &value);
                } else {
                    self.case.fields.remove(filled);
                    self.empty.push(filled.clone());
                }
            }
            Condition::Differ { differ: [first, second] } => {
                if wanted {
                    if self.value(first).is_none() || self.value(second).is_none() {
                        return false;
                    }
                    return self.change(second);
                }
                let Some(value) = self.value(first).map(str::to_owned) else { return false };
                self.set(second, &value);
            }
            Condition::All { all: parts } | Condition::Any { any: parts } => {
                let every = matches!(condition, Condition::All { .. }) == wanted;
                if every {
                    for part in parts {
                        if !self.want(part, wanted) {
                            return false;
                        }
                    }
                } else {
                    let before = self.clone();
                    let met = parts.iter().any(|part| {
                        let met = self.want(part, wanted);
                        if !met {
                            self.case.clone_from(&before.case);
                            self.empty.clone_from(&before.empty);
                        }
                        met
                    });
                    if !met {
                        return false;
                    }
                }
            }
            Condition::Not { not } => return self.want(not, !wanted),
        }
        condition.holds(&self.case) == wanted
    }

    /// Rows of a table whose head is nobody any more, for seeing that the rule on heads says no.
    #[must_use]
    pub fn without_head(&self) -> Option<BTreeMap<FieldPath, String>> {
        self.definition.rules.iter().find_map(|rule| {
            let Must::OneAdultHead { section, relation, head_codes, .. } = &rule.must else { return None };
            if rule.severity != Severity::Block
                || rule.when.as_ref().is_some_and(|when| !when.holds(&self.case))
            {
                return None;
            }
            let heads = self.case.rows(section).into_iter().filter(|row| {
                self.case
                    .cell(section, *row, relation)
                    .is_some_and(|code| head_codes.iter().any(|head| head == code))
            });
            // GB/T 4761: 97 其他亲属 is no head.
            let changed: BTreeMap<FieldPath, String> = heads
                .map(|row| (FieldPath(format!("{section}.{row}.{relation}")), "97".to_owned()))
                .collect();
            (!changed.is_empty()).then_some(changed)
        })
    }
}

#[derive(Debug, Clone)]
struct Someone {
    number: String,
    name: String,
    sex: String,
    born: Date,
}
