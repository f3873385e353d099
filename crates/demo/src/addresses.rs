//! Invented standard addresses of the demo city, from a seed: the same seed gives the same file.

use anyhow::Context as _;
use serde::Deserialize;
use std::io::Write;
use std::path::Path;

/// Seed of the demo station's own addresses.
pub const SEED: u64 = 20_261_122;
/// First line of the file.
const HEADER: &str = "标准地址编码,行政区划代码,行政区划名称,街路巷,门牌号,小区,楼室,派出所代码,派出所名称";
/// Characters of invented names of roads and estates.
const FIRST: [&str; 32] = [
    "槐荫", "石桥", "听雨", "望江", "青石", "长安", "丰收", "朝阳", "东风", "和平", "建设", "人民", "解放",
    "文昌", "学府", "花溪", "玉泉", "南湖", "北苑", "西岭", "松林", "竹园", "梅岭", "兰亭", "菊圃", "荷塘",
    "柳浪", "桃源", "杏坛", "银杏", "滨河", "重阳",
];
const SECOND: [&str; 24] = [
    "", "一", "二", "三", "东", "西", "南", "北", "中", "新", "老", "上", "下", "前", "后", "里", "外", "大",
    "小", "古", "长", "横", "环", "支",
];
const KINDS: [&str; 4] = ["路", "街", "巷", "大道"];
const ESTATES: [&str; 12] =
    ["花园", "小区", "新村", "家园", "公寓", "苑", "里", "府", "名邸", "雅居", "山庄", "广场"];

#[derive(Deserialize)]
struct StationFile {
    unit: Vec<Unit>,
}

#[derive(Deserialize)]
struct Unit {
    code: String,
    name: String,
    level: String,
    division: Option<String>,
}

#[derive(Deserialize)]
struct DivisionFile {
    row: Vec<Division>,
}

#[derive(Deserialize)]
struct Division {
    code: String,
    name: String,
}

/// splitmix64: a seed gives the same run on every PC.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or_default()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// Writes `rows` addresses of the demo city as the server reads them.
///
/// # Errors
/// When the demo station does not read or the file cannot be written.
pub fn write(assets: &Path, rows: usize, seed: u64, out: &mut impl Write) -> anyhow::Result<()> {
    let read = |name: &str| std::fs::read_to_string(assets.join(name)).with_context(|| name.to_owned());
    let stations: StationFile = toml::from_str(&read("demo/station.toml")?)?;
    let divisions: DivisionFile = toml::from_str(&read("codes/demo-divisions.toml")?)?;
    let stations: Vec<(&Unit, &Division)> = stations
        .unit
        .iter()
        .filter(|unit| unit.level == "station")
        .filter_map(|unit| {
            let code = unit.division.as_deref()?;
            Some((unit, divisions.row.iter().find(|one| one.code == code)?))
        })
        .collect();
    anyhow::ensure!(!stations.is_empty(), "no station has a division");
    writeln!(out, "{HEADER}")?;
    let mut random = Random(seed);
    let mut made = 0;
    let mut site = 0_u32;
    // Each station has its own roads, so that a place stands once.
    for turn in 0.. {
        let (unit, division) = stations[turn % stations.len()];
        let round = turn / stations.len();
        let name = FIRST[round % FIRST.len()];
        let further = SECOND[(round / FIRST.len()) % SECOND.len()];
        let kind = KINDS[(round / FIRST.len() / SECOND.len()) % KINDS.len()];
        let road = format!("{name}{further}{kind}");
        for number in (1..=40 + random.below(160)).step_by(1 + random.below(2)) {
            site += 1;
            let estate = match random.below(3) {
                0 => format!("{}{}", random.one(&FIRST), random.one(&ESTATES)),
                _ => String::new(),
            };
            let rooms = rooms(&mut random, !estate.is_empty());
            for (place, rest) in rooms.iter().enumerate() {
                if made == rows {
                    return Ok(());
                }
                made += 1;
                writeln!(
                    out,
                    "{}{site:07}{place:05},{},{},{road},{number}号,{estate},{rest},{},{}",
                    &unit.code[..8],
                    division.code,
                    division.name,
                    unit.code,
                    unit.name
                )?;
            }
        }
    }
    Ok(())
}

/// Buildings, units and rooms of a site: one for a house of its own, up to a thousand for an estate.
fn rooms(random: &mut Random, estate: bool) -> Vec<String> {
    if !estate {
        return match random.below(4) {
            0 => (1..=2 + random.below(6)).map(|floor| format!("{floor}层")).collect(),
            _ => vec![String::new()],
        };
    }
    let mut rooms = Vec::new();
    for building in 1..=1 + random.below(6) {
        let floors = 3 + random.below(9);
        for unit in 1..=1 + random.below(2) {
            for floor in 1..=floors {
                rooms.extend([1, 2].map(|door| format!("{building}幢{unit}单元{floor}0{door}室")));
            }
        }
    }
    rooms
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_gives_the_same_addresses_and_each_stands_once() {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets");
        let file = |rows, seed| {
            let mut bytes = Vec::new();
            write(&assets, rows, seed, &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let one = file(30_000, 7);
        assert_eq!(one, file(30_000, 7));
        assert_ne!(one, file(30_000, 8));
        let codes: BTreeSet<&str> = one.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        let places: BTreeSet<&str> =
            one.lines().skip(1).filter_map(|line| Some(line.split_once(',')?.1)).collect();
        assert_eq!((codes.len(), places.len()), (30_000, 30_000));
        assert!(one.lines().skip(1).all(|line| line.starts_with("9999")));
    }
}
