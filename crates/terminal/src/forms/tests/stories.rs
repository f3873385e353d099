//! Cases of the shipped matters, as far as a paper needs them.

use super::bench::{Bench, card, number};
use domain::command::Command;
use domain::person::{PersonRole, Role};
use serde_json::json;

fn opened(matter: &str) -> Bench {
    let mut bench = Bench::new(matter);
    bench.act(Role::Auxiliary, Command::Open);
    bench
}

/// 出生登记随母入户; only the signature and the papers are left to do.
pub(super) fn birth() -> Bench {
    let mut bench = opened("T001");
    let mother = card("沈㛃", "1995-09-03", 902);
    bench.read(PersonRole::Applicant, mother.clone());
    bench.read(PersonRole::Mother, mother);
    bench.answer("applicant_is", "mother");
    bench.answer("in_wedlock", "yes");
    let father = number("1993-04-12", 901);
    bench.set(&[
        ("father.number", father.as_str()),
        ("newborn.certificate", "Z990000001"),
        ("newborn.ethnic_group", "01"),
        ("household.relation", "31"),
        ("applicant.phone", "19900000001"),
    ]);
    if bench.online {
        look_up_birth(&mut bench);
    }
    bench
}

pub(super) fn look_up_birth(bench: &mut Bench) {
    bench.look_up(
        "mother",
        &json!({ "person": { "name": "沈㛃", "sex": "2", "ethnic_group": "01", "birth_date": "1995-09-03",
            "status": "registered", "version": 4 } }),
    );
    bench.look_up(
        "mother_household",
        &json!({ "household": { "household_number": "900000001", "address": "江城市城关区槐荫路18号2幢301室",
            "version": 7, "status": "open", "members": [{ "name": "周𬭚" }] } }),
    );
    bench.look_up(
        "father",
        &json!({ "person": { "name": "周𬭚", "ethnic_group": "01", "birth_date": "1993-04-12" } }),
    );
    bench.look_up(
        "birth_certificate",
        &json!({ "used": false, "certificate": { "newborn_name": "周念安", "sex": "2", "birth_date": "2026-11-03",
            "birth_place": "江城市妇幼保健院" } }),
    );
    bench.look_up("duplicate", &json!({ "duplicates": [] }));
}

fn household() -> serde_json::Value {
    let member = |name: &str, birth: &str, sequence: u16, sex: &str, relation: &str| {
        json!({ "name": name, "citizen_number": number(birth, sequence), "sex": sex, "birth_date": birth,
            "relation": relation })
    };
    json!({ "household": { "household_number": "900000005", "kind": "1", "address": "江城市城关区石桥街9号",
        "version": 12, "status": "open", "members": [
            member("何守田", "1955-02-01", 901, "1", "02"),
            member("秦桂兰", "1957-05-06", 902, "2", "12"),
            member("何立新", "1982-09-10", 903, "1", "20"),
            member("何小满", "2015-06-01", 904, "2", "41"),
        ] } })
}

/// 户主变更.
pub(super) fn head_change() -> Bench {
    let mut bench = opened("T042");
    bench.read(PersonRole::Applicant, card("何守田", "1955-02-01", 901));
    bench.read(PersonRole::HouseholdHead, card("何立新", "1982-09-10", 903));
    bench.answer("capacity", "yes");
    bench.set(&[("applicant.phone", "19900000004")]);
    let person =
        json!({ "person": { "name": "何守田", "relation": "02", "status": "registered", "version": 3 } });
    bench.look_up("applicant", &person);
    bench.look_up("household", &household());
    bench.set(&[
        ("members.0.relation", "51"),
        ("members.1.relation", "52"),
        ("members.2.relation", "02"),
        ("members.3.relation", "31"),
    ]);
    bench
}

/// 死亡登记 of somebody who was not the head.
pub(super) fn death() -> Bench {
    let mut bench = opened("T083");
    bench.read(PersonRole::Applicant, card("何立新", "1982-09-10", 903));
    let deceased = number("1957-05-06", 902);
    bench.set(&[
        ("applicant.phone", "19900000005"),
        ("applicant.relation_to_deceased", "子"),
        ("deceased.number", deceased.as_str()),
        ("deceased.proof", "medical_certificate"),
        ("deceased.proof_number", "D990000001"),
    ]);
    bench.look_up(
        "deceased",
        &json!({ "person": { "name": "秦桂兰", "sex": "2", "birth_date": "1957-05-06", "relation": "12",
            "status": "registered", "version": 3 } }),
    );
    bench.look_up("household", &household());
    bench.look_up(
        "death_certificate",
        &json!({ "used": false, "certificate": { "died_on": "2026-11-15", "cause": "1" } }),
    );
    bench
}

/// 18 周岁以下姓名变更, both parents together.
pub(super) fn name_change() -> Bench {
    let mut bench = opened("T026");
    let father = card("韩松", "1988-03-02", 901);
    bench.read(PersonRole::Applicant, father.clone());
    bench.read(PersonRole::Father, father);
    bench.read(PersonRole::Mother, card("许青", "1989-07-08", 902));
    bench.read(PersonRole::Subject, card("韩小雨", "2016-05-20", 904));
    bench.answer("parents", "both");
    bench.answer("consent", "together");
    bench.set(&[("applicant.phone", "19900000003"), ("subject.household_number", "900000003")]);
    bench.look_up(
        "subject",
        &json!({ "person": { "name": "韩小雨", "sex": "2", "ethnic_group": "01", "birth_date": "2016-05-20",
            "status": "registered", "version": 5 } }),
    );
    bench.set(&[("change.new_name", "韩𠮷雨"), ("change.reason", "与同班同学重名。\n全家商量后决定改名。")]);
    bench
}

/// 居民身份证期满换领.
pub(super) fn id_card() -> Bench {
    let mut bench = opened("ID-RENEW");
    bench.read(PersonRole::Applicant, card("冯春", "1990-12-01", 903));
    bench.answer("under_16", "no");
    bench.look_up("applicant", &json!({ "person": { "name": "冯春", "status": "registered" } }));
    bench.set(&[("card.validity", "26to45"), ("applicant.phone", "19900000006")]);
    let reason = "本窗口暂无指纹采集设备".to_owned();
    let omitted = Command::OmitFingerprints { person: PersonRole::Applicant, reason };
    bench.act(domain::person::Role::Auxiliary, omitted);
    bench
}

/// 户籍证明.
pub(super) fn proof(proved: &str) -> Bench {
    let mut bench = opened("K07");
    bench.read(PersonRole::Applicant, card("韩冬", "1990-12-01", 903));
    bench.answer("already_proved", proved);
    bench.look_up("applicant", &json!({ "person": { "name": "韩冬", "status": "registered" } }));
    bench.set(&[
        ("use.purpose", "办理公证"),
        ("use.receiving_unit", "江城市城关区公证处"),
        ("applicant.phone", "19900000008"),
    ]);
    bench
}

/// What the register answers to the demand for a proof.
pub(super) fn proof_content() -> serde_json::Value {
    json!({ "proof": { "name": "韩冬", "sex": "1", "ethnic_group": "01", "birth_date": "1990-12-01",
        "citizen_number": number("1990-12-01", 903), "address": "江城市城关区望江路5号",
        "household_number": "900000008", "household_kind": "1", "relation": "02", "since": "2015-01-05",
        "since_reason": "分户登记", "owner_unit": super::bench::STATION } })
}

/// Scans, signs and submits.
pub(super) fn submitted(mut bench: Bench) -> Bench {
    bench.scan_all();
    bench.sign_all();
    bench.submit();
    bench
}
