//! Log-in, wrong passwords, closed accounts, released database keys.

use crate::on_both;
use crate::support::window::HAN;
use crate::support::{Kind, Site};
use domain::command::Command;
use gm::{SigningKey, VerifyingKey, envelope};
use protocol::error::ErrorCode;
use protocol::login::{LoginAnswer, LoginRequest};
use protocol::push::RejectCode;

on_both!(
    wrong_passwords_wait_longer_and_longer_and_lock,
    a_closed_store_is_opened_by_an_officer_the_server_knows,
    an_officer_who_lost_the_post_is_refused,
);

async fn wrong_passwords_wait_longer_and_longer_and_lock(kind: Kind) {
    let site = Site::start(kind).await;
    let counter = site.window("counter1").await;
    let key = SigningKey::generate().unwrap();
    let wrong = counter.try_login("F0001", "wrong", &key).await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::WrongPassword);
    // At once again: not even the right one is looked at.
    let early = counter.try_login("F0001", "jiangcheng-F0001", &key).await.unwrap_err();
    assert_eq!(early.code, ErrorCode::Locked);
    assert!(early.retry_after.unwrap() <= 1000);
    tokio::time::sleep(std::time::Duration::from_millis(u64::from(early.retry_after.unwrap()) + 50)).await;
    counter.try_login("F0001", "jiangcheng-F0001", &key).await.unwrap();
    // Others are not held up, and a name that nobody has is answered as a wrong password.
    counter.try_login("J0001", "jiangcheng-J0001", &key).await.unwrap();
    assert_eq!(counter.try_login("N0001", "x", &key).await.unwrap_err().code, ErrorCode::WrongPassword);
    // Tries side by side count each: of many only one is looked at before the first wait.
    let tries = (0..8).map(|_| counter.try_login("J0003", "wrong", &key));
    let told = futures::future::join_all(tries).await;
    let looked_at = told
        .iter()
        .filter(|one| one.as_ref().is_err_and(|told| told.code == ErrorCode::WrongPassword))
        .count();
    assert_eq!(looked_at, 1);
    site.finish().await;
}

async fn a_closed_store_is_opened_by_an_officer_the_server_knows(kind: Kind) {
    let site = Site::start(kind).await;
    let counter = site.window("counter1").await;
    let escrow = VerifyingKey::from_slice(&counter.enrolled.escrow_key).unwrap();
    let server = VerifyingKey::from_slice(&counter.enrolled.server_key).unwrap();
    let key = SigningKey::generate().unwrap();
    let mut request = LoginRequest {
        officer: "F0001".into(),
        sealed_password: envelope::seal_to(&server, b"jiangcheng-F0001").unwrap(),
        officer_key: key.verifying_key().as_bytes().to_vec(),
        escrow: envelope::seal_to(&escrow, &[7; 16]).unwrap(),
    };
    let answer: LoginAnswer = counter.post("/v1/login", &request).await.unwrap();
    assert_eq!(*key.open_sealed(&answer.database_key).unwrap(), [7; 16]);
    // Not for an envelope to somebody else.
    request.escrow = envelope::seal_to(&server, &[7; 16]).unwrap();
    let refused: Result<LoginAnswer, _> = counter.post("/v1/login", &request).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Unreadable);
    site.finish().await;
}

async fn an_officer_who_lost_the_post_is_refused(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let mut local = counter.new_case("D001");
    let open = counter.act(&session, &mut local, Command::Open);
    counter.placed(&session, &[open]).await;
    // Done without network before the change, by the roster of then.
    let offline = counter.act(&session, &mut local, HAN.read());
    // The auxiliary leaves.
    let file = site.settings.assets.clone().unwrap().join("demo/officers.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, after) = text.split_once("[[officer]]\nlogin = \"F0001\"").unwrap();
    let rest = after.split_once("[[officer]]").unwrap().1;
    std::fs::write(&file, format!("{before}[[officer]]{rest}")).unwrap();
    server::prepare_demo(&site.settings).await.unwrap();

    let outcome = counter.outcome(&session, &offline).await;
    let refusal = super::forged::rejected(&outcome, RejectCode::NoLongerHolds);
    assert_eq!(refusal, Some("POST_NOT_HELD"));
    // With the new roster named it was not there then either.
    counter.fetch_edition().await;
    assert_eq!(counter.roster.version, 2);
    let mut again = counter.new_case("D001");
    let mut draft = counter.draft(&session, &again, Command::Open);
    draft.events = vec![domain::event::Event::Closed { outcome: domain::event::Outcome::Done }];
    let item = counter.sign(&session, &mut again, draft);
    super::forged::rejected(&counter.outcome(&session, &item).await, RejectCode::NoAuthority);
    let told = counter.try_login("F0001", "jiangcheng-F0001", &session.officer_key).await.unwrap_err();
    assert_eq!(told.code, ErrorCode::AccountClosed);
    site.finish().await;
}
