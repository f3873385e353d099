//! A server, terminals with real acts, and a line between them that fails on demand.

pub mod counter;
pub mod proxy;

use proxy::Proxy;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Longest that a test waits for something that must happen. It says nothing about how fast it has to be.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn wait_for(what: &str, mut happened: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !happened() {
        assert!(begun.elapsed() < PATIENCE, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Seed of this run: `SEED`, or the clock's; printed, so that a red run can be repeated.
pub fn seed(name: &str) -> u64 {
    let given = std::env::var("SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        since.as_nanos() as u64 | 1
    });
    println!("{name}: SEED={seed}");
    seed
}

/// A small generator (xorshift64*), so that a seed gives the same run on every PC.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A real server with the demo station.
pub struct House {
    pub runtime: Runtime,
    pub folder: tempfile::TempDir,
    running: Option<server::Running>,
    pub codes: server::demo::CodeFile,
}

impl House {
    pub fn open() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(&folder.path().join("server"));
        let codes = runtime.block_on(server::prepare_demo(&settings)).unwrap();
        let running = runtime.block_on(server::start(settings)).unwrap();
        Self { runtime, folder, running: Some(running), codes }
    }

    pub fn addr(&self) -> std::net::SocketAddr {
        self.running.as_ref().unwrap().addr
    }

    pub fn code(&self, window: &str) -> String {
        self.codes.enrolment.iter().find(|one| one.window == window).unwrap().code.clone()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
        // The database is closed when its log is gone.
        wait_for("a closed database", || !self.data().join("server.db-wal").exists());
    }

    pub fn start(&mut self) {
        self.running = Some(self.runtime.block_on(server::start(settings(&self.data()))).unwrap());
    }

    pub fn proxy(&self) -> Proxy {
        self.runtime.block_on(Proxy::start(self.addr()))
    }
}

pub fn settings(data: &Path) -> server::Settings {
    let mut settings = server::Settings::in_folder(data);
    settings.assets = Some(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets")));
    // Tests ask faster than counters do.
    settings.policy.requests_per_second = 2000;
    settings.policy.password_iterations = 1000;
    settings
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
