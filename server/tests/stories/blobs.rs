//! Stored files.

use crate::on_both;
use crate::support::window::{Window, fresh, hash};
use crate::support::{Kind, Site};
use domain::ids::{CaseId, ContentHash};
use gm::{VerifyingKey, envelope};
use protocol::blob::{BlobOffer, BlobState, KeyAnswer, KeyRequest, PIECE};
use protocol::error::ErrorCode;

on_both!(a_file_goes_up_in_pieces_and_comes_down_again, a_damaged_file_is_asked_for_again);

/// A sealed file with its name and key.
pub(super) fn sealed(length: usize) -> (ContentHash, (Vec<u8>, Vec<u8>)) {
    let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
    let (blob, bytes) = gm::blob::encrypt(&content).unwrap();
    (hash(&bytes), (bytes, blob.key.expose().to_vec()))
}

pub(super) async fn offer(window: &Window, case: CaseId, bytes: &[u8], key: &[u8]) -> BlobOffer {
    let server = VerifyingKey::from_slice(&window.enrolled.server_key).unwrap();
    BlobOffer { length: bytes.len() as u64, case, key: envelope::seal_to(&server, key).unwrap() }
}

async fn put(window: &Window, id: &ContentHash, piece: usize, bytes: &[u8]) -> Result<BlobState, ErrorCode> {
    let from = piece * PIECE as usize;
    let to = (from + PIECE as usize).min(bytes.len());
    let response = window.send("PUT", &format!("/v1/blobs/{id}/{piece}"), bytes[from..to].to_vec()).await;
    crate::support::window::read(response).await.map_err(|told| told.code)
}

async fn complete(window: &Window, id: &ContentHash) -> Result<BlobState, ErrorCode> {
    let response = window.send("POST", &format!("/v1/blobs/{id}/complete"), Vec::new()).await;
    crate::support::window::read(response).await.map_err(|told| told.code)
}

pub(super) async fn upload(window: &Window, case: CaseId, id: &ContentHash, bytes: &[u8], key: &[u8]) {
    let offer = offer(window, case, bytes, key).await;
    let state: BlobState = window.post(&format!("/v1/blobs/{id}"), &offer).await.unwrap();
    for piece in state.missing {
        put(window, id, piece as usize, bytes).await.unwrap();
    }
    assert!(complete(window, id).await.unwrap().complete);
}

async fn a_file_goes_up_in_pieces_and_comes_down_again(kind: Kind) {
    let mut site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let mut office = site.window("head-office").await;
    let case = CaseId(fresh());
    let (id, (bytes, key)) = sealed(2 * PIECE as usize + 4321);
    let path = format!("/v1/blobs/{id}");
    let offer = offer(&counter, case, &bytes, &key).await;
    let state: BlobState = counter.post(&path, &offer).await.unwrap();
    assert_eq!(state.missing, [0, 1, 2]);
    // Any order, and again; the server may go away in between.
    assert_eq!(put(&counter, &id, 2, &bytes).await.unwrap().missing, [0, 1]);
    put(&counter, &id, 2, &bytes).await.unwrap();
    site.restart().await;
    counter.url = site.url();
    office.url = site.url();
    let state: BlobState = counter.post(&path, &offer).await.unwrap();
    assert_eq!(state.missing, [0, 1]);
    assert!(!complete(&counter, &id).await.unwrap().complete, "not whole yet");
    let early = office.send("GET", &format!("{path}/0"), Vec::new()).await;
    assert_eq!(early.status().as_u16(), 404);
    put(&counter, &id, 0, &bytes).await.unwrap();
    put(&counter, &id, 1, &bytes).await.unwrap();
    for _ in 0..2 {
        assert!(complete(&counter, &id).await.unwrap().complete);
    }
    // The other window of the unit.
    let mut whole = Vec::new();
    for piece in 0..3 {
        let response = office.send("GET", &format!("{path}/{piece}"), Vec::new()).await;
        whole.extend_from_slice(&response.bytes().await.unwrap());
    }
    assert_eq!(hash(&whole), id);
    let answer: KeyAnswer =
        office.post(&format!("{path}/key"), &KeyRequest { case, blob: id }).await.unwrap();
    assert_eq!(answer.length, bytes.len() as u64);
    assert_eq!(*office.key.open_sealed(&answer.key).unwrap(), key);
    let foreign = KeyRequest { case: CaseId(fresh()), blob: id };
    let told: Result<KeyAnswer, _> = office.post(&format!("{path}/key"), &foreign).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::NotYours);
    site.finish().await;
}

async fn a_damaged_file_is_asked_for_again(kind: Kind) {
    let site = Site::start(kind).await;
    let counter = site.window("counter1").await;
    let case = CaseId(fresh());
    let (id, (bytes, key)) = sealed(PIECE as usize + 99);
    let offer = offer(&counter, case, &bytes, &key).await;
    let path = format!("/v1/blobs/{id}");
    let _: BlobState = counter.post(&path, &offer).await.unwrap();
    let mut wrong = bytes.clone();
    wrong[77] ^= 1;
    put(&counter, &id, 0, &wrong).await.unwrap();
    put(&counter, &id, 1, &bytes).await.unwrap();
    assert_eq!(complete(&counter, &id).await.unwrap_err(), ErrorCode::BlobDamaged);
    let short = counter.send("PUT", &format!("{path}/0"), vec![1; 17]).await;
    assert_eq!(short.status().as_u16(), 422);
    let state: BlobState = counter.post(&path, &offer).await.unwrap();
    assert_eq!(state.missing, [0, 1]);
    upload(&counter, case, &id, &bytes, &key).await;
    let huge = BlobOffer { length: 1 << 40, ..offer };
    let told: Result<BlobState, _> = counter.post(&path, &huge).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::TooLarge);
    site.finish().await;
}
