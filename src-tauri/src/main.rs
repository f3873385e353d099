//! The desktop shell: the windows of one profile and the way from them to the terminal. No rules in here.

#![allow(
    clippy::result_large_err,
    reason = "the wire form of a refusal; one a call, and calls take milliseconds"
)]

mod changes;
mod check;
mod commands;
mod failure;
mod files;
mod options;
mod process;
mod profile_lock;
mod windows;

use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;
use tauri::RunEvent;
use terminal::Terminal;

use options::{Options, Task};
use profile_lock::{Holder, ProfileLock};

/// Ended because the profile is open already.
const ALREADY_OPEN: i32 = 3;

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if let Some(Task::Check { data, officer }) = &options.task {
        process::harden()?;
        std::process::exit(check::run(data, officer)?);
    }
    process::prepare_web_view(options.demo)?;
    process::harden()?;
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let _inside = runtime.enter();
    tauri::async_runtime::set(runtime.handle().clone());
    let signals = process::Signals::listen(options.until_stdin_ends)?;
    let settings = options.settings()?;
    std::fs::create_dir_all(&settings.data).context("making the profile's folder")?;
    let _lock = match ProfileLock::take(&settings.data)? {
        Holder::Us(lock) => lock,
        Holder::Other(process) => {
            tracing::warn!("the profile is open in process {process}; its window comes to the front");
            std::process::exit(ALREADY_OPEN);
        }
    };
    match Terminal::open(settings, runtime.handle().clone()) {
        Ok(terminal) => run(terminal, options, signals),
        Err(error) => {
            tracing::error!(code = %error.code(), "the terminal does not open: {error}");
            failure::show(&options.profile, &error.code())
        }
    }
}

fn run(terminal: Arc<Terminal>, options: Options, signals: process::Signals) -> anyhow::Result<()> {
    let closing = Arc::clone(&terminal);
    let files = Arc::clone(&terminal);
    let app = tauri::Builder::default()
        .manage(Arc::clone(&terminal))
        .invoke_handler(tauri::generate_handler![commands::officer_rpc, commands::applicant_rpc])
        .register_asynchronous_uri_scheme_protocol(files::SCHEME, move |context, request, answer| {
            files::answer(&files, context.webview_label(), &request, answer);
        })
        .setup(move |app| {
            windows::open(app, &options)?;
            let handle = app.handle().clone();
            tauri::async_runtime::spawn(changes::forward(handle.clone(), terminal.subscribe()));
            tauri::async_runtime::spawn(signals.obey(handle));
            Ok(())
        })
        .build(context())
        .context("starting the windows")?;
    app.run(move |_, event| {
        if let RunEvent::Exit = event {
            closing.close();
        }
    });
    Ok(())
}

/// The embedded user interface, capabilities and icon. Once in the program: each use embeds everything.
fn context() -> tauri::Context {
    tauri::generate_context!()
}
