//! What can be set at a device from its page. What can be set, and within what, is data (`assets/settings/devices.toml`); of
//! a camera it is what the camera itself tells. What was set here lies in a file of the profile over what the
//! station's device file says, and goes back to that by one key.

use super::{Devices, HostKey};
use crate::Terminal;
use crate::error::{Own, Result};
use crate::rpc::ChangeSource;
use crate::rpc::request::{OneDevice, SetDevice};
use crate::rpc::view::{DeviceSetting, DeviceSettings, SettingChoice, SettingKind, SettingValue};
use driver_contract::{
    CameraControl, Capabilities, ColourMode, ControlKind, ControlSetting, DeviceClass, DeviceConfig,
    DeviceId, DeviceInfo,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The word for what a device finds out by itself.
const AUTOMATIC: &str = "auto";
/// In front of the keys of a camera's controls.
const CONTROL: &str = "control.";
/// Key of what pages look like.
const SCAN_MODE: &str = "scan_mode";

/// What the catalogue says of one setting.
#[derive(Debug, Deserialize)]
struct Offer {
    drivers: Vec<String>,
    key: String,
    name: String,
    note: String,
    /// Who heeds it.
    #[serde(default)]
    at: Place,
    #[serde(flatten)]
    kind: SettingKind,
    /// What holds where neither the device file nor the page says anything.
    station: SettingValue,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    /// The driver, in its host.
    #[default]
    Driver,
    /// This program, when it asks the device for something.
    Terminal,
}

#[derive(Deserialize)]
struct Catalogue {
    setting: Vec<Offer>,
}

/// Key → value, of one device.
type Values = BTreeMap<String, SettingValue>;

/// A device that was set here; a line of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Adjusted {
    device: DeviceId,
    class: DeviceClass,
    values: Values,
}

/// What can be set, and what was set in this window.
#[derive(Default)]
pub(super) struct Adjusting {
    offers: Vec<Offer>,
    path: PathBuf,
    adjusted: Mutex<Vec<Adjusted>>,
}

impl Adjusting {
    /// Reads the catalogue and what was set before. A file that cannot be read sets nothing: everything works without.
    pub(super) fn read(assets: &Path, path: PathBuf) -> Result<Self> {
        let text = std::fs::read_to_string(assets.join("settings/devices.toml"))?;
        let catalogue: Catalogue = toml::from_str(&text).map_err(|_| Own::ProgramFault)?;
        let adjusted = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(Self { offers: catalogue.setting, path, adjusted: Mutex::new(adjusted.unwrap_or_default()) })
    }

    fn values(&self, device: &DeviceId) -> Values {
        let adjusted = self.adjusted.lock().unwrap_or_else(PoisonError::into_inner);
        adjusted.iter().find(|one| one.device == *device).map(|one| one.values.clone()).unwrap_or_default()
    }

    fn keep(&self, device: &DeviceInfo, values: Values) -> Result<()> {
        let mut adjusted = self.adjusted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = adjusted.clone();
        next.retain(|one| one.device != device.id);
        if !values.is_empty() {
            next.push(Adjusted { device: device.id.clone(), class: device.class, values });
        }
        crate::vault::write_private(&self.path, &serde_json::to_vec(&next).unwrap_or_default())?;
        *adjusted = next;
        Ok(())
    }

    fn offers_of(&self, device: &DeviceId) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(|offer| offer.drivers.iter().any(|driver| driver == device.driver()))
    }

    /// Whether anything can be set at a device.
    pub(super) fn any(&self, device: &DeviceInfo) -> bool {
        self.offers_of(&device.id).next().is_some() || !controls_of(device).is_empty()
    }

    /// What the drivers of a class are told, device by device, over what the device file says.
    pub(super) fn of_class(&self, class: DeviceClass) -> BTreeMap<DeviceId, Map<String, Value>> {
        let adjusted = self.adjusted.lock().unwrap_or_else(PoisonError::into_inner);
        let of_class = adjusted.iter().filter(|one| one.class == class);
        of_class.map(|one| (one.device.clone(), self.told(one))).collect()
    }

    /// What a driver is told. Keys that the catalogue does not know (any more) are left out: an older file must not make a
    /// device unusable.
    fn told(&self, adjusted: &Adjusted) -> Map<String, Value> {
        let mut told = Map::new();
        let mut controls = Map::new();
        for (key, value) in &adjusted.values {
            if let Some(control) = key.strip_prefix(CONTROL) {
                controls.insert(control.to_owned(), json!(value));
            } else if self
                .offers_of(&adjusted.device)
                .any(|offer| offer.key == *key && offer.at == Place::Driver && fits(&offer.kind, value))
            {
                told.insert(key.clone(), json!(value));
            }
        }
        if !controls.is_empty() {
            told.insert("controls".to_owned(), Value::Object(controls));
        }
        told
    }
}

impl Terminal {
    /// What can be set at a device, and how it stands.
    pub(crate) fn device_settings(&self, request: OneDevice) -> Result<DeviceSettings> {
        self.actor()?;
        let device = self.known_device(&request.device)?;
        Ok(self.settings_of(&device))
    }

    /// Sets something at a device, or lets the station's own value hold again. Its host starts anew: nothing must be under way in
    /// this window.
    pub(crate) fn set_device(&self, request: SetDevice) -> Result<DeviceSettings> {
        self.actor()?;
        let device = self.known_device(&request.device)?;
        let adjusting = &self.devices.adjusting;
        let settings = self.settings_of(&device).settings;
        let mut values = adjusting.values(&device.id);
        for (key, value) in request.values {
            let setting = settings.iter().find(|setting| setting.key == key);
            let kind = &setting.ok_or(Own::SettingUnusable)?.kind;
            match value {
                Some(value) if fits(kind, &value) => values.insert(key, value),
                Some(_) => return Err(Own::SettingUnusable.into()),
                None => values.remove(&key),
            };
        }
        if values == adjusting.values(&device.id) {
            return Ok(self.settings_of(&device));
        }
        if !self.operations.running().is_empty() {
            return Err(Own::DevicesAtWork.into());
        }
        let key = self.devices.key_of(&device).ok_or(Own::NoDevice)?;
        adjusting.keep(&device, values)?;
        self.restart_host(&key)?;
        tracing::info!(class = device.class.as_str(), "a device was set");
        self.changed(ChangeSource::Device, ["devices", "shell"]);
        Ok(self.settings_of(&device))
    }

    pub(super) fn known_device(&self, id: &DeviceId) -> Result<DeviceInfo> {
        let line = self.device_lines().into_iter().find(|line| line.device.id == *id);
        Ok(line.ok_or(Own::NoDevice)?.device)
    }

    /// What pages of a scanner look like here.
    pub(crate) fn scan_mode(&self, device: &DeviceInfo) -> ColourMode {
        let values = self.devices.adjusting.values(&device.id);
        let wished = values.get(SCAN_MODE).and_then(|value| serde_json::from_value(json!(value)).ok());
        let offered = |mode: &ColourMode| match &device.capabilities {
            Capabilities::Scanner { modes, .. } => modes.contains(mode),
            _ => true,
        };
        wished.filter(offered).unwrap_or(ColourMode::Colour)
    }

    /// What was set at a camera, as its tasks want it.
    pub(super) fn control_settings(&self, device: &DeviceInfo, values: &Values) -> Vec<ControlSetting> {
        let controls = controls_of(device);
        let wish = |(key, value): (&String, &SettingValue)| {
            let control = controls.iter().find(|control| key_of(control.kind) == *key)?;
            if !fits(&kind_of(control), value) {
                return None;
            }
            let value = if let SettingValue::Number(number) = value { Some(*number) } else { None };
            Some(ControlSetting { kind: control.kind, value })
        };
        values.iter().filter_map(wish).collect()
    }

    fn settings_of(&self, device: &DeviceInfo) -> DeviceSettings {
        let adjusting = &self.devices.adjusting;
        let values = adjusting.values(&device.id);
        let entry = self.devices.entry_of(device);
        let catalogue = adjusting.offers_of(&device.id).map(|offer| {
            let of_file = entry.and_then(|entry| entry.settings.get(&offer.key));
            let of_file = of_file.and_then(|value| serde_json::from_value(value.clone()).ok());
            let station = of_file.unwrap_or_else(|| offer.station.clone());
            let (name, note) = (offer.name.clone(), offer.note.clone());
            (offer.key.clone(), name, note, offered(&offer.kind, device), station)
        });
        let controls = controls_of(device).iter().map(|control| {
            let station = if control.automatic { automatic() } else { SettingValue::Number(control.value) };
            let (name, note) = words_of(control.kind);
            (key_of(control.kind), name.to_owned(), note.to_owned(), kind_of(control), station)
        });
        let settings = catalogue
            .chain(controls)
            .map(|(key, name, note, kind, station)| {
                let own = values.get(&key).filter(|value| fits(&kind, value)).cloned();
                let set = own.is_some();
                DeviceSetting {
                    key,
                    name,
                    note,
                    kind,
                    value: own.unwrap_or_else(|| station.clone()),
                    station,
                    set,
                }
            })
            .collect();
        DeviceSettings { device: device.id.clone(), settings }
    }
}

impl Devices {
    /// What the device file says of a device.
    fn entry_of(&self, device: &DeviceInfo) -> Option<&DeviceConfig> {
        let of_class = self.parts.iter().filter(|(HostKey { class, .. }, _)| *class == device.class);
        let mut entries = of_class.flat_map(|(_, entries)| entries);
        entries.find(|entry| DeviceId::new(&entry.driver, &entry.path) == device.id)
    }
}

fn automatic() -> SettingValue {
    SettingValue::Text(AUTOMATIC.to_owned())
}

fn controls_of(device: &DeviceInfo) -> &[CameraControl] {
    match &device.capabilities {
        Capabilities::Camera { controls, .. } => controls,
        _ => &[],
    }
}

fn key_of(kind: ControlKind) -> String {
    let name = json!(kind);
    format!("{CONTROL}{}", name.as_str().unwrap_or_default())
}

/// A camera's control as a setting.
fn kind_of(control: &CameraControl) -> SettingKind {
    if control.values.is_empty() {
        let unit = unit_of(control.kind).to_owned();
        let (least, most, step) = (control.least, control.most, control.step.max(1));
        return SettingKind::Number { least, most, step, unit, automatic: control.automatic };
    }
    let choice = |value: &i32| SettingChoice {
        value: SettingValue::Number(*value),
        name: value_words(control.kind, *value),
    };
    let own = control.automatic.then(|| SettingChoice { value: automatic(), name: "自动".to_owned() });
    SettingKind::Choice { choices: own.into_iter().chain(control.values.iter().map(choice)).collect() }
}

/// A setting without what this device does not offer.
fn offered(kind: &SettingKind, device: &DeviceInfo) -> SettingKind {
    let (SettingKind::Choice { choices }, Capabilities::Scanner { modes, .. }) = (kind, &device.capabilities)
    else {
        return kind.clone();
    };
    // Only colours are told by scanners; words that are none of them are other settings' choices.
    let mode = |choice: &SettingChoice| serde_json::from_value::<ColourMode>(json!(choice.value)).ok();
    let has = |choice: &&SettingChoice| mode(choice).is_none_or(|mode| modes.contains(&mode));
    SettingKind::Choice { choices: choices.iter().filter(has).cloned().collect() }
}

/// Whether a value is one that the setting can have.
fn fits(kind: &SettingKind, value: &SettingValue) -> bool {
    match (kind, value) {
        (SettingKind::Flag, SettingValue::Flag(_)) => true,
        (SettingKind::Number { least, most, step, .. }, SettingValue::Number(number)) => {
            (*least..=*most).contains(number)
                && (i64::from(*number) - i64::from(*least)) % i64::from(*step) == 0
        }
        (SettingKind::Number { automatic, .. }, SettingValue::Text(text)) => *automatic && text == AUTOMATIC,
        (SettingKind::Choice { choices }, value) => choices.iter().any(|choice| choice.value == *value),
        _ => false,
    }
}

/// What the officer calls a control, and what he reads below it.
fn words_of(kind: ControlKind) -> (&'static str, &'static str) {
    match kind {
        ControlKind::Exposure => ("曝光时间", "画面太暗加长，太亮缩短。"),
        ControlKind::WhiteBalance => ("白平衡", "白纸拍出来发黄调低，发蓝调高。"),
        ControlKind::Focus => ("对焦", "材料放平后调到字最清楚。"),
        ControlKind::Zoom => ("放大", "拍不全缩小，字太小放大。"),
        ControlKind::Brightness => ("亮度", "先调曝光，再调亮度。"),
        ControlKind::Aperture => ("光圈", "数字越大，前后清楚的范围越深，进光越少。"),
        ControlKind::Shutter => ("快门", "人像用 1/60 秒或更快。"),
        ControlKind::Iso => ("感光度", "尽量低；光不够先加灯。"),
    }
}

/// In what a control counts.
fn unit_of(kind: ControlKind) -> &'static str {
    match kind {
        ControlKind::Exposure => "×0.1 毫秒",
        ControlKind::WhiteBalance => "K",
        _ => "",
    }
}

/// One value of a control that has only some.
fn value_words(kind: ControlKind, value: i32) -> String {
    match kind {
        ControlKind::Aperture => format!("f/{}.{}", value / 10, value % 10),
        ControlKind::Shutter if value > 0 && value < 500_000 => {
            format!("1/{} 秒", (1_000_000 + value / 2) / value)
        }
        ControlKind::Shutter => format!("{}.{} 秒", value / 1_000_000, value / 100_000 % 10),
        ControlKind::Iso => format!("ISO {value}"),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Vec<Offer> {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets");
        Adjusting::read(&assets, PathBuf::from("/nowhere/settings.json")).unwrap().offers
    }

    #[test]
    fn what_the_station_has_is_a_value_that_the_page_offers() {
        for offer in catalogue() {
            assert!(fits(&offer.kind, &offer.station), "{} of {:?}", offer.key, offer.drivers);
            assert!(!offer.name.is_empty() && !offer.note.is_empty() && !offer.drivers.is_empty());
        }
    }

    #[test]
    fn a_value_outside_of_what_is_offered_is_none() {
        let (least, most, step) = (10, 50, 5);
        let number = SettingKind::Number { least, most, step, unit: String::new(), automatic: false };
        let of = SettingValue::Number;
        assert!([10, 15, 50].into_iter().all(|value| fits(&number, &of(value))));
        assert!([9, 11, 51, i32::MIN, i32::MAX].into_iter().all(|value| !fits(&number, &of(value))));
        assert!(!fits(&number, &automatic()) && !fits(&number, &SettingValue::Flag(true)));
        let number = SettingKind::Number { least, most, step, unit: String::new(), automatic: true };
        assert!(fits(&number, &automatic()) && !fits(&number, &SettingValue::Text("manual".to_owned())));
        assert!(fits(&SettingKind::Flag, &SettingValue::Flag(false)) && !fits(&SettingKind::Flag, &of(1)));
    }

    #[test]
    fn a_shutter_is_read_as_photographers_write_it() {
        let shutter = |value| value_words(ControlKind::Shutter, value);
        assert_eq!([shutter(16_667), shutter(8_000), shutter(1_300_000)], ["1/60 秒", "1/125 秒", "1.3 秒"]);
        assert_eq!(value_words(ControlKind::Aperture, 56), "f/5.6");
    }

    #[test]
    fn a_driver_is_told_only_what_its_catalogue_knows() {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.json");
        let lines = json!([{ "device": "espeak:espeak-ng", "class": "speaker",
            "values": { "rate": 120, "amplitude": 999, "no_longer_known": 1, "control.zoom": 3 } },
            { "device": "sane:pixma", "class": "scanner", "values": { "scan_mode": "gray" } }]);
        std::fs::write(&file, lines.to_string()).unwrap();
        let adjusting = Adjusting::read(&assets, file.clone()).unwrap();
        let told = json!(adjusting.of_class(DeviceClass::Speaker));
        assert_eq!(told, json!({ "espeak:espeak-ng": { "rate": 120, "controls": { "zoom": 3 } } }));
        // What the program heeds itself is not the driver's.
        assert_eq!(json!(adjusting.of_class(DeviceClass::Scanner)), json!({ "sane:pixma": {} }));
        std::fs::write(&file, "{ torn").unwrap();
        assert!(Adjusting::read(&assets, file).unwrap().of_class(DeviceClass::Speaker).is_empty());
    }
}
