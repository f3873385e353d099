//! Which parts of a case a command reads and writes: the ground on which the server places an act past its base.

use crate::command::Command;
use crate::event::Event;

/// Paths like `fields/mother.name`, `materials/booklet`, `stage`; a path covers everything below it, and `*` all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paths(pub Vec<String>);

impl Paths {
    /// Whether any path of one covers or lies below a path of the other.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> bool {
        self.0.iter().any(|one| other.0.iter().any(|two| touches(one, two)))
    }
}

fn touches(one: &str, two: &str) -> bool {
    let below = |short: &str, long: &str| {
        long == short || (long.starts_with(short) && long.as_bytes().get(short.len()) == Some(&b'/'))
    };
    one == "*" || two == "*" || below(one, two) || below(two, one)
}

/// The parts of an act that events of others changed since its author looked: what its command reads and writes and what
/// its own events wrote, as far as the others' events touch it. Sorted, each once; empty when nothing stands in the way.
#[must_use]
pub fn clash<'a, 'b>(
    command: &Command,
    own: impl IntoIterator<Item = &'a Event>,
    others: impl IntoIterator<Item = &'b Event>,
) -> Vec<String> {
    let mut mine = of_command(command).0;
    mine.extend(own.into_iter().flat_map(|event| of_event(event).0));
    mine.sort();
    mine.dedup();
    let theirs = Paths(others.into_iter().flat_map(|event| of_event(event).0).collect());
    mine.retain(|path| Paths(vec![path.clone()]).overlap(&theirs));
    mine
}

/// What a command reads and writes.
#[must_use]
pub fn of_command(command: &Command) -> Paths {
    let one = |path: String| vec![path];
    Paths(match command {
        // Under another definition everything means something else.
        Command::Open | Command::MoveToDefinition { .. } => one("*".into()),
        Command::ReadIdentity { person, .. } => ["stage", "fields", "lookups", "signatures"]
            .map(str::to_owned)
            .into_iter()
            .chain([format!("identities/{person:?}")])
            .collect(),
        Command::Answer { question, .. } => {
            vec![format!("answers/{question}"), "stage".into(), "signatures".into()]
        }
        Command::ChangeFields { changes, .. } => changes
            .iter()
            .map(|(field, _)| format!("fields/{field}"))
            .chain(["stage", "signatures", "lookups"].map(str::to_owned))
            .collect(),
        // The answer fills fields that are empty; the change of a form takes signatures back, and answers of other
        // look-ups that were asked with these fields.
        Command::RecordLookup { .. } => {
            ["lookups", "stage", "fields", "signatures"].map(str::to_owned).to_vec()
        }
        Command::AddPage { material, .. }
        | Command::ReplacePage { material, .. }
        | Command::RemovePage { material, .. }
        | Command::KeepPage { material, .. }
        | Command::ReorderPages { material, .. } => {
            vec![format!("materials/{material}"), "stage".into(), "tolerance".into()]
        }
        Command::Sign { slot, .. } | Command::ClearSignature { slot } => ["stage", "fields", "answers"]
            .map(str::to_owned)
            .into_iter()
            .chain([format!("signatures/{slot}")])
            .collect(),
        Command::Evaluate { .. } => vec!["evaluations".into(), "stage".into()],
        Command::TakeFingerprints { person, .. } | Command::OmitFingerprints { person, .. } => {
            let read = ["stage", "fields", "answers"].map(str::to_owned);
            read.into_iter().chain([format!("fingerprints/{person:?}")]).collect()
        }
        Command::Override { rule, .. } => vec![format!("overrides/{rule}"), "stage".into()],
        Command::RecordPrint(document) => vec![format!("prints/{}", document.document)],
        Command::ReadRowCard { section, .. } => ["stage", "fields", "lookups", "signatures"]
            .map(str::to_owned)
            .into_iter()
            .chain([format!("row_identities/{section}")])
            .collect(),
        Command::LinkCase(link) => vec![format!("links/{}", link.other)],
        Command::SettleAct(settlement) => vec![format!("settled/{}", settlement.act)],
        // Whoever submits, decides, hands over or gives out answers for the whole case as he saw it; papers
        // printed meanwhile change nothing of that.
        Command::Submit
        | Command::ConfirmAcceptance
        | Command::Review { .. }
        | Command::RecordEffect { .. }
        | Command::RecordUnfinished { .. }
        | Command::Continue
        | Command::Collect { .. }
        | Command::Withdraw { .. }
        | Command::RequestSupplement { .. }
        | Command::Terminate { .. }
        | Command::Abandon { .. }
        | Command::Rectify { .. } => [
            "identities",
            "answers",
            "fields",
            "lookups",
            "materials",
            "signatures",
            "fingerprints",
            "overrides",
            "stage",
            "reviews",
            "tolerance",
        ]
        .map(str::to_owned)
        .to_vec(),
        // Whether the material is there, and what was promised before; the signers sign the promise.
        Command::PromiseMaterials { .. } => {
            ["materials", "tolerance", "stage", "signatures"].map(str::to_owned).to_vec()
        }
        Command::CancelTolerance { .. } => ["materials", "tolerance", "stage"].map(str::to_owned).to_vec(),
        Command::Suspend { .. } | Command::Resume => vec!["stage".into()],
        Command::HandOver { .. } => one("holder".into()),
        Command::DelegateReview { .. } => vec!["stage".into(), "delegations".into()],
    })
}

/// What an event wrote.
#[must_use]
pub fn of_event(event: &Event) -> Paths {
    Paths(match event {
        Event::CaseOpened { .. } | Event::MovedToDefinition { .. } | Event::Unknown { .. } => {
            vec!["*".into()]
        }
        Event::IdentityRead { person, .. } => vec![format!("identities/{person:?}")],
        Event::SituationAnswered { question, .. } => vec![format!("answers/{question}")],
        Event::FieldsChanged { changes, .. } => {
            changes.iter().map(|change| format!("fields/{}", change.field)).collect()
        }
        Event::LookupRecorded { lookup, .. } => vec![format!("lookups/{lookup}")],
        Event::PageAdded { material, .. }
        | Event::PageReplaced { material, .. }
        | Event::PageRemoved { material, .. }
        | Event::PageKept { material, .. }
        | Event::PagesReordered { material, .. } => vec![format!("materials/{material}")],
        Event::Signed { slot, .. } | Event::SignatureCleared { slot } => vec![format!("signatures/{slot}")],
        Event::Evaluated { .. } => vec!["evaluations".into()],
        Event::FingerprintsTaken { person, .. } | Event::FingerprintsOmitted { person, .. } => {
            vec![format!("fingerprints/{person:?}")]
        }
        Event::WarningOverridden { rule, .. } => vec![format!("overrides/{rule}")],
        Event::Printed(document) => vec![format!("prints/{}", document.document)],
        Event::RowIdentityRead { section, .. } => vec![format!("row_identities/{section}")],
        Event::CaseLinked(link) => vec![format!("links/{}", link.other)],
        Event::ActSettled(settlement) => vec![format!("settled/{}", settlement.act)],
        Event::Reviewed { .. } | Event::ProvisionalOpinionGiven { .. } => {
            vec!["reviews".into(), "stage".into()]
        }
        Event::Effected { values, .. } => {
            values.keys().map(|field| format!("fields/{field}")).chain(["stage".to_owned()]).collect()
        }
        Event::Submitted { .. }
        | Event::AcceptanceConfirmed { .. }
        | Event::HomeUnitNamed { .. }
        | Event::EffectRefused { .. }
        | Event::EffectUnfinished { .. }
        | Event::Continued { .. }
        | Event::Collected { .. }
        | Event::Closed { .. }
        | Event::Withdrawn { .. }
        | Event::Suspended { .. }
        | Event::Resumed { .. }
        | Event::Terminated { .. } => vec!["stage".into()],
        Event::MaterialsPromised { .. } => vec!["tolerance".into()],
        Event::ToleranceCancelled { .. } => vec!["tolerance".into(), "stage".into()],
        Event::SupplementRequested { .. } => vec!["reviews".into(), "stage".into()],
        // Giving a rectification up brings values and pages back.
        Event::Abandoned { .. } | Event::RectificationOpened { .. } => {
            vec!["stage".into(), "fields".into(), "materials".into()]
        }
        Event::HandedOver { .. } => vec!["holder".into()],
        Event::ReviewDelegated { .. } => vec!["delegations".into()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_covers_what_lies_below_and_nothing_beside() {
        let paths = |text: &str| Paths(vec![text.to_owned()]);
        assert!(paths("fields").overlap(&paths("fields/mother.name")));
        assert!(paths("fields/mother.name").overlap(&paths("fields")));
        assert!(!paths("fields/mother.name").overlap(&paths("fields/mother.number")));
        assert!(!paths("field").overlap(&paths("fields/mother.name")));
        assert!(paths("*").overlap(&paths("prints/receipt")));
    }
}
