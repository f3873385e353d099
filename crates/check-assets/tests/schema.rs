//! The committed schemas are those of the program, and every shipped file keeps to its own, by the word of a validator
//! that knows nothing of this program.

#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot read its files has failed

use check_assets::{files, schema};
use serde_json::Value;
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

fn read(text: &str) -> Value {
    toml::from_str(text).unwrap()
}

#[test]
fn every_shipped_file_keeps_to_its_schema() {
    let files = files::read(&assets()).unwrap();
    let mut checked = 0;
    for one in schema::all() {
        assert_eq!(one.schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let validator = jsonschema::draft202012::new(&one.schema).unwrap();
        for (file, text) in files.iter().filter(|(file, _)| file.starts_with(one.folder)) {
            let wrong: Vec<String> = validator
                .iter_errors(&read(text))
                .map(|fault| format!("{file} {}: {fault}", fault.instance_path()))
                .collect();
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
        let schema = &all.iter().find(|one| one.folder == folder).unwrap().schema;
        let validator = jsonschema::draft202012::new(schema).unwrap();
        assert!(validator.is_valid(&read(&text)), "{folder}/{file}");
        assert!(!validator.is_valid(&read(&changed)), "{folder}/{file}: {to}");
    };
    refused("matters", "ID-RENEW.toml", "family = \"id_card\"", "family = \"nothing\"");
    refused("matters", "ID-RENEW.toml", "version = ", "versoin = ");
    refused("matters", "ID-RENEW.toml", "common = true", "common = \"yes\"");
    refused("flows", "a.toml", "level = \"station\"", "level = \"village\"");
    refused("codes", "sex.toml", "title = ", "titel = ");
    refused("forms", "applicant.toml", "id = ", "name = ");
    refused("calendar", "cn-2026.toml", "years = [2026]", "years = [\"2026\"]");
}
