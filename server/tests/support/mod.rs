//! A server for one test, on SQLite or PostgreSQL, with the demo station and the test matter.

pub mod postgres;
pub mod window;

use postgres::Cluster;
use server::{Policy, RegisterSettings, Running, Settings};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use window::{LocalCase, Session, Window};

/// Where a test keeps its rows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// Runs each named story on both back-ends.
#[macro_export]
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() { super::$story($crate::support::Kind::Sqlite).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() { super::$story($crate::support::Kind::Postgres).await; })*
        }
    };
}

/// A server with its folders.
pub struct Site {
    _folder: tempfile::TempDir,
    pub settings: Settings,
    pub codes: server::demo::CodeFile,
    pub cluster: Option<(Arc<Cluster>, String)>,
    running: Option<Running>,
}

/// The project's own assets.
pub fn project_assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

/// The project's assets with the test matter beside them.
pub fn assets(folder: &Path) -> PathBuf {
    let assets = folder.join("assets");
    for part in domain::catalogue::FOLDERS.into_iter().chain(["demo"]) {
        copy(&project_assets().join(part), &assets.join(part));
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assets");
    std::fs::copy(own.join("D001.toml"), assets.join("matters/D001.toml")).unwrap();
    std::fs::copy(own.join("D002.toml"), assets.join("matters/D002.toml")).unwrap();
    std::fs::copy(own.join("test-flow.toml"), assets.join("flows/test.toml")).unwrap();
    std::fs::copy(own.join("test-effect-flow.toml"), assets.join("flows/test-effect.toml")).unwrap();
    assets
}

impl Site {
    /// Prepares a server without starting it.
    pub async fn prepare(kind: Kind, register: Option<RegisterSettings>) -> Self {
        let folder = tempfile::Builder::new().prefix("window-server-").tempdir().unwrap();
        let cluster = (kind == Kind::Postgres).then(|| {
            let cluster = Cluster::shared();
            let database = cluster.new_database();
            (cluster, database)
        });
        let settings = Settings {
            assets: Some(assets(folder.path())),
            database: cluster.as_ref().map(|(cluster, name)| cluster.url(name)),
            register,
            // One guess costs a real server a fifth of a second; tests need the rule, not the cost.
            policy: Policy { password_iterations: 1000, requests_per_second: 10_000, ..Policy::default() },
            ..Settings::in_folder(folder.path().join("data"))
        };
        let codes = server::prepare_demo(&settings).await.unwrap();
        Self { _folder: folder, settings, codes, cluster, running: None }
    }

    pub async fn start(kind: Kind) -> Self {
        Self::start_with(kind, None).await
    }

    pub async fn start_with(kind: Kind, register: Option<RegisterSettings>) -> Self {
        let mut site = Self::prepare(kind, register).await;
        site.running = Some(server::start(site.settings.clone()).await.unwrap());
        site
    }

    /// Another server process's worth on the same rows and keys.
    pub async fn second_node(&self) -> Running {
        server::start(self.settings.clone()).await.unwrap()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.running.as_ref().unwrap().addr)
    }

    /// Enrols the window of a profile: `counter1` or `head-office`.
    pub async fn window(&self, profile: &str) -> Window {
        let code = self.codes.enrolment.iter().find(|one| one.profile == profile).unwrap();
        Window::enrol(&self.url(), &code.code, &code.window).await.unwrap()
    }

    /// Changes rows in the database, past the server.
    pub fn tamper(&self, deed: &str) {
        match &self.cluster {
            Some((cluster, database)) => assert!(cluster.psql(database, deed), "{deed}"),
            None => {
                let connection = rusqlite::Connection::open(self.settings.data.join("server.db")).unwrap();
                assert!(connection.execute(deed, []).unwrap() > 0, "{deed}");
            }
        }
    }

    /// Ends the server and proves everything that it stored.
    pub async fn finish(mut self) {
        self.stop().await;
        let report = server::check_store(&self.settings).await.unwrap();
        assert!(report.faults.is_empty(), "{:#?}", report.faults);
    }

    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    pub async fn restart(&mut self) {
        self.stop().await;
        self.running = Some(server::start(self.settings.clone()).await.unwrap());
    }
}
