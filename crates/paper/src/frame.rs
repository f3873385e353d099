//! Frames on the pipe: four bytes of length (big endian), then that many bytes.

use std::io::{self, Read, Write};

/// Longest frame in bytes. The largest honest order holds a few photos and signatures (some MB each as
/// base64); the largest answer is their PDF. 64 MiB leaves room and bounds what one message can allocate.
pub const FRAME_LIMIT: u32 = 64 * 1024 * 1024;

/// Writes one frame and flushes it.
///
/// # Errors
/// `InvalidInput` when the body is longer than [`FRAME_LIMIT`]; otherwise what the pipe says.
pub fn write_frame(out: &mut impl Write, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len())
        .ok()
        .filter(|length| *length <= FRAME_LIMIT)
        .ok_or(io::ErrorKind::InvalidInput)?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(body)?;
    out.flush()
}

/// Reads one frame; `None` when the other side ended between two frames.
///
/// # Errors
/// `InvalidData` when the announced length is over [`FRAME_LIMIT`]; `UnexpectedEof` when the other side
/// ended within a frame; otherwise what the pipe says.
pub fn read_frame(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut head = [0_u8; 4];
    let mut filled = 0;
    while filled < head.len() {
        match input.read(&mut head[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = u32::from_be_bytes(head);
    if length > FRAME_LIMIT {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // Grows as bytes arrive, so a false length cannot claim memory by itself.
    let mut body = Vec::new();
    input.by_ref().take(u64::from(length)).read_to_end(&mut body)?;
    if body.len() == length as usize { Ok(Some(body)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_whole_and_in_order() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, b"one").unwrap();
        write_frame(&mut pipe, b"").unwrap();
        write_frame(&mut pipe, &[7; 70_000]).unwrap();
        let mut input = pipe.as_slice();
        assert_eq!(read_frame(&mut input).unwrap().unwrap(), b"one");
        assert_eq!(read_frame(&mut input).unwrap().unwrap(), b"");
        assert_eq!(read_frame(&mut input).unwrap().unwrap().len(), 70_000);
        assert!(read_frame(&mut input).unwrap().is_none());
    }

    #[test]
    fn every_cut_inside_a_frame_is_an_error() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, b"paper").unwrap();
        for cut in 1..pipe.len() {
            let error = read_frame(&mut &pipe[..cut]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "cut at {cut}");
        }
    }

    #[test]
    fn a_false_length_is_refused_before_reading() {
        let error = read_frame(&mut &[0xff, 0xff, 0xff, 0xff, 1][..]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
