//! What the bits of a status mean, and what they are in the catalogue.
//!
//! Source: Epson, "ESC/POS Command Reference for TM Printers", pages "DLE EOT" (tables of n = 1 to 4) and "GS a".

use driver_contract::FaultCode;

/// How a printer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// It takes no data to print.
    pub offline: bool,
    /// Its cover is open.
    pub cover_open: bool,
    /// Somebody presses the feed key.
    pub fed_by_hand: bool,
    /// The roll is at its end.
    pub paper_out: bool,
    /// The roll is nearly at its end.
    pub paper_low: bool,
    /// An error, of whichever kind.
    pub failed: bool,
    /// The knife is stuck.
    pub cutter_stuck: bool,
    /// An error that only the maker can mend.
    pub unrecoverable: bool,
    /// An error that passes by itself: the head is too hot, or the voltage wrong.
    pub passing: bool,
}

const fn bit(byte: u8, number: u8) -> bool {
    byte >> number & 1 == 1
}

impl Status {
    /// From the answers to DLE EOT 1, 2, 3 and 4.
    #[must_use]
    pub const fn of_real_time([printer, offline, error, paper]: [u8; 4]) -> Self {
        Self {
            offline: bit(printer, 3),
            cover_open: bit(offline, 2),
            fed_by_hand: bit(offline, 3),
            paper_out: bit(offline, 5) || bit(paper, 5) || bit(paper, 6),
            paper_low: bit(paper, 2) || bit(paper, 3),
            failed: bit(offline, 6) || bit(error, 2),
            cutter_stuck: bit(error, 3),
            unrecoverable: bit(error, 5),
            passing: bit(error, 6),
        }
    }

    /// From an automatic status.
    #[must_use]
    pub const fn of_automatic([printer, error, paper, _]: [u8; 4]) -> Self {
        Self {
            offline: bit(printer, 3),
            cover_open: bit(printer, 5),
            fed_by_hand: bit(printer, 6),
            paper_out: bit(paper, 2) || bit(paper, 3),
            paper_low: bit(paper, 0) || bit(paper, 1),
            failed: bit(error, 2),
            cutter_stuck: bit(error, 3),
            unrecoverable: bit(error, 5),
            passing: bit(error, 6),
        }
    }

    /// What keeps it from printing; the most urgent, if there are several.
    #[must_use]
    pub const fn obstacle(&self) -> Option<FaultCode> {
        Some(if self.unrecoverable {
            FaultCode::PrinterUnrecoverable
        } else if self.cutter_stuck {
            FaultCode::CutterStuck
        } else if self.cover_open {
            FaultCode::CoverOpen
        } else if self.paper_out {
            FaultCode::OutOfPaper
        } else if self.passing {
            FaultCode::PrintHeadHot
        } else if self.failed || self.offline || self.fed_by_hand {
            FaultCode::PrinterNeedsAttention
        } else {
            return None;
        })
    }

    /// Whether what keeps it from printing cannot be mended while the slip waits: the printer must be switched off.
    #[must_use]
    pub const fn ends_a_slip(&self) -> bool {
        self.unrecoverable || self.cutter_stuck
    }

    /// Everything that can be said of it, for the state of the device.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultCode> {
        let all = [
            (self.unrecoverable, FaultCode::PrinterUnrecoverable),
            (self.cutter_stuck, FaultCode::CutterStuck),
            (self.cover_open, FaultCode::CoverOpen),
            (self.paper_out, FaultCode::OutOfPaper),
            (self.passing, FaultCode::PrintHeadHot),
            (self.paper_low && !self.paper_out, FaultCode::PaperLow),
        ];
        let mut faults: Vec<FaultCode> =
            all.into_iter().filter(|(is, _)| *is).map(|(_, code)| code).collect();
        if let Some(code) = self.obstacle()
            && !faults.contains(&code)
        {
            faults.insert(0, code);
        }
        faults
    }

    /// The same as keywords of IPP's `printer-state-reasons` (RFC 8011 §5.4.12, PWG 5100.9), as other printers tell them.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let all = [
            (self.offline, "offline-report"),
            (self.cover_open, "cover-open-error"),
            (self.paper_out, "media-empty-error"),
            (self.paper_low && !self.paper_out, "media-low-report"),
            (self.cutter_stuck, "trimmer-jam-error"),
            (self.unrecoverable || self.passing || self.failed, "other-error"),
        ];
        all.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL: [u8; 4] = [0x12; 4];

    fn with(number: usize, bits: u8) -> Status {
        let mut bytes = WELL;
        bytes[number - 1] |= bits;
        Status::of_real_time(bytes)
    }

    #[test]
    fn every_bit_of_the_real_time_status() {
        assert_eq!(Status::of_real_time(WELL), Status::default());
        for (number, bits, expected) in [
            (1, 0x04, vec![]), // the cash drawer
            (1, 0x08, vec![FaultCode::PrinterNeedsAttention]),
            (1, 0x20, vec![]), // waits until it is online again, which DLE EOT 2 explains
            (1, 0x40, vec![]),
            (2, 0x04, vec![FaultCode::CoverOpen]),
            (2, 0x08, vec![FaultCode::PrinterNeedsAttention]),
            (2, 0x20, vec![FaultCode::OutOfPaper]),
            (2, 0x40, vec![FaultCode::PrinterNeedsAttention]),
            (3, 0x04, vec![FaultCode::PrinterNeedsAttention]),
            (3, 0x08, vec![FaultCode::CutterStuck]),
            (3, 0x20, vec![FaultCode::PrinterUnrecoverable]),
            (3, 0x40, vec![FaultCode::PrintHeadHot]),
            (4, 0x0c, vec![FaultCode::PaperLow]),
            (4, 0x60, vec![FaultCode::OutOfPaper]),
            (4, 0x6c, vec![FaultCode::OutOfPaper]),
        ] {
            assert_eq!(with(number, bits).faults(), expected, "DLE EOT {number}: {bits:#04x}");
        }
        assert_eq!(with(4, 0x0c).obstacle(), None, "it prints on");
    }

    #[test]
    fn both_forms_of_the_status_say_the_same() {
        for (real, automatic) in [
            ([0x12, 0x12, 0x12, 0x12], [0x10, 0x00, 0x00, 0x00]),
            ([0x1a, 0x16, 0x12, 0x12], [0x38, 0x00, 0x00, 0x00]),
            ([0x1a, 0x32, 0x12, 0x7e], [0x18, 0x00, 0x0f, 0x00]),
            ([0x12, 0x12, 0x12, 0x1e], [0x10, 0x00, 0x03, 0x00]),
            ([0x1a, 0x12, 0x1a, 0x12], [0x18, 0x08, 0x00, 0x00]),
            ([0x1a, 0x12, 0x32, 0x12], [0x18, 0x20, 0x00, 0x00]),
            ([0x1a, 0x12, 0x52, 0x12], [0x18, 0x40, 0x00, 0x00]),
        ] {
            assert_eq!(Status::of_real_time(real), Status::of_automatic(automatic), "{real:02x?}");
        }
    }

    #[test]
    fn the_most_urgent_is_told_first() {
        let open_and_empty = Status::of_real_time([0x1a, 0x36, 0x12, 0x7e]);
        assert_eq!(open_and_empty.obstacle(), Some(FaultCode::CoverOpen));
        assert_eq!(open_and_empty.faults(), [FaultCode::CoverOpen, FaultCode::OutOfPaper]);
        assert_eq!(open_and_empty.reasons(), ["offline-report", "cover-open-error", "media-empty-error"]);
    }
}
