//! A printer on the network: raw bytes over TCP, port 9100 by custom.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use driver_line::{Line, SettingsError};
use http::uri::Authority;

use super::error::ReceiptError;

/// The port that printers listen on (IANA: pdl-datastream).
const PORT: u16 = 9100;
/// How long a connection may take to come about. A printer on the same floor answers in milliseconds.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long one read or write waits. Short, so that a cancel gets through within a tenth of a second.
const SLICE: Duration = Duration::from_millis(40);
/// How often a connection that does not come about asks whether to go on.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// Where a printer listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    host: String,
    port: u16,
    /// For people.
    pub(crate) shown: String,
}

impl Address {
    /// Reads `host`, `host:port` or `[address]:port`.
    pub(crate) fn parse(text: &str) -> Result<Self, SettingsError> {
        let wrong = |reason: &str| SettingsError::new(format!("path: {reason}"));
        let authority: Authority = text.parse().map_err(|_| wrong("not host:port"))?;
        if authority.host().is_empty() || authority.as_str().contains('@') {
            return Err(wrong("not host:port"));
        }
        // What follows the colon is a port, or the text is none of ours.
        let named = authority.as_str() != authority.host();
        let port = if named { authority.port_u16().ok_or_else(|| wrong("no port"))? } else { PORT };
        let host = authority.host();
        Ok(Self { host: host.trim_matches(['[', ']']).to_owned(), port, shown: format!("{host}:{port}") })
    }

    /// Connects.
    pub(crate) fn connect(&self, stop: &dyn Fn() -> bool) -> Result<TcpLine, ReceiptError> {
        let unreachable = |error: &io::Error| ReceiptError::Unreachable { reason: error.kind().to_string() };
        let address = self.clone();
        let (answer, answered) = channel();
        // A thread of its own: neither the look-up of a name nor the connection can be interrupted. It ends at the limit.
        std::thread::spawn(move || {
            let _ = answer.send(dial(&address));
        });
        let stream = loop {
            match answered.recv_timeout(ASK_EVERY) {
                Ok(stream) => break stream.map_err(|error| unreachable(&error))?,
                Err(RecvTimeoutError::Timeout) if stop() => return Err(ReceiptError::Stopped),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(unreachable(&io::ErrorKind::ConnectionAborted.into()));
                }
            }
        };
        stream.set_read_timeout(Some(SLICE))?;
        stream.set_write_timeout(Some(SLICE))?;
        // Questions are three bytes, and their answers are waited for.
        stream.set_nodelay(true)?;
        Ok(TcpLine { stream })
    }
}

fn dial(address: &Address) -> io::Result<TcpStream> {
    let mut last = io::ErrorKind::NotFound.into();
    for place in (address.host.as_str(), address.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&place, CONNECT_LIMIT) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct TcpLine {
    stream: TcpStream,
}

impl Read for TcpLine {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.stream.read(buffer) {
            Ok(0) if !buffer.is_empty() => Err(io::ErrorKind::BrokenPipe.into()),
            other => other,
        }
    }
}

impl Write for TcpLine {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Line for TcpLine {
    fn clear_input(&mut self) -> io::Result<()> {
        // Nothing is older than the connection.
        Ok(())
    }
}

impl Drop for TcpLine {
    fn drop(&mut self) {
        // Ends after what was sent, not before it.
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_wrong_ones_are_refused() {
        for (text, shown) in [
            ("192.0.2.7", "192.0.2.7:9100"),
            ("192.0.2.7:9101", "192.0.2.7:9101"),
            ("printer.example", "printer.example:9100"),
            ("[::1]:9100", "[::1]:9100"),
        ] {
            assert_eq!(Address::parse(text).unwrap().shown, shown);
        }
        for text in [
            "",
            ":9100",
            "a b",
            "u:p@printer:9100",
            "printer:99999",
            "http://printer/",
            "printer:x",
            "printer:",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
