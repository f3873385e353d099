//! Foreign code that knows GM/T 0016 (the crate skf-rs) uses the virtual key: it loads the library, finds every function
//! of the standard in it and reads its structures.

#![allow(clippy::unwrap_used, unsafe_code, reason = "a test stops at the first surprise; a variable is set")]

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gm::envelope::seal_to;
use gm::{Signature, sm3};
use skf_api::native::types::{ECCPublicKeyBlob, ECCSignatureBlob};
use skf_rs::{Engine, LibLoader, PIN_TYPE_USER, SkfApp, SkfDevice};
use skf_virtual::{Control, KeyFault, Keystore, VARIABLE};

const PIN: &str = "24680135";

/// The library looks at one variable of the process: one test at a time.
static TURN: Mutex<()> = Mutex::new(());

struct Bench {
    folder: tempfile::TempDir,
    key: Keystore,
    _turn: MutexGuard<'static, ()>,
}

impl Bench {
    fn new() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        let mut key = Keystore::generate("演示钥匙", PIN, "counter").unwrap();
        key.certify().unwrap();
        key.save(folder.path()).unwrap();
        // SAFETY: tests of this program take turns, and nothing else reads the environment meanwhile.
        unsafe { std::env::set_var(VARIABLE, folder.path()) };
        Self { folder, key, _turn: turn }
    }

    fn device(&self) -> Box<dyn SkfDevice> {
        let manager = engine().device_manager().unwrap();
        assert_eq!(manager.enumerate_device_name(true).unwrap(), [self.key.device.as_str()]);
        manager.connect(&self.key.device).unwrap()
    }

    fn goes_wrong(&self, fault: KeyFault, function: &str) {
        Control { fault, function: function.to_owned() }.set(self.folder.path()).unwrap();
    }
}

fn engine() -> Engine {
    let here = std::env::current_exe().unwrap();
    let place = here.ancestors().map(|above| above.join("libskf_virtual.so")).find(|file| file.exists());
    let library: PathBuf = place.expect("cargo builds the library beside its tests");
    Engine::new(LibLoader::of_library_file(library.to_str().unwrap()).unwrap())
}

fn application(device: &dyn SkfDevice) -> Box<dyn SkfApp> {
    assert_eq!(device.enumerate_app_name().unwrap(), ["COUNTER"]);
    device.open_app("COUNTER").unwrap()
}

fn numbers(blob: &ECCSignatureBlob) -> Signature {
    let (r, s) = (blob.r, blob.s);
    assert!(r[..32].iter().chain(&s[..32]).all(|byte| *byte == 0), "right-aligned");
    Signature([&r[32..], &s[32..]].concat().try_into().unwrap())
}

#[test]
fn structures_are_read() {
    let bench = Bench::new();
    let device = bench.device();
    let info = device.info().unwrap();
    assert_eq!((info.label.as_str(), info.serial_number.as_str()), ("演示钥匙", "V0000001"));
    assert_eq!((info.version.major, info.version.minor), (1, 0));
    assert_eq!((info.firmware_version.major, info.firmware_version.minor), (1, 2));
    assert_eq!((info.total_space, info.free_space, info.max_buffer_size), (65_536, 32_768, 4096));
    let application = application(&*device);
    assert_eq!(application.enumerate_container_name().unwrap(), ["counter"]);
    let container = application.open_container("counter").unwrap();
    assert_eq!(container.get_type().unwrap(), 2);
    let der = container.export_certificate(true).unwrap();
    assert_eq!(hex::encode(der), bench.key.containers[0].certificate);
    let key = container.ecc_export_public_key(true).unwrap();
    let public = bench.key.containers[0].signing_key().unwrap().verifying_key();
    assert_eq!(key.len(), size_of::<ECCPublicKeyBlob>());
    assert_eq!([&key[36..68], &key[100..132]].concat(), public.as_bytes()[1..]);
    assert!(application.open_container("other").is_err());
}

#[test]
fn signs_after_the_pin_alone() {
    let bench = Bench::new();
    let device = bench.device();
    let application = application(&*device);
    let container = application.open_container("counter").unwrap();
    let digest = sm3(b"what is to be signed").0;
    assert!(container.ecc_sign(&digest).is_err(), "nobody logged in");
    application.verify_pin(PIN_TYPE_USER, PIN).unwrap();
    let blob = container.ecc_sign(&digest).unwrap();
    let public = bench.key.containers[0].signing_key().unwrap().verifying_key();
    public.verify_digest(&digest, &numbers(&blob)).unwrap();

    let mut key = ECCPublicKeyBlob { bit_len: 256, ..ECCPublicKeyBlob::default() };
    key.x_coordinate[32..].copy_from_slice(&public.as_bytes()[1..33]);
    key.y_coordinate[32..].copy_from_slice(&public.as_bytes()[33..]);
    device.ecc_verify(&key, &digest, &blob).unwrap();
    assert!(device.ecc_verify(&key, &sm3(b"something else").0, &blob).is_err());
    application.clear_secure_state().unwrap();
    assert!(container.ecc_sign(&digest).is_err(), "logged out");
}

#[test]
fn a_pin_locks_after_its_tries() {
    let bench = Bench::new();
    let device = bench.device();
    let application = application(&*device);
    for left in (0..6).rev() {
        assert!(application.verify_pin(PIN_TYPE_USER, "00000000").is_err());
        assert_eq!(application.pin_info(PIN_TYPE_USER).unwrap().remain_retry_count, left);
    }
    let error = application.verify_pin(PIN_TYPE_USER, PIN).unwrap_err();
    assert!(
        format!("{error:?}").contains(&0x0a00_0025_u32.to_string()),
        "locked, the right PIN too: {error:?}"
    );
}

#[test]
fn a_pulled_key_is_gone_and_comes_back() {
    let bench = Bench::new();
    let device = bench.device();
    bench.goes_wrong(KeyFault::Absent, "");
    assert!(device.info().is_err());
    let manager = engine().device_manager().unwrap();
    assert!(manager.enumerate_device_name(true).unwrap().is_empty());
    assert_eq!(manager.device_state(&bench.key.device).unwrap(), 0);
    bench.goes_wrong(KeyFault::None, "");
    assert_eq!(manager.device_state(&bench.key.device).unwrap(), 1);
    assert!(bench.device().info().is_ok());
}

#[test]
fn what_is_sealed_to_the_key_stays_sealed_to_others() {
    let bench = Bench::new();
    let container = &bench.key.containers[0];
    let public = container.decrypting_key().unwrap().verifying_key();
    let sealed = seal_to(&public, b"sixteen byte key").unwrap();
    assert!(container.signing_key().unwrap().open_sealed(&sealed).is_err(), "two pairs");
    assert_eq!(*container.decrypting_key().unwrap().open_sealed(&sealed).unwrap(), b"sixteen byte key");
}
