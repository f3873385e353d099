//! `device-host`: runs the drivers of one device class for one terminal.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Parser;
use device_host::{HostConfiguration, Service, confine, factories_of, serve, take_over};
use driver_abi::LibraryFactory;
use driver_contract::{DeviceClass, Recording, harden_process};
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

/// Runs the drivers of one device class. Started by the terminal, not by hand.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The device class.
    #[arg(long)]
    class: DeviceClass,
    /// The terminal's profile, told to other terminals as the holder of a device.
    #[arg(long)]
    profile: String,
    /// The configuration file.
    #[arg(long)]
    config: PathBuf,
    /// The folder of the device locks.
    #[arg(long)]
    lock_dir: PathBuf,
    /// A maker's library to serve instead of the drivers that this program carries.
    #[arg(long)]
    library: Option<PathBuf>,
    /// Records every device whose entry does not say so itself to this file (see `docs/devices.md`).
    #[arg(long)]
    record: Option<PathBuf>,
    /// With --record: replaces what is personal before it is written.
    #[arg(long, requires = "record")]
    mask: bool,
    /// With --record: leaves out the bytes of the line.
    #[arg(long, requires = "record")]
    no_line: bool,
    /// Process id of the terminal.
    #[arg(long)]
    parent: i32,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    harden_process().context("hardening the process")?;
    set_parent_process_death_signal(Some(Signal::KILL)).context("parent-death signal")?;
    // The terminal may have died before the line above.
    ensure!(getppid() == Pid::from_raw(arguments.parent), "the terminal that started this host has gone");
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let line = take_over()?;
    let configuration = HostConfiguration::load(&arguments.config)?;
    let class = arguments.class;
    confine(class).context("confining the process")?;
    let mut service = Service {
        class,
        factories: Vec::new(),
        unusable: None,
        profile: arguments.profile,
        lock_dir: arguments.lock_dir,
        record: arguments.record.map(|file| Recording {
            file,
            mask: arguments.mask,
            line: !arguments.no_line,
        }),
    };
    match &arguments.library {
        None => service.factories = factories_of(class),
        Some(path) => match LibraryFactory::load(path, class) {
            Ok(factory) => service.factories.push(Box::new(factory)),
            Err(error) => service.unusable = Some(error.fault(class)),
        },
    }
    let result = serve(line, service, &configuration);
    // Not by returning: a driver's thread that is stuck in a library must not keep the process alive.
    match result {
        Ok(()) => std::process::exit(0),
        Err(error) => {
            tracing::error!(%error, "the line to the terminal");
            std::process::exit(1);
        }
    }
}
