//! What another station's window cannot get: cases, blobs, keys, cursors.

use crate::on_both;
use crate::support::window::{HAN, change};
use crate::support::{Kind, Site, Window};
use domain::command::Command;
use protocol::error::ErrorCode;
use protocol::push::RejectCode;

on_both!(another_station_sees_nothing, the_county_sees_its_stations);

/// A site with a window of another unit beside the demo's own.
async fn site_with_window(kind: Kind, unit: &str) -> (Site, Window) {
    let site = site_with_windows(kind, &[("other", unit)], None).await;
    let other = site.window("other").await;
    (site, other)
}

/// A site with windows of other units beside the demo's own, by profile and unit.
pub async fn site_with_windows(
    kind: Kind,
    windows: &[(&str, &str)],
    register: Option<server::RegisterSettings>,
) -> Site {
    let mut site = Site::prepare(kind, register).await;
    let file = site.settings.assets.clone().unwrap().join("demo/station.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let more: String = windows
        .iter()
        .map(|(profile, unit)| {
            format!(
                "[[window]]\nprofile = \"{profile}\"\nname = \"别处{profile}\"\nunit = \"{unit}\"\npurpose = \"intake\"\n\n"
            )
        })
        .collect();
    // The register's table must stay last: windows belong before it.
    let (head, register) = text.split_once("[register]").unwrap();
    std::fs::write(&file, format!("{head}\n{more}[register]{register}")).unwrap();
    site.codes = server::prepare_demo(&site.settings).await.unwrap();
    site.restart().await;
    site
}

async fn another_station_sees_nothing(kind: Kind) {
    let (site, mut other) = site_with_window(kind, "999901520000").await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let (local, items) = counter.take_in(&session, &HAN).await;
    counter.placed(&session, &items).await;
    let case = local.case.id;
    let (id, blob) = super::blobs::sealed(100);
    super::blobs::upload(&counter, case, &id, &blob.0, &blob.1).await;

    other.pull().await;
    assert!(other.placed.is_empty());
    // By case: an act on it, whoever logs in there.
    let county = other.login("X0001").await;
    let mut stolen = local.clone();
    let mut draft = other.draft(&county, &stolen, change("extra.note", "甲"));
    draft.base.own = None;
    draft.base.version = 5;
    draft.events = vec![domain::event::Event::Closed { outcome: domain::event::Outcome::Done }];
    let item = other.sign(&county, &mut stolen, draft);
    super::forged::rejected(&other.outcome(&county, &item).await, RejectCode::NoAuthority);
    // By question to the register for it.
    let ask = protocol::register::QueryRequest {
        case: Some(case),
        query: "person".into(),
        ask: [("number".to_owned(), HAN.number.to_owned())].into(),
    };
    let told: Result<domain::event::RegisterAnswer, _> = other.post("/v1/register/query", &ask).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::NotYours);
    // By blob.
    let piece: Result<serde_bytes::ByteBuf, _> = other.get(&format!("/v1/blobs/{id}/0")).await;
    assert_eq!(piece.unwrap_err().code, ErrorCode::NotYours);
    let request = protocol::blob::KeyRequest { case, blob: id };
    let key: Result<protocol::blob::KeyAnswer, _> =
        other.post(&format!("/v1/blobs/{id}/key"), &request).await;
    assert_eq!(key.unwrap_err().code, ErrorCode::NotYours);
    let offer = super::blobs::offer(&other, case, &blob.0, &blob.1).await;
    let told: Result<protocol::blob::BlobState, _> = other.post(&format!("/v1/blobs/{id}"), &offer).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::NotYours);
    // Even under a case of its own.
    let own = domain::ids::CaseId(crate::support::window::fresh());
    let offer = super::blobs::offer(&other, own, &blob.0, &blob.1).await;
    let told: Result<protocol::blob::BlobState, _> = other.post(&format!("/v1/blobs/{id}"), &offer).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::NotYours);
    // By cursor.
    counter.pull().await;
    other.cursor.clone_from(&counter.cursor);
    assert_eq!(other.pull_once(0, 10).await.unwrap_err().code, ErrorCode::NotYours);
    let mut torn = counter.cursor.clone();
    let middle = torn.len() / 2;
    torn[middle] ^= 1;
    counter.cursor = torn;
    assert_eq!(counter.pull_once(0, 10).await.unwrap_err().code, ErrorCode::NotYours);
    // An officer of the neighbour is not known here at all.
    let mut elsewhere = other.new_case("D001");
    let open = other.draft(&county, &elsewhere, Command::Open);
    let item = {
        let mut open = open;
        open.events = vec![domain::event::Event::CaseOpened {
            matter: "D001".into(),
            matter_name: "演示事项".into(),
            family: domain::matter::Family::Household,
            definition: elsewhere.definition,
            unit: counter.unit.clone(),
        }];
        other.sign(&county, &mut elsewhere, open)
    };
    let outcome = other.outcome(&county, &item).await;
    assert!(matches!(outcome, protocol::push::PushOutcome::Rejected { .. }), "{outcome:?}");
    site.finish().await;
}

async fn the_county_sees_its_stations(kind: Kind) {
    let (site, mut county) = site_with_window(kind, "999901000000").await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let (local, items) = counter.take_in(&session, &HAN).await;
    counter.placed(&session, &items).await;
    county.pull().await;
    assert_eq!(county.local(local.case.id).case.state_words(), "待民警审核");
    site.finish().await;
}
