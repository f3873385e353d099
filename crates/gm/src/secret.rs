//! Key newtypes: wiped on drop, never printed, not cloneable by accident.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{GmError, Result, random};

/// Compares without leaving early, so that the time tells nothing about the bytes.
pub(crate) fn equal_in_constant_time(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let difference = left.iter().zip(right).fold(0_u8, |sum, (a, b)| sum | (a ^ b));
    // The optimiser must not turn the fold into an early exit.
    std::hint::black_box(difference) == 0
}

macro_rules! secret_key {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Zeroize, ZeroizeOnDrop)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Length in bytes.
            pub const BYTES: usize = $bytes;

            /// A fresh key from the operating system.
            ///
            /// # Errors
            /// [`GmError::Random`] when the operating system refuses.
            pub fn generate() -> Result<Self> {
                let bytes: Zeroizing<[u8; $bytes]> = random::random_secret()?;
                Ok(Self(*bytes))
            }

            /// Takes key bytes; the caller wipes its own copy.
            #[must_use]
            pub fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// Takes key bytes of a length known only at run time.
            ///
            /// # Errors
            /// [`GmError::Length`] for any other length.
            pub fn from_slice(bytes: &[u8]) -> Result<Self> {
                let mut key = Self([0; $bytes]);
                if bytes.len() != $bytes {
                    return Err(GmError::Length { what: $what, expected: $bytes, got: bytes.len() });
                }
                key.0.copy_from_slice(bytes);
                Ok(key)
            }

            /// The key's bytes. Named so that every use stands out in review.
            #[must_use]
            pub fn expose(&self) -> &[u8; $bytes] {
                &self.0
            }

            /// A second copy on purpose, for a thread or holder with a life of its own.
            #[must_use]
            pub fn duplicate(&self) -> Self {
                Self(self.0)
            }
        }

        /// In constant time.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                equal_in_constant_time(&self.0, &other.0)
            }
        }

        impl Eq for $name {}

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(not shown)"))
            }
        }
    };
}

secret_key!(
    /// An SM4 key for [`crate::aead`].
    Sm4Key,
    16,
    "an SM4 key"
);
secret_key!(
    /// The key of one blob; made by [`crate::blob::encrypt`], used for that blob only.
    BlobKey,
    16,
    "a blob key"
);
secret_key!(
    /// The key of a database's pages.
    DatabaseKey,
    16,
    "a database key"
);
secret_key!(
    /// A key for HMAC-SM3, for example of search tokens.
    HmacKey,
    32,
    "an HMAC key"
);
secret_key!(
    /// The secret of one PC that makes a stolen key slot file useless elsewhere.
    MachineSecret,
    32,
    "a machine secret"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_printed() {
        let key = Sm4Key::from_bytes([0xAB; 16]);
        assert_eq!(format!("{key:?}"), "Sm4Key(not shown)");
    }

    #[test]
    fn lengths_are_checked_and_equality_looks_at_every_byte() {
        assert!(matches!(HmacKey::from_slice(&[0; 31]), Err(GmError::Length { expected: 32, got: 31, .. })));
        let key = DatabaseKey::generate().unwrap();
        assert_eq!(key, key.duplicate());
        assert_eq!(key, DatabaseKey::from_slice(key.expose()).unwrap());
        for position in 0..16 {
            let mut other = *key.expose();
            other[position] ^= 1;
            assert_ne!(key, DatabaseKey::from_bytes(other));
        }
        assert!(!equal_in_constant_time(b"abc", b"ab"));
    }
}
