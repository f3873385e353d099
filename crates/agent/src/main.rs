//! `window-agent`: a terminal whose windows are pages of this machine's browser.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use agent::{Agent, AgentSettings, serve};
use anyhow::Context as _;
use clap::Parser;
use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal};
use terminal::{Settings, Terminal};
use tokio::signal::unix::{SignalKind, signal};

/// A terminal whose windows are pages of this machine's browser.
///
/// Prints one line when it is ready: {"officer":"http://127.0.0.1:…/?code=…","applicant":"…"}. Each address
/// opens its window once. Ends when the program that started it ends.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Name of the window, e.g. 柜台一.
    #[arg(long)]
    profile: String,
    /// Data folder of this profile.
    #[arg(long)]
    data: PathBuf,
    /// Folder of device locks, shared by the profiles of this PC; this account's run-time folder by default.
    #[arg(long)]
    runtime: Option<PathBuf>,
    /// Folder of matters, flows, codes, templates, messages.
    #[arg(long)]
    assets: PathBuf,
    /// Address of the server.
    #[arg(long)]
    server: Option<String>,
    /// File that names the devices; `devices.json` in the data folder by default.
    #[arg(long)]
    devices: Option<PathBuf>,
    /// Folder with `device-host` and `paper-worker`; the folder of this program by default.
    #[arg(long)]
    programs: Option<PathBuf>,
    /// Folder of the built user interface.
    #[arg(long)]
    ui: PathBuf,
    /// Port of the officer window; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    officer_port: u16,
    /// Port of the applicant screen; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    applicant_port: u16,
    /// Screens and papers say that this is a demonstration.
    #[arg(long)]
    demo: bool,
    /// End when standard input ends.
    #[arg(long)]
    until_stdin_ends: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    harden().context("hardening the process")?;
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let watch_stdin = arguments.until_stdin_ends;
    let (settings, doors) = settings(arguments)?;
    let terminal = Terminal::open(settings, runtime.handle().clone()).context("opening the terminal")?;
    let result = runtime.block_on(work(Arc::clone(&terminal), &doors, watch_stdin));
    terminal.close();
    runtime.shutdown_background();
    result
}

async fn work(terminal: Arc<Terminal>, doors: &AgentSettings, watch_stdin: bool) -> anyhow::Result<()> {
    let agent = serve(Arc::new(terminal), doors).await?;
    announce(&agent)?;
    until_told_to_end(watch_stdin).await?;
    agent.stop().await;
    Ok(())
}

fn settings(arguments: Arguments) -> anyhow::Result<(Settings, AgentSettings)> {
    let programs = match arguments.programs {
        Some(folder) => folder,
        None => std::env::current_exe()?.parent().context("this program's folder")?.to_owned(),
    };
    let settings = Settings {
        runtime: arguments.runtime.unwrap_or_else(shared_runtime),
        devices: arguments.devices.unwrap_or_else(|| arguments.data.join("devices.json")),
        profile: arguments.profile,
        data: arguments.data,
        assets: arguments.assets,
        server: arguments.server,
        programs,
        demo: arguments.demo,
    };
    let doors = AgentSettings {
        ui: arguments.ui,
        officer_port: arguments.officer_port,
        applicant_port: arguments.applicant_port,
    };
    Ok((settings, doors))
}

/// One folder for all profiles of an account: they have to see each other's device locks.
fn shared_runtime() -> PathBuf {
    match std::env::var_os("XDG_RUNTIME_DIR") {
        Some(folder) => PathBuf::from(folder).join("window-terminal"),
        None => std::env::temp_dir().join(format!("window-terminal-{}", rustix::process::getuid().as_raw())),
    }
}

fn announce(agent: &Agent) -> anyhow::Result<()> {
    let line = serde_json::json!({
        "officer": agent.officer_address(),
        "applicant": agent.applicant_address(),
    });
    let mut out = std::io::stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("telling the addresses")
}

/// Personal data in memory reaches no core file and no debugger; and this program ends with its parent.
fn harden() -> anyhow::Result<()> {
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    let parent = rustix::process::getppid();
    rustix::process::set_parent_process_death_signal(Some(Signal::TERM))?;
    anyhow::ensure!(rustix::process::getppid() == parent, "the program that started this one has gone");
    Ok(())
}

async fn until_told_to_end(watch_stdin: bool) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (ended, stdin_ended) = tokio::sync::oneshot::channel::<()>();
    if watch_stdin {
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            let _ = ended.send(());
        });
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = stdin_ended => {}
        }
    } else {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    Ok(())
}
