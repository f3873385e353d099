//! A file of standard addresses: CSV with a header, UTF-8 or GB 18030.

use crate::fault::{Fault, Result};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Columns that a file must have, by their names in the first line.
const COLUMNS: [&str; 9] = [
    "标准地址编码",
    "行政区划代码",
    "行政区划名称",
    "街路巷",
    "门牌号",
    "小区",
    "楼室",
    "派出所代码",
    "派出所名称",
];
/// A column that a file may have: initials as the province writes them, several with blanks between.
const INITIALS: &str = "拼音首字母";
/// Faults told at once; whoever mends twenty lines sees what is wrong with the others.
const MOST_FAULTS: usize = 20;

/// An address as the file writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) code: String,
    pub(super) division: String,
    pub(super) division_name: String,
    pub(super) road: String,
    pub(super) number: String,
    pub(super) estate: String,
    pub(super) rest: String,
    pub(super) station: String,
    pub(super) station_name: String,
    pub(super) initials: Vec<String>,
}

impl Row {
    pub(super) fn site(&self) -> String {
        format!("{}{}{}", self.road, self.number, self.estate)
    }

    /// Sorts as people count: 2号 before 18号.
    pub(super) fn order(&self) -> (String, String) {
        let place = [&self.road, &self.number, &self.estate, &self.station, &self.rest, &self.code];
        (self.division.clone(), place.map(|part| counted(part)).join("\u{1}"))
    }
}

/// Each number with its length before it.
fn counted(text: &str) -> String {
    let mut counted = String::with_capacity(text.len() + 8);
    let mut number = String::new();
    for sign in text.chars().chain(['\0']) {
        if sign.is_ascii_digit() {
            number.push(sign);
            continue;
        }
        if !number.is_empty() {
            let digits = number.trim_start_matches('0');
            counted.push(char::from(b'0'.saturating_add(u8::try_from(digits.len()).unwrap_or(9))));
            counted.push_str(digits);
            number.clear();
        }
        if sign != '\0' {
            counted.push(sign);
        }
    }
    counted
}

/// Reads a whole file.
///
/// # Errors
/// [`Fault::AddressFile`] with the lines that do not fit, and what to do.
pub(super) fn read(path: &Path) -> Result<Vec<Row>> {
    let bytes = std::fs::read(path)
        .map_err(|error| Fault::SetUp { file: path.display().to_string(), what: error.kind().to_string() })?;
    parse(&text(bytes)?)
}

fn text(bytes: Vec<u8>) -> Result<String> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
        Err(fault) => {
            let bytes = fault.into_bytes();
            let (text, _, wrong) = encoding_rs::GB18030.decode(&bytes);
            if wrong {
                let said = "文件既不是 UTF-8 也不是 GB 18030，请另存为其中一种再导入";
                return Err(Fault::AddressFile(vec![said.to_owned()]));
            }
            Ok(text.into_owned())
        }
    }
}

fn parse(text: &str) -> Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| Fault::AddressFile(vec!["第 1 行：读不出表头".to_owned()]))?;
    let places: HashMap<&str, usize> = header.iter().map(str::trim).zip(0..).collect();
    let missing: Vec<&str> = COLUMNS.into_iter().filter(|name| !places.contains_key(name)).collect();
    if !missing.is_empty() {
        let said = format!("第 1 行：表头缺少“{}”，请补上这些列再导入", missing.join("”“"));
        return Err(Fault::AddressFile(vec![said]));
    }
    let at = COLUMNS.map(|name| places.get(name).copied().unwrap_or_default());
    let initials = places.get(INITIALS).copied();
    let width = header.len();
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut checked = Checked::default();
    for record in reader.records() {
        if faults.len() >= MOST_FAULTS {
            faults.push("其余各行未再检查，请改好以上各行再导入".to_owned());
            break;
        }
        let record = match record {
            Ok(record) => record,
            Err(fault) => {
                let line = fault.position().map_or(0, csv::Position::line);
                faults.push(format!("第 {line} 行：读不出，请检查引号和逗号"));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != width {
            faults.push(format!("第 {line} 行：应有 {width} 列，实有 {} 列", record.len()));
            continue;
        }
        let value = |column: usize| record.get(at[column]).unwrap_or_default().trim().to_owned();
        let row = Row {
            code: value(0),
            division: value(1),
            division_name: value(2),
            road: value(3),
            number: value(4),
            estate: value(5),
            rest: value(6),
            station: value(7),
            station_name: value(8),
            initials: initials
                .and_then(|at| record.get(at))
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_lowercase)
                .collect(),
        };
        match checked.check(&row) {
            Ok(()) => rows.push(row),
            Err(what) => faults.push(format!("第 {line} 行：{what}")),
        }
    }
    if rows.is_empty() && faults.is_empty() {
        faults.push("文件里没有地址".to_owned());
    }
    if faults.is_empty() { Ok(rows) } else { Err(Fault::AddressFile(faults)) }
}

/// What was seen in the lines before.
#[derive(Default)]
struct Checked {
    codes: HashSet<String>,
    divisions: HashMap<String, String>,
    stations: HashMap<String, String>,
}

impl Checked {
    fn check(&mut self, row: &Row) -> std::result::Result<(), String> {
        let digits =
            |text: &str, count| text.len() == count && text.bytes().all(|sign| sign.is_ascii_digit());
        if row.code.is_empty() || !domain::address::is_code(&row.code) {
            let most = domain::address::CODE_LENGTH;
            return Err(format!("标准地址编码“{}”应为至多 {most} 位数字或大写字母", row.code));
        }
        if !digits(&row.division, 6) || row.division_name.is_empty() {
            return Err(format!("行政区划代码“{}”应为 6 位数字，并写明名称", row.division));
        }
        if !digits(&row.station, 12) || row.station_name.is_empty() {
            return Err(format!("派出所代码“{}”应为 12 位数字，并写明名称", row.station));
        }
        if row.road.is_empty() && row.estate.is_empty() {
            return Err("街路巷和小区至少填一项".to_owned());
        }
        let length = [&row.division_name, &row.road, &row.number, &row.estate, &row.rest]
            .map(|part| part.chars().count())
            .into_iter()
            .sum::<usize>();
        if length > domain::requirement::ADDRESS_LENGTH {
            return Err(format!("地址连同行政区划名称有 {length} 个字，超过 100 个字"));
        }
        for (known, code, name) in [
            (&mut self.divisions, &row.division, &row.division_name),
            (&mut self.stations, &row.station, &row.station_name),
        ] {
            let before = known.entry(code.clone()).or_insert_with(|| name.clone());
            if before != name {
                return Err(format!("代码 {code} 的名称是“{name}”，前面写的是“{before}”"));
            }
        }
        if !self.codes.insert(row.code.clone()) {
            return Err(format!("标准地址编码“{}”前面已经有了", row.code));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "标准地址编码,行政区划代码,行政区划名称,街路巷,门牌号,小区,楼室,派出所代码,派出所名称\n";
    const GOOD: &str =
        "9999015100000001,999901,江城市城关区,槐荫路,18号,听雨花园,2幢301室,999901510000,城关派出所\n";

    fn faults(body: &str) -> Vec<String> {
        match parse(&format!("{HEADER}{body}")) {
            Err(Fault::AddressFile(lines)) => lines,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn both_encodings_give_the_same_rows() {
        let file = format!("{HEADER}{GOOD}");
        let (gb, _, _) = encoding_rs::GB18030.encode(&file);
        let rows = parse(&text(gb.into_owned()).unwrap()).unwrap();
        assert_eq!(rows, parse(&text(format!("\u{feff}{file}").into_bytes()).unwrap()).unwrap());
        assert_eq!(rows[0].site(), "槐荫路18号听雨花园");
        assert!(text(vec![0xff, 0xff, 0x81]).is_err());
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_line() {
        let body = format!("{GOOD}{GOOD}x y,999901,甲,路,1号,,,999901510000,城关派出所\n1,2\n");
        let found = faults(&body);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("第 3 行：") && found[0].contains("已经有了"), "{found:?}");
        assert!(found[1].starts_with("第 4 行：") && found[1].contains("标准地址编码"), "{found:?}");
        assert!(found[2].starts_with("第 5 行：应有 9 列，实有 2 列"), "{found:?}");
        let renamed = GOOD.replace("0001,", "0002,").replace("江城市城关区", "江城市东湾区");
        assert!(faults(&format!("{GOOD}{renamed}"))[0].contains("前面写的是"));
        assert!(faults("").concat().contains("没有地址"));
        let header = parse("标准地址编码,街路巷\n").unwrap_err().to_string();
        assert!(header.starts_with("第 1 行：") && header.contains("派出所代码"), "{header}");
        assert_eq!(faults(&"1,2\n".repeat(50)).len(), MOST_FAULTS + 1);
    }

    #[test]
    fn numbers_are_sorted_as_people_count() {
        let mut numbers = ["18号", "2号", "102号", "2号之1", "甲3号"].map(str::to_owned).to_vec();
        numbers.sort_by_key(|one| counted(one));
        assert_eq!(numbers, ["2号", "2号之1", "18号", "102号", "甲3号"]);
    }
}
