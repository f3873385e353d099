//! What lies in the folder of a virtual key.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gm::SigningKey;
use serde::{Deserialize, Serialize};

/// Names the folder.
pub const VARIABLE: &str = "SKF_VIRTUAL";

/// Wrong PINs until it locks.
const TRIES: u32 = 6;

/// A key with one application.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keystore {
    /// The name that programs list.
    pub device: String,
    /// The key's label.
    pub label: String,
    /// Its serial number.
    pub serial: String,
    /// Name of its application.
    pub application: String,
    /// The user's PIN.
    pub pin: String,
    /// Tries that the PIN has left.
    pub tries_left: u32,
    /// Tries that it has at most.
    pub tries: u32,
    /// Its containers.
    pub containers: Vec<Container>,
}

/// Two pairs of keys and a certificate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Private key of the pair that signs, hexadecimal.
    pub signing: String,
    /// Private key of the pair that decrypts, hexadecimal.
    pub decrypting: String,
    /// Certificate of the pair that signs, DER in hexadecimal; empty if there is none.
    pub certificate: String,
}

/// What the key does wrong, until the file goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// Which fault.
    pub fault: KeyFault,
    /// The function that shows it, for those of one function.
    #[serde(default)]
    pub function: String,
}

/// A fault.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum KeyFault {
    /// None.
    #[default]
    None,
    /// The key is not plugged in.
    Absent,
    /// The key is pulled out when the function is called.
    Pulled,
    /// The function answers with this error.
    Status {
        /// The error.
        code: u32,
    },
    /// The function does not come back.
    Hang,
    /// The function tears its process down.
    Crash,
    /// The function takes its time.
    Slow {
        /// Milliseconds.
        milliseconds: u64,
    },
    /// One bit of each signature is wrong.
    BadSignature,
    /// Each signature is twice as long as SM2's numbers.
    LongSignature,
    /// Any signature is said to be good.
    BadVerdict,
    /// What is decrypted comes out a byte short.
    ShortPlain,
    /// The public key is no point of the curve.
    BadPoint,
    /// The certificate is another key's.
    ForeignCertificate,
    /// Lengths are absurd.
    AbsurdLength,
    /// More bytes are written than were announced.
    Overlong,
    /// The certificate breaks off in the middle of its key.
    Truncated,
}

impl Keystore {
    /// A key with one container, whose two pairs are new.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn generate(label: &str, pin: &str, container: &str) -> gm::Result<Self> {
        let private = || Ok::<_, gm::GmError>(hex::encode(*SigningKey::generate()?.to_bytes()));
        Ok(Self {
            device: "Virtual UKey 1".to_owned(),
            label: label.to_owned(),
            serial: "V0000001".to_owned(),
            application: "COUNTER".to_owned(),
            pin: pin.to_owned(),
            tries_left: TRIES,
            tries: TRIES,
            containers: vec![Container {
                name: container.to_owned(),
                signing: private()?,
                decrypting: private()?,
                certificate: String::new(),
            }],
        })
    }

    /// Gives every container a certificate that its own key signed, made by the `openssl` program.
    ///
    /// # Errors
    /// There is no such program, or it refuses.
    pub fn certify(&mut self) -> io::Result<()> {
        for container in &mut self.containers {
            let key = container.signing_key().ok_or_else(|| io::Error::other("no key to certify"))?;
            container.certificate = hex::encode(certificate(&key)?);
        }
        Ok(())
    }

    /// Writes the key into a folder.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        write(&folder.join("keys.json"), &serde_json::to_vec_pretty(self)?)
    }

    /// Reads the key in a folder.
    ///
    /// # Errors
    /// There is none.
    pub fn load(folder: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(folder.join("keys.json"))?)?)
    }
}

impl Container {
    /// The pair that signs.
    #[must_use]
    pub fn signing_key(&self) -> Option<SigningKey> {
        key(&self.signing)
    }

    /// The pair that decrypts.
    #[must_use]
    pub fn decrypting_key(&self) -> Option<SigningKey> {
        key(&self.decrypting)
    }
}

fn key(text: &str) -> Option<SigningKey> {
    let bytes: [u8; 32] = hex::decode(text).ok()?.try_into().ok()?;
    SigningKey::from_bytes(&bytes).ok()
}

impl Control {
    /// Lets the key in a folder go wrong, or be whole again.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn set(&self, folder: &Path) -> io::Result<()> {
        write(&folder.join("control.json"), &serde_json::to_vec(self)?)
    }

    pub(crate) fn load(folder: &Path) -> Self {
        let bytes = std::fs::read(folder.join("control.json"));
        bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }
}

fn certificate(key: &SigningKey) -> io::Result<Vec<u8>> {
    let pkcs8 = key.to_pkcs8_der().map_err(io::Error::other)?;
    let mut openssl = Command::new("openssl")
        .args(["req", "-x509", "-new", "-key", "/dev/stdin", "-keyform", "DER", "-outform", "DER", "-sm3"])
        .args(["-sigopt", "distid:1234567812345678", "-days", "3650", "-subj", "/C=CN/CN=virtual key"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = openssl.stdin.take() {
        input.write_all(&pkcs8)?;
    }
    let output = openssl.wait_with_output()?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(io::Error::other("openssl made no certificate"))
    }
}

/// In one step, so that a reader never sees half of it.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    std::fs::write(&fresh, bytes)?;
    std::fs::rename(fresh, path)
}

/// The folder, if the variable names one.
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).map(PathBuf::from)
}
