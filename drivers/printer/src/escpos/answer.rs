//! What a receipt printer says: single status bytes and blocks of four, told apart by their fixed bits.
//!
//! Source: Epson, "ESC/POS Command Reference for TM Printers", pages "DLE EOT", "GS r", "GS a".

/// Real-time status: 0xx1xx10.
const REAL_TIME: (u8, u8) = (0x93, 0x12);
/// First byte of an automatic status: 0xx1xx00.
const AUTOMATIC: (u8, u8) = (0x93, 0x10);
/// Transmitted status, and the second to fourth byte of an automatic status: 0xx0xxxx.
const PLAIN: (u8, u8) = (0x90, 0x00);
/// Flow control of serial lines, which says nothing of the paper.
const FLOW: [u8; 2] = [0x11, 0x13];

/// Something that the printer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// To DLE EOT. Which of its questions is told by their order alone.
    RealTime(u8),
    /// To GS r.
    Transmitted(u8),
    /// Four bytes that nobody asked for now: another program has switched them on (GS a).
    Automatic([u8; 4]),
    /// No byte of any status.
    Garbage(u8),
}

fn fits(byte: u8, (mask, wanted): (u8, u8)) -> bool {
    byte & mask == wanted
}

/// Takes what comes in from the line apart, however it is cut.
#[derive(Debug, Default)]
pub struct Answers {
    /// The beginning of an automatic status.
    begun: Vec<u8>,
}

impl Answers {
    /// Takes the next byte; gives what it completes. A block that broke off gives its bytes as garbage.
    pub fn take(&mut self, byte: u8, mut each: impl FnMut(Answer)) {
        if !self.begun.is_empty() {
            if fits(byte, PLAIN) {
                self.begun.push(byte);
                if let [first, second, third, fourth] = self.begun[..] {
                    self.begun.clear();
                    each(Answer::Automatic([first, second, third, fourth]));
                }
                return;
            }
            self.begun.drain(..).map(Answer::Garbage).for_each(&mut each);
        }
        match byte {
            _ if FLOW.contains(&byte) => {}
            _ if fits(byte, REAL_TIME) => each(Answer::RealTime(byte)),
            _ if fits(byte, AUTOMATIC) => self.begun.push(byte),
            _ if fits(byte, PLAIN) => each(Answer::Transmitted(byte)),
            _ => each(Answer::Garbage(byte)),
        }
    }

    /// Bytes of a block that has not come to its end.
    #[must_use]
    pub const fn waiting(&self) -> usize {
        self.begun.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<Answer> {
        let mut answers = Answers::default();
        let mut found = Vec::new();
        for byte in pieces.concat() {
            answers.take(byte, |answer| found.push(answer));
        }
        found
    }

    #[test]
    fn every_byte_of_every_status_is_known_as_what_it_is() {
        for byte in 0..=u8::MAX {
            let bits = |set: u8, unset: u8| byte & set == set && byte & unset == 0;
            let expected = match byte {
                0x11 | 0x13 => vec![],
                _ if bits(0b0001_0010, 0b1000_0001) => vec![Answer::RealTime(byte)],
                _ if bits(0b0001_0000, 0b1000_0011) => vec![],
                _ if bits(0, 0b1001_0000) => vec![Answer::Transmitted(byte)],
                _ => vec![Answer::Garbage(byte)],
            };
            assert_eq!(read(&[&[byte]]), expected, "{byte:#04x}");
        }
    }

    #[test]
    fn every_split_point_and_every_neighbour() {
        let automatic = [0x38, 0x08, 0x0f, 0x00];
        let whole = [&[0x12][..], &automatic, &[0x00], &automatic, &automatic, &[0x7e, 0x0f, 0x32]].concat();
        let expected = [
            Answer::RealTime(0x12),
            Answer::Automatic(automatic),
            Answer::Transmitted(0),
            Answer::Automatic(automatic),
            Answer::Automatic(automatic),
            Answer::RealTime(0x7e),
            Answer::Transmitted(0x0f),
            Answer::RealTime(0x32),
        ];
        // Byte by byte is how it is read; a cut at each place leaves the same.
        for place in 0..=whole.len() {
            let (front, back) = whole.split_at(place);
            assert_eq!(read(&[front, back]), expected);
        }
    }

    #[test]
    fn a_block_that_breaks_off_is_garbage_and_what_follows_is_read() {
        for length in 1..4 {
            let begun = &[0x10, 0x00, 0x00][..length];
            let mut expected: Vec<Answer> = begun.iter().copied().map(Answer::Garbage).collect();
            expected.push(Answer::RealTime(0x16));
            assert_eq!(read(&[begun, &[0x16]]), expected);
        }
        assert_eq!(
            read(&[&[0xff, 0x12, 0x80]]),
            [Answer::Garbage(0xff), Answer::RealTime(0x12), Answer::Garbage(0x80)]
        );
    }
}
