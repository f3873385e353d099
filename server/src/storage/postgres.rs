//! PostgreSQL: one database for any number of server processes.

use super::{Answer, Mode, Row, Storage, StorageFault, Value, Work, schema, values};
use bytes::BytesMut;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use tokio_postgres::NoTls;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// Connections of one process; a few more than processors, as most of the time is waiting for the disk.
const CONNECTIONS: usize = 16;

/// A PostgreSQL database.
pub struct Postgres {
    pool: Pool,
}

impl Postgres {
    /// Connects and makes the tables that are missing.
    ///
    /// # Errors
    /// [`StorageFault::Unreachable`] when it cannot be reached or was made by a later version.
    pub async fn open(url: &str) -> Result<Self, StorageFault> {
        let config: tokio_postgres::Config =
            url.parse().map_err(|_| StorageFault::Unreachable("the address does not read".to_owned()))?;
        let manager =
            Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .build()
            .map_err(|_| StorageFault::Unreachable("no pool".to_owned()))?;
        let storage = Self { pool };
        storage.make_tables().await?;
        Ok(storage)
    }

    async fn make_tables(&self) -> Result<(), StorageFault> {
        let mut work = self.begin(Mode::Write).await?;
        // Two processes may start at once; the number is this program's own, chosen once.
        work.rows("SELECT CAST(pg_advisory_xact_lock(727401) AS TEXT)", values![]).await?;
        for table in schema::TABLES {
            work.run(table, values![]).await?;
        }
        let known = super::one(&mut *work, "SELECT value FROM meta WHERE name = 'schema'", values![]).await?;
        match known.map(|row| row.parsed::<i64>(0)).transpose()? {
            Some(version) if version > schema::VERSION => {
                return Err(StorageFault::Unreachable("made by a later version".to_owned()));
            }
            Some(_) => {}
            None => {
                let version = schema::VERSION.to_string();
                work.run("INSERT INTO meta (name, value) VALUES ('schema', $1)", values![version]).await?;
            }
        }
        work.commit().await
    }
}

fn statement(error: &tokio_postgres::Error, statement: &'static str) -> StorageFault {
    let code = error.code().map_or_else(|| "connection".to_owned(), |code| code.code().to_owned());
    StorageFault::Statement { code: format!("postgres {code}"), statement }
}

impl Storage for Postgres {
    fn begin(&self, mode: Mode) -> Answer<'_, Box<dyn Work>> {
        Box::pin(async move {
            let client = self
                .pool
                .get()
                .await
                .map_err(|_| StorageFault::Unreachable("no connection to PostgreSQL".to_owned()))?;
            let begin = match mode {
                Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                Mode::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
            };
            client.batch_execute(begin).await.map_err(|error| statement(&error, begin))?;
            Ok(Box::new(PostgresWork { client: Some(client) }) as Box<dyn Work>)
        })
    }
}

struct PostgresWork {
    client: Option<Object>,
}

impl Drop for PostgresWork {
    /// Work that was not ended must not go back to the pool with its connection: the server takes it back when
    /// the connection closes.
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

impl PostgresWork {
    fn client(&self) -> Result<&Object, StorageFault> {
        self.client.as_ref().ok_or_else(|| StorageFault::Unreachable("the work has ended".to_owned()))
    }
}

impl Work for PostgresWork {
    fn run<'a>(&'a mut self, text: &'static str, values: Vec<Value>) -> Answer<'a, u64> {
        Box::pin(async move {
            let client = self.client()?;
            let prepared = client.prepare_cached(text).await.map_err(|error| statement(&error, text))?;
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|one| one as _).collect();
            client.execute(&prepared, &values).await.map_err(|error| statement(&error, text))
        })
    }

    fn rows<'a>(&'a mut self, text: &'static str, values: Vec<Value>) -> Answer<'a, Vec<Row>> {
        Box::pin(async move {
            let client = self.client()?;
            let prepared = client.prepare_cached(text).await.map_err(|error| statement(&error, text))?;
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|one| one as _).collect();
            let found = client.query(&prepared, &values).await.map_err(|error| statement(&error, text))?;
            found.iter().map(read).collect()
        })
    }

    fn commit(mut self: Box<Self>) -> Answer<'static, ()> {
        Box::pin(async move {
            self.client()?.batch_execute("COMMIT").await.map_err(|error| statement(&error, "COMMIT"))?;
            drop(self.client.take());
            Ok(())
        })
    }
}

fn read(row: &tokio_postgres::Row) -> Result<Row, StorageFault> {
    let mut values = Vec::with_capacity(row.len());
    for (at, column) in row.columns().iter().enumerate() {
        let shape = |_| StorageFault::Shape(at);
        values.push(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(at).map_err(shape)?.into(),
            Type::TEXT => row.try_get::<_, Option<String>>(at).map_err(shape)?.into(),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at).map_err(shape)?.into(),
            _ => return Err(StorageFault::Shape(at)),
        });
    }
    Ok(Row(values))
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql(kind, out),
            Self::Text(value) => value.to_sql(kind, out),
            Self::Bytes(value) => value.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}
