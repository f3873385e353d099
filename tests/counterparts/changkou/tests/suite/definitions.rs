//! Whatever a shipped definition hands over, the register reads.

use std::collections::{BTreeMap, BTreeSet};

use changkou::effects::{EffectRequest, is_change};
use check_assets::plan::Plan;
use domain::case::Case;
use domain::condition::Situation as _;
use domain::flow::StepKind;
use domain::matter::{Effect, MatterDefinition};
use domain::situation::ways;
use serde_json::{Value, json};

use crate::handing::{act, catalogue, proof_path, set, submitted};
use crate::running::{STATION, TODAY};

/// The envelope of `server/src/register/effect.rs`.
fn envelope(case: &Case, kind: &str, act: &Value) -> Value {
    json!({
        "case_id": case.id.to_string(),
        "case_number": case.submission.as_ref().and_then(|one| one.number.clone()),
        "handled_by": { "unit": STATION, "officer": "J0001" },
        "cross_station": true,
        "decided_on": TODAY.to_string(),
        "kind": kind,
        "act": act,
    })
}

/// The acts that a case hands over on its way, in order.
fn acts<'a>(definition: &'a MatterDefinition, case: &Case) -> Vec<&'a Effect> {
    let steps = &definition.flow_of(case).steps;
    steps
        .iter()
        // Nobody here acts where nobody has the role: other systems go on from there (制证).
        .filter(|step| step.kind == StepKind::Effect && !step.roles.is_empty())
        .map(|step| definition.effect_of(step).unwrap_or_else(|| panic!("{}: {}", definition.id, step.id)))
        .collect()
}

/// The plan answers look-ups with single values; the lists that acts read have one element for each wanted key.
fn complete_lookups(definition: &MatterDefinition, case: &mut Case) {
    for entries in definition.effects.iter().flat_map(|effect| &effect.answer_entries) {
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for path in &entries.only {
            wanted.extend(case.value(path).map(str::to_owned));
            if let Some((section, column)) = path.as_str().split_once('.') {
                let rows = case.rows(section).into_iter();
                wanted.extend(rows.filter_map(|row| case.cell(section, row, column).map(str::to_owned)));
            }
        }
        let Some(record) = case.lookups.get_mut(&entries.lookup) else { continue };
        for (at, key) in wanted.into_iter().enumerate() {
            let place = |name: &str| format!("{}.{at}.{name}", entries.list);
            record.answer.values.insert(place(&entries.key), key);
            record.answer.values.entry(place(&entries.value)).or_insert_with(|| "1".to_owned());
        }
    }
}

/// What is wrong with an act; empty when the register reads it.
fn fault(definition: &MatterDefinition, case: &Case, effect: &Effect) -> Option<String> {
    let (flat, nested) = act(definition, case, effect);
    if matches!(effect.kind.as_str(), "household_registration_proof" | "record_proof") {
        return proof_path(&effect.kind, &flat)
            .is_none()
            .then(|| format!("no proof is asked for by {flat:?}"));
    }
    match serde_json::from_value::<EffectRequest>(envelope(case, &effect.kind, &nested)) {
        Ok(_) => sense(&effect.kind, &nested).map(|fault| format!("{fault} in {nested}")),
        Err(error) => Some(format!("{error} in {nested}")),
    }
}

/// What no register could do, whoever the people are.
fn sense(kind: &str, act: &Value) -> Option<&'static str> {
    let said = |name: &str| act.get(name).is_some();
    match kind {
        "person_entry" | "entry_permit" | "migration_in" | "address_change" => {
            let target = (said("household_number"), said("household_version"), said("new_household"));
            let clear = matches!(target, (true, true, false) | (false, false, true));
            (!clear).then_some("neither or both of a household to join and one to found")
        }
        "item_change" => {
            let changes = act["changes"].as_object();
            let items: Vec<&str> = changes.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            let category = act["category"].as_str().unwrap_or_default();
            (!is_change(category, &items)).then_some("items that this category does not change")
        }
        _ => None,
    }
}

#[test]
fn the_register_reads_every_act_of_every_definition() {
    let catalogue = catalogue();
    let (mut situations, mut requests, mut closed) = (0_usize, 0_usize, 0_usize);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut matters: BTreeSet<String> = BTreeSet::new();
    let mut faults: BTreeSet<String> = BTreeSet::new();
    for (id, matter) in &catalogue.matters {
        let definition = &matter.definition;
        for way in ways(definition).unwrap_or_default() {
            // A rule may close a situation.
            let Ok(plan) = Plan::make(definition, &catalogue.codes, TODAY, &way) else {
                closed += 1;
                continue;
            };
            situations += 1;
            for auxiliary in [true, false] {
                let mut case = plan.case.clone();
                case.auxiliary_made = auxiliary;
                submitted(&mut case);
                complete_lookups(definition, &mut case);
                for effect in acts(definition, &case) {
                    requests += 1;
                    matters.insert(id.to_string());
                    *kinds.entry(effect.kind.clone()).or_default() += 1;
                    if let Some(fault) = fault(definition, &case, effect) {
                        faults.insert(format!("{id} {}: {fault}", effect.kind));
                    }
                    // What one act gives, the next may need.
                    for field in effect.result.keys() {
                        if case.value(field).is_none() {
                            set(&mut case, field.as_str(), "999901");
                        }
                    }
                }
            }
        }
    }
    println!(
        "{requests} requests of {situations} situations of {} matters, {closed} situations closed: {kinds:?}",
        matters.len()
    );
    let hands_over = |definition: &MatterDefinition| {
        let mut steps = definition.flows().flat_map(|flow| &flow.steps);
        steps.any(|step| step.kind == StepKind::Effect && !step.roles.is_empty())
    };
    for (id, matter) in &catalogue.matters {
        assert!(
            matters.contains(id.as_str()) || !hands_over(&matter.definition),
            "{id} hands something over, and no situation of it was looked at"
        );
    }
    let told: Vec<&String> = faults.iter().take(40).collect();
    assert!(faults.is_empty(), "{} faults, for example {told:#?}", faults.len());
    assert!(situations > 150 && matters.len() > 120, "{situations} situations of {} matters", matters.len());
    assert!(kinds.len() >= 15, "{kinds:?}");
}

#[test]
fn an_act_that_lacks_or_adds_a_place_is_not_read() {
    let catalogue = catalogue();
    let definition = catalogue.definition("K12").unwrap();
    let way = ways(definition).unwrap().into_iter().next().unwrap();
    let mut case = Plan::make(definition, &catalogue.codes, TODAY, &way).unwrap().case;
    submitted(&mut case);
    let effect = definition.effects.first().unwrap();
    assert!(fault(definition, &case, effect).unwrap().contains("person_versions"));
    complete_lookups(definition, &mut case);
    assert_eq!(fault(definition, &case, effect), None);
    let mut more = effect.clone();
    more.body.insert("former_place".to_owned(), domain::ids::FieldPath("destination.address".to_owned()));
    assert!(fault(definition, &case, &more).unwrap().contains("unknown field"));
    let mut text = effect.clone();
    text.numbers.clear();
    assert!(fault(definition, &case, &text).unwrap().contains("invalid type"));
    let both = json!({ "household_number": "1", "household_version": 1, "new_household": {} });
    assert!(sense("migration_in", &both).is_some() && sense("entry_permit", &json!({})).is_some());
    for (category, item) in [("31", "name"), ("90", "education"), ("other_item", "invented"), ("41", "sex")] {
        let change = json!({ "category": category, "changes": { item: "1" } });
        assert!(sense("item_change", &change).is_some(), "{category} {item}");
    }
}
