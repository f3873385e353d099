//! Programs that hold personal data leave no core file and let no other process of the account look into them.

use crate::new_matter::copy;
use crate::station::{programs, root};
use serde_json::json;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// 65534 is nobody, on every Linux. Of a process of root one cannot see whether it may be looked into.
const NOBODY: u32 = 65_534;

fn own_account() -> u32 {
    std::fs::metadata("/proc/self").unwrap().uid()
}

/// An account without rights: our own, or nobody where we are root.
fn account() -> u32 {
    match own_account() {
        0 => NOBODY,
        own => own,
    }
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if own_account() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

fn children_of(process: u32) -> Vec<u32> {
    let mut children = Vec::new();
    for task in std::fs::read_dir(format!("/proc/{process}/task")).unwrap().flatten() {
        let text = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        children.extend(text.split_whitespace().map(|child| child.parse::<u32>().unwrap()));
    }
    children
}

/// Whether the kernel lets the account look into the process: what it must not is shown as root's.
fn open_to_its_account(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let runs_as = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap();
    assert_eq!(runs_as.split_whitespace().next().unwrap(), account().to_string());
    std::fs::metadata(format!("/proc/{process}/environ")).unwrap().uid() == account()
}

fn leaves_a_core(process: u32) -> bool {
    let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    core.split_whitespace().skip(4).take(2).any(|limit| limit != "0")
}

#[track_caller]
fn is_closed(what: &str, process: u32) {
    assert!(!leaves_a_core(process), "{what} may leave a core file");
    assert!(!open_to_its_account(process), "{what} may be looked into");
}

/// Runs until it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn no_program_of_the_counter_leaves_its_memory_open() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["window-agent", "device-host", "paper-worker", "window-server"] {
        std::fs::copy(programs().join(name), at(name)).unwrap();
    }
    copy(&root().join("assets"), &at("assets"));
    for name in ["data", "locks", "ui", "server"] {
        std::fs::create_dir(at(name)).unwrap();
        chown(at(name), Some(account()), None).unwrap();
    }
    for page in ["index.html", "applicant.html"] {
        std::fs::write(at("ui").join(page), "<!doctype html>").unwrap();
    }
    let scanner = json!([{ "driver": "sane", "path": "test:0", "name": "扫描仪", "attestation": "virtual" }]);
    std::fs::write(at("devices.json"), json!({ "classes": { "scanner": scanner } }).to_string()).unwrap();

    // What is not closed is seen to be open, so that the rest means something.
    let sleeper = Running(command(Path::new("/bin/sleep")).arg("60").spawn().unwrap());
    assert!(open_to_its_account(sleeper.0.id()));

    let mut agent = Running(
        command(&at("window-agent"))
            .args(["--profile", "柜台一", "--until-stdin-ends", "--data"])
            .arg(at("data"))
            .arg("--runtime")
            .arg(at("locks"))
            .arg("--assets")
            .arg(at("assets"))
            .arg("--devices")
            .arg(at("devices.json"))
            .arg("--ui")
            .arg(at("ui"))
            .spawn()
            .unwrap(),
    );
    let mut line = String::new();
    BufReader::new(agent.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("officer"), "the agent said {line}");
    let agent = agent.0.id();
    is_closed("the agent", agent);
    // The agent says its addresses before the host of the scanner stands.
    let mut children = children_of(agent);
    for _ in 0..200 {
        if !children.is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
        children = children_of(agent);
    }
    assert_eq!(children.len(), 1, "the scanner's host");
    settled("the scanner's host", children[0]);

    let server = Running(
        command(&at("window-server"))
            .args(["serve", "--listen", "127.0.0.1:0", "--exit-with-stdin", "--data"])
            .arg(at("server"))
            .arg("--assets")
            .arg(at("assets"))
            .spawn()
            .unwrap(),
    );
    settled("the server", server.0.id());

    let worker = Running(command(&at("paper-worker")).spawn().unwrap());
    settled("the paper worker", worker.0.id());
}

/// A program closes itself as its first deed, which takes a moment after its start.
#[track_caller]
fn settled(what: &str, process: u32) {
    for _ in 0..1_000 {
        if !leaves_a_core(process) && !open_to_its_account(process) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    is_closed(what, process);
}
