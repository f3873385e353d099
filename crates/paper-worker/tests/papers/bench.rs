//! Orders, workers and judges.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use paper::{
    Cancellation, MissingGlyphs, PaperError, PaperWorker, PrintOrder, Rendered, TemplateId, WorkerSettings,
};
use serde_json::Value;

/// Sample data, the template it is for, where a person's name stands in it, pages of the sample.
pub(crate) const SAMPLES: [(&str, &str, &str, u32); 25] = [
    ("receipt", "receipt", "/applicant_name", 1),
    ("intake-slip", "intake-slip", "/applicant_name", 1),
    ("one-time-notice", "one-time-notice", "/citizen_name", 1),
    ("birth-application", "application-form", "/sections/0/fields/0/value", 1),
    ("head-change-application", "application-form", "/sections/0/fields/0/value", 1),
    ("name-change-application", "application-form", "/sections/0/fields/0/value", 1),
    ("death-application", "application-form", "/sections/0/fields/0/value", 1),
    ("id-card-application", "id-card-application", "/name", 1),
    ("household-proof", "household-proof", "/facts/0/value", 1),
    ("refusal-notice", "refusal-notice", "/citizen_name", 1),
    ("no-proof-notice", "no-proof-notice", "/citizen_name", 1),
    ("collection-slip", "collection-slip", "/name", 1),
    ("day-sheet", "day-sheet", "/taken/0/name", 2),
    ("tolerance-promise", "tolerance-promise", "/citizen_name", 1),
    ("supplement-notice", "supplement-notice", "/citizen_name", 1),
    ("suspension-notice", "suspension-notice", "/citizen_name", 1),
    ("termination-notice", "termination-notice", "/citizen_name", 1),
    ("kinship-proof", "household-proof", "/facts/0/value", 1),
    ("entry-permit", "entry-permit", "/applicant", 2),
    ("migration-certificate", "migration-certificate", "/name", 1),
    ("booklet-front", "booklet-front", "/head_name", 1),
    ("booklet-member", "booklet-member", "/members/0/name", 2),
    ("test-page-roll", "test-page-roll", "/printer", 1),
    ("receipt", "receipt-roll", "/applicant_name", 1),
    ("intake-slip", "intake-slip-roll", "/applicant_name", 1),
];

/// 5 March 2026, 14:32 in Beijing.
pub(crate) const THEN: i64 = 1_772_692_320;

pub(crate) fn templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/templates")
}

pub(crate) fn settings() -> WorkerSettings {
    WorkerSettings::new(env!("CARGO_BIN_EXE_paper-worker"), templates())
}

pub(crate) fn sample(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name).with_extension("json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn with(mut data: Value, pointer: &str, value: impl Into<Value>) -> Value {
    *data.pointer_mut(pointer).unwrap() = value.into();
    data
}

pub(crate) fn order(worker: &PaperWorker, template: &str, data: Value) -> PrintOrder {
    let template = TemplateId::new(template).unwrap();
    let print_set = worker.current_print_set(&template, THEN).unwrap();
    PrintOrder { template, data, print_set, missing_glyphs: MissingGlyphs::default() }
}

pub(crate) fn make(worker: &PaperWorker, template: &str, data: Value) -> Result<Rendered, PaperError> {
    worker.render(&order(worker, template, data), &Cancellation::new())
}

/// A PDF file for the judges, gone after the test.
pub(crate) struct Judged(tempfile::TempDir);

impl Judged {
    pub(crate) fn of(pdf: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("paper.pdf"), pdf).unwrap();
        Self(folder)
    }

    pub(crate) fn ask(&self, program: &str, before: &[&str], after: &[&str]) -> String {
        let output = Command::new(program)
            .args(before)
            .arg(self.0.path().join("paper.pdf"))
            .args(after)
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error} (packages poppler-utils, qpdf)"));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{program}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    /// Its first page as poppler draws it.
    pub(crate) fn drawn(&self, how: &[&str]) -> image::GrayImage {
        let to = self.0.path().join("page");
        self.ask("pdftoppm", &[how, &["-singlefile", "-png"]].concat(), &[to.to_str().unwrap()]);
        image::open(to.with_extension("png")).unwrap().to_luma8()
    }

    /// All text without white space: line breaks are the setter's affair.
    pub(crate) fn text(&self) -> String {
        self.ask("pdftotext", &["-enc", "UTF-8"], &["-"]).chars().filter(|c| !c.is_whitespace()).collect()
    }
}
