//! Prepares the demo station: units, officers, passwords, one-time codes for its windows. The terminals enrol
//! through the real interface afterwards.

use crate::fault::{Fault, Result};
use crate::house::{House, now};
use crate::keys::write_new;
use crate::{enrol, login, rosters};
use domain::flow::Level;
use domain::ids::{OfficerId, UnitCode};
use domain::person::{Officer, Post, Role, Roster, Unit};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A code is good for a day: long enough to set a counter up, short enough to be of no use when found.
const CODE_LIFE: i64 = 24 * 3_600_000;

#[derive(Deserialize)]
struct StationFile {
    unit: Vec<UnitRow>,
    window: Vec<WindowRow>,
}

#[derive(Deserialize)]
struct UnitRow {
    code: UnitCode,
    name: String,
    short_name: String,
    level: Level,
    parent: Option<UnitCode>,
}

#[derive(Deserialize)]
struct WindowRow {
    profile: String,
    name: String,
    unit: UnitCode,
}

#[derive(Deserialize)]
struct OfficerFile {
    officer: Vec<OfficerRow>,
}

#[derive(Deserialize)]
struct OfficerRow {
    login: OfficerId,
    name: String,
    initial_password: String,
    posts: Vec<PostRow>,
}

#[derive(Deserialize)]
struct PostRow {
    role: Role,
    unit: UnitCode,
}

/// A one-time code for a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowCode {
    /// Profile of the terminal program.
    pub profile: String,
    /// Name of the window, as [`protocol::enrol::EnrolRequest`] carries it.
    pub window: String,
    /// Its unit.
    pub unit: UnitCode,
    /// The code.
    pub code: String,
}

/// The file of codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeFile {
    /// One for each window.
    pub enrolment: Vec<WindowCode>,
}

fn read<T: for<'de> Deserialize<'de>>(file: &Path) -> Result<T> {
    let fault = |what: String| Fault::SetUp { file: file.display().to_string(), what };
    let text = std::fs::read_to_string(file).map_err(|error| fault(error.kind().to_string()))?;
    toml::from_str(&text).map_err(|error| fault(error.message().to_owned()))
}

/// Loads units, officers and passwords of a `demo` folder and gives out codes for its windows. A password that
/// was set before stays.
///
/// # Errors
/// When a file does not read or the storage fails.
pub async fn prepare(house: &House, folder: &Path) -> Result<CodeFile> {
    let station: StationFile = read(&folder.join("station.toml"))?;
    let people: OfficerFile = read(&folder.join("officers.toml"))?;
    let roster = Roster {
        version: 0,
        officers: people.officer.iter().map(officer).collect(),
        units: station.unit.into_iter().map(unit).collect(),
    };
    let now = now();
    let mut work = house.write().await?;
    rosters::put_in_force(house, &mut *work, roster, now).await?;
    for row in &people.officer {
        if !login::has_password(&mut *work, &row.login).await? {
            let iterations = house.policy.password_iterations;
            login::set_password(&mut *work, &row.login, &row.initial_password, iterations).await?;
        }
    }
    let mut codes = Vec::new();
    for window in &station.window {
        let code = enrol::give_code(house, &mut *work, &window.unit, &window.name, now + CODE_LIFE).await?;
        codes.push(WindowCode {
            profile: window.profile.clone(),
            window: window.name.clone(),
            unit: window.unit.clone(),
            code,
        });
    }
    work.commit().await?;
    house.ring();
    Ok(CodeFile { enrolment: codes })
}

fn officer(row: &OfficerRow) -> Officer {
    let post = |one: &PostRow| Post { unit: one.unit.clone(), role: one.role };
    Officer {
        id: row.login.clone(),
        name: row.name.clone(),
        posts: row.posts.iter().map(post).collect(),
        active: true,
    }
}

fn unit(row: UnitRow) -> Unit {
    Unit { code: row.code, name: row.name, short: row.short_name, level: row.level, parent: row.parent }
}

/// Writes the codes where only their owner reads them; codes of an earlier run are replaced.
///
/// # Errors
/// When the file cannot be written.
pub fn write_codes(codes: &CodeFile, file: &Path) -> Result<()> {
    let fault = |what: String| Fault::SetUp { file: file.display().to_string(), what };
    let text = toml::to_string(codes).map_err(|error| fault(error.to_string()))?;
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(fault(error.kind().to_string()));
        }
        _ => {}
    }
    write_new(file, text.as_bytes())
}
