//! A release of definitions at a terminal: in force whole and proved, or not at all.

use crate::support::counter::Counter;
use crate::support::proxy::Lie;
use crate::support::{House, copy_folder, settings, wait_for};
use domain::ids::{ContentHash, MatterId};
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use protocol::edition::{Content, ContentsAnswer, Edition, Release};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use store::table::content;

fn version_of(text: &str) -> String {
    text.lines().find(|line| line.starts_with("version = ")).unwrap().to_owned()
}

/// A folder with the project's definitions in which one matter has one more material and the next version.
fn changed_assets(folder: &Path) -> PathBuf {
    let assets = folder.join("changed");
    let project = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets"));
    for part in domain::catalogue::FOLDERS {
        copy_folder(&project.join(part), &assets.join(part));
    }
    let file = assets.join("matters/T042.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let version = version_of(&text);
    let text = text.replacen(&version, "version = 900", 1)
        + "\n[[material]]\nid = \"extra_proof\"\nname = \"补充证明\"\nrule = \"optional\"\n";
    std::fs::write(file, text).unwrap();
    assets
}

fn publish(house: &House, assets: &Path) {
    let settings = settings(&house.data());
    let published = server::definitions::publish_folder(&settings, assets, "A0001", "加一项材料");
    house.runtime.block_on(published).unwrap();
}

fn edition(counter: &Counter) -> Edition {
    domain::cbor::from_slice(&counter.value("edition").unwrap()).unwrap()
}

fn release(counter: &Counter) -> Release {
    domain::cbor::from_slice(&edition(counter).release.unwrap().release.bytes).unwrap()
}

fn has(counter: &Counter, name: ContentHash) -> bool {
    counter.store.read(|connection| content::get(connection, name)).unwrap().is_some()
}

fn all_here(counter: &Counter) -> bool {
    let edition = edition(counter);
    let named = edition.definitions.values().chain([&edition.codes, &edition.calendar]);
    named.chain(&edition.packages).all(|name| has(counter, *name))
}

fn told(path: &str, body: Vec<u8>, change: impl FnOnce(&mut Edition)) -> Vec<u8> {
    if !path.starts_with("/v1/edition") {
        return body;
    }
    let mut edition: Edition = domain::cbor::from_slice(&body).unwrap();
    change(&mut edition);
    domain::cbor::to_vec(&edition)
}

const LIES: [(&str, &str, Lie); 5] = [
    ("another definition than was signed", "RELEASE_FORGED", |path, body| {
        told(path, body, |edition| {
            let other = edition.definitions[&MatterId::from("T001")];
            edition.definitions.insert(MatterId::from("T042"), other);
        })
    }),
    ("another author of the release", "RELEASE_FORGED", |path, body| {
        told(path, body, |edition| {
            edition.release.as_mut().unwrap().release.signature[7] ^= 1;
        })
    }),
    ("a release altered and left unsigned", "RELEASE_FORGED", |path, body| {
        told(path, body, |edition| {
            let signed = edition.release.as_mut().unwrap();
            let mut release: Release = domain::cbor::from_slice(&signed.release.bytes).unwrap();
            release.matters.remove(&MatterId::from("T042"));
            edition.definitions.remove(&MatterId::from("T042"));
            signed.release.bytes = domain::cbor::to_vec(&release);
        })
    }),
    ("a publisher that the server never certified", "RELEASE_FORGED", |path, body| {
        told(path, body, |edition| {
            let signed = edition.release.as_mut().unwrap();
            let key = gm::SigningKey::generate().unwrap();
            signed.certificate.signature = key.sign(&signed.certificate.bytes).unwrap().as_bytes().to_vec();
        })
    }),
    ("no release at all", "RELEASE_UNSIGNED", |path, body| {
        told(path, body, |edition| edition.release = None)
    }),
];

#[test]
fn a_release_that_does_not_hold_is_refused_and_the_one_before_stays() {
    let house = House::open();
    let line = house.proxy();
    let mut counter = Counter::open(&house, &line.url(), "柜台一", "J0001");
    let first = edition(&counter);
    assert_eq!(release(&counter).number, 1);
    counter.disconnect();
    let folder = tempfile::tempdir().unwrap();
    publish(&house, &changed_assets(folder.path()));
    for (what, code, lie) in LIES {
        line.set_lie(Some(lie));
        counter.connect();
        let refused = || {
            let mark = counter.value("release_refused").unwrap_or_default();
            domain::cbor::from_slice::<(ContentHash, String)>(&mark).is_ok_and(|(_, told)| told == code)
        };
        wait_for(what, refused);
        counter.disconnect();
        assert_eq!(edition(&counter), first, "{what} was put in force");
        let store = &counter.store;
        store
            .write(store::Priority::Background, |tx| store::table::terminal::put(tx, "release_refused", &[]))
            .unwrap();
    }
    line.set_lie(None);
    counter.connect();
    wait_for("the true release", || release(&counter).number == 2);
    assert!(all_here(&counter));
    assert_eq!(counter.value("release_refused"), Some(Vec::new()), "nothing is refused any more");
    let before = first.definitions[&MatterId::from("T042")];
    assert!(has(&counter, before), "what an open case keeps stays here");

    // An older one, truly signed, comes again: somebody plays back what the server once said.
    counter.disconnect();
    OLD.set(domain::cbor::to_vec(&first)).unwrap();
    line.set_lie(Some(
        |path, body| {
            if path.starts_with("/v1/edition") { OLD.get().unwrap().clone() } else { body }
        },
    ));
    counter.connect();
    wait_for("the old release", || {
        let mark = counter.value("release_refused").unwrap_or_default();
        domain::cbor::from_slice::<(ContentHash, String)>(&mark)
            .is_ok_and(|(_, told)| told == "RELEASE_OLDER")
    });
    assert_eq!(release(&counter).number, 2);
}

static OLD: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
static ANSWERS: AtomicUsize = AtomicUsize::new(0);
/// So many contents get through in one answer, and after so many answers the line is dead.
const TRICKLE: usize = 7;
const ANSWERS_BEFORE_DEATH: usize = 3;

fn trickle(path: &str, body: Vec<u8>) -> Vec<u8> {
    if path != "/v1/contents" {
        return body;
    }
    if ANSWERS.fetch_add(1, Ordering::SeqCst) >= ANSWERS_BEFORE_DEATH {
        return Vec::new();
    }
    let answer: ContentsAnswer = domain::cbor::from_slice(&body).unwrap();
    let mut plain = Vec::new();
    ZlibDecoder::new(answer.packed.as_slice()).read_to_end(&mut plain).unwrap();
    let mut contents: Vec<Content> = domain::cbor::from_slice(&plain).unwrap();
    contents.truncate(TRICKLE);
    let plain = domain::cbor::to_vec(&contents);
    let mut packer = ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(&plain).unwrap();
    let answer = ContentsAnswer { packed: packer.finish().unwrap(), length: plain.len() as u64 };
    domain::cbor::to_vec(&answer)
}

/// Every matter changes, the line dies in the middle of fetching them, the engine ends and begins again: until the
/// last one is here the release before is in force, whole.
#[test]
fn interrupted_in_the_middle_the_release_before_is_whole_and_the_rest_is_fetched_later() {
    let house = House::open();
    let line = house.proxy();
    let mut counter = Counter::open(&house, &line.url(), "柜台一", "J0001");
    let first = edition(&counter);
    counter.disconnect();
    let folder = tempfile::tempdir().unwrap();
    let assets = changed_assets(folder.path());
    for entry in std::fs::read_dir(assets.join("matters")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, text.replacen(&version_of(&text), "version = 900", 1)).unwrap();
    }
    publish(&house, &assets);
    line.set_lie(Some(trickle));
    counter.connect();
    wait_for("a dead line", || ANSWERS.load(Ordering::SeqCst) > ANSWERS_BEFORE_DEATH);
    counter.disconnect();
    assert_eq!(edition(&counter), first, "a part of a release is no release");
    assert!(all_here(&counter));
    line.set_lie(None);
    counter.connect();
    wait_for("the whole release", || release(&counter).number == 2);
    assert!(all_here(&counter));
    assert!(edition(&counter).definitions.iter().all(|(id, name)| first.definitions[id] != *name));
}
