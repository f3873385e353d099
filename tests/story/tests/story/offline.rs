//! The network is pulled: intake goes on, waits with its reasons, arrives, is confirmed and put into effect.

use crate::counter::Counter;
use crate::matters::{decide, head_change, relogin};
use crate::station::Station;
use serde_json::json;

#[test]
fn without_the_network_intake_goes_on_and_is_put_into_effect_later() {
    let mut station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    counter.drained();
    // Number blocks come with the first rounds of the line.
    counter.wait("leased numbers", || {
        let left = counter.ask("sync_state", json!({}));
        left["numbers"].as_array().unwrap().iter().all(|one| one["count"].as_u64() > Some(0)).then_some(())
    });
    station.pull_network();
    counter.wait("the line to be seen as broken", || {
        counter.ask("sync_now", json!({}));
        (counter.ask("shell", json!({}))["sync"]["online"] == false).then_some(())
    });
    let case = head_change(&station, &counter, false);
    let view = counter.act("submit_case", json!({ "case": case }));
    assert_eq!(view["line"]["state"], "已收件，待确认受理", "{}", view["missing"]);
    assert_eq!(view["submission"]["mode"], "taken_in");
    counter.print(&case, "intake-slip");
    let papers = station.printer.documents().unwrap();
    let slip = crate::papers::text_of(&std::fs::read(&papers.last().unwrap().file).unwrap());
    let slip: String = slip.chars().filter(|sign| !sign.is_whitespace()).collect();
    let intake = view["submission"]["intake_number"].as_str().unwrap().to_owned();
    assert!(!intake.is_empty() && slip.contains(&intake), "{intake} in {slip}");

    // What needs the server says why it cannot be done.
    let receipt = json!({ "case": case, "document": "receipt" });
    assert_eq!(counter.try_ask("preview_print", receipt).unwrap_err().code, "NOT_PRINTABLE");
    assert_eq!(counter.refused("confirm_acceptance", json!({ "case": case })), "NOT_OFFLINE");
    // Every act waits, with its reason.
    let sync = counter.ask("sync_state", json!({}));
    let waiting = sync["waiting"].as_array().unwrap();
    let acts = sync["line"]["pending"].as_u64().unwrap();
    assert!(acts > 10 && waiting.len() as u64 == acts, "{acts} acts, {} shown", waiting.len());
    for act in waiting {
        assert_eq!(act["code"], "SYNC_OFFLINE", "{act}");
        assert_eq!(act["case"], case.as_str());
        for words in ["reason", "words", "title"] {
            assert!(!act[words].as_str().unwrap().is_empty(), "{act}");
        }
    }
    assert!(sync["line"]["pending_files"].as_u64().unwrap() > 3, "{}", sync["line"]);

    // Logging in without the server works for whoever logged in here before.
    relogin(&counter, "F0001");
    assert_eq!(counter.ask("shell", json!({}))["session"]["online"], false);
    station.plug_network();
    counter.ask("sync_now", json!({}));
    counter.drained();
    assert_eq!(counter.ask("sync_state", json!({}))["waiting"], json!([]));

    counter.wait("the line", || (counter.ask("shell", json!({}))["sync"]["online"] == true).then_some(()));
    let view = counter.act("confirm_acceptance", json!({ "case": case }));
    assert_eq!(view["line"]["state"], "待民警审核", "{}", view["missing"]);
    let number = view["submission"]["number"].as_str().unwrap();
    assert!(number.len() == 24 && number != intake, "{number}");
    for lookup in ["applicant", "household"] {
        assert_eq!(crate::counter::one(&view["lookups"], "id", lookup)["state"], "agrees");
    }
    counter.print(&case, "receipt");
    relogin(&counter, "J0001");
    decide(&counter, &case, "pass", None);
    let view = counter.act("effect_case", json!({ "case": case }));
    assert_eq!(view["step"], "collect", "{}", view["register_refused"]);
    counter.print(&case, "result");
    counter.sign(&case, "collector");
    let card = &station.cards["he_old_head"].card;
    let view = counter.act(
        "collect_result",
        json!({ "case": case, "name": card.name, "document": "resident_card", "number": card.number }),
    );
    assert_eq!(view["line"]["state"], "已办结");
    counter.drained();
}
