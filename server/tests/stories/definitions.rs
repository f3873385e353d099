//! Releases of definitions: published, refused, listed, rolled back; given out at once and signed.

use crate::on_both;
use crate::support::window::{HAN, LocalCase, Session, answer, hash};
use crate::support::{Kind, Site, Window};
use domain::command::Command;
use domain::context::Facts;
use domain::decide::decide;
use domain::event::{Event, EventRecord};
use domain::ids::ContentHash;
use domain::refusal::Refusal;
use protocol::edition::{
    Content, ContentsAnswer, ContentsRequest, MOST_CONTENTS, PublisherCertificate, Release,
};
use protocol::error::ErrorCode;
use protocol::pull::Change;
use protocol::push::RejectCode;
use server::definitions;
use std::io::Read as _;
use std::path::Path;

on_both!(
    a_release_is_published_given_out_and_rolled_back,
    what_is_broken_or_keeps_its_version_is_refused,
    an_open_case_keeps_its_definition_until_it_is_moved,
    a_folder_never_undoes_what_was_published,
);

/// Rewrites a matter's file.
fn rewrite(assets: &Path, file: &str, change: impl FnOnce(&str) -> String) {
    let path = assets.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed, "nothing was changed in {file}");
    std::fs::write(path, changed).unwrap();
}

/// The demo matter with one more material, as its next version.
fn with_material(text: &str, version: u32) -> String {
    let text = text.replace("version = 1", &format!("version = {version}"));
    format!("{text}\n[[material]]\nid = \"extra_proof\"\nname = \"补充证明\"\nrule = \"optional\"\n")
}

fn verified(window: &Window) -> Release {
    let signed = window.edition.release.as_ref().unwrap();
    let holds = |key: &[u8], bytes: &[u8], signature: &[u8]| {
        let key = gm::VerifyingKey::from_slice(key).unwrap();
        key.verify(bytes, &gm::Signature::from_slice(signature).unwrap()).is_ok()
    };
    let certificate: PublisherCertificate = domain::cbor::from_slice(&signed.certificate.bytes).unwrap();
    assert_eq!(certificate.purpose, PublisherCertificate::PURPOSE);
    assert_ne!(certificate.key, window.enrolled.server_key, "the publisher has a key of its own");
    assert!(holds(&window.enrolled.server_key, &signed.certificate.bytes, &signed.certificate.signature));
    assert!(holds(&certificate.key, &signed.release.bytes, &signed.release.signature));
    domain::cbor::from_slice(&signed.release.bytes).unwrap()
}

fn refusal(window: &Window, session: &Session, local: &LocalCase, command: Command) -> Refusal {
    let draft = window.draft(session, local, command);
    let facts = Facts {
        definition: &window.definitions[&local.definition],
        codes: &window.codes,
        calendar: &window.calendar,
        roster: &window.roster,
    };
    decide(&draft.command, &local.case, &draft.context, &facts).unwrap_err()
}

async fn told_of_edition(window: &mut Window) -> bool {
    let answer = window.pull_once(20_000, 500).await.unwrap();
    let told = answer.changes.iter().any(|change| matches!(change, Change::Edition));
    window.take(answer);
    told
}

async fn a_release_is_published_given_out_and_rolled_back(kind: Kind) {
    let site = Site::start(kind).await;
    let assets = site.settings.assets.clone().unwrap();
    let mut counter = site.window("counter1").await;
    let first = verified(&counter);
    assert_eq!((first.number, first.previous), (1, ContentHash::ZERO));
    told_of_edition(&mut counter).await;

    rewrite(&assets, "matters/D001.toml", |text| with_material(text, 2));
    let told = definitions::publish_folder(&site.settings, &assets, "A0001", "加一项材料").await.unwrap();
    assert!(told.contains("第 2 版") && told.contains("加一项材料"), "{told}");
    assert!(told.contains("修改事项 D001 演示事项（第 1 版改为第 2 版）"), "{told}");
    assert!(told.contains("新增材料“补充证明”：要求：可选"), "{told}");
    assert_eq!(told.matches("事项 ").count(), 2, "one matter changed and no other: {told}");

    // The server runs on, and tells its terminals within one waiting pull.
    assert!(told_of_edition(&mut counter).await);
    counter.fetch_edition().await;
    let second = verified(&counter);
    assert_eq!((second.number, second.author.as_str()), (2, "A0001"));
    let old = &first.matters[&"D001".into()];
    let new = &second.matters[&"D001".into()];
    assert_eq!((old.version, new.version), (1, 2));
    assert_eq!(counter.definitions[&new.definition].materials.len(), 1);

    let told = definitions::roll_back_to(&site.settings, 1, "A0001", "").await.unwrap();
    assert!(told.contains("第 3 版") && told.contains("回退到第 1 版"), "{told}");
    assert!(told.contains("取消材料“补充证明”"), "{told}");
    counter.fetch_edition().await;
    let third = verified(&counter);
    assert_eq!(third.matters, first.matters);
    assert_eq!(third.previous, hash(&domain::cbor::to_vec(&second)));

    let list = definitions::list(&site.settings).await.unwrap();
    assert_eq!(list.lines().count(), 3, "{list}");
    assert!(list.lines().next().unwrap().contains("（现行）"), "{list}");
    let again = definitions::roll_back_to(&site.settings, 3, "A0001", "").await.unwrap_err().to_string();
    assert!(again.contains("与现行的第 3 版完全相同"), "{again}");
    let none = definitions::show(&site.settings, 9).await.unwrap_err().to_string();
    assert!(none.contains("没有第 9 版"), "{none}");
    site.finish().await;
}

async fn what_is_broken_or_keeps_its_version_is_refused(kind: Kind) {
    let site = Site::start(kind).await;
    let assets = site.settings.assets.clone().unwrap();
    let publish = async || definitions::publish_folder(&site.settings, &assets, "A0001", "试").await;

    let same = publish().await.unwrap_err().to_string();
    assert!(same.contains("与现行的第 1 版完全相同"), "{same}");

    let good = std::fs::read_to_string(assets.join("matters/D001.toml")).unwrap();
    rewrite(&assets, "matters/D001.toml", |text| text.replace("flow = \"test\"", "flow = \"nowhere\""));
    let broken = publish().await.unwrap_err().to_string();
    assert!(broken.starts_with("matters/D001.toml flow：没有叫“nowhere”的流程"), "{broken}");
    let checked = definitions::check(&assets).unwrap_err().to_string();
    assert_eq!(checked, broken, "the check and the publishing say the same");

    std::fs::write(assets.join("matters/D001.toml"), with_material(&good, 1)).unwrap();
    let unraised = publish().await.unwrap_err().to_string();
    assert!(unraised.starts_with("matters/D001.toml version：内容改了，版本号仍是 1"), "{unraised}");
    assert!(unraised.contains("请把 version 改成 2"), "{unraised}");

    std::fs::write(assets.join("matters/D001.toml"), with_material(&good, 2)).unwrap();
    let silent = definitions::publish_folder(&site.settings, &assets, "A0001", " ").await.unwrap_err();
    assert!(silent.to_string().contains("请写明这次发布的说明"), "{silent}");
    publish().await.unwrap();
    // A version stands for one text for ever, also when another one is in force again.
    definitions::roll_back_to(&site.settings, 1, "A0001", "").await.unwrap();
    let other = with_material(&good, 2).replace("补充证明", "别的证明");
    std::fs::write(assets.join("matters/D001.toml"), other).unwrap();
    let reused = publish().await.unwrap_err().to_string();
    assert!(reused.contains("请把 version 改成 3"), "{reused}");
    assert_eq!(definitions::list(&site.settings).await.unwrap().lines().count(), 3, "nothing else was made");

    // The key was taken away: nothing can be published, and no other key takes its place.
    std::fs::write(assets.join("matters/D001.toml"), with_material(&good, 3)).unwrap();
    let key = site.settings.data.join("publisher.key");
    let away = site.settings.data.join("away.key");
    std::fs::rename(&key, &away).unwrap();
    let keyless = publish().await.unwrap_err().to_string();
    assert!(keyless.contains("publisher.key") && keyless.contains("发布密钥不在这里"), "{keyless}");
    let lent = server::Settings { publisher: Some(away), ..site.settings.clone() };
    definitions::publish_folder(&lent, &assets, "A0001", "借来密钥").await.unwrap();
    site.finish().await;
}

async fn an_open_case_keeps_its_definition_until_it_is_moved(kind: Kind) {
    let site = Site::start(kind).await;
    let assets = site.settings.assets.clone().unwrap();
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let mut local = counter.new_case("D001");
    let old = local.definition;
    let opened = [Command::Open, HAN.read(), answer("one")];
    let items: Vec<_> =
        opened.into_iter().map(|command| counter.act(&session, &mut local, command)).collect();
    counter.placed(&session, &items).await;

    rewrite(&assets, "matters/D001.toml", |text| with_material(text, 2));
    definitions::publish_folder(&site.settings, &assets, "A0001", "加一项材料").await.unwrap();
    counter.fetch_edition().await;
    let new = counter.edition.definitions[&"D001".into()];
    assert_ne!(old, new);
    assert_eq!(counter.new_case("D001").definition, new, "a new case is opened on the new one");

    // The open case goes on by its own, and nobody slips another under it.
    let on = counter.act(&session, &mut local, answer("two"));
    counter.placed(&session, &[on]).await;
    let mut forged = local.clone();
    forged.definition = new;
    let slipped = counter.act(&session, &mut forged, answer("one"));
    super::forged::rejected(&counter.outcome(&session, &slipped).await, RejectCode::Forged);

    // Moved, it goes on by the new one.
    counter.pull().await;
    let mut local = counter.local(local.case.id);
    assert_eq!(local.definition, old);
    local.definition = new;
    let moving = Command::MoveToDefinition { definition: new };
    let moved = counter.act(&session, &mut local, moving.clone());
    counter.placed(&session, &[moved]).await;
    assert_eq!(local.case.opening.as_ref().unwrap().definition, new);
    counter.pull().await;
    let is_move = |one: &EventRecord| matches!(one.event, Event::MovedToDefinition { definition, version: 2 } if definition == new);
    assert!(counter.placed[&local.case.id].iter().any(is_move));
    let mut local = counter.local(local.case.id);
    assert_eq!(local.definition, new);
    let on = counter.act(&session, &mut local, answer("one"));
    counter.placed(&session, &[on]).await;

    // A second time it is the same already; another matter's it can never be.
    assert_eq!(refusal(&counter, &session, &local, moving), Refusal::SameDefinition);
    let other = counter.edition.definitions[&"D002".into()];
    let elsewhere = LocalCase { definition: other, ..local.clone() };
    let moving = Command::MoveToDefinition { definition: other };
    assert_eq!(refusal(&counter, &session, &elsewhere, moving), Refusal::OtherMatter);
    site.finish().await;
}

async fn a_folder_never_undoes_what_was_published(kind: Kind) {
    let mut site = Site::start(kind).await;
    let assets = site.settings.assets.clone().unwrap();
    // What the server was installed with may be followed by what a newer program brings …
    let good = std::fs::read_to_string(assets.join("matters/D001.toml")).unwrap();
    std::fs::write(assets.join("matters/D001.toml"), with_material(&good, 2)).unwrap();
    site.restart().await;
    assert_eq!(definitions::list(&site.settings).await.unwrap().lines().count(), 2);
    // … but what keeps its version is not put in force, and the server starts all the same.
    let other = with_material(&good, 2).replace("补充证明", "别的证明");
    std::fs::write(assets.join("matters/D001.toml"), other).unwrap();
    site.restart().await;
    assert_eq!(definitions::list(&site.settings).await.unwrap().lines().count(), 2);
    // After somebody published, the folder of the installation has nothing to say any more.
    let own = tempfile::tempdir().unwrap();
    let own_assets = crate::support::assets(own.path());
    std::fs::write(own_assets.join("matters/D001.toml"), with_material(&good, 3)).unwrap();
    definitions::publish_folder(&site.settings, &own_assets, "A0001", "本所自己的").await.unwrap();
    std::fs::write(assets.join("matters/D001.toml"), with_material(&good, 7)).unwrap();
    site.restart().await;
    let list = definitions::list(&site.settings).await.unwrap();
    assert!(list.lines().count() == 3 && list.starts_with("第 3 版"), "{list}");
    site.finish().await;
}

/// Many contents come with one question, in bounds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contents_come_together() {
    let site = Site::start(Kind::Sqlite).await;
    let counter = site.window("counter1").await;
    let mut names: Vec<ContentHash> = counter.edition.definitions.values().copied().collect();
    names.extend([counter.edition.codes, counter.edition.calendar]);
    let (mut missing, mut questions, mut travelled) = (names.clone(), 0, 0);
    while !missing.is_empty() {
        let request = ContentsRequest { names: missing.clone() };
        let answer: ContentsAnswer = counter.post("/v1/contents", &request).await.unwrap();
        questions += 1;
        travelled += answer.packed.len();
        let mut plain = Vec::new();
        flate2::read::ZlibDecoder::new(answer.packed.as_slice()).read_to_end(&mut plain).unwrap();
        assert_eq!(plain.len() as u64, answer.length);
        let contents: Vec<Content> = domain::cbor::from_slice(&plain).unwrap();
        assert!(!contents.is_empty() && contents.iter().all(|one| hash(&one.bytes) == one.name));
        missing.retain(|name| !contents.iter().any(|one| one.name == *name));
    }
    println!("{} contents in {questions} answers of together {travelled} bytes", names.len());
    assert!(questions * 20 < names.len(), "{questions} questions for {} contents", names.len());

    let unknown = ContentsRequest { names: vec![ContentHash([1; 32])] };
    let told = counter.post::<ContentsAnswer>("/v1/contents", &unknown).await.unwrap_err();
    assert_eq!(told.code, ErrorCode::NotFound);
    let many = ContentsRequest { names: vec![names[0]; MOST_CONTENTS + 1] };
    let told = counter.post::<ContentsAnswer>("/v1/contents", &many).await.unwrap_err();
    assert_eq!(told.code, ErrorCode::TooLarge);
    site.finish().await;
}

/// Whoever changes a release behind the server's back is found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_changed_in_the_database_is_found() {
    let mut site = Site::start(Kind::Sqlite).await;
    let assets = site.settings.assets.clone().unwrap();
    rewrite(&assets, "matters/D001.toml", |text| with_material(text, 2));
    definitions::publish_folder(&site.settings, &assets, "A0001", "加一项材料").await.unwrap();
    site.stop().await;
    site.settings.assets = None;
    let sound = server::check_store(&site.settings).await.unwrap();
    assert!(sound.faults.is_empty() && sound.releases == 2, "{sound:#?}");
    let file = site.settings.data.join("server.db");
    let copy = std::fs::read(&file).unwrap();
    for deed in [
        "UPDATE definition_release SET signature = zeroblob(64) WHERE number = 1",
        "UPDATE definition_release SET certificate_signature = zeroblob(64) WHERE number = 2",
        "UPDATE definition_release SET body = (SELECT body FROM definition_release WHERE number = 1) \
         WHERE number = 2",
        "DELETE FROM definition_release WHERE number = 1",
        "DELETE FROM definition_release WHERE number = 2",
        "DELETE FROM content WHERE kind = 'calendar'",
    ] {
        let connection = rusqlite::Connection::open(&file).unwrap();
        assert!(connection.execute(deed, []).unwrap() > 0, "{deed}");
        drop(connection);
        let report = server::check_store(&site.settings).await.unwrap();
        assert!(!report.faults.is_empty(), "{deed} was not found");
        for rest in ["server.db-wal", "server.db-shm"] {
            let _ = std::fs::remove_file(site.settings.data.join(rest));
        }
        std::fs::write(&file, &copy).unwrap();
    }
}
