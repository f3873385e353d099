//! The report of the deaths, and the line that is counted from it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// One death and what was wrong after it, in the form of every report (`tests/report.mjs`) and with what this one counts.
#[derive(Default, Serialize, Deserialize)]
pub struct Row {
    /// How it came.
    pub id: String,
    /// Seed of the run.
    pub input: String,
    pub result: String,
    pub seconds: f64,
    pub evidence: String,
    /// The power went: what was not durable was lost.
    pub power_cut: bool,
    /// The death came where it was meant to, and not because the life was too short for it.
    pub reached: bool,
    /// The point between two steps at which it came.
    pub point: Option<String>,
    pub faults: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub struct Report {
    pub suite: String,
    pub seed: u64,
    pub mutant: Option<String>,
    pub cases: Vec<Row>,
    /// Faults when everything had come to its end: on the disk, and against the server.
    pub end: Vec<String>,
}

impl Report {
    pub fn new(seed: u64) -> Self {
        let mutant = std::env::var("MUTANT").ok().filter(|name| !name.is_empty());
        Self { suite: "crash".to_owned(), seed, mutant, cases: Vec::new(), end: Vec::new() }
    }

    pub fn add(&mut self, mut row: Row) {
        row.input = format!("SEED={}", self.seed);
        row.result = if row.faults.is_empty() { "passed" } else { "failed" }.to_owned();
        row.evidence = row.faults.join("\n");
        self.cases.push(row);
    }

    pub fn at_the_end(&mut self, faults: &[String]) {
        self.end.extend_from_slice(faults);
    }

    /// A life did not come to its end: what it had begun is half done.
    pub fn broke_off(&mut self) {
        if self.end.is_empty() && self.cases.iter().all(|row| row.faults.is_empty()) {
            self.end.push("a life did not come to its end".to_owned());
        }
    }

    pub fn against_the_server(&mut self, here: u64, there: u64) {
        if there < here {
            self.end.push(format!("{} acts are gone at the server", here - there));
        }
        if there > here {
            self.end.push(format!("{} acts stand at the server twice", there - here));
        }
    }

    /// Writes the report and counts the line from what was written.
    pub fn save(&self) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/report");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("crash.json");
        std::fs::write(&file, serde_json::to_vec_pretty(self).unwrap()).unwrap();
        let written: Self = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        println!("{}", written.points());
        written.line()
    }

    fn points(&self) -> String {
        let mut points: BTreeMap<&str, u32> = BTreeMap::new();
        for row in &self.cases {
            if let Some(point) = &row.point {
                *points.entry(point).or_default() += 1;
            }
        }
        let cuts = self.cases.iter().filter(|row| row.power_cut).count();
        let points: Vec<String> = points.iter().map(|(name, count)| format!("{name} {count}")).collect();
        format!("power cuts: {cuts}; points: {}", points.join(", "))
    }

    fn line(&self) -> String {
        let (mut lost, mut twice, mut half) = (0, 0, 0);
        for fault in self.cases.iter().flat_map(|row| &row.faults).chain(&self.end) {
            match kind(fault) {
                Kind::Lost => lost += 1,
                Kind::Twice => twice += 1,
                Kind::Half => half += 1,
            }
        }
        format!("kills: {}, lost: {lost}, twice: {twice}, half: {half}", self.cases.len())
    }
}

enum Kind {
    Lost,
    Twice,
    Half,
}

/// A fault by its words: gone, there twice, or begun and not ended.
fn kind(fault: &str) -> Kind {
    let has = |words: &[&str]| words.iter().any(|word| fault.contains(word));
    if has(&["twice", "two", "两个", "重复"]) {
        Kind::Twice
    } else if has(&["gone", "was typed", "was printed", "不见", "缺"]) {
        Kind::Lost
    } else {
        Kind::Half
    }
}

#[test]
fn the_line_is_counted_from_the_report() {
    let row = |faults: &[&str]| Row {
        id: "cut".into(),
        power_cut: true,
        reached: true,
        point: Some("file-without-row".into()),
        faults: faults.iter().map(|one| (*one).to_owned()).collect(),
        ..Row::default()
    };
    let mut report = Report::new(1);
    assert_eq!(report.line(), "kills: 0, lost: 0, twice: 0, half: 0");
    report.add(row(&[]));
    report.add(row(&["act 1 (submit) was answered and is gone", "a command has two acts"]));
    report.add(row(&["the work list is not what the events give"]));
    report.against_the_server(5, 4);
    assert_eq!(report.line(), "kills: 3, lost: 2, twice: 1, half: 1");
    assert_eq!(report.points(), "power cuts: 3; points: file-without-row 3");
    let results: Vec<&str> = report.cases.iter().map(|row| row.result.as_str()).collect();
    assert_eq!(results, ["passed", "failed", "failed"]);
}
