//! The process that dies: a terminal with somebody at its counter.

use crate::clerk::{Clerk, Parents};
use crate::counter::Counter;
use crate::station::{programs, root};
use crate::words::{Line, now, say};
use std::path::{Path, PathBuf};
use std::time::Duration;
use terminal::{Settings, Terminal};

/// The window that works.
pub const WINDOW: &str = "柜台一";
/// Who works.
pub const OFFICER: &str = "F0001";

/// How a child is told what to do.
pub const FOLDER: &str = "KILL_FOLDER";
/// After how many operations on the disk the power goes, and what is lost then: `operations,seed`.
pub const CUT: &str = "KILL_CUT";
/// At which point between two steps it ends, and at which pass of it: `name,passes`. With [`CUT`] the power goes there.
pub const POINT: &str = "KILL_POINT";
/// Identity numbers of the people at the counter.
pub const MOTHER: &str = "KILL_MOTHER";
pub const FATHER: &str = "KILL_FATHER";
/// `finish`: bring every case to its receipt, wait for the server, end.
pub const TASK: &str = "KILL_TASK";

/// The child's work; does nothing unless it was started as one.
#[test]
#[ignore = "the child process of the others"]
fn process() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    if let Ok(cut) = std::env::var(CUT) {
        let (operations, seed) = cut.split_once(',').unwrap();
        powercut::register_as_default();
        assert!(store::blob_file::put_under_all(&powercut::CutFiles));
        powercut::cut_after(operations.parse().unwrap(), seed.parse().unwrap());
    }
    if let Ok(point) = std::env::var(POINT) {
        let (name, passes) = point.split_once(',').unwrap();
        let end: fn() = if std::env::var_os(CUT).is_some() { cut_here } else { || std::process::abort() };
        assert!(store::failpoint::POINTS.contains(&name), "no point {name}");
        assert!(store::failpoint::arm(name, passes.parse().unwrap(), end));
    }
    std::thread::spawn(|| {
        loop {
            say(&Line::Alive { at: now() });
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let terminal = Terminal::open(settings(&folder), runtime.handle().clone()).unwrap();
    let number = |name: &str| std::env::var(name).unwrap();
    let parents = Parents { mother: number(MOTHER), father: number(FATHER) };
    let clerk = Clerk::new(Counter::new(terminal), parents, say);
    clerk.begin(OFFICER);
    if std::env::var(TASK).is_ok_and(|task| task == "finish") {
        clerk.finish();
        say(&Line::Finished);
    } else {
        clerk.work();
    }
}

/// The power goes at the next operation on the disk; nobody knows of it before.
fn cut_here() {
    let cut = std::env::var(CUT).unwrap();
    let (_, seed) = cut.split_once(',').unwrap();
    powercut::cut_after(1, seed.parse().unwrap());
}

/// As the station opens its terminal.
fn settings(folder: &Path) -> Settings {
    Settings {
        profile: WINDOW.to_owned(),
        data: folder.join(WINDOW),
        runtime: folder.join("locks"),
        assets: root().join("assets"),
        server: None,
        devices: folder.join(format!("{WINDOW}.json")),
        programs: programs(),
        demo: true,
    }
}
