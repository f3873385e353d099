//! A host that lies about its captures, and one of another version: the terminal admits nothing that it did not ask for.

use std::os::unix::fs::PermissionsExt;

use driver_contract::{
    DeviceClass, EvaluationParameters, FaultCode, HostClient, HostLog, HostOptions, HostState, Outcome, Task,
};
use serde_json::json;

use crate::post::{LONG, Post, told};

/// A post whose host is the script beside this file.
fn lying(lie: &str) -> Post {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("host");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/devices/lying_host.py");
    std::fs::write(&script, format!("#!/bin/sh\nLIE={lie} exec /usr/bin/python3 {source} \"$@\"\n")).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let entry = json!({ "driver": "liar", "path": "0" });
    Post::new(DeviceClass::EvaluationPad, folder, &entry).with(|options| options.program = script)
}

fn evaluate() -> Task {
    Task::Evaluate(EvaluationParameters { prompt: "请评价".to_owned() })
}

fn is_refused(lie: &str, code: FaultCode) {
    let mut post = lying(lie);
    let Ok(Outcome::Evaluated(reading)) = post.run(evaluate(), LONG) else { panic!("the first is good") };
    assert_eq!(reading.score, 5);
    told(&post.fails(evaluate(), LONG, code));
}

#[test]
fn a_capture_that_was_not_asked_for_is_refused() {
    is_refused("replayed", FaultCode::CaptureReplayed);
    is_refused("other_device", FaultCode::CaptureReplayed);
    is_refused("second", FaultCode::CaptureReplayed);
    is_refused("early", FaultCode::CaptureLate);
    is_refused("from_the_future", FaultCode::CaptureLate);
    is_refused("altered", FaultCode::CaptureAltered);
}

#[test]
fn a_host_of_another_version_is_not_spoken_with() {
    let post = lying("version");
    let mut options: HostOptions = post.options().clone();
    options.log = HostLog::Discard;
    let client = HostClient::start(options, |_| ()).unwrap();
    // It has to be started and to say hello first, which takes its time on a busy PC.
    let end = std::time::Instant::now() + LONG;
    let fault = loop {
        assert!(!client.wait_until_running(std::time::Duration::from_millis(300)));
        let fault = client.list(std::time::Duration::from_secs(1)).unwrap_err();
        if fault.code == FaultCode::HostUnavailable || std::time::Instant::now() > end {
            break fault;
        }
    };
    assert_eq!(fault.code, FaultCode::HostUnavailable, "{fault:?}");
    told(&fault);
    assert!(!matches!(client.state(), HostState::Running { .. }));
}
