//! Codes in words, from the standards' tables.

use std::collections::HashMap;
use std::sync::OnceLock;

use jiff::civil::Date;
use serde_json::Value;

macro_rules! table {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../../../../assets/codes/", $name, ".toml")))
    };
}

const TABLES: [(&str, &str); 12] = [
    table!("sex"),
    table!("division"),
    table!("ethnic-group"),
    table!("relation-to-head"),
    table!("household-kind"),
    table!("marital-status"),
    table!("education"),
    table!("blood-type"),
    table!("cancellation-reason"),
    table!("change-category"),
    table!("item-change-category"),
    table!("other-item-category"),
];

/// The items of a record: name, words, table of its codes.
const ITEMS: [(&str, &str, &str); 19] = [
    ("name", "姓名", ""),
    ("former_name", "曾用名", ""),
    ("sex", "性别", "sex"),
    ("ethnic_group", "民族", "ethnic-group"),
    ("birth_date", "出生日期", ""),
    ("citizen_number", "公民身份号码", ""),
    ("relation", "与户主关系", "relation-to-head"),
    ("household_kind", "户别", "household-kind"),
    ("marital_status", "婚姻状况", "marital-status"),
    ("education", "文化程度", "education"),
    ("blood_type", "血型", "blood-type"),
    ("native_place", "籍贯", "division"),
    ("birth_division", "出生地（省市县）", "division"),
    ("birth_place", "出生地", ""),
    ("religion", "宗教信仰", ""),
    ("occupation", "职业", ""),
    ("workplace", "服务处所", ""),
    ("military_service", "兵役状况", ""),
    ("phone", "联系电话", ""),
];

type Names = HashMap<(String, String), String>;

fn names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names = Names::new();
        for (table, text) in TABLES {
            let Ok(read) = toml::from_str::<toml::Value>(text) else { continue };
            for row in read.get("row").and_then(toml::Value::as_array).into_iter().flatten() {
                let part = |name: &str| row.get(name).and_then(toml::Value::as_str).map(str::to_owned);
                if let (Some(code), Some(name)) = (part("code"), part("name")) {
                    names.insert((table.to_owned(), code), name);
                }
            }
            // Long tables have a line for each code: code|name|…; a code given again has its last name.
            for line in read.get("lines").and_then(toml::Value::as_str).unwrap_or_default().lines() {
                let mut parts = line.split('|');
                if let (Some(code), Some(name)) = (parts.next(), parts.next()) {
                    names.insert((table.to_owned(), code.to_owned()), name.to_owned());
                }
            }
        }
        names
    })
}

/// A code in words; none for one that stands in no table.
pub(super) fn of(table: &str, code: &str) -> Option<&'static str> {
    names().get(&(table.to_owned(), code.to_owned())).map(String::as_str)
}

/// The words of a change's category.
pub(super) fn category(code: &str) -> Option<&'static str> {
    ["change-category", "item-change-category", "other-item-category"]
        .into_iter()
        .find_map(|table| of(table, code))
}

/// The name of an item and a value of it in words.
pub(super) fn item(item: &str, value: &Value) -> (String, String) {
    let known = ITEMS.iter().find(|(name, ..)| *name == item);
    let label = match (known, item) {
        (Some((_, label, _)), _) => (*label).to_owned(),
        (None, "height") => "身高".to_owned(),
        (None, other) => other.to_owned(),
    };
    let Some(text) = value.as_str() else { return (label, "未登记".to_owned()) };
    let table = known.map_or("", |(_, _, table)| table);
    let words = match (of(table, text), item) {
        (Some(words), _) => words.to_owned(),
        (None, "birth_date") => day(value),
        (None, "height") => format!("{text}厘米"),
        (None, _) => text.to_owned(),
    };
    (label, words)
}

/// A day as papers write it.
pub(super) fn day(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    match text.parse::<Date>() {
        Ok(day) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Err(_) => text.to_owned(),
    }
}
