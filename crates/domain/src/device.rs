//! What is kept of a device: how it stands, when it was used, how often it failed. Told to the server, so that somebody
//! far away sees a reader that dies before the officer rings; nothing of an applicant or an officer is in it.

use crate::event::civil_day;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod warning;

pub use warning::{DeviceWarning, warnings};

/// Days that are kept: a fault that comes every Monday shows.
pub const DAYS_KEPT: usize = 8;
/// A span between two looks that is longer was no work: the PC slept or the program did not run.
const LONGEST_LOOK_MS: i64 = 30_000;
/// Longest text of a record, in bytes; names, models and serial numbers of devices are far shorter.
const LONGEST_TEXT: usize = 200;
/// Most kinds of faults that a day tells apart; the catalogue of faults has some hundred for all classes together.
const MOST_FAULTS: usize = 64;

/// How a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceStanding {
    /// It can be used, or another window of the PC uses it.
    Usable,
    /// Nothing is plugged in.
    Absent,
    /// The account may not open it.
    Denied,
    /// It says no, or its host does not run.
    Faulty,
}

/// A fault, as the officer read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFault {
    /// Code of the catalogue: `printer.paper_out` …
    pub code: String,
    /// The catalogue's sentence.
    pub sentence: String,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at: i64,
}

/// One day of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceDay {
    /// The day, in China.
    pub day: Date,
    /// Tasks that ended well.
    pub uses: u32,
    /// Milliseconds for which it could be used while the terminal ran.
    pub usable_ms: i64,
    /// Code of a fault → how often it came.
    pub faults: BTreeMap<String, u32>,
}

/// What is known of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRecord {
    /// Driver and place: `samv-usb:0400:c35a@1-2`.
    pub id: String,
    /// Class: `id_card_reader` …
    pub class: String,
    /// What the officer calls it.
    pub name: String,
    /// Who made it; empty when unknown. So with model, serial number and firmware.
    pub maker: String,
    /// Model.
    pub model: String,
    /// Serial number.
    pub serial: String,
    /// Version of its firmware.
    pub firmware: String,
    /// Whether the station vouches for it (its entry in the device file says so).
    pub vouched: bool,
    /// How it stands.
    pub standing: DeviceStanding,
    /// Since when, in milliseconds since 1970-01-01 UTC.
    pub since: i64,
    /// When it was looked at last.
    pub seen: i64,
    /// The last fault.
    pub last_fault: Option<DeviceFault>,
    /// When a task ended well last.
    pub last_use: Option<i64>,
    /// The last days, the oldest first, at most [`DAYS_KEPT`].
    pub days: Vec<DeviceDay>,
}

impl DeviceRecord {
    /// Somebody looked at it at `now`: `standing`, and what stands in the way. A fault that is still the same since the
    /// last look is not another one.
    pub fn looked(&mut self, standing: DeviceStanding, fault: Option<(&str, &str)>, now: i64) {
        let span = now - self.seen;
        if self.standing == DeviceStanding::Usable && (0..=LONGEST_LOOK_MS).contains(&span) {
            self.today(now).usable_ms += span;
        }
        if self.standing != standing {
            let again = standing != DeviceStanding::Usable;
            self.standing = standing;
            self.since = now;
            if let Some((code, sentence)) = fault.filter(|_| again) {
                self.failed(code, sentence, now);
            }
        } else if let Some((code, sentence)) = fault
            && self.last_fault.as_ref().is_none_or(|last| last.code != code)
        {
            self.failed(code, sentence, now);
        }
        self.seen = now;
    }

    /// A task ended well at `now`.
    pub fn used(&mut self, now: i64) {
        self.last_use = Some(now);
        let today = self.today(now);
        today.uses = today.uses.saturating_add(1);
    }

    /// A task, or the device itself, failed at `now`.
    pub fn failed(&mut self, code: &str, sentence: &str, now: i64) {
        self.last_fault = Some(DeviceFault { code: code.to_owned(), sentence: sentence.to_owned(), at: now });
        let faults = &mut self.today(now).faults;
        if faults.len() < MOST_FAULTS || faults.contains_key(code) {
            let count = faults.entry(code.to_owned()).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// What an earlier run of the program kept of the same device; counts are added up, what is newer stays.
    pub fn join(&mut self, earlier: Self) {
        self.last_use = self.last_use.max(earlier.last_use);
        if self.last_fault.as_ref().map(|fault| fault.at) < earlier.last_fault.as_ref().map(|fault| fault.at)
        {
            self.last_fault = earlier.last_fault;
        }
        if self.standing == earlier.standing {
            self.since = self.since.min(earlier.since);
        }
        for day in earlier.days {
            match self.days.iter_mut().find(|one| one.day == day.day) {
                Some(own) => {
                    own.uses = own.uses.saturating_add(day.uses);
                    own.usable_ms = own.usable_ms.saturating_add(day.usable_ms);
                    for (code, count) in day.faults {
                        let own = own.faults.entry(code).or_default();
                        *own = own.saturating_add(count);
                    }
                }
                None => self.days.push(day),
            }
        }
        self.days.sort_by_key(|day| day.day);
        self.forget_old_days();
    }

    /// Whether it is of a size that a device has: what comes from elsewhere is held to this.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let texts =
            [&self.id, &self.class, &self.name, &self.maker, &self.model, &self.serial, &self.firmware];
        let short = |text: &str| text.len() <= LONGEST_TEXT;
        !self.id.is_empty()
            && texts.into_iter().all(|text| short(text))
            && self.last_fault.as_ref().is_none_or(|fault| short(&fault.code) && short(&fault.sentence))
            && self.days.len() <= DAYS_KEPT
            && self.days.windows(2).all(|two| two[0].day < two[1].day)
            && self.days.iter().all(|day| {
                day.usable_ms >= 0
                    && day.faults.len() <= MOST_FAULTS
                    && day.faults.keys().all(|code| short(code))
            })
    }

    /// Faults of a day, all kinds together.
    #[must_use]
    pub fn faults_on(&self, day: Date) -> u32 {
        let found = self.days.iter().find(|one| one.day == day);
        found.map_or(0, |one| one.faults.values().fold(0, |sum, count| sum.saturating_add(*count)))
    }

    /// The day, begun if it is new. A clock that was put back counts into the newest day there is.
    fn today(&mut self, now: i64) -> &mut DeviceDay {
        let day = civil_day(now).max(self.days.last().map_or(Date::MIN, |last| last.day));
        if self.days.last().is_none_or(|last| last.day < day) {
            self.days.push(DeviceDay { day, uses: 0, usable_ms: 0, faults: BTreeMap::new() });
            self.forget_old_days();
        }
        let last = self.days.len() - 1;
        &mut self.days[last]
    }

    fn forget_old_days(&mut self) {
        let surplus = self.days.len().saturating_sub(DAYS_KEPT);
        self.days.drain(..surplus);
    }
}

#[cfg(test)]
mod tests;
