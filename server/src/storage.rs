//! Where the server keeps its rows: one trait, two back-ends, one set of statements.
//!
//! The statements stand beside the things that they keep, in a narrow subset of SQL that SQLite and PostgreSQL
//! read alike: `BIGINT`, `TEXT` and bytes, parameters `$1 …`, no arrays, no JSON, no upserts. `FOR UPDATE` at
//! the end of a statement locks rows where writers run side by side; SQLite has one writer and leaves it out.

pub mod postgres;
mod schema;
pub mod sqlite;

use futures::future::BoxFuture;

/// What can go wrong with the rows. No row's content is ever in it: only codes of the database.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StorageFault {
    /// The database cannot be reached or opened.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// A statement failed.
    #[error("a statement failed with {code}: {statement}")]
    Statement {
        /// Code of the database.
        code: String,
        /// The statement, without its parameters.
        statement: &'static str,
    },
    /// A row does not have the shape that this version writes.
    #[error("a row does not read: column {0}")]
    Shape(usize),
    /// The database was made by another server: its rows cannot be opened with this key.
    #[error("the database belongs to another server key")]
    ForeignKey,
}

impl StorageFault {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "STORAGE_UNREACHABLE",
            Self::Statement { .. } => "STORAGE_STATEMENT",
            Self::Shape(_) => "STORAGE_SHAPE",
            Self::ForeignKey => "STORAGE_FOREIGN_KEY",
        }
    }
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<u64> for Value {
    /// Counters of this server stay below 2^63; a larger number from outside must not match any row.
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Builds the parameters of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::storage::Value::from($value)),*] };
}
pub(crate) use values;

/// A row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// A whole number.
    ///
    /// # Errors
    /// [`StorageFault::Shape`] when the column holds something else.
    pub fn int(&self, column: usize) -> Result<i64, StorageFault> {
        match self.0.get(column) {
            Some(Value::Int(value)) => Ok(*value),
            _ => Err(StorageFault::Shape(column)),
        }
    }

    /// A count, version or serial.
    ///
    /// # Errors
    /// [`StorageFault::Shape`] when the column holds something else.
    pub fn count(&self, column: usize) -> Result<u64, StorageFault> {
        u64::try_from(self.int(column)?).map_err(|_| StorageFault::Shape(column))
    }

    /// A small count.
    ///
    /// # Errors
    /// [`StorageFault::Shape`] when the column holds something else.
    pub fn small(&self, column: usize) -> Result<u32, StorageFault> {
        u32::try_from(self.int(column)?).map_err(|_| StorageFault::Shape(column))
    }

    /// Whether the column is empty.
    #[must_use]
    pub fn is_null(&self, column: usize) -> bool {
        matches!(self.0.get(column), None | Some(Value::Null))
    }

    /// Text.
    ///
    /// # Errors
    /// [`StorageFault::Shape`] when the column holds something else.
    pub fn text(&self, column: usize) -> Result<&str, StorageFault> {
        match self.0.get(column) {
            Some(Value::Text(value)) => Ok(value),
            _ => Err(StorageFault::Shape(column)),
        }
    }

    /// Bytes.
    ///
    /// # Errors
    /// [`StorageFault::Shape`] when the column holds something else.
    pub fn bytes(&self, column: usize) -> Result<&[u8], StorageFault> {
        match self.0.get(column) {
            Some(Value::Bytes(value)) => Ok(value),
            _ => Err(StorageFault::Shape(column)),
        }
    }

    /// Text that reads as something.
    ///
    /// # Errors
    /// [`StorageFault::Shape`] when it does not.
    pub fn parsed<T: std::str::FromStr>(&self, column: usize) -> Result<T, StorageFault> {
        self.text(column)?.parse().map_err(|_| StorageFault::Shape(column))
    }

    /// A hash stored as bytes.
    ///
    /// # Errors
    /// [`StorageFault::Shape`] when it does not have 32 bytes.
    pub fn hash(&self, column: usize) -> Result<domain::ids::ContentHash, StorageFault> {
        let bytes = self.bytes(column)?.try_into().map_err(|_| StorageFault::Shape(column))?;
        Ok(domain::ids::ContentHash(bytes))
    }
}

/// Kinds of unit of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Sees one moment, changes nothing.
    Read,
    /// Changes rows; durable when [`Work::commit`] has answered.
    Write,
}

/// An answer of the storage.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StorageFault>>;

/// A place for rows.
pub trait Storage: Send + Sync {
    /// Begins a unit of work. Dropped without [`Work::commit`] it has never been.
    fn begin(&self, mode: Mode) -> Answer<'_, Box<dyn Work>>;
}

/// A unit of work: everything or nothing.
pub trait Work: Send {
    /// Runs a statement; tells how many rows it changed.
    fn run<'a>(&'a mut self, statement: &'static str, values: Vec<Value>) -> Answer<'a, u64>;
    /// Runs a question.
    fn rows<'a>(&'a mut self, statement: &'static str, values: Vec<Value>) -> Answer<'a, Vec<Row>>;
    /// Ends it; durable when this has answered.
    fn commit(self: Box<Self>) -> Answer<'static, ()>;
}

/// The one row of a question, if there is any.
///
/// # Errors
/// As [`Work::rows`].
pub async fn one(
    work: &mut dyn Work,
    statement: &'static str,
    values: Vec<Value>,
) -> Result<Option<Row>, StorageFault> {
    Ok(work.rows(statement, values).await?.into_iter().next())
}

/// Counts up and holds the counter until the end of the work: whoever comes later commits later, so that numbers
/// become visible in their own order.
///
/// # Errors
/// As [`Work::run`].
pub async fn next_number(work: &mut dyn Work, name: &str, by: u32) -> Result<i64, StorageFault> {
    let changed =
        work.run("UPDATE counter SET value = value + $1 WHERE name = $2", values![by, name]).await?;
    if changed == 0 {
        work.run("INSERT INTO counter (name, value) VALUES ($1, $2)", values![name, by]).await?;
    }
    let row = one(work, "SELECT value FROM counter WHERE name = $1", values![name]).await?;
    row.ok_or(StorageFault::Shape(0))?.int(0)
}
