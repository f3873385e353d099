//! Why the register refuses an act.

use serde::Serialize;
use serde_json::{Value, json};

/// Stable codes of refusals; the sentence beside them may change, the code may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefusalCode {
    /// No such household
    HouseholdNotFound,
    /// The household was closed (销户)
    HouseholdClosed,
    /// 户口业务冻结
    HouseholdFrozen,
    /// The household changed since the client saw it
    HouseholdVersionChanged,
    /// No such person
    PersonNotFound,
    /// The person is dead already
    PersonDead,
    /// The person moved away
    PersonNotRegistered,
    /// The person changed since the client saw it
    PersonVersionChanged,
    /// The client's unit does not keep this household
    UnitNotResponsible,
    /// Another key already brought this act of this case into effect
    CaseAlreadyInEffect,
    /// The decision lies in the future, or another date is impossible
    DateImpossible,
    /// The mother is no registered member of the household
    MotherNotInHousehold,
    /// The father is no registered member of the household
    FatherNotInHousehold,
    /// Neither parent is a registered member of the household
    ParentNotInHousehold,
    /// A man named as mother, or a woman as father
    ParentImpossible,
    /// The grandparent or guardian is no registered member of the household
    HostNotInHousehold,
    /// The household is a family's
    HouseholdNotCollective,
    /// The certificate is not known
    CertificateNotFound,
    /// The certificate registered somebody already
    CertificateUsed,
    /// The certificate says something else
    CertificateDiffers,
    /// The newborn's ethnic group is neither parent's
    EthnicGroupNotOfParent,
    /// The name cannot be registered
    NameImpossible,
    /// The name is the present one
    NameUnchanged,
    /// The relation code is unknown or does not fit the person
    RelationImpossible,
    /// A member's relation to the new head was not given
    RelationsIncomplete,
    /// The act leaves the household without a head; name one and give all relations
    NewHeadNeeded,
    /// The new head is not a member
    NewHeadNotMember,
    /// The new head is not adult
    NewHeadNotAdult,
    /// The new head is the present one
    HeadUnchanged,
    /// Another head is named although the present one stays
    HeadStays,
    /// A collective household has no head of its own
    HouseholdCollective,
    /// A parent's consent is missing for a minor's new name
    ParentConsentMissing,
    /// The guardian of a child under 16 is missing
    GuardianMissing,
    /// A card application is under way
    CardApplicationOpen,
    /// A first card for somebody who has one
    CardExists,
    /// Renewal or replacement without a former card
    NoFormerCard,
    /// Renewal for expiry long before the card expires
    CardNotDue,
    /// The acceptance number was used already
    AcceptanceNumberUsed,
    /// No citizen number is left for this day, division and sex
    NumbersExhausted,
    /// The same person seems to be registered already
    DuplicatePerson,
    /// The person's registration was cancelled
    PersonCancelled,
    /// The person is registered here already
    PersonAlreadyRegistered,
    /// The citizen number was replaced by another
    NumberReplaced,
    /// The citizen number does not fit birth date, sex or check digit
    NumberImpossible,
    /// Neither or both of a household to join and one to found
    TargetUnclear,
    /// The household joined is the one that is left
    HouseholdUnchanged,
    /// The land of the household's address admits no joining relatives
    HouseholdLandBlocked,
    /// Nobody is named who moves
    MoversMissing,
    /// The movers do not belong to one household
    MoversNotOneHousehold,
    /// A mover is no member of the household
    MoverNotMember,
    /// Everybody would leave, so nothing is split
    NobodyRemains,
    /// A mover's version was not given
    PersonVersionMissing,
    /// The category does not fit the person's state or the items
    CategoryImpossible,
    /// The approval document's number is missing
    ApprovalMissing,
    /// No item is changed
    ChangesMissing,
    /// The register has no such item
    ItemUnknown,
    /// The value is none the item can have
    ValueImpossible,
    /// The value is the present one
    ValueUnchanged,
    /// A paper that must be shown is missing
    PaperMissing,
    /// The register knows no such paper
    PaperNotFound,
    /// The paper says something else
    PaperDiffers,
    /// The paper was used
    PaperUsed,
    /// The paper is past its last day
    PaperExpired,
    /// Replaced as expired before its last day
    PaperNotExpired,
    /// The paper was replaced and is void
    PaperVoid,
    /// The migrants left their old registration already
    MovedOutAlready,
    /// The migrants have not left their old registration yet
    NotMovedOut,
}

/// A refusal with its reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// Stable code
    pub code: RefusalCode,
    /// A sentence for the officer, without personal data
    pub message: String,
    /// What the client needs to mend it
    pub details: Value,
}

impl Refusal {
    /// A refusal without details.
    #[must_use]
    pub fn new(code: RefusalCode, message: &str) -> Self {
        Self { code, message: message.to_owned(), details: json!({}) }
    }

    /// The same with details.
    #[must_use]
    pub fn with(code: RefusalCode, message: &str, details: Value) -> Self {
        Self { code, message: message.to_owned(), details }
    }
}

/// Why an act came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum EffectError {
    /// The rules say no
    #[error("refused")]
    Refused(Box<Refusal>),
    /// The database failed
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
}

impl From<Refusal> for EffectError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}
