//! The lines that the printer hangs on.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use crate::samv::line::PtyLine;

/// How long a read waits, so that the mechanics go on meanwhile.
const LOOK: Duration = Duration::from_millis(2);

/// Where the printer is plugged in.
pub(super) enum Socket {
    Tcp(u16),
    Tty(PathBuf),
}

/// A plugged-in line.
pub(super) enum Plug {
    /// One connection at a time, as the network cards of printers have it; others wait.
    Tcp {
        listener: TcpListener,
        connection: Option<TcpStream>,
    },
    Tty(PtyLine),
}

impl Plug {
    pub(super) fn new(socket: &Socket) -> io::Result<Self> {
        Ok(match socket {
            Socket::Tcp(port) => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port))?;
                listener.set_nonblocking(true)?;
                Self::Tcp { listener, connection: None }
            }
            Socket::Tty(link) => Self::Tty(PtyLine::plug_in(Some(link))?),
        })
    }

    pub(super) fn port(&self) -> Option<u16> {
        match self {
            Self::Tcp { listener, .. } => listener.local_addr().ok().map(|address| address.port()),
            Self::Tty(_) => None,
        }
    }

    /// What came in, at most so many bytes; nothing if nothing did.
    pub(super) fn read(&mut self, room: usize) -> Vec<u8> {
        let mut buffer = vec![0; room.min(512)];
        let count = match self {
            _ if buffer.is_empty() => {
                std::thread::sleep(LOOK);
                0
            }
            Self::Tty(line) => match line.read(&mut buffer, LOOK) {
                Ok(count) => count.unwrap_or_default(),
                Err(_) => {
                    std::thread::sleep(LOOK);
                    0
                }
            },
            Self::Tcp { listener, connection } => {
                if connection.is_none() {
                    *connection = accept(listener);
                }
                let read = connection.as_mut().map(|stream| stream.read(&mut buffer));
                match read {
                    None => {
                        std::thread::sleep(LOOK);
                        0
                    }
                    Some(Ok(count)) if count > 0 => count,
                    Some(Err(error))
                        if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                    {
                        0
                    }
                    Some(_) => {
                        *connection = None;
                        0
                    }
                }
            }
        };
        buffer.truncate(count);
        buffer
    }

    /// Sends an answer; nobody may hear it.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        let result = match self {
            Self::Tty(line) => line.write(bytes),
            Self::Tcp { connection: Some(stream), .. } => stream.write_all(bytes),
            Self::Tcp { connection: None, .. } => Ok(()),
        };
        if let Err(error) = result {
            tracing::debug!(%error, "virtual receipt printer");
        }
    }
}

impl Drop for Plug {
    fn drop(&mut self) {
        if let Self::Tty(line) = self {
            line.remove_link();
        }
    }
}

fn accept(listener: &TcpListener) -> Option<TcpStream> {
    let (stream, _) = listener.accept().ok()?;
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(LOOK)).ok()?;
    stream.set_nodelay(true).ok()?;
    Some(stream)
}
