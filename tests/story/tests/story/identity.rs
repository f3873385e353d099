//! A store that is not this terminal's, and a store or its keys that are gone: each is told by its name before anything
//! is sent, and nothing is made in its place.

use crate::counter::Counter;
use crate::new_matter::copy;
use crate::station::Station;
use serde_json::json;
use std::path::Path;

fn login(counter: &Counter, officer: &str) -> Result<(), String> {
    let request = json!({ "officer": officer, "password": format!("jiangcheng-{officer}") });
    counter.try_ask("login", request).map(|_| ()).map_err(|error| error.code)
}

fn begun(counter: &Counter) -> String {
    let case = counter.act("open_case", json!({ "matter": "T042", "arrival": false }));
    let case = case["line"]["id"].as_str().unwrap().to_owned();
    counter.fill(&case, &[("applicant.phone", "19900000041")]);
    case
}

#[test]
fn a_store_that_was_carried_to_another_window_is_refused_and_nothing_of_it_is_sent() {
    let mut station = Station::start();
    let one = Counter::new(station.terminal("柜台一"));
    one.login("J0001");
    one.drained();
    station.pull_network();
    let waiting = begun(&one);
    one.ask("logout", json!({}));
    station.plug_network();

    // The neighbour of the same unit gets the folder: the unit's escrow would open it.
    let two = Counter::new(station.terminal("所长室"));
    two.login("J0003");
    let own = begun(&two);
    two.drained();
    two.ask("logout", json!({}));
    let (mine, theirs) = (station.data_of("所长室").join("store"), station.data_of("柜台一").join("store"));
    let aside = station.data_of("所长室").join("aside");
    std::fs::rename(&mine, &aside).unwrap();
    copy(&theirs, &mine);
    for officer in ["J0003", "J0001"] {
        assert_eq!(login(&two, officer), Err("STORE_OF_ANOTHER".to_owned()), "{officer}");
    }

    // Its own folder back in its place it goes on, and so does the first window: nothing was sent twice, nobody was
    // stopped.
    std::fs::remove_dir_all(&mine).unwrap();
    std::fs::rename(&aside, &mine).unwrap();
    two.login("J0003");
    two.fill(&own, &[("applicant.phone", "19900000042")]);
    two.drained();
    one.login("J0001");
    one.drained();
    two.wait("the case of the first window", || two.try_ask("case", json!({ "case": waiting })).ok());
    for window in [&one, &two] {
        window.ask("logout", json!({}));
    }
    station.pull_network();
    let report = station.check_server();
    assert!(report.faults.is_empty(), "{report:#?}");
}

#[test]
fn a_store_or_keys_that_are_gone_are_told_and_nothing_is_made_in_their_place() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    let store = station.data_of("柜台一").join("store");
    counter.login("J0001");
    let case = begun(&counter);
    counter.drained();
    counter.ask("logout", json!({}));
    let hidden = |name: &str, code: &str| {
        let (there, away) = (store.join(name), station.data_of("柜台一").join("away"));
        std::fs::rename(&there, &away).unwrap();
        assert_eq!(login(&counter, "J0001"), Err(code.to_owned()), "{name}");
        assert!(!there.exists(), "{name} was not made anew");
        std::fs::rename(&away, &there).unwrap();
    };
    hidden(store::DATABASE, "STORE_GONE");
    hidden("keyslots.json", "KEYS_GONE");
    counter.login("J0001");
    counter.case(&case);
}

#[test]
fn a_first_login_that_was_cut_short_goes_on_where_it_was() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    let store = station.data_of("柜台一").join("store");
    counter.login("J0001");
    counter.ask("logout", json!({}));
    // As it lies after a cut between the slots and the store: the escrow slot only, and no store.
    forget_users(&store.join("keyslots.json"));
    for file in std::fs::read_dir(&store).unwrap().map(|one| one.unwrap().path()) {
        if file.is_file() && file.file_name().is_some_and(|name| name != "keyslots.json") {
            std::fs::remove_file(file).unwrap();
        }
    }
    counter.login("J0001");
    let case = begun(&counter);
    counter.drained();
    counter.ask("logout", json!({}));
    counter.login("J0001");
    counter.case(&case);
}

/// Leaves the escrow slot only, as the file lies before anybody got in.
fn forget_users(path: &Path) {
    let mut slots = gm::KeySlots::load(path).unwrap();
    assert!(slots.has_users());
    let secret = gm::MachineSecret::from_slice(
        &std::fs::read(path.parent().unwrap().with_file_name("machine.secret")).unwrap(),
    );
    slots.remove_user("J0001", &secret.unwrap()).unwrap();
    slots.save(path).unwrap();
}
