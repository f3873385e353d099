//! Queue callers: a sign on a serial line, and the queue's server.

use std::time::Duration;

use driver_contract::{Accessibility, CallParameters, DeviceClass, Fault, FaultCode, Outcome, Task};
use rustix::process::{Signal, kill_process};
use serde_json::json;
use virtual_devices::caller::{QueueServer, ServerFault, SignFault, VirtualSign};

use crate::post::{LONG, Post};

const SOON: Duration = Duration::from_secs(20);

fn call(ticket: &str) -> Task {
    Task::Call(CallParameters { ticket: ticket.into(), window: "三号窗口".into(), again: false })
}

struct Sign {
    sign: VirtualSign,
    post: Post,
}

impl Sign {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sign");
        let sign = VirtualSign::start(&path).unwrap();
        let entry = json!({ "driver": "caller-frames", "path": path.to_str().unwrap(), "name": "演示叫号屏",
            "attestation": "virtual", "settings": { "model": "caller-sign" } });
        Self { sign, post: Post::new(DeviceClass::QueueCaller, folder, &entry) }
    }

    fn shows(fault: SignFault, code: FaultCode) {
        let mut counter = Self::new();
        counter.sign.set_fault(fault);
        counter.post.fails(call("A023"), SOON, code);
        counter.calls_again();
    }

    /// The terminal is usable: whole again, the sign shows a call.
    fn calls_again(&mut self) {
        self.sign.set_fault(SignFault::None);
        let before = self.sign.shown().len();
        assert_eq!(self.post.run(call("B007"), LONG), Ok(Outcome::Announced));
        let shown = self.sign.shown();
        assert_eq!((shown.len(), shown[before].ticket.as_slice()), (before + 1, b"B007    ".as_slice()));
    }
}

struct Server {
    server: Option<QueueServer>,
    port: u16,
    post: Post,
}

impl Server {
    fn new() -> Self {
        let server = QueueServer::start(None).unwrap();
        let port = server.address().port();
        let entry = json!({ "driver": "caller-http", "path": format!("http://127.0.0.1:{port}/call"),
            "attestation": "virtual", "settings": { "answer_ms": 2000,
            "fields": { "ticket": "number" }, "also": { "hall": "999901" },
            "accepted": { "pointer": "/code", "equals": 0 }, "busy": { "pointer": "/code", "equals": 9 } } });
        let post = Post::new(DeviceClass::QueueCaller, tempfile::tempdir().unwrap(), &entry);
        Self { server: Some(server), port, post }
    }

    fn shows(fault: ServerFault, code: FaultCode) -> Fault {
        let mut counter = Self::new();
        counter.server.as_ref().unwrap().set_fault(fault);
        let fault = counter.post.fails(call("A023"), SOON, code);
        counter.calls_again();
        fault
    }

    fn calls_again(&mut self) {
        let server = self.server.as_ref().unwrap();
        server.set_fault(ServerFault::None);
        assert_eq!(self.post.run(call("B007"), LONG), Ok(Outcome::Announced));
        let wanted = json!({ "number": "B007", "window": "三号窗口", "again": false, "hall": "999901" });
        assert_eq!(server.calls().last(), Some(&wanted));
    }
}

/// One use of the device by a host that `prepare` has set up: for the recordings.
pub(crate) fn used(prepare: fn(&mut Post)) -> Post {
    let mut counter = Sign::new();
    prepare(&mut counter.post);
    counter.calls_again();
    counter.post
}

#[test]
fn absent() {
    let mut counter = Sign::new();
    counter.sign.unplug();
    assert_eq!(counter.post.listed(), Accessibility::Absent);
    counter.post.fails(call("A023"), SOON, FaultCode::NotFound);
    counter.sign.plug().unwrap();
    counter.calls_again();
}

#[test]
fn server_absent() {
    let mut counter = Server::new();
    counter.server = None;
    counter.post.fails(call("A023"), SOON, FaultCode::NotFound);
    counter.server = Some(QueueServer::start(Some(counter.port)).unwrap());
    counter.calls_again();
}

#[test]
fn denied() {
    let Sign { sign, post } = Sign::new();
    let node = post.folder.path().join("sign");
    let mut post = post.without_rights_on(&node);
    assert_eq!(post.listed(), Accessibility::PermissionDenied);
    post.fails(call("A023"), SOON, FaultCode::PermissionDenied);
    drop(sign);
}

#[test]
fn denied_by_the_server() {
    Server::shows(ServerFault::Status(403), FaultCode::PermissionDenied);
}

#[test]
fn busy_at_the_other_window() {
    let mut counter = Sign::new();
    let other = counter.post.other_window();
    other.open(&counter.post.device, LONG).unwrap();
    let fault = counter.post.fails(call("A023"), SOON, FaultCode::Busy);
    assert_eq!(fault.held_by.as_deref(), Some("所长室"));
    other.close(&counter.post.device, LONG).unwrap();
    counter.calls_again();
}

#[test]
fn busy_with_another_call() {
    Sign::shows(SignFault::Busy(100), FaultCode::Busy);
    Server::shows(ServerFault::Busy, FaultCode::Busy);
}

#[test]
fn busy_for_a_moment() {
    // No fault at all: the driver asks once more.
    let mut counter = Sign::new();
    counter.sign.set_fault(SignFault::Busy(2));
    assert_eq!(counter.post.run(call("A023"), LONG), Ok(Outcome::Announced));
    assert_eq!(counter.sign.shown().len(), 1, "shown once");
    counter.calls_again();
}

#[test]
fn unplugged_while_idle() {
    let mut counter = Sign::new();
    let device = counter.post.device.clone();
    counter.post.client().open(&device, LONG).unwrap();
    counter.sign.unplug();
    counter.post.fails(call("A023"), SOON, FaultCode::Unplugged);
    counter.sign.plug().unwrap();
    counter.calls_again();
}

#[test]
fn unplugged_in_mid_call() {
    let mut counter = Sign::new();
    counter.sign.set_fault(SignFault::Mute);
    let device = counter.post.device.clone();
    let running = counter.post.client().begin(&device, call("A023"), LONG).unwrap();
    while counter.sign.shown().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    counter.sign.unplug();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::Unplugged);
    counter.sign.plug().unwrap();
    counter.calls_again();
}

#[test]
fn not_confirmed() {
    Sign::shows(SignFault::Mute, FaultCode::CallNotConfirmed);
}

#[test]
fn server_hangs() {
    Server::shows(ServerFault::Silent, FaultCode::CallNotConfirmed);
}

#[test]
fn server_fails() {
    Server::shows(ServerFault::Status(500), FaultCode::CallNotConfirmed);
}

#[test]
fn host_killed_in_mid_call() {
    let mut counter = Sign::new();
    counter.sign.set_fault(SignFault::Mute);
    let device = counter.post.device.clone();
    let pid = counter.post.pid();
    let running = counter.post.client().begin(&device, call("A023"), LONG).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::HostCrashed);
    counter.calls_again();
}

#[test]
fn garbage() {
    Sign::shows(SignFault::Garbage, FaultCode::ProtocolGarbage);
    Server::shows(ServerFault::NoJson, FaultCode::ProtocolGarbage);
}

#[test]
fn no_http() {
    Server::shows(ServerFault::NoHttp, FaultCode::ProtocolGarbage);
}

#[test]
fn sent_elsewhere() {
    Server::shows(ServerFault::Status(302), FaultCode::ProtocolGarbage);
}

#[test]
fn wrong_check_value() {
    Sign::shows(SignFault::Check, FaultCode::LineChecksum);
}

#[test]
fn truncated() {
    Sign::shows(SignFault::Short, FaultCode::WrongLength);
    Server::shows(ServerFault::Short, FaultCode::CallNotConfirmed);
}

#[test]
fn endless_answer() {
    Server::shows(ServerFault::Endless, FaultCode::WrongLength);
}

#[test]
fn answer_to_another_call() {
    Sign::shows(SignFault::Stale, FaultCode::CallNotConfirmed);
}

#[test]
fn refused() {
    Sign::shows(SignFault::Refuse(3), FaultCode::CallRefused);
    Server::shows(ServerFault::Refuse, FaultCode::CallRefused);
}

#[test]
fn ticket_that_does_not_fit() {
    let mut counter = Sign::new();
    counter.post.fails(call("A0230230230"), SOON, FaultCode::BadParameters);
    counter.post.fails(call(" "), SOON, FaultCode::BadParameters);
    assert!(counter.sign.shown().is_empty(), "half a number is another number");
    counter.calls_again();
}

#[test]
fn cancelled() {
    let mut counter = Server::new();
    counter.server.as_ref().unwrap().set_fault(ServerFault::Silent);
    let device = counter.post.device.clone();
    let running = counter.post.client().begin(&device, call("A023"), LONG).unwrap();
    running.cancel();
    assert_eq!(running.finish(drop).unwrap_err().code, FaultCode::Cancelled);
    counter.calls_again();
}
