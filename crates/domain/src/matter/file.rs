//! Matters, forms and paper sets as their files write them, and how they become one definition.
//!
//! Many matters have one form: a form is a file of its own, may build on another one, and a matter takes it and adds
//! or replaces parts by name. So a part stands once, and a matter's file says what is its own.

use super::{
    Archive, DeviceWish, Effect, Family, Field, FingerprintDemand, FlowChoice, Guide, Lookup, Material,
    MatterDefinition, Offer, Print, Question, Section, Signer, Source,
};
use crate::condition::Condition;
use crate::fault::Wrong;
use crate::flow::Flow;
use crate::ids::MatterId;
use crate::limit::TimeLimit;
use crate::person::Role;
use crate::rule::Rule;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A matter as written in a file of `assets/matters/`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatterFile {
    /// Name of the matter: that of the source's entry where there is one.
    pub id: MatterId,
    /// Version, counted from 1. Raised with every change that is published.
    pub version: u32,
    /// Full name as on the guide.
    pub name: String,
    /// Short name for lists and keys.
    pub short: String,
    /// Pinyin initials of the short name, capital letters.
    pub initials: String,
    /// Category path, widest first.
    pub category: Vec<String>,
    /// The family decides the wording of refusals.
    pub family: Family,
    /// Roles that may take the matter in.
    pub intake_roles: Vec<Role>,
    /// Promised time.
    pub limit: TimeLimit,
    /// Longest time for materials that may come later against a signed promise (容缺).
    #[serde(default = "super::tolerance_limit")]
    pub tolerance_limit: TimeLimit,
    /// When the arrival page offers it first.
    #[serde(default)]
    pub offer: Offer,
    /// Whether it belongs to the daily business of every counter.
    #[serde(default)]
    pub common: bool,
    /// Whether a reviewer may pass several equal cases of it together.
    #[serde(default)]
    pub batch_review: bool,
    /// Whether an application may be accepted without the network.
    #[serde(default)]
    pub accept_offline: bool,
    /// Whether a station may take it in for households that another station of the city keeps (跨所受理, 全市通办).
    #[serde(default)]
    pub cross_station: bool,
    /// Name of the flow.
    pub flow: String,
    /// Name of the flow of cases that officers alone took in.
    #[serde(default)]
    pub officer_flow: Option<String>,
    /// Other flows for other situations.
    #[serde(default, rename = "flow_for")]
    pub other_flows: Vec<FlowFor>,
    /// Name of the form; none when all parts stand here.
    #[serde(default)]
    pub form: Option<String>,
    /// Name of the set of papers; none when all papers stand here.
    #[serde(default)]
    pub papers: Option<String>,
    /// What the guide tells.
    pub guide: Guide,
    /// Where it comes from.
    pub source: Source,
    /// How the closed case is kept.
    #[serde(default)]
    pub archive: Archive,
    /// Whose fingerprints are taken.
    #[serde(default)]
    pub fingerprints: Option<FingerprintDemand>,
    /// Devices it uses.
    #[serde(default)]
    pub devices: Vec<DeviceWish>,
    /// Materials in the order of the guide.
    #[serde(default, rename = "material")]
    pub materials: Vec<Material>,
    /// Papers beyond those of the set, or instead of those of one name.
    #[serde(default, rename = "print")]
    pub prints: Vec<Print>,
    /// Parts of the form that the matter does not have: `section.father`, `rule.subject_is_minor` ….
    #[serde(default)]
    pub without: Vec<String>,
    /// Fields added to sections of the form, or instead of those of one name.
    #[serde(default, rename = "fields")]
    pub more_fields: Vec<MoreFields>,
    /// Situation questions.
    #[serde(default, rename = "question")]
    pub questions: Vec<Question>,
    /// Sections of the form.
    #[serde(default, rename = "section")]
    pub sections: Vec<Section>,
    /// Signature slots.
    #[serde(default, rename = "signer")]
    pub signers: Vec<Signer>,
    /// Look-ups.
    #[serde(default, rename = "lookup")]
    pub lookups: Vec<Lookup>,
    /// Rules.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    /// Acts for the register.
    #[serde(default, rename = "effect")]
    pub effects: Vec<Effect>,
}

/// The flows of one situation.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowFor {
    /// When they count.
    pub when: Condition,
    /// Name of the flow.
    pub flow: String,
    /// Name of the flow of cases that officers alone took in.
    #[serde(default)]
    pub officer_flow: Option<String>,
}

/// A form as written in a file of `assets/forms/`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormFile {
    /// Name.
    pub id: String,
    /// Title in words.
    pub title: String,
    /// The forms that it builds on, in this order.
    #[serde(default)]
    pub from: Vec<String>,
    /// Parts of those forms which this one does not have.
    #[serde(default)]
    pub without: Vec<String>,
    /// Fields added to its sections.
    #[serde(default, rename = "fields")]
    pub more_fields: Vec<MoreFields>,
    /// Situation questions that the form's own conditions ask about.
    #[serde(default, rename = "question")]
    pub questions: Vec<Question>,
    /// Sections.
    #[serde(default, rename = "section")]
    pub sections: Vec<Section>,
    /// Signature slots.
    #[serde(default, rename = "signer")]
    pub signers: Vec<Signer>,
    /// Look-ups.
    #[serde(default, rename = "lookup")]
    pub lookups: Vec<Lookup>,
    /// Rules.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    /// Acts for the register.
    #[serde(default, rename = "effect")]
    pub effects: Vec<Effect>,
}

/// Fields for a section that stands elsewhere.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoreFields {
    /// The section.
    pub section: String,
    /// The fields; one of a name that is there takes its place.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
}

/// A set of papers as written in a file of `assets/papersets/`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperSetFile {
    /// Name.
    pub id: String,
    /// The papers.
    #[serde(default, rename = "print")]
    pub prints: Vec<Print>,
    /// Sets whose papers follow these.
    #[serde(default)]
    pub with: Vec<String>,
}

/// The papers of a set and of those that follow it. A set that comes back to itself is there once.
fn papers_of(
    name: &str,
    sets: &BTreeMap<String, PaperSetFile>,
    seen: &mut Vec<String>,
) -> Result<Vec<Print>, Wrong> {
    if seen.iter().any(|one| one == name) {
        return Ok(Vec::new());
    }
    seen.push(name.to_owned());
    let set =
        sets.get(name).ok_or_else(|| Wrong::unknown("文书组", name, sets.keys().map(String::as_str)))?;
    let mut prints = set.prints.clone();
    for other in &set.with {
        let more = papers_of(other, sets, seen)?;
        prints
            .extend(more.into_iter().filter(|one| set.prints.iter().all(|own| own.document != one.document)));
    }
    Ok(prints)
}

/// A place inside a file and what is wrong there.
pub type Placed = (String, Wrong);

/// The parts that a form and a matter may both have.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    questions: Vec<Question>,
    sections: Vec<Section>,
    signers: Vec<Signer>,
    lookups: Vec<Lookup>,
    rules: Vec<Rule>,
    effects: Vec<Effect>,
}

/// What one file says about the parts of the one it builds on.
struct Change<'a> {
    without: &'a [String],
    more_fields: &'a [MoreFields],
    parts: Parts,
}

/// Puts each new part in the place of the one of its name, or at the end.
fn lay<T>(onto: &mut Vec<T>, new: Vec<T>, name: impl Fn(&T) -> &str) {
    for part in new {
        match onto.iter().position(|one| name(one) == name(&part)) {
            Some(at) => onto[at] = part,
            None => onto.push(part),
        }
    }
}

impl Parts {
    fn take_out(&mut self, name: &str) -> bool {
        fn remove<T>(parts: &mut Vec<T>, wanted: &str, name: impl Fn(&T) -> &str) -> bool {
            let before = parts.len();
            parts.retain(|one| name(one) != wanted);
            parts.len() < before
        }
        let Some((kind, name)) = name.split_once('.') else { return false };
        match kind {
            "question" => remove(&mut self.questions, name, |one| one.id.as_str()),
            "section" => remove(&mut self.sections, name, |one| one.id.as_str()),
            "signer" => remove(&mut self.signers, name, |one| one.slot.as_str()),
            "lookup" => remove(&mut self.lookups, name, |one| one.id.as_str()),
            "rule" => remove(&mut self.rules, name, |one| one.id.as_str()),
            "effect" => remove(&mut self.effects, name, |one| one.id.as_str()),
            "field" => name.split_once('.').is_some_and(|(section, field)| {
                let section = self.sections.iter_mut().find(|one| one.id == section);
                section.is_some_and(|one| remove(&mut one.fields, field, |one| one.id.as_str()))
            }),
            _ => false,
        }
    }

    fn names(&self) -> Vec<String> {
        let named = |kind: &str, names: Vec<&str>| -> Vec<String> {
            names.into_iter().map(|name| format!("{kind}.{name}")).collect()
        };
        [
            named("section", self.sections.iter().map(|one| one.id.as_str()).collect()),
            named("signer", self.signers.iter().map(|one| one.slot.as_str()).collect()),
            named("lookup", self.lookups.iter().map(|one| one.id.as_str()).collect()),
            named("rule", self.rules.iter().map(|one| one.id.as_str()).collect()),
            named("question", self.questions.iter().map(|one| one.id.as_str()).collect()),
            named("effect", self.effects.iter().map(|one| one.id.as_str()).collect()),
        ]
        .concat()
    }

    fn change(&mut self, change: Change<'_>, faults: &mut Vec<Placed>) {
        for name in change.without {
            if !self.take_out(name) {
                let known = self.names();
                let wrong = Wrong::unknown("表单部分", name, known.iter().map(String::as_str));
                faults.push(("without".to_owned(), wrong));
            }
        }
        lay(&mut self.questions, change.parts.questions, |one| one.id.as_str());
        lay(&mut self.sections, change.parts.sections, |one| one.id.as_str());
        lay(&mut self.signers, change.parts.signers, |one| one.slot.as_str());
        lay(&mut self.lookups, change.parts.lookups, |one| one.id.as_str());
        lay(&mut self.rules, change.parts.rules, |one| one.id.as_str());
        lay(&mut self.effects, change.parts.effects, |one| one.id.as_str());
        for more in change.more_fields {
            match self.sections.iter_mut().find(|one| one.id == more.section) {
                Some(section) => lay(&mut section.fields, more.fields.clone(), |one| one.id.as_str()),
                None => {
                    let known: Vec<&str> = self.sections.iter().map(|one| one.id.as_str()).collect();
                    let wrong = Wrong::unknown("表单段", &more.section, known);
                    faults.push((format!("fields.{}", more.section), wrong));
                }
            }
        }
    }
}

/// Two parts of one name in one file: the second would silently take the place of the first.
fn twice(parts: &Parts, faults: &mut Vec<Placed>) {
    fn look(what: &'static str, kind: &str, names: &[&str], faults: &mut Vec<Placed>) {
        for (at, name) in names.iter().enumerate() {
            if names[..at].contains(name) {
                faults.push((format!("{kind}.{name}"), Wrong::Twice { what, name: (*name).to_owned() }));
            }
        }
    }
    look(
        "情形问题",
        "question",
        &parts.questions.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        faults,
    );
    look("表单段", "section", &parts.sections.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), faults);
    look("签名人", "signer", &parts.signers.iter().map(|one| one.slot.as_str()).collect::<Vec<_>>(), faults);
    look("核查", "lookup", &parts.lookups.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), faults);
    look("规则", "rule", &parts.rules.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), faults);
    look("落实", "effect", &parts.effects.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), faults);
}

/// Forms by name.
pub type Forms = BTreeMap<String, FormFile>;

/// The names of a form and of those that it builds on, itself first, each once.
///
/// # Errors
/// A form that is not there, or forms that build on each other.
pub fn line_of_forms(name: &str, forms: &Forms) -> Result<Vec<String>, Wrong> {
    let mut line = Vec::new();
    follow(name, forms, &mut Vec::new(), &mut line)?;
    Ok(line)
}

fn follow(name: &str, forms: &Forms, way: &mut Vec<String>, line: &mut Vec<String>) -> Result<(), Wrong> {
    if let Some(at) = way.iter().position(|one| one == name) {
        let mut through = way[at..].to_vec();
        through.push(name.to_owned());
        return Err(Wrong::Circle { through });
    }
    let form =
        forms.get(name).ok_or_else(|| Wrong::unknown("表单", name, forms.keys().map(String::as_str)))?;
    if !line.iter().any(|one| one == name) {
        line.push(name.to_owned());
    }
    way.push(name.to_owned());
    for base in &form.from {
        follow(base, forms, way, line)?;
    }
    way.pop();
    Ok(())
}

/// All parts of a form that is known to build on nothing missing and on no circle.
fn parts_of(form: &FormFile, forms: &Forms, faults: &mut Vec<Placed>) -> Parts {
    let mut parts = Parts::default();
    for base in form.from.iter().filter_map(|name| forms.get(name)) {
        // A form that two others build on comes with the first; the second adds what it says itself.
        let base = parts_of(base, forms, &mut Vec::new());
        parts.change(Change { without: &[], more_fields: &[], parts: base }, faults);
    }
    parts
        .change(Change { without: &form.without, more_fields: &form.more_fields, parts: form.own() }, faults);
    parts
}

impl FormFile {
    /// What is wrong with the form by itself, whatever matter takes it.
    #[must_use]
    pub fn faults(&self, forms: &Forms) -> Vec<Placed> {
        let mut faults = Vec::new();
        twice(&self.own(), &mut faults);
        match line_of_forms(&self.id, forms) {
            Ok(_) => {
                parts_of(self, forms, &mut faults);
            }
            Err(wrong) => faults.push(("from".to_owned(), wrong)),
        }
        faults
    }

    fn own(&self) -> Parts {
        Parts {
            questions: self.questions.clone(),
            sections: self.sections.clone(),
            signers: self.signers.clone(),
            lookups: self.lookups.clone(),
            rules: self.rules.clone(),
            effects: self.effects.clone(),
        }
    }
}

impl MatterFile {
    /// Joins the matter with its form, papers and flows, and checks the whole.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn join(
        self,
        forms: &Forms,
        paper_sets: &BTreeMap<String, PaperSetFile>,
        flows: &BTreeMap<String, Flow>,
    ) -> Result<MatterDefinition, Vec<Placed>> {
        let mut faults = Vec::new();
        let own = Parts {
            questions: self.questions,
            sections: self.sections,
            signers: self.signers,
            lookups: self.lookups,
            rules: self.rules,
            effects: self.effects,
        };
        twice(&own, &mut faults);
        let mut parts = Parts::default();
        if let Some(name) = &self.form {
            match line_of_forms(name, forms) {
                // What is wrong inside a form is told with its file.
                Ok(_) => {
                    parts = forms
                        .get(name)
                        .map(|form| parts_of(form, forms, &mut Vec::new()))
                        .unwrap_or_default();
                }
                // Without its form everything else that could be said about the parts would mislead.
                Err(wrong) => return Err(vec![("form".to_owned(), wrong)]),
            }
        }
        parts.change(
            Change { without: &self.without, more_fields: &self.more_fields, parts: own },
            &mut faults,
        );

        let mut prints = Vec::new();
        if let Some(name) = &self.papers {
            match papers_of(name, paper_sets, &mut Vec::new()) {
                Ok(papers) => prints = papers,
                Err(wrong) => faults.push(("papers".to_owned(), wrong)),
            }
        }
        for (at, print) in self.prints.iter().enumerate() {
            if self.prints[..at].iter().any(|one| one.document == print.document) {
                let name = print.document.clone();
                faults.push((format!("print.{name}"), Wrong::Twice { what: "文书", name }));
            }
        }
        lay(&mut prints, self.prints, |one| one.document.as_str());

        let mut pair = |place: &str, flow: &str, officer_flow: Option<&String>| {
            let mut named = |place: String, name: &str| {
                let found = flows.get(name).cloned();
                if found.is_none() {
                    let wrong = Wrong::unknown("流程", name, flows.keys().map(String::as_str));
                    faults.push((place, wrong));
                }
                found
            };
            let flow = named(format!("{place}flow"), flow)?;
            match officer_flow {
                Some(name) => Some((flow, Some(named(format!("{place}officer_flow"), name)?))),
                None => Some((flow, None)),
            }
        };
        let first = pair("", &self.flow, self.officer_flow.as_ref());
        let other_flows: Vec<FlowChoice> = self
            .other_flows
            .into_iter()
            .enumerate()
            .filter_map(|(at, one)| {
                let (flow, officer_flow) =
                    pair(&format!("flow_for.{}.", at + 1), &one.flow, one.officer_flow.as_ref())?;
                Some(FlowChoice { when: one.when, flow, officer_flow })
            })
            .collect();
        let (Some((flow, officer_flow)), true) = (first, faults.is_empty()) else { return Err(faults) };
        let definition = MatterDefinition {
            id: self.id,
            version: self.version,
            name: self.name,
            short: self.short,
            initials: self.initials,
            category: self.category,
            family: self.family,
            guide: self.guide,
            source: self.source,
            intake_roles: self.intake_roles,
            limit: self.limit,
            tolerance_limit: self.tolerance_limit,
            offer: self.offer,
            common: self.common,
            batch_review: self.batch_review,
            questions: parts.questions,
            materials: self.materials,
            sections: parts.sections,
            signers: parts.signers,
            lookups: parts.lookups,
            rules: parts.rules,
            prints,
            effects: parts.effects,
            accept_offline: self.accept_offline,
            cross_station: self.cross_station,
            flow,
            officer_flow,
            other_flows,
            archive: self.archive,
            fingerprints: self.fingerprints,
            devices: self.devices,
        };
        let faults = definition.faults();
        if faults.is_empty() { Ok(definition) } else { Err(faults) }
    }
}
