//! Our definitions against the facts they were taken from.

use super::desk::CATALOGUE;
use domain::matter::{MaterialRule, MatterDefinition};
use serde_json::Value;
use std::path::Path;

fn source() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/source-data/matters-tongling.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .map(|items| items.iter().map(|item| item.as_str().unwrap()).collect())
        .unwrap_or_default()
}

/// Rule of a material by its tags: 多选一 within its alternatives, 条件 under a condition, 必 always.
fn expected(material: &Value) -> Vec<(String, MaterialRule)> {
    let tags = texts(&material["tags"]);
    let alternatives = texts(&material["alternatives"]);
    if tags.contains(&"多选一") {
        return alternatives.into_iter().map(|text| (text.to_owned(), MaterialRule::OneOf)).collect();
    }
    let rule = if tags.contains(&"必") { MaterialRule::Required } else { MaterialRule::Optional };
    vec![(material["text"].as_str().unwrap().to_owned(), rule)]
}

fn compare(definition: &MatterDefinition, source: &Value) -> usize {
    let mut compared = 0;
    let mut groups = Vec::new();
    for material in source["materials"].as_array().unwrap() {
        let mut group = None;
        for (text, rule) in expected(material) {
            let ours = definition
                .materials
                .iter()
                .find(|one| one.name == text)
                .unwrap_or_else(|| panic!("{}: {text} is not there", definition.id));
            assert_eq!(ours.rule, rule, "{}: {text}", definition.id);
            if rule == MaterialRule::OneOf {
                assert!(!ours.group.is_empty(), "{}: {text} has no group", definition.id);
                assert_eq!(group.get_or_insert_with(|| ours.group.clone()), &ours.group);
            }
            compared += 1;
        }
        if let Some(group) = group {
            assert!(!groups.contains(&group), "two materials of the source share the group {group}");
            groups.push(group);
        }
    }
    assert_eq!(compared, definition.materials.len(), "{}: nothing of our own invention", definition.id);
    let lines = &source["source_lines"];
    let first = format!("{}-{}", lines[0], lines[1]);
    assert!(definition.source.lines.contains(&first), "{}: lines {first}", definition.id);
    compared
}

#[test]
fn materials_and_their_rules_are_the_sources() {
    let source = source();
    assert_eq!(source.len(), 154);
    let counts: Vec<usize> = ["T001", "T026", "T042", "T083"]
        .map(|id| {
            let row = source.iter().find(|row| row["id"] == id).unwrap();
            compare(CATALOGUE.definition(id).unwrap(), row)
        })
        .to_vec();
    assert_eq!(counts, [2, 7, 3, 8]);
}

#[test]
fn the_flow_class_is_the_sources() {
    let source = source();
    for (id, class, flow) in
        [("T001", "现场办结", "b"), ("T042", "现场办结", "b"), ("T026", "县（分）局审批", "h")]
    {
        let row = source.iter().find(|row| row["id"] == id).unwrap();
        assert_eq!(row["flow_class_derived"], class);
        assert_eq!(CATALOGUE.definition(id).unwrap().flow.id, flow);
    }
}

#[test]
fn every_definition_says_where_it_comes_from() {
    assert!(CATALOGUE.matters.len() >= 131, "{}", CATALOGUE.matters.len());
    for (id, matter) in &CATALOGUE.matters {
        let definition = &matter.definition;
        assert!(!definition.source.document.is_empty() && !definition.source.lines.is_empty(), "{id}");
        assert!(!definition.source.to_confirm.is_empty(), "{id}");
        assert!(definition.initials.chars().all(|sign| sign.is_ascii_uppercase()), "{id}");
        assert_eq!(MatterDefinition::from_bytes(&matter.bytes).unwrap(), *definition, "{id}");
        for material in &definition.materials {
            assert!(!material.plain.is_empty(), "{id}: {} in the citizen's words", material.id);
        }
        for print in &definition.prints {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/templates");
            let known = folder.join(&print.template).join("template.toml").exists()
                || folder.join("placed").join(format!("{}.toml", print.template)).exists();
            assert!(known, "{id}: template {}", print.template);
        }
    }
}
