//! The server's keys. The master secret seals the server's key file; the server's SM2 key wraps a key for each
//! unit; a unit's key wraps a key for each case; a case's key seals everything that tells of a person.

use crate::fault::{Fault, Result};
use crate::storage::{Work, one, values};
use domain::ids::{ContentHash, UnitCode};
use gm::{HmacKey, SigningKey, Sm4Key, VerifyingKey, aead, envelope, hmac_sm3, random};
use protocol::credential::Signed;
use serde::Serialize;
use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// First bytes of a key file of this version.
const MAGIC: &[u8] = b"window-server key 1\n";

/// The keys that a running server holds.
pub struct Keys {
    sign: SigningKey,
    house: Sm4Key,
    tokens: HmacKey,
    cursors: HmacKey,
    units: RwLock<HashMap<UnitCode, Arc<UnitKeys>>>,
}

/// The keys of a unit.
pub struct UnitKeys {
    key: Sm4Key,
    /// Public key of the unit's escrow.
    pub escrow: Vec<u8>,
}

/// A key that seals rows; its name is bound into each seal.
pub struct Seal {
    key: Sm4Key,
    name: String,
}

impl Seal {
    /// Seals bytes for one place.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn seal(&self, place: &str, bytes: &[u8]) -> Result<Vec<u8>> {
        Ok(aead::seal_random(&self.key, self.bound(place).as_bytes(), bytes)?)
    }

    /// Opens what stands at a place.
    ///
    /// # Errors
    /// When it was altered, moved, or sealed under another key.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        Ok(aead::open_random(&self.key, self.bound(place).as_bytes(), sealed)?.to_vec())
    }

    /// Its name: what a row stores to find it again.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn bound(&self, place: &str) -> String {
        format!("{}|{place}", self.name)
    }
}

impl Keys {
    /// Opens the key file, or makes one at the first start.
    ///
    /// # Errors
    /// When a file cannot be read or written, or does not open with the master secret.
    pub fn open(file: &Path, master: &Path) -> Result<Self> {
        let secret = master_secret(master)?;
        let derived = hmac_sm3(&secret, b"window-server: key file");
        let sealing = Sm4Key::from_slice(&derived.0[..16])?;
        let plain = match fs::read(file) {
            Ok(bytes) => {
                let sealed =
                    bytes.strip_prefix(MAGIC).ok_or_else(|| at(file, "no key file of this version"))?;
                aead::open_random(&sealing, MAGIC, sealed)
                    .map_err(|_| at(file, "does not open with this master secret"))?
                    .to_vec()
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let sign = SigningKey::generate()?;
                let root: [u8; 32] = random::random_array()?;
                let plain = [sign.to_bytes().as_slice(), &root].concat();
                let sealed = aead::seal_random(&sealing, MAGIC, &plain)?;
                write_new(file, &[MAGIC, &sealed].concat())?;
                plain
            }
            Err(error) => return Err(at(file, &error.kind().to_string())),
        };
        let (sign, root) = plain.split_first_chunk::<32>().ok_or(Fault::Stored("key file"))?;
        let root = HmacKey::from_slice(root)?;
        Ok(Self {
            sign: SigningKey::from_bytes(sign)?,
            house: Sm4Key::from_slice(&hmac_sm3(&root, b"house").0[..16])?,
            tokens: HmacKey::from_bytes(hmac_sm3(&root, b"tokens").0),
            cursors: HmacKey::from_bytes(hmac_sm3(&root, b"cursors").0),
            units: RwLock::default(),
        })
    }

    /// The server's public key.
    #[must_use]
    pub fn public(&self) -> VerifyingKey {
        self.sign.verifying_key()
    }

    /// The server's public key as the protocol carries it.
    #[must_use]
    pub fn public_bytes(&self) -> Vec<u8> {
        self.public().as_bytes().to_vec()
    }

    /// Signs a thing.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign<T: Serialize>(&self, thing: &T) -> Result<Signed> {
        let bytes = domain::cbor::to_vec(thing);
        let signature = self.sign.sign(&bytes)?.as_bytes().to_vec();
        Ok(Signed { bytes, signature })
    }

    /// Opens an envelope to the server.
    ///
    /// # Errors
    /// When it is torn or made for another key.
    pub fn open_envelope(&self, sealed: &[u8]) -> Result<Vec<u8>> {
        Ok(self.sign.open_sealed(sealed)?.to_vec())
    }

    /// The key of the server's own rows: roster and the like.
    #[must_use]
    pub fn house(&self) -> Seal {
        Seal { key: self.house.duplicate(), name: "house".to_owned() }
    }

    /// The token by which something personal is found again: a keyed hash, of no use without the server's key.
    #[must_use]
    pub fn token(&self, kind: &str, value: &str) -> String {
        hmac_sm3(&self.tokens, format!("{kind}\0{value}").as_bytes()).to_string()
    }

    /// The seal of a cursor.
    #[must_use]
    pub fn cursor_tag(&self, bytes: &[u8]) -> [u8; 32] {
        hmac_sm3(&self.cursors, bytes).0
    }

    /// Whether a cursor's seal holds.
    #[must_use]
    pub fn cursor_holds(&self, bytes: &[u8], tag: &[u8; 32]) -> bool {
        gm::digest::verify_hmac_sm3(&self.cursors, bytes, &gm::Sm3Hash(*tag))
    }

    /// The keys of a unit, made when they are first needed.
    ///
    /// # Errors
    /// When the storage fails, or the row does not open.
    pub async fn unit(&self, work: &mut dyn Work, unit: &UnitCode) -> Result<Arc<UnitKeys>> {
        if let Some(keys) = self.units.read().unwrap_or_else(PoisonError::into_inner).get(unit) {
            return Ok(Arc::clone(keys));
        }
        let row =
            one(work, "SELECT wrapped, escrow_public FROM unit_key WHERE unit = $1", values![unit.as_str()])
                .await?;
        if let Some(row) = row {
            let key = Sm4Key::from_slice(&self.open_envelope(row.bytes(0)?)?)?;
            let keys = Arc::new(UnitKeys { key, escrow: row.bytes(1)?.to_vec() });
            self.units
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(unit.clone(), Arc::clone(&keys));
            return Ok(keys);
        }
        let key = Sm4Key::generate()?;
        let escrow = SigningKey::generate()?;
        let public = escrow.verifying_key().as_bytes().to_vec();
        let sealed = aead::seal_random(&key, b"unit escrow", escrow.to_bytes().as_slice())?;
        let wrapped = envelope::seal_to(&self.public(), key.expose())?;
        work.run(
            "INSERT INTO unit_key (unit, wrapped, escrow_public, escrow_sealed) VALUES ($1, $2, $3, $4)",
            values![unit.as_str(), wrapped, public.clone(), sealed],
        )
        .await?;
        // Not remembered yet: this work may still be taken back, and the key with it.
        Ok(Arc::new(UnitKeys { key, escrow: public }))
    }
}

impl UnitKeys {
    /// The seal of rows that belong to the unit and no case.
    #[must_use]
    pub fn seal(&self, unit: &UnitCode) -> Seal {
        Seal { key: self.key.duplicate(), name: format!("unit:{unit}") }
    }

    /// The private key of the unit's escrow.
    ///
    /// # Errors
    /// When the row was altered.
    pub fn escrow(&self, sealed: &[u8]) -> Result<SigningKey> {
        let bytes = aead::open_random(&self.key, b"unit escrow", sealed)?;
        let bytes = bytes.as_slice().try_into().map_err(|_| Fault::Stored("unit escrow"))?;
        Ok(SigningKey::from_bytes(bytes)?)
    }

    /// A fresh key for a case, wrapped and open.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn new_case(&self, case: &str) -> Result<(Vec<u8>, Seal)> {
        let key = Sm4Key::generate()?;
        let wrapped = aead::seal_random(&self.key, format!("case:{case}").as_bytes(), key.expose())?;
        Ok((wrapped, Seal { key, name: format!("case:{case}") }))
    }

    /// Opens the key of a case.
    ///
    /// # Errors
    /// When it was altered or belongs to another case.
    pub fn case(&self, case: &str, wrapped: &[u8]) -> Result<Seal> {
        let key = aead::open_random(&self.key, format!("case:{case}").as_bytes(), wrapped)?;
        Ok(Seal { key: Sm4Key::from_slice(&key)?, name: format!("case:{case}") })
    }
}

/// SM3 as the domain carries it.
#[must_use]
pub fn hash(bytes: &[u8]) -> ContentHash {
    ContentHash(gm::sm3(bytes).0)
}

/// Checks a signature over bytes.
#[must_use]
pub fn holds(key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_slice(key), gm::Signature::from_slice(signature))
    else {
        return false;
    };
    key.verify(bytes, &signature).is_ok()
}

fn at(file: &Path, what: &str) -> Fault {
    Fault::SetUp { file: file.display().to_string(), what: what.to_owned() }
}

pub(crate) fn master_secret(file: &Path) -> Result<HmacKey> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let secret: [u8; 32] = random::random_array()?;
            write_new(file, &secret)?;
            secret.to_vec()
        }
        Err(error) => return Err(at(file, &error.kind().to_string())),
    };
    // Any secret of at least 128 bits will do, however its owner keeps it.
    if bytes.len() < 16 {
        return Err(at(file, "a master secret has at least 16 bytes"));
    }
    Ok(HmacKey::from_bytes(gm::sm3(&bytes).0))
}

/// Writes a file that only its owner reads; on the disk before this returns, and never over another.
pub(crate) fn write_new(file: &Path, bytes: &[u8]) -> Result<()> {
    let fault = |error: std::io::Error| at(file, &error.kind().to_string());
    let mut open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(fault)?;
    open.write_all(bytes).and_then(|()| open.sync_all()).map_err(fault)?;
    if let Some(folder) = file.parent() {
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)?;
    }
    Ok(())
}

/// Reads a small text file, such as a token, without its line end.
///
/// # Errors
/// When it cannot be read.
pub fn read_text(file: &Path) -> Result<String> {
    let mut text = String::new();
    fs::File::open(file)
        .and_then(|mut open| open.read_to_string(&mut text))
        .map_err(|error| at(file, &error.kind().to_string()))?;
    Ok(text.trim().to_owned())
}
