use super::*;

const SEALED: usize = CHUNK_BYTES + TAG_BYTES;

fn sample(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 31 + i / 997) as u8).collect()
}

fn code(result: Result<Zeroizing<Vec<u8>>>) -> (&'static str, Option<u32>) {
    let error = result.unwrap_err();
    let index = if let GmError::BlobChunk { index } = error { Some(index) } else { None };
    (error.code(), index)
}

/// A reader that gives odd pieces, as a socket does.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.len().min(buffer.len()).min(70_001);
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

#[test]
fn lengths_around_the_chunk_edges_round_trip_both_ways() {
    for length in [0, 1, 15, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES] {
        let plaintext = sample(length);
        let (sealed, blob) = encrypt(&plaintext).unwrap();
        assert_eq!(sealed.id, blob_id(&blob));
        assert_eq!(sealed.plaintext_hash, sm3(&plaintext));
        assert_eq!(blob.len() as u64, sealed.header.blob_length());
        assert_eq!(*decrypt(&sealed.key, &blob).unwrap(), plaintext);
        assert_eq!(verify_id(blob.as_slice(), &sealed.id).unwrap(), sealed.header);

        let mut streamed = Vec::new();
        let again = encrypt_stream(Trickle(&plaintext), length as u64, &mut streamed).unwrap();
        assert_ne!(again.id, sealed.id, "two blobs of one plaintext must not be linkable");
        let mut back = Vec::new();
        decrypt_stream(&again.key, Trickle(&streamed), &mut back).unwrap();
        assert_eq!(back, plaintext);
    }
}

#[test]
fn a_single_chunk_can_be_read_without_the_rest() {
    let plaintext = sample(2 * CHUNK_BYTES + 77);
    let (sealed, blob) = encrypt(&plaintext).unwrap();
    let header = BlobHeader::parse(&blob[..HEADER_BYTES]).unwrap();
    assert_eq!(header.chunk_count(), 3);
    for index in 0..3 {
        let range = header.chunk_range(index).unwrap();
        let chunk = &blob[range.start as usize..range.end as usize];
        let start = index as usize * CHUNK_BYTES;
        let end = plaintext.len().min(start + CHUNK_BYTES);
        assert_eq!(*decrypt_chunk(&sealed.key, &header, index, chunk).unwrap(), plaintext[start..end]);
        assert!(decrypt_chunk(&sealed.key, &header, (index + 1) % 3, chunk).is_err());
    }
    assert_eq!(header.chunk_range(2).unwrap().end, blob.len() as u64);
    assert_eq!(header.chunk_range(3), None);
    assert!(decrypt_chunk(&sealed.key, &header, 3, &blob[HEADER_BYTES..HEADER_BYTES + SEALED]).is_err());
}

#[test]
fn a_flipped_bit_names_its_chunk() {
    let (sealed, blob) = encrypt(&sample(2 * CHUNK_BYTES + 5)).unwrap();
    for (position, chunk) in [
        (HEADER_BYTES, 0),
        (HEADER_BYTES + SEALED - 1, 0),
        (HEADER_BYTES + SEALED, 1),
        (HEADER_BYTES + 2 * SEALED, 2),
        (blob.len() - 1, 2),
    ] {
        let mut altered = blob.clone();
        altered[position] ^= 0x10;
        assert_eq!(code(decrypt(&sealed.key, &altered)), ("GM_BLOB_CHUNK", Some(chunk)));
        assert_eq!(verify_id(altered.as_slice(), &sealed.id).unwrap_err().code(), "GM_BLOB_ID");
    }
}

#[test]
fn every_header_byte_matters() {
    let (sealed, blob) = encrypt(&sample(100)).unwrap();
    for position in 0..HEADER_BYTES {
        for bit in 0..8 {
            let mut altered = blob.clone();
            altered[position] ^= 1 << bit;
            let (code, _) = code(decrypt(&sealed.key, &altered));
            assert!(matches!(code, "GM_BLOB_HEADER" | "GM_BLOB_LENGTH"), "byte {position}: {code}");
        }
    }
}

#[test]
fn cut_and_lengthened_blobs_are_refused() {
    let (sealed, blob) = encrypt(&sample(CHUNK_BYTES + 5)).unwrap();
    for length in [0, 3, HEADER_BYTES - 1] {
        assert_eq!(code(decrypt(&sealed.key, &blob[..length])), ("GM_BLOB_HEADER", None));
    }
    for length in [HEADER_BYTES, HEADER_BYTES + SEALED - 1, HEADER_BYTES + SEALED, blob.len() - 1] {
        assert_eq!(code(decrypt(&sealed.key, &blob[..length])), ("GM_BLOB_LENGTH", None));
        let streamed = decrypt_stream(&sealed.key, &blob[..length], std::io::sink()).unwrap_err();
        assert!(matches!(streamed, GmError::BlobLength { got, .. } if got == length as u64));
    }
    let longer = [blob.as_slice(), &[0]].concat();
    assert_eq!(code(decrypt(&sealed.key, &longer)), ("GM_BLOB_LENGTH", None));
    let streamed = decrypt_stream(&sealed.key, longer.as_slice(), std::io::sink()).unwrap_err();
    assert_eq!(streamed.code(), "GM_BLOB_LENGTH");
}

#[test]
fn cutting_whole_chunks_with_a_mended_header_is_refused() {
    let (sealed, blob) = encrypt(&sample(2 * CHUNK_BYTES)).unwrap();
    // The attacker drops the last chunk and writes the header that fits what is left.
    let mut cut = BlobHeader::for_length(CHUNK_BYTES as u64).unwrap().to_bytes().to_vec();
    cut.extend_from_slice(&blob[HEADER_BYTES..HEADER_BYTES + SEALED]);
    assert_eq!(code(decrypt(&sealed.key, &cut)), ("GM_BLOB_CHUNK", Some(0)));
}

#[test]
fn swapped_doubled_and_spliced_chunks_are_refused() {
    let (sealed, blob) = encrypt(&sample(3 * CHUNK_BYTES)).unwrap();
    let (_, other) = encrypt(&sample(3 * CHUNK_BYTES)).unwrap();
    let at = |index: usize| HEADER_BYTES + index * SEALED..HEADER_BYTES + (index + 1) * SEALED;

    let mut swapped = blob.clone();
    swapped[at(0)].copy_from_slice(&blob[at(1)]);
    swapped[at(1)].copy_from_slice(&blob[at(0)]);
    assert_eq!(code(decrypt(&sealed.key, &swapped)), ("GM_BLOB_CHUNK", Some(0)));

    let mut doubled = blob.clone();
    doubled[at(2)].copy_from_slice(&blob[at(1)]);
    assert_eq!(code(decrypt(&sealed.key, &doubled)), ("GM_BLOB_CHUNK", Some(2)));

    let mut spliced = blob.clone();
    spliced[at(1)].copy_from_slice(&other[at(1)]);
    assert_eq!(code(decrypt(&sealed.key, &spliced)), ("GM_BLOB_CHUNK", Some(1)));

    assert_eq!(code(decrypt(&BlobKey::generate().unwrap(), &blob)), ("GM_BLOB_CHUNK", Some(0)));
}

#[test]
fn a_source_of_another_length_is_noticed() {
    let plaintext = sample(CHUNK_BYTES + 10);
    for announced in [0, 1, CHUNK_BYTES as u64, CHUNK_BYTES as u64 + 9, CHUNK_BYTES as u64 + 11] {
        let refused = encrypt_stream(plaintext.as_slice(), announced, std::io::sink()).unwrap_err();
        assert_eq!(refused.code(), "GM_BLOB_SOURCE", "announced {announced}");
    }
    let refused = encrypt_stream(std::io::empty(), MAX_PLAINTEXT_BYTES + 1, std::io::sink()).unwrap_err();
    assert_eq!(refused.code(), "GM_BLOB_TOO_LARGE");
}
