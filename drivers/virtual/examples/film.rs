//! Writes a film of the test pattern, Motion JPEG, for measurements: `film FILE WIDTH HEIGHT`.

use std::path::PathBuf;

use anyhow::Context as _;
use virtual_devices::camera::{CameraFormat, recording};

/// Pictures of the film; whoever reads it to its end begins anew.
const PICTURES: u32 = 120;
/// Pictures a second, as the film's own clock shows them.
const RATE: u32 = 30;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let file = PathBuf::from(arguments.next().context("film FILE WIDTH HEIGHT")?);
    let mut side = || -> anyhow::Result<u32> {
        let text = arguments.next().context("film FILE WIDTH HEIGHT")?;
        Ok(text.to_string_lossy().parse()?)
    };
    let (width, height) = (side()?, side()?);
    std::fs::write(&file, recording(CameraFormat::Mjpeg, width, height, PICTURES, RATE)?)?;
    Ok(())
}
