//! `window-server`: the sync server as a program.

mod console;

use clap::{Args, Parser, Subcommand};
use server::{Policy, RegisterSettings, Settings};
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The sync server of the window terminal.
#[derive(Debug, Parser)]
#[command(name = "window-server", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Runs the server.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Address to listen on; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:8460")]
        listen: SocketAddr,
        /// End when standard input closes, so that nothing outlives the program that started this one.
        #[arg(long)]
        exit_with_stdin: bool,
    },
    /// Loads the demo station and writes one-time codes for its windows.
    PrepareDemo {
        #[command(flatten)]
        place: Place,
        /// Where the codes are written; read by their owner only.
        #[arg(long)]
        codes: PathBuf,
    },
    /// Reads a CSV file of standard addresses (UTF-8 or GB 18030) and publishes it to all terminals.
    ImportAddresses {
        #[command(flatten)]
        place: Place,
        /// The file.
        file: PathBuf,
        /// In words what it is: 江城市标准地址库.
        #[arg(long)]
        title: String,
        /// Who made the data.
        #[arg(long)]
        source: String,
        /// Day of the data, YYYY-MM-DD.
        #[arg(long)]
        day: String,
    },
    /// Proves chains, hashes, receipts and numbers of everything stored; ends with 1 when something is wrong.
    Check {
        #[command(flatten)]
        place: Place,
    },
    /// Checks, publishes, compares and rolls back definitions: matters, forms, flows, papers, code tables, calendar.
    Definitions {
        #[command(subcommand)]
        task: console::Definitions,
    },
    /// To be called after the database was restored from a backup.
    Restored {
        #[command(flatten)]
        place: Place,
    },
}

/// Where things are kept.
#[derive(Debug, Args)]
struct Place {
    /// Data folder: keys, and database and objects where nothing else is named.
    #[arg(long, default_value = "server-data")]
    data: PathBuf,
    /// postgres://… instead of SQLite in the data folder.
    #[arg(long)]
    database: Option<String>,
    /// s3://bucket/prefix or a folder, instead of `objects` in the data folder.
    #[arg(long)]
    objects: Option<String>,
    /// Address of the population register.
    #[arg(long, requires = "register_token_file")]
    register: Option<String>,
    /// File with the server's token at the register.
    #[arg(long)]
    register_token_file: Option<PathBuf>,
    /// How long the register is waited for, seconds.
    #[arg(long, default_value_t = 10)]
    register_timeout: u64,
    /// Folder with matters, flows, codes, calendar and, for the demo, the demo station.
    #[arg(long)]
    assets: Option<PathBuf>,
    /// File with the master secret that seals the server's key.
    #[arg(long)]
    master_secret_file: Option<PathBuf>,
    /// File with the key that signs releases of definitions, instead of `publisher.key` in the data folder.
    #[arg(long)]
    publisher_key_file: Option<PathBuf>,
}

impl Place {
    fn settings(self) -> anyhow::Result<Settings> {
        let register = match (self.register, self.register_token_file) {
            (Some(url), Some(file)) => Some(RegisterSettings {
                url,
                token: server::read_text(&file)?,
                timeout: Duration::from_secs(self.register_timeout),
            }),
            _ => None,
        };
        Ok(Settings {
            database: self.database,
            objects: self.objects,
            register,
            assets: self.assets,
            master_secret: self.master_secret_file,
            publisher: self.publisher_key_file,
            policy: Policy::default(),
            ..Settings::in_folder(self.data)
        })
    }
}

/// The keys of a whole province pass through this memory: no core file, and no other process of the account may
/// look into it.
fn harden() -> anyhow::Result<()> {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

fn main() -> anyhow::Result<()> {
    harden()?;
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(run(arguments.task))?;
    runtime.shutdown_timeout(Duration::from_secs(2));
    std::process::exit(code);
}

async fn run(task: Task) -> anyhow::Result<i32> {
    match task {
        Task::Serve { place, listen, exit_with_stdin } => {
            let running = server::start(Settings { listen, ..place.settings()? }).await?;
            let ready = serde_json::json!({
                "ready": true,
                "listen": running.addr,
                "process": std::process::id(),
            });
            say(&ready.to_string())?;
            stop_signal(exit_with_stdin).await?;
            running.stop().await;
            Ok(0)
        }
        Task::PrepareDemo { place, codes } => {
            let found = server::prepare_demo(&place.settings()?).await?;
            server::demo::write_codes(&found, &codes)?;
            Ok(0)
        }
        Task::ImportAddresses { place, file, title, source, day } => {
            let words = server::AddressWords { title, source, day };
            match server::import_addresses(&place.settings()?, &file, &words).await {
                Ok(rows) => {
                    say(&format!("已发布标准地址 {rows} 条"))?;
                    Ok(0)
                }
                Err(server::Fault::AddressFile(lines)) => {
                    say(&lines.join("\n"))?;
                    Ok(1)
                }
                Err(fault) => Err(fault.into()),
            }
        }
        Task::Check { place } => {
            let report = server::check_store(&place.settings()?).await?;
            say(&serde_json::to_string_pretty(&report)?)?;
            Ok(i32::from(!report.faults.is_empty()))
        }
        Task::Definitions { task } => console::definitions(task).await,
        Task::Restored { place } => {
            server::note_restored(&place.settings()?).await?;
            Ok(0)
        }
    }
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Ctrl-C, SIGTERM, or the end of standard input where that is asked for.
async fn stop_signal(with_stdin: bool) -> anyhow::Result<()> {
    let (closed, ended) = tokio::sync::oneshot::channel();
    if with_stdin {
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            let _ = closed.send(());
        });
    } else {
        // Never closes while this runs.
        std::mem::forget(closed);
    }
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result?,
        _ = terminate.recv() => {}
        _ = ended => {}
    }
    Ok(())
}
