//! The worker as a process: started on demand, restarted, ended; nothing left behind.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use paper::{
    Cancellation, FromWorker, PROTOCOL_VERSION, PaperError, PaperWorker, ToWorker, WorkerSettings,
    read_frame, write_frame,
};
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::{make, order, sample, settings};

fn signal(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal).unwrap();
}

/// Waits for something that happens soon; the bound only ends a hang.
fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what} did not happen");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process is there and no zombie.
fn lives(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
    })
}

#[test]
fn starts_on_demand_and_again_after_a_kill() {
    let worker = PaperWorker::new(settings());
    assert_eq!(worker.pid(), None);
    let first_paper = make(&worker, "receipt", sample("receipt")).unwrap();
    let first = worker.pid().unwrap();
    signal(first, Signal::KILL);
    until("the kill", || !lives(first));
    let again = make(&worker, "receipt", sample("receipt")).unwrap();
    assert_ne!(worker.pid(), Some(first));
    assert!(first_paper.pdf == again.pdf);
    let second = worker.pid().unwrap();
    drop(worker);
    until("the end of the worker with its client", || !lives(second));
}

#[test]
fn a_kill_during_an_order_is_survived() {
    let worker = Arc::new(PaperWorker::new(settings()));
    let order = order(&worker, "receipt", sample("receipt"));
    let first = worker.pid().unwrap();
    signal(first, Signal::STOP);
    let waiting = {
        let worker = Arc::clone(&worker);
        thread::spawn(move || worker.render(&order, &Cancellation::new()))
    };
    thread::sleep(Duration::from_millis(50));
    signal(first, Signal::KILL);
    assert!(waiting.join().unwrap().is_ok());
    assert_ne!(worker.pid(), Some(first));
}

#[test]
fn a_hanging_worker_meets_the_deadline_and_is_gone() {
    let patient = PaperWorker::new(settings());
    let order = order(&patient, "receipt", sample("receipt"));
    let worker = PaperWorker::new(WorkerSettings { deadline: Duration::from_secs(10), ..settings() });
    worker.current_print_set(&order.template, 0).unwrap();
    let hanging = worker.pid().unwrap();
    signal(hanging, Signal::STOP);
    let error = worker.render(&order, &Cancellation::new()).unwrap_err();
    assert_eq!(error, PaperError::DeadlineExceeded { milliseconds: 10_000 });
    assert!(!lives(hanging));
    assert!(worker.render(&order, &Cancellation::new()).is_ok());
}

#[test]
fn cancelling_kills_and_the_next_order_is_served() {
    let worker = Arc::new(PaperWorker::new(settings()));
    let order = order(&worker, "receipt", sample("receipt"));
    let hanging = worker.pid().unwrap();
    signal(hanging, Signal::STOP);
    let cancel = Cancellation::new();
    let waiting = {
        let (worker, order, cancel) = (Arc::clone(&worker), order.clone(), cancel.clone());
        thread::spawn(move || worker.render(&order, &cancel))
    };
    // A second order waits for its turn and is cancelled there.
    thread::sleep(Duration::from_millis(50));
    let second = Cancellation::new();
    second.cancel();
    assert_eq!(worker.render(&order, &second), Err(PaperError::Cancelled));
    cancel.cancel();
    assert_eq!(waiting.join().unwrap(), Err(PaperError::Cancelled));
    assert!(!lives(hanging));
    assert!(worker.render(&order, &Cancellation::new()).is_ok());
}

#[test]
fn an_idle_worker_ends() {
    let worker = PaperWorker::new(WorkerSettings { idle: Duration::from_millis(50), ..settings() });
    make(&worker, "receipt", sample("receipt")).unwrap();
    until("the idle end", || worker.pid().is_none());
    assert!(make(&worker, "receipt", sample("receipt")).is_ok());
}

#[test]
fn several_threads_share_one_worker() {
    let worker = Arc::new(PaperWorker::new(settings()));
    let order = Arc::new(order(&worker, "receipt", sample("receipt")));
    let made: Vec<_> = (0..4)
        .map(|_| {
            let (worker, order) = (Arc::clone(&worker), Arc::clone(&order));
            thread::spawn(move || worker.render(&order, &Cancellation::new()).unwrap().pdf)
        })
        .map(|thread| thread.join().unwrap())
        .collect();
    assert!(made.windows(2).all(|two| two[0] == two[1]));
}

#[test]
fn nothing_is_told_outside_the_pipe() {
    let worker = PaperWorker::new(settings());
    make(&worker, "receipt", sample("receipt")).unwrap();
    let pid = worker.pid().unwrap();
    let told = |what: &str| fs::read(format!("/proc/{pid}/{what}")).unwrap();
    let line = told("cmdline");
    assert_eq!(line.split(|byte| *byte == 0).filter(|part| !part.is_empty()).count(), 1, "only its own name");
    assert!(told("environ").is_empty());
    let limits = String::from_utf8(told("limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    for entry in fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten() {
        let target = fs::read_link(entry.path()).unwrap_or_default();
        let target = target.to_string_lossy();
        assert!(target.starts_with("pipe:") || target == "/dev/null", "open: {target}");
    }
}

#[test]
fn the_worker_ends_with_its_parent_and_refuses_garbage() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_paper-worker"))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut orders = child.stdin.take().unwrap();
    let mut answers = child.stdout.take().unwrap();
    let mut ask = |body: &[u8]| {
        write_frame(&mut orders, body).unwrap();
        FromWorker::from_bytes(&read_frame(&mut answers).unwrap().unwrap()).unwrap()
    };
    assert!(matches!(ask(b"\xff\xff not CBOR"), FromWorker::Failed(PaperError::WorkerGarbled)));
    let early = ToWorker::PrintSet { template: paper::TemplateId::new("receipt").unwrap(), timestamp: 0 };
    assert!(matches!(ask(&early.to_bytes().unwrap()), FromWorker::Failed(PaperError::WorkerFault { .. })));
    let other = ToWorker::Open { version: 99, templates: "x".into(), fonts: vec![] };
    let answer = ask(&other.to_bytes().unwrap());
    assert!(matches!(
        answer,
        FromWorker::Failed(PaperError::WorkerVersion { theirs: PROTOCOL_VERSION, ours: 99 })
    ));
    // What the kernel does when the parent dies: the pipe closes.
    drop(orders);
    assert!(child.wait().unwrap().success());
}
