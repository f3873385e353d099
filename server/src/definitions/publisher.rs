//! The publisher's key: signs releases and nothing else. The server's key certifies it, so that a terminal that
//! knows the server knows the publisher too. An administrator may keep the file on a medium of his own and lend it
//! to the server only while he publishes.

use crate::fault::{Fault, Result};
use crate::keys::{Keys, master_secret, write_new};
use gm::{SigningKey, Sm4Key, aead, hmac_sm3};
use protocol::credential::Signed;
use protocol::edition::{PublisherCertificate, Release, SignedRelease};
use std::path::{Path, PathBuf};

/// First bytes of a publisher's key file of this version.
const MAGIC: &[u8] = b"window-server publisher key 1\n";

/// Where the publisher's key lies and what opens it.
pub struct PublisherFile {
    /// The key file.
    pub file: PathBuf,
    /// The server's master secret.
    pub master: PathBuf,
}

impl PublisherFile {
    /// Signs a release. Only the very first one may make the key: a file that is missing later was taken away, and a
    /// new key in its place would hide that.
    ///
    /// # Errors
    /// When the file is missing, does not read, or was sealed under another secret.
    pub fn sign(&self, keys: &Keys, release: &Release) -> Result<SignedRelease> {
        let key = self.open(release.number == 1)?;
        let certificate = keys.sign(&PublisherCertificate {
            purpose: PublisherCertificate::PURPOSE.to_owned(),
            key: key.verifying_key().as_bytes().to_vec(),
            at: release.at,
        })?;
        let bytes = domain::cbor::to_vec(release);
        let signature = key.sign(&bytes)?.as_bytes().to_vec();
        Ok(SignedRelease { certificate, release: Signed { bytes, signature } })
    }

    fn open(&self, may_make: bool) -> Result<SigningKey> {
        let fault = |what: &str| at(&self.file, what);
        let secret = master_secret(&self.master)?;
        let sealing = Sm4Key::from_slice(&hmac_sm3(&secret, b"window-server: publisher key").0[..16])?;
        match std::fs::read(&self.file) {
            Ok(bytes) => {
                let sealed = bytes.strip_prefix(MAGIC).ok_or_else(|| fault("这不是发布密钥文件"))?;
                let plain = aead::open_random(&sealing, MAGIC, sealed)
                    .map_err(|_| fault("发布密钥不能用本服务端的主密钥打开"))?;
                let plain = plain.as_slice().try_into().map_err(|_| Fault::Stored("publisher key file"))?;
                Ok(SigningKey::from_bytes(plain)?)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_make => {
                let key = SigningKey::generate()?;
                let sealed = aead::seal_random(&sealing, MAGIC, key.to_bytes().as_slice())?;
                write_new(&self.file, &[MAGIC, &sealed].concat())?;
                Ok(key)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(fault("发布密钥不在这里，请接上存放密钥的介质，或用 --publisher-key-file 指明文件"))
            }
            Err(error) => Err(fault(&error.kind().to_string())),
        }
    }
}

fn at(file: &Path, what: &str) -> Fault {
    Fault::SetUp { file: file.display().to_string(), what: what.to_owned() }
}
