//! The whole check as rows of a report: `source ID`, `play ID`, `coverage`, `expect`, `package ID`.

use crate::coverage;
use crate::play::{Played, play};
use crate::report::{Report, Row};
use crate::source::{Entry, differences};
use domain::catalogue::Catalogue;
use domain::ids::FieldPath;
use domain::matter::Field;
use domain::package::Package;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// What the sources hold.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Entries of the catalogue of Tongling.
    pub catalogue: Vec<Entry>,
    /// Ids of the household modules and matters of Jiangsu.
    pub modules: Vec<String>,
    /// The coverage list.
    pub coverage: Vec<coverage::Row>,
    /// Expectations written by hand from the source's text.
    pub expectations: Vec<Expectation>,
}

/// What a matter must ask for in one situation, written by hand from the source's text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The matter.
    pub matter: String,
    /// Answers of the situation; others may be anything.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// Materials that must be there, every one.
    #[serde(default)]
    pub required: Vec<String>,
    /// Groups of which one must be there.
    #[serde(default)]
    pub one_of: Vec<Vec<String>>,
    /// Titles of the steps after the submission by an auxiliary.
    #[serde(default)]
    pub steps: Vec<String>,
}

/// Runs everything.
#[must_use]
pub fn run(catalogue: &Catalogue, sources: &Sources, day: Date) -> Report {
    let mut cases = Vec::new();
    for entry in &sources.catalogue {
        let begin = Instant::now();
        if let Some(definition) = catalogue.definition(&entry.id) {
            let faults = differences(definition, entry);
            let said = format!("{} 份材料与来源相符", entry.materials.len());
            cases.push(row(&format!("source {}", entry.id), &definition.to_bytes(), begin, &faults, said));
        }
    }
    let mut entries: Vec<String> = sources.catalogue.iter().map(|one| one.id.clone()).collect();
    entries.extend(sources.modules.iter().cloned());
    let begin = Instant::now();
    let found = coverage::faults(&sources.coverage, &entries, catalogue);
    for entry in entries.iter().chain(found.keys().filter(|source| !entries.contains(source))) {
        let faults = found.get(entry).cloned().unwrap_or_default();
        cases.push(row(&format!("coverage {entry}"), entry.as_bytes(), begin, &faults, "有对应".to_owned()));
    }
    for (at, one) in sources.expectations.iter().enumerate() {
        let begin = Instant::now();
        let faults = expected(one, catalogue);
        cases.push(row(
            &format!("expect {} {}", one.matter, at + 1),
            one.matter.as_bytes(),
            begin,
            &faults,
            "相符".to_owned(),
        ));
    }
    for (id, matter) in &catalogue.matters {
        let begin = Instant::now();
        let Played { situations, ends, states, faults } = play(&matter.definition, catalogue, day);
        let said = format!("{situations} 种情形，{ends} 个办件办到终点，{} 种状态", states.len());
        cases.push(row(&format!("play {id}"), &matter.bytes, begin, &faults, said));
    }
    for package in &catalogue.packages {
        let begin = Instant::now();
        let said = format!("{} 个事项，相同的栏目和材料都对得上", package.members.len());
        let faults: Vec<String> = package_faults(package, catalogue);
        cases.push(row(
            &format!("package {}", package.id),
            &domain::cbor::to_vec(package),
            begin,
            &faults,
            said,
        ));
    }
    Report { suite: "assets".to_owned(), mutant: std::env::var("MUTANT").ok(), cases }
}

/// What stands against a package: what its file says wrong, and that its members have nothing in common, which makes
/// it none.
fn package_faults(package: &Package, catalogue: &Catalogue) -> Vec<String> {
    let definitions = catalogue.matters.iter().map(|(id, one)| (id.clone(), &one.definition)).collect();
    let mut faults: Vec<String> = package.faults(&definitions).iter().map(ToString::to_string).collect();
    let mut members = package.members.iter().filter_map(|one| definitions.get(&one.matter));
    let Some(leader) = members.next() else { return faults };
    for other in members {
        let shares = leader.sections.iter().filter(|one| !one.table).any(|section| {
            let path = |field: &Field| FieldPath(format!("{}.{}", section.id, field.id));
            section.fields.iter().any(|field| package.field(&path(field), leader, other).is_some())
        });
        if !shares && package.shared_materials(leader, other).is_empty() {
            faults.push(format!(
                "事项“{}”与第一个事项没有相同的栏目，也没有相同的材料。请去掉它，或者写明哪些相同。",
                other.id
            ));
        }
    }
    faults
}

fn row(id: &str, input: &[u8], begin: Instant, faults: &[String], said: String) -> Row {
    Row {
        id: id.to_owned(),
        input: gm::sm3(input).to_string().chars().take(16).collect(),
        result: if faults.is_empty() { "passed" } else { "failed" }.to_owned(),
        seconds: begin.elapsed().as_secs_f64(),
        evidence: if faults.is_empty() { said } else { faults.join("\n") },
    }
}

/// Forms that a matter takes as they are, each with the matters that share it; and the number of distinct forms, those
/// that stand in a matter's own file counted too.
#[must_use]
pub fn forms(catalogue: &Catalogue) -> (usize, BTreeMap<String, Vec<String>>) {
    let mut shared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut distinct: BTreeSet<Vec<u8>> = BTreeSet::new();
    for (id, matter) in &catalogue.matters {
        if let Some(form) = matter.forms.first() {
            shared.entry(form.clone()).or_default().push(id.to_string());
        }
        // Two forms are the same when the same fields are asked in the same order, whatever stands preset in them.
        let fields: Vec<String> = matter
            .definition
            .sections
            .iter()
            .flat_map(|section| {
                section.fields.iter().map(move |field| format!("{}.{}:{}", section.id, field.id, field.label))
            })
            .collect();
        distinct.insert(fields.join("\n").into_bytes());
    }
    (distinct.len(), shared)
}

fn expected(one: &Expectation, catalogue: &Catalogue) -> Vec<String> {
    use domain::matter::MaterialRule;
    use domain::situation::{chance, ways};
    let Some(definition) = catalogue.definition(&one.matter) else {
        return vec!["没有这个定义".to_owned()];
    };
    let mut faults = Vec::new();
    let ways: Vec<_> = ways(definition)
        .unwrap_or_default()
        .into_iter()
        .filter(|way| {
            one.answers.iter().all(|(question, answer)| {
                way.get(&domain::ids::QuestionId(question.clone())).is_some_and(|given| given == answer)
            })
        })
        .collect();
    if ways.is_empty() {
        return vec![format!("没有这种情形：{:?}", one.answers)];
    }
    for way in &ways {
        let asked: Vec<_> = definition
            .materials
            .iter()
            .filter(|material| material.when.as_ref().is_none_or(|when| chance(when, way).holds))
            .collect();
        let required: BTreeSet<&str> = asked
            .iter()
            .filter(|one| one.rule == MaterialRule::Required)
            .map(|one| one.name.as_str())
            .collect();
        let wanted: BTreeSet<&str> = one.required.iter().map(String::as_str).collect();
        if required != wanted {
            faults.push(format!("必须的材料：应为 {wanted:?}，实为 {required:?}"));
        }
        let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for material in asked.iter().filter(|one| one.rule == MaterialRule::OneOf) {
            groups.entry(&material.group).or_default().insert(&material.name);
        }
        let groups: BTreeSet<BTreeSet<&str>> = groups.into_values().collect();
        let wanted: BTreeSet<BTreeSet<&str>> =
            one.one_of.iter().map(|group| group.iter().map(String::as_str).collect()).collect();
        if groups != wanted {
            faults.push(format!("多选一：应为 {wanted:?}，实为 {groups:?}"));
        }
        if !one.steps.is_empty() {
            let chosen = definition.other_flows.iter().find(|choice| chance(&choice.when, way).holds);
            let flow = chosen.map_or(&definition.flow, |choice| &choice.flow);
            let steps: Vec<&str> = flow.steps.iter().map(|step| step.title.as_str()).collect();
            if steps != one.steps {
                faults.push(format!("流程：应为 {:?}，实为 {steps:?}", one.steps));
            }
        }
    }
    faults.dedup();
    faults
}
