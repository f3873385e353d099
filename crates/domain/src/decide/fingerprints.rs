//! Fingerprints of whoever has to give them (rules of the counter, 17): either everything that the rule asks for, or a
//! reason why there is none.

use super::at_own_counter;
use crate::case::Case;
use crate::context::{Context, Facts};
use crate::event::{Event, Fingerprint, SetAsideFinger};
use crate::fingerprint::{FingerCapture, FingerPicture, TakenPicture};
use crate::matter::FingerprintDemand;
use crate::person::PersonRole;
use crate::refusal::Refusal;

type Decided = Result<Vec<Event>, Refusal>;

fn demanded<'a>(
    person: PersonRole,
    case: &Case,
    context: &Context,
    facts: &Facts<'a>,
) -> Result<&'a FingerprintDemand, Refusal> {
    at_own_counter(case, context, facts)?;
    let demand = facts.definition.fingerprints.as_ref();
    demand
        .filter(|one| one.person == person && one.applies(case))
        .ok_or_else(|| Refusal::UnknownName { name: "fingerprints".to_owned() })
}

pub(super) fn take(
    person: PersonRole,
    prints: &[Fingerprint],
    set_aside: &[SetAsideFinger],
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    let demand = demanded(person, case, context, facts)?;
    let taken = prints.iter().map(|print| TakenPicture {
        finger: print.finger,
        image: print.image,
        picture: FingerPicture { sm3: print.picture.content.to_hex(), quality: print.quality },
        weak: print.weak,
    });
    let aside = set_aside.iter().map(|one| (one.finger, one.reason)).collect();
    FingerCapture::check(demand.rule, aside, &taken.collect::<Vec<_>>())
        .map_err(|_| Refusal::FingerprintsIncomplete)?;
    Ok(vec![Event::FingerprintsTaken { person, prints: prints.to_vec(), set_aside: set_aside.to_vec() }])
}

pub(super) fn omit(
    person: PersonRole,
    reason: &str,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Decided {
    demanded(person, case, context, facts)?;
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    Ok(vec![Event::FingerprintsOmitted { person, reason: reason.trim().to_owned() }])
}
