//! The papers of every matter, set by the real worker process and read back with poppler: nothing without a glyph,
//! nothing off the page, nothing lost.
//!
//! All data is checked always. Really set are the longest papers of each template; with `PAPERS=all` all of them.

use super::bench::{CATALOGUE, assets};
use super::every::{Laid, SHARES, lay_out};
use paper::{Cancellation, MissingGlyphs, PaperWorker, PrintOrder, TemplateId, WorkerSettings};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Papers of one template that are set in one share of the short test.
const LONGEST: usize = 2;
/// 5 March 2026, 14:32 in Beijing.
const THEN: i64 = 1_772_692_320;

/// The worker beside the test programs: the build of the whole workspace puts it there.
fn worker() -> PaperWorker {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("paper-worker");
    assert!(program.is_file(), "build the workspace first: {}", program.display());
    PaperWorker::new(WorkerSettings::new(program, assets().join("templates")))
}

fn share(at: usize) {
    let mut laid = lay_out(at);
    let matters: BTreeSet<&str> = laid.iter().map(|one| one.matter.as_str()).collect();
    assert!(matters.len() >= CATALOGUE.matters.len() / SHARES, "{} matters", matters.len());
    laid.sort_by_key(|one| std::cmp::Reverse(one.length()));
    let all = std::env::var("PAPERS").is_ok_and(|word| word == "all");
    let mut set: BTreeMap<String, usize> = BTreeMap::new();
    let worker = worker();
    let mut wrong = Vec::new();
    let mut papers = 0;
    for one in &laid {
        let before = set.entry(one.template.clone()).or_default();
        *before += 1;
        if all || *before <= LONGEST {
            papers += 1;
            wrong.extend(
                faults(&worker, one).map(|fault| format!("{} {}: {fault}", one.matter, one.document)),
            );
        }
    }
    assert!(wrong.is_empty(), "{} of {papers}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(papers >= 12, "{papers} papers of {set:?}");
}

#[test]
fn every_paper_of_the_first_share_of_the_matters_is_right() {
    share(0);
}

#[test]
fn every_paper_of_the_second_share_of_the_matters_is_right() {
    share(1);
}

#[test]
fn every_paper_of_the_third_share_of_the_matters_is_right() {
    share(2);
}

#[test]
fn every_paper_of_the_last_share_of_the_matters_is_right() {
    share(3);
}

/// What is wrong with a paper, once it is set.
fn faults(worker: &PaperWorker, laid: &Laid) -> impl Iterator<Item = String> {
    let template = TemplateId::new(laid.template.clone()).unwrap();
    let print_set = worker.current_print_set(&template, THEN).unwrap();
    let order =
        PrintOrder { template, data: laid.data.clone(), print_set, missing_glyphs: MissingGlyphs::Refuse };
    let made = match worker.render(&order, &Cancellation::new()) {
        Ok(made) => made,
        Err(error) => return vec![error.to_string()].into_iter(),
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, &made.pdf).unwrap();
    if let Ok(kept) = std::env::var("PAPERS_KEPT_IN") {
        let name = format!("{}-{}.pdf", laid.matter, laid.document);
        std::fs::write(PathBuf::from(kept).join(name), &made.pdf).unwrap();
    }
    let mut wrong = off_the_page(&file);
    let text = poppler(&["-enc", "UTF-8"], &file);
    let mut lost = BTreeSet::new();
    words(&laid.data, "", &mut |path, words| {
        let gone: String =
            words.chars().filter(|c| !c.is_ascii() && !c.is_whitespace() && !text.contains(*c)).collect();
        if !gone.is_empty() {
            lost.insert(format!("{path} lost {gone}"));
        }
    });
    wrong.extend(lost);
    wrong.into_iter()
}

fn poppler(options: &[&str], file: &Path) -> String {
    let output = Command::new("pdftotext")
        .args(options)
        .arg(file)
        .arg("-")
        .output()
        .unwrap_or_else(|error| panic!("pdftotext: {error} (package poppler-utils)"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Words nearer to the edge than any printer prints (3 mm), or beyond it.
fn off_the_page(file: &Path) -> Vec<String> {
    let edge = 3.0 * 72.0 / 25.4;
    let number = |line: &str, key: &str| -> f64 {
        let (_, rest) = line.split_once(&format!("{key}=\"")).unwrap();
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    let mut page = (0.0, 0.0);
    let mut wrong = Vec::new();
    for line in poppler(&["-bbox"], file).lines().map(str::trim) {
        if line.starts_with("<page ") {
            page = (number(line, "width"), number(line, "height"));
        } else if line.starts_with("<word ") {
            let fits = number(line, "xMin") >= edge
                && number(line, "xMax") <= page.0 - edge
                && number(line, "yMin") >= 0.0
                && number(line, "yMax") <= page.1;
            if !fits {
                wrong.push(format!("off the page: {line}"));
            }
        }
    }
    wrong
}

/// All words of an order's data with their places.
fn words(data: &Value, path: &str, each: &mut dyn FnMut(&str, &str)) {
    match data {
        Value::String(text) => each(path, text),
        Value::Array(items) => items.iter().for_each(|item| words(item, path, each)),
        Value::Object(parts) => {
            for (name, part) in parts.iter().filter(|(name, _)| *name != "strokes") {
                words(part, &format!("{path}/{name}"), each);
            }
        }
        _ => {}
    }
}
