//! Structures of GM/T 0016-2012 section 6.4 and its numbers, from the text of the standard.

pub(crate) const SAR_OK: u32 = 0;
pub(crate) const SAR_FAIL: u32 = 0x0a00_0001;
pub(crate) const SAR_NOTSUPPORTYETERR: u32 = 0x0a00_0003;
pub(crate) const SAR_INVALIDHANDLEERR: u32 = 0x0a00_0005;
pub(crate) const SAR_INVALIDPARAMERR: u32 = 0x0a00_0006;
pub(crate) const SAR_INDATALENERR: u32 = 0x0a00_0010;
pub(crate) const SAR_INDATAERR: u32 = 0x0a00_0011;
pub(crate) const SAR_CERTNOTFOUNTERR: u32 = 0x0a00_001c;
pub(crate) const SAR_KEYNOTFOUNTERR: u32 = 0x0a00_001b;
pub(crate) const SAR_DECRYPTPADERR: u32 = 0x0a00_001e;
pub(crate) const SAR_BUFFER_TOO_SMALL: u32 = 0x0a00_0020;
pub(crate) const SAR_DEVICE_REMOVED: u32 = 0x0a00_0023;
pub(crate) const SAR_PIN_INCORRECT: u32 = 0x0a00_0024;
pub(crate) const SAR_PIN_LOCKED: u32 = 0x0a00_0025;
pub(crate) const SAR_USER_TYPE_INVALID: u32 = 0x0a00_002a;
pub(crate) const SAR_USER_NOT_LOGGED_IN: u32 = 0x0a00_002d;
pub(crate) const SAR_APPLICATION_NOT_EXISTS: u32 = 0x0a00_002e;

/// `SGD_SM2_1 | SGD_SM2_3` of GM/T 0006: signing and encrypting with SM2.
const SM2: u32 = 0x0002_0200 | 0x0002_0800;
/// `SGD_SM3`.
const SM3: u32 = 1;

/// `DEVINFO`.
#[repr(C, packed(1))]
pub struct DevInfo {
    version: [u8; 2],
    manufacturer: [u8; 64],
    issuer: [u8; 64],
    label: [u8; 32],
    serial: [u8; 32],
    hardware: [u8; 2],
    firmware: [u8; 2],
    symmetric: u32,
    asymmetric: u32,
    hash: u32,
    authentication: u32,
    total: u32,
    free: u32,
    largest_ecc: u32,
    largest: u32,
    reserved: [u8; 64],
}

fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut field = [0; N];
    // One zero stays at the end.
    for (place, byte) in field.iter_mut().take(N - 1).zip(text.bytes()) {
        *place = byte;
    }
    field
}

impl DevInfo {
    pub(crate) fn new(label: &str, serial: &str) -> Self {
        Self {
            version: [1, 0],
            manufacturer: padded("virtual"),
            issuer: padded("virtual"),
            label: padded(label),
            serial: padded(serial),
            hardware: [1, 0],
            firmware: [1, 2],
            symmetric: 0,
            asymmetric: SM2,
            hash: SM3,
            authentication: 0,
            total: 65_536,
            free: 32_768,
            largest_ecc: 4096,
            largest: 4096,
            reserved: [0; 64],
        }
    }
}

/// `ECCPUBLICKEYBLOB`: bits, then both coordinates in 64 bytes each, right-aligned.
pub(crate) fn public_blob(point: &[u8; 65]) -> Vec<u8> {
    let mut blob = 256_u32.to_le_bytes().to_vec();
    for coordinate in point[1..].chunks(32) {
        blob.extend([0; 32]);
        blob.extend(coordinate);
    }
    blob
}

/// Two numbers of 64 bytes, right-aligned, as 64 bytes together.
pub(crate) fn narrow(blob: &[u8; 128]) -> Option<[u8; 64]> {
    let mut numbers = [0; 64];
    for (wide, place) in blob.chunks(64).zip(numbers.chunks_mut(32)) {
        if wide[..32].iter().any(|byte| *byte != 0) {
            return None;
        }
        place.copy_from_slice(&wide[32..]);
    }
    Some(numbers)
}

/// The other way round.
pub(crate) fn widen(numbers: &[u8; 64]) -> [u8; 128] {
    let mut blob = [0; 128];
    for (wide, number) in blob.chunks_mut(64).zip(numbers.chunks(32)) {
        wide[32..].copy_from_slice(number);
    }
    blob
}
