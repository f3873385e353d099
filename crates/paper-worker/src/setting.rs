//! Setting text into a box: runs by face, lines by the rules of Chinese typesetting, shrinking to fit.

use ttf_parser::GlyphId;

use crate::fonts::FontShelf;
use crate::prepare::is_invisible;

/// Distance of two base lines, in sizes of the type.
pub(crate) const LEADING: f32 = 1.3;
/// Height of a line above its base line, in sizes of the type: the upper edge of Chinese characters.
pub(crate) const ASCENT: f32 = 0.88;
/// Steps in points by which text shrinks.
const STEP: f32 = 0.25;

/// Signs that must not begin a line (GB/T 15834-2011, 5.1 and 5.2).
const NOT_FIRST: &str = "、。，．：；？！）〕】》〉」』”’％…—·,.;:?!)]}%";
/// Signs that must not end a line.
const NOT_LAST: &str = "（〔【《〈「『“‘([{";

/// Characters of one face.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    /// Place of the face on the shelf.
    pub(crate) face: usize,
    pub(crate) text: String,
    /// Width in sizes of the type.
    pub(crate) width: f32,
}

/// Text set into a box.
#[derive(Debug, PartialEq)]
pub(crate) struct SetText {
    /// Size of the type in points.
    pub(crate) size: f32,
    pub(crate) lines: Vec<Vec<Run>>,
}

impl SetText {
    /// Width of a line in points.
    pub(crate) fn width(&self, line: &[Run]) -> f32 {
        line.iter().map(|run| run.width).sum::<f32>() * self.size
    }

    /// Height of all lines in points.
    pub(crate) fn height(&self) -> f32 {
        height(self.lines.len(), self.size)
    }
}

#[allow(clippy::cast_precision_loss)] // lines of a small paper: far below 2^24
fn height(lines: usize, size: f32) -> f32 {
    if lines == 0 { 0.0 } else { size * (1.0 + LEADING * (lines as f32 - 1.0)) }
}

struct Glyph {
    c: char,
    face: usize,
    advance: f32,
}

/// Why text was not set.
#[derive(Debug, PartialEq)]
pub(crate) enum Unset {
    /// No face of the chain has the character.
    Missing(char),
    /// It does not fit even at the least size.
    TooLarge,
}

/// Sets text with the first face of `chain` that has each character, as large as fits between `least` and
/// `size` points.
pub(crate) fn set(
    shelf: &FontShelf,
    chain: &[usize],
    text: &str,
    (size, least): (f32, f32),
    (width, room): (f32, f32),
) -> Result<SetText, Unset> {
    let glyphs = text
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| glyph(shelf, chain, c).ok_or(Unset::Missing(c)))
        .collect::<Result<Vec<Glyph>, Unset>>()?;
    let mut size = size;
    loop {
        if let Some(lines) = broken(&glyphs, width / size) {
            // A hair of tolerance: sums of floating numbers.
            if height(lines.len(), size) <= room + 0.01 {
                return Ok(SetText { size, lines });
            }
        }
        size -= STEP;
        if size < least {
            return Err(Unset::TooLarge);
        }
    }
}

fn glyph(shelf: &FontShelf, chain: &[usize], c: char) -> Option<Glyph> {
    if c == '\n' {
        // Ends a line and is not set.
        return Some(Glyph { c, face: chain[0], advance: 0.0 });
    }
    chain.iter().find_map(|&face| {
        let (glyph, advance) = shelf.measure(face, c)?;
        (glyph != GlyphId(0)).then_some(Glyph { c, face, advance })
    })
}

/// Breaks into lines of at most `width`; `None` when one unbreakable piece is wider.
fn broken(glyphs: &[Glyph], width: f32) -> Option<Vec<Vec<Run>>> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < glyphs.len() {
        let mut used = 0.0;
        let mut end = start;
        while end < glyphs.len() && glyphs[end].c != '\n' && used + glyphs[end].advance <= width + 1.0e-3 {
            used += glyphs[end].advance;
            end += 1;
        }
        let whole = end == glyphs.len() || glyphs[end].c == '\n';
        if !whole {
            // Back to a place where a line may end; if there is none, within the piece, so that a long name
            // in Latin letters is broken rather than lost.
            end = (start + 1..=end).rev().find(|&at| may_break(glyphs, at)).unwrap_or(end);
            if end == start {
                return None;
            }
        }
        lines.push(runs(&glyphs[start..end]));
        start = end;
        // What ended the line is not set at the beginning of the next.
        if whole {
            start += 1;
        } else {
            while start < glyphs.len() && glyphs[start].c == ' ' {
                start += 1;
            }
        }
    }
    Some(lines)
}

fn may_break(glyphs: &[Glyph], at: usize) -> bool {
    let (before, after) = (glyphs[at - 1].c, glyphs[at].c);
    let joined = |c: char| c.is_ascii_graphic();
    let held = NOT_FIRST.contains(after) || NOT_LAST.contains(before);
    let inside_a_word = joined(before) && joined(after);
    !(held || inside_a_word)
}

fn runs(glyphs: &[Glyph]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for glyph in glyphs {
        match runs.last_mut().filter(|run| run.face == glyph.face) {
            Some(run) => {
                run.text.push(glyph.c);
                run.width += glyph.advance;
            }
            None => {
                runs.push(Run { face: glyph.face, text: glyph.c.to_string(), width: glyph.advance });
            }
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyphs(text: &str) -> Vec<Glyph> {
        text.chars().map(|c| Glyph { c, face: 0, advance: if c.is_ascii() { 0.5 } else { 1.0 } }).collect()
    }

    fn lines(text: &str, width: f32) -> Vec<String> {
        let lines = broken(&glyphs(text), width).unwrap();
        lines.iter().map(|line| line.iter().map(|run| run.text.as_str()).collect()).collect()
    }

    #[test]
    fn lines_keep_the_rules_of_punctuation() {
        assert_eq!(lines("请于三月，来领", 4.0), ["请于三", "月，来领"]);
        assert_eq!(lines("请带（身份证）来", 3.0), ["请带", "（身份", "证）来"]);
        assert_eq!(lines("请带身份）来", 4.0), ["请带身", "份）来"]);
        assert_eq!(lines("编号ABC12完", 4.0), ["编号", "ABC12完"]);
        assert_eq!(lines("一\n二三", 4.0), ["一", "二三"]);
    }

    #[test]
    fn nothing_is_lost_however_narrow() {
        let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        assert_eq!(lines(text, 3.0).concat(), text);
        assert!(broken(&glyphs("宽"), 0.5).is_none());
    }
}
