//! `changkou`: the population register as a program of its own.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use changkou::http;
use changkou::register::{Options, Register};
use clap::Parser;
use jiff::civil::Date;
use serde_json::json;

/// The population register (常口) as a counterpart program. Invented people only.
#[derive(Debug, Parser)]
struct Arguments {
    /// Address for clients; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Folder of the register's data
    #[arg(long)]
    data: PathBuf,
    /// Folder of the cached population, shared between data folders; the data folder by default
    #[arg(long)]
    cache: Option<PathBuf>,
    /// Seed of the invented population
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// At least so many persons
    #[arg(long, default_value_t = 100_000)]
    persons: usize,
    /// The named demo people (assets/demo/people.toml)
    #[arg(long)]
    demo: Option<PathBuf>,
    /// The clients and their tokens (assets/demo/register-clients.toml)
    #[arg(long)]
    clients: PathBuf,
    /// Address for ordering faults; needs --admin-token
    #[arg(long, requires = "admin_token")]
    admin_listen: Option<SocketAddr>,
    /// Token for ordering faults
    #[arg(long)]
    admin_token: Option<String>,
    /// The day the register takes for today
    #[arg(long)]
    today: Option<Date>,
    /// Forget all effects and start from the pristine population
    #[arg(long)]
    fresh: bool,
    /// End when standard input closes, so that nothing outlives the program that started this one
    #[arg(long)]
    exit_with_stdin: bool,
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false).init();
    let arguments = Arguments::parse();
    anyhow::ensure!(arguments.listen.ip().is_loopback(), "the register listens on this machine only");
    let clients = http::load_clients(&arguments.clients)?;
    let register = Register::open(&Options {
        cache: arguments.cache.unwrap_or_else(|| arguments.data.clone()),
        data: arguments.data,
        seed: arguments.seed,
        persons: arguments.persons,
        demo: arguments.demo,
        today: arguments.today,
        fresh: arguments.fresh,
    })?;
    let persons = register.count_persons()?;
    let admin = arguments.admin_listen.zip(arguments.admin_token);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async move {
        let bound = http::bind(register, &clients, arguments.listen, admin).await?;
        let ready = json!({
            "ready": true,
            "listen": bound.address()?,
            "admin": bound.admin_address()?,
            "seed": arguments.seed,
            "persons": persons,
            "process": std::process::id(),
        });
        let mut out = std::io::stdout();
        writeln!(out, "{ready}").and_then(|()| out.flush()).context("cannot write the ready line")?;
        if arguments.exit_with_stdin {
            std::thread::spawn(|| {
                let _ = std::io::stdin().read_to_end(&mut Vec::new());
                std::process::exit(0);
            });
        }
        tokio::select! {
            result = bound.serve() => result,
            result = stop_signal() => result,
        }
    })?;
    runtime.shutdown_background();
    Ok(())
}

/// Ctrl-C or SIGTERM.
async fn stop_signal() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
