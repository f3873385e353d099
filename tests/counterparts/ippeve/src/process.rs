//! Child processes that end with us, and the two daemons.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::CounterpartError;

/// Where Debian keeps daemons; not in the search path of ordinary accounts.
const DAEMON_FOLDERS: [&str; 2] = ["/usr/sbin", "/sbin"];
/// How much of a program's words goes into an error.
const SAID_LIMIT: usize = 600;

/// Finds a program.
pub(crate) fn program(name: &'static str, package: &'static str) -> Result<PathBuf, CounterpartError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(DAEMON_FOLDERS.iter().map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .ok_or(CounterpartError::Missing { program: name, package })
}

/// A child whose words go into a file.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) program: &'static str,
    pub(crate) log: PathBuf,
    child: std::process::Child,
}

impl Child {
    /// Starts `before… setpriv --pdeathsig KILL …`; `fill` adds the program and its arguments. The death
    /// signal is asked for last, because changing name spaces would clear it.
    pub(crate) fn start(
        program_name: &'static str,
        folder: &Path,
        before: &[OsString],
        fill: impl FnOnce(&mut Command),
    ) -> Result<Self, CounterpartError> {
        let setpriv = program("setpriv", "util-linux")?;
        let mut command = match before.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(setpriv);
                command
            }
            None => Command::new(setpriv),
        };
        command.args(["--pdeathsig", "KILL"]);
        fill(&mut command);
        let log = folder.join(format!("{program_name}.log"));
        let file = File::create(&log)?;
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()?;
        Ok(Self { program: program_name, log, child })
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The end of what it said.
    pub(crate) fn said(&self) -> String {
        let said = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&said[said.len().saturating_sub(SAID_LIMIT)..]).trim().to_owned()
    }

    /// Ends it and waits until it is gone.
    pub(crate) fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.end();
    }
}

/// A message bus that only whoever knows its socket can reach.
pub(crate) fn private_bus(folder: &Path) -> Result<(Child, PathBuf), CounterpartError> {
    let daemon = program("dbus-daemon", "dbus-daemon")?;
    let socket = folder.join("bus.sock");
    let config = folder.join("bus.conf");
    std::fs::write(
        &config,
        format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n\
             <busconfig><type>custom</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\
             <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\
             <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n",
            socket.display()
        ),
    )?;
    let bus = Child::start("dbus-daemon", folder, &[], |command| {
        command
            .arg(daemon)
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--nopidfile"]);
    })?;
    Ok((bus, socket))
}

/// An Avahi daemon on that bus. It has a network name space without any interface, so nothing is
/// announced anywhere, and its own `/run/avahi-daemon`, whose path is built in and would otherwise be
/// the system's.
pub(crate) fn private_avahi(folder: &Path, bus: &Path) -> Result<Child, CounterpartError> {
    let daemon = program("avahi-daemon", "avahi-daemon")?;
    let unshare = program("unshare", "util-linux")?;
    let config = folder.join("avahi.conf");
    std::fs::write(
        &config,
        "[server]\nhost-name=ippeve\nuse-ipv4=yes\nuse-ipv6=no\nallow-interfaces=lo\nenable-dbus=yes\n",
    )?;
    let run = folder.join("run");
    std::fs::create_dir(&run)?;
    let mut before: Vec<OsString> = vec![unshare.into()];
    if !rustix::process::getuid().is_root() {
        before.extend(["--user".into(), "--map-root-user".into()]);
    }
    before.extend(["--mount", "--net", "--", "/bin/sh", "-c"].map(OsString::from));
    // /run may be read-only for us where the folder is missing: then a whole private /run is laid over it.
    before.push(
        "if [ -d /run/avahi-daemon ]; then mount --bind \"$0\" /run/avahi-daemon; \
         else mount --bind \"$0\" /run && mkdir -p /run/avahi-daemon; fi && exec \"$@\""
            .into(),
    );
    before.push(run.into());
    Child::start("avahi-daemon", folder, &before, |command| {
        command
            .arg(daemon)
            .arg("-f")
            .arg(&config)
            .args(["--no-drop-root", "--no-chroot", "--no-rlimits"])
            .env("DBUS_SYSTEM_BUS_ADDRESS", format!("unix:path={}", bus.display()));
    })
}
