//! What came out.

use image::GrayImage;

/// A slip that was cut off, or what hangs out of the printer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReceiptSlip {
    /// Bytes of a row: one bit a dot, the highest bit left, 1 is black.
    line: usize,
    rows: Vec<u8>,
    /// Rows of paper that was moved without printing.
    pub fed: u32,
}

impl ReceiptSlip {
    pub(super) fn of_head(dots: usize) -> Self {
        Self { line: dots / 8, ..Self::default() }
    }

    pub(super) const fn is_blank(&self) -> bool {
        self.rows.is_empty()
    }

    /// One printed row. What is wider than the head is lost.
    pub(super) fn print(&mut self, row: &[u8]) {
        let shown = row.len().min(self.line);
        self.rows.extend(&row[..shown]);
        self.rows.resize(self.rows.len() + self.line - shown, 0);
    }

    /// Printed rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.rows.len().checked_div(self.line).unwrap_or_default()
    }

    /// The slip as a picture: 0 is black, 255 white.
    #[must_use]
    pub fn picture(&self) -> GrayImage {
        let size = |number: usize| u32::try_from(number).unwrap_or_default();
        GrayImage::from_fn(size(self.line * 8), size(self.height()), |x, y| {
            let place = usize::try_from(y).unwrap_or_default() * self.line
                + usize::try_from(x / 8).unwrap_or_default();
            [if self.rows[place] >> (7 - x % 8) & 1 == 1 { 0 } else { 255 }].into()
        })
    }
}
