//! How the devices of all stations stand: what is wrong first, everything else below.

use super::page::{escaped, head, whole};
use super::session::Session;
use crate::definitions::words::moment;
use crate::devices::StationDevices;
use domain::device::{DeviceRecord, DeviceStanding, warnings};
use domain::event::civil_day;
use std::fmt::Write as _;

/// A terminal is opened every working day; one that said nothing for longer than a night is off, or cut off.
const SILENT_MS: i64 = 16 * 3_600_000;
/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;

/// What is to be told of one window and its devices.
fn told(station: &StationDevices, now: i64) -> Vec<String> {
    let Some(at) = station.at else { return vec!["还没有报过设备情况".to_owned()] };
    let mut lines = Vec::new();
    if now - at > SILENT_MS {
        lines.push(format!("从 {} 起没有消息，终端没有开机或者断网", moment(at)));
    }
    for device in &station.devices {
        // As of its last word: a PC that is switched off at night has no broken reader.
        lines.extend(
            warnings(device, at).iter().map(|warning| format!("{}：{}", device.name, warning.chinese())),
        );
    }
    lines
}

fn standing(record: &DeviceRecord) -> &'static str {
    match record.standing {
        DeviceStanding::Usable => "可用",
        DeviceStanding::Absent => "未接",
        DeviceStanding::Denied => "没有权限",
        DeviceStanding::Faulty => "有故障",
    }
}

/// The page.
pub(super) fn devices(session: &Session, stations: &[StationDevices], now: i64) -> String {
    let mut body = head(session, ("/admin", "事项定义发布"));
    let warned: Vec<(&StationDevices, Vec<String>)> =
        stations.iter().map(|one| (one, told(one, now))).filter(|(_, lines)| !lines.is_empty()).collect();
    body.push_str("<section aria-label=\"提醒\"><h2>提醒</h2>");
    if warned.is_empty() {
        body.push_str("<p>各窗口的设备都正常。</p>");
    }
    for (station, lines) in warned {
        let _ = write!(body, "<article><h3>{}</h3><ul class=\"stop\">", place(station));
        for line in lines {
            let _ = write!(body, "<li>{}</li>", escaped(&line));
        }
        body.push_str("</ul></article>");
    }
    body.push_str("</section><section aria-label=\"全部设备\"><h2>全部设备</h2>");
    for station in stations.iter().filter(|one| one.at.is_some()) {
        let _ = write!(
            body,
            "<article><h3>{}</h3><p>{} 报告</p><table><thead><tr><th>设备</th><th>型号、序列号、固件</th>\
             <th>状态</th><th>今天可用</th><th>今天使用</th><th>今天故障</th><th>最近故障</th><th>最近使用</th></tr></thead><tbody>",
            place(station),
            moment(station.at.unwrap_or_default())
        );
        for device in &station.devices {
            row(&mut body, device, station.at.unwrap_or_default());
        }
        body.push_str("</tbody></table></article>");
    }
    body.push_str("</section>");
    whole("各窗口的设备", &body)
}

fn place(station: &StationDevices) -> String {
    let unit = if station.unit_name.is_empty() { station.unit.as_str() } else { &station.unit_name };
    escaped(&format!("{unit} {}", station.window))
}

fn row(body: &mut String, device: &DeviceRecord, at: i64) {
    let today = device.days.iter().find(|one| one.day == civil_day(at));
    let model = [&device.maker, &device.model, &device.serial, &device.firmware];
    let model: Vec<&str> = model.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let fault = device.last_fault.as_ref();
    let fault = fault.map_or_else(String::new, |fault| format!("{} {}", moment(fault.at), fault.sentence));
    let _ = write!(
        body,
        "<tr><td>{}</td><td>{}</td><td>{}，从 {} 起</td><td>{} 分钟</td><td>{} 次</td><td>{} 次</td><td>{}</td><td>{}</td></tr>",
        escaped(&device.name),
        escaped(&model.join("　")),
        standing(device),
        moment(device.since),
        today.map_or(0, |today| today.usable_ms / MINUTE_MS),
        today.map_or(0, |today| today.uses),
        device.faults_on(civil_day(at)),
        escaped(&fault),
        device.last_use.map(moment).unwrap_or_default()
    );
}
