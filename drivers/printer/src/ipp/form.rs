//! The form of an answer, as far as the library that reads it takes it for granted (RFC 8010 §3.1).
//!
//! ipp 8.0 panics at a text with a language whose inner lengths lead out of it (found by fuzzing), and holds nested
//! collections in each other, however deep they are.

/// Deepest nesting of collections that is read. Those of printers (media-col, PWG 5100.3) have two or three levels.
const NESTED: usize = 16;

/// Version, status and request number.
const HEADER: usize = 8;
/// The tags that matter here (RFC 8010 §3.5).
const END_OF_ATTRIBUTES: u8 = 0x03;
const LAST_DELIMITER: u8 = 0x0f;
const INTEGER: u8 = 0x21;
const BOOLEAN: u8 = 0x22;
const ENUM: u8 = 0x23;
const BEGIN_COLLECTION: u8 = 0x34;
const TEXT_WITH_LANGUAGE: u8 = 0x35;
const NAME_WITH_LANGUAGE: u8 = 0x36;
const END_COLLECTION: u8 = 0x37;

/// Looks at an answer's body.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(body: &[u8]) -> Result<(), &'static str> {
    let mut rest = body.get(HEADER..).ok_or("no header")?;
    let mut depth = 0_usize;
    loop {
        let (tag, after) = rest.split_first().ok_or("no end of its attributes")?;
        rest = after;
        match *tag {
            END_OF_ATTRIBUTES => return Ok(()),
            0..=LAST_DELIMITER => {}
            tag => {
                let (_name, after) = field(rest)?;
                let (value, after) = field(after)?;
                rest = after;
                match tag {
                    // The library reads the first bytes of a longer one: a state that nobody sent.
                    INTEGER | ENUM if value.len() != 4 => return Err("a number that is not of four bytes"),
                    BOOLEAN if value.len() != 1 => return Err("a yes or no that is not of one byte"),
                    BEGIN_COLLECTION if depth == NESTED => return Err("collections nested too deep"),
                    BEGIN_COLLECTION => depth += 1,
                    END_COLLECTION => depth = depth.saturating_sub(1),
                    TEXT_WITH_LANGUAGE | NAME_WITH_LANGUAGE => {
                        let (_language, text) = field(value)?;
                        field(text)?;
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Bytes behind their length, and what follows them.
fn field(bytes: &[u8]) -> Result<(&[u8], &[u8]), &'static str> {
    let (length, rest) = bytes.split_first_chunk().ok_or("it breaks off")?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or("a length that leads out of it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(attributes: &[u8]) -> Vec<u8> {
        [&[2, 0, 0, 0, 0, 0, 0, 1, 4], attributes, &[3]].concat()
    }

    #[test]
    fn inner_lengths_stay_within_their_value() {
        let good = [0x35, 0, 1, b'a', 0, 9, 0, 2, b'e', b'n', 0, 3, b'y', b'e', b's'];
        assert_eq!(check(&answer(&good)), Ok(()));
        for place in [7, 11] {
            let mut bad = good;
            bad[place] = 4;
            assert!(check(&answer(&bad)).is_err(), "{bad:02x?}");
        }
        // The text alone, without a language.
        assert!(check(&answer(&[0x36, 0, 0, 0, 3, 0, 1, b'e'])).is_err());
        for cut in 0..good.len() {
            let whole = answer(&good);
            assert!(check(&whole[..HEADER + 1 + cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn numbers_have_four_bytes_and_a_yes_or_no_one() {
        for (tag, right) in [(INTEGER, 4), (ENUM, 4), (BOOLEAN, 1)] {
            for length in 0..8_u8 {
                let value = vec![9; usize::from(length)];
                let attribute = [&[tag, 0, 1, b'a', 0, length], value.as_slice()].concat();
                assert_eq!(check(&answer(&attribute)).is_ok(), length == right, "{tag:#x} of {length}");
            }
        }
    }

    #[test]
    fn collections_are_nested_within_reason() {
        let nested = |depth: usize| answer(&[0x34, 0, 0, 0, 0].repeat(depth));
        assert_eq!(check(&nested(NESTED)), Ok(()));
        assert!(check(&nested(NESTED + 1)).is_err());
        let after_each_other = [0x34, 0, 0, 0, 0, 0x37, 0, 0, 0, 0].repeat(100);
        assert_eq!(check(&answer(&after_each_other)), Ok(()));
    }
}
