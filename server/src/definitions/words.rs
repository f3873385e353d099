//! Releases in words, for the console and the admin page.

use super::release::{Kept, MatterDifference, ReleaseDifference};
use domain::catalogue::Catalogue;
use protocol::edition::{Origin, Release};
use std::fmt::Write as _;

/// China Standard Time: UTC+8 without summer time.
const CHINA_OFFSET_SECONDS: i32 = 8 * 3600;

/// A moment as the counter reads it.
pub(crate) fn moment(milliseconds: i64) -> String {
    let offset = jiff::tz::Offset::from_seconds(CHINA_OFFSET_SECONDS).unwrap_or(jiff::tz::Offset::UTC);
    jiff::Timestamp::from_millisecond(milliseconds)
        .map(|moment| offset.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

pub(crate) fn origin(origin: Origin) -> String {
    match origin {
        Origin::Installed => "安装".to_owned(),
        Origin::Published => "发布".to_owned(),
        Origin::RolledBack { to } => format!("回退到第 {to} 版"),
    }
}

pub(crate) fn counts(catalogue: &Catalogue) -> String {
    format!(
        "检查通过：事项 {} 个，表单 {} 个，流程 {} 个，代码表 {} 张，节假日安排 {} 年。",
        catalogue.matters.len(),
        catalogue.forms.len(),
        catalogue.flows.len(),
        catalogue.codes.tables.len(),
        catalogue.calendar.years.len()
    )
}

fn head(release: &Release) -> String {
    format!(
        "第 {} 版  {}  {}  {}  事项 {} 个  {}",
        release.number,
        moment(release.at),
        origin(release.origin),
        release.author,
        release.matters.len(),
        release.remark
    )
}

pub(super) fn list(all: &[Kept]) -> String {
    if all.is_empty() {
        return "还没有发布过定义版本。".to_owned();
    }
    let mut text = String::new();
    for (at, kept) in all.iter().rev().enumerate() {
        let mark = if at == 0 { "（现行）" } else { "" };
        let _ = writeln!(text, "{}{mark}", head(&kept.release));
    }
    text.trim_end().to_owned()
}

/// One matter's line: what became of it.
fn matter(one: &MatterDifference) -> String {
    match (one.before, one.after) {
        (None, Some(version)) => format!("新增事项 {} {}（第 {version} 版）", one.matter, one.name),
        (Some(_), None) => format!("取消事项 {} {}", one.matter, one.name),
        (Some(before), Some(after)) => {
            format!("修改事项 {} {}（第 {before} 版改为第 {after} 版）", one.matter, one.name)
        }
        (None, None) => String::new(),
    }
}

pub(super) fn show(release: &Release, difference: &ReleaseDifference) -> String {
    let mut text = head(release);
    let first = release.number == 1;
    if first {
        let _ = write!(text, "\n首个版本，共 {} 个事项。", release.matters.len());
        return text;
    }
    for line in changes(difference) {
        let _ = write!(text, "\n{line}");
    }
    text
}

/// What a release changed, a line each; what changed inside a matter stands below it.
pub(crate) fn changes(difference: &ReleaseDifference) -> Vec<String> {
    let mut lines = Vec::new();
    for one in &difference.matters {
        lines.push(matter(one));
        lines.extend(one.lines.iter().map(|line| format!("    {line}")));
    }
    lines.extend(difference.tables.iter().cloned());
    if difference.calendar {
        lines.push("修改节假日安排".to_owned());
    }
    if difference.packages {
        lines.push("修改一件事".to_owned());
    }
    lines
}
