//! Proves a terminal's data from what lies on the disk alone: pages, chains, signatures, outbox, numbers, files, lists.
//!
//! Nothing of the store's code is used, so that a fault in it does not hide itself. The database is read from a copy
//! of its encrypted pages: the checked folder is never written, not even to bring a log to an end.

mod chain;
mod error;
mod files;
mod lists;
mod numbers;
mod open;
mod outbox;
mod papers;
mod places;
mod report;

pub use error::CheckError;
pub use report::{Fault, Part, Report};

use gm::DatabaseKey;
use open::Opened;
use std::path::Path;

/// Checks the data folder of a terminal, opened as the named officer opens it.
///
/// # Errors
/// When the folder holds no terminal's data, the officer has no key slot, the password is wrong, another program has
/// the folder, or the database does not open. Everything else that is wrong stands in the report.
pub fn check(data: &Path, officer: &str, password: &str) -> Result<Report, CheckError> {
    let key = open::key(data, officer, password)?;
    check_with_key(data, &key)
}

/// As [`check`], with the key of the database at hand.
///
/// # Errors
/// As [`check`].
pub fn check_with_key(data: &Path, key: &DatabaseKey) -> Result<Report, CheckError> {
    let opened = Opened::copy(data, key)?;
    let mut report = Report::default();
    report.part(Part::Pages, |report| open::pages(&opened, report));
    let mut found = chain::Found::default();
    report.part(Part::Events, |report| {
        found = chain::check(&opened, report)?;
        Ok(())
    });
    report.part(Part::Places, |report| places::check(&opened, &found, report));
    report.part(Part::Acts, |report| outbox::check(&opened, &found, report));
    report.part(Part::Numbers, |report| numbers::check(&opened, &found, report));
    report.part(Part::Files, |report| files::check(&opened, &found, report));
    report.part(Part::Lists, |report| lists::check(&opened, &found, report));
    report.part(Part::Audit, |report| lists::audit(&opened, report));
    Ok(report)
}
