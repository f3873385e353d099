use super::*;
use proptest::prelude::*;

/// 2026-11-23 09:00 in China.
const MORNING: i64 = 1_795_395_600_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn reader() -> DeviceRecord {
    DeviceRecord {
        id: "samv-usb:0400:c35a@1-2".into(),
        class: "id_card_reader".into(),
        name: "读卡器".into(),
        maker: String::new(),
        model: String::new(),
        serial: String::new(),
        firmware: String::new(),
        vouched: true,
        standing: DeviceStanding::Usable,
        since: MORNING,
        seen: MORNING,
        last_fault: None,
        last_use: None,
        days: Vec::new(),
    }
}

#[test]
fn a_fault_that_stays_is_one_fault() {
    let mut reader = reader();
    for look in 1..=20 {
        reader.looked(DeviceStanding::Faulty, Some(("device.timeout", "没有应答。")), MORNING + look * 3000);
    }
    assert_eq!(reader.faults_on(civil_day(MORNING)), 1);
    reader.looked(DeviceStanding::Usable, None, MORNING + 63_000);
    reader.looked(DeviceStanding::Faulty, Some(("device.timeout", "没有应答。")), MORNING + 66_000);
    assert_eq!(reader.faults_on(civil_day(MORNING)), 2, "it came back");
    reader.looked(DeviceStanding::Faulty, Some(("device.denied", "没有权限。")), MORNING + 69_000);
    assert_eq!(reader.faults_on(civil_day(MORNING)), 3, "another one");
}

#[test]
fn time_counts_while_it_could_be_used_and_somebody_looked() {
    let mut reader = reader();
    reader.looked(DeviceStanding::Usable, None, MORNING + 3000);
    reader.looked(DeviceStanding::Absent, None, MORNING + 6000);
    reader.looked(DeviceStanding::Usable, None, MORNING + 9000);
    // The PC slept over noon.
    reader.looked(DeviceStanding::Usable, None, MORNING + 4 * HOUR);
    reader.looked(DeviceStanding::Usable, None, MORNING + 4 * HOUR + 2000);
    assert_eq!(reader.days.last().unwrap().usable_ms, 3000 + 3000 + 2000);
}

#[test]
fn warned_at_the_limits_and_not_before() {
    let mut reader = reader();
    reader.looked(DeviceStanding::Absent, None, MORNING);
    assert_eq!(warnings(&reader, MORNING + HOUR - 1), []);
    assert_eq!(warnings(&reader, MORNING + HOUR), [DeviceWarning::Down { hours: 1 }]);
    reader.looked(DeviceStanding::Usable, None, MORNING + HOUR);
    for _ in 0..4 {
        reader.failed("device.timeout", "没有应答。", MORNING + HOUR);
    }
    assert_eq!(warnings(&reader, MORNING + 2 * HOUR), []);
    reader.failed("device.timeout", "没有应答。", MORNING + HOUR);
    assert_eq!(warnings(&reader, MORNING + 2 * HOUR), [DeviceWarning::ManyFaults { count: 5 }]);
    reader.failed("device.timeout", "没有应答。", MORNING + DAY);
    assert_eq!(warnings(&reader, MORNING + DAY), []);
    reader.failed("device.timeout", "没有应答。", MORNING + 2 * DAY);
    let recurring = DeviceWarning::Recurring { code: "device.timeout".into(), days: 3 };
    assert_eq!(warnings(&reader, MORNING + 2 * DAY), [recurring]);
    reader.vouched = false;
    assert_eq!(warnings(&reader, MORNING + 20 * DAY).len(), 1, "nobody uses it");
    reader.used(MORNING + 20 * DAY);
    assert!(warnings(&reader, MORNING + 20 * DAY).contains(&DeviceWarning::NotVouched));
}

proptest! {
    /// Kept in two runs of the program and joined, everything adds up; nothing grows beyond its days.
    #[test]
    fn two_runs_count_what_one_would(
        deeds in prop::collection::vec((0_u8..3, 0_i64..40 * HOUR), 0..80), cut in 0_usize..80,
    ) {
        let mut deeds = deeds;
        deeds.sort_by_key(|deed| deed.1);
        let does = |record: &mut DeviceRecord, deeds: &[(u8, i64)]| {
            for (what, at) in deeds {
                match what {
                    0 => record.used(MORNING + at),
                    1 => record.failed("device.timeout", "没有应答。", MORNING + at),
                    _ => record.failed("device.denied", "没有权限。", MORNING + at),
                }
            }
        };
        let (earlier, later) = deeds.split_at(cut.min(deeds.len()));
        let mut whole = reader();
        does(&mut whole, &deeds);
        let (mut first, mut second) = (reader(), reader());
        does(&mut first, earlier);
        does(&mut second, later);
        second.join(first);
        prop_assert_eq!(&second, &whole);
        prop_assert!(whole.is_sound());
        prop_assert_eq!(domain_bytes(&whole), whole);
    }

    #[test]
    fn only_the_last_days_are_kept(days in prop::collection::vec(0_i64..400, 1..60)) {
        let mut reader = reader();
        for day in &days {
            reader.used(MORNING + day * DAY);
            prop_assert!(reader.is_sound());
        }
        let uses: u32 = reader.days.iter().map(|day| day.uses).sum();
        prop_assert!(uses as usize <= days.len());
        prop_assert_eq!(reader.days.last().unwrap().day, civil_day(MORNING + days.iter().max().unwrap() * DAY));
    }
}

fn domain_bytes(record: &DeviceRecord) -> DeviceRecord {
    crate::cbor::from_slice(&crate::cbor::to_vec(record)).unwrap()
}
