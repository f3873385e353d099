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

#[test]
fn a_changed_template_changes_the_set() {
    let copy = tempfile::tempdir().unwrap();
    for folder in ["receipt", "common"] {
        std::fs::create_dir(copy.path().join(folder)).unwrap();
        for entry in std::fs::read_dir(settings().templates.join(folder)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), copy.path().join(folder).join(entry.file_name())).unwrap();
        }
    }
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
    // A private-use character as old systems put into names, and one of extension H that no font here has.
    for (name, template, person, _) in SAMPLES {
        let mut order = order(&worker, template, with(sample(name), person, "演\u{E863}示\u{F8F5}"));
        let error = worker.render(&order, &Cancellation::new()).unwrap_err();
        let code_points = vec!["U+F8F5".to_owned()];
        let both = vec!["U+E863".to_owned(), "U+F8F5".to_owned()];
        let PaperError::MissingGlyphs { code_points: found } = error else { panic!("{name}: {error}") };
        assert!(found == both || found == code_points, "{name}: {found:?}");
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
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join("placed")).unwrap();
    let sheet = settings().templates.join("placed/collection-slip.toml");
    let text = std::fs::read_to_string(sheet).unwrap().replace("least = 6.5", "least = 10");
    std::fs::write(copy.path().join("placed/collection-slip.toml"), text).unwrap();
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
    let worker = PaperWorker::new(settings());
    let long = "很长的一段说明文字".repeat(7);
    let data = with(sample("receipt"), "/next_steps", vec![long.as_str(); 4]);
    let data = with(data, "/materials", vec!["很长很长很长很长的材料名称"; 12]);
    let mut data = with(data, "/matter", "很长的事项名称".repeat(8));
    data["agent_name"] = "长".repeat(50).into();
    match make(&worker, "receipt", data) {
        Ok(paper) => assert_eq!(paper.pages, 1),
        Err(error) => assert_eq!(error.code(), "PAPER_TOO_MANY_PAGES", "{error}"),
    }
}
