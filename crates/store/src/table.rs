//! One file per table, its migration beside it.

pub mod addresses;
pub mod audit;
pub mod blob;
pub mod case;
pub mod command;
pub mod content;
pub mod draft;
pub mod event;
pub mod number;
pub mod officer;
pub mod outbox;
pub mod recheck;
pub mod terminal;

use domain::ids::{CaseId, CommandId, ContentHash, EventId};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use uuid::Uuid;

/// A uuid or hash as a blob column.
pub(crate) struct Bytes<T>(pub T);

macro_rules! uuid_column {
    ($($name:ident),*) => {$(
        impl ToSql for Bytes<$name> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.0.0.as_bytes().to_vec()))
            }
        }
        impl FromSql for Bytes<$name> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let bytes = value.as_blob()?;
                Uuid::from_slice(bytes).map(|one| Self($name(one))).map_err(|_| FromSqlError::InvalidType)
            }
        }
    )*};
}

uuid_column!(CaseId, CommandId, EventId);

impl ToSql for Bytes<ContentHash> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0.0.to_vec()))
    }
}

impl FromSql for Bytes<ContentHash> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes: [u8; 32] = value.as_blob()?.try_into().map_err(|_| FromSqlError::InvalidType)?;
        Ok(Self(ContentHash(bytes)))
    }
}

/// SQLite's integers are signed; counts and versions never reach the sign.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The inverse of [`signed`].
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
