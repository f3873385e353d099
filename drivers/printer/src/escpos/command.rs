//! The commands that are sent (Epson, "ESC/POS Command Reference for TM Printers", the page named at each).

use super::raster::Dots;

const DLE: u8 = 0x10;
const EOT: u8 = 0x04;
const ENQ: u8 = 0x05;
const DC4: u8 = 0x14;
const ESC: u8 = 0x1b;
const GS: u8 = 0x1d;

/// ESC @: back to what holds after power-on (page "ESC @").
pub(crate) const INITIALISE: [u8; 2] = [ESC, b'@'];
/// GS r 1: tell the paper sensors. Carried out in its turn, so that its answer says that everything before it was
/// carried out (page "GS r").
pub(crate) const TRANSMIT_PAPER: [u8; 3] = [GS, b'r', 1];

/// Rows of one band: 24 rows of 576 dots are 1728 bytes. Two bands are under way at a time, which fits into the 4 KiB
/// of receive buffer that the smaller TM models have, with room for what is asked between them. A buffer that is never
/// full lets every real-time question through, and no line needs flow control.
pub(crate) const BAND_ROWS: usize = 24;
/// Bands that may be under way: while one is printed the next is there, so that the head does not stop.
pub(crate) const BANDS_UNDER_WAY: u32 = 2;

/// Lines that bring the last printed row out to the tear bar of a printer without a knife. A line is 1/6 inch, the
/// head stands about 15 mm before the bar.
const FEED_LINES: u8 = 4;
/// Dots (of 1/203 inch) of blank paper between the last row and the cut, about 2 mm.
const FEED_BEFORE_CUT: u8 = 16;

/// How the paper is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Cut {
    /// A bridge of paper is left, so that the slip does not fall.
    #[default]
    Partial,
    /// Through.
    Full,
    /// The printer has no knife.
    None,
}

/// DLE EOT n: asks for a real-time status, past everything that waits in the buffer (page "DLE EOT").
pub(crate) const fn real_time_status(number: u8) -> [u8; 3] {
    [DLE, EOT, number]
}

/// Ends whatever command an earlier talk may have left half sent, and begins anew. Outside of a picture the printer
/// takes no notice of NUL; within one they are white rows.
pub(crate) fn begin_anew(width: usize) -> Vec<u8> {
    let mut bytes = vec![0; width / 8 * BAND_ROWS];
    bytes.extend(INITIALISE);
    bytes
}

/// GS v 0: prints these rows as they are (page "GS v 0"), dot for dot.
///
/// Real-time commands are carried out even where they stand within a picture (pages "DLE EOT", "DLE ENQ", "DLE DC4":
/// the last opens the cash drawer or empties the buffer). Where the dots would make one, a single dot is added.
pub(crate) fn raster(picture: &Dots, first_row: usize, rows: usize) -> Vec<u8> {
    let line = picture.line_bytes();
    let size = |number: usize| u16::try_from(number).unwrap_or(u16::MAX).to_le_bytes();
    let mut bytes = vec![GS, b'v', b'0', 0];
    bytes.extend(size(line));
    bytes.extend(size(rows));
    let data = bytes.len();
    bytes.extend(picture.rows(first_row, rows));
    for place in data..bytes.len().saturating_sub(1) {
        if bytes[place] == DLE && [EOT, ENQ, DC4].contains(&bytes[place + 1]) {
            bytes[place] |= 0x08;
        }
    }
    bytes
}

/// Feeds the slip out and cuts it: GS V 65 or 66 (page "GS V", function B), ESC d.
pub(crate) fn cut(cut: Cut) -> Vec<u8> {
    match cut {
        Cut::Full => vec![GS, b'V', 65, FEED_BEFORE_CUT],
        Cut::Partial => vec![GS, b'V', 66, FEED_BEFORE_CUT],
        Cut::None => vec![ESC, b'd', FEED_LINES],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_its_head_and_its_rows() {
        let picture = Dots::of_rows(16, vec![0xff, 0x00, 0x0f, 0xf0, 0x80, 0x01]);
        assert_eq!(raster(&picture, 1, 2), [GS, b'v', b'0', 0, 2, 0, 2, 0, 0x0f, 0xf0, 0x80, 0x01]);
    }

    #[test]
    fn no_picture_makes_a_real_time_command() {
        for second in [EOT, ENQ, DC4] {
            // Within a row, and from one row to the next.
            let picture = Dots::of_rows(16, vec![DLE, second, 0x00, DLE, second, DLE]);
            let bytes = raster(&picture, 0, 3);
            assert_eq!(bytes[8..], [0x18, second, 0x00, 0x18, second, DLE]);
        }
        let harmless = Dots::of_rows(16, vec![DLE, 0x03, DLE, DLE, EOT, DLE]);
        assert_eq!(raster(&harmless, 0, 1)[8..], [DLE, 0x03]);
    }

    #[test]
    fn two_bands_fit_into_the_smallest_buffer() {
        let widest = Dots::of_rows(576, vec![0; 72 * BAND_ROWS]);
        assert!(2 * (raster(&widest, 0, BAND_ROWS).len() + TRANSMIT_PAPER.len()) < 4096 - 64);
    }
}
