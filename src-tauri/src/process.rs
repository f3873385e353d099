//! The process around the windows: what the web view finds, what a crash leaves, what signals do.

use std::os::unix::process::CommandExt as _;

use std::io::Read as _;

use anyhow::Context as _;
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use tauri::AppHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use crate::windows;

/// Tells the web view to paint without buffers of a graphics card.
const NO_CARD: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
/// Lets a test drive the windows from outside.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Without a graphics card WebKitGTK shows a white window unless it is told so; and windows with real data are
/// never driven from outside. Both are environment variables, which a running program cannot change safely: it
/// starts itself again, once.
///
/// # Errors
/// The program cannot start itself.
pub(crate) fn prepare_web_view(demo: bool) -> anyhow::Result<()> {
    let mut command = std::process::Command::new(std::env::current_exe()?);
    let mut again = false;
    if std::env::var_os(NO_CARD).is_none() && !has_graphics_card() {
        command.env(NO_CARD, "1");
        again = true;
    }
    if std::env::var_os(AUTOMATION).is_some() && !demo {
        command.env_remove(AUTOMATION);
        again = true;
    }
    if again {
        return Err(command.args(std::env::args_os().skip(1)).exec()).context("starting again");
    }
    Ok(())
}

fn has_graphics_card() -> bool {
    let Ok(entries) = std::fs::read_dir("/dev/dri") else { return false };
    entries.flatten().any(|entry| entry.file_name().as_encoded_bytes().starts_with(b"renderD"))
}

/// Whether a test drives the windows.
pub(crate) fn automated() -> bool {
    std::env::var_os(AUTOMATION).is_some_and(|value| value == "true")
}

/// Personal data in memory reaches no core file and no debugger, neither ours nor the web view's.
///
/// # Errors
/// The system refuses.
pub(crate) fn harden() -> anyhow::Result<()> {
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).context("closing the memory")?;
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    rustix::process::setrlimit(Resource::Core, none).context("forbidding core files")
}

/// Signals that the program obeys.
#[derive(Debug)]
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    raise: Signal,
    input: Option<oneshot::Receiver<()>>,
}

impl Signals {
    /// Listens from now on. Comes before the profile's lock: whoever finds the lock taken sends a signal that would
    /// end a program that does not listen.
    ///
    /// # Errors
    /// The system refuses.
    pub(crate) fn listen(stdin_too: bool) -> anyhow::Result<Self> {
        let input = stdin_too.then(|| {
            let (ended, input) = oneshot::channel();
            std::thread::spawn(move || {
                let _ = std::io::stdin().read_to_end(&mut Vec::new());
                let _ = ended.send(());
            });
            input
        });
        Ok(Self {
            input,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            // Not the first user signal: the web view's memory collector takes that one for itself.
            raise: signal(SignalKind::user_defined2())?,
        })
    }

    /// Ends the program in order, or brings its window to the front.
    pub(crate) async fn obey(mut self, app: AppHandle) {
        let input = self.input.take();
        let input = async {
            match input {
                Some(input) => {
                    let _ = input.await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::pin!(input);
        loop {
            tokio::select! {
                _ = self.terminate.recv() => break,
                _ = self.interrupt.recv() => break,
                _ = self.hang_up.recv() => break,
                () = &mut input => break,
                _ = self.raise.recv() => windows::raise(&app),
            }
        }
        app.exit(0);
    }
}
