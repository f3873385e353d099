//! The hex spelling that many provincial interfaces, and the `sm-crypto` libraries for JavaScript and Rust, use.
//!
//! Public keys and SM2 ciphertexts travel without their leading `04`, signatures as r and s in 128 hex digits,
//! SM4 as CBC or ECB with PKCS#7 padding and no authentication. Only for talking to others; nothing of ours is
//! stored this way.
//!
//! Everything is computed and decrypted by our own engine. What goes out with a definite result (SM3, SM4, a
//! signature) is first put to the crate `sm-crypto`, as the library the other side is likely to hold; if the two
//! disagree nothing goes out. `sm-crypto` never decrypts: its SM2 decryption loses data and checks nothing (the
//! tests pin each defect).

mod second_opinion;

use cbc::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use sm2::pke::Mode;
use sm4::Sm4;
use sm4::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use zeroize::Zeroizing;

use crate::envelope::{open_ordered, seal_ordered};
use crate::{GmError, Result, Signature, SigningKey, Sm4Key, VerifyingKey, sm3};

const BLOCK_BYTES: usize = 16;

/// Order of an SM2 ciphertext's parts: point C1, hash C3, text C2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CipherOrder {
    /// GB/T 32918.4-2016.
    C1C3C2,
    /// GM/T 0003.4-2012 and older, still met in the field.
    C1C2C3,
}

impl From<CipherOrder> for Mode {
    fn from(order: CipherOrder) -> Self {
        match order {
            CipherOrder::C1C3C2 => Self::C1C3C2,
            CipherOrder::C1C2C3 => Self::C1C2C3,
        }
    }
}

/// A public key as 128 hex digits.
#[must_use]
pub fn public_key_to_hex(key: &VerifyingKey) -> String {
    hex::encode(&key.as_bytes()[1..])
}

/// Reads a public key of 128 hex digits, or 130 with the `04`.
///
/// # Errors
/// [`GmError::Hex`], [`GmError::PublicKey`].
pub fn public_key_from_hex(text: &str) -> Result<VerifyingKey> {
    let bytes = hex::decode(text).map_err(|_| GmError::Hex("the public key"))?;
    if bytes.len() == VerifyingKey::BYTES {
        VerifyingKey::from_slice(&bytes)
    } else {
        VerifyingKey::from_slice(&with_04(&bytes))
    }
}

/// SM3 as 64 hex digits.
///
/// # Errors
/// [`GmError::SecondOpinion`].
pub fn sm3_to_hex(message: &[u8]) -> Result<String> {
    let value = sm3(message).to_string();
    second_opinion::agree(&value, || sm_crypto::sm3::sm3_hash(message))?;
    Ok(value)
}

/// Signs with the identifier `1234567812345678`: r and s as 128 hex digits.
///
/// # Errors
/// [`GmError::Signing`], [`GmError::SecondOpinion`].
pub fn sign_to_hex(key: &SigningKey, message: &[u8]) -> Result<String> {
    let signature = key.sign(message)?;
    let der = signature.to_der()?;
    let public = public_key_to_hex(&key.verifying_key());
    second_opinion::agree(&true, || sm_crypto::sm2::Verify::new(&public).verify_der(message, &der, true))?;
    Ok(hex::encode(signature.as_bytes()))
}

/// Checks a signature of 128 hex digits.
///
/// # Errors
/// [`GmError::Hex`], [`GmError::Signature`].
pub fn verify_hex(key: &VerifyingKey, message: &[u8], signature: &str) -> Result<()> {
    let bytes = hex::decode(signature).map_err(|_| GmError::Hex("the signature"))?;
    key.verify(message, &Signature::from_slice(&bytes)?)
}

/// SM2 encryption, hexadecimal without the leading `04`.
///
/// # Errors
/// [`GmError::EnvelopeSize`], [`GmError::Random`].
pub fn encrypt_to_hex(recipient: &VerifyingKey, plaintext: &[u8], order: CipherOrder) -> Result<String> {
    let sealed = seal_ordered(recipient, plaintext, order.into())?;
    Ok(hex::encode(&sealed[1..]))
}

/// SM2 decryption of hexadecimal text, with or without the leading `04`; C1 and C3 are checked.
///
/// # Errors
/// [`GmError::Hex`], [`GmError::Envelope`].
pub fn decrypt_hex(key: &SigningKey, ciphertext: &str, order: CipherOrder) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = hex::decode(ciphertext).map_err(|_| GmError::Hex("the ciphertext"))?;
    // A point may itself begin with 04 when its prefix was left out, so that reading is tried first.
    match open_ordered(key, &with_04(&bytes), order.into()) {
        Err(GmError::Envelope) if bytes.first() == Some(&0x04) => open_ordered(key, &bytes, order.into()),
        opened => opened,
    }
}

/// SM4-CBC with PKCS#7 padding. Not authenticated: sign or seal around it where the interface allows.
///
/// # Errors
/// [`GmError::SecondOpinion`].
pub fn sm4_cbc_to_hex(key: &Sm4Key, iv: &[u8; 16], plaintext: &[u8]) -> Result<String> {
    let mut text = padded(plaintext);
    let (blocks, _) = Array::slice_as_chunks_mut(&mut text);
    cbc::Encryptor::<Sm4>::new(key.expose().into(), iv.into()).encrypt_blocks(blocks);
    let out = hex::encode(&*text);
    second_opinion::agree(&out, || {
        sm_crypto::sm4::CryptSM4CBC::new(key.expose(), iv).encrypt_cbc_hex(plaintext)
    })?;
    Ok(out)
}

/// Reads what [`sm4_cbc_to_hex`] or the other side wrote.
///
/// # Errors
/// [`GmError::Hex`], [`GmError::Padding`]. A wrong key may by chance pass; nothing authenticates this form.
pub fn sm4_cbc_from_hex(key: &Sm4Key, iv: &[u8; 16], ciphertext: &str) -> Result<Zeroizing<Vec<u8>>> {
    let mut text = whole_blocks(ciphertext)?;
    let (blocks, _) = Array::slice_as_chunks_mut(&mut text);
    cbc::Decryptor::<Sm4>::new(key.expose().into(), iv.into()).decrypt_blocks(blocks);
    unpadded(text)
}

/// SM4-ECB with PKCS#7 padding. Shows equal blocks as equal; only where an interface insists on it.
///
/// # Errors
/// [`GmError::SecondOpinion`].
pub fn sm4_ecb_to_hex(key: &Sm4Key, plaintext: &[u8]) -> Result<String> {
    let mut text = padded(plaintext);
    let (blocks, _) = Array::slice_as_chunks_mut(&mut text);
    Sm4::new(key.expose().into()).encrypt_blocks(blocks);
    let out = hex::encode(&*text);
    second_opinion::agree(&out, || {
        sm_crypto::sm4::CryptSM4ECB::new(key.expose()).encrypt_ecb_hex(plaintext)
    })?;
    Ok(out)
}

/// Reads what [`sm4_ecb_to_hex`] or the other side wrote.
///
/// # Errors
/// [`GmError::Hex`], [`GmError::Padding`].
pub fn sm4_ecb_from_hex(key: &Sm4Key, ciphertext: &str) -> Result<Zeroizing<Vec<u8>>> {
    let mut text = whole_blocks(ciphertext)?;
    let (blocks, _) = Array::slice_as_chunks_mut(&mut text);
    Sm4::new(key.expose().into()).decrypt_blocks(blocks);
    unpadded(text)
}

fn with_04(bytes: &[u8]) -> Vec<u8> {
    [&[0x04], bytes].concat()
}

/// PKCS#7 (RFC 5652 section 6.3): always at least one byte, each telling how many.
fn padded(plaintext: &[u8]) -> Zeroizing<Vec<u8>> {
    let count = BLOCK_BYTES - plaintext.len() % BLOCK_BYTES;
    let mut text = Zeroizing::new(Vec::with_capacity(plaintext.len() + count));
    text.extend_from_slice(plaintext);
    text.resize(plaintext.len() + count, count as u8);
    text
}

fn whole_blocks(ciphertext: &str) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = Zeroizing::new(hex::decode(ciphertext).map_err(|_| GmError::Hex("the ciphertext"))?);
    if bytes.is_empty() || bytes.len() % BLOCK_BYTES != 0 {
        return Err(GmError::Padding);
    }
    Ok(bytes)
}

fn unpadded(mut text: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>> {
    let count = usize::from(*text.last().ok_or(GmError::Padding)?);
    let start = text.len().checked_sub(count).ok_or(GmError::Padding)?;
    let fits =
        (1..=BLOCK_BYTES).contains(&count) && text[start..].iter().all(|byte| usize::from(*byte) == count);
    if !fits {
        return Err(GmError::Padding);
    }
    text.truncate(start);
    Ok(text)
}

#[cfg(test)]
mod defects;
#[cfg(test)]
mod tests;
