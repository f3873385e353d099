//! What must hold for any sequence of events and any command.

use super::desk::*;
use super::samples::{commands, events, record};
use domain::case::Case;
use domain::command::Command;
use domain::decide::decide;
use domain::event::{Decision, Event, EventRecord, FieldChange, ValueSource};
use domain::flow::StepKind;
use domain::ids::{CaseId, FieldPath};
use domain::path::{of_command, of_event};
use domain::requirement::missing;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use uuid::Uuid;

const MATTERS: [&str; 6] = ["T001", "T026", "T042", "T083", "K07", "ID-RENEW"];
const PEOPLE: [Who; 6] = [AUXILIARY, OFFICER, COMMUNITY, HEAD, REVIEWER, FAR_OFFICER];

/// Any event: one of each type, the fields and steps of some varied.
fn event() -> impl Strategy<Value = Event> {
    let field = prop_oneof![
        Just("members.0.relation".to_owned()),
        Just("deceased.relation".to_owned()),
        "[a-z]{0,8}\\.[0-9]{0,6}\\.?[a-z]{0,8}",
        "\\PC{0,12}",
    ];
    let value = prop_oneof![Just("02".to_owned()), Just("2026-11-23".to_owned()), "\\PC{0,20}"];
    prop_oneof![
        (0..events().len()).prop_map(|at| events()[at].clone()),
        proptest::collection::vec((field, value), 0..4).prop_map(|changes| Event::FieldsChanged {
            changes: changes
                .into_iter()
                .map(|(field, value)| FieldChange {
                    field: FieldPath(field),
                    value,
                    source: ValueSource::Typed
                })
                .collect(),
            reason: String::new(),
        }),
        (0usize..5).prop_map(|kind| {
            let kinds = [StepKind::Review, StepKind::Investigate, StepKind::Effect, StepKind::Collect];
            let mut stage = super::samples::stage();
            if let Some(kind) = kinds.get(kind) {
                stage.kind = *kind;
            }
            Event::Reviewed {
                stage: stage.clone(),
                decision: Decision::Pass,
                reason: None,
                opinion: String::new(),
                next: Some(stage),
            }
        }),
        "\\PC{0,8}".prop_map(|kind| Event::Unknown { kind }),
    ]
}

fn add_up(events: &[(Event, usize, i64)]) -> (Case, Vec<EventRecord>) {
    let records: Vec<EventRecord> = events
        .iter()
        .enumerate()
        .map(|(seq, (event, who, time))| {
            record(event.clone(), u64::try_from(seq).unwrap(), PEOPLE[*who], *time)
        })
        .collect();
    (Case::replay(CaseId(Uuid::from_u128(1)), &records), records)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, rng_seed: RngSeed::Fixed(20_261_123), ..ProptestConfig::default() })]
    #[test]
    fn any_events_add_up_and_any_command_is_answered(
        events in proptest::collection::vec((event(), 0usize..6, any::<i64>().prop_map(|time| time / 2)), 0..30),
        matter in 0usize..6,
        who in 0usize..6,
        online in any::<bool>(),
    ) {
        let (case, records) = add_up(&events);
        prop_assert_eq!(case.event_count, u64::try_from(records.len()).unwrap());
        let mut desk = Desk::new(MATTERS[matter]);
        desk.case = case;
        desk.online = online;
        let _ = desk.case.state_words();
        let day = desk.context(PEOPLE[who]).time.day();
        for taken_in_only in [false, true] {
            let _ = missing(&desk.definition, &desk.case, &CATALOGUE.codes, day, taken_in_only);
        }
        if let Some(effect) = desk.definition.effects.first() {
            let _ = domain::register::nest(&effect.request(&desk.definition, &desk.case), &effect.numbers);
        }
        for command in commands() {
            let first = decide(&command, &desk.case, &desk.context(PEOPLE[who]), &desk.facts());
            let second = decide(&command, &desk.case, &desk.context(PEOPLE[who]), &desk.facts());
            prop_assert_eq!(&first, &second);
            // A case with an event of tomorrow is read only.
            if desk.case.needs_update.is_some() {
                prop_assert!(first.is_err());
            }
        }
    }

    #[test]
    fn a_reviewer_never_decides_on_his_own_case(
        events in proptest::collection::vec((event(), 0usize..6, 0i64..1_000_000), 1..30),
        matter in 0usize..6,
        who in 0usize..6,
    ) {
        let (case, _) = add_up(&events);
        let mut desk = Desk::new(MATTERS[matter]);
        desk.case = case;
        let context = desk.context(PEOPLE[who]);
        for decision in [Decision::Pass, Decision::Refuse] {
            let command = review(decision, Some(reason("x")));
            if decide(&command, &desk.case, &context, &desk.facts()).is_ok() {
                prop_assert!(!desk.case.makers.contains(&context.actor.officer));
            }
        }
    }
}

/// The ground of placing acts past their base: what a command's events write, the command declares.
#[test]
fn a_command_declares_what_it_writes() {
    let mut signed = Desk::new("T001");
    super::birth::fill(&mut signed, "03");
    signed.sign_all(AUXILIARY);
    let mut all = commands();
    all.push(typed(&[("newborn.certificate", "Z990000077"), ("applicant.phone", "19900000055")]));
    all.push(Command::Answer { question: "applicant_is".into(), answer: "guardian".into() });
    let mut events = 0;
    for desk in [Desk::new("T001"), super::birth::submitted(), signed] {
        for who in PEOPLE {
            for command in &all {
                let declared = of_command(command);
                let decided =
                    decide(command, &desk.case, &desk.context(who), &desk.facts()).unwrap_or_default();
                for path in decided.iter().flat_map(|event| of_event(event).0) {
                    let alone = domain::path::Paths(vec![path.clone()]);
                    assert!(declared.overlap(&alone), "{command:?} writes {path}");
                    events += 1;
                }
            }
        }
    }
    assert!(events > 40, "{events} paths were looked at");
}
