//! The sync server of the window terminal.
//!
//! [`start`] runs one in this process; the program `window-server` is a thin shell around it. Without settings it
//! keeps rows in SQLite and files in a folder; with `--database` and `--objects` any number of processes share a
//! PostgreSQL and an object store.
//!
//! Push proves acts ([`push`]), pull gives them in the order of commits ([`pull`]); everything that tells of a
//! person is sealed ([`keys`]); [`check`] proves a whole store again without any of the code that wrote it.

mod access;
mod addresses;
mod admin;
mod auth;
mod blobs;
mod cases;
pub mod check;
pub mod definitions;
pub mod demo;
mod devices;
mod duplicates;
mod enrol;
pub mod fault;
mod house;
mod http;
mod keys;
mod library;
mod limits;
mod login;
pub mod mutants;
mod notices;
mod openapi;
mod ops;
mod pull;
mod push;
mod register;
mod rosters;
pub mod settings;
pub mod storage;

pub use addresses::AddressWords;
pub use devices::StationDevices;
pub use fault::{Fault, Result};
pub use keys::read_text;
pub use settings::{Policy, RegisterSettings, Settings};

use house::House;
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use storage::{Mode, Storage, Work, one, values};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often a process looks for commits of other processes: two seconds are promised, a fifth of one is kept.
const LOOK_AROUND: Duration = Duration::from_millis(200);

/// A server that runs in this process. Dropped, it stops without waiting.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    stop: watch::Sender<bool>,
    served: Option<JoinHandle<()>>,
    looking: JoinHandle<()>,
}

impl Running {
    /// Ends waiting pulls, finishes what is being answered, closes the database.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        if let Some(served) = self.served.take() {
            let _ = served.await;
        }
        self.looking.abort();
        let _ = (&mut self.looking).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        self.looking.abort();
    }
}

/// Starts a server and answers when it listens.
///
/// # Errors
/// When data folder, database, objects, keys or assets cannot be opened, or the address is taken.
pub async fn start(settings: Settings) -> Result<Running> {
    let (stop, stopping) = watch::channel(false);
    let house = Arc::new(open(&settings, stopping.clone()).await?);
    let fault = |error: std::io::Error| Fault::SetUp {
        file: settings.listen.to_string(),
        what: error.kind().to_string(),
    };
    let listener = TcpListener::bind(settings.listen).await.map_err(fault)?;
    let addr = listener.local_addr().map_err(fault)?;
    let looking = tokio::spawn(look_around(Arc::clone(&house)));
    let service = http::router(house).into_make_service_with_connect_info::<SocketAddr>();
    let served = tokio::spawn(async move {
        let mut stopping = stopping;
        let end = async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(end).await {
            tracing::error!(kind = %error.kind(), "the server ended");
        }
    });
    tracing::info!(%addr, "listening");
    Ok(Running { addr, stop, served: Some(served), looking })
}

/// Prepares the demo station of `<assets>/demo` and gives one-time codes for its windows.
///
/// # Errors
/// When something cannot be opened or does not read.
pub async fn prepare_demo(settings: &Settings) -> Result<demo::CodeFile> {
    let (_stop, stopping) = watch::channel(false);
    let house = open(settings, stopping).await?;
    let assets = settings.assets.as_deref().unwrap_or(Path::new("assets"));
    demo::prepare(&house, &assets.join("demo")).await
}

/// Proves everything that is stored.
///
/// # Errors
/// When something cannot be opened; what is found wrong stands in the report.
pub async fn check_store(settings: &Settings) -> Result<check::Report> {
    let (_stop, stopping) = watch::channel(false);
    let house = open(settings, stopping).await?;
    check::check(&house).await
}

/// Tells the server that its database was restored from a backup: terminals then begin their pulls anew.
///
/// # Errors
/// When something cannot be opened.
pub async fn note_restored(settings: &Settings) -> Result<()> {
    let (_stop, stopping) = watch::channel(false);
    let house = open(settings, stopping).await?;
    let mut work = house.write().await?;
    let fresh = fresh_incarnation()?.to_string();
    work.run("UPDATE meta SET value = $1 WHERE name = 'incarnation'", values![fresh]).await?;
    Ok(work.commit().await?)
}

/// Reads a file of standard addresses and publishes it to all terminals. Gives the number of addresses.
///
/// # Errors
/// When something cannot be opened; [`Fault::AddressFile`] with the lines of the file that do not fit, and nothing
/// is published then.
pub async fn import_addresses(settings: &Settings, file: &Path, words: &AddressWords) -> Result<u32> {
    let (_stop, stopping) = watch::channel(false);
    // Addresses put nothing else in force: definitions stay as the running server has them.
    let settings = Settings { assets: None, ..settings.clone() };
    let house = open(&settings, stopping).await?;
    addresses::import(&house, file, words).await
}

/// How the devices of all stations stand, as the admin page shows it.
///
/// # Errors
/// When the storage cannot be opened or read.
pub async fn station_devices(settings: &Settings) -> Result<Vec<StationDevices>> {
    devices::all(&open_quietly(settings).await?).await
}

/// Opens the house for a task of the console: nothing of a folder is put in force by it.
pub(crate) async fn open_quietly(settings: &Settings) -> Result<House> {
    let (_stop, stopping) = watch::channel(false);
    open(&Settings { assets: None, ..settings.clone() }, stopping).await
}

async fn open(settings: &Settings, stopping: watch::Receiver<bool>) -> Result<House> {
    ops::start_counting();
    // Another part of the process may have installed it already; one is as good as the other.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let fault = |error: std::io::Error| Fault::SetUp {
        file: settings.data.display().to_string(),
        what: error.kind().to_string(),
    };
    std::fs::create_dir_all(&settings.data).map_err(fault)?;
    let master = settings.master_secret.clone().unwrap_or_else(|| settings.data.join("master.secret"));
    let keys = keys::Keys::open(&settings.data.join("server.key"), &master)?;
    let storage: Arc<dyn Storage> = match &settings.database {
        Some(url) => Arc::new(storage::postgres::Postgres::open(url).await?),
        None => Arc::new(storage::sqlite::Sqlite::open(&settings.data.join("server.db"))?),
    };
    let register = settings.register.as_ref().map(register::Gateway::new).transpose()?;
    let mut house = House {
        storage,
        objects: objects(settings)?,
        keys,
        publisher: definitions::PublisherFile {
            file: settings.publisher.clone().unwrap_or_else(|| settings.data.join("publisher.key")),
            master,
        },
        admin: admin::Sessions::default(),
        library: library::Library::default(),
        rosters: rosters::Rosters::default(),
        register,
        policy: settings.policy.clone(),
        nonces: limits::Nonces::default(),
        rates: limits::Rates::new(settings.policy.requests_per_second),
        bell: watch::channel(0).0,
        stopping,
        incarnation: 0,
    };
    house.incarnation = own_database(&house).await?;
    if let Some(assets) = &settings.assets {
        let catalogue = library::read_assets(assets)?;
        let mut work = house.write().await?;
        if definitions::install(&house, &mut *work, &catalogue, house::now()).await? {
            work.commit().await?;
        }
    }
    Ok(house)
}

fn fresh_incarnation() -> Result<u64> {
    // 53 bits, so that no reader of numbers anywhere loses a digit.
    Ok(u64::from_be_bytes(gm::random::random_array()?) >> 11)
}

/// Reads the incarnation; makes it in a new database, and refuses one that another key sealed.
async fn own_database(house: &House) -> Result<u64> {
    let mut work = house.storage.begin(Mode::Write).await?;
    let fingerprint = house.keys.public().fingerprint().to_string();
    let known = meta(&mut *work, "server_key").await?;
    match known {
        Some(other) if other != fingerprint => return Err(storage::StorageFault::ForeignKey.into()),
        Some(_) => {}
        None => {
            let incarnation = fresh_incarnation()?.to_string();
            let statement = "INSERT INTO meta (name, value) VALUES ($1, $2)";
            work.run(statement, values!["server_key", fingerprint]).await?;
            work.run(statement, values!["incarnation", incarnation]).await?;
        }
    }
    let incarnation = meta(&mut *work, "incarnation").await?.and_then(|text| text.parse().ok());
    work.commit().await?;
    incarnation.ok_or(Fault::Stored("incarnation"))
}

async fn meta(work: &mut dyn Work, name: &str) -> Result<Option<String>> {
    let row = one(work, "SELECT value FROM meta WHERE name = $1", values![name]).await?;
    Ok(row.map(|row| row.text(0).map(str::to_owned)).transpose()?)
}

fn objects(settings: &Settings) -> Result<Arc<dyn ObjectStore>> {
    let place = settings.objects.clone();
    let fault = |what: &str| Fault::SetUp { file: "objects".to_owned(), what: what.to_owned() };
    if let Some(address) = place.as_deref().and_then(|place| place.strip_prefix("s3://")) {
        let (bucket, prefix) = address.split_once('/').unwrap_or((address, ""));
        let store = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .build()
            .map_err(|_| fault("the S3 settings do not fit"))?;
        return Ok(if prefix.is_empty() {
            Arc::new(store)
        } else {
            Arc::new(PrefixStore::new(store, prefix))
        });
    }
    let folder = place.map_or_else(|| settings.data.join("objects"), Into::into);
    std::fs::create_dir_all(&folder).map_err(|error| fault(&error.kind().to_string()))?;
    let store = LocalFileSystem::new_with_prefix(&folder).map_err(|_| fault("the folder cannot be used"))?;
    Ok(Arc::new(store.with_fsync(true)))
}

/// Rings when another process has committed something: its numbers are seen to rise.
async fn look_around(house: Arc<House>) {
    let mut before = None;
    loop {
        if let Ok(mut work) = house.read().await
            && let Ok(Some(row)) =
                one(&mut *work, "SELECT CAST(SUM(value) AS BIGINT) FROM counter", Vec::new()).await
        {
            let sum = row.int(0).unwrap_or(0);
            if before.is_some_and(|before| before != sum) {
                house.ring();
            }
            before = Some(sum);
        }
        tokio::time::sleep(LOOK_AROUND).await;
    }
}
