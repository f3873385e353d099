//! Why the rules say no. Each refusal has a stable code; the sentence stands in the message catalogue.

use crate::limit::NoCalendar;
use crate::requirement::{FieldFault, Missing};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The rules refuse a command. No personal data inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[error("{}", self.code())]
pub enum Refusal {
    /// The case exists already.
    AlreadyOpen,
    /// The case was never opened, or is not known here.
    NotOpen,
    /// The case has ended.
    Ended,
    /// The case holds an event that this version does not know.
    NeedsUpdate,
    /// The case is not at the counter any more.
    NotAtCounter,
    /// The case does not wait for this act.
    WrongStage,
    /// The role may not do this.
    RoleNotAllowed,
    /// The unit may not do this.
    UnitNotAllowed,
    /// The account does not hold the post.
    PostNotHeld,
    /// Who made a case cannot review it.
    MakerCannotReview,
    /// Who reviewed a case cannot review it again.
    ReviewerTwice,
    /// This cannot be done without the network.
    NotOffline,
    /// A reason must be given.
    ReasonMissing,
    /// The card was read into this table already.
    CardAlreadyRead,
    /// The card has expired.
    CardExpired {
        /// Its last day, `YYYY-MM-DD`.
        until: String,
    },
    /// The definition does not have this.
    UnknownName {
        /// What is not there.
        name: String,
    },
    /// A value cannot be.
    WrongValue {
        /// The field.
        field: String,
        /// What is wrong.
        fault: FieldFault,
    },
    /// The value was read from a card or the register; a change needs a reason.
    FieldLocked {
        /// The field.
        field: String,
    },
    /// The page is not there.
    NoSuchPage,
    /// The new order does not hold exactly the pages that are there.
    OrderIncomplete,
    /// Something is missing before submission.
    Incomplete {
        /// What.
        missing: Vec<Missing>,
    },
    /// No number is left in the leased block.
    NoNumberLeft,
    /// The calendar has no data for the year that the promised time reaches.
    CalendarMissing {
        /// The year.
        year: i16,
    },
    /// The register's answer does not belong to this act.
    ForeignAnswer,
    /// The register has not done it yet.
    NotEffected,
    /// The register has the act and has not finished it: nothing but going on is possible.
    EffectUnfinished,
    /// The paper that this step issues did not come out of a printer yet.
    NotPrinted,
    /// The paper is not printed at this moment of the case.
    NotPrintable,
    /// Only the station that keeps the household takes this matter in.
    NotCrossStation {
        /// Name of that station.
        unit: String,
    },
    /// The rule cannot be overridden.
    NotOverridable,
    /// The clock of the case stands still.
    Suspended,
    /// The material may not come later.
    NotTolerable {
        /// Its name.
        name: String,
    },
    /// The day lies outside what is allowed.
    DayNotAllowed {
        /// The first day allowed, `YYYY-MM-DD`.
        from: String,
        /// The last day allowed, `YYYY-MM-DD`.
        until: String,
    },
    /// Nothing that was promised or asked for is overdue.
    NotOverdue,
    /// The case was handed in already: it is withdrawn or decided, not thrown away.
    AlreadySubmitted,
    /// Only a finished case is rectified.
    NotClosed,
    /// What the register holds is changed by a matter of its own, not by rectifying a record here.
    RegisteredItem {
        /// The field.
        field: String,
    },
    /// The officer named cannot take it: not at this unit, without the post for it, or not in service.
    OfficerNotSuitable,
    /// The case keeps this definition already.
    SameDefinition,
    /// The definition belongs to another matter.
    OtherMatter,
    /// The serial of the controlled blank is missing, or one was given for plain paper.
    BlankSerial,
    /// The controlled blank was printed on before.
    BlankUsed {
        /// Its pre-printed serial.
        serial: String,
    },
    /// The citizen rated this visit already.
    AlreadyEvaluated,
    /// Nothing was done yet that could be rated.
    NotEvaluable,
    /// The fingerprints are not all that the rule asks for.
    FingerprintsIncomplete,
}

impl Refusal {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyOpen => "CASE_ALREADY_OPEN",
            Self::NotOpen => "CASE_NOT_OPEN",
            Self::Ended => "CASE_ENDED",
            Self::NeedsUpdate => "CASE_NEEDS_UPDATE",
            Self::NotAtCounter => "CASE_NOT_AT_COUNTER",
            Self::WrongStage => "WRONG_STAGE",
            Self::RoleNotAllowed => "ROLE_NOT_ALLOWED",
            Self::UnitNotAllowed => "UNIT_NOT_ALLOWED",
            Self::PostNotHeld => "POST_NOT_HELD",
            Self::MakerCannotReview => "MAKER_CANNOT_REVIEW",
            Self::ReviewerTwice => "REVIEWER_TWICE",
            Self::NotOffline => "NOT_OFFLINE",
            Self::ReasonMissing => "REASON_MISSING",
            Self::CardAlreadyRead => "CARD_ALREADY_READ",
            Self::CardExpired { .. } => "CARD_EXPIRED",
            Self::UnknownName { .. } => "UNKNOWN_NAME",
            Self::WrongValue { .. } => "WRONG_VALUE",
            Self::FieldLocked { .. } => "FIELD_LOCKED",
            Self::NoSuchPage => "NO_SUCH_PAGE",
            Self::OrderIncomplete => "ORDER_INCOMPLETE",
            Self::Incomplete { .. } => "INCOMPLETE",
            Self::NoNumberLeft => "NO_NUMBER_LEFT",
            Self::CalendarMissing { .. } => "CALENDAR_MISSING",
            Self::ForeignAnswer => "FOREIGN_ANSWER",
            Self::NotEffected => "NOT_EFFECTED",
            Self::EffectUnfinished => "EFFECT_UNFINISHED",
            Self::NotPrinted => "NOT_PRINTED",
            Self::NotPrintable => "NOT_PRINTABLE",
            Self::NotCrossStation { .. } => "NOT_CROSS_STATION",
            Self::NotOverridable => "NOT_OVERRIDABLE",
            Self::Suspended => "CASE_SUSPENDED",
            Self::NotTolerable { .. } => "NOT_TOLERABLE",
            Self::DayNotAllowed { .. } => "DAY_NOT_ALLOWED",
            Self::NotOverdue => "NOT_OVERDUE",
            Self::AlreadySubmitted => "ALREADY_SUBMITTED",
            Self::NotClosed => "CASE_NOT_CLOSED",
            Self::RegisteredItem { .. } => "REGISTERED_ITEM",
            Self::OfficerNotSuitable => "OFFICER_NOT_SUITABLE",
            Self::SameDefinition => "SAME_DEFINITION",
            Self::OtherMatter => "OTHER_MATTER",
            Self::BlankSerial => "BLANK_SERIAL",
            Self::BlankUsed { .. } => "BLANK_USED",
            Self::AlreadyEvaluated => "ALREADY_EVALUATED",
            Self::NotEvaluable => "NOT_EVALUABLE",
            Self::FingerprintsIncomplete => "FINGERPRINTS_INCOMPLETE",
        }
    }

    /// All codes, for the completeness test of the message catalogue.
    pub const CODES: [&'static str; 45] = [
        "CASE_ALREADY_OPEN",
        "CASE_NOT_OPEN",
        "CASE_ENDED",
        "CASE_NEEDS_UPDATE",
        "CASE_NOT_AT_COUNTER",
        "WRONG_STAGE",
        "ROLE_NOT_ALLOWED",
        "UNIT_NOT_ALLOWED",
        "POST_NOT_HELD",
        "MAKER_CANNOT_REVIEW",
        "REVIEWER_TWICE",
        "NOT_OFFLINE",
        "REASON_MISSING",
        "CARD_ALREADY_READ",
        "CARD_EXPIRED",
        "UNKNOWN_NAME",
        "WRONG_VALUE",
        "FIELD_LOCKED",
        "NO_SUCH_PAGE",
        "ORDER_INCOMPLETE",
        "INCOMPLETE",
        "NO_NUMBER_LEFT",
        "CALENDAR_MISSING",
        "FOREIGN_ANSWER",
        "NOT_EFFECTED",
        "EFFECT_UNFINISHED",
        "NOT_PRINTED",
        "NOT_PRINTABLE",
        "NOT_CROSS_STATION",
        "NOT_OVERRIDABLE",
        "CASE_SUSPENDED",
        "NOT_TOLERABLE",
        "DAY_NOT_ALLOWED",
        "NOT_OVERDUE",
        "ALREADY_SUBMITTED",
        "CASE_NOT_CLOSED",
        "REGISTERED_ITEM",
        "OFFICER_NOT_SUITABLE",
        "SAME_DEFINITION",
        "OTHER_MATTER",
        "BLANK_SERIAL",
        "BLANK_USED",
        "ALREADY_EVALUATED",
        "NOT_EVALUABLE",
        "FINGERPRINTS_INCOMPLETE",
    ];
}

impl From<NoCalendar> for Refusal {
    fn from(fault: NoCalendar) -> Self {
        Self::CalendarMissing { year: fault.0 }
    }
}
