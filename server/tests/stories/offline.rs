//! Work done without the network arrives later and counts.

use crate::on_both;
use crate::support::window::{HAN, answer, change, fresh, now, sign};
use crate::support::{Kind, Site, Window};
use domain::command::Command;
use domain::number::NumberKind;
use protocol::enrol::BlockRequest;
use protocol::push::RejectCode;

on_both!(an_intake_without_the_network_is_confirmed_later, a_roster_too_old_is_refused);

async fn intake_number(window: &Window) -> String {
    let year = domain::event::civil_day(now()).year();
    let request =
        BlockRequest { kind: NumberKind::Intake, year, epoch: window.epoch, count: 3, request: fresh() };
    let block: domain::number::NumberBlock = window.post("/v1/blocks", &request).await.unwrap();
    domain::number::format(block.kind, &block.unit, block.year, block.first)
}

async fn an_intake_without_the_network_is_confirmed_later(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let number = intake_number(&counter).await;
    let mut local = counter.new_case("D001");
    let mut items = Vec::new();
    for command in [Command::Open, HAN.read(), answer("one"), sign(), Command::Submit] {
        let mut draft = counter.draft(&session, &local, command);
        draft.context.online = false;
        draft.context.allotted.intake_number = Some(number.clone());
        draft.context.time.confirmed = false;
        // An hour ago, within the session that began at the last contact.
        draft.context.time.wall -= 3_600_000;
        counter.decide(&local, &mut draft);
        items.push(counter.sign(&session, &mut local, draft));
    }
    assert_eq!(local.case.state_words(), "已收件，待确认受理");
    counter.placed(&session, &items).await;
    let number = counter.number().await;
    let mut draft = counter.draft(&session, &local, Command::ConfirmAcceptance);
    draft.context.allotted.case_number = Some(number);
    counter.decide(&local, &mut draft);
    let item = counter.sign(&session, &mut local, draft);
    counter.placed(&session, &[item]).await;
    assert_eq!(local.case.state_words(), "待民警审核");
    site.finish().await;
}

async fn a_roster_too_old_is_refused(kind: Kind) {
    let mut site = Site::prepare(kind, None).await;
    site.settings.policy.roster_age = 0;
    site.restart().await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let mut local = counter.new_case("D001");
    let open = counter.act(&session, &mut local, Command::Open);
    counter.placed(&session, &[open]).await;
    let before = counter.act(&session, &mut local, HAN.read());
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let file = site.settings.assets.clone().unwrap().join("demo/officers.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("\"photographer\"", "\"inspector\"");
    std::fs::write(&file, text).unwrap();
    server::prepare_demo(&site.settings).await.unwrap();
    // What was decided before the change is valid work; what came after it on the old roster is not.
    counter.placed(&session, &[before]).await;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let after = counter.act(&session, &mut local.clone(), change("extra.note", "甲"));
    super::forged::rejected(&counter.outcome(&session, &after).await, RejectCode::RosterTooOld);
    counter.fetch_edition().await;
    let fresh = counter.act(&session, &mut local, change("extra.note", "甲"));
    counter.placed(&session, &[fresh]).await;
    site.finish().await;
}
