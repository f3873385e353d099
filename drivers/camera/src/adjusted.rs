//! A camera with what its configuration sets: exposure, white balance, focus and the like, at every preview and shot.

use driver_contract::{
    CameraControl, Capabilities, ControlKind, ControlSetting, DeviceConfig, DeviceInfo, Fault, FaultCode,
    OpenDevice, Outcome, Task, TaskContext,
};
use serde_json::Value;

/// The word for what the camera chooses by itself.
const AUTOMATIC: &str = "auto";

/// Puts what `settings.controls` says, `{"focus": 40, "exposure": "auto"}`, before what a task itself sets.
///
/// What the camera does not have, or not with this value, is left out with a word in the log: another camera on the same
/// port must not be unusable for what was set at the one before.
///
/// # Errors
/// [`FaultCode::BadConfiguration`]: no such map.
pub(crate) fn adjusted(
    device: Box<dyn OpenDevice>,
    entry: Option<&DeviceConfig>,
) -> Result<Box<dyn OpenDevice>, Fault> {
    let Some(written) = entry.and_then(|entry| entry.settings.get("controls")) else { return Ok(device) };
    let unusable = |detail: String| {
        let info = device.info();
        Fault::new(FaultCode::BadConfiguration, info.class).at(&info.id).with_detail(detail)
    };
    let map = written.as_object().ok_or_else(|| unusable("settings.controls is not a map".to_owned()))?;
    let mut settings = Vec::new();
    for (name, value) in map {
        let kind: ControlKind = serde_json::from_value(Value::String(name.clone()))
            .map_err(|_| unusable(format!("settings.controls.{name} is not known")))?;
        let value = match value {
            Value::String(word) if word == AUTOMATIC => None,
            value => Some(
                value
                    .as_i64()
                    .and_then(|number| i32::try_from(number).ok())
                    .ok_or_else(|| unusable(format!("settings.controls.{name} is no number and not auto")))?,
            ),
        };
        if offered(device.info(), kind, value) {
            settings.push(ControlSetting { kind, value });
        } else {
            tracing::warn!(control = name, "the camera does not have what is set for it");
        }
    }
    if settings.is_empty() {
        return Ok(device);
    }
    Ok(Box::new(Adjusted { device, settings }))
}

fn offered(info: &DeviceInfo, kind: ControlKind, value: Option<i32>) -> bool {
    let Capabilities::Camera { controls, .. } = &info.capabilities else { return false };
    let has = |control: &CameraControl| match value {
        None => control.automatic,
        Some(value) if control.values.is_empty() => (control.least..=control.most).contains(&value),
        Some(value) => control.values.contains(&value),
    };
    controls.iter().any(|control| control.kind == kind && has(control))
}

struct Adjusted {
    device: Box<dyn OpenDevice>,
    settings: Vec<ControlSetting>,
}

impl Adjusted {
    /// Ours first: what the task wishes for the same control comes after it and holds.
    fn before(&self, wished: &[ControlSetting]) -> Vec<ControlSetting> {
        let other = |own: &&ControlSetting| wished.iter().all(|wish| wish.kind != own.kind);
        self.settings.iter().filter(other).chain(wished).copied().collect()
    }
}

impl OpenDevice for Adjusted {
    fn info(&self) -> &DeviceInfo {
        self.device.info()
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let mut task = task.clone();
        match &mut task {
            Task::Preview(wanted) => wanted.settings = self.before(&wanted.settings),
            Task::TakePhoto(wanted) => wanted.settings = self.before(&wanted.settings),
            _ => {}
        }
        self.device.run(&task, context)
    }

    fn is_alive(&self) -> bool {
        self.device.is_alive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use driver_contract::{
        Accessibility, Attestation, Connection, DeviceClass, DeviceId, DeviceModel, PhotoParameters, Region,
    };
    use serde_json::json;

    use super::*;

    /// A camera that writes down what it was asked for.
    struct Witness {
        info: DeviceInfo,
        asked: Arc<Mutex<Vec<Task>>>,
    }

    impl OpenDevice for Witness {
        fn info(&self) -> &DeviceInfo {
            &self.info
        }

        fn run(&mut self, task: &Task, _: &mut dyn TaskContext) -> Result<Outcome, Fault> {
            self.asked.lock().unwrap().push(task.clone());
            Ok(Outcome::Stopped)
        }
    }

    struct Nobody;

    impl TaskContext for Nobody {
        fn cancelled(&self) -> bool {
            false
        }
        fn should_yield(&self) -> bool {
            false
        }
        fn remaining(&self) -> std::time::Duration {
            std::time::Duration::ZERO
        }
        fn emit(&mut self, _: driver_contract::DeviceEvent) {}
        fn told(&mut self) -> Option<driver_contract::Word> {
            None
        }
        fn provenance(&mut self, _: &[u8]) -> driver_contract::Provenance {
            unreachable!("no capture")
        }
        fn page(
            &mut self,
            _: &driver_contract::PageHeader,
            _: &[u8],
        ) -> Result<driver_contract::Provenance, Fault> {
            unreachable!("no page")
        }
        fn picture(
            &mut self,
            _: &driver_contract::PictureHeader,
            _: &[u8],
        ) -> Result<driver_contract::Provenance, Fault> {
            unreachable!("no picture")
        }
        fn frame(&mut self, _: &driver_contract::PictureHeader, _: &[u8]) -> bool {
            false
        }
        fn document(&mut self, _: Region) -> Result<Vec<u8>, Fault> {
            unreachable!("no document")
        }
    }

    fn control(kind: ControlKind, automatic: bool, values: &[i32]) -> CameraControl {
        CameraControl { kind, least: 1, most: 100, step: 1, values: values.to_vec(), value: 50, automatic }
    }

    /// What a shot of the camera sets, when the configuration and the task say this.
    fn set(controls: Value, wished: &[ControlSetting]) -> Result<Vec<ControlSetting>, FaultCode> {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let info = DeviceInfo {
            id: DeviceId::new("witness", "1"),
            class: DeviceClass::Camera,
            name: String::new(),
            maker: String::new(),
            connection: Connection::System { name: String::new() },
            accessibility: Accessibility::Accessible,
            attestation: Attestation::Virtual,
            capabilities: Capabilities::Camera {
                sizes: Vec::new(),
                controls: vec![
                    control(ControlKind::Focus, true, &[]),
                    control(ControlKind::Zoom, false, &[]),
                    control(ControlKind::Iso, false, &[100, 400]),
                ],
                preview: true,
            },
            model: DeviceModel::default(),
        };
        let mut entry = DeviceConfig {
            driver: "witness".to_owned(),
            path: "1".to_owned(),
            name: None,
            maker: None,
            attestation: Attestation::Virtual,
            record: None,
            settings: serde_json::Map::new(),
        };
        entry.settings.insert("controls".to_owned(), controls);
        let witness = Witness { info, asked: Arc::clone(&asked) };
        let mut device = adjusted(Box::new(witness), Some(&entry)).map_err(|fault| fault.code)?;
        let shot = PhotoParameters { size: None, settings: wished.to_vec() };
        device.run(&Task::TakePhoto(shot), &mut Nobody).unwrap();
        let asked = asked.lock().unwrap();
        let [Task::TakePhoto(shot)] = asked.as_slice() else { panic!("one shot") };
        Ok(shot.settings.clone())
    }

    fn to(kind: ControlKind, value: Option<i32>) -> ControlSetting {
        ControlSetting { kind, value }
    }

    #[test]
    fn what_is_set_goes_before_what_the_task_wishes_and_gives_way_to_it() {
        let (focus, zoom, iso) = (ControlKind::Focus, ControlKind::Zoom, ControlKind::Iso);
        let ours = json!({ "focus": "auto", "zoom": 7, "iso": 400 });
        let mut all = set(ours.clone(), &[]).unwrap();
        all.sort_by_key(|one| one.kind);
        assert_eq!(all, [to(focus, None), to(zoom, Some(7)), to(iso, Some(400))]);
        let with_wish = set(ours, &[to(iso, Some(100))]).unwrap();
        assert_eq!(with_wish.last(), Some(&to(iso, Some(100))));
        assert_eq!(with_wish.iter().filter(|one| one.kind == iso).count(), 1);
    }

    #[test]
    fn what_this_camera_does_not_have_is_left_out_and_nonsense_is_refused() {
        let other = json!({ "zoom": "auto", "focus": 101, "iso": 200, "aperture": 56 });
        assert_eq!(set(other, &[]), Ok(Vec::new()));
        for nonsense in
            [json!([1]), json!({ "zoom": 1.5 }), json!({ "zoom": "far" }), json!({ "sharpness": 1 })]
        {
            assert_eq!(set(nonsense, &[]), Err(FaultCode::BadConfiguration));
        }
    }
}
