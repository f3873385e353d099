//! A PostgreSQL of the tests' own: made in a temporary folder, run as a user without rights, ended and removed with
//! the last test that uses it, and by the kernel when the tests die.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
static DATABASES: AtomicU32 = AtomicU32::new(0);

pub struct Cluster {
    folder: tempfile::TempDir,
    bin: PathBuf,
    user: Option<(u32, u32)>,
    stop: Option<Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

/// The newest installed version.
fn installed() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| {
            entries
                .filter_map(|entry| {
                    let path = entry.ok()?.path();
                    let version = path.file_name()?.to_str()?.parse().ok()?;
                    let bin = path.join("bin");
                    bin.join("initdb").exists().then_some((version, bin))
                })
                .collect()
        })
        .unwrap_or_default();
    found.sort();
    if let Some((_, bin)) = found.pop() {
        return bin;
    }
    let output = Command::new("pg_config").arg("--bindir").output();
    let text = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    text.map(|text| PathBuf::from(text.trim()))
        .expect("these tests need PostgreSQL (the package `postgresql`): no initdb was found")
}

/// PostgreSQL refuses to run as root: `postgres` where there is such a user, `nobody` otherwise.
fn user_without_rights() -> Option<(u32, u32)> {
    let own = std::fs::read_to_string("/proc/self/status").unwrap();
    let uid = own.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().next()).unwrap();
    if uid != "0" {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let parts: Vec<&str> = line.split(':').collect();
            (parts[0] == name).then(|| (parts[2].parse().unwrap(), parts[3].parse().unwrap()))
        })
    };
    Some(find("postgres").or_else(|| find("nobody")).unwrap())
}

impl Cluster {
    /// The cluster that all tests of this program share.
    pub fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cluster) = shared.upgrade() {
            return cluster;
        }
        let cluster = Arc::new(Self::start());
        *shared = Arc::downgrade(&cluster);
        cluster
    }

    fn start() -> Self {
        let bin = installed();
        let user = user_without_rights();
        let folder = tempfile::Builder::new().prefix("window-pg-").tempdir_in("/tmp").unwrap();
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let data = folder.path().join("data");
        copy(&template(&bin, user), &data);
        let (stop, stopped) = channel::<()>();
        let (ready, started) = channel();
        let (postgres, socket) = (bin.join("postgres"), folder.path().to_path_buf());
        // Whoever starts the server is its parent: a thread that lives as long as the cluster, as the kernel ends
        // the server with it.
        let keeper = std::thread::spawn(move || {
            let mut child = command(Path::new("setpriv"), user)
                .args(["--pdeathsig", "SIGQUIT", "--"])
                .arg(postgres)
                .arg("-D")
                .arg(&data)
                .arg("-k")
                .arg(&socket)
                .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            ready.send(child.id()).unwrap();
            let _ = stopped.recv();
            // SIGINT: fast shutdown.
            let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            let _ = child.wait();
        });
        started.recv().unwrap();
        let cluster = Self { folder, bin, user, stop: Some(stop), keeper: Some(keeper) };
        let begin = Instant::now();
        while !cluster.psql("postgres", "SELECT 1") {
            assert!(begin.elapsed() < Duration::from_secs(60), "PostgreSQL does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        cluster
    }

    /// Runs a statement; whether it worked.
    pub fn psql(&self, database: &str, text: &str) -> bool {
        command(&self.bin.join("psql"), self.user)
            .args(["-q", "-U", "window", "-h"])
            .arg(self.folder.path())
            .args(["-c", text, database])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    }

    /// A fresh database; its name.
    pub fn new_database(&self) -> String {
        let name = format!("test{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        assert!(self.psql("postgres", &format!("CREATE DATABASE {name}")));
        name
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!("host={} user=window dbname={database}", self.folder.path().display())
    }

    /// Everything in a database as `pg_dump` writes it.
    pub fn dump(&self, database: &str) -> Vec<u8> {
        let dump = command(&self.bin.join("pg_dump"), self.user)
            .args(["-U", "window", "-h"])
            .arg(self.folder.path())
            .arg(database)
            .output()
            .unwrap();
        assert!(dump.status.success());
        dump.stdout
    }

    /// The folder with data files and write-ahead log.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

/// A cluster as `initdb` leaves it, made once and copied by every test program: `initdb` takes seconds of a core,
/// and each test may be a program of its own.
fn template(bin: &Path, user: Option<(u32, u32)>) -> PathBuf {
    let version = Command::new(bin.join("postgres")).arg("--version").output().unwrap().stdout;
    let name: String = String::from_utf8_lossy(&version)
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let shelf = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let kept = shelf.join(format!("cluster-{}", name.trim_matches('-')));
    let lock = std::fs::File::create(shelf.join("cluster.lock")).unwrap();
    lock.lock().unwrap();
    if kept.exists() {
        return kept;
    }
    // Not in the target folder: who has no rights may not get there.
    let folder = tempfile::Builder::new().prefix("window-pg-").tempdir_in("/tmp").unwrap();
    if let Some((uid, gid)) = user {
        std::os::unix::fs::chown(folder.path(), Some(uid), Some(gid)).unwrap();
    }
    let data = folder.path().join("data");
    let made = command(&bin.join("initdb"), user)
        .args(["-U", "window", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
        .arg(&data)
        .stdout(Stdio::null())
        .output()
        .unwrap();
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    // Under its name only when it is whole.
    let half = kept.with_extension("half");
    let _ = std::fs::remove_dir_all(&half);
    copy(&data, &half);
    std::fs::rename(&half, &kept).unwrap();
    kept
}

/// A folder with its owners and rights.
fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(done.success(), "cp -a {} {}", from.display(), to.display());
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

fn command(program: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}
