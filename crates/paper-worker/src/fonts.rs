//! The faces papers are set in.
//!
//! A fixed list, in the order of fall-back, so that the same order gives the same bytes on every PC with the
//! same font packages, whatever other fonts it has. Noto covers what names use in daily life; HanaMin fills
//! the extensions A to F; BabelStone Han has most of G and H.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use paper::PaperError;
use ttf_parser::name_id;
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};

use crate::fontmap::FontBytes;
use crate::hash::PartsHash;

/// A face of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Face {
    /// Family as the font names itself.
    pub family: &'static str,
    /// OpenType weight class.
    pub weight: u16,
    /// File name without extension.
    stem: &'static str,
    /// Debian package that installs it.
    pub package: &'static str,
}

const NOTO: &str = "fonts-noto-cjk";

const fn face(family: &'static str, weight: u16, stem: &'static str, package: &'static str) -> Face {
    Face { family, weight, stem, package }
}

/// All faces, in the order of fall-back.
pub(crate) const FACES: [Face; 7] = [
    face("Noto Serif CJK SC", 400, "NotoSerifCJK-Regular", NOTO),
    face("Noto Serif CJK SC", 700, "NotoSerifCJK-Bold", NOTO),
    face("Noto Sans CJK SC", 400, "NotoSansCJK-Regular", NOTO),
    face("Noto Sans CJK SC", 700, "NotoSansCJK-Bold", NOTO),
    face("HanaMinA", 400, "HanaMinA", "fonts-hanazono"),
    face("HanaMinB", 400, "HanaMinB", "fonts-hanazono"),
    face("BabelStone Han", 400, "BabelStoneHan", "fonts-babelstone-han"),
];

/// How deep a font folder is searched; Debian's folders are flat, a site's own may have one level more.
const DEPTH: u32 = 2;

impl Face {
    /// Family and weight, the key of a print set's font hashes.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.family, self.weight)
    }
}

/// A face with its bytes.
pub(crate) struct Shelved {
    pub(crate) face: Face,
    pub(crate) bytes: FontBytes,
    /// Index of the face within its file (collections hold one for each region).
    pub(crate) index: u32,
    pub(crate) font: Font,
    hash: String,
}

/// All faces of the list, opened.
pub struct FontShelf {
    pub(crate) shelved: Vec<Shelved>,
    pub(crate) book: FontBook,
}

impl FontShelf {
    /// Finds every face of the list in the folders; the first find of a face wins.
    ///
    /// # Errors
    /// [`PaperError::FontFolderMissing`] or [`PaperError::FontMissing`], with the Debian package to install.
    pub fn open(folders: &[PathBuf]) -> Result<Self, PaperError> {
        let mut files = BTreeMap::new();
        for folder in folders {
            collect(folder, DEPTH, &mut files);
        }
        let mut shelved = Vec::with_capacity(FACES.len());
        let mut absent = Vec::new();
        for face in FACES {
            match files.get(face.stem).and_then(|path| Self::load(face, path)) {
                Some(found) => shelved.push(found),
                None => absent.push(face),
            }
        }
        if let Some(first) = absent.first() {
            let mut packages: Vec<String> = absent.iter().map(|face| face.package.to_owned()).collect();
            packages.dedup();
            return Err(match folders.iter().find(|folder| !folder.is_dir()) {
                Some(folder) => {
                    PaperError::FontFolderMissing { folder: folder.display().to_string(), packages }
                }
                None => PaperError::FontMissing { face: first.name(), package: first.package.to_owned() },
            });
        }
        let book = FontBook::from_fonts(shelved.iter().map(|found| &found.font));
        Ok(Self { shelved, book })
    }

    /// Face → hash of its identity, as a print set carries it.
    #[must_use]
    pub fn hashes(&self) -> BTreeMap<String, String> {
        self.shelved.iter().map(|found| (found.face.name(), found.hash.clone())).collect()
    }

    /// Whether some face has a glyph for the character.
    #[must_use]
    pub fn covers(&self, c: char) -> bool {
        self.shelved.iter().any(|found| found.font.info().coverage.contains(u32::from(c)))
    }

    /// Glyph and advance (in sizes of the type) of a character in a face of the shelf.
    pub(crate) fn measure(&self, face: usize, c: char) -> Option<(ttf_parser::GlyphId, f32)> {
        let found = self.shelved.get(face)?;
        let ttf = ttf_parser::Face::parse(found.bytes.as_ref(), found.index).ok()?;
        let glyph = ttf.glyph_index(c)?;
        let advance = f32::from(ttf.glyph_hor_advance(glyph)?) / f32::from(ttf.units_per_em());
        Some((glyph, advance))
    }

    fn load(face: Face, path: &Path) -> Option<Shelved> {
        let bytes = FontBytes::open(path).ok()?;
        let count = ttf_parser::fonts_in_collection(bytes.as_ref()).unwrap_or(1);
        let index = (0..count).find(|index| {
            ttf_parser::RawFace::parse(bytes.as_ref(), *index)
                .ok()
                .and_then(|raw| raw.table(ttf_parser::Tag::from_bytes(b"name")))
                .and_then(ttf_parser::name::Table::parse)
                .is_some_and(|names| is_family(&names, face.family))
        })?;
        let font = Font::new(Bytes::new(bytes.clone()), index)?;
        let hash = identity(bytes.as_ref(), index)?;
        Some(Shelved { face, bytes, index, font, hash })
    }
}

fn is_family(names: &ttf_parser::name::Table<'_>, family: &str) -> bool {
    names
        .names
        .into_iter()
        .filter(|name| name.name_id == name_id::FAMILY)
        .any(|name| name.to_string().as_deref() == Some(family))
}

/// SM3 of what identifies a face: file length, the table directory with every table's checksum, the `head`
/// table with revision and whole-file checksum.
fn identity(bytes: &[u8], index: u32) -> Option<String> {
    let raw = ttf_parser::RawFace::parse(bytes, index).ok()?;
    let mut hash = PartsHash::new("font face");
    hash.part(&(bytes.len() as u64).to_be_bytes());
    for record in raw.table_records {
        hash.part(&record.tag.to_bytes());
        for number in [record.check_sum, record.offset, record.length] {
            hash.part(&number.to_be_bytes());
        }
    }
    hash.part(raw.table(ttf_parser::Tag::from_bytes(b"head"))?);
    Some(hash.hex())
}

fn collect(folder: &Path, depth: u32, files: &mut BTreeMap<String, PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    // The order a file system lists its names in is its own affair.
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth > 1 {
                collect(&path, depth - 1, files);
            }
            continue;
        }
        let is_font = path
            .extension()
            .and_then(|e| e.to_str())
            .is_some_and(|e| ["ttf", "ttc", "otf", "otc"].iter().any(|known| e.eq_ignore_ascii_case(known)));
        if let (true, Some(stem)) = (is_font, path.file_stem().and_then(|stem| stem.to_str())) {
            files.entry(stem.to_owned()).or_insert(path);
        }
    }
}
