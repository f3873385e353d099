//! Reports of program faults and the diagnostic bundle: what helps somebody far away, and nothing about a citizen.
//!
//! A bundle is a folder of text that an administrator can read before passing it on: `summary.json` says how the
//! terminal stands, `device-*.log` are the last lines of the device hosts. What this program writes itself is
//! numbers, codes and ids; what it copies (logs, faults' details) goes through [`scrub()`].

mod scrub;
mod store_facts;
mod system;
#[cfg(test)]
mod tests;

pub(crate) use scrub::scrub;

use crate::Terminal;
use crate::error::Result;
use crate::rpc::request::Empty;
use crate::vault::{private_folder, write_private};
use domain::event::EventTime;
use gm::{HmacKey, hmac_sm3};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Last bytes of each log in a bundle: some hundred lines, read through in minutes.
const LOG_BYTES: u64 = 64 * 1024;
/// Beginnings of names in the folder of reports.
const REPORT: &str = "report-";
const BUNDLE: &str = "diagnostic-";
/// Reports kept: a fault that comes back all day must not fill the disk.
const REPORTS_KEPT: usize = 50;
/// Bundles kept.
const BUNDLES_KEPT: usize = 5;

impl Terminal {
    /// Keeps a report of a fault of the program itself and returns the file's name; none when it cannot be written.
    pub(crate) fn write_report(&self, what: &str) -> Option<String> {
        let now = self.clock.now();
        let report = json!({
            "what": scrub(what),
            "at": stamp(now),
            "time_confirmed": now.confirmed,
            "program": program(),
            "system": system::facts(&self.settings.data),
        });
        let folder = self.settings.reports();
        let name = free_name(&folder, REPORT, now, ".json");
        let written =
            private_folder(&folder).and_then(|()| write_private(&folder.join(&name), &pretty(&report)));
        if let Err(error) = written {
            tracing::error!(code = error.code(), "a report could not be written");
            return None;
        }
        prune(&folder, REPORT, REPORTS_KEPT);
        Some(name)
    }

    /// Writes a diagnostic bundle and returns its folder's name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn diagnostic_bundle(&self, _: Empty) -> Result<String> {
        let now = self.clock.now();
        let folder = self.settings.reports();
        private_folder(&folder)?;
        let name = free_name(&folder, BUNDLE, now, "");
        let bundle = folder.join(&name);
        private_folder(&bundle)?;
        write_private(&bundle.join("summary.json"), &pretty(&self.summary(now)))?;
        for log in device_logs(&self.settings.data) {
            let Some(file) = log.file_name() else { continue };
            let text = tail(&log)?;
            write_private(&bundle.join(file), scrub(&text).as_bytes())?;
        }
        prune(&folder, BUNDLE, BUNDLES_KEPT);
        Ok(name)
    }

    fn summary(&self, now: EventTime) -> Value {
        let store = self.store().ok().map(|store| {
            let officer = |id: &str| self.officer_mark(id);
            let outbox_code = |row: &store::table::outbox::OutboxRow| self.trouble(row, None).code;
            store_facts::facts(&store, &officer, &outbox_code)
        });
        json!({
            "at": stamp(now),
            "time_confirmed": now.confirmed,
            "program": program(),
            "system": system::facts(&self.settings.data),
            "settings": self.settings_facts(),
            "enrolment": self.enrolment_facts(),
            "session": { "open": self.store().is_ok(), "locked": self.state().locked },
            "devices": self.device_facts(),
            "sync": self.sync_facts(),
            // None while nobody has logged in since the start: the store is closed.
            "store": store,
        })
    }

    /// An officer as the same unreadable mark in every bundle of this machine.
    fn officer_mark(&self, id: &str) -> String {
        let key = HmacKey::from_bytes(*self.machine_secret.expose());
        let hash = hmac_sm3(&key, format!("diagnostic officer {id}").as_bytes());
        hex::encode(&hash.as_bytes()[..6])
    }

    fn settings_facts(&self) -> Value {
        let settings = &self.settings;
        let shown = |path: &Path| without_home(path);
        json!({
            "profile": settings.profile,
            "data": shown(&settings.data),
            "runtime": shown(&settings.runtime),
            "assets": shown(&settings.assets),
            "devices": shown(&settings.devices),
            "programs": shown(&settings.programs),
            "server": settings.server.as_deref().map(without_user),
            "demo": settings.demo,
        })
    }

    fn enrolment_facts(&self) -> Option<Value> {
        let enrolment = self.enrolment().ok()?;
        Some(json!({
            "terminal": enrolment.terminal,
            "epoch": enrolment.epoch,
            "unit": enrolment.unit,
            "window": enrolment.window,
            "server": without_user(&enrolment.server),
        }))
    }

    fn device_facts(&self) -> Vec<Value> {
        let line = |line: crate::rpc::view::DeviceLine| {
            let fault = line.fault.as_ref().map(|view| {
                json!({
                    "code": view.fault.code(),
                    "detail": scrub(&view.fault.detail),
                    "permanent": view.fault.permanent,
                    "held_by": view.fault.held_by,
                })
            });
            json!({
                "class": line.device.class,
                "id": scrub(&line.device.id.to_string()),
                "maker": scrub(&line.device.maker),
                "attestation": line.device.attestation,
                "ready": line.ready,
                "fault": fault,
            })
        };
        self.device_lines().into_iter().map(line).collect()
    }

    fn sync_facts(&self) -> Value {
        let lanes: Vec<Value> = self.sync().map_or_else(
            |_| Vec::new(),
            |sync| {
                let lane = |one: &sync::LaneView| {
                    json!({ "name": one.name, "in_flight": one.in_flight, "timer": one.timer,
                        "failures": one.failures })
                };
                sync.lanes().iter().map(lane).collect()
            },
        );
        json!({ "line": self.sync_line(), "lanes": lanes, "stopped": self.state().stopped })
    }
}

fn program() -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "event_schema": domain::event::SCHEMA,
        "cipher": gm::sqlite::PROVIDER_NAME,
        "cipher_release": gm::sqlite::SQLCIPHER_RELEASE,
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
    })
}

/// A moment for names and lists: `20260305-143205`, wall clock of China.
fn stamp(time: EventTime) -> String {
    let offset = jiff::tz::Offset::constant(8);
    jiff::Timestamp::from_millisecond(time.trusted)
        .map(|moment| offset.to_datetime(moment).strftime("%Y%m%d-%H%M%S").to_string())
        .unwrap_or_default()
}

fn pretty(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

/// A name that nothing in the folder has or had while this program ran. Names sort by age.
fn free_name(folder: &Path, kind: &str, now: EventTime, end: &str) -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    loop {
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("{kind}{}-{made:04}{end}", stamp(now));
        if !folder.join(&name).exists() {
            return name;
        }
    }
}

/// Removes the oldest files or folders of a kind. Best effort: an old report that stays does no harm.
fn prune(folder: &Path, kind: &str, kept: usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut names: Vec<OsString> = entries
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| name.to_string_lossy().starts_with(kind))
        .collect();
    names.sort();
    let surplus = names.len().saturating_sub(kept);
    for path in names.iter().take(surplus).map(|name| folder.join(name)) {
        let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
    }
}

fn device_logs(data: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(data) else { return Vec::new() };
    let is_log = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with("device-") && name.ends_with(".log")
    };
    let mut logs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_log).collect();
    logs.sort();
    logs
}

/// The end of a file, beginning with a whole line.
fn tail(path: &Path) -> Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let from = length.saturating_sub(LOG_BYTES);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(LOG_BYTES).read_to_end(&mut bytes)?;
    if from > 0 {
        let whole = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
        bytes.drain(..whole);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A path without the account's name.
fn without_home(path: &Path) -> String {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.parent().is_some());
    match home.and_then(|home| path.strip_prefix(home).ok().map(Path::to_owned)) {
        Some(rest) => Path::new("~").join(rest).display().to_string(),
        None => path.display().to_string(),
    }
}

/// An address without user and password.
fn without_user(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (None, Some((_, host))) => host.to_owned(),
        (_, None) => address.to_owned(),
    }
}
