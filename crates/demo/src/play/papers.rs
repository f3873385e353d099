//! What came out on paper: kept, read again, compared.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

/// Keeps a paper in the folder of the story.
pub(crate) fn keep(folder: &Path, name: &str, pdf: &[u8]) -> anyhow::Result<PathBuf> {
    ensure!(pdf.starts_with(b"%PDF-"), "{name} is no PDF");
    let file = folder.join(format!("{name}.pdf"));
    std::fs::write(&file, pdf)?;
    Ok(file)
}

/// The text of a PDF, without the spaces that setting puts between signs.
pub(crate) fn text(file: &Path) -> anyhow::Result<String> {
    let output = Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8"])
        .arg(file)
        .arg("-")
        .output()
        .context("pdftotext (package poppler-utils)")?;
    ensure!(output.status.success(), "pdftotext cannot read {}", file.display());
    Ok(String::from_utf8_lossy(&output.stdout).split_whitespace().collect())
}

/// The documents that reached the printer and were printed to their end, oldest first.
pub(crate) fn printed(spool: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(spool.join("received"))? {
        let mark = entry?.path();
        if mark.extension().is_some_and(|extension| extension == "printed") {
            let printed_at = mark.metadata()?.modified()?;
            files.push((printed_at, mark.with_extension("")));
        }
    }
    files.sort();
    Ok(files.into_iter().map(|(_, file)| file).collect())
}
