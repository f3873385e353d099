//! A UKey as the host sees it.
//!
//! The key is connected for each request and let go after it: a key that was pulled meanwhile, and plugged in again, is
//! the same key to the officer, and nothing stays logged in between two requests.

use std::sync::Arc;

use driver_contract::{
    Capabilities, DeviceClass, DeviceInfo, DeviceModel, Fault, FaultCode, OpenDevice, Outcome, Pin, Task,
    TaskContext, UkeyAnswer, UkeyCommand,
};
use gm::{Signature, VerifyingKey};

use super::blobs::{CipherBlob, SignatureBlob};
use super::error::UkeyError;
use super::factory::Settings;
use super::ffi::{Application, Container, Key, Library};
use crate::mutants::planted;

/// A UKey that can be asked.
pub(super) struct Ukey {
    info: DeviceInfo,
    library: Arc<Library>,
    settings: Settings,
    alive: bool,
}

impl Ukey {
    /// Connects once, to see what it is.
    pub(super) fn open(
        mut info: DeviceInfo,
        library: Arc<Library>,
        settings: Settings,
    ) -> Result<Self, UkeyError> {
        let key = settings.connect(&library)?;
        let told = key.info()?;
        if info.maker.is_empty() {
            info.maker = told.maker;
        }
        info.model = DeviceModel { model: told.label, serial: told.serial, firmware: told.firmware };
        let containers = settings.application(&key).and_then(|application| application.containers());
        info.capabilities = Capabilities::Ukey {
            certificates: containers.map_or(0, |names| u32::try_from(names.len()).unwrap_or(u32::MAX)),
        };
        Ok(Self { info, library, settings, alive: true })
    }

    fn ask(&self, command: &UkeyCommand) -> Result<UkeyAnswer, UkeyError> {
        let key = self.settings.connect(&self.library)?;
        let application = self.settings.application(&key)?;
        match command {
            UkeyCommand::Describe => describe(&key, &application),
            UkeyCommand::Certificate { container } => {
                let container = application.container(container)?;
                let der = container.certificate()?;
                belongs(&der, &public_key(&container)?)?;
                Ok(UkeyAnswer::Certificate { der })
            }
            UkeyCommand::Sign { container, pin, digest } => sign(&application, container, pin, digest),
            UkeyCommand::Verify { container, digest, signature } => {
                verify(&key, &application, container, digest, signature)
            }
            UkeyCommand::Decrypt { container, pin, cipher_text } => {
                self.decrypt(&application, container, pin, cipher_text)
            }
        }
    }

    fn decrypt(
        &self,
        application: &Application,
        container: &str,
        pin: &Pin,
        cipher_text: &[u8],
    ) -> Result<UkeyAnswer, UkeyError> {
        let how = self.settings.decrypting.ok_or(UkeyError::Unsupported(
            "GM/T 0016 has no decryption for a container's key; settings.decrypt does not name the maker's",
        ))?;
        let blob = CipherBlob::of(cipher_text).ok_or(UkeyError::BadRequest("not a cipher text"))?;
        let container = application.container(container)?;
        let _login = application.log_in(&pin.0)?;
        let bytes = container.decrypt(&blob, how)?;
        if bytes.len() != blob.plain_length() {
            return Err(UkeyError::BadResult("a plain text of another length than the cipher text's"));
        }
        Ok(UkeyAnswer::Plain { bytes })
    }
}

fn describe(key: &Key, application: &Application) -> Result<UkeyAnswer, UkeyError> {
    let info = key.info()?;
    Ok(UkeyAnswer::Description {
        label: info.label,
        serial: info.serial,
        tries_left: application.tries_left()?,
        containers: application.containers()?,
    })
}

fn public_key(container: &Container<'_>) -> Result<VerifyingKey, UkeyError> {
    let point = container.public_key()?.point();
    point
        .and_then(|point| VerifyingKey::from_bytes(&point).ok())
        .ok_or(UkeyError::BadResult("a public key that is no point of the SM2 curve"))
}

/// A certificate for a container's key holds that key: its 65 bytes stand as they are in the SubjectPublicKeyInfo
/// (GM/T 0015), whatever else the certificate says. Who signed the certificate is not this driver's to judge.
fn belongs(der: &[u8], key: &VerifyingKey) -> Result<(), UkeyError> {
    if der.windows(VerifyingKey::BYTES).any(|bytes| bytes == key.as_bytes()) {
        return Ok(());
    }
    Err(UkeyError::BadResult("a certificate for another key"))
}

fn digest_of(digest: &[u8]) -> Result<&[u8; 32], UkeyError> {
    digest.try_into().map_err(|_| UkeyError::BadRequest("a digest of another length than SM3's"))
}

fn sign(
    application: &Application,
    container: &str,
    pin: &Pin,
    digest: &[u8],
) -> Result<UkeyAnswer, UkeyError> {
    // Everything that can be wrong without the PIN comes first: a try at the PIN is not to be wasted.
    let digest = digest_of(digest)?;
    let container = application.container(container)?;
    let key = public_key(&container)?;
    let signed = {
        let _login = application.log_in(&pin.0)?;
        container.sign(digest)?
    };
    let signature =
        signed.signature().ok_or(UkeyError::BadResult("a signature of another size than SM2's"))?;
    if !planted("signature-not-verified") && key.verify_digest(digest, &Signature(signature)).is_err() {
        return Err(UkeyError::BadResult("a signature that does not hold"));
    }
    Ok(UkeyAnswer::Signature { signature: signature.to_vec() })
}

/// The key's verdict and our own must be the same.
fn verify(
    key: &Key,
    application: &Application,
    container: &str,
    digest: &[u8],
    signature: &[u8],
) -> Result<UkeyAnswer, UkeyError> {
    let digest = digest_of(digest)?;
    let signature: &[u8; 64] = signature
        .try_into()
        .map_err(|_| UkeyError::BadRequest("a signature of another length than SM2's"))?;
    let container = application.container(container)?;
    let public = public_key(&container)?;
    let ours = public.verify_digest(digest, &Signature(*signature)).is_ok();
    let theirs = key.verify(&container.public_key()?, digest, &SignatureBlob::of(signature))?;
    if ours != theirs {
        return Err(UkeyError::BadResult("the key and this program disagree on a signature"));
    }
    Ok(UkeyAnswer::Verified { good: ours })
}

impl OpenDevice for Ukey {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        // The library's calls cannot be broken off; what is stuck in one ends with the process.
        let result = match task {
            _ if context.cancelled() => Err(UkeyError::Cancelled),
            Task::Ukey(command) => self.ask(command).map(Outcome::Ukey),
            Task::CheckState => {
                let state = self.settings.connect(&self.library).and_then(|key| key.info());
                let faults = state.err().map(|error| error.at(&self.info.id));
                Ok(Outcome::State(faults.into_iter().collect()))
            }
            _ => return Err(Fault::new(FaultCode::Unsupported, DeviceClass::Ukey).at(&self.info.id)),
        };
        result.map_err(|error| {
            self.alive = !error.key_is_lost();
            error.at(&self.info.id)
        })
    }

    fn is_alive(&self) -> bool {
        self.alive
    }
}
