//! The only door to the national algorithms: SM2 (GB/T 32918), SM3 (GB/T 32905), SM4 (GB/T 32907).
//!
//! No other crate of the workspace names an algorithm crate. Keys are byte newtypes that wipe themselves,
//! nothing here speaks hex except [`dialect`], and everything that can fail returns [`GmError`].
//!
//! | module | what it gives |
//! |---|---|
//! | [`random`] | bytes from the operating system, without any fallback |
//! | [`digest`] | SM3, HMAC-SM3, PBKDF2-HMAC-SM3 |
//! | [`secret`] | the key newtypes |
//! | [`sign`] | SM2 signatures with the fixed distinguishing identifier |
//! | [`envelope`] | small secrets sealed to an SM2 public key |
//! | [`aead`] | SM4-GCM (RFC 8998) |
//! | [`blob`] | the chunked file cipher |
//! | [`keyslots`] | the wrapped database key beside a database |
//! | [`sqlite`] | SQLCipher with SM4 pages |
//! | [`dialect`] | the hex spelling that provincial interfaces use |
//!
//! This is software cryptography, not a certified module.

pub mod aead;
pub mod blob;
pub mod dialect;
pub mod digest;
pub mod envelope;
mod error;
pub mod keyslots;
pub mod random;
pub mod secret;
mod serde_bytes_or_hex;
pub mod sign;
pub mod sqlite;

pub use aead::Nonce;
pub use blob::{BlobHeader, SealedBlob};
pub use digest::{Sm3Hash, Sm3Hasher, hmac_sm3, sm3};
pub use error::{GmError, Result};
pub use keyslots::KeySlots;
pub use secret::{BlobKey, DatabaseKey, HmacKey, MachineSecret, Sm4Key};
pub use sign::{Signature, SigningKey, VerifyingKey};
pub use sqlite::{open_encrypted, open_encrypted_with_vfs, register_provider};
