//! `check-assets`: whether the assets may be published.

use check_assets::report::Report;
use check_assets::suite::{self, Expectation, Sources};
use check_assets::{coverage, files};
use clap::Parser;
use domain::catalogue::Catalogue;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Checks matters, forms, flows, papers and code tables: reads them, compares them with their sources, plays every
/// matter to each of its ends. Says what is wrong, where, and what to do.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder of the assets.
    #[arg(long, default_value = "assets")]
    assets: PathBuf,
    /// Only reads the files and checks each by itself.
    #[arg(long)]
    quick: bool,
    /// Plays and compares only matters whose id begins so.
    #[arg(long, default_value = "")]
    only: String,
    /// Folder of the source data.
    #[arg(long, default_value = "tests/source-data")]
    sources: PathBuf,
    /// The coverage list.
    #[arg(long, default_value = "docs/coverage.csv")]
    coverage: PathBuf,
    /// Where the report goes.
    #[arg(long, default_value = "target/report/assets.json")]
    report: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Module {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Expectations {
    #[serde(default)]
    expect: Vec<Expectation>,
}

fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}：{error}", path.display()))
}

fn sources(arguments: &Arguments) -> Result<Sources, String> {
    let at = |name: &str| arguments.sources.join(name);
    let told = |path: &Path, error: &dyn std::fmt::Display| format!("{}：{error}", path.display());
    let catalogue = at("matters-tongling.json");
    let modules = at("jiangsu-household.json");
    let expectations = at("expectations.toml");
    let modules: Vec<Module> =
        serde_json::from_str(&text(&modules)?).map_err(|error| told(&modules, &error))?;
    let expected: Expectations =
        toml::from_str(&text(&expectations)?).map_err(|error| told(&expectations, &error))?;
    Ok(Sources {
        catalogue: serde_json::from_str(&text(&catalogue)?).map_err(|error| told(&catalogue, &error))?,
        modules: modules.into_iter().map(|one| one.id).collect(),
        coverage: coverage::read(&text(&arguments.coverage)?)
            .map_err(|error| told(&arguments.coverage, &error))?,
        expectations: expected.expect,
    })
}

/// The day of the play: fixed, so that the same files give the same result on every day.
const DAY: jiff::civil::Date = jiff::civil::Date::constant(2026, 11, 23);

#[expect(clippy::print_stdout, reason = "a program for the command line")]
fn check(arguments: &Arguments) -> Result<bool, String> {
    let files = files::read(&arguments.assets)?;
    let mut catalogue = Catalogue::from_files(&files).map_err(|faults| faults.to_string())?;
    println!("matters: {}, forms: {}", catalogue.matters.len(), catalogue.forms.len());
    // A warning by the clock of today, never a fault: the same files must give the same result on every day.
    if let Some(gap) = catalogue.calendar.gap(jiff::Zoned::now().date()) {
        println!("注意：{}", gap.words());
    }
    if arguments.quick {
        return Ok(true);
    }
    let mut sources = sources(arguments)?;
    if !arguments.only.is_empty() {
        catalogue.matters.retain(|id, _| id.as_str().starts_with(&arguments.only));
        // Their members may be among those left out.
        catalogue.packages.clear();
        sources.coverage.clear();
        sources.modules.clear();
        sources.catalogue.retain(|one| one.id.starts_with(&arguments.only));
        sources.expectations.retain(|one| one.matter.starts_with(&arguments.only));
    }
    let (distinct, shared) = suite::forms(&catalogue);
    for (form, matters) in shared.iter().filter(|(_, matters)| matters.len() > 1) {
        println!("form {form}: {}", matters.join(" "));
    }
    println!("distinct forms: {distinct}");
    let told = |error: std::io::Error| format!("{}：{error}", arguments.report.display());
    suite::run(&catalogue, &sources, DAY).write(&arguments.report).map_err(told)?;
    // What is counted is what the report holds.
    let report = Report::read(&arguments.report).map_err(told)?;
    let coverage_rows = arguments.only.is_empty();
    for row in report.cases.iter().filter(|row| row.result != "passed") {
        if coverage_rows || !row.id.starts_with("coverage ") {
            println!("FAILED {}：{}", row.id, row.evidence);
        }
    }
    let mut good = true;
    for (beginning, words) in [
        ("source ", "source entries compared"),
        ("coverage ", "source entries covered"),
        ("expect ", "expectations met"),
        ("package ", "packages checked"),
    ] {
        let (all, failed) = report.count(beginning);
        good &= failed == 0 || (!coverage_rows && beginning == "coverage ");
        println!("{words}: {all}, {failed} failed");
    }
    let (played, failed) = report.count("play ");
    println!("matters: {played} played, {failed} failed");
    Ok(good && failed == 0 && played > 0)
}

#[expect(clippy::print_stderr, reason = "a program for the command line")]
fn main() -> ExitCode {
    match check(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(faults) => {
            eprintln!("{faults}");
            ExitCode::from(2)
        }
    }
}
