//! What becomes of an act that the server did not place stands in the case.

use super::desk::*;
use domain::command::Command;
use domain::event::Settlement;
use domain::ids::CommandId;
use uuid::Uuid;

fn settle(act: u128, given_up: &[&str], reason: &str) -> Command {
    Command::SettleAct(Settlement {
        act: CommandId(Uuid::from_u128(act)),
        given_up: given_up.iter().map(|one| (*one).to_owned()).collect(),
        reason: reason.to_owned(),
    })
}

#[test]
fn giving_up_needs_a_reason_and_is_said_once() {
    let mut desk = Desk::new("T070");
    assert_eq!(desk.refused(AUXILIARY, &settle(1, &[], "")), "CASE_NOT_OPEN");
    desk.act(AUXILIARY, Command::Open);
    let makers = desk.case.makers.clone();
    assert_eq!(desk.refused(AUXILIARY, &settle(1, &["fields/applicant.phone"], "  ")), "REASON_MISSING");
    assert_eq!(desk.refused(FAR_OFFICER, &settle(1, &[], "")), "UNIT_NOT_ALLOWED");
    for command in [settle(1, &["fields/applicant.phone"], "对方的正确"), settle(2, &[], "")] {
        assert_eq!(desk.act(AUXILIARY, command.clone()).len(), 1);
        assert!(desk.act(AUXILIARY, command).is_empty(), "once");
    }
    assert_eq!(desk.case.settled.len(), 2);
    // Whoever settles has made nothing of the case, and may review it.
    desk.act(HEAD, settle(3, &[], ""));
    assert_eq!(desk.case.makers, makers);
}

#[test]
fn a_case_that_has_ended_takes_it_all_the_same() {
    let mut desk = Desk::new("T070");
    desk.act(AUXILIARY, Command::Open);
    desk.act(AUXILIARY, Command::Withdraw { reason: "不办了".into() });
    assert!(desk.case.outcome.is_some());
    desk.act(AUXILIARY, settle(1, &["prints/receipt"], "已撤销"));
    assert_eq!(desk.case.settled.len(), 1);
}
