//! Synchronisation, the applicant screen, papers, devices.

use super::definition::ReleaseLine;
use super::desk::TodayNumber;
use super::shell::{DeviceLine, SyncLine};
use domain::code::CodeTable;
use domain::ids::{CaseId, ContentHash};
use driver_contract::{DeviceClass, DeviceId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What waits for the server, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncView {
    /// The line.
    pub line: SyncLine,
    /// Why it does not get on; none while it does.
    pub held: Option<SyncHeld>,
    /// Acts that wait, oldest first.
    pub waiting: Vec<OutboxLine>,
    /// Files that wait, by case; those that were tried in vain first.
    pub files: Vec<FileLine>,
    /// Refused acts and conflicts.
    pub troubles: Vec<OutboxLine>,
    /// Numbers left by kind.
    pub numbers: Vec<TodayNumber>,
    /// The release of definitions in force here.
    pub release: Option<ReleaseLine>,
}

/// Why nothing goes to the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncHeld {
    /// Stable code.
    pub code: String,
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub cure: String,
    /// Since when, trusted time in milliseconds since 1970-01-01 UTC.
    #[ts(type = "number")]
    pub since: i64,
    /// When it is tried again by itself; none while it is tried.
    #[ts(type = "number | null")]
    pub next: Option<i64>,
}

/// Files of a case that wait for the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FileLine {
    /// Case.
    pub case: CaseId,
    /// Person and matter.
    pub title: String,
    /// How many.
    pub count: u32,
    /// Their size in bytes.
    #[ts(type = "number")]
    pub length: u64,
    /// Stable code of the last try; empty when none failed.
    pub code: String,
    /// Why they wait.
    pub reason: String,
    /// What to do.
    pub cure: String,
}

/// An act in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutboxLine {
    /// Number.
    #[ts(type = "number")]
    pub seq: u64,
    /// Case.
    pub case: CaseId,
    /// Person and matter.
    pub title: String,
    /// What the act is.
    pub words: String,
    /// Stable code of the reason: `SYNC_OFFLINE` and `SYNC_SENDING` of an act that waits, otherwise as in its case's
    /// troubles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub code: Option<String>,
    /// Why it waits or was refused.
    pub reason: String,
    /// What to do.
    pub cure: String,
    /// Trusted time of the act.
    #[ts(type = "number")]
    pub at: i64,
}

/// What the applicant screen shows. Nothing of an earlier citizen is ever inside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ApplicantView {
    /// Rises with every change.
    #[ts(type = "number")]
    pub revision: u64,
    /// Name of the window.
    pub window: String,
    /// Name of the officer.
    pub officer: String,
    /// Mode with its content.
    pub mode: ApplicantMode,
    /// Whether the station is a demo.
    pub demo: bool,
}

/// Modes of the applicant screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ApplicantMode {
    /// 欢迎
    Welcome,
    /// 暂停服务: nobody works here.
    Closed,
    /// 请签名
    Sign {
        /// Names this release; the answer carries it.
        release: String,
        /// Matter.
        matter: String,
        /// Who signs, in words.
        label: String,
        /// Name of the signer.
        name: String,
        /// The fields released for this signature: label, value in words.
        fields: Vec<(String, String)>,
        /// What the signature stands for.
        statement: String,
        /// A pad waits for the same signature.
        pad: bool,
    },
    /// 请评价
    Evaluate {
        /// Names this release; the answer carries it.
        release: String,
        /// Matter.
        matter: String,
        /// A pad waits for the same answer.
        pad: bool,
    },
    /// 一次性告知单 of a consultation
    Notice {
        /// Matter.
        title: String,
        /// The notice in words.
        text: String,
        /// The same as a QR code: rows of `1` for dark and `0` for light, without the quiet zone of four modules.
        code: Vec<String>,
    },
    /// 谢谢
    Thanks {
        /// What comes next.
        words: String,
    },
}

/// The queue of this window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueView {
    /// The ticket that was called last today.
    pub ticket: Option<String>,
    /// How often its call was confirmed.
    pub times: u32,
    /// How the last call went.
    pub state: Option<TicketState>,
    /// The ticket after it; empty when nothing tells.
    pub next: String,
    /// Tickets that nobody came with, the last one first.
    pub passed: Vec<String>,
}

/// How a call went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TicketState {
    /// Under way.
    Calling,
    /// Confirmed by the sign, or by the queue's server.
    Called,
    /// Not confirmed: perhaps nobody heard it.
    Unconfirmed {
        /// Why, and what to do.
        words: String,
    },
    /// Nobody came.
    Passed,
}

/// Code tables and reasons for the form grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Codes {
    /// Tables.
    pub tables: Vec<CodeTable>,
}

/// Codes of a long table that fit what is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CodesFound {
    /// Title of the table.
    pub title: String,
    /// The likeliest first; codes out of use last.
    pub lines: Vec<CodeLine>,
}

/// A code of a long table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CodeLine {
    /// Code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The name as a form shows it: with what became of a code that is out of use.
    pub words: String,
    /// Since when it is out of use and what took its place; empty while it is in use.
    pub ended: String,
}

/// Standard addresses that fit what is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AddressesFound {
    /// Whether addresses have come to this terminal at all.
    pub here: bool,
    /// The likeliest first.
    pub lines: Vec<AddressLine>,
}

/// A standard address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AddressLine {
    /// Code of the standard address.
    pub code: String,
    /// The whole address with the name of its division.
    pub text: String,
    /// Code of the division.
    pub division: String,
    /// Name of the police station responsible.
    pub station: String,
}

/// A preview of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PreviewView {
    /// The PDF, shown from `/documents/{blob}`.
    pub pdf: ContentHash,
    /// Pages.
    pub pages: u32,
}

/// The devices of this PC, for the device page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DevicesView {
    /// Devices.
    pub devices: Vec<DeviceLine>,
    /// Those that are used in this window, one a class.
    pub used: Vec<DeviceId>,
    /// What was written down of them, and of those that were here in the last days.
    pub histories: Vec<DeviceHistory>,
    /// Those that have settings.
    pub adjustable: Vec<DeviceId>,
    /// What is recorded now.
    pub recordings: Vec<RecordingLine>,
    /// The test at the start of the day; none while nobody was logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub self_test: Option<SelfTest>,
}

/// What can be set at a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceSettings {
    /// Which.
    pub device: DeviceId,
    /// One by one, as the page shows them.
    pub settings: Vec<DeviceSetting>,
}

/// One setting of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceSetting {
    /// Its name for the program.
    pub key: String,
    /// Its name for the officer.
    pub name: String,
    /// What it is good for.
    pub note: String,
    /// What it can be.
    pub kind: SettingKind,
    /// What holds now.
    pub value: SettingValue,
    /// What holds when nothing is set here: the device file's, else the driver's own.
    pub station: SettingValue,
    /// It was set on the page.
    pub set: bool,
}

/// What a setting can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SettingKind {
    /// Yes or no.
    Flag,
    /// A number.
    Number {
        /// Smallest.
        least: i32,
        /// Largest.
        most: i32,
        /// From one to the next, counted from the smallest.
        step: i32,
        /// In what it counts; may be empty.
        unit: String,
        /// It may be `auto` too: the device chooses.
        #[serde(default)]
        automatic: bool,
    },
    /// One of a few.
    Choice {
        /// Which.
        choices: Vec<SettingChoice>,
    },
}

/// One of the values that a setting can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SettingChoice {
    /// The value.
    pub value: SettingValue,
    /// What the officer reads.
    pub name: String,
}

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum SettingValue {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(i32),
    /// A word; `auto` is what the device finds out by itself.
    Text(String),
}

/// A device that is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecordingLine {
    /// Which.
    pub device: DeviceId,
    /// The tape; everything personal in it is masked.
    pub file: String,
}

/// What can be rehearsed at a training counter; empty elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RehearsalView {
    /// Its virtual devices.
    pub devices: Vec<RehearsedDevice>,
}

/// A virtual device of a training counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RehearsedDevice {
    /// Its class.
    pub class: DeviceClass,
    /// The driver that it speaks to, where there are other devices of its class; else empty.
    pub driver: String,
    /// What it can do.
    pub acts: Vec<RehearsedAct>,
}

/// Something that a virtual device can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RehearsedAct {
    /// Its name.
    pub act: String,
    /// For the clerk.
    pub words: String,
    /// A fault, or the end of one.
    pub fault: bool,
}

/// What was written down of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceHistory {
    /// Which.
    pub device: DeviceId,
    /// Tasks that ended well today.
    pub uses_today: u32,
    /// Faults today.
    pub faults_today: u32,
    /// When a task ended well last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_use: Option<String>,
    /// The last fault: when, and what it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_fault: Option<String>,
}

/// The devices' test at the start of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SelfTest {
    /// The day, in China.
    pub day: String,
    /// When it began.
    pub at: String,
    /// It has not ended yet.
    pub running: bool,
    /// Devices in order.
    pub good: u32,
    /// Devices that are not, each with its sentence.
    pub wrong: Vec<String>,
}
