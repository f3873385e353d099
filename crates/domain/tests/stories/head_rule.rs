//! Exactly one adult head, over any household: the rule against a plain second way of saying it.

use super::desk::{CATALOGUE, Desk, number};
use domain::case::FieldValue;
use domain::event::EventTime;
use domain::event::ValueSource;
use domain::ids::FieldPath;
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[derive(Debug, Clone)]
struct Member {
    birth: String,
    relation: &'static str,
}

fn member() -> impl Strategy<Value = Member> {
    let birth = (1930i16..=2026, 1i8..=12, 1i8..=28)
        .prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"));
    let near = prop_oneof![
        Just("2008-11-22".to_owned()),
        Just("2008-11-23".to_owned()),
        Just("2008-11-24".to_owned())
    ];
    (prop_oneof![birth, near], prop_oneof![Just("02"), Just("10"), Just("31"), Just("")])
        .prop_map(|(birth, relation)| Member { birth, relation })
}

fn put(desk: &mut Desk, field: String, value: &str) {
    let time = EventTime { wall: 0, trusted: 0, confirmed: true };
    let value = FieldValue { value: value.to_owned(), source: ValueSource::Typed, time, previous: None };
    desk.case.fields.insert(FieldPath(field), value);
}

/// Eighteen years later by the calendar, counted by adding and not by subtracting.
fn adult(birth: &str, day: Date) -> bool {
    birth.parse::<Date>().unwrap().checked_add(jiff::Span::new().years(18)).unwrap() <= day
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: RngSeed::Fixed(20_261_123), ..ProptestConfig::default() })]
    #[test]
    fn the_rule_holds_exactly_where_one_adult_head_stays(
        members in proptest::collection::vec(member(), 0..7),
        leaving in proptest::option::of(0usize..7),
        head_died in any::<bool>(),
    ) {
        let day: Date = "2026-11-23".parse().unwrap();
        let matter = if head_died { "T083" } else { "T042" };
        let mut desk = Desk::new(matter);
        let leaving = leaving.filter(|at| head_died && *at < members.len());
        if head_died {
            put(&mut desk, "deceased.relation".into(), "02");
        }
        for (row, member) in members.iter().enumerate() {
            let own = number(&member.birth, 900 + u16::try_from(row).unwrap());
            put(&mut desk, format!("members.{row}.number"), &own);
            put(&mut desk, format!("members.{row}.birth_date"), &member.birth);
            put(&mut desk, format!("members.{row}.relation"), member.relation);
            if leaving == Some(row) {
                put(&mut desk, "deceased.number".into(), &own);
            }
        }
        let staying: Vec<&Member> =
            members.iter().enumerate().filter(|(row, _)| leaving != Some(*row)).map(|(_, one)| one).collect();
        let heads: Vec<&&Member> = staying.iter().filter(|one| one.relation == "02").collect();
        let expected = staying.is_empty() || (heads.len() == 1 && adult(&heads[0].birth, day));
        let rule = desk.definition.rules.iter().find(|one| one.id == "one_adult_head").unwrap();
        prop_assert_eq!(rule.holds(&desk.case, &CATALOGUE.codes, day), expected);
    }
}
