//! What a definition must get right before anybody may use it: nothing dangling, nothing named twice.

use crate::condition::Condition;
use crate::flow::StepKind;
use crate::ids::FieldPath;
use crate::matter::{DefinitionFault, FieldKind, MatterDefinition, Section};
use crate::rule::Must;
use std::collections::BTreeSet;

type Checked = Result<(), DefinitionFault>;

fn unique<'a>(what: &'static str, names: impl Iterator<Item = &'a str>) -> Checked {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(DefinitionFault::Twice { what, name: name.to_owned() });
        }
    }
    Ok(())
}

fn dangling(what: &'static str, name: &(impl ToString + ?Sized)) -> DefinitionFault {
    DefinitionFault::Dangling { what, name: name.to_string() }
}

impl MatterDefinition {
    pub(crate) fn check(&self) -> Checked {
        self.check_names()?;
        self.check_conditions()?;
        for signer in &self.signers {
            self.known_field(&signer.name_field)?;
        }
        for material in &self.materials {
            if let Some(check) = &material.check
                && self.lookup(check).is_none()
            {
                return Err(dangling("look-up", check));
            }
        }
        for section in &self.sections {
            for field in &section.fields {
                if field.kind == FieldKind::Code && field.codes.is_none() {
                    return Err(dangling("code table of", &format!("{}.{}", section.id, field.id)));
                }
            }
        }
        self.check_lookups()?;
        self.check_effect()?;
        self.check_rules()
    }

    fn check_names(&self) -> Checked {
        unique("questions", self.questions.iter().map(|one| one.id.as_str()))?;
        unique("materials", self.materials.iter().map(|one| one.id.as_str()))?;
        unique("sections", self.sections.iter().map(|one| one.id.as_str()))?;
        unique("signers", self.signers.iter().map(|one| one.slot.as_str()))?;
        unique("look-ups", self.lookups.iter().map(|one| one.id.as_str()))?;
        unique("prints", self.prints.iter().map(|one| one.document.as_str()))?;
        unique("rules", self.rules.iter().map(|one| one.id.as_str()))?;
        unique("steps", self.flow.steps.iter().map(|one| one.id.as_str()))?;
        for question in &self.questions {
            unique("answers", question.answers.iter().map(|one| one.id.as_str()))?;
        }
        for section in &self.sections {
            unique("fields", section.fields.iter().map(|one| one.id.as_str()))?;
        }
        Ok(())
    }

    fn known_field(&self, path: &FieldPath) -> Checked {
        self.field(path).map(|_| ()).ok_or_else(|| dangling("field", path))
    }

    fn known_column(&self, section: &str, column: &str) -> Checked {
        self.table(section)?
            .fields
            .iter()
            .find(|field| field.id == column)
            .map(|_| ())
            .ok_or_else(|| dangling("column", &format!("{section}.{column}")))
    }

    fn table(&self, section: &str) -> Result<&Section, DefinitionFault> {
        self.sections
            .iter()
            .find(|one| one.id == section && one.table)
            .ok_or_else(|| dangling("table section", section))
    }

    fn check_conditions(&self) -> Checked {
        let mut conditions: Vec<&Condition> = Vec::new();
        conditions.extend(self.questions.iter().filter_map(|one| one.when.as_ref()));
        conditions.extend(self.materials.iter().filter_map(|one| one.when.as_ref()));
        conditions.extend(self.signers.iter().filter_map(|one| one.when.as_ref()));
        conditions.extend(self.lookups.iter().filter_map(|one| one.when.as_ref()));
        conditions.extend(self.rules.iter().filter_map(|one| one.when.as_ref()));
        conditions.extend(self.rules.iter().filter_map(|one| match &one.must {
            Must::Holds { condition } => Some(condition),
            _ => None,
        }));
        for section in &self.sections {
            conditions.extend(section.when.as_ref());
            conditions.extend(section.fields.iter().filter_map(|one| one.when.as_ref()));
        }
        if let Some(effect) = &self.effect {
            conditions.extend(effect.fixed.iter().filter_map(|one| one.when.as_ref()));
        }
        conditions.into_iter().try_for_each(|condition| self.check_condition(condition))
    }

    fn check_condition(&self, condition: &Condition) -> Checked {
        if let Condition::Answer { question, is } = condition
            && let Some(known) = self.questions.iter().find(|one| one.id == *question)
            && !known.answers.iter().any(|answer| answer.id == *is)
        {
            return Err(dangling("answer", &format!("{question}={is}")));
        }
        if let Condition::All { all: parts } | Condition::Any { any: parts } = condition {
            parts.iter().try_for_each(|part| self.check_condition(part))?;
        }
        if let Condition::Not { not } = condition {
            self.check_condition(not)?;
        }
        let (mut questions, mut fields) = (Vec::new(), Vec::new());
        condition.mentions(&mut questions, &mut fields);
        for question in questions {
            if !self.questions.iter().any(|one| one.id == question) {
                return Err(dangling("question", &question));
            }
        }
        fields.iter().try_for_each(|field| self.known_field(field))
    }

    fn check_lookups(&self) -> Checked {
        for lookup in &self.lookups {
            lookup.ask.values().try_for_each(|field| self.known_field(field))?;
            if let Some(unknown) = lookup.needs.iter().find(|one| !lookup.ask.contains_key(*one)) {
                return Err(dangling("parameter", &format!("{}.{unknown}", lookup.id)));
            }
            lookup.fill.keys().try_for_each(|field| self.known_field(field))?;
            if let Some(rows) = &lookup.rows {
                rows.columns.keys().try_for_each(|column| self.known_column(&rows.section, column))?;
                rows.without.iter().try_for_each(|one| self.known_field(&one.field))?;
            }
        }
        Ok(())
    }

    fn check_effect(&self) -> Checked {
        let step = self.flow.steps.iter().find(|one| one.kind == StepKind::Effect && !one.roles.is_empty());
        let Some(effect) = &self.effect else {
            // A step that somebody may take would have nothing to hand over.
            return step.map_or(Ok(()), |step| Err(dangling("effect for the step", &step.id)));
        };
        if step.is_none() {
            return Err(dangling("step of kind effect for", &effect.kind));
        }
        effect.body.values().try_for_each(|field| self.known_field(field))?;
        effect.result.keys().try_for_each(|field| self.known_field(field))?;
        for one in &effect.answers {
            if self.lookup(&one.lookup).is_none() {
                return Err(dangling("look-up", &one.lookup));
            }
        }
        if let Some(rows) = &effect.rows {
            rows.columns.values().try_for_each(|column| self.known_column(&rows.section, column))?;
        }
        if let Some(entries) = &effect.entries {
            self.known_column(&entries.section, &entries.key)?;
            self.known_column(&entries.section, &entries.value)?;
            entries.without.iter().try_for_each(|field| self.known_field(field))?;
        }
        Ok(())
    }

    fn check_rules(&self) -> Checked {
        for rule in &self.rules {
            rule.fields().iter().try_for_each(|field| self.known_field(field))?;
            match &rule.must {
                Must::OneAdultHead { section, relation, birth, number, .. } => {
                    for column in [relation, birth, number] {
                        self.known_column(section, column)?;
                    }
                }
                Must::RowHas { section, key, column, .. } => {
                    self.known_column(section, key)?;
                    self.known_column(section, column)?;
                }
                Must::NotDiffering { lookup } if self.lookup(lookup).is_none() => {
                    return Err(dangling("look-up", lookup));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
