//! The stories that are searched afterwards.

use crate::counter::Counter;
use crate::station::Station;
use crate::{birth, matters};
use ippeve_counterpart::Behaviour;
use serde_json::json;

/// How the test is called in this program.
pub const NAME: &str = "secrets::played::the_stories_that_are_searched";

/// What the stories type beyond the people's own data.
pub const TYPED: &[&str] = &[
    "周念安",
    "Z990000001",
    "19900000001",
    "19900000003",
    "19900000006",
    "只写在草稿里的一句话",
    "一个没有写完的地址九十九号",
    "同意，情况属实且只有民警知道",
];

#[test]
#[ignore = "played by nothing_of_a_person_stands_in_clear_after_whole_stories, which kills it"]
fn the_stories_that_are_searched() {
    let learnt = std::env::var_os(super::LEARNT).expect("started by the test that searches");
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let office = Counter::new(station.terminal("所长室"));
    office.login("J0001");
    let born = birth::whole_story(&station, &counter, &office, "同意，情况属实且只有民警知道");
    std::fs::write(learnt, format!("{}\n", born.citizen_number)).unwrap();
    matters::id_card(&station, &counter);
    counter.ask("diagnostic_bundle", json!({}));
    interrupted(&station, &counter);
    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).unwrap();
    unreachable!("killed");
}

/// A case in the middle of everything: typed and not yet part of the case, scanned, read, on the applicant screen, in
/// a preview, and on its way into a printer that has no paper.
fn interrupted(station: &Station, counter: &Counter) {
    let case = matters::open(station, counter, "T042", "he_old_head");
    counter.fill(&case, &[("applicant.phone", "19900000003")]);
    counter.scan(&case, "booklet");
    counter.ask(
        "save_draft",
        json!({ "case": case, "section": "household", "field": "household.address", "cursor": 4,
                "values": [["household.address", "一个没有写完的地址九十九号"],
                           ["household.number", "只写在草稿里的一句话"]] }),
    );
    counter.ask("preview_print", json!({ "case": case, "document": "one-time-notice" }));
    counter.ask("request_signature", json!({ "case": case, "slot": "former_head" }));
    station.printer.behave(&Behaviour::Wait(vec!["media-empty-error".to_owned()])).unwrap();
    let before = station.printer.documents().unwrap().len();
    counter.act("print_document", json!({ "case": case, "document": "application", "reprint_reason": "" }));
    counter.wait("the document in the printer", || {
        (station.printer.documents().unwrap().len() > before).then_some(())
    });
    station.lay("qin_wife");
    counter.act("read_card", json!({ "case": case, "person": "household_head" }));
}
