//! Somebody in the line changes what the server says: nothing of it is kept.

use crate::support::counter::Counter;
use crate::support::proxy::Lie;
use crate::support::{House, wait_for};
use protocol::pull::{Change, PullAnswer};
use protocol::push::{PushAnswer, PushOutcome};
use store::table::outbox::OutboxState;

fn pull(path: &str, body: Vec<u8>, change: impl FnOnce(&mut PullAnswer)) -> Vec<u8> {
    if path != "/v1/pull" {
        return body;
    }
    let mut answer: PullAnswer = domain::cbor::from_slice(&body).unwrap();
    change(&mut answer);
    domain::cbor::to_vec(&answer)
}

fn each(answer: &mut PullAnswer, change: impl Fn(&mut Change)) {
    answer.changes.iter_mut().for_each(change);
}

const PULL_LIES: [(&str, Lie); 7] = [
    ("another event", |path, body| {
        pull(path, body, |answer| {
            each(answer, |one| {
                if let Change::Placed { event, .. } = one {
                    let last = event.len() - 1;
                    event[last] ^= 1;
                }
            });
        })
    }),
    ("another author", |path, body| {
        pull(path, body, |answer| {
            each(answer, |one| {
                if let Change::Placed { signature, .. } = one {
                    signature[40] ^= 1;
                }
            });
        })
    }),
    ("another place", |path, body| {
        pull(path, body, |answer| {
            each(answer, |one| {
                if let Change::Placed { place, .. } = one {
                    place.signature[3] ^= 1;
                }
            });
        })
    }),
    ("a place that belongs to another event", |path, body| {
        pull(path, body, |answer| {
            let places: Vec<_> = answer
                .changes
                .iter()
                .filter_map(|one| match one {
                    Change::Placed { place, .. } => Some(place.clone()),
                    _ => None,
                })
                .collect();
            let mut turned = places.into_iter().rev();
            each_mut(answer, |place| {
                if let Some(other) = turned.next() {
                    *place = other;
                }
            });
        })
    }),
    ("a hole in the chain", |path, body| {
        pull(path, body, |answer| {
            if let Some(at) = answer.changes.iter().position(|one| matches!(one, Change::Placed { .. })) {
                answer.changes.remove(at);
            }
        })
    }),
    ("no delegation", |path, body| {
        pull(path, body, |answer| {
            answer.changes.retain(|one| !matches!(one, Change::Delegation { .. }));
        })
    }),
    ("another delegation", |path, body| {
        pull(path, body, |answer| {
            each(answer, |one| {
                if let Change::Delegation { delegation } = one {
                    delegation.signature[9] ^= 1;
                }
            });
        })
    }),
];

fn each_mut(answer: &mut PullAnswer, mut change: impl FnMut(&mut protocol::credential::Signed)) {
    for one in &mut answer.changes {
        if let Change::Placed { place, .. } = one {
            change(place);
        }
    }
}

#[test]
fn a_page_that_does_not_hold_is_not_kept() {
    let house = House::open();
    let (line_one, line_two) = (house.proxy(), house.proxy());
    let one = Counter::open(&house, &line_one.url(), "柜台一", "J0001");
    let mut two = Counter::open(&house, &line_two.url(), "所长室", "J0003");
    two.disconnect();
    let case = one.begin();
    one.type_in(case, "applicant.name", "演示甲");
    one.type_in(case, "applicant.phone", "13800000001");
    one.wait_until_sent();
    let events = one.events(case).len();
    for (what, lie) in PULL_LIES {
        line_two.set_lie(Some(lie));
        two.connect();
        wait_for("three refused pages", || {
            two.sync().lanes().iter().any(|lane| lane.name == "pull" && lane.failures >= 3)
        });
        two.disconnect();
        assert!(two.events(case).is_empty(), "{what} was kept");
    }
    line_two.set_lie(None);
    two.connect();
    two.wait_for_case(case, events);
    two.assert_whole(case);
}

#[test]
fn a_receipt_that_does_not_hold_marks_nothing() {
    let house = House::open();
    let proxy = house.proxy();
    let one = Counter::open(&house, &proxy.url(), "柜台一", "J0001");
    let lies: [Lie; 2] = [
        |path, body| {
            if path != "/v1/push" {
                return body;
            }
            let mut answer: PushAnswer = domain::cbor::from_slice(&body).unwrap();
            answer.results.iter_mut().for_each(|one| one.receipt.signature[5] ^= 1);
            domain::cbor::to_vec(&answer)
        },
        |path, body| {
            if path != "/v1/push" {
                return body;
            }
            let mut answer: PushAnswer = domain::cbor::from_slice(&body).unwrap();
            for one in &mut answer.results {
                one.outcome = PushOutcome::Placed { version: 77 };
            }
            domain::cbor::to_vec(&answer)
        },
    ];
    for lie in lies {
        proxy.set_lie(Some(lie));
        let case = one.begin();
        wait_for("three refused answers", || {
            one.sync().lanes().iter().any(|lane| lane.name == "push" && lane.failures >= 3)
        });
        assert_eq!(one.count(OutboxState::Waiting), 1);
        proxy.set_lie(None);
        one.sync().wake();
        one.wait_until_sent();
        one.wait_for_case(case, one.events(case).len());
    }
}
