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

/// A schema as the validator holds it.
struct Held {
    schemas: boon::Schemas,
    index: boon::SchemaIndex,
}

impl Held {
    fn new(one: &schema::FolderSchema) -> Self {
        let place = format!("https://schema.invalid/{}", one.file);
        let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
        compiler.add_resource(&place, one.schema.clone()).unwrap();
        let index = compiler.compile(&place, &mut schemas).unwrap();
        Self { schemas, index }
    }

    /// What the validator says against a file; nothing when it is good.
    fn against(&self, file: &Value) -> Option<String> {
        self.schemas.validate(file, self.index).err().map(|fault| format!("{fault:#}"))
    }
}

#[test]
fn every_shipped_file_keeps_to_its_schema() {
    let files = files::read(&assets()).unwrap();
    let mut checked = 0;
    for one in schema::all() {
        assert_eq!(one.schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let held = Held::new(&one);
        for (file, text) in files.iter().filter(|(file, _)| file.starts_with(one.folder)) {
            if let Some(wrong) = held.against(&read(text)) {
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
        let held = Held::new(all.iter().find(|one| one.folder == folder).unwrap());
        assert_eq!(held.against(&read(&text)), None, "{folder}/{file}");
        assert!(held.against(&read(&changed)).is_some(), "{folder}/{file}: {to}");
    };
    refused("matters", "ID-RENEW.toml", "family = \"id_card\"", "family = \"nothing\"");
    refused("matters", "ID-RENEW.toml", "version = ", "versoin = ");
    refused("matters", "ID-RENEW.toml", "common = true", "common = \"yes\"");
    refused("flows", "a.toml", "level = \"station\"", "level = \"village\"");
    refused("codes", "sex.toml", "title = ", "titel = ");
    refused("forms", "applicant.toml", "id = ", "name = ");
    refused("calendar", "cn-2026.toml", "years = [2026]", "years = [\"2026\"]");
}
