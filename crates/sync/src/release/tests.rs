use super::*;
use domain::ids::MatterId;
use gm::SigningKey;
use protocol::edition::{Origin, SignedRelease};
use serde::Serialize;

struct Publisher {
    server: SigningKey,
    key: SigningKey,
}

impl Publisher {
    fn new() -> Self {
        Self { server: SigningKey::generate().unwrap(), key: SigningKey::generate().unwrap() }
    }

    fn certificate(&self) -> PublisherCertificate {
        let key = self.key.verifying_key().as_bytes().to_vec();
        PublisherCertificate { purpose: PublisherCertificate::PURPOSE.to_owned(), key, at: 1 }
    }

    fn edition(&self, number: u64, content: u8) -> Edition {
        let definition = ContentHash([content; 32]);
        let release = Release {
            number,
            at: 1,
            author: "F0001".to_owned(),
            remark: "试".to_owned(),
            origin: Origin::Published,
            matters: [(MatterId::from("T001"), ReleasedMatter { version: 1, definition })].into(),
            codes: ContentHash([1; 32]),
            calendar: ContentHash([2; 32]),
            packages: Some(ContentHash([3; 32])),
            previous: ContentHash::ZERO,
        };
        Edition {
            definitions: [(MatterId::from("T001"), definition)].into(),
            codes: release.codes,
            calendar: release.calendar,
            packages: release.packages,
            roster: 1,
            release: Some(SignedRelease {
                certificate: sign(&self.server, &self.certificate()),
                release: sign(&self.key, &release),
            }),
        }
    }

    fn prove(&self, edition: &Edition, here: Option<&InForce>) -> std::result::Result<(), &'static str> {
        prove(&self.server.verifying_key(), edition, here).map(|_| ()).map_err(|fault| fault.code())
    }
}

fn sign(key: &SigningKey, thing: &impl Serialize) -> Signed {
    let bytes = domain::cbor::to_vec(thing);
    let signature = key.sign(&bytes).unwrap().as_bytes().to_vec();
    Signed { bytes, signature }
}

fn in_force(edition: &Edition, number: u64) -> InForce {
    InForce { number, name: hash(&edition.release.as_ref().unwrap().release.bytes) }
}

#[test]
fn what_the_publisher_signed_is_taken_and_nothing_else() {
    let publisher = Publisher::new();
    let good = publisher.edition(2, 7);
    assert_eq!(publisher.prove(&good, None), Ok(()));

    let mut other = good.clone();
    other.definitions.insert(MatterId::from("T001"), ContentHash([8; 32]));
    assert_eq!(publisher.prove(&other, None), Err("RELEASE_FORGED"), "another definition than was signed");
    let mut other = good.clone();
    other.codes = ContentHash([9; 32]);
    assert_eq!(publisher.prove(&other, None), Err("RELEASE_FORGED"), "other code tables");
    let mut other = good.clone();
    let bytes = &mut other.release.as_mut().unwrap().release.bytes;
    *bytes.last_mut().unwrap() ^= 1;
    assert_eq!(publisher.prove(&other, None), Err("RELEASE_FORGED"), "an altered release");
    assert_eq!(Publisher::new().prove(&good, None), Err("RELEASE_FORGED"), "another server's publisher");
    let other = Edition { release: None, ..good };
    assert_eq!(publisher.prove(&other, None), Err("RELEASE_UNSIGNED"));
}

#[test]
fn a_key_that_the_server_certified_for_something_else_may_not_publish() {
    let publisher = Publisher::new();
    let mut edition = publisher.edition(1, 7);
    let other = PublisherCertificate { purpose: "anything".to_owned(), ..publisher.certificate() };
    edition.release.as_mut().unwrap().certificate = sign(&publisher.server, &other);
    assert_eq!(publisher.prove(&edition, None), Err("RELEASE_FORGED"));
}

#[test]
fn numbers_only_go_up_and_a_number_is_one_release() {
    let publisher = Publisher::new();
    let (old, new) = (publisher.edition(2, 7), publisher.edition(3, 8));
    let here = in_force(&new, 3);
    assert_eq!(publisher.prove(&new, Some(&here)), Ok(()));
    assert_eq!(publisher.prove(&old, Some(&here)), Err("RELEASE_OLDER"));
    assert_eq!(publisher.prove(&publisher.edition(3, 9), Some(&here)), Err("RELEASE_FORGED"));
    assert_eq!(publisher.prove(&publisher.edition(4, 7), Some(&here)), Ok(()), "old contents, newer release");
}
