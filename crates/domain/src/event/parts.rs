//! What events are made of.

use crate::fingerprint::{Finger, FingerReason, WeakReason};
use crate::identity::DocumentKind;
use crate::ids::{CaseId, CommandId, ContentHash, FieldPath};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// When something happened, in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EventTime {
    /// The PC's wall clock: information only.
    #[ts(type = "number")]
    pub wall: i64,
    /// Trusted time: last server time plus boot-time clock elapsed. Deadlines count from it.
    #[ts(type = "number")]
    pub trusted: i64,
    /// Whether the trusted time was confirmed by the server since the last reboot.
    pub confirmed: bool,
}

/// China Standard Time, the only civil time of the counter: UTC+8 without summer time.
const CHINA_OFFSET_SECONDS: i32 = 8 * 3600;

impl EventTime {
    /// The civil day of the trusted time.
    #[must_use]
    pub fn day(&self) -> Date {
        civil_day(self.trusted)
    }
}

/// The civil day (China Standard Time) of a moment in milliseconds since 1970-01-01 UTC.
#[must_use]
pub fn civil_day(milliseconds: i64) -> Date {
    let offset = jiff::tz::Offset::from_seconds(CHINA_OFFSET_SECONDS).unwrap_or(jiff::tz::Offset::UTC);
    jiff::Timestamp::from_millisecond(milliseconds)
        .map_or(Date::constant(1970, 1, 1), |moment| offset.to_datetime(moment).date())
}

/// A stored file: encrypted, named by the hash of its ciphertext.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BlobRef {
    /// SM3 of the ciphertext: the name under which it is stored and sent.
    pub id: ContentHash,
    /// SM3 of the content itself; stands in signed events only.
    pub content: ContentHash,
    /// Length of the content in bytes.
    #[ts(type = "number")]
    pub length: u64,
    /// Media type of the content, e.g. `image/jpeg`.
    pub media: String,
}

/// Whether a device is what it says (the threat model stands in docs/devices.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Attestation {
    /// An enrolled physical device.
    Physical,
    /// A virtual device, for training and tests.
    Virtual,
    /// A device that nobody enrolled.
    Unattested,
}

/// Where captured data came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Reading {
    /// Device id.
    pub device: String,
    /// What is known of the device.
    pub attestation: Attestation,
    /// Trusted time of the reading.
    #[ts(type = "number")]
    pub at: i64,
    /// SM3 of the raw bytes as the device gave them.
    pub raw: ContentHash,
}

/// An identity document as read or typed. Empty text where the document has no such part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Identity {
    /// Kind of document.
    pub document: DocumentKind,
    /// Number.
    pub number: String,
    /// Name.
    pub name: String,
    /// Sex, code of GB/T 2261.1.
    pub sex: String,
    /// Ethnic group, code of GB/T 3304.
    pub ethnic_group: String,
    /// Birth date, `YYYY-MM-DD`.
    pub birth_date: String,
    /// Address.
    pub address: String,
    /// Issuing office.
    pub issuing_office: String,
    /// First day of validity, `YYYY-MM-DD`.
    pub valid_from: String,
    /// Last day of validity, `YYYY-MM-DD`, or `长期`.
    pub valid_until: String,
    /// The portrait as the card gave it; its maker's licensed decoder is needed to see it.
    pub portrait: Option<BlobRef>,
}

impl Identity {
    /// A part by the name that definitions use in `card = "…"`.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&str> {
        Some(match name {
            "number" => &self.number,
            "name" => &self.name,
            "sex" => &self.sex,
            "ethnic_group" => &self.ethnic_group,
            "birth_date" => &self.birth_date,
            "address" => &self.address,
            "issuing_office" => &self.issuing_office,
            "valid_from" => &self.valid_from,
            "valid_until" => &self.valid_until,
            _ => return None,
        })
    }
}

/// Where a field's value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// 卡: read from a card
    Card,
    /// 库: from the population register
    Register,
    /// 件: from an earlier case
    EarlierCase,
    /// 录: typed
    Typed,
}

/// One field's new value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldChange {
    /// The field.
    pub field: FieldPath,
    /// The new value; empty to clear it.
    pub value: String,
    /// Where it came from.
    pub source: ValueSource,
}

/// State of a check (rules of the counter, 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// 已核验相符
    Agrees,
    /// 核验不符
    Differs,
    /// 未核验
    NotChecked,
    /// 接口不可用
    Unavailable,
}

/// An answer of the population register as the server passed it on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RegisterAnswer {
    /// The register's own number of the query or act.
    pub query_id: String,
    /// State as the register gives it.
    pub state: CheckState,
    /// Register's time, milliseconds since 1970-01-01 UTC.
    #[ts(type = "number")]
    pub answered_at: i64,
    /// The answer flattened: dotted place → value; list elements by number from 0.
    pub values: BTreeMap<String, String>,
}

/// A reviewer's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// 通过
    Pass,
    /// 退回
    Return,
    /// 不予办理, 审核不通过
    Refuse,
}

/// Reason of a return or refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Reason {
    /// Code from the reason list; empty when only words were given.
    pub code: String,
    /// In words, for the citizen.
    pub text: String,
    /// Legal basis.
    pub basis: String,
}

/// How a submission counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SubmissionMode {
    /// 受理: accepted, the promised time runs.
    Accepted,
    /// 收件: taken in without the network; acceptance has to be confirmed.
    TakenIn,
}

/// A paper that came out of a printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PrintedDocument {
    /// Name within the matter.
    pub document: String,
    /// Template.
    pub template: String,
    /// SM3 of the print set that made the bytes.
    pub print_set: ContentHash,
    /// The printed PDF.
    pub pdf: BlobRef,
    /// Printer's name.
    pub printer: String,
    /// The printer's own job number.
    pub job: String,
    /// Reason of a reprint; empty for the first print.
    pub reprint_reason: String,
    /// Pre-printed serial of the controlled blank that was printed on (空白证件), as the officer read it from the
    /// top sheet; empty for plain paper.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub blank: String,
}

/// Why two cases belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// 一件事: a member of the same one-thing package
    Package,
    /// 再次办理: the same business again, with the data of the other case
    Redo,
    /// 连办: another business for the same person
    OneMore,
}

/// A tie to another case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseLink {
    /// The other case.
    pub other: CaseId,
    /// Why.
    pub relation: Relation,
    /// Name of the package; empty for other relations.
    pub package: String,
}

/// How somebody dealt with an act that the server did not place: in conflict, refused, or held behind such a one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// The act that has no place.
    pub act: CommandId,
    /// Parts of it that are given up, as paths (`fields/mother.name`, [`crate::path`]); what is not named was made
    /// again.
    pub given_up: Vec<String>,
    /// Why they are given up; empty when nothing is.
    pub reason: String,
}

/// What a citizen rates: each visit once (国办发〔2019〕51号: one evaluation for each service).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EvaluationOccasion {
    /// Handing in.
    Intake,
    /// What came of it: the result, or a refusal.
    Result,
}

/// One picture of one finger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Fingerprint {
    /// Which finger.
    pub finger: Finger,
    /// Which picture of it, from 1.
    pub image: u8,
    /// The picture.
    pub picture: BlobRef,
    /// Quality, 0 to 100; none where neither sensor nor library judges.
    pub quality: Option<u8>,
    /// Why it was kept although it is below the threshold.
    pub weak: Option<WeakReason>,
    /// How it was taken.
    pub reading: Reading,
}

/// A finger that gives no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetAsideFinger {
    /// Which finger.
    pub finger: Finger,
    /// Why.
    pub reason: FingerReason,
}
