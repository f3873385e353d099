//! The UKey: the virtual key's library (GM/T 0016), loaded by the host as it would load a maker's.

use std::path::{Path, PathBuf};
use std::time::Duration;

use driver_contract::{Accessibility, DeviceClass, FaultCode, Outcome, Pin, Task, UkeyAnswer, UkeyCommand};
use gm::envelope::seal_to;
use gm::{Signature, sm3};
use rustix::process::{Signal, kill_process};
use serde_json::json;
use skf_virtual::{Control, KeyFault, Keystore, VARIABLE};

use crate::post::{LONG, Post};

/// For faults that only a deadline ends.
const SOON: Duration = Duration::from_secs(4);

const PIN: &str = "97531864";
const CONTAINER: &str = "counter";

struct Counter {
    post: Post,
    keys: PathBuf,
    key: Keystore,
}

/// The library, as cargo built it beside the tests.
fn library() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let place = here.ancestors().map(|above| above.join("libskf_virtual.so")).find(|file| file.exists());
    place.expect("cargo builds the virtual key's library with the tests")
}

impl Counter {
    fn new() -> Self {
        Self::with(&json!({ "decrypt": "ecc_decrypt" }))
    }

    fn with(settings: &serde_json::Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // A copy: rights are taken from it, and it is replaced.
        let file = folder.path().join("libmaker.so");
        std::fs::copy(library(), &file).unwrap();
        let keys = folder.path().join("keys");
        std::fs::create_dir(&keys).unwrap();
        let mut key = Keystore::generate("演示钥匙", PIN, CONTAINER).unwrap();
        key.certify().unwrap();
        key.save(&keys).unwrap();
        let entry = json!({ "driver": "skf", "path": file.to_str().unwrap(), "name": "演示密码钥匙",
            "attestation": "virtual", "settings": settings });
        let post = Post::new(DeviceClass::Ukey, folder, &entry);
        let post = post.with_environment(&[(VARIABLE, keys.to_str().unwrap())]);
        Self { post, keys, key }
    }

    fn library(&self) -> PathBuf {
        Path::new(self.post.device.local()).to_owned()
    }

    fn goes_wrong(&self, fault: KeyFault, function: &str) {
        Control { fault, function: function.to_owned() }.set(&self.keys).unwrap();
    }

    fn ask(&mut self, command: UkeyCommand) -> Result<UkeyAnswer, FaultCode> {
        match self.post.run(Task::Ukey(command), LONG) {
            Ok(Outcome::Ukey(answer)) => Ok(answer),
            Ok(other) => panic!("{other:?}"),
            Err(fault) => {
                crate::post::told(&fault);
                assert!(!format!("{fault:?} {fault}").contains(PIN), "the PIN in a fault");
                Err(fault.code)
            }
        }
    }

    fn sign(&mut self, pin: &str) -> Result<UkeyAnswer, FaultCode> {
        let digest = sm3(b"a page that is signed").0.to_vec();
        self.ask(UkeyCommand::Sign { container: CONTAINER.into(), pin: Pin(pin.into()), digest })
    }

    fn signs_again(&mut self) {
        self.goes_wrong(KeyFault::None, "");
        self.key.save(&self.keys).unwrap();
        let answer = self.sign(PIN);
        let Ok(UkeyAnswer::Signature { signature }) = &answer else { panic!("{answer:?}") };
        let public = self.key.containers[0].signing_key().unwrap().verifying_key();
        let signature = Signature::from_slice(signature).unwrap();
        public.verify_digest(&sm3(b"a page that is signed").0, &signature).unwrap();
    }

    /// A key that does this when it is to sign.
    fn shows(fault: KeyFault, function: &str, code: FaultCode) {
        let mut counter = Self::new();
        counter.goes_wrong(fault, function);
        assert_eq!(counter.sign(PIN).unwrap_err(), code);
        counter.signs_again();
    }
}

#[test]
fn absent() {
    let mut counter = Counter::new();
    counter.goes_wrong(KeyFault::Absent, "");
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    assert_eq!(counter.sign(PIN).unwrap_err(), FaultCode::NoUkey);
    counter.signs_again();
    assert_eq!(counter.post.listed(), Accessibility::Accessible);
}

#[test]
fn denied() {
    let Counter { post, keys, key } = Counter::new();
    let file = Path::new(post.device.local()).to_owned();
    let mut counter = Counter { post: post.without_rights_on(&file), keys, key };
    assert_eq!(counter.post.listed(), Accessibility::PermissionDenied);
    assert_eq!(counter.sign(PIN).unwrap_err(), FaultCode::PermissionDenied);
    // The account is another one now: it may read the library and keep the tries.
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(&counter.keys, std::fs::Permissions::from_mode(0o777)).unwrap();
    counter.signs_again();
}

#[test]
fn library_missing() {
    let mut counter = Counter::new();
    let (file, away) = (counter.library(), counter.keys.join("away"));
    std::fs::rename(&file, &away).unwrap();
    assert_eq!(counter.sign(PIN).unwrap_err(), FaultCode::LibraryMissing);
    std::fs::rename(&away, &file).unwrap();
    counter.signs_again();
}

#[test]
fn library_of_another_kind() {
    let mut counter = Counter::new();
    let file = counter.library();
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, b"\x7fELF and nothing else").unwrap();
    assert_eq!(counter.sign(PIN).unwrap_err(), FaultCode::LibraryMissing);
    std::fs::remove_file(&file).unwrap();
    std::fs::copy(library(), &file).unwrap();
    counter.signs_again();
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Counter::new();
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    assert_eq!(counter.sign(PIN).unwrap_err(), FaultCode::Busy);
    other.close(&counter.post.device, LONG).unwrap();
    counter.signs_again();
}

#[test]
fn unplugged_while_idle() {
    let mut counter = Counter::new();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.goes_wrong(KeyFault::Absent, "");
    assert_eq!(counter.sign(PIN).unwrap_err(), FaultCode::NoUkey);
    counter.signs_again();
}

#[test]
fn unplugged_in_mid_signing() {
    Counter::shows(KeyFault::Pulled, "SKF_ECCSignData", FaultCode::Unplugged);
}

#[test]
fn hangs() {
    let mut counter = Counter::new();
    counter.goes_wrong(KeyFault::Hang, "SKF_ECCSignData");
    let digest = vec![7; 32];
    let command = UkeyCommand::Sign { container: CONTAINER.into(), pin: Pin(PIN.into()), digest };
    counter.post.fails(Task::Ukey(command), SOON, FaultCode::HostHung);
    counter.signs_again();
}

#[test]
fn library_crashes() {
    Counter::shows(KeyFault::Crash, "SKF_VerifyPIN", FaultCode::HostCrashed);
}

#[test]
fn host_killed_in_mid_signing() {
    let mut counter = Counter::new();
    counter.goes_wrong(KeyFault::Slow { milliseconds: 3000 }, "SKF_ECCSignData");
    let device = counter.post.device.clone();
    let pid = counter.post.pid();
    let command =
        UkeyCommand::Sign { container: CONTAINER.into(), pin: Pin(PIN.into()), digest: vec![7; 32] };
    let running = counter.post.client().begin(&device, Task::Ukey(command), LONG).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    kill_process(pid, Signal::KILL).unwrap();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::HostCrashed);
    counter.signs_again();
}

#[test]
fn slow() {
    let mut counter = Counter::new();
    counter.goes_wrong(KeyFault::Slow { milliseconds: 1500 }, "SKF_ECCSignData");
    assert!(matches!(counter.sign(PIN), Ok(UkeyAnswer::Signature { .. })), "late is no fault");
    counter.goes_wrong(KeyFault::Slow { milliseconds: 60_000 }, "SKF_ECCSignData");
    let command =
        UkeyCommand::Sign { container: CONTAINER.into(), pin: Pin(PIN.into()), digest: vec![7; 32] };
    counter.post.fails(Task::Ukey(command), SOON, FaultCode::HostHung);
    counter.signs_again();
}

#[test]
fn wrong_pin_and_its_tries() {
    let mut counter = Counter::new();
    assert_eq!(counter.sign("00000000").unwrap_err(), FaultCode::PinWrong);
    let told = counter.ask(UkeyCommand::Describe).unwrap();
    let UkeyAnswer::Description { label, serial, tries_left, containers } = told else { panic!("{told:?}") };
    assert_eq!((label.as_str(), serial.as_str(), tries_left), ("演示钥匙", "V0000001", 5));
    assert_eq!(containers, [CONTAINER]);
    counter.signs_again();
}

#[test]
fn pin_locked() {
    let mut counter = Counter::new();
    for _ in 0..5 {
        assert_eq!(counter.sign("00000000").unwrap_err(), FaultCode::PinWrong);
    }
    assert_eq!(counter.sign("00000000").unwrap_err(), FaultCode::PinLocked);
    assert_eq!(counter.sign(PIN).unwrap_err(), FaultCode::PinLocked, "the right one does not help any more");
    // Unlocked by whoever may.
    counter.signs_again();
}

#[test]
fn signature_that_does_not_hold() {
    Counter::shows(KeyFault::BadSignature, "", FaultCode::UkeyBadResult);
}

#[test]
fn signature_of_another_size() {
    Counter::shows(KeyFault::LongSignature, "", FaultCode::UkeyBadResult);
}

#[test]
fn public_key_off_the_curve() {
    Counter::shows(KeyFault::BadPoint, "", FaultCode::UkeyBadResult);
}

#[test]
fn wrong_verdict() {
    let mut counter = Counter::new();
    let command =
        || UkeyCommand::Verify { container: CONTAINER.into(), digest: vec![7; 32], signature: vec![9; 64] };
    assert_eq!(counter.ask(command()), Ok(UkeyAnswer::Verified { good: false }));
    counter.goes_wrong(KeyFault::BadVerdict, "");
    assert_eq!(counter.ask(command()).unwrap_err(), FaultCode::UkeyBadResult);
    counter.signs_again();
}

#[test]
fn no_certificate() {
    let mut counter = Counter::new();
    let command = || UkeyCommand::Certificate { container: CONTAINER.into() };
    let whole = counter.key.clone();
    let mut bare = whole.clone();
    bare.containers[0].certificate.clear();
    bare.save(&counter.keys).unwrap();
    assert_eq!(counter.ask(command()).unwrap_err(), FaultCode::UkeyNoCertificate);
    whole.save(&counter.keys).unwrap();
    let der = hex::decode(&whole.containers[0].certificate).unwrap();
    assert_eq!(counter.ask(command()), Ok(UkeyAnswer::Certificate { der }));
}

#[test]
fn certificate_of_another_key() {
    let mut counter = Counter::new();
    counter.goes_wrong(KeyFault::ForeignCertificate, "");
    let command = UkeyCommand::Certificate { container: CONTAINER.into() };
    assert_eq!(counter.ask(command).unwrap_err(), FaultCode::UkeyBadResult);
    counter.signs_again();
}

#[test]
fn truncated_certificate() {
    let mut counter = Counter::new();
    counter.goes_wrong(KeyFault::Truncated, "");
    let command = UkeyCommand::Certificate { container: CONTAINER.into() };
    assert_eq!(counter.ask(command).unwrap_err(), FaultCode::UkeyBadResult);
    counter.signs_again();
}

#[test]
fn absurd_length() {
    Counter::shows(KeyFault::AbsurdLength, "", FaultCode::LibraryGarbage);
}

#[test]
fn more_bytes_than_announced() {
    Counter::shows(KeyFault::Overlong, "", FaultCode::LibraryGarbage);
}

#[test]
fn key_refuses() {
    Counter::shows(KeyFault::Status { code: 0x0a00_002d }, "SKF_ECCSignData", FaultCode::UkeyRefused);
}

#[test]
fn number_that_the_standard_does_not_have() {
    Counter::shows(KeyFault::Status { code: 0xdead_beef }, "SKF_ECCSignData", FaultCode::DriverFailed);
}

#[test]
fn decrypts_and_notices_a_short_plain_text() {
    let mut counter = Counter::new();
    let public = counter.key.containers[0].decrypting_key().unwrap().verifying_key();
    let sealed = seal_to(&public, b"sixteen byte key").unwrap()[1..].to_vec();
    let command = || UkeyCommand::Decrypt {
        container: CONTAINER.into(),
        pin: Pin(PIN.into()),
        cipher_text: sealed.clone(),
    };
    let plain = UkeyAnswer::Plain { bytes: b"sixteen byte key".to_vec() };
    assert_eq!(counter.ask(command()), Ok(plain));
    counter.goes_wrong(KeyFault::ShortPlain, "");
    assert_eq!(counter.ask(command()).unwrap_err(), FaultCode::UkeyBadResult);
    counter.signs_again();
}

#[test]
fn cipher_text_for_another_key() {
    let mut counter = Counter::new();
    let stranger = gm::SigningKey::generate().unwrap().verifying_key();
    let cipher_text = seal_to(&stranger, b"sixteen byte key").unwrap()[1..].to_vec();
    let command = UkeyCommand::Decrypt { container: CONTAINER.into(), pin: Pin(PIN.into()), cipher_text };
    assert_eq!(counter.ask(command).unwrap_err(), FaultCode::UkeyBadResult);
    counter.signs_again();
}

#[test]
fn decrypting_function_not_named() {
    let mut counter = Counter::with(&json!({}));
    let command =
        UkeyCommand::Decrypt { container: CONTAINER.into(), pin: Pin(PIN.into()), cipher_text: vec![7; 120] };
    assert_eq!(counter.ask(command).unwrap_err(), FaultCode::Unsupported);
    counter.signs_again();
}

#[test]
fn digest_of_another_length_costs_no_try() {
    let mut counter = Counter::new();
    let command =
        UkeyCommand::Sign { container: CONTAINER.into(), pin: Pin("00000000".into()), digest: vec![7; 20] };
    assert_eq!(counter.ask(command).unwrap_err(), FaultCode::BadParameters);
    assert_eq!(Keystore::load(&counter.keys).unwrap().tries_left, 6);
    counter.signs_again();
}

#[test]
fn cancelled_before_the_key_is_asked() {
    let mut counter = Counter::new();
    counter.goes_wrong(KeyFault::Slow { milliseconds: 1000 }, "SKF_ECCSignData");
    let device = counter.post.device.clone();
    let sign = || {
        Task::Ukey(UkeyCommand::Sign {
            container: CONTAINER.into(),
            pin: Pin(PIN.into()),
            digest: vec![7; 32],
        })
    };
    let first = counter.post.client().begin(&device, sign(), LONG).unwrap();
    let second = counter.post.client().begin(&device, sign(), LONG).unwrap();
    second.cancel();
    assert_eq!(second.finish(drop).unwrap_err().code, FaultCode::Cancelled);
    assert!(matches!(first.finish(drop), Ok(Outcome::Ukey(UkeyAnswer::Signature { .. }))));
    counter.signs_again();
}
