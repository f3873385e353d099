//! Invented names.

use crate::random::Random;

/// Surnames; the early ones come up more often.
pub(super) const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何",
    "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "邓", "冯", "曹", "彭", "曾", "肖", "田",
    "董", "潘", "袁", "蔡", "蒋", "余", "于", "杜", "叶", "程", "魏", "苏", "吕", "丁", "任", "卢", "姚",
    "沈", "钟", "姜", "崔", "谭", "陆", "范", "汪", "廖", "石", "金", "贾", "夏", "付", "方", "邹", "熊",
    "白", "孟", "秦", "邱", "单", "仇", "解", "查", "区", "朴", "盖", "尉迟", "万俟", "欧阳", "上官", "诸葛",
];
const MALE: &[&str] = &[
    "伟", "强", "磊", "军", "勇", "杰", "涛", "超", "明", "刚", "平", "辉", "鹏", "华", "飞", "鑫", "波",
    "斌", "宇", "浩", "凯", "健", "俊", "帆", "帅", "旭", "宁", "龙", "林", "建", "国", "文", "志", "子",
    "轩", "博", "泽", "晨", "安", "远",
];
const FEMALE: &[&str] = &[
    "芳", "娜", "敏", "静", "丽", "艳", "娟", "霞", "秀", "英", "玲", "桂", "兰", "雪", "梅", "琴", "萍",
    "红", "玉", "洁", "颖", "琳", "婷", "慧", "莹", "佳", "雨", "欣", "怡", "涵", "梓", "诗", "思", "雅",
    "若", "一", "可", "念", "月", "宁",
];
/// Characters beyond the common sets, which every field, list and print must carry.
pub(super) const RARE: &[&str] = &["𠮷", "𬭚", "㛃"];

const UYGUR_MALE: &[&str] = &["艾力", "买买提", "吐尔逊", "阿不都", "玉素甫"];
const UYGUR_FEMALE: &[&str] = &["古丽", "阿依努尔", "热依汗", "帕提古丽", "米热古丽"];

/// Reasons for moving into a household.
pub(super) const MOVE_REASONS: &[&str] = &["购房落户", "夫妻投靠", "工作调动", "分户登记", "人才引进"];

/// One in this many names (per mille) holds a rare character.
const RARE_PER_MILLE: u64 = 4;

/// A name for the surname, sex and ethnic group.
pub(super) fn full_name(random: &mut Random, surname: &str, male: bool, ethnic: &str) -> String {
    if ethnic == "05" {
        let first = random.pick(if male { UYGUR_MALE } else { UYGUR_FEMALE });
        return format!("{first}·{}", random.pick(UYGUR_MALE));
    }
    let pool = if male { MALE } else { FEMALE };
    let mut name = surname.to_owned();
    if random.chance(RARE_PER_MILLE) {
        name.push_str(random.pick(RARE));
    }
    name.push_str(random.pick(pool));
    if random.chance(700) && name.chars().count() < 4 {
        name.push_str(random.pick(pool));
    }
    name
}

/// A surname; half of the draws come from the twenty most frequent.
pub(super) fn surname(random: &mut Random) -> &'static str {
    if random.chance(500) { random.pick(&SURNAMES[..20]) } else { random.pick(SURNAMES) }
}

/// An ethnic group; most are 汉.
pub(super) fn ethnic_group(random: &mut Random) -> &'static str {
    if random.chance(930) {
        "01"
    } else {
        random.pick(&["03", "11", "06", "08", "02", "10", "12", "15", "07", "05", "04", "13"])
    }
}
