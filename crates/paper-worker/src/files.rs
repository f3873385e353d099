//! A template's files, read once per order: what is hashed is what is set.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use paper::{Engine, PaperError, TemplateId, TemplateSheet};

use crate::hash::PartsHash;

/// Largest template file in bytes; a template is text and perhaps an emblem.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;

/// The files of one template and of the folder `common`, by their path below `assets/templates`.
pub struct TemplateFiles {
    /// The template's sheet.
    pub sheet: TemplateSheet,
    /// Path (with `/` in front) → bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    /// SM3 of all of them.
    pub hash: String,
}

impl TemplateFiles {
    /// Reads a template.
    ///
    /// # Errors
    /// [`PaperError::TemplateUnknown`], or [`PaperError::TemplateBroken`] when a file cannot be read.
    pub fn load(folder: &Path, id: &TemplateId) -> Result<Self, PaperError> {
        let unreadable = |_| PaperError::TemplateBroken {
            template: id.to_string(),
            at: "(files)".into(),
            what: "a file of the template cannot be read".into(),
        };
        let sheet = TemplateSheet::load(folder, id)?;
        let mut files = BTreeMap::new();
        match sheet.engine {
            Engine::Typst => {
                for part in [id.as_str(), "common"] {
                    read_all(&folder.join(part), &format!("/{part}"), &mut files).map_err(unreadable)?;
                }
            }
            Engine::Placed => {
                let path = format!("/placed/{id}.toml");
                let bytes = fs::read(folder.join(&path[1..])).map_err(unreadable)?;
                files.insert(path, bytes);
            }
        }
        let mut hash = PartsHash::new("template");
        for (path, bytes) in &files {
            hash.part(path.as_bytes());
            hash.part(bytes);
        }
        Ok(Self { sheet, files, hash: hash.hex() })
    }
}

fn read_all(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let kind = entry.file_type()?;
        let path = format!("{below}/{name}");
        if kind.is_dir() {
            read_all(&entry.path(), &path, files)?;
        } else if kind.is_file() {
            if entry.metadata()?.len() > FILE_LIMIT {
                return Err(io::ErrorKind::InvalidData.into());
            }
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}
