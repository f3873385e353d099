//! How the devices of all stations stand: one row a terminal, its last report. Nothing of a person is in it.

use crate::fault::{Result, told};
use crate::house::{House, Terminal, now, unit_code};
use crate::storage::{one, values};
use domain::device::DeviceRecord;
use domain::ids::UnitCode;
use protocol::device::{DeviceReceipt, DeviceReport, MOST_DEVICES};
use protocol::error::ErrorCode;
use std::collections::BTreeSet;

/// The last word of one terminal.
#[derive(Debug)]
pub struct StationDevices {
    /// Where it stands.
    pub unit: UnitCode,
    /// Name of its unit; empty when the roster no longer has it.
    pub unit_name: String,
    /// Name of its window.
    pub window: String,
    /// When it reported, milliseconds since 1970-01-01 UTC; none if it never did.
    pub at: Option<i64>,
    /// Its devices.
    pub devices: Vec<DeviceRecord>,
}

/// Keeps a terminal's report in place of the one before.
///
/// # Errors
/// Unreadable when it is too large or names a device twice; when the storage fails.
pub async fn keep(house: &House, terminal: &Terminal, report: &DeviceReport) -> Result<DeviceReceipt> {
    let names: BTreeSet<&str> = report.devices.iter().map(|record| record.id.as_str()).collect();
    let sound = report.devices.len() <= MOST_DEVICES
        && names.len() == report.devices.len()
        && report.devices.iter().all(DeviceRecord::is_sound);
    if !sound {
        return Err(told(ErrorCode::Unreadable));
    }
    let (name, at) = (terminal.id.to_string(), now());
    let body = domain::cbor::to_vec(&report.devices);
    let mut work = house.write().await?;
    // The terminal's own row stands for the one that may not be there yet.
    work.rows("SELECT state FROM terminal WHERE id = $1 FOR UPDATE", values![name.clone()]).await?;
    match one(&mut *work, "SELECT at FROM device_report WHERE terminal = $1", values![name.clone()]).await? {
        Some(_) => {
            work.run(
                "UPDATE device_report SET body = $1, at = $2 WHERE terminal = $3",
                values![body, at, name],
            )
            .await?;
        }
        None => {
            work.run(
                "INSERT INTO device_report (terminal, body, at) VALUES ($1, $2, $3)",
                values![name, body, at],
            )
            .await?;
        }
    }
    work.commit().await?;
    Ok(DeviceReceipt { at })
}

/// Every terminal with its last report, by unit and window.
///
/// # Errors
/// When the storage fails.
pub async fn all(house: &House) -> Result<Vec<StationDevices>> {
    let mut work = house.read().await?;
    let roster = house.rosters.present(house, &mut *work).await?.roster;
    let rows = work
        .rows(
            "SELECT terminal.unit, terminal.window_name, device_report.at, device_report.body FROM terminal \
             LEFT JOIN device_report ON device_report.terminal = terminal.id \
             ORDER BY terminal.unit, terminal.window_name",
            Vec::new(),
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let unit = unit_code(row.text(0)?)?;
            let at = if row.is_null(2) { None } else { Some(row.int(2)?) };
            let devices = match at {
                // Kept by another version of the server: that it reported is still told.
                Some(_) => domain::cbor::from_slice(row.bytes(3)?).unwrap_or_default(),
                None => Vec::new(),
            };
            let unit_name = roster.unit(&unit).map(|one| one.name.clone()).unwrap_or_default();
            Ok(StationDevices { unit, unit_name, window: row.text(1)?.to_owned(), at, devices })
        })
        .collect()
}
