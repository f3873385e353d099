//! Standard addresses: read from a file, published, given out piece by piece.

use crate::on_both;
use crate::support::{Kind, Site, Window};
use protocol::addresses::{AddressPackage, AddressPieceBody, PIECE_ROWS};
use protocol::credential::Signed;
use server::{AddressWords, Fault};
use std::fmt::Write as _;

on_both!(
    a_file_is_published_in_pieces_and_older_ones_go,
    a_new_edition_brings_what_changed_and_takes_away_what_is_gone,
    rows_changed_behind_the_servers_back_are_found,
    a_file_with_faults_changes_nothing
);

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

/// Every address that the package in force names, piece by piece, as a terminal reads them.
async fn given(window: &Window) -> (AddressPackage, Vec<String>) {
    let signed: Signed = window.get("/v1/addresses").await.unwrap();
    let package: AddressPackage = domain::cbor::from_slice(&signed.bytes).unwrap();
    let mut texts = Vec::new();
    for piece in &package.pieces {
        let bytes = piece_of(window, &piece.hash).await;
        assert_eq!((gm::sm3(&bytes).0, bytes.len()), (piece.hash.0, piece.bytes as usize));
        let body: AddressPieceBody = domain::cbor::from_slice(&bytes).unwrap();
        for site in body.sites {
            texts.extend(site.rooms.iter().map(|(code, rest)| format!("{code} {}{rest}", site.text)));
        }
    }
    assert_eq!(texts.len(), package.rows as usize);
    (package, texts)
}

async fn piece_of(window: &Window, name: &domain::ids::ContentHash) -> Vec<u8> {
    let answer = window.send("GET", &format!("/v1/contents/{name}"), Vec::new()).await;
    assert_eq!(answer.status().as_u16(), 200, "{name}");
    answer.bytes().await.unwrap().to_vec()
}

async fn a_new_edition_brings_what_changed_and_takes_away_what_is_gone(kind: Kind) {
    let site = Site::start(kind).await;
    let window = site.window("counter1").await;
    let first = file("东一路", PIECE_ROWS + 3);
    import(&site, &first).await.unwrap();
    let (before, texts) = given(&window).await;
    let gone = "99990151004002 东一路4002号".to_owned();
    assert!(texts.contains(&gone), "{:?}", texts.last());

    // The next edition has one address less, one under another text, and a new one; the first piece is the same.
    let lines = first.lines().filter(|line| !line.starts_with("99990151004002,"));
    let mut next: String = lines.map(|line| format!("{}\n", line.replace("4003号", "4003号甲"))).collect();
    next.push_str(
        "99990159000001,999901,江城市城关区,东一路,9000号,听雨花园,2幢301室,999901510000,城关派出所\n",
    );
    assert_eq!(import(&site, &next).await.unwrap(), PIECE_ROWS + 3);
    let (after, texts) = given(&window).await;
    assert!(!texts.contains(&gone));
    assert!(texts.contains(&"99990151004003 东一路4003号甲".to_owned()));
    assert!(texts.contains(&"99990159000001 东一路9000号听雨花园2幢301室".to_owned()));
    assert_eq!(after.pieces[0], before.pieces[0], "a piece that did not change is fetched by nobody again");
    assert_ne!(after.pieces[1], before.pieces[1]);
    // A terminal in the middle of the edition before still gets its last piece.
    piece_of(&window, &before.pieces[1].hash).await;

    // The same file again is another edition of the same pieces; a much smaller one leaves nothing of the others.
    import(&site, &next).await.unwrap();
    assert_eq!(given(&window).await.0.pieces, after.pieces);
    for _ in 0..2 {
        import(&site, &file("西街", 1)).await.unwrap();
    }
    assert_eq!(given(&window).await.1, ["99990151000001 西街1号"]);
    for piece in before.pieces.iter().chain(&after.pieces) {
        let answer = window.send("GET", &format!("/v1/contents/{}", piece.hash), Vec::new()).await;
        assert_eq!(answer.status().as_u16(), 404);
    }
    site.finish().await;
}

async fn rows_changed_behind_the_servers_back_are_found(kind: Kind) {
    let mut site = Site::start(kind).await;
    let window = site.window("counter1").await;
    for road in ["东一路", "东二路"] {
        import(&site, &file(road, 3)).await.unwrap();
    }
    let (package, _) = given(&window).await;
    let deeds = [
        (
            "UPDATE address_package SET body = (SELECT body FROM address_package WHERE version = 1) WHERE version = 2",
            "other pieces are kept",
        ),
        (
            "UPDATE content SET body = (SELECT body FROM content WHERE kind = 'calendar' LIMIT 1) \
             WHERE kind = 'address_piece'",
            "is not what its hash says",
        ),
        (
            "UPDATE address_package SET body = (SELECT body FROM edition ORDER BY version DESC LIMIT 1) WHERE version = 1",
            "is not what this server signed",
        ),
        ("DELETE FROM content WHERE kind = 'address_piece'", "is not kept whole"),
    ];
    let report = server::check_store(&site.settings).await.unwrap();
    assert_eq!(report.faults, [""; 0]);
    for (at, (deed, fault)) in deeds.into_iter().enumerate() {
        site.tamper(deed);
        if at == 1 {
            // What a terminal gets now does not have the name that it asked for, so it keeps none of it.
            let bytes = piece_of(&window, &package.pieces[0].hash).await;
            assert_ne!(gm::sm3(&bytes).0, package.pieces[0].hash.0);
        }
        let report = server::check_store(&site.settings).await.unwrap();
        assert!(report.faults.iter().any(|one| one.contains(fault)), "{deed}: {:#?}", report.faults);
    }
    // A true edition mends what it takes the place of.
    import(&site, &file("东三路", 3)).await.unwrap();
    assert_eq!(given(&window).await.1.len(), 3);
    site.stop().await;
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
