//! Definitions, code tables and calendars by hash: what was ever in force is kept, as events name it.

use crate::definitions::Kept;
use crate::fault::{Fault, Result, told};
use crate::house::heavy;
use crate::keys::hash;
use crate::storage::{Work, one, values};
use domain::catalogue::{Catalogue, FOLDERS, NamedText};
use domain::code::CodeTables;
use domain::ids::ContentHash;
use domain::limit::Calendar;
use domain::matter::MatterDefinition;
use flate2::write::ZlibEncoder;
use protocol::edition::{ContentsAnswer, ContentsRequest, Edition, MOST_CONTENT_BYTES, MOST_CONTENTS};
use protocol::error::ErrorCode;
use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// A thing named by hash.
#[derive(Clone)]
enum Content {
    Definition(Arc<MatterDefinition>),
    Codes(Arc<CodeTables>),
    Calendar(Arc<Calendar>),
}

/// Things looked up before.
#[derive(Default)]
pub struct Library {
    known: RwLock<HashMap<ContentHash, Content>>,
}

/// What rules need beside the case and the roster.
pub struct Shelf {
    /// The matter.
    pub definition: Arc<MatterDefinition>,
    /// Code tables.
    pub codes: Arc<CodeTables>,
    /// Calendar.
    pub calendar: Arc<Calendar>,
}

impl Library {
    /// Looks up what a context names; none when the server never gave one of them out.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn shelf(
        &self,
        work: &mut dyn Work,
        definition: &ContentHash,
        codes: &ContentHash,
        calendar: &ContentHash,
    ) -> Result<Option<Shelf>> {
        let found = (
            self.content(work, definition).await?,
            self.content(work, codes).await?,
            self.content(work, calendar).await?,
        );
        Ok(match found {
            (
                Some(Content::Definition(definition)),
                Some(Content::Codes(codes)),
                Some(Content::Calendar(calendar)),
            ) => Some(Shelf { definition, codes, calendar }),
            _ => None,
        })
    }

    /// A definition by hash.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn definition(
        &self,
        work: &mut dyn Work,
        name: &ContentHash,
    ) -> Result<Option<Arc<MatterDefinition>>> {
        Ok(match self.content(work, name).await? {
            Some(Content::Definition(definition)) => Some(definition),
            _ => None,
        })
    }

    /// Code tables by hash.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn codes(&self, work: &mut dyn Work, name: &ContentHash) -> Result<Option<Arc<CodeTables>>> {
        Ok(match self.content(work, name).await? {
            Some(Content::Codes(codes)) => Some(codes),
            _ => None,
        })
    }

    async fn content(&self, work: &mut dyn Work, name: &ContentHash) -> Result<Option<Content>> {
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(Some(known.clone()));
        }
        let row = one(work, "SELECT kind, body FROM content WHERE hash = $1", values![name.to_hex()]).await?;
        let Some(row) = row else { return Ok(None) };
        let unreadable = |_| Fault::Stored("content");
        let body = row.bytes(1)?;
        let content = match row.text(0)? {
            "definition" => {
                Content::Definition(Arc::new(MatterDefinition::from_bytes(body).map_err(unreadable)?))
            }
            "codes" => Content::Codes(Arc::new(domain::cbor::from_slice(body).map_err(unreadable)?)),
            "calendar" => Content::Calendar(Arc::new(domain::cbor::from_slice(body).map_err(unreadable)?)),
            _ => return Ok(None),
        };
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(*name, content.clone());
        Ok(Some(content))
    }
}

/// Reads the catalogue of an assets folder.
///
/// # Errors
/// When a file does not read or names what is not there.
pub fn read_assets(folder: &Path) -> Result<Catalogue> {
    let mut files = Vec::new();
    for name in FOLDERS {
        texts(&folder.join(name), name, &mut files)?;
    }
    Ok(Catalogue::from_files(&files)?)
}

/// The `.toml` files of a folder in the order of their names; a folder that is not there has none.
fn texts(folder: &Path, name: &str, files: &mut Vec<NamedText>) -> Result<()> {
    let fault = |error: std::io::Error| Fault::SetUp {
        file: folder.display().to_string(),
        what: error.kind().to_string(),
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(fault(error)),
    };
    let before = files.len();
    for entry in entries {
        let path = entry.map_err(fault)?.path();
        if path.extension().is_some_and(|one| one == "toml") {
            let text = std::fs::read_to_string(&path).map_err(fault)?;
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((format!("{name}/{file}"), text));
        }
    }
    files[before..].sort();
    Ok(())
}

/// Puts a release in force: from the next pull on every terminal asks for it.
///
/// # Errors
/// When the storage fails.
pub async fn put_in_force(work: &mut dyn Work, kept: &Kept) -> Result<()> {
    let (_, before) = present(work).await?;
    let release = &kept.release;
    let edition = Edition {
        definitions: release.matters.iter().map(|(id, one)| (id.clone(), one.definition)).collect(),
        codes: release.codes,
        calendar: release.calendar,
        packages: release.packages,
        roster: before.map_or(0, |one| one.roster),
        release: Some(kept.signed.clone()),
    };
    publish(work, &edition, release.at).await
}

/// Keeps bytes under their hash.
///
/// # Errors
/// When the storage fails.
pub async fn keep(work: &mut dyn Work, kind: &str, body: Vec<u8>, now: i64) -> Result<ContentHash> {
    let hash = hash(&body);
    let name = hash.to_hex();
    let known = one(work, "SELECT kind FROM content WHERE hash = $1", values![name.clone()]).await?;
    if known.is_none() {
        work.run(
            "INSERT INTO content (hash, kind, body, at) VALUES ($1, $2, $3, $4)",
            values![name, kind, body, now],
        )
        .await?;
    }
    Ok(hash)
}

/// As many of the contents asked for as fit into one answer; at least one that is there.
///
/// # Errors
/// [`ErrorCode::TooLarge`] when too many are asked for; [`ErrorCode::NotFound`] when none of them is here.
pub async fn contents(work: &mut dyn Work, request: &ContentsRequest) -> Result<ContentsAnswer> {
    if request.names.len() > MOST_CONTENTS {
        return Err(told(ErrorCode::TooLarge));
    }
    let mut found: Vec<protocol::edition::Content> = Vec::new();
    let mut bytes = 0;
    for name in &request.names {
        let row = one(work, "SELECT body FROM content WHERE hash = $1", values![name.to_hex()]).await?;
        let Some(row) = row else { continue };
        let body = row.bytes(0)?;
        bytes += body.len();
        if bytes > MOST_CONTENT_BYTES && !found.is_empty() {
            break;
        }
        found.push(protocol::edition::Content { name: *name, bytes: body.to_vec() });
    }
    if found.is_empty() {
        return Err(told(ErrorCode::NotFound));
    }
    heavy(move || {
        let plain = domain::cbor::to_vec(&found);
        let mut packer = ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        // Writing into memory does not fail.
        let packed = packer.write_all(&plain).and_then(|()| packer.finish());
        packed.map(|packed| ContentsAnswer { packed, length: plain.len() as u64 }).map_err(|_| Fault::Ended)
    })
    .await?
}

/// The edition in force with its version; none before the first.
///
/// # Errors
/// When the storage fails.
pub async fn present(work: &mut dyn Work) -> Result<(i64, Option<Edition>)> {
    let row = one(work, "SELECT version, body FROM edition ORDER BY version DESC LIMIT 1", values![]).await?;
    match row {
        None => Ok((0, None)),
        Some(row) => {
            let edition = domain::cbor::from_slice(row.bytes(1)?).map_err(|_| Fault::Stored("edition"))?;
            Ok((row.int(0)?, Some(edition)))
        }
    }
}

/// Makes an edition the one in force.
///
/// # Errors
/// When the storage fails.
pub async fn publish(work: &mut dyn Work, edition: &Edition, now: i64) -> Result<()> {
    let version = crate::storage::next_number(work, "edition", 1).await?;
    work.run(
        "INSERT INTO edition (version, body, at) VALUES ($1, $2, $3)",
        values![version, domain::cbor::to_vec(edition), now],
    )
    .await?;
    Ok(())
}
