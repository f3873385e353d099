//! The files of an assets folder.

use domain::catalogue::{FOLDERS, NamedText};
use std::path::Path;

/// Reads the files that make a catalogue, in the order of their names.
///
/// # Errors
/// When a folder or file cannot be read; with its name.
pub fn read(assets: &Path) -> Result<Vec<NamedText>, String> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        let path = assets.join(folder);
        let entries = std::fs::read_dir(&path).map_err(|error| format!("{}：{error}", path.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| format!("{}：{error}", path.display()))?.path();
            if path.extension().is_some_and(|end| end == "toml") {
                let text =
                    std::fs::read_to_string(&path).map_err(|error| format!("{}：{error}", path.display()))?;
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.push((format!("{folder}/{name}"), text));
            }
        }
    }
    files.sort();
    Ok(files)
}
