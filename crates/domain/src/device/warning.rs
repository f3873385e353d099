//! What somebody should know of a device before the officer rings.

use super::{DeviceRecord, DeviceStanding};
use crate::event::civil_day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A device that cannot be used for so long is not being put right by the officer in passing.
const DOWN_MS: i64 = 3_600_000;
/// A paper that runs out and a card laid askew are everyday; a fifth fault on one day is none of them.
const MANY_FAULTS: u32 = 5;
/// The same fault on so many of the kept days comes from the device and not from a day.
const RECURRING_DAYS: usize = 3;

/// A warning by rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceWarning {
    /// It cannot be used for so many whole hours.
    Down {
        /// Hours.
        hours: i64,
    },
    /// It failed so often on the last day.
    ManyFaults {
        /// How often.
        count: u32,
    },
    /// The same fault came on several days.
    Recurring {
        /// Its code.
        code: String,
        /// On how many of the kept days.
        days: usize,
    },
    /// It is used and the station does not vouch for it.
    NotVouched,
}

impl DeviceWarning {
    /// For the one who looks after the stations.
    #[must_use]
    pub fn chinese(&self) -> String {
        match self {
            Self::Down { hours } => format!("已经 {hours} 小时不能用"),
            Self::ManyFaults { count } => format!("今天出了 {count} 次故障"),
            Self::Recurring { code, days } => format!("有 {days} 天出过同样的故障（{code}）"),
            Self::NotVouched => "在使用，但没有登记".to_owned(),
        }
    }
}

/// What is to be told of a device at `now` (milliseconds since 1970-01-01 UTC), the gravest first. `now` is also the
/// last word of its terminal: what happened since then nobody knows.
#[must_use]
pub fn warnings(record: &DeviceRecord, now: i64) -> Vec<DeviceWarning> {
    let mut told = Vec::new();
    let down = now - record.since;
    if record.standing != DeviceStanding::Usable && down >= DOWN_MS {
        told.push(DeviceWarning::Down { hours: down / DOWN_MS });
    }
    let count = record.faults_on(civil_day(now));
    if count >= MANY_FAULTS {
        told.push(DeviceWarning::ManyFaults { count });
    }
    let mut days: BTreeMap<&str, usize> = BTreeMap::new();
    for code in record.days.iter().flat_map(|day| day.faults.keys()) {
        *days.entry(code).or_default() += 1;
    }
    told.extend(
        days.into_iter()
            .filter(|(_, days)| *days >= RECURRING_DAYS)
            .map(|(code, days)| DeviceWarning::Recurring { code: code.to_owned(), days }),
    );
    if !record.vouched && record.last_use.is_some() {
        told.push(DeviceWarning::NotVouched);
    }
    told
}
