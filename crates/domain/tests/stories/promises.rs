//! The list of promises names only tests that are there, and its words about them agree with its cells.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Promise, proofs as file and test, state.
struct Line {
    promise: String,
    proofs: Vec<(String, String)>,
    state: String,
}

fn lines() -> Vec<Line> {
    let text = std::fs::read_to_string(root().join("docs/promises.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| promise "));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 3, "three cells: {row}");
        let proofs = cells[1].split('`').map(str::trim).filter(|proof| !proof.is_empty()).map(|proof| {
            let (file, test) = proof.split_once(" › ").unwrap_or_else(|| panic!("file › test: {proof}"));
            (file.to_owned(), test.to_owned())
        });
        Line { promise: cells[0].to_owned(), proofs: proofs.collect(), state: cells[2].to_owned() }
    })
    .collect()
}

/// Whether a file has a test of this name: a function marked as one, or a property, or a title in a page's tests.
fn has_test(source: &str, file: &str, test: &str) -> bool {
    if file.ends_with(".ts") || file.ends_with(".mjs") {
        return ["it", "test", "step"].iter().any(|word| source.contains(&format!("{word}('{test}'")));
    }
    // Stages and planted faults stand in lists, one line each.
    if file.ends_with(".sh") || file == ".ci/run" {
        return source.lines().any(|line| line.trim() == test);
    }
    let Some(at) = source.find(&format!("fn {test}(")) else { return false };
    let listed = source.contains("on_both!(") && source[..at].contains(test);
    // The attribute stands a few lines above, after the end of what came before.
    let above = source[..at].rsplit_once("}\n").map_or(&source[..at], |(_, above)| above);
    listed || above.contains("test]") || above.contains("#[test") || above.contains("::test(")
}

#[test]
fn every_named_test_is_there() {
    let lines = lines();
    assert!(lines.len() > 50, "{}", lines.len());
    for line in &lines {
        for (file, test) in &line.proofs {
            let source = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            assert!(has_test(&source, file, test), "{}: no test {test} in {file}", line.promise);
        }
    }
}

#[test]
fn an_empty_cell_is_open_and_nothing_else_is() {
    for Line { promise, proofs, state } in lines() {
        let agrees = match proofs.len() {
            0 => state == "open",
            _ => state == "proven" || state.strip_prefix("part: ").is_some_and(|missing| !missing.is_empty()),
        };
        assert!(agrees, "{promise}: {} proofs and {state:?}", proofs.len());
    }
}

#[test]
fn a_test_is_told_from_something_else() {
    let source = "mod m {}\n\n#[test]\nfn yes() {\n    assert!(true);\n}\n\nfn no() {}\n";
    assert!(has_test(source, "a.rs", "yes"));
    assert!(!has_test(source, "a.rs", "no"));
    assert!(!has_test(source, "a.rs", "ye"));
    assert!(has_test("on_both!(both);\n\nasync fn both(kind: Kind) {}\n", "a.rs", "both"));
    assert!(!has_test("on_both!(both);\n\nasync fn other(kind: Kind) {}\n", "a.rs", "other"));
    assert!(has_test("  it('says so', () => {", "a.test.ts", "says so"));
    assert!(!has_test("  it('says so', () => {", "a.test.ts", "says"));
}
