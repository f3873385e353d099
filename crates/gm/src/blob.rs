//! The file cipher: 1 MiB chunks under SM4-GCM, a key of its own for every blob.
//!
//! ```text
//! 0   "WTBLOB"            6 bytes
//! 6   version             u16, big-endian, 1
//! 8   plaintext length    u64, big-endian
//! 16  chunk count         u32, big-endian, at least 1
//! 20  chunks              each ciphertext, then a tag of 16 bytes; all but the last hold 1 MiB
//! ```
//!
//! A chunk's nonce is its index, which is safe because no key ever serves a second blob. Its associated data
//! is index, count and whether it is the last, so no chunk can be moved, dropped, doubled or taken from
//! elsewhere; the lengths follow from count and the last chunk. The key is kept elsewhere, wrapped. The blob's
//! id is the SM3 of all bytes, so whoever stores it can check it without any key.

use std::io::{Read, Write};
use std::ops::Range;

use zeroize::Zeroizing;

use crate::aead::{Nonce, TAG_BYTES, open_raw, seal_raw};
use crate::{BlobKey, GmError, Result, Sm3Hash, Sm3Hasher, sm3};

/// Plaintext bytes of every chunk but the last.
pub const CHUNK_BYTES: usize = 1 << 20;

/// Bytes in front of the first chunk.
pub const HEADER_BYTES: usize = 20;

/// Largest plaintext: 2^20 chunks, one TiB. Far above any scan, and far below what an SM4 key may take.
pub const MAX_PLAINTEXT_BYTES: u64 = 1 << 40;

const MAGIC: &[u8; 6] = b"WTBLOB";
const VERSION: u16 = 1;

/// What stands in front of the chunks, checked for inner agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobHeader {
    plaintext_length: u64,
    chunk_count: u32,
}

impl BlobHeader {
    /// The header of a plaintext of this many bytes.
    ///
    /// # Errors
    /// [`GmError::BlobTooLarge`] above [`MAX_PLAINTEXT_BYTES`].
    pub fn for_length(plaintext_length: u64) -> Result<Self> {
        if plaintext_length > MAX_PLAINTEXT_BYTES {
            return Err(GmError::BlobTooLarge);
        }
        // An empty plaintext has one empty chunk, so that it is authenticated too.
        let count = plaintext_length.div_ceil(CHUNK_BYTES as u64).max(1);
        let chunk_count = u32::try_from(count).map_err(|_| GmError::BlobTooLarge)?;
        Ok(Self { plaintext_length, chunk_count })
    }

    /// Reads the header from the beginning of a blob.
    ///
    /// # Errors
    /// [`GmError::BlobHeader`] when it is cut, of another version, or its numbers contradict each other.
    pub fn parse(blob: &[u8]) -> Result<Self> {
        let header: &[u8; HEADER_BYTES] = blob.first_chunk().ok_or(GmError::BlobHeader)?;
        let (magic, rest) = header.split_at(MAGIC.len());
        let (version, rest) = rest.split_at(2);
        let (length, count) = rest.split_at(8);
        if magic != MAGIC || version != VERSION.to_be_bytes() {
            return Err(GmError::BlobHeader);
        }
        let length = u64::from_be_bytes(length.try_into().map_err(|_| GmError::BlobHeader)?);
        let this = Self::for_length(length).map_err(|_| GmError::BlobHeader)?;
        if count != this.chunk_count.to_be_bytes() {
            return Err(GmError::BlobHeader);
        }
        Ok(this)
    }

    /// Bytes of the plaintext.
    #[must_use]
    pub fn plaintext_length(&self) -> u64 {
        self.plaintext_length
    }

    /// Number of chunks, at least one.
    #[must_use]
    pub fn chunk_count(&self) -> u32 {
        self.chunk_count
    }

    /// Bytes of the whole blob, header and tags included.
    #[must_use]
    pub fn blob_length(&self) -> u64 {
        HEADER_BYTES as u64 + self.plaintext_length + u64::from(self.chunk_count) * TAG_BYTES as u64
    }

    /// Where the sealed chunk `index` stands in the blob, or `None` past the last.
    #[must_use]
    pub fn chunk_range(&self, index: u32) -> Option<Range<u64>> {
        let plaintext = self.chunk_plaintext_length(index)? as u64;
        let start = HEADER_BYTES as u64 + u64::from(index) * (CHUNK_BYTES + TAG_BYTES) as u64;
        Some(start..start + plaintext + TAG_BYTES as u64)
    }

    fn chunk_plaintext_length(&self, index: u32) -> Option<usize> {
        if index >= self.chunk_count {
            return None;
        }
        let before = u64::from(index) * CHUNK_BYTES as u64;
        usize::try_from((self.plaintext_length - before).min(CHUNK_BYTES as u64)).ok()
    }

    fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..6].copy_from_slice(MAGIC);
        bytes[6..8].copy_from_slice(&VERSION.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.plaintext_length.to_be_bytes());
        bytes[16..].copy_from_slice(&self.chunk_count.to_be_bytes());
        bytes
    }

    fn aad(self, index: u32) -> [u8; 9] {
        let mut aad = [0; 9];
        aad[..4].copy_from_slice(&index.to_be_bytes());
        aad[4..8].copy_from_slice(&self.chunk_count.to_be_bytes());
        aad[8] = u8::from(index + 1 == self.chunk_count);
        aad
    }
}

/// What encrypting a file gives besides its bytes.
#[derive(Debug)]
pub struct SealedBlob {
    /// The key of this blob and no other; the caller wraps it.
    pub key: BlobKey,
    /// SM3 of all bytes of the blob: its name.
    pub id: Sm3Hash,
    /// SM3 of the plaintext. It belongs into the signed event only.
    pub plaintext_hash: Sm3Hash,
    /// The header that was written.
    pub header: BlobHeader,
}

/// The id that bytes of a blob have.
#[must_use]
pub fn blob_id(blob: &[u8]) -> Sm3Hash {
    sm3(blob)
}

/// Encrypts a plaintext that is in memory; gives the blob's bytes beside its facts.
///
/// # Errors
/// [`GmError::Random`], [`GmError::BlobTooLarge`].
pub fn encrypt(plaintext: &[u8]) -> Result<(SealedBlob, Vec<u8>)> {
    let length = plaintext.len() as u64;
    let capacity = usize::try_from(BlobHeader::for_length(length)?.blob_length()).unwrap_or(0);
    let mut blob = Vec::with_capacity(capacity);
    let sealed = encrypt_stream(plaintext, length, &mut blob)?;
    Ok((sealed, blob))
}

/// Encrypts exactly `plaintext_length` bytes from `source` into `target`, one chunk in memory at a time.
///
/// The caller makes `target` durable before it tells anyone the id.
///
/// # Errors
/// [`GmError::BlobSource`] when `source` gives another number of bytes, [`GmError::BlobTooLarge`],
/// [`GmError::Random`], [`GmError::Io`].
pub fn encrypt_stream(
    mut source: impl Read,
    plaintext_length: u64,
    mut target: impl Write,
) -> Result<SealedBlob> {
    let header = BlobHeader::for_length(plaintext_length)?;
    let key = BlobKey::generate()?;
    let (mut id, mut plaintext_hash) = (Sm3Hasher::new(), Sm3Hasher::new());
    let mut put = |bytes: &[u8]| {
        id.update(bytes);
        target.write_all(bytes)
    };
    put(&header.to_bytes())?;

    let mut buffer =
        Zeroizing::new(vec![0; CHUNK_BYTES.min(usize::try_from(plaintext_length).unwrap_or(CHUNK_BYTES))]);
    let mut done = 0_u64;
    for index in 0..header.chunk_count {
        let wanted = header.chunk_plaintext_length(index).unwrap_or(0);
        let got = read_up_to(&mut source, &mut buffer[..wanted])?;
        done += got as u64;
        if got < wanted {
            return Err(GmError::BlobSource { expected: plaintext_length, got: done });
        }
        plaintext_hash.update(&buffer[..wanted]);
        put(&seal_raw(key.expose(), &nonce(index), &header.aad(index), &buffer[..wanted])?)?;
    }
    if read_up_to(&mut source, &mut [0])? != 0 {
        return Err(GmError::BlobSource { expected: plaintext_length, got: done + 1 });
    }
    Ok(SealedBlob { key, id: id.finish(), plaintext_hash: plaintext_hash.finish(), header })
}

/// Checks and decrypts one sealed chunk, the bytes of [`BlobHeader::chunk_range`].
///
/// # Errors
/// [`GmError::BlobChunk`] when it has another length, is altered, or belongs elsewhere.
pub fn decrypt_chunk(
    key: &BlobKey,
    header: &BlobHeader,
    index: u32,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>> {
    let refused = GmError::BlobChunk { index };
    match header.chunk_plaintext_length(index) {
        Some(length) if sealed.len() == length + TAG_BYTES => {
            open_raw(key.expose(), &nonce(index), &header.aad(index), sealed).map_err(|_| refused)
        }
        _ => Err(refused),
    }
}

/// Checks and decrypts a blob that is in memory.
///
/// # Errors
/// [`GmError::BlobHeader`], [`GmError::BlobLength`], [`GmError::BlobChunk`].
pub fn decrypt(key: &BlobKey, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let header = BlobHeader::parse(blob)?;
    check_length(&header, blob.len() as u64)?;
    let mut plaintext =
        Zeroizing::new(Vec::with_capacity(usize::try_from(header.plaintext_length).unwrap_or(0)));
    let sealed = &blob[HEADER_BYTES..];
    for (index, chunk) in (0..header.chunk_count).zip(sealed.chunks(CHUNK_BYTES + TAG_BYTES)) {
        plaintext.extend_from_slice(&decrypt_chunk(key, &header, index, chunk)?);
    }
    Ok(plaintext)
}

/// Checks and decrypts a blob chunk by chunk. Only verified plaintext reaches `target`, but a blob that is
/// damaged further on has by then written its beginning: use `target` only after `Ok`.
///
/// # Errors
/// [`GmError::BlobHeader`], [`GmError::BlobLength`], [`GmError::BlobChunk`], [`GmError::Io`].
pub fn decrypt_stream(key: &BlobKey, mut blob: impl Read, mut target: impl Write) -> Result<BlobHeader> {
    let mut head = [0; HEADER_BYTES];
    let got = read_up_to(&mut blob, &mut head)?;
    let header = BlobHeader::parse(&head[..got])?;
    let mut buffer = vec![0; CHUNK_BYTES + TAG_BYTES];
    let mut done = HEADER_BYTES as u64;
    for index in 0..header.chunk_count {
        let wanted = header.chunk_plaintext_length(index).unwrap_or(0) + TAG_BYTES;
        let got = read_up_to(&mut blob, &mut buffer[..wanted])?;
        done += got as u64;
        if got < wanted {
            return Err(GmError::BlobLength { expected: header.blob_length(), got: done });
        }
        target.write_all(&decrypt_chunk(key, &header, index, &buffer[..wanted])?)?;
    }
    if read_up_to(&mut blob, &mut [0])? != 0 {
        return Err(GmError::BlobLength { expected: header.blob_length(), got: done + 1 });
    }
    Ok(header)
}

/// Checks, without any key, that `blob` is whole and the one `id` names. For whoever only stores it.
///
/// # Errors
/// [`GmError::BlobId`] when the bytes differ; then [`GmError::BlobHeader`], [`GmError::BlobLength`].
pub fn verify_id(mut blob: impl Read, id: &Sm3Hash) -> Result<BlobHeader> {
    let mut hasher = Sm3Hasher::new();
    let mut head = [0; HEADER_BYTES];
    let got = read_up_to(&mut blob, &mut head)?;
    hasher.update(&head[..got]);
    let rest = std::io::copy(&mut blob, &mut hasher)?;
    if hasher.finish() != *id {
        return Err(GmError::BlobId);
    }
    let header = BlobHeader::parse(&head[..got])?;
    check_length(&header, got as u64 + rest)?;
    Ok(header)
}

fn check_length(header: &BlobHeader, got: u64) -> Result<()> {
    if got == header.blob_length() {
        Ok(())
    } else {
        Err(GmError::BlobLength { expected: header.blob_length(), got })
    }
}

fn nonce(index: u32) -> Nonce {
    let mut nonce = [0; 12];
    nonce[8..].copy_from_slice(&index.to_be_bytes());
    nonce
}

/// Fills `buffer` as far as the source reaches.
fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests;
