//! `demo`: starts the demo station, plays its story, lays cards on its reader.

mod bench;
mod play;
mod run;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use demo::card::{Hand, cards};
use demo::place::{Parts, Place};
use demo::station::Counter;

/// The demo station of the window terminal. Everybody in it is invented.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder that the station keeps its things in; `.run/demo`, for `train` `.run/training`.
    #[arg(long)]
    state: Option<PathBuf>,
    /// Folder of the assets.
    #[arg(long, default_value = "assets")]
    assets: PathBuf,
    /// Folder of the built user interface.
    #[arg(long, default_value = "ui/dist")]
    ui: PathBuf,
    /// Folder of the built programs; the folder of this one by default.
    #[arg(long)]
    programs: Option<PathBuf>,
    /// Folder of the invented population, made when it is not there; beside the programs' folder by default.
    #[arg(long)]
    population: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Starts everything and opens the windows, or prints their addresses where there is no display.
    Run {
        /// Forgets everything that was done before.
        #[arg(long)]
        fresh: bool,
        /// Prints addresses even where there is a display.
        #[arg(long)]
        without_display: bool,
        /// Opens no windows; says with which words each is started.
        #[arg(long, conflicts_with = "without_display")]
        without_windows: bool,
    },
    /// The same for training: with every device that can be made of software, and a panel on the device page for what
    /// each should do and do wrong.
    Train {
        /// Forgets everything that was done before.
        #[arg(long)]
        fresh: bool,
        /// Prints addresses even where there is a display.
        #[arg(long)]
        without_display: bool,
    },
    /// Plays the story on a fresh station without a person.
    Play {
        /// Folder that the printed papers are left in.
        #[arg(long, default_value = "target/demo")]
        papers: PathBuf,
    },
    /// Measures what of the budgets can be measured at a window.
    Bench,
    /// Writes invented standard addresses of the demo city as a file for `window-server import-addresses`.
    Addresses {
        /// How many.
        #[arg(long, default_value_t = 700_000)]
        rows: usize,
        /// The same seed gives the same addresses.
        #[arg(long, default_value_t = demo::addresses::SEED)]
        seed: u64,
        /// The file.
        out: PathBuf,
    },
    /// Lays a card on the reader of the running station.
    Card {
        /// Number or key of the card; 0 takes it away. Without one the cards are listed.
        card: Option<String>,
    },
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let parts = parts(&arguments)?;
    let usual = if matches!(arguments.task, Task::Train { .. }) { ".run/training" } else { ".run/demo" };
    let state = arguments.state.unwrap_or_else(|| PathBuf::from(usual));
    match arguments.task {
        Task::Run { fresh, without_display, without_windows } => {
            if fresh {
                forget(&state)?;
            }
            let show = match (without_windows, without_display) {
                (true, _) => run::Show::Nothing,
                (false, true) => run::Show::Addresses,
                (false, false) => run::Show::Usual,
            };
            run::run(&state, &parts, show, Counter::Usual)
        }
        Task::Train { fresh, without_display } => {
            if fresh {
                forget(&state)?;
            }
            let show = if without_display { run::Show::Addresses } else { run::Show::Usual };
            run::run(&state, &parts, show, Counter::Training)
        }
        Task::Play { papers } => {
            forget(&state)?;
            play::play(&state, &parts, &papers)
        }
        Task::Bench => {
            forget(&state)?;
            bench::bench(&state, &parts)
        }
        Task::Addresses { rows, seed, out } => {
            let file = std::fs::File::create(&out).with_context(|| out.display().to_string())?;
            let mut out = std::io::BufWriter::new(file);
            demo::addresses::write(&parts.assets, rows, seed, &mut out)?;
            Ok(out.flush()?)
        }
        Task::Card { card } => {
            let cards = cards(&parts.assets.join("demo/people.toml"), jiff::Zoned::now().date())?;
            let hand = Hand::new(Place::open(&state)?.reader_control());
            match card {
                Some(card) => run::lay(&card, &cards, &hand),
                None => cards.iter().enumerate().try_for_each(|(index, card)| {
                    say(&format!("{:>2}  {:<18} {}", index + 1, card.key, card.card.name))
                }),
            }
        }
    }
}

fn parts(arguments: &Arguments) -> anyhow::Result<Parts> {
    let full = |path: &PathBuf| path.canonicalize().with_context(|| format!("{} is missing", path.display()));
    let programs = match &arguments.programs {
        Some(folder) => full(folder)?,
        None => std::env::current_exe()?.parent().context("this program's folder")?.to_owned(),
    };
    Ok(Parts {
        assets: full(&arguments.assets)?,
        ui: full(&arguments.ui).context("the user interface is not built")?,
        population: arguments.population.clone().unwrap_or_else(|| programs.join("../population")),
        programs,
    })
}

/// Removes a station's folder, and no other.
fn forget(state: &PathBuf) -> anyhow::Result<()> {
    if !state.exists() {
        return Ok(());
    }
    anyhow::ensure!(state.join("ports.json").is_file(), "{} is no station's folder", state.display());
    std::fs::remove_dir_all(state).with_context(|| format!("removing {}", state.display()))
}

fn say(words: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{words}")?;
    Ok(out.flush()?)
}
