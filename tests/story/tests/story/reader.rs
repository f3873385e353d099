//! The card reader at a counter: what it read, and everything that can go wrong with it.

use crate::counter::Counter;
use crate::matters::{identify, open};
use crate::shelf;
use crate::station::Station;
use serde_json::{Value, json};
use std::time::Duration;
use terminal::rpc::{Change, ChangeSource, WindowRole};
use tokio::sync::broadcast::Receiver;
use virtual_devices::samv::ReaderFault;

#[test]
fn the_portrait_of_the_card_is_kept_byte_for_byte_and_is_no_picture() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = open(&station, &counter, "K07", "han_proof");
    let view = counter.case(&case);
    let identity = &view["identities"][0]["identity"];
    assert_eq!(identity["name"], "韩一诺");
    let portrait = identity["portrait"].clone();
    assert_eq!(portrait["media"], "application/x-wlt");
    let name = portrait["id"].as_str().unwrap();
    // Only the maker's decoder makes a picture of it: no window is shown one, and none is made up.
    for side in [0, 200] {
        let shown = counter.terminal.picture(WindowRole::Officer, name, side);
        assert_eq!(shown.unwrap_err().code, "BLOB_UNKNOWN");
    }
    counter.drained();
    counter.ask("logout", json!({}));
    let store = shelf::of_window(&station, "柜台一", "F0001");
    let (row, kept) = shelf::file(&store, name);
    assert_eq!(row.media, "application/x-wlt");
    assert!(kept == station.cards["han_proof"].card.pseudo_portrait(), "what the reader sent");
    assert_eq!(row.content.to_hex(), portrait["content"].as_str().unwrap());
    assert_eq!(portrait["length"], kept.len());
}

#[test]
fn an_expired_card_says_so_and_the_case_goes_on() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let mut notes = Vec::new();
    for card in ["feng_expired", "jiang_expiring", "han_proof"] {
        station.lay(card);
        let arrival = counter.wait("the arrival page", || {
            let arrival = counter.ask("arrival", json!({}));
            (arrival["identity"]["number"] == station.cards[card].card.number.as_str()).then_some(arrival)
        });
        notes.push(arrival["notes"].clone());
        station.reader.lift();
        counter.ask("dismiss_arrival", json!({}));
    }
    let expired = notes[0][0].as_str().unwrap();
    assert!(expired.contains("已于 2026-10-01 到期") && expired.contains("换领"), "{expired}");
    let expiring = notes[1][0].as_str().unwrap();
    assert!(expiring.contains("将于") && !expiring.contains("已于"), "{expiring}");
    assert_eq!(notes[2], json!([]), "nothing to say of a valid card");

    // What was read stands in the case, and the way goes on to the acceptance.
    let case = open(&station, &counter, "K07", "feng_expired");
    let view = counter.case(&case);
    assert_eq!(view["identities"][0]["identity"]["valid_until"], "2026-10-01");
    counter.answer(&case, "already_proved", "no");
    counter.fill(
        &case,
        &[
            ("use.purpose", "办理公证"),
            ("use.receiving_unit", "江城市城关区公证处"),
            ("applicant.phone", "19900000006"),
        ],
    );
    assert_eq!(counter.look_up(&case, "applicant"), "agrees");
    counter.sign(&case, "applicant");
    let view = counter.act("submit_case", json!({ "case": case }));
    assert!(view["submission"]["number"].is_string(), "{}", view["missing"]);
}

/// In the portrait: no other answer is so long. Every reading is spoilt until it is mended.
const SPOILT_BIT: ReaderFault = ReaderFault::FlipBit { bit: 8_000, times: u32::MAX };

/// In the middle of what the card says.
const PULLED: ReaderFault = ReaderFault::PullAfterBytes { after: 700 };

/// Lays a card on the empty desk until the line of changes told of an arrival that is as wanted. A hand that takes the
/// card away and lays the next one between two looks of the reader is not seen: it does so again, as people do.
fn lay_until<T>(
    station: &Station,
    counter: &Counter,
    changes: &mut Receiver<Change>,
    card: &str,
    mut look: impl FnMut() -> Option<T>,
) -> T {
    // The reader is looked at every third of a second.
    const LOOKS: Duration = Duration::from_secs(2);
    for _ in 0..20 {
        station.reader.lift();
        std::thread::sleep(LOOKS / 2);
        station.lay(card);
        let found = counter.told_within(LOOKS, changes, "arrival", |change| {
            assert!(matches!(change.source, ChangeSource::Device | ChangeSource::Window));
            look()
        });
        if let Some(found) = found {
            return found;
        }
    }
    panic!("the card was never told of");
}

/// The code that the arrival page gives instead of a card.
fn arrival_fault(counter: &Counter, wanted: &str) -> Option<()> {
    let error = counter.try_ask("arrival", json!({})).err()?;
    assert!(error.sentence.chars().count() > 4 && error.cure.chars().count() > 4, "{error:?}");
    (error.code == wanted).then_some(())
}

#[test]
fn each_fault_of_the_reader_has_its_code_and_typing_goes_on() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let mut changes = counter.terminal.subscribe();
    // On the empty desk. A line that spoils everything is the reader's trouble: no card is even found.
    station.reader.set_fault(ReaderFault::Checksum { times: u32::MAX });
    let line = counter.told(&mut changes, "devices", |_| reader_line(&counter, false));
    assert_eq!(line["fault"]["fault"]["code"], "device.timeout", "{line}");
    assert_eq!(line["words"], "有故障");
    assert!(line["fault"]["cure"].as_str().unwrap().chars().count() > 4);
    station.reader.set_fault(ReaderFault::None);
    counter.told(&mut changes, "devices", |_| reader_line(&counter, true));
    // A line that spoils one bit of what the card says.
    station.reader.set_fault(SPOILT_BIT);
    lay_until(&station, &counter, &mut changes, "han_proof", || {
        arrival_fault(&counter, "device.line_checksum")
    });
    station.reader.set_fault(PULLED);
    lay_until(&station, &counter, &mut changes, "han_proof", || {
        arrival_fault(&counter, "idcard.card_pulled")
    });
    station.reader.set_fault(ReaderFault::None);
    lay_until(&station, &counter, &mut changes, "han_proof", || {
        let arrival = counter.try_ask("arrival", json!({})).ok()?;
        (arrival["identity"]["name"] == "韩一诺").then_some(())
    });

    // In a case.
    let view = counter.act("open_case", json!({ "matter": "T026", "arrival": true }));
    let case = view["line"]["id"].as_str().unwrap().to_owned();
    station.reader.lift();
    let read = json!({ "case": case, "person": "father" });
    for (fault, code) in [(SPOILT_BIT, "device.line_checksum"), (PULLED, "idcard.card_pulled")] {
        station.reader.set_fault(fault);
        // The reading waits for its card: the watch of the desk has left the reader.
        let begun = counter.act("read_card", read.clone());
        std::thread::sleep(Duration::from_secs(1));
        station.lay("sun_father");
        let end = counter.end_of(&begun);
        assert_eq!(end["error"]["code"], code, "{end}");
        assert!(end["error"]["sentence"].as_str().unwrap().chars().count() > 4);
        station.reader.set_fault(ReaderFault::None);
        station.reader.lift();
    }

    // The plug is pulled while a reading waits for its card.
    let begun = counter.act("read_card", read.clone());
    std::thread::sleep(Duration::from_secs(1));
    station.reader.unplug();
    let end = counter.end_of(&begun);
    assert_eq!(end["error"]["code"], "device.unplugged", "{end}");
    let line = counter.told(&mut changes, "devices", |_| reader_line(&counter, false));
    assert_eq!(line["fault"]["fault"]["code"], "device.unplugged", "{line}");
    assert!(line["fault"]["sentence"].as_str().unwrap().chars().count() > 4);
    // Typing goes on.
    identify(&station, &counter, &case, "father", "sun_father");
    counter.fill(&case, &[("applicant.phone", "19900000004")]);
    let view = counter.case(&case);
    let father = crate::counter::one(&view["identities"], "person", "father");
    assert_eq!(father["identity"]["name"], station.cards["sun_father"].card.name.as_str());
    assert!(father["device"].is_null(), "typed");

    station.reader.plug().unwrap();
    counter.told(&mut changes, "devices", |_| reader_line(&counter, true));
    station.lay("tian_mother");
    counter.operate("read_card", json!({ "case": case, "person": "mother" }));
    let view = counter.case(&case);
    let mother = crate::counter::one(&view["identities"], "person", "mother");
    assert_eq!(mother["attestation"], "virtual", "{mother}");
}

/// The reader's line, once it is ready or not.
fn reader_line(counter: &Counter, ready: bool) -> Option<Value> {
    let devices = counter.ask("devices", json!({}));
    let line = devices["devices"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["device"]["class"] == "id_card_reader")?
        .clone();
    (line["ready"] == ready).then_some(line)
}
