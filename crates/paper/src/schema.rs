//! The shape of a template's data, written in its `template.toml`, and the check of an order against it.
//!
//! The check runs before the type setter: a wrong field is named by its path, and a field that the
//! template does not know is refused, since it would vanish from the paper without a word.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{DataProblem, PaperError, Strokes};

/// Longest text of a field that names no limit: more than any field of a form holds, less than a file
/// pasted by mistake.
const TEXT_LIMIT: u32 = 2_000;
/// Most items of a list that names no limit.
const LIST_LIMIT: u32 = 500;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// Text of one line; `max` counts characters.
    Text,
    /// Text that may hold line breaks.
    Prose,
    /// A whole number.
    Integer,
    /// True or false.
    Flag,
    /// A day, `2026-03-05`.
    Date,
    /// A minute on the wall clock of Beijing, `2026-03-05 14:32`.
    Moment,
    /// Text to be shown as a QR code.
    Qr,
    /// A picture: `{"kind": "png" | "jpeg", "base64": "…"}`.
    Picture,
    /// A signature ([`Strokes`]), drawn as vectors.
    Strokes,
    /// A record with `fields`.
    Record,
    /// A list of values like `of`.
    List,
}

impl FieldType {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Prose => "prose",
            Self::Integer => "integer",
            Self::Flag => "flag",
            Self::Date => "date (YYYY-MM-DD)",
            Self::Moment => "moment (YYYY-MM-DD HH:MM)",
            Self::Qr => "qr",
            Self::Picture => "picture",
            Self::Strokes => "strokes",
            Self::Record => "record",
            Self::List => "list",
        }
    }
}

/// One field of a template's data.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Its name on the screen, for who fills it.
    #[serde(default)]
    pub label: String,
    /// May be absent or null.
    #[serde(default)]
    pub optional: bool,
    /// Most characters or items.
    pub max: Option<u32>,
    /// Smallest number, or fewest items.
    pub min: Option<i64>,
    /// The fields of a record.
    #[serde(default)]
    pub fields: BTreeMap<String, Field>,
    /// What a list is of.
    pub of: Option<Box<Field>>,
}

impl Field {
    /// An optional field of a kind, for what every template takes.
    pub(crate) fn optional(kind: FieldType, label: &str, min: Option<i64>) -> Self {
        Self {
            kind,
            label: label.to_owned(),
            optional: true,
            max: None,
            min,
            fields: BTreeMap::new(),
            of: None,
        }
    }

    /// Whether the description itself makes sense; the path of the first field that does not.
    pub(crate) fn fault(&self, path: &str) -> Option<String> {
        match self.kind {
            FieldType::Record if self.fields.is_empty() => Some(path.to_owned()),
            FieldType::List if self.of.is_none() => Some(path.to_owned()),
            _ => self
                .fields
                .iter()
                .find_map(|(name, field)| field.fault(&format!("{path}.{name}")))
                .or_else(|| self.of.as_ref().and_then(|item| item.fault(&format!("{path}[]")))),
        }
    }
}

/// Checks an order's data against the fields of a template.
///
/// # Errors
/// [`PaperError::DataInvalid`] with the path of the first field that does not fit.
pub fn check(template: &str, fields: &BTreeMap<String, Field>, data: &Value) -> Result<(), PaperError> {
    let found = match data {
        Value::Object(record) => check_record(fields, record, ""),
        _ => Err((String::from("(data)"), wrong(FieldType::Record))),
    };
    found.map_err(|(path, problem)| PaperError::DataInvalid { template: template.to_owned(), path, problem })
}

type Fault = (String, DataProblem);

fn wrong(kind: FieldType) -> DataProblem {
    DataProblem::WrongType { expected: kind.name().to_owned() }
}

fn check_record(
    fields: &BTreeMap<String, Field>,
    record: &Map<String, Value>,
    path: &str,
) -> Result<(), Fault> {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if let Some(unknown) = record.keys().find(|name| !fields.contains_key(*name)) {
        // The name comes from outside; only its plain part is echoed.
        let plain: String = unknown
            .chars()
            .take(40)
            .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '?' })
            .collect();
        return Err((at(&plain), DataProblem::Unknown));
    }
    for (name, field) in fields {
        match record.get(name) {
            None | Some(Value::Null) if field.optional => {}
            None | Some(Value::Null) => return Err((at(name), DataProblem::Missing)),
            Some(value) => check_value(field, value, &at(name))?,
        }
    }
    Ok(())
}

fn check_value(field: &Field, value: &Value, path: &str) -> Result<(), Fault> {
    let fault = |problem| Err((path.to_owned(), problem));
    match (field.kind, value) {
        (FieldType::Text | FieldType::Prose | FieldType::Qr, Value::String(text)) => {
            let prose = field.kind == FieldType::Prose;
            let max = field.max.unwrap_or(TEXT_LIMIT);
            if text.chars().count() > max as usize {
                return fault(DataProblem::TooLong { max });
            }
            if text.chars().any(|c| c.is_control() && !(prose && c == '\n')) {
                return fault(DataProblem::ControlCharacter);
            }
            if text.trim().is_empty() && !field.optional {
                return fault(DataProblem::Missing);
            }
            Ok(())
        }
        (FieldType::Integer, Value::Number(number)) => match number.as_i64() {
            None => fault(wrong(field.kind)),
            Some(number) => match field.min {
                Some(min) if number < min => fault(DataProblem::TooSmall { min }),
                _ => Ok(()),
            },
        },
        (FieldType::Flag, Value::Bool(_)) => Ok(()),
        (FieldType::Date, Value::String(text)) if is_date(text) => Ok(()),
        (FieldType::Moment, Value::String(text)) if is_moment(text) => Ok(()),
        (FieldType::Picture, Value::Object(picture)) => {
            let known = matches!(picture.get("kind").and_then(Value::as_str), Some("png" | "jpeg"));
            let bytes = picture.get("base64").is_some_and(Value::is_string);
            if known && bytes && picture.len() == 2 { Ok(()) } else { fault(wrong(field.kind)) }
        }
        (FieldType::Strokes, Value::Object(_)) => match serde_json::from_value::<Strokes>(value.clone()) {
            Ok(_) => Ok(()),
            Err(_) => fault(wrong(field.kind)),
        },
        (FieldType::Record, Value::Object(record)) => check_record(&field.fields, record, path),
        (FieldType::List, Value::Array(items)) => {
            let max = field.max.unwrap_or(LIST_LIMIT);
            if items.len() > max as usize {
                return fault(DataProblem::TooLong { max });
            }
            if let Some(min) = field.min.filter(|min| i64::try_from(items.len()).is_ok_and(|n| n < *min)) {
                return fault(DataProblem::TooSmall { min });
            }
            let Some(of) = &field.of else { return fault(wrong(field.kind)) };
            items.iter().enumerate().try_for_each(|(n, item)| check_value(of, item, &format!("{path}[{n}]")))
        }
        (kind, _) => fault(wrong(kind)),
    }
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (digits(year), digits(month), digits(day)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    year >= 1 && (1..=length).contains(&day)
}

fn is_moment(text: &str) -> bool {
    let Some((date, time)) = text.split_once(' ') else { return false };
    let Some((hour, minute)) = time.split_once(':') else { return false };
    is_date(date)
        && hour.len() == 2
        && minute.len() == 2
        && digits(hour).is_some_and(|h| h < 24)
        && digits(minute).is_some_and(|m| m < 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields() -> BTreeMap<String, Field> {
        toml::from_str(
            r#"
            name = { type = "text", max = 4 }
            note = { type = "prose", optional = true }
            day = { type = "date" }
            at = { type = "moment", optional = true }
            copies = { type = "integer", min = 1, optional = true }
            [lacking]
            type = "list"
            min = 1
            max = 2
            [lacking.of]
            type = "record"
            fields.title = { type = "text" }
            fields.sign = { type = "strokes", optional = true }
            fields.photo = { type = "picture", optional = true }
            "#,
        )
        .unwrap()
    }

    fn fault(data: &Value) -> (String, DataProblem) {
        match check("t", &fields(), data) {
            Err(PaperError::DataInvalid { path, problem, .. }) => (path, problem),
            other => panic!("{other:?} for {data}"),
        }
    }

    #[test]
    fn fitting_data_passes() {
        let data = json!({
            "name": "𠮷𬭚㛃𰻝", "note": "一\n二", "day": "2024-02-29", "at": "2026-03-05 14:32", "copies": null,
            "lacking": [{"title": "x", "sign": {"width": 1, "height": 2.5, "strokes": []}}],
        });
        check("t", &fields(), &data).unwrap();
    }

    #[test]
    fn each_fault_names_its_path() {
        let good = json!({"name": "甲", "day": "2026-03-05", "lacking": [{"title": "x"}]});
        let with = |pointer: &str, value: Value| {
            let mut data = good.clone();
            *data.pointer_mut(pointer).unwrap() = value;
            fault(&data)
        };
        let plus = |name: &str, value: Value| {
            let mut data = good.clone();
            data[name] = value;
            fault(&data)
        };
        assert_eq!(with("/name", Value::Null), ("name".into(), DataProblem::Missing));
        assert_eq!(with("/name", json!("  ")), ("name".into(), DataProblem::Missing));
        assert_eq!(with("/name", json!("五个字的名")), ("name".into(), DataProblem::TooLong { max: 4 }));
        assert_eq!(with("/name", json!("甲\n乙")), ("name".into(), DataProblem::ControlCharacter));
        assert_eq!(with("/name", json!(7)).1, wrong(FieldType::Text));
        for day in ["2026-02-29", "2026-13-01", "2026-3-5", "20260305", "2026-03-05-01", "二〇二六"] {
            assert_eq!(with("/day", json!(day)).1, wrong(FieldType::Date), "{day}");
        }
        for at in ["2026-03-05", "2026-03-05 24:00", "2026-03-05 1:00", "2026-03-05T10:00"] {
            assert_eq!(plus("at", json!(at)), ("at".into(), wrong(FieldType::Moment)), "{at}");
        }
        assert_eq!(plus("copies", json!(0)), ("copies".into(), DataProblem::TooSmall { min: 1 }));
        assert_eq!(plus("copies", json!(1.5)), ("copies".into(), wrong(FieldType::Integer)));
        assert_eq!(with("/lacking", json!([])), ("lacking".into(), DataProblem::TooSmall { min: 1 }));
        assert_eq!(with("/lacking/0/title", Value::Null), ("lacking[0].title".into(), DataProblem::Missing));
        assert_eq!(plus("other", json!(1)), ("other".into(), DataProblem::Unknown));
        assert_eq!(
            with("/lacking", json!([{"title": "a"}, {"title": "b", "photo": {"kind": "gif", "base64": ""}}])),
            ("lacking[1].photo".into(), wrong(FieldType::Picture))
        );
        assert_eq!(
            with("/lacking", json!([{"title": "a", "sign": {"strokes": []}}])),
            ("lacking[0].sign".into(), wrong(FieldType::Strokes))
        );
        assert_eq!(fault(&json!([])).0, "(data)");
    }

    #[test]
    fn a_foreign_field_name_is_not_echoed() {
        let (path, _) = fault(&json!({"张三": 1}));
        assert_eq!(path, "??");
    }

    #[test]
    fn a_description_without_sense_is_found() {
        let broken: BTreeMap<String, Field> = toml::from_str(r#"a = { type = "list" }"#).unwrap();
        assert_eq!(broken["a"].fault("a"), Some("a".into()));
        assert!(toml::from_str::<BTreeMap<String, Field>>(r#"a = { type = "text", maks = 3 }"#).is_err());
    }
}
