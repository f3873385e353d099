//! The profile's secrets on disk: machine secret, terminal key, key slots.

use crate::error::{Own, Result};
use crate::settings::Settings;
use domain::ids::{TerminalId, UnitCode};
use gm::{KeySlots, MachineSecret, SigningKey, Sm4Key, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// What is known of the enrolment. Nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Address of the server.
    pub server: String,
    /// Name of the window.
    pub window: String,
    /// Name of the terminal.
    pub terminal: TerminalId,
    /// Epoch of the store.
    pub epoch: u32,
    /// The unit.
    pub unit: UnitCode,
    /// The server's public key.
    pub server_key: VerifyingKey,
    /// Public key of the unit's escrow.
    pub escrow_key: VerifyingKey,
}

/// Writes a file that only this account can read, whole or not at all, and durably.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = path.with_extension("part");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Makes a folder that only this account can enter.
pub(crate) fn private_folder(path: &Path) -> Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    Ok(())
}

/// The machine secret; made at the first start.
pub(crate) fn machine_secret(settings: &Settings) -> Result<MachineSecret> {
    let path = settings.machine_secret();
    if let Ok(bytes) = fs::read(&path) {
        return Ok(MachineSecret::from_slice(&bytes)?);
    }
    private_folder(&settings.data)?;
    let secret = MachineSecret::generate()?;
    write_private(&path, secret.expose())?;
    Ok(secret)
}

fn sealing_key(secret: &MachineSecret) -> Result<Sm4Key> {
    let key = gm::HmacKey::from_bytes(*secret.expose());
    let derived = gm::hmac_sm3(&key, b"terminal key");
    Ok(Sm4Key::from_slice(&derived.as_bytes()[..16])?)
}

const TERMINAL_KEY_LABEL: &[u8] = b"window-terminal/terminal-key/1";

/// Keeps the terminal's private key.
pub(crate) fn save_terminal_key(settings: &Settings, secret: &MachineSecret, key: &SigningKey) -> Result<()> {
    let sealed = gm::aead::seal_random(&sealing_key(secret)?, TERMINAL_KEY_LABEL, key.to_bytes().as_slice())?;
    write_private(&settings.terminal_key(), &sealed)
}

/// The terminal's private key.
pub(crate) fn load_terminal_key(settings: &Settings, secret: &MachineSecret) -> Result<SigningKey> {
    let sealed = fs::read(settings.terminal_key())?;
    let bytes = gm::aead::open_random(&sealing_key(secret)?, TERMINAL_KEY_LABEL, &sealed)?;
    let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| gm::GmError::Random)?;
    Ok(SigningKey::from_bytes(&bytes)?)
}

/// The enrolment, when there is one.
pub(crate) fn load_enrolment(settings: &Settings) -> Result<Option<Enrolment>> {
    let Ok(bytes) = fs::read(settings.enrolment()) else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|_| Own::NotEnrolled.into())
}

/// Keeps the enrolment.
pub(crate) fn save_enrolment(settings: &Settings, enrolment: &Enrolment) -> Result<()> {
    let bytes = serde_json::to_vec_pretty(enrolment).unwrap_or_default();
    write_private(&settings.enrolment(), &bytes)
}

/// Where the key slots lie.
pub(crate) fn slots_path(settings: &Settings) -> PathBuf {
    settings.store().join(gm::keyslots::FILE_NAME)
}

/// The key slots, when there are any.
pub(crate) fn load_slots(settings: &Settings) -> Result<Option<KeySlots>> {
    let path = slots_path(settings);
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(KeySlots::load(&path)?))
}
