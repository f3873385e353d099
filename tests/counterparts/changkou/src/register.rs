//! The open register: one SQLite connection, its clock, its counters.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};
use rusqlite::{Connection, params};

use crate::{database, demo};

/// What a register is opened with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder of the working copy, which effects change
    pub data: PathBuf,
    /// Folder of the pristine population; shared by any number of data folders
    pub cache: PathBuf,
    /// Seed of the population
    pub seed: u64,
    /// At least so many persons
    pub persons: usize,
    /// File of the named demo people
    pub demo: Option<PathBuf>,
    /// The day the register takes for today; `None` is the machine's day in China
    pub today: Option<Date>,
    /// Throw away the working copy and start from the pristine population
    pub fresh: bool,
}

/// The register's clock: Beijing time, with the date fixed for tests.
#[derive(Debug, Clone)]
pub struct Clock {
    today: Option<Date>,
}

impl Clock {
    /// A clock that stands on `today`, or runs.
    #[must_use]
    pub fn new(today: Option<Date>) -> Self {
        Self { today }
    }

    fn now(&self) -> Zoned {
        // The register of a Chinese city knows one zone; a fixed offset needs no zone files.
        let now = Timestamp::now().to_zoned(TimeZone::fixed(jiff::tz::offset(8)));
        match self.today {
            Some(day) => now.with().date(day).build().unwrap_or(now),
            None => now,
        }
    }

    /// The register's day.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().date()
    }

    /// The moment, `YYYY-MM-DDTHH:MM:SS.mmm+08:00`.
    #[must_use]
    pub fn stamp(&self) -> String {
        self.now().strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
    }
}

/// The open register.
#[derive(Debug)]
pub struct Register {
    connection: Mutex<Connection>,
    clock: Clock,
    start: i64,
    queries: AtomicU64,
}

impl Register {
    /// Opens or makes the register and puts the demo people in.
    ///
    /// # Errors
    /// When a folder or the demo file cannot be used.
    pub fn open(options: &Options) -> anyhow::Result<Self> {
        let clock = Clock::new(options.today);
        let mut connection =
            database::open(&options.data, &options.cache, options.seed, options.persons, options.fresh)?;
        if let Some(path) = &options.demo {
            let people = demo::load(path, clock.today())?;
            demo::install(&mut connection, &people)?;
        }
        let start = next_count(&connection, "start")?;
        Ok(Self { connection: Mutex::new(connection), clock, start, queries: AtomicU64::new(0) })
    }

    /// The connection. A panic while holding it leaves no half transaction, since SQLite rolls back.
    pub fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The register's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A query number never given before: day, count of starts, count within this run.
    pub fn query_id(&self) -> String {
        let count = self.queries.fetch_add(1, Ordering::Relaxed) + 1;
        format!("CX{}-{:03}-{count:06}", self.clock.today().strftime("%Y%m%d"), self.start)
    }

    /// How many persons the register holds.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn count_persons(&self) -> rusqlite::Result<i64> {
        self.connection().query_row("SELECT count(*) FROM person", [], |row| row.get(0))
    }
}

/// Adds one to a named counter and gives the new value.
///
/// # Errors
/// When SQLite fails.
pub fn next_count(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO counter VALUES (?1, 1) ON CONFLICT(name) DO UPDATE SET value = value + 1
             RETURNING value",
        )?
        .query_row(params![name], |row| row.get(0))
}
