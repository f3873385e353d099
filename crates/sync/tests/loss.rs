//! Copied disks and restored servers.

use crate::support::counter::Counter;
use crate::support::proxy::Toxic;
use crate::support::{House, copy_folder, settings, wait_for};
use store::table::audit;
use store::table::outbox::OutboxState;

#[test]
fn a_copied_store_is_stopped() {
    let house = House::open();
    let proxy = house.proxy();
    let mut one = Counter::open(&house, &proxy.url(), "柜台一", "J0001");
    let case = one.begin();
    one.wait_until_sent();
    one.wait_for_case(case, one.events(case).len());
    one.disconnect();
    // The writer has given everything to the disk; a copy of the folder is a copy of the store.
    let copy = house.folder.path().join("copy");
    copy_folder(&one.folder, &copy);
    one.connect();
    one.type_in(case, "applicant.name", "演示甲");
    one.wait_until_sent();

    let other = one.on_copy(&copy);
    other.type_in(case, "applicant.name", "演示乙");
    wait_for("the stop", || other.seen.stopped.lock().unwrap().is_some());
    let why = other.seen.stopped.lock().unwrap().take().unwrap();
    assert_eq!(why.code(), "STORE_FORKED");
    assert_eq!(other.sync().query(&query()).unwrap_err().code(), "SYNC_STOPPED");
    // What the copy made is not lost: it waits for somebody.
    assert_eq!(other.count(OutboxState::Waiting), 1);
}

fn query() -> protocol::register::QueryRequest {
    protocol::register::QueryRequest { case: None, query: "household".to_owned(), ask: Default::default() }
}

#[test]
fn what_a_restored_server_lost_is_pushed_again_for_everybody_to_see() {
    let mut house = House::open();
    let proxy = house.proxy();
    let one = Counter::open(&house, &proxy.url(), "柜台一", "J0001");
    let two = Counter::open(&house, &proxy.url(), "所长室", "J0003");
    let case = one.begin();
    one.wait_until_sent();
    let kept = one.events(case).len();
    two.wait_for_case(case, kept);
    proxy.set(Toxic::Drop);
    house.stop();
    let backup = house.folder.path().join("backup");
    copy_folder(&house.data(), &backup);
    house.start();
    proxy.lead_to(house.addr());
    proxy.set(Toxic::None);

    one.type_in(case, "applicant.name", "演示甲");
    let lost = two.begin();
    one.wait_until_sent();
    two.wait_until_sent();
    let events = one.events(case).len();
    one.wait_for_case(case, events);
    two.wait_for_case(case, events);
    one.wait_for_case(lost, two.events(lost).len());

    proxy.set(Toxic::Drop);
    house.stop();
    std::fs::remove_dir_all(house.data()).unwrap();
    copy_folder(&backup, &house.data());
    house.runtime.block_on(server::note_restored(&settings(&house.data()))).unwrap();
    house.start();
    proxy.lead_to(house.addr());
    proxy.set(Toxic::None);
    for counter in [&one, &two] {
        counter.sync().wake();
        wait_for("the notice of the loss", || {
            let lines = counter.store.read(|connection| audit::newest(connection, 20)).unwrap();
            lines.iter().any(|(_, _, what)| what.starts_with("server-lost-acts"))
        });
    }
    for counter in [&one, &two] {
        counter.wait_until_sent();
        assert_eq!(counter.count(OutboxState::Troubled), 0);
        counter.wait_for_case(case, events);
        counter.wait_for_case(lost, two.events(lost).len());
        counter.assert_whole(case);
        assert_eq!(counter.store.read(audit::broken_at).unwrap(), None);
    }
}
