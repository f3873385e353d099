//! Plays a matter without a screen: every situation, by auxiliary and by officer, to each end of its flow.

use crate::plan::Plan;
use crate::table::Table;
use domain::case::Case;
use domain::catalogue::Catalogue;
use domain::event::EventTime;
use domain::flow::StepKind;
use domain::matter::MatterDefinition;
use domain::person::Role;
use domain::situation::{Answers, ways};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// What playing one matter showed.
#[derive(Debug, Clone, Default)]
pub struct Played {
    /// Situations played.
    pub situations: usize,
    /// Cases brought to an end.
    pub ends: usize,
    /// States that a case waited in.
    pub states: BTreeSet<String>,
    /// What went wrong; empty when nothing did.
    pub faults: Vec<String>,
}

/// How a play is to end, or what is to happen on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Passed and done.
    Done,
    /// Refused at the review with this number, counted from 0.
    RefusedAt(usize),
    /// Returned at the first review, handed in again, done.
    ReturnedOnce,
    /// Asked for a material again at the first review, supplied, done.
    Supplemented,
    /// Asked for a material again, never supplied, ended with a notice.
    NeverSupplied,
    /// The clock stopped after the submission, went on, done.
    Suspended,
    /// Taken back after the submission.
    Withdrawn,
    /// Thrown away before the submission.
    Abandoned,
    /// Done, reopened, corrected, closed again.
    Rectified,
    /// Everything that may come later is promised, comes later, done.
    Promised,
    /// Everything that may come later is promised, never comes, ended with a notice.
    NeverCame,
}

/// Looks at a case between two steps of a play.
pub type Watch<'a> = &'a dyn Fn(&Case, EventTime);

/// Plays a matter on a day.
#[must_use]
pub fn play(definition: &MatterDefinition, catalogue: &Catalogue, day: Date) -> Played {
    play_watched(definition, catalogue, day, &|_, _| {})
}

/// Plays a matter on a day, and shows the case whenever it has come to another step.
#[must_use]
pub fn play_watched(
    definition: &MatterDefinition,
    catalogue: &Catalogue,
    day: Date,
    watch: Watch<'_>,
) -> Played {
    let mut played = Played::default();
    let Some(ways) = ways(definition) else {
        played.faults.push("情形太多".to_owned());
        return played;
    };
    let mut flows_seen: BTreeSet<(String, bool)> = BTreeSet::new();
    for way in &ways {
        played.situations += 1;
        let words = words_of(way);
        let plan = match Plan::make(definition, &catalogue.codes, day, way) {
            Ok(plan) => plan,
            // A rule may close a situation with its sentence.
            Err(_) if closed(definition, way) => continue,
            Err(fault) => {
                played.faults.push(format!("{words}：{fault}"));
                continue;
            }
        };
        for role in [Role::Auxiliary, Role::Officer] {
            if !definition.intake_roles.contains(&role) {
                continue;
            }
            let mut ends = vec![End::Done];
            let flow = definition.flow_of(&intake_case(&plan, role));
            if flows_seen.insert((flow.id.clone(), role == Role::Auxiliary)) {
                let reviews = flow
                    .steps
                    .iter()
                    .filter(|step| matches!(step.kind, StepKind::Review | StepKind::Investigate))
                    .count();
                ends.extend((0..reviews).map(End::RefusedAt));
                if reviews > 0 {
                    ends.push(End::ReturnedOnce);
                }
                // A matter without any paper has nothing to ask for again.
                if reviews > 0 && Table::new(definition, catalogue, day, role).brings_any(&plan) {
                    ends.extend([End::Supplemented, End::NeverSupplied]);
                }
                ends.extend([End::Suspended, End::Withdrawn, End::Abandoned, End::Rectified]);
            }
            // Which materials are asked for, the situation says: each is tried in each.
            if Table::new(definition, catalogue, day, role).tolerates_any(&plan) {
                ends.extend([End::Promised, End::NeverCame]);
            }
            for end in ends {
                let mut table = Table::new(definition, catalogue, day, role);
                table.watch = Some(watch);
                match table.whole(&plan, way, end) {
                    Ok(()) => played.ends += 1,
                    Err(fault) => {
                        played.faults.push(format!("{words}（{}，{end:?}）：{fault}", role.title()));
                    }
                }
                played.states.append(&mut table.states);
            }
        }
    }
    if played.ends == 0 {
        played.faults.push("没有一种情形能办到底".to_owned());
    }
    played
}

/// Whether a blocking rule on the answers alone closes a situation.
fn closed(definition: &MatterDefinition, way: &Answers) -> bool {
    use domain::rule::{Must, Severity};
    use domain::situation::chance;
    definition.rules.iter().any(|rule| {
        let applies = rule.when.as_ref().is_none_or(|when| !chance(when, way).fails);
        rule.severity == Severity::Block
            && applies
            && matches!(&rule.must, Must::Holds { condition } if !chance(condition, way).holds)
    })
}

fn intake_case(plan: &Plan<'_>, role: Role) -> Case {
    let mut case = plan.case.clone();
    case.auxiliary_made = role == Role::Auxiliary;
    case
}

fn words_of(way: &Answers) -> String {
    let words: Vec<String> = way.iter().map(|(question, answer)| format!("{question}={answer}")).collect();
    if words.is_empty() { "唯一情形".to_owned() } else { words.join(" ") }
}
