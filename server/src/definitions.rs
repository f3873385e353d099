//! Releases of definitions (定义版本): published, listed, compared, rolled back. Numbers only go up, and nothing that
//! was ever published is thrown away.

mod publish;
mod publisher;
mod release;
pub(crate) mod words;

pub(crate) use publish::{Draft, install, publish, roll_back};
pub(crate) use publisher::PublisherFile;
pub(crate) use release::{Kept, ReleaseDifference, all, difference, numbered};

use crate::fault::Result;
use crate::house::{House, now};
use crate::settings::Settings;
use std::path::Path;

/// Reads a folder and says what it holds.
///
/// # Errors
/// [`crate::Fault::Definitions`] with everything that is wrong, file and place named.
pub fn check(folder: &Path) -> Result<String> {
    Ok(words::counts(&crate::library::read_assets(folder)?))
}

/// Publishes a folder as a new release; gives its number and what it changes, in words.
///
/// # Errors
/// [`crate::Fault::Definitions`] for what is broken, [`crate::Fault::Unpublished`] when there is nothing new.
pub async fn publish_folder(
    settings: &Settings,
    folder: &Path,
    author: &str,
    remark: &str,
) -> Result<String> {
    let catalogue = crate::library::read_assets(folder)?;
    let house = crate::open_quietly(settings).await?;
    let mut work = house.write().await?;
    let draft = Draft { catalogue: &catalogue, author, remark };
    let number = publish(&house, &mut *work, &draft, now()).await?;
    let text = told_of(&house, &mut *work, number).await?;
    work.commit().await?;
    Ok(text)
}

/// All releases, newest first, in words.
///
/// # Errors
/// When the storage fails.
pub async fn list(settings: &Settings) -> Result<String> {
    let house = crate::open_quietly(settings).await?;
    let mut work = house.read().await?;
    Ok(words::list(&all(&mut *work).await?))
}

/// One release and what it changed, in words.
///
/// # Errors
/// [`crate::Fault::Unpublished`] for a number that was never given.
pub async fn show(settings: &Settings, number: u64) -> Result<String> {
    let house = crate::open_quietly(settings).await?;
    let mut work = house.read().await?;
    told_of(&house, &mut *work, number).await
}

/// Publishes the contents of an earlier release as a new one.
///
/// # Errors
/// [`crate::Fault::Unpublished`] for a number that was never given, or one whose contents are in force.
pub async fn roll_back_to(settings: &Settings, number: u64, author: &str, remark: &str) -> Result<String> {
    let house = crate::open_quietly(settings).await?;
    let mut work = house.write().await?;
    let new = roll_back(&house, &mut *work, number, author, remark, now()).await?;
    let text = told_of(&house, &mut *work, new).await?;
    work.commit().await?;
    Ok(text)
}

async fn told_of(house: &House, work: &mut dyn crate::storage::Work, number: u64) -> Result<String> {
    let kept = numbered(work, number).await?;
    let difference = difference(&house.library, work, &kept.release).await?;
    Ok(words::show(&kept.release, &difference))
}
