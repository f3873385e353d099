//! A counter with one host: its folder, its configuration, its client.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use driver_contract::{
    Accessibility, DeviceClass, DeviceEvent, DeviceId, Fault, FaultCode, HostClient, HostLog, HostNotice,
    HostOptions, HostState, Outcome, Running, Task, TaskNews,
};
use rustix::process::Pid;
use serde_json::{Value, json};
use virtual_devices::samv::VirtualCard;

/// Long enough for anything on a busy machine; nothing waits for it unless something is broken.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// An account that may open nothing of ours: nobody.
const NOBODY: u32 = 65_534;

/// One host process with one configured device.
pub(crate) struct Post {
    /// Everything of this post; goes with it.
    pub(crate) folder: tempfile::TempDir,
    options: HostOptions,
    client: Option<HostClient>,
    /// The configured device.
    pub(crate) device: DeviceId,
}

impl Post {
    /// A host that serves `entry`, the device's entry in the configuration.
    pub(crate) fn new(class: DeviceClass, folder: tempfile::TempDir, entry: &Value) -> Self {
        Self::with_others(class, folder, entry, &[])
    }

    /// A host that serves other devices too.
    pub(crate) fn with_others(
        class: DeviceClass,
        folder: tempfile::TempDir,
        entry: &Value,
        others: &[Value],
    ) -> Self {
        let config = folder.path().join("devices.json");
        let devices: Vec<&Value> = std::iter::once(entry).chain(others).collect();
        std::fs::write(&config, json!({ "devices": devices }).to_string()).unwrap();
        let device = DeviceId::new(entry["driver"].as_str().unwrap(), entry["path"].as_str().unwrap());
        let program = PathBuf::from(env!("CARGO_BIN_EXE_device-host"));
        let mut options = HostOptions::new(program, class, "柜台一", config, folder.path().join("locks"));
        options.log = HostLog::Discard;
        Self { folder, options, client: None, device }
    }

    /// Lets the device be recorded: `record` of its entry. Before the host's first use.
    pub(crate) fn record(&mut self, record: &Value) {
        let config = self.folder.path().join("devices.json");
        let mut written: Value = serde_json::from_slice(&std::fs::read(&config).unwrap()).unwrap();
        written["devices"][0]["record"] = record.clone();
        std::fs::write(config, written.to_string()).unwrap();
    }

    /// How the host is started.
    pub(crate) const fn options(&self) -> &HostOptions {
        &self.options
    }

    /// Changes how the host is started, before its first use.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut HostOptions)) -> Self {
        change(&mut self.options);
        self
    }

    /// Lets the host run under an account that may not open the device file. As anybody but root it is enough to
    /// take the file's rights away.
    pub(crate) fn without_rights_on(self, device_file: &Path) -> Self {
        let set = |path: &Path, mode: u32| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        set(&std::fs::canonicalize(device_file).unwrap(), 0o600);
        if !rustix::process::getuid().is_root() {
            set(&std::fs::canonicalize(device_file).unwrap(), 0o000);
            return self;
        }
        let script = self.folder.path().join("as-nobody");
        let program = self.options.program.display();
        let text = format!(
            "#!/bin/sh\nexec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups {program} \"$@\"\n"
        );
        std::fs::write(&script, text).unwrap();
        set(&script, 0o755);
        set(self.folder.path(), 0o777);
        self.with(|options| options.program = script)
    }

    /// Lets the host run with these variables in its environment.
    pub(crate) fn with_environment(self, variables: &[(&str, &str)]) -> Self {
        let script = self.folder.path().join("with-environment");
        let program = self.options.program.display();
        let set: Vec<String> = variables.iter().map(|(name, value)| format!("{name}='{value}'")).collect();
        std::fs::write(&script, format!("#!/bin/sh\nexec env {} {program} \"$@\"\n", set.join(" "))).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        self.with(|options| options.program = script)
    }

    /// The terminal's end, started at the first call.
    pub(crate) fn client(&mut self) -> &HostClient {
        let options = &self.options;
        self.client.get_or_insert_with(|| {
            let client = HostClient::start(options.clone(), |_| ()).unwrap();
            assert!(client.wait_until_running(LONG), "{:?}", client.state());
            client
        })
    }

    /// The terminal's end, which hears what comes unasked; to be called before anything else is asked.
    pub(crate) fn listen(&mut self, notices: impl Fn(HostNotice) + Send + Sync + 'static) -> &HostClient {
        let client = HostClient::start(self.options.clone(), notices).unwrap();
        assert!(client.wait_until_running(LONG), "{:?}", client.state());
        self.client.insert(client)
    }

    /// A second window of the same PC.
    pub(crate) fn other_window(&self) -> HostClient {
        let mut options = self.options.clone();
        options.profile = "所长室".to_owned();
        let client = HostClient::start(options, |_| ()).unwrap();
        assert!(client.wait_until_running(LONG));
        client
    }

    pub(crate) fn run(&mut self, task: Task, limit: Duration) -> Result<Outcome, Fault> {
        let device = self.device.clone();
        self.client().begin(&device, task, limit)?.finish(drop)
    }

    /// Runs a task that must end in this fault, told in words.
    pub(crate) fn fails(&mut self, task: Task, limit: Duration, code: FaultCode) -> Fault {
        let fault = self.run(task, limit).expect_err("a fault was injected");
        assert_eq!(fault.code, code, "{fault:?}");
        told(&fault);
        fault
    }

    /// Begins a task, has `meddle` do something once the device works at it, and gives the fault of its end.
    pub(crate) fn fails_when(
        &mut self,
        task: Task,
        code: FaultCode,
        meddle: impl FnOnce(&Running, Pid),
    ) -> Fault {
        let pid = self.pid();
        let device = self.device.clone();
        let mut running = self.client().begin(&device, task, LONG).unwrap();
        assert_eq!(running.next(LONG), Some(TaskNews::Event(DeviceEvent::Started)));
        meddle(&running, pid);
        let fault = running.finish(drop).expect_err("a fault was injected");
        assert_eq!(fault.code, code, "{fault:?}");
        told(&fault);
        fault
    }

    /// How the device is listed now.
    pub(crate) fn listed(&mut self) -> Accessibility {
        let device = self.device.clone();
        let devices = self.client().list(LONG).unwrap();
        devices.into_iter().find(|info| info.id == device).unwrap().accessibility
    }

    /// The living host's process.
    pub(crate) fn pid(&mut self) -> Pid {
        self.state_pid().expect("the host runs")
    }

    /// The host's process, if it runs.
    pub(crate) fn state_pid(&mut self) -> Option<Pid> {
        match self.client().state() {
            HostState::Running { pid } => Pid::from_raw(i32::try_from(pid).unwrap()),
            _ => None,
        }
    }
}

/// A card of a demo person.
pub(crate) fn demo_card() -> VirtualCard {
    serde_json::from_value(json!({
        "name": "演示𠮷", "sex_code": "1", "ethnic_group_code": "01", "birth_date": "1990-01-01",
        "address": "演示省江城市", "number": "999901199001010010", "issuing_office": "江城市公安局",
        "valid_from": "2015-01-01", "valid_until": "2035-01-01"
    }))
    .unwrap()
}

/// A fault as the officer reads it: a sentence, a cure, somebody who can do it; nothing of anybody's card.
pub(crate) fn told(fault: &Fault) {
    assert!(fault.sentence().ends_with('。') && !fault.sentence().contains(['{', '}']), "{fault:?}");
    assert!(fault.cure().ends_with('。') && !fault.cure().contains(['{', '}']), "{fault:?}");
    assert!(!fault.detail.contains("999901"), "a number in the detail: {fault:?}");
}
