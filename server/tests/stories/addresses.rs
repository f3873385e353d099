//! Standard addresses: read from a file, published, given out piece by piece.

use crate::on_both;
use crate::support::{Kind, Site};
use protocol::addresses::{AddressPackage, AddressPieceBody, PIECE_ROWS};
use protocol::credential::Signed;
use server::{AddressWords, Fault};
use std::fmt::Write as _;

on_both!(a_file_is_published_in_pieces_and_older_ones_go, a_file_with_faults_changes_nothing);

const HEADER: &str = "标准地址编码,行政区划代码,行政区划名称,街路巷,门牌号,小区,楼室,派出所代码,派出所名称\n";

fn file(road: &str, rows: u32) -> String {
    let mut text = HEADER.to_owned();
    for number in 1..=rows {
        writeln!(text, "99990151{number:06},999901,江城市城关区,{road},{number}号,,,999901510000,城关派出所")
            .unwrap();
    }
    text
}

async fn import(site: &Site, text: &str) -> Result<u32, Fault> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("addresses.csv");
    std::fs::write(&path, text).unwrap();
    let words = AddressWords { title: "演示".into(), source: "虚构".into(), day: "2026-11-22".into() };
    server::import_addresses(&site.settings, &path, &words).await
}

async fn a_file_is_published_in_pieces_and_older_ones_go(kind: Kind) {
    let site = Site::start(kind).await;
    let window = site.window("counter1").await;
    assert!(window.get::<Signed>("/v1/addresses").await.is_err(), "nothing was published");
    let mut before: Vec<String> = Vec::new();
    for road in ["东一路", "东二路", "东三路"] {
        assert_eq!(import(&site, &file(road, PIECE_ROWS + 2)).await.unwrap(), PIECE_ROWS + 2);
        let signed: Signed = window.get("/v1/addresses").await.unwrap();
        let key = gm::VerifyingKey::from_slice(&window.enrolled.server_key).unwrap();
        key.verify(&signed.bytes, &gm::Signature::from_slice(&signed.signature).unwrap()).unwrap();
        let package: AddressPackage = domain::cbor::from_slice(&signed.bytes).unwrap();
        assert!(package.demo, "divisions of no edition of GB/T 2260");
        assert_eq!(package.divisions["999901"], "江城市城关区");
        let rows: Vec<u32> = package.pieces.iter().map(|piece| piece.rows).collect();
        assert_eq!(rows, [PIECE_ROWS, 2]);
        let mut texts = Vec::new();
        for piece in &package.pieces {
            let path = format!("/v1/contents/{}", piece.hash);
            let bytes = window.send("GET", &path, Vec::new()).await.bytes().await.unwrap();
            assert_eq!(gm::sm3(&bytes).0, piece.hash.0);
            let body: AddressPieceBody = domain::cbor::from_slice(&bytes).unwrap();
            texts.extend(body.sites.into_iter().map(|site| site.text));
            before.push(path);
        }
        assert_eq!((texts[0].as_str(), texts.len()), (format!("{road}1号").as_str(), 4002));
    }
    // The package before the last is still there for a terminal in the middle of it; the first is gone.
    for (place, path) in before.iter().enumerate() {
        let status = window.send("GET", path, Vec::new()).await.status().as_u16();
        assert_eq!(status, if place < 2 { 404 } else { 200 }, "{place}");
    }
    site.finish().await;
}

async fn a_file_with_faults_changes_nothing(kind: Kind) {
    let site = Site::start(kind).await;
    let window = site.window("counter1").await;
    import(&site, &file("东一路", 3)).await.unwrap();
    let before: Signed = window.get("/v1/addresses").await.unwrap();
    let broken = format!(
        "{}99990151000002,999901,江城市城关区,西路,1号,,,999901510000,城关派出所\n",
        file("东一路", 3)
    );
    match import(&site, &broken).await {
        Err(Fault::AddressFile(lines)) => {
            assert_eq!(lines.len(), 1);
            assert!(lines[0].starts_with("第 5 行："), "{lines:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(window.get::<Signed>("/v1/addresses").await.unwrap(), before);
    site.finish().await;
}
