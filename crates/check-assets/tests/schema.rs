//! The committed schemas are those of the program.

#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot read its files has failed

use check_assets::schema;
use std::path::{Path, PathBuf};

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets")
}

#[test]
fn the_committed_schemas_are_those_of_the_program() {
    let folder = assets().join("schema");
    let rewrite = std::env::var_os("UPDATE_SCHEMA").is_some();
    for one in schema::all() {
        let text = serde_json::to_string_pretty(&one.schema).unwrap() + "\n";
        let path = folder.join(one.file);
        if rewrite {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "{} is stale: run this test with UPDATE_SCHEMA=1", one.file);
    }
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), schema::all().len(), "a schema of nothing");
}

/// Every word that a definition may choose stands in the manual of those who keep the definitions.
#[test]
fn the_manual_names_every_word_of_a_definition() {
    let manual = std::fs::read_to_string(assets().join("../docs/definitions.md")).unwrap();
    let named = |word: &str| manual.contains(&format!("`{word}`"));
    let mut unnamed = Vec::new();
    for (file, kinds) in [
        (
            "matter.schema.json",
            &[
                "FieldKind",
                "Must",
                "MaterialRule",
                "Medium",
                "PrintMoment",
                "TimeLimit",
                "Severity",
                "Computation",
            ][..],
        ),
        ("flow.schema.json", &["StepKind", "Level"][..]),
    ] {
        let all = schema::all();
        let schema = &all.iter().find(|one| one.file == file).unwrap().schema;
        for kind in kinds {
            let words = words(&schema["$defs"][kind]);
            assert!(!words.is_empty(), "{file} has no {kind}");
            unnamed
                .extend(words.into_iter().filter(|word| !named(word)).map(|word| format!("{kind} {word}")));
        }
    }
    assert!(unnamed.is_empty(), "docs/definitions.md does not name {unnamed:?}");
}

/// The values of an enumeration, or the tags of its variants.
fn words(schema: &serde_json::Value) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let of_variant = |one: &serde_json::Value| {
        let tag = ["kind", "unit"].iter().find_map(|tag| text(&one["properties"][tag]["const"]));
        let listed = one["enum"].as_array().into_iter().flatten().filter_map(text);
        text(&one["const"]).into_iter().chain(tag).chain(listed).collect::<Vec<_>>()
    };
    let variants = schema["oneOf"].as_array().cloned().unwrap_or_default();
    variants.iter().flat_map(of_variant).chain(of_variant(schema)).collect()
}
