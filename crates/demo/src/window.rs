//! A window on the agent host, and its commands as a browser would send them.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::child::{Child, Program};
use crate::place::{Parts, Place};

/// A window is ready in a moment; a busy PC needs longer.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Longest wait for the answer to a command: longer than any look-up or push may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// A listener ends with the agent; this is longer than any bench.
const LISTEN_LIMIT: Duration = Duration::from_secs(3600);
/// Pause between two looks at an operation.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A command that the terminal refused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Refused {
    /// Stable code.
    pub code: String,
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub cure: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}{}", self.code, self.sentence, self.cure)
    }
}

impl std::error::Error for Refused {}

/// The addresses that an agent prints. Each opens its window once.
#[derive(Debug, Clone, Deserialize)]
pub struct Addresses {
    /// The officer window.
    pub officer: String,
    /// The applicant screen.
    pub applicant: String,
}

/// A running agent host.
#[derive(Debug)]
pub struct AgentProcess {
    /// Its addresses.
    pub addresses: Addresses,
    child: Child,
}

impl AgentProcess {
    /// Starts the window `name` of the station in `place`.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(name: &str, place: &Place, parts: &Parts, server: &str) -> anyhow::Result<Self> {
        let program = Program::new(name, &parts.programs.join("window-agent"), &place.logs())?;
        let (child, line) = profile(program, name, place, parts, server)
            .option("--ui", &parts.ui)
            .arg("--until-stdin-ends")
            .start(START_LIMIT)?;
        let addresses = serde_json::from_str(&line).with_context(|| format!("{name} said {line}"))?;
        Ok(Self { addresses, child })
    }

    /// Its process number.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.process()
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.has_ended()
    }

    /// The end of its log.
    #[must_use]
    pub fn said(&self) -> String {
        self.child.said()
    }

    /// Ends it in order.
    pub fn end(&mut self) {
        self.child.end();
    }
}

/// What every window of a profile is started with.
pub(crate) fn profile(program: Program, name: &str, place: &Place, parts: &Parts, server: &str) -> Program {
    program
        .option("--profile", name)
        .option("--data", place.window(name))
        .option("--runtime", place.locks())
        .option("--assets", &parts.assets)
        .option("--server", server)
        .option("--devices", place.device_list(name))
        .option("--programs", &parts.programs)
        .arg("--demo")
}

/// One window as its page: an address, a cookie, commands.
#[derive(Debug, Clone)]
pub struct Window {
    base: String,
    cookie: String,
    client: reqwest::Client,
    runtime: Arc<Runtime>,
}

impl Window {
    /// Opens the address that an agent printed.
    ///
    /// # Errors
    /// The code is used already, or nobody answers.
    pub fn open(address: &str) -> anyhow::Result<Self> {
        let (base, _) = address.split_once("/?").context("the address has no code")?;
        // Of no use on the loopback, but the client is not built without it. A second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = Arc::new(tokio::runtime::Builder::new_current_thread().enable_all().build()?);
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_LIMIT)
            .build()?;
        let answer = runtime.block_on(async { client.get(address).send().await })?;
        let cookie = answer
            .headers()
            .get("set-cookie")
            .and_then(|cookie| cookie.to_str().ok())
            .and_then(|cookie| cookie.split(';').next())
            .with_context(|| format!("the window did not open: {}", answer.status()))?;
        Ok(Self { base: base.to_owned(), cookie: cookie.to_owned(), client, runtime })
    }

    /// Runs a command.
    ///
    /// # Errors
    /// [`Refused`], or nobody answers.
    #[expect(clippy::needless_pass_by_value, reason = "payloads are written in place")]
    pub fn call(&self, command: &str, payload: Value) -> anyhow::Result<Value> {
        let request = self
            .client
            .post(format!("{}/rpc/{command}", self.base))
            .header("cookie", &self.cookie)
            .header("origin", &self.base)
            .json(&payload);
        let (status, body) = self.runtime.block_on(async {
            let answer = request.send().await?;
            Ok::<_, reqwest::Error>((answer.status(), answer.bytes().await?))
        })?;
        if status.is_success() {
            return Ok(serde_json::from_slice(&body)?);
        }
        let refused: Refused =
            serde_json::from_slice(&body).with_context(|| format!("{command} was answered with {status}"))?;
        Err(anyhow::Error::new(refused))
    }

    /// Runs a command that must be refused; the answer is the code.
    ///
    /// # Errors
    /// It was not refused, or nobody answers.
    pub fn refused(&self, command: &str, payload: Value) -> anyhow::Result<String> {
        match self.call(command, payload) {
            Ok(_) => bail!("{command} was done, but must be refused"),
            Err(error) => Ok(error.downcast::<Refused>()?.code),
        }
    }

    /// What the window is told from now on, each change with the moment when it came. Ends with the agent.
    ///
    /// # Errors
    /// Nobody answers.
    pub fn changes(&self) -> anyhow::Result<Receiver<(Instant, Value)>> {
        // A client of its own: an idle connection of the other one lives in a runtime that stands still meanwhile.
        let client = reqwest::Client::builder().no_proxy().timeout(LISTEN_LIMIT).build()?;
        let request = client.get(format!("{}/changes", self.base)).header("cookie", &self.cookie);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut answer = runtime.block_on(async { request.send().await?.error_for_status() })?;
        let (tell, told) = channel();
        std::thread::Builder::new().name("changes".to_owned()).spawn(move || {
            let mut text = Vec::new();
            while let Ok(Some(piece)) = runtime.block_on(answer.chunk()) {
                text.extend_from_slice(&piece);
                // An event ends with an empty line; comments keep the line alive.
                while let Some(end) = text.windows(2).position(|pair| pair == b"\n\n") {
                    let event: Vec<u8> = text.drain(..end + 2).collect();
                    let event = String::from_utf8_lossy(&event);
                    let data = event.lines().find_map(|line| line.strip_prefix("data:"));
                    let change = data.and_then(|data| serde_json::from_str(data).ok());
                    if let Some(change) = change
                        && tell.send((Instant::now(), change)).is_err()
                    {
                        return;
                    }
                }
            }
        })?;
        Ok(told)
    }

    /// Fetches a file: `/documents/…`, `/pictures/…`, `/strokes/…`.
    ///
    /// # Errors
    /// It is not there or not for this window.
    pub fn file(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let request = self.client.get(format!("{}{path}", self.base)).header("cookie", &self.cookie);
        let (status, body) = self.runtime.block_on(async {
            let answer = request.send().await?;
            Ok::<_, reqwest::Error>((answer.status(), answer.bytes().await?))
        })?;
        ensure!(status.is_success(), "{path} was answered with {status}");
        Ok(body.to_vec())
    }

    /// Runs a command that begins an operation, and waits for its end.
    ///
    /// # Errors
    /// It is refused, fails, or does not end within `limit`.
    pub fn operate(&self, command: &str, payload: Value, limit: Duration) -> anyhow::Result<Value> {
        let until = Instant::now() + limit;
        let mut operation = self.call(command, payload)?;
        loop {
            match operation["end"]["kind"].as_str() {
                Some("done") => return Ok(operation),
                Some("failed") => {
                    let refused: Refused = serde_json::from_value(operation["end"]["error"].clone())?;
                    return Err(anyhow::Error::new(refused));
                }
                Some(other) => bail!("{command} ended: {other}"),
                None => ensure!(Instant::now() < until, "{command} did not end: {}", operation["progress"]),
            }
            std::thread::sleep(LOOK_EVERY);
            operation = self.call("operation", json!({ "operation": operation["id"] }))?;
        }
    }
}

#[derive(Deserialize)]
struct Codes {
    enrolment: Vec<WindowCode>,
}

#[derive(Deserialize)]
struct WindowCode {
    window: String,
    code: String,
}

/// Makes a window known to the server, through the same command that an administrator uses.
///
/// # Errors
/// The server refuses, or there is no code for the window.
pub fn enrol(window: &Window, name: &str, place: &Place, server: &str) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(place.codes()).context("reading the enrolment codes")?;
    let codes: Codes = toml::from_str(&text)?;
    let code = codes.enrolment.iter().find(|code| code.window == name).context("no enrolment code")?;
    let shell = window.call("enrol", json!({ "server": server, "code": code.code }))?;
    ensure!(shell["gate"] == "login", "{name} is enrolled but shows {}", shell["gate"]);
    Ok(())
}

/// Whether a window is enrolled already.
#[must_use]
pub fn is_enrolled(name: &str, place: &Place) -> bool {
    place.window(name).join("enrolment.json").is_file()
}

/// A window of the demo station.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DemoWindow {
    /// Its name.
    pub name: String,
    purpose: String,
}

impl DemoWindow {
    /// Whether it stands at a counter: has an applicant screen, and watches the reader for cards.
    #[must_use]
    pub fn at_counter(&self) -> bool {
        self.purpose == "intake"
    }
}

/// The windows of the demo station (`station.toml`).
///
/// # Errors
/// The file does not read.
pub fn windows(assets: &Path) -> anyhow::Result<Vec<DemoWindow>> {
    #[derive(Deserialize)]
    struct File {
        window: Vec<DemoWindow>,
    }
    let file = assets.join("demo/station.toml");
    let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let file: File = toml::from_str(&text)?;
    Ok(file.window)
}
