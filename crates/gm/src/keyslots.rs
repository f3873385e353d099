//! The database key, wrapped for those who may open the database: `keyslots.json` beside it.
//!
//! - A **user** slot opens with the user's password on this machine: the key-wrapping key is PBKDF2-HMAC-SM3 of
//!   the password, then mixed with the machine secret. A copied file is useless without that secret.
//! - The **escrow** slot is an SM2 envelope to the key of the unit's server.
//! - A **UKey** slot is an SM2 envelope that only the device opens. The format keeps such slots; opening them
//!   needs the device's interface (GM/T 0016).
//!
//! A user's id is stored only as an HMAC-SM3 token under the machine secret. The whole content has an SM3
//! checksum, so that a damaged file is not mistaken for a wrong password.

mod file;
mod format;

use std::path::Path;

use zeroize::Zeroizing;

use crate::aead::{NONCE_BYTES, open_raw, seal_raw};
use crate::digest::{hmac_fixed, pbkdf2_hmac_sm3};
use crate::envelope::seal_to;
use crate::secret::equal_in_constant_time;
use crate::{DatabaseKey, GmError, MachineSecret, Result, SigningKey, Sm3Hash, VerifyingKey, random};
use format::{Content, Escrow, UserSlot};

pub use format::UKeySlot;

/// The file's usual name, beside the database.
pub const FILE_NAME: &str = "keyslots.json";

/// How long one password check should take at least, in milliseconds (see
/// [`crate::digest::calibrate_iterations`]).
pub const MIN_UNLOCK_MILLISECONDS: u64 = 300;

/// The slots of one database. Holds no key in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySlots {
    content: Content,
}

impl KeySlots {
    /// Slots for `database_key` with the escrow slot of the unit's server; users are added afterwards.
    ///
    /// # Errors
    /// [`GmError::Random`].
    pub fn create(database_key: &DatabaseKey, server: &VerifyingKey) -> Result<Self> {
        let mut slots = Self { content: Content::empty(key_check(database_key)) };
        slots.set_escrow(database_key, server)?;
        Ok(slots)
    }

    /// Whether any user ever got a slot.
    #[must_use]
    pub fn has_users(&self) -> bool {
        !self.content.users.is_empty()
    }

    /// Adds an escrow slot, or renews the one of the same server key.
    ///
    /// # Errors
    /// [`GmError::ForeignDatabaseKey`] when the key is another database's, [`GmError::Random`].
    pub fn set_escrow(&mut self, database_key: &DatabaseKey, server: &VerifyingKey) -> Result<()> {
        self.prove(database_key)?;
        let envelope = seal_to(server, database_key.expose())?;
        let recipient = server.fingerprint();
        self.content.escrow.retain(|slot| slot.recipient != recipient);
        self.content.escrow.push(Escrow { recipient, envelope });
        Ok(())
    }

    /// Removes the escrow slot of a server key that is no longer used.
    ///
    /// # Errors
    /// [`GmError::NoEscrow`] when there is none, [`GmError::LastSlot`] when nothing else would open the database.
    pub fn remove_escrow(&mut self, server: &VerifyingKey) -> Result<()> {
        let recipient = server.fingerprint();
        let place = self.content.escrow.iter().position(|slot| slot.recipient == recipient);
        let place = place.ok_or(GmError::NoEscrow)?;
        self.keep_one_slot()?;
        self.content.escrow.remove(place);
        Ok(())
    }

    /// Adds a slot for a user of this machine.
    ///
    /// `iterations` comes from [`crate::digest::calibrate_iterations`] with [`MIN_UNLOCK_MILLISECONDS`], once per
    /// machine.
    ///
    /// # Errors
    /// [`GmError::UserExists`], [`GmError::ForeignDatabaseKey`], [`GmError::Iterations`], [`GmError::Random`].
    pub fn add_user(
        &mut self,
        database_key: &DatabaseKey,
        user_id: &str,
        password: &str,
        machine_secret: &MachineSecret,
        iterations: u32,
    ) -> Result<()> {
        self.prove(database_key)?;
        let token = user_token(user_id, machine_secret);
        if self.content.users.iter().any(|slot| slot.token == token) {
            return Err(GmError::UserExists);
        }
        let salt: [u8; 16] = random::random_array()?;
        let nonce: [u8; NONCE_BYTES] = random::random_array()?;
        let mut slot = UserSlot { token, salt, iterations, nonce, wrapped: Vec::new() };
        let wrapping = wrapping_key(&slot, password, machine_secret)?;
        slot.wrapped = seal_raw(&wrapping, &nonce, &slot.aad(), database_key.expose())?;
        self.content.users.push(slot);
        Ok(())
    }

    /// Gives a user a new password. The database key proves that the caller may.
    ///
    /// # Errors
    /// [`GmError::UnknownUser`], and those of [`Self::add_user`]. On any error the old slot stays.
    pub fn replace_user(
        &mut self,
        database_key: &DatabaseKey,
        user_id: &str,
        password: &str,
        machine_secret: &MachineSecret,
        iterations: u32,
    ) -> Result<()> {
        let place = self.place_of(user_id, machine_secret)?;
        let mut next = self.clone();
        next.content.users.remove(place);
        next.add_user(database_key, user_id, password, machine_secret, iterations)?;
        *self = next;
        Ok(())
    }

    /// Removes a user's slot.
    ///
    /// # Errors
    /// [`GmError::UnknownUser`], or [`GmError::LastSlot`] when nothing else would open the database.
    pub fn remove_user(&mut self, user_id: &str, machine_secret: &MachineSecret) -> Result<()> {
        let place = self.place_of(user_id, machine_secret)?;
        self.keep_one_slot()?;
        self.content.users.remove(place);
        Ok(())
    }

    /// Whether the user has a slot on this machine.
    #[must_use]
    pub fn has_user(&self, user_id: &str, machine_secret: &MachineSecret) -> bool {
        let token = user_token(user_id, machine_secret);
        self.content.users.iter().any(|slot| slot.token == token)
    }

    /// Number of user slots.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.content.users.len()
    }

    /// Opens the user's slot. Takes as long as its iterations do.
    ///
    /// # Errors
    /// [`GmError::UnknownUser`] without a slot here, [`GmError::WrongPassword`] when the slot does not open.
    pub fn unlock_user(
        &self,
        user_id: &str,
        password: &str,
        machine_secret: &MachineSecret,
    ) -> Result<DatabaseKey> {
        let slot = &self.content.users[self.place_of(user_id, machine_secret)?];
        let wrapping = wrapping_key(slot, password, machine_secret)?;
        let key = open_raw(&wrapping, &slot.nonce, &slot.aad(), &slot.wrapped)
            .map_err(|_| GmError::WrongPassword)?;
        self.checked(&key)
    }

    /// The envelope of a server's escrow slot, for asking that server to open it.
    #[must_use]
    pub fn escrow_envelope(&self, server: &VerifyingKey) -> Option<&[u8]> {
        let recipient = server.fingerprint();
        self.content
            .escrow
            .iter()
            .find(|slot| slot.recipient == recipient)
            .map(|slot| slot.envelope.as_slice())
    }

    /// Opens the escrow slot with the server's key: for recovery when nobody's password is known.
    ///
    /// # Errors
    /// [`GmError::NoEscrow`] when there is no slot for this key, [`GmError::Envelope`] when it does not open.
    pub fn unlock_escrow(&self, server: &SigningKey) -> Result<DatabaseKey> {
        let recipient = server.verifying_key().fingerprint();
        let slot = self.content.escrow.iter().find(|slot| slot.recipient == recipient);
        let key = server.open_sealed(&slot.ok_or(GmError::NoEscrow)?.envelope)?;
        self.checked(&key)
    }

    /// The UKey slots the file carries.
    #[must_use]
    pub fn ukey_slots(&self) -> &[UKeySlot] {
        &self.content.ukeys
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`GmError::Io`] when it cannot be read, [`GmError::KeySlotsVersion`] when it is of a version this program
    /// does not know, [`GmError::KeySlotsDamaged`] when it is not whole.
    pub fn load(path: &Path) -> Result<Self> {
        Ok(Self { content: format::decode(&file::read(path)?)? })
    }

    /// Writes the file so that after a power cut there is either the old one or the new one, whole.
    ///
    /// # Errors
    /// [`GmError::Io`]; the old file is then still in place.
    pub fn save(&self, path: &Path) -> Result<()> {
        file::replace(path, &format::encode(&self.content)?)
    }

    fn place_of(&self, user_id: &str, machine_secret: &MachineSecret) -> Result<usize> {
        let token = user_token(user_id, machine_secret);
        self.content.users.iter().position(|slot| slot.token == token).ok_or(GmError::UnknownUser)
    }

    fn keep_one_slot(&self) -> Result<()> {
        // UKey slots do not count: this program cannot open them by itself.
        if self.content.users.len() + self.content.escrow.len() > 1 { Ok(()) } else { Err(GmError::LastSlot) }
    }

    fn prove(&self, database_key: &DatabaseKey) -> Result<()> {
        if equal_in_constant_time(&key_check(database_key), &self.content.key_check) {
            Ok(())
        } else {
            Err(GmError::ForeignDatabaseKey)
        }
    }

    fn checked(&self, key: &[u8]) -> Result<DatabaseKey> {
        let key = DatabaseKey::from_slice(key)?;
        self.prove(&key)?;
        Ok(key)
    }
}

/// Tells one database key from another: 64 bits of a keyed value, of no use for finding a 128-bit key.
fn key_check(key: &DatabaseKey) -> [u8; 8] {
    let value = hmac_fixed(key.expose(), &[b"keyslots: database key"]);
    let mut check = [0; 8];
    check.copy_from_slice(&value.0[..8]);
    check
}

fn user_token(user_id: &str, machine_secret: &MachineSecret) -> Sm3Hash {
    hmac_fixed(machine_secret.expose(), &[b"keyslots: user id", b"\0", user_id.as_bytes()])
}

fn wrapping_key(
    slot: &UserSlot,
    password: &str,
    machine_secret: &MachineSecret,
) -> Result<Zeroizing<[u8; 16]>> {
    let stretched = pbkdf2_hmac_sm3(password.as_bytes(), &slot.salt, slot.iterations)?;
    let mixed = hmac_fixed(
        machine_secret.expose(),
        &[b"keyslots: wrapping key", b"\0", &slot.token.0, stretched.as_slice()],
    );
    let mixed = Zeroizing::new(mixed.0);
    let mut key = Zeroizing::new([0; 16]);
    key.copy_from_slice(&mixed[..16]);
    Ok(key)
}

#[cfg(test)]
mod tests;
