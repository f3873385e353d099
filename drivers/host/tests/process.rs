//! The host as a process: started, killed, stopped, shared by two terminals.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use driver_contract::{
    Accessibility, CardNews, DeviceClass, DeviceId, FaultCode, HostClient, HostLog, HostNotice, HostOptions,
    HostState, Task,
};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::json;
use virtual_devices::samv::{ReaderOptions, VirtualCard, VirtualReader};

/// Long enough for anything on a busy machine; nothing waits for it unless something is broken.
const LONG: Duration = Duration::from_secs(20);

struct Counter {
    folder: tempfile::TempDir,
    reader: VirtualReader,
    device: DeviceId,
}

impl Counter {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("reader");
        let options = ReaderOptions { link: Some(link.clone()), ..ReaderOptions::default() };
        let reader = VirtualReader::start(options).unwrap();
        let path = link.to_str().unwrap();
        let config = json!({"devices": [{
            "driver": "samv-serial", "path": path, "name": "演示读卡器",
            "attestation": "virtual", "settings": {"baud": 115_200}
        }]});
        std::fs::write(folder.path().join("devices.json"), config.to_string()).unwrap();
        let device = DeviceId::new("samv-serial", path);
        Self { folder, reader, device }
    }

    fn options(&self, profile: &str) -> HostOptions {
        let mut options = HostOptions::new(
            PathBuf::from(env!("CARGO_BIN_EXE_device-host")),
            DeviceClass::IdCardReader,
            profile,
            self.folder.path().join("devices.json"),
            self.folder.path().join("locks"),
        );
        options.log = HostLog::Discard;
        options
    }

    fn terminal(&self, profile: &str) -> HostClient {
        let client = HostClient::start(self.options(profile), |_| ()).unwrap();
        assert!(client.wait_until_running(LONG));
        client
    }
}

fn demo_card() -> VirtualCard {
    serde_json::from_value(json!({
        "name": "演示𠮷", "sex_code": "1", "ethnic_group_code": "01", "birth_date": "1990-01-01",
        "address": "演示省江城市", "number": "999901199001010010", "issuing_office": "江城市公安局",
        "valid_from": "2015-01-01", "valid_until": "2035-01-01"
    }))
    .unwrap()
}

fn pid_of(client: &HostClient) -> Pid {
    match client.state() {
        HostState::Running { pid } => Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(),
        other => panic!("not running: {other:?}"),
    }
}

/// Waits until the process is gone; a process that is not ours to reap counts as gone when it is a zombie.
fn wait_until_gone(pid: Pid) {
    let end = Instant::now() + LONG;
    let stat = format!("/proc/{}/stat", pid.as_raw_pid());
    loop {
        let state = std::fs::read_to_string(&stat).ok();
        let state = state.as_deref().and_then(|text| text.rsplit_once(')')).map(|(_, rest)| rest.trim());
        if test_kill_process(pid).is_err() || state.is_none_or(|state| state.starts_with('Z')) {
            return;
        }
        assert!(Instant::now() < end, "process {pid:?} lives on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Begins to wait for a card and gives the end of it.
fn waiting_read(client: &HostClient, counter: &Counter, limit: Duration) -> driver_contract::Running {
    let task = Task::ReadCard { fingerprint: false };
    let mut running = client.begin(&counter.device, task, limit).unwrap();
    let started = running.next(LONG);
    assert_eq!(started, Some(driver_contract::TaskNews::Event(driver_contract::DeviceEvent::Started)));
    running
}

#[test]
fn lists_and_reads_through_the_host() {
    let counter = Counter::new();
    let client = counter.terminal("柜台一");
    let devices = client.list(LONG).unwrap();
    let ours = devices.iter().find(|info| info.id == counter.device).unwrap();
    assert_eq!((ours.name.as_str(), &ours.accessibility), ("演示读卡器", &Accessibility::Accessible));
    counter.reader.lay(&demo_card()).unwrap();
    let reading = client.read_card(&counter.device, false, LONG).unwrap();
    assert_eq!(reading.name, "演示𠮷");
    assert_eq!((reading.provenance.number, reading.provenance.nonce.len()), (1, 32));
    assert_eq!(reading.raw.len(), 1295);
    assert_eq!(client.check_state(&counter.device, LONG).unwrap(), vec![]);
    let unknown = DeviceId::new("samv-serial", "/dev/nothing-here");
    let fault = client.read_card(&unknown, false, LONG).unwrap_err();
    assert_eq!((fault.code, fault.device), (FaultCode::NotFound, Some(unknown)));
    let pid = pid_of(&client).as_raw_pid();
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
}

#[test]
fn a_killed_host_fails_its_requests_and_the_next_one_serves() {
    let counter = Counter::new();
    let states = Arc::new(Mutex::new(Vec::new()));
    let client = HostClient::start(counter.options("柜台一"), {
        let states = Arc::clone(&states);
        move |notice| {
            if let HostNotice::State(state) = notice {
                states.lock().unwrap().push(state);
            }
        }
    })
    .unwrap();
    assert!(client.wait_until_running(LONG));
    let mut other = counter.options("柜台一");
    other.class = DeviceClass::SignaturePad;
    let other = HostClient::start(other, |_| ()).unwrap();
    assert!(other.wait_until_running(LONG));
    let other_pid = pid_of(&other);

    let running = waiting_read(&client, &counter, LONG);
    let first = pid_of(&client);
    let killed = Instant::now();
    kill_process(first, Signal::KILL).unwrap();
    let fault = running.finish(drop).unwrap_err();
    assert_eq!(fault.code, FaultCode::HostCrashed);
    counter.reader.lay(&demo_card()).unwrap();
    // No waiting here: the call itself is patient while the host is restarted.
    assert!(client.read_card(&counter.device, false, LONG).is_ok());
    println!("from the kill to the next reading: {} ms", killed.elapsed().as_millis());
    assert_ne!(pid_of(&client), first);
    assert_eq!(pid_of(&other), other_pid, "another class did not notice");
    let states = states.lock().unwrap();
    assert!(
        matches!(
            states.as_slice(),
            [
                HostState::Running { .. },
                HostState::Restarting { attempt: 1, fault },
                HostState::Starting,
                HostState::Running { .. }
            ] if fault.code == FaultCode::HostCrashed
        ),
        "{states:?}"
    );
}

#[test]
fn a_host_that_hangs_is_killed_and_replaced() {
    let counter = Counter::new();
    let mut options = counter.options("柜台一");
    options.ping_every = Duration::from_millis(50);
    options.ping_limit = Duration::from_millis(600);
    let client = HostClient::start(options, |_| ()).unwrap();
    assert!(client.wait_until_running(LONG));
    let running = waiting_read(&client, &counter, LONG);
    let first = pid_of(&client);
    kill_process(first, Signal::STOP).unwrap();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::HostHung);
    wait_until_gone(first);
    counter.reader.lay(&demo_card()).unwrap();
    assert!(client.read_card(&counter.device, false, LONG).is_ok());
}

#[test]
fn a_host_that_lets_a_deadline_pass_is_killed() {
    let counter = Counter::new();
    let mut options = counter.options("柜台一");
    options.ping_limit = LONG;
    options.deadline_grace = Duration::from_millis(200);
    let client = HostClient::start(options, |_| ()).unwrap();
    assert!(client.wait_until_running(LONG));
    let running = waiting_read(&client, &counter, Duration::from_millis(300));
    kill_process(pid_of(&client), Signal::STOP).unwrap();
    let fault = running.finish(drop).unwrap_err();
    assert_eq!((fault.code, fault.detail.as_str()), (FaultCode::HostHung, "deadline passed"));
}

#[test]
fn two_terminals_share_a_reader_one_after_the_other() {
    let counter = Counter::new();
    let first = counter.terminal("柜台一");
    let second = counter.terminal("所长室");
    first.open(&counter.device, LONG).unwrap();
    let fault = second.read_card(&counter.device, false, LONG).unwrap_err();
    assert_eq!((fault.code, fault.held_by.as_deref()), (FaultCode::Busy, Some("柜台一")));
    assert_eq!(fault.sentence(), "读卡器正由“柜台一”使用，这里暂时不能用。");
    let devices = second.list(LONG).unwrap();
    let ours = devices.iter().find(|info| info.id == counter.device).unwrap();
    assert_eq!(ours.accessibility, Accessibility::Busy { held_by: Some("柜台一".into()) });
    first.close(&counter.device, LONG).unwrap();
    counter.reader.lay(&demo_card()).unwrap();
    assert!(second.read_card(&counter.device, false, LONG).is_ok());
    // A task without opening lets go at its end.
    counter.reader.lift();
    counter.reader.lay(&demo_card()).unwrap();
    assert!(first.read_card(&counter.device, false, LONG).is_ok());
    // A holder that is killed holds nothing.
    first.open(&counter.device, LONG).unwrap();
    kill_process(pid_of(&first), Signal::KILL).unwrap();
    counter.reader.lift();
    counter.reader.lay(&demo_card()).unwrap();
    let end = Instant::now() + LONG;
    while second.read_card(&counter.device, false, LONG).is_err() {
        assert!(Instant::now() < end);
    }
}

fn news_of(counter: &Counter, client: &HostClient) -> (driver_contract::Watch, Receiver<String>) {
    let (sender, receiver) = channel();
    let each = move |news: CardNews| {
        let word = match news {
            CardNews::Ready => "ready".to_owned(),
            CardNews::Present => "present".to_owned(),
            CardNews::Read(reading) => format!("read {} {}", reading.name, reading.provenance.number),
            CardNews::Failed(fault) => format!("failed {}", fault.code),
            CardNews::Removed => "removed".to_owned(),
            CardNews::Trouble(fault) => format!("trouble {}", fault.code),
        };
        let _ = sender.send(word);
    };
    let watch = client.watch_cards(&counter.device, Duration::from_millis(100), each).unwrap();
    (watch, receiver)
}

fn expect(receiver: &Receiver<String>, words: &[&str]) {
    for word in words {
        assert_eq!(receiver.recv_timeout(LONG).as_deref(), Ok(*word));
    }
}

#[test]
fn a_watch_survives_tasks_plugs_and_crashes() {
    let counter = Counter::new();
    let client = counter.terminal("柜台一");
    let (watch, news) = news_of(&counter, &client);
    expect(&news, &["ready"]);
    counter.reader.lay(&demo_card()).unwrap();
    expect(&news, &["present", "read 演示𠮷 1"]);
    // The watch steps aside for a reading of the card that lies there, and knows it afterwards.
    assert!(client.read_card(&counter.device, false, LONG).is_ok());
    counter.reader.lift();
    expect(&news, &["removed"]);
    counter.reader.unplug();
    expect(&news, &["trouble device.unplugged"]);
    counter.reader.plug().unwrap();
    expect(&news, &["ready"]);
    kill_process(pid_of(&client), Signal::KILL).unwrap();
    expect(&news, &["trouble device.host_crashed", "ready"]);
    counter.reader.lay(&demo_card()).unwrap();
    expect(&news, &["present", "read 演示𠮷 1"]);
    let second_watch = Task::WatchCards { interval_ms: 300 };
    let fault = client.begin(&counter.device, second_watch, LONG).unwrap().finish(drop).unwrap_err();
    assert_eq!(fault.code, FaultCode::Busy);
    drop(watch);
    assert!(news.recv_timeout(LONG).is_err(), "the watch said nothing after its end");
    counter.reader.lift();
    counter.reader.lay(&demo_card()).unwrap();
    let other = counter.terminal("所长室");
    assert!(other.read_card(&counter.device, false, LONG).is_ok());
}

#[test]
fn a_missing_program_and_a_bad_configuration_are_told() {
    let counter = Counter::new();
    let mut options = counter.options("柜台一");
    options.program = counter.folder.path().join("not-installed");
    let client = HostClient::start(options, |_| ()).unwrap();
    let fault = client.list(Duration::from_millis(300)).unwrap_err();
    assert_eq!(fault.code, FaultCode::HostUnavailable);
    assert!(fault.sentence().contains("读卡器"));

    let mut options = counter.options("柜台一");
    options.config = counter.folder.path().join("none.json");
    let client = HostClient::start(options, |_| ()).unwrap();
    // On a busy machine the first starts may be too slow to say even that they failed.
    let begun = std::time::Instant::now();
    let told = loop {
        let code = client.list(Duration::from_secs(2)).unwrap_err().code;
        if code == FaultCode::HostCrashed || begun.elapsed() > LONG {
            break code;
        }
    };
    assert_eq!(told, FaultCode::HostCrashed);
}

#[test]
fn dropping_the_client_ends_the_host() {
    let counter = Counter::new();
    let client = counter.terminal("柜台一");
    let pid = pid_of(&client);
    drop(client);
    wait_until_gone(pid);
}

/// Not a test by itself: the terminal of the next one, as a process of its own.
#[test]
#[ignore = "started by `the_host_dies_with_its_terminal`"]
fn terminal_that_will_be_killed() {
    let counter = Counter::new();
    let client = counter.terminal("柜台一");
    println!("host={}", pid_of(&client).as_raw_pid());
    std::thread::sleep(LONG);
}

#[test]
fn the_host_dies_with_its_terminal() {
    use std::io::{BufRead, BufReader};
    let mut terminal = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "terminal_that_will_be_killed", "--ignored", "--nocapture"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(terminal.stdout.take().unwrap());
    let pid = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.split_once("host=").and_then(|(_, pid)| pid.trim().parse().ok()))
        .unwrap();
    terminal.kill().unwrap();
    terminal.wait().unwrap();
    wait_until_gone(Pid::from_raw(pid).unwrap());
}
