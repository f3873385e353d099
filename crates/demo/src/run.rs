//! `demo run`: the station for a person to try.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::Context as _;
use demo::card::{DemoCard, Hand, cards};
use demo::child::Child;
use demo::desktop;
use demo::place::{Parts, Place};
use demo::station::{Counter, Station};
use demo::window::{AgentProcess, DemoWindow, Window, enrol, is_enrolled, windows};

use crate::say;

/// Pause between two looks at the programs.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// What happens while the station runs.
enum News {
    /// Ctrl-C or SIGTERM.
    End,
    /// A line was typed.
    Line(String),
}

/// How the windows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// On the desktop where there is a display, else as addresses.
    Usual,
    /// As addresses.
    Addresses,
    /// Not at all: somebody else starts them, for example under a debugger or a test.
    Nothing,
}

/// The windows, one way or the other.
enum Windows {
    Nobody,
    Desktop(Vec<Child>),
    Agents(Vec<AgentProcess>),
}

/// Runs until it is told to end, or the last window is closed.
pub(crate) fn run(root: &Path, parts: &Parts, show: Show, counter: Counter) -> anyhow::Result<()> {
    // Before anything else: a Ctrl-C during the start ends what was started too.
    let news = listen()?;
    let place = Place::open(root)?;
    let rooms = windows(&parts.assets)?;
    if !rooms.iter().all(|room| is_enrolled(&room.name, &place)) {
        say("准备演示派出所：单位、人员、一次性登记口令 …")?;
        Station::prepare(&place, parts)?;
    }
    say("启动常口对端、虚拟读卡器、打印机、服务端 …")?;
    let mut station = Station::start_with(place.clone(), parts, counter)?;
    if let Some(why) = &station.without_printer {
        say(
            "演示打印机没有启动，这次没有它；小票打印机和其他设备照常。/ going on without the printer of sheets",
        )?;
        say(why)?;
    }
    let display = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    let mut windows = match show {
        Show::Nothing => tell_programs(&rooms, &station, parts)?,
        Show::Usual if display => Windows::Desktop(open_desktop(&rooms, &station, parts)?),
        Show::Usual | Show::Addresses => Windows::Agents(open_agents(&rooms, &station, parts)?),
    };
    let cards = cards(&parts.assets.join("demo/people.toml"), jiff::Zoned::now().date())?;
    explain(&cards, root)?;
    let hand = Hand::new(place.reader_control());
    loop {
        match news.recv_timeout(LOOK_EVERY) {
            Ok(News::End) | Err(RecvTimeoutError::Disconnected) => break,
            Ok(News::Line(line)) => lay(&line, &cards, &hand)?,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(ended) = station.ended() {
            anyhow::bail!("a program of the station ended: {ended}");
        }
        if windows.all_ended() {
            break;
        }
    }
    say("结束：先关窗口，再停服务 …")?;
    windows.end();
    drop(station);
    Ok(())
}

impl Windows {
    fn all_ended(&mut self) -> bool {
        match self {
            Self::Nobody => false,
            Self::Desktop(windows) => windows.iter_mut().all(Child::has_ended),
            Self::Agents(windows) => windows.iter_mut().all(AgentProcess::has_ended),
        }
    }

    fn end(&mut self) {
        match self {
            Self::Nobody => {}
            Self::Desktop(windows) => windows.iter_mut().for_each(Child::end),
            Self::Agents(windows) => windows.iter_mut().for_each(AgentProcess::end),
        }
    }
}

fn open_desktop(rooms: &[DemoWindow], station: &Station, parts: &Parts) -> anyhow::Result<Vec<Child>> {
    let mut windows = Vec::new();
    for room in rooms {
        let name = &room.name;
        make_known(name, station, parts)?;
        say(&format!("打开窗口 {name}"))?;
        windows.push(desktop::start(name, &station.place, parts, &station.server, room.at_counter())?);
    }
    Ok(windows)
}

/// Enrols a window that is not yet, through an agent host that ends again.
fn make_known(name: &str, station: &Station, parts: &Parts) -> anyhow::Result<()> {
    if !is_enrolled(name, &station.place) {
        let mut agent = AgentProcess::start(name, &station.place, parts, &station.server)?;
        enrol(&Window::open(&agent.addresses.officer)?, name, &station.place, &station.server)?;
        agent.end();
    }
    Ok(())
}

/// Says how each window is started, one JSON array of words a line.
fn tell_programs(rooms: &[DemoWindow], station: &Station, parts: &Parts) -> anyhow::Result<Windows> {
    for room in rooms {
        make_known(&room.name, station, parts)?;
        let program =
            desktop::program(&room.name, &station.place, parts, &station.server, room.at_counter())?;
        let words = program.words();
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        say(&serde_json::to_string(&words)?)?;
    }
    Ok(Windows::Nobody)
}

fn open_agents(rooms: &[DemoWindow], station: &Station, parts: &Parts) -> anyhow::Result<Vec<AgentProcess>> {
    let mut windows = Vec::new();
    for room in rooms {
        let name = &room.name;
        let mut agent = AgentProcess::start(name, &station.place, parts, &station.server)?;
        if !is_enrolled(name, &station.place) {
            enrol(&Window::open(&agent.addresses.officer)?, name, &station.place, &station.server)?;
            // The code of its address is used now.
            agent.end();
            agent = AgentProcess::start(name, &station.place, parts, &station.server)?;
        }
        say(&format!("{name} 民警窗口 {}", agent.addresses.officer))?;
        say(&format!("{name} 客屏     {}", agent.addresses.applicant))?;
        windows.push(agent);
    }
    say("没有图形界面：请在本机浏览器打开上面的地址，每个地址只能打开一次。")?;
    Ok(windows)
}

fn explain(cards: &[DemoCard], root: &Path) -> anyhow::Result<()> {
    say("")?;
    say(
        "演示人员 / Demo officers（口令 = jiangcheng-登录名）：F0001 辅警，J0001 户籍民警，S0001 所领导，X0001 分局审批",
    )?;
    say("虚拟身份证：输入编号放卡，输入 0 取卡 / type a number to lay a card, 0 to lift it：")?;
    for (index, card) in cards.iter().enumerate() {
        say(&format!("  {:>2}  {}", index + 1, card.card.name))?;
    }
    say(&format!("也可在另一终端 / or from another shell: demo --state {} card 1", root.display()))?;
    say("Ctrl-C 结束全部 / ends everything")
}

/// Lays or lifts a card by what was typed.
pub(crate) fn lay(line: &str, cards: &[DemoCard], hand: &Hand) -> anyhow::Result<()> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(());
    }
    let card = line
        .parse::<usize>()
        .ok()
        .and_then(|number| cards.get(number.wrapping_sub(1)))
        .or_else(|| cards.iter().find(|card| card.key == line));
    let done = match card {
        Some(card) => hand.lay(&card.card).map(|()| format!("已放上 {} 的身份证", card.card.name)),
        None if line == "0" => hand.lift().map(|()| "已取走身份证".to_owned()),
        None => Ok(format!("没有编号为 {line} 的身份证")),
    };
    match done {
        Ok(words) => say(&words),
        Err(error) => say(&format!("{error:#}")),
    }
}

fn listen() -> anyhow::Result<Receiver<News>> {
    let (sender, news) = channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ends = sender.clone();
    let (ready, listening) = channel();
    std::thread::spawn(move || {
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let signals = signal(SignalKind::terminate()).and_then(|terminate| {
                Ok((terminate, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?))
            });
            let (mut terminate, mut interrupt, mut hang_up) = match signals {
                Ok(signals) => signals,
                Err(error) => {
                    let _ = ready.send(Err(error));
                    return;
                }
            };
            let _ = ready.send(Ok(()));
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hang_up.recv() => {}
            }
            let _ = ends.send(News::End);
        });
    });
    listening.recv().context("listening for signals")??;
    if std::io::stdin().is_terminal() {
        std::thread::spawn(move || {
            for line in std::io::stdin().lines().map_while(Result::ok) {
                if sender.send(News::Line(line)).is_err() {
                    return;
                }
            }
        });
    }
    Ok(news)
}
