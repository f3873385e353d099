//! SQLite: one file, one writer thread, a few readers. What a small station needs, with no set-up.

use super::{Answer, Mode, Row, Storage, StorageFault, Value, Work, schema};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Readers beside the writer: pulls and checks of a few terminals at once.
const READERS: usize = 2;
/// Another process on the same file (preparing the demo, checking) is waited for so long.
const BUSY: std::time::Duration = std::time::Duration::from_secs(10);

enum Step {
    Run(&'static str, Vec<Value>, oneshot::Sender<Result<u64, StorageFault>>),
    Rows(&'static str, Vec<Value>, oneshot::Sender<Result<Vec<Row>, StorageFault>>),
    Commit(oneshot::Sender<Result<(), StorageFault>>),
}

struct Job {
    begun: oneshot::Sender<Result<(), StorageFault>>,
    steps: mpsc::UnboundedReceiver<Step>,
}

/// A SQLite file.
pub struct Sqlite {
    writer: Hand,
    readers: Hand,
}

/// Threads that take jobs from one queue.
struct Hand {
    jobs: Option<mpsc::UnboundedSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Hand {
    fn end(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Sqlite {
    /// Opens or makes the file and its tables.
    ///
    /// # Errors
    /// [`StorageFault::Unreachable`] when the file cannot be opened or was made by a later version.
    pub fn open(path: &Path) -> Result<Self, StorageFault> {
        let connection = connect(path, false)?;
        make_tables(&connection)?;
        let (sender, jobs) = mpsc::unbounded_channel();
        let thread = spawn("sqlite-writer", connection, Arc::new(Mutex::new(jobs)), "BEGIN IMMEDIATE")?;
        let writer = Hand { jobs: Some(sender), threads: vec![thread] };
        let (sender, jobs) = mpsc::unbounded_channel();
        let jobs = Arc::new(Mutex::new(jobs));
        let mut readers = Hand { jobs: Some(sender), threads: Vec::new() };
        for _ in 0..READERS {
            readers.threads.push(spawn("sqlite-reader", connect(path, true)?, Arc::clone(&jobs), "BEGIN")?);
        }
        Ok(Self { writer, readers })
    }
}

impl Drop for Sqlite {
    /// Waits until the last unit of work has ended and the file is closed. The writer closes last and alone: only a
    /// connection that finds no other folds the log into the file, and two that close at once leave it behind.
    fn drop(&mut self) {
        self.readers.end();
        self.writer.end();
    }
}

fn connect(path: &Path, reader: bool) -> Result<Connection, StorageFault> {
    let fault = |error: rusqlite::Error| StorageFault::Unreachable(code_of(&error));
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    connection.busy_timeout(BUSY).map_err(fault)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(fault)?;
    // An answer is given only after the bytes are on the disk.
    connection.pragma_update(None, "synchronous", "FULL").map_err(fault)?;
    if reader {
        connection.pragma_update(None, "query_only", true).map_err(fault)?;
    }
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

fn make_tables(connection: &Connection) -> Result<(), StorageFault> {
    let fault = |error: rusqlite::Error| StorageFault::Unreachable(code_of(&error));
    let version: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(fault)?;
    if version > schema::VERSION {
        return Err(StorageFault::Unreachable("made by a later version".to_owned()));
    }
    connection.execute_batch("BEGIN IMMEDIATE").map_err(fault)?;
    for table in schema::TABLES {
        connection.execute_batch(table).map_err(fault)?;
    }
    connection.pragma_update(None, "user_version", schema::VERSION).map_err(fault)?;
    connection.execute_batch("COMMIT").map_err(fault)
}

fn spawn(
    name: &str,
    connection: Connection,
    jobs: Arc<Mutex<mpsc::UnboundedReceiver<Job>>>,
    begin: &'static str,
) -> Result<JoinHandle<()>, StorageFault> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            loop {
                let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
                let Some(job) = job else { return };
                work_off(&connection, job, begin);
            }
        })
        .map_err(|error| StorageFault::Unreachable(error.kind().to_string()))
}

/// Does one unit of work, step by step as its owner asks; an owner that goes away takes it back.
fn work_off(connection: &Connection, mut job: Job, begin: &'static str) {
    let begun = connection.execute_batch(begin).map_err(|error| statement(&error, begin));
    let stop = begun.is_err();
    if job.begun.send(begun).is_err() || stop {
        let _ = connection.execute_batch("ROLLBACK");
        return;
    }
    while let Some(step) = job.steps.blocking_recv() {
        match step {
            Step::Run(text, values, reply) => {
                let _ = reply.send(run(connection, text, &values));
            }
            Step::Rows(text, values, reply) => {
                let _ = reply.send(rows(connection, text, &values));
            }
            Step::Commit(reply) => {
                let ended = connection.execute_batch("COMMIT").map_err(|error| statement(&error, "COMMIT"));
                if ended.is_err() {
                    let _ = connection.execute_batch("ROLLBACK");
                }
                let _ = reply.send(ended);
                return;
            }
        }
    }
    let _ = connection.execute_batch("ROLLBACK");
}

/// `$1` is `?1` here, and rows need no locks: there is one writer.
fn dialect(text: &str) -> String {
    text.replace('$', "?").replace(" FOR UPDATE", "")
}

fn run(connection: &Connection, text: &'static str, values: &[Value]) -> Result<u64, StorageFault> {
    let fault = |error: rusqlite::Error| statement(&error, text);
    let mut prepared = connection.prepare_cached(&dialect(text)).map_err(fault)?;
    let changed = prepared.execute(rusqlite::params_from_iter(values)).map_err(fault)?;
    Ok(changed as u64)
}

fn rows(connection: &Connection, text: &'static str, values: &[Value]) -> Result<Vec<Row>, StorageFault> {
    let fault = |error: rusqlite::Error| statement(&error, text);
    let mut prepared = connection.prepare_cached(&dialect(text)).map_err(fault)?;
    let columns = prepared.column_count();
    let mut found = prepared.query(rusqlite::params_from_iter(values)).map_err(fault)?;
    let mut out = Vec::new();
    while let Some(row) = found.next().map_err(fault)? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            values.push(match row.get_ref(column).map_err(fault)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(value) => Value::Int(value),
                ValueRef::Text(value) => Value::Text(String::from_utf8_lossy(value).into_owned()),
                ValueRef::Blob(value) => Value::Bytes(value.to_vec()),
                ValueRef::Real(_) => return Err(StorageFault::Shape(column)),
            });
        }
        out.push(Row(values));
    }
    Ok(out)
}

fn statement(error: &rusqlite::Error, statement: &'static str) -> StorageFault {
    StorageFault::Statement { code: code_of(error), statement }
}

fn code_of(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => format!("sqlite {}", failure.extended_code),
        _ => "sqlite usage".to_owned(),
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

fn gone() -> StorageFault {
    StorageFault::Unreachable("the database thread has ended".to_owned())
}

impl Storage for Sqlite {
    fn begin(&self, mode: Mode) -> Answer<'_, Box<dyn Work>> {
        Box::pin(async move {
            let queue = match mode {
                Mode::Read => &self.readers,
                Mode::Write => &self.writer,
            };
            let (begun, ready) = oneshot::channel();
            let (steps, receiver) = mpsc::unbounded_channel();
            let queue = queue.jobs.as_ref().ok_or_else(gone)?;
            queue.send(Job { begun, steps: receiver }).map_err(|_| gone())?;
            ready.await.map_err(|_| gone())??;
            Ok(Box::new(SqliteWork { steps }) as Box<dyn Work>)
        })
    }
}

struct SqliteWork {
    steps: mpsc::UnboundedSender<Step>,
}

impl Work for SqliteWork {
    fn run<'a>(&'a mut self, statement: &'static str, values: Vec<Value>) -> Answer<'a, u64> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            self.steps.send(Step::Run(statement, values, reply)).map_err(|_| gone())?;
            answer.await.map_err(|_| gone())?
        })
    }

    fn rows<'a>(&'a mut self, statement: &'static str, values: Vec<Value>) -> Answer<'a, Vec<Row>> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            self.steps.send(Step::Rows(statement, values, reply)).map_err(|_| gone())?;
            answer.await.map_err(|_| gone())?
        })
    }

    fn commit(self: Box<Self>) -> Answer<'static, ()> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            self.steps.send(Step::Commit(reply)).map_err(|_| gone())?;
            answer.await.map_err(|_| gone())?
        })
    }
}
