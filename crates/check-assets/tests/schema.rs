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
