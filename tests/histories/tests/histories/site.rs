//! Servers for histories, each on a copy of one prepared data folder, and the register behind them. The server gets
//! nothing but what comes over its interface, and answers from nothing but its own database.

use crate::dice::Dice;
use crate::{differences, rules, world};
use axum::Router;
use axum::extract::State;
use domain::catalogue::{Catalogue, NamedText};
use domain::event::RegisterAnswer;
use domain::register::nest;
use jiff::civil::Weekday;
use serde_json::{Value, json};
use server::{Policy, RegisterSettings, Running, Settings};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// Rows of officers: letter, role, unit, how many.
const OFFICERS: [(&str, &str, &str, usize); 8] = [
    ("F", "auxiliary", STATION, 2),
    ("J", "officer", STATION, 4),
    ("S", "community_officer", STATION, 3),
    ("P", "photographer", STATION, 1),
    ("L", "head", STATION, 3),
    ("C", "county_reviewer", COUNTY, 3),
    ("Y", "city_reviewer", CITY, 3),
    ("A", "admin", CITY, 1),
];
const CITY: &str = "999900000000";
const COUNTY: &str = "999901000000";
const STATION: &str = "999901510000";
/// Windows; the last one only reads.
pub const WINDOWS: [(&str, &str); 4] =
    [("counter1", STATION), ("counter2", STATION), ("county", COUNTY), ("reader", COUNTY)];

/// Memory where there is some: what these suites ask is not whether bytes survive a power cut.
pub fn scratch(name: &str) -> TempDir {
    let mut builder = tempfile::Builder::new();
    builder.prefix(name);
    let memory = Path::new("/dev/shm");
    if memory.is_dir()
        && let Ok(folder) = builder.tempdir_in(memory)
    {
        return folder;
    }
    builder.tempdir().unwrap()
}

/// A data folder with definitions, officers and codes for windows, to be copied.
pub struct Template {
    folder: TempDir,
    codes: server::demo::CodeFile,
    pub catalogue: Catalogue,
}

/// The files of the random worlds beside the shipped ones.
pub fn all_files(seed: u64, worlds: usize) -> Vec<NamedText> {
    let mut files = rules::shipped_files();
    // Days of this year and the next, whenever the suite runs: the next weekday is free.
    files.retain(|(file, _)| !file.starts_with("calendar/"));
    files.push(("calendar/r.toml".to_owned(), calendar()));
    files.push(("matters/H001.toml".to_owned(), differences::MATTER.to_owned()));
    files.push(("flows/r-difference.toml".to_owned(), differences::FLOW.to_owned()));
    for number in 0..worlds {
        files.extend(world::files(seed, number));
    }
    files
}

fn calendar() -> String {
    let today = domain::event::civil_day(crate::window::now());
    let mut free = today.tomorrow().unwrap();
    while matches!(free.weekday(), Weekday::Saturday | Weekday::Sunday) {
        free = free.tomorrow().unwrap();
    }
    let year = today.year();
    format!(
        "source = \"演示\"\nyears = [{}, {year}, {}, {}]\n[exceptions]\n\"{free}\" = false\n",
        year - 1,
        year + 1,
        year + 2
    )
}

fn people() -> String {
    let mut text = String::new();
    let mut add = |id: &str, posts: &str| {
        let _ = write!(
            text,
            "[[officer]]\nlogin = \"{id}\"\nname = \"演示{id}\"\ninitial_password = \"{}\"\nposts = [{posts}]\n",
            password(id)
        );
    };
    for (letter, role, unit, count) in OFFICERS {
        for number in 0..count {
            add(&format!("{letter}{number:04}"), &format!("{{ role = \"{role}\", unit = \"{unit}\" }}"));
        }
    }
    // One person in many posts.
    let many =
        ["auxiliary", "officer", "head"].map(|role| format!("{{ role = \"{role}\", unit = \"{STATION}\" }}"));
    add("D0001", &many.join(", "));
    text
}

pub fn password(officer: &str) -> String {
    format!("yanshi-{officer}")
}

fn station() -> String {
    let mut text = String::new();
    for (code, level, parent) in [(CITY, "city", ""), (COUNTY, "county", CITY), (STATION, "station", COUNTY)]
    {
        let _ = write!(
            text,
            "[[unit]]\ncode = \"{code}\"\nname = \"演示{code}\"\nshort_name = \"{code}\"\nlevel = \"{level}\"\n"
        );
        if !parent.is_empty() {
            let _ = writeln!(text, "parent = \"{parent}\"");
        }
    }
    for (profile, unit) in WINDOWS {
        let _ =
            write!(text, "[[window]]\nprofile = \"{profile}\"\nname = \"{profile}\"\nunit = \"{unit}\"\n");
    }
    text
}

fn settings(data: PathBuf) -> Settings {
    Settings {
        // The rule on passwords and haste is tested elsewhere; here it would only cost time.
        policy: Policy {
            password_iterations: 1000,
            requests_per_second: 1_000_000,
            largest_block: 100_000,
            ..Policy::default()
        },
        ..Settings::in_folder(data)
    }
}

impl Template {
    pub async fn prepare(seed: u64, worlds: usize) -> Self {
        let folder = scratch("histories-template-");
        let assets = folder.path().join("assets");
        let files = all_files(seed, worlds);
        for (file, text) in &files {
            let path = assets.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        std::fs::create_dir_all(assets.join("demo")).unwrap();
        std::fs::write(assets.join("demo/officers.toml"), people()).unwrap();
        std::fs::write(assets.join("demo/station.toml"), station()).unwrap();
        let settings = Settings { assets: Some(assets), ..settings(folder.path().join("data")) };
        let codes = server::prepare_demo(&settings).await.unwrap();
        let catalogue = Catalogue::from_files(&files).unwrap_or_else(|faults| panic!("{faults}"));
        Self { folder, codes, catalogue }
    }

    pub fn code(&self, profile: &str) -> &str {
        &self.codes.enrolment.iter().find(|one| one.profile == profile).unwrap().code
    }
}

/// A server on a copy of the template.
pub struct Site {
    folder: TempDir,
    running: Option<Running>,
    pub register: Register,
    roster_age: Option<i64>,
}

impl Site {
    pub async fn start(template: &Template) -> Self {
        let folder = scratch("histories-");
        let data = folder.path().join("data");
        copy(&template.folder.path().join("data"), &data);
        let register = Register::start().await;
        let mut site = Self { folder, running: None, register, roster_age: None };
        site.restart().await;
        site
    }

    fn settings(&self) -> Settings {
        let register = RegisterSettings {
            url: self.register.url.clone(),
            token: "demo".into(),
            timeout: Duration::from_secs(20),
        };
        let mut settings = settings(self.data());
        if let Some(age) = self.roster_age {
            settings.policy.roster_age = age;
        }
        Settings { register: Some(register), ..settings }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.running.as_ref().unwrap().addr)
    }

    /// A new process's worth on the same rows: nothing is remembered but what is stored.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.running = Some(server::start(self.settings()).await.unwrap());
    }

    /// Puts other officers or units in force, and another age up to which a roster counts.
    pub async fn new_people(&mut self, template: &Template, change: fn(&str) -> String, age: i64) {
        self.stop().await;
        let assets = self.folder.path().join("assets");
        copy(&template.folder.path().join("assets"), &assets);
        for file in ["officers.toml", "station.toml"] {
            let file = assets.join("demo").join(file);
            let text = std::fs::read_to_string(&file).unwrap();
            std::fs::write(&file, change(&text)).unwrap();
        }
        let settings = Settings { assets: Some(assets), ..self.settings() };
        server::prepare_demo(&settings).await.unwrap();
        self.roster_age = Some(age);
        self.restart().await;
    }

    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Proves everything that was stored.
    pub async fn prove(&mut self) -> Vec<String> {
        self.stop().await;
        let report = server::check_store(&self.settings()).await.unwrap();
        report.faults.iter().map(|fault| format!("{fault:?}")).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}

/// A register that answers what it is told to answer next. It speaks the register's form, and knows nobody.
pub struct Register {
    pub url: String,
    next: Arc<Mutex<Value>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Register {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Register {
    async fn start() -> Self {
        let next = Arc::new(Mutex::new(Value::Null));
        let router = Router::new()
            .fallback(|State(next): State<Arc<Mutex<Value>>>| async move {
                axum::Json(next.lock().unwrap().clone())
            })
            .with_state(Arc::clone(&next));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { url, next, task }
    }

    /// What it answers from now on: state in the register's words, and the content of an answer.
    pub fn answers(&self, state: &str, wanted: &RegisterAnswer, dice: &mut Dice) {
        let mut value = nest(&wanted.values, &[]);
        if !value.is_object() {
            value = json!({});
        }
        value["query_id"] = json!(format!("q{:016x}", dice.next()));
        value["answered_at"] = json!("2026-11-22T08:00:00Z");
        value["state"] = json!(state);
        if state == "refused" {
            value["refusal"] = json!({ "code": "X", "message": "常口暂不受理" });
        }
        *self.next.lock().unwrap() = value;
    }
}
