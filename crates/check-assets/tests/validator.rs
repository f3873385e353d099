//! Every shipped file keeps to its schema, by the word of a validator that knows nothing of this program.

#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot read its files has failed

use check_assets::{files, schema};
use jsonschema::Validator;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets")
}

fn read(text: &str) -> Value {
    toml::from_str(text).unwrap()
}

/// What the validator says against a file; nothing when it is good.
fn against(held: &Validator, file: &Value) -> Option<String> {
    let mut wrong = held.iter_errors(file).map(|one| format!("{}: {one}", one.instance_path()));
    wrong.next()
}

fn held(one: &schema::FolderSchema) -> Validator {
    jsonschema::draft202012::new(&one.schema).unwrap_or_else(|fault| panic!("{}: {fault}", one.file))
}

#[test]
fn every_shipped_file_keeps_to_its_schema() {
    let files = files::read(&assets()).unwrap();
    let mut checked = 0;
    for one in schema::all() {
        assert_eq!(one.schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let held = held(&one);
        for (file, text) in files.iter().filter(|(file, _)| file.starts_with(one.folder)) {
            if let Some(wrong) = against(&held, &read(text)) {
                panic!("{file}: {wrong}");
            }
            checked += 1;
        }
    }
    assert_eq!(checked, files.len(), "every folder has a schema");
    println!("{checked} files keep to their schemas");
}

/// A schema that takes everything would prove nothing.
#[test]
fn a_schema_refuses_what_the_program_refuses() {
    let all = schema::all();
    let refused = |folder: &str, file: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(assets().join(folder).join(file)).unwrap();
        let changed = text.replacen(from, to, 1);
        assert_ne!(text, changed, "{folder}/{file}");
        let held = held(all.iter().find(|one| one.folder == folder).unwrap());
        assert_eq!(against(&held, &read(&text)), None, "{folder}/{file}");
        assert!(against(&held, &read(&changed)).is_some(), "{folder}/{file}: {to}");
    };
    refused("matters", "ID-RENEW.toml", "family = \"id_card\"", "family = \"nothing\"");
    refused("matters", "ID-RENEW.toml", "version = ", "versoin = ");
    refused("matters", "ID-RENEW.toml", "common = true", "common = \"yes\"");
    refused("flows", "a.toml", "level = \"station\"", "level = \"village\"");
    refused("codes", "sex.toml", "title = ", "titel = ");
    refused("forms", "applicant.toml", "id = ", "name = ");
    refused("calendar", "cn-2026.toml", "years = [2026]", "years = [\"2026\"]");
}
