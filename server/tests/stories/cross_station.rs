//! A case about another station's household: that station reads it, a third one sees nothing.

use super::register::{Changkou, accepted_name_change, hand_over};
use super::scope::site_with_windows;
use crate::on_both;
use crate::support::window::{HAN, change};
use crate::support::{Kind, Window, project_assets};
use domain::ids::CaseId;
use protocol::error::ErrorCode;
use protocol::push::RejectCode;
use protocol::register::{EffectAnswer, QueryRequest};

on_both!(the_home_station_reads_the_case_and_a_third_sees_nothing);

const HOME: &str = "999901520000";
const THIRD: &str = "999902510000";

/// The register with 韩一诺's household kept by the home station.
async fn register_elsewhere() -> (Changkou, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(project_assets().join("demo/people.toml")).unwrap();
    let text: Vec<String> = text
        .split("[[household]]")
        .map(|household| {
            if household.contains(HAN.number) {
                household.replace("999901510000", HOME)
            } else {
                household.to_owned()
            }
        })
        .collect();
    let people = folder.path().join("people.toml");
    std::fs::write(&people, text.join("[[household]]")).unwrap();
    (Changkou::start_with(people).await, folder)
}

async fn key(window: &Window, case: CaseId, id: &domain::ids::ContentHash) -> Result<u64, ErrorCode> {
    let request = protocol::blob::KeyRequest { case, blob: *id };
    let answer: Result<protocol::blob::KeyAnswer, _> =
        window.post(&format!("/v1/blobs/{id}/key"), &request).await;
    answer.map(|one| one.length).map_err(|told| told.code)
}

async fn piece(window: &Window, id: &domain::ids::ContentHash) -> bool {
    window.send("GET", &format!("/v1/blobs/{id}/0"), Vec::new()).await.status().is_success()
}

async fn the_home_station_reads_the_case_and_a_third_sees_nothing(kind: Kind) {
    let (register, _folder) = register_elsewhere().await;
    let windows = [("home", HOME), ("third", THIRD)];
    let site = site_with_windows(kind, &windows, Some(register.settings.clone())).await;
    let mut counter = site.window("counter1").await;
    let (mut home, mut third) = (site.window("home").await, site.window("third").await);
    let session = counter.login("F0001").await;
    let mut local = accepted_name_change(&mut counter, &session).await;
    let case = local.case.id;
    assert!(local.case.home_units.iter().any(|unit| unit.as_str() == HOME));
    let (id, blob) = super::blobs::sealed(100);
    super::blobs::upload(&counter, case, &id, &blob.0, &blob.1).await;

    // The home station has the whole case, with its files.
    home.pull().await;
    assert_eq!(home.local(case).case, local.case);
    assert!(key(&home, case, &id).await.is_ok());
    assert!(piece(&home, &id).await);
    // A third has nothing: by pull, file, key, cursor.
    third.pull().await;
    assert!(third.placed.is_empty());
    assert_eq!(key(&third, case, &id).await, Err(ErrorCode::NotYours));
    assert!(!piece(&third, &id).await);
    third.cursor.clone_from(&home.cursor);
    assert_eq!(third.pull_once(0, 10).await.unwrap_err().code, ErrorCode::NotYours);
    // To read is not to act: the home station changes nothing, asks nothing and adds nothing for the case.
    let county = home.login("X0001").await;
    let mut copy = home.local(case);
    let mut draft = home.draft(&county, &copy, change("change.new_name", "韩一心"));
    draft.events = vec![domain::event::Event::Closed { outcome: domain::event::Outcome::Done }];
    let item = home.sign(&county, &mut copy, draft);
    super::forged::rejected(&home.outcome(&county, &item).await, RejectCode::NoAuthority);
    let ask = QueryRequest {
        case: Some(case),
        query: "person".into(),
        ask: [("number".to_owned(), HAN.number.to_owned())].into(),
    };
    let told: Result<domain::event::RegisterAnswer, _> = home.post("/v1/register/query", &ask).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::NotYours);
    let told: Result<EffectAnswer, _> = home.post("/v1/register/effect", &hand_over(&home, &local)).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::NotYours);
    let offer = super::blobs::offer(&home, case, &blob.0, &blob.1).await;
    let told: Result<protocol::blob::BlobState, _> = home.post(&format!("/v1/blobs/{id}"), &offer).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::NotYours);

    // The register does it, as the case says for whom it was taken in; the home station sees the end.
    let done: EffectAnswer = counter.post("/v1/register/effect", &hand_over(&counter, &local)).await.unwrap();
    assert_eq!(done.refused, "");
    let item = counter.act(&session, &mut local, done.recorded());
    counter.placed(&session, &[item]).await;
    home.pull().await;
    assert_eq!(home.local(case).case.state_words(), "待领取");
    third.cursor.clear();
    third.pull().await;
    assert!(third.placed.is_empty());
    // A case of the station's own household is nobody else's.
    let (own, items) = counter.take_in(&session, &HAN).await;
    counter.placed(&session, &items).await;
    home.pull().await;
    assert!(!home.placed.contains_key(&own.case.id));
    site.finish().await;
}
