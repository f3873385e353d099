//! The same business of the same person, asked at the server: its own station is told which case it is, another one
//! since when there is one, and nothing more.

use super::scope::site_with_windows;
use crate::on_both;
use crate::support::window::{HAN, Person, ZHOU};
use crate::support::{Kind, Window};
use domain::command::Command;
use domain::duplicate::Elsewhere;
use domain::event::civil_day;
use domain::ids::CaseId;
use gm::VerifyingKey;
use protocol::duplicates::DuplicateRequest;
use protocol::error::ErrorCode;
use uuid::Uuid;

on_both!(who_may_read_it_is_told_the_case_and_who_may_not_the_day);

async fn ask(window: &Window, case: CaseId, matter: &str, person: &Person) -> Elsewhere {
    let key = VerifyingKey::from_slice(&window.time().await.server_key).unwrap();
    let sealed_number = gm::envelope::seal_to(&key, person.number.as_bytes()).unwrap();
    let request = DuplicateRequest { case, matter: matter.into(), sealed_number };
    let bytes = domain::cbor::to_vec(&request);
    let clear = bytes.windows(person.number.len()).any(|part| part == person.number.as_bytes());
    assert!(!clear, "the number does not travel in clear");
    window.post("/v1/duplicates", &request).await.unwrap()
}

async fn who_may_read_it_is_told_the_case_and_who_may_not_the_day(kind: Kind) {
    let windows = [("other", "999901520000"), ("county", "999901000000")];
    let site = site_with_windows(kind, &windows, None).await;
    let mut counter = site.window("counter1").await;
    let (other, county) = (site.window("other").await, site.window("county").await);
    let session = counter.login("F0001").await;
    let (mut local, items) = counter.take_in(&session, &HAN).await;
    counter.placed(&session, &items).await;
    let case = local.case.id;
    let asking = CaseId(Uuid::from_u128(77));
    let opened = civil_day(local.case.opening.as_ref().unwrap().time.trusted);

    let found = |cases: &[CaseId]| Elsewhere { cases: cases.to_vec(), since: Vec::new() };
    assert_eq!(ask(&counter, asking, "D001", &HAN).await, found(&[case]));
    assert_eq!(ask(&county, asking, "D001", &HAN).await, found(&[case]), "a unit above reads it");
    let told = ask(&other, asking, "D001", &HAN).await;
    assert_eq!(told, Elsewhere { cases: Vec::new(), since: vec![opened] }, "a day, and no case");
    // The case itself, another matter, another person: nothing.
    assert_eq!(ask(&counter, case, "D001", &HAN).await, found(&[]));
    assert_eq!(ask(&counter, asking, "T070", &HAN).await, found(&[]));
    assert_eq!(ask(&other, asking, "D001", &ZHOU).await, found(&[]));
    // What does not open is no question.
    let request = DuplicateRequest { case: asking, matter: "D001".into(), sealed_number: vec![1; 90] };
    let refused: Result<Elsewhere, _> = counter.post("/v1/duplicates", &request).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Unreadable);
    // A second case of another person at the same station stays apart; what was taken back is nothing any more.
    let (_, items) = counter.take_in(&session, &ZHOU).await;
    counter.placed(&session, &items).await;
    assert_eq!(ask(&counter, asking, "D001", &HAN).await, found(&[case]));
    let item = counter.act(&session, &mut local, Command::Withdraw { reason: "改日再来".into() });
    counter.placed(&session, &[item]).await;
    assert_eq!(ask(&counter, asking, "D001", &HAN).await, found(&[]));
    assert_eq!(ask(&other, asking, "D001", &HAN).await, found(&[]));
    site.finish().await;
}
