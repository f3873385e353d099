//! The pad's frames: `7E`, length of what follows without the check byte, command, data, check byte. The check byte is the
//! XOR of length, command and data.
//!
//! Cite the sheet of your protocol here, with its section, and keep its printed frames as tests.

/// Begins every frame.
const HEAD: u8 = 0x7e;
/// Longest data: a key and a battery's state. Anything longer is noise that happens to begin like a frame.
const LONGEST: usize = 8;

/// To the pad: light the keys up and take one.
pub const ASK: u8 = 0x01;
/// To the pad: rest.
pub const REST: u8 = 0x02;
/// From the pad: a key, 1 to 5.
pub const KEY: u8 = 0x10;

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it says.
    pub command: u8,
    /// What belongs to it.
    pub data: Vec<u8>,
}

/// What stands at the beginning of the bytes so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// A frame, and how many bytes it takes.
    Whole(Frame, usize),
    /// So many bytes are none of a frame, or of one whose check byte is wrong (`true`).
    Noise(usize, bool),
    /// The rest has not come yet.
    More,
}

/// A frame's bytes.
#[must_use]
pub fn encode(command: u8, data: &[u8]) -> Vec<u8> {
    let length = (data.len() + 1).min(LONGEST + 1);
    let mut bytes = vec![HEAD, u8::try_from(length).unwrap_or(u8::MAX), command];
    bytes.extend(data.iter().take(LONGEST));
    bytes.push(check(&bytes[1..]));
    bytes
}

/// Looks for a frame at the beginning of what came.
#[must_use]
pub fn cut(bytes: &[u8]) -> Cut {
    let Some(begin) = bytes.iter().position(|byte| *byte == HEAD) else {
        return if bytes.is_empty() { Cut::More } else { Cut::Noise(bytes.len(), false) };
    };
    if begin > 0 {
        return Cut::Noise(begin, false);
    }
    let Some(length) = bytes.get(1).map(|length| usize::from(*length)) else { return Cut::More };
    if !(1..=LONGEST + 1).contains(&length) {
        return Cut::Noise(1, false);
    }
    let (Some(body), Some(told)) = (bytes.get(1..length + 2), bytes.get(length + 2)) else {
        return Cut::More;
    };
    if check(body) != *told {
        // Only its head: a true frame may begin inside of what looked like one.
        return Cut::Noise(1, true);
    }
    Cut::Whole(Frame { command: body[1], data: body[2..].to_vec() }, length + 3)
}

fn check(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn printed_frames() {
        assert_eq!(encode(ASK, &[]), [0x7e, 0x01, 0x01, 0x00]);
        assert_eq!(encode(KEY, &[5]), [0x7e, 0x02, 0x10, 0x05, 0x17]);
        let key = Frame { command: KEY, data: vec![5] };
        assert_eq!(cut(&[0x7e, 0x02, 0x10, 0x05, 0x17]), Cut::Whole(key, 5));
        assert_eq!(cut(&[0x7e, 0x02, 0x10, 0x05, 0x16]), Cut::Noise(1, true));
    }

    proptest! {
        /// Every split point, with noise before: the same frame comes out.
        #[test]
        fn every_split_gives_the_same_frame(noise in proptest::collection::vec(0_u8..0x7e, 0..8), data in proptest::collection::vec(any::<u8>(), 0..=LONGEST)) {
            let mut line = noise;
            line.extend(encode(KEY, &data));
            for split in 0..=line.len() {
                let (mut came, mut found) = (Vec::new(), Vec::new());
                for part in [&line[..split], &line[split..]] {
                    came.extend_from_slice(part);
                    loop {
                        match cut(&came) {
                            Cut::Whole(frame, length) => { found.push(frame); came.drain(..length); }
                            Cut::Noise(length, _) => { came.drain(..length); }
                            Cut::More => break,
                        }
                    }
                }
                prop_assert_eq!(found, vec![Frame { command: KEY, data: data.clone() }]);
            }
        }

        /// Whatever comes, it ends, and takes no more than there is.
        #[test]
        fn no_input_makes_it_stumble(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            match cut(&bytes) {
                Cut::Whole(_, length) | Cut::Noise(length, _) => prop_assert!((1..=bytes.len()).contains(&length)),
                Cut::More => {}
            }
        }
    }
}
