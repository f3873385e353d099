//! How the devices stand: kept one report a terminal, shown to the administrator with its warnings; nonsense is refused.

use super::admin::Browser;
use crate::on_both;
use crate::support::{Kind, Site};
use domain::device::{DeviceDay, DeviceFault, DeviceRecord, DeviceStanding};
use protocol::device::{DeviceReceipt, DeviceReport, MOST_DEVICES};
use protocol::error::ErrorCode;
use std::collections::BTreeMap;

on_both!(devices_are_reported_shown_and_warned_of);

fn reader(id: &str, since: i64) -> DeviceRecord {
    DeviceRecord {
        id: id.to_owned(),
        class: "id_card_reader".into(),
        name: "读卡器<1>".into(),
        maker: "演示厂".into(),
        model: "R-1".into(),
        serial: "0001".into(),
        firmware: "1.2".into(),
        vouched: true,
        standing: DeviceStanding::Faulty,
        since,
        seen: since,
        last_fault: Some(DeviceFault {
            code: "device.timeout".into(),
            sentence: "读卡器没有应答。".into(),
            at: since,
        }),
        last_use: None,
        days: vec![DeviceDay {
            day: domain::event::civil_day(since),
            uses: 7,
            usable_ms: 125_000,
            faults: BTreeMap::from([("device.timeout".to_owned(), 6)]),
        }],
    }
}

async fn devices_are_reported_shown_and_warned_of(kind: Kind) {
    let site = Site::start(kind).await;
    let window = site.window("counter1").await;
    let browser = Browser::open(&site).await;
    let before = browser.devices().await;
    assert!(before.contains("还没有报过设备情况"), "{before}");

    let now = window.time().await.now;
    let report = |devices| DeviceReport { devices };
    let hours = now - 3 * 3_600_000 - 5000;
    let kept: DeviceReceipt = window.post("/v1/devices", &report(vec![reader("a:1", hours)])).await.unwrap();
    assert!(kept.at >= now);
    let page = browser.devices().await;
    for words in
        ["读卡器&lt;1&gt;：已经 3 小时不能用", "演示厂　R-1　0001　1.2", "有故障", "读卡器没有应答。"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("还没有报过"));

    // A later report takes the place of the earlier one.
    let mut well = reader("a:1", now);
    well.standing = DeviceStanding::Usable;
    well.days[0].faults.clear();
    let _: DeviceReceipt = window.post("/v1/devices", &report(vec![well])).await.unwrap();
    let page = browser.devices().await;
    assert!(page.contains("各窗口的设备都正常") && !page.contains("小时不能用"), "{page}");

    // What no terminal of ours would say is refused and changes nothing.
    let mut wide = reader("a:2", now);
    wide.model = "宽".repeat(200);
    let mut backwards = reader("a:3", now);
    backwards.days.push(backwards.days[0].clone());
    let many = (0..=MOST_DEVICES).map(|at| reader(&format!("a:{at}"), now)).collect();
    for devices in [many, vec![reader("a:1", now), reader("a:1", now)], vec![wide], vec![backwards]] {
        let refused = window.post::<DeviceReceipt>("/v1/devices", &report(devices)).await;
        assert_eq!(refused.unwrap_err().code, ErrorCode::Unreadable);
    }
    assert_eq!(browser.devices().await, page);
    site.finish().await;
}
