//! The lives and deaths of a terminal.

use crate::child::{self, OFFICER, WINDOW};
use crate::clerk::Parents;
use crate::counter::Counter;
use crate::deaths::{Report, Row};
use crate::disk::Disk;
use crate::journal::Journal;
use crate::profile::quicken;
use crate::station::Station;
use crate::words::{Line, Random, hear, now};
use gm::DatabaseKey;
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Deaths, all stations together.
const ROUNDS: u64 = 30;
/// Stations side by side, each with a server and devices of its own: the smallest PC of the tests has two cores.
const STATIONS: u64 = 2;
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
/// More operations than a life has: the power goes at the point alone.
const NEVER: u64 = 1_000_000_000;
/// A life that reached neither its line nor its operation ends here.
const LONGEST_LIFE: Duration = Duration::from_secs(12);
/// A life that has to bring everything to its end takes so long on a busy machine.
const LAST_LIFE: Duration = Duration::from_secs(240);

#[test]
fn killed_at_any_moment_nothing_answered_is_lost_and_no_number_is_given_twice() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let rounds = number("KILLS").or_else(|| number("ROUNDS")).unwrap_or(ROUNDS).max(STATIONS);
    let seed = number("SEED").unwrap_or_else(now);
    println!("SEED={seed} ROUNDS={rounds}");
    let begun = Instant::now();
    let report = Mutex::new(Report::new(seed));
    let kept = &report;
    std::thread::scope(|scope| {
        let stations: Vec<_> = (0..STATIONS)
            .map(|at| {
                scope
                    .spawn(move || Lives::prepare(Random::new(seed, at), kept).all(rounds.div_ceil(STATIONS)))
            })
            .collect();
        for station in stations {
            if let Err(fault) = station.join() {
                let mut report = kept.lock().unwrap_or_else(PoisonError::into_inner);
                report.broke_off();
                println!("{}", report.save());
                drop(report);
                std::panic::resume_unwind(fault);
            }
        }
    });
    println!("{:.1} s", begun.elapsed().as_secs_f64());
    let line = report.into_inner().unwrap().save();
    println!("{line}");
    assert!(line.ends_with("lost: 0, twice: 0, half: 0"), "{line}");
}

struct Lives<'a> {
    report: &'a Mutex<Report>,
    station: Station,
    profile: PathBuf,
    key: DatabaseKey,
    random: Random,
    journal: Journal,
    cuts: u64,
}

/// When a life ends.
enum Death {
    /// Between two steps that must not come apart, at so many passes; by a power cut there when there is a seed.
    Point { name: &'static str, passes: u64, seed: Option<u64> },
    /// So long after so many lines.
    Kill { lines: u64, wait: Duration, long_wait: Duration },
    /// After so many operations on the disk.
    Cut { operations: u64, seed: u64 },
    /// By itself, with everything done.
    Finish,
}

impl<'a> Lives<'a> {
    /// An enrolled profile in which somebody has logged in once.
    fn prepare(random: Random, report: &'a Mutex<Report>) -> Self {
        let station = Station::start();
        // One back-end alone: the scanner is looked for at every start of a terminal.
        std::fs::write(station.folder.path().join("sane/dll.conf"), "test\n").unwrap();
        let counter = Counter::new(station.terminal(WINDOW));
        counter.login(OFFICER);
        counter.wait("leased numbers", || {
            let sync = counter.ask("sync_state", json!({}));
            sync["numbers"].as_array()?.iter().all(|one| one["count"].as_u64() > Some(0)).then_some(())
        });
        counter.terminal.close();
        drop(counter);
        let profile = station.folder.path().join(WINDOW);
        let key = quicken(&profile);
        Self { report, station, profile, key, random, journal: Journal::default(), cuts: 0 }
    }

    fn all(mut self, rounds: u64) {
        for round in 1..=rounds {
            self.one(round);
        }
        let (cuts, kept) = (self.cuts, self.journal.kept);
        // Lives of a handful of rounds may all end before the log-in.
        assert!(rounds < 10 || kept > 4 * rounds, "almost nothing was kept before the deaths: {kept}");
        let cases = self.end();
        println!("{rounds} deaths, {cuts} by power cut, {kept} answers kept, {cases} cases");
    }

    fn one(&mut self, round: u64) {
        let death = self.death();
        let status = self.live(&death);
        let died = match death {
            Death::Kill { .. } => status.signal() == Some(SIGKILL),
            // Killed where the life was too long for its cut.
            Death::Cut { .. } => {
                self.cuts += u64::from(status.signal() == Some(SIGABRT));
                matches!(status.signal(), Some(SIGABRT | SIGKILL))
            }
            // Killed where the life did not come to the point.
            Death::Point { .. } => matches!(status.signal(), Some(SIGABRT | SIGKILL)),
            Death::Finish => status.success(),
        };
        assert!(died, "round {round}: the child ended by itself ({status}):\n{}", self.last_words());
        let mut faults = self.journal.compare(&Disk::read(&self.profile, &self.key));
        faults.extend(self.checked());
        let reached = status.signal() == Some(SIGABRT);
        self.report.lock().unwrap().add(Row {
            id: format!("round {round}, {}", death.words()),
            power_cut: death.is_cut() && reached,
            reached,
            point: death.point().filter(|_| reached),
            faults: faults.clone(),
            ..Row::default()
        });
        assert!(faults.is_empty(), "round {round}, {}:\n{}", death.words(), faults.join("\n"));
        self.journal.next_life();
    }

    /// What `window-terminal check` finds.
    fn checked(&self) -> Vec<String> {
        match check::check_with_key(&self.profile, &self.key) {
            Ok(report) => report.faults.into_iter().map(|fault| fault.words).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    fn death(&mut self) -> Death {
        let random = &mut self.random;
        if random.below(3) == 0 {
            let name = random.one_of(store::failpoint::POINTS);
            // Half of the deaths are power cuts, wherever they come.
            let seed = (random.below(2) == 0).then(|| random.next());
            let scale = random.one_of([1, 4, 16]);
            return Death::Point { name, passes: 1 + random.below(scale), seed };
        }
        if random.below(2) == 0 {
            // From the opening of the store to the receipt of a case, with checkpoints between.
            let scale = random.one_of([60, 400, 1600]);
            return Death::Cut { operations: 1 + random.below(scale), seed: random.next() };
        }
        let scale = random.one_of([12, 60, 240]);
        let lines = 1 + random.below(scale);
        let longest = random.one_of([400, 1_200, 3_500]);
        Death::Kill {
            lines,
            wait: Duration::from_micros(random.below(12_000)),
            // Cards and scans take about three seconds, papers one; most deaths need not wait for their end.
            long_wait: Duration::from_millis(random.below(longest)),
        }
    }

    /// One child until its end.
    fn live(&mut self, death: &Death) -> ExitStatus {
        let mut child = self.start(death);
        let lines = listen(&mut child);
        let limit = if matches!(death, Death::Finish) { LAST_LIFE } else { LONGEST_LIFE };
        let begun = Instant::now();
        let (mut heard, mut until) = (0, begun + limit);
        loop {
            match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    trace(begun, &line);
                    self.obey(&line);
                    if !matches!(line, Line::Alive { .. } | Line::Shown { .. }) {
                        heard += 1;
                    }
                    if let Death::Kill { lines, wait, long_wait } = death
                        && heard == *lines
                    {
                        heard += 1;
                        until = Instant::now() + if line.is_long() { *long_wait } else { *wait };
                    }
                    self.journal.heard(line);
                }
                Err(RecvTimeoutError::Timeout) => {
                    let _ = child.kill();
                    until = Instant::now() + LAST_LIFE;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = child.wait().unwrap();
        self.station.reader.lift();
        status
    }

    fn start(&self, death: &Death) -> Child {
        let parents = Parents::of(&self.station.cards);
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "child::process", "--ignored", "--nocapture", "--test-threads=1"])
            .env(child::FOLDER, self.station.folder.path())
            .env(child::MOTHER, parents.mother)
            .env(child::FATHER, parents.father)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(self.words_file()).unwrap());
        match death {
            Death::Kill { .. } => {}
            Death::Point { name, passes, seed } => {
                command.env(child::POINT, format!("{name},{passes}"));
                if let Some(seed) = seed {
                    command.env(child::CUT, format!("{NEVER},{seed}"));
                }
            }
            Death::Cut { operations, seed } => {
                command.env(child::CUT, format!("{operations},{seed}"));
            }
            Death::Finish => {
                command.env(child::TASK, "finish");
            }
        }
        command.spawn().unwrap()
    }

    fn obey(&self, line: &Line) {
        match line {
            Line::Lay { person } => {
                self.station.reader.lift();
                self.station.lay(person);
            }
            Line::Lift => {
                self.station.reader.lift();
            }
            _ => {}
        }
    }

    fn words_file(&self) -> PathBuf {
        self.station.folder.path().join("last-words")
    }

    fn last_words(&self) -> String {
        std::fs::read_to_string(self.words_file()).unwrap_or_default()
    }

    /// Everything is brought to its end; the server must hold each act once. Gives the cases.
    fn end(mut self) -> usize {
        let status = self.live(&Death::Finish);
        assert!(status.success(), "the last child failed:\n{}", self.last_words());
        let disk = Disk::read(&self.profile, &self.key);
        let mut faults = self.journal.compare(&disk);
        faults.extend(self.checked());
        self.report.lock().unwrap().at_the_end(&faults);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        for (id, case) in &disk.cases {
            assert!(case.submission.is_some() && !case.prints.is_empty(), "case {id} came to no receipt");
        }
        self.station.pull_network();
        let settings = server::Settings::in_folder(self.station.folder.path().join("server"));
        let report = self.station.runtime.block_on(server::check_store(&settings)).unwrap();
        assert_eq!(report.faults, Vec::<String>::new());
        self.report.lock().unwrap().against_the_server(disk.acts.len() as u64, report.acts);
        assert_eq!(report.acts, disk.acts.len() as u64, "the server holds every act once");
        assert_eq!(report.cases, disk.cases.len() as u64);
        assert!(self.journal.cases_submitted() <= disk.cases.len());
        disk.cases.len()
    }
}

impl Death {
    fn words(&self) -> String {
        match self {
            Self::Kill { lines, wait, .. } => format!("killed {wait:?} after {lines} lines"),
            Self::Point { name, passes, seed } => {
                let how = seed.map_or_else(|| "aborted".to_owned(), |seed| format!("cut, seed {seed},"));
                format!("{how} at {name}, pass {passes}")
            }
            Self::Cut { operations, seed } => format!("cut after {operations} operations, seed {seed}"),
            Self::Finish => "the last life".to_owned(),
        }
    }

    fn is_cut(&self) -> bool {
        matches!(self, Self::Cut { .. } | Self::Point { seed: Some(_), .. })
    }

    fn point(&self) -> Option<String> {
        match self {
            Self::Point { name, .. } => Some((*name).to_owned()),
            _ => None,
        }
    }
}

/// With `TRACE=yes` every line is printed, but for the pulse and what windows show.
fn trace(begun: Instant, line: &Line) {
    if !matches!(line, Line::Alive { .. } | Line::Shown { .. }) && std::env::var_os("TRACE").is_some() {
        println!("{:9.3} {line:?}", begun.elapsed().as_secs_f64());
    }
}

fn listen(child: &mut Child) -> Receiver<Line> {
    let (say, lines) = channel();
    let out = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if let Some(line) = hear(&line)
                && say.send(line).is_err()
            {
                break;
            }
        }
    });
    lines
}
