//! QR codes (GB/T 18284, ISO/IEC 18004), as rows of dark modules.

use qrcode::{Color, EcLevel, QrCode};

/// A code's modules without its quiet zone.
pub(crate) struct Modules {
    /// Modules on a side.
    pub(crate) side: usize,
    dark: Vec<bool>,
}

/// Width of the quiet zone in modules (ISO/IEC 18004 clause 6.3.8).
pub(crate) const QUIET: usize = 4;

impl Modules {
    /// Encodes a text at level M: it survives a fold or a stamp's edge. `None` when the text is too long.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
        let side = code.width();
        Some(Self { side, dark: code.into_colors().into_iter().map(|c| c == Color::Dark).collect() })
    }

    /// Horizontal runs of dark modules: column, row, length. Fewer shapes than modules, and no hair lines
    /// between neighbours when printed.
    pub(crate) fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs = Vec::new();
        for (row, modules) in self.dark.chunks(self.side).enumerate() {
            let mut column = 0;
            while column < self.side {
                let length = modules[column..].iter().take_while(|dark| **dark).count();
                if length > 0 {
                    runs.push((column, row, length));
                }
                column += length.max(1);
            }
        }
        runs
    }

    /// As an SVG with the quiet zone.
    pub(crate) fn svg(&self) -> String {
        let whole = self.side + 2 * QUIET;
        let mut path = String::new();
        for (column, row, length) in self.runs() {
            path.push_str(&format!("M{} {}h{length}v1h-{length}z", column + QUIET, row + QUIET));
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\">\
             <path fill=\"#000\" d=\"{path}\"/></svg>"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_hold_every_dark_module_once() {
        let modules = Modules::of("https://example.invalid/q?n=1").unwrap();
        let mut again = vec![false; modules.side * modules.side];
        for (column, row, length) in modules.runs() {
            for n in column..column + length {
                assert!(!std::mem::replace(&mut again[row * modules.side + n], true));
            }
        }
        assert_eq!(again, modules.dark);
        assert!(Modules::of(&"x".repeat(4_000)).is_none());
    }
}
