//! `virtual-devices`: runs the virtual devices of a training or demonstration counter.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use virtual_devices::camera::{CameraOptions, CameraScene, VirtualCamera};
use virtual_devices::control::ControlSocket;
use virtual_devices::rehearsal::Rehearsal;
use virtual_devices::samv::{ReaderOptions, VirtualReader};

/// Virtual devices that speak their real wire protocol.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where the reader's device file appears (a link to its pseudo terminal).
    #[arg(long, value_name = "PATH")]
    reader: PathBuf,
    /// Where the control socket appears.
    #[arg(long, value_name = "PATH")]
    control: PathBuf,
    /// Let bytes take the time that they take on a line of this rate.
    #[arg(long, value_name = "BAUD")]
    baud: Option<u32>,
    /// A training counter: pads, code scanner, queue sign and camera appear in this folder.
    #[arg(long, value_name = "FOLDER", requires = "cards")]
    training: Option<PathBuf>,
    /// The cards of the training counter: a JSON list of key and card.
    #[arg(long, value_name = "FILE")]
    cards: Option<PathBuf>,
    /// Where a camera's socket appears (Motion JPEG, 1280 x 720).
    #[arg(long, value_name = "PATH")]
    camera: Option<PathBuf>,
    /// A picture (PNG or JPEG) in front of the camera, instead of the test pattern.
    #[arg(long, value_name = "FILE", requires = "camera")]
    camera_scene: Option<PathBuf>,
    /// End when standard input ends: for programs that start this one and may die.
    #[arg(long)]
    until_stdin_ends: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let options = ReaderOptions { link: Some(arguments.reader), baud: arguments.baud, split_at: Vec::new() };
    let reader = Arc::new(VirtualReader::start(options).context("the virtual reader")?);
    let rehearsal = match (&arguments.training, &arguments.cards) {
        (Some(folder), Some(cards)) => {
            let cards =
                serde_json::from_slice(&std::fs::read(cards).context("the cards")?).context("the cards")?;
            Some(Arc::new(
                Rehearsal::start(folder, Arc::clone(&reader), cards).context("the training counter")?,
            ))
        }
        _ => None,
    };
    let socket = ControlSocket::serve_all(&arguments.control, Arc::clone(&reader), rehearsal)
        .context("the control socket")?;
    let scene = arguments.camera_scene.map_or(CameraScene::Pattern, CameraScene::Still);
    let options = CameraOptions { width: 1280, height: 720, scene, ..CameraOptions::default() };
    let camera = arguments.camera.map(|path| VirtualCamera::start(&path, options));
    let camera = camera.transpose().context("the virtual camera")?;
    // One line when everything can be used; who started us need not guess.
    writeln!(std::io::stdout(), "ready")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(until_told_to_end(arguments.until_stdin_ends))?;
    // The reader removes its link, the socket its file; waiting for a blocked reader of standard input
    // is not needed.
    reader.unplug();
    drop((socket, camera));
    runtime.shutdown_background();
    Ok(())
}

async fn until_told_to_end(watch_stdin: bool) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (ended, stdin_end) = tokio::sync::oneshot::channel::<()>();
    if watch_stdin {
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            let _ = ended.send(());
        });
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = stdin_end => {}
        }
    } else {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    Ok(())
}
