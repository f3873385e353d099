//! The doors: one address per window.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use terminal::rpc::WindowRole;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::entry::Entry;
use crate::fault::{AgentError, Refused};
use crate::guard::guard;
use crate::host::Host;
use crate::{changes, commands, files, pages};

/// Largest request: a long signature is about 200 KB of JSON.
const LARGEST_REQUEST: usize = 1 << 20;
/// Requests of one window that the terminal works on at a time; a page of thumbnails asks for a dozen.
const AT_A_TIME: usize = 16;

/// How an agent is started.
#[derive(Debug, Clone)]
pub struct AgentSettings {
    /// Folder of the built user interface, with `index.html` and `applicant.html`.
    pub ui: PathBuf,
    /// Port of the officer window on 127.0.0.1; 0 takes a free one.
    pub officer_port: u16,
    /// Port of the applicant screen on 127.0.0.1; 0 takes a free one.
    pub applicant_port: u16,
}

/// One window's address.
pub(crate) struct Door {
    pub(crate) window: WindowRole,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    pub(crate) entry: Entry,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) ui: PathBuf,
    pub(crate) ending: watch::Receiver<bool>,
    places: Semaphore,
}

impl Door {
    /// Asks the terminal, which blocks, away from the asynchronous workers.
    pub(crate) async fn ask<A: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Host) -> A + Send + 'static,
    ) -> Result<A, Refused> {
        let _place = self.places.acquire().await.map_err(|_| Refused::Ending)?;
        let host = Arc::clone(&self.host);
        tokio::task::spawn_blocking(move || question(&*host)).await.map_err(|_| Refused::Ending)
    }
}

/// A running agent.
#[derive(Debug)]
pub struct Agent {
    officer: String,
    applicant: String,
    ending: watch::Sender<bool>,
    tasks: Vec<JoinHandle<io::Result<()>>>,
}

impl Agent {
    /// Address that opens the officer window, once.
    #[must_use]
    pub fn officer_address(&self) -> &str {
        &self.officer
    }

    /// Address that opens the applicant screen, once.
    #[must_use]
    pub fn applicant_address(&self) -> &str {
        &self.applicant
    }

    /// Ends all connections.
    pub async fn stop(self) {
        // A send without receivers: the doors have ended already.
        let _ = self.ending.send(true);
        for task in self.tasks {
            // Work in progress is the terminal's to end; a browser that keeps its line open is not waited for.
            task.abort();
            let _ = task.await;
        }
    }
}

/// Opens the doors of both windows.
///
/// # Errors
/// See [`AgentError`].
pub async fn serve(host: Arc<dyn Host>, settings: &AgentSettings) -> Result<Agent, AgentError> {
    let (ending, ended) = watch::channel(false);
    let mut agent = Agent { officer: String::new(), applicant: String::new(), ending, tasks: Vec::new() };
    for (window, port) in
        [(WindowRole::Officer, settings.officer_port), (WindowRole::Applicant, settings.applicant_port)]
    {
        let page = pages::page_of(window, &settings.ui);
        if !page.is_file() {
            return Err(AgentError::NoPage { page });
        }
        let failed = |error| AgentError::Port { port, error };
        let listener =
            TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (entry, code) = Entry::new(address.port()).map_err(AgentError::Random)?;
        let door = Arc::new(Door {
            window,
            address: address.to_string(),
            entry,
            host: Arc::clone(&host),
            ui: settings.ui.clone(),
            ending: ended.clone(),
            places: Semaphore::new(AT_A_TIME),
        });
        let first = format!("http://{address}/?code={code}");
        match window {
            WindowRole::Officer => agent.officer = first,
            WindowRole::Applicant => agent.applicant = first,
        }
        let router = router(door);
        agent.tasks.push(tokio::spawn(async move { axum::serve(listener, router).await }));
    }
    Ok(agent)
}

fn router(door: Arc<Door>) -> Router {
    Router::new()
        .route("/", get(pages::page))
        .route("/rpc/{command}", post(commands::run))
        .route("/changes", get(changes::changes))
        .route("/pictures/{blob}", get(files::picture))
        .route("/documents/{blob}", get(files::document))
        .route("/strokes/{blob}", get(files::strokes))
        .route("/frames/{operation}", get(files::frame))
        .fallback(pages::beside)
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        // Outermost: no handler sees a request that was not admitted.
        .layer(from_fn_with_state(Arc::clone(&door), guard))
        .with_state(door)
}
