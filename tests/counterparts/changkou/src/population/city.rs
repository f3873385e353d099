//! The invented city 江城市: districts, units, streets.

use super::Inventor;

/// A district with the units that keep its households.
#[derive(Debug)]
pub struct District {
    /// Division code; 99 is no province of GB/T 2260
    pub code: &'static str,
    /// How an address begins
    pub address: &'static str,
    /// 签发机关 on cards
    pub issuing_office: &'static str,
    /// Stations that own households
    pub stations: &'static [&'static str],
    /// Marriage registry
    pub registry: &'static str,
    /// Villages instead of streets
    pub rural: bool,
}

/// Every district of the demo city.
pub const DISTRICTS: &[District] = &[
    District {
        code: "999901",
        address: "江城市城关区",
        issuing_office: "江城市公安局城关分局",
        stations: &["999901510000", "999901520000"],
        registry: "江城市城关区民政局",
        rural: false,
    },
    District {
        code: "999902",
        address: "江城市临江区",
        issuing_office: "江城市公安局临江分局",
        stations: &["999902510000"],
        registry: "江城市临江区民政局",
        rural: false,
    },
    District {
        code: "999903",
        address: "江城市东湾区",
        issuing_office: "江城市公安局东湾分局",
        stations: &["999903510000"],
        registry: "江城市东湾区民政局",
        rural: false,
    },
    District {
        code: "999921",
        address: "江城市青石县",
        issuing_office: "青石县公安局",
        stations: &["999921510000"],
        registry: "青石县民政局",
        rural: true,
    },
];

/// Maternity hospitals that sign birth certificates.
pub const HOSPITALS: &[&str] = &["江城市妇幼保健院", "江城市第一人民医院", "青石县人民医院"];

const STREETS: &[&str] = &[
    "槐荫路",
    "听雨巷",
    "石桥街",
    "梧桐里",
    "望江路",
    "书院街",
    "磨坊巷",
    "渡口路",
    "晴川道",
    "柳堤路",
    "钟楼街",
    "杏林巷",
    "丹枫路",
    "双井巷",
    "云栖道",
    "竹篱街",
];
const VILLAGES: &[&str] =
    &["上溪村", "下溪村", "松岭村", "茶坪村", "石门村", "花田村", "旧渡村", "青石镇老街"];

impl Inventor {
    /// An address of the district.
    pub(super) fn address(&mut self, district: &District) -> String {
        let random = &mut self.random;
        if district.rural {
            format!(
                "{}{}{}组{}号",
                district.address,
                random.pick(VILLAGES),
                random.between(1, 12),
                random.between(1, 99)
            )
        } else if random.chance(200) {
            format!("{}{}{}号", district.address, random.pick(STREETS), random.between(1, 320))
        } else {
            format!(
                "{}{}{}号{}幢{}室",
                district.address,
                random.pick(STREETS),
                random.between(1, 320),
                random.between(1, 24),
                random.between(1, 30) * 100 + random.between(1, 8)
            )
        }
    }
}
