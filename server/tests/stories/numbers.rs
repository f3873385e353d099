//! Leased numbers.

use crate::on_both;
use crate::support::window::{HAN, answer, fresh, sign};
use crate::support::{Kind, Site};
use domain::command::Command;
use domain::number::NumberKind;
use protocol::push::RejectCode;

on_both!(a_wish_gets_one_block_and_blocks_never_overlap, a_number_is_used_once);

async fn a_wish_gets_one_block_and_blocks_never_overlap(kind: Kind) {
    let site = Site::start(kind).await;
    let counter = site.window("counter1").await;
    let office = site.window("head-office").await;
    let wish = fresh();
    let first = counter.lease(10, wish).await.unwrap();
    assert_eq!(counter.lease(10, wish).await.unwrap(), first);
    let mut taken: Vec<(u32, u32)> = vec![(first.first, first.last)];
    for window in [&office, &counter, &office] {
        let block = window.lease(10, fresh()).await.unwrap();
        taken.push((block.first, block.last));
    }
    taken.sort_unstable();
    assert!(taken.windows(2).all(|pair| pair[0].1 < pair[1].0), "{taken:?}");
    site.finish().await;
}

async fn a_number_is_used_once(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let block = counter.lease(5, fresh()).await.unwrap();
    let number = |serial| domain::number::format(NumberKind::Acceptance, &block.unit, block.year, serial);
    let unleased = domain::number::format(NumberKind::Acceptance, &block.unit, block.year, 900_000);
    let mistyped = format!("{}{}", &number(block.first)[..23], "x");
    let wanted = [
        (number(block.first), None),
        (number(block.first), Some(RejectCode::NumberNotLeased)),
        (unleased, Some(RejectCode::NumberNotLeased)),
        (mistyped, Some(RejectCode::NumberNotLeased)),
        (number(block.first + 1), None),
    ];
    for (number, refused) in wanted {
        let mut local = counter.new_case("D001");
        let mut items = Vec::new();
        for command in [Command::Open, HAN.read(), answer("one"), sign()] {
            items.push(counter.act(&session, &mut local, command));
        }
        counter.placed(&session, &items).await;
        let mut draft = counter.draft(&session, &local, Command::Submit);
        draft.context.allotted.case_number = Some(number);
        counter.decide(&local, &mut draft);
        let item = counter.sign(&session, &mut local, draft);
        match refused {
            None => counter.placed(&session, &[item]).await,
            Some(code) => {
                super::forged::rejected(&counter.outcome(&session, &item).await, code);
            }
        }
    }
    site.finish().await;
}
