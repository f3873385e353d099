//! A printer that nobody of this project wrote: `ippeveprinter` of CUPS, started with everything it needs.
//!
//! It refuses to run without a DNS-SD service, so a D-Bus and an Avahi daemon of its own are started
//! too. They live in name spaces and in a folder of their own: no bus, no socket and no network interface
//! of the system is touched, and several printers run side by side. All children die with the thread that
//! holds them, and that thread ends with the process, however it ends.
//!
//! Debian packages: `cups-ipp-utils`, `avahi-daemon`, `dbus-daemon` (or `dbus`), `util-linux`.

mod process;

use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use process::{Child, private_avahi, private_bus, program};

/// Longest wait for one of the three programs to answer.
const START_LIMIT: Duration = Duration::from_secs(15);
/// Pause between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What the printer does with a document; see the file itself.
const PRINT_COMMAND: &str = include_str!("print-command.sh");

/// Why the printer does not run.
#[derive(Debug, thiserror::Error)]
pub enum CounterpartError {
    /// A program is not installed.
    #[error("{program} is not installed: apt-get install {package}")]
    Missing {
        /// The program.
        program: &'static str,
        /// The Debian package it is in.
        package: &'static str,
    },
    /// A program ended at once, or did not answer in time.
    #[error("{program} did not start: {said}")]
    NotStarted {
        /// The program.
        program: &'static str,
        /// The end of what it said.
        said: String,
    },
    /// A file or process could not be made.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl CounterpartError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "IPPEVE_MISSING",
            Self::NotStarted { .. } => "IPPEVE_NOT_STARTED",
            Self::Io(_) => "IPPEVE_IO",
        }
    }
}

/// What the printer does with the documents it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// Prints them.
    Print,
    /// Stops at each with these `printer-state-reasons` (for example `media-empty-error`), until told
    /// otherwise. None: just takes its time.
    Wait(Vec<String>),
    /// Gives each job up with these reasons.
    Abort(Vec<String>),
}

/// A document that reached the printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedDocument {
    /// The bytes as they came.
    pub file: PathBuf,
    /// The job's name.
    pub title: String,
    /// It was printed to its end.
    pub printed: bool,
}

/// A running printer. Dropping it stops everything it started.
#[derive(Debug)]
pub struct IppEvePrinter {
    port: u16,
    spool: PathBuf,
    control: PathBuf,
    stop: Option<Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

impl IppEvePrinter {
    /// Starts a printer on `port` of the loopback interface (0: any free one) that keeps what it gets in
    /// `spool`, which is made if need be.
    ///
    /// # Errors
    /// See [`CounterpartError`].
    pub fn start(spool: &Path, port: u16) -> Result<Self, CounterpartError> {
        Self::start_named(spool, port, "Training Printer")
    }

    /// As [`IppEvePrinter::start`], with a name that shows in `printer-name` and `printer-info`.
    ///
    /// # Errors
    /// See [`CounterpartError`].
    pub fn start_named(spool: &Path, port: u16, name: &str) -> Result<Self, CounterpartError> {
        // Port numbers are handed out by the kernel and given back; another process could take this one
        // in between, which ends in `NotStarted`, not in a wrong printer.
        let port =
            if port == 0 { TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port() } else { port };
        std::fs::create_dir_all(spool)?;
        let spool = spool.canonicalize()?;
        let folder = tempfile::Builder::new().prefix("ippeve-").tempdir()?;
        let control = folder.path().join("control");
        let (stop, stopped) = channel::<()>();
        let (ready, started) = channel();
        let (kept_spool, kept_name) = (spool.clone(), name.to_owned());
        // Children ask to die with the thread that starts them, so that thread must live as long as they.
        let keeper = std::thread::spawn(move || {
            match start_all(folder.path(), &kept_spool, port, &kept_name) {
                Ok(mut children) => {
                    let _ = ready.send(Ok(()));
                    // Ends when the other side is dropped.
                    let _ = stopped.recv();
                    while let Some(mut child) = children.pop() {
                        child.end();
                    }
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            }
        });
        let printer = Self { port, spool, control, stop: Some(stop), keeper: Some(keeper) };
        match started.recv() {
            Ok(Ok(())) => Ok(printer),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(CounterpartError::NotStarted { program: "ippeveprinter", said: String::new() }),
        }
    }

    /// Where it answers.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("ipp://localhost:{}/ipp/print", self.port)
    }

    /// Tells it what to do with the document it has and those to come.
    ///
    /// # Errors
    /// The control file cannot be written.
    pub fn behave(&self, behaviour: &Behaviour) -> Result<(), CounterpartError> {
        let (word, reasons) = match behaviour {
            Behaviour::Print => {
                return match std::fs::remove_file(&self.control) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
                    _ => Ok(()),
                };
            }
            Behaviour::Wait(reasons) => ("wait", reasons),
            Behaviour::Abort(reasons) => ("abort", reasons),
        };
        let mut line = word.to_owned();
        for reason in reasons {
            let _ = write!(line, " {reason}");
        }
        line.push('\n');
        // Written aside and renamed: the script never reads half a line.
        let part = self.control.with_extension("part");
        std::fs::write(&part, line)?;
        std::fs::rename(part, &self.control)?;
        Ok(())
    }

    /// Every document that arrived, in the order of its job number.
    ///
    /// # Errors
    /// The spool cannot be read.
    pub fn documents(&self) -> Result<Vec<ReceivedDocument>, CounterpartError> {
        let mut documents = Vec::new();
        for entry in std::fs::read_dir(self.spool.join("received"))? {
            let title = entry?.path();
            if title.extension().is_none_or(|extension| extension != "title") {
                continue;
            }
            let file = title.with_extension("");
            if file.is_file() {
                let printed = title.with_extension("printed").is_file();
                documents.push(ReceivedDocument { title: std::fs::read_to_string(&title)?, file, printed });
            }
        }
        documents.sort_by_key(|document| {
            let name = document.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let number: String = name.chars().take_while(char::is_ascii_digit).collect();
            (number.parse::<u64>().unwrap_or(u64::MAX), name)
        });
        Ok(documents)
    }

    /// Stops it. Says nothing if it is stopped already.
    pub fn stop(&mut self) {
        self.stop = None;
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

impl Drop for IppEvePrinter {
    fn drop(&mut self) {
        self.stop();
    }
}

fn start_all(folder: &Path, spool: &Path, port: u16, name: &str) -> Result<Vec<Child>, CounterpartError> {
    let printer = program("ippeveprinter", "cups-ipp-utils")?;
    let mut children = Vec::new();
    let (mut bus, socket) = private_bus(folder)?;
    wait_until(&mut bus, || socket.exists())?;
    children.push(bus);
    let mut avahi = private_avahi(folder, &socket)?;
    let log = avahi.log.clone();
    wait_until(&mut avahi, || {
        std::fs::read_to_string(&log).is_ok_and(|said| said.contains("Server startup complete"))
    })?;
    children.push(avahi);

    let received = spool.join("received");
    std::fs::create_dir_all(&received)?;
    let command = folder.join("print-command.sh");
    std::fs::write(&command, PRINT_COMMAND)?;
    std::fs::set_permissions(&command, std::fs::Permissions::from_mode(0o755))?;
    std::fs::write(folder.join("received"), received.as_os_str().as_encoded_bytes())?;
    let jobs = folder.join("jobs");
    std::fs::create_dir(&jobs)?;
    let mut eve = Child::start("ippeveprinter", folder, &[], |command_line| {
        command_line
            .arg(printer)
            .args(["-2", "-D", "-", "-r", "off", "-n", "localhost", "-f", "application/pdf,image/urf"])
            .arg("-d")
            .arg(&jobs)
            .arg("-c")
            .arg(&command)
            .args(["-p", &port.to_string()])
            .args(["-vv", name])
            .env("DBUS_SYSTEM_BUS_ADDRESS", format!("unix:path={}", socket.display()));
    })?;
    wait_until(&mut eve, || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())?;
    children.push(eve);
    Ok(children)
}

fn wait_until(child: &mut Child, ready: impl Fn() -> bool) -> Result<(), CounterpartError> {
    let until = Instant::now() + START_LIMIT;
    loop {
        // In this order: a program that has ended is not the one that answers.
        if child.has_ended() || Instant::now() > until {
            return Err(CounterpartError::NotStarted { program: child.program, said: child.said() });
        }
        if ready() {
            return Ok(());
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
