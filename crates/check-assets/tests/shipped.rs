//! The shipped assets against their sources, and planted faults against the play.

#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot read its files has failed

use check_assets::suite::{self, Expectation, Sources};
use check_assets::{coverage, files, report::Report};
use domain::catalogue::Catalogue;
use jiff::civil::Date;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[derive(Deserialize)]
struct Module {
    id: String,
}

#[derive(Deserialize)]
struct Expectations {
    expect: Vec<Expectation>,
}

static REPORT: LazyLock<Report> = LazyLock::new(|| {
    let text = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let catalogue = Catalogue::from_files(&files::read(&root().join("assets")).unwrap())
        .unwrap_or_else(|faults| panic!("{faults}"));
    let modules: Vec<Module> =
        serde_json::from_str(&text("tests/source-data/jiangsu-household.json")).unwrap();
    let expected: Expectations = toml::from_str(&text("tests/source-data/expectations.toml")).unwrap();
    let sources = Sources {
        catalogue: serde_json::from_str(&text("tests/source-data/matters-tongling.json")).unwrap(),
        modules: modules.into_iter().map(|one| one.id).collect(),
        coverage: coverage::read(&text("docs/coverage.csv")).unwrap(),
        expectations: expected.expect,
    };
    assert_eq!(sources.catalogue.len(), 154);
    assert_eq!(sources.modules.len(), 64 + 9 + 24);
    suite::run(&catalogue, &sources, Date::constant(2026, 11, 23))
});

fn all_pass(beginning: &str, at_least: usize) {
    let (all, failed) = REPORT.count(beginning);
    let faults: Vec<String> = REPORT
        .cases
        .iter()
        .filter(|row| row.id.starts_with(beginning) && row.result != "passed")
        .map(|row| format!("{}: {}", row.id, row.evidence))
        .collect();
    assert_eq!(failed, 0, "{}", faults.join("\n"));
    assert!(all >= at_least, "{all} of {beginning}");
}

/// One test: the play takes its time, and every test is a process of its own.
#[test]
fn every_matter_is_played_and_every_source_is_compared() {
    // Materials are the source's or declared otherwise.
    all_pass("source ", 131);
    // Every entry of the sources has a definition or a reason.
    all_pass("coverage ", 154 + 64 + 9 + 24);
    // Expectations written by hand from the source's text.
    all_pass("expect ", 20);
    let mut matters: Vec<&str> = REPORT
        .cases
        .iter()
        .filter(|row| row.id.starts_with("expect "))
        .filter_map(|row| row.id.split(' ').nth(1))
        .collect();
    matters.dedup();
    assert!(matters.len() >= 20, "{} matters", matters.len());
    // Every situation of every matter, to each end of its flow.
    all_pass("play ", 131);
    // Every one-thing package fits the matters and shares something.
    all_pass("package ", 5);
}
