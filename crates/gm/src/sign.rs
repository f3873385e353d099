//! SM2 signatures (GB/T 32918.2) over SM3 with the distinguishing identifier that GM/T 0009 fixes.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sm2::SecretKey;
use sm2::dsa::signature::{Signer, Verifier};
use sm2::elliptic_curve::Generate;
use sm2::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use zeroize::Zeroizing;

use crate::random::OsRandom;
use crate::{GmError, Result, Sm3Hash, serde_bytes_or_hex, sm3};

/// The signer's identifier, always the default value of GM/T 0009-2012 section 10.
///
/// OpenSSL 3 takes an empty identifier unless told otherwise (`-pkeyopt distid:`); such signatures do not fit.
pub const DISTINGUISHING_ID: &str = "1234567812345678";

/// An SM2 private key. It wipes itself, is never printed and has no `Clone`.
pub struct SigningKey {
    secret: SecretKey,
    public: VerifyingKey,
}

impl SigningKey {
    /// Length of the raw form in bytes.
    pub const BYTES: usize = 32;

    /// A fresh key pair from the operating system's random source.
    ///
    /// # Errors
    /// [`GmError::Random`] when the source fails.
    pub fn generate() -> Result<Self> {
        let secret = SecretKey::try_generate_from_rng(&mut OsRandom).map_err(|_| GmError::Random)?;
        Ok(Self::from_secret(secret))
    }

    /// Reads the 32 big-endian bytes of [`Self::to_bytes`]; the caller keeps them sealed and wipes its copy.
    ///
    /// # Errors
    /// [`GmError::PrivateKey`] when the number is not in 1..n-1.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self> {
        let secret = SecretKey::from_slice(bytes).map_err(|_| GmError::PrivateKey)?;
        // SM2 leaves n-1 out as well: signing divides by 1 + d (GB/T 32918.2 section 6.1).
        if bytes == &ORDER_MINUS_ONE {
            return Err(GmError::PrivateKey);
        }
        Ok(Self::from_secret(secret))
    }

    /// The 32 big-endian bytes of the private number, to be sealed by the caller.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        let mut bytes = Zeroizing::new([0; 32]);
        let mut scalar = self.secret.to_bytes();
        bytes.copy_from_slice(&scalar);
        zeroize::Zeroize::zeroize(scalar.as_mut_slice());
        bytes
    }

    /// Reads an unencrypted PKCS#8 container (RFC 5958), for example one made by OpenSSL.
    ///
    /// # Errors
    /// [`GmError::PrivateKey`] when it is malformed or of another curve.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self> {
        let secret = SecretKey::from_pkcs8_der(der).map_err(|_| GmError::PrivateKey)?;
        let key = Self::from_secret(secret);
        Self::from_bytes(&key.to_bytes())
    }

    /// Writes an unencrypted PKCS#8 container.
    ///
    /// # Errors
    /// [`GmError::PrivateKey`] when the container cannot be built.
    pub fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>> {
        let document = self.secret.to_pkcs8_der().map_err(|_| GmError::PrivateKey)?;
        Ok(document.to_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        self.public
    }

    /// Signs `message` with the nonce of RFC 6979, so the same message always gives the same signature.
    ///
    /// # Errors
    /// [`GmError::Signing`] when the derived nonce falls into an excluded value (about once in 2^256).
    pub fn sign(&self, message: &[u8]) -> Result<Signature> {
        let signer =
            sm2::dsa::SigningKey::new(DISTINGUISHING_ID, &self.secret).map_err(|_| GmError::Signing)?;
        let signature: sm2::dsa::Signature = signer.try_sign(message).map_err(|_| GmError::Signing)?;
        Ok(Signature(signature.to_bytes().into()))
    }

    /// Signs a digest into which the signer's Z was taken already (GB/T 32918.2 section 6.1, from step A2 on): what a
    /// UKey is asked for by GM/T 0016. [`Self::sign`] is for everything else.
    ///
    /// # Errors
    /// As for [`Self::sign`].
    pub fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature> {
        use sm2::dsa::signature::hazmat::PrehashSigner;
        let signer =
            sm2::dsa::SigningKey::new(DISTINGUISHING_ID, &self.secret).map_err(|_| GmError::Signing)?;
        let signature: sm2::dsa::Signature = signer.sign_prehash(digest).map_err(|_| GmError::Signing)?;
        Ok(Signature(signature.to_bytes().into()))
    }

    pub(crate) fn secret(&self) -> &SecretKey {
        &self.secret
    }

    fn from_secret(secret: SecretKey) -> Self {
        let mut bytes = [0; VerifyingKey::BYTES];
        bytes.copy_from_slice(&secret.public_key().to_sec1_bytes());
        Self { secret, public: VerifyingKey(bytes) }
    }
}

/// n - 1 of the recommended curve (GB/T 32918.5-2017 annex A).
const ORDER_MINUS_ONE: [u8; 32] = [
    0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x72,
    0x03, 0xDF, 0x6B, 0x21, 0xC6, 0x05, 0x2B, 0x53, 0xBB, 0xF4, 0x09, 0x39, 0xD5, 0x41, 0x22,
];

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {})", self.public.fingerprint())
    }
}

/// An SM2 public key: 65 bytes, 04 and both coordinates (SEC 1 uncompressed), always a point of the curve.
#[derive(Clone, Copy)]
pub struct VerifyingKey([u8; 65]);

impl VerifyingKey {
    /// Length in bytes.
    pub const BYTES: usize = 65;

    /// Takes a public key after checking that it is an uncompressed point of the curve.
    ///
    /// # Errors
    /// [`GmError::PublicKey`] otherwise.
    pub fn from_bytes(bytes: &[u8; 65]) -> Result<Self> {
        Self::from_slice(bytes)
    }

    /// As [`Self::from_bytes`] for a length known only at run time.
    ///
    /// # Errors
    /// [`GmError::PublicKey`] for a wrong length, form or point.
    pub fn from_slice(bytes: &[u8]) -> Result<Self> {
        let bytes: [u8; 65] = bytes.try_into().map_err(|_| GmError::PublicKey)?;
        let key = Self(bytes);
        if bytes[0] != 0x04 {
            return Err(GmError::PublicKey);
        }
        key.point()?;
        Ok(key)
    }

    /// The 65 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 65] {
        &self.0
    }

    /// SM3 of the 65 bytes: a short name of the key.
    #[must_use]
    pub fn fingerprint(&self) -> Sm3Hash {
        sm3(&self.0)
    }

    /// Checks that `signature` was made over `message` by the private half.
    ///
    /// # Errors
    /// [`GmError::Signature`] when it was not.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<()> {
        let verifier =
            sm2::dsa::VerifyingKey::new(DISTINGUISHING_ID, self.point()?).map_err(|_| GmError::PublicKey)?;
        let signature = sm2::dsa::Signature::from_slice(&signature.0).map_err(|_| GmError::Signature)?;
        verifier.verify(message, &signature).map_err(|_| GmError::Signature)
    }

    /// Checks a signature over a digest into which the signer's Z was taken already.
    ///
    /// # Errors
    /// [`GmError::Signature`] when the private half did not make it.
    pub fn verify_digest(&self, digest: &[u8; 32], signature: &Signature) -> Result<()> {
        use sm2::dsa::signature::hazmat::PrehashVerifier;
        let verifier =
            sm2::dsa::VerifyingKey::new(DISTINGUISHING_ID, self.point()?).map_err(|_| GmError::PublicKey)?;
        let signature = sm2::dsa::Signature::from_slice(&signature.0).map_err(|_| GmError::Signature)?;
        verifier.verify_prehash(digest, &signature).map_err(|_| GmError::Signature)
    }

    pub(crate) fn point(&self) -> Result<sm2::PublicKey> {
        sm2::PublicKey::from_sec1_bytes(&self.0).map_err(|_| GmError::PublicKey)
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for VerifyingKey {}

impl PartialOrd for VerifyingKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for VerifyingKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl Hash for VerifyingKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.fingerprint())
    }
}

impl Serialize for VerifyingKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serde_bytes_or_hex::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for VerifyingKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let bytes: [u8; 65] = serde_bytes_or_hex::deserialize(deserializer)?;
        Self::from_bytes(&bytes).map_err(serde::de::Error::custom)
    }
}

/// An SM2 signature: r and s, 32 big-endian bytes each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature(pub [u8; 64]);

impl Signature {
    /// Length in bytes.
    pub const BYTES: usize = 64;

    /// Takes a signature of a length known only at run time. Its numbers are checked by
    /// [`VerifyingKey::verify`].
    ///
    /// # Errors
    /// [`GmError::Signature`] for anything but 64 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self> {
        bytes.try_into().map(Self).map_err(|_| GmError::Signature)
    }

    /// The 64 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// The ASN.1 form of GM/T 0009 (a sequence of two integers), which OpenSSL speaks.
    ///
    /// # Errors
    /// [`GmError::Signature`] when r or s is out of range.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        let signature = sm2::dsa::Signature::from_slice(&self.0).map_err(|_| GmError::Signature)?;
        Ok(signature.to_der().as_bytes().to_vec())
    }

    /// Reads the ASN.1 form.
    ///
    /// # Errors
    /// [`GmError::Signature`] when it is malformed or out of range.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let signature = sm2::dsa::Signature::from_der(der).map_err(|_| GmError::Signature)?;
        Ok(Self(signature.to_bytes().into()))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", hex::encode(self.0))
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serde_bytes_or_hex::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        serde_bytes_or_hex::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests;
