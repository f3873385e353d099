//! The file layer of the cut world.

use crate::world::{Change, world};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use store::blob_file::{FileLayer, SystemFiles};

/// Files whose content and names are lost with the power, unless they were made durable.
#[derive(Debug, Clone, Copy, Default)]
pub struct CutFiles;

impl FileLayer for CutFiles {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        let mut world = world();
        world.step();
        let missing: Vec<_> = folder.ancestors().take_while(|one| !one.exists()).collect();
        SystemFiles.make_folder(folder)?;
        for one in missing {
            world.named(one);
        }
        Ok(())
    }

    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut world = world();
        world.step();
        if !file.exists() {
            world.named(file);
        }
        File::create(file)?.write_all(bytes)?;
        let after = bytes.to_vec();
        world.changed(file, Change::Write { offset: 0, before: Vec::new(), length_before: 0, after });
        Ok(())
    }

    fn sync_file(&self, file: &Path) -> io::Result<()> {
        let mut world = world();
        world.step();
        world.synced(file);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut world = world();
        world.step();
        fs::rename(from, to)?;
        world.renamed(from, to);
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let mut world = world();
        world.step();
        world.folder_synced(folder);
        Ok(())
    }
}
