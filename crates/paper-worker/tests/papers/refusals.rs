//! What is refused, and how.

use paper::{Cancellation, DataProblem, MissingGlyphs, PaperError, PaperWorker, TemplateId, WorkerSettings};

use crate::bench::{Judged, SAMPLES, THEN, make, order, sample, settings, with};

#[test]
fn a_set_that_is_not_installed_is_refused() {
    let worker = PaperWorker::new(settings());
    let good = order(&worker, "receipt", sample("receipt"));
    let refused = |change: &dyn Fn(&mut paper::PrintSet)| {
        let mut order = good.clone();
        change(&mut order.print_set);
        match worker.render(&order, &Cancellation::new()) {
            Err(PaperError::PrintSetUnavailable { differs }) => differs,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&|set| set.renderer_version.push('x')), ["renderer"]);
    assert_eq!(refused(&|set| set.template_hash.push('x')), ["template"]);
    assert_eq!(refused(&|set| drop(set.font_hashes.remove("HanaMinB 400"))), ["font HanaMinB 400"]);
}

/// A copy of some templates that a test may change.
fn copied(folders: &[&str]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for folder in folders {
        std::fs::create_dir(copy.path().join(folder)).unwrap();
        for entry in std::fs::read_dir(settings().templates.join(folder)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), copy.path().join(folder).join(entry.file_name())).unwrap();
        }
    }
    copy
}

/// Changes a file of a copy.
fn changed(copy: &tempfile::TempDir, file: &str, from: &str, to: &str) {
    let path = copy.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn a_changed_template_changes_the_set() {
    let copy = copied(&["receipt", "common"]);
    let worker = PaperWorker::new(WorkerSettings { templates: copy.path().to_owned(), ..settings() });
    let order = order(&worker, "receipt", sample("receipt"));
    worker.render(&order, &Cancellation::new()).unwrap();
    let shared = copy.path().join("common/paper.typ");
    let text = std::fs::read_to_string(&shared).unwrap();
    std::fs::write(&shared, text + "\n// corrected\n").unwrap();
    let error = worker.render(&order, &Cancellation::new()).unwrap_err();
    assert_eq!(error, PaperError::PrintSetUnavailable { differs: vec!["template".into()] });
    std::fs::write(&shared, "#let broken = (").unwrap();
    let error = make(&worker, "receipt", sample("receipt")).unwrap_err();
    assert_eq!(error.code(), "PAPER_TEMPLATE_BROKEN", "{error}");
}

#[test]
fn a_character_without_a_glyph_is_named() {
    let worker = PaperWorker::new(settings());
    // Private use, as old systems put into names: no font of the list gives it a shape.
    for (name, template, person, _) in SAMPLES {
        let mut order = order(&worker, template, with(sample(name), person, "演\u{F8F5}示"));
        let found = vec!["U+F8F5".to_owned()];
        let error = worker.render(&order, &Cancellation::new()).unwrap_err();
        assert_eq!(error, PaperError::MissingGlyphs { code_points: found.clone() }, "{name}");
        order.missing_glyphs = MissingGlyphs::Mark;
        let paper = worker.render(&order, &Cancellation::new()).unwrap();
        assert_eq!(paper.missing_glyphs, found, "{name}");
        assert!(Judged::of(&paper.pdf).text().contains('〓'), "{name}");
    }
}

#[test]
fn wrong_data_is_named_by_its_path() {
    let worker = PaperWorker::new(settings());
    let fault = |template: &str, data| match make(&worker, template, data) {
        Err(PaperError::DataInvalid { path, problem, .. }) => (path, problem),
        other => panic!("{other:?}"),
    };
    let notice = || sample("one-time-notice");
    assert_eq!(
        fault("one-time-notice", with(notice(), "/lacking/1/title", serde_json::Value::Null)),
        ("lacking[1].title".into(), DataProblem::Missing)
    );
    let form = || sample("name-change-application");
    let picture = serde_json::json!({"kind": "jpeg", "base64": "AAAA"});
    assert_eq!(
        fault("application-form", with(form(), "/photo", picture)),
        ("photo".into(), DataProblem::Unreadable)
    );
    let no_ink = serde_json::json!({"width": 400, "height": 160, "strokes": []});
    assert_eq!(
        fault("application-form", with(form(), "/signatures/1/strokes", no_ink)),
        ("signatures[1].strokes".into(), DataProblem::Unreadable)
    );
}

#[test]
fn text_that_does_not_fit_a_placed_box_is_refused() {
    let copy = copied(&["placed"]);
    changed(&copy, "placed/collection-slip.toml", "least = 6.5", "least = 10");
    let worker = PaperWorker::new(WorkerSettings { templates: copy.path().to_owned(), ..settings() });
    let data = with(sample("collection-slip"), "/name", "长".repeat(50));
    let error = make(&worker, "collection-slip", data).unwrap_err();
    assert_eq!(error, PaperError::Overflow { template: "collection-slip".into(), place: "{name}".into() });
}

#[test]
fn missing_fonts_name_the_package() {
    let mut fonts = settings().fonts;
    fonts[1] = "/nonexistent/hanazono".into();
    let worker = PaperWorker::new(WorkerSettings { fonts, ..settings() });
    let error = worker.current_print_set(&TemplateId::new("receipt").unwrap(), THEN).unwrap_err();
    let folder = "/nonexistent/hanazono".to_owned();
    assert_eq!(error, PaperError::FontFolderMissing { folder, packages: vec!["fonts-hanazono".into()] });
    let empty = tempfile::tempdir().unwrap();
    let fonts = vec![empty.path().to_owned()];
    let worker = PaperWorker::new(WorkerSettings { fonts, ..settings() });
    let error = worker.current_print_set(&TemplateId::new("receipt").unwrap(), THEN).unwrap_err();
    assert!(
        matches!(&error, PaperError::FontMissing { package, .. } if package == "fonts-noto-cjk"),
        "{error}"
    );
}

#[test]
fn a_page_limit_holds() {
    let copy = copied(&["day-sheet", "common"]);
    changed(&copy, "day-sheet/template.toml", "\n[fields]\n", "\npages = 1\n[fields]\n");
    let worker = PaperWorker::new(WorkerSettings { templates: copy.path().to_owned(), ..settings() });
    let error = make(&worker, "day-sheet", sample("day-sheet")).unwrap_err();
    assert_eq!(error, PaperError::TooManyPages { template: "day-sheet".into(), made: 2, allowed: 1 });
}

#[test]
fn a_template_sees_neither_files_nor_clock() {
    for forbidden in ["read(\"/etc/hostname\")", "read(\"../../../../etc/hostname\")", "datetime.today()"] {
        let copy = copied(&["receipt", "common"]);
        changed(
            &copy,
            "receipt/main.typ",
            "#title(\"受理回执\"",
            &format!("#{forbidden}\n#title(\"受理回执\""),
        );
        let worker = PaperWorker::new(WorkerSettings { templates: copy.path().to_owned(), ..settings() });
        let error = make(&worker, "receipt", sample("receipt")).unwrap_err();
        assert!(
            matches!(&error, PaperError::TemplateBroken { at, .. } if at.contains("main.typ")),
            "{error}"
        );
    }
}
